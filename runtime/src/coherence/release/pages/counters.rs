//! [`Counters`]: where the counters of changes are, and what this node knows of them.
//!
//! Behind its pages each home has three rows of *pairs*: one pair for each page, one for each group of 64 pages, one for
//! each 64 groups ([`CounterRows`]). The first word of a pair is raised by fetch-and-adds of other nodes, the second by the
//! home's own CPU. Who changes a page raises the page's pair, then its group's, then the top one; who looks begins at the
//! top. So whoever finds a pair as it was known need not look below it.
//!
//! What this node knows of a pair is the number that it had at the last look. Everything that a known number counts is in
//! every copy that this node has of the page; that is the invariant of the whole model.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use verbs_shim::Memory;

use crate::cluster::CounterRows;
use crate::endpoint::Place;
use crate::error::Error;

/// A row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Page,
    Group,
    Top,
}

/// Bytes of a pair.
pub(crate) const PAIR: usize = CounterRows::PAIR as usize;

/// A pair, as it was read.
pub(crate) type Pair = [u64; 2];

/// What a pair is, from its bytes.
pub(crate) fn pair(bytes: &[u8]) -> Pair {
    let word = |at: usize| {
        let mut word = [0; 8];
        word.copy_from_slice(&bytes[at..at + 8]);
        u64::from_le_bytes(word)
    };
    [word(0), word(8)]
}

/// A rank that has pages of the segment.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    pub(crate) rank: u32,
    /// Whether its pages are this node's own memory, mapped: then nobody has to look at its counters.
    pub(crate) is_mapped: bool,
    /// Where the rows begin in its arena.
    rows_at: u64,
    rows: CounterRows,
    /// The number of its first pair, in each table of known numbers.
    first: [u64; 3],
}

impl Home {
    /// How many pairs a row has.
    pub(crate) fn len(&self, level: Level) -> u64 {
        match level {
            Level::Page => self.rows.pages,
            Level::Group => self.rows.groups,
            Level::Top => self.rows.tops,
        }
    }

    /// Where a pair is.
    pub(crate) fn place(&self, level: Level, index: u64) -> Place {
        let row = match level {
            Level::Page => 0,
            Level::Group => self.rows.groups_at,
            Level::Top => self.rows.tops_at,
        };
        Place::new(self.rank, self.rows_at + row + index * CounterRows::PAIR)
    }

    /// The pairs that one of the level above stands for.
    pub(crate) fn below(&self, level: Level, above: u64) -> Range<u64> {
        let start = above * CounterRows::GROUP;
        start..(start + CounterRows::GROUP).min(self.len(level))
    }
}

/// The counters of a segment.
pub(crate) struct Counters {
    homes: Vec<Home>,
    /// Positions in `homes`, by rank.
    by_rank: Vec<Option<usize>>,
    /// The known numbers of each level. Zeros are right at first: no counter is less.
    known: [Memory; 3],
}

/// A home to be: its rank, its pages, where its rows begin, and whether its pages are mapped.
pub(crate) type Part = (u32, u64, u64, bool);

impl Counters {
    pub(crate) fn new(parts: impl Iterator<Item = Part>, size: u32) -> Result<Counters, Error> {
        let mut counters = [0; 3];
        let mut by_rank = vec![None; size as usize];
        let mut homes = Vec::new();
        for (rank, pages, rows_at, is_mapped) in parts {
            let rows = CounterRows::of(pages);
            let home = Home { rank, is_mapped, rows_at, rows, first: counters };
            for (first, level) in counters.iter_mut().zip([Level::Page, Level::Group, Level::Top]) {
                *first += home.len(level);
            }
            by_rank[rank as usize] = Some(homes.len());
            homes.push(home);
        }
        let table = |pairs: u64| Memory::anonymous((pairs as usize).max(1) * PAIR);
        let known = [table(counters[0])?, table(counters[1])?, table(counters[2])?];
        Ok(Counters { homes, by_rank, known })
    }

    pub(crate) fn homes(&self) -> &[Home] {
        &self.homes
    }

    /// The number of the home with this rank.
    pub(crate) fn home_of(&self, rank: u32) -> Option<usize> {
        self.by_rank.get(rank as usize).copied().flatten()
    }

    fn words(&self, level: Level, home: usize, index: u64) -> [&AtomicU64; 2] {
        debug_assert!(index < self.homes[home].len(level));
        let level = level as usize;
        let at = (self.homes[home].first[level] + index) as usize * PAIR;
        [self.known[level].atomic_u64(at), self.known[level].atomic_u64(at + 8)]
    }

    /// What is known of a pair.
    pub(crate) fn known(&self, level: Level, home: usize, index: u64) -> Pair {
        self.words(level, home, index).map(|word| word.load(Ordering::Relaxed))
    }

    /// From now on this is known.
    pub(crate) fn learn(&self, level: Level, home: usize, index: u64, pair: Pair) {
        for (word, number) in self.words(level, home, index).into_iter().zip(pair) {
            word.store(number, Ordering::Relaxed);
        }
    }

    /// This node has raised a pair, whose first word was `before`. If that was known, nobody else came between, and what
    /// is known is one more; else it stays, and the next look finds a difference. To be called from anywhere.
    pub(crate) fn advance(&self, level: Level, home: usize, index: u64, before: u64) {
        let [first, _] = self.words(level, home, index);
        let after = before.wrapping_add(1);
        let _ = first.compare_exchange(before, after, Ordering::Relaxed, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counters() -> Counters {
        let parts = [(0, 5000, 1 << 20, true), (2, 65, 4096, false)];
        Counters::new(parts.into_iter(), 3).expect("tables")
    }

    #[test]
    fn every_pair_has_its_place_and_its_number() {
        let counters = counters();
        assert_eq!(
            (counters.home_of(0), counters.home_of(1), counters.home_of(2)),
            (Some(0), None, Some(1))
        );
        let home = &counters.homes()[1];
        assert_eq!(home.place(Level::Page, 64), Place::new(2, 4096 + 64 * 16));
        // The row of 65 pairs ends at a multiple of 64 bytes.
        assert_eq!(home.place(Level::Group, 1), Place::new(2, 4096 + 1088 + 16));
        assert_eq!(home.place(Level::Top, 0), Place::new(2, 4096 + 1088 + 64));
        assert_eq!((home.below(Level::Page, 0), home.below(Level::Page, 1)), (0..64, 64..65));
        let mut number = 1;
        let levels = [Level::Page, Level::Group, Level::Top];
        let all = || levels.into_iter().flat_map(|level| (0..2).map(move |home| (level, home)));
        for (level, home) in all() {
            for index in 0..counters.homes()[home].len(level) {
                counters.learn(level, home, index, [number, !number]);
                number += 1;
            }
        }
        number = 1;
        for (level, home) in all() {
            for index in 0..counters.homes()[home].len(level) {
                assert_eq!(counters.known(level, home, index), [number, !number]);
                number += 1;
            }
        }
    }

    #[test]
    fn a_number_advances_only_if_nobody_came_between() {
        let counters = counters();
        counters.learn(Level::Group, 1, 1, [7, 3]);
        counters.advance(Level::Group, 1, 1, 8);
        assert_eq!(counters.known(Level::Group, 1, 1), [7, 3]);
        counters.advance(Level::Group, 1, 1, 7);
        assert_eq!(counters.known(Level::Group, 1, 1), [8, 3]);
    }

    #[test]
    fn pairs_are_read_in_their_order() {
        let mut bytes = [0; 16];
        bytes[0] = 2;
        bytes[15] = 1;
        assert_eq!(pair(&bytes), [2, 1 << 56]);
    }
}
