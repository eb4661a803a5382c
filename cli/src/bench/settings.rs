//! [`Settings`], what is asked for; and with what each test runs then.

use pangea::Model;
use serde::{Deserialize, Serialize};

use super::bench::{Setting, Workload};
use super::catalog;
use crate::size;

/// How long a measurement is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Length {
    /// So many operations on each thread.
    Iterations(u64),
    /// So many seconds.
    Seconds(f64),
}

/// What is asked for. Rank 0 says it to all others, and to the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// Names of tests and groups; none for the tour.
    pub(crate) tests: Vec<String>,
    /// Nodes of the job.
    pub(crate) nodes: u32,
    /// Bytes that each node contributes.
    pub(crate) memory: u64,
    /// Bytes; none when each test has its own.
    pub(crate) sizes: Vec<u64>,
    /// Whether they are just all, and those that a test cannot have are left out.
    pub(crate) all_sizes: bool,
    pub(crate) length: Length,
    pub(crate) warmup: Option<u64>,
    pub(crate) depth: Option<u32>,
    pub(crate) batch: Option<u32>,
    pub(crate) threads: u32,
    pub(crate) bidirectional: bool,
    pub(crate) model: Option<Model>,
    /// Rows for each test and size.
    pub(crate) repeat: u32,
    /// The NIC, where it was said.
    pub(crate) device: Option<String>,
    pub(crate) port: Option<u8>,
    pub(crate) gid_index: Option<u8>,
    /// Where the report goes: a file, or `-`.
    pub(crate) json: Option<String>,
    pub(crate) plot: Option<String>,
}

/// A test, and all that it is to run with.
#[derive(Clone)]
pub(crate) struct Planned {
    pub(crate) test: &'static dyn Workload,
    pub(crate) settings: Vec<Setting>,
}

impl Planned {
    /// Bytes that it needs in the arena of each node.
    pub(crate) fn memory(&self) -> u64 {
        self.settings.iter().map(|setting| self.test.memory(setting)).max().unwrap_or(0)
    }
}

/// An option that was given, and whether a test has such a setting.
type Given = (&'static str, fn(&dyn Workload) -> bool);

impl Settings {
    /// What runs, in this order, on so many nodes. A test that is named has to be able to do what is asked for;
    /// of a group those run that can.
    ///
    /// # Errors
    /// What cannot be done, and how to mend it.
    pub(crate) fn plan(&self, nodes: u32) -> Result<Vec<Planned>, String> {
        let mut planned = Vec::new();
        let mut first_reason = None;
        for test in catalog::choose(&self.tests)? {
            let named = self.tests.iter().any(|name| name == test.name());
            match self.of(test, nodes) {
                Ok(settings) => planned.push(Planned { test, settings }),
                Err(reason) if named => return Err(reason),
                Err(reason) => _ = first_reason.get_or_insert(reason),
            }
        }
        match first_reason {
            Some(reason) if planned.is_empty() => Err(reason),
            _ => Ok(planned),
        }
    }

    /// Options that only some tests have a use for, as far as they were given.
    fn given(&self) -> Vec<Given> {
        let all: [(bool, Given); 5] = [
            (self.depth.is_some(), ("--depth", |test| test.takes().depth.is_some())),
            (self.batch.is_some(), ("--batch", |test| test.takes().batch.is_some())),
            (self.threads > 1, ("--threads", |test| test.takes().threads)),
            (self.bidirectional, ("--bidirectional", |test| test.takes().bidirectional)),
            (self.model.is_some(), ("--model", |test| test.takes().model.is_some())),
        ];
        all.into_iter().filter_map(|(is_given, given)| is_given.then_some(given)).collect()
    }

    /// With what a test runs.
    fn of(&self, test: &'static dyn Workload, nodes: u32) -> Result<Vec<Setting>, String> {
        let (name, takes) = (test.name(), test.takes());
        if nodes < test.nodes() {
            return Err(format!(
                "{name} is a test of {} nodes or more, not of {nodes}; give it more (-n)",
                test.nodes()
            ));
        }
        for (option, takes) in self.given() {
            if !takes(test) {
                let others = names(catalog::all().into_iter().filter(|test| takes(*test)));
                let which = match others.is_empty() {
                    true => "no test has it".to_owned(),
                    false => format!("these have it: {others}"),
                };
                return Err(format!("{option} has no meaning for {name}; {which}"));
            }
        }
        let sizes = match takes.size {
            None if self.sizes.is_empty() => vec![8],
            None => return Err(format!("{name} has no sizes; leave --size and --all-sizes out")),
            Some(sizes) if self.sizes.is_empty() => vec![sizes.usual],
            Some(sizes) => {
                let can = |size: &u64| sizes.has(*size);
                if let Some(size) = self.sizes.iter().find(|size| !can(size) && !self.all_sizes) {
                    return Err(format!("{name} cannot have {size} bytes: its sizes are {sizes}"));
                }
                self.sizes.iter().copied().filter(can).collect()
            }
        };
        let depth = takes.depth.map_or(1, |usual| self.depth.unwrap_or(usual));
        let batch = takes.batch.map_or(1, |usual| self.batch.unwrap_or(usual.min(depth)));
        if takes.depth.is_some() && batch > depth {
            return Err(format!(
                "{name} cannot post {batch} operations at once when it keeps {depth} in flight; \
                 give it a larger --depth or a smaller --batch"
            ));
        }
        let setting = |size| Setting {
            size,
            length: self.length,
            warmup: self.warmup,
            depth,
            batch,
            threads: self.threads,
            bidirectional: self.bidirectional,
            model: takes.model.map_or(Model::Relaxed, |usual| self.model.unwrap_or(usual)),
        };
        Ok(sizes.into_iter().map(setting).collect())
    }

    /// Whether arenas of so many bytes hold what runs.
    ///
    /// # Errors
    /// What does not fit.
    pub(crate) fn fits(planned: &[Planned], memory: u64) -> Result<(), String> {
        match planned.iter().find(|planned| planned.memory() + LEAST_BESIDES > memory) {
            None => Ok(()),
            Some(planned) => Err(format!(
                "{} needs {} in each node, but there are {}; give each node more (--memory) or the \
                 test less (--size, --threads)",
                planned.test.name(),
                size::text(planned.memory() + LEAST_BESIDES),
                size::text(memory)
            )),
        }
    }
}

/// What a node needs beside the data of the tests: for barriers and collectives, and to gather results.
const LEAST_BESIDES: u64 = 1 << 20;

fn names(tests: impl Iterator<Item = &'static dyn Workload>) -> String {
    tests.map(|test| test.name()).collect::<Vec<_>>().join(", ")
}
