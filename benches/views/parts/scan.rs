//! Reading much that is not there, from its beginning to its end.

use std::error::Error;
use std::time::Instant;

use pangea_benches::figures::{median, pin};

use super::pair::{PAGE, Pair};
use super::{Measured, Setting};

/// Bytes that each node gives.
pub(super) const MEMORY: usize = 64 << 20;

const WORDS: usize = (16 << 20) / size_of::<u64>();

/// MB/s.
pub(super) fn measure(setting: Setting, pair: &Pair) -> Result<Measured, Box<dyn Error>> {
    pin(0)?;
    let mut shared = pair.shared::<u64>("pages", WORDS, 1)?;
    let pages = shared.pages();
    let mut rates = Vec::new();
    // The first round warms up.
    for round in 0..=setting.rounds(5) as u64 {
        shared.change(0..pages, round)?;
        shared.view.acquire()?;
        let start = Instant::now();
        let sum: u64 = shared.view.read(0..WORDS)?.iter().sum();
        let seconds = start.elapsed().as_secs_f64();
        assert_eq!(sum, round * pages as u64, "the words of {PAGE}-byte pages add up");
        if round > 0 {
            rates.push((WORDS * size_of::<u64>()) as f64 / 1e6 / seconds);
        }
    }
    Ok(vec![("scan", median(&rates))])
}
