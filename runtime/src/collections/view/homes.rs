//! Where the pages of a [`View`] live, and how they move.

use std::ops::RangeBounds;

use super::View;
use crate::coherence::Move;
use crate::error::Error;
use crate::primitives::Primitives;
use crate::space::Element;

impl<T: Element, P: Primitives> View<T, P> {
    /// The rank that stores an element, or the first byte of it; `None` if it is to be placed by first touch
    /// ([`Distribution::FirstTouch`](crate::Distribution::FirstTouch)), and nobody has touched it. At most one round trip.
    ///
    /// # Errors
    /// [`Error::OutOfRange`]; when the node that knows died.
    pub fn home_of(&self, index: usize) -> Result<Option<usize>, Error> {
        let range = self.range(index..=index)?;
        let home = self.mapped().home_of(self.bytes(&range).start)?;
        Ok(home.map(|rank| rank as usize))
    }

    /// As [`View::barrier`]; and 64 pages at a time move to the node that has used them most since the last time, if it did at least twice
    /// as often as the node that stores them, and has room. A use is a page that was fetched, or one that was written, at each release. All
    /// nodes call it, each with a single view of the array.
    ///
    /// For arrays that are placed by first touch ([`Distribution::FirstTouch`](crate::Distribution::FirstTouch)). Where nodes map
    /// the memory of the homes, all of it is equally far, and nothing moves.
    ///
    /// # Errors
    /// As [`View::barrier`]; [`Error::BadView`] when the array is placed otherwise, or a node has other views of it.
    pub fn settle(&mut self) -> Result<(), Error> {
        self.rearrange(Move::ToUsers)
    }

    /// As [`View::barrier`]; and the pages of these elements move to a node, with those around them, 64 at a time. All nodes call it with
    /// the same elements and node, as [`View::settle`].
    ///
    /// # Errors
    /// As [`View::settle`]; [`Error::OutOfRange`]; [`Error::NoSuchRank`]; [`Error::BadView`] when the node has no room for all of them, which is
    /// five quarters of an equal share. Then some have moved.
    pub fn move_to(&mut self, range: impl RangeBounds<usize>, rank: usize) -> Result<(), Error> {
        let range = self.range(range)?;
        let rank = self.inner().segment.check_rank(rank)?;
        self.rearrange(Move::To(&self.bytes(&range), rank))
    }

    fn rearrange(&self, what: Move<'_>) -> Result<(), Error> {
        let inner = self.inner();
        let (endpoint, clock) = (inner.coherence.endpoint(), inner.coherence.clock());
        // Others would not hear of it. All nodes agree on that, so that none waits for one that gave up.
        let mut others = [u8::from(!self.is_alone())];
        inner.sync.reduce(endpoint, clock, &mut others, |mine, theirs| mine[0] |= theirs[0])?;
        if others != [0] {
            let reason = "a node has another view of it, which would not hear where pages have moved: drop that first";
            return Err(Error::BadView {
                name: inner.name().to_owned(),
                reason: reason.to_owned(),
            });
        }
        let barrier = || inner.coherence.with_barrier(|| inner.sync.barrier(endpoint, clock));
        self.mapped().rearrange(what, barrier)
    }
}
