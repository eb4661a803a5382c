//! [`Once`]: something that is done once in the life of a job.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::builder::{ObjectBuilder, Plan};
use super::lock::Lock;
use super::mutex::Mutex;
use super::poison::LockError;
use crate::coherence::Coherence;
use crate::error::Error;
use crate::primitives::{Primitives, System};

/// Runs something once, on whatever node comes first, while all others wait. As [`std::sync::Once`]: if the one
/// who runs it panics, or its node dies, it is poisoned, and [`Once::call_once_force`] runs it again.
///
/// # Order
/// Whoever finds it completed sees all that was done in it, in all coherent objects.
///
/// # Cost
/// 2 or 3 round trips for the one who runs it, and 1 or 2 for the first call of every other node; 0 for all
/// later calls on this handle and its clones.
///
/// ```
/// let node = pangea::join()?;
/// let table = node.array::<u64>("squares").len(100).create()?;
/// let filled = node.once("squares are filled").create()?;
/// filled.call_once(|| {
///     for i in 0..100 {
///         table.put(i, (i * i) as u64).expect("it can be reached");
///     }
/// })?;
/// assert_eq!(table.get(7)?, 49);
/// # Ok::<(), pangea::Error>(())
/// ```
pub struct Once<P: Primitives = System> {
    inner: Arc<Inner<P>>,
}

struct Inner<P: Primitives> {
    /// Held while it runs. The value is [`DONE`] afterwards.
    state: Mutex<u64, P>,
    /// Whether this handle knows that it is done.
    done: AtomicBool,
}

const DONE: u64 = 1;

/// What [`Once::call_once_force`] tells of the attempts before.
#[derive(Clone, Copy, Debug)]
pub struct OnceState {
    poisoned: bool,
}

impl OnceState {
    /// Whether another began it and did not come to its end.
    pub fn is_poisoned(&self) -> bool {
        self.poisoned
    }
}

impl<P: Primitives> Clone for Once<P> {
    fn clone(&self) -> Self {
        Once { inner: Arc::clone(&self.inner) }
    }
}

impl<P: Primitives> Once<P> {
    pub(crate) fn builder(coherence: &Arc<Coherence<P>>, name: &str) -> ObjectBuilder<Self, P> {
        let plan = Plan::block("Once".to_owned(), size_of::<u64>(), Lock::tail(coherence, false));
        let reason = "a job of so many nodes has no room for a lock";
        let plan = plan.ok_or(Error::BadElement { type_name: "Once", reason });
        ObjectBuilder::of_block(coherence, name, plan, |blocks| {
            let (state, done) = (Mutex::new(blocks), AtomicBool::new(false));
            Ok(Once { inner: Arc::new(Inner { state, done }) })
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.inner.state.name()
    }

    /// Runs `f` if nobody has; else waits until whoever runs it is done.
    ///
    /// # Errors
    /// [`Error::LockPoisoned`] when another began it and did not come to its end;
    /// [`Error::WouldDeadlock`] when `f` calls this itself; when its home died.
    pub fn call_once(&self, f: impl FnOnce()) -> Result<(), Error> {
        self.call(false, |_| f())
    }

    /// As [`Once::call_once`], and runs `f` also when another attempt did not come to its end. `f` is told.
    ///
    /// # Errors
    /// As [`Once::call_once`], but for poison.
    pub fn call_once_force(&self, f: impl FnOnce(OnceState)) -> Result<(), Error> {
        self.call(true, f)
    }

    fn call(&self, force: bool, f: impl FnOnce(OnceState)) -> Result<(), Error> {
        if self.is_completed()? {
            return Ok(());
        }
        let (mut state, poisoned) = match self.inner.state.lock() {
            Ok(state) => (state, None),
            Err(LockError::Poisoned(poisoned)) => {
                let error = poisoned.error();
                (poisoned.into_inner(), Some(error))
            }
            Err(LockError::Failed(error)) => return Err(error),
        };
        // Another may have been faster; and it does not matter how those ended who only looked.
        if *state != DONE {
            let poisoned = match poisoned {
                Some(error) if !force => return Err(error),
                poisoned => poisoned.is_some(),
            };
            // If this panics, the guard says so to those who come later.
            f(OnceState { poisoned });
            *state = DONE;
        }
        state.clear_poison();
        state.commit()?;
        self.inner.done.store(true, Ordering::Release);
        Ok(())
    }

    /// Whether it has been done. While it is not known to be, 1 round trip. "No" may be out of date when it
    /// arrives, and orders nothing.
    ///
    /// # Errors
    /// When its home died.
    pub fn is_completed(&self) -> Result<bool, Error> {
        if self.inner.done.load(Ordering::Acquire) {
            return Ok(true);
        }
        let done = self.inner.state.core().peek(|data| data == DONE.to_ne_bytes())?;
        if done == Some(true) {
            self.inner.done.store(true, Ordering::Release);
        }
        Ok(done == Some(true))
    }

    /// Gives this hold of it back, as [`Mutex::release`] does.
    ///
    /// # Errors
    /// As [`Mutex::release`].
    pub fn release(self) -> Result<(), Error> {
        self.inner.state.clone().release()
    }
}

impl<P: Primitives> fmt::Debug for Once<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Once({:?})", self.name())
    }
}
