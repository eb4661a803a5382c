//! Signals: a word that is written behind a transfer, and says that it is there. Both travel as one batch.

use std::slice;
use std::sync::atomic::Ordering;

use verbs_shim::Atomic;

use super::Symmetric;
use super::transfer::WORTH_WAITING;
use crate::endpoint::{Place, Sign};
use crate::error::Error;
use crate::primitives::Primitives;

/// What is written behind a transfer, to say that it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// The word becomes this.
    Set(u64),
    /// This is added to the word.
    Add(u64),
}

impl<P: Primitives> Symmetric<P> {
    /// Begins to write `len` bytes, and then a word that says that they are there, as one batch. The bytes may be changed
    /// again on return; all is done after [`Symmetric::quiet`].
    ///
    /// # Errors
    /// As [`Symmetric::write_later`]; and for a word that is not aligned.
    ///
    /// # Safety
    /// As [`Symmetric::write`].
    pub unsafe fn write_signal(
        &self,
        rank: u32,
        at: u64,
        from: *const u8,
        len: usize,
        signal_at: u64,
        signal: Signal,
    ) -> Result<(), Error> {
        let word = self.word(rank, signal_at, 8)?;
        let place = self.place(rank, at, len)?;
        if self.in_place || rank == self.rank() || len >= WORTH_WAITING {
            // SAFETY: as the caller promises.
            unsafe { self.write_later(rank, at, from, len)? };
            return self.sign(rank, signal_at, signal);
        }
        // SAFETY: valid and not changed meanwhile, as the caller promises.
        let bytes = unsafe { bytes_of(from, len) };
        self.endpoint.write_and_sign(place, bytes, word, signal.into())
    }

    /// As [`Symmetric::write_signal`], for bytes that are lent until [`Symmetric::quiet`].
    ///
    /// # Errors
    /// As [`Symmetric::write_signal`].
    ///
    /// # Safety
    /// As [`Symmetric::write_lent`].
    pub unsafe fn write_signal_lent(
        &self,
        rank: u32,
        at: u64,
        from: *const u8,
        len: usize,
        signal_at: u64,
        signal: Signal,
    ) -> Result<(), Error> {
        let word = self.word(rank, signal_at, 8)?;
        let place = self.place(rank, at, len)?;
        if rank != self.rank()
            && !self.in_place
            && let Some(own) = self.direct(from, len)
        {
            self.endpoint.write_direct_later(place, own)?;
            return self.endpoint.write_and_sign(word, &[], word, signal.into());
        }
        // SAFETY: as the caller promises.
        unsafe { self.write_signal(rank, at, from, len, signal_at, signal) }
    }

    /// Begins to write a signal behind what this thread has begun to write to the same node.
    ///
    /// # Errors
    /// As [`Symmetric::write_later`]; and for a word that is not aligned.
    pub fn sign(&self, rank: u32, at: u64, signal: Signal) -> Result<(), Error> {
        let word = self.word(rank, at, 8)?;
        self.fence();
        if !self.in_place && rank != self.rank() {
            return self.endpoint.write_and_sign(word, &[], word, signal.into());
        }
        match signal {
            Signal::Set(value) => self.store(word, value),
            Signal::Add(add) => self.add(word, add),
        }
    }

    /// Stores a word of this node, or of one that is reached in place.
    fn store(&self, word: Place, value: u64) -> Result<(), Error> {
        match self.atomic_here(word) {
            Some(here) => {
                here.store(value, Ordering::Release);
                Ok(())
            }
            None => self.endpoint.write(word, &value.to_ne_bytes()),
        }
    }

    fn add(&self, word: Place, add: u64) -> Result<(), Error> {
        match self.atomic_here(word) {
            Some(here) => _ = here.fetch_add(add, Ordering::AcqRel),
            None => _ = self.endpoint.atomic(word, Atomic::FetchAdd { add })?,
        }
        Ok(())
    }
}

/// As a slice, also of no bytes.
///
/// # Safety
/// Valid for reads of `len` bytes, which nobody changes while the slice lives.
unsafe fn bytes_of<'a>(from: *const u8, len: usize) -> &'a [u8] {
    if len == 0 {
        return &[];
    }
    // SAFETY: as the caller promises.
    unsafe { slice::from_raw_parts(from, len) }
}

impl From<Signal> for Sign {
    fn from(signal: Signal) -> Sign {
        match signal {
            Signal::Set(value) => Sign::Set(value),
            Signal::Add(add) => Sign::Add(add),
        }
    }
}
