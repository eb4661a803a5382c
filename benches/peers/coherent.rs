//! Coherent reads between two nodes, for comparison with `ib_read_lat` of as many bytes: `Strict` reads, and reads of
//! `Sequential` values that are not in the cache.
//!
//! `pangea run -n 2 --provider verbs --memory 16M -- target/release/examples/peers-coherent [iterations]`
//!
//! Rank 0 measures and prints `figure strict… µs` and `figure miss… µs`, named after the bytes that a read moves; rank 1
//! is the home and has nothing to do. What a read moves and how many round trips it makes is counted: a figure is that of
//! one READ each.

use std::time::Instant;

use pangea::{Element, Model, Node, Shared};
use pangea_benches::figures::{figure, median};

/// Reads that are timed together: reading the clock takes 2 µs in an emulated machine, which perftest, with the
/// processor's own counter, does not pay.
const GROUP: usize = 10;
/// Values that are missed, once each.
const VALUES: usize = 300;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Calls `read` so often, in groups; the median of the groups, in µs, and the bytes of one read.
fn measure(
    node: &Node,
    reads: usize,
    mut read: impl FnMut(usize) -> Result<(), pangea::Error>,
) -> Result<(f64, u64), String> {
    let before = node.counts();
    let mut groups = Vec::new();
    for group in 0..reads / GROUP {
        let start = Instant::now();
        for number in group * GROUP..(group + 1) * GROUP {
            read(number).map_err(|e| e.to_string())?;
        }
        groups.push(start.elapsed().as_nanos() as f64 / GROUP as f64 / 1e3);
    }
    let cost = node.counts() - before;
    let reads = (reads / GROUP * GROUP) as u64;
    if cost.round_trips != reads || cost.reads != reads || cost.atomics != 0 {
        return Err(format!("{reads} reads are not one READ each: {cost:?}"));
    }
    Ok((median(&groups), cost.bytes_read / reads))
}

fn strict<T: Element>(node: &Node, iterations: usize, content: T) -> Outcome {
    let name = format!("value of {} bytes", size_of::<T>());
    let value = node.shared::<T>(&name).model(Model::Strict).on_node(1).create()?;
    node.barrier()?;
    if node.rank() == 0 {
        // Written once, as values are, so that it comes with a lease.
        value.store(content)?;
        for _ in 0..iterations / 10 {
            value.read()?;
        }
        let (microseconds, bytes) = measure(node, iterations, |_| value.read().map(drop))?;
        figure(&format!("strict{bytes}"), microseconds, "");
    }
    node.barrier()?;
    Ok(())
}

fn misses<T: Element>(node: &Node) -> Outcome {
    let values: Vec<Shared<T>> = (0..VALUES)
        .map(|number| {
            let name = format!("value {number} of {} bytes", size_of::<T>());
            node.shared::<T>(&name).model(Model::Sequential).on_node(1).create()
        })
        .collect::<Result<_, _>>()?;
    node.barrier()?;
    if node.rank() == 0 {
        let (microseconds, bytes) =
            measure(node, VALUES, |number| values[number].read().map(drop))?;
        figure(&format!("miss{bytes}"), microseconds, "");
    }
    node.barrier()?;
    Ok(())
}

fn main() -> Outcome {
    let iterations: usize = match std::env::args().nth(1) {
        Some(text) => text.parse().map_err(|e| format!("iterations, {text:?}: {e}"))?,
        None => 1000,
    };
    let node = pangea::join()?;
    if node.size() != 2 {
        return Err(format!("this measures between 2 nodes, not {}", node.size()).into());
    }
    // First of all: once a thread has written, its logical time is past that of new values, and a miss has to renew.
    misses::<[u8; 32]>(&node)?;
    misses::<[u8; 480]>(&node)?;
    // Small: the whole block is read. Large: the words that tell whether it has changed.
    strict(&node, iterations, [1u8; 32])?;
    strict(&node, iterations, [1u8; 480])?;
    strict(&node, iterations, [1u8; 4000])
}
