//! Updates of many words that nobody wants to hear of: "add", "and", "or", "exclusive or".
//!
//! Where the provider executes in place, an update is one instruction of the processor, and
//! the lines of those that follow are on their way meanwhile: what a large table costs is the way to memory. Else they
//! travel in batches, one doorbell for each home. A NIC has one of them, the addition; the others are made by
//! compare-and-swap of what a READ has found, again for those that somebody else was faster at.

use arrayvec::ArrayVec;
use verbs_shim::{Atomic, RemoteAddr, Update, WorkRequest};

use super::batch::{Reading, Requests};
use super::operations::indeterminate;
use super::staging::{BATCH, Staging};
use super::thread::Thread;
use super::{Endpoint, Item, Place};
use crate::error::Error;
use crate::primitives::Primitives;

/// Updates whose words are on their way to the processor. More than that it does not keep track of.
const AHEAD: usize = 32;

/// Bytes of a word.
const WORD: usize = size_of::<u64>();

/// A change to one word.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub(crate) place: Place,
    pub(crate) operand: u64,
}

impl<P: Primitives> Endpoint<P> {
    /// Makes `count` updates, the nth of which `change` tells; complete at the homes on return. In place each is a round
    /// trip of its own; else batches of 64, one round trip each for an addition and two for the others, and one more
    /// for each time that words of a batch were changed by somebody else, or earlier in it.
    pub(crate) fn update_many(
        &self,
        update: Update,
        count: usize,
        change: impl Fn(usize) -> Change,
    ) -> Result<(), Error> {
        let mut next = 0;
        if !self.fabric.capabilities().in_place {
            while next < count {
                let end = count.min(next + BATCH);
                let batch: ArrayVec<Change, BATCH> = (next..end).map(&change).collect();
                self.with(|thread| thread.update_batch(self, update, &batch))?;
                next = end;
            }
            return Ok(());
        }
        loop {
            next = self.update_at_once(update, next, count, &change);
            if next == count {
                return Ok(());
            }
            let Change { place, operand } = change(next);
            match update {
                Update::Add => self.atomic(place, Atomic::FetchAdd { add: operand })?,
                _ => self.modify(place, |word| update.of(word, operand))?,
            };
            next += 1;
        }
    }

    /// Updates words through windows, from the one of that number on. The answer is the number of the first that could
    /// not be updated so.
    fn update_at_once(
        &self,
        update: Update,
        first: usize,
        count: usize,
        change: &impl Fn(usize) -> Change,
    ) -> usize {
        let updated = P::with_windows(|windows| {
            let label = self.number();
            let prefetch = |number| {
                let Place { rank, offset } = change(number).place;
                windows.prefetch(label, rank, offset);
            };
            (first..count.min(first + AHEAD)).for_each(prefetch);
            (first..count).find(|number| {
                if *number + AHEAD < count {
                    prefetch(*number + AHEAD);
                }
                let Change { place, operand } = change(*number);
                !windows.update(label, place.rank, update, operand, place.offset)
            })
        });
        updated.map_or(first, |refused| refused.unwrap_or(count))
    }

    /// Replaces a word by `next` of it, by compare-and-swap until it holds; the answer is the word before.
    pub(crate) fn modify(&self, place: Place, next: impl Fn(u64) -> u64) -> Result<u64, Error> {
        let mut expected = self.atomic_load(place)?;
        loop {
            let new = next(expected);
            let before = self.atomic(place, Atomic::CompareSwap { expected, new })?;
            if before == expected {
                return Ok(before);
            }
            expected = before;
        }
    }
}

impl<P: Primitives> Thread<P> {
    /// Makes updates that fit one batch, by the NIC.
    fn update_batch(
        &self,
        endpoint: &Endpoint<P>,
        update: Update,
        batch: &[Change],
    ) -> Result<(), Error> {
        let items = batch.iter().enumerate();
        let mut items: ArrayVec<Item, BATCH> =
            items.map(|(index, change)| Item { place: change.place, index }).collect();
        if update == Update::Add {
            return self.in_windows(endpoint, &items, &mut Adding(batch)).map_err(indeterminate);
        }
        // A READ may tear where atomics are the NIC's; then the compare-and-swap fails, and tells what is there.
        let mut words = [0; BATCH * WORD];
        self.in_windows(endpoint, &items, &mut Reading { each: WORD, into: &mut words })?;
        let mut expected = [0; BATCH];
        for (expected, word) in expected.iter_mut().zip(words.as_chunks().0) {
            *expected = u64::from_ne_bytes(*word);
        }
        let mut swapping = Swapping { update, batch, expected, is_done: [false; BATCH] };
        while !items.is_empty() {
            self.in_windows(endpoint, &items, &mut swapping).map_err(indeterminate)?;
            items.retain(|item| !swapping.is_done[item.index]);
        }
        Ok(())
    }

    /// Exchanges requests in batches that the queue pairs have room for.
    fn in_windows(
        &self,
        endpoint: &Endpoint<P>,
        items: &[Item],
        requests: &mut impl Requests,
    ) -> Result<(), Error> {
        let mut windows = items.chunks(self.longest_batch());
        windows.try_for_each(|window| self.exchange(endpoint, window, requests))
    }
}

/// Additions, whose answers nobody looks at.
struct Adding<'a>(&'a [Change]);

impl Requests for Adding<'_> {
    fn request<'a>(
        &mut self,
        remote: RemoteAddr,
        staging: &'a Staging,
        cell: usize,
        item: Item,
    ) -> Result<WorkRequest<'a>, Error> {
        let atomic = Atomic::FetchAdd { add: self.0[item.index].operand };
        Ok(WorkRequest::atomic(atomic, staging.cell(cell, WORD)?, remote))
    }

    fn finish(&mut self, _: &Staging, _: usize, _: Item) {}
}

/// Compare-and-swaps of what the words are believed to be.
struct Swapping<'a> {
    update: Update,
    batch: &'a [Change],
    expected: [u64; BATCH],
    is_done: [bool; BATCH],
}

impl Requests for Swapping<'_> {
    fn request<'a>(
        &mut self,
        remote: RemoteAddr,
        staging: &'a Staging,
        cell: usize,
        item: Item,
    ) -> Result<WorkRequest<'a>, Error> {
        let expected = self.expected[item.index];
        let new = self.update.of(expected, self.batch[item.index].operand);
        let atomic = Atomic::CompareSwap { expected, new };
        Ok(WorkRequest::atomic(atomic, staging.cell(cell, WORD)?, remote))
    }

    fn finish(&mut self, staging: &Staging, cell: usize, item: Item) {
        let mut word = [0; WORD];
        staging.memory().read(Staging::cell_at(cell), &mut word);
        let before = u64::from_ne_bytes(word);
        self.is_done[item.index] = before == self.expected[item.index];
        self.expected[item.index] = before;
    }
}
