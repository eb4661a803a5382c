//! How many operations the simulator does in a second on one processor.
//!
//! Sixteen nodes do blocking gets, puts and fetch_adds of 8 bytes at each other's homes, on queue
//! pairs that are open: the steady state of most scenarios. The time is that of the load alone,
//! without joining and leaving, on one OS thread, with all that a search does: the digest of the
//! timeline, the counting of faults, the chance of each delay. It is taken twice: by the clock, and
//! as what the system says that the thread was running, which others on the machine do not lengthen.

use std::cell::Cell;
use std::fmt;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde::Serialize;
use verbs_shim::provider::sim::Faults;

use super::{Format, ScaleArgs};
use crate::fault::FaultPlan;
use crate::job::{Job, ProgramResult, SimNode};

/// Nodes of the load.
const NODES: u32 = 16;

/// The least that is good enough.
const GOAL: f64 = 200_000.0;

/// The chance of each fault, for each request, per million.
const FAULTS: u32 = 2_000;

/// Words at each home: one for each node, and a counter for all.
const WORDS: usize = NODES as usize + 1;

/// Whether faults happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weather {
    /// None.
    Calm,
    /// Requests straggle, get lost, and come twice.
    Stormy,
}

impl fmt::Display for Weather {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Weather::Calm => "without faults",
            Weather::Stormy => "with faults",
        })
    }
}

/// How fast a load was simulated.
#[derive(Clone, Debug, Serialize)]
pub struct Speed {
    /// Whether faults happened.
    pub weather: Weather,
    /// Operations of each run.
    pub operations: u64,
    /// Operations per second of processor time, of each run, from the slowest. By the clock where the
    /// system does not tell.
    pub runs: Vec<f64>,
    /// Operations per second by the clock, of each run, from the slowest.
    pub by_clock: Vec<f64>,
}

fn middle(sorted: &[f64]) -> f64 {
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

impl Speed {
    /// That of the run in the middle.
    pub fn median(&self) -> f64 {
        middle(&self.runs)
    }

    /// That by the clock.
    pub fn median_by_clock(&self) -> f64 {
        middle(&self.by_clock)
    }
}

/// Runs the load `runs` times, with so many operations in sum each time.
///
/// # Errors
/// How a run ended that did not end well.
pub fn measure_speed(
    weather: Weather,
    operations: u64,
    runs: u32,
    seed: u64,
) -> Result<Speed, String> {
    let each = operations.div_ceil(u64::from(NODES));
    let all = each * u64::from(NODES);
    let (mut speeds, mut by_clock) = (Vec::new(), Vec::new());
    for run in 0..runs {
        let mut job = Job::new("speed", NODES, seed + u64::from(run));
        if weather == Weather::Stormy {
            job.faults = FaultPlan { nic: Faults::absorbed(FAULTS), ..FaultPlan::default() };
        }
        let clock = Rc::new(Stopwatch::default());
        let within = Rc::clone(&clock);
        let outcome = job.run(move |sim| program(sim, each, &within));
        if !outcome.is_good() {
            return Err(outcome.to_string());
        }
        let (processor, real) = clock.seconds.get();
        speeds.push(all as f64 / processor);
        by_clock.push(all as f64 / real);
    }
    speeds.sort_by(f64::total_cmp);
    by_clock.sort_by(f64::total_cmp);
    Ok(Speed { weather, operations: all, runs: speeds, by_clock })
}

/// When the load began, and how long it took.
#[derive(Default)]
struct Stopwatch {
    begun: Cell<Option<(Instant, Option<Duration>)>>,
    ended: Cell<u32>,
    /// Of processor time, and by the clock.
    seconds: Cell<(f64, f64)>,
}

impl Stopwatch {
    /// A node begins: the first one counts.
    fn begin(&self) {
        if self.begun.get().is_none() {
            self.begun.set(Some((Instant::now(), processor_time())));
        }
    }

    /// A node has done its part: the last one counts.
    fn end(&self) {
        self.ended.set(self.ended.get() + 1);
        if self.ended.get() == NODES
            && let Some((clock, processor)) = self.begun.get()
        {
            let real = clock.elapsed().as_secs_f64();
            let ran = processor_time().zip(processor);
            let ran = ran.map_or(real, |(now, then)| now.saturating_sub(then).as_secs_f64());
            self.seconds.set((ran, real));
        }
    }
}

/// How long this OS thread has been running, where the system tells.
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanos = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanos)).filter(|time| !time.is_zero())
}

fn program(sim: &SimNode, operations: u64, stopwatch: &Stopwatch) -> ProgramResult {
    let (node, rank, size) = (sim.node(), sim.rank() as usize, sim.size() as usize);
    let words = node.array::<u64>("words").len(size * WORDS).create()?;
    for home in 0..size {
        // Opens the queue pair.
        words.load(home * WORDS + size)?;
    }
    node.barrier()?;
    stopwatch.begin();
    let mut expected = vec![0; size];
    for i in 0..operations {
        let (choice, other) = sim.chance(|chance| (chance.below(3), chance.below(size as u64 - 1)));
        let home = (rank + 1 + other as usize) % size;
        let own = home * WORDS + rank;
        match choice {
            0 => {
                expected[home] = i + 1;
                words.put(own, i + 1)?;
            }
            1 => {
                let found = words.get(own)?;
                if found != expected[home] {
                    let wanted = expected[home];
                    return Err(format!("found {found} at {home} instead of {wanted}").into());
                }
            }
            _ => {
                words.fetch_add(home * WORDS + size, 1)?;
            }
        }
    }
    stopwatch.end();
    Ok(node.barrier()?)
}

/// What is printed of the speed, and whether it is enough.
pub(super) fn lines(args: &ScaleArgs, format: Format) -> io::Result<(String, bool)> {
    let (mut text, mut good) = (String::new(), true);
    if format == Format::Markdown {
        text += "### Speed\n\n";
    }
    for weather in [Weather::Calm, Weather::Stormy] {
        let speed = measure_speed(weather, args.operations, args.runs, args.seed)
            .map_err(io::Error::other)?;
        let median = speed.median();
        good &= median >= GOAL;
        if format == Format::Json {
            text += &(serde_json::to_string(&speed)? + "\n");
            continue;
        }
        let runs: Vec<String> = speed.runs.iter().map(|speed| format!("{speed:.0}")).collect();
        let (runs, by_clock) = (runs.join(", "), speed.median_by_clock());
        let item = if format == Format::Markdown { "- " } else { "" };
        text += &format!(
            "{item}{NODES} nodes, blocking get, put and fetch_add of 8 bytes, {weather}: {median:.0} \
             operations per second on one processor, the median of {runs}; by the clock \
             {by_clock:.0}\n"
        );
    }
    Ok((text, good))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_load_runs_and_has_a_speed() {
        for weather in [Weather::Calm, Weather::Stormy] {
            let speed = measure_speed(weather, 1600, 3, 1).expect("ends well");
            assert_eq!((speed.operations, speed.runs.len()), (1600, 3));
            assert!(speed.runs.is_sorted() && speed.by_clock.is_sorted());
            assert!(speed.median_by_clock() > 0.0);
        }
    }
}
