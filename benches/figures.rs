//! What the programs of the comparison with peers (`peers/`) share: taking turns, medians, and how they print.
//!
//! Every program prints a line for each figure, `figure ROW VALUE [VARIANT]`, in the unit of the row: nanoseconds,
//! million updates a second, or GB a second.

use std::hint::black_box;
use std::sync::OnceLock;
use std::time::Instant;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Updates of each process in one slice of the rows with tables.
pub const UPDATES: usize = 1 << 18;
/// Slices of those rows. One more warms up, so an even number of exclusive-ors leaves nothing.
pub const TABLE_SLICES: usize = 7;
/// What is combined with the words of the table by exclusive-or.
pub const PATTERN: u64 = 0x5555_5555_5555_5555;

/// A row with a table: its name, and the words of the table.
pub const TABLES: [(&str, usize); 2] = [("histogram", 1 << 20), ("gups", 1 << 24)];

/// The rows that were asked for: those named on the command line, or all where none is.
pub struct Wanted(Vec<String>);

impl Wanted {
    /// From the command line.
    pub fn from_args() -> Wanted {
        Wanted(std::env::args().skip(1).collect())
    }

    /// Whether a row was asked for.
    pub fn has(&self, row: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|name| name == row)
    }
}

/// Prints a figure.
pub fn figure(row: &str, value: f64, variant: &str) {
    println!("figure {row} {value:.3} {variant}");
}

/// The median; of an even number, the mean of the two in the middle.
///
/// # Panics
/// When there are none.
pub fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
    f64::midpoint(low, high)
}

/// Nanoseconds of one call of each contender, the median of `slices` slices of `calls` calls. They take turns slice by
/// slice, so that what disturbs the machine disturbs all. A contender makes as many calls as it is told.
pub fn take_turns(slices: usize, calls: u64, contenders: &mut [&mut dyn FnMut(u64)]) -> Vec<f64> {
    let mut nanoseconds = vec![Vec::with_capacity(slices); contenders.len()];
    for contender in contenders.iter_mut() {
        contender(calls / 10 + 1);
    }
    for _ in 0..slices {
        for (contender, slices) in contenders.iter_mut().zip(&mut nanoseconds) {
            let start = Instant::now();
            contender(calls);
            slices.push(start.elapsed().as_nanos() as f64 / calls as f64);
        }
    }
    nanoseconds.iter().map(|slices| median(slices)).collect()
}

/// Makes so many calls, none of which the compiler can leave out.
#[inline(always)]
pub fn repeat<T>(calls: u64, mut call: impl FnMut() -> T) {
    for _ in 0..calls {
        black_box(call());
    }
}

/// The indices that process `rank` updates in a table of `words` words: the same for all contenders, peers too.
pub fn indices(rank: usize, words: usize) -> Vec<usize> {
    let mut random = Random::new(rank as u64 + 1);
    (0..UPDATES).map(|_| random.below(words)).collect()
}

/// Numbers that no prefetcher knows, at the cost of three shifts.
pub struct Random(u64);

impl Random {
    /// A sequence of its own for each seed but 0.
    pub fn new(seed: u64) -> Random {
        Random(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed))
    }

    /// The next, below `bound`.
    #[inline]
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

/// Keeps this thread on one processor: the `number`th of those that it may use, so that the two sides of a
/// measurement do not wander.
///
/// # Errors
/// When there are fewer, or the system refuses.
pub fn pin(number: usize) -> Result<(), String> {
    // As the process was started: threads inherit what their parent was kept to.
    static ALLOWED: OnceLock<Result<CpuSet, String>> = OnceLock::new();
    let ask = || sched_getaffinity(None).map_err(|e| format!("cannot ask for the processors: {e}"));
    let allowed = ALLOWED.get_or_init(ask).as_ref()?;
    let processor = (0..CpuSet::MAX_CPU)
        .filter(|processor| allowed.is_set(*processor))
        .nth(number)
        .ok_or_else(|| format!("this needs {} processors", number + 1))?;
    let mut one = CpuSet::new();
    one.set(processor);
    sched_setaffinity(None, &one).map_err(|e| format!("cannot keep to processor {processor}: {e}"))
}
