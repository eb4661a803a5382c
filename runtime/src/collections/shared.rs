//! [`Shared`]: one value that all nodes share, kept coherent.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use super::batch::Batch;
use super::coherent::{self, CoherentWish};
use crate::cluster::{Model, Rank};
use crate::coherence::protocol::{Acquired, DATA, Held};
use crate::coherence::{Blocks, Coherence, Hold, Snapshot};
use crate::error::Error;
use crate::primitives::{Primitives, System};
use crate::space::Element;

/// One value of plain data that all nodes of the job share; see [`Node::shared`](crate::Node::shared).
///
/// Under [`Model::Sequential`] a value that was read before is read from the node's own cache, in
/// nanoseconds; under [`Model::Strict`] each read asks the home. Writes cost two round trips, three where the
/// node does not know the state of the block. Handles are cheap to clone and may be used from any thread;
/// each operation is atomic, and takes effect as a whole.
///
/// When a node dies amid a write, the value stays what it was, or becomes what was being written, or, if
/// that is half done, is lost: reads say [`Error::Poisoned`] until somebody [stores](Shared::store) a new one.
///
/// ```
/// let node = pangea::join()?;
/// let best = node.shared::<(u64)>("best").create()?;
/// best.update(|best| *best = (*best).max(42))?;
/// assert_eq!(best.load()?, 42);
/// # Ok::<(), pangea::Error>(())
/// ```
pub struct Shared<T: Element, P: Primitives = System> {
    blocks: Arc<Blocks<P>>,
    element: PhantomData<T>,
}

impl<T: Element, P: Primitives> Clone for Shared<T, P> {
    fn clone(&self) -> Self {
        Shared { blocks: Arc::clone(&self.blocks), element: PhantomData }
    }
}

impl<T: Element, P: Primitives> fmt::Debug for Shared<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shared({:?}: {})", self.name(), self.blocks.segment().spec())
    }
}

/// The number of the only block.
const ONLY: u64 = 0;

impl<T: Element, P: Primitives> Shared<T, P> {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.blocks.segment().spec().name
    }

    /// Its consistency model.
    pub fn model(&self) -> Model {
        self.blocks.segment().spec().model
    }

    /// Whether this node was the one that created it.
    pub fn is_creator(&self) -> bool {
        self.blocks.segment().created()
    }

    #[inline]
    fn check(&self) -> Result<(), Error> {
        if self.blocks.segment().usable() > ONLY { Ok(()) } else { Err(self.released()) }
    }

    #[cold]
    fn released(&self) -> Error {
        Error::Released { name: self.name().to_owned() }
    }

    /// The value. No round trip for a copy that may be read; else one, or two when the lease that comes with
    /// it is over already.
    ///
    /// # Errors
    /// [`Error::Poisoned`]; [`Error::Stuck`] when a node that lives keeps it locked;
    /// [`Error::WouldDeadlock`] while this thread has it locked; or when the home cannot be reached.
    #[inline]
    pub fn load(&self) -> Result<T, Error> {
        self.check()?;
        self.blocks.with_own_pin(ONLY, coherent::value)
    }

    /// As [`Shared::load`], within a batch of reads, which spares the part of the cost that is the same
    /// for all of them.
    ///
    /// # Errors
    /// As [`Shared::load`].
    #[inline]
    pub fn load_in(&self, batch: &Batch) -> Result<T, Error> {
        self.check()?;
        self.blocks.with(ONLY, batch.pin(), batch.is_due(), coherent::value)
    }

    /// Replaces the value. Two round trips, or three.
    ///
    /// # Errors
    /// As [`Shared::load`], except that a poisoned value is as good as any to be replaced.
    pub fn store(&self, value: T) -> Result<(), Error> {
        self.check()?;
        self.blocks.store(ONLY, bytemuck::bytes_of(&value))
    }

    /// Changes the value while nobody else can, and answers what `change` does. As [`Shared::store`] in cost.
    ///
    /// # Errors
    /// As [`Shared::load`].
    pub fn update<R>(&self, change: impl FnOnce(&mut T) -> R) -> Result<R, Error> {
        self.check()?;
        self.blocks.update(ONLY, |data| (true, coherent::change(data, change)))
    }

    /// Replaces the value by `new` if it is `expected`, byte by byte; the inner answer is the value that is
    /// there instead. As [`Shared::store`] in cost.
    ///
    /// # Errors
    /// As [`Shared::load`].
    pub fn compare_exchange(&self, expected: T, new: T) -> Result<Result<T, T>, Error> {
        self.check()?;
        self.blocks.update(ONLY, |data| coherent::compare_exchange(data, &expected, &new))
    }

    /// A snapshot: the value as it is now, in place in the node's cache, which stays so while the guard is
    /// held, whatever others write meanwhile. Costs as [`Shared::load`], and no copy. Hold it as long as a
    /// reference to data: while there are guards, the node's cache cannot give memory back.
    ///
    /// # Errors
    /// As [`Shared::load`].
    pub fn read(&self) -> Result<ReadGuard<T>, Error> {
        self.check()?;
        Ok(ReadGuard { snapshot: self.blocks.snapshot(ONLY)?, element: PhantomData })
    }

    /// The value, locked for this thread until the guard is dropped or committed: nobody else writes it, and
    /// nobody sees a change before. Others may read the old value where they have copies, and
    /// wait where they have none, so hold it for a short time. One round trip, or two; and one at the end.
    ///
    /// # Errors
    /// As [`Shared::load`].
    pub fn write(&self) -> Result<WriteGuard<'_, T, P>, Error> {
        self.check()?;
        let hold = self.blocks.hold(ONLY)?;
        let mut buffer = self.blocks.buffer();
        let held = self.blocks.acquire(ONLY, &mut buffer, Acquired::Data)?;
        let value = coherent::boxed(&buffer[DATA..]);
        Ok(WriteGuard {
            blocks: &self.blocks,
            held: Some(held),
            buffer,
            value,
            changed: false,
            _hold: hold,
        })
    }

    /// Waits until the value is such that `is_so`, and answers it. Reads at the home, again and again.
    ///
    /// # Errors
    /// As [`Shared::load`]; also when the job's coordinator is lost meanwhile. Whether the one who is waited
    /// for lives is for the program to know.
    pub fn wait_until(&self, mut is_so: impl FnMut(&T) -> bool) -> Result<T, Error> {
        self.check()?;
        coherent::wait(&self.blocks, ONLY, |data| {
            let value = coherent::value(data);
            is_so(&value).then_some(value)
        })
    }

    /// Gives this hold of the value back; see [`Array::release`](crate::Array::release).
    ///
    /// # Errors
    /// As there.
    pub fn release(self) -> Result<(), Error> {
        self.blocks.release()
    }
}

/// A value as it was when this was made; see [`Shared::read`].
pub struct ReadGuard<T: Element> {
    snapshot: Snapshot,
    element: PhantomData<T>,
}

impl<T: Element> Deref for ReadGuard<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        bytemuck::from_bytes(&self.snapshot.data()[..size_of::<T>()])
    }
}

impl<T: Element + fmt::Debug> fmt::Debug for ReadGuard<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// A value that is this thread's to change; see [`Shared::write`]. Dropping it writes the value back if it was
/// touched; an error is then logged, so whoever wants to know calls [`WriteGuard::commit`].
///
/// A guard that is dropped by a panic leaves the value as it was.
#[must_use = "the value is unlocked when the guard is dropped"]
pub struct WriteGuard<'a, T: Element, P: Primitives = System> {
    blocks: &'a Blocks<P>,
    held: Option<Held>,
    buffer: Box<[u8]>,
    value: Box<T>,
    changed: bool,
    /// Dropped last, when the block is unlocked.
    _hold: Hold<'a, P>,
}

impl<T: Element, P: Primitives> WriteGuard<'_, T, P> {
    /// Writes the value back and unlocks it: one round trip.
    ///
    /// # Errors
    /// When the home cannot be reached, or this node was expelled: then nobody sees the change.
    pub fn commit(mut self) -> Result<(), Error> {
        self.finish(true)
    }

    fn finish(&mut self, keep: bool) -> Result<(), Error> {
        let Some(held) = self.held.take() else { return Ok(()) };
        if !self.changed || !keep {
            return self.blocks.let_go(ONLY, &mut self.buffer, held);
        }
        let bytes = bytemuck::bytes_of(&*self.value);
        self.buffer[DATA..][..bytes.len()].copy_from_slice(bytes);
        self.blocks.commit(ONLY, &mut self.buffer, held)
    }
}

impl<T: Element, P: Primitives> Deref for WriteGuard<'_, T, P> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Element, P: Primitives> DerefMut for WriteGuard<'_, T, P> {
    fn deref_mut(&mut self) -> &mut T {
        self.changed = true;
        &mut self.value
    }
}

impl<T: Element, P: Primitives> Drop for WriteGuard<'_, T, P> {
    fn drop(&mut self) {
        if let Err(error) = self.finish(!P::panicking()) {
            log::error!("writing {:?} back: {error}", self.blocks.segment().spec().name);
        }
    }
}

impl<T: Element + fmt::Debug, P: Primitives> fmt::Debug for WriteGuard<'_, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// A value in the making; see [`Node::shared`](crate::Node::shared).
#[must_use = "nothing is made before `create` or `attach` is called"]
pub struct SharedBuilder<T: Element, P: Primitives = System> {
    coherence: Arc<Coherence<P>>,
    wish: CoherentWish,
    element: PhantomData<T>,
}

impl<T: Element, P: Primitives> SharedBuilder<T, P> {
    pub(crate) fn new(coherence: &Arc<Coherence<P>>, name: &str) -> SharedBuilder<T, P> {
        let wish = CoherentWish::of::<T>(name, "Shared");
        SharedBuilder { coherence: Arc::clone(coherence), wish, element: PhantomData }
    }

    /// Its consistency model; [`Model::Sequential`] if not said.
    pub fn model(mut self, model: Model) -> Self {
        self.wish.model = model;
        self
    }

    /// The node in whose memory it is; rank 0 if not said.
    pub fn on_node(mut self, rank: usize) -> Self {
        self.wish.on_node(Rank(u32::try_from(rank).unwrap_or(u32::MAX)));
        self
    }

    /// The name by which its type is compared between programs; see
    /// [`ArrayBuilder::type_name`](crate::ArrayBuilder::type_name).
    pub fn type_name(mut self, name: &str) -> Self {
        self.wish.name_type(name, "Shared");
        self
    }

    /// Creates the value, all zero, or attaches to the one of that name. Not collective. Control plane.
    ///
    /// # Errors
    /// When something else of that name exists; when the type has no bytes, more than a block of 1 MiB
    /// holds, or more than 64 bytes of alignment; when the model is `Relaxed`; when the arena is full.
    pub fn create(self) -> Result<Shared<T, P>, Error> {
        let blocks = Arc::new(self.wish.create(&self.coherence, 1)?);
        Ok(Shared { blocks, element: PhantomData })
    }

    /// Attaches to the value of that name, whatever its model and home.
    ///
    /// # Errors
    /// When there is none, or it is something else.
    pub fn attach(self) -> Result<Shared<T, P>, Error> {
        let blocks = Arc::new(self.wish.attach(&self.coherence)?);
        Ok(Shared { blocks, element: PhantomData })
    }
}
