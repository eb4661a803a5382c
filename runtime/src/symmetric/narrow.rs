//! Atomics on words of 32 bits, where the provider has those of 64 bits alone.
//!
//! A compare-and-swap of the 8 bytes around a word would lose a WRITE to its neighbor that arrives amid it, because
//! neither WRITEs nor the home's own stores are atomic against atomics of a NIC. So no atomic touches a cell that
//! it does not own whole: each node has a table of locks, words of 64 bits, chosen by the word's offset, and
//! whoever changes a word of 32 bits by an atomic has its lock, the home too.
//!
//! ```text
//!  1.  CAS lock 0 → rank + 1, READ the word     the READ counts if the CAS has won, else again
//!  2.  WRITE the word, CAS lock rank + 1 → 0    in this order on one pair: free only when the word is there
//! ```
//!
//! A load needs no lock, since a WRITE of 4 aligned bytes is whole; a store does, for one between another's READ
//! and WRITE would be lost. Nobody takes a lock over: whoever dies with one ends the job.

use std::sync::atomic::AtomicU32;

use super::{Atomic32, AtomicOperation, Symmetric};
use crate::endpoint::{ExchangeError, Place, Step};
use crate::error::Error;
use crate::primitives::{Mutex, MutexGuard, Primitives};

/// Locks of a table.
const LOCKS: u64 = 1024;

/// Bytes of a table of locks, all zero at first.
pub const LOCKS_BYTES: u64 = 8 * LOCKS;

/// Locks of this process among which its threads queue, before one of them tries a node's.
const TURNS: usize = 64;

/// What threads of this process queue at.
pub(super) struct Turns<P: Primitives>([Mutex<(), P>; TURNS]);

impl<P: Primitives> Turns<P> {
    pub(super) fn new() -> Turns<P> {
        Turns(std::array::from_fn(|_| Mutex::new(())))
    }

    fn take(&self, lock: u64) -> MutexGuard<'_, ()> {
        self.0[lock as usize % TURNS].lock()
    }
}

/// The number of the lock of a word.
fn lock_of(at: u64) -> u64 {
    // Words side by side have locks apart (Fibonacci hashing).
    (at / 4).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - LOCKS.ilog2())
}

impl<P: Primitives> Symmetric<P> {
    /// Executes an atomic on a word of 32 bits; answered by its value before. `locks_at`: where each node has
    /// [`LOCKS_BYTES`] for this, all zero at first, and the same for all who use the word. Over a NIC two round trips,
    /// and one for each time that the lock was taken; one for a load.
    ///
    /// # Errors
    /// As [`Symmetric::atomic`].
    #[inline]
    pub fn atomic32(
        &self,
        rank: u32,
        at: u64,
        operation: Atomic32,
        locks_at: u64,
    ) -> Result<u32, Error> {
        let word = self.word(rank, at, 4)?;
        if let Some(here) = self.here(word) {
            // SAFETY: in symmetric memory and aligned, see `word`; mapped as long as `self`.
            return Ok(operation.execute(unsafe { AtomicU32::from_ptr(here.cast()) }));
        }
        if operation == AtomicOperation::Fetch {
            let mut value = [0; 4];
            self.endpoint.read(word, &mut value)?;
            return Ok(u32::from_ne_bytes(value));
        }
        let number = lock_of(at);
        let lock = self.word(rank, locks_at + 8 * number, 8)?;
        let turn = self.turns.take(number);
        let before = self.modify_locked(word, lock, operation);
        drop(turn);
        before
    }

    fn modify_locked(&self, word: Place, lock: Place, operation: Atomic32) -> Result<u32, Error> {
        let holder = u64::from(self.rank()) + 1;
        let mut value = [0; 4];
        let mut attempt = 0;
        loop {
            let steps = [
                Step::CompareSwap { at: lock.offset, expected: 0, new: holder },
                Step::Read { at: word.offset, into: &mut value },
            ];
            let [before, _] = self.endpoint.exchange(lock.rank, steps).map_err(lost)?;
            if before == 0 {
                break;
            }
            self.endpoint.check_membership()?;
            self.endpoint.health().check()?;
            P::relax(attempt);
            attempt = attempt.saturating_add(1);
        }
        let before = u32::from_ne_bytes(value);
        let after = operation.of(before).to_ne_bytes();
        let unlock = Step::CompareSwap { at: lock.offset, expected: holder, new: 0 };
        let steps = [Step::Write { at: word.offset, from: &after }, unlock];
        self.endpoint.exchange(lock.rank, steps).map_err(lost)?;
        Ok(before)
    }
}

/// An exchange that was not answered: whether the word was changed, and is locked, is not known.
fn lost(error: ExchangeError) -> Error {
    match error {
        ExchangeError::Lost(error) => Error::Indeterminate(error),
        ExchangeError::Fatal(error) => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_are_spread() {
        let mut uses = vec![0; LOCKS as usize];
        for word in 0..4 * LOCKS {
            uses[lock_of(4 * word) as usize] += 1;
        }
        assert!(uses.iter().all(|uses| (1..=8).contains(uses)), "{uses:?}");
        assert_ne!(lock_of(4096), lock_of(4100), "neighbors do not share one");
    }
}
