//! [`Thread`]: what one thread of a node owns. Threads share no queue pair, no queue and no lock.
//!
//! # After an error
//!
//! A pair in error state stays until the next use of that peer. Then its flushed work is drained. If
//! any of it was work that nobody waited for, that use reports it and does nothing else: otherwise
//! a later write could be done though an earlier one was not. The next use opens a new pair, and the
//! home first fails its side of the old one (see `control.rs`), so that nothing of the old pair takes
//! effect later.
//!
//! Exchanges (`exchange/`) do not tell of such work, and open a new pair at once. The pair *owes* it then: any
//! other use reports it first, as it would have without them.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use crossbeam_epoch::LocalHandle;
use verbs_shim::{
    CompletionQueue, PostError, QueuePair, QueuePairConfig, RemoteAddr, WorkError, WorkRequest,
};

use super::connections::{Connection, Connections};
use super::control::{self, Abandoned};
use super::progress::Account;
use super::staging::{BATCH, Staging};
use super::windows::Arenas;
use super::{Endpoint, Place};
use crate::cluster::Rank;
use crate::error::Error;
use crate::primitives::{Primitives, Trap};

/// Requests that a pair holds at most. In jobs of many nodes there are fewer, so that the completion
/// queue has room for one pair with each.
const PAIR_DEPTH: u32 = 128;

/// A sign and its payload are one batch. (Jobs so large that there is no room for so many with each
/// node get an error that names the completion queue's limit.)
const LEAST_DEPTH: u32 = 2;

/// Entries of a thread's completion queue at most.
const QUEUE_DEPTH: u32 = 64 << 10;

/// What a pair takes of the completion queue beyond its depth.
const EXTRA: u32 = 1;

/// What one thread of a node owns.
pub(crate) struct Thread<P: Primitives> {
    endpoint: u64,
    /// The process that made it, whose its queue pairs are.
    process: u32,
    alive: Weak<()>,
    pub(super) connections: RefCell<Connections<P>>,
    /// What is open in place.
    pub(super) arenas: RefCell<Option<Arenas<P>>>,
    pub(super) staging: OnceCell<Staging>,
    pub(super) accounts: RefCell<Vec<Account>>,
    /// Batches posted by the operation that is now waiting for them, and the first failure.
    pub(super) batches: Cell<u32>,
    pub(super) batch_error: Cell<Option<WorkError>>,
    /// The first failure, at each home, of work that nobody waited for.
    pub(super) untold: RefCell<Vec<WorkError>>,
    /// By rank: the key of a pair that failed and is gone, until its home has fenced it.
    unfenced: RefCell<BTreeMap<u32, u64>>,
    abandoned: Arc<super::Abandoned<P>>,
    /// Keeps what it reads without locks from being reclaimed, and how often it has done so.
    pub(super) reclaimer: LocalHandle,
    pub(super) pins: Cell<u32>,
    /// Memory for an operation, when none uses it.
    pub(super) scratch: Cell<Box<[u8]>>,
    pub(super) in_place: bool,
    pair_depth: u32,
    pub(super) queue: CompletionQueue<P::Provider>,
}

impl<P: Primitives> Thread<P> {
    pub(crate) fn new(endpoint: &Endpoint<P>) -> Result<Thread<P>, Error> {
        let capabilities = endpoint.fabric.capabilities();
        let entries = capabilities.max_completions.min(QUEUE_DEPTH);
        let pair_depth = (entries / endpoint.size)
            .saturating_sub(EXTRA)
            .clamp(LEAST_DEPTH, PAIR_DEPTH.min(capabilities.max_send_depth - EXTRA));
        let queue = endpoint.fabric.completion_queue((pair_depth + EXTRA) * endpoint.size)?;
        Ok(Thread {
            endpoint: endpoint.number(),
            process: P::process(),
            alive: endpoint.liveness(),
            connections: RefCell::new(Connections::new(endpoint.size)),
            arenas: RefCell::default(),
            staging: OnceCell::new(),
            accounts: RefCell::default(),
            batches: Cell::new(0),
            batch_error: Cell::new(None),
            untold: RefCell::default(),
            unfenced: RefCell::default(),
            abandoned: Arc::clone(&endpoint.abandoned),
            reclaimer: endpoint.collector().register(),
            pins: Cell::new(0),
            scratch: Cell::default(),
            in_place: endpoint.fabric.capabilities().in_place,
            pair_depth,
            queue,
        })
    }

    /// The number of the endpoint this belongs to.
    #[inline]
    pub(crate) fn endpoint(&self) -> u64 {
        self.endpoint
    }

    /// The number of the process that it belongs to.
    pub(crate) fn process(&self) -> u32 {
        self.process
    }

    /// Whether that endpoint still exists.
    pub(crate) fn is_current(&self) -> bool {
        self.alive.strong_count() > 0
    }

    /// This thread's staging memory.
    pub(super) fn staging(&self, endpoint: &Endpoint<P>) -> Result<&Staging, Error> {
        if let Some(staging) = self.staging.get() {
            return Ok(staging);
        }
        let staging = Staging::new(&endpoint.fabric)?;
        Ok(self.staging.get_or_init(|| staging))
    }

    /// Calls `f` with the pair to `rank`, which is open.
    pub(super) fn with_connection<R>(
        &self,
        rank: u32,
        f: impl FnOnce(&mut QueuePair<P::Provider>) -> R,
    ) -> R {
        match self.connections.borrow_mut().get_mut(rank) {
            Some(open) => f(&mut open.pair),
            None => unreachable!("the pair to rank {rank} has been opened"),
        }
    }

    /// Whether there is a pair to `rank` with work in flight.
    pub(super) fn has_work_at(&self, rank: u32) -> bool {
        self.connections.borrow().get(rank).is_some_and(|open| open.pair.outstanding() > 0)
    }

    /// Calls `f` with the pair to the home of a place, which is opened if need be, and with the place as its NIC
    /// names it.
    #[inline]
    pub(super) fn with_pair<R>(
        &self,
        endpoint: &Endpoint<P>,
        place: Place,
        f: impl FnOnce(&mut QueuePair<P::Provider>, RemoteAddr) -> R,
    ) -> Result<R, Error> {
        {
            let mut connections = self.connections.borrow_mut();
            if let Some(open) = connections.get_mut(place.rank)
                && open.is_good()
                && !open.owes
                && !endpoint.has_given_up()
            {
                return Ok(f(&mut open.pair, open.arena.plus(place.offset)));
            }
        }
        self.open(endpoint, place.rank)?;
        let mut connections = self.connections.borrow_mut();
        match connections.get_mut(place.rank) {
            Some(open) => Ok(f(&mut open.pair, open.arena.plus(place.offset))),
            None => unreachable!("the pair to rank {} has just been opened", place.rank),
        }
    }

    /// A place as the NIC names it.
    #[inline]
    pub(super) fn remote(&self, endpoint: &Endpoint<P>, place: Place) -> Result<RemoteAddr, Error> {
        let open = self.connections.borrow().get(place.rank).map(|open| open.arena);
        let arena = match open {
            Some(arena) => arena,
            None => endpoint.region(place.rank)?.at(0),
        };
        Ok(arena.plus(place.offset))
    }

    /// Opens a pair to `rank`, in place of one in error state if there is one; but first a failure of work that
    /// nobody waited for is told.
    #[cold]
    fn open(&self, endpoint: &Endpoint<P>, rank: u32) -> Result<(), Error> {
        self.end_failed_pair(endpoint, rank)?;
        if let Some(error) = self.take_untold(Some(rank)) {
            return Err(endpoint.work_failed(error));
        }
        self.connect(endpoint, rank)
    }

    /// Opens a pair to `rank` as [`Thread::open`] does, if there is none; but failures of work that nobody waited
    /// for stay to be told to others. Where the arena begins, as its NIC counts.
    pub(super) fn ensure_pair(
        &self,
        endpoint: &Endpoint<P>,
        rank: u32,
    ) -> Result<RemoteAddr, Error> {
        if let Some(open) = self.connections.borrow().get(rank)
            && open.is_good()
        {
            return Ok(open.arena);
        }
        self.end_failed_pair(endpoint, rank)?;
        self.connect(endpoint, rank)?;
        self.remote(endpoint, Place::new(rank, 0))
    }

    /// Takes a pair in error state out, before another takes its place.
    fn end_failed_pair(&self, endpoint: &Endpoint<P>, rank: u32) -> Result<(), Error> {
        endpoint.check_membership()?;
        if let Some(died) = endpoint.death_of(rank) {
            return Err(died);
        }
        endpoint.close_abandoned();
        let is_good = self.connections.borrow().get(rank).is_some_and(Connection::is_good);
        if is_good { Ok(()) } else { self.drain(rank) }
    }

    /// Opens a pair to `rank`, if there is none.
    fn connect(&self, endpoint: &Endpoint<P>, rank: u32) -> Result<(), Error> {
        if self.connections.borrow().get(rank).is_some() {
            return Ok(());
        }
        let arena = endpoint.region(rank)?.at(0);
        let config =
            QueuePairConfig { depth: self.pair_depth, peer: rank, ..QueuePairConfig::default() };
        let pair = endpoint.fabric.queue_pair(&self.queue, &config)?;
        let key = endpoint.next_pair.fetch_add(1, Ordering::Relaxed);
        let replaces = self.unfenced.borrow().get(&rank).copied().unwrap_or(control::NO_PAIR);
        let request = control::open(key, replaces, pair.card());
        let connected = endpoint.client.connect_pair(Rank(rank), &request);
        let connected = match connected {
            Ok(answer) => {
                self.note_fenced(rank);
                pair.connect(&answer).map_err(Error::from)
            }
            Err(error) => Err(endpoint.check_membership().err().unwrap_or(error.into())),
        };
        match connected {
            Ok(mut pair) => {
                let owes = self.has_untold(rank);
                let window = pair.window(arena);
                let open = Connection { pair, window, arena, key, owes };
                self.connections.borrow_mut().insert(rank, open);
                self.open_windows();
                Ok(())
            }
            Err(error) => {
                // The home may have made its side.
                self.abandon(rank, key, false);
                Err(error)
            }
        }
    }

    /// The pair to `rank` that failed and is gone, if its home has not fenced it yet.
    pub(super) fn unfenced_pair(&self, rank: u32) -> Option<Abandoned> {
        let key = *self.unfenced.borrow().get(&rank)?;
        Some(Abandoned { peer: rank, key, dirty: true })
    }

    /// Whether there is a pair that failed and whose home has not fenced it yet.
    pub(super) fn has_unfenced(&self) -> bool {
        !self.unfenced.borrow().is_empty()
    }

    /// The home has fenced it.
    pub(super) fn note_fenced(&self, rank: u32) {
        self.unfenced.borrow_mut().remove(&rank);
    }

    fn abandon(&self, peer: u32, key: u64, dirty: bool) {
        self.abandoned.lock().push(Abandoned { peer, key, dirty });
    }

    /// Takes a failed pair out, if there is one, once its flushed work has been noted. Its home has
    /// to fence it before anything new goes there.
    pub(super) fn drain(&self, rank: u32) -> Result<(), Error> {
        let mut attempt = 0;
        if let Some(open) = self.connections.borrow_mut().get_mut(rank) {
            // Also for a pair that failed by itself: unsignaled work then ends too.
            open.pair.fail()?;
        }
        loop {
            self.progress()?;
            let mut connections = self.connections.borrow_mut();
            match connections.get(rank) {
                None => return Ok(()),
                Some(open) if open.pair.outstanding() == 0 => {
                    self.unfenced.borrow_mut().insert(rank, open.key);
                    let ended = connections.remove(rank);
                    drop(connections);
                    drop(ended);
                    self.open_windows();
                    return Ok(());
                }
                Some(_) => {}
            }
            drop(connections);
            P::relax(attempt);
            attempt = attempt.saturating_add(1);
        }
    }

    /// Has the homes of pairs that failed put the other ends in error state, as a new pair to them
    /// would: whatever was in flight takes no effect any more, and their memory may be given back.
    pub(super) fn fence_failed(&self, endpoint: &Endpoint<P>) -> Result<(), Error> {
        if P::falls_into(Trap::ReleaseWithoutFence) {
            return Ok(());
        }
        let mut failed = Vec::new();
        self.connections.borrow_mut().try_for_each(|rank, Connection { pair, .. }| {
            if pair.error().is_some() {
                failed.push(rank);
            }
            Ok::<(), Error>(())
        })?;
        for rank in failed {
            self.drain(rank)?;
        }
        let unfenced = std::mem::take(&mut *self.unfenced.borrow_mut());
        let mut outcome = Ok(());
        for (peer, key) in unfenced {
            if let Err(error) = endpoint.fence_pair(&Abandoned { peer, key, dirty: true }) {
                outcome = outcome.and(Err(error));
                self.unfenced.borrow_mut().insert(peer, key);
            }
        }
        outcome
    }

    /// Requests that may be posted as one batch.
    pub(super) fn longest_batch(&self) -> usize {
        BATCH.min(self.pair_depth as usize)
    }

    /// Posts a batch, waiting for room if there is none.
    pub(super) fn post(
        &self,
        endpoint: &Endpoint<P>,
        rank: u32,
        requests: &[WorkRequest<'_>],
    ) -> Result<(), Error> {
        let mut attempt = 0u32;
        loop {
            // Tried again and again, because a full pair of unsignaled work sees to its own room.
            match self.with_pair(endpoint, Place::new(rank, 0), |pair, _| pair.post(requests))? {
                Ok(()) => return Ok(()),
                Err(PostError::Full { .. }) => self.progress()?,
                Err(error) => return Err(error.into()),
            }
            if attempt % 1024 == 1023 {
                self.end_failed_pairs(endpoint)?;
            }
            P::relax(attempt / 2);
            attempt = attempt.saturating_add(1);
        }
    }

    pub(super) fn post_batch(
        &self,
        endpoint: &Endpoint<P>,
        rank: u32,
        requests: &[WorkRequest<'_>],
    ) -> Result<(), Error> {
        self.post(endpoint, rank, requests)?;
        self.batches.set(self.batches.get() + 1);
        Ok(())
    }
}

/// A thread that ends first sees its work done, as far as that does not take too long.
impl<P: Primitives> Drop for Thread<P> {
    fn drop(&mut self) {
        if !P::panicking() && self.is_current() && !self.is_idle() {
            self.finish_last_work();
        }
        self.take_windows_down();
        let mut connections = self.connections.borrow_mut();
        for (peer, Connection { pair, key, .. }) in connections.take() {
            let dirty = pair.error().is_some() || pair.outstanding() > 0;
            drop(pair);
            self.abandon(peer, key, dirty);
        }
        for (peer, key) in self.unfenced.take() {
            self.abandon(peer, key, true);
        }
    }
}
