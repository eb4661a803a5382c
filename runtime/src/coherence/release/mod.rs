//! Release consistency: a segment's pages as plain memory of each node, which synchronization brings up to date.
//!
//! | | what |
//! | --- | --- |
//! | `mod.rs` | [`Mapped`]: a segment as one range of addresses, in either way |
//! | `direct.rs` | the memory of the homes itself, mapped: nodes of one machine |
//! | `engine.rs` | copies of pages, served by faults |
//! | `shared.rs` | what faults and sync points share |
//! | `faults/` | what runs inside of faults, where next to nothing is allowed: fetching, reading ahead, eviction |
//! | `sync/` | release and acquire: what goes home, and what is dropped |
//! | `pages/` | what is known of each page: twins, changes, counters |
//! | `homes/` | where pages live, and how they move |
//! | `races/` | `PANGEA_CHECK=races`: who wrote the same bytes |
//! | `setting.rs` | what `PANGEA_VIEW` says |

mod direct;
mod engine;
mod faults;
mod homes;
mod pages;
mod races;
mod setting;
mod shared;
mod sync;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::ptr::NonNull;
use std::sync::Arc;

use paging::{Access, Mechanism};

pub(crate) use homes::Move;
pub use pages::diff::{Grain, runs};
pub use races::Race;
pub(crate) use races::{Clocks, is_asked_for as races_are_asked_for};
pub(crate) use setting::ViewSetting;

use crate::error::Error;
use crate::primitives::Primitives;
use crate::space::Segment;
use direct::Direct;
use engine::Engine;

/// How a view is to be made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MapOptions {
    /// The address of its first byte; wherever there is room, if `None`.
    pub(crate) at: Option<usize>,
    /// How many bytes copies of pages may take, with their twins.
    pub(crate) cache_bytes: usize,
    /// How faults are told; if `None`, as `PANGEA_VIEW` says, or what is best here.
    pub(crate) mechanism: Option<Mechanism>,
    /// Whether every write through it is refused.
    pub(crate) read_only: bool,
}

/// What a view has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ViewCounts {
    /// Page faults served.
    pub faults: u64,
    /// Pages fetched from their homes, read ahead or not.
    pub fetched: u64,
    /// Pages of these that nobody had asked for yet.
    pub read_ahead: u64,
    /// Twins made.
    pub twins: u64,
    /// Pages that were compared with their twins.
    pub compared: u64,
    /// Changed bytes sent home.
    pub bytes_home: u64,
    /// WRITEs that they were sent by.
    pub writes_home: u64,
    /// Pages dropped because their homes had newer ones.
    pub dropped: u64,
    /// Pages dropped because the cache was full.
    pub evicted: u64,
    /// READs of counters of changes.
    pub counter_reads: u64,
}

/// A segment with pages as one range of plain memory of this node.
pub(crate) enum Mapped<P: Primitives> {
    /// The memory of the homes.
    Direct(Direct<P>),
    /// Copies of pages.
    Paged(Engine<P>),
}

impl<P: Primitives> Mapped<P> {
    /// With `clocks`, races are looked for.
    pub(crate) fn new(
        segment: &Arc<Segment<P>>,
        options: &MapOptions,
        clocks: Option<&Arc<Clocks<P>>>,
    ) -> Result<Mapped<P>, Error> {
        if segment.is_paged() {
            Ok(Mapped::Paged(Engine::new(segment, options, clocks)?))
        } else {
            Ok(Mapped::Direct(Direct::new(segment, options)?))
        }
    }

    /// The first byte.
    pub(crate) fn start(&self) -> NonNull<u8> {
        match self {
            Mapped::Direct(direct) => direct.start(),
            Mapped::Paged(engine) => engine.start(),
        }
    }

    /// Whether no access is seen by itself, so that bytes must be populated before each use.
    pub(crate) fn needs_touch(&self) -> bool {
        match self {
            Mapped::Direct(_) => false,
            Mapped::Paged(engine) => engine.is_by_hand(),
        }
    }

    /// Makes these bytes there, as though they were accessed.
    pub(crate) fn populate(&self, bytes: Range<usize>, access: Access) -> Result<(), Error> {
        match self {
            Mapped::Direct(direct) => direct.check(),
            Mapped::Paged(engine) => engine.populate(bytes, access),
        }
    }

    /// Where accesses are not seen by themselves: makes these bytes there, all of them at the same moment, which lasts as long as
    /// this thread alone runs.
    pub(crate) fn touch(&self, all: &[(Range<usize>, Access)]) -> Result<(), Error> {
        match self {
            Mapped::Direct(direct) => direct.check(),
            Mapped::Paged(engine) => engine.touch(all),
        }
    }

    /// Makes what others have released visible in these ranges of bytes; in all if there are none.
    pub(crate) fn acquire(&self, ranges: &[Range<usize>]) -> Result<(), Error> {
        match self {
            Mapped::Direct(direct) => direct.synchronize(),
            Mapped::Paged(engine) => engine.acquire(ranges),
        }
    }

    /// Makes what this node has written in these ranges of bytes visible to others; in all if there are none. Nobody else writes
    /// in ranges that are given, so that what lies between changed bytes may go with them.
    pub(crate) fn release(&self, ranges: &[Range<usize>]) -> Result<(), Error> {
        match self {
            Mapped::Direct(direct) => direct.synchronize(),
            Mapped::Paged(engine) => engine.release(ranges),
        }
    }

    /// The rank that stores the page of this byte; `None` if nobody has touched it yet, and its first touch places it.
    pub(crate) fn home_of(&self, byte: usize) -> Result<Option<u32>, Error> {
        match self {
            Mapped::Direct(direct) => Ok(Some(direct.home_of(byte))),
            Mapped::Paged(engine) => engine.home_of(byte / engine.core().page),
        }
    }

    /// Moves pages, and brings everything up to date: all nodes together, with this barrier. Where the homes' memory is mapped, all
    /// is equally far, and nothing moves.
    pub(crate) fn rearrange(
        &self,
        what: Move<'_>,
        mut barrier: impl FnMut() -> Result<(), Error>,
    ) -> Result<(), Error> {
        match self {
            Mapped::Direct(direct) => {
                direct.synchronize()?;
                barrier()?;
                direct.synchronize()
            }
            Mapped::Paged(engine) => engine.rearrange(what, barrier),
        }
    }

    /// The races that this view has met.
    pub(crate) fn races(&self) -> Vec<Race> {
        match self {
            Mapped::Direct(_) => Vec::new(),
            Mapped::Paged(engine) => engine.races(),
        }
    }

    pub(crate) fn counts(&self) -> ViewCounts {
        match self {
            Mapped::Direct(_) => ViewCounts::default(),
            Mapped::Paged(engine) => engine.counts(),
        }
    }
}
