//! [`StandIn`]: the system but for a few things, for tests and benchmarks.

#![cfg_attr(
    not(test),
    expect(clippy::disallowed_types, reason = "the locks hold the standard library's own")
)]

use std::io;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

use verbs_shim::provider::Portable;

use super::{Primitives, System, ThreadStates, Trap};

/// Primitives that are the system's, but for the provider and what else is said here. A simulator, which replaces all of them,
/// implements [`Primitives`] itself.
pub trait StandIn: Sized + Send + Sync + 'static {
    /// See [`Primitives::Provider`].
    type Provider: Portable;

    /// See [`Primitives::with_states`].
    fn with_states<R>(f: impl FnOnce(&ThreadStates<Self>) -> R) -> Option<R>;

    /// See [`Primitives::now`].
    fn now() -> Duration {
        System::now()
    }

    /// See [`Primitives::sleep`].
    fn sleep(duration: Duration) {
        System::sleep(duration);
    }

    /// See [`Primitives::relax`].
    #[inline]
    fn relax(attempt: u32) {
        System::relax(attempt);
    }

    /// Somebody is about to wait for a condition, with this limit.
    fn is_to_wait(_limit: Option<Duration>) {}

    /// See [`Primitives::give_way`].
    #[inline]
    fn give_way() {}

    /// See [`Primitives::falls_into`].
    #[inline]
    fn falls_into(_trap: Trap) -> bool {
        false
    }
}

impl<T: StandIn> Primitives for T {
    type Provider = <T as StandIn>::Provider;
    type JoinHandle = <System as Primitives>::JoinHandle;
    type Stream = <System as Primitives>::Stream;
    type Acceptor = <System as Primitives>::Acceptor;

    #[inline]
    fn with_states<R>(f: impl FnOnce(&ThreadStates<T>) -> R) -> Option<R> {
        <T as StandIn>::with_states(f)
    }

    fn spawn(name: &str, f: impl FnOnce() + Send + 'static) -> io::Result<Self::JoinHandle> {
        System::spawn(name, f)
    }

    fn panicking() -> bool {
        System::panicking()
    }

    fn now() -> Duration {
        <T as StandIn>::now()
    }

    fn sleep(duration: Duration) {
        <T as StandIn>::sleep(duration);
    }

    fn shares_processors(nodes: u32, processors: Option<u32>) {
        System::shares_processors(nodes, processors);
    }

    #[inline]
    fn relax(attempt: u32) {
        <T as StandIn>::relax(attempt);
    }

    fn exit(status: i32, message: &str) -> ! {
        System::exit(status, message)
    }

    fn process() -> u32 {
        System::process()
    }

    fn identity() -> (u32, String) {
        System::identity()
    }

    fn fill_random(bytes: &mut [u8]) -> io::Result<()> {
        System::fill_random(bytes)
    }

    #[inline]
    fn lock<U>(mutex: &Mutex<U>) -> MutexGuard<'_, U> {
        System::lock(mutex)
    }

    fn wait<'a, U>(
        condvar: &Condvar,
        mutex: &'a Mutex<U>,
        guard: MutexGuard<'a, U>,
        limit: Option<Duration>,
    ) -> MutexGuard<'a, U> {
        <T as StandIn>::is_to_wait(limit);
        System::wait(condvar, mutex, guard, limit)
    }

    fn notify_all(condvar: &Condvar) {
        System::notify_all(condvar);
    }

    #[inline]
    fn give_way() {
        <T as StandIn>::give_way();
    }

    #[inline]
    fn falls_into(trap: Trap) -> bool {
        <T as StandIn>::falls_into(trap)
    }
}
