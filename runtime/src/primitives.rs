//! What the runtime needs of threads and time, behind one type parameter.
//!
//! Everything that belongs to a thread (its queue pairs, its staging memory) and everything that
//! waits is reached through [`Primitives`], so that the same code can run on real threads
//! ([`System`]) and under a simulator that replaces them. Nothing in the runtime is global: many
//! nodes may live in one process.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use verbs_shim::provider::{AnyProvider, Counted, Provider};

use crate::endpoint::{Endpoint, Thread};
use crate::error::Error;

/// Threads, time and the provider that goes with them.
pub trait Primitives: Sized + 'static {
    /// What executes one-sided operations.
    type Provider: Provider;

    /// Calls `f` with the calling thread's own state for `endpoint`, made on first use.
    ///
    /// # Errors
    /// When the state cannot be made, or what `f` says.
    #[doc(hidden)]
    fn with_thread<R>(
        endpoint: &Endpoint<Self>,
        f: impl FnOnce(&Rc<Thread<Self>>) -> Result<R, Error>,
    ) -> Result<R, Error>;

    /// Calls `f` with the calling thread's own state for `endpoint` if there is one; false otherwise.
    /// The path to what a provider executes in place.
    #[doc(hidden)]
    fn with_known_thread(endpoint: &Endpoint<Self>, f: impl FnOnce(&Thread<Self>) -> bool) -> bool;

    /// Forgets the calling thread's state for the endpoint of that number.
    #[doc(hidden)]
    fn forget_thread(endpoint: u64);

    /// The time on a clock that never goes back.
    fn now() -> Duration;

    /// Passes a moment while waiting for somebody else. `attempt` counts from 0 in each wait.
    fn relax(attempt: u32);
}

/// Real threads and real time, on a provider chosen at run time, counted.
#[derive(Debug)]
pub enum System {}

thread_local! {
    static THREADS: RefCell<Vec<Rc<Thread<System>>>> = const { RefCell::new(Vec::new()) };
}

/// Attempts that only spin. Afterwards the processor is offered to others, because the one who is
/// waited for may need it: jobs with more nodes than cores are common on the machines that test.
const SPINS: u32 = 200;

impl Primitives for System {
    type Provider = Counted<AnyProvider>;

    #[inline]
    fn with_thread<R>(
        endpoint: &Endpoint<System>,
        f: impl FnOnce(&Rc<Thread<System>>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let known = THREADS.try_with(|threads| {
            let threads = threads.borrow();
            threads.iter().find(|thread| thread.endpoint() == endpoint.number()).map(Rc::clone)
        });
        if let Ok(Some(thread)) = known {
            return f(&thread);
        }
        let thread = Rc::new(Thread::new(endpoint)?);
        // A thread whose state is gone already is ending, and this is one of the last things it does
        // (a node in a `thread_local!`): then the state serves this once.
        let _ = THREADS.try_with(|threads| {
            let mut threads = threads.borrow_mut();
            threads.retain(|thread| thread.is_current());
            threads.push(Rc::clone(&thread));
        });
        f(&thread)
    }

    #[inline]
    fn with_known_thread(
        endpoint: &Endpoint<System>,
        f: impl FnOnce(&Thread<System>) -> bool,
    ) -> bool {
        let done = THREADS.try_with(|threads| {
            let threads = threads.borrow();
            match threads.iter().find(|thread| thread.endpoint() == endpoint.number()) {
                Some(thread) => f(thread),
                None => false,
            }
        });
        done.unwrap_or(false)
    }

    fn forget_thread(endpoint: u64) {
        // The thread may itself be ending, and its list be gone.
        let _ = THREADS.try_with(|threads| {
            threads.borrow_mut().retain(|thread| thread.endpoint() != endpoint);
        });
    }

    fn now() -> Duration {
        // A fixed point of this process to count from.
        static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }

    #[inline]
    fn relax(attempt: u32) {
        if attempt < SPINS {
            std::hint::spin_loop();
        } else {
            std::thread::yield_now();
        }
    }
}
