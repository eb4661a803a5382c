//! [`LockedView`]: a view under a lock.

use std::fmt;
use std::ops::{Range, RangeBounds};

use super::View;
use super::guards::{ReadSlice, WriteSlice};
use crate::error::Error;
use crate::primitives::{Primitives, System};
use crate::space::Element;
use crate::sync::{LockError, Poison, Poisoned, ViewLock, ViewLockGuard};

/// A view whose elements, or some of them, this thread uses under a [`ViewLock`]. What others have written under the lock
/// is there. When this is dropped, what was written is released, and then the lock unlocked.
///
/// It stays on its thread, and its guards end before it:
///
/// ```compile_fail,E0505
/// # fn example(mut view: pangea::View<u64>, lock: pangea::ViewLock) -> Result<(), pangea::Error> {
/// let mut held = view.lock(&lock)?;
/// let mut slice = held.write(0..10)?;
/// held.unlock()?;
/// slice[0] = 1;
/// # Ok(()) }
/// ```
#[must_use = "the lock is unlocked at once if this is not kept"]
pub struct LockedView<'a, T: Element, P: Primitives = System> {
    view: &'a mut View<T, P>,
    /// What the lock was taken for; the rest may be out of date.
    range: Range<usize>,
    lock: &'a ViewLock<P>,
    /// Gone once it is unlocked.
    held: Option<ViewLockGuard<'a, P>>,
}

type Locked<'a, T, P> = Result<LockedView<'a, T, P>, LockError<LockedView<'a, T, P>>>;

impl<T: Element, P: Primitives> View<T, P> {
    /// Waits for a lock, and acquires everything.
    ///
    /// ```
    /// let node = pangea::join()?;
    /// let mut view = node.release_array::<u64>("sums").len(8).create()?.view()?;
    /// let lock = node.view_lock("sums' lock").create()?;
    /// let mut held = view.lock(&lock)?;
    /// held.write(0..1)?[0] += 5;
    /// held.unlock()?; // or drop it
    /// assert_eq!(view.lock(&lock)?.read(0..1)?[0], 5);
    /// # Ok::<(), pangea::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`LockError::Poisoned`], in which the locked view is, when a holder before panicked or died; else it is not locked: see
    /// [`Mutex::lock`](crate::Mutex::lock) and [`View::acquire`].
    pub fn lock<'a>(&'a mut self, lock: &'a ViewLock<P>) -> Locked<'a, T, P> {
        let all = 0..self.len();
        self.lock_checked(lock, all)
    }

    /// Waits for a lock, and acquires these elements alone, which are also all that is released. Others cannot be used until then.
    /// Cheaper than [`View::lock`] where much else is in use.
    ///
    /// The lock stands for these elements: while it is held, no other node may write to any of them, also not to such as the
    /// holder leaves alone (entry consistency, as in Midway: Bershad, Zekauskas, Sawdon, 1993). So elements that lie between changed
    /// ones go home with them, in one WRITE instead of many.
    ///
    /// # Errors
    /// [`Error::OutOfRange`], and as [`View::lock`].
    pub fn lock_range<'a>(
        &'a mut self,
        lock: &'a ViewLock<P>,
        range: impl RangeBounds<usize>,
    ) -> Locked<'a, T, P> {
        let range = self.range(range)?;
        self.lock_checked(lock, range)
    }

    fn lock_checked<'a>(
        &'a mut self,
        lock: &'a ViewLock<P>,
        range: Range<usize>,
    ) -> Locked<'a, T, P> {
        let clocks = self.race_clocks()?;
        if clocks.is_some() {
            // What was written before is not ordered by this lock.
            self.mapped().release(&[])?;
        }
        let (held, poison) = match lock.lock() {
            Ok(held) => (held, None),
            Err(LockError::Poisoned(poisoned)) => {
                let poison = poisoned.poison();
                (poisoned.into_inner(), Some(poison))
            }
            Err(LockError::Failed(error)) => return Err(error.into()),
        };
        if let Some(clocks) = clocks {
            clocks.locked(lock.name())?;
        }
        self.mapped().acquire(&self.concerned(&range))?;
        let locked = LockedView { view: self, range, lock, held: Some(held) };
        match poison {
            None => Ok(locked),
            Some(poison) => Err(LockError::Poisoned(Poisoned::new(locked, lock.name(), poison))),
        }
    }

    /// These elements as ranges of bytes for a synchronization; none for all.
    fn concerned(&self, range: &Range<usize>) -> Vec<Range<usize>> {
        if *range == (0..self.len()) { Vec::new() } else { vec![self.bytes(range)] }
    }
}

impl<T: Element, P: Primitives> LockedView<'_, T, P> {
    /// The elements that the lock was taken for.
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// What is wrong with the data, if a holder before died or panicked.
    pub fn poison(&self) -> Option<Poison> {
        self.held.as_ref().and_then(ViewLockGuard::poison)
    }

    /// Declares the data sound, once this unlocks.
    pub fn clear_poison(&mut self) {
        if let Some(held) = &mut self.held {
            held.clear_poison();
        }
    }

    /// See [`View::read`].
    ///
    /// # Errors
    /// As there, and [`Error::NotLocked`].
    #[inline]
    pub fn read(&self, range: impl RangeBounds<usize>) -> Result<ReadSlice<'_, T>, Error> {
        let range = self.locked(range)?;
        self.view.read(range)
    }

    /// See [`View::write`].
    ///
    /// # Errors
    /// As there, and [`Error::NotLocked`].
    #[inline]
    pub fn write(&mut self, range: impl RangeBounds<usize>) -> Result<WriteSlice<'_, T>, Error> {
        let range = self.locked(range)?;
        self.view.write(range)
    }

    /// See [`View::write_beside`].
    ///
    /// # Errors
    /// As there, and [`Error::NotLocked`].
    pub fn write_beside<const N: usize>(
        &mut self,
        write: Range<usize>,
        read: [Range<usize>; N],
    ) -> Result<(WriteSlice<'_, T>, [ReadSlice<'_, T>; N]), Error> {
        let write = self.locked(write)?;
        for read in &read {
            self.locked(read.clone())?;
        }
        self.view.write_beside(write, read)
    }

    /// Releases what was written, and unlocks.
    ///
    /// # Errors
    /// When a home died or is out of reach, or this node was expelled. The lock is unlocked in any case, but poisoned if what was
    /// written could not be released.
    pub fn unlock(mut self) -> Result<(), Error> {
        let released = self.release();
        if let (Err(_), Some(held)) = (&released, &mut self.held) {
            held.spoil();
        }
        let unlocked = self.held.take().map_or(Ok(()), ViewLockGuard::commit);
        released.and(unlocked)
    }

    fn release(&self) -> Result<(), Error> {
        self.view.mapped().release(&self.view.concerned(&self.range))?;
        match self.view.race_clocks()? {
            Some(clocks) => clocks.unlocks(self.lock.name()),
            None => Ok(()),
        }
    }

    #[inline]
    fn locked(&self, range: impl RangeBounds<usize>) -> Result<Range<usize>, Error> {
        let asked = self.view.range(range)?;
        if asked.start >= self.range.start && asked.end <= self.range.end {
            return Ok(asked);
        }
        let (name, locked) = (self.view.name().to_owned(), self.range.clone());
        Err(Error::NotLocked { name, asked, locked })
    }
}

impl<T: Element, P: Primitives> Drop for LockedView<'_, T, P> {
    fn drop(&mut self) {
        // The lock's own guard unlocks it afterwards, and poisons it if this thread panics.
        if self.held.is_none() || P::is_over() {
            return;
        }
        if let Err(error) = self.release() {
            if let Some(held) = &mut self.held {
                held.spoil();
            }
            log::error!("releasing view {:?} under its lock: {error}", self.view.name());
        }
    }
}

impl<T: Element, P: Primitives> fmt::Debug for LockedView<'_, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LockedView({:?}: elements {:?})", self.view.name(), self.range)
    }
}
