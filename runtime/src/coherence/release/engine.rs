//! [`Engine`]: a segment whose pages this node keeps copies of.
//!
//! Faults run in signal handlers ([`faults`](super::faults)); sync points in ordinary context ([`sync`](super::sync)), one at a
//! time. What both touch is in [`Core`].

use std::ops::Range;
use std::ptr::{self, NonNull};
use std::slice;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};

use paging::{Access, Layout, Mechanism, Own, Paged, State};

use super::faults::Fetcher;
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
use super::races::{Checked, Clocks, Race, Races};
use super::shared::{Core, Losses, WINDOW};
use super::sync::{Outbox, Patience, SyncState};
use super::{MapOptions, ViewCounts};
use crate::endpoint::Contexts;
use crate::error::Error;
use crate::primitives::{Mutex, Primitives};
use crate::space::Segment;

/// The most pieces that a node's own pages are mapped from. With more they are copies like all others.
const MOST_PIECES: usize = 4096;

/// The budget is exceeded rather than a fault refused; by so many twins at most.
const SPARE_TWINS: usize = 256;

/// A view of which this node keeps copies of pages.
pub(crate) struct Engine<P: Primitives> {
    // Dropped first: then no fault is under way any more.
    paged: Arc<Paged>,
    core: Arc<Core<P>>,
    sync: Mutex<SyncState, P>,
}

impl<P: Primitives> Engine<P> {
    /// Maps the segment.
    ///
    /// # Errors
    /// When the options make no sense, there is no memory, or a home cannot be connected to.
    pub(crate) fn new(
        segment: &Arc<Segment<P>>,
        options: &MapOptions,
        clocks: Option<&Arc<Clocks<P>>>,
    ) -> Result<Engine<P>, Error> {
        let endpoint = segment.endpoint();
        let name = &segment.spec().name;
        let (page, count) = (segment.page_bytes(), segment.page_count() as usize);
        let bad = |reason: String| Error::BadView { name: name.clone(), reason };
        let pages = u32::try_from(count)
            .ok()
            .filter(|pages| *pages < u32::MAX / 2)
            .ok_or_else(|| bad(format!("{count} pages are too many: take larger ones")))?;
        if options.cache_bytes < page {
            return Err(bad(format!(
                "a cache of {} bytes has no room for a page of {page}: raise cache_bytes",
                options.cache_bytes
            )));
        }
        let rank = endpoint.rank();
        let races = clocks.map(|clocks| Races::new(segment, clocks)).transpose()?;
        // In the checked mode every write has a twin, and nothing goes home unnoticed.
        let own = own_runs(segment).filter(|_| races.is_none());
        let own = own.filter(|runs| !runs.is_empty() || segment.rooms().is_some());
        let cache_bytes = if races.is_some() {
            options.cache_bytes.max(2 * count * page)
        } else {
            options.cache_bytes
        };
        let ranks = || (0..endpoint.size()).filter(|&rank| segment.pages_at(rank) > 0);
        let is_mapped = |home: u32| home == rank && own.is_some();
        let parts = ranks().map(|r| (r, segment.pages_at(r), segment.rows_at(r), is_mapped(r)));
        let counters = Counters::new(parts, endpoint.size())?;
        let homes: Vec<u32> =
            ranks().filter(|&home| !is_mapped(home) || segment.rooms().is_some()).collect();
        let window = WINDOW.max(page);
        let mechanism = options.mechanism.unwrap_or_else(Mechanism::recommended);
        let by_hand = matches!(mechanism, Mechanism::ByHand { .. });
        let mut contexts = Contexts::new(endpoint, &homes, context_count(by_hand), 2 * window)?;
        if by_hand {
            contexts.stay_on_stack();
        }
        let most = (cache_bytes / page).min(count).max(1);
        // What is brought ahead must not drive out what is in use.
        let most_at_once = (window / page).min(most / 4).max(1);
        let core = Arc::new(Core {
            segment: Arc::clone(segment),
            page,
            grain: Grain::of_elements(segment.spec().element_bytes.into()),
            counters,
            homes: Homes::new(segment)?,
            table: Table::new(count)?,
            dirty: PageSet::new(count)?,
            twins: Twins::new(page, most + SPARE_TWINS)?,
            window: FetchWindow::new(most_at_once),
            line: Line::new(pages, most),
            budget: Budget::new(cache_bytes),
            streams: Streams::new(pages, most_at_once as u32),
            ahead: Ahead::new(contexts.count()),
            attempts: Attempts::new(4 * contexts.count().max(1), page)?,
            contexts,
            by_hand,
            keeps: AtomicU32::new(0),
            read_only: options.read_only,
            generation: AtomicU64::new(0),
            losses: Losses::default(),
            tally: Tally::default(),
            races,
            paged: AtomicPtr::new(ptr::null_mut()),
        });
        let file = own.as_ref().and_then(|_| endpoint.arena().fd());
        let own: Vec<Own<'_>> = own
            .iter()
            .flatten()
            .filter_map(|(pages, offset)| {
                Some(Own { pages: pages.clone(), file: file?, offset: *offset })
            })
            .collect();
        let layout = Layout { name, len: count * page, page, at: options.at, own: &own };
        let paged = Paged::new(mechanism, layout, Fetcher::new(&core))
            .map_err(|source| Error::Paging { name: name.clone(), source })?;
        let paged = Arc::new(paged);
        core.paged.store(Arc::as_ptr(&paged).cast_mut(), Ordering::Release);
        let homes = core.counters.homes().len();
        let sync = SyncState {
            number: 0,
            outboxes: (0..homes).map(|_| Outbox::default()).collect(),
            own: Vec::new(),
            answers: Vec::new(),
            alone: Vec::new(),
            scratch: vec![0; page],
            list: Vec::new(),
            written: Vec::new(),
        };
        Ok(Engine { paged, core, sync: Mutex::new(sync) })
    }

    pub(crate) fn start(&self) -> NonNull<u8> {
        self.paged.start()
    }

    /// Whether no access is seen by itself.
    pub(crate) fn is_by_hand(&self) -> bool {
        self.core.by_hand
    }

    pub(crate) fn races(&self) -> Vec<Race> {
        self.core.races.as_ref().map_or_else(Vec::new, Races::found)
    }

    /// Notes who wrote what was gathered, in the checked mode.
    pub(crate) fn look_for_races(&self, sync: &mut SyncState) -> Result<(), Error> {
        let Some(races) = &self.core.races else { return Ok(()) };
        let spec = self.core.segment.spec();
        let checked = Checked {
            name: &spec.name,
            page_bytes: self.core.page,
            element_bytes: spec.element_bytes as usize,
            start: self.start().addr().get(),
        };
        races.note(&checked, &mut sync.written)
    }

    pub(crate) fn counts(&self) -> ViewCounts {
        self.core.tally.counts()
    }

    pub(crate) fn core(&self) -> &Core<P> {
        &self.core
    }

    pub(crate) fn paged(&self) -> &Paged {
        &self.paged
    }

    pub(crate) fn sync(&self) -> &Mutex<SyncState, P> {
        &self.sync
    }

    pub(crate) fn paging_error(&self, source: paging::Error) -> Error {
        Error::Paging { name: self.core.segment.spec().name.clone(), source }
    }

    /// Opens all pages that these bytes touch. Where a queue pair of a context had failed, it is repaired, and the pages
    /// are asked for again.
    pub(crate) fn populate(&self, bytes: Range<usize>, access: Access) -> Result<(), Error> {
        let (mut patience, mut fetched) = (Patience::<P>::new(), self.counts().fetched);
        loop {
            let Err(error) = self.paged.populate(bytes.clone(), access) else { return Ok(()) };
            let fetched_now = self.counts().fetched;
            if std::mem::replace(&mut fetched, fetched_now) != fetched_now {
                patience = Patience::new();
            }
            if self.core.losses.unrepaired().is_none() || !patience.again() {
                // A death says more than the refusal that it led to.
                self.core.segment.endpoint().health().check()?;
                return Err(self.paging_error(error));
            }
            self.repair()?;
        }
    }

    /// As [`Engine::populate`] for several ranges, until all of them are open at the same moment: to open one may have evicted another. Then
    /// nothing is evicted until they are; the budget is exceeded by so many pages.
    pub(crate) fn touch(&self, all: &[(Range<usize>, Access)]) -> Result<(), Error> {
        let is_open = |page: usize, access: Access| match self.paged.state(page) {
            State::Dirty => true,
            State::Clean => access == Access::Read,
            State::Absent | State::Busy => false,
        };
        let are_open = |(bytes, access): &(Range<usize>, Access)| {
            let pages = self.spans(slice::from_ref(bytes));
            bytes.is_empty() || pages.into_iter().flatten().all(|page| is_open(page, *access))
        };
        let all_are_open = || all.iter().all(are_open);
        let populate_all = || {
            all.iter().try_for_each(|(bytes, access)| match bytes.is_empty() {
                true => Ok(()),
                false => self.populate(bytes.clone(), *access),
            })
        };
        if all_are_open() {
            return Ok(());
        }
        populate_all()?;
        let mut touched = Ok(());
        if !all_are_open() {
            self.core.keeps.fetch_add(1, Ordering::Relaxed);
            while touched.is_ok() && !all_are_open() {
                touched = populate_all();
            }
            self.core.keeps.fetch_sub(1, Ordering::Relaxed);
        }
        touched
    }

    /// Pairs of contexts that have failed are replaced, in ordinary context.
    pub(crate) fn repair(&self) -> Result<(), Error> {
        let losses = self.core.losses.unrepaired();
        if let Some(losses) = losses {
            self.core.contexts.repair()?;
            self.core.losses.repaired(losses);
        }
        Ok(())
    }

    /// The pages that these bytes touch, in order and without overlap; all if there are none.
    pub(crate) fn spans(&self, ranges: &[Range<usize>]) -> Vec<Range<usize>> {
        let (page, count) = (self.core.page, self.paged.page_count());
        if ranges.is_empty() {
            return std::iter::once(0..count).collect();
        }
        let pages = |bytes: &Range<usize>| bytes.start / page..bytes.end.div_ceil(page).min(count);
        let mut spans: Vec<_> = ranges.iter().map(pages).filter(|span| !span.is_empty()).collect();
        spans.sort_unstable_by_key(|span| span.start);
        merge(&mut spans);
        spans
    }
}

/// Joins ranges, which are sorted, where one begins before the last has ended, or where it ends.
pub(crate) fn merge<T: Copy + Ord>(ranges: &mut Vec<Range<T>>) {
    ranges.dedup_by(|next, last| {
        let joined = next.start <= last.end;
        if joined {
            last.end = last.end.max(next.end);
        }
        joined
    });
}

/// The node's own pages and where they lie in its arena, if they can be mapped from there. Those that are placed by first touch are not
/// there yet.
fn own_runs<P: Primitives>(segment: &Segment<P>) -> Option<Vec<(Range<usize>, u64)>> {
    let endpoint = segment.endpoint();
    let arena = endpoint.arena();
    arena.fd()?;
    if segment.page_bytes() < arena.page_size() {
        return None;
    }
    if segment.rooms().is_some() {
        let start = segment.offset_on(endpoint.rank());
        return start.is_multiple_of(arena.page_size() as u64).then(Vec::new);
    }
    let runs: Vec<_> = segment
        .page_runs()
        .filter(|run| run.place.rank == endpoint.rank())
        .take(MOST_PIECES + 1)
        .map(|run| (run.pages.start as usize..run.pages.end as usize, run.place.offset))
        .collect();
    let aligned = runs.iter().all(|(_, offset)| offset.is_multiple_of(arena.page_size() as u64));
    (aligned && runs.len() <= MOST_PIECES).then_some(runs)
}

/// How many faults are served at a time, if there are not too many homes for that.
fn context_count(by_hand: bool) -> usize {
    if by_hand {
        // The same on every machine.
        return 2;
    }
    // Where one has failed, another serves the fault.
    std::thread::available_parallelism().map_or(1, usize::from).max(2)
}
