mod copies;
mod queues;
mod residents;
mod threads;

use std::collections::BTreeSet;
use std::sync::Arc;

use crossbeam_epoch::{Collector, Guard, LocalHandle};

use super::fifo::Name;
use super::*;
use crate::coherence::protocol::{Delta, Lease, LogicalTime};
use crate::primitives::System;

/// What a copy of so many bytes of data takes of the budget.
fn cost(data: usize) -> usize {
    64 + data.next_multiple_of(64) + NODE_BYTES
}

impl<P: Primitives> Cache<P> {
    /// Bytes that copies take, with what it takes to find and to manage them.
    fn used(&self) -> usize {
        self.residents.lock().used()
    }

    /// Bytes of copies that are out of their slots and not freed yet.
    fn garbage(&self) -> usize {
        self.garbage.bytes()
    }
}

/// A cache and the collector it frees by.
struct Node {
    collector: Collector,
    cache: Arc<Cache<System>>,
}

impl Node {
    fn new(budget: usize) -> Node {
        let collector = Collector::new();
        let cache = Arc::new(Cache::new(&collector, budget));
        Node { collector, cache }
    }

    fn table(&self, blocks: u64) -> Table<System> {
        Table::new(&self.cache, blocks)
    }

    /// What a thread pins with.
    fn handle(&self) -> LocalHandle {
        self.collector.register()
    }

    /// That the queues have just what the slots have, and that both are what was counted.
    fn check(&self, tables: &[&Table<System>]) {
        let guard = self.handle().pin();
        let residents = self.cache.residents.lock();
        let mut queued = BTreeSet::new();
        let mut used = residents.fifo.keys(Name::Ghosts).len() * fifo::GHOST_BYTES;
        for queue in [Name::Small, Name::Main] {
            for (key, bytes) in residents.fifo.keys(queue) {
                assert!(queued.insert(key), "{key:?} is there twice");
                used += bytes;
            }
        }
        let mut found = BTreeSet::new();
        let mut chunks = BTreeSet::new();
        for table in tables {
            let slots = &table.slots;
            let mut block = 0;
            while slots.has(block) {
                if let Some(copy) = slots.get(block, &guard) {
                    assert_eq!(cost(copy.data().len()), copy.bytes() + NODE_BYTES);
                    found.insert((slots.number(), block));
                    chunks.insert((slots.number(), Slots::chunk_of(block)));
                }
                block += 1;
            }
        }
        assert_eq!(queued, found);
        assert_eq!(residents.chunks.keys().copied().collect::<BTreeSet<_>>(), chunks);
        used += chunks.len() * CHUNK_BYTES;
        assert_eq!(residents.used(), used);
        assert!(used <= self.cache.budget, "{used} bytes of {}", self.cache.budget);
    }
}

/// A copy written at `wts` that may be read for `lease` from then on.
fn known(wts: u64, lease: u64) -> Known {
    let lease = Lease { delta: Delta::at_least(lease), ..Lease::default() };
    Known { wts: LogicalTime(wts), lease }
}

/// Keeps a copy, of whole words, that can be checked by itself: its first word is `wts`, all others are `block`.
fn keep<'g>(
    table: &Table<System>,
    block: u64,
    wts: u64,
    bytes: usize,
    guard: &'g Guard,
) -> &'g Copy {
    let mut data = block.to_le_bytes().repeat(bytes / 8);
    data[..8].copy_from_slice(&wts.to_le_bytes());
    table.admit(&Arrival { block, known: known(wts, 8), moment: 0, data: &data }, guard)
}

/// That a copy is one made by [`keep`] for this block, and whole.
fn check_copy(copy: &Copy, block: u64) {
    let mut words = copy.data().chunks_exact(8);
    assert_eq!(words.next(), Some(&copy.wts().0.to_le_bytes()[..]));
    assert!(words.all(|word| word == block.to_le_bytes()), "another's data in block {block}");
}
