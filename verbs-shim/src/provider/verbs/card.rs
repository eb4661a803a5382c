//! The cards that peers exchange: explicit little-endian bytes, with a magic number and a version.
//!
//! ```text
//! queue pair (38 bytes)                          region (26 bytes)
//!  0  magic "PGVQ"                                0  magic "PGVR"
//!  4  version                                     4  version
//!  5  byte order of memory: 0 little, 1 big       5  byte order of memory
//!  6  link layer: 1 InfiniBand, 2 Ethernet        6  rkey, 4 bytes
//!  7  kind of GID: 0 none, 1 InfiniBand,         10  address, 8 bytes
//!     2 RoCE v1, 3 RoCE v2                       18  length, 8 bytes
//!  8  queue pair number, 4 bytes
//! 12  first packet sequence number, 4 bytes
//! 16  LID, 2 bytes
//! 18  path MTU, as `ibv_mtu`
//! 19  most READs and atomics in flight that it starts
//! 20  most that it answers
//! 21  1 if its subnet needs global routing, else 0
//! 22  GID, 16 bytes
//! ```

use super::info::{Gid, GidKind, LinkLayer};
use crate::card::Card;
use crate::error::Error;
use crate::region::Rkey;

const PAIR_MAGIC: [u8; 4] = *b"PGVQ";
const REGION_MAGIC: [u8; 4] = *b"PGVR";
const VERSION: u8 = 1;
const PAIR_LEN: usize = 38;
const REGION_LEN: usize = 26;
const BYTE_ORDER: u8 = if cfg!(target_endian = "big") { 1 } else { 0 };
/// Queue pair numbers and packet sequence numbers have 24 bits.
const BITS_24: u32 = 0xff_ffff;

const _: () = assert!(PAIR_LEN <= Card::MAX_BYTES && REGION_LEN <= Card::MAX_BYTES);

/// What a peer must know of a queue pair to connect to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PairCard {
    pub(super) link_layer: LinkLayer,
    /// Its address, where it has one.
    pub(super) gid: Option<(Gid, GidKind)>,
    pub(super) number: u32,
    /// The number of the first packet that it sends.
    pub(super) psn: u32,
    pub(super) lid: u16,
    /// Its path MTU, as `ibv_mtu`.
    pub(super) mtu: u8,
    /// The most READs and atomics in flight that it starts.
    pub(super) initiates: u8,
    /// The most that it answers.
    pub(super) answers: u8,
    pub(super) needs_global_routing: bool,
}

/// What a peer must know of a region to access it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RegionCard {
    pub(super) rkey: Rkey,
    pub(super) addr: u64,
    pub(super) len: u64,
}

impl PairCard {
    pub(super) fn encode(&self) -> Card {
        let mut bytes = Vec::with_capacity(PAIR_LEN);
        bytes.extend(PAIR_MAGIC);
        bytes.extend([VERSION, BYTE_ORDER]);
        bytes.push(match self.link_layer {
            LinkLayer::InfiniBand => 1,
            LinkLayer::Ethernet | LinkLayer::Other => 2,
        });
        bytes.push(match self.gid {
            None => 0,
            Some((_, GidKind::InfiniBand)) => 1,
            Some((_, GidKind::RoceV1)) => 2,
            Some((_, GidKind::RoceV2)) => 3,
        });
        bytes.extend(self.number.to_le_bytes());
        bytes.extend(self.psn.to_le_bytes());
        bytes.extend(self.lid.to_le_bytes());
        bytes.extend([self.mtu, self.initiates, self.answers]);
        bytes.push(u8::from(self.needs_global_routing));
        bytes.extend(self.gid.map_or([0; 16], |(gid, _)| gid.0));
        Card { bytes, fds: Vec::new() }
    }

    /// # Errors
    /// [`Error::BadCard`], naming the first thing that is wrong.
    pub(super) fn decode(card: &Card) -> Result<PairCard, Error> {
        let mut rest = Reader::open(card, PAIR_MAGIC, PAIR_LEN)?;
        let link_layer = match rest.byte() {
            1 => LinkLayer::InfiniBand,
            2 => LinkLayer::Ethernet,
            other => return Err(bad(format!("its link layer {other} does not exist"))),
        };
        let kind = match rest.byte() {
            0 => None,
            1 => Some(GidKind::InfiniBand),
            2 => Some(GidKind::RoceV1),
            3 => Some(GidKind::RoceV2),
            other => return Err(bad(format!("its kind of GID {other} does not exist"))),
        };
        let (number, psn) = (rest.u32(), rest.u32());
        let lid = rest.u16();
        let (mtu, initiates, answers) = (rest.byte(), rest.byte(), rest.byte());
        let needs_global_routing = match rest.byte() {
            0 => false,
            1 => true,
            other => return Err(bad(format!("its routing flag is {other}, not 0 or 1"))),
        };
        let gid = Gid(rest.array());
        if number == 0 || number > BITS_24 {
            return Err(bad(format!(
                "queue pair number {number:#x} does not fit in 24 bits, or is 0"
            )));
        }
        if psn > BITS_24 {
            return Err(bad(format!("packet sequence number {psn:#x} does not fit in 24 bits")));
        }
        if !(1..=5).contains(&mtu) {
            return Err(bad(format!("its path MTU code {mtu} does not exist")));
        }
        if initiates == 0 || answers == 0 {
            return Err(bad("it allows no READs or atomics in flight".to_owned()));
        }
        if gid.is_zero() == kind.is_some() {
            return Err(bad(format!("its GID {gid} does not go with its kind of GID")));
        }
        Ok(PairCard {
            link_layer,
            gid: kind.map(|kind| (gid, kind)),
            number,
            psn,
            lid,
            mtu,
            initiates,
            answers,
            needs_global_routing,
        })
    }
}

impl RegionCard {
    pub(super) fn encode(&self) -> Card {
        let mut bytes = Vec::with_capacity(REGION_LEN);
        bytes.extend(REGION_MAGIC);
        bytes.extend([VERSION, BYTE_ORDER]);
        bytes.extend(self.rkey.0.to_le_bytes());
        bytes.extend(self.addr.to_le_bytes());
        bytes.extend(self.len.to_le_bytes());
        Card { bytes, fds: Vec::new() }
    }

    /// # Errors
    /// [`Error::BadCard`], naming the first thing that is wrong.
    pub(super) fn decode(card: &Card) -> Result<RegionCard, Error> {
        let mut rest = Reader::open(card, REGION_MAGIC, REGION_LEN)?;
        let (rkey, addr, len) = (Rkey(rest.u32()), rest.u64(), rest.u64());
        if len == 0 || addr.checked_add(len).is_none() {
            return Err(bad(format!("{len} bytes at {addr:#x} are no region")));
        }
        Ok(RegionCard { rkey, addr, len })
    }
}

fn bad(reason: String) -> Error {
    Error::BadCard { reason }
}

/// The fields of a card whose head and length have been checked.
struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn open(card: &Card, magic: [u8; 4], len: usize) -> Result<Reader<'_>, Error> {
        let bytes = &card.bytes[..];
        let [a, b, c, d, version, byte_order, rest @ ..] = bytes else {
            return Err(bad(format!("it has {} bytes, too few for any card", bytes.len())));
        };
        match [*a, *b, *c, *d] {
            found if found == magic => {}
            REGION_MAGIC => {
                return Err(bad("it is the card of a region, not of a queue pair".to_owned()));
            }
            PAIR_MAGIC => {
                return Err(bad("it is the card of a queue pair, not of a region".to_owned()));
            }
            found => {
                return Err(bad(format!(
                    "it begins with {:?}, not with {:?} as cards of the verbs provider do: both \
                     sides must use the same provider",
                    found.escape_ascii().to_string(),
                    magic.escape_ascii().to_string(),
                )));
            }
        }
        if *version != VERSION {
            return Err(bad(format!(
                "it has version {version}, and this program knows version {VERSION}: both sides \
                 must be of the same release"
            )));
        }
        if *byte_order != BYTE_ORDER {
            return Err(bad(format!(
                "its machine has byte order {byte_order}, and this one {BYTE_ORDER} (0 is little-, \
                 1 big-endian): all machines must agree"
            )));
        }
        if bytes.len() != len {
            return Err(bad(format!("it has {} bytes, not {len}", bytes.len())));
        }
        Ok(Reader { rest })
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        // `open` has checked the length, and callers read exactly the fields of the layout.
        let (head, rest) = self.rest.split_first_chunk().expect("the layout fits the length");
        self.rest = rest;
        *head
    }

    fn byte(&mut self) -> u8 {
        let [byte] = self.array();
        byte
    }

    fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.array())
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.array())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const IPV4: Gid = Gid([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 7]);

    fn pair() -> PairCard {
        PairCard {
            link_layer: LinkLayer::Ethernet,
            gid: Some((IPV4, GidKind::RoceV2)),
            number: 0x12_3456,
            psn: 0xab_cdef,
            lid: 0x0102,
            mtu: 3,
            initiates: 16,
            answers: 128,
            needs_global_routing: true,
        }
    }

    fn region() -> RegionCard {
        RegionCard { rkey: Rkey(0x1122_3344), addr: 0x7f00_0000_1000, len: 0x2000 }
    }

    fn from(bytes: &[u8]) -> Card {
        Card { bytes: bytes.to_vec(), fds: Vec::new() }
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn bytes_are_golden() {
        let expected = [
            b'P', b'G', b'V', b'Q', 1, 0, 2, 3, 0x56, 0x34, 0x12, 0, 0xef, 0xcd, 0xab, 0, 2, 1, 3,
            16, 128, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 7,
        ];
        assert_eq!(pair().encode().bytes, expected);
        let expected = [
            b'P', b'G', b'V', b'R', 1, 0, 0x44, 0x33, 0x22, 0x11, 0, 0x10, 0, 0, 0, 0x7f, 0, 0, 0,
            0x20, 0, 0, 0, 0, 0, 0,
        ];
        assert_eq!(region().encode().bytes, expected);
    }

    #[test]
    fn every_card_comes_back() {
        let bare = PairCard {
            link_layer: LinkLayer::InfiniBand,
            gid: None,
            needs_global_routing: false,
            ..pair()
        };
        for card in [pair(), bare] {
            assert_eq!(PairCard::decode(&card.encode()).unwrap(), card);
        }
        assert_eq!(RegionCard::decode(&region().encode()).unwrap(), region());
    }

    #[test]
    fn what_is_wrong_is_named() {
        let refused = |at: usize, value: u8| {
            let mut card = pair().encode();
            card.bytes[at] = value;
            PairCard::decode(&card).unwrap_err().to_string()
        };
        for (at, value, part) in [
            (0, b'X', "\"XGVQ\""),
            (3, b'R', "card of a region"),
            (4, 9, "version 9"),
            (5, 1 - BYTE_ORDER, "byte order"),
            (6, 7, "link layer 7"),
            (7, 4, "kind of GID 4"),
            (7, 0, "does not go with"),
            (11, 1, "queue pair number"),
            (15, 1, "packet sequence number"),
            (18, 0, "MTU code 0"),
            (19, 0, "no READs or atomics"),
            (20, 0, "no READs or atomics"),
            (21, 2, "routing flag is 2"),
        ] {
            let message = refused(at, value);
            assert!(message.contains(part), "byte {at}: {message}");
        }
        let message = |bytes: &[u8]| RegionCard::decode(&from(bytes)).unwrap_err().to_string();
        assert!(message(&[]).contains("0 bytes"));
        assert!(message(&pair().encode().bytes).contains("card of a queue pair"));
        let mut long = region().encode().bytes;
        long.push(0);
        assert!(message(&long).contains("27 bytes, not 26"));
        let around_the_end = RegionCard { addr: u64::MAX - 5, len: 7, ..region() };
        assert!(message(&around_the_end.encode().bytes).contains("are no region"));
    }

    #[test]
    fn every_truncation_is_refused() {
        let (pair, region) = (pair().encode().bytes, region().encode().bytes);
        for len in 0..pair.len() {
            PairCard::decode(&from(&pair[..len])).unwrap_err();
        }
        for len in 0..region.len() {
            RegionCard::decode(&from(&region[..len])).unwrap_err();
        }
    }

    proptest! {
        /// Whatever decodes encodes to the same bytes, so nothing in a card goes unchecked; and
        /// nothing panics.
        #[test]
        fn garbage_is_refused_or_means_exactly_what_it_says(
            tail in prop::collection::vec(any::<u8>(), 0..48),
            head in 0..3_usize,
        ) {
            let mut bytes = match head {
                0 => pair().encode().bytes[..6].to_vec(),
                1 => region().encode().bytes[..6].to_vec(),
                _ => Vec::new(),
            };
            bytes.extend(tail);
            let card = from(&bytes);
            if let Ok(decoded) = PairCard::decode(&card) {
                prop_assert_eq!(&decoded.encode().bytes, &bytes);
            }
            if let Ok(decoded) = RegionCard::decode(&card) {
                prop_assert_eq!(&decoded.encode().bytes, &bytes);
            }
        }

        /// One byte changed in a good card: refused, or means what it says.
        #[test]
        fn a_damaged_card_does_not_panic(at in 0..PAIR_LEN, value: u8) {
            let mut card = pair().encode();
            card.bytes[at] = value;
            if let Ok(decoded) = PairCard::decode(&card) {
                prop_assert_eq!(decoded.encode().bytes, card.bytes);
            }
        }
    }
}
