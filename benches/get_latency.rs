//! The latency of `get` of 8 bytes between two nodes, for comparison with `ib_read_lat`.
//!
//! `pangea run -n 2 --provider verbs -- target/release/examples/get-latency [iterations]`
//!
//! Rank 0 measures and prints one line, `get 8 bytes: median … µs …`; rank 1 sleeps in the end of the
//! job, because the home of a one-sided operation has nothing to do. Also counts the round trips.

use std::time::Instant;

use hdrhistogram::Histogram;

/// Gets that are timed together. Reading the clock takes 2 µs in an emulated machine, which perftest,
/// with the processor's own counter, does not pay.
const GROUP: u64 = 10;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let iterations: u64 = match std::env::args().nth(1) {
        Some(text) => text.parse().map_err(|e| format!("iterations, {text:?}: {e}"))?,
        None => 2000,
    };
    let node = pangea::join()?;
    if node.size() != 2 {
        return Err(format!("this measures between 2 nodes, not {}", node.size()).into());
    }
    let array = node.array::<u64>("target").len(1).on_node(1).create()?;
    node.barrier()?;
    if node.rank() == 1 {
        return Ok(());
    }
    for _ in 0..iterations / 10 {
        array.get(0)?;
    }
    let before = node.counts();
    let mut nanoseconds = Histogram::<u64>::new(3)?;
    for _ in 0..iterations / GROUP {
        let start = Instant::now();
        for _ in 0..GROUP {
            array.get(0)?;
        }
        nanoseconds.record(start.elapsed().as_nanos() as u64 / GROUP)?;
    }
    let cost = node.counts() - before;
    let us = |quantile: f64| nanoseconds.value_at_quantile(quantile) as f64 / 1e3;
    println!(
        "get 8 bytes: median {:.3} us, min {:.3}, p99 {:.3}, {} iterations, {} reads, {} round trips",
        us(0.5),
        us(0.0),
        us(0.99),
        iterations / GROUP * GROUP,
        cost.reads,
        cost.round_trips
    );
    Ok(())
}
