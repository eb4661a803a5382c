//! GUPS: billions of updates of random words in a second, by the rules of RandomAccess of the HPC Challenge.
//!
//! A table of a power of two of 64-bit words, on all nodes, takes about half of the memory. Each of four times as
//! many numbers of a given sequence is combined by "exclusive or" with the word that its low bits name; every worker
//! makes its part of the sequence, and no process has more than 1024 updates in flight. Then all updates are made again,
//! safely, which should bring back what was there before. The rules allow for one wrong word in a hundred; here no
//! update is lost, so none is. Runs may be cut short, which lowers the number of updates.
//!
//! Source: the rules (David Koester and Bob Lucas, "RandomAccess", DARPA HPCS program) and HPCC 1.5's
//! `RandomAccess/`, where they leave room.
//!
//! | file | subject |
//! | --- | --- |
//! | `stream.rs` | the sequence, and jumps to any place of it |
//! | `table.rs` | the table, its updates, its errors |

mod stream;
mod table;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use pangea::Counts;

use crate::bench::bench::{Bench, Measured, Setting, Takes, Workload};
use crate::bench::error::Error;
use crate::bench::measure::{Intervals, on_threads};
use crate::bench::report::{Fact, Row};
use crate::bench::settings::Length;
use table::{LEAST_BYTES, LOOK_AHEAD, Share, Table, Way};

/// The group.
const GROUP: &str = "gups";

/// A test.
#[derive(Debug)]
pub(crate) struct Gups {
    name: &'static str,
    about: &'static str,
    way: Way,
}

/// All of them.
pub(crate) static TESTS: [Gups; 2] = [
    Gups {
        name: "gups-batched",
        about: "random updates of a table by the rules of HPCC RandomAccess, many in flight",
        way: Way::Together,
    },
    Gups {
        name: "gups-exact",
        about: "the same one after the other, by compare-and-swap",
        way: Way::Exact,
    },
];

/// A trial that tells how many updates there is time for takes this part of the time.
const TRIAL: f64 = 0.1;

impl Workload for Gups {
    fn name(&self) -> &'static str {
        self.name
    }

    fn group(&self) -> &'static str {
        GROUP
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn takes(&self) -> Takes {
        Takes { threads: true, own_warmup: true, table: true, ..Takes::default() }
    }

    fn nodes(&self) -> u32 {
        1
    }

    fn memory(&self, setting: &Setting) -> u64 {
        setting.table.max(LEAST_BYTES)
    }

    fn run(&self, bench: &Bench<'_>, setting: &Setting) -> Result<Vec<Row>, Error> {
        let node = bench.node();
        let words = Table::words_for(setting.table, node.size());
        let table = Table::create(node, &bench.name("table"), words)?;
        let crew = Crew::new(bench, setting, self.way, &table);
        let mut share = Share::of_all(words, crew.workers);
        share = match setting.length {
            Length::Iterations(updates) => share.at_most(updates),
            Length::Seconds(seconds) => share.at_most(crew.affords(share, seconds)?),
        };
        table.fill(node)?;
        let (time, requests) = crew.update(share)?;
        let errors = node.reduce(table.errors_after(node, share)?, |one, other| one + other)?;
        let window = crew.window;
        node.barrier()?;
        table.release()?;
        if !node.is_leader() {
            return Ok(Vec::new());
        }
        let updates = share.updates * share.workers;
        let mut intervals = Intervals::new();
        intervals.push(updates, time.as_nanos() as u64);
        let counts = Counts { round_trips: requests, ..Counts::default() };
        let measured = Measured { latencies: None, intervals: vec![intervals], counts };
        let mut row = bench.row(self, setting, &measured);
        row.verified = Some(errors == 0);
        row.parameters.extend([
            ("table words".to_owned(), Fact::Number(words as f64)),
            ("in flight".to_owned(), Fact::Number(window as f64)),
            ("update".to_owned(), Fact::Text(self.way.about().to_owned())),
        ]);
        let mut number =
            |name: &str, value: f64| row.facts.insert(name.to_owned(), Fact::Number(value));
        number("GUP/s", updates as f64 / time.as_secs_f64() / 1e9);
        number("updates per word", updates as f64 / words as f64);
        number("wrong words", errors as f64);
        Ok(vec![row])
    }
}

/// The threads of all nodes at work.
struct Crew<'a> {
    bench: &'a Bench<'a>,
    threads: u32,
    workers: usize,
    way: Way,
    table: &'a Table,
    /// Updates in flight of each.
    window: usize,
}

impl<'a> Crew<'a> {
    fn new(bench: &'a Bench<'a>, setting: &Setting, way: Way, table: &'a Table) -> Crew<'a> {
        let threads = setting.threads;
        let workers = threads as usize * bench.node().size();
        let window = match way {
            Way::Together => (LOOK_AHEAD / threads as usize).max(1),
            Way::Exact => 1,
        };
        Crew { bench, threads, workers, way, table, window }
    }

    /// Does `work` on each thread, which gets its number among all workers. The answer is the least of theirs.
    fn on_all(&self, work: impl Fn(u64) -> Result<u64, Error> + Sync) -> Result<u64, Error> {
        let first = self.bench.node().rank() as u64 * u64::from(self.threads);
        let found = on_threads(self.threads, |thread, _| work(first + u64::from(thread)))?;
        Ok(found.into_iter().min().unwrap_or(0))
    }

    /// How many updates each worker can make in so many seconds. What the trial does to the table has to be mended.
    fn affords(&self, share: Share, seconds: f64) -> Result<u64, Error> {
        let node = self.bench.node();
        let (table, way, window) = (self.table, self.way, self.window);
        table.fill(node)?;
        node.barrier()?;
        let least = self.on_all(|worker| {
            let mut numbers = share.numbers(worker, 0);
            let (start, trial) = (Instant::now(), Duration::from_secs_f64(seconds * TRIAL));
            // What comes before the middle is warm-up.
            let (mut done, mut middle) = (0, None);
            while start.elapsed() < trial && done < share.updates {
                table.update(way, &mut numbers, window as u64, window)?;
                done += window as u64;
                if middle.is_none() && start.elapsed() >= trial / 2 {
                    middle = Some((done, Instant::now()));
                }
            }
            let (before, from) = middle.filter(|(before, _)| *before < done).unwrap_or((0, start));
            let rate = (done - before) as f64 / from.elapsed().as_secs_f64().max(1e-9);
            Ok((rate * seconds) as u64)
        })?;
        let least = node.reduce(least, u64::min)?;
        node.barrier()?;
        Ok(least)
    }

    /// Makes all updates; the time that they took, and what they asked of the NICs.
    fn update(&self, share: Share) -> Result<(Duration, u64), Error> {
        let node = self.bench.node();
        let (table, way, window) = (self.table, self.way, self.window);
        node.barrier()?;
        let (start, before) = (Instant::now(), node.counts());
        self.on_all(|worker| {
            let mut numbers = share.numbers(worker, 0);
            table.update(way, &mut numbers, share.updates, window)?;
            Ok(0)
        })?;
        let requests = (node.counts() - before).round_trips;
        // The last to be done counts.
        node.barrier()?;
        let time = start.elapsed();
        Ok((time, node.reduce(requests, |one, other| one + other)?))
    }
}
