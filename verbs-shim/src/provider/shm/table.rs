//! The key table: what a process lets its peers know at each operation.
//!
//! It is a sealed memfd that the owner's peers map too. Its layout (native words of 8 bytes; all
//! who map it share a host):
//!
//! ```text
//!  0      header: MAGIC · changes
//!  64     REGIONS region slots: key (0 = none) · rights · address · length
//!  …      PAIRS pair slots: state · seq · id of the peer (2 words) · number of the peer · unused
//! ```
//!
//! Who writes: the owner alone, through `Inner` and by the pair that has the slot; when it has died, each of its
//! peers adds to `changes`.
//! Who reads: initiators read `key` and `state` with each operation, the rest once. `seq` is read by
//! the *responder* that a pair is connected to, when it fences (see [`super::fence`]).
//!
//! `changes` is how often something was forbidden: a key or a pair has ended. It is added to after that is said in its
//! slot and before it is waited for that accesses end, so an initiator that sees the number it knows may go
//! on without looking at the slots ([`super::way`]).
//!
//! A key is `generation << REGION_BITS | slot`, the number of a pair `generation << PAIR_BITS | slot`.
//! Generations begin at 1 and rise with each use of a slot; a slot whose generations are used up is
//! never used again. So no key and no number ever comes back within the life of a fabric.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::Error;
use crate::memory::{HugePages, Memory};

pub(super) const REGION_BITS: u32 = 12;
pub(super) const PAIR_BITS: u32 = 13;
const REGIONS: usize = 1 << REGION_BITS;
const PAIRS: usize = 1 << PAIR_BITS;

const MAGIC: u64 = u64::from_le_bytes(*b"pgshmkt2");
const CHANGES_AT: usize = 8;
const HEADER: usize = 64;
const PAIRS_AT: usize = HEADER + REGIONS * size_of::<RegionSlot>();
const BYTES: usize = PAIRS_AT + PAIRS * size_of::<PairSlot>();
/// As [`Memory`] rounds, but not with the page size of this machine: it is part of the layout.
const ROUNDED: usize = BYTES.next_multiple_of(64 << 10);

/// The rights of a region, as bits.
pub(super) mod right {
    pub(in super::super) const READ: u64 = 1;
    pub(in super::super) const WRITE: u64 = 2;
    pub(in super::super) const ATOMIC: u64 = 4;
    pub(in super::super) const ALL: u64 = READ | WRITE | ATOMIC;
}

/// A registered region. While `key` is not 0 the other words do not change.
#[repr(C)]
pub(super) struct RegionSlot {
    pub(super) key: AtomicU64,
    pub(super) rights: AtomicU64,
    pub(super) addr: AtomicU64,
    pub(super) len: AtomicU64,
}

/// A queue pair. On a cache line of its own, because its thread writes `seq` with each operation.
#[repr(C, align(64))]
pub(super) struct PairSlot {
    /// [`state`] of the pair that has this slot, or 0.
    pub(super) state: AtomicU64,
    /// Odd while the pair's thread is changing memory of its peer.
    pub(super) seq: AtomicU64,
    /// Which pair it is connected to; valid when `state` says connected.
    pub(super) peer: [AtomicU64; 2],
    pub(super) peer_number: AtomicU64,
}

const _: () = assert!(size_of::<RegionSlot>() == 32 && size_of::<PairSlot>() == 64);
const _: () = assert!(PAIRS_AT.is_multiple_of(align_of::<PairSlot>()));

/// The word of a pair's state: its number and how far it is.
pub(super) mod state {
    /// No pair has this word: a pair that must not operate compares with it.
    pub(in super::super) const NEVER: u64 = u64::MAX;

    pub(in super::super) const fn made(number: u32) -> u64 {
        (number as u64) << 8 | 1
    }
    pub(in super::super) const fn connected(number: u32) -> u64 {
        (number as u64) << 8 | 2
    }
    pub(in super::super) const fn failed(number: u32) -> u64 {
        (number as u64) << 8 | 3
    }
}

/// A key table, one's own or a peer's.
#[derive(Debug)]
pub(super) struct Table {
    memory: Memory,
}

impl Table {
    pub(super) fn create() -> Result<Table, Error> {
        let memory = Memory::allocate_with(ROUNDED, HugePages::No)?;
        memory.atomic_u64(0).store(MAGIC, Ordering::Release);
        Ok(Table { memory })
    }

    pub(super) fn import(fd: &Arc<OwnedFd>) -> Result<Table, Error> {
        let memory = Memory::import(Arc::clone(fd), ROUNDED).map_err(|error| match error {
            Error::BadCard { reason } => Error::BadCard { reason: format!("key table: {reason}") },
            other => other,
        })?;
        let magic = memory.atomic_u64(0).load(Ordering::Acquire);
        if magic != MAGIC {
            return Err(Error::BadCard {
                reason: format!("its key table begins with {magic:#x}, not {MAGIC:#x}"),
            });
        }
        Ok(Table { memory })
    }

    pub(super) fn fd(&self) -> Arc<OwnedFd> {
        self.memory.shared_fd().expect("a table is made of a memfd")
    }

    /// How often something was forbidden.
    pub(super) fn changes(&self) -> &AtomicU64 {
        self.memory.atomic_u64(CHANGES_AT)
    }

    /// Stores a word of a slot that forbids what was allowed, and says that there is one more of them.
    pub(super) fn forbid(&self, word: &AtomicU64, value: u64) {
        word.store(value, Ordering::SeqCst);
        self.changes().fetch_add(1, Ordering::SeqCst);
    }

    /// The slot of a key, whoever has it now.
    pub(super) fn region(&self, key: u32) -> &RegionSlot {
        let slot = region_slot(key);
        // SAFETY: the mask keeps the slot inside of the table, whose length is fixed (checked by
        // `import`), the offset is a multiple of 8, and the type is made of atomics alone.
        unsafe {
            &*self.memory.as_ptr().add(HEADER + slot * size_of::<RegionSlot>()).cast::<RegionSlot>()
        }
    }

    /// The slot of a pair's number, whoever has it now.
    pub(super) fn pair(&self, number: u32) -> &PairSlot {
        let slot = number as usize & (PAIRS - 1);
        // SAFETY: as in `region`; `PAIRS_AT` and the size of a slot are multiples of 64.
        unsafe {
            &*self.memory.as_ptr().add(PAIRS_AT + slot * size_of::<PairSlot>()).cast::<PairSlot>()
        }
    }
}

#[inline]
pub(super) fn region_slot(key: u32) -> usize {
    key as usize & (REGIONS - 1)
}

/// Gives out the slots of one kind, the lowest first, so that what is in use stays together.
#[derive(Debug)]
pub(super) struct Slots {
    bits: u32,
    /// The generation each slot had last; slots beyond have never been used.
    generations: Vec<u32>,
    free: std::collections::BTreeSet<u32>,
}

impl Slots {
    pub(super) fn new(bits: u32) -> Slots {
        Slots { bits, generations: Vec::new(), free: Default::default() }
    }

    /// A number that was never given out before, or `None` when all slots are in use (or used up).
    pub(super) fn take(&mut self) -> Option<u32> {
        let slot = match self.free.pop_first() {
            Some(slot) => slot,
            None if self.generations.len() < 1 << self.bits => {
                self.generations.push(0);
                self.generations.len() as u32 - 1
            }
            None => return None,
        };
        let generation = &mut self.generations[slot as usize];
        *generation += 1;
        Some(*generation << self.bits | slot)
    }

    pub(super) fn give_back(&mut self, number: u32) {
        let slot = number & ((1 << self.bits) - 1);
        let last = u32::MAX >> self.bits;
        if self.generations[slot as usize] < last {
            self.free.insert(slot);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_never_come_back_even_when_generations_are_used_up() {
        let mut slots = Slots::new(29);
        let mut seen = std::collections::HashSet::new();
        for _ in 0..100 {
            let (a, b) = (slots.take().unwrap(), slots.take().unwrap());
            assert!(seen.insert(a) && seen.insert(b) && a != 0 && b != 0);
            slots.give_back(a);
            slots.give_back(b);
        }
    }

    #[test]
    fn the_lowest_slot_is_used_first_and_none_twice_at_once() {
        let mut slots = Slots::new(2);
        let all: Vec<u32> = (0..4).map(|_| slots.take().unwrap()).collect();
        assert_eq!(all.iter().map(|n| n & 3).collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert_eq!(slots.take(), None);
        slots.give_back(all[2]);
        slots.give_back(all[1]);
        assert_eq!(slots.take(), Some(2 << 2 | 1));
        assert_eq!(slots.take(), Some(2 << 2 | 2));
    }

    #[test]
    fn another_memfd_is_no_key_table() {
        let small = Memory::allocate(4096).unwrap();
        let error = Table::import(&small.shared_fd().unwrap()).unwrap_err().to_string();
        assert!(error.contains("key table") && error.contains("4096 bytes"), "{error}");
        let zeros = Memory::allocate_with(ROUNDED, HugePages::No).unwrap();
        let error = Table::import(&zeros.shared_fd().unwrap()).unwrap_err().to_string();
        assert!(error.contains("begins with 0x0"), "{error}");
    }
}
