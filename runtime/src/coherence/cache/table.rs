//! [`Table`]: the copies of the blocks of one segment.

use std::convert::Infallible;
use std::sync::Arc;

use crossbeam_epoch::Guard;

use super::slot::Slots;
use super::{Arrival, Cache, Copy, Snapshot};
use crate::coherence::protocol::Known;
use crate::endpoint::Pin;
use crate::primitives::Primitives;

/// The copies that a node has of the blocks of one segment. Dropping it gives their bytes back.
pub(crate) struct Table<P: Primitives> {
    cache: Arc<Cache<P>>,
    pub(super) slots: Arc<Slots>,
}

impl<P: Primitives> Table<P> {
    /// A table without copies, for so many blocks. It takes a pointer for each 128 of them, as soon as one of
    /// the neighbors is used; chunks of slots come and go with the copies, within the budget.
    pub(crate) fn new(cache: &Arc<Cache<P>>, blocks: u64) -> Table<P> {
        Table { cache: Arc::clone(cache), slots: Arc::new(cache.slots(blocks)) }
    }

    /// The copy of a block, whatever its lease. No lock, no allocation; the use is marked.
    #[inline]
    pub(crate) fn get<'g>(&self, block: u64, pin: &'g Pin) -> Option<&'g Copy> {
        self.find(block, pin.guard())
    }

    /// As [`Table::get`], for as long as the answer lives.
    #[inline]
    pub(crate) fn snapshot(&self, block: u64, pin: Pin) -> Option<Snapshot> {
        Snapshot::new(pin, |pin| self.get(block, pin).ok_or(())).ok()
    }

    /// Keeps a copy of a block: its data, what is known of it, and the moment at which the look began that found
    /// it. The clock has been advanced to its `wts` before.
    ///
    /// Of two copies the newer stays, by `wts`, and is the answer; if they are the same, the one that is there
    /// is prolonged. A copy that is larger than the whole budget lives as long as the answer. Takes the lock of
    /// the cache, and makes room.
    #[inline]
    pub(crate) fn keep(
        &self,
        block: u64,
        known: Known,
        moment: u64,
        data: &[u8],
        pin: Pin,
    ) -> Snapshot {
        let arrival = Arrival { block, known, moment, data };
        let Ok(kept) =
            Snapshot::new(pin, |pin| Ok::<_, Infallible>(self.admit(&arrival, pin.guard())));
        kept
    }

    /// Removes the copy of a block, if there is one.
    pub(crate) fn forget(&self, block: u64, pin: &Pin) {
        self.drop_copy(block, pin.guard());
    }

    #[inline]
    pub(super) fn find<'g>(&self, block: u64, guard: &'g Guard) -> Option<&'g Copy> {
        P::give_way();
        let copy = self.slots.get(block, guard)?;
        copy.visit(&self.cache.era.0);
        Some(copy)
    }

    #[inline]
    pub(super) fn admit<'g>(&self, arrival: &Arrival<'_>, guard: &'g Guard) -> &'g Copy {
        self.cache.keep(&self.slots, arrival, guard)
    }

    pub(super) fn drop_copy(&self, block: u64, guard: &Guard) {
        self.cache.forget(&self.slots, block, guard);
    }
}

impl<P: Primitives> Drop for Table<P> {
    fn drop(&mut self) {
        self.cache.empty(&self.slots);
    }
}
