//! What cards of this provider carry.
//!
//! ```text
//!  0   magic "PGsim" (5 bytes) · kind · version · 0
//!  8   machine (4)
//!  12  region: key (4) · address (8) · length (8)
//!      pair:   number (4)
//! ```
//!
//! All numbers are little-endian. Cards come from outside, so all of it is checked. There are no
//! files.

use super::Machine;
use crate::card::Card;
use crate::error::Error;

const MAGIC: &[u8; 5] = b"PGsim";
const KIND_REGION: u8 = b'R';
const KIND_PAIR: u8 = b'Q';
const VERSION: u8 = 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RegionCard {
    pub(super) machine: Machine,
    pub(super) key: u32,
    pub(super) addr: u64,
    pub(super) len: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PairCard {
    pub(super) machine: Machine,
    pub(super) number: u32,
}

fn header(kind: u8, machine: Machine) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend([kind, VERSION, 0]);
    bytes.extend(machine.to_le_bytes());
    bytes
}

impl RegionCard {
    pub(super) fn encode(self) -> Card {
        let mut bytes = header(KIND_REGION, self.machine);
        bytes.extend(self.key.to_le_bytes());
        bytes.extend(self.addr.to_le_bytes());
        bytes.extend(self.len.to_le_bytes());
        Card { bytes, fds: vec![] }
    }

    pub(super) fn decode(card: &Card) -> Result<RegionCard, Error> {
        let mut rest = open(card, KIND_REGION, "region", 24)?;
        let region = RegionCard {
            machine: u32::from_le_bytes(take(&mut rest)),
            key: u32::from_le_bytes(take(&mut rest)),
            addr: u64::from_le_bytes(take(&mut rest)),
            len: u64::from_le_bytes(take(&mut rest)),
        };
        if region.addr.checked_add(region.len).is_none() {
            return Err(bad(format!(
                "a region of {} bytes at {:#x} does not fit the address space",
                region.len, region.addr
            )));
        }
        Ok(region)
    }
}

impl PairCard {
    pub(super) fn encode(self) -> Card {
        let mut bytes = header(KIND_PAIR, self.machine);
        bytes.extend(self.number.to_le_bytes());
        Card { bytes, fds: vec![] }
    }

    pub(super) fn decode(card: &Card) -> Result<PairCard, Error> {
        let mut rest = open(card, KIND_PAIR, "queue pair", 8)?;
        Ok(PairCard {
            machine: u32::from_le_bytes(take(&mut rest)),
            number: u32::from_le_bytes(take(&mut rest)),
        })
    }
}

fn bad(reason: String) -> Error {
    Error::BadCard { reason }
}

/// Checks all but the body, which is the answer.
fn open<'a>(card: &'a Card, kind: u8, name: &str, body: usize) -> Result<&'a [u8], Error> {
    let Some(mut rest) = card.bytes.strip_prefix(MAGIC) else {
        let start = &card.bytes[..card.bytes.len().min(8)];
        return Err(bad(format!(
            "it is not a card of the provider sim: it begins with {start:02x?}"
        )));
    };
    if rest.len() != 3 + body {
        return Err(bad(format!("the card of a {name} has {} bytes", card.bytes.len())));
    }
    let [its_kind, version, zero] = take(&mut rest);
    if (its_kind, version, zero) != (kind, VERSION, 0) {
        return Err(bad(format!(
            "it is of kind {its_kind:#x} and version {version}, not the card of a {name}"
        )));
    }
    if !card.fds.is_empty() {
        return Err(bad(format!("the card of a {name} comes with {} files", card.fds.len())));
    }
    Ok(rest)
}

/// Takes the first `N` bytes, which are there: the length has been checked.
fn take<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
    let (head, tail) = rest.split_at(N);
    *rest = tail;
    head.try_into().expect("so many bytes were split off")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_bytes() {
        let region =
            RegionCard { machine: 0x0102_0304, key: 5, addr: 0x0102_0304_0506_0708, len: 9 };
        assert_eq!(
            region.encode().bytes,
            b"PGsimR\x01\x00\x04\x03\x02\x01\x05\x00\x00\x00\x08\x07\x06\x05\x04\x03\x02\x01\
              \x09\x00\x00\x00\x00\x00\x00\x00"
        );
        assert_eq!(RegionCard::decode(&region.encode()).unwrap(), region);
        let pair = PairCard { machine: 7, number: 0x0102_0304 };
        assert_eq!(pair.encode().bytes, b"PGsimQ\x01\x00\x07\x00\x00\x00\x04\x03\x02\x01");
        assert_eq!(PairCard::decode(&pair.encode()).unwrap(), pair);
    }
}
