//! Reduction along a binomial tree, and back: every node ends with the same result.
//!
//! Node `r` first hears from its children `r + 1, r + 2, r + 4, …` (as long as the added power of two
//! is below the lowest set bit of `r`), each of which stands for the ranks from itself up to the next
//! child. So values are combined in the order of the ranks, and the result is the same everywhere and
//! every time, also for floating point. Then the result goes down the same tree. A broadcast is a
//! reduction that keeps the root's value. With each value goes the logical time of who gives it, so in the
//! end all clocks have reached the latest of them.
//!
//! # Why two banks of slots are enough
//!
//! A node writes into collective `c + 2`, which shares a bank with `c`, only after `c + 1` has
//! ended for it, so after every node has given its value to `c + 1`, which a node does after it has
//! taken all that it needs out of `c`.

use super::barrier::{hear, told, wait_for};
use super::layout::{self, Slot};
use crate::coherence::Clock;
use crate::coherence::protocol::LogicalTime;
use crate::endpoint::{Endpoint, Place};
use crate::error::Error;
use crate::primitives::Primitives;

/// The largest value that can be combined.
pub(crate) const MAX_VALUE: usize = 256;

/// The broadcast puts a mark in front of its value.
pub(super) const MAX_BYTES: usize = MAX_VALUE + 1;

/// The logical time behind a value.
const TIME: usize = 8;

const _: () = assert!((MAX_BYTES + TIME) as u64 <= layout::PAYLOAD);

/// Combines the `value`s of all nodes in collective number `collective` (from 1).
/// 2 ⌈log2 n⌉ WRITEs of values on the longest path.
pub(super) fn reduce<P: Primitives>(
    endpoint: &Endpoint<P>,
    clock: &Clock<P>,
    collective: u64,
    value: &mut [u8],
    mut combine: impl FnMut(&mut [u8], &[u8]),
) -> Result<(), Error> {
    let (rank, size) = (endpoint.rank(), endpoint.size());
    let party = Party { endpoint, clock, collective };
    let mut received = [0; MAX_BYTES];
    let received = &mut received[..value.len()];
    for (round, child) in children(rank, size) {
        party.take(child, layout::from_child(collective, round), received)?;
        combine(value, received);
    }
    if let Some((round, parent)) = parent(rank) {
        party.give(parent, layout::from_child(collective, round), value)?;
        party.take(parent, layout::from_parent(collective), value)?;
    }
    // The farthest child first: its subtree is the deepest.
    let mut below = [0; u32::BITS as usize];
    let mut count = 0;
    for (_, child) in children(rank, size) {
        below[count] = child;
        count += 1;
    }
    for child in below[..count].iter().rev() {
        party.give(*child, layout::from_parent(collective), value)?;
    }
    Ok(())
}

/// A node in a collective.
struct Party<'a, P: Primitives> {
    endpoint: &'a Endpoint<P>,
    clock: &'a Clock<P>,
    collective: u64,
}

impl<P: Primitives> Party<'_, P> {
    /// WRITEs a value into a slot of `to`, and then the number that says it is there.
    fn give(&self, to: u32, slot: Slot, value: &[u8]) -> Result<(), Error> {
        let mut payload = [0; MAX_BYTES + TIME];
        let payload = &mut payload[..value.len() + TIME];
        let (front, back) = payload.split_at_mut(value.len());
        front.copy_from_slice(value);
        back.copy_from_slice(&told(self.clock).0.to_le_bytes());
        let flag = self.collective.to_ne_bytes();
        let at = Place::new(to, slot.flag);
        self.endpoint.notify(Some((Place::new(to, slot.payload), payload)), (at, &flag))
    }

    /// Waits for a value from `from` in a slot of this node's own arena.
    fn take(&self, from: u32, slot: Slot, value: &mut [u8]) -> Result<(), Error> {
        let arena = self.endpoint.arena();
        // The acquire of the load pairs with the order of the two WRITEs on one queue pair: the number
        // comes last.
        wait_for(self.endpoint, from, || P::load(arena, slot.flag as usize) == self.collective)?;
        let mut payload = [0; MAX_BYTES + TIME];
        let payload = &mut payload[..value.len() + TIME];
        P::read(arena, slot.payload as usize, payload);
        let (front, back) = payload.split_at(value.len());
        value.copy_from_slice(front);
        let mut time = [0; TIME];
        time.copy_from_slice(back);
        hear(self.clock, LogicalTime(u64::from_le_bytes(time)));
        Ok(())
    }
}

/// The children of `rank`, with their rounds.
fn children(rank: u32, size: u32) -> impl Iterator<Item = (u32, u32)> {
    let rounds = if rank == 0 { u32::BITS } else { rank.trailing_zeros() };
    (0..rounds).map_while(move |round| {
        let child = rank.checked_add(1 << round).filter(|child| *child < size)?;
        Some((round, child))
    })
}

/// The parent of `rank`, with the round in which it listens.
fn parent(rank: u32) -> Option<(u32, u32)> {
    (rank != 0).then(|| (rank.trailing_zeros(), rank & (rank - 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_combined_in_the_order_of_the_ranks() {
        fn gather(rank: u32, size: u32) -> Vec<u32> {
            let mut ranks = vec![rank];
            for (round, child) in children(rank, size) {
                assert_eq!(parent(child), Some((round, rank)));
                ranks.extend(gather(child, size));
            }
            ranks
        }
        for size in 1..200 {
            assert_eq!(gather(0, size), (0..size).collect::<Vec<_>>());
        }
    }
}
