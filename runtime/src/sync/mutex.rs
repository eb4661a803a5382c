//! [`Mutex`]: data of which one thread of the job at a time has the use.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use super::builder::{ObjectBuilder, Plan};
use super::lock::{Lock, Owned};
use super::poison::{LockError, Poisoned};
use crate::coherence::protocol::Poison;
use crate::coherence::{Blocks, Coherence};
use crate::error::Error;
use crate::primitives::{self, Primitives, System};
use crate::space::{Element, Value};

/// A lock around a value, for all threads of all nodes. As [`std::sync::Mutex`]: a holder that panics poisons
/// it, and so does one whose node dies.
///
/// # Order
/// Whoever has it sees everything that holders before it had done or seen: in its data and in all other
/// coherent objects. Locks are part of the one order that coherent operations are in.
///
/// It may guard other things, too, such as parts of arrays: once it is given to somebody, poisoned, nothing takes effect any more that
/// a holder who died with it was writing, wherever that was to go.
///
/// # Cost
/// In round trips: `lock` 1 when it is free and this node had it last, else 2, and while it is taken, one for
/// each look; unlocking 1. Threads of one node queue at home, and most often leave it to the next of them
/// (at most 16 times in a row): that is 1 to unlock and 0 to lock. After a death each node that gets a poisoned lock asks the others once
/// whether they have fenced the dead.
///
/// # Fairness
/// Threads of a node get it in the order in which they came. Nodes get it in turn: once a node waits, each other
/// waiting node comes before it once at most, and then whoever had it before.
///
/// ```
/// let node = pangea::join()?;
/// let total = node.mutex::<[u64; 2]>("sum and count").create()?;
/// let mut guard = total.lock()?;
/// guard[0] += 40;
/// guard[1] += 1;
/// guard.commit()?; // or drop it
/// assert_eq!(*total.lock()?, [40, 1]);
/// # Ok::<(), pangea::Error>(())
/// ```
pub struct Mutex<T: Value + ?Sized, P: Primitives = System> {
    inner: Arc<Inner<T, P>>,
}

struct Inner<T: Value + ?Sized, P: Primitives> {
    lock: Lock<P>,
    /// Memory for the value, when nobody uses it.
    spare: primitives::Mutex<Option<Box<T>>, P>,
}

/// The use of the value of a [`Mutex`]. It is unlocked when this is dropped.
///
/// It stays on its thread.
///
/// ```compile_fail,E0277
/// fn is_send<T: Send>() {}
/// is_send::<pangea::MutexGuard<'static, u64>>();
/// ```
#[must_use = "the mutex is unlocked at once if the guard is not kept"]
pub struct MutexGuard<'a, T: Value + ?Sized, P: Primitives = System> {
    inner: &'a Inner<T, P>,
    /// The value, and the lock; not there any more once it is unlocked.
    parts: Option<(Box<T>, Owned<'a, P>)>,
    poison: Option<Poison>,
    /// The thread was unwinding already when it took the lock.
    panicking: bool,
    stays: PhantomData<*const ()>,
}

type Guard<'a, T, P> = Result<MutexGuard<'a, T, P>, LockError<MutexGuard<'a, T, P>>>;
type TryGuard<'a, T, P> = Result<Option<MutexGuard<'a, T, P>>, LockError<MutexGuard<'a, T, P>>>;

impl<T: Value + ?Sized, P: Primitives> Clone for Mutex<T, P> {
    fn clone(&self) -> Self {
        Mutex { inner: Arc::clone(&self.inner) }
    }
}

impl<T: Element, P: Primitives> Mutex<T, P> {
    pub(crate) fn builder(coherence: &Arc<Coherence<P>>, name: &str) -> ObjectBuilder<Self, P> {
        let plan = Plan::block_of::<T>("Mutex", Lock::tail(coherence, false));
        ObjectBuilder::of_block(coherence, name, plan, |blocks| Ok(Mutex::new(blocks)))
    }
}

impl<P: Primitives> Mutex<[u128], P> {
    /// Of a value of so many bytes.
    pub(crate) fn builder_of(
        coherence: &Arc<Coherence<P>>,
        name: &str,
        bytes: usize,
    ) -> ObjectBuilder<Self, P> {
        let plan = Plan::block_of_bytes("Mutex", bytes, Lock::tail(coherence, false));
        ObjectBuilder::of_block(coherence, name, plan, |blocks| Ok(Mutex::new(blocks)))
    }
}

impl<T: Value + ?Sized, P: Primitives> Mutex<T, P> {
    pub(super) fn new(blocks: Blocks<P>) -> Mutex<T, P> {
        let (lock, spare) = (Lock::new(blocks, false), primitives::Mutex::new(None));
        Mutex { inner: Arc::new(Inner { lock, spare }) }
    }

    pub(super) fn core(&self) -> &Lock<P> {
        &self.inner.lock
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.inner.lock.name()
    }

    /// Waits until it is this thread's.
    ///
    /// # Errors
    /// [`LockError::Poisoned`], in which the guard is; else it is not this thread's:
    /// [`Error::WouldDeadlock`] when the thread has it already, or its home died.
    pub fn lock(&self) -> Guard<'_, T, P> {
        self.inner.lock()
    }

    /// Takes it if nobody has it and nobody waits for it: at most 2 round trips. Another thread of this node in
    /// the middle of such an attempt counts.
    ///
    /// # Errors
    /// As [`Mutex::lock`].
    pub fn try_lock(&self) -> TryGuard<'_, T, P> {
        match self.inner.lock.try_lock()? {
            Some(owned) => self.inner.guard(owned).map(Some),
            None => Ok(None),
        }
    }

    /// Declares the data sound, as [`std::sync::Mutex::clear_poison`] does. Locks and unlocks it.
    ///
    /// # Errors
    /// As [`Mutex::lock`], but for poison.
    pub fn clear_poison(&self) -> Result<(), Error> {
        let mut guard = self.lock().or_else(LockError::into_inner)?;
        guard.clear_poison();
        guard.commit()
    }

    /// Whether it was poisoned when this looked, which takes the lock for a moment.
    ///
    /// # Errors
    /// As [`Mutex::lock`], but for poison.
    pub fn is_poisoned(&self) -> Result<bool, Error> {
        let guard = self.lock().or_else(LockError::into_inner)?;
        let poisoned = guard.poison.is_some();
        guard.commit()?;
        Ok(poisoned)
    }

    /// Gives this hold of the mutex back. When each that was got by `create`, on any node, has been given
    /// back, its memory is freed. Clones of this handle are of no use afterwards. Dropping a handle gives
    /// nothing back; a node that leaves the job gives everything back by itself.
    ///
    /// # Errors
    /// [`Error::Released`] when a clone was released; when the coordinator cannot be reached.
    pub fn release(self) -> Result<(), Error> {
        self.inner.lock.release()
    }
}

impl<T: Value + ?Sized, P: Primitives> Inner<T, P> {
    fn lock(&self) -> Guard<'_, T, P> {
        let owned = self.lock.lock()?;
        self.guard(owned)
    }

    /// Memory for a value.
    fn take_value(&self) -> Box<T> {
        let spare = self.spare.lock().take();
        spare.unwrap_or_else(|| T::zeroed(self.lock.value_bytes()))
    }

    fn guard<'a>(&'a self, owned: Owned<'a, P>) -> Guard<'a, T, P> {
        let mut value = self.take_value();
        value.set(owned.data());
        let poison = owned.poison();
        let (parts, panicking) = (Some((value, owned)), P::panicking());
        let guard = MutexGuard { inner: self, parts, poison, panicking, stays: PhantomData };
        match poison {
            None => Ok(guard),
            Some(poison) => {
                self.lock.outlast(poison)?;
                Err(LockError::Poisoned(Poisoned::new(guard, self.lock.name(), poison)))
            }
        }
    }
}

impl<'a, T: Value + ?Sized, P: Primitives> MutexGuard<'a, T, P> {
    fn parts(&self) -> &(Box<T>, Owned<'a, P>) {
        match &self.parts {
            Some(parts) => parts,
            None => unreachable!("a guard that unlocked is gone"),
        }
    }

    /// How many threads of this node wait.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.parts().1.waiting()
    }

    /// The fencing token: greater than that of every holder before, on whatever node. A store that keeps the
    /// greatest token it has seen can refuse a holder that was expelled and does not know it yet.
    pub fn token(&self) -> u64 {
        self.parts().1.token()
    }

    /// What is wrong with the data, if a holder before died or panicked.
    pub fn poison(&self) -> Option<Poison> {
        self.poison
    }

    /// Declares the data sound, once the guard unlocks.
    pub fn clear_poison(&mut self) {
        self.poison = None;
    }

    /// Says that this holder could not leave the data as they should be.
    pub(crate) fn spoil(&mut self) {
        self.poison = self.poison.or(Some(Poison::Failed { rank: Some(self.inner.lock.rank()) }));
    }

    /// Writes the value to its home, and keeps the lock: if this node dies from now on, whoever comes next finds the
    /// value as it is now. So a holder can say what it is about to do to other things. 1 round trip; the token
    /// rises.
    ///
    /// # Errors
    /// When the value could not be written: this node was expelled, or the home died.
    pub fn save(&mut self) -> Result<(), Error> {
        let poison = self.poison;
        let Some((value, owned)) = &mut self.parts else { return Ok(()) };
        value.get(owned.data_mut());
        owned.save(poison)
    }

    /// Unlocks. 1 round trip.
    ///
    /// # Errors
    /// When the data could not be written: this node was expelled, or the home died.
    pub fn commit(mut self) -> Result<(), Error> {
        self.unlock()
    }

    /// Unlocks, waits until the value is as wanted, and locks again: what a condition variable is for. Nobody
    /// needs to be notified; the value is looked at where it lies, 1 small round trip for each look.
    ///
    /// # Errors
    /// As [`Mutex::lock`] and [`MutexGuard::commit`].
    pub fn wait_until(self, mut is_good: impl FnMut(&T) -> bool) -> Guard<'a, T, P> {
        let mut guard = self;
        while !is_good(&guard) {
            let inner = guard.inner;
            guard.commit()?;
            let mut seen = inner.take_value();
            inner.lock.watch(|data| {
                seen.set(data);
                is_good(&seen)
            })?;
            *inner.spare.lock() = Some(seen);
            guard = inner.lock()?;
        }
        Ok(guard)
    }

    fn unlock(&mut self) -> Result<(), Error> {
        let Some((value, mut owned)) = self.parts.take() else { return Ok(()) };
        value.get(owned.data_mut());
        // Before the lock goes to the next, who may need it.
        *self.inner.spare.lock() = Some(value);
        owned.unlock(self.poison)
    }
}

impl<T: Value + ?Sized, P: Primitives> Drop for MutexGuard<'_, T, P> {
    fn drop(&mut self) {
        if P::is_over() {
            return;
        }
        if P::panicking() && !self.panicking && self.parts.is_some() {
            let rank = Some(self.inner.lock.rank());
            self.poison = self.poison.or(Some(Poison::Failed { rank }));
        }
        if let Err(error) = self.unlock() {
            log::error!("unlocking {:?}: {error}", self.inner.lock.name());
        }
    }
}

impl<T: Value + ?Sized, P: Primitives> Deref for MutexGuard<'_, T, P> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.parts().0
    }
}

impl<T: Value + ?Sized, P: Primitives> DerefMut for MutexGuard<'_, T, P> {
    fn deref_mut(&mut self) -> &mut T {
        match &mut self.parts {
            Some((value, _)) => value,
            None => unreachable!("a guard that unlocked is gone"),
        }
    }
}

impl<T: Value + ?Sized, P: Primitives> fmt::Debug for Mutex<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mutex({:?})", self.name())
    }
}

impl<T: Value + ?Sized + fmt::Debug, P: Primitives> fmt::Debug for MutexGuard<'_, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
