//! What is measured, as it is written to JSON. All times are in nanoseconds, rates per second.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bench::settings::Settings;

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
    /// Operations that were measured, of all threads and nodes.
    pub(crate) operations: u64,
    /// How long that took.
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
    /// What else there is to say, by name.
    pub(crate) facts: BTreeMap<String, Fact>,
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

/// Everything that a run has to tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Report {
    /// Of the program.
    pub(crate) version: String,
    pub(crate) machine: Machine,
    pub(crate) settings: Settings,
    pub(crate) rows: Vec<Row>,
}

/// What it was measured on, and by what build. What cannot be found out is left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) kernel: Option<String>,
    pub(crate) architecture: String,
    pub(crate) cpu: Option<String>,
    pub(crate) processors: u32,
    /// The hypervisor or emulator that the machine runs on.
    pub(crate) hypervisor: Option<String>,
    /// Bytes.
    pub(crate) memory: Option<u64>,
    pub(crate) nic: Option<Nic>,
    /// The provider that was used.
    pub(crate) provider: String,
    pub(crate) rustc: Option<String>,
    pub(crate) profile: String,
    pub(crate) commit: Option<String>,
    /// When it was measured: seconds since 1970.
    pub(crate) date: u64,
}

/// A NIC.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Nic {
    pub(crate) device: String,
    pub(crate) part: Option<String>,
    pub(crate) firmware: Option<String>,
    pub(crate) port: u8,
    pub(crate) link_layer: String,
    /// Gbit/s.
    pub(crate) rate: Option<f64>,
    pub(crate) gid_index: Option<u8>,
}

impl Machine {
    /// This machine and this build, with the provider that is used.
    pub(crate) fn here(provider: &str) -> Machine {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Machine {
            architecture: std::env::consts::ARCH.to_owned(),
            processors: std::thread::available_parallelism().map_or(1, |count| count.get() as u32),
            provider: provider.to_owned(),
            profile: if cfg!(debug_assertions) { "debug" } else { "release" }.to_owned(),
            date: since.map_or(0, |time| time.as_secs()),
            ..Machine::default()
        }
    }
}
