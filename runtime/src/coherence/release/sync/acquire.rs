//! Acquire: what others have released is seen, because pages that changed are dropped.
//!
//! ```text
//!   READ top rows ──▶ READ groups of what differs ──▶ READ pages of what differs ──▶ drop those that differ
//! ```
//!
//! Each step reads at all homes at once. What it costs grows with what has changed, not with what is here.

use std::ops::Range;
use std::sync::atomic::{Ordering, fence};

use paging::State;

use super::super::engine::{Engine, merge};
use super::super::pages::counters::{Level, PAIR, Pair, pair};
use super::SyncState;
use super::pace::read_rows;
use super::send::Sent;
use crate::cluster::Rank;
use crate::endpoint::Place;
use crate::error::Error;
use crate::primitives::{Primitives, Trap};

/// The longest piece of a row that is READ at once.
const LONGEST: usize = 64 << 10;

/// Pairs of one home, side by side in a row.
type Pairs = (usize, Range<u64>);

/// A pair that is not as it was known.
#[derive(Clone, Copy)]
struct Changed {
    home: usize,
    index: u64,
    pair: Pair,
}

impl<P: Primitives> Engine<P> {
    /// Makes what others have released visible in these ranges of bytes; in all if there are none.
    pub(crate) fn acquire(&self, ranges: &[Range<usize>]) -> Result<(), Error> {
        self.repair()?;
        let mut sync = self.sync().lock();
        sync.answers.clear();
        let levels =
            if ranges.is_empty() { self.look() } else { self.look_at(&self.spans(ranges)) };
        let levels = levels?;
        // What is on the way here was asked for before the counters were read. In one order with a fault that makes a page
        // busy and then looks at this number: either it sees the new one, or the page is seen busy below.
        self.core().generation.fetch_add(1, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        let sent = self.drop_changed(&mut sync, &levels[Level::Page as usize])?;
        // Only now: a number counts for what is here.
        for level in [Level::Page, Level::Group, Level::Top] {
            for changed in &levels[level as usize] {
                self.core().counters.learn(level, changed.home, changed.index, changed.pair);
            }
        }
        for answer in sync.answers.drain(..) {
            answer.note(&self.core().counters);
        }
        fence(Ordering::SeqCst);
        // What lives has been seen to.
        self.check_homes(ranges).and(sent)
    }

    /// Whether all homes of these bytes live.
    fn check_homes(&self, ranges: &[Range<usize>]) -> Result<(), Error> {
        let (core, health) = (self.core(), self.core().endpoint().health());
        let dead = |home: &usize| self.is_dead(*home);
        let Some(home) = (0..core.counters.homes().len()).find(dead) else { return Ok(()) };
        let pages = self.spans(ranges).into_iter().flatten();
        let home = if ranges.is_empty() {
            Some(home)
        } else {
            pages.filter_map(|page| Some(core.known_home(page)?.0)).find(dead)
        };
        let rank = home.map(|home| Rank(core.counters.homes()[home].rank));
        rank.map_or(Ok(()), |rank| Ok(health.check_rank(rank)?))
    }

    /// Looks from the top: what has changed, on each level.
    fn look(&self) -> Result<[Vec<Changed>; 3], Error> {
        let homes = self.core().counters.homes();
        let others = homes.iter().enumerate();
        let others = others.filter(|(number, home)| !home.is_mapped && !self.is_dead(*number));
        let rank = self.core().endpoint().rank() as usize;
        let is_asked = |number| !P::falls_into(Trap::OneHome) || number == rank % homes.len();
        let others = others.filter(|(number, _)| is_asked(*number));
        let all = others.map(|(number, home)| (number, 0..home.len(Level::Top))).collect();
        let tops = self.read(Level::Top, all)?;
        let groups = self.read(Level::Group, self.below(Level::Group, &tops))?;
        let pages = self.read(Level::Page, self.below(Level::Page, &groups))?;
        Ok([pages, groups, tops])
    }

    /// Looks at these pages alone. What is known of groups stays as it is: other pages of theirs were not looked at.
    fn look_at(&self, spans: &[Range<usize>]) -> Result<[Vec<Changed>; 3], Error> {
        let core = self.core();
        let mut pairs: Vec<Pairs> = Vec::new();
        for page in spans.iter().cloned().flatten() {
            // Nothing of a piece is here whose home nobody has asked for.
            let Some((home, index)) = core.known_home(page) else { continue };
            if core.counters.homes()[home].is_mapped || self.is_dead(home) {
                continue;
            }
            match pairs.last_mut() {
                Some((last, run)) if *last == home && run.end == index => run.end += 1,
                _ => pairs.push((home, index..index + 1)),
            }
        }
        Ok([self.read(Level::Page, pairs)?, Vec::new(), Vec::new()])
    }

    /// The pairs under those that have changed.
    fn below(&self, level: Level, above: &[Changed]) -> Vec<Pairs> {
        let mut pairs: Vec<Pairs> = Vec::new();
        for changed in above {
            let run = self.core().counters.homes()[changed.home].below(level, changed.index);
            match pairs.last_mut() {
                Some((home, last)) if *home == changed.home && last.end == run.start => {
                    last.end = run.end;
                }
                _ => pairs.push((changed.home, run)),
            }
        }
        pairs
    }

    /// Reads pairs, and finds those that are not as they are known.
    fn read(&self, level: Level, wanted: Vec<Pairs>) -> Result<Vec<Changed>, Error> {
        let counters = &self.core().counters;
        let longest = (LONGEST / PAIR) as u64;
        let cut = |(home, run): Pairs| {
            let starts = (run.start..run.end).step_by(longest as usize);
            starts.map(move |start| (home, start..(start + longest).min(run.end)))
        };
        let wanted: Vec<Pairs> = wanted.into_iter().flat_map(cut).collect();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let count: usize = wanted.iter().map(|(_, run)| (run.end - run.start) as usize).sum();
        let mut bytes = vec![0; count * PAIR];
        let mut rest = &mut bytes[..];
        let mut rows: Vec<(Place, &mut [u8])> = Vec::with_capacity(wanted.len());
        for (home, run) in &wanted {
            let (row, after) = rest.split_at_mut((run.end - run.start) as usize * PAIR);
            rows.push((counters.homes()[*home].place(level, run.start), row));
            rest = after;
        }
        self.core().tally.counter_reads.add(rows.len());
        read_rows(self.core().endpoint(), &mut rows)?;
        let indices = wanted.iter().flat_map(|(home, run)| run.clone().map(|index| (*home, index)));
        let read = indices.zip(bytes.chunks_exact(PAIR).map(pair));
        let changed = read.filter(|((home, index), pair)| {
            let known = counters.known(level, *home, *index);
            let words = if P::falls_into(Trap::OneWordOfCounter) { 1 } else { 2 };
            known[..words] != pair[..words]
        });
        Ok(changed.map(|((home, index), pair)| Changed { home, index, pair }).collect())
    }

    /// Drops the copies of pages that have changed. What this node has changed in them goes home first.
    fn drop_changed(&self, sync: &mut SyncState, changed: &[Changed]) -> Result<Sent, Error> {
        let core = self.core();
        let mut pages = std::mem::take(&mut sync.list);
        pages.clear();
        pages.extend(changed.iter().filter_map(|c| core.page_at(c.home, c.index)));
        // What is absent now is fetched after the counters were read.
        pages.retain(|&page| self.paged().state(page) != State::Absent);
        pages.sort_unstable();
        let dropped = self.drop_pages(sync, &pages);
        sync.list = pages;
        dropped
    }

    pub(crate) fn drop_pages(&self, sync: &mut SyncState, pages: &[usize]) -> Result<Sent, Error> {
        let core = self.core();
        let is_dirty =
            |page: &usize| matches!(self.paged().state(*page), State::Dirty | State::Busy);
        let dirty: Vec<usize> = pages.iter().copied().filter(is_dirty).collect();
        let mut sent = Ok(());
        if !dirty.is_empty() || sync.outboxes.iter().any(|outbox| !outbox.is_empty()) {
            sent = self.send(sync, &dirty, false)?;
        }
        let mut runs: Vec<_> = pages.iter().map(|&page| page..page + 1).collect();
        merge(&mut runs);
        for run in runs {
            self.paged().close(run).map_err(|error| self.paging_error(error))?;
        }
        core.tally.dropped.add(pages.len());
        // What keeps its memory takes room until it is evicted.
        let stay = self.paged().keeps_memory();
        for &page in pages {
            self.drop_for_sure(sync, page)?;
            if !stay {
                core.leave(page);
            }
        }
        Ok(sent)
    }

    /// Drops a page that others write to while it is sent home.
    fn drop_for_sure(&self, sync: &mut SyncState, page: usize) -> Result<(), Error> {
        loop {
            match self.paged().state(page) {
                State::Absent => return Ok(()),
                // Without the network in between there is hardly time for another write.
                State::Dirty if self.core().push_out(self.paged(), page) => {}
                State::Dirty => drop(self.send(sync, &[page], false)?),
                // Fetched meanwhile, or about to be evicted.
                State::Clean | State::Busy => {}
            }
            let closed = self.paged().close(page..page + 1);
            closed.map_err(|error| self.paging_error(error))?;
        }
    }
}
