//! What single values and arrays of coherent blocks have in common.

use std::sync::Arc;

use crate::cluster::{Distribution, Model, Rank};
use crate::coherence::protocol::{DATA, Layout, MAX_BLOCK, MIN_BLOCK};
use crate::coherence::{Blocks, Coherence};
use crate::error::Error;
use crate::primitives::Primitives;
use crate::space::{BlockWish, Element, Expected, Segment, UnitWish, Wish};

/// The largest alignment of what is read in place in the cache.
pub(super) const MAX_ALIGN: usize = 64;

/// Copies a value out of the data of a block.
#[inline]
pub(super) fn value<T: Element>(data: &[u8]) -> T {
    bytemuck::pod_read_unaligned(&data[..size_of::<T>()])
}

/// A value of any size, without passing through the stack.
pub(super) fn boxed<T: Element>(data: &[u8]) -> Box<T> {
    let mut value = bytemuck::zeroed_box::<T>();
    bytemuck::bytes_of_mut(&mut *value).copy_from_slice(&data[..size_of::<T>()]);
    value
}

/// Changes the value at the beginning of the data of a block.
pub(super) fn change<T: Element, R>(data: &mut [u8], change: impl FnOnce(&mut T) -> R) -> R {
    let mut value = boxed::<T>(data);
    let answer = change(&mut value);
    data[..size_of::<T>()].copy_from_slice(bytemuck::bytes_of(&*value));
    answer
}

/// Replaces the value at the beginning of the data of a block, if it is `expected`; whether it was, and the
/// answer.
pub(super) fn compare_exchange<T: Element>(
    data: &mut [u8],
    expected: &T,
    new: &T,
) -> (bool, Result<T, T>) {
    let present = value::<T>(data);
    if bytemuck::bytes_of(&present) != bytemuck::bytes_of(expected) {
        return (false, Err(present));
    }
    data[..size_of::<T>()].copy_from_slice(bytemuck::bytes_of(new));
    (true, Ok(present))
}

/// Reads a block at its home until `found` has an answer.
pub(super) fn wait<P: Primitives, R>(
    blocks: &Blocks<P>,
    block: u64,
    mut found: impl FnMut(&[u8]) -> Option<R>,
) -> Result<R, Error> {
    let mut attempt = 0u32;
    loop {
        if let Some(answer) = found(blocks.look_at_home(block)?.data()) {
            return Ok(answer);
        }
        blocks.coherence().pause(attempt)?;
        attempt = attempt.saturating_add(1);
    }
}

/// What a coherent object is to be.
pub(super) struct CoherentWish {
    name: String,
    type_name: String,
    kind: &'static str,
    element_bytes: usize,
    element_align: usize,
    pub(super) model: Model,
    pub(super) distribution: Distribution,
    /// Bytes of a block, if the program says.
    pub(super) block_bytes: Option<usize>,
}

impl CoherentWish {
    pub(super) fn of<T: Element>(name: &str, kind: &'static str) -> CoherentWish {
        let type_name = std::any::type_name::<T>();
        CoherentWish::sized(name, kind, type_name, size_of::<T>(), align_of::<T>())
    }

    pub(super) fn sized(
        name: &str,
        kind: &'static str,
        type_name: &str,
        element_bytes: usize,
        element_align: usize,
    ) -> CoherentWish {
        let mut wish = CoherentWish {
            name: name.to_owned(),
            type_name: String::new(),
            kind,
            element_bytes,
            element_align,
            model: Model::Sequential,
            distribution: Distribution::OnNode(Rank(0)),
            block_bytes: None,
        };
        wish.name_type(type_name, kind);
        wish
    }

    pub(super) fn into_name(self) -> String {
        self.name
    }

    pub(super) fn on_node(&mut self, rank: Rank) {
        self.distribution = Distribution::OnNode(rank);
    }

    /// The kind belongs to the type: a lone value is no array of one.
    pub(super) fn name_type(&mut self, name: &str, kind: &str) {
        self.type_name = format!("{kind}<{name}>");
    }

    fn bad_element(&self, reason: String) -> Error {
        Error::BadArray { name: self.name.clone(), reason }
    }

    fn check_element(&self) -> Result<(), Error> {
        let most = MAX_BLOCK - DATA;
        let (bytes, align) = (self.element_bytes, self.element_align);
        if bytes == 0 {
            return Err(self.bad_element(format!("a {} has no bytes", self.type_name)));
        }
        if bytes > most {
            return Err(self.bad_element(format!(
                "a {} has {bytes} bytes, but the largest block holds {most}: split it, or put its \
                 parts into a SharedArray",
                self.type_name
            )));
        }
        if align > MAX_ALIGN {
            return Err(self.bad_element(format!(
                "a {} is aligned to {align} bytes, but copies only to {MAX_ALIGN}",
                self.type_name
            )));
        }
        if self.model == Model::Relaxed {
            return Err(self.bad_element(
                "what is relaxed is not cached: use Node::array, or the model strict or sequential"
                    .to_owned(),
            ));
        }
        if self.model == Model::Release {
            return Err(self.bad_element(
                "what is under model release is used by views: use Node::release_array, or the model \
                 strict or sequential"
                    .to_owned(),
            ));
        }
        Ok(())
    }

    /// The blocks, and how many elements are in each. Without a wish, `usual` bytes or what an element needs.
    fn layout(&self, usual: usize) -> Result<(Layout, usize), Error> {
        let each = self.element_bytes;
        let least = (each + DATA).next_power_of_two().max(MIN_BLOCK);
        let bytes = self.block_bytes.unwrap_or(usual.max(least));
        let per_block = if usual == 0 { 1 } else { bytes.saturating_sub(DATA) / each };
        match Layout::new(bytes, per_block * each) {
            Some(layout) => Ok((layout, per_block)),
            None => Err(self.bad_element(format!(
                "there are no blocks of {bytes} bytes for elements of {each}: a block has a power of two \
                 from {MIN_BLOCK} to {MAX_BLOCK} bytes, of which {DATA} are its header; {least} or more would do"
            ))),
        }
    }

    /// Creates or attaches to a segment of `len` elements.
    pub(super) fn create<P: Primitives>(
        self,
        coherence: &Arc<Coherence<P>>,
        len: u64,
    ) -> Result<Blocks<P>, Error> {
        self.check_element()?;
        // A lone value takes no more room than it needs.
        let usual = if len == 1 { 0 } else { USUAL_BLOCK };
        let (layout, per_block) = self.layout(usual)?;
        let wish = Wish {
            name: self.name,
            type_name: self.type_name,
            element_bytes: self.element_bytes as u32,
            element_align: self.element_align as u32,
            len,
            distribution: self.distribution,
            model: self.model,
            unit: UnitWish::Block(BlockWish {
                bytes: layout.bytes as u32,
                per_block: per_block as u32,
            }),
        };
        let segment = Segment::create_or_attach(coherence.endpoint(), wish)?;
        Ok(Blocks::new(coherence, segment, layout))
    }

    /// Attaches to a segment.
    pub(super) fn attach<P: Primitives>(
        self,
        coherence: &Arc<Coherence<P>>,
    ) -> Result<Blocks<P>, Error> {
        let expected = Expected {
            type_name: &self.type_name,
            element_bytes: self.element_bytes,
            kind: self.kind,
        };
        let segment = Segment::attach(coherence.endpoint(), &self.name, &expected)?;
        let data = segment.per_block() * self.element_bytes;
        match Layout::new(segment.block_bytes(), data) {
            Some(layout) => Ok(Blocks::new(coherence, segment, layout)),
            // The catalog does not keep such a thing.
            None => Err(Error::Damaged { name: self.name, block: 0 }),
        }
    }
}

/// The size of a block of an array, if the program does not say: large enough that the header is 1 %, small
/// enough that neighbours seldom share one.
const USUAL_BLOCK: usize = 4096;
