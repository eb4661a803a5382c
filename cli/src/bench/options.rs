//! The options of `pangea bench`, and what is made of them.

use clap::Args;
use pangea::Model;
use serde::{Deserialize, Serialize};
use verbs_shim::provider::VerbsOptions;

use super::bench::{Setting, Workload};
use crate::failure::Failure;
use crate::options::ProviderOption;
use crate::size::Size;

/// The options.
#[derive(Clone, Debug, Args)]
pub(crate) struct BenchOptions {
    /// Tests or groups of tests, or `all`; see --list [default: a short tour]
    #[arg(value_name = "TEST")]
    pub(crate) tests: Vec<String>,

    /// Show all tests
    #[arg(long)]
    pub(crate) list: bool,

    /// How many nodes to start
    #[arg(short, long, value_name = "N", default_value = "2", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) nodes: u32,

    /// What moves the bytes between nodes
    #[arg(long, value_enum, default_value_t = ProviderOption::Auto)]
    pub(crate) provider: ProviderOption,

    /// Bytes of one operation, such as 8 or 64K [default: the test's own]
    #[arg(short, long, value_name = "SIZE")]
    pub(crate) size: Option<Size>,

    /// All sizes from 2 bytes to 8 MiB, in powers of two
    #[arg(short, long, conflicts_with = "size")]
    pub(crate) all_sizes: bool,

    /// Operations to measure on each thread [default: as many as there are in the duration]
    #[arg(long, value_name = "N", conflicts_with = "duration", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) iters: Option<u64>,

    /// How long to measure each row
    #[arg(short = 'D', long, value_name = "SECONDS", default_value = "1")]
    pub(crate) duration: f64,

    /// Operations before measuring begins [default: as many as there are in a tenth of the duration]
    #[arg(long, value_name = "N")]
    pub(crate) warmup: Option<u64>,

    /// Operations kept in flight [default: the test's own]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) depth: Option<u32>,

    /// Operations for each doorbell [default: the test's own]
    #[arg(short = 'l', long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) batch: Option<u32>,

    /// Threads that measure, on each node that does
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=256))]
    pub(crate) threads: u32,

    /// Both sides at once
    #[arg(short, long)]
    pub(crate) bidirectional: bool,

    /// The consistency model of coherent data: strict or sequential [default: the test's own]
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: Option<Model>,

    /// Rows for each test and size
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) repeat: u32,

    /// Write everything as JSON, to FILE or to standard output in place of the table
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    pub(crate) json: Option<String>,

    /// Draw latency over size, and throughput over threads
    #[arg(long, value_name = "FILE.svg")]
    pub(crate) plot: Option<String>,
}

/// How long a measurement is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Length {
    /// So many operations on each thread.
    Iterations(u64),
    /// So many seconds.
    Seconds(f64),
}

/// What was asked for: what all nodes must agree on, and goes into the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) tests: Vec<String>,
    /// Bytes; none when each test has its own.
    pub(crate) sizes: Vec<u64>,
    pub(crate) length: Length,
    pub(crate) warmup: Option<u64>,
    pub(crate) depth: Option<u32>,
    pub(crate) batch: Option<u32>,
    pub(crate) threads: u32,
    pub(crate) bidirectional: bool,
    pub(crate) model: Option<Model>,
    pub(crate) repeat: u32,
    pub(crate) json: Option<String>,
    pub(crate) plot: Option<String>,
}

impl BenchOptions {
    /// What they ask for.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        let sizes = match (self.size, self.all_sizes) {
            (Some(size), _) => vec![size.get() as u64],
            (None, true) => (1..=23).map(|power| 1 << power).collect(),
            (None, false) => Vec::new(),
        };
        let length = self.iters.map_or(Length::Seconds(self.duration), Length::Iterations);
        Ok(Settings {
            tests: self.tests.clone(),
            sizes,
            length,
            warmup: self.warmup,
            depth: self.depth,
            batch: self.batch,
            threads: self.threads,
            bidirectional: self.bidirectional,
            model: self.model,
            repeat: self.repeat,
            json: self.json.clone(),
            plot: self.plot.clone(),
        })
    }

    /// Which NIC to use.
    pub(crate) fn verbs(&self) -> Result<VerbsOptions, Failure> {
        VerbsOptions::from_env().map_err(Failure::usage)
    }
}

impl Settings {
    /// With what a test runs: once for each size that it can have.
    pub(crate) fn of(&self, test: &dyn Workload) -> Vec<Setting> {
        let takes = test.takes();
        let sizes = match takes.size {
            None => vec![8],
            Some(sizes) if self.sizes.is_empty() => vec![sizes.usual],
            Some(sizes) => {
                let range = sizes.least..=sizes.most;
                self.sizes.iter().copied().filter(|size| range.contains(size)).collect()
            }
        };
        let setting = |size| Setting {
            size,
            length: self.length,
            warmup: self.warmup,
            depth: takes.depth.map_or(1, |usual| self.depth.unwrap_or(usual)),
            batch: takes.batch.map_or(1, |usual| self.batch.unwrap_or(usual)),
            threads: if takes.threads { self.threads } else { 1 },
            bidirectional: takes.bidirectional && self.bidirectional,
            model: takes.model.map_or(Model::Relaxed, |usual| self.model.unwrap_or(usual)),
        };
        sizes.into_iter().map(setting).collect()
    }
}
