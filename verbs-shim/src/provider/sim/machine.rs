//! A machine: its registered regions, the numbers of its pairs, and its atomic unit.

use std::cell::RefCell;
use std::sync::Arc;

use super::Machine;
use super::slab::Id;
use crate::error::Status;
use crate::memory::Memory;
use crate::region::Access;
use crate::region::RemoteAddr;
use crate::work_request::OperationKind;

/// A registered region.
#[derive(Debug)]
pub(super) struct Region {
    pub(super) key: u32,
    /// The address of its first byte, as peers name it.
    pub(super) addr: u64,
    pub(super) access: Access,
    pub(super) memory: Arc<Memory>,
    /// Its pages that answers have been written to, in ascending order.
    answered: RefCell<Vec<u32>>,
}

/// Bytes of a page, as digests of states count.
pub(super) const PAGE: usize = 4096;

impl Region {
    /// An answer brings bytes for a local buffer.
    #[inline]
    pub(super) fn write_answer(&self, offset: usize, bytes: &[u8]) {
        self.memory.write(offset, bytes);
        let mut pages = self.answered.borrow_mut();
        for at in [offset, offset + bytes.len().saturating_sub(1)] {
            let page = (at / PAGE) as u32;
            if let Err(place) = pages.binary_search(&page) {
                pages.insert(place, page);
            }
        }
    }

    /// Whether a peer may reach it.
    pub(super) fn is_remote(&self) -> bool {
        self.access.remote_read || self.access.remote_write || self.access.remote_atomic
    }

    pub(super) fn answered_pages(&self) -> Vec<u32> {
        self.answered.borrow().clone()
    }
}

/// The bits of an address that tell where within its machine. Those above are the machine's number and
/// 1, so that no address of one machine is one of another, and 0 is none of any.
const ADDRESS_BITS: u32 = 40;
/// Regions begin at multiples of this, with as much in between at least.
const SPACING: u64 = 1 << 20;

#[derive(Debug)]
pub(super) struct Node {
    pub(super) machine: Machine,
    /// By ascending key: keys count up and never come back.
    regions: Vec<Region>,
    last_key: u32,
    next_addr: u64,
    /// Those with a handle, by ascending number.
    pub(super) pairs: Vec<(u32, Id)>,
    pub(super) last_number: u32,
    pub(super) queues: Vec<Id>,
    /// How many requests it has posted, and up to which of them some have been executed.
    pub(super) posted: u64,
    pub(super) newest: u64,
    /// The pair whose atomic has loaded and not stored yet, or is the next to begin.
    pub(super) unit: Option<Id>,
    /// Pairs whose atomics wait for it.
    pub(super) waiting: Vec<Id>,
}

impl Node {
    pub(super) fn new(machine: Machine) -> Node {
        Node {
            machine,
            regions: Vec::new(),
            last_key: 0,
            next_addr: SPACING,
            pairs: Vec::new(),
            last_number: 0,
            queues: Vec::new(),
            posted: 0,
            newest: 0,
            unit: None,
            waiting: Vec::new(),
        }
    }

    /// Its new key and address; `None` when either is used up.
    pub(super) fn register(&mut self, memory: &Arc<Memory>, access: Access) -> Option<(u32, u64)> {
        let key = self.last_key.checked_add(1).filter(|key| *key != u32::MAX)?;
        let len = (memory.len() as u64).checked_next_multiple_of(SPACING)?;
        let end = self.next_addr.checked_add(len)?.checked_add(SPACING)?;
        if end > 1 << ADDRESS_BITS {
            return None;
        }
        let addr = (u64::from(self.machine) + 1) << ADDRESS_BITS | self.next_addr;
        self.last_key = key;
        self.next_addr = end;
        let (memory, answered) = (Arc::clone(memory), RefCell::default());
        self.regions.push(Region { key, addr, access, memory, answered });
        Some((key, addr))
    }

    pub(super) fn deregister(&mut self, key: u32) {
        self.regions.retain(|region| region.key != key);
    }

    pub(super) fn regions(&self) -> &[Region] {
        &self.regions
    }

    pub(super) fn forget_regions(&mut self) {
        self.regions.clear();
    }

    #[inline]
    pub(super) fn region(&self, key: u32) -> Option<&Region> {
        let at = self.regions.binary_search_by_key(&key, |region| region.key).ok()?;
        Some(&self.regions[at])
    }

    /// The memory and the offset that an access reaches, as the responder checks it.
    #[inline]
    pub(super) fn check(
        &self,
        remote: RemoteAddr,
        len: u32,
        kind: OperationKind,
    ) -> Result<(&Memory, usize), Status> {
        let atomic = matches!(kind, OperationKind::CompareSwap | OperationKind::FetchAdd);
        if atomic && !remote.addr.is_multiple_of(8) {
            return Err(Status::RemoteInvalidRequest);
        }
        let region = self.region(remote.rkey.0).ok_or(Status::RemoteAccess)?;
        let allowed = match kind {
            OperationKind::Read => region.access.remote_read,
            OperationKind::Write => region.access.remote_write,
            OperationKind::CompareSwap | OperationKind::FetchAdd => region.access.remote_atomic,
        };
        let offset = remote.addr.wrapping_sub(region.addr);
        let size = region.memory.len() as u64;
        if !allowed || offset > size || u64::from(len) > size - offset {
            return Err(Status::RemoteAccess);
        }
        Ok((&region.memory, offset as usize))
    }

    /// The pair of that number, if it has a handle.
    pub(super) fn pair(&self, number: u32) -> Option<Id> {
        let at = self.pairs.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        Some(self.pairs[at].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::region::Rkey;

    #[test]
    fn accesses_are_checked_as_a_nic_does() {
        let mut node = Node::new(3);
        let memory = Arc::new(Memory::anonymous(4096).unwrap());
        let (key, addr) = node.register(&memory, Access::read_only()).unwrap();
        let at = |addr| RemoteAddr { addr, rkey: Rkey(key) };
        let check = |at, len, kind| node.check(at, len, kind).map(|(_, offset)| offset);
        assert_eq!(check(at(addr + 8), 4088, OperationKind::Read), Ok(8));
        for (at, len, kind) in [
            (at(addr + 8), 4089, OperationKind::Read),
            (at(addr - 8), 8, OperationKind::Read),
            (at(u64::MAX - 7), 8, OperationKind::Read),
            (at(addr), 8, OperationKind::Write),
            (at(addr), 8, OperationKind::FetchAdd),
            (RemoteAddr { addr, rkey: Rkey(key + 1) }, 8, OperationKind::Read),
        ] {
            assert_eq!(check(at, len, kind), Err(Status::RemoteAccess), "{at} {len} {kind}");
        }
        let misaligned = check(at(addr + 4), 8, OperationKind::CompareSwap);
        assert_eq!(misaligned, Err(Status::RemoteInvalidRequest));
    }

    #[test]
    fn keys_and_addresses_never_come_back() {
        let mut node = Node::new(0);
        let memory = Arc::new(Memory::anonymous(4096).unwrap());
        let (key, addr) = node.register(&memory, Access::all()).unwrap();
        node.deregister(key);
        assert!(node.region(key).is_none());
        let (again, elsewhere) = node.register(&memory, Access::all()).unwrap();
        assert!(again > key && elsewhere > addr + 4096);
        assert!(node.region(key).is_none() && node.region(again).is_some());
    }
}
