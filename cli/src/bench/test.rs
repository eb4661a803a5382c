//! [`Workload`], what a test is, and [`Setting`], with what it runs.

use std::fmt;

use pangea::Model;

use super::bench::Bench;
use super::error::Error;
use super::report::Row;
use super::settings::Length;
use crate::size;

/// A test: what it measures, and how every node of the job runs it.
pub(crate) trait Workload: Sync {
    /// Its name on the command line.
    fn name(&self) -> &'static str;

    /// The group that it belongs to.
    fn group(&self) -> &'static str;

    /// One line for `--list`.
    fn about(&self) -> &'static str;

    /// Which settings it has, and their defaults.
    fn takes(&self) -> Takes;

    /// The least number of nodes.
    fn nodes(&self) -> u32 {
        2
    }

    /// Bytes that it needs in the arena of each node.
    fn memory(&self, setting: &Setting) -> u64;

    /// Runs it. Every node calls this, and in it the same collective operations in the same order; rank 0
    /// returns the rows, the others none.
    fn run(&self, bench: &Bench<'_>, setting: &Setting) -> Result<Vec<Row>, Error>;
}

/// Which settings a test has.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Takes {
    /// Sizes, if it moves as many bytes as it is told.
    pub(crate) size: Option<Sizes>,
    /// Operations in flight, if nothing is said; `None` if that is no setting of it.
    pub(crate) depth: Option<u32>,
    /// Operations for each doorbell, if nothing is said; `None` if that is no setting of it.
    pub(crate) batch: Option<u32>,
    /// Whether several threads of a node can do it.
    pub(crate) threads: bool,
    /// Whether both sides can do it at once.
    pub(crate) bidirectional: bool,
    /// Its consistency models; `None` if that is no setting of it.
    pub(crate) model: Option<Models>,
    /// Whether it is warm by what it does itself, so that the warm-up is no setting of it.
    pub(crate) own_warmup: bool,
    /// Whether it has the table of GUPS.
    pub(crate) table: bool,
    /// Whether it has the records of YCSB.
    pub(crate) records: bool,
}

/// The consistency models that a test can have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Models {
    /// If nothing is said.
    pub(crate) usual: Model,
    /// Whether `Relaxed` is one of them.
    pub(crate) relaxed: bool,
}

/// The sizes in bytes that a test can have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// If nothing is said.
    pub(crate) usual: u64,
    pub(crate) least: u64,
    pub(crate) most: u64,
}

impl Sizes {
    /// Whether this is one of them.
    pub(crate) fn has(self, size: u64) -> bool {
        (self.least..=self.most).contains(&size)
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "from {} to {}", size::text(self.least), size::text(self.most))
    }
}

/// With what a test runs once.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    /// Bytes of one operation; 8 where that is no setting of the test.
    pub(crate) size: u64,
    pub(crate) length: Length,
    /// Operations before measuring begins; otherwise as many as it takes.
    pub(crate) warmup: Option<u64>,
    pub(crate) depth: u32,
    pub(crate) batch: u32,
    /// Threads of each node that measures.
    pub(crate) threads: u32,
    pub(crate) bidirectional: bool,
    pub(crate) model: Model,
    /// Bytes of each node of which the table of GUPS takes about half.
    pub(crate) table: u64,
    /// Records of YCSB, and bytes of each.
    pub(crate) records: u64,
    pub(crate) record_size: u64,
}

impl Setting {
    /// The most operations for one doorbell.
    pub(crate) const MOST_BATCH: u32 = 512;

    /// Bytes of one operation.
    pub(crate) fn bytes(&self) -> usize {
        self.size as usize
    }
}
