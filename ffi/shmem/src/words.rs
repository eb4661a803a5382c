//! Where shmem's own words lie: at the same offset on all PEs, between image and heap, all 0 at first.
//!
//! | what | bytes | used by |
//! | --- | ---: | --- |
//! | rendezvous | 512, padded to a page | `rendezvous` |
//! | locks of atomics with 32 bits | 8 Ki | `atomics` |
//! | slots of teams | 64 × 64 Ki and a half | teams and their collectives, see `collectives::layout` |

use crate::collectives::{SLOT_BYTES, SLOTS};

/// How many locks there are.
pub(crate) const LOCKS: u64 = 1024;

const RENDEZVOUS: u64 = 0;
const LOCKS_AT: u64 = RENDEZVOUS + 4096;
const TEAMS_AT: u64 = LOCKS_AT + LOCKS * 8;

/// How many bytes all words have.
pub(crate) const LEN: u64 = TEAMS_AT + SLOTS * SLOT_BYTES;

const _: () = assert!(LEN.is_multiple_of(4096), "the heap begins on a page");

/// Offsets in the symmetric range.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words {
    start: u64,
}

impl Words {
    /// Words that begin there.
    pub(crate) fn new(start: u64) -> Words {
        Words { start }
    }

    /// Those of `rendezvous`.
    pub(crate) fn rendezvous(self) -> u64 {
        self.start + RENDEZVOUS
    }

    /// The first lock of atomics with 32 bits.
    pub(crate) fn locks(self) -> u64 {
        self.start + LOCKS_AT
    }

    /// A team's slot.
    pub(crate) fn team(self, slot: u64) -> u64 {
        debug_assert!(slot < SLOTS, "there are {SLOTS} slots");
        self.start + TEAMS_AT + slot * SLOT_BYTES
    }
}
