//! [`Fetcher`]: what a fault of a view does.
//!
//! All of this runs in a signal handler, of a thread that may have been stopped anywhere. It uses atomics, tables that
//! were made with the view, and contexts ([`Contexts`](crate::endpoint::Contexts)): it allocates nothing, takes no lock, does not log and does not
//! panic. A thread waits for a context only while it has none.

use std::os::fd::BorrowedFd;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use paging::{Arrival, Arrived, Refused, Source};

use super::super::shared::Core;
use crate::cluster::Rooms;
use crate::endpoint::{Place, Unserved};
use crate::primitives::Primitives;

const DIED: Refused = Refused::new("the node that stores it has died; its rank");
const LOST: Refused = Refused::new(
    "the connection to the node that stores it failed, and all others that faults can use; its rank",
);
pub(crate) const LEFT: Refused = Refused::new("this node has left the job");
/// The most own pages that are opened together.
const TOGETHER: usize = 64;

/// Of every write through a view that was opened so.
pub(crate) const READ_ONLY: Refused =
    Refused::new("the view is read-only: open one without `read_only` to write");

/// The source of a view's pages.
pub(crate) struct Fetcher<P: Primitives>(Arc<Core<P>>);

impl<P: Primitives> Fetcher<P> {
    pub(crate) fn new(core: &Arc<Core<P>>) -> Fetcher<P> {
        Fetcher(Arc::clone(core))
    }
}

// SAFETY: see the top of this file for what runs in the handler. The room of a twin is taken from the pool for this page
// alone, and given back by whoever has the page busy and makes it clean; the pool lives as long as the range.
unsafe impl<P: Primitives> Source for Fetcher<P> {
    fn fetch<'a>(&self, page: usize, arrival: Arrival<'a>) -> Result<Arrived<'a>, Refused> {
        let core = &*self.0;
        core.tally.faults.add(1);
        let place = core.find(page)?;
        core.note_use(page);
        if let Some(file) = core.file_of(place.rank) {
            return core.adopt(place, arrival, file);
        }
        match core.contexts.mapped(place, core.page) {
            Ok(Some(bytes)) => core.fetch_in_place(place, arrival, bytes),
            Ok(None) => core.fetch_by_context(place, arrival),
            Err(unserved) => Err(core.refused(unserved)),
        }
    }

    fn twin(&self, page: usize) -> Result<Option<NonNull<u8>>, Refused> {
        let core = &*self.0;
        if core.read_only {
            return Err(READ_ONLY);
        }
        let room = match core.table.room(page) {
            // Taken with the fetch, or asked for once more.
            Some(room) => room,
            None => {
                core.make_room_for(page, core.page);
                core.take_room(page)?
            }
        };
        core.dirty.add(page);
        Ok(core.twins.room(room))
    }

    fn own_write(&self, page: usize) -> Result<(), Refused> {
        if self.0.read_only {
            return Err(READ_ONLY);
        }
        self.0.dirty.add(page);
        Ok(())
    }

    fn own_together(&self, page: usize) -> usize {
        let core = &*self.0;
        core.tally.faults.add(1);
        let (first, acquires) = (core.table.habit(page), core.generation.load(Ordering::Relaxed));
        let end = (page + TOGETHER).min(core.segment.page_count() as usize);
        let follows = |next: &usize| core.table.habit(*next).goes_with(first, acquires);
        1 + (page + 1..end).take_while(follows).count()
    }
}

impl<P: Primitives> Core<P> {
    /// How many pages from this one on lie side by side at its home, but no more than `most`.
    pub(crate) fn run(&self, page: usize, place: Place, most: usize) -> usize {
        let most = most.min(self.segment.page_count() as usize - page);
        let (mut count, mut next) = (1, place);
        while count < most {
            next.offset += self.page as u64;
            if self.known_place(page + count) != Some(next) {
                break;
            }
            count += 1;
        }
        count
    }

    /// Opens pages whose bytes are there.
    ///
    /// # Safety
    /// From `bytes` on there are as many as the arrival has.
    pub(crate) unsafe fn open<'a>(
        &self,
        arrival: Arrival<'a>,
        bytes: NonNull<u8>,
    ) -> Result<Arrived<'a>, Refused> {
        let first = arrival.page();
        let pages = first..first + arrival.len() / self.page;
        // Before others can drop them again.
        for page in pages.clone() {
            if self.table.set_present(page) {
                self.budget.exceed(self.page);
            }
        }
        // SAFETY: the caller's promise; buffers and pages of arenas are aligned.
        let opened = unsafe { arrival.open(bytes) };
        let here = |page: u32| self.table.is_present(page as usize);
        for page in pages.clone() {
            if self.is_absent(page) {
                self.leave(page);
            } else {
                self.line.push(page as u32, here);
            }
        }
        self.tally.fetched.add(pages.len());
        opened
    }

    /// The file that pages of this rank are mapped from, if they are.
    fn file_of(&self, rank: u32) -> Option<BorrowedFd<'_>> {
        let home = self.counters.home_of(rank)?;
        let is_mapped = self.counters.homes()[home].is_mapped;
        self.endpoint().arena().fd().filter(|_| is_mapped)
    }

    /// Maps pages that have come to live at this node, as many as there are up to the end of their piece.
    fn adopt<'a>(
        &self,
        place: Place,
        mut arrival: Arrival<'a>,
        file: BorrowedFd<'_>,
    ) -> Result<Arrived<'a>, Refused> {
        let piece = Rooms::PIECE as usize;
        let page = arrival.page();
        let rest = (piece - page % piece).min(self.segment.page_count() as usize - page);
        arrival.extend(rest);
        // They take no room of the cache.
        let pages = page..page + arrival.len() / self.page;
        pages.for_each(|page| self.leave(page));
        arrival.adopt(file, place.offset)
    }

    /// Opens pages with a copy of their home's own memory.
    fn fetch_in_place<'a>(
        &self,
        place: Place,
        mut arrival: Arrival<'a>,
        bytes: NonNull<u8>,
    ) -> Result<Arrived<'a>, Refused> {
        let most = arrival.wanted().min(self.window.pages());
        arrival.extend(self.run(arrival.page(), place, most));
        self.make_room_for(arrival.page(), self.needs(&arrival, 0));
        // SAFETY: the pages lie side by side in an arena, which stays mapped as long as it is held.
        unsafe { self.open(arrival, bytes) }
    }

    /// The bytes that these pages and so many others take that do not take them already, with twins where they are to be written.
    pub(crate) fn needs(&self, arrival: &Arrival<'_>, others: usize) -> usize {
        let (first, count) = (arrival.page(), arrival.len() / self.page);
        let new = (first..first + count).filter(|&page| !self.table.is_present(page)).count();
        let twins = if arrival.to_write() { arrival.wanted().min(count) } else { 0 };
        (new + others + twins) * self.page
    }

    pub(crate) fn refused(&self, unserved: Unserved) -> Refused {
        match self.contexts.explain(unserved) {
            Unserved::Dead(rank) => DIED.about(rank.into()),
            Unserved::Left => LEFT,
            Unserved::Lost(rank) => {
                self.losses.note();
                LOST.about(rank.into())
            }
        }
    }
}
