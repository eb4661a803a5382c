//! 64-bit atomics on the elements of an array.
//!
//! They are atomic against each other, from whatever node and thread, and against nothing else: an
//! element that atomics touch is changed by atomics only (a `put` of it may be lost, or lose them).

use verbs_shim::{Atomic, Update};

use super::array::Array;
use crate::error::Error;
use crate::primitives::Primitives;
use crate::space::Word;

impl<T: Word, P: Primitives> Array<T, P> {
    /// Adds to an element, wrapping around; the answer is its value before. One round trip.
    ///
    /// # Errors
    /// As [`Array::get`]; [`Error::Indeterminate`] when the connection failed after the request went
    /// out and before its answer came. It is never repeated, so it happened at most once.
    #[inline]
    pub fn fetch_add(&self, index: usize, add: T) -> Result<T, Error> {
        let Some(index) = self.inside(index) else { return Err(self.outside(index)) };
        let before = self.relaxed().atomic(index, Atomic::FetchAdd { add: add.to_word() })?;
        Ok(T::from_word(before))
    }

    /// Stores `new` if the element equals `expected`; the answer is its value before, so it was stored
    /// if that equals `expected`. One round trip.
    ///
    /// # Errors
    /// As [`Array::fetch_add`].
    #[inline]
    pub fn compare_swap(&self, index: usize, expected: T, new: T) -> Result<T, Error> {
        let Some(index) = self.inside(index) else { return Err(self.outside(index)) };
        let atomic = Atomic::CompareSwap { expected: expected.to_word(), new: new.to_word() };
        Ok(T::from_word(self.relaxed().atomic(index, atomic)?))
    }

    /// The element, in order with the atomics on it. One round trip.
    ///
    /// # Errors
    /// As [`Array::get`].
    #[inline]
    pub fn load(&self, index: usize) -> Result<T, Error> {
        let index = self.check(index)?;
        Ok(T::from_word(self.relaxed().load(index)?))
    }

    /// Replaces the element; the answer is its value before. Two round trips, and one more for each
    /// time that somebody else changes it meanwhile.
    ///
    /// # Errors
    /// As [`Array::fetch_add`].
    pub fn swap(&self, index: usize, new: T) -> Result<T, Error> {
        self.update(index, |_| new.to_word())
    }

    /// Replaces the element, as [`Array::swap`].
    ///
    /// # Errors
    /// As [`Array::fetch_add`].
    pub fn store(&self, index: usize, new: T) -> Result<(), Error> {
        self.swap(index, new).map(|_| ())
    }

    /// Bitwise "and" with an element, as [`Array::swap`].
    ///
    /// # Errors
    /// As [`Array::fetch_add`].
    pub fn fetch_and(&self, index: usize, bits: T) -> Result<T, Error> {
        self.update(index, |word| word & bits.to_word())
    }

    /// Bitwise "or" with an element, as [`Array::swap`].
    ///
    /// # Errors
    /// As [`Array::fetch_add`].
    pub fn fetch_or(&self, index: usize, bits: T) -> Result<T, Error> {
        self.update(index, |word| word | bits.to_word())
    }

    /// Bitwise "exclusive or" with an element, as [`Array::swap`].
    ///
    /// # Errors
    /// As [`Array::fetch_add`].
    pub fn fetch_xor(&self, index: usize, bits: T) -> Result<T, Error> {
        self.update(index, |word| word ^ bits.to_word())
    }

    /// Adds values to the elements of these indices, wrapping around, without telling what they were before; made for
    /// tables that are updated at random places. Each addition is an atomic by itself, made exactly once, in any
    /// order; all are at their homes when it returns. An index may stand there several times.
    ///
    /// Batches of 64, one doorbell for each home and one round trip. Where the provider executes in place, one
    /// instruction each, while the words of those that follow are fetched.
    ///
    /// # Errors
    /// As [`Array::gather`], with nothing done; [`Error::Indeterminate`], or that the home cannot be reached, as with
    /// [`Array::fetch_add`]: each of them has been made once or not at all then.
    pub fn add_many(&self, indices: &[usize], values: &[T]) -> Result<(), Error> {
        self.update_many(Update::Add, indices, values)
    }

    /// Bitwise "and" of each of these elements with its value, as [`Array::add_many`]; where NICs execute it two round
    /// trips for a batch, and one more for each time that words in it were changed meanwhile, or before it in the
    /// batch.
    ///
    /// # Errors
    /// As [`Array::add_many`].
    pub fn and_many(&self, indices: &[usize], bits: &[T]) -> Result<(), Error> {
        self.update_many(Update::And, indices, bits)
    }

    /// Bitwise "or" of each of these elements with its value, as [`Array::and_many`].
    ///
    /// # Errors
    /// As [`Array::add_many`].
    pub fn or_many(&self, indices: &[usize], bits: &[T]) -> Result<(), Error> {
        self.update_many(Update::Or, indices, bits)
    }

    /// Bitwise "exclusive or" of each of these elements with its value, as [`Array::and_many`].
    ///
    /// # Errors
    /// As [`Array::add_many`].
    pub fn xor_many(&self, indices: &[usize], bits: &[T]) -> Result<(), Error> {
        self.update_many(Update::Xor, indices, bits)
    }

    fn update_many(&self, update: Update, indices: &[usize], operands: &[T]) -> Result<(), Error> {
        self.check_all(indices, operands.len())?;
        self.relaxed().update_many(update, indices.len(), |number| {
            (indices[number] as u64, operands[number].to_word())
        })
    }

    fn update(&self, index: usize, next: impl Fn(u64) -> u64) -> Result<T, Error> {
        let index = self.check(index)?;
        Ok(T::from_word(self.relaxed().update(index, next)?))
    }
}
