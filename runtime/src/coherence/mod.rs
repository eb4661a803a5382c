//! Consistency models: what a read may see, chosen for each segment. One file for each model.
//!
//! | model | file | promise | hit / miss / write in round trips |
//! | --- | --- | --- | --- |
//! | [`Model::Relaxed`](crate::cluster::Model::Relaxed) | `relaxed.rs` | OpenSHMEM's: each operation goes to the home; order by `fence`, `quiet` and barriers | – / 1 / 1 |
//! | [`Model::Strict`](crate::cluster::Model::Strict) | `strict.rs` | linearizable | 1, small / 1 / 2 |
//! | [`Model::Sequential`](crate::cluster::Model::Sequential) | `sequential.rs` | sequentially consistent, cached under leases in logical time | 0 / 1 / 2 |
//! | [`Model::Release`](crate::cluster::Model::Release) | `release/` | programs without data races see one memory, at sync points | a load / 1 / a store |
//!
//! Strict and Sequential segments consist of blocks, which nodes keep copies of:
//!
//! | file | what |
//! | --- | --- |
//! | `protocol/` | what is done to a block, step by step; knows no queue pair |
//! | `consistency.rs` | the trait of the two models |
//! | `clock.rs` | the node's logical clock, and how fresh copies have to be |
//! | `cache/` | the node's copies, bounded in bytes |
//! | `holds.rs` | the node's own locks, before anybody goes to the home |
//! | `agent.rs` | the protocol's steps by exchanges with the home |
//! | `blocks.rs` | [`Blocks`]: reads and writes of the blocks of a segment |
//! | `prefetch.rs` | several blocks at once |

mod agent;
mod blocks;
mod cache;
mod clock;
mod consistency;
mod holds;
mod prefetch;
pub mod protocol;
mod relaxed;
mod release;
mod sequential;
mod strict;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) use agent::{BlockAgent, Patience};
pub(crate) use blocks::Blocks;
pub(crate) use cache::{Cache, Snapshot};
pub(crate) use clock::Clock;
pub(crate) use holds::{Handed, HeldByCaller, Hold};
pub(crate) use relaxed::Relaxed;
pub(crate) use release::{Clocks, MapOptions, Mapped, Move, ViewSetting};
pub use release::{Grain, Race, ViewCounts, runs as changed_runs};

use crate::cluster::ClusterError;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::primitives::{Mutex, Primitives, with_thread};
use holds::{Holds, Key};
use protocol::Verdict;
use release::races_are_asked_for;

/// What the coherent objects of a node share.
pub(crate) struct Coherence<P: Primitives> {
    endpoint: Arc<Endpoint<P>>,
    clock: Clock<P>,
    cache: Arc<Cache<P>>,
    holds: Holds<P>,
    recoveries: [AtomicU64; 3],
    cache_bytes: usize,
    /// How many views this node has, by the segment's number, whichever handle they were got by.
    views: Mutex<BTreeMap<u64, usize>, P>,
    /// What `PANGEA_CHECK` said when the node joined.
    checks_races: Result<bool, ClusterError>,
    /// Made when the checked mode needs them.
    race_clocks: Mutex<Option<Arc<Clocks<P>>>, P>,
}

impl<P: Primitives> Coherence<P> {
    /// For a node whose copies take `cache_bytes` at most.
    pub(crate) fn new(endpoint: &Arc<Endpoint<P>>, cache_bytes: u64) -> Coherence<P> {
        let cache_bytes = usize::try_from(cache_bytes).unwrap_or(usize::MAX);
        Coherence {
            endpoint: Arc::clone(endpoint),
            clock: Clock::new(),
            cache: Arc::new(Cache::new(endpoint.collector(), cache_bytes)),
            holds: Holds::new(),
            recoveries: Default::default(),
            cache_bytes,
            views: Mutex::new(BTreeMap::new()),
            checks_races: races_are_asked_for(),
            race_clocks: Mutex::new(None),
        }
    }

    #[inline]
    pub(crate) fn endpoint(&self) -> &Arc<Endpoint<P>> {
        &self.endpoint
    }

    #[inline]
    pub(crate) fn clock(&self) -> &Clock<P> {
        &self.clock
    }

    /// The bytes that copies may take.
    pub(crate) fn cache_bytes(&self) -> usize {
        self.cache_bytes
    }

    /// A view of the segment of this number is made.
    pub(crate) fn add_view(&self, segment: u64) {
        *self.views.lock().entry(segment).or_default() += 1;
    }

    /// One is dropped.
    pub(crate) fn remove_view(&self, segment: u64) {
        let mut views = self.views.lock();
        if let Some(count) = views.get_mut(&segment) {
            *count -= 1;
            if *count == 0 {
                views.remove(&segment);
            }
        }
    }

    /// How many there are.
    pub(crate) fn views(&self, segment: u64) -> usize {
        self.views.lock().get(&segment).copied().unwrap_or_default()
    }

    /// Whether this node looks for races.
    ///
    /// # Errors
    /// When `PANGEA_CHECK` is malformed.
    pub(crate) fn checks_races(&self) -> Result<bool, Error> {
        Ok(self.checks_races.clone()?)
    }

    /// What orders writes in the checked mode; `None` if that is not asked for.
    ///
    /// # Errors
    /// When `PANGEA_CHECK` is malformed, or the memory for them is not to be had.
    pub(crate) fn race_clocks(&self) -> Result<Option<Arc<Clocks<P>>>, Error> {
        if self.checks_races != Ok(true) {
            return self.checks_races().map(|_| None);
        }
        let mut clocks = self.race_clocks.lock();
        if clocks.is_none() {
            *clocks = Some(Arc::new(Clocks::new(&self.endpoint)?));
        }
        Ok(clocks.clone())
    }

    /// Waits for a barrier, which carries what is known of all nodes' releases where races are looked for.
    pub(crate) fn with_barrier(
        &self,
        barrier: impl FnOnce() -> Result<(), Error>,
    ) -> Result<(), Error> {
        match self.race_clocks()? {
            Some(clocks) => clocks.with_barrier(barrier),
            None => barrier(),
        }
    }

    fn cache(&self) -> &Arc<Cache<P>> {
        &self.cache
    }

    /// What tells the calling thread from the node's others.
    pub(crate) fn caller(&self) -> Result<usize, Error> {
        with_thread(&self.endpoint, |thread| Ok(Rc::as_ptr(thread).addr()))
    }

    fn hold(&self, key: Key) -> Result<Result<Hold<'_, P>, HeldByCaller>, Error> {
        Ok(self.holds.hold(key, self.caller()?))
    }

    fn try_hold(&self, key: Key) -> Result<Result<Option<Hold<'_, P>>, HeldByCaller>, Error> {
        Ok(self.holds.try_hold(key, self.caller()?))
    }

    fn is_held_by_caller(&self, key: Key) -> Result<bool, Error> {
        Ok(!self.holds.is_empty() && self.holds.is_held_by(key, self.caller()?))
    }

    /// Passes a moment between two looks at something that is to become different. `attempt` counts from 0.
    pub(crate) fn pause(&self, attempt: u32) -> Result<(), Error> {
        self.endpoint.health().check_coordinator()?;
        agent::pause::<P>(attempt);
        Ok(())
    }

    fn note_recovery(&self, verdict: Verdict) {
        self.recoveries[verdict as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// How many blocks this node found under the lock of a dead one and unlocked, rolled forward, or had to
    /// report as poisoned.
    pub(crate) fn recoveries(&self) -> [u64; 3] {
        self.recoveries.each_ref().map(|count| count.load(Ordering::Relaxed))
    }
}
