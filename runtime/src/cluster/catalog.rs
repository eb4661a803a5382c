//! Names, segments, references, and the extents of all arenas.
//!
//! The life of an extent:
//!
//! ```text
//!  free ──create──▶ in a segment ──last release──▶ clearing ──home has cleared──▶ free
//!                                                     └────── home died ──▶ given up
//! ```
//!
//! A name is free again with the last release; its segment's memory only after the clearing.
//! References are counted for each node, and all of a node's end when it leaves or dies.

use std::collections::BTreeMap;

use super::error::Refusal;
use super::extents::{Extent, Extents};
use super::segment::{CatalogEntry, SegmentDescriptor, SegmentSpec};
use super::{Epoch, Rank, SegmentId};

/// The most lines of one answer; small in tests, so that there are several answers.
const PAGE: usize = if cfg!(test) { 3 } else { 500 };

/// Asks a home to zero a part of its arena, and then to say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClearOrder {
    /// Names the order in its answer.
    pub(crate) clear: u64,
    pub(crate) home: Rank,
    pub(crate) offset: u64,
    pub(crate) len: u64,
}

/// How a request for a segment ends that is not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Granted {
    Segment(SegmentDescriptor),
    /// There is no room now, but memory is being cleared: ask again when some of it has been.
    Later,
}

#[derive(Debug)]
struct Arena {
    extents: Extents,
    /// Extents of it that are being cleared.
    clearing: usize,
    /// How its node died, if it did.
    dead: Option<String>,
}

#[derive(Debug)]
struct Segment {
    spec: SegmentSpec,
    /// The piece on each rank.
    pieces: Vec<Option<Extent>>,
    /// How often each node has attached it; never 0, never empty.
    references: BTreeMap<Rank, u64>,
    epoch: Epoch,
}

/// The catalog of a job all of whose nodes have announced their arenas.
#[derive(Debug)]
pub(crate) struct Catalog {
    arenas: Vec<Arena>,
    segments: BTreeMap<SegmentId, Segment>,
    names: BTreeMap<String, SegmentId>,
    next_segment: u64,
    clearing: BTreeMap<u64, (Rank, Extent)>,
    next_clear: u64,
}

impl Catalog {
    /// Arenas of `arena_bytes` each; the first bytes of each are reserved.
    pub(crate) fn new(arena_bytes: u64, reserved: impl IntoIterator<Item = u64>) -> Catalog {
        let arena = |reserved| Arena {
            extents: Extents::new(reserved, arena_bytes),
            clearing: 0,
            dead: None,
        };
        Catalog {
            arenas: reserved.into_iter().map(arena).collect(),
            segments: BTreeMap::new(),
            names: BTreeMap::new(),
            // 0 is no segment: a global address of zero bits stands for "null".
            next_segment: 1,
            clearing: BTreeMap::new(),
            next_clear: 0,
        }
    }

    fn ranks(&self) -> impl Iterator<Item = Rank> + use<> {
        (0..u32::try_from(self.arenas.len()).expect("ranks have 32 bits")).map(Rank)
    }

    /// Attaches the segment of this name, or creates it in `epoch`.
    pub(crate) fn create_or_attach(
        &mut self,
        node: Rank,
        spec: &SegmentSpec,
        epoch: Epoch,
    ) -> Result<Granted, Refusal> {
        spec.check(u32::try_from(self.arenas.len()).expect("ranks have 32 bits"))?;
        if let Some(&id) = self.names.get(&spec.name) {
            self.segments[&id].spec.check_same(spec)?;
            return self.attach_id(node, id).map(Granted::Segment);
        }
        self.check_homes(&spec.bytes_on)?;
        let Some(pieces) = self.allocate(spec)? else { return Ok(Granted::Later) };
        let id = SegmentId(self.next_segment);
        self.next_segment += 1;
        self.names.insert(spec.name.clone(), id);
        let references = BTreeMap::from([(node, 1)]);
        self.segments.insert(id, Segment { spec: spec.clone(), pieces, references, epoch });
        Ok(Granted::Segment(self.describe(id, true)))
    }

    /// Attaches the segment of this name.
    pub(crate) fn attach(&mut self, node: Rank, name: &str) -> Result<SegmentDescriptor, Refusal> {
        match self.names.get(name) {
            Some(&id) => self.attach_id(node, id),
            None => Err(Refusal::NoSuchSegment {
                name: name.chars().take(SegmentSpec::MAX_NAME).collect(),
            }),
        }
    }

    fn attach_id(&mut self, node: Rank, id: SegmentId) -> Result<SegmentDescriptor, Refusal> {
        self.check_homes(&self.segments[&id].spec.bytes_on)?;
        let segment = self.segments.get_mut(&id).expect("a name has a segment");
        *segment.references.entry(node).or_insert(0) += 1;
        Ok(self.describe(id, false))
    }

    /// Whether every node with a piece is alive.
    fn check_homes(&self, bytes_on: &[u64]) -> Result<(), Refusal> {
        for (rank, &bytes) in self.ranks().zip(bytes_on) {
            if let Some(reason) = &self.arenas[rank.index()].dead
                && bytes > 0
            {
                return Err(Refusal::NodeDied { rank, reason: reason.clone() });
            }
        }
        Ok(())
    }

    /// Takes all pieces or none. `None` when there may be room after some clearing.
    fn allocate(&mut self, spec: &SegmentSpec) -> Result<Option<Vec<Option<Extent>>>, Refusal> {
        let mut pieces: Vec<Option<Extent>> = Vec::with_capacity(self.arenas.len());
        let mut result = Ok(());
        for (rank, &wanted) in self.ranks().zip(&spec.bytes_on) {
            let arena = &mut self.arenas[rank.index()];
            if wanted == 0 {
                pieces.push(None);
            } else if let Some(extent) =
                arena.extents.allocate(wanted, u64::from(spec.piece_align()))
            {
                pieces.push(Some(extent));
            } else {
                let (free, largest) = (arena.extents.free(), arena.extents.largest());
                let name = spec.name.clone();
                result = Err((rank, Refusal::ArenaTooSmall { name, rank, wanted, free, largest }));
                break;
            }
        }
        match result {
            Ok(()) => Ok(Some(pieces)),
            Err((short, refusal)) => {
                for (arena, piece) in self.arenas.iter_mut().zip(pieces) {
                    if let Some(extent) = piece {
                        arena.extents.release(extent);
                    }
                }
                if self.arenas[short.index()].clearing > 0 { Ok(None) } else { Err(refusal) }
            }
        }
    }

    fn describe(&self, id: SegmentId, created: bool) -> SegmentDescriptor {
        let segment = &self.segments[&id];
        let offset = |piece: &Option<Extent>| piece.as_ref().map_or(0, Extent::offset);
        SegmentDescriptor {
            id,
            spec: segment.spec.clone(),
            offset_on: segment.pieces.iter().map(offset).collect(),
            created,
            epoch: segment.epoch,
        }
    }

    /// Gives up one reference of a node.
    pub(crate) fn release(
        &mut self,
        node: Rank,
        id: SegmentId,
    ) -> Result<Vec<ClearOrder>, Refusal> {
        let not_attached = Refusal::NotAttached { id };
        let Some(segment) = self.segments.get_mut(&id) else { return Err(not_attached) };
        let Some(count) = segment.references.get_mut(&node) else { return Err(not_attached) };
        *count -= 1;
        if *count == 0 {
            segment.references.remove(&node);
        }
        Ok(self.free_if_unused(id))
    }

    /// Gives up all references of a node that leaves.
    pub(crate) fn node_left(&mut self, node: Rank) -> Vec<ClearOrder> {
        let held: Vec<SegmentId> = self
            .segments
            .iter_mut()
            .filter_map(|(&id, segment)| segment.references.remove(&node).map(|_| id))
            .collect();
        held.into_iter().flat_map(|id| self.free_if_unused(id)).collect()
    }

    /// Gives up all references of a node that died, and its arena.
    pub(crate) fn node_died(&mut self, node: Rank, reason: &str) -> Vec<ClearOrder> {
        let arena = &mut self.arenas[node.index()];
        arena.dead = Some(reason.to_owned());
        arena.clearing = 0;
        self.clearing.retain(|_, (home, _)| *home != node);
        self.node_left(node)
    }

    fn free_if_unused(&mut self, id: SegmentId) -> Vec<ClearOrder> {
        if !self.segments[&id].references.is_empty() {
            return Vec::new();
        }
        let segment = self.segments.remove(&id).expect("it was just there");
        self.names.remove(&segment.spec.name);
        let mut orders = Vec::new();
        for (home, piece) in self.ranks().zip(segment.pieces) {
            let arena = &mut self.arenas[home.index()];
            let Some(extent) = piece.filter(|_| arena.dead.is_none()) else { continue };
            let clear = self.next_clear;
            self.next_clear += 1;
            orders.push(ClearOrder { clear, home, offset: extent.offset(), len: extent.len() });
            arena.clearing += 1;
            self.clearing.insert(clear, (home, extent));
        }
        orders
    }

    /// A home has cleared what it was asked to. False when it was not asked.
    pub(crate) fn cleared(&mut self, home: Rank, clear: u64) -> bool {
        match self.clearing.remove(&clear) {
            Some((asked, extent)) if asked == home => {
                let arena = &mut self.arenas[home.index()];
                arena.clearing -= 1;
                arena.extents.release(extent);
                true
            }
            Some(other) => {
                self.clearing.insert(clear, other);
                false
            }
            None => false,
        }
    }

    /// Some lines, in the order of names, from the first after `after`; and whether more follow.
    pub(crate) fn page(&self, after: Option<&str>) -> (Vec<CatalogEntry>, bool) {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = after.map_or(Unbounded, Excluded);
        let mut names = self.names.range::<str, _>((from, Unbounded));
        let entries = names.by_ref().take(PAGE).map(|(_, &id)| self.entry(id)).collect();
        (entries, names.next().is_some())
    }

    fn entry(&self, id: SegmentId) -> CatalogEntry {
        let Segment { spec, references, .. } = &self.segments[&id];
        CatalogEntry {
            id,
            name: spec.name.clone(),
            type_name: spec.type_name.clone(),
            len: spec.len,
            distribution: spec.distribution,
            model: spec.model,
            block_bytes: spec.block_bytes,
            pages: spec.pages,
            bytes: spec.bytes_on.iter().fold(0, |sum, &bytes| sum.saturating_add(bytes)),
            nodes: u32::try_from(references.len()).expect("ranks have 32 bits"),
        }
    }

    /// Free bytes in the arena of a rank.
    #[cfg(test)]
    pub(crate) fn free_on(&self, rank: Rank) -> u64 {
        self.arenas[rank.index()].extents.free()
    }
}

#[cfg(test)]
mod tests {
    use super::super::segment::tests::spec;
    use super::*;

    const E: Epoch = Epoch(2);
    const A: Rank = Rank(0);
    const B: Rank = Rank(1);

    fn catalog() -> Catalog {
        Catalog::new(64 << 10, [4096, 0])
    }

    fn create(catalog: &mut Catalog, node: Rank, spec: &SegmentSpec) -> SegmentDescriptor {
        match catalog.create_or_attach(node, spec, E) {
            Ok(Granted::Segment(descriptor)) => descriptor,
            other => panic!("no segment: {other:?}"),
        }
    }

    #[test]
    fn the_first_creates_and_the_others_attach() {
        let mut catalog = catalog();
        let first = create(&mut catalog, A, &spec("a", &[800, 800]));
        assert!(first.created && first.epoch == E);
        assert_eq!(first.offset_on, [4096, 0]);
        let second = create(&mut catalog, B, &spec("a", &[800, 800]));
        assert_eq!(second, SegmentDescriptor { created: false, ..first.clone() });
        assert_eq!(catalog.attach(B, "a"), Ok(second));
        let other = create(&mut catalog, A, &spec("b", &[0, 64]));
        assert_ne!(other.id, first.id);
        assert_eq!(other.offset_on, [0, 832]);
    }

    #[test]
    fn other_kinds_of_the_same_name_are_refused_and_change_nothing() {
        let mut catalog = catalog();
        let there = spec("a", &[800, 800]);
        let segment = create(&mut catalog, A, &there);
        for asked in [
            SegmentSpec { type_name: "u64".to_owned(), ..there.clone() },
            SegmentSpec { element_bytes: 4, ..there.clone() },
            SegmentSpec { len: 7, ..there.clone() },
            SegmentSpec { distribution: super::super::Distribution::Cyclic, ..there.clone() },
            SegmentSpec { bytes_on: vec![800, 808], ..there.clone() },
        ] {
            let refused = catalog.create_or_attach(B, &asked, E);
            assert!(matches!(refused, Err(Refusal::Mismatch { .. })), "{refused:?}");
        }
        // B has no reference: the release of A is the last.
        assert_eq!(catalog.release(A, segment.id).expect("A has one").len(), 2);
    }

    #[test]
    fn references_are_counted_for_each_node() {
        let mut catalog = catalog();
        let id = create(&mut catalog, A, &spec("a", &[64, 64])).id;
        for node in [A, B, B] {
            create(&mut catalog, node, &spec("a", &[64, 64]));
        }
        assert_eq!(catalog.release(A, id), Ok(Vec::new()));
        assert_eq!(catalog.release(A, id), Ok(Vec::new()));
        assert_eq!(catalog.release(A, id), Err(Refusal::NotAttached { id }));
        assert_eq!(catalog.node_left(B).len(), 2);
        assert_eq!(catalog.release(B, id), Err(Refusal::NotAttached { id }));
        assert!(matches!(catalog.attach(A, "a"), Err(Refusal::NoSuchSegment { .. })));
    }

    #[test]
    fn memory_is_free_again_only_after_it_is_cleared() {
        let mut catalog = catalog();
        let all = [60 << 10, 64 << 10];
        let old = create(&mut catalog, A, &spec("a", &all)).id;
        let orders = catalog.release(A, old).expect("A has it");
        assert_eq!(orders.iter().map(|order| order.home).collect::<Vec<_>>(), [A, B]);
        assert_eq!((orders[0].offset, orders[0].len), (4096, 60 << 10));
        assert_eq!(catalog.create_or_attach(B, &spec("a", &all), E), Ok(Granted::Later));
        assert!(!catalog.cleared(B, orders[0].clear), "only the home can say so");
        assert!(catalog.cleared(A, orders[0].clear));
        assert_eq!(catalog.create_or_attach(B, &spec("a", &all), E), Ok(Granted::Later));
        assert!(catalog.cleared(B, orders[1].clear));
        assert!(!catalog.cleared(B, orders[1].clear), "only once");
        let new = create(&mut catalog, B, &spec("a", &all));
        assert!(new.created);
        assert_ne!(new.id, old, "ids are never used again");
    }

    #[test]
    fn a_segment_that_does_not_fit_takes_nothing() {
        let mut catalog = catalog();
        let before = (catalog.free_on(A), catalog.free_on(B));
        let refusal = catalog
            .create_or_attach(A, &spec("big", &[64, 65 << 10]), E)
            .expect_err("B has 64 KiB")
            .to_string();
        for part in ["rank 1", "\"big\"", "66560 bytes", "65536 are free", "--memory"] {
            assert!(refusal.contains(part), "{refusal:?} lacks {part:?}");
        }
        assert_eq!((catalog.free_on(A), catalog.free_on(B)), before);
        assert!(create(&mut catalog, A, &spec("big", &[64, 64])).created, "the name is free");
    }

    #[test]
    fn a_dead_home_is_given_up() {
        let mut catalog = catalog();
        let kept = create(&mut catalog, A, &spec("kept", &[64, 64])).id;
        let gone = create(&mut catalog, A, &spec("gone", &[64, 64])).id;
        create(&mut catalog, B, &spec("of b", &[64, 0]));
        let orders = catalog.release(A, gone).expect("A has it");
        let of_b = catalog.node_died(B, "killed");
        assert_eq!(of_b.iter().map(|order| order.home).collect::<Vec<_>>(), [A]);
        assert!(!catalog.cleared(B, orders[1].clear), "it is not waited for any more");
        for refused in [
            catalog.attach(A, "kept").map(Granted::Segment),
            catalog.create_or_attach(A, &spec("kept", &[64, 64]), E),
            catalog.create_or_attach(A, &spec("new", &[0, 64]), E),
        ] {
            let reason = "killed".to_owned();
            assert_eq!(refused, Err(Refusal::NodeDied { rank: B, reason }));
        }
        assert!(create(&mut catalog, A, &spec("new", &[64, 0])).created);
        assert_eq!(catalog.release(A, kept).expect("A has it").len(), 1);
    }

    #[test]
    fn a_wait_ends_with_the_death_of_the_home() {
        let mut catalog = catalog();
        let id = create(&mut catalog, A, &spec("a", &[0, 64 << 10])).id;
        catalog.release(A, id).expect("A has it");
        let again = spec("b", &[0, 64 << 10]);
        assert_eq!(catalog.create_or_attach(A, &again, E), Ok(Granted::Later));
        catalog.node_died(B, "killed");
        assert!(matches!(
            catalog.create_or_attach(A, &again, E),
            Err(Refusal::NodeDied { rank: B, .. })
        ));
    }

    #[test]
    fn the_catalog_is_listed_in_pages() {
        let mut catalog = catalog();
        let names: Vec<String> = (0..2 * PAGE + 1).map(|number| format!("s{number:03}")).collect();
        for name in &names {
            create(&mut catalog, A, &spec(name, &[64, 128]));
        }
        create(&mut catalog, B, &spec("s000", &[64, 128]));
        let (mut listed, mut pages) = (Vec::new(), 0);
        loop {
            let last = listed.last().map(|entry: &CatalogEntry| entry.name.clone());
            let (entries, more) = catalog.page(last.as_deref());
            listed.extend(entries);
            pages += 1;
            if !more {
                break;
            }
        }
        assert_eq!(pages, 3);
        assert_eq!(
            listed.iter().map(|entry| &entry.name).collect::<Vec<_>>(),
            names.iter().collect::<Vec<_>>()
        );
        assert_eq!((listed[0].nodes, listed[1].nodes, listed[0].bytes), (2, 1, 192));
    }
}
