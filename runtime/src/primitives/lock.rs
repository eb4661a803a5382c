//! Locks: the standard library's, waited for in the way of a [`Primitives`].

#![cfg_attr(
    not(test),
    expect(clippy::disallowed_types, reason = "these are what is to be used instead")
)]

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use super::Primitives;
use super::system::System;

/// A lock. It ignores poisoning: what the runtime keeps under locks is whole between any two
/// statements.
pub struct Mutex<T, P = System> {
    inner: std::sync::Mutex<T>,
    primitives: PhantomData<fn() -> P>,
}

/// A [`Mutex`] that is held.
pub type MutexGuard<'a, T> = std::sync::MutexGuard<'a, T>;

impl<T, P: Primitives> Mutex<T, P> {
    /// A lock around a value.
    pub const fn new(value: T) -> Mutex<T, P> {
        Mutex { inner: std::sync::Mutex::new(value), primitives: PhantomData }
    }

    /// Waits until nobody else holds it.
    #[inline]
    pub fn lock(&self) -> MutexGuard<'_, T> {
        P::lock(&self.inner)
    }
}

impl<T: Default, P: Primitives> Default for Mutex<T, P> {
    fn default() -> Self {
        Mutex::new(T::default())
    }
}

impl<T: fmt::Debug, P> fmt::Debug for Mutex<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// A condition that threads wait for, together with a [`Mutex`].
pub struct Condvar<P = System> {
    inner: std::sync::Condvar,
    primitives: PhantomData<fn() -> P>,
}

impl<P: Primitives> Condvar<P> {
    /// A condition that nobody waits for yet.
    pub const fn new() -> Condvar<P> {
        Condvar { inner: std::sync::Condvar::new(), primitives: PhantomData }
    }

    /// Gives the lock up, and takes it again after a notification, or for no reason at all.
    pub fn wait<'a, T>(
        &self,
        mutex: &'a Mutex<T, P>,
        guard: MutexGuard<'a, T>,
    ) -> MutexGuard<'a, T> {
        P::wait(&self.inner, &mutex.inner, guard, None)
    }

    /// As [`Condvar::wait`], for `limit` at most.
    pub fn wait_for<'a, T>(
        &self,
        mutex: &'a Mutex<T, P>,
        guard: MutexGuard<'a, T>,
        limit: Duration,
    ) -> MutexGuard<'a, T> {
        P::wait(&self.inner, &mutex.inner, guard, Some(limit))
    }

    /// Wakes all that wait.
    pub fn notify_all(&self) {
        P::notify_all(&self.inner);
    }
}

impl<P: Primitives> Default for Condvar<P> {
    fn default() -> Self {
        Condvar::new()
    }
}

impl<P> fmt::Debug for Condvar<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// A place where one thread leaves a value that another waits for. The first value counts.
pub struct Slot<T, P = System> {
    value: Mutex<Option<T>, P>,
    filled: Condvar<P>,
}

impl<T, P: Primitives> Slot<T, P> {
    /// An empty one.
    pub const fn new() -> Slot<T, P> {
        Slot { value: Mutex::new(None), filled: Condvar::new() }
    }

    /// Leaves a value, unless there is one.
    pub fn fill(&self, value: T) {
        self.value.lock().get_or_insert(value);
        self.filled.notify_all();
    }

    /// Waits for the value and takes it.
    pub fn take(&self) -> T {
        let mut held = self.value.lock();
        loop {
            if let Some(value) = held.take() {
                return value;
            }
            held = self.filled.wait(&self.value, held);
        }
    }
}

impl<T, P: Primitives> Default for Slot<T, P> {
    fn default() -> Self {
        Slot::new()
    }
}

impl<T: fmt::Debug, P> fmt::Debug for Slot<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").field("value", &self.value).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::*;

    #[test]
    fn a_slot_hands_over_the_first_value() {
        let slot = Arc::new(Slot::<u32>::new());
        let taker = thread::spawn({
            let slot = Arc::clone(&slot);
            move || slot.take()
        });
        slot.fill(7);
        assert_eq!(taker.join().expect("no panic"), 7);
        slot.fill(8);
        slot.fill(9);
        assert_eq!(slot.take(), 8);
    }

    #[test]
    fn a_lock_outlives_the_panic_of_its_holder() {
        let mutex = Arc::new(Mutex::<u32>::new(1));
        let holder = Arc::clone(&mutex);
        let panics = thread::spawn(move || {
            let mut value = holder.lock();
            *value = 2;
            panic!("a test");
        });
        assert!(panics.join().is_err());
        assert_eq!(*mutex.lock(), 2);
    }

    #[test]
    fn a_wait_with_a_limit_ends_without_a_notification() {
        let (mutex, condvar) = (Mutex::<bool>::new(false), Condvar::<System>::new());
        let start = System::now();
        let limit = Duration::from_millis(20);
        let mut held = mutex.lock();
        while System::now() < start + limit {
            held = condvar.wait_for(&mutex, held, limit);
        }
        assert!(!*held, "and the lock is held again");
    }
}
