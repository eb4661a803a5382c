//! A shared histogram: every node draws numbers and counts them in bins that are spread over all
//! nodes, by one-sided fetch-and-add. The counts add up, whoever counted.
//!
//! `pangea run -n 4 -- target/release/examples/histogram [draws of each node]`

use pangea::Distribution;

/// Counts of two dice.
const BINS: usize = 13;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let draws: u64 = match std::env::args().nth(1) {
        Some(text) => text.parse().map_err(|e| format!("draws of each node, {text:?}: {e}"))?,
        None => 10_000,
    };
    let node = pangea::join()?;
    let bins = node.array::<u64>("bins").len(BINS).distribution(Distribution::Cyclic).create()?;

    let mut random = 0x9e37_79b9_7f4a_7c15 ^ (node.rank() as u64 + 1);
    let mut die = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % 6 + 1) as usize
    };
    for _ in 0..draws {
        bins.fetch_add(die() + die(), 1)?;
    }
    node.barrier()?;

    let mut counts = [0; BINS];
    bins.get_range(0, &mut counts)?;
    assert_eq!(counts.iter().sum::<u64>(), draws * node.size() as u64);
    if node.is_leader() {
        let most = counts.iter().max().copied().unwrap_or(1).max(1);
        for (sum, count) in counts.iter().enumerate().skip(2) {
            println!("{sum:>2} {count:>8} {}", "#".repeat((count * 50 / most) as usize));
        }
    }
    Ok(())
}
