//! What collectives stand on: the memory of all PEs, by rank and offset.
//!
//! The algorithms are written against this, so that they run between threads in tests, in place and not, with sizes that
//! a job of processes would not reach.

use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::Problem;

/// The memory of all PEs.
pub(crate) trait Ground: Sync {
    /// The rank of this PE in the world.
    fn rank(&self) -> u32;

    /// Where a PE's offset 0 is mapped here, if it is. That of this PE is.
    fn mapped(&self, rank: u32) -> Option<*mut u8>;

    /// Whether all PEs' memory is mapped here.
    fn in_place(&self) -> bool;

    /// Begins to read; the bytes are there after [`Ground::quiet`].
    ///
    /// # Safety
    /// `into` has room for `len` bytes that nobody else uses until then.
    unsafe fn read_later(
        &self,
        rank: u32,
        at: u64,
        into: *mut u8,
        len: usize,
    ) -> Result<(), Problem>;

    /// Begins to write; the source may be used again, the bytes are there after [`Ground::quiet`].
    ///
    /// # Safety
    /// `from` has `len` bytes that nobody writes.
    unsafe fn write_later(
        &self,
        rank: u32,
        at: u64,
        from: *const u8,
        len: usize,
    ) -> Result<(), Problem>;

    /// Writes, and then sets the word at `sign`: who sees the word sees the bytes.
    ///
    /// # Safety
    /// As for [`Ground::write_later`].
    unsafe fn write_sign(
        &self,
        rank: u32,
        at: u64,
        from: *const u8,
        len: usize,
        sign: u64,
        value: u64,
    ) -> Result<(), Problem>;

    /// Adds to a word of any PE, this one included: atomic among all who use this.
    fn add(&self, rank: u32, at: u64, value: u64) -> Result<(), Problem>;

    /// Completes what this thread began.
    fn quiet(&self) -> Result<(), Problem>;

    /// Waits until `ready`.
    fn wait(&self, ready: impl FnMut() -> bool) -> Result<(), Problem>;

    /// This PE's own memory at an offset.
    #[inline]
    fn own(&self, at: u64) -> *mut u8 {
        let base = self.mapped(self.rank()).expect("a PE's own memory is mapped");
        base.wrapping_add(at as usize)
    }

    /// A word of this PE.
    #[inline]
    fn own_word(&self, at: u64) -> &AtomicU64 {
        // SAFETY: offsets of words are within the symmetric range and aligned; words are only used as atomics.
        unsafe { AtomicU64::from_ptr(self.own(at).cast()) }
    }

    /// Sets a word of a PE, after all that this thread wrote before.
    #[inline]
    fn set(&self, rank: u32, at: u64, value: u64) -> Result<(), Problem> {
        match self.mapped(rank) {
            Some(base) => {
                // SAFETY: as for `own_word`, of the PE that is mapped there.
                let word = unsafe { AtomicU64::from_ptr(base.wrapping_add(at as usize).cast()) };
                word.store(value, Ordering::Release);
                Ok(())
            }
            // SAFETY: nothing is written but the word.
            None => unsafe { self.write_sign(rank, at, ptr::null(), 0, at, value) },
        }
    }

    /// Waits until a word of this PE is that value or later.
    #[inline]
    fn until(&self, at: u64, value: u64) -> Result<(), Problem> {
        let word = self.own_word(at);
        if word.load(Ordering::Acquire) >= value {
            return Ok(());
        }
        self.wait(|| word.load(Ordering::Acquire) >= value)
    }
}
