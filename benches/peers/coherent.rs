//! Coherent reads between two nodes, for comparison with `ib_read_lat` of as many bytes: `Strict` reads, and reads of
//! `Sequential` values that are not in the cache.
//!
//! `pangea run -n 2 --provider verbs --memory 16M --cache 256K -- target/release/examples/peers-coherent [iterations]`
//!
//! Misses are those of a cache that is full and much smaller than what is read, so each has a copy put out, and the memory
//! of that used again.
//!
//! Rank 0 measures and prints `figure strict… µs` and `figure miss… µs`, named after the bytes that a read moves; rank 1
//! is the home and has nothing to do, so it sleeps in the end of the job: in a barrier it would keep a processor busy,
//! which the server of perftest does not. What a read moves and how many round trips it makes is counted: a figure is
//! that of one READ each.

use std::time::Instant;

use pangea::{Element, Error, Model, Node, Shared, SharedArray};
use pangea_benches::figures::{figure, median};

/// Values that are missed, one after the other and none twice in a row of so many.
const VALUES: usize = 8192;

/// Values that are read in turn are near to each other, so many of them.
const NEAR: usize = 128;

/// From one of them to the next: odd, so that all have their turn, and not 1, so that none is read ahead.
const STRIDE: usize = 37;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Microseconds since then.
fn since(start: Instant) -> f64 {
    start.elapsed().as_nanos() as f64 / 1e3
}

/// What it takes to look at the clock, in µs.
fn clock() -> f64 {
    let looks: Vec<f64> = (0..1000).map(|_| since(Instant::now())).collect();
    median(&looks)
}

/// Calls `read` so often, each timed alone as perftest does it; prints the median.
fn measure(
    node: &Node,
    name: &str,
    reads: usize,
    mut read: impl FnMut(usize) -> Result<(), Error>,
) -> Outcome {
    let clock = clock();
    let before = node.counts();
    let mut each = Vec::with_capacity(reads);
    for number in 0..reads {
        let start = Instant::now();
        read(number)?;
        each.push(since(start) - clock);
    }
    let cost = node.counts() - before;
    let reads = reads as u64;
    if cost.round_trips != reads || cost.reads != reads || cost.atomics != 0 {
        return Err(format!("{reads} reads are not one READ each: {cost:?}").into());
    }
    figure(&format!("{name}{}", cost.bytes_read / reads), median(&each), "");
    Ok(())
}

fn strict<T: Element>(
    node: &Node,
    iterations: usize,
    value: &Shared<T>,
    content: T,
    read: impl Fn(&Shared<T>) -> Result<(), Error>,
) -> Outcome {
    // Written once, as values are, so that it comes with a lease.
    value.store(content)?;
    for _ in 0..iterations / 10 {
        read(value)?;
    }
    measure(node, "strict", iterations, |_| read(value))
}

fn misses<T: Element>(node: &Node, iterations: usize, values: &SharedArray<T>) -> Outcome {
    let place = |number: usize| (number / NEAR * NEAR + number * STRIDE % NEAR) % VALUES;
    let read = |number: usize| values.get(place(number)).map(drop);
    // Until the cache is full.
    let full = VALUES / 4;
    for number in 0..full {
        read(number)?;
    }
    measure(node, "miss", iterations, |number| read(full + number))
}

/// A strict value of the home.
fn make<T: Element>(node: &Node) -> Result<Shared<T>, Error> {
    let name = format!("value of {} bytes", size_of::<T>());
    node.shared::<T>(&name).model(Model::Strict).on_node(1).create()
}

/// Many values of the home, each in a block of its own.
fn many<T: Element>(node: &Node) -> Result<SharedArray<T>, Error> {
    let name = format!("values of {} bytes", size_of::<T>());
    let block = (size_of::<T>() + 32).next_power_of_two();
    node.shared_array::<T>(&name).len(VALUES).block_bytes(block).on_node(1).create()
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
    let (small, medium) = (many::<[u8; 32]>(&node)?, many::<[u8; 480]>(&node)?);
    let strict_small = make(&node)?;
    let strict_medium = make(&node)?;
    let strict_large = make(&node)?;
    node.barrier()?;
    if node.rank() != 0 {
        return Ok(());
    }
    // First of all: once a thread has written, its logical time is past that of new values, and a miss has to renew.
    misses(&node, iterations, &small)?;
    misses(&node, iterations, &medium)?;
    // Small: the whole block is read. Large: the words that tell whether it has changed.
    strict(&node, iterations, &strict_small, [1u8; 32], |value| value.load().map(drop))?;
    strict(&node, iterations, &strict_medium, [1u8; 480], |value| value.load().map(drop))?;
    strict(&node, iterations, &strict_large, [1u8; 4000], |value| value.read().map(drop))
}
