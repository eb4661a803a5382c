//! The free space of one arena.
//!
//! Invariants: free pieces do not overlap, do not touch (neighbors are merged at once), and are in
//! both indexes; what is given out is in neither. An [`Extent`] cannot be copied, so that it cannot
//! be given back twice.

use std::collections::{BTreeMap, BTreeSet};

/// The alignment and granularity of every extent: a cache line, and the smallest block.
pub(crate) const LINE: u64 = 64;
/// The alignment of extents of at least this size.
pub(crate) const PAGE: u64 = 4096;

/// A piece of the arena that was given out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    offset: u64,
    len: u64,
}

impl Extent {
    /// Where it begins, in bytes.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Its length in bytes: what was asked for, rounded up to whole lines.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }
}

/// The free space of one arena. Best fit: the smallest free piece that will do, so that large ones
/// stay whole.
#[derive(Debug)]
pub(crate) struct Extents {
    /// Offset → length.
    by_offset: BTreeMap<u64, u64>,
    /// (length, offset).
    by_len: BTreeSet<(u64, u64)>,
    free: u64,
}

fn round_up(number: u64, to: u64) -> Option<u64> {
    number.checked_next_multiple_of(to)
}

impl Extents {
    /// All of an arena but its first `reserved` bytes.
    pub(crate) fn new(reserved: u64, arena_bytes: u64) -> Extents {
        let mut extents = Extents { by_offset: BTreeMap::new(), by_len: BTreeSet::new(), free: 0 };
        let end = arena_bytes - arena_bytes % LINE;
        if let Some(start) = round_up(reserved, LINE)
            && start < end
        {
            extents.insert(start, end - start);
        }
        extents
    }

    /// Free bytes, in all pieces.
    pub(crate) fn free(&self) -> u64 {
        self.free
    }

    /// The length of the largest free piece.
    pub(crate) fn largest(&self) -> u64 {
        self.by_len.last().map_or(0, |&(len, _)| len)
    }

    /// Takes at least `bytes` (not 0), aligned to `align` (a power of two), to a line, and to a page
    /// if it is that large. `None` when no free piece will do.
    pub(crate) fn allocate(&mut self, bytes: u64, align: u64) -> Option<Extent> {
        debug_assert!(bytes > 0 && align.is_power_of_two());
        let len = round_up(bytes, LINE)?;
        let align = align.max(if bytes >= PAGE { PAGE } else { LINE });
        // A piece of `len + align` always does, so few are looked at in vain.
        let (start, at) = self.by_len.range((len, 0)..).find_map(|&(free, at)| {
            let start = round_up(at, align)?;
            (start.checked_add(len)? <= at + free).then_some((start, at))
        })?;
        let free = self.remove(at);
        if start > at {
            self.insert(at, start - at);
        }
        let end = start + len;
        if end < at + free {
            self.insert(end, at + free - end);
        }
        Some(Extent { offset: start, len })
    }

    /// Takes an extent back that this arena gave out.
    #[expect(clippy::needless_pass_by_value, reason = "its holder must not have it any more")]
    pub(crate) fn release(&mut self, extent: Extent) {
        let Extent { mut offset, mut len } = extent;
        if let Some((&before, &before_len)) = self.by_offset.range(..offset).next_back() {
            debug_assert!(before + before_len <= offset, "it was free");
            if before + before_len == offset {
                self.remove(before);
                (offset, len) = (before, before_len + len);
            }
        }
        if let Some(&after_len) = self.by_offset.get(&(offset + len)) {
            self.remove(offset + len);
            len += after_len;
        }
        self.insert(offset, len);
    }

    fn insert(&mut self, offset: u64, len: u64) {
        self.by_offset.insert(offset, len);
        self.by_len.insert((len, offset));
        self.free += len;
    }

    /// Removes the free piece at `offset`, which there is; its length.
    fn remove(&mut self, offset: u64) -> u64 {
        let len = self.by_offset.remove(&offset).expect("both indexes agree");
        self.by_len.remove(&(len, offset));
        self.free -= len;
        len
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_reserved_part_is_never_given_out() {
        let mut extents = Extents::new(100, 1000);
        assert_eq!(extents.free(), 960 - 128);
        let mut lowest = u64::MAX;
        while let Some(extent) = extents.allocate(64, 8) {
            lowest = lowest.min(extent.offset());
            assert!(extent.offset() + extent.len() <= 1000);
        }
        assert_eq!((lowest, extents.free(), extents.largest()), (128, 0, 0));
        assert_eq!(Extents::new(1000, 1000).free(), 0);
        assert_eq!(Extents::new(u64::MAX, 1000).free(), 0);
    }

    #[test]
    fn large_extents_are_aligned_to_pages_and_small_ones_to_lines() {
        let mut extents = Extents::new(0, 1 << 20);
        let small = extents.allocate(1, 1).expect("there is room");
        assert_eq!((small.offset(), small.len()), (0, 64));
        let large = extents.allocate(4097, 1).expect("there is room");
        assert_eq!((large.offset(), large.len()), (4096, 4160));
        let aligned = extents.allocate(64, 1024).expect("there is room");
        assert_eq!(aligned.offset() % 1024, 0);
    }

    #[test]
    fn the_smallest_piece_that_will_do_is_taken() {
        let mut extents = Extents::new(0, 64 * 100);
        let a = extents.allocate(64 * 10, 1).expect("there is room");
        let _wall = extents.allocate(64, 1).expect("there is room");
        let b = extents.allocate(64 * 5, 1).expect("there is room");
        let _wall = extents.allocate(64, 1).expect("there is room");
        let b_offset = b.offset();
        extents.release(a);
        extents.release(b);
        assert_eq!(extents.allocate(64 * 4, 1).expect("there is room").offset(), b_offset);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let mut extents = Extents::new(0, 4096);
        assert_eq!(extents.allocate(4097, 1), None);
        assert_eq!(extents.allocate(u64::MAX, 1), None);
        assert_eq!(extents.largest(), 4096);
        assert!(extents.allocate(4096, 4096).is_some());
        assert_eq!(extents.allocate(1, 1), None);
    }

    proptest! {
        #[test]
        fn extents_never_overlap_and_merge_again(
            reserved in 0_u64..5000,
            steps in proptest::collection::vec(
                (any::<bool>(), 1_u64..20_000, 0_u32..13, any::<prop::sample::Index>()), 1..200)
        ) {
            const ARENA: u64 = 200_000;
            let mut extents = Extents::new(reserved, ARENA);
            let all = extents.free();
            let mut held: Vec<Extent> = Vec::new();
            for (give, bytes, align, which) in steps {
                if give || held.is_empty() {
                    let largest = extents.largest();
                    match extents.allocate(bytes, 1 << align) {
                        Some(extent) => {
                            prop_assert!(extent.len() >= bytes && extent.len() < bytes + LINE);
                            prop_assert_eq!(extent.offset() % (1 << align).max(LINE), 0);
                            prop_assert!(bytes < PAGE || extent.offset() % PAGE == 0);
                            held.push(extent);
                        }
                        None => prop_assert!(largest < bytes + LINE + PAGE),
                    }
                } else {
                    extents.release(held.swap_remove(which.index(held.len())));
                }
                // Held and free pieces tile what is not reserved.
                let mut pieces: Vec<(u64, u64)> =
                    held.iter().map(|extent| (extent.offset(), extent.len())).collect();
                pieces.extend(extents.by_offset.iter().map(|(&offset, &len)| (offset, len)));
                pieces.sort_unstable();
                let mut at = reserved.next_multiple_of(LINE);
                for (offset, len) in pieces {
                    prop_assert_eq!(offset, at);
                    at += len;
                }
                prop_assert_eq!(at, ARENA - ARENA % LINE);
                let held_bytes: u64 = held.iter().map(Extent::len).sum();
                prop_assert_eq!(extents.free() + held_bytes, all);
                prop_assert_eq!(extents.by_len.len(), extents.by_offset.len());
            }
            for extent in held {
                extents.release(extent);
            }
            prop_assert_eq!(extents.by_offset.len(), 1);
            prop_assert_eq!(extents.largest(), all);
        }
    }
}
