//! [`System`]: real threads, real time and real sockets.

#![cfg_attr(
    not(test),
    expect(
        clippy::disallowed_types,
        clippy::disallowed_methods,
        clippy::disallowed_macros,
        reason = "here the runtime meets the system"
    )
)]

use std::io;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::thread::{Timespec, nanosleep};
use verbs_shim::provider::{AnyProvider, Counted};
use verbs_shim::{Windows, with_local};

use super::{JoinHandle, Primitives, ThreadStates};
use crate::cluster::{Socket, SocketAcceptor};

/// Real threads and real time, on a provider chosen at run time, counted.
#[derive(Debug)]
pub enum System {}

thread_local! {
    static STATES: ThreadStates<System> = const { ThreadStates::new() };
    static WINDOWS: Windows<<System as Primitives>::Provider> = const { Windows::new() };
}

/// Attempts that follow each other at once. A pause between two looks is how much later, on average by half,
/// what is waited for is seen; a NIC's answer and a line of another core come within some of these.
const EAGER: u32 = 32;

/// Attempts that only spin. Afterwards the processor is offered to others, because the one who is
/// waited for may need it: jobs with more nodes than cores are common on the machines that test.
const SPINS: u32 = 200;

/// Attempts that offer the processor, where there are more nodes than processors; afterwards they sleep. A scheduler that
/// is fair gives it back at once to whoever has had little of it, which is who waits, and not who is waited for.
const YIELDS: u32 = 400;

/// How long they sleep, to which the kernel adds its timer's slack of usually 50 µs.
const NAP: Timespec = Timespec { tv_sec: 0, tv_nsec: 20_000 };

/// Whether there are more nodes of one job than processors: a fact of the machine, like the number of its processors.
static CROWDED: AtomicBool = AtomicBool::new(false);
/// Whether that is known.
static IS_TOLD: AtomicBool = AtomicBool::new(false);

/// Sleeps for that long, or less. A fault of a view may wait here, so this is the bare system call, whatever it answers: the standard
/// library's panics at an answer that it does not expect.
fn nap() {
    let _ = nanosleep(&NAP);
}

impl System {
    /// Whether more nodes of a job share this machine's processors than there are: by what they were told when they joined
    /// (`PANGEA_LOCAL_SIZE`, `PANGEA_LOCAL_PROCESSORS`). `None` if they were not.
    pub fn is_crowded() -> Option<bool> {
        IS_TOLD.load(Ordering::Acquire).then(|| CROWDED.load(Ordering::Relaxed))
    }
}

impl Primitives for System {
    type Provider = Counted<AnyProvider>;
    type JoinHandle = thread::JoinHandle<()>;
    type Stream = Socket;
    type Acceptor = SocketAcceptor;

    #[inline]
    fn with_states<R>(f: impl FnOnce(&ThreadStates<System>) -> R) -> Option<R> {
        STATES.try_with(f).ok()
    }

    #[inline(always)]
    fn with_windows<R>(f: impl FnOnce(&Windows<Self::Provider>) -> R) -> Option<R> {
        with_local(&WINDOWS, f)
    }

    fn spawn(name: &str, f: impl FnOnce() + Send + 'static) -> io::Result<Self::JoinHandle> {
        thread::Builder::new().name(name.to_owned()).spawn(f)
    }

    fn panicking() -> bool {
        thread::panicking()
    }

    fn now() -> Duration {
        // A fixed point of this process to count from.
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }

    fn sleep(duration: Duration) {
        thread::sleep(duration);
    }

    fn shares_processors(nodes: u32, processors: Option<u32>) {
        let own = || thread::available_parallelism().map_or(1, NonZero::get);
        let processors = processors.map_or_else(own, |processors| processors as usize);
        CROWDED.store(nodes as usize > processors, Ordering::Relaxed);
        IS_TOLD.store(true, Ordering::Release);
    }

    #[inline]
    fn relax(attempt: u32) {
        match attempt {
            ..EAGER => {}
            EAGER..SPINS => std::hint::spin_loop(),
            SPINS.. if attempt < YIELDS || !CROWDED.load(Ordering::Relaxed) => thread::yield_now(),
            _ => nap(),
        }
    }

    fn exit(status: i32, message: &str) -> ! {
        if !message.is_empty() {
            eprintln!("{message}");
        }
        std::process::exit(status)
    }

    fn process() -> u32 {
        std::process::id()
    }

    fn identity() -> (u32, String) {
        let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
        (std::process::id(), name)
    }

    fn fill_random(bytes: &mut [u8]) -> io::Result<()> {
        getrandom::fill(bytes).map_err(|error| io::Error::other(error.to_string()))
    }

    #[inline]
    fn lock<T>(mutex: &std::sync::Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a, T>(
        condvar: &std::sync::Condvar,
        _mutex: &'a std::sync::Mutex<T>,
        guard: MutexGuard<'a, T>,
        limit: Option<Duration>,
    ) -> MutexGuard<'a, T> {
        match limit {
            None => condvar.wait(guard).unwrap_or_else(PoisonError::into_inner),
            Some(limit) => {
                condvar.wait_timeout(guard, limit).unwrap_or_else(PoisonError::into_inner).0
            }
        }
    }

    fn notify_all(condvar: &std::sync::Condvar) {
        condvar.notify_all();
    }
}

impl JoinHandle for thread::JoinHandle<()> {
    fn is_current(&self) -> bool {
        self.thread().id() == thread::current().id()
    }

    fn join(self) {
        // A panic there has been printed when it happened.
        let _ = thread::JoinHandle::join(self);
    }
}

#[cfg(test)]
mod tests {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    use super::*;

    #[test]
    fn nodes_that_are_bound_to_one_processor_each_are_not_taken_for_crowded() {
        let verdict = |nodes, processors| {
            System::shares_processors(nodes, processors);
            CROWDED.swap(false, Ordering::Relaxed)
        };
        let all = sched_getaffinity(None).unwrap();
        let first = (0..CpuSet::MAX_CPU).find(|&processor| all.is_set(processor)).unwrap();
        let mut one = CpuSet::new();
        one.set(first);
        // Of this thread alone, as of a node that its starter has bound.
        sched_setaffinity(None, &one).unwrap();
        let bound = [verdict(4, Some(8)), verdict(4, Some(4)), verdict(5, Some(4))];
        let alone = [verdict(1, None), verdict(2, None)];
        sched_setaffinity(None, &all).unwrap();
        assert_eq!((bound, alone), ([false, false, true], [false, true]));
    }
}
