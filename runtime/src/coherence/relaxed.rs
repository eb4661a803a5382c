//! `Relaxed`: no cache and no protocol. Every operation goes to the home of the element.
//!
//! * An aligned element of 8 bytes (or fewer, of a power of two) is never seen torn; a longer one may
//!   be seen half old and half new while somebody writes it.
//! * A blocking `put` is at its home when it returns. Non-blocking ones are there after `quiet`.
//! * A blocking `put` to another node is seen by all before a later `get` of this thread reads from another node. Where one
//!   of the two is of the node's own part, which its processor reaches by itself, two nodes that do it crosswise may see
//!   it in the other order, unless there is a `fence` or `quiet` in between.
//! * Operations of one thread on one home take effect in order, except that a `get_nb` may be passed
//!   by a later write. Nothing is ordered between homes until `quiet` or a barrier.
//! * Atomics are atomic against each other, from whatever node, and against nothing else: a word
//!   that atomics touch is changed by atomics only.

use std::ops::Range;

use verbs_shim::{Atomic, Update};

use crate::endpoint::{Change, Item, PendingRead};
use crate::error::Error;
use crate::primitives::Primitives;
use crate::space::Segment;

/// The operations of the model on a segment. Indices and lengths have been checked.
pub(crate) struct Relaxed<'a, P: Primitives>(pub(crate) &'a Segment<P>);

impl<P: Primitives> Relaxed<'_, P> {
    #[inline(always)]
    pub(crate) fn read(&self, index: u64, into: &mut [u8]) -> Result<(), Error> {
        self.0.endpoint().read(self.0.place(index), into)
    }

    /// Reads a word of 8 bytes of another node, if that can be done at once.
    #[inline(always)]
    pub(crate) fn load_at_once(&self, index: u64) -> Option<u64> {
        self.0.endpoint().load_at_once(self.0.place(index))
    }

    #[inline(always)]
    pub(crate) fn write(&self, index: u64, from: &[u8]) -> Result<(), Error> {
        self.0.endpoint().write(self.0.place(index), from)
    }

    pub(crate) fn read_range(&self, range: Range<u64>, into: &mut [u8]) -> Result<(), Error> {
        let each = into.len() / (range.end - range.start).max(1) as usize;
        let mut pieces = self.0.pieces(range.clone());
        match (pieces.next(), pieces.next()) {
            (None, _) => Ok(()),
            (Some((place, _)), None) => self.0.endpoint().read(place, into),
            // Blocks of a single element: as many doorbells as homes, not as elements.
            (Some((_, first)), Some((_, second))) if first == each && second == each => {
                self.0.endpoint().read_many(each, self.items(range), into)
            }
            _ => self.0.endpoint().read_pieces(self.0.pieces(range), into),
        }
    }

    pub(crate) fn write_range(&self, range: Range<u64>, from: &[u8]) -> Result<(), Error> {
        let each = from.len() / (range.end - range.start).max(1) as usize;
        let mut pieces = self.0.pieces(range.clone());
        match (pieces.next(), pieces.next()) {
            (None, _) => Ok(()),
            (Some((place, _)), None) => self.0.endpoint().write(place, from),
            (Some((_, first)), Some((_, second))) if first == each && second == each => {
                self.0.endpoint().write_many(each, self.items(range), from)
            }
            _ => self.0.endpoint().write_pieces(self.0.pieces(range), from),
        }
    }

    fn items(&self, range: Range<u64>) -> impl Iterator<Item = Item> + '_ {
        range.enumerate().map(|(index, element)| Item { place: self.0.place(element), index })
    }

    pub(crate) fn read_many(
        &self,
        each: usize,
        indices: impl Iterator<Item = u64>,
        into: &mut [u8],
    ) -> Result<(), Error> {
        let items = indices
            .enumerate()
            .map(|(index, element)| Item { place: self.0.place(element), index });
        self.0.endpoint().read_many(each, items, into)
    }

    pub(crate) fn write_many(
        &self,
        each: usize,
        indices: impl Iterator<Item = u64>,
        from: &[u8],
    ) -> Result<(), Error> {
        let items = indices
            .enumerate()
            .map(|(index, element)| Item { place: self.0.place(element), index });
        self.0.endpoint().write_many(each, items, from)
    }

    pub(crate) fn read_later(
        &self,
        range: Range<u64>,
        bytes: usize,
    ) -> Result<PendingRead<P>, Error> {
        self.0.endpoint().read_later(self.0.pieces(range), bytes)
    }

    pub(crate) fn write_later(&self, range: Range<u64>, from: &[u8]) -> Result<(), Error> {
        let mut at = 0;
        for (place, bytes) in self.0.pieces(range) {
            self.0.endpoint().write_later(place, &from[at..at + bytes])?;
            at += bytes;
        }
        Ok(())
    }

    #[inline(always)]
    pub(crate) fn atomic(&self, index: u64, atomic: Atomic) -> Result<u64, Error> {
        self.0.endpoint().atomic(self.0.place(index), atomic)
    }

    #[inline]
    pub(crate) fn load(&self, index: u64) -> Result<u64, Error> {
        self.0.endpoint().atomic_load(self.0.place(index))
    }

    /// Replaces a word by `next` of it, by compare-and-swap until it holds; the answer is the word
    /// before. NICs have no other read-modify-write.
    pub(crate) fn update(&self, index: u64, next: impl Fn(u64) -> u64) -> Result<u64, Error> {
        self.0.endpoint().modify(self.0.place(index), next)
    }

    /// Makes `count` updates without answers; `change` tells the index and the operand of the nth.
    pub(crate) fn update_many(
        &self,
        update: Update,
        count: usize,
        change: impl Fn(usize) -> (u64, u64),
    ) -> Result<(), Error> {
        self.0.endpoint().update_many(update, count, |number| {
            let (index, operand) = change(number);
            Change { place: self.0.place(index), operand }
        })
    }
}
