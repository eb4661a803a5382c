//! [`Direct`]: the arenas of the homes, mapped side by side as one range. Reads and writes reach the homes' memory by
//! themselves, so that synchronization is a matter of fences.

use std::ops::Range;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};

use paging::{Arrival, Arrived, Joined, Layout, Mechanism, Own, Paged, Refused, Source};
use verbs_shim::Memory;

use super::MapOptions;
use super::faults::READ_ONLY;
use crate::cluster::{Distribution, PageSpec, Rank};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::primitives::Primitives;
use crate::space::{PageRun, Placement, Segment};

/// The most pieces that one view is mapped from. A process can have 65,530 mappings by default.
const MOST_PIECES: usize = 4096;

/// Whether a segment of so many pages can be mapped: all nodes reach each other's memory in place, its files can
/// be mapped by the page, and there are not too many pieces.
pub(super) fn is_possible<P: Primitives>(
    endpoint: &Endpoint<P>,
    distribution: Distribution,
    pages: u64,
) -> Result<bool, Error> {
    if !endpoint.fabric().capabilities().in_place {
        return Ok(false);
    }
    let placement = Placement::new(distribution, pages, endpoint.size());
    if placement.runs().take(MOST_PIECES + 1).count() > MOST_PIECES {
        return Ok(false);
    }
    for rank in (0..endpoint.size()).filter(|&rank| placement.local_len(rank) > 0) {
        let Some(memory) = endpoint.mapped(rank)? else { return Ok(false) };
        if memory.fd().is_none() || memory.page_size() > PageSpec::MIN as usize {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The arenas' pieces, side by side.
enum Joint {
    Open(Joined),
    /// A stray write is told. Nothing else faults.
    ReadOnly(Paged),
}

/// Of memory that is there, and never written.
struct NoWrites;

// SAFETY: both methods do nothing but answer, and there are no twins.
unsafe impl Source for NoWrites {
    fn fetch<'a>(&self, _: usize, _: Arrival<'a>) -> Result<Arrived<'a>, Refused> {
        Err(Refused::new("no memory is mapped there"))
    }

    fn twin(&self, _: usize) -> Result<Option<NonNull<u8>>, Refused> {
        Err(READ_ONLY)
    }

    fn own_write(&self, _: usize) -> Result<(), Refused> {
        Err(READ_ONLY)
    }
}

/// A view of memory that all nodes map.
pub(crate) struct Direct<P: Primitives> {
    memory: Joint,
    segment: Arc<Segment<P>>,
    homes: Vec<Rank>,
}

impl<P: Primitives> Direct<P> {
    pub(super) fn new(segment: &Arc<Segment<P>>, options: &MapOptions) -> Result<Direct<P>, Error> {
        let name = &segment.spec().name;
        let refused = |reason: String| Error::BadView { name: name.clone(), reason };
        if options.mechanism.is_some() {
            return Err(refused(
                "its pages are mapped from their homes and have no faults to be served: create the array \
                 with PANGEA_VIEW=paged, or name no mechanism"
                    .to_owned(),
            ));
        }
        let homes: Vec<u32> =
            (0..segment.endpoint().size()).filter(|&rank| segment.pages_at(rank) > 0).collect();
        let arena = |rank: u32| -> Result<(u32, Arc<Memory>), Error> {
            let memory = segment.endpoint().mapped(rank)?;
            let memory = memory.filter(|memory| memory.fd().is_some()).ok_or_else(|| {
                refused(format!("the memory of rank {rank} cannot be mapped into this process"))
            })?;
            Ok((rank, memory))
        };
        let arenas = homes.iter().map(|&rank| arena(rank)).collect::<Result<Vec<_>, Error>>()?;
        let page = segment.page_bytes();
        let own: Vec<_> = segment
            .page_runs()
            .filter_map(|PageRun { pages, place }| {
                let (_, memory) =
                    &arenas[arenas.binary_search_by_key(&place.rank, |a| a.0).ok()?];
                let pages = pages.start as usize..pages.end as usize;
                Some(Own { pages, file: memory.fd()?, offset: place.offset })
            })
            .collect();
        let (len, at) = (segment.page_count() as usize * page, options.at);
        let memory = if options.read_only {
            let layout = Layout { name, len, page, at, own: &own };
            Paged::new(Mechanism::Mprotect, layout, NoWrites).map(Joint::ReadOnly)
        } else {
            let bytes = |pages: &Range<usize>| pages.start * page..pages.end * page;
            let pieces: Vec<_> =
                own.iter().map(|own| (bytes(&own.pages), own.file, own.offset)).collect();
            Joined::new(name, len, at, &pieces).map(Joint::Open)
        };
        let memory = memory.map_err(|source| Error::Paging { name: name.clone(), source })?;
        let homes = homes.into_iter().map(Rank).collect();
        Ok(Direct { memory, segment: Arc::clone(segment), homes })
    }

    pub(super) fn start(&self) -> NonNull<u8> {
        match &self.memory {
            Joint::Open(joined) => joined.start(),
            Joint::ReadOnly(paged) => paged.start(),
        }
    }

    /// Orders what this thread has read and written before what it reads and writes after, by loads and stores and by
    /// what the provider does in place.
    pub(super) fn synchronize(&self) -> Result<(), Error> {
        fence(Ordering::SeqCst);
        self.check()
    }

    /// The rank that stores the page of a byte.
    pub(super) fn home_of(&self, byte: usize) -> u32 {
        self.segment.page_home((byte / self.segment.page_bytes()) as u64).0
    }

    /// Fails when a home is dead: what lies in its memory is nobody's any more.
    pub(super) fn check(&self) -> Result<(), Error> {
        let health = self.segment.endpoint().health();
        if health.check().is_err() {
            for &home in &self.homes {
                health.check_rank(home)?;
            }
        }
        Ok(())
    }
}
