//! [`LocalPart`]: the part of an array that one node holds, in place.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use verbs_shim::{Memory, SharedCell};

use crate::primitives::{Primitives, System};
use crate::space::{Element, Segment};

/// The part of an array that one node holds, as plain memory.
///
/// Safe code sees it as cells, which anybody may change at any time. Whoever can promise that nobody
/// does may take a plain slice.
///
/// ```compile_fail,E0597
/// # fn example(node: &pangea::Node) -> Result<(), pangea::Error> {
/// let cells = {
///     let part = node.array::<u64>("a").len(8).create()?.segment_of(0)?;
///     part.cells() // the cells end with the part
/// };
/// # Ok(()) }
/// ```
pub struct LocalPart<T: Element, P: Primitives = System> {
    segment: Arc<Segment<P>>,
    rank: u32,
    memory: Arc<Memory>,
    element: PhantomData<T>,
}

impl<T: Element, P: Primitives> LocalPart<T, P> {
    pub(super) fn new(segment: Arc<Segment<P>>, rank: u32, memory: Arc<Memory>) -> Self {
        LocalPart { segment, rank, memory, element: PhantomData }
    }

    /// How many elements it has.
    pub fn len(&self) -> usize {
        self.segment.local_len(self.rank) as usize
    }

    /// True when this node holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The index in the array of element `local` of this part.
    ///
    /// # Panics
    /// When the part has no such element.
    pub fn index_of(&self, local: usize) -> usize {
        assert!(local < self.len(), "element {local} of a part of {}", self.len());
        self.segment.index_at(self.rank, local as u64) as usize
    }

    fn offset(&self) -> usize {
        if self.is_empty() { 0 } else { self.segment.offset_on(self.rank) as usize }
    }

    /// The elements as cells. A load or store of a cell costs what one of memory costs.
    pub fn cells(&self) -> &[SharedCell<T>] {
        self.memory.cells(self.offset(), self.len())
    }

    /// The elements as a plain slice.
    ///
    /// # Safety
    /// As long as the slice lives, nobody changes these elements: no thread of this node and no other
    /// node, neither by `put`, atomics or cells, nor by the release of the array. A barrier on both
    /// sides of the slice's life, and writers that keep to it, is the usual way.
    pub unsafe fn as_slice(&self) -> &[T] {
        // SAFETY: the caller's promise is the one that is asked for.
        unsafe { self.memory.slice(self.offset(), self.len()) }
    }

    /// The elements as a plain slice that may be written.
    ///
    /// # Safety
    /// As [`LocalPart::as_slice`], and nobody else reads them either.
    pub unsafe fn as_mut_slice(&mut self) -> &mut [T] {
        // SAFETY: the caller's promise is the one that is asked for; `&mut self` keeps this part from
        // making a second slice.
        unsafe { self.memory.slice_mut(self.offset(), self.len()) }
    }
}

impl<T: Element, P: Primitives> fmt::Debug for LocalPart<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.segment.spec().name;
        write!(f, "LocalPart({name:?}: {} elements at rank {})", self.len(), self.rank)
    }
}
