//! [`Heap`]: what of the symmetric heap is given out.
//!
//! The same calls give the same offsets on all PEs, so the PEs need not talk about them. Offsets are from the heap's
//! beginning, whose own distance from an aligned address is known. Invariants: pieces do not overlap; free ones do not touch; all together are the heap.

use std::collections::{BTreeMap, BTreeSet};

/// The granularity: a cache line.
pub(crate) const LINE: u64 = 64;

/// Why an offset cannot be given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It lies within something that begins elsewhere.
    Inside {
        /// Where that begins.
        start: u64,
        /// How many bytes were asked for.
        len: u64,
    },
    /// Nothing there is given out; perhaps no longer.
    Free,
}

/// What of the symmetric heap is given out.
#[derive(Debug)]
pub(crate) struct Heap {
    /// How far its beginning is behind an address that is aligned as well as any.
    phase: u64,
    /// What is given out: offset → bytes taken, bytes asked for.
    given: BTreeMap<u64, (u64, u64)>,
    /// Free pieces: offset → bytes.
    free: BTreeMap<u64, u64>,
    /// Free pieces: (bytes, offset).
    by_len: BTreeSet<(u64, u64)>,
}

impl Heap {
    /// A heap of so many bytes, whole lines of which can be had. It begins `phase` bytes, whole lines too, behind an
    /// address that is a multiple of all alignments that will be asked for.
    pub(crate) fn new(bytes: u64, phase: u64) -> Heap {
        let (given, free) = (BTreeMap::new(), BTreeMap::new());
        let mut heap = Heap { phase, given, free, by_len: BTreeSet::new() };
        heap.insert(0, bytes - bytes % LINE);
        heap
    }

    /// The length of the largest free piece.
    pub(crate) fn largest(&self) -> u64 {
        self.by_len.last().map_or(0, |&(len, _)| len)
    }

    /// The bytes asked for of what begins there.
    pub(crate) fn len_at(&self, offset: u64) -> Option<u64> {
        self.given.get(&offset).map(|&(_, asked)| asked)
    }

    /// Takes `bytes` where addresses are multiples of `align`, a power of two. The smallest free piece that will do is taken, the first
    /// of equals. `None` if there is none.
    pub(crate) fn allocate(&mut self, bytes: u64, align: u64) -> Option<u64> {
        let len = bytes.max(1).checked_next_multiple_of(LINE)?;
        let align = align.max(LINE);
        let (at, piece, offset) = self.by_len.range((len, 0)..).find_map(|&(piece, at)| {
            let offset = (at + self.phase).checked_next_multiple_of(align)? - self.phase;
            (offset.checked_add(len)? <= at + piece).then_some((at, piece, offset))
        })?;
        self.remove(at, piece);
        self.insert(at, offset - at);
        self.insert(offset + len, at + piece - (offset + len));
        self.given.insert(offset, (len, bytes));
        Some(offset)
    }

    /// Gives back what begins there.
    pub(crate) fn free(&mut self, offset: u64) -> Result<(), Refused> {
        let Some((len, _)) = self.given.remove(&offset) else { return Err(self.why(offset)) };
        let (mut start, mut end) = (offset, offset + len);
        if let Some((&at, &piece)) = self.free.range(..offset).next_back()
            && at + piece == start
        {
            self.remove(at, piece);
            start = at;
        }
        if let Some(&piece) = self.free.get(&end) {
            self.remove(end, piece);
            end += piece;
        }
        self.insert(start, end - start);
        Ok(())
    }

    /// Makes what begins there `bytes` long in its place, if there is room.
    pub(crate) fn resize(&mut self, offset: u64, bytes: u64) -> bool {
        let Some(&(len, _)) = self.given.get(&offset) else { return false };
        let Some(wanted) = bytes.max(1).checked_next_multiple_of(LINE) else { return false };
        let behind = self.free.get(&(offset + len)).copied().unwrap_or(0);
        if wanted > len + behind {
            return false;
        }
        if behind > 0 {
            self.remove(offset + len, behind);
        }
        self.insert(offset + wanted, len + behind - wanted);
        self.given.insert(offset, (wanted, bytes));
        true
    }

    /// Why what begins there is not given out.
    pub(crate) fn why(&self, offset: u64) -> Refused {
        match self.given.range(..offset).next_back() {
            Some((&start, &(taken, len))) if offset < start + taken => {
                Refused::Inside { start, len }
            }
            _ => Refused::Free,
        }
    }

    fn insert(&mut self, at: u64, len: u64) {
        if len > 0 {
            self.free.insert(at, len);
            self.by_len.insert((len, at));
        }
    }

    fn remove(&mut self, at: u64, len: u64) {
        self.free.remove(&at);
        self.by_len.remove(&(len, at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces in order, given out and free, must be the heap.
    fn check(heap: &Heap, bytes: u64) {
        let given = heap.given.iter().map(|(&at, &(len, _))| (at, len, false));
        let mut pieces: Vec<_> =
            given.chain(heap.free.iter().map(|(&a, &l)| (a, l, true))).collect();
        pieces.sort_unstable();
        let mut end = 0;
        let mut was_free = false;
        for (at, len, is_free) in pieces {
            assert_eq!(at, end, "no hole and no overlap");
            assert!(!(was_free && is_free), "free pieces do not touch");
            (end, was_free) = (at + len, is_free);
        }
        assert_eq!(end, bytes);
        let by_len: BTreeSet<_> = heap.free.iter().map(|(&at, &len)| (len, at)).collect();
        assert_eq!(by_len, heap.by_len);
    }

    #[test]
    fn whatever_is_called_all_is_accounted_for() {
        const BYTES: u64 = 64 << 10;
        let mut heap = Heap::new(BYTES + 7, 0);
        let mut state = 1_u64;
        let mut random = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let mut given: Vec<u64> = Vec::new();
        for _ in 0..20_000 {
            match random(4) {
                0 | 1 => {
                    let align = 1 << random(13);
                    if let Some(offset) = heap.allocate(random(3000), align) {
                        assert!(offset.is_multiple_of(align));
                        given.push(offset);
                    }
                }
                2 if !given.is_empty() => {
                    let offset = given.swap_remove(random(given.len() as u64) as usize);
                    heap.free(offset).expect("was given");
                }
                3 if !given.is_empty() => {
                    let offset = given[random(given.len() as u64) as usize];
                    let bytes = random(3000);
                    if heap.resize(offset, bytes) {
                        assert_eq!(heap.len_at(offset), Some(bytes));
                    }
                }
                _ => {}
            }
            check(&heap, BYTES);
        }
        for offset in given {
            heap.free(offset).expect("was given");
        }
        assert_eq!(heap.largest(), BYTES);
    }

    #[test]
    fn what_was_not_given_is_refused() {
        let mut heap = Heap::new(4096, 0);
        let first = heap.allocate(100, 1).expect("there is room");
        assert_eq!(heap.free(first + 8), Err(Refused::Inside { start: first, len: 100 }));
        assert_eq!(heap.free(first + 1024), Err(Refused::Free));
        assert_eq!(heap.free(first), Ok(()));
        assert_eq!(heap.free(first), Err(Refused::Free));
    }

    #[test]
    fn what_has_no_room_is_not_given() {
        let mut heap = Heap::new(4096, 0);
        assert_eq!(heap.allocate(4097, 1), None);
        assert_eq!(heap.allocate(u64::MAX, 1), None);
        assert_eq!(heap.allocate(64, 8192), Some(0));
        assert_eq!(heap.allocate(64, 8192), None);
        assert!(!heap.resize(0, 4097));
        assert!(heap.resize(0, 4096));
        assert_eq!(heap.largest(), 0);
    }

    #[test]
    fn addresses_are_aligned_wherever_the_heap_begins() {
        let phase = 3 * LINE;
        let mut heap = Heap::new(1 << 20, phase);
        for align in [64, 4096, 1 << 16, 1 << 18] {
            let offset = heap.allocate(100, align).expect("there is room");
            assert!((offset + phase).is_multiple_of(align), "{offset} for {align}");
        }
    }
}
