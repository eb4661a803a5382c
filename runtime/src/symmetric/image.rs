//! Pages of this process that are moved into the arena, so that their addresses are symmetric memory.
//!
//! For each range: its pages are made read-only, so that a thread that writes there meanwhile ends in SIGSEGV and loses
//! nothing silently; they are copied; and the copy is mapped in their place. In between nothing is called that might
//! write to them itself, such as a function that is bound lazily: the system is called by instructions (rustix), and the
//! copy is a loop that the compiler leaves as it is. Pages of zeros are not copied, so large arrays that the program has not
//! used yet take no memory where the arena is sparse.

use std::ops::Range;
use std::ptr;

use rustix::mm::{MprotectFlags, mprotect};
use verbs_shim::Memory;

use super::SymmetricError;
use crate::error::Error;

/// Ranges of this process's memory: whole pages, in the order in which they are to lie at the end of the symmetric range.
#[derive(Debug, Default)]
pub struct Image(Vec<Range<usize>>);

/// What a page is copied by.
type Word = u64;

impl Image {
    /// These ranges of addresses.
    ///
    /// # Safety
    /// All of it is memory of this process, private and writable, that stays mapped until the process ends, and no
    /// thread writes there while the node joins.
    ///
    /// # Panics
    /// When a range does not begin and end with pages.
    pub unsafe fn new(ranges: Vec<Range<usize>>) -> Image {
        let page = rustix::param::page_size();
        for range in &ranges {
            let is_whole = range.start <= range.end
                && range.start.is_multiple_of(page)
                && range.end.is_multiple_of(page);
            assert!(is_whole, "the range {range:#x?} is not made of pages of {page} bytes");
        }
        Image(ranges)
    }

    /// Bytes of all ranges.
    pub fn len(&self) -> usize {
        self.0.iter().map(Range::len).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Moves the pages into `memory`, where the symmetric range begins at `start`, from its offset `at` on.
    pub(super) fn move_to(self, memory: &Memory, start: usize, at: usize) -> Result<Moved, Error> {
        let mut offset = at;
        for range in self.0.iter().filter(|range| !range.is_empty()) {
            move_range(range, memory, start + offset)?;
            offset += range.len();
        }
        Ok(Moved { ranges: self.0, at, len: offset - at })
    }
}

fn move_range(range: &Range<usize>, memory: &Memory, to: usize) -> Result<(), Error> {
    let failed = |source: std::io::Error| {
        Error::from(SymmetricError::Image { start: range.start, end: range.end, source })
    };
    let from = ptr::with_exposed_provenance_mut::<u8>(range.start);
    let into = memory.as_ptr().wrapping_add(to);
    // SAFETY: `Image::new` was promised that these pages belong to this process and that nobody writes there.
    unsafe { mprotect(from.cast(), range.len(), MprotectFlags::READ) }
        .map_err(|error| failed(error.into()))?;
    let page = rustix::param::page_size();
    for start in (0..range.len()).step_by(page) {
        let words = || (start..start + page).step_by(size_of::<Word>());
        // Volatile, so that the compiler makes no call of it.
        // SAFETY: it lies in whole pages that are mapped.
        let word = |at| unsafe { ptr::read_volatile(from.add(at).cast::<Word>()) };
        // SAFETY: as above, in an arena that nobody knows yet.
        let set = |at| unsafe { ptr::write_volatile(into.add(at).cast::<Word>(), word(at)) };
        // The arena is zero where nothing has been written, and pages of it that are not touched cost nothing.
        if words().any(|at| word(at) != 0) {
            words().for_each(set);
        }
    }
    // SAFETY: what is replaced are pages with the same contents, which nobody has changed.
    let mapped = unsafe { memory.map_over(to..to + range.len(), from) };
    mapped.map_err(|error| {
        let writable = MprotectFlags::READ | MprotectFlags::WRITE;
        // SAFETY: as they were before.
        let restored = unsafe { mprotect(from.cast(), range.len(), writable) };
        let told = restored.err().map(std::io::Error::from);
        failed(told.unwrap_or_else(|| std::io::Error::other(error.to_string())))
    })
}

/// What has been moved.
#[derive(Debug, Default)]
pub(super) struct Moved {
    ranges: Vec<Range<usize>>,
    at: usize,
    len: usize,
}

impl Moved {
    /// The offset in the symmetric range of the first byte.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The offset in the symmetric range of bytes that were moved.
    #[inline]
    pub(super) fn offset_of(&self, address: usize, len: usize) -> Option<u64> {
        let mut before = self.at;
        for range in &self.ranges {
            let within = address.wrapping_sub(range.start);
            if within < range.len() && len <= range.len() - within {
                return Some((before + within) as u64);
            }
            before += range.len();
        }
        None
    }
}
