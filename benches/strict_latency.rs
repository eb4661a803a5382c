//! The latency of a `Strict` read between two nodes, for comparison with `ib_read_lat` of as many bytes.
//!
//! `pangea run -n 2 --provider verbs -- target/release/examples/strict-latency [iterations]`
//!
//! Rank 0 measures values of several sizes and prints a line for each, `strict read of … bytes, … on the wire: median … us …`;
//! rank 1 is the home and has nothing to do. What a read moves and how many round trips it makes is counted.

use std::time::Instant;

use hdrhistogram::Histogram;
use pangea::{Element, Model, Node, Shared};

/// Reads that are timed together; see `get_latency.rs`.
const GROUP: u64 = 10;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// A value of the home.
fn make<T: Element>(node: &Node) -> Result<Shared<T>, pangea::Error> {
    let name = format!("value of {} bytes", size_of::<T>());
    node.shared::<T>(&name).model(Model::Strict).on_node(1).create()
}

fn measure<T: Element>(
    node: &Node,
    iterations: u64,
    value: &Shared<T>,
    content: T,
    read: impl Fn(&Shared<T>) -> Result<(), pangea::Error>,
) -> Outcome {
    let bytes = size_of::<T>();
    // Written once, as values are, so that it comes with a lease.
    value.store(content)?;
    for _ in 0..iterations / 10 {
        read(value)?;
    }
    let before = node.counts();
    let mut nanoseconds = Histogram::<u64>::new(3)?;
    for _ in 0..iterations / GROUP {
        let start = Instant::now();
        for _ in 0..GROUP {
            read(value)?;
        }
        nanoseconds.record(start.elapsed().as_nanos() as u64 / GROUP)?;
    }
    let cost = node.counts() - before;
    let reads = iterations / GROUP * GROUP;
    if cost.round_trips != reads || cost.reads != reads || cost.atomics != 0 {
        return Err(format!("{reads} strict reads are not one READ each: {cost:?}").into());
    }
    let us = |quantile: f64| nanoseconds.value_at_quantile(quantile) as f64 / 1e3;
    println!(
        "strict read of {bytes} bytes, {} on the wire: median {:.3} us, min {:.3}, p99 {:.3}, {reads} iterations",
        cost.bytes_read / reads,
        us(0.5),
        us(0.0),
        us(0.99),
    );
    Ok(())
}

fn main() -> Outcome {
    let iterations: u64 = match std::env::args().nth(1) {
        Some(text) => text.parse().map_err(|e| format!("iterations, {text:?}: {e}"))?,
        None => 2000,
    };
    let node = pangea::join()?;
    if node.size() != 2 {
        return Err(format!("this measures between 2 nodes, not {}", node.size()).into());
    }
    // Small: the whole block is read. Large: the words that tell whether it has changed.
    let (small, medium, large) = (make(&node)?, make(&node)?, make(&node)?);
    node.barrier()?;
    if node.rank() != 0 {
        // It sleeps until the job is over; in a barrier it would keep a processor busy.
        return Ok(());
    }
    measure(&node, iterations, &small, [1u8; 32], |value| value.load().map(drop))?;
    measure(&node, iterations, &medium, [1u8; 480], |value| value.load().map(drop))?;
    measure(&node, iterations, &large, [1u8; 4000], |value| value.read().map(drop))
}
