//! Both models at the same accesses, in turn.

use std::time::{Duration, Instant};

use super::mix::{Access, Mix, Shape, accesses};
use super::tables::{Table, Tally};
use crate::bench::bench::{Bench, Setting};
use crate::bench::error::Error;
use crate::bench::measure::{Intervals, on_threads};
use crate::bench::settings::Length;
use crate::bench::workload::draw::Draw;

/// The accesses of a mix, which are repeated as long as there is time.
const ACCESSES: usize = 8192;

/// Between two looks at the clock, which takes 2 µs in an emulated machine.
const GROUP: u64 = 32;

/// How often each model has its turn. They take turns in going first.
const ROUNDS: u32 = 3;

/// So many accesses are counted one by one, after those that are timed, and as many to get warm again.
const COUNTED: usize = 1024;

/// How fast a model was.
#[derive(Clone, Debug, Default)]
pub(super) struct Speed {
    /// Accesses of all threads of all nodes together; an interval is a round.
    pub(super) intervals: Intervals,
    rates: Vec<f64>,
    /// What was asked of all NICs: batches, or single requests where they are executed in place.
    pub(super) requests: u64,
}

impl Speed {
    /// Requests of one access.
    pub(super) fn requests_each(&self) -> f64 {
        self.requests as f64 / self.intervals.operations().max(1) as f64
    }
}

/// What a mix has come to.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub(super) sequential: Speed,
    pub(super) relaxed: Speed,
    pub(super) tally: Tally,
}

impl Outcome {
    /// How many times as fast `Sequential` was as `Relaxed`, in each round; in order.
    pub(super) fn ratios(&self) -> Vec<f64> {
        let pairs = self.sequential.rates.iter().zip(&self.relaxed.rates);
        let mut ratios: Vec<f64> = pairs.map(|(ours, plain)| ours / plain).collect();
        ratios.sort_unstable_by(f64::total_cmp);
        ratios
    }
}

/// The threads of all nodes.
pub(super) struct Team<'a> {
    bench: &'a Bench<'a>,
    threads: u32,
    /// How long a model has in a round.
    length: Length,
    shape: Shape,
}

impl<'a> Team<'a> {
    pub(super) fn new(bench: &'a Bench<'a>, setting: &Setting, shape: Shape) -> Team<'a> {
        let length = match setting.length {
            Length::Iterations(count) => Length::Iterations(count),
            // Both models in all rounds, and once more to get warm.
            Length::Seconds(seconds) => Length::Seconds(seconds / f64::from(2 * (ROUNDS + 1))),
        };
        Team { bench, threads: setting.threads, length, shape }
    }

    /// Measures a mix: each model in turn, in every round, and the other one first in every other. Collective.
    pub(super) fn measure(&self, mix: Mix) -> Result<Outcome, Error> {
        let node = self.bench.node();
        let tables = Table::both(node, &self.bench.name("sweep"), self.shape)?;
        let of_thread = |thread| {
            let mut draw = Draw::new(3, node.rank(), thread as usize);
            accesses(mix, self.shape, node.rank(), &mut draw, ACCESSES)
        };
        let work: Vec<_> = (0..self.threads).map(of_thread).collect();
        let mut speeds = [Speed::default(), Speed::default()];
        for table in &tables {
            self.run(table, &work)?;
        }
        for round in 0..ROUNDS as usize {
            let first = round % 2;
            for side in [first, 1 - first] {
                let (done, time, requests) = self.run(&tables[side], &work)?;
                let speed = &mut speeds[side];
                speed.intervals.push(done, time);
                speed.rates.push(done as f64 / time as f64);
                speed.requests += requests;
            }
        }
        let tally = self.tally(&tables[0], &work[0])?;
        for table in tables {
            table.release()?;
        }
        node.barrier()?;
        let [sequential, relaxed] = speeds;
        Ok(Outcome { sequential, relaxed, tally })
    }

    /// All at work: how many accesses they made in how many nanoseconds, and what they asked of the NICs.
    fn run(&self, table: &Table, work: &[Vec<Access>]) -> Result<(u64, u64, u64), Error> {
        let (node, length) = (self.bench.node(), self.length);
        node.barrier()?;
        let before = node.counts();
        let found = on_threads(self.threads, |thread, _| {
            let accesses = &work[thread as usize];
            let (most, time) = match length {
                Length::Iterations(count) => (count, Duration::MAX),
                Length::Seconds(seconds) => (u64::MAX, Duration::from_secs_f64(seconds)),
            };
            let (start, mut done) = (Instant::now(), 0);
            while done < most && start.elapsed() < time {
                let end = most.min(done + GROUP);
                for step in done..end {
                    table.access(accesses[step as usize % ACCESSES])?;
                }
                done = end;
            }
            Ok([done, start.elapsed().as_nanos() as u64])
        })?;
        let requests = (node.counts() - before).round_trips;
        node.barrier()?;
        let done = found.iter().map(|[done, _]| done).sum::<u64>();
        let time = found.iter().map(|[_, time]| *time).max().unwrap_or(1);
        // The time of whoever took longest.
        let join = |a: [u64; 3], b: [u64; 3]| [a[0] + b[0], a[1].max(b[1]), a[2] + b[2]];
        let [done, time, requests] = node.reduce([done, time, requests], join)?;
        Ok((done, time.max(1), requests))
    }

    /// All nodes at work, one thread of each, while each access is counted by itself.
    fn tally(&self, table: &Table, accesses: &[Access]) -> Result<Tally, Error> {
        let node = self.bench.node();
        let mut tally = Tally::default();
        // What has gone stale while the other model was measured is not what is asked for.
        let (warm, counted) = accesses[..2 * COUNTED].split_at(COUNTED);
        warm.iter().try_for_each(|access| table.access(*access))?;
        for access in counted {
            let before = node.counts();
            table.access(*access)?;
            tally.count(*access, node.counts() - before);
        }
        Ok(node.reduce(tally, |mut sum, more| {
            sum += more;
            sum
        })?)
    }
}
