//! Fetching by contexts: one page, those that are wanted with it, those that its stream will ask for, and, while the program
//! uses these, the next ones.
//!
//! ```text
//!   fault ──▶ is it ahead in a context? ──yes──▶ wait for that ──▶ READ the next window ──▶ open
//!                      └──no──▶ claim a context ──▶ READ, wait ──▶ READ the next window ──▶ open
//! ```
//!
//! The two halves of a context's buffer take turns. All of this may run in the handler of a signal, on the context's own stack.

use std::slice;
use std::sync::atomic::{Ordering, fence};

use arrayvec::ArrayVec;
use paging::{Arrival, Arrived, Refused};

use super::super::pages::counters::{Level, PAIR, pair};
use super::super::shared::{Core, WINDOW};
use super::ahead::Window;
use super::source::LEFT;
use super::streams::Plan;
use crate::endpoint::{Claimed, Place, Unserved};
use crate::primitives::{Primitives, Trap};

/// The most pages that are fetched beside one, where a stream leaves pages out.
const OTHERS: usize = 15;

impl<P: Primitives> Core<P> {
    pub(crate) fn fetch_by_context<'a>(
        &self,
        place: Place,
        arrival: Arrival<'a>,
    ) -> Result<Arrived<'a>, Refused> {
        let page = arrival.page();
        let mut arrival = Some(arrival);
        if let Some(mut context) =
            self.ahead.find(page).and_then(|at| self.contexts.claim_number(at))
        {
            let open = |context: &mut Claimed<'_, P>| self.open_ahead(context, page, &mut arrival);
            match context.on_own_stack(open) {
                Ok(Some(opened)) => return opened,
                Ok(None) => {}
                Err(Unserved::Lost(_)) => self.losses.note(),
                Err(unserved) => return Err(self.refused(unserved)),
            }
        }
        loop {
            let mut context = self.claim(place.rank).map_err(|unserved| self.refused(unserved))?;
            let bring = |context: &mut Claimed<'_, P>| self.bring(context, place, &mut arrival);
            match context.on_own_stack(bring) {
                Ok(opened) => return opened,
                // By another context, as long as there is one.
                Err(Unserved::Lost(_)) => self.losses.note(),
                Err(unserved) => return Err(self.refused(unserved)),
            }
        }
    }

    /// Claims a context for anything but what is ahead in it.
    pub(crate) fn claim(&self, rank: u32) -> Result<Claimed<'_, P>, Unserved> {
        let context = self.contexts.claim(rank)?;
        self.ahead.clear(context.number());
        Ok(context)
    }

    /// As [`Core::claim`], without waiting.
    pub(crate) fn try_claim(&self, rank: u32) -> Option<Claimed<'_, P>> {
        let context = self.contexts.try_claim(rank)?;
        self.ahead.clear(context.number());
        Some(context)
    }

    /// READs pages, and opens them. If the READs are lost, the arrival stays.
    fn bring<'a>(
        &self,
        context: &mut Claimed<'_, P>,
        place: Place,
        arrival: &mut Option<Arrival<'a>>,
    ) -> Result<Result<Arrived<'a>, Refused>, Unserved> {
        let Some(pages) = arrival else { return Ok(Err(LEFT)) };
        let (page, wanted) = (pages.page(), pages.wanted());
        let plan = self.streams.on_fault(page as u32);
        let ahead = if plan.stride == 1 { plan.pages as usize } else { 1 };
        let window = self.window.pages();
        let most = wanted.max(ahead).min(window);
        let count = pages.extend(self.run(page, place, most));
        // Those of a stream that leaves pages out.
        let mut others = ArrayVec::<Arrival<'a>, OTHERS>::new();
        if plan.stride != 1 && wanted == 1 {
            let strides = (1..i64::from(plan.pages)).map(|i| page as i64 + i * plan.stride);
            let same_home =
                |other: &usize| self.known_place(*other).is_some_and(|o| o.rank == place.rank);
            let room = OTHERS.min(window - 1);
            let expected = strides.filter_map(|other| usize::try_from(other).ok());
            let expected = expected.filter(|other| (*other as u64) < self.segment.page_count());
            others
                .extend(expected.filter(same_home).take(room).map_while(|other| pages.also(other)));
        }
        self.make_room(self.needs(pages, others.len()), context);
        // An eviction that was lost may still be on its way from the buffer. Wherever to, another context can serve this page.
        context.wait().map_err(|_| Unserved::Lost(place.rank))?;
        self.take_rooms(pages, count);
        let mut came = context.read(place, 0, count * self.page);
        for (other, number) in others.iter().zip(count..) {
            let place = self.place(other.page());
            came = came.and_then(|()| context.read(place, number * self.page, self.page));
        }
        let came = came.and_then(|()| context.wait());
        came.inspect_err(|_| self.window.lost(count + others.len()))?;
        self.window.came();
        if P::falls_into(Trap::NumberWithPage) {
            self.learn_now(context, page, count * self.page);
        }
        self.tally.read_ahead.add((count + others.len()).saturating_sub(wanted));
        if count > wanted {
            self.post_ahead(context, &plan, 1);
        }
        let Some(pages) = arrival.take() else { return Ok(Err(LEFT)) };
        let bytes = context.buffer();
        // SAFETY: so many bytes have been read into the buffer, which is this thread's until the claim ends. What is ahead
        // goes to its other half.
        let opened = unsafe { self.open(pages, bytes) };
        for (other, number) in others.into_iter().zip(count..) {
            // SAFETY: as above. What cannot be opened now is fetched when it is asked for.
            let _ = unsafe { self.open(other, bytes.add(number * self.page)) };
        }
        Ok(opened)
    }

    /// Begins to READ what the stream will ask for next, into this half of the context's buffer.
    fn post_ahead(&self, context: &mut Claimed<'_, P>, plan: &Plan, half: usize) {
        let Some(next) = self.streams.after(plan).filter(|next| next.stride == 1) else { return };
        let page = next.page as usize;
        let Some(place) = self.known_place(page) else { return };
        if self.is_own(page) || !self.is_absent(page) {
            return;
        }
        let count = self.run(page, place, (next.pages as usize).min(self.window.pages()));
        // Before it is posted: what an acquire finds later may not be in it.
        let generation = self.generation.load(Ordering::SeqCst);
        match context.read(place, half * self.half(), count * self.page) {
            Ok(()) => self.ahead.note(context.number(), Window { page, count, half, generation }),
            Err(Unserved::Lost(_)) => self.losses.note(),
            Err(_) => {}
        }
    }

    /// Bytes of half a context's buffer.
    fn half(&self) -> usize {
        WINDOW.max(self.page)
    }

    /// Opens pages that were READ ahead in this context; `None` if it has none that can still be used.
    fn open_ahead<'a>(
        &self,
        context: &mut Claimed<'_, P>,
        page: usize,
        arrival: &mut Option<Arrival<'a>>,
    ) -> Result<Option<Result<Arrived<'a>, Refused>>, Unserved> {
        let Some(window) = self.ahead.get(context.number()).filter(|window| window.has(page))
        else {
            return Ok(None);
        };
        self.ahead.clear(context.number());
        context.wait().inspect_err(|_| self.window.lost(window.count))?;
        self.window.came();
        let Some(pages) = arrival else { return Ok(None) };
        let skip = page - window.page;
        let count = pages.extend(window.count - skip);
        // In one order with an acquire, which raises the number and then looks at the states of pages: either it finds these busy
        // and drops them if it has to, or it is seen here.
        fence(Ordering::SeqCst);
        let is_old = self.generation.load(Ordering::SeqCst) != window.generation;
        if is_old && !P::falls_into(Trap::ReadAheadOverAcquire) {
            return Ok(None);
        }
        let plan = self.streams.on_fault(page as u32);
        self.post_ahead(context, &plan, 1 - window.half);
        self.make_room_for(page, self.needs(pages, 0));
        self.take_rooms(pages, count);
        self.tally.read_ahead.add(count.saturating_sub(pages.wanted()));
        let Some(pages) = arrival.take() else { return Ok(None) };
        let at = window.half * self.half() + skip * self.page;
        // SAFETY: the window has been read to there, and this half of the buffer is not written to while the claim lasts.
        Ok(Some(unsafe { self.open(pages, context.buffer().add(at)) }))
    }

    /// A trap: takes the number of a page over that was just fetched, though the page may be older than that. `at` is where
    /// the buffer has room.
    fn learn_now(&self, context: &mut Claimed<'_, P>, page: usize, at: usize) {
        let (home, index) = self.home(page);
        let place = self.counters.homes()[home].place(Level::Page, index);
        if context.read(place, at, PAIR).and_then(|()| context.wait()).is_ok() {
            // SAFETY: so many bytes have been read to there, in the buffer, which is this thread's until the claim ends.
            let bytes = unsafe { slice::from_raw_parts(context.buffer().add(at).as_ptr(), PAIR) };
            self.counters.learn(Level::Page, home, index, pair(bytes));
        }
    }

    /// Takes the rooms that opening these pages will ask for, as far as there are any.
    fn take_rooms(&self, arrival: &Arrival<'_>, count: usize) {
        if arrival.to_write() {
            let pages = arrival.page()..arrival.page() + arrival.wanted().min(count);
            for page in pages.filter(|&page| self.table.room(page).is_none()) {
                if self.take_room(page).is_err() {
                    return;
                }
            }
        }
    }
}
