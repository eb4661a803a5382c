//! [`Semaphore`]: a number of permits for all threads of all nodes.
//!
//! Its state is the data of one block, changed as every block is: locked, written, unlocked. Whoever waits
//! looks at the block at its home until whoever gives permits back has given it some.

mod state;

use std::fmt;
use std::sync::Arc;

use super::builder::{ObjectBuilder, Plan};
use crate::cluster::Rank;
use crate::coherence::{Blocks, Coherence};
use crate::error::Error;
use crate::primitives::{Primitives, System};
use state::{Request, State};

/// Permits, of which each holder has some: at most so many threads of the job at once do what takes one.
///
/// # Order
/// Whoever gets permits sees everything that those who gave them back had done or seen in coherent objects.
///
/// # Fairness
/// Permits go to nodes in the order in which they asked, and to threads of a node in the order in which they
/// did. Who wants many is not passed over by those who want few.
///
/// # Cost
/// In round trips: getting permits that are there 2 or 3, giving them back 2 or 3; while none are there, a small one
/// for each look. A node's state takes 12 bytes, all of which each of these moves.
///
/// # Death
/// What a node held that died, or left, goes to others. If it died amid a change of the state, in the instant in
/// which it was written, the state is lost, as any block is ([`Error::Poisoned`]); then see
/// [`Semaphore::reset`].
///
/// ```
/// let node = pangea::join()?;
/// let licenses = node.semaphore("licenses", 2).create()?;
/// let one = licenses.acquire()?;
/// let other = licenses.acquire()?;
/// assert!(licenses.try_acquire()?.is_none());
/// drop(one);
/// assert!(licenses.try_acquire()?.is_some());
/// # drop(other);
/// # Ok::<(), pangea::Error>(())
/// ```
pub struct Semaphore<P: Primitives = System> {
    inner: Arc<Inner<P>>,
}

struct Inner<P: Primitives> {
    blocks: Blocks<P>,
    permits: u32,
}

/// The block with the state.
const STATE: u64 = 0;

/// No block: the node's own lock by this number is for the thread that waits for permits.
const TURN: u64 = 1;

/// Permits of a [`Semaphore`], given back when this is dropped.
#[must_use = "the permits are given back at once if this is not kept"]
pub struct Permits<'a, P: Primitives = System> {
    inner: &'a Inner<P>,
    count: u32,
}

impl<P: Primitives> Clone for Semaphore<P> {
    fn clone(&self) -> Self {
        Semaphore { inner: Arc::clone(&self.inner) }
    }
}

impl<P: Primitives> Semaphore<P> {
    pub(crate) fn builder(
        coherence: &Arc<Coherence<P>>,
        name: &str,
        permits: u32,
    ) -> ObjectBuilder<Self, P> {
        let bytes = State::bytes(coherence.endpoint().size());
        let bad = |reason| Error::BadObject { what: "semaphore", name: name.to_owned(), reason };
        let plan = if permits == 0 {
            Err(bad("it needs one permit at least".to_owned()))
        } else {
            let plan = Plan::block(format!("Semaphore of {permits}"), bytes, 0);
            plan.ok_or_else(|| bad(format!("its {bytes} bytes do not fit a block of 1 MiB")))
        };
        ObjectBuilder::of_block(coherence, name, plan, move |blocks| {
            Ok(Semaphore { inner: Arc::new(Inner { blocks, permits }) })
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.inner.blocks.segment().spec().name
    }

    /// How many permits there are in all.
    pub fn permits(&self) -> u32 {
        self.inner.permits
    }

    /// How many permits nobody has. 1 round trip; out of date when it arrives.
    ///
    /// # Errors
    /// As [`Semaphore::acquire`].
    pub fn available(&self) -> Result<u32, Error> {
        self.inner.check()?;
        let seen = self.inner.blocks.look_at_home(STATE)?;
        let mut data = seen.data().to_vec();
        Ok(self.inner.state(&mut data).available())
    }

    /// Waits for a permit.
    ///
    /// # Errors
    /// [`Error::Poisoned`] when its state was lost with a node; when its home died or cannot be reached.
    pub fn acquire(&self) -> Result<Permits<'_, P>, Error> {
        self.acquire_many(1)
    }

    /// Waits for several permits at once.
    ///
    /// # Errors
    /// [`Error::TooManyPermits`], and as [`Semaphore::acquire`].
    pub fn acquire_many(&self, count: u32) -> Result<Permits<'_, P>, Error> {
        let inner = &*self.inner;
        inner.check_count(count)?;
        // One thread of a node at a time stands in the queue of nodes.
        let _turn = inner.blocks.hold(TURN)?;
        let rank = inner.rank();
        let request = inner.change(|state| {
            state.reclaim(|rank| inner.is_gone(rank));
            state.request(rank, count)
        })?;
        if request == Request::Queued
            && let Err(error) = inner.wait()
        {
            inner.give_up(count);
            return Err(error);
        }
        Ok(Permits { inner, count })
    }

    /// Takes a permit if one is there that nobody waits for.
    ///
    /// # Errors
    /// As [`Semaphore::acquire`].
    pub fn try_acquire(&self) -> Result<Option<Permits<'_, P>>, Error> {
        self.try_acquire_many(1)
    }

    /// Takes several permits if they are there and nobody waits for any.
    ///
    /// # Errors
    /// As [`Semaphore::acquire_many`].
    pub fn try_acquire_many(&self, count: u32) -> Result<Option<Permits<'_, P>>, Error> {
        let inner = &*self.inner;
        inner.check_count(count)?;
        let rank = inner.rank();
        let granted = inner.blocks.update(STATE, |data| {
            let mut state = inner.state(data);
            let reclaimed = state.reclaim(|rank| inner.is_gone(rank));
            let granted = state.try_request(rank, count);
            (reclaimed || granted, granted)
        })?;
        // Made only if they are there, because it gives them back when it goes.
        Ok(granted.then(|| Permits { inner, count }))
    }

    /// Starts the state anew, as if nobody had a permit or waited for one: the way out of [`Error::Poisoned`].
    /// Whoever has permits keeps them unseen, so for a while there may be more in use than there are; whoever
    /// waits believes that it was given what it waits for. So nobody should use the semaphore meanwhile.
    ///
    /// # Errors
    /// When its home died or cannot be reached.
    pub fn reset(&self) -> Result<(), Error> {
        self.inner.check()?;
        let size = self.inner.blocks.coherence().endpoint().size();
        self.inner.blocks.store(STATE, &vec![0; State::bytes(size)])
    }

    /// Gives this hold of the semaphore back, as [`Mutex::release`](crate::Mutex::release) does.
    ///
    /// # Errors
    /// As [`Mutex::release`](crate::Mutex::release).
    pub fn release(self) -> Result<(), Error> {
        super::release(self.inner.blocks.segment())
    }
}

impl<P: Primitives> Inner<P> {
    fn rank(&self) -> u32 {
        self.blocks.coherence().endpoint().rank()
    }

    fn check(&self) -> Result<(), Error> {
        if self.blocks.segment().is_released() {
            return Err(Error::Released { name: self.blocks.segment().spec().name.clone() });
        }
        Ok(())
    }

    fn check_count(&self, count: u32) -> Result<(), Error> {
        self.check()?;
        if count > self.permits {
            let name = self.blocks.segment().spec().name.clone();
            return Err(Error::TooManyPermits { name, wanted: count, permits: self.permits });
        }
        Ok(())
    }

    fn state<'a>(&self, data: &'a mut [u8]) -> State<'a> {
        State::new(data, self.blocks.coherence().endpoint().size(), self.permits)
    }

    /// Changes the state while nobody else can.
    fn change<R>(&self, change: impl FnOnce(&mut State<'_>) -> R) -> Result<R, Error> {
        self.blocks.update(STATE, |data| (true, change(&mut self.state(data))))
    }

    /// Whether that node will never give anything back.
    fn is_gone(&self, rank: u32) -> bool {
        let health = self.blocks.coherence().endpoint().health();
        health.is_dead(Rank(rank)) || health.has_left(Rank(rank))
    }

    /// Waits until this node is not in the queue any more.
    fn wait(&self) -> Result<(), Error> {
        let coherence = self.blocks.coherence();
        let (rank, size) = (self.rank(), coherence.endpoint().size());
        let mut attempt = 0;
        loop {
            let seen = self.blocks.look_at_home(STATE)?;
            if !state::is_waiting(seen.data(), size, rank) {
                return Ok(());
            }
            let owed = state::owes_anything(seen.data(), size, |rank| self.is_gone(rank));
            drop(seen);
            if owed {
                self.change(|state| state.reclaim(|rank| self.is_gone(rank)))?;
            }
            coherence.pause(attempt)?;
            attempt = attempt.saturating_add(1);
        }
    }

    /// Leaves the queue, or gives back what was got in spite of an error.
    fn give_up(&self, count: u32) {
        let (rank, size) = (self.rank(), self.blocks.coherence().endpoint().size());
        let left = self.blocks.update(STATE, |data| {
            let waits = state::is_waiting(data, size, rank);
            let mut state = self.state(data);
            if waits {
                state.withdraw(rank);
            } else {
                state.release(rank, count);
            }
            (true, ())
        });
        if let Err(error) = left {
            log::error!("leaving the queue of {:?}: {error}", self.blocks.segment().spec().name);
        }
    }
}

impl<P: Primitives> Permits<'_, P> {
    /// How many they are.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Gives them back, as dropping them does.
    ///
    /// # Errors
    /// As [`Semaphore::acquire`]; they may not have been given back then.
    pub fn release(mut self) -> Result<(), Error> {
        self.give_back()
    }

    fn give_back(&mut self) -> Result<(), Error> {
        let (count, rank) = (std::mem::take(&mut self.count), self.inner.rank());
        if count == 0 {
            return Ok(());
        }
        self.inner.change(|state| state.release(rank, count))
    }
}

impl<P: Primitives> Drop for Permits<'_, P> {
    fn drop(&mut self) {
        if let Err(error) = self.give_back() {
            let name = &self.inner.blocks.segment().spec().name;
            log::error!("giving permits of {name:?} back: {error}");
        }
    }
}

impl<P: Primitives> fmt::Debug for Semaphore<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Semaphore({:?}, {} permits)", self.name(), self.permits())
    }
}

impl<P: Primitives> fmt::Debug for Permits<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permits({})", self.count)
    }
}
