//! [`Interposed`]: the system, but for a test that says what other threads do when this one gives way.

use std::cell::RefCell;
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

use crate::primitives::{Primitives, System, ThreadStates};

pub(super) enum Interposed {}

type Other = Box<dyn FnOnce()>;

thread_local! {
    /// How often this thread gives way before the other goes, and what it does then.
    static OTHER: RefCell<Option<(u32, Other)>> = const { RefCell::new(None) };
}

/// Has `other` happen when the calling thread gives way for the time `nth`, counted from 0 and from now.
pub(super) fn interpose(nth: u32, other: impl FnOnce() + 'static) {
    OTHER.set(Some((nth, Box::new(other))));
}

/// Whether what was to happen is still to come.
pub(super) fn is_waiting() -> bool {
    OTHER.take().is_some()
}

impl Primitives for Interposed {
    type Provider = <System as Primitives>::Provider;
    type JoinHandle = <System as Primitives>::JoinHandle;
    type Stream = <System as Primitives>::Stream;
    type Acceptor = <System as Primitives>::Acceptor;

    fn give_way() {
        match OTHER.take() {
            Some((0, other)) => other(),
            Some((nth, other)) => OTHER.set(Some((nth - 1, other))),
            None => {}
        }
    }

    fn with_states<R>(_: impl FnOnce(&ThreadStates<Interposed>) -> R) -> Option<R> {
        None
    }

    fn spawn(name: &str, f: impl FnOnce() + Send + 'static) -> io::Result<Self::JoinHandle> {
        System::spawn(name, f)
    }

    fn panicking() -> bool {
        System::panicking()
    }

    fn now() -> Duration {
        System::now()
    }

    fn sleep(duration: Duration) {
        System::sleep(duration);
    }

    fn relax(attempt: u32) {
        System::relax(attempt);
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

    fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        System::lock(mutex)
    }

    fn wait<'a, T>(
        condvar: &Condvar,
        mutex: &'a Mutex<T>,
        guard: MutexGuard<'a, T>,
        limit: Option<Duration>,
    ) -> MutexGuard<'a, T> {
        System::wait(condvar, mutex, guard, limit)
    }

    fn notify_all(condvar: &Condvar) {
        System::notify_all(condvar);
    }
}
