//! What the runtime needs of the machine it runs on, behind one type parameter: threads and their
//! state, locks, time, waiting, randomness, and the wires to the coordinator.
//!
//! The code above is written once, straight-line and blocking, and runs on real threads ([`System`]) and
//! under a simulator that replaces them. It reaches all of this through [`Primitives`] and through
//! the types of this module; `runtime/clippy.toml` keeps the standard library's own out of it. Nothing
//! in the runtime is global: many nodes may live in one process.
//!
//! | file | what |
//! | --- | --- |
//! | `mod.rs` | the trait |
//! | `lock.rs` | [`Mutex`], [`Condvar`], [`Slot`] |
//! | `state.rs` | [`ThreadStates`]: what a thread owns, by endpoint |
//! | `wire.rs` | [`Stream`] and [`Acceptor`]: the connections between nodes and the coordinator |
//! | `system.rs` | [`System`]: real threads and real time; its wires are in `cluster/socket/` |
//! | `stand_in.rs` | [`StandIn`]: the system but for what a test has otherwise |
//! | `trap.rs` | [`Trap`]: the mistakes that a simulation can open |

mod lock;
mod stand_in;
mod state;
mod system;
mod trap;
mod wire;

use std::io;
use std::time::Duration;

use verbs_shim::provider::Portable;
use verbs_shim::{Memory, Windows};

pub use lock::{Condvar, Mutex, MutexGuard, Slot};
pub use stand_in::StandIn;
pub use state::ThreadStates;
pub(crate) use state::{with_known_thread, with_thread};
pub use system::System;
pub use trap::Trap;
pub use wire::{Acceptor, Interest, Ready, Stream, Wake};

/// Threads, time and wires, and the provider that goes with them.
#[cfg_attr(
    not(test),
    expect(clippy::disallowed_types, reason = "the locks hold the standard library's own")
)]
pub trait Primitives: Sized + Send + Sync + 'static {
    /// What executes one-sided operations. Its queue pairs may go from thread to thread, because faults on pages take what
    /// is free, on whatever thread they happen.
    type Provider: Portable;
    /// A thread that was started.
    type JoinHandle: JoinHandle;
    /// A connection between a node and the coordinator.
    type Stream: Stream;
    /// Where the coordinator takes connections.
    type Acceptor: Acceptor<Stream = Self::Stream>;

    /// Calls `f` with the calling thread's states; `None` when the thread is ending and has none any
    /// more.
    fn with_states<R>(f: impl FnOnce(&ThreadStates<Self>) -> R) -> Option<R>;

    /// Calls `f` with what the calling thread reaches in place, where it is found first. `None` for primitives whose
    /// providers do not execute in place, and need not keep it.
    #[inline(always)]
    fn with_windows<R>(_f: impl FnOnce(&Windows<Self::Provider>) -> R) -> Option<R> {
        None
    }

    /// Starts a thread. `name` is for people who look at it.
    ///
    /// # Errors
    /// When there can be no further thread.
    fn spawn(name: &str, f: impl FnOnce() + Send + 'static) -> io::Result<Self::JoinHandle>;

    /// Whether the calling thread is unwinding from a panic.
    fn panicking() -> bool;

    /// Whether this thread only unwinds because a simulation is over: then destructors reach for nobody.
    #[doc(hidden)]
    fn is_over() -> bool {
        false
    }

    /// The time on a clock that never goes back.
    fn now() -> Duration;

    /// Waits for so long.
    fn sleep(duration: Duration);

    /// So many nodes share so many processors; as many as this one may use, if that is not said.
    fn shares_processors(_nodes: u32, _processors: Option<u32>) {}

    /// Passes a moment while waiting for somebody else. `attempt` counts from 0 in each wait.
    fn relax(attempt: u32);

    /// Ends this process at once, after `message` on standard error, if it is not empty.
    fn exit(status: i32, message: &str) -> !;

    /// The number of this process: a child of `fork` has another. The same always where nothing forks.
    fn process() -> u32 {
        0
    }

    /// The number of this process and the name of its host, for messages.
    fn identity() -> (u32, String);

    /// Fills `bytes` with what nobody can guess.
    ///
    /// # Errors
    /// When the system has none.
    fn fill_random(bytes: &mut [u8]) -> io::Result<()>;

    /// Locks, also after a panic of another holder: what is kept under the runtime's locks is whole
    /// between any two statements.
    #[doc(hidden)]
    fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T>;

    /// Waits until notified, or, with a limit, until it is over; may also return for no reason.
    #[doc(hidden)]
    fn wait<'a, T>(
        condvar: &std::sync::Condvar,
        mutex: &'a std::sync::Mutex<T>,
        guard: std::sync::MutexGuard<'a, T>,
        limit: Option<Duration>,
    ) -> std::sync::MutexGuard<'a, T>;

    /// Wakes all that wait.
    #[doc(hidden)]
    fn notify_all(condvar: &std::sync::Condvar);

    /// Copies bytes out of the node's own arena by the CPU.
    #[inline]
    fn read(memory: &Memory, offset: usize, into: &mut [u8]) {
        memory.read(offset, into);
    }

    /// Copies bytes into the node's own arena by the CPU.
    #[inline]
    fn write(memory: &Memory, offset: usize, from: &[u8]) {
        memory.write(offset, from);
    }

    /// Loads a word of the node's own arena by the CPU; what was written before it is seen after.
    #[inline]
    fn load(memory: &Memory, offset: usize) -> u64 {
        memory.atomic_u64(offset).load(std::sync::atomic::Ordering::Acquire)
    }

    /// Lets other threads of the node go first, if something stands in for the system that decides who goes on. To
    /// be called before each access to atomics that they share. Costs nothing otherwise.
    #[inline]
    fn give_way() {}

    /// Whether the runtime is to fall into a trap that it knows how to avoid. Never, but in a
    /// simulation that is to show that its search would notice.
    #[inline]
    fn falls_into(_trap: Trap) -> bool {
        false
    }
}

/// A thread that was started by [`Primitives::spawn`].
pub trait JoinHandle: Send + Sync + 'static {
    /// Whether the caller is that thread.
    fn is_current(&self) -> bool;

    /// Waits until it has ended, be it by a panic.
    fn join(self);
}
