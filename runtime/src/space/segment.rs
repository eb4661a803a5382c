//! [`Segment`]: a named allocation in the global address space, as a node holds it.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::addr::GlobalAddr;
use super::divisor::Divisor;
use super::expected::Expected;
use super::placement::Placement;
use crate::cluster::{
    Distribution, Model, PageSpec, Rank, Rooms, SegmentDescriptor, SegmentId, SegmentSpec,
};
use crate::endpoint::{Endpoint, Place};
use crate::error::Error;
use crate::primitives::Primitives;

/// What a new segment is to be.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub(crate) name: String,
    pub(crate) type_name: String,
    pub(crate) element_bytes: u32,
    pub(crate) element_align: u32,
    pub(crate) len: u64,
    pub(crate) distribution: Distribution,
    pub(crate) model: Model,
    /// What is dealt out.
    pub(crate) unit: UnitWish,
}

/// What of a segment stays whole at one home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnitWish {
    /// An element; they lie side by side.
    Element,
    /// A coherence block, with some elements in it.
    Block(BlockWish),
    /// A page. Elements lie side by side, whatever page they are on.
    Page(PageSpec),
}

/// What coherence blocks are to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BlockWish {
    /// Bytes of a block, header and all: a power of two.
    pub(crate) bytes: u32,
    /// Elements in it.
    pub(crate) per_block: u32,
}

impl Wish {
    /// How many units are dealt out, and the bytes of each. `None`: there are more bytes than a segment can
    /// have.
    fn units(&self) -> Option<(u64, u64)> {
        let fits = |count: u64, bytes: u64| {
            let total = count.checked_mul(bytes)?;
            (total <= GlobalAddr::MAX_SEGMENT_BYTES).then_some(total)
        };
        let bytes = fits(self.len, self.element_bytes.into())?;
        // What cannot be divided is told by the catalog.
        let (units, each) = match self.unit {
            UnitWish::Element => (self.len, self.element_bytes.into()),
            UnitWish::Block(block) => {
                (self.len.div_ceil(u64::from(block.per_block).max(1)), block.bytes.into())
            }
            UnitWish::Page(page) => (page.count(bytes), page.bytes.into()),
        };
        fits(units, each).map(|_| (units, each))
    }
}

/// The layout of a segment whose pages are placed by first touch.
fn rooms(
    distribution: Distribution,
    pages: Option<PageSpec>,
    units: u64,
    size: u32,
) -> Option<Rooms> {
    let is_paged = pages.is_some_and(|pages| pages.paged);
    (is_paged && distribution == Distribution::FirstTouch).then(|| Rooms::of(units, size))
}

/// A named allocation. Its descriptor maps an element to a home and an offset in that home's arena by
/// a formula, without asking anybody.
///
/// What the formula deals out, and what has a [`Place`], is a *unit*: an element where they lie side by
/// side, a coherence block where there are blocks, a page where there are pages (`pages.rs`).
pub(crate) struct Segment<P: Primitives> {
    endpoint: Arc<Endpoint<P>>,
    descriptor: SegmentDescriptor,
    /// Of the units.
    pub(super) placement: Placement,
    /// Of pages that are placed by first touch.
    pub(super) rooms: Option<Rooms>,
    /// The home and where the part begins in its arena, if there is a single home.
    only: Option<(u32, u64)>,
    unit_bytes: u64,
    element_bytes: u64,
    /// Elements in a block; 1 when there are none.
    per_block: Divisor,
    /// How many elements may be used: all, or none once it is released. So the check of an index is
    /// the check of both.
    usable: AtomicU64,
}

impl<P: Primitives> Segment<P> {
    /// Creates the segment, or attaches to the one of that name if it is the same.
    pub(crate) fn create_or_attach(
        endpoint: &Arc<Endpoint<P>>,
        wish: Wish,
    ) -> Result<Segment<P>, Error> {
        let Some((units, unit_bytes)) = wish.units() else {
            let (len, bytes, max) = (wish.len, wish.element_bytes, GlobalAddr::MAX_SEGMENT_BYTES);
            let what = match wish.unit {
                UnitWish::Block(block) => {
                    format!("{len} elements in blocks of {} bytes", block.bytes)
                }
                UnitWish::Element | UnitWish::Page(_) => format!("{len} elements of {bytes} bytes"),
            };
            let reason = format!("{what} exceed the {max} bytes that an array can have");
            return Err(Error::BadArray { name: wish.name, reason });
        };
        let placement = Placement::new(wish.distribution, units, endpoint.size());
        let (block, pages) = match wish.unit {
            UnitWish::Element => (None, None),
            UnitWish::Block(block) => (Some(block), None),
            UnitWish::Page(pages) => (None, Some(pages)),
        };
        let rooms = rooms(wish.distribution, pages, units, endpoint.size());
        let part_bytes = |units: u64| match (pages, rooms) {
            // So few units that this never saturates: see `Wish::units`.
            (Some(pages), None) => pages.part_bytes(units).unwrap_or(u64::MAX),
            (Some(pages), Some(rooms)) => rooms.part_bytes(pages).unwrap_or(u64::MAX),
            (None, _) => units * unit_bytes,
        };
        let bytes_on =
            (0..endpoint.size()).map(|rank| part_bytes(placement.local_len(rank))).collect();
        let spec = SegmentSpec {
            name: wish.name,
            type_name: wish.type_name,
            element_bytes: wish.element_bytes,
            element_align: wish.element_align,
            len: wish.len,
            distribution: wish.distribution,
            model: wish.model,
            block_bytes: block.map_or(0, |block| block.bytes),
            block_elements: block.map_or(0, |block| block.per_block),
            pages,
            bytes_on,
        };
        let descriptor = endpoint.client().create_or_attach(&spec)?;
        Ok(Segment::new(endpoint, descriptor))
    }

    /// Attaches to the segment of that name, if it is what is expected.
    pub(crate) fn attach(
        endpoint: &Arc<Endpoint<P>>,
        name: &str,
        expected: &Expected<'_>,
    ) -> Result<Segment<P>, Error> {
        let descriptor = endpoint.client().attach(name)?;
        if let Err(reason) = expected.check(&descriptor.spec) {
            endpoint.client().release(descriptor.id)?;
            return Err(Error::BadArray { name: name.to_owned(), reason });
        }
        Ok(Segment::new(endpoint, descriptor))
    }

    fn new(endpoint: &Arc<Endpoint<P>>, mut descriptor: SegmentDescriptor) -> Segment<P> {
        let spec = &mut descriptor.spec;
        // Only the catalog needs it; it has a number for each node of the job.
        spec.bytes_on = Vec::new();
        let (units, unit_bytes) = match (spec.block_bytes, spec.pages) {
            (0, None) => (spec.len, spec.element_bytes),
            (0, Some(pages)) => {
                (pages.count(spec.len * u64::from(spec.element_bytes)), pages.bytes)
            }
            (bytes, _) => (spec.blocks(), bytes),
        };
        let placement = Placement::new(spec.distribution, units, endpoint.size());
        let only = placement.only_home();
        Segment {
            only: only.map(|home| (home, descriptor.offset_on[home as usize])),
            rooms: rooms(spec.distribution, spec.pages, units, endpoint.size()),
            placement,
            unit_bytes: unit_bytes.into(),
            element_bytes: spec.element_bytes.into(),
            per_block: Divisor::new(u64::from(spec.block_elements).max(1)),
            usable: AtomicU64::new(spec.len),
            endpoint: Arc::clone(endpoint),
            descriptor,
        }
    }

    #[inline]
    pub(crate) fn endpoint(&self) -> &Arc<Endpoint<P>> {
        &self.endpoint
    }

    /// Its number, never used again within the job.
    #[inline]
    pub(crate) fn id(&self) -> SegmentId {
        self.descriptor.id
    }

    pub(crate) fn spec(&self) -> &SegmentSpec {
        &self.descriptor.spec
    }

    pub(crate) fn created(&self) -> bool {
        self.descriptor.created
    }

    #[inline]
    pub(crate) fn len(&self) -> u64 {
        self.descriptor.spec.len
    }

    /// The global address of an element.
    pub(crate) fn addr(&self, index: u64) -> Option<GlobalAddr> {
        let inside = index < self.len();
        inside.then(|| GlobalAddr::new(self.descriptor.id, index * self.element_bytes)).flatten()
    }

    /// The element at a global address, if that is the first byte of one.
    pub(crate) fn index_of(&self, addr: GlobalAddr) -> Option<u64> {
        let index = addr.offset() / self.element_bytes;
        (addr.segment() == self.descriptor.id
            && addr.offset().is_multiple_of(self.element_bytes)
            && index < self.len())
        .then_some(index)
    }

    /// Whether its elements are in coherence blocks.
    #[inline]
    pub(crate) fn has_blocks(&self) -> bool {
        self.descriptor.spec.block_bytes > 0
    }

    /// Bytes of a block; 0 when there are none.
    #[inline]
    pub(crate) fn block_bytes(&self) -> usize {
        self.descriptor.spec.block_bytes as usize
    }

    /// Elements in a block; the last one may have fewer. 0 when there are no blocks.
    #[inline]
    pub(crate) fn per_block(&self) -> usize {
        self.descriptor.spec.block_elements as usize
    }

    /// How many blocks it has; 0 when its elements lie side by side.
    #[inline]
    pub(crate) fn blocks(&self) -> u64 {
        if self.has_blocks() { self.placement.len() } else { 0 }
    }

    /// The block that an element is in, and its number in there. Only of a segment with blocks.
    #[inline]
    pub(crate) fn block_of(&self, index: u64) -> (u64, usize) {
        debug_assert!(self.has_blocks());
        let (block, within) = self.per_block.div_rem(index);
        (block, within as usize)
    }

    /// Where a block is stored. Only of a segment with blocks, and `block` must be inside.
    #[inline]
    pub(crate) fn block_place(&self, block: u64) -> Place {
        debug_assert!(self.has_blocks());
        let at = self.placement.locate(block);
        self.place_in(at.home, at.local)
    }

    /// The rank that stores a block.
    #[inline]
    pub(crate) fn block_home(&self, block: u64) -> u32 {
        debug_assert!(self.has_blocks());
        self.placement.locate(block).home
    }

    /// Where an element is stored. Only of a segment whose units are elements, and `index` must be inside.
    #[inline]
    pub(crate) fn place(&self, index: u64) -> Place {
        debug_assert!(!self.has_blocks() && !self.has_pages());
        // Not looked up in the descriptor's table: that is a load that the access would wait for.
        if let Some((home, base)) = self.only {
            return Place::new(home, base + index * self.unit_bytes);
        }
        let at = self.placement.locate(index);
        self.place_in(at.home, at.local)
    }

    #[inline]
    pub(super) fn place_in(&self, home: u32, local: u64) -> Place {
        let base = self.descriptor.offset_on[home as usize];
        Place::new(home, base + local * self.unit_bytes)
    }

    /// The contiguous pieces that elements `range` are stored in, in order, with their bytes. Only of a
    /// segment whose units are elements.
    pub(crate) fn pieces(&self, range: Range<u64>) -> impl Iterator<Item = (Place, usize)> + '_ {
        debug_assert!(!self.has_blocks() && !self.has_pages());
        let mut next = range.start;
        std::iter::from_fn(move || {
            if next >= range.end {
                return None;
            }
            let at = self.placement.locate(next);
            let run = at.run.min(range.end - next);
            next += run;
            Some((self.place_in(at.home, at.local), (run * self.unit_bytes) as usize))
        })
    }

    /// How many elements are stored at `rank`. Not of a segment with pages, nor are the next two.
    pub(crate) fn local_len(&self, rank: u32) -> u64 {
        let units = self.placement.local_len(rank);
        let Some(last) = units.checked_sub(1) else { return 0 };
        // All of its units are full, but for the last block of the segment.
        let whole = units * self.per_block.value();
        whole - (self.end_of(self.placement.index_of(rank, last)).saturating_sub(self.len()))
    }

    /// Where a unit would end if it were full, as an index of elements.
    fn end_of(&self, unit: u64) -> u64 {
        (unit + 1) * self.per_block.value()
    }

    /// The indices stored at `rank`, where they are one range.
    pub(crate) fn range_at(&self, rank: u32) -> Option<Range<u64>> {
        let units = self.placement.range_at(rank)?;
        let per_block = self.per_block.value();
        let end = (units.end * per_block).min(self.len());
        Some(units.start * per_block..end)
    }

    /// The index of element `local` of the part at `rank`.
    pub(crate) fn index_at(&self, rank: u32, local: u64) -> u64 {
        let (unit, within) = self.per_block.div_rem(local);
        self.placement.index_of(rank, unit) * self.per_block.value() + within
    }

    /// Where the part at `rank` begins in that arena.
    pub(crate) fn offset_on(&self, rank: u32) -> u64 {
        self.descriptor.offset_on[rank as usize]
    }

    /// How many elements may be used now.
    #[inline]
    pub(crate) fn usable(&self) -> u64 {
        self.usable.load(Ordering::Relaxed)
    }

    pub(crate) fn is_released(&self) -> bool {
        self.usable() < self.len()
    }

    /// Gives this hold of the segment back, once; the last one of the job frees it.
    pub(crate) fn release(&self) -> Result<(), Error> {
        let name = || self.spec().name.clone();
        if self.usable.swap(0, Ordering::Relaxed) < self.len() {
            return Err(Error::Released { name: name() });
        }
        Ok(self.endpoint.client().release(self.descriptor.id)?)
    }

    pub(crate) fn check_rank(&self, rank: usize) -> Result<u32, Error> {
        let size = self.endpoint.size();
        match u32::try_from(rank) {
            Ok(rank) if rank < size => Ok(rank),
            _ => Err(Error::NoSuchRank { rank, size: size as usize }),
        }
    }

    pub(crate) fn rank(&self) -> Rank {
        Rank(self.endpoint.rank())
    }
}
