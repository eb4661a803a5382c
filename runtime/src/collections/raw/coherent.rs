//! [`RawShared`]: values of some bytes, kept coherent block by block.

use std::ops::Range;

use super::super::batch::Batch;
use super::super::coherent::{self, CoherentWish};
use super::RawType;
use crate::cluster::{Distribution, Model};
use crate::coherence::Blocks;
use crate::error::Error;
use crate::node::Node;
use crate::primitives::System;
use crate::space::GlobalAddr;

/// One value, or an array of values, whose type is known at run time, kept coherent; see [`Shared`](crate::Shared) and
/// [`SharedArray`](crate::SharedArray), whose methods these are. The one value has index 0.
pub struct RawShared {
    blocks: Blocks<System>,
    each: usize,
}

/// Such an object in the making.
#[must_use = "nothing is made before `create` or `attach` is called"]
pub struct RawCoherentBuilder {
    node: Node,
    wish: CoherentWish,
    each: usize,
}

impl RawCoherentBuilder {
    /// As [`Node::shared`].
    pub fn value(node: &Node, name: &str, element: &RawType) -> RawCoherentBuilder {
        RawCoherentBuilder::new(node, name, "Shared", element)
    }

    /// As [`Node::shared_array`].
    pub fn array(node: &Node, name: &str, element: &RawType) -> RawCoherentBuilder {
        RawCoherentBuilder::new(node, name, "SharedArray", element)
            .distribution(Distribution::Block)
    }

    fn new(node: &Node, name: &str, kind: &'static str, element: &RawType) -> RawCoherentBuilder {
        let wish = CoherentWish::sized(name, kind, &element.name, element.bytes, element.align);
        RawCoherentBuilder { node: node.clone(), wish, each: element.bytes }
    }

    /// Its consistency model.
    pub fn model(mut self, model: Model) -> Self {
        self.wish.model = model;
        self
    }

    /// How its blocks are spread over the nodes.
    pub fn distribution(mut self, distribution: Distribution) -> Self {
        self.wish.distribution = distribution;
        self
    }

    /// The size of its blocks.
    pub fn block_bytes(mut self, bytes: usize) -> Self {
        self.wish.block_bytes = Some(bytes);
        self
    }

    /// Creates it, or attaches to the one of that name.
    ///
    /// # Errors
    /// As [`SharedArrayBuilder::create`](crate::SharedArrayBuilder::create).
    pub fn create(self, len: usize) -> Result<RawShared, Error> {
        let blocks = self.wish.create(self.node.coherence(), len as u64)?;
        Ok(RawShared { blocks, each: self.each })
    }

    /// Attaches to the one of that name.
    ///
    /// # Errors
    /// As [`SharedArrayBuilder::attach`](crate::SharedArrayBuilder::attach).
    pub fn attach(self) -> Result<RawShared, Error> {
        let blocks = self.wish.attach(self.node.coherence())?;
        Ok(RawShared { blocks, each: self.each })
    }
}

/// Where an element is: its block, and the bytes of the block's data.
struct At {
    block: u64,
    bytes: Range<usize>,
}

impl RawShared {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.blocks.segment().spec().name
    }

    /// Its consistency model.
    pub fn model(&self) -> Model {
        self.blocks.segment().spec().model
    }

    /// How many elements it has.
    pub fn len(&self) -> usize {
        self.blocks.segment().len() as usize
    }

    /// True when it has no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bytes an element has.
    #[inline]
    pub fn element_bytes(&self) -> usize {
        self.each
    }

    /// Whether this node was the one that created it.
    pub fn is_creator(&self) -> bool {
        self.blocks.segment().created()
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

    /// The block of an element.
    ///
    /// # Errors
    /// [`Error::OutOfRange`].
    pub fn block_of(&self, index: usize) -> Result<usize, Error> {
        Ok(self.at(index)?.block as usize)
    }

    /// The rank that stores a block.
    ///
    /// # Errors
    /// [`Error::OutOfRange`].
    pub fn home_of(&self, block: usize) -> Result<usize, Error> {
        self.block_range(block)?;
        Ok(self.blocks.segment().block_home(block as u64) as usize)
    }

    /// The global address of an element.
    ///
    /// # Errors
    /// [`Error::OutOfRange`].
    pub fn addr(&self, index: usize) -> Result<GlobalAddr, Error> {
        self.blocks.segment().addr(index as u64).ok_or_else(|| self.outside(index))
    }

    /// The index of the element at a global address.
    pub fn index_of(&self, addr: GlobalAddr) -> Option<usize> {
        self.blocks.segment().index_of(addr).map(|index| index as usize)
    }

    #[cold]
    fn outside(&self, what: impl std::fmt::Display) -> Error {
        let name = self.name().to_owned();
        if self.blocks.segment().is_released() {
            return Error::Released { name };
        }
        Error::OutOfRange { what: format!("index {what}"), name, len: self.len() }
    }

    #[inline]
    fn at(&self, index: usize) -> Result<At, Error> {
        let segment = self.blocks.segment();
        if index as u64 >= segment.usable() {
            return Err(self.outside(index));
        }
        let (block, within) = segment.block_of(index as u64);
        Ok(At { block, bytes: within * self.each..(within + 1) * self.each })
    }

    fn check_one(&self, bytes: usize) -> Result<(), Error> {
        if bytes == self.each {
            return Ok(());
        }
        let what = "the bytes of a buffer and of an element";
        Err(Error::LengthMismatch { what, left: bytes, right: self.each })
    }

    /// The parts of a range that lie in one block each, and where they are in a buffer of the whole.
    fn parts(
        &self,
        start: usize,
        buffer: usize,
    ) -> Result<impl Iterator<Item = (At, Range<usize>)> + use<'_>, Error> {
        let (segment, size) = (self.blocks.segment(), self.each);
        if !buffer.is_multiple_of(size) {
            let what = "the bytes of a buffer and of whole elements";
            return Err(Error::LengthMismatch { what, left: buffer, right: buffer / size * size });
        }
        let count = buffer / size;
        let end = start.checked_add(count).filter(|end| *end as u64 <= segment.usable());
        let Some(end) = end else {
            return Err(self.outside(format_args!("{start} and the {count} from there on")));
        };
        let (each, mut next) = (segment.per_block(), start);
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

    /// See [`SharedArray::get`](crate::SharedArray::get).
    ///
    /// # Errors
    /// As there.
    #[inline]
    pub fn get(&self, index: usize, into: &mut [u8]) -> Result<(), Error> {
        let At { block, bytes } = self.at(index)?;
        self.check_one(into.len())?;
        self.blocks.with_own_pin(block, |data| into.copy_from_slice(&data[bytes]))
    }

    /// See [`SharedArray::get_in`](crate::SharedArray::get_in).
    ///
    /// # Errors
    /// As there.
    #[inline]
    pub fn get_in(&self, batch: &Batch, index: usize, into: &mut [u8]) -> Result<(), Error> {
        let At { block, bytes } = self.at(index)?;
        self.check_one(into.len())?;
        self.blocks
            .with(block, batch.pin(), batch.is_due(), |data| into.copy_from_slice(&data[bytes]))
    }

    /// See [`SharedArray::get_range`](crate::SharedArray::get_range).
    ///
    /// # Errors
    /// As there.
    pub fn get_range(&self, start: usize, into: &mut [u8]) -> Result<(), Error> {
        let mut parts = self.parts(start, into.len())?.peekable();
        let Some((At { block: first, .. }, _)) = parts.peek() else { return Ok(()) };
        let first = *first;
        let last = start + into.len() / self.each - 1;
        let last = self.blocks.segment().block_of(last as u64).0;
        self.blocks.with_each(first..last + 1, |_, data| {
            // They come in order, one for each block.
            if let Some((at, mine)) = parts.next() {
                into[mine].copy_from_slice(&data[at.bytes]);
            }
        })
    }

    /// See [`SharedArray::set_range`](crate::SharedArray::set_range).
    ///
    /// # Errors
    /// As there.
    pub fn set_range(&self, start: usize, from: &[u8]) -> Result<(), Error> {
        let data = self.blocks.layout().data;
        for (At { block, bytes }, mine) in self.parts(start, from.len())? {
            let from = &from[mine];
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

    /// See [`SharedArray::update`](crate::SharedArray::update).
    ///
    /// # Errors
    /// As there.
    pub fn update<R>(&self, index: usize, change: impl FnOnce(&mut [u8]) -> R) -> Result<R, Error> {
        let At { block, bytes } = self.at(index)?;
        self.blocks.update(block, |data| (true, change(&mut data[bytes])))
    }

    /// Changes the elements of a block in one step.
    ///
    /// # Errors
    /// As [`RawShared::update`].
    pub fn update_block<R>(
        &self,
        block: usize,
        change: impl FnOnce(&mut [u8]) -> R,
    ) -> Result<R, Error> {
        let bytes = self.block_range(block)?.len() * self.each;
        self.blocks.update(block as u64, |data| (true, change(&mut data[..bytes])))
    }

    /// Replaces an element by `new` if it is `expected`; whether it was, with what it was in `found`. See
    /// [`SharedArray::compare_exchange`](crate::SharedArray::compare_exchange).
    ///
    /// # Errors
    /// As there.
    pub fn compare_exchange(
        &self,
        index: usize,
        expected: &[u8],
        new: &[u8],
        found: &mut [u8],
    ) -> Result<bool, Error> {
        let At { block, bytes } = self.at(index)?;
        for buffer in [expected.len(), new.len(), found.len()] {
            self.check_one(buffer)?;
        }
        self.blocks.update(block, |data| {
            let present = &mut data[bytes];
            found.copy_from_slice(present);
            let is_it = present == expected;
            if is_it {
                present.copy_from_slice(new);
            }
            (is_it, is_it)
        })
    }

    /// See [`SharedArray::wait_until`](crate::SharedArray::wait_until).
    ///
    /// # Errors
    /// As there.
    pub fn wait_until(
        &self,
        index: usize,
        mut is_so: impl FnMut(&[u8]) -> bool,
        into: &mut [u8],
    ) -> Result<(), Error> {
        let At { block, bytes } = self.at(index)?;
        self.check_one(into.len())?;
        coherent::wait(&self.blocks, block, |data| {
            into.copy_from_slice(&data[bytes.clone()]);
            is_so(into).then_some(())
        })
    }

    /// See [`SharedArray::release`](crate::SharedArray::release).
    ///
    /// # Errors
    /// As there.
    pub fn release(&self) -> Result<(), Error> {
        self.blocks.release()
    }
}
