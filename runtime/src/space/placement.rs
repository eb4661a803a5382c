//! Where the elements of a segment live: pure functions from an index to a home and back.

use std::ops::Range;

use super::divisor::Divisor;
use crate::cluster::{Distribution, Rank};

/// The formula that spreads `len` elements over the homes of a segment.
///
/// Every distribution is a block-cyclic one: blocks of `block` elements go to the homes in turn.
///
/// | distribution | block | homes |
/// | --- | --- | --- |
/// | `Block` | ⌈len / size⌉ | all |
/// | `Cyclic` | 1 | all |
/// | `BlockCyclic { block }` | block | all |
/// | `OnNode(rank)` | len | that one |
/// | `FirstTouch` | as `Block`, where there is no directory | |
#[derive(Clone, Debug)]
pub(crate) struct Placement {
    len: u64,
    block: Divisor,
    homes: Divisor,
    first: u32,
}

/// Where one element is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    /// The home's rank.
    pub(crate) home: u32,
    /// The element's number in the home's part.
    pub(crate) local: u64,
    /// How many elements from this one on are contiguous there (the rest of its block).
    pub(crate) run: u64,
}

impl Placement {
    /// The placement of `len` elements over a job of `size` nodes. `block` sizes of 0 are read as 1.
    pub(crate) fn new(distribution: Distribution, len: u64, size: u32) -> Placement {
        let all = u64::from(size);
        let (block, homes, first) = match distribution {
            // Where there is a directory, it says so instead.
            Distribution::Block | Distribution::FirstTouch => (len.div_ceil(all), all, 0),
            Distribution::Cyclic => (1, all, 0),
            Distribution::BlockCyclic { block } => (block, all, 0),
            Distribution::OnNode(Rank(rank)) => (len, 1, rank),
        };
        Placement { len, block: Divisor::new(block.max(1)), homes: Divisor::new(homes), first }
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// The home of all elements, if there is a single one.
    pub(crate) fn only_home(&self) -> Option<u32> {
        (self.homes.value() == 1).then_some(self.first)
    }

    /// Where element `index` is, which must be smaller than `len`.
    #[inline]
    pub(crate) fn locate(&self, index: u64) -> Location {
        debug_assert!(index < self.len);
        if self.homes.value() == 1 {
            return Location { home: self.first, local: index, run: self.len - index };
        }
        let (block, within) = self.block.div_rem(index);
        // Most often (by blocks, on one node) there is one turn only.
        let (turn, home) =
            if block < self.homes.value() { (0, block) } else { self.homes.div_rem(block) };
        Location {
            home: home as u32 + self.first,
            local: turn * self.block.value() + within,
            run: (self.block.value() - within).min(self.len - index),
        }
    }

    /// How many elements are stored at `rank`.
    pub(crate) fn local_len(&self, rank: u32) -> u64 {
        let Some(home) = self.home_of(rank) else { return 0 };
        let (blocks, rest) = self.block.div_rem(self.len);
        let (turns, extra) = self.homes.div_rem(blocks);
        let whole = (turns + u64::from(home < extra)) * self.block.value();
        whole + if home == extra { rest } else { 0 }
    }

    /// The index of element `local` of the part at `rank`, which must have so many.
    pub(crate) fn index_of(&self, rank: u32, local: u64) -> u64 {
        debug_assert!(local < self.local_len(rank));
        let (turn, within) = self.block.div_rem(local);
        let home = u64::from(rank - self.first);
        (turn * self.homes.value() + home) * self.block.value() + within
    }

    /// The indices at `rank`, where they are one range: distributions by block, and on one node.
    pub(crate) fn range_at(&self, rank: u32) -> Option<Range<u64>> {
        let len = self.local_len(rank);
        if len == 0 {
            return Some(0..0);
        }
        let start = self.index_of(rank, 0);
        (self.index_of(rank, len - 1) - start == len - 1).then_some(start..start + len)
    }

    /// All of it, in runs that are contiguous at one home.
    pub(crate) fn runs(&self) -> impl Iterator<Item = (Range<u64>, Location)> + '_ {
        let mut next = 0;
        std::iter::from_fn(move || {
            let start = next;
            (start < self.len).then(|| {
                let at = self.locate(start);
                next = start + at.run;
                (start..next, at)
            })
        })
    }

    fn home_of(&self, rank: u32) -> Option<u64> {
        rank.checked_sub(self.first).map(u64::from).filter(|home| *home < self.homes.value())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(distribution: Distribution, len: u64, size: u32) {
        let placement = Placement::new(distribution, len, size);
        let mut filled: Vec<Vec<Option<u64>>> =
            (0..size).map(|rank| vec![None; placement.local_len(rank) as usize]).collect();
        assert_eq!(filled.iter().map(|part| part.len() as u64).sum::<u64>(), len);
        for index in 0..len {
            let at = placement.locate(index);
            let slot = &mut filled[at.home as usize][at.local as usize];
            assert_eq!(*slot, None, "two elements in one place");
            *slot = Some(index);
            assert_eq!(placement.index_of(at.home, at.local), index);
            assert!(at.run >= 1 && index + at.run <= len);
            let last = placement.locate(index + at.run - 1);
            assert_eq!((last.home, last.local), (at.home, at.local + at.run - 1));
        }
        let mut end = 0;
        for (run, at) in placement.runs() {
            assert_eq!((run.start, run.end - run.start), (end, at.run));
            end = run.end;
        }
        assert_eq!(end, len);
        for rank in 0..size {
            let indices: Vec<u64> = filled[rank as usize].iter().map(|i| i.unwrap()).collect();
            assert!(indices.is_sorted());
            match placement.range_at(rank) {
                Some(range) => assert_eq!(range.collect::<Vec<_>>(), indices),
                None => assert!(indices.windows(2).any(|pair| pair[0] + 1 != pair[1])),
            }
        }
    }

    #[test]
    fn every_element_has_one_place_and_every_place_one_element() {
        for size in 1..6 {
            for len in 0..40 {
                check(Distribution::Block, len, size);
                check(Distribution::Cyclic, len, size);
                for block in 1..7 {
                    check(Distribution::BlockCyclic { block }, len, size);
                }
                for rank in 0..size {
                    check(Distribution::OnNode(Rank(rank)), len, size);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn larger_ones_too(len in 0..3000u64, size in 1..50u32, block in 1..500u64) {
            check(Distribution::BlockCyclic { block }, len, size);
            check(Distribution::Block, len, size);
        }
    }
}
