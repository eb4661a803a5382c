//! The dissemination barrier (Hensgen, Finkel and Manber, 1988), by one-sided WRITEs.
//!
//! In round `k` of barrier `b`, every member writes a [`Sign`] with `b` into line `k` of the member `2^k`
//! further on, and waits for its own line `k`. After ⌈log2 n⌉ rounds every member has heard, directly or
//! not, from every other; and of its logical time, because each sign has the latest time that its sender has
//! heard of.
//!
//! # Why a number is compared for `b` and `b + 1` and not for "at least `b`"
//!
//! The partner can be one barrier ahead (it may finish this one and enter the next while this node
//! still waits), but not two, because the next one needs this node. A word that is being written may
//! be read half old and half new, and such a mixture can be larger than both. That the partner is ahead means
//! that its time may be later than need be, which does no harm.

use std::sync::atomic::{Ordering, fence};

use super::layout;
use super::sign::Sign;
use crate::cluster::{ClusterError, Rank};
use crate::coherence::Clock;
use crate::coherence::protocol::LogicalTime;
use crate::endpoint::{Endpoint, Place};
use crate::error::Error;
use crate::primitives::{Primitives, Trap};

/// Who takes part in a barrier, and where their signs go. Members are known by their position.
pub(super) trait Circle<P: Primitives> {
    /// This node's position.
    fn position(&self) -> u32;

    /// How many members there are.
    fn count(&self) -> u32;

    /// Where this node writes its sign of a round to; `to` is the position of its partner.
    fn write_to(&self, to: u32, round: u32) -> Place;

    /// Where in the node's own arena the partner of a round writes.
    fn read_from(&self, round: u32) -> u64;

    /// Waits for the member at position `from`, and fails when its sign can no longer come.
    fn wait(&self, from: u32, arrived: impl FnMut() -> bool) -> Result<(), Error>;
}

/// All nodes of the job: positions are ranks, and the lines are at the head of each arena.
pub(super) struct Everybody<'a, P: Primitives>(pub(super) &'a Endpoint<P>);

impl<P: Primitives> Circle<P> for Everybody<'_, P> {
    fn position(&self) -> u32 {
        self.0.rank()
    }

    fn count(&self) -> u32 {
        self.0.size()
    }

    fn write_to(&self, to: u32, round: u32) -> Place {
        Place::new(to, layout::barrier_line(round))
    }

    fn read_from(&self, round: u32) -> u64 {
        layout::barrier_line(round)
    }

    fn wait(&self, from: u32, arrived: impl FnMut() -> bool) -> Result<(), Error> {
        wait_for(self.0, from, arrived)
    }
}

/// Takes part in barrier number `number` (from 1). ⌈log2 n⌉ WRITEs, each answered by one that comes
/// in; everything that this thread completed before is seen by all after.
pub(super) fn pass<P: Primitives>(
    endpoint: &Endpoint<P>,
    clock: &Clock<P>,
    circle: &impl Circle<P>,
    number: u64,
) -> Result<(), Error> {
    let (position, count) = (circle.position(), circle.count());
    for round in 0..rounds(count) {
        let (to, from) = partners(position, count, round);
        let sign = Sign { number, time: told(clock) };
        endpoint.notify(None, (circle.write_to(to, round), &sign.to_bytes()))?;
        let mut seen = None;
        circle.wait(from, || {
            seen = Sign::look::<P>(endpoint.arena(), circle.read_from(round), number);
            seen.is_some()
        })?;
        // Before the next sign, which passes it on.
        hear(clock, seen.map_or(LogicalTime(0), |sign| sign.time));
    }
    // What the others wrote before they came here is read after this.
    fence(Ordering::SeqCst);
    Ok(())
}

/// The time that this node tells others.
pub(super) fn told<P: Primitives>(clock: &Clock<P>) -> LogicalTime {
    if P::falls_into(Trap::BarrierWithoutTime) { LogicalTime(0) } else { clock.now() }
}

/// Takes over what another has told.
pub(super) fn hear<P: Primitives>(clock: &Clock<P>, time: LogicalTime) {
    if !P::falls_into(Trap::BarrierWithoutTime) {
        clock.advance(time);
    }
}

/// Waits for a sign from rank `from`, and fails when it can no longer come, or any node has died.
pub(super) fn wait_for<P: Primitives>(
    endpoint: &Endpoint<P>,
    from: u32,
    mut arrived: impl FnMut() -> bool,
) -> Result<(), Error> {
    let mut gone = false;
    endpoint.wait_until(|| {
        // A node that left had first completed all its writes. So whoever is known to have left,
        // and afterwards is found not to have given its sign, never will.
        let left = endpoint.health().has_left(Rank(from));
        let arrived = arrived();
        gone = left && !arrived;
        arrived || gone
    })?;
    if gone {
        // It may have left because another died; then this node heard of that death first.
        endpoint.health().check()?;
        return Err(left_amid(from));
    }
    Ok(())
}

/// The error for a partner that has left.
pub(super) fn left_amid(rank: u32) -> Error {
    let reason = "it left the job while this node waited for it in a barrier or collective";
    ClusterError::NodeDied { rank: Rank(rank), reason: reason.to_owned() }.into()
}

/// Rounds of a barrier of `count` members: ⌈log2 count⌉.
pub(super) fn rounds(count: u32) -> u32 {
    count.next_power_of_two().trailing_zeros()
}

/// Whom the member at `position` writes to in a round, and whom it waits for.
pub(super) fn partners(position: u32, count: u32, round: u32) -> (u32, u32) {
    let (position, count, step) = (u64::from(position), u64::from(count), 1u64 << round);
    (((position + step) % count) as u32, ((position + count - step) % count) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_are_the_logarithm_rounded_up() {
        let cases = [(1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (7, 3), (8, 3), (9, 4), (4096, 12)];
        for (size, expected) in cases {
            assert_eq!(rounds(size), expected, "{size} nodes");
        }
    }

    #[test]
    fn after_all_rounds_everybody_has_heard_from_everybody() {
        for size in 1..70u32 {
            let mut heard: Vec<Vec<bool>> =
                (0..size).map(|i| (0..size).map(|j| i == j).collect()).collect();
            for round in 0..rounds(size) {
                let before = heard.clone();
                for rank in 0..size {
                    let (to, from) = partners(rank, size, round);
                    assert_ne!(to, rank, "nobody signals itself");
                    assert_eq!(partners(from, size, round).0, rank);
                    for (known, new) in heard[rank as usize].iter_mut().zip(&before[from as usize])
                    {
                        *known |= new;
                    }
                }
            }
            assert!(heard.iter().flatten().all(|known| *known), "{size} nodes");
        }
    }
}
