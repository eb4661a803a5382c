//! Segments that consist of pages: what is said of elements in `segment.rs` is said of these here.

use std::ops::Range;

use super::segment::Segment;
use crate::cluster::Rooms;
use crate::endpoint::Place;
use crate::primitives::Primitives;

/// Consecutive pages that lie side by side at one home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PageRun {
    /// The pages, counted in the segment.
    pub(crate) pages: Range<u64>,
    /// Where the first one is stored.
    pub(crate) place: Place,
}

impl<P: Primitives> Segment<P> {
    /// Whether it consists of pages: it is under [`Model::Release`](crate::Model::Release).
    #[inline]
    pub(crate) fn has_pages(&self) -> bool {
        self.spec().pages.is_some()
    }

    /// Whether nodes keep copies of pages, and do not map the homes' memory.
    pub(crate) fn is_paged(&self) -> bool {
        self.spec().pages.is_some_and(|pages| pages.paged)
    }

    /// Whether all nodes are to look for races in it.
    pub(crate) fn is_checked(&self) -> bool {
        self.spec().pages.is_some_and(|pages| pages.checked)
    }

    /// Bytes of a page; 0 when there are none.
    #[inline]
    pub(crate) fn page_bytes(&self) -> usize {
        self.spec().pages.map_or(0, |pages| pages.bytes as usize)
    }

    /// How many pages it has.
    #[inline]
    pub(crate) fn page_count(&self) -> u64 {
        if self.has_pages() { self.placement.len() } else { 0 }
    }

    /// How pages are placed by first touch, if they are. Then the formulas below that lead from a page to its home, and back, say
    /// nothing.
    pub(crate) fn rooms(&self) -> Option<Rooms> {
        self.rooms
    }

    /// How many pages are stored at `rank`, or can be, where they are placed by first touch.
    pub(crate) fn pages_at(&self, rank: u32) -> u64 {
        debug_assert!(self.has_pages());
        self.rooms.map_or_else(|| self.placement.local_len(rank), Rooms::pages_at)
    }

    /// The rank that stores a page, and its number in that rank's part.
    #[inline]
    pub(crate) fn page_home(&self, page: u64) -> (u32, u64) {
        debug_assert!(self.has_pages() && self.rooms.is_none());
        let at = self.placement.locate(page);
        (at.home, at.local)
    }

    /// The page that has this number in the part at `rank`.
    #[inline]
    pub(crate) fn page_at(&self, rank: u32, local: u64) -> u64 {
        debug_assert!(self.has_pages() && self.rooms.is_none());
        self.placement.index_of(rank, local)
    }

    /// The place of the page that has this number in the part at `rank`.
    #[inline]
    pub(crate) fn place_of_local(&self, rank: u32, local: u64) -> Place {
        self.place_in(rank, local)
    }

    /// All pages, in runs that lie side by side.
    pub(crate) fn page_runs(&self) -> impl Iterator<Item = PageRun> + '_ {
        self.placement
            .runs()
            .map(|(pages, at)| PageRun { pages, place: self.place_in(at.home, at.local) })
    }

    /// Where the counters of the part at `rank` begin in that arena.
    pub(crate) fn rows_at(&self, rank: u32) -> u64 {
        self.offset_on(rank) + self.pages_at(rank) * self.page_bytes() as u64
    }

    /// The elements whose first bytes are on pages of `rank`, where they are one range. Each element is in the
    /// range of exactly one rank, if all have one.
    pub(crate) fn elements_on_pages_at(&self, rank: u32) -> Option<Range<u64>> {
        let pages = match self.rooms {
            None => self.placement.range_at(rank)?,
            Some(_) => return None,
        };
        let (page, element) = (self.page_bytes() as u64, u64::from(self.spec().element_bytes));
        let first = |page_number: u64| (page_number * page).div_ceil(element).min(self.len());
        Some(first(pages.start)..first(pages.end))
    }
}
