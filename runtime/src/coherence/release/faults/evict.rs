//! Eviction: room for pages and twins, within the budget.
//!
//! Clean pages go first, many at once. If there are none, a dirty one is sent home, through a context. Nothing here waits for a page:
//! victims are taken by compare-and-swap alone. If there is nothing to be had, the budget is exceeded.

use std::slice;
use std::sync::atomic::Ordering;

use paging::{Page, Paged, State};
use verbs_shim::Atomic;

use super::super::pages::counters::Level;
use super::super::pages::diff;
use super::super::shared::Core;
use super::super::sync::Answer;
use crate::cluster::CounterRows;
use crate::endpoint::{Claimed, Unserved};
use crate::primitives::{Primitives, Trap};

/// Clean pages that go at once.
const AT_ONCE: usize = 32;

/// Pages that are looked at for that.
const LOOKS: usize = 4 * AT_ONCE;

/// WRITEs that are posted before they are waited for.
const POSTED: usize = 32;

impl<P: Primitives> Core<P> {
    /// Makes room for so many bytes, if there is anything that can go. To be called while nothing is in flight in the context, and
    /// its buffer is not in use.
    pub(crate) fn make_room(&self, bytes: usize, context: &mut Claimed<'_, P>) {
        while self.is_short_of(bytes) && self.evict(context) {}
    }

    /// As [`Core::make_room`], by a context that nobody uses just now, if there is one; also on the stack of a handler, and by a thread that
    /// has a context already.
    pub(crate) fn make_room_for(&self, page: usize, bytes: usize) {
        if !self.is_short_of(bytes) {
            return;
        }
        let Some(place) = self.known_place(page) else { return };
        if let Some(mut context) = self.try_claim(place.rank) {
            context.on_own_stack(|context| self.make_room(bytes, context));
        }
    }

    fn is_short_of(&self, bytes: usize) -> bool {
        if self.keeps.load(Ordering::Relaxed) > 0 {
            return false;
        }
        let fits = self.budget.try_add(bytes);
        if fits {
            self.budget.sub(bytes);
        }
        !fits
    }

    /// Drops some pages; says whether there were any.
    fn evict(&self, context: &mut Claimed<'_, P>) -> bool {
        let Some(paged) = self.paged() else { return false };
        let here = |page: u32| self.table.is_present(page as usize);
        let (mut gone, mut dirty) = (0, None);
        for _ in 0..LOOKS {
            let Some(page) = self.line.pop(here) else { break };
            match paged.state(page as usize) {
                State::Absent => gone += usize::from(self.discard(paged, page as usize)),
                State::Clean if self.drop_clean(paged, page as usize) => gone += 1,
                State::Dirty if dirty.is_none() => dirty = Some(page),
                _ => self.line.put_back(page, here),
            }
            if gone == AT_ONCE {
                break;
            }
        }
        let Some(page) = dirty else { return gone > 0 };
        let went = gone == 0 && self.push_out_by(context, paged, page as usize);
        if !went {
            self.line.put_back(page, here);
        }
        went || gone > 0
    }

    /// Gives back what an absent page has kept of memory; says whether that was anything.
    fn discard(&self, paged: &Paged, page: usize) -> bool {
        let discarded = paged.try_discard(page, || self.leave(page));
        if !discarded {
            // It comes again just now.
            self.line.put_back(page as u32, |page| self.table.is_present(page as usize));
        }
        discarded && paged.keeps_memory()
    }

    fn drop_clean(&self, paged: &Paged, page: usize) -> bool {
        let gone = paged.try_remove_if(page, || !self.table.is_on_the_way(page));
        if gone {
            self.leave(page);
            self.tally.evicted.add(1);
        }
        gone
    }

    /// Sends a dirty page home and drops it, in ordinary context; false if that cannot be done just now.
    pub(crate) fn push_out(&self, paged: &Paged, page: usize) -> bool {
        let _blocked = self.contexts.block();
        let rank = self.place(page).rank;
        let context = self.claim(rank);
        context.is_ok_and(|mut context| self.push_out_by(&mut context, paged, page))
    }

    fn push_out_by(&self, context: &mut Claimed<'_, P>, paged: &Paged, page: usize) -> bool {
        if self.races.is_some() {
            return false;
        }
        // What was lost on its way may still arrive, until the pair has been repaired.
        if self.losses.unrepaired().is_some() || !self.attempts.has_room(self.contexts.count()) {
            return false;
        }
        let sent = paged.try_protect(page, |bytes| {
            // What is on its way may be older, and must not arrive later.
            if self.table.is_on_the_way(page) || self.losses.unrepaired().is_some() {
                return false;
            }
            let sent = self.send_alone(context, page, &bytes);
            // Whoever finds the page dirty finds this, too.
            sent.inspect_err(|_| self.losses.note()).is_ok()
        });
        sent && self.drop_clean(paged, page)
    }

    /// Sends home what has changed in a page that is busy for this thread, and counts it.
    fn send_alone(
        &self,
        context: &mut Claimed<'_, P>,
        page: usize,
        bytes: &Page<'_>,
    ) -> Result<(), Unserved> {
        let Some(room) = self.table.room(page) else { return Ok(()) };
        let sent = self.send_from(context, page, bytes, room);
        if sent.is_ok() {
            self.give_room(page, room);
        } else if !P::falls_into(Trap::ForgottenEviction) {
            // SAFETY: as in `send_from`; what was posted from it only reads it.
            let copy = unsafe { slice::from_raw_parts(context.buffer().as_ptr(), self.page) };
            self.attempts.note(page, copy);
        }
        sent
    }

    fn send_from(
        &self,
        context: &mut Claimed<'_, P>,
        page: usize,
        bytes: &Page<'_>,
        room: u32,
    ) -> Result<(), Unserved> {
        // SAFETY: the buffer has room for a page, and is this thread's while nothing is in flight; what is posted below reads it.
        let copy = unsafe { slice::from_raw_parts_mut(context.buffer().as_ptr(), self.page) };
        bytes.copy_to(copy);
        // SAFETY: the page is busy for this thread.
        let twin = unsafe { self.twin(room) };
        self.attempts.mark(page, copy, twin, self.grain);
        let place = self.place(page);
        let (mut writes, mut sum) = (0, 0);
        let mut outcome = Ok(());
        diff::runs(copy, twin, self.grain, |run| {
            if outcome.is_err() {
                return;
            }
            let mut to = place;
            to.offset += run.start as u64;
            outcome = context.write(to, run.start, run.len());
            writes += 1;
            sum += run.len();
            if outcome.is_ok() && writes % POSTED == 0 {
                outcome = context.wait();
            }
        });
        outcome?;
        if writes > 0 && !P::falls_into(Trap::UncountedEviction) {
            let (home, page) = self.home(page);
            let group = page / CounterRows::GROUP;
            let pairs = [
                (Level::Page, page),
                (Level::Group, group),
                (Level::Top, group / CounterRows::GROUP),
            ];
            let row = &self.counters.homes()[home];
            let raise =
                |(level, index)| (row.place(level, index).offset, Atomic::FetchAdd { add: 1 });
            let answers = context.atomics(place.rank, pairs.map(raise))?;
            for ((level, index), before) in pairs.into_iter().zip(answers) {
                Answer { level, home, index, before }.note(&self.counters);
            }
        }
        self.tally.compared.add(1);
        self.tally.writes_home.add(writes);
        self.tally.bytes_home.add(sum);
        Ok(())
    }
}
