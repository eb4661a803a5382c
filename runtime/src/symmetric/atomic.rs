//! What atomics there are; and those on words of 64 bits: instructions of the processor in place, else what a NIC has,
//! and compare-and-swaps for what it has not.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use verbs_shim::Atomic;

use super::{Symmetric, SymmetricError};
use crate::endpoint::Place;
use crate::error::Error;
use crate::primitives::Primitives;

/// What is done to a word; answered by its value before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtomicOperation<T> {
    /// Nothing.
    Fetch,
    /// It becomes this, and what it was does not matter.
    Set(T),
    /// It becomes this.
    Swap(T),
    /// It becomes `new` if it is `expected`.
    CompareSwap {
        /// What it must be.
        expected: T,
        /// What it becomes.
        new: T,
    },
    /// This is added, wrapping.
    Add(T),
    /// Its bits that are not in this are cleared.
    And(T),
    /// The bits of this are set.
    Or(T),
    /// The bits of this are turned over.
    Xor(T),
}

/// On words of 64 bits.
pub type Atomic64 = AtomicOperation<u64>;

/// On words of 32 bits.
pub type Atomic32 = AtomicOperation<u32>;

macro_rules! operations_on {
    ($plain:ty, $atomic:ty) => {
        impl AtomicOperation<$plain> {
            /// The word after it.
            pub(super) fn of(self, before: $plain) -> $plain {
                match self {
                    AtomicOperation::Fetch => before,
                    AtomicOperation::Set(new) | AtomicOperation::Swap(new) => new,
                    AtomicOperation::CompareSwap { expected, new } if before == expected => new,
                    AtomicOperation::CompareSwap { .. } => before,
                    AtomicOperation::Add(add) => before.wrapping_add(add),
                    AtomicOperation::And(bits) => before & bits,
                    AtomicOperation::Or(bits) => before | bits,
                    AtomicOperation::Xor(bits) => before ^ bits,
                }
            }

            /// By the processor.
            #[inline]
            pub(super) fn execute(self, word: &$atomic) -> $plain {
                let order = Ordering::AcqRel;
                match self {
                    AtomicOperation::Fetch => word.load(Ordering::Acquire),
                    AtomicOperation::Set(new) | AtomicOperation::Swap(new) => word.swap(new, order),
                    AtomicOperation::CompareSwap { expected, new } => {
                        let swapped =
                            word.compare_exchange(expected, new, order, Ordering::Acquire);
                        swapped.unwrap_or_else(|before| before)
                    }
                    AtomicOperation::Add(add) => word.fetch_add(add, order),
                    AtomicOperation::And(bits) => word.fetch_and(bits, order),
                    AtomicOperation::Or(bits) => word.fetch_or(bits, order),
                    AtomicOperation::Xor(bits) => word.fetch_xor(bits, order),
                }
            }
        }
    };
}

operations_on!(u64, AtomicU64);
operations_on!(u32, AtomicU32);

impl<P: Primitives> Symmetric<P> {
    /// A word that atomics may be executed on.
    #[inline]
    pub(super) fn word(&self, rank: u32, at: u64, bytes: u64) -> Result<Place, Error> {
        if !at.is_multiple_of(bytes) {
            return Err(SymmetricError::Misaligned { at, bytes }.into());
        }
        self.place(rank, at, bytes as usize)
    }

    /// A word that is reached in place.
    #[inline]
    pub(super) fn atomic_here(&self, word: Place) -> Option<&AtomicU64> {
        let here = self.here(word)?;
        // SAFETY: in symmetric memory and aligned, see `word`; mapped as long as `self`.
        Some(unsafe { AtomicU64::from_ptr(here.cast()) })
    }

    /// Executes an atomic on a word of 64 bits; answered by its value before. Over a NIC one round trip; two, and one for
    /// each time that others were faster, for what is neither an addition nor a compare-and-swap.
    ///
    /// # Errors
    /// For a word that is not aligned or not symmetric, and when the atomic failed.
    #[inline]
    pub fn atomic(&self, rank: u32, at: u64, operation: Atomic64) -> Result<u64, Error> {
        let word = self.word(rank, at, 8)?;
        if let Some(here) = self.atomic_here(word) {
            return Ok(operation.execute(here));
        }
        match operation {
            AtomicOperation::Fetch => self.endpoint.atomic_load(word),
            AtomicOperation::Add(add) => self.endpoint.atomic(word, Atomic::FetchAdd { add }),
            AtomicOperation::CompareSwap { expected, new } => {
                self.endpoint.atomic(word, Atomic::CompareSwap { expected, new })
            }
            _ => self.modify(word, operation),
        }
    }

    /// By compare-and-swap until it holds. The first guess may be torn; then the compare-and-swap fails, and tells what
    /// is there.
    fn modify(&self, word: Place, operation: Atomic64) -> Result<u64, Error> {
        let mut guess = [0; 8];
        self.endpoint.read(word, &mut guess)?;
        let mut expected = u64::from_ne_bytes(guess);
        loop {
            let new = operation.of(expected);
            let before = self.endpoint.atomic(word, Atomic::CompareSwap { expected, new })?;
            if before == expected {
                return Ok(before);
            }
            expected = before;
        }
    }

    /// Begins to execute an atomic whose answer nobody wants; done after [`Symmetric::quiet`] of this thread. Only an
    /// addition at another node is not waited for.
    ///
    /// # Errors
    /// As [`Symmetric::atomic`]; later failures are told by `quiet`.
    #[inline]
    pub fn atomic_later(&self, rank: u32, at: u64, operation: Atomic64) -> Result<(), Error> {
        match operation {
            AtomicOperation::Add(add) if !self.in_place && rank != self.rank() => {
                let word = self.word(rank, at, 8)?;
                self.endpoint.write_and_sign(word, &[], word, crate::endpoint::Sign::Add(add))
            }
            _ => self.atomic(rank, at, operation).map(drop),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! check {
        ($plain:ty, $atomic:ty) => {
            let operations = [
                AtomicOperation::Fetch,
                AtomicOperation::Set(7),
                AtomicOperation::Swap(8),
                AtomicOperation::CompareSwap { expected: 0xF0F0, new: 9 },
                AtomicOperation::CompareSwap { expected: 1, new: 9 },
                AtomicOperation::Add(<$plain>::MAX),
                AtomicOperation::And(0xFF),
                AtomicOperation::Or(0xFF),
                AtomicOperation::Xor(0xFF),
            ];
            for operation in operations {
                for before in [0xF0F0, 0, <$plain>::MAX] {
                    let word = <$atomic>::new(before);
                    assert_eq!(operation.execute(&word), before);
                    assert_eq!(
                        word.into_inner(),
                        operation.of(before),
                        "{operation:?} of {before}"
                    );
                }
            }
        };
    }

    #[test]
    fn what_the_processor_does_is_what_is_computed() {
        check!(u64, AtomicU64);
        check!(u32, AtomicU32);
    }
}
