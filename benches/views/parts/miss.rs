//! Pages that are not there: each is loaded from once, beside bare faults with their copies, and beside these behind a READ of a
//! page, which is what a miss over a NIC cannot do without. Each load is timed for itself, as perftest times its READs.

use std::error::Error;
use std::time::Instant;

use pangea::Node;
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
    let far = |node: &Node| node.array::<u64>("far").len(PAGES * WORDS).on_node(1).create();
    let (far, _theirs) = (far(&pair.node)?, far(&pair.target)?);
    let mut buffer = vec![0; WORDS];

    let rounds = setting.rounds(if setting.provider == Choice::Shm { 101 } else { 7 });
    let (random, in_order) = (shuffled(), (0..PAGES).collect::<Vec<_>>());
    let mut times: [Vec<f64>; 4] = Default::default();
    // The first round warms up.
    for round in 0..=rounds as u64 {
        // SAFETY: that many words, whose faults are served between `prepare` and `finish`; nobody else has them.
        let words =
            unsafe { std::slice::from_raw_parts(bare.start().cast::<u64>(), PAGES * WORDS) };
        let mut taken = [0.0; 4];
        bare.prepare();
        taken[0] = median(&sweep(&random, |page| load(words, page, 1))?);
        bare.finish();
        bare.prepare();
        taken[1] = median(&sweep(&random, |page| {
            far.get_range(page * WORDS, &mut buffer)?;
            load(words, page, 1)
        })?);
        bare.finish();
        for (order, which) in [(&random, 2), (&in_order, 3)] {
            // Everybody's pages go at an acquire that finds them changed.
            let value = 2 * round + which as u64;
            shared.change(0..PAGES, value)?;
            shared.view.acquire()?;
            let words = shared.view.read(0..PAGES * WORDS)?;
            let each = sweep(order, |page| load(&words, page, value))?;
            // Of pages that come together, one takes the time of all.
            taken[which] =
                if which == 2 { median(&each) } else { each.iter().sum::<f64>() / PAGES as f64 };
        }
        if round > 0 {
            for (times, taken) in times.iter_mut().zip(taken) {
                times.push(taken);
            }
        }
    }
    let names = ["miss-bare", "read-then-bare", "miss", "ahead"];
    Ok(names.into_iter().zip(times.map(|times| median(&times))).collect())
}

/// Microseconds that each of the pages takes.
fn sweep(
    order: &[usize],
    mut visit: impl FnMut(usize) -> Result<(), pangea::Error>,
) -> Result<Vec<f64>, pangea::Error> {
    let each = order.iter().map(|page| {
        let start = Instant::now();
        visit(*page)?;
        Ok(start.elapsed().as_nanos() as f64 / 1e3)
    });
    each.collect()
}

/// Loads the first word of a page.
fn load(words: &[u64], page: usize, expected: u64) -> Result<(), pangea::Error> {
    // SAFETY: a word of the slice, as a reference is to one.
    let value = unsafe { (&raw const words[page * WORDS]).read_volatile() };
    assert_eq!(value, expected, "page {page} is not the copy");
    Ok(())
}

/// All pages, in an order that nobody can foresee.
fn shuffled() -> Vec<usize> {
    let (mut pages, mut random) = ((0..PAGES).collect::<Vec<_>>(), Random::new(1));
    for last in (1..PAGES).rev() {
        pages.swap(last, random.below(last + 1));
    }
    pages
}
