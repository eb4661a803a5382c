//! Pages that are not there: each is loaded from once, beside bare faults with their copies.

use std::error::Error;
use std::time::Instant;

use pangea_benches::bare::Bare;
use pangea_benches::figures::{Random, median, pin};
use verbs_shim::provider::Choice;

use super::pair::{PAGE, Pair};
use super::{Measured, Setting};

/// Bytes that each node gives.
pub(super) const MEMORY: usize = 16 << 20;

const PAGES: usize = 512;
const WORDS: usize = PAGE / size_of::<u64>();

pub(super) fn measure(setting: Setting, pair: &Pair) -> Result<Measured, Box<dyn Error>> {
    let Some(mechanism) = setting.kind.mechanism() else { return Ok(Vec::new()) };
    pin(0)?;
    let mut shared = pair.shared::<u64>("pages", PAGES * WORDS, 1)?;
    let source = vec![1_u64; PAGES * WORDS];
    let bare = Bare::new(mechanism, PAGES, &source)?;

    let rounds = setting.rounds(if setting.provider == Choice::Shm { 101 } else { 7 });
    let (random, in_order) = (shuffled(), (0..PAGES).collect::<Vec<_>>());
    let mut times: [Vec<f64>; 3] = Default::default();
    // The first round warms up.
    for round in 0..=rounds as u64 {
        bare.prepare();
        // SAFETY: that many words, whose faults are served until `finish`; nobody else has them.
        let words =
            unsafe { std::slice::from_raw_parts(bare.start().cast::<u64>(), PAGES * WORDS) };
        let bare_time = sweep(words, &random, 1);
        bare.finish();
        let mut taken = [bare_time, 0.0, 0.0];
        for (order, which) in [(&random, 1), (&in_order, 2)] {
            // Everybody's pages go at an acquire that finds them changed.
            let value = 2 * round + which as u64;
            shared.change(0..PAGES, value)?;
            shared.view.acquire()?;
            taken[which] = sweep(&shared.view.read(0..PAGES * WORDS)?, order, value);
        }
        if round > 0 {
            for (times, taken) in times.iter_mut().zip(taken) {
                times.push(taken);
            }
        }
    }
    Ok(["miss-bare", "miss", "ahead"].into_iter().zip(times.map(|times| median(&times))).collect())
}

/// Microseconds for a load from a page.
fn sweep(words: &[u64], order: &[usize], expected: u64) -> f64 {
    let start = Instant::now();
    for page in order {
        // SAFETY: a word of the slice, as a reference is to one.
        let value = unsafe { (&raw const words[page * WORDS]).read_volatile() };
        assert_eq!(value, expected, "page {page} is not the copy");
    }
    start.elapsed().as_nanos() as f64 / 1e3 / order.len() as f64
}

/// All pages, in an order that nobody can foresee.
fn shuffled() -> Vec<usize> {
    let (mut pages, mut random) = ((0..PAGES).collect::<Vec<_>>(), Random::new(1));
    for last in (1..PAGES).rev() {
        pages.swap(last, random.below(last + 1));
    }
    pages
}
