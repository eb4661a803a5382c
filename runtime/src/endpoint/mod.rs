//! A process's place in the job: its fabric, its arena, its peers' arenas, and its line to the
//! coordinator.
//!
//! | file | what |
//! | --- | --- |
//! | `mod.rs` | [`Endpoint`]: what all threads of the node share |
//! | `peers.rs` | the arenas of the other nodes |
//! | `thread.rs` | [`Thread`]: what one thread owns: its completion queue and one queue pair for each peer |
//! | `connections.rs` | those queue pairs, by rank |
//! | `windows.rs` | the arenas that it reaches in place, by rank |
//! | `progress.rs` | how work is known to be complete |
//! | `operations.rs` | single operations: read, write, atomic |
//! | `transfer.rs` | longer and non-blocking transfers through staging memory |
//! | `direct.rs` | transfers from and to the node's own arena, without staging memory; signs behind them |
//! | `beyond.rs` | what a node contributes behind what the catalog gives out |
//! | `batch.rs` | many small accesses with one doorbell for each home |
//! | `updates.rs` | many changes of words without answers |
//! | `staging.rs` | registered memory that data passes through on its way from and to the caller's |
//! | `contexts/` | queue pairs that may be used inside of a page fault |
//! | `exchange/` | a few steps at one home as one batch, which the coherence protocol is made of |
//! | `control.rs` | what the control thread does for peers: the other ends of their queue pairs |
//! | `fence.rs` | how it is known that nothing of a pair, or of a dead node, takes effect any more |
//! | `scratch.rs` | memory that a thread lends for the time of an operation |
//! | `pin.rs` | what keeps memory that threads read without locks from being reclaimed |
//! | `leave.rs` | leaving the job, in good order or given up |
//!
//! The layers above say "read these bytes of that node's arena"; which provider does it, and how, is
//! decided here.

mod batch;
mod beyond;
mod connections;
#[cfg_attr(not(test), allow(dead_code, reason = "views are to use them"))]
mod contexts;
mod control;
mod direct;
mod exchange;
mod fence;
mod leave;
mod operations;
mod peers;
mod pin;
mod progress;
mod scratch;
mod staging;
#[cfg(test)]
mod tests;
mod thread;
mod transfer;
mod updates;
mod windows;

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::sync::{Arc, Weak};
use std::time::Duration;

use crossbeam_epoch::Collector;
use verbs_shim::{
    Access, Atomic, Atomicity, Executed, Fabric, Memory, Region, RemoteRegion, Status, WorkError,
};

pub(crate) use batch::Item;
pub(crate) use beyond::Beyond;
pub(crate) use contexts::{Claimed, Contexts, Unserved};
pub(crate) use direct::Sign;
pub(crate) use exchange::{ExchangeError, Part, Row, Step};
pub(crate) use pin::Pin;
pub(crate) use thread::Thread;
pub(crate) use transfer::PendingRead;
pub(crate) use updates::Change;

use crate::cluster::{Client, Coordinator, Health, JobEnv, Rank, Welcome};
use crate::error::Error;
use crate::primitives::{Mutex, Primitives, Trap, with_known_thread, with_thread};
use control::Control;
use leave::Resignation;
use peers::Peers;

/// A place in an arena: whose, and where in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) rank: u32,
    pub(crate) offset: u64,
}

impl Place {
    #[inline]
    pub(crate) fn new(rank: u32, offset: u64) -> Place {
        Place { rank, offset }
    }
}

/// What all threads of a node share.
pub(crate) struct Endpoint<P: Primitives> {
    /// Threads hold the other end, to know when the endpoint is gone.
    alive: Arc<()>,
    rank: u32,
    size: u32,
    client: Client<P>,
    fabric: Fabric<P::Provider>,
    arena: Arc<Region>,
    peers: Peers<P>,
    /// Queue pairs that threads left behind when they ended; their other ends are told at leisure.
    abandoned: Arc<Abandoned<P>>,
    next_pair: AtomicU64,
    /// Homes and the dead nodes that they have said to be fenced.
    fenced: Mutex<BTreeSet<(u32, u32)>, P>,
    resignation: Resignation<P>,
    collector: Collector,
    /// The coordinator, if it lives in this process; it must outlive the client's goodbye.
    _own: Option<Coordinator<P>>,
}

/// The queue pairs that threads left behind.
type Abandoned<P> = Mutex<Vec<control::Abandoned>, P>;

/// How long the coordinator's word of a death may take.
const WORD_OF_DEATH: Duration = Duration::from_secs(1);

impl<P: Primitives> Endpoint<P> {
    /// Joins the job: opens the provider that the coordinator says, contributes an arena whose first
    /// `reserved` bytes are the runtime's own, and waits for the other nodes. `own` is the coordinator
    /// that lives in this process, if it does.
    ///
    /// # Errors
    /// When the job cannot be joined, the provider not be opened, or the arena not be registered.
    pub(crate) fn join(
        job: &JobEnv,
        own: Option<Coordinator<P>>,
        reserved: u64,
        beyond: Option<Beyond<'_>>,
        open: impl FnOnce(&Welcome) -> Result<P::Provider, Error>,
    ) -> Result<Endpoint<P>, Error> {
        if let Some(nodes) = job.local_size {
            P::shares_processors(nodes, job.local_processors);
        }
        let (client, welcome) = Client::connect(job)?;
        let fabric = Fabric::new(open(&welcome)?);
        let memory = match beyond {
            None => fabric.allocate(welcome.arena_bytes as usize)?,
            Some(beyond) => beyond.allocate(&fabric, own.as_ref(), welcome.arena_bytes)?,
        };
        let arena = Arc::new(fabric.register(memory, Access::all())?);
        let control = Control::<P>::new(fabric.clone(), Arc::clone(arena.memory()));
        let arenas = client.announce(&arena.card(), reserved)?;
        client.serve(move || Box::new(control.start()))?;
        Ok(Endpoint {
            alive: Arc::new(()),
            rank: welcome.rank.0,
            size: welcome.size,
            client,
            fabric,
            arena,
            peers: Peers::new(arenas),
            abandoned: Arc::default(),
            next_pair: AtomicU64::new(1),
            fenced: Mutex::default(),
            resignation: Resignation::default(),
            collector: Collector::new(),
            _own: own,
        })
    }

    /// What tells it from all others of which a thread may have a state: such a state holds on to
    /// `alive`, so its address is not used again.
    #[inline]
    pub(crate) fn number(&self) -> u64 {
        Arc::as_ptr(&self.alive).addr() as u64
    }

    #[inline]
    pub(crate) fn rank(&self) -> u32 {
        self.rank
    }

    #[inline]
    pub(crate) fn size(&self) -> u32 {
        self.size
    }

    pub(crate) fn client(&self) -> &Client<P> {
        &self.client
    }

    pub(crate) fn health(&self) -> &Arc<Health<P>> {
        self.client.health()
    }

    pub(crate) fn fabric(&self) -> &Fabric<P::Provider> {
        &self.fabric
    }

    /// This node's own arena.
    #[inline]
    pub(crate) fn arena(&self) -> &Memory {
        self.arena.memory()
    }

    /// The arena of `rank`, if it can be mapped into this process.
    pub(crate) fn mapped(&self, rank: u32) -> Result<Option<Arc<Memory>>, Error> {
        if rank == self.rank {
            return Ok(Some(Arc::clone(self.arena.memory())));
        }
        Ok(self.region(rank)?.mapped().cloned())
    }

    /// Bytes of the arena of `rank`.
    pub(crate) fn arena_len(&self, rank: u32) -> Result<u64, Error> {
        if rank == self.rank {
            return Ok(self.arena.len() as u64);
        }
        Ok(self.region(rank)?.len())
    }

    fn region(&self, rank: u32) -> Result<RemoteRegion, Error> {
        Ok(self.peers.region(&self.fabric, rank)?)
    }

    fn system_atomics(&self) -> bool {
        self.fabric.capabilities().atomicity == Atomicity::System
    }

    #[cold]
    #[inline(never)]
    fn with<R>(&self, f: impl FnOnce(&Rc<Thread<P>>) -> Result<R, Error>) -> Result<R, Error> {
        with_thread(self, f)
    }

    /// Copies bytes from the node's own arena, in order with what follows, as a READ is.
    #[inline]
    fn read_own(&self, from: Place, into: &mut [u8]) {
        P::read(self.arena(), from.offset as usize, into);
        fence(Ordering::Acquire);
    }

    /// Copies bytes to the node's own arena, in order with what went before, as a WRITE is.
    #[inline]
    fn write_own(&self, to: Place, from: &[u8]) {
        fence(Ordering::Release);
        P::write(self.arena(), to.offset as usize, from);
    }

    /// Copies bytes from an arena. One READ; none for the node's own arena.
    #[inline(always)]
    pub(crate) fn read(&self, from: Place, into: &mut [u8]) -> Result<(), Error> {
        if self.read_at_once(from, into) { Ok(()) } else { self.read_by_pair(from, into) }
    }

    /// As [`Endpoint::read`], where that cannot be done at once.
    #[inline(never)]
    pub(crate) fn read_by_pair(&self, from: Place, into: &mut [u8]) -> Result<(), Error> {
        let mut executed = Executed::Refused;
        let done = with_known_thread(self, |thread| {
            if !thread.in_place {
                executed = thread.read_alone(self, from, into);
            }
            executed == Executed::Done
        });
        if done { Ok(()) } else { self.read_on(from, into, executed) }
    }

    /// As [`Endpoint::read`], after an attempt that has been posted, or was none.
    #[inline(never)]
    fn read_on(&self, from: Place, into: &mut [u8], executed: Executed) -> Result<(), Error> {
        self.with(|thread| match executed {
            Executed::Posted => {
                thread.end_of_read(self, into)?.map_err(|error| self.work_failed(error))
            }
            _ => thread.read(self, from, into),
        })
    }

    /// Copies bytes to an arena and waits until they are there. One WRITE; none for the node's own.
    #[inline(always)]
    pub(crate) fn write(&self, to: Place, from: &[u8]) -> Result<(), Error> {
        if self.write_at_once(to, from) { Ok(()) } else { self.write_by_pair(to, from) }
    }

    /// As [`Endpoint::write`], where that cannot be done at once.
    #[inline(never)]
    pub(crate) fn write_by_pair(&self, to: Place, from: &[u8]) -> Result<(), Error> {
        self.with(|thread| thread.write(self, to, from))
    }

    /// Begins to copy bytes to an arena; complete after [`Endpoint::quiet`].
    #[inline]
    pub(crate) fn write_later(&self, to: Place, from: &[u8]) -> Result<(), Error> {
        if to.rank == self.rank {
            self.write_own(to, from);
            return Ok(());
        }
        self.with(|thread| thread.write_later(self, to, from))
    }

    /// Executes an atomic on a word, in order with other atomics of whatever node. The home's own
    /// CPU goes through the NIC too, unless the provider's atomics are the system's.
    #[inline(always)]
    pub(crate) fn atomic(&self, at: Place, atomic: Atomic) -> Result<u64, Error> {
        if P::falls_into(Trap::HomeAtomicsByCpu) && at.rank == self.rank {
            return Ok(self.atomic_by_cpu(at, atomic));
        }
        match self.atomic_at_once(at, atomic) {
            Some(before) => Ok(before),
            None => self.atomic_by_pair(at, atomic),
        }
    }

    #[inline(never)]
    fn atomic_by_pair(&self, at: Place, atomic: Atomic) -> Result<u64, Error> {
        self.with(|thread| thread.atomic(self, at, atomic))
    }

    /// Reads a word that is changed by atomics.
    #[inline]
    pub(crate) fn atomic_load(&self, at: Place) -> Result<u64, Error> {
        if self.system_atomics() {
            let mut word = [0; 8];
            self.read(at, &mut word)?;
            return Ok(u64::from_ne_bytes(word));
        }
        if P::falls_into(Trap::HomeAtomicsByCpu) && at.rank == self.rank {
            return Ok(P::load(self.arena(), at.offset as usize));
        }
        // A READ may tear where atomics are the NIC's; an atomic that adds nothing does not.
        self.atomic(at, Atomic::FetchAdd { add: 0 }).map_err(|error| match error {
            // Whether 0 was added makes no difference.
            Error::Indeterminate(error) => Error::Work(error),
            error => error,
        })
    }

    /// See [`Trap::HomeAtomicsByCpu`].
    fn atomic_by_cpu(&self, at: Place, atomic: Atomic) -> u64 {
        let offset = at.offset as usize;
        let before = P::load(self.arena(), offset);
        let after = match atomic {
            Atomic::FetchAdd { add } => Some(before.wrapping_add(add)),
            Atomic::CompareSwap { expected, new } => (before == expected).then_some(new),
        };
        if let Some(after) = after {
            P::write(self.arena(), offset, &after.to_ne_bytes());
        }
        before
    }

    /// Waits until all that this thread began is complete at its homes. One round trip for each home
    /// with work outstanding.
    pub(crate) fn quiet(&self) -> Result<(), Error> {
        fence(Ordering::SeqCst);
        let done = with_known_thread(self, |thread| thread.has_nothing_to_end());
        if done { Ok(()) } else { self.with(|thread| thread.quiet(self)) }
    }

    /// Reads many places of `each` bytes: as few doorbells as there are homes.
    pub(crate) fn read_many(
        &self,
        each: usize,
        items: impl Iterator<Item = Item>,
        into: &mut [u8],
    ) -> Result<(), Error> {
        self.with(|thread| thread.read_many(self, each, items, into))
    }

    /// Writes many places of `each` bytes, as [`Endpoint::read_many`] reads.
    pub(crate) fn write_many(
        &self,
        each: usize,
        items: impl Iterator<Item = Item>,
        from: &[u8],
    ) -> Result<(), Error> {
        self.with(|thread| thread.write_many(self, each, items, from))
    }

    /// Reads consecutive pieces, `(place, bytes)` each, with several in flight.
    pub(crate) fn read_pieces(
        &self,
        pieces: impl Iterator<Item = (Place, usize)>,
        into: &mut [u8],
    ) -> Result<(), Error> {
        self.with(|thread| thread.read_pieces(self, pieces, into))
    }

    /// Writes consecutive pieces, as [`Endpoint::read_pieces`] reads.
    pub(crate) fn write_pieces(
        &self,
        pieces: impl Iterator<Item = (Place, usize)>,
        from: &[u8],
    ) -> Result<(), Error> {
        self.with(|thread| thread.write_pieces(self, pieces, from))
    }

    /// Begins to read consecutive pieces of `bytes` in sum.
    pub(crate) fn read_later(
        &self,
        pieces: impl Iterator<Item = (Place, usize)>,
        bytes: usize,
    ) -> Result<PendingRead<P>, Error> {
        self.with(|thread| thread.read_later(self, pieces, bytes))
    }

    /// WRITEs `payload` and then `flag`, a few words that say that it is there, in that order, with one
    /// doorbell, without waiting. Both go to the same node.
    pub(crate) fn notify(
        &self,
        payload: Option<(Place, &[u8])>,
        flag: (Place, &[u8]),
    ) -> Result<(), Error> {
        let payload_is_there = payload.is_none_or(|(to, bytes)| self.write_at_once(to, bytes));
        if payload_is_there && self.write_at_once(flag.0, flag.1) {
            return Ok(());
        }
        self.with(|thread| thread.notify(self, payload, flag))
    }

    /// Spins until `done`, and fails as soon as a node of the job is known to be dead.
    pub(crate) fn wait_until(&self, mut done: impl FnMut() -> bool) -> Result<(), Error> {
        let mut attempt = 0;
        while !done() {
            self.check_membership()?;
            self.health().check()?;
            if attempt % 1024 == 1023 {
                self.check_own_work()?;
            }
            P::relax(attempt);
            attempt = attempt.saturating_add(1);
        }
        Ok(())
    }

    /// What others wait for may be work of this thread that failed.
    fn check_own_work(&self) -> Result<(), Error> {
        self.with(|thread| {
            thread.progress()?;
            thread.tell(self)
        })
    }

    /// Fails as [`Endpoint::wait_until`] does, for those who wait by themselves.
    pub(crate) fn check_progress(&self) -> Result<(), Error> {
        self.check_membership()?;
        self.health().check()?;
        self.check_own_work()
    }

    /// The error for work that failed: if its home is dead, that is what counts.
    #[cold]
    fn work_failed(&self, error: WorkError) -> Error {
        if let Err(resigned) = self.check_membership() {
            return resigned;
        }
        // A provider may see a death as soon as the kernel does, before the coordinator's word is
        // here; the word says more.
        if matches!(error.status, Status::RetryExceeded | Status::Flushed) {
            let limit = P::now() + WORD_OF_DEATH;
            let mut attempt = 0;
            while P::now() < limit && self.health().check_rank(Rank(error.peer)).is_ok() {
                P::relax(attempt);
                attempt = attempt.saturating_add(1);
            }
        }
        self.death_of(error.peer).unwrap_or(Error::Work(error))
    }

    fn death_of(&self, rank: u32) -> Option<Error> {
        let rank = Rank(rank);
        if !self.health().is_dead(rank) {
            return None;
        }
        self.health().check_rank(rank).err().map(Error::from)
    }

    fn liveness(&self) -> Weak<()> {
        Arc::downgrade(&self.alive)
    }
}

/// The last handle is gone: the node leaves the job. It first waits until all others leave too, so
/// that nobody's memory goes while others use it.
impl<P: Primitives> Drop for Endpoint<P> {
    fn drop(&mut self) {
        self.leave();
    }
}
