//! [`Paced`]: the system's threads and wires, with the faulty provider and with clocks that advance by
//! waiting only.
//!
//! So a test can say exactly how long the runtime has waited, however slow the machine is, and a
//! time limit of the runtime costs a test no time.

use std::cell::Cell;
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

use super::faulty::Faulty;
use crate::primitives::{Primitives, System, ThreadStates, Trap};

/// How far each moment of waiting takes the clock of a thread.
const MOMENT: Duration = Duration::from_millis(1);

pub(crate) enum Paced {}

thread_local! {
    static STATES: ThreadStates<Paced> = const { ThreadStates::new() };
    static CLOCK: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    static TRAP: Cell<Option<Trap>> = const { Cell::new(None) };
}

fn advance(by: Duration) {
    CLOCK.set(CLOCK.get() + by);
}

impl Paced {
    /// From now on what the calling thread does falls into `trap`.
    pub(crate) fn open_trap(trap: Trap) {
        TRAP.set(Some(trap));
    }
}

impl Primitives for Paced {
    type Provider = Faulty;
    type JoinHandle = <System as Primitives>::JoinHandle;
    type Stream = <System as Primitives>::Stream;
    type Acceptor = <System as Primitives>::Acceptor;

    fn with_states<R>(f: impl FnOnce(&ThreadStates<Paced>) -> R) -> Option<R> {
        STATES.try_with(f).ok()
    }

    fn spawn(name: &str, f: impl FnOnce() + Send + 'static) -> io::Result<Self::JoinHandle> {
        System::spawn(name, f)
    }

    fn panicking() -> bool {
        System::panicking()
    }

    fn now() -> Duration {
        CLOCK.get()
    }

    fn sleep(duration: Duration) {
        advance(duration);
        System::sleep(duration);
    }

    fn relax(_attempt: u32) {
        advance(MOMENT);
        std::thread::yield_now();
    }

    fn exit(status: i32, message: &str) -> ! {
        System::exit(status, message)
    }

    fn identity() -> (u32, String) {
        System::identity()
    }

    fn fill_random(bytes: &mut [u8]) -> io::Result<()> {
        System::fill_random(bytes)
    }

    fn falls_into(trap: Trap) -> bool {
        TRAP.get() == Some(trap)
    }

    fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        System::lock(mutex)
    }

    fn wait<'a, T>(
        condvar: &Condvar,
        mutex: &'a Mutex<T>,
        guard: MutexGuard<'a, T>,
        limit: Option<Duration>,
    ) -> MutexGuard<'a, T> {
        advance(limit.unwrap_or_default());
        System::wait(condvar, mutex, guard, limit)
    }

    fn notify_all(condvar: &Condvar) {
        System::notify_all(condvar);
    }
}
