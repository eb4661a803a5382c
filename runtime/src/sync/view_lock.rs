//! [`ViewLock`]: a lock without data of its own, for what is in views.

use std::fmt;
use std::sync::Arc;

use super::builder::{ObjectBuilder, Plan};
use super::lock::Lock;
use super::mutex::{Mutex, MutexGuard};
use super::poison::LockError;
use crate::coherence::Coherence;
use crate::error::Error;
use crate::primitives::{Primitives, System};

/// A lock for elements of views, to be taken by [`View::lock`](crate::View::lock). As a [`Mutex`], in order, cost and fairness;
/// but what it protects lies in views.
pub struct ViewLock<P: Primitives = System> {
    /// The word is not used: blocks have some data.
    mutex: Mutex<u64, P>,
}

/// A [`ViewLock`] that this thread has.
pub(crate) type ViewLockGuard<'a, P> = MutexGuard<'a, u64, P>;

impl<P: Primitives> Clone for ViewLock<P> {
    fn clone(&self) -> Self {
        ViewLock { mutex: self.mutex.clone() }
    }
}

impl<P: Primitives> ViewLock<P> {
    pub(crate) fn builder(coherence: &Arc<Coherence<P>>, name: &str) -> ObjectBuilder<Self, P> {
        let tail = Lock::tail(coherence, false);
        let unfit = || Error::BadObject {
            what: "view lock",
            name: name.to_owned(),
            reason: "a job of so many nodes needs a larger block than there is".to_owned(),
        };
        let plan = Plan::block("ViewLock".to_owned(), size_of::<u64>(), tail).ok_or_else(unfit);
        ObjectBuilder::of_block(coherence, name, plan, |blocks| {
            Ok(ViewLock { mutex: Mutex::new(blocks) })
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.mutex.name()
    }

    pub(crate) fn lock(&self) -> Result<ViewLockGuard<'_, P>, LockError<ViewLockGuard<'_, P>>> {
        self.mutex.lock()
    }

    /// Gives this hold of the lock back; see [`Mutex::release`].
    ///
    /// # Errors
    /// As there.
    pub fn release(self) -> Result<(), Error> {
        self.mutex.release()
    }
}

impl<P: Primitives> fmt::Debug for ViewLock<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ViewLock({:?})", self.name())
    }
}
