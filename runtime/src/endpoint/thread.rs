//! [`Thread`]: what one thread of a node owns. Threads share no queue pair, no queue and no lock.
//!
//! # How work is known to be complete
//!
//! Each request carries a token: the number of its staging slot, or one of the constants below.
//! [`Thread::progress`] takes completions and notes them where the token says. Blocking operations
//! post, then make progress until their own note is there; what completes meanwhile for others
//! (earlier non-blocking work) is noted for them, never lost.
//!
//! # After an error
//!
//! A pair in error state stays until the next use of that peer. Then its flushed work is drained. If
//! any of it was work that nobody waited for, that use reports it and does nothing else: otherwise
//! a later write could be done though an earlier one was not. The next use opens a new pair, and the
//! home first fails its side of the old one (see `control.rs`), so that nothing of the old pair takes
//! effect later.

use std::cell::{Cell, OnceCell, RefCell};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use verbs_shim::{
    Completion, CompletionQueue, PostError, QueuePair, QueuePairConfig, Region, RemoteAddr, Rkey,
    Status, WorkError, WorkRequest,
};

use super::Endpoint;
use super::control::{self, Abandoned};
use super::staging::{BATCH, SLOTS, Staging};
use crate::cluster::Rank;
use crate::error::Error;
use crate::primitives::Primitives;

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

/// How long a thread that ends waits for the last of its work.
const LAST_WORK: Duration = Duration::from_secs(5);

/// Tokens below are staging slots.
const FIRST_CONSTANT: u64 = SLOTS as u64;

/// A request of a batch that is not its last; only its failure matters.
pub(super) const IN_BATCH: u64 = FIRST_CONSTANT;

/// The last request of a batch that somebody waits for.
pub(super) const END_OF_BATCH: u64 = FIRST_CONSTANT + 1;

/// Non-blocking work without a slot: a failure is told by the next `quiet`, or the next use of the home.
pub(super) const LATER: u64 = FIRST_CONSTANT + 2;

/// From here on, tokens are accounts of long reads.
const FIRST_ACCOUNT: u64 = FIRST_CONSTANT + 3;

/// What is known of a long read that has memory of its own.
#[derive(Default)]
pub(super) struct Account {
    pub(super) outstanding: u32,
    pub(super) error: Option<WorkError>,
    /// The memory, once nobody waits for the read any more; kept until it is over.
    pub(super) orphan: Option<Region>,
    taken: bool,
}

/// An open connection, with the number by which its other end knows it.
pub(super) struct Connection<P: Primitives> {
    pub(super) pair: QueuePair<P::Provider>,
    key: u64,
}

/// What one thread of a node owns.
pub struct Thread<P: Primitives> {
    endpoint: u64,
    alive: Weak<()>,
    /// By rank.
    connections: RefCell<Vec<Option<Connection<P>>>>,
    pub(super) staging: OnceCell<Staging>,
    accounts: RefCell<Vec<Account>>,
    /// Batches posted by the operation that is now waiting for them, and the first failure.
    pub(super) batches: Cell<u32>,
    pub(super) batch_error: Cell<Option<WorkError>>,
    /// The first failure, at each home, of work that nobody waited for.
    untold: RefCell<Vec<WorkError>>,
    /// By rank: the key of a pair that failed and is gone, until its home has fenced it.
    unfenced: RefCell<Vec<u64>>,
    abandoned: Arc<Mutex<Vec<Abandoned>>>,
    pub(super) in_place: bool,
    pair_depth: u32,
    queue: CompletionQueue<P::Provider>,
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
            endpoint: endpoint.number,
            alive: endpoint.liveness(),
            connections: RefCell::new((0..endpoint.size).map(|_| None).collect()),
            staging: OnceCell::new(),
            accounts: RefCell::default(),
            batches: Cell::new(0),
            batch_error: Cell::new(None),
            untold: RefCell::default(),
            unfenced: RefCell::new(vec![0; endpoint.size as usize]),
            abandoned: Arc::clone(&endpoint.abandoned),
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

    /// Calls `f` with the pair to `rank`, if there is one; false otherwise.
    #[inline]
    pub(super) fn with_open(
        &self,
        rank: u32,
        f: impl FnOnce(&mut QueuePair<P::Provider>) -> bool,
    ) -> bool {
        match self.connections.borrow_mut().get_mut(rank as usize) {
            Some(Some(open)) => f(&mut open.pair),
            _ => false,
        }
    }

    /// Calls `f` with the pair to `rank`, opened if need be.
    #[inline]
    pub(super) fn with_pair<R>(
        &self,
        endpoint: &Endpoint<P>,
        rank: u32,
        f: impl FnOnce(&mut QueuePair<P::Provider>) -> R,
    ) -> Result<R, Error> {
        {
            let mut connections = self.connections.borrow_mut();
            if let Some(Some(open)) = connections.get_mut(rank as usize)
                && open.pair.error().is_none()
            {
                return Ok(f(&mut open.pair));
            }
        }
        self.open(endpoint, rank)?;
        let mut connections = self.connections.borrow_mut();
        match connections.get_mut(rank as usize) {
            Some(Some(open)) => Ok(f(&mut open.pair)),
            _ => unreachable!("the pair to rank {rank} has just been opened"),
        }
    }

    /// Opens a pair to `rank`, in place of one in error state if there is one.
    #[cold]
    fn open(&self, endpoint: &Endpoint<P>, rank: u32) -> Result<(), Error> {
        if let Some(died) = endpoint.death_of(rank) {
            return Err(died);
        }
        endpoint.close_abandoned();
        self.drain(rank)?;
        if let Some(error) = self.take_untold(Some(rank)) {
            return Err(endpoint.work_failed(error));
        }
        let config =
            QueuePairConfig { depth: self.pair_depth, peer: rank, ..QueuePairConfig::default() };
        let pair = endpoint.fabric.queue_pair(&self.queue, &config)?;
        let key = endpoint.next_pair.fetch_add(1, Ordering::Relaxed);
        let replaces = self.unfenced.borrow()[rank as usize];
        let request = control::open(key, replaces, pair.card());
        let connected = endpoint.client.connect_pair(Rank(rank), &request);
        let connected = match connected {
            Ok(answer) => {
                self.unfenced.borrow_mut()[rank as usize] = 0;
                pair.connect(&answer).map_err(Error::from)
            }
            Err(error) => Err(error.into()),
        };
        match connected {
            Ok(pair) => {
                self.connections.borrow_mut()[rank as usize] = Some(Connection { pair, key });
                Ok(())
            }
            Err(error) => {
                // The home may have made its side.
                self.abandon(rank, key);
                Err(error)
            }
        }
    }

    fn abandon(&self, peer: u32, key: u64) {
        let mut abandoned = self.abandoned.lock().unwrap_or_else(PoisonError::into_inner);
        abandoned.push(Abandoned { peer, key });
    }

    /// Takes a failed pair out, if there is one, once its flushed work has been noted. Its home has
    /// to fence it before anything new goes there.
    fn drain(&self, rank: u32) -> Result<(), Error> {
        let mut attempt = 0;
        if let Some(open) = &mut self.connections.borrow_mut()[rank as usize] {
            // Also for a pair that failed by itself: unsignaled work then ends too.
            open.pair.fail()?;
        }
        loop {
            self.progress()?;
            let mut connections = self.connections.borrow_mut();
            match &connections[rank as usize] {
                None => return Ok(()),
                Some(open) if open.pair.outstanding() == 0 => {
                    self.unfenced.borrow_mut()[rank as usize] = open.key;
                    connections[rank as usize] = None;
                    return Ok(());
                }
                Some(_) => {}
            }
            drop(connections);
            P::relax(attempt);
            attempt = attempt.saturating_add(1);
        }
    }

    /// The first failure of work that nobody waited for, at one home or at any. Each is told once;
    /// told for any, all are.
    fn take_untold(&self, rank: Option<u32>) -> Option<WorkError> {
        let mut untold = self.untold.borrow_mut();
        let Some(rank) = rank else { return untold.drain(..).next() };
        let at = untold.iter().position(|error| error.peer == rank)?;
        Some(untold.remove(at))
    }

    /// Fails if work that nobody waits for has failed.
    pub(super) fn tell(&self, endpoint: &Endpoint<P>) -> Result<(), Error> {
        match self.take_untold(None) {
            None => Ok(()),
            Some(error) => Err(endpoint.work_failed(error)),
        }
    }

    /// Notes what has completed. Does not wait.
    #[inline]
    pub(crate) fn progress(&self) -> Result<(), Error> {
        while let Some(completion) = self.queue.poll()? {
            self.note(completion);
        }
        Ok(())
    }

    #[inline]
    fn note(&self, completion: Completion) {
        let Completion { token, result, .. } = completion;
        match token {
            END_OF_BATCH => {
                self.batches.set(self.batches.get() - 1);
                self.note_batch_error(result);
            }
            IN_BATCH => self.note_batch_error(result),
            slot if slot < FIRST_CONSTANT => {
                let unheard =
                    self.staging.get().and_then(|staging| staging.complete(slot as usize, result));
                self.note_untold(unheard);
            }
            LATER => self.note_untold(result.err()),
            account => self.note_account((account - FIRST_ACCOUNT) as usize, result.err()),
        }
    }

    fn note_batch_error(&self, result: Result<(), WorkError>) {
        // Flushed work only follows what really failed.
        if let Err(error) = result
            && self.batch_error.get().is_none_or(|first| first.status == Status::Flushed)
        {
            self.batch_error.set(Some(error));
        }
    }

    fn note_untold(&self, error: Option<WorkError>) {
        let Some(error) = error else { return };
        let mut untold = self.untold.borrow_mut();
        if untold.iter().all(|known| known.peer != error.peer) {
            untold.push(error);
        }
    }

    fn note_account(&self, number: usize, error: Option<WorkError>) {
        let mut accounts = self.accounts.borrow_mut();
        let account = &mut accounts[number];
        account.outstanding -= 1;
        account.error = account.error.or(error);
        if account.outstanding == 0 && account.orphan.is_some() {
            *account = Account::default();
        }
    }

    /// Opens an account for a long read.
    pub(super) fn open_account(&self) -> usize {
        let mut accounts = self.accounts.borrow_mut();
        let number = accounts.iter().position(|account| !account.taken).unwrap_or_else(|| {
            accounts.push(Account::default());
            accounts.len() - 1
        });
        accounts[number].taken = true;
        number
    }

    /// The token for the requests of an account, each of which has to be signaled.
    pub(super) fn account_token(number: usize) -> u64 {
        FIRST_ACCOUNT + number as u64
    }

    pub(super) fn with_account<R>(&self, number: usize, f: impl FnOnce(&mut Account) -> R) -> R {
        f(&mut self.accounts.borrow_mut()[number])
    }

    /// Closes an account that is over, or leaves `memory` to it until it is.
    pub(super) fn close_account(&self, number: usize, memory: Option<Region>) {
        let mut accounts = self.accounts.borrow_mut();
        let account = &mut accounts[number];
        if account.outstanding > 0 {
            account.orphan = memory;
        } else {
            *account = Account::default();
        }
    }

    /// Makes progress until `done`. When a node dies meanwhile, the pair to it is failed, so that its
    /// work ends now and not when the NIC gives up.
    pub(super) fn progress_until(
        &self,
        endpoint: &Endpoint<P>,
        mut done: impl FnMut() -> bool,
    ) -> Result<(), Error> {
        let mut attempt = 0u32;
        loop {
            self.progress()?;
            if done() {
                return Ok(());
            }
            if attempt % 1024 == 1023 {
                self.end_failed_pairs(endpoint)?;
            }
            // A NIC needs no processor of ours, so it is worth spinning for longer than for a peer.
            P::relax(attempt / 8);
            attempt = attempt.saturating_add(1);
        }
    }

    /// Fails the pairs of dead nodes, and sees to it that all work of failed pairs ends, also
    /// unsignaled work that took effect silently.
    fn end_failed_pairs(&self, endpoint: &Endpoint<P>) -> Result<(), Error> {
        let trouble = endpoint.health().check().is_err();
        for (rank, open) in self.connections.borrow_mut().iter_mut().enumerate() {
            if let Some(open) = open
                && open.pair.outstanding() > 0
                && (open.pair.error().is_some()
                    || trouble && endpoint.health().is_dead(Rank(rank as u32)))
            {
                open.pair.fail()?;
            }
        }
        Ok(())
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
            match self.with_pair(endpoint, rank, |pair| pair.post(requests))? {
                Ok(()) => return Ok(()),
                Err(PostError::Full { .. }) => self.progress()?,
                Err(error) => return Err(error.into()),
            }
            if attempt % 1024 == 1023 {
                self.end_failed_pairs(endpoint)?;
            }
            P::relax(attempt / 8);
            attempt = attempt.saturating_add(1);
        }
    }

    /// Waits for the batches posted with [`END_OF_BATCH`].
    pub(super) fn finish_batches(&self, endpoint: &Endpoint<P>) -> Result<(), Error> {
        self.progress_until(endpoint, || self.batches.get() == 0)?;
        match self.batch_error.take() {
            None => Ok(()),
            Some(error) => Err(endpoint.work_failed(error)),
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

    /// See [`Endpoint::quiet`]. Where the last work is unsignaled, an empty WRITE behind it vouches for
    /// all of it.
    pub(super) fn quiet(&self, endpoint: &Endpoint<P>) -> Result<(), Error> {
        self.progress()?;
        self.post_end_markers()?;
        self.progress_until(endpoint, || self.is_idle())?;
        self.tell(endpoint)
    }

    /// Sees to it that all work that is outstanding will be told of.
    fn post_end_markers(&self) -> Result<(), Error> {
        for open in self.connections.borrow_mut().iter_mut().flatten() {
            // A pair that is full has signaled work outstanding: at most half of it is not.
            if open.pair.is_silent() && open.pair.error().is_none() && open.pair.room() > 0 {
                let nowhere = RemoteAddr { addr: 0, rkey: Rkey(0) };
                open.pair
                    .post(&[WorkRequest::write_inline(&[], nowhere).token(LATER).signaled()])?;
            }
        }
        Ok(())
    }

    fn is_idle(&self) -> bool {
        self.connections.borrow().iter().flatten().all(|open| open.pair.outstanding() == 0)
    }
}

/// A thread that ends first sees its work done, as far as that takes no longer than [`LAST_WORK`].
impl<P: Primitives> Drop for Thread<P> {
    fn drop(&mut self) {
        if !std::thread::panicking() && self.is_current() && !self.is_idle() {
            self.finish_last_work();
        }
        for (peer, connection) in self.connections.take().into_iter().enumerate() {
            if let Some(Connection { pair, key }) = connection {
                drop(pair);
                self.abandon(peer as u32, key);
            }
        }
    }
}

impl<P: Primitives> Thread<P> {
    fn finish_last_work(&self) {
        let limit = P::now() + LAST_WORK;
        let mut attempt = 0;
        let mut outcome = self.post_end_markers();
        while outcome.is_ok() && !self.is_idle() && P::now() < limit {
            outcome = self.progress();
            P::relax(attempt);
            attempt = attempt.saturating_add(1);
        }
        if let Err(error) = outcome {
            log::error!("the last work of a thread that ended: {error}");
        }
        for error in self.untold.take() {
            log::error!("work of a thread that ended, which nobody waited for: {error}");
        }
    }
}
