//! The cache of a node: copies of blocks, shared by its threads, within a budget of bytes.
//!
//! | file | what |
//! | --- | --- |
//! | `mod.rs` | [`Cache`]: the budget, and what comes and goes |
//! | `table.rs` | [`Table`]: the copies of one segment, by block |
//! | `fifo.rs` | which copies stay: S3-FIFO, pure |
//! | `slot.rs` | [`Copy`](struct@Copy) and the slots they are found in; all that touches pointers |
//!
//! # Who may touch what when
//!
//! * A hit loads three pointers (root, chunk, slot) under a pin, and takes no lock. It stores nothing, unless the
//!   copy is to be marked as used, which ends after a few times.
//! * Slots change under the lock of the cache only, together with the queues: the queues have a resident for
//!   each slot that is not empty, and no other.
//! * What leaves a slot is freed when nobody can be reading it any more: by a collector of the node.
//!
//! # Invariants
//!
//! 1. Copies, queues and chunks take no more than the budget. Garbage, what is out of its slot and not freed
//!    yet, comes on top: it waits for the pins that were there when it left.
//! 2. While a copy of a block stays in its slot, its `wts` only rises.
//! 3. The node's clock is not behind the `wts` of any copy: whoever keeps one has advanced it before.
//!
//! # Eras
//!
//! An array is read element by element, so one pass uses each block many times at once. That must not pass for
//! a block that is needed again and again. So a use counts if it is the first of its block in an *era*, and
//! eras go by as copies come: four while one passes through *small*.

mod fifo;
mod slot;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crossbeam_epoch::{Collector, Guard};

use self::fifo::{Marks, NODE_BYTES, S3Fifo};
use self::slot::{CHUNK_BYTES, Draft, Garbage, Slots};
pub(crate) use self::slot::{Copy, Snapshot};
pub(crate) use self::table::Table;
use super::protocol::Known;
use crate::primitives::{Mutex, Primitives};

/// Eras that go by while as much comes as *small* takes.
const ERAS: usize = 4;

/// Garbage in proportion to the budget: beyond, each thread that adds to it also helps to be rid of it.
const GARBAGE_PART: usize = 8;

/// The copies that a node has of blocks, whatever their segments.
pub(crate) struct Cache<P> {
    era: Era,
    collector: Collector,
    budget: usize,
    garbage: Arc<Garbage>,
    residents: Mutex<Residents, P>,
}

/// All hits read it, so it has a cache line of its own.
#[repr(align(128))]
struct Era(AtomicU32);

/// A block: the number of its table, and its own.
type Key = (u64, u64);

/// What the lock protects: the slots belong to it, as far as they change.
struct Residents {
    fifo: S3Fifo<Key, Arc<Slots>>,
    /// By table and number: how many copies there are in a chunk. Those without any are gone.
    chunks: BTreeMap<(u64, u64), u32>,
    /// How many tables there were.
    tables: u64,
    /// Bytes that have come in this era.
    came: usize,
}

/// A copy that is to be kept.
struct Arrival<'a> {
    block: u64,
    known: Known,
    moment: u64,
    data: &'a [u8],
}

impl<P: Primitives> Cache<P> {
    /// An empty cache of `budget` bytes; one that is too small for a block and a chunk of slots keeps nothing.
    /// All pins that it is used with are of this collector.
    pub(crate) fn new(collector: &Collector, budget: usize) -> Cache<P> {
        let residents =
            Residents { fifo: S3Fifo::new(budget), chunks: BTreeMap::new(), tables: 0, came: 0 };
        Cache {
            era: Era(AtomicU32::new(0)),
            collector: collector.clone(),
            budget,
            garbage: Arc::default(),
            residents: Mutex::new(residents),
        }
    }

    /// Empty slots for the blocks of a segment.
    fn slots(&self, blocks: u64) -> Slots {
        let mut residents = self.residents.lock();
        residents.tables += 1;
        Slots::new(residents.tables, blocks, self.collector.clone(), Arc::clone(&self.garbage))
    }

    /// Keeps a copy, unless there is one that is as new: that is prolonged, or newer and left as it is. The
    /// answer is the copy that is there afterwards, or would be if it were not too large.
    #[inline]
    fn keep<'g>(&self, slots: &Arc<Slots>, arrival: &Arrival<'_>, guard: &'g Guard) -> &'g Copy {
        P::give_way();
        match arrival.meets(slots.get(arrival.block, guard)) {
            Some(copy) => copy,
            None => self.keep_new(slots, arrival, guard),
        }
    }

    fn keep_new<'g>(
        &self,
        slots: &Arc<Slots>,
        arrival: &Arrival<'_>,
        guard: &'g Guard,
    ) -> &'g Copy {
        let era = self.era.0.load(Ordering::Relaxed);
        let draft = Draft::new(arrival.known, arrival.moment, era, arrival.data);
        let copy = self.settle(slots, arrival, draft, guard);
        if self.garbage.bytes() > self.budget / GARBAGE_PART {
            guard.flush();
        }
        copy
    }

    fn settle<'g>(
        &self,
        slots: &Arc<Slots>,
        arrival: &Arrival<'_>,
        draft: Draft,
        guard: &'g Guard,
    ) -> &'g Copy {
        let block = arrival.block;
        let bytes = draft.bytes() + NODE_BYTES;
        if bytes + CHUNK_BYTES > self.budget || !slots.has(block) {
            return slots.show(draft, guard);
        }
        let mut residents = self.residents.lock();
        // Another thread may have been faster.
        let old = slots.get(block, guard);
        if let Some(copy) = arrival.meets(old) {
            return copy;
        }
        match old {
            Some(old) if old.bytes() == draft.bytes() => draft.succeed(old),
            old => {
                if old.is_some() {
                    residents.remove::<P>(slots, block, guard);
                }
                let node = residents.enter::<P>(slots, block, bytes, self.budget, guard);
                draft.set_node(node);
                self.pass(&mut residents, bytes);
            }
        }
        P::give_way();
        slots.put(block, draft, guard)
    }

    /// So many bytes have come.
    fn pass(&self, residents: &mut Residents, bytes: usize) {
        residents.came += bytes;
        if residents.came >= fifo::small_limit(self.budget) / ERAS {
            residents.came = 0;
            P::give_way();
            self.era.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Removes the copy of a block, if there is one.
    fn forget(&self, slots: &Arc<Slots>, block: u64, guard: &Guard) {
        self.residents.lock().remove::<P>(slots, block, guard);
    }

    /// Removes all copies of a table.
    fn empty(&self, slots: &Arc<Slots>) {
        let guard = self.collector.register().pin();
        let mut residents = self.residents.lock();
        let table = slots.number();
        let chunks: Vec<u64> =
            residents.chunks.range((table, 0)..=(table, u64::MAX)).map(|(key, _)| key.1).collect();
        for block in chunks.into_iter().flat_map(Slots::blocks_of) {
            residents.remove::<P>(slots, block, &guard);
        }
        residents.fifo.forget_ghosts((table, 0)..=(table, u64::MAX));
        drop(residents);
        guard.flush();
    }
}

impl Arrival<'_> {
    /// The copy that is there, if that is as new as this one; prolonged, if it is the same.
    #[inline]
    fn meets<'g>(&self, copy: Option<&'g Copy>) -> Option<&'g Copy> {
        let copy = copy.filter(|copy| copy.wts() >= self.known.wts)?;
        if copy.wts() == self.known.wts {
            copy.renew(self.known.lease, self.moment);
        }
        Some(copy)
    }
}

impl Residents {
    fn used(&self) -> usize {
        self.fifo.used() + self.chunks.len() * CHUNK_BYTES
    }

    /// Lets a block in that is not there, others out as need be. The answer is its number in the queues.
    fn enter<P: Primitives>(
        &mut self,
        slots: &Arc<Slots>,
        block: u64,
        bytes: usize,
        budget: usize,
        guard: &Guard,
    ) -> u32 {
        // Counted first, so that its chunk stays when the last other copy in it has to go.
        *self.chunks.entry((slots.number(), Slots::chunk_of(block))).or_default() += 1;
        while self.used() + bytes > budget {
            match self.fifo.evict(&Marked(guard)) {
                Some(((_, block), slots)) => self.leave::<P>(&slots, block, guard),
                None if self.fifo.forget_ghost() => {}
                None => break,
            }
        }
        self.fifo.insert((slots.number(), block), Arc::clone(slots), bytes)
    }

    fn remove<P: Primitives>(&mut self, slots: &Arc<Slots>, block: u64, guard: &Guard) {
        if let Some(copy) = slots.get(block, guard) {
            self.fifo.remove(copy.node());
            self.leave::<P>(slots, block, guard);
        }
    }

    /// Empties the slot of a block that the queues do not have any more, and its chunk if it was the last.
    fn leave<P: Primitives>(&mut self, slots: &Slots, block: u64, guard: &Guard) {
        P::give_way();
        slots.take(block, guard);
        let chunk = Slots::chunk_of(block);
        let key = (slots.number(), chunk);
        if let Some(copies) = self.chunks.get_mut(&key) {
            *copies -= 1;
            if *copies == 0 {
                self.chunks.remove(&key);
                P::give_way();
                slots.drop_chunk(chunk, guard);
            }
        }
    }
}

/// The marks of copies in their slots.
struct Marked<'g>(&'g Guard);

impl Marks<Key, Arc<Slots>> for Marked<'_> {
    fn visits(&self, (_, block): &Key, slots: &Arc<Slots>) -> u8 {
        slots.get(*block, self.0).map_or(0, Copy::visits)
    }

    fn set_visits(&self, (_, block): &Key, slots: &Arc<Slots>, visits: u8) {
        if let Some(copy) = slots.get(*block, self.0) {
            copy.set_visits(visits);
        }
    }
}
