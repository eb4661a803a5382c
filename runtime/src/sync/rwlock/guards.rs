//! [`RwLockReadGuard`] and [`RwLockWriteGuard`].

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use super::turns::Leave;
use super::{Guard, Inner};
use crate::coherence::Handed;
use crate::coherence::protocol::{self, DATA, Locked, Poison};
use crate::error::Error;
use crate::primitives::{Primitives, System};
use crate::space::Value;
use crate::sync::lock::{BLOCK, HANDOVERS};
use crate::sync::poison::{LockError, Poisoned};

/// The value of an [`RwLock`](crate::RwLock), which nobody writes as long as this lives. It stays on its thread.
#[must_use = "the lock is given back at once if the guard is not kept"]
pub struct RwLockReadGuard<'a, T: Value + ?Sized, P: Primitives = System> {
    /// Not there any more once it is given back.
    reader: Option<Reader<'a, T, P>>,
    poison: Option<Poison>,
    stays: PhantomData<*const ()>,
}

/// A thread that reads.
pub(super) struct Reader<'a, T: Value + ?Sized, P: Primitives> {
    pub(super) inner: &'a Inner<T, P>,
    pub(super) thread: usize,
    pub(super) value: Arc<T>,
}

impl<'a, T: Value + ?Sized, P: Primitives> RwLockReadGuard<'a, T, P> {
    pub(super) fn make(reader: Reader<'a, T, P>, poison: Option<Poison>) -> Guard<Self> {
        let inner = reader.inner;
        let guard = RwLockReadGuard { reader: Some(reader), poison, stays: PhantomData };
        match poison {
            None => Ok(guard),
            Some(poison) => {
                inner.lock.outlast(poison)?;
                Err(LockError::Poisoned(Poisoned::new(guard, inner.lock.name(), poison)))
            }
        }
    }

    /// What is wrong with the data, if a writer before died or panicked.
    pub fn poison(&self) -> Option<Poison> {
        self.poison
    }
}

impl<T: Value + ?Sized, P: Primitives> Reader<'_, T, P> {
    /// Gives the node's share of the lock back, if this is the last reader.
    fn leave(self) -> Result<(), Error> {
        let Reader { inner, thread, value } = self;
        // Before others may use its memory again.
        drop(value);
        let shared = {
            let mut table = inner.local.table.lock();
            match table.turns.leave_reading(thread) {
                Leave::Stay => return Ok(()),
                Leave::Return => table.shared.take(),
            }
        };
        let Some(shared) = shared else { return Ok(()) };
        let mut bytes = inner.lock.take_buffer();
        let words = inner.lock.words();
        let left =
            protocol::unlock_shared(&mut inner.lock.agent(&mut bytes), words, shared.reading);
        inner.lock.put_buffer(bytes);
        inner.returned(thread, |table| table.spare = Some(shared.value));
        left.map_err(|trouble| inner.lock.blocks().trouble(BLOCK, trouble))
    }
}

impl<T: Value + ?Sized, P: Primitives> Drop for RwLockReadGuard<'_, T, P> {
    fn drop(&mut self) {
        let Some(reader) = self.reader.take() else { return };
        let inner = reader.inner;
        if let Err(error) = reader.leave() {
            log::error!("giving {:?} back: {error}", inner.lock.name());
        }
    }
}

impl<T: Value + ?Sized, P: Primitives> Deref for RwLockReadGuard<'_, T, P> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.reader {
            Some(reader) => &reader.value,
            None => unreachable!("a guard that was given back is gone"),
        }
    }
}

/// The value of an [`RwLock`](crate::RwLock), which this thread alone may use. It is unlocked when this is
/// dropped. It stays on its thread.
#[must_use = "the lock is given back at once if the guard is not kept"]
pub struct RwLockWriteGuard<'a, T: Value + ?Sized, P: Primitives = System> {
    /// Not there any more once it is unlocked.
    writer: Option<Writer<'a, T, P>>,
    poison: Option<Poison>,
    /// The thread was unwinding already when it took the lock.
    panicking: bool,
    stays: PhantomData<*const ()>,
}

/// A thread that writes.
pub(super) struct Writer<'a, T: Value + ?Sized, P: Primitives> {
    pub(super) inner: &'a Inner<T, P>,
    pub(super) thread: usize,
    pub(super) locked: Locked,
    pub(super) bytes: Box<[u8]>,
    /// How often the lock was handed over in a row.
    pub(super) times: u32,
    pub(super) value: Box<T>,
}

impl<'a, T: Value + ?Sized, P: Primitives> RwLockWriteGuard<'a, T, P> {
    pub(super) fn make(writer: Writer<'a, T, P>) -> Guard<Self> {
        let (inner, poison) = (writer.inner, writer.locked.poison);
        let panicking = P::panicking();
        let guard =
            RwLockWriteGuard { writer: Some(writer), poison, panicking, stays: PhantomData };
        match poison {
            None => Ok(guard),
            Some(poison) => {
                inner.lock.outlast(poison)?;
                Err(LockError::Poisoned(Poisoned::new(guard, inner.lock.name(), poison)))
            }
        }
    }

    fn writer(&self) -> &Writer<'a, T, P> {
        match &self.writer {
            Some(writer) => writer,
            None => unreachable!("a guard that unlocked is gone"),
        }
    }

    /// The fencing token: greater than that of every writer before, as
    /// [`MutexGuard::token`](crate::MutexGuard::token).
    pub fn token(&self) -> u64 {
        self.writer().locked.token
    }

    /// What is wrong with the data, if a writer before died or panicked.
    pub fn poison(&self) -> Option<Poison> {
        self.poison
    }

    /// Declares the data sound, once the guard unlocks.
    pub fn clear_poison(&mut self) {
        self.poison = None;
    }

    /// Unlocks. 1 round trip.
    ///
    /// # Errors
    /// When the data could not be written: this node was expelled, or the home died.
    pub fn commit(mut self) -> Result<(), Error> {
        self.unlock()
    }

    fn unlock(&mut self) -> Result<(), Error> {
        self.writer.take().map_or(Ok(()), |writer| writer.unlock(self.poison))
    }
}

impl<T: Value + ?Sized, P: Primitives> Writer<'_, T, P> {
    /// Writes the data, and gives the lock to the next: of this node, or of another, or nobody.
    fn unlock(self, poison: Option<Poison>) -> Result<(), Error> {
        let Writer { inner, thread, locked, mut bytes, times, value } = self;
        let end = inner.lock.blocks().layout().end();
        value.get(&mut bytes[DATA..end]);
        *inner.spare.lock() = Some(value);
        let words = inner.lock.words();
        // None of those who wait gives up.
        if times < HANDOVERS && inner.local.table.lock().turns.next_writes() {
            let kept =
                protocol::hand_over(&mut inner.lock.agent(&mut bytes), words, locked, poison);
            let outcome = kept.map(|kept| Handed { locked: kept, buffer: bytes, times: times + 1 });
            return match outcome {
                Ok(handed) => {
                    inner.returned(thread, |table| table.handed = Some(handed));
                    Ok(())
                }
                Err(trouble) => {
                    inner.returned(thread, |_| {});
                    Err(inner.lock.blocks().trouble(BLOCK, trouble))
                }
            };
        }
        let locked = inner.lock.without_the_dead(locked);
        let unlocked = protocol::unlock(&mut inner.lock.agent(&mut bytes), locked, poison);
        inner.lock.remember(locked);
        inner.lock.put_buffer(bytes);
        inner.returned(thread, |_| {});
        unlocked.map_err(|trouble| inner.lock.blocks().trouble(BLOCK, trouble))
    }
}

impl<T: Value + ?Sized, P: Primitives> Drop for RwLockWriteGuard<'_, T, P> {
    fn drop(&mut self) {
        let Some(writer) = &self.writer else { return };
        let inner = writer.inner;
        if P::panicking() && !self.panicking {
            let rank = Some(inner.lock.rank());
            self.poison = self.poison.or(Some(Poison::Failed { rank }));
        }
        if let Err(error) = self.unlock() {
            log::error!("unlocking {:?}: {error}", inner.lock.name());
        }
    }
}

impl<T: Value + ?Sized, P: Primitives> Deref for RwLockWriteGuard<'_, T, P> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.writer().value
    }
}

impl<T: Value + ?Sized, P: Primitives> DerefMut for RwLockWriteGuard<'_, T, P> {
    fn deref_mut(&mut self) -> &mut T {
        match &mut self.writer {
            Some(writer) => &mut writer.value,
            None => unreachable!("a guard that unlocked is gone"),
        }
    }
}

impl<T: Value + ?Sized + fmt::Debug, P: Primitives> fmt::Debug for RwLockReadGuard<'_, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: Value + ?Sized + fmt::Debug, P: Primitives> fmt::Debug for RwLockWriteGuard<'_, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
