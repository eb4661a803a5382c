//! [`Faulty`]: a decorator of provider `shm` that posts as a NIC does, and fails what a test says.
//!
//! # The fate of a request
//!
//! ```text
//!              ┌─ executed ──────────────> told if signaled
//! post ────────┼─ fails (Faults::fail) ──> told; what follows on its pair is flushed
//!              ├─ unanswered (silence) ──> flushed when the pair is failed, and not told before
//!              └─ pair in error state ───> flushed
//! ```
//!
//! Requests are executed when they are posted. When their ends are told is another matter:
//! [`Faults::hold`], [`Faults::late_flushes`] and [`Faults::flush_on_demand`] delay that, never out of order on one pair.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use verbs_shim::provider::{
    NoWindow, Portable, Provider, RawCompletion, RawCompletionQueue, RawQueuePair, Refusal, Shm,
    nth_id,
};
use verbs_shim::{
    Access, Atomicity, Capabilities, Card, Error, Memory, OperationKind, QueuePairConfig,
    Registration, RemoteRegion, Status, WorkRequest,
};

/// What a request does before it fails.
#[derive(Clone, Copy, PartialEq)]
enum Effect {
    Nothing,
    /// It takes effect; only its answer is lost.
    Executed,
}

/// What is to go wrong with the requests to one peer.
#[derive(Default)]
struct Plan {
    /// So many requests succeed, and the one after them fails.
    failure: Option<(usize, Status, Effect)>,
    /// Longer requests fail.
    longest: Option<usize>,
    silent: bool,
    held: bool,
    posted: Vec<(OperationKind, usize)>,
    doorbells: usize,
    failed: usize,
}

#[derive(Default)]
struct Plans {
    peers: HashMap<u32, Plan>,
    late: u64,
    on_demand: bool,
}

/// What a test says about the NIC of one node. Requests on pairs in error state, such as the marker
/// behind their work, are flushed in any case, and do not count.
#[derive(Default)]
pub(crate) struct Faults(Mutex<Plans>);

impl Faults {
    fn plans(&self) -> MutexGuard<'_, Plans> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<R>(&self, peer: u32, f: impl FnOnce(&mut Plan) -> R) -> R {
        f(self.plans().peers.entry(peer).or_default())
    }

    /// After `skip` requests to `peer`, one fails with `status` and takes no effect.
    pub(crate) fn fail(&self, peer: u32, skip: usize, status: Status) {
        self.with(peer, |plan| plan.failure = Some((skip, status, Effect::Nothing)));
    }

    /// After `skip` requests to `peer`, one takes effect, but its answer is lost.
    pub(crate) fn lose_answer(&self, peer: u32, skip: usize) {
        let failure = (skip, Status::RetryExceeded, Effect::Executed);
        self.with(peer, |plan| plan.failure = Some(failure));
    }

    /// From now on each request to `peer` that is longer than this fails and takes no effect.
    pub(crate) fn fail_longer(&self, peer: u32, longest: usize) {
        self.with(peer, |plan| plan.longest = Some(longest));
    }

    /// Whether a failure that was asked for has not come up yet.
    pub(crate) fn is_pending(&self, peer: u32) -> bool {
        self.with(peer, |plan| plan.failure.is_some())
    }

    /// From now on `peer` answers nothing.
    pub(crate) fn silence(&self, peer: u32) {
        self.with(peer, |plan| plan.silent = true);
    }

    /// Keeps what is complete at `peer` in the completion queue, until [`Faults::release`].
    pub(crate) fn hold(&self, peer: u32) {
        self.with(peer, |plan| plan.held = true);
    }

    /// Ends [`Faults::hold`].
    pub(crate) fn release(&self, peer: u32) {
        self.with(peer, |plan| plan.held = false);
    }

    /// From now on the flushes behind a failure are told only `polls` polls later.
    pub(crate) fn late_flushes(&self, polls: u64) {
        self.plans().late = polls;
    }

    /// From now on what is behind a failure is flushed only when the owner puts the pair in error state.
    pub(crate) fn flush_on_demand(&self) {
        self.plans().on_demand = true;
    }

    /// The kinds and lengths of all requests to `peer` since the last call.
    pub(crate) fn take_posted(&self, peer: u32) -> Vec<(OperationKind, usize)> {
        self.with(peer, |plan| std::mem::take(&mut plan.posted))
    }

    /// How often requests to `peer` have been posted since the last call.
    pub(crate) fn take_doorbells(&self, peer: u32) -> usize {
        self.with(peer, |plan| std::mem::take(&mut plan.doorbells))
    }

    /// How many of this node's ends of pairs with `peer` have been put in error state by this node.
    pub(crate) fn failed_ends(&self, peer: u32) -> usize {
        self.with(peer, |plan| plan.failed)
    }
}

/// Provider `shm` dressed as a NIC. It neither executes in place nor are its atomics the system's.
pub(crate) struct Faulty {
    shm: Shm,
    capabilities: Capabilities,
    faults: Arc<Faults>,
}

/// Longer writes go through staging memory.
pub(crate) const MAX_INLINE: usize = 220;

impl Faulty {
    pub(crate) fn open(
        faults: &Arc<Faults>,
        max_completions: Option<u32>,
    ) -> Result<Faulty, Error> {
        let shm = Shm::open()?;
        let mut capabilities = shm.capabilities().clone();
        capabilities.in_place = false;
        capabilities.atomicity = Atomicity::Nic;
        capabilities.max_inline = MAX_INLINE;
        capabilities.max_completions = max_completions.unwrap_or(capabilities.max_completions);
        Ok(Faulty { shm, capabilities, faults: Arc::clone(faults) })
    }
}

type Ends = Rc<RefCell<EndQueue>>;

/// How requests ended that have not been told of.
struct EndQueue {
    shm: <Shm as Provider>::CompletionQueue,
    ends: VecDeque<End>,
    polls: u64,
}

struct End {
    peer: u32,
    raw: RawCompletion,
    /// Not told before so many polls.
    due: u64,
}

impl EndQueue {
    /// Takes over what `shm` has told, all of it about the pair that has just posted.
    fn collect(&mut self, peer: u32) {
        let mut told = Vec::with_capacity(16);
        loop {
            self.shm.poll(&mut told).expect("shm is always polled");
            if told.is_empty() {
                return;
            }
            self.ends.extend(told.drain(..).map(|raw| End { peer, raw, due: 0 }));
        }
    }
}

pub(crate) struct FaultyCompletionQueue {
    queue: Ends,
    faults: Arc<Faults>,
}

pub(crate) struct FaultyQueuePair {
    shm: <Shm as Provider>::QueuePair,
    queue: Ends,
    faults: Arc<Faults>,
    peer: u32,
    /// A request has failed: nothing is executed any more.
    broken: bool,
    /// Put in error state by its owner.
    failed: bool,
    unanswered: Vec<u64>,
}

impl Provider for Faulty {
    type CompletionQueue = FaultyCompletionQueue;
    type QueuePair = FaultyQueuePair;

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn register(&self, memory: &Arc<Memory>, access: Access) -> Result<Registration, Error> {
        self.shm.register(memory, access)
    }

    fn import(&self, card: &Card) -> Result<RemoteRegion, Error> {
        self.shm.import(card)
    }

    fn completion_queue(&self, depth: u32) -> Result<FaultyCompletionQueue, Error> {
        let shm = self.shm.completion_queue(depth)?;
        let queue = EndQueue { shm, ends: VecDeque::new(), polls: 0 };
        let faults = Arc::clone(&self.faults);
        Ok(FaultyCompletionQueue { queue: Rc::new(RefCell::new(queue)), faults })
    }

    fn queue_pair(
        &self,
        queue: &mut FaultyCompletionQueue,
        config: &QueuePairConfig,
    ) -> Result<FaultyQueuePair, Error> {
        Ok(FaultyQueuePair {
            shm: self.shm.queue_pair(&mut queue.queue.borrow_mut().shm, config)?,
            queue: Rc::clone(&queue.queue),
            faults: Arc::clone(&self.faults),
            peer: config.peer,
            broken: false,
            failed: false,
            unanswered: Vec::new(),
        })
    }
}

// SAFETY: true of `shm`; a completion queue and its pairs share the queue of ends, and all else is behind an `Arc`.
unsafe impl Portable for Faulty {}

impl RawCompletionQueue for FaultyCompletionQueue {
    fn poll(&mut self, into: &mut Vec<RawCompletion>) -> Result<(), Refusal> {
        let mut queue = self.queue.borrow_mut();
        queue.polls += 1;
        let now = queue.polls;
        let mut plans = self.faults.plans();
        let mut blocked = Vec::new();
        queue.ends.retain(|end| {
            let held = plans.peers.entry(end.peer).or_default().held;
            let waits = held || end.due > now || blocked.contains(&end.peer);
            if waits || into.len() == into.capacity() {
                blocked.push(end.peer);
                return true;
            }
            into.push(end.raw);
            false
        });
        Ok(())
    }
}

impl FaultyQueuePair {
    fn end(&self, id: u64, status: Status) {
        let mut queue = self.queue.borrow_mut();
        let late = if status == Status::Flushed { self.faults.plans().late } else { 0 };
        let due = queue.polls + late;
        queue.ends.push_back(End { peer: self.peer, raw: RawCompletion { id, status }, due });
    }

    fn execute(&mut self, request: WorkRequest<'_>, id: u64, signal: bool) -> Result<(), Refusal> {
        self.shm.post(&[request], id, signal)?;
        self.queue.borrow_mut().collect(self.peer);
        Ok(())
    }

    fn execute_unheard(&mut self, request: WorkRequest<'_>, id: u64) -> Result<(), Refusal> {
        let before = self.queue.borrow().ends.len();
        self.execute(request, id, false)?;
        self.queue.borrow_mut().ends.truncate(before);
        Ok(())
    }

    /// How this request is to fail, and whether nothing is to be heard of it.
    fn fate(&self, request: &WorkRequest<'_>) -> (Option<(Status, Effect)>, bool) {
        self.faults.with(self.peer, |plan| {
            plan.posted.push((request.kind(), request.len()));
            let fails = match &mut plan.failure {
                Some((0, status, effect)) => Some((*status, *effect)),
                Some((skip, ..)) => {
                    *skip -= 1;
                    None
                }
                None => None,
            };
            if fails.is_some() {
                plan.failure = None;
            }
            let is_too_long = plan.longest.is_some_and(|longest| request.len() > longest);
            let too_long = is_too_long.then_some((Status::RetryExceeded, Effect::Nothing));
            (fails.or(too_long), plan.silent)
        })
    }
}

impl RawQueuePair for FaultyQueuePair {
    type Window = NoWindow;

    fn number(&self) -> u32 {
        self.shm.number()
    }

    fn card(&self) -> Card {
        self.shm.card()
    }

    fn connect(&mut self, peer: &Card) -> Result<(), Error> {
        self.shm.connect(peer)
    }

    fn post(
        &mut self,
        requests: &[WorkRequest<'_>],
        first_id: u64,
        signal_last: bool,
    ) -> Result<(), Refusal> {
        if !self.failed {
            self.faults.with(self.peer, |plan| plan.doorbells += 1);
        }
        for (i, request) in requests.iter().enumerate() {
            let id = nth_id(first_id, i);
            if self.failed || self.broken && !self.faults.plans().on_demand {
                self.end(id, Status::Flushed);
                continue;
            }
            if self.broken {
                self.unanswered.push(id);
                continue;
            }
            let (fails, silent) = self.fate(request);
            if silent || !self.unanswered.is_empty() {
                self.unanswered.push(id);
            } else if let Some((status, effect)) = fails {
                if effect == Effect::Executed {
                    self.execute_unheard(*request, id)?;
                }
                self.end(id, status);
                self.broken = true;
            } else {
                self.execute(*request, id, signal_last && i + 1 == requests.len())?;
            }
        }
        Ok(())
    }

    fn fail(&mut self) -> Result<(), Error> {
        if !std::mem::replace(&mut self.failed, true) {
            self.faults.with(self.peer, |plan| plan.failed += 1);
        }
        for id in std::mem::take(&mut self.unanswered) {
            self.end(id, Status::Flushed);
        }
        self.shm.fail()
    }
}
