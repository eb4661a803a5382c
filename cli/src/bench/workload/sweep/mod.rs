//! Where caching wins and where it loses: the same mixes of reads and writes on a `Sequential` array and on a
//! `Relaxed` one, in turn, in one run, by all threads of all nodes.
//!
//! The axes are those along which GAM was measured (Cai et al., "Efficient Distributed Memory Management with RDMA
//! and Caching", VLDB 2018): how much is remote, shared, read, near in space, and near in time. A grid of reads by
//! sharing by popularity goes on from there.
//!
//! | file | subject |
//! | --- | --- |
//! | `mix.rs` | mixes, and the accesses of one |
//! | `tables.rs` | both arrays; what single accesses cost, and why a mix is fast or slow |
//! | `rounds.rs` | both models, in turn |

mod mix;
mod rounds;
mod tables;
#[cfg(test)]
mod tests;

use crate::bench::bench::{Bench, Measured, Setting, Takes, Workload};
use crate::bench::error::Error;
use crate::bench::measure::Intervals;
use crate::bench::report::{Fact, Row};
use mix::{Mix, Shape};
use rounds::{Outcome, Team};

/// The group.
const GROUP: &str = "sweep";

/// Elements of a block where nearness in space counts: 7 of 64 bytes and the header take 480 of 512 bytes.
const SEVERAL: usize = 7;

/// A test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sweep {
    /// Along each of five axes.
    Axes,
    /// Reads by sharing by popularity.
    Grid,
}

/// All of them.
pub(crate) static TESTS: [Sweep; 2] = [Sweep::Axes, Sweep::Grid];

impl Sweep {
    /// Elements of a block.
    fn per_block(self) -> usize {
        match self {
            Sweep::Axes => SEVERAL,
            Sweep::Grid => 1,
        }
    }

    /// The mixes, each with the axis that it is on.
    fn mixes(self) -> Vec<(&'static str, Mix)> {
        match self {
            Sweep::Axes => Mix::axes(),
            Sweep::Grid => Mix::grid().into_iter().map(|mix| ("grid", mix)).collect(),
        }
    }
}

impl Workload for Sweep {
    fn name(&self) -> &'static str {
        match self {
            Sweep::Axes => "sweep-axes",
            Sweep::Grid => "sweep-grid",
        }
    }

    fn group(&self) -> &'static str {
        GROUP
    }

    fn about(&self) -> &'static str {
        match self {
            Sweep::Axes => {
                "caching against none: remote, shared, read, near in space, near in time"
            }
            Sweep::Grid => "caching against none: reads by sharing by popularity",
        }
    }

    fn takes(&self) -> Takes {
        Takes { threads: true, own_warmup: true, ..Takes::default() }
    }

    fn memory(&self, _: &Setting) -> u64 {
        // Each node has a part of 256 blocks of its own and of 256 that are shared, under both models.
        4 << 20
    }

    fn run(&self, bench: &Bench<'_>, setting: &Setting) -> Result<Vec<Row>, Error> {
        let shape = Shape::new(bench.node().size(), self.per_block());
        let mut rows = Vec::new();
        for (axis, mix) in self.mixes() {
            let outcome = Team::new(bench, setting, shape).measure(mix)?;
            if bench.node().is_leader() {
                rows.push(self.row(bench, setting, axis, mix, &outcome));
            }
        }
        Ok(rows)
    }
}

impl Sweep {
    fn row(
        &self,
        bench: &Bench<'_>,
        setting: &Setting,
        axis: &str,
        mix: Mix,
        outcome: &Outcome,
    ) -> Row {
        let Outcome { sequential, relaxed, tally } = outcome;
        let counts =
            pangea::Counts { round_trips: sequential.requests, ..pangea::Counts::default() };
        let intervals = vec![sequential.intervals.clone()];
        let mut row = bench.row(self, setting, &Measured { latencies: None, intervals, counts });
        let ratios = outcome.ratios();
        let (least, ratio, greatest) = (ratios[0], median(&ratios), ratios[ratios.len() - 1]);
        let plain = relaxed.requests_each();
        row.parameters.insert("axis".to_owned(), Fact::Text(axis.to_owned()));
        for (name, value) in [
            ("reads", Some(mix.reads)),
            ("shared", Some(mix.shared)),
            ("remote", mix.remote),
            ("space", Some(mix.space)),
            ("time", Some(mix.time)),
            ("zipf", Some(mix.zipf)),
        ] {
            let number = value.map(|value| (name.to_owned(), Fact::Number(value)));
            row.parameters.extend(number);
        }
        let facts = &mut row.facts;
        let mut number =
            |name: &str, value: f64| facts.insert(name.to_owned(), Fact::Number(value));
        if let Some(rate) = Intervals::rate(std::slice::from_ref(&relaxed.intervals)) {
            number("relaxed rate", rate.median);
        }
        number("ratio", ratio);
        number("least ratio", least);
        number("greatest ratio", greatest);
        number("relaxed requests", plain);
        for (name, count) in [
            ("hits", tally.hits),
            ("fetched", tally.fetched),
            ("renewed", tally.renewed),
            ("both", tally.both),
        ] {
            if tally.reads > 0 {
                number(name, count as f64 / tally.reads as f64);
            }
        }
        if tally.writes > 0 {
            number("requests of a write", tally.write_requests as f64 / tally.writes as f64);
        }
        facts.insert("why".to_owned(), Fact::Text(tally.why(ratio, plain)));
        row
    }
}

/// Of figures in order; there are some.
fn median(figures: &[f64]) -> f64 {
    let count = figures.len();
    (figures[(count - 1) / 2] + figures[count / 2]) / 2.0
}
