//! Providers: what executes one-sided operations.
//!
//! | provider | file | executes by |
//! | --- | --- | --- |
//! | [`Verbs`] | `verbs/` | rdma-core: InfiniBand, RoCE and soft-RoCE |
//! | [`Shm`] | `shm/` | loads, stores and CPU atomics on memory that both processes map |
//! | [`AnyProvider`] | `any.rs` | one of the above, chosen at run time ([`Choice`]) |
//! | [`Counted`] | `counted.rs` | any other, and counts what passes |
//! | [`Sim`](sim::Sim) | `sim/` | a deterministic model of NICs, with faults; for tests only, so no [`Choice`] |
//!
//! The traits below are what a provider implements. The public objects ([`crate::Fabric`] and so on)
//! wrap them and do once what all need: the bring-up by types, the checks before posting, room in
//! queues, tokens, and the wording of errors.

mod any;
mod counted;
mod shm;
pub mod sim;
mod verbs;

use std::io;
use std::sync::Arc;

pub use any::{AnyProvider, Choice};
pub use counted::{Counted, Counter, Counts};
pub use shm::Shm;
#[cfg(feature = "abi-oracle")]
#[doc(hidden)]
pub use verbs::abi;
pub use verbs::{
    DeviceInfo, Gid, GidInfo, GidKind, LinkLayer, PortInfo, PortState, Verbs, VerbsCompletionQueue,
    VerbsOptions, VerbsQueuePair, devices,
};

use crate::capabilities::Capabilities;
use crate::card::Card;
use crate::error::{Error, Status};
use crate::memory::{HugePages, Memory};
use crate::queue_pair::QueuePairConfig;
use crate::region::{Access, Registration, RemoteAddr, RemoteRegion};
use crate::window::Update;
use crate::work_request::{Atomic, WorkRequest};

/// An opened provider. Shared by all threads; what it makes keeps what it needs alive, so objects
/// may be dropped in any order.
pub trait Provider: Send + Sync + 'static {
    /// Its completion queues.
    type CompletionQueue: RawCompletionQueue;
    /// Its queue pairs.
    type QueuePair: RawQueuePair;

    /// What it can do.
    fn capabilities(&self) -> &Capabilities;

    /// Reserves `len` bytes of zeros, rounded up to whole pages, of the kind that its peers can reach
    /// best once they are registered, as far as `huge` leaves that open.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] when the machine cannot give them.
    fn allocate(&self, len: usize, huge: HugePages) -> Result<Memory, Error> {
        Memory::allocate_with(len, huge)
    }

    /// Registers all of `memory`. The registration ends when its guard is dropped, before the
    /// memory is unmapped.
    ///
    /// # Errors
    /// [`Error::MemlockTooLow`] and others, as the device has it.
    fn register(&self, memory: &Arc<Memory>, access: Access) -> Result<Registration, Error>;

    /// Makes a peer's region reachable.
    ///
    /// # Errors
    /// [`Error::BadCard`] for bytes or files that no such region has.
    fn import(&self, card: &Card) -> Result<RemoteRegion, Error>;

    /// Makes a completion queue of at least `depth` entries.
    ///
    /// # Errors
    /// As the device has it.
    fn completion_queue(&self, depth: u32) -> Result<Self::CompletionQueue, Error>;

    /// Makes a queue pair whose completions go to `queue`.
    ///
    /// # Errors
    /// As the device has it.
    fn queue_pair(
        &self,
        queue: &mut Self::CompletionQueue,
        config: &QueuePairConfig,
    ) -> Result<Self::QueuePair, Error>;
}

/// The identification of request `i` of a batch. The low half counts the requests of a pair and wraps;
/// the high half names the pair.
#[inline]
pub fn nth_id(first_id: u64, i: usize) -> u64 {
    let index = (first_id as u32).wrapping_add(i as u32);
    first_id & !u64::from(u32::MAX) | u64::from(index)
}

/// Why a device refused something. It takes no allocation to make one, because work may be posted and polled where there
/// must be none ([`Bundle`](crate::Bundle)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// For this reason.
    #[error("{0}")]
    Because(&'static str),
    /// With this error number of the system.
    #[error("{}", io::Error::from_raw_os_error(*.0))]
    System(i32),
}

/// A provider whose objects may go from thread to thread, as a [`Bundle`](crate::Bundle) does.
///
/// # Safety
/// A completion queue together with all queue pairs that were made for it, and nothing else that refers to the parts that
/// they share (such as windows), may be moved to another thread, and dropped there. They are used by one thread at a time.
///
/// # What else is expected
/// [`RawQueuePair::post`] and [`RawCompletionQueue::poll`] allocate nothing, lock nothing that is used otherwise, and
/// touch no state of the thread, once the pair has executed a request: they are called in the handler of a signal. (That
/// is no matter of memory safety, and providers for tests need not keep to it.)
pub unsafe trait Portable: Provider {}

/// What a device says of one work request.
#[derive(Clone, Copy, Debug)]
pub struct RawCompletion {
    /// The identification it was posted with.
    pub id: u64,
    /// How it ended.
    pub status: Status,
}

/// A provider's completion queue.
pub trait RawCompletionQueue {
    /// Appends what has completed to `into`, at most `into.capacity() - into.len()` entries (it never
    /// grows), without waiting.
    ///
    /// # Errors
    /// When the device itself failed.
    fn poll(&mut self, into: &mut Vec<RawCompletion>) -> Result<(), Refusal>;

    /// Takes one completion, without waiting, where that is shorter than [`RawCompletionQueue::poll`]. `None`
    /// may mean anything, also that the device failed: only `poll` tells.
    #[inline]
    fn poll_one(&mut self) -> Option<RawCompletion> {
        None
    }

    /// How often [`RawCompletionQueue::poll_one`] is worth a try for an answer that is on its way.
    #[inline]
    fn patience(&self) -> u32 {
        0
    }
}

/// A provider's queue pair.
///
/// The wrapper calls [`RawQueuePair::connect`] once, and the other methods only after that; requests
/// fit the queue and the device's limits. Local buffers of requests are valid registered memory.
pub trait RawQueuePair {
    /// What [`RawQueuePair::window`] opens; [`NoWindow`] for providers that do not execute in place.
    type Window: RawWindow;

    /// The device's number for it.
    fn number(&self) -> u32;

    /// What the peer needs to connect to it.
    fn card(&self) -> Card;

    /// Brings it up, connected to the peer whose card this is.
    ///
    /// # Errors
    /// [`Error::BadCard`], or what the device says.
    fn connect(&mut self, peer: &Card) -> Result<(), Error>;

    /// Posts the requests, in order, with one doorbell. Request `i` is identified as
    /// [`nth_id`]`(first_id, i)`; the last one is signaled if `signal_last`, whatever it says itself.
    /// A pair that [`RawQueuePair::fail`] has put in error state takes requests too, and flushes them
    /// behind all that went before.
    ///
    /// # Errors
    /// The device's reason, when nothing was posted.
    fn post(
        &mut self,
        requests: &[WorkRequest<'_>],
        first_id: u64,
        signal_last: bool,
    ) -> Result<(), Refusal>;

    /// Puts it in error state: work outstanding is flushed, and requests of the peer that have not
    /// been executed yet will not be.
    ///
    /// # Errors
    /// What the device says.
    fn fail(&mut self) -> Result<(), Error>;

    /// A window from that address of the peer on to the end of its region, if the provider executes in place, the
    /// peer has connected its side, and the region gives all rights. Nothing has happened otherwise.
    #[inline]
    fn window(&mut self, _from: RemoteAddr) -> Option<Self::Window> {
        None
    }

    /// READs at once, without a work request, if the provider executes in place.
    #[inline]
    fn read_in_place(&mut self, _remote: RemoteAddr, _into: &mut [u8]) -> Option<Status> {
        None
    }

    /// WRITEs at once, as [`RawQueuePair::read_in_place`] reads.
    #[inline]
    fn write_in_place(&mut self, _from: &[u8], _remote: RemoteAddr) -> Option<Status> {
        None
    }

    /// Executes an atomic at once; the value before goes to `result`.
    #[inline]
    fn atomic_in_place(
        &mut self,
        _atomic: Atomic,
        _remote: RemoteAddr,
        _result: &mut u64,
    ) -> Option<Status> {
        None
    }
}

/// A provider's [`Window`](crate::Window). This is the path that is to be as short as can be.
///
/// # Safety
/// An operation executes no code that it was not written with: it calls, waits for and drops nothing of others. So
/// nothing that is done amid an operation can come to replace the window.
pub unsafe trait RawWindow: Clone {
    /// See [`Window::read`](crate::Window::read).
    fn read(&self, offset: u64, into: &mut [u8]) -> bool;

    /// See [`Window::load`](crate::Window::load).
    fn load(&self, offset: u64) -> Option<u64>;

    /// See [`Window::write`](crate::Window::write).
    fn write(&self, from: &[u8], offset: u64) -> bool;

    /// See [`Window::atomic`](crate::Window::atomic).
    fn atomic(&self, atomic: Atomic, offset: u64) -> Option<u64>;

    /// See [`Window::update`](crate::Window::update).
    fn update(&self, update: Update, operand: u64, offset: u64) -> bool;

    /// See [`Window::prefetch`](crate::Window::prefetch).
    fn prefetch(&self, offset: u64);
}

/// The window of a provider that has none.
#[derive(Clone, Copy, Debug)]
pub enum NoWindow {}

// SAFETY: there is none, so nothing is executed.
unsafe impl RawWindow for NoWindow {
    fn read(&self, _offset: u64, _into: &mut [u8]) -> bool {
        match *self {}
    }

    fn load(&self, _offset: u64) -> Option<u64> {
        match *self {}
    }

    fn write(&self, _from: &[u8], _offset: u64) -> bool {
        match *self {}
    }

    fn atomic(&self, _atomic: Atomic, _offset: u64) -> Option<u64> {
        match *self {}
    }

    fn update(&self, _update: Update, _operand: u64, _offset: u64) -> bool {
        match *self {}
    }

    fn prefetch(&self, _offset: u64) {
        match *self {}
    }
}
