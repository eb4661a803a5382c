//! Release: what this node has changed goes home.
//!
//! ```text
//!   dirty pages ──protect──▶ changed bytes ──▶ outbox of their home ──WRITEs──▶ FAA page ──▶ FAA group ──▶ FAA top
//!          └──inspect, if they stay open
//! ```
//!
//! One queue pair executes in order, so whoever sees a counter raised can see what it counts.

use std::ops::Range;
use std::sync::atomic::{Ordering, fence};

use paging::{Page, State};

use super::super::engine::Engine;
use super::super::pages::counters::Level;
use super::super::pages::diff;
use super::super::races;
use super::super::shared::Core;
use super::SyncState;
use super::outbox::{Answer, Outbox};
use super::pace::do_steps;
use super::patience::OUT_OF_REACH;
use crate::cluster::{CounterRows, Rank};
use crate::endpoint::{Part, Place};
use crate::error::Error;
use crate::primitives::{Primitives, Trap};

/// Bytes of pages that are protected together: so much is gathered before anything is sent.
const GATHERED: usize = 1 << 20;

/// Changed bytes, and runs of them, after which an outbox is sent before there is more.
const FULL: (usize, usize) = (256 << 10, 4096);

/// Bytes between changed ones that go with them where they may: fewer than a WRITE of its own costs.
const FILLED: usize = 512;

/// Whether all homes have taken what was sent, or some could not because they are dead.
pub(crate) type Sent = Result<(), Error>;

impl<P: Primitives> Engine<P> {
    /// Makes what this node has written in these ranges of bytes, in which it is alone, visible to others; in all if there
    /// are none. When it returns, the homes have it.
    pub(crate) fn release(&self, ranges: &[Range<usize>]) -> Result<(), Error> {
        self.repair()?;
        let mut sync = self.sync().lock();
        fence(Ordering::SeqCst);
        sync.number = sync.number.wrapping_add(1);
        let mut dirty = std::mem::take(&mut sync.list);
        dirty.clear();
        for span in self.spans(ranges) {
            self.core().dirty.take(span, |page| dirty.push(page));
        }
        dirty.iter().for_each(|&page| self.core().note_use(page));
        sync.alone.extend_from_slice(ranges);
        let sent = self.send(&mut sync, &dirty, true).and_then(|sent| sent);
        sync.alone.clear();
        if sent.is_err() {
            dirty.iter().for_each(|&page| self.core().dirty.add(page));
        }
        sync.answers.clear();
        sync.list = dirty;
        sent
    }

    /// Sends what has changed in these pages, which are in order, and everything that is left over in outboxes.
    /// Afterwards they are clean, but for those that others write and, where they may, for those that are always written.
    pub(crate) fn send(
        &self,
        sync: &mut SyncState,
        pages: &[usize],
        may_stay: bool,
    ) -> Result<Sent, Error> {
        let most = (GATHERED / self.core().page).max(1);
        let mut rest = pages;
        while let Some(&first) = rest.first() {
            let treatment = self.treatment(sync, first, may_stay);
            let mut count = 1;
            while count < most
                && rest.get(count) == Some(&(first + count))
                && self.treatment(sync, first + count, may_stay) == treatment
            {
                count += 1;
            }
            rest = &rest[count..];
            let run = first..first + count;
            if may_stay && treatment != Treatment::Nothing {
                run.clone().for_each(|page| self.note_dirty(page, sync.number));
            }
            self.gather(sync, run, treatment)?;
            self.send_full(sync)?;
        }
        self.count_own(sync);
        self.send_together(sync)?;
        let mut outcome = Ok(());
        for home in 0..sync.outboxes.len() {
            if !sync.outboxes[home].is_empty() {
                let sent = self.send_home(sync, home, true);
                // What is for the dead must not keep others from getting theirs.
                if sent.is_err() && !self.is_dead(home) {
                    return sent.map(Ok);
                }
                outcome = outcome.and(sent);
            }
        }
        self.look_for_races(sync)?;
        Ok(outcome)
    }

    /// Whether that home has died.
    pub(crate) fn is_dead(&self, home: usize) -> bool {
        let rank = Rank(self.core().counters.homes()[home].rank);
        self.core().endpoint().health().is_dead(rank)
    }

    /// What becomes of a page at this release. Asked twice, the answer is the same.
    fn treatment(&self, sync: &SyncState, page: usize, may_stay: bool) -> Treatment {
        let state = self.paged().state(page);
        // What is busy may be absent, and nobody knows yet where it lives.
        if matches!(state, State::Absent | State::Clean) || self.core().known_home(page).is_none() {
            return Treatment::Nothing;
        }
        let own = self.core().is_own(page);
        if state == State::Busy {
            return Treatment::Close { own };
        }
        let mut habit = self.core().table.habit(page);
        let stays = may_stay && habit.dirty_at(sync.number);
        if stays { Treatment::Stay { own } } else { Treatment::Close { own } }
    }

    fn note_dirty(&self, page: usize, number: u32) {
        let mut habit = self.core().table.habit(page);
        habit.dirty_at(number);
        self.core().table.set_habit(page, habit);
    }

    /// Gathers what has changed in a run of pages.
    fn gather(
        &self,
        sync: &mut SyncState,
        run: Range<usize>,
        treatment: Treatment,
    ) -> Result<(), Error> {
        let core = self.core();
        match treatment {
            Treatment::Nothing => {}
            Treatment::Stay { own: true } => {
                // Before what is written from now on is counted.
                run.clone().for_each(|page| core.dirty.add(page));
                sync.own.extend(run.map(|page| core.home(page).1));
            }
            Treatment::Stay { own: false } => {
                run.clone().for_each(|page| core.dirty.add(page));
                self.paged().inspect(run, |page, bytes| {
                    let changed = core.compare(sync, page, &bytes, true);
                    let mut habit = core.table.habit(page);
                    habit.looked_at(changed);
                    core.table.set_habit(page, habit);
                });
            }
            Treatment::Close { own: true } => {
                let own = &mut sync.own;
                let protected = self.paged().protect(run, |page, _| own.push(core.home(page).1));
                protected.map_err(|error| self.paging_error(error))?;
            }
            Treatment::Close { own: false } => {
                let protected = self.paged().protect(run, |page, bytes| {
                    core.compare(sync, page, &bytes, false);
                });
                protected.map_err(|error| self.paging_error(error))?;
            }
        }
        Ok(())
    }

    /// Sends outboxes that have become large, without the counters above pages.
    fn send_full(&self, sync: &mut SyncState) -> Result<(), Error> {
        for home in 0..sync.outboxes.len() {
            let outbox = &sync.outboxes[home];
            let is_full = outbox.len() >= FULL.0 || outbox.writes() >= FULL.1;
            if is_full && !self.is_dead(home) {
                self.send_home(sync, home, false)?;
            }
        }
        Ok(())
    }

    /// Sends what is in an outbox, and notes the answers. If it fails for good, all stays there.
    fn send_home(&self, sync: &mut SyncState, number: usize, all: bool) -> Result<(), Error> {
        let core = self.core();
        let home = &core.counters.homes()[number];
        let outbox = &mut sync.outboxes[number];
        let writes = outbox.writes();
        let (raised, answers) = {
            let (mut steps, raised) = outbox.steps(home, all);
            let mut answers = vec![0; steps.len()];
            let counts_first = P::falls_into(Trap::CountersBeforeBytes);
            if counts_first {
                steps.rotate_left(writes);
            }
            // What an eviction has lost of these pages may still arrive, until that is repaired.
            let repair = || self.repair();
            let sent = do_steps(core.endpoint(), home.rank, &mut steps, &mut answers, repair);
            if let Err(Error::Work(lost)) = &sent {
                // Sent later, it would come after what others write meanwhile.
                let (name, rank) = (&core.segment.spec().name, home.rank);
                core.endpoint().give_up(&format!(
                    "rank {rank} was out of its reach for {OUT_OF_REACH:?} amid a release of {name:?}: {lost}"
                ));
            }
            sent?;
            if counts_first {
                answers.rotate_left(raised.len());
            }
            (raised, answers)
        };
        self.note_sent(sync, number, all, &raised, &answers[writes..]);
        Ok(())
    }

    /// Sends to all homes at once what does not take long. What is lost, or does take long, stays in its outbox.
    fn send_together(&self, sync: &mut SyncState) -> Result<(), Error> {
        let core = self.core();
        let waiting = sync.outboxes.iter().filter(|outbox| !outbox.is_empty()).count();
        if waiting < 2 || P::falls_into(Trap::CountersBeforeBytes) {
            return Ok(());
        }
        // What an eviction has lost of these pages may still arrive, until that is repaired.
        self.repair()?;
        let outboxes = sync.outboxes.iter_mut().enumerate();
        let mut all: Vec<_> = outboxes
            .filter(|(_, outbox)| !outbox.is_empty())
            .map(|(number, outbox)| {
                let (steps, raised) = outbox.steps(&core.counters.homes()[number], true);
                let answers = vec![0; steps.len()];
                (number, steps, raised, answers)
            })
            .collect();
        let mut parts = Vec::with_capacity(all.len());
        for (number, steps, _, answers) in &mut all {
            let rank = core.counters.homes()[*number].rank;
            parts.push(Part { rank, steps, answers, is_done: false });
        }
        core.endpoint().exchange_at_homes(&mut parts)?;
        let done: Vec<bool> = parts.iter().map(|part| part.is_done).collect();
        let taken = all.into_iter().zip(done).filter(|(_, is_done)| *is_done);
        let taken: Vec<_> =
            taken.map(|((number, _, raised, answers), _)| (number, raised, answers)).collect();
        for (number, raised, answers) in taken {
            let writes = answers.len() - raised.len();
            self.note_sent(sync, number, true, &raised, &answers[writes..]);
        }
        Ok(())
    }

    /// A home has taken what was in its outbox, and raised these numbers, which were so many before.
    fn note_sent(
        &self,
        sync: &mut SyncState,
        number: usize,
        all: bool,
        raised: &[(Level, u64)],
        before: &[u64],
    ) {
        let core = self.core();
        let answer = |(&(level, index), &before)| Answer { level, home: number, index, before };
        let answers = raised.iter().zip(before).map(answer);
        sync.answers.extend(answers.inspect(|answer| answer.note(&core.counters)));
        debug_assert!(!raised.is_empty());
        let outbox = &mut sync.outboxes[number];
        core.tally.bytes_home.add(outbox.len());
        core.tally.writes_home.add(outbox.writes());
        for &page in outbox.pages() {
            if let Some(page) = core.page_at(number, page) {
                core.table.clear_on_the_way(page);
            }
        }
        outbox.done(all);
    }

    /// Counts the node's own pages that were written: no network. Their bytes are at home already.
    fn count_own(&self, sync: &mut SyncState) {
        if sync.own.is_empty() {
            return;
        }
        let core = self.core();
        let Some(home) = core.counters.homes().iter().find(|home| home.is_mapped) else { return };
        let arena = core.endpoint().arena();
        // The second word of a pair is the CPU's alone, of all views of this node.
        let raise = |place: Place| {
            P::give_way();
            arena.atomic_u64(place.offset as usize + 8).fetch_add(1, Ordering::SeqCst);
        };
        let mut numbers = std::mem::take(&mut sync.own);
        for level in [Level::Page, Level::Group, Level::Top] {
            numbers.iter().for_each(|&number| raise(home.place(level, number)));
            numbers.iter_mut().for_each(|number| *number /= CounterRows::GROUP);
            numbers.dedup();
        }
        numbers.clear();
        sync.own = numbers;
    }
}

/// What becomes of a dirty page at a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Treatment {
    /// It is not dirty, after all.
    Nothing,
    /// It is protected.
    Close { own: bool },
    /// It stays open.
    Stay { own: bool },
}

impl<P: Primitives> Core<P> {
    /// Compares a dirty page with its twin, puts what has changed into its home's outbox, and gives the twin back or, if
    /// the page stays open, brings it up to date. Says whether anything had changed. To be called with the page busy.
    fn compare(&self, sync: &mut SyncState, page: usize, bytes: &Page<'_>, stays: bool) -> bool {
        let Some(room) = self.table.room(page) else {
            debug_assert!(false, "page {page} is dirty and has no twin");
            return false;
        };
        let SyncState { outboxes, scratch, written, alone, .. } = sync;
        bytes.copy_to(scratch);
        let place = self.place(page);
        let (home, number) = self.home(page);
        let outbox: &mut Outbox = &mut outboxes[home];
        let mut changed = false;
        let mut runs = Vec::new();
        // SAFETY: the room is this page's, which is busy for this thread.
        let twin = unsafe { self.twin(room) };
        self.attempts.mark(page, scratch, twin, self.grain);
        let start = page * self.page;
        let element = self.segment.spec().element_bytes as usize;
        let may_fill = |gap: Range<usize>| {
            let gap = start + gap.start..start + gap.end;
            let in_an_element = (gap.start - 1) / element == gap.end / element;
            let in_a_range =
                |alone: &Range<usize>| alone.start <= gap.start && gap.end <= alone.end;
            in_an_element
                || gap.len() <= FILLED && alone.iter().any(in_a_range)
                || P::falls_into(Trap::FilledGaps)
        };
        diff::joined(scratch, twin, self.grain, may_fill, |run| {
            changed = true;
            if self.races.is_some() {
                runs.push(races::widen(run.clone(), element, self.page));
            }
            outbox.add(place.offset + run.start as u64, &scratch[run]);
        });
        self.tally.compared.add(1);
        if changed {
            outbox.add_page(number);
            self.table.set_on_the_way(page);
        }
        if !runs.is_empty() {
            written.push((page, runs));
        }
        if stays {
            if changed && !P::falls_into(Trap::OldTwin) {
                twin.copy_from_slice(scratch);
            }
        } else {
            self.give_room(page, room);
        }
        changed
    }
}
