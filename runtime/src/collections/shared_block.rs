//! Guards of a block of a [`SharedArray`](super::SharedArray).

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use crate::coherence::protocol::{DATA, Held};
use crate::coherence::{Blocks, Hold, Snapshot};
use crate::error::Error;
use crate::primitives::{Primitives, System};
use crate::space::Element;

/// The elements of a block as they were when this was made; see
/// [`SharedArray::read_block`](crate::SharedArray::read_block).
pub struct BlockReadGuard<T: Element> {
    snapshot: Snapshot,
    count: usize,
    element: PhantomData<T>,
}

impl<T: Element> BlockReadGuard<T> {
    pub(super) fn new(snapshot: Snapshot, count: usize) -> BlockReadGuard<T> {
        BlockReadGuard { snapshot, count, element: PhantomData }
    }
}

impl<T: Element> Deref for BlockReadGuard<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        bytemuck::cast_slice(&self.snapshot.data()[..self.count * size_of::<T>()])
    }
}

impl<T: Element + fmt::Debug> fmt::Debug for BlockReadGuard<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// The elements of a block, this thread's to change; see
/// [`SharedArray::write_block`](crate::SharedArray::write_block). Dropping it writes them back if they were
/// touched; an error is then logged, so whoever wants to know calls [`BlockWriteGuard::commit`]. A guard that
/// is dropped by a panic leaves them as they were.
#[must_use = "the block is unlocked when the guard is dropped"]
pub struct BlockWriteGuard<'a, T: Element, P: Primitives = System> {
    blocks: &'a Blocks<P>,
    block: u64,
    held: Option<Held>,
    buffer: Box<[u8]>,
    elements: Vec<T>,
    changed: bool,
    /// Dropped last, when the block is unlocked.
    _hold: Hold<'a, P>,
}

impl<'a, T: Element, P: Primitives> BlockWriteGuard<'a, T, P> {
    pub(super) fn new(
        blocks: &'a Blocks<P>,
        block: u64,
        held: Held,
        buffer: Box<[u8]>,
        elements: Vec<T>,
        hold: Hold<'a, P>,
    ) -> BlockWriteGuard<'a, T, P> {
        let held = Some(held);
        BlockWriteGuard { blocks, block, held, buffer, elements, changed: false, _hold: hold }
    }

    /// Writes the elements back and unlocks the block: one round trip.
    ///
    /// # Errors
    /// When the home cannot be reached, or this node was expelled: then nobody sees the change.
    pub fn commit(mut self) -> Result<(), Error> {
        self.finish(true)
    }

    fn finish(&mut self, keep: bool) -> Result<(), Error> {
        let Some(held) = self.held.take() else { return Ok(()) };
        if !self.changed || !keep {
            return self.blocks.let_go(self.block, &mut self.buffer, held);
        }
        let bytes = bytemuck::cast_slice::<T, u8>(&self.elements);
        self.buffer[DATA..][..bytes.len()].copy_from_slice(bytes);
        self.blocks.commit(self.block, &mut self.buffer, held)
    }
}

impl<T: Element, P: Primitives> Deref for BlockWriteGuard<'_, T, P> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.elements
    }
}

impl<T: Element, P: Primitives> DerefMut for BlockWriteGuard<'_, T, P> {
    fn deref_mut(&mut self) -> &mut [T] {
        self.changed = true;
        &mut self.elements
    }
}

impl<T: Element, P: Primitives> Drop for BlockWriteGuard<'_, T, P> {
    fn drop(&mut self) {
        if let Err(error) = self.finish(!P::panicking()) {
            let name = &self.blocks.segment().spec().name;
            log::error!("writing block {} of {name:?} back: {error}", self.block);
        }
    }
}

impl<T: Element + fmt::Debug, P: Primitives> fmt::Debug for BlockWriteGuard<'_, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
