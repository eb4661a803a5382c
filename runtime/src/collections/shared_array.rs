//! [`SharedArray`]: many values that all nodes share, kept coherent block by block.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

use super::batch::Batch;
use super::coherent::{self, CoherentWish};
use super::shared_block::{BlockReadGuard, BlockWriteGuard};
use crate::cluster::{Distribution, Model, Rank};
use crate::coherence::protocol::{Acquired, DATA};
use crate::coherence::{Blocks, Coherence};
use crate::error::Error;
use crate::primitives::{Primitives, System};
use crate::space::{Element, GlobalAddr};

/// An array of plain data that all nodes of the job share, kept coherent in blocks; see
/// [`Node::shared_array`](crate::Node::shared_array).
///
/// What is written together is written in one step: an operation on an element, or on the part of a range that
/// lies in one block, is atomic and takes effect as a whole. Ranges over several blocks are one
/// operation for each. An element never lies in two blocks.
///
/// Costs are those of [`Shared`](crate::Shared), for each block that an operation touches. A thread that goes
/// through an array in order has the next blocks fetched ahead, and a range those that are missing, all in
/// flight together.
///
/// ```
/// let node = pangea::join()?;
/// let grid = node.shared_array::<f64>("grid").len(10_000).create()?;
/// grid.set(7, 0.5)?;
/// grid.set_range(100, &[1.0; 50])?;
/// let mut row = [0.0; 4];
/// grid.get_range(98, &mut row)?;
/// assert_eq!(row, [0.0, 0.0, 1.0, 1.0]);
/// # Ok::<(), pangea::Error>(())
/// ```
pub struct SharedArray<T: Element, P: Primitives = System> {
    blocks: Arc<Blocks<P>>,
    element: PhantomData<T>,
}

impl<T: Element, P: Primitives> Clone for SharedArray<T, P> {
    fn clone(&self) -> Self {
        SharedArray { blocks: Arc::clone(&self.blocks), element: PhantomData }
    }
}

impl<T: Element, P: Primitives> fmt::Debug for SharedArray<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharedArray({:?}: {})", self.name(), self.blocks.segment().spec())
    }
}

/// Where an element is: its block, and the bytes of the block's data.
struct At {
    block: u64,
    bytes: Range<usize>,
}

impl<T: Element, P: Primitives> SharedArray<T, P> {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.blocks.segment().spec().name
    }

    /// Its consistency model.
    pub fn model(&self) -> Model {
        self.blocks.segment().spec().model
    }

    /// How many elements it has.
    #[inline]
    pub fn len(&self) -> usize {
        self.blocks.segment().len() as usize
    }

    /// True when it has no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether this node was the one that created it.
    pub fn is_creator(&self) -> bool {
        self.blocks.segment().created()
    }

    /// How its blocks are spread over the nodes.
    pub fn distribution(&self) -> Distribution {
        self.blocks.segment().spec().distribution
    }

    /// How many blocks it has.
    pub fn blocks(&self) -> usize {
        self.blocks.segment().blocks() as usize
    }

    /// The elements of a block.
    ///
    /// # Errors
    /// [`Error::OutOfRange`].
    pub fn block_range(&self, block: usize) -> Result<Range<usize>, Error> {
        let each = self.blocks.segment().per_block();
        if block >= self.blocks() || self.blocks.segment().is_released() {
            return Err(self.outside(format_args!("block {block}")));
        }
        Ok(block * each..((block + 1) * each).min(self.len()))
    }

    /// The block that an element is in.
    ///
    /// # Errors
    /// [`Error::OutOfRange`].
    pub fn block_of(&self, index: usize) -> Result<usize, Error> {
        Ok(self.at(index)?.block as usize)
    }

    /// The rank in whose memory a block is.
    ///
    /// # Errors
    /// [`Error::OutOfRange`].
    pub fn home_of(&self, block: usize) -> Result<usize, Error> {
        self.block_range(block)?;
        Ok(self.blocks.segment().block_home(block as u64) as usize)
    }

    /// The global address of an element, which may be stored in shared memory.
    ///
    /// # Errors
    /// [`Error::OutOfRange`].
    pub fn addr(&self, index: usize) -> Result<GlobalAddr, Error> {
        self.blocks.segment().addr(index as u64).ok_or_else(|| self.outside(index))
    }

    /// The index of the element at a global address; `None` when it is not of this array.
    pub fn index_of(&self, addr: GlobalAddr) -> Option<usize> {
        self.blocks.segment().index_of(addr).map(|index| index as usize)
    }

    #[cold]
    fn outside(&self, what: impl fmt::Display) -> Error {
        if self.blocks.segment().is_released() {
            return Error::Released { name: self.name().to_owned() };
        }
        Error::OutOfRange {
            what: format!("index {what}"),
            name: self.name().to_owned(),
            len: self.len(),
        }
    }

    #[inline]
    fn at(&self, index: usize) -> Result<At, Error> {
        let segment = self.blocks.segment();
        if index as u64 >= segment.usable() {
            return Err(self.outside(index));
        }
        let (block, within) = segment.block_of(index as u64);
        Ok(At { block, bytes: within * size_of::<T>()..(within + 1) * size_of::<T>() })
    }

    /// The elements `start .. start + count` by blocks: each with the bytes of its data, and the bytes of the
    /// caller's memory.
    fn parts(
        &self,
        start: usize,
        count: usize,
    ) -> Result<impl Iterator<Item = (At, Range<usize>)>, Error> {
        let segment = self.blocks.segment();
        let end = start.checked_add(count).filter(|end| *end as u64 <= segment.usable());
        let Some(end) = end else {
            return Err(self.outside(format_args!("{start} and the {count} from there on")));
        };
        let (each, size) = (segment.per_block(), size_of::<T>());
        let mut next = start;
        Ok(std::iter::from_fn(move || {
            if next >= end {
                return None;
            }
            let (block, within) = segment.block_of(next as u64);
            let taken = (each - within).min(end - next);
            let mine = (next - start) * size..(next - start + taken) * size;
            next += taken;
            Some((At { block, bytes: within * size..(within + taken) * size }, mine))
        }))
    }

    /// Copies an element out.
    ///
    /// # Errors
    /// [`Error::OutOfRange`], and those of [`Shared::load`](crate::Shared::load).
    #[inline]
    pub fn get(&self, index: usize) -> Result<T, Error> {
        let At { block, bytes } = self.at(index)?;
        self.blocks.with_own_pin(block, |data| coherent::value(&data[bytes]))
    }

    /// As [`SharedArray::get`], within a batch of reads.
    ///
    /// # Errors
    /// As [`SharedArray::get`].
    #[inline]
    pub fn get_in(&self, batch: &Batch, index: usize) -> Result<T, Error> {
        let At { block, bytes } = self.at(index)?;
        self.blocks.with(block, batch.pin(), batch.is_due(), |data| coherent::value(&data[bytes]))
    }

    /// Copies an element in.
    ///
    /// # Errors
    /// [`Error::OutOfRange`], and those of [`Shared::store`](crate::Shared::store); a block of more
    /// elements that is poisoned is mended by [`SharedArray::set_range`] over all of it.
    pub fn set(&self, index: usize, value: T) -> Result<(), Error> {
        self.set_range(index, std::slice::from_ref(&value))
    }

    /// Copies `into.len()` elements out, from `start` on. What is missing of up to 64 blocks or 256 KiB is
    /// fetched together.
    ///
    /// # Errors
    /// As [`SharedArray::get`]. What `into` then holds is unspecified.
    pub fn get_range(&self, start: usize, into: &mut [T]) -> Result<(), Error> {
        let mut parts = self.parts(start, into.len())?.peekable();
        let Some((At { block: first, .. }, _)) = parts.peek() else { return Ok(()) };
        let first = *first;
        let last = self.blocks.segment().block_of((start + into.len() - 1) as u64).0;
        let into = bytemuck::cast_slice_mut::<T, u8>(into);
        self.blocks.with_each(first..last + 1, |_, data| {
            // They come in order, one for each block.
            if let Some((at, mine)) = parts.next() {
                into[mine].copy_from_slice(&data[at.bytes]);
            }
        })
    }

    /// Copies elements in, from `start` on, block by block. A block of which all is replaced need not be read.
    ///
    /// # Errors
    /// As [`SharedArray::set`]. Some blocks may have been written then, each as a whole.
    pub fn set_range(&self, start: usize, from: &[T]) -> Result<(), Error> {
        let data = self.blocks.layout().data;
        for (At { block, bytes }, mine) in self.parts(start, from.len())? {
            let from = &bytemuck::cast_slice::<T, u8>(from)[mine];
            if bytes.len() == data {
                self.blocks.store(block, from)?;
            } else {
                self.blocks.update(block, |data| {
                    data[bytes].copy_from_slice(from);
                    (true, ())
                })?;
            }
        }
        Ok(())
    }

    /// Changes an element while nobody else can change its block, and answers what `change` does.
    ///
    /// # Errors
    /// As [`SharedArray::get`].
    pub fn update<R>(&self, index: usize, change: impl FnOnce(&mut T) -> R) -> Result<R, Error> {
        let At { block, bytes } = self.at(index)?;
        self.blocks.update(block, |data| (true, coherent::change(&mut data[bytes], change)))
    }

    /// Replaces an element by `new` if it is `expected`, byte by byte; the inner answer is what is there
    /// instead.
    ///
    /// # Errors
    /// As [`SharedArray::get`].
    pub fn compare_exchange(
        &self,
        index: usize,
        expected: T,
        new: T,
    ) -> Result<Result<T, T>, Error> {
        let At { block, bytes } = self.at(index)?;
        self.blocks
            .update(block, |data| coherent::compare_exchange(&mut data[bytes], &expected, &new))
    }

    /// A snapshot of a block, in place; see [`Shared::read`](crate::Shared::read).
    ///
    /// # Errors
    /// As [`SharedArray::get`].
    pub fn read_block(&self, block: usize) -> Result<BlockReadGuard<T>, Error> {
        let count = self.block_range(block)?.len();
        Ok(BlockReadGuard::new(self.blocks.snapshot(block as u64)?, count))
    }

    /// A block, locked for this thread until the guard is dropped or committed; see
    /// [`Shared::write`](crate::Shared::write).
    ///
    /// # Errors
    /// As [`SharedArray::get`].
    pub fn write_block(&self, block: usize) -> Result<BlockWriteGuard<'_, T, P>, Error> {
        let count = self.block_range(block)?.len();
        let hold = self.blocks.hold(block as u64)?;
        let mut buffer = self.blocks.buffer();
        let held = self.blocks.acquire(block as u64, &mut buffer, Acquired::Data)?;
        let elements = bytemuck::pod_collect_to_vec(&buffer[DATA..][..count * size_of::<T>()]);
        Ok(BlockWriteGuard::new(&self.blocks, block as u64, held, buffer, elements, hold))
    }

    /// Waits until an element is such that `is_so`, and answers it; see
    /// [`Shared::wait_until`](crate::Shared::wait_until).
    ///
    /// # Errors
    /// As there.
    pub fn wait_until(&self, index: usize, mut is_so: impl FnMut(&T) -> bool) -> Result<T, Error> {
        let At { block, bytes } = self.at(index)?;
        coherent::wait(&self.blocks, block, |data| {
            let value = coherent::value(&data[bytes.clone()]);
            is_so(&value).then_some(value)
        })
    }

    /// Gives this hold of the array back; see [`Array::release`](crate::Array::release).
    ///
    /// # Errors
    /// As there.
    pub fn release(self) -> Result<(), Error> {
        self.blocks.release()
    }
}

/// An array in the making; see [`Node::shared_array`](crate::Node::shared_array).
#[must_use = "nothing is made before `create` or `attach` is called"]
pub struct SharedArrayBuilder<T: Element, P: Primitives = System> {
    coherence: Arc<Coherence<P>>,
    wish: CoherentWish,
    len: Option<usize>,
    element: PhantomData<T>,
}

impl<T: Element, P: Primitives> SharedArrayBuilder<T, P> {
    pub(crate) fn new(coherence: &Arc<Coherence<P>>, name: &str) -> SharedArrayBuilder<T, P> {
        let mut wish = CoherentWish::of::<T>(name, "SharedArray");
        wish.distribution = Distribution::Block;
        SharedArrayBuilder {
            coherence: Arc::clone(coherence),
            wish,
            len: None,
            element: PhantomData,
        }
    }

    /// How many elements it has. Needed to create it.
    pub fn len(mut self, len: usize) -> Self {
        self.len = Some(len);
        self
    }

    /// Its consistency model; [`Model::Sequential`] if not said.
    pub fn model(mut self, model: Model) -> Self {
        self.wish.model = model;
        self
    }

    /// How its blocks are spread over the nodes; if not said, each node has as many in a row.
    pub fn distribution(mut self, distribution: Distribution) -> Self {
        self.wish.distribution = distribution;
        self
    }

    /// All of it on one node.
    pub fn on_node(mut self, rank: usize) -> Self {
        self.wish.on_node(Rank(u32::try_from(rank).unwrap_or(u32::MAX)));
        self
    }

    /// The size of its blocks in bytes, of which 32 are the header: a power of two from 64 to 1 MiB. 4096 if
    /// not said, or what an element needs. What is written by different nodes should lie in different blocks.
    pub fn block_bytes(mut self, bytes: usize) -> Self {
        self.wish.block_bytes = Some(bytes);
        self
    }

    /// The name by which its element type is compared between programs; see
    /// [`ArrayBuilder::type_name`](crate::ArrayBuilder::type_name).
    pub fn type_name(mut self, name: &str) -> Self {
        self.wish.name_type(name, "SharedArray");
        self
    }

    /// Creates the array, all zero, or attaches to the one of that name. Not collective. Control plane.
    ///
    /// # Errors
    /// When something else of that name exists; when the length is missing, an element has no bytes or does
    /// not fit a block; when the model is `Relaxed`; when an arena is full.
    pub fn create(self) -> Result<SharedArray<T, P>, Error> {
        let Some(len) = self.len else {
            let reason = "its length is not given: call `len` before `create`".to_owned();
            return Err(Error::BadArray { name: self.wish.into_name(), reason });
        };
        let blocks = Arc::new(self.wish.create(&self.coherence, len as u64)?);
        Ok(SharedArray { blocks, element: PhantomData })
    }

    /// Attaches to the array of that name, whatever its length, blocks, distribution and model.
    ///
    /// # Errors
    /// When there is none, or it is something else.
    pub fn attach(self) -> Result<SharedArray<T, P>, Error> {
        let blocks = Arc::new(self.wish.attach(&self.coherence)?);
        Ok(SharedArray { blocks, element: PhantomData })
    }
}
