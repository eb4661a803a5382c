//! The dissemination barrier (Hensgen, Finkel and Manber, 1988), by one-sided WRITEs.
//!
//! In round `k` of barrier `b`, every node writes `b` into word `k` of the node `2^k` ranks further
//! on, and waits for its own word `k`. After ⌈log2 n⌉ rounds every node has heard, directly or not,
//! from every other.
//!
//! # Why a word is compared for `b` and `b + 1` and not for "at least `b`"
//!
//! The partner can be one barrier ahead (it may finish this one and enter the next while this node
//! still waits), but not two, because the next one needs this node. A word that is being written may
//! be read half old and half new, and such a mixture can be larger than both; it equals one of the
//! two numbers only if that has really been written.

use std::sync::atomic::{Ordering, fence};

use super::layout;
use crate::cluster::{ClusterError, Rank};
use crate::endpoint::{Endpoint, Place};
use crate::error::Error;
use crate::primitives::Primitives;

/// Takes part in barrier number `barrier` (from 1). ⌈log2 n⌉ WRITEs, each answered by one that comes
/// in; everything that this thread completed before is seen by all after.
pub(super) fn barrier<P: Primitives>(endpoint: &Endpoint<P>, barrier: u64) -> Result<(), Error> {
    let (rank, size) = (endpoint.rank(), endpoint.size());
    for round in 0..rounds(size) {
        let (to, from) = partners(rank, size, round);
        let flag = layout::barrier_flag(round);
        endpoint.notify(None, (Place::new(to, flag), barrier))?;
        wait_for(endpoint, from, || {
            let seen = P::load(endpoint.arena(), flag as usize);
            seen == barrier || seen == barrier + 1
        })?;
    }
    // What the others wrote before they came here is read after this.
    fence(Ordering::SeqCst);
    Ok(())
}

/// Waits for a sign from `from`, and fails when it can no longer come.
pub(super) fn wait_for<P: Primitives>(
    endpoint: &Endpoint<P>,
    from: u32,
    arrived: impl Fn() -> bool,
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
        let reason = "it left the job while this node waited for it in a barrier or collective";
        let died = ClusterError::NodeDied { rank: Rank(from), reason: reason.to_owned() };
        return Err(died.into());
    }
    Ok(())
}

/// Rounds of a barrier of `size` nodes: ⌈log2 size⌉.
fn rounds(size: u32) -> u32 {
    size.next_power_of_two().trailing_zeros()
}

/// Whom `rank` writes to in a round, and whom it waits for.
fn partners(rank: u32, size: u32, round: u32) -> (u32, u32) {
    let (rank, size, step) = (u64::from(rank), u64::from(size), 1u64 << round);
    (((rank + step) % size) as u32, ((rank + size - step) % size) as u32)
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
