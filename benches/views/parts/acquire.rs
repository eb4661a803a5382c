//! Acquires that find few pages changed, with little and with much cached.

use std::error::Error;
use std::time::Instant;

use paging::Access;
use pangea_benches::figures::{median, pin};

use super::pair::{PAGE, Pair, Shared};
use super::{Measured, Setting};

/// Bytes that each node gives.
pub(super) const MEMORY: usize = LARGE + LARGE / 16 + 2 * SMALL;

const SMALL: usize = 10 << 20;
const LARGE: usize = 1 << 30;
/// Pages that change between two acquires.
const CHANGED: usize = 10;

pub(super) fn measure(setting: Setting, pair: &Pair) -> Result<Measured, Box<dyn Error>> {
    pin(0)?;
    let large = if setting.brief { 2 * SMALL } else { LARGE };
    let cached = |name, bytes: usize| {
        let shared = pair.shared::<u64>(name, bytes / size_of::<u64>(), 1)?;
        shared.view.populate(0..shared.view.len(), Access::Read)?;
        Ok::<_, Box<dyn Error>>(shared)
    };
    let mut shared = [cached("small", SMALL)?, cached("large", large)?];
    let mut times: [Vec<f64>; 3] = Default::default();
    // The first round warms up.
    for round in 0..=setting.rounds(101) as u64 {
        let [small, large] = shared.each_mut().map(|shared| found_changed(shared, round));
        let start = Instant::now();
        shared[1].view.acquire()?;
        let warm = start.elapsed().as_nanos() as f64 / 1e3;
        if round > 0 {
            for (times, taken) in times.iter_mut().zip([small?, large?, warm]) {
                times.push(taken);
            }
        }
    }
    let names = ["acquire-small", "acquire-large", "acquire-warm"];
    Ok(names.into_iter().zip(times.map(|times| median(&times))).collect())
}

/// Microseconds of an acquire after some pages all over the memory have been changed, which are not cached then, and are
/// fetched again.
fn found_changed(shared: &mut Shared<u64>, round: u64) -> Result<f64, Box<dyn Error>> {
    let (pages, value) = (shared.pages(), round + 1);
    let changed = (0..CHANGED).map(|at| (at * pages / CHANGED + round as usize * 7) % pages);
    shared.change(changed.clone(), value)?;
    let start = Instant::now();
    shared.view.acquire()?;
    let time = start.elapsed().as_nanos() as f64 / 1e3;
    for page in changed {
        let word = page * PAGE / size_of::<u64>();
        let found = shared.view.read(word..word + 1)?[0];
        if found != value {
            return Err(format!("page {page} has {found} instead of {value}").into());
        }
    }
    Ok(time)
}
