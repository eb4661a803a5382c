//! [`Core`]: what faults and sync points of a view share.
//!
//! | | by | kept apart by |
//! | --- | --- | --- |
//! | a page's bytes, twin and room | faults, sync points, evictions | the page's state: whoever has it busy ([`paging`]) |
//! | known numbers | sync points; evictions, which only add what nobody else came before | atomics |
//! | dirty pages, line, budget, streams | everybody | lock-free |
//!
//! All of it is used inside of faults, too: [`faults`](super::faults) says what that forbids.

use std::slice;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};

use paging::{Paged, Refused};

use super::faults::ahead::Ahead;
use super::faults::attempts::Attempts;
use super::faults::budget::Budget;
use super::faults::line::Line;
use super::faults::streams::Streams;
use super::faults::window::FetchWindow;
use super::homes::Homes;
use super::pages::counters::Counters;
use super::pages::diff::Grain;
use super::pages::dirty::PageSet;
use super::pages::table::Table;
use super::pages::tally::Tally;
use super::pages::twins::Twins;
use super::races::Races;
use crate::endpoint::{Contexts, Endpoint};
use crate::primitives::Primitives;
use crate::space::Segment;

/// The most bytes that are fetched together.
pub(crate) const WINDOW: usize = 256 << 10;

const EXHAUSTED: Refused = Refused::new(
    "the cache is full of changes that cannot be sent home: release more often, or raise cache_bytes",
);

/// What faults and sync points share.
pub(crate) struct Core<P: Primitives> {
    pub(crate) segment: Arc<Segment<P>>,
    /// Bytes of a page.
    pub(crate) page: usize,
    pub(crate) grain: Grain,
    pub(crate) counters: Counters,
    pub(crate) homes: Homes,
    pub(crate) table: Table,
    /// Pages that may be dirty.
    pub(crate) dirty: PageSet,
    pub(crate) twins: Twins,
    pub(crate) window: FetchWindow,
    pub(crate) line: Line,
    pub(crate) budget: Budget,
    pub(crate) streams: Streams,
    pub(crate) contexts: Contexts<P>,
    /// What is on its way in them.
    pub(crate) ahead: Ahead,
    /// Whether nobody faults, and no handler runs.
    pub(crate) by_hand: bool,
    /// So many threads need pages together, which must not drive each other out ([`Engine::touch`](super::engine::Engine::touch)).
    pub(crate) keeps: AtomicU32,
    /// Whether every write is refused.
    pub(crate) read_only: bool,
    /// Raised by each acquire: what was asked for before it is not opened after it.
    pub(crate) generation: AtomicU64,
    pub(crate) losses: Losses,
    pub(crate) attempts: Attempts,
    pub(crate) tally: Tally,
    /// Who wrote what, in the checked mode. Then no page is mapped, and none evicted that is dirty.
    pub(super) races: Option<Races<P>>,
    /// The range, as soon as there is one. It is gone before this is.
    pub(crate) paged: AtomicPtr<Paged>,
}

/// How often queue pairs of contexts failed. What an eviction was sending then may still arrive, until they are repaired.
#[derive(Default)]
pub(crate) struct Losses {
    all: AtomicU64,
    repaired: AtomicU64,
}

impl Losses {
    pub(crate) fn note(&self) {
        self.all.fetch_add(1, Ordering::AcqRel);
    }

    /// How many there were, if some are not repaired.
    pub(crate) fn unrepaired(&self) -> Option<u64> {
        let repaired = self.repaired.load(Ordering::Acquire);
        let all = self.all.load(Ordering::Acquire);
        (all > repaired).then_some(all)
    }

    /// So many of them have been repaired.
    pub(crate) fn repaired(&self, losses: u64) {
        self.repaired.fetch_max(losses, Ordering::AcqRel);
    }
}

impl<P: Primitives> Core<P> {
    pub(crate) fn endpoint(&self) -> &Arc<Endpoint<P>> {
        self.segment.endpoint()
    }

    /// Whether a page is the node's own memory.
    pub(crate) fn is_own(&self, page: usize) -> bool {
        self.counters.homes()[self.home(page).0].is_mapped
    }

    /// The page takes no room any more.
    pub(crate) fn leave(&self, page: usize) {
        if self.table.clear_present(page) {
            self.budget.sub(self.page);
        }
    }

    /// The range; `None` before there is one.
    pub(crate) fn paged(&self) -> Option<&Paged> {
        // SAFETY: set once, to what lives until no fault is under way any more, and sync points are over.
        unsafe { self.paged.load(Ordering::Acquire).as_ref() }
    }

    /// A twin.
    ///
    /// # Safety
    /// The room is of a page that is busy for this thread, as long as the answer is used.
    #[expect(clippy::mut_from_ref, reason = "who has a page busy is alone with its twin")]
    pub(crate) unsafe fn twin(&self, room: u32) -> &mut [u8] {
        match self.twins.room(room) {
            // SAFETY: a room has so many bytes, and the caller is alone with it.
            Some(start) => unsafe { slice::from_raw_parts_mut(start.as_ptr(), self.page) },
            None => &mut [],
        }
    }

    /// Takes a room for the twin of a page that is busy for this thread.
    pub(crate) fn take_room(&self, page: usize) -> Result<u32, Refused> {
        let room = self.twins.take().ok_or(EXHAUSTED)?;
        self.budget.exceed(self.page);
        self.table.set_room(page, room);
        self.tally.twins.add(1);
        Ok(room)
    }

    /// Gives back the room of a twin. To be called with the page busy.
    pub(crate) fn give_room(&self, page: usize, room: u32) {
        self.table.clear_room(page);
        self.twins.give(room);
        self.budget.sub(self.page);
    }

    pub(crate) fn is_absent(&self, page: usize) -> bool {
        self.paged().is_some_and(|paged| paged.state(page) == paging::State::Absent)
    }
}
