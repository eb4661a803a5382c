//! What a node contributes behind what the catalog gives out.

use verbs_shim::{Fabric, HugePages, Memory};

use crate::cluster::Coordinator;
use crate::error::Error;
use crate::primitives::Primitives;

/// What a node contributes behind what the catalog gives out. Its arena then consists of ordinary pages.
pub(crate) struct Beyond<'a> {
    /// So many bytes, rounded up to whole pages.
    pub(crate) bytes: u64,
    /// The same where nobody but processors reaches them: there they count when they are touched.
    pub(crate) bytes_in_place: u64,
    /// Called with the arena and the offset where they begin, when nobody else knows of the arena and no thread of the
    /// runtime runs in this process.
    pub(crate) fill: Box<Fill<'a>>,
}

type Fill<'a> = dyn FnOnce(&Memory, usize) -> Result<(), Error> + 'a;

impl Beyond<'_> {
    /// Reserves an arena, and fills what lies behind its first `arena_bytes`.
    pub(super) fn allocate<P: Primitives>(
        self,
        fabric: &Fabric<P::Provider>,
        own: Option<&Coordinator<P>>,
        arena_bytes: u64,
    ) -> Result<Memory, Error> {
        let page = rustix::param::page_size() as u64;
        let start = arena_bytes.next_multiple_of(page);
        let len_with = |bytes| {
            let len = start.checked_add(bytes).and_then(|len| usize::try_from(len).ok());
            len.unwrap_or(usize::MAX)
        };
        // What a NIC is to reach it pins, and so needs all of it.
        let memory = if fabric.capabilities().in_place {
            Memory::sparse(len_with(self.bytes_in_place), start as usize)?
        } else {
            fabric.allocate_with(len_with(self.bytes), HugePages::No)?
        };
        let fill = || (self.fill)(&memory, start as usize);
        match own {
            Some(coordinator) => coordinator.while_paused(fill),
            None => fill(),
        }?;
        Ok(memory)
    }
}
