//! Where shmem's own words lie: at the beginning of the symmetric range, before the heap, all 0 at first.
//!
//! | what | bytes | used by |
//! | --- | ---: | --- |
//! | rendezvous | 512, padded to a page | `rendezvous` |
//! | locks of atomics with 32 bits | 8 Ki | `atomics` |
//! | slots of teams | 64 × 64 Ki and a half | teams and their collectives, see `collectives::layout` |

use crate::collectives::{SLOT_BYTES, SLOTS};

/// How many locks there are.
pub(crate) const LOCKS: u64 = 1024;

/// Where those of `rendezvous` begin.
pub(crate) const RENDEZVOUS: u64 = 0;
/// The first lock of atomics with 32 bits.
pub(crate) const LOCKS_AT: u64 = RENDEZVOUS + 4096;
const TEAMS_AT: u64 = LOCKS_AT + LOCKS * 8;

/// How many bytes all words have.
pub(crate) const LEN: u64 = TEAMS_AT + SLOTS * SLOT_BYTES;

const _: () = assert!(LEN.is_multiple_of(4096), "the heap begins on a page");

/// A team's slot.
pub(crate) fn team(slot: u64) -> u64 {
    debug_assert!(slot < SLOTS, "there are {SLOTS} slots");
    TEAMS_AT + slot * SLOT_BYTES
}
