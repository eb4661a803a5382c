//! Reading and writing symmetric memory.
//!
//! In place each transfer is a copy, complete on return. Over a NIC what is long and lies in the node's own arena is
//! read and written there without a copy; all else passes through the thread's staging memory.

use std::ops::Range;
use std::{ptr, slice};

use super::Symmetric;
use crate::endpoint::{Item, Place};
use crate::error::Error;
use crate::primitives::Primitives;

/// From this length on, the node's own arena is not copied from or to.
const DIRECT: usize = 1 << 10;

/// From this length on, to wait for a write from the own arena costs less than to copy what it takes from there.
pub(super) const WORTH_WAITING: usize = 256 << 10;

/// Elements that travel at once.
const ELEMENTS: usize = 64;

/// Runs of elements: where the first begins, and how far it is from each to the next.
#[derive(Clone, Copy, Debug)]
pub struct Strided<T> {
    /// The first.
    pub first: T,
    /// Bytes from one to the next.
    pub stride: usize,
}

impl Strided<*mut u8> {
    fn nth(self, n: usize) -> *mut u8 {
        self.first.wrapping_add(n * self.stride)
    }
}

impl Strided<*const u8> {
    fn nth(self, n: usize) -> *const u8 {
        self.first.wrapping_add(n * self.stride)
    }
}

impl<P: Primitives> Symmetric<P> {
    /// Where a place lies in this process, if operations on it are to be executed there.
    #[inline]
    pub(super) fn here(&self, place: Place) -> Option<*mut u8> {
        if !self.in_place {
            return None;
        }
        let memory = self.mapped[place.rank as usize].as_ref()?;
        Some(memory.as_ptr().wrapping_add(place.offset as usize))
    }

    /// As a range of the own arena, if it lies there and is worth it.
    pub(super) fn direct(&self, at: *const u8, len: usize) -> Option<Range<usize>> {
        if len < DIRECT {
            return None;
        }
        let offset = (self.start + self.offset_of(at, len)?) as usize;
        Some(offset..offset + len)
    }

    /// Copies within the own memory, if that is what this is; the ranges may overlap.
    ///
    /// # Safety
    /// As [`Symmetric::write`].
    unsafe fn copy_own(&self, place: Place, other: *const u8, len: usize) -> Option<*mut u8> {
        let own = self.endpoint.arena().as_ptr().wrapping_add(place.offset as usize);
        let is_own = place.rank == self.rank() && self.offset_of(other, len).is_some();
        is_own.then_some(own)
    }

    /// Reads `len` bytes. One round trip, more for what staging memory does not hold at once.
    ///
    /// # Errors
    /// For what does not lie in symmetric memory, and when the read failed.
    ///
    /// # Safety
    /// `into` is valid for writes of `len` bytes, and nobody else of this process uses them meanwhile.
    pub unsafe fn read(&self, rank: u32, at: u64, into: *mut u8, len: usize) -> Result<(), Error> {
        let place = self.place(rank, at, len)?;
        if len == 0 {
            return Ok(());
        }
        // SAFETY: as the caller promises.
        if let Some(from) = self.here(place).or(unsafe { self.copy_own(place, into, len) }) {
            // SAFETY: checked to lie in symmetric memory; `into` as the caller promises. They may overlap.
            unsafe { ptr::copy(from, into, len) };
            return Ok(());
        }
        if rank != self.rank()
            && let Some(own) = self.direct(into, len)
        {
            return self.endpoint.read_direct(place, own);
        }
        // SAFETY: valid, and nobody else's meanwhile, as the caller promises; not the range that is read, see above.
        let into = unsafe { slice::from_raw_parts_mut(into, len) };
        self.endpoint.read(place, into)
    }

    /// Begins to read `len` bytes; they are there after [`Symmetric::quiet`] of this thread.
    ///
    /// # Errors
    /// As [`Symmetric::read`]; later failures are told by `quiet`.
    ///
    /// # Safety
    /// As [`Symmetric::read`], until `quiet` has returned.
    pub unsafe fn read_later(
        &self,
        rank: u32,
        at: u64,
        into: *mut u8,
        len: usize,
    ) -> Result<(), Error> {
        let place = self.place(rank, at, len)?;
        if rank == self.rank() || self.in_place || len == 0 {
            // SAFETY: as the caller promises.
            return unsafe { self.read(rank, at, into, len) };
        }
        match self.direct(into, len) {
            Some(own) => self.endpoint.read_direct_later(place, own),
            // SAFETY: as the caller promises, until `quiet`, which waits for it.
            None => unsafe { self.endpoint.read_to_later(place, into, len) },
        }
    }

    /// Writes `len` bytes, which are there on return. One round trip, more for what staging memory does not hold at once.
    ///
    /// # Errors
    /// For what does not lie in symmetric memory, and when the write failed.
    ///
    /// # Safety
    /// `from` is valid for reads of `len` bytes, and nobody changes them meanwhile.
    pub unsafe fn write(
        &self,
        rank: u32,
        at: u64,
        from: *const u8,
        len: usize,
    ) -> Result<(), Error> {
        let place = self.place(rank, at, len)?;
        // SAFETY: as the caller promises.
        if len == 0 || unsafe { self.copied(place, from, len) } {
            return Ok(());
        }
        if let Some(own) = self.direct(from, len) {
            return self.endpoint.write_direct(place, own);
        }
        // SAFETY: valid and not changed meanwhile, as the caller promises.
        self.endpoint.write(place, unsafe { slice::from_raw_parts(from, len) })
    }

    /// Begins to write `len` bytes. They may be changed again on return, and are at the home after
    /// [`Symmetric::quiet`] of this thread.
    ///
    /// # Errors
    /// As [`Symmetric::write`]; later failures are told by `quiet`.
    ///
    /// # Safety
    /// As [`Symmetric::write`].
    pub unsafe fn write_later(
        &self,
        rank: u32,
        at: u64,
        from: *const u8,
        len: usize,
    ) -> Result<(), Error> {
        let place = self.place(rank, at, len)?;
        // SAFETY: as the caller promises.
        if len == 0 || unsafe { self.copied(place, from, len) } {
            return Ok(());
        }
        if len >= WORTH_WAITING
            && let Some(own) = self.direct(from, len)
        {
            return self.endpoint.write_direct(place, own);
        }
        // SAFETY: valid and not changed meanwhile, as the caller promises.
        self.endpoint.write_later(place, unsafe { slice::from_raw_parts(from, len) })
    }

    /// As [`Symmetric::write_later`], for bytes that are lent until [`Symmetric::quiet`]: those of symmetric memory are
    /// not copied.
    ///
    /// # Errors
    /// As [`Symmetric::write_later`].
    ///
    /// # Safety
    /// As [`Symmetric::write`], until `quiet` has returned.
    pub unsafe fn write_lent(
        &self,
        rank: u32,
        at: u64,
        from: *const u8,
        len: usize,
    ) -> Result<(), Error> {
        let place = self.place(rank, at, len)?;
        if rank != self.rank()
            && !self.in_place
            && let Some(own) = self.direct(from, len)
        {
            return self.endpoint.write_direct_later(place, own);
        }
        // SAFETY: as the caller promises.
        unsafe { self.write_later(rank, at, from, len) }
    }

    /// Writes by the CPU where that can be.
    ///
    /// # Safety
    /// As [`Symmetric::write`].
    unsafe fn copied(&self, place: Place, from: *const u8, len: usize) -> bool {
        // SAFETY: as the caller promises.
        let to = self.here(place).or(unsafe { self.copy_own(place, from, len) });
        let Some(to) = to else { return false };
        // SAFETY: checked to lie in symmetric memory; `from` as the caller promises. They may overlap.
        unsafe { ptr::copy(from, to, len) };
        true
    }

    /// Reads `count` elements of `each` bytes: a round trip for each 64.
    ///
    /// # Errors
    /// As [`Symmetric::read`].
    ///
    /// # Safety
    /// As [`Symmetric::read`], for each element of `into`.
    pub unsafe fn read_strided(
        &self,
        rank: u32,
        from: Strided<u64>,
        into: Strided<*mut u8>,
        each: usize,
        count: usize,
    ) -> Result<(), Error> {
        self.check_strided(rank, from, each, count)?;
        let at = |n: usize| from.first + (n * from.stride) as u64;
        if self.in_place || rank == self.rank() {
            // SAFETY: as the caller promises.
            return (0..count)
                .try_for_each(|n| unsafe { self.read(rank, at(n), into.nth(n), each) });
        }
        let mut bytes = vec![0; each * count.min(ELEMENTS)];
        for first in (0..count).step_by(ELEMENTS) {
            let some = ELEMENTS.min(count - first);
            let bytes = &mut bytes[..some * each];
            let items = (0..some).map(|index| Item {
                place: Place::new(rank, self.start + at(first + index)),
                index,
            });
            self.endpoint.read_many(each, items, bytes)?;
            for (n, element) in bytes.chunks_exact(each).enumerate() {
                // SAFETY: valid for as many bytes, as the caller promises; `bytes` is ours.
                unsafe { ptr::copy_nonoverlapping(element.as_ptr(), into.nth(first + n), each) };
            }
        }
        Ok(())
    }

    /// Writes `count` elements of `each` bytes, which are there on return: a round trip for each 64.
    ///
    /// # Errors
    /// As [`Symmetric::write`].
    ///
    /// # Safety
    /// As [`Symmetric::write`], for each element of `from`.
    pub unsafe fn write_strided(
        &self,
        rank: u32,
        to: Strided<u64>,
        from: Strided<*const u8>,
        each: usize,
        count: usize,
    ) -> Result<(), Error> {
        self.check_strided(rank, to, each, count)?;
        let at = |n: usize| to.first + (n * to.stride) as u64;
        if self.in_place || rank == self.rank() {
            // SAFETY: as the caller promises.
            return (0..count)
                .try_for_each(|n| unsafe { self.write(rank, at(n), from.nth(n), each) });
        }
        let mut bytes = vec![0; each * count.min(ELEMENTS)];
        for first in (0..count).step_by(ELEMENTS) {
            let some = ELEMENTS.min(count - first);
            let bytes = &mut bytes[..some * each];
            for (n, element) in bytes.chunks_exact_mut(each).enumerate() {
                // SAFETY: valid for as many bytes, as the caller promises; `bytes` is ours.
                unsafe {
                    ptr::copy_nonoverlapping(from.nth(first + n), element.as_mut_ptr(), each);
                };
            }
            let items = (0..some).map(|index| Item {
                place: Place::new(rank, self.start + at(first + index)),
                index,
            });
            self.endpoint.write_many(each, items, bytes)?;
        }
        Ok(())
    }

    /// Whether all elements lie in symmetric memory.
    fn check_strided(
        &self,
        rank: u32,
        elements: Strided<u64>,
        each: usize,
        count: usize,
    ) -> Result<(), Error> {
        let span = match count.checked_sub(1) {
            Some(last) => last.checked_mul(elements.stride).and_then(|all| all.checked_add(each)),
            None => Some(0),
        };
        self.place(rank, elements.first, span.unwrap_or(usize::MAX)).map(drop)
    }
}
