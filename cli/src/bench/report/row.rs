//! What is measured, as it is written to JSON. All times are in nanoseconds, rates per second.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Machine;
use crate::bench::settings::Settings;

/// Everything that a run has to tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Report {
    /// The version of this document, [`super::json::FORMAT`].
    pub(crate) format: u32,
    /// Of the program.
    pub(crate) version: String,
    pub(crate) machine: Machine,
    /// As they were given.
    pub(crate) settings: Settings,
    pub(crate) rows: Vec<Row>,
}

/// What one test has measured with one setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Row {
    /// The test's name.
    pub(crate) test: String,
    /// The group that it belongs to.
    pub(crate) group: String,
    /// Bytes of one operation, where that is a setting of the test.
    pub(crate) size: Option<u64>,
    /// Nodes of the job.
    pub(crate) nodes: u32,
    /// Threads that measure, on each node that does.
    pub(crate) threads: u32,
    /// Operations kept in flight by each thread.
    pub(crate) depth: u32,
    /// Operations for each doorbell.
    pub(crate) batch: u32,
    /// Settings that only this test has, by name.
    pub(crate) parameters: BTreeMap<String, Fact>,
    /// Operations that were measured, of all threads and nodes.
    pub(crate) operations: u64,
    /// How long that took, without reading the clock.
    pub(crate) seconds: f64,
    /// How long an operation took.
    pub(crate) latency: Option<Latency>,
    /// Operations per second, all threads and nodes together.
    pub(crate) rate: Option<Rate>,
    /// Bytes per second, all threads and nodes together.
    pub(crate) bandwidth: Option<Rate>,
    /// Round trips for each operation.
    pub(crate) round_trips: Option<f64>,
    /// Whether the result was checked and is right.
    pub(crate) verified: Option<bool>,
    /// What else was found, by name.
    pub(crate) facts: BTreeMap<String, Fact>,
}

impl Row {
    /// All that tells this row from others of its test, for people: `64 KiB, depth 16`.
    pub(crate) fn setting(&self) -> String {
        let mut parts: Vec<String> = self.size.map(crate::size::text).into_iter().collect();
        for (name, value) in
            [("threads", self.threads), ("depth", self.depth), ("batch", self.batch)]
        {
            if value != 1 {
                parts.push(format!("{name} {value}"));
            }
        }
        parts.extend(self.parameters.iter().map(|(name, fact)| format!("{name} {fact}")));
        parts.join(", ")
    }
}

/// How long an operation took. A percentile with too few samples beyond it is left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Latency {
    pub(crate) samples: u64,
    /// Operations in one sample: if more than one, each sample is the average of so many.
    pub(crate) group: u64,
    /// What reading the clock costs; it has been taken off each sample.
    pub(crate) timer_ns: f64,
    pub(crate) min: f64,
    pub(crate) median: f64,
    pub(crate) average: f64,
    pub(crate) p90: Option<f64>,
    pub(crate) p99: Option<f64>,
    pub(crate) p999: Option<f64>,
    pub(crate) p9999: Option<f64>,
    pub(crate) max: f64,
}

/// Something per second, over several intervals of the run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Rate {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) greatest: f64,
}

impl Rate {
    /// The same in another unit, of which each has so many.
    pub(crate) fn times(self, factor: f64) -> Rate {
        Rate {
            median: self.median * factor,
            least: self.least * factor,
            greatest: self.greatest * factor,
        }
    }
}

/// A number or a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Fact {
    Number(f64),
    Text(String),
}

impl std::fmt::Display for Fact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fact::Number(number) => f.pad(&super::figures::number(*number)),
            Fact::Text(text) => f.pad(text),
        }
    }
}
