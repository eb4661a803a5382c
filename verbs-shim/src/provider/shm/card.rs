//! What cards of this provider carry.
//!
//! ```text
//!  0   magic "PGshm" (5 bytes) · kind · version · flags
//!  8   id of the fabric (16 bytes)
//!  24  region: key (4) · rights (4) · address (8) · length (8); file 0 is its memfd
//!      pair:   number (4);        file 0 is the key table, file 1 a pidfd of the process
//! ```
//!
//! All numbers are little-endian. Cards come from outside, so all of it is checked.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use rustix::process::{WaitId, WaitIdOptions};

use super::table::right;
use crate::card::Card;
use crate::error::Error;
use crate::region::Access;

const MAGIC: &[u8; 5] = b"PGshm";
const KIND_REGION: u8 = b'R';
const KIND_PAIR: u8 = b'Q';
const VERSION: u8 = 1;
const FLAG_FENCES_ITSELF: u8 = 1;

/// The random name of an opened provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct FabricId(pub(super) [u8; 16]);

impl FabricId {
    /// As the words of a [`super::table::PairSlot`].
    pub(super) fn words(self) -> [u64; 2] {
        let n = u128::from_le_bytes(self.0);
        [n as u64, (n >> 64) as u64]
    }
}

/// A region card, without its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RegionCard {
    pub(super) fabric: FabricId,
    pub(super) key: u32,
    pub(super) rights: u32,
    pub(super) addr: u64,
    pub(super) len: u64,
}

/// A queue pair card, without its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PairCard {
    pub(super) fabric: FabricId,
    pub(super) number: u32,
    /// Its process is not registered with `membarrier`, see [`super::fence`].
    pub(super) fences_itself: bool,
}

pub(super) fn rights(access: Access) -> u64 {
    let bit = |given: bool, bit: u64| if given { bit } else { 0 };
    bit(access.remote_read, right::READ)
        | bit(access.remote_write, right::WRITE)
        | bit(access.remote_atomic, right::ATOMIC)
}

fn header(kind: u8, flags: u8, fabric: FabricId) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend([kind, VERSION, flags]);
    bytes.extend(fabric.0);
    bytes
}

impl RegionCard {
    pub(super) fn encode(&self, memory: Arc<OwnedFd>) -> Card {
        let mut bytes = header(KIND_REGION, 0, self.fabric);
        bytes.extend(self.key.to_le_bytes());
        bytes.extend(self.rights.to_le_bytes());
        bytes.extend(self.addr.to_le_bytes());
        bytes.extend(self.len.to_le_bytes());
        Card { bytes, fds: vec![memory] }
    }

    pub(super) fn decode(card: &Card) -> Result<(RegionCard, &Arc<OwnedFd>), Error> {
        let (mut rest, _, fabric) = open(card, KIND_REGION, "region", 24)?;
        let [memory] = card.fds.as_slice() else { return Err(files(card, "region", 1)) };
        let region = RegionCard {
            fabric,
            key: u32::from_le_bytes(take(&mut rest)),
            rights: u32::from_le_bytes(take(&mut rest)),
            addr: u64::from_le_bytes(take(&mut rest)),
            len: u64::from_le_bytes(take(&mut rest)),
        };
        if region.addr.checked_add(region.len).is_none() {
            return Err(bad(format!(
                "a region of {} bytes at {:#x} does not fit the address space",
                region.len, region.addr
            )));
        }
        Ok((region, memory))
    }
}

/// A queue pair card with its files.
pub(super) struct PairFiles<'a> {
    pub(super) table: &'a Arc<OwnedFd>,
    pub(super) process: &'a Arc<OwnedFd>,
}

impl PairCard {
    pub(super) fn encode(&self, table: Arc<OwnedFd>, process: Arc<OwnedFd>) -> Card {
        let flags = if self.fences_itself { FLAG_FENCES_ITSELF } else { 0 };
        let mut bytes = header(KIND_PAIR, flags, self.fabric);
        bytes.extend(self.number.to_le_bytes());
        Card { bytes, fds: vec![table, process] }
    }

    pub(super) fn decode(card: &Card) -> Result<(PairCard, PairFiles<'_>), Error> {
        let (mut rest, flags, fabric) = open(card, KIND_PAIR, "queue pair", 4)?;
        let [table, process] = card.fds.as_slice() else {
            return Err(files(card, "queue pair", 2));
        };
        if !is_pidfd(process) {
            return Err(bad("its second file is not a pidfd".to_owned()));
        }
        let number = u32::from_le_bytes(take(&mut rest));
        let fences_itself = flags & FLAG_FENCES_ITSELF != 0;
        Ok((PairCard { fabric, number, fences_itself }, PairFiles { table, process }))
    }
}

/// Checks the header; the answer is the body, the flags and the fabric.
fn open<'a>(
    card: &'a Card,
    kind: u8,
    name: &str,
    body: usize,
) -> Result<(&'a [u8], u8, FabricId), Error> {
    let bytes = card.bytes.as_slice();
    let Some(mut rest) = bytes.strip_prefix(MAGIC) else {
        return Err(bad(format!("it is not a card of the provider shm: {}", start_of(bytes))));
    };
    if bytes.len() < 8 {
        return Err(bad(format!("it is cut off after {} bytes", bytes.len())));
    }
    let [its_kind, version, flags] = take(&mut rest);
    if version != VERSION {
        return Err(bad(format!(
            "it has version {version}, this process speaks {VERSION}: run the same program version \
             everywhere"
        )));
    }
    if its_kind != kind {
        return Err(bad(format!(
            "it is a card of kind {:?}, not of a {name}",
            char::from(its_kind)
        )));
    }
    if rest.len() != 16 + body {
        return Err(bad(format!(
            "it has {} bytes, the card of a {name} has {}",
            bytes.len(),
            24 + body
        )));
    }
    let fabric = FabricId(take(&mut rest));
    Ok((rest, flags, fabric))
}

/// The caller has checked that there are so many bytes.
fn take<const N: usize>(bytes: &mut &[u8]) -> [u8; N] {
    let (head, rest) = bytes.split_at(N);
    *bytes = rest;
    head.try_into().expect("split at N")
}

fn files(card: &Card, name: &str, want: usize) -> Error {
    bad(format!(
        "{} files came with it, the card of a {name} has {want}: carry them by SCM_RIGHTS",
        card.fds.len()
    ))
}

fn start_of(bytes: &[u8]) -> String {
    match bytes {
        [] => "it is empty".to_owned(),
        bytes => format!("it begins with {:02x?}", &bytes[..bytes.len().min(8)]),
    }
}

fn bad(reason: String) -> Error {
    Error::BadCard { reason }
}

/// Asks the kernel without any effect: only a pidfd can name a process to wait for.
fn is_pidfd(fd: &OwnedFd) -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    let answer = rustix::process::waitid(WaitId::PidFd(fd.as_fd()), options);
    matches!(answer, Ok(_) | Err(rustix::io::Errno::CHILD))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Memory;

    const FABRIC: FabricId = FabricId([7; 16]);

    fn region() -> Card {
        let memory = Memory::allocate(4096).unwrap();
        RegionCard { fabric: FABRIC, key: 0x1002, rights: 5, addr: 0x7000, len: 4096 }
            .encode(memory.shared_fd().unwrap())
    }

    fn pair() -> Card {
        let memory = Memory::allocate(4096).unwrap();
        let me = rustix::process::pidfd_open(
            rustix::process::getpid(),
            rustix::process::PidfdFlags::empty(),
        )
        .unwrap();
        PairCard { fabric: FABRIC, number: 0x2003, fences_itself: true }
            .encode(memory.shared_fd().unwrap(), Arc::new(me))
    }

    #[test]
    fn golden_bytes() {
        let mut want = b"PGshmR\x01\x00".to_vec();
        want.extend([7; 16]);
        want.extend([2, 0x10, 0, 0, 5, 0, 0, 0]);
        want.extend([0, 0x70, 0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0]);
        assert_eq!(region().bytes, want);
        let mut want = b"PGshmQ\x01\x01".to_vec();
        want.extend([7; 16]);
        want.extend([3, 0x20, 0, 0]);
        assert_eq!(pair().bytes, want);
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        let card = region();
        let (decoded, _) = RegionCard::decode(&card).unwrap();
        assert_eq!((decoded.key, decoded.addr, decoded.len), (0x1002, 0x7000, 4096));
        let card = pair();
        let (decoded, _) = PairCard::decode(&card).unwrap();
        assert_eq!(decoded, PairCard { fabric: FABRIC, number: 0x2003, fences_itself: true });
    }

    #[test]
    fn every_cut_and_every_wrong_file_is_refused_with_a_reason() {
        for whole in [region(), pair()] {
            for len in 0..whole.bytes.len() {
                let card = Card { bytes: whole.bytes[..len].to_vec(), fds: whole.fds.clone() };
                assert!(RegionCard::decode(&card).is_err() && PairCard::decode(&card).is_err());
            }
            let bare = Card { bytes: whole.bytes.clone(), fds: vec![] };
            assert!(RegionCard::decode(&bare).is_err() && PairCard::decode(&bare).is_err());
        }
        let error = PairCard::decode(&region()).err().unwrap().to_string();
        assert!(error.contains("kind 'R', not of a queue pair"), "{error}");
        let mut card = pair();
        card.fds.swap(0, 1);
        let error = PairCard::decode(&card).err().unwrap().to_string();
        assert!(error.contains("not a pidfd"), "{error}");
        let mut card = pair();
        card.bytes[6] = 9;
        let error = PairCard::decode(&card).err().unwrap().to_string();
        assert!(error.contains("version 9"), "{error}");
    }

    #[test]
    fn a_region_that_wraps_around_is_refused() {
        let mut card = region();
        card.bytes[32..40].fill(0xff);
        assert!(RegionCard::decode(&card).err().unwrap().to_string().contains("address space"));
    }
}
