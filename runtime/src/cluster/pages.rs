//! [`PageSpec`]: the pages that a segment under [`Model::Release`](super::Model::Release) consists of, and the counters
//! behind them.
//!
//! ```text
//! part of a rank = [ pages ][ a pair for each page ][ one for 64 pages ][ one for 64 of those ]
//! ```
//!
//! A *pair* counts changes, in two words: the first is raised by fetch-and-adds of other nodes, the second stored by the
//! home's own CPU. Each row begins at a multiple of 64 bytes.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::size;

/// Pages, and how nodes get at them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PageSpec {
    /// Bytes of a page: a power of two from 4 KiB to 2 MiB.
    pub bytes: u32,
    /// Whether nodes keep copies of pages. Else all of them map the memory of the homes, which is for nodes of
    /// one machine.
    pub paged: bool,
    /// Whether all nodes note what they write, to find races (`PANGEA_CHECK=races`).
    pub checked: bool,
}

impl PageSpec {
    /// The smallest page, in bytes. Also what the pieces in the arenas are aligned to.
    pub const MIN: u32 = 4096;
    /// The largest page, in bytes.
    pub const MAX: u32 = 2 << 20;

    /// How many pages `bytes` take.
    pub(crate) fn count(self, bytes: u64) -> u64 {
        bytes.div_ceil(u64::from(self.bytes).max(1))
    }

    /// What `pages` of them take in an arena, counters and all.
    pub(crate) fn part_bytes(self, pages: u64) -> Option<u64> {
        pages.checked_mul(self.bytes.into())?.checked_add(CounterRows::of(pages).end)
    }

    /// What is wrong with this.
    pub(super) fn problem(self) -> Option<String> {
        let (bytes, min, max) = (self.bytes, Self::MIN, Self::MAX);
        let good = bytes.is_power_of_two() && (min..=max).contains(&bytes);
        (!good).then(|| format!("a page has a power of two from {min} to {max} bytes, not {bytes}"))
    }
}

impl fmt::Display for PageSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = if self.paged { "copied" } else { "mapped" };
        let checked = if self.checked { " with a look for races" } else { "" };
        write!(f, "{how} pages of {}{checked}", size::text(self.bytes.into()))
    }
}

/// Where the rows of counters of a part begin, in bytes behind its pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CounterRows {
    /// How many pages, and so pairs in the first row, which begins at 0.
    pub(crate) pages: u64,
    /// How many groups of pages.
    pub(crate) groups: u64,
    /// Where their row begins.
    pub(crate) groups_at: u64,
    /// How many groups of groups.
    pub(crate) tops: u64,
    /// Where their row begins.
    pub(crate) tops_at: u64,
    /// Where the last row ends.
    pub(crate) end: u64,
}

impl CounterRows {
    /// Bytes of a pair.
    pub(crate) const PAIR: u64 = 16;
    /// How many of one level are counted by one of the next.
    pub(crate) const GROUP: u64 = 64;

    /// Of a part of so many pages.
    pub(crate) fn of(pages: u64) -> CounterRows {
        let row = |pairs: u64| pairs.saturating_mul(Self::PAIR).div_ceil(64).saturating_mul(64);
        let groups = pages.div_ceil(Self::GROUP);
        let tops = groups.div_ceil(Self::GROUP);
        let groups_at = row(pages);
        let tops_at = groups_at.saturating_add(row(groups));
        CounterRows {
            pages,
            groups,
            groups_at,
            tops,
            tops_at,
            end: tops_at.saturating_add(row(tops)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_follow_each_other_without_overlap() {
        assert_eq!(CounterRows::of(0).end, 0);
        let one = CounterRows::of(1);
        assert_eq!((one.groups_at, one.tops_at, one.end), (64, 128, 192));
        for pages in [3, 4, 5, 63, 64, 65, 4096, 4097, 1 << 20] {
            let rows = CounterRows::of(pages);
            assert_eq!((rows.groups, rows.tops), (pages.div_ceil(64), pages.div_ceil(4096)));
            assert!(rows.groups_at >= 16 * pages && rows.groups_at < 16 * pages + 64);
            assert!(rows.tops_at >= rows.groups_at + 16 * rows.groups);
            assert!(rows.end >= rows.tops_at + 16 * rows.tops);
            for at in [rows.groups_at, rows.tops_at, rows.end] {
                assert!(at.is_multiple_of(64));
            }
        }
        let pages = PageSpec { bytes: 4096, paged: true, checked: false };
        assert_eq!(pages.part_bytes(64), Some(64 * 4096 + 64 * 16 + 64 + 64));
        assert_eq!(pages.part_bytes(1 << 60), None);
    }
}
