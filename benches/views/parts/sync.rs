//! Atomics and barriers, for comparison.

use std::error::Error;
use std::time::Instant;

use pangea_benches::figures::median;

use super::pair::Pair;
use super::{Measured, Setting};

/// Bytes that each node gives.
pub(super) const MEMORY: usize = 16 << 20;

/// Operations of one round.
const CALLS: usize = 200;

pub(super) fn measure(setting: Setting, pair: &Pair) -> Result<Measured, Box<dyn Error>> {
    let rounds = setting.rounds(21);
    let words = pair.node.array::<u64>("word").len(1).on_node(1).create()?;
    let atomic = times(rounds, || words.fetch_add(0, 1).map(drop))?;
    let barrier = pair.both(|node| times(rounds, || node.barrier()))?;
    let view_barrier = pair.both(|node| {
        let array = node.release_array::<u64>("view").len(512).create()?;
        let mut view = array.view()?;
        times(rounds, || view.barrier())
    })?;
    Ok(vec![("atomic", atomic), ("barrier", barrier), ("view-barrier", view_barrier)])
}

/// Microseconds of a call, the median of the rounds.
fn times(
    rounds: usize,
    mut call: impl FnMut() -> Result<(), pangea::Error>,
) -> Result<f64, pangea::Error> {
    let mut times = Vec::new();
    // The first round warms up.
    for round in 0..=rounds {
        let start = Instant::now();
        for _ in 0..CALLS {
            call()?;
        }
        if round > 0 {
            times.push(start.elapsed().as_nanos() as f64 / 1e3 / CALLS as f64);
        }
    }
    Ok(median(&times))
}
