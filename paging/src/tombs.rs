//! Where ranges were that have been dropped: closed for a while, so that an access is told as what it is and meets nothing else.
//!
//! The handler reads the table without locks. An entry is free while `start` is 0; it is filled with `start` last and cleared with `start`
//! first, and the handler looks at `start` once more after it has read the rest. Starts may come again with other names only after
//! the last entry with this start was cleared.

use std::fmt;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering, fence};

use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous};

use crate::mapping::{Mapping, PRIVATE, Span};

/// So many ranges are remembered.
const TOMBS: usize = 64;

/// So much of a name is.
const NAME: usize = 64;

struct Tomb {
    start: AtomicUsize,
    len: AtomicUsize,
    name: [AtomicU8; NAME],
}

static TABLE: [Tomb; TOMBS] = [const {
    Tomb {
        start: AtomicUsize::new(0),
        len: AtomicUsize::new(0),
        name: [const { AtomicU8::new(0) }; NAME],
    }
}; TOMBS];

/// What the table holds, the next to be cleared at `next`.
struct Ground {
    next: usize,
    spans: [Option<Span>; TOMBS],
}

static GROUND: Mutex<Ground> = Mutex::new(Ground { next: 0, spans: [None; TOMBS] });

impl Ground {
    /// Gives back the addresses of an entry; says whether there was one.
    fn clear(&mut self, index: usize) -> bool {
        let Some(span) = self.spans[index].take() else { return false };
        TABLE[index].start.store(0, Ordering::Relaxed);
        fence(Ordering::Release);
        Mapping::give_back(span.start().as_ptr(), span.len());
        true
    }
}

/// Closes addresses that nobody uses any more, and remembers them in the place of the oldest.
pub(crate) fn bury(span: Span, name: &str) {
    let (start, len) = (span.start().as_ptr(), span.len());
    let flags = PRIVATE | MapFlags::FIXED;
    // SAFETY: it replaces a mapping that is handed to nobody any more.
    if unsafe { mmap_anonymous(start.cast(), len, ProtFlags::empty(), flags) }.is_err() {
        return Mapping::give_back(start, len);
    }
    let mut ground = GROUND.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let index = ground.next;
    ground.next = (index + 1) % TOMBS;
    ground.clear(index);
    ground.spans[index] = Some(span);
    let tomb = &TABLE[index];
    tomb.len.store(len, Ordering::Relaxed);
    let bytes = name.bytes().chain(std::iter::repeat(0));
    for (place, byte) in tomb.name.iter().zip(bytes) {
        place.store(byte, Ordering::Relaxed);
    }
    tomb.start.store(start.addr(), Ordering::Release);
}

/// Forgets those that touch these addresses; says whether there were any.
pub(crate) fn clear(addresses: &Range<usize>) -> bool {
    let mut ground = GROUND.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let touches =
        |span: &Span| span.range().start < addresses.end && addresses.start < span.range().end;
    let mut any = false;
    for index in 0..TOMBS {
        if ground.spans[index].as_ref().is_some_and(touches) {
            any |= ground.clear(index);
        }
    }
    any
}

/// What was at an address.
pub(crate) struct Found {
    pub(crate) offset: usize,
    pub(crate) name: Name,
}

/// A name, or its beginning.
pub(crate) struct Name([u8; NAME]);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let len = self.0.iter().position(|byte| *byte == 0).unwrap_or(NAME);
        // A long one may be cut amid a letter.
        self.0[..len].utf8_chunks().try_for_each(|chunk| f.write_str(chunk.valid()))
    }
}

/// For the handler.
pub(crate) fn find(address: usize) -> Option<Found> {
    TABLE.iter().find_map(|tomb| {
        let start = tomb.start.load(Ordering::Acquire);
        let offset = address.wrapping_sub(start);
        if start == 0 || offset >= tomb.len.load(Ordering::Relaxed) {
            return None;
        }
        let mut name = [0; NAME];
        for (byte, place) in name.iter_mut().zip(&tomb.name) {
            *byte = place.load(Ordering::Relaxed);
        }
        fence(Ordering::Acquire);
        (tomb.start.load(Ordering::Relaxed) == start).then_some(Found { offset, name: Name(name) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_cut_at_a_letter() {
        let name = |text: &str| {
            let mut bytes = [0; NAME];
            let len = text.len().min(NAME);
            bytes[..len].copy_from_slice(&text.as_bytes()[..len]);
            Name(bytes).to_string()
        };
        assert_eq!(name("view counts"), "view counts");
        assert_eq!(name(&"x".repeat(70)), "x".repeat(64));
        assert_eq!(name(&format!("{}é", "x".repeat(63))), "x".repeat(63));
    }

    #[test]
    fn what_is_dropped_is_found_until_its_place_is_wanted() {
        let mut mapping = Mapping::reserve(8192, 4096, None).unwrap();
        let at = mapping.start().addr().get();
        mapping.remember_as("view a");
        assert!(find(at).is_none());
        drop(mapping);
        for offset in [0, 8191] {
            let found = find(at + offset).unwrap();
            assert_eq!((found.offset, &*found.name.to_string()), (offset, "view a"));
        }
        assert!(find(at + 8192).is_none_or(|found| found.offset != 8192));
        // Part of it is enough.
        let again = Mapping::reserve(4096, 4096, Some(at + 4096)).unwrap();
        assert!(find(at).is_none());
        drop(again);
    }
}
