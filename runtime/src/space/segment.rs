//! [`Segment`]: a named allocation in the global address space, as a node holds it.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::addr::GlobalAddr;
use super::placement::Placement;
use crate::cluster::{Distribution, Model, Rank, SegmentDescriptor, SegmentSpec};
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
}

/// A named allocation. Its descriptor maps an element to a home and an offset in that home's arena by
/// a formula, without asking anybody.
pub(crate) struct Segment<P: Primitives> {
    endpoint: Arc<Endpoint<P>>,
    descriptor: SegmentDescriptor,
    placement: Placement,
    element_bytes: u64,
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
        let placement = Placement::new(wish.distribution, wish.len, endpoint.size());
        let bytes_on = |rank| placement.local_len(rank).checked_mul(wish.element_bytes.into());
        let total = wish.len.checked_mul(wish.element_bytes.into());
        let bytes_on = (0..endpoint.size()).map(bytes_on).collect::<Option<Vec<u64>>>();
        let bytes_on = match (bytes_on, total) {
            (Some(bytes_on), Some(total)) if total <= GlobalAddr::MAX_SEGMENT_BYTES => bytes_on,
            _ => {
                return Err(Error::BadArray {
                    reason: format!(
                        "{} elements of {} bytes exceed the {} bytes that an array can have",
                        wish.len,
                        wish.element_bytes,
                        GlobalAddr::MAX_SEGMENT_BYTES
                    ),
                    name: wish.name,
                });
            }
        };
        let spec = SegmentSpec {
            name: wish.name,
            type_name: wish.type_name,
            element_bytes: wish.element_bytes,
            element_align: wish.element_align,
            len: wish.len,
            distribution: wish.distribution,
            model: wish.model,
            bytes_on,
        };
        let descriptor = endpoint.client().create_or_attach(&spec)?;
        Ok(Segment::new(endpoint, descriptor, placement))
    }

    /// Attaches to the segment of that name, which must hold elements of that type.
    pub(crate) fn attach(
        endpoint: &Arc<Endpoint<P>>,
        name: &str,
        type_name: &str,
        element_bytes: usize,
    ) -> Result<Segment<P>, Error> {
        let descriptor = endpoint.client().attach(name)?;
        let spec = &descriptor.spec;
        if spec.type_name != type_name || spec.element_bytes as usize != element_bytes {
            let reason = format!(
                "it holds {} ({} bytes each), not {type_name} ({element_bytes} bytes each)",
                spec.type_name, spec.element_bytes
            );
            endpoint.client().release(descriptor.id)?;
            return Err(Error::BadArray { name: name.to_owned(), reason });
        }
        let placement = Placement::new(spec.distribution, spec.len, endpoint.size());
        Ok(Segment::new(endpoint, descriptor, placement))
    }

    fn new(
        endpoint: &Arc<Endpoint<P>>,
        mut descriptor: SegmentDescriptor,
        placement: Placement,
    ) -> Segment<P> {
        let element_bytes = u64::from(descriptor.spec.element_bytes);
        // Only the catalog needs it; it has a number for each node of the job.
        descriptor.spec.bytes_on = Vec::new();
        let usable = AtomicU64::new(placement.len());
        Segment { endpoint: Arc::clone(endpoint), descriptor, placement, element_bytes, usable }
    }

    #[inline]
    pub(crate) fn endpoint(&self) -> &Arc<Endpoint<P>> {
        &self.endpoint
    }

    pub(crate) fn spec(&self) -> &SegmentSpec {
        &self.descriptor.spec
    }

    pub(crate) fn created(&self) -> bool {
        self.descriptor.created
    }

    #[inline]
    pub(crate) fn len(&self) -> u64 {
        self.placement.len()
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

    /// Where an element is stored. `index` must be inside.
    #[inline]
    pub(crate) fn place(&self, index: u64) -> Place {
        let at = self.placement.locate(index);
        self.place_in(at.home, at.local)
    }

    #[inline]
    fn place_in(&self, home: u32, local: u64) -> Place {
        let base = self.descriptor.offset_on[home as usize];
        Place::new(home, base + local * self.element_bytes)
    }

    /// The contiguous pieces that elements `range` are stored in, in order, with their bytes.
    pub(crate) fn pieces(&self, range: Range<u64>) -> impl Iterator<Item = (Place, usize)> + '_ {
        let mut next = range.start;
        std::iter::from_fn(move || {
            if next >= range.end {
                return None;
            }
            let at = self.placement.locate(next);
            let run = at.run.min(range.end - next);
            next += run;
            Some((self.place_in(at.home, at.local), (run * self.element_bytes) as usize))
        })
    }

    /// How many elements are stored at `rank`.
    pub(crate) fn local_len(&self, rank: u32) -> u64 {
        self.placement.local_len(rank)
    }

    /// The indices stored at `rank`, where they are one range.
    pub(crate) fn range_at(&self, rank: u32) -> Option<Range<u64>> {
        self.placement.range_at(rank)
    }

    /// The index of element `local` of the part at `rank`.
    pub(crate) fn index_at(&self, rank: u32, local: u64) -> u64 {
        self.placement.index_of(rank, local)
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
