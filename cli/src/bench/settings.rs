//! [`Settings`], what is asked for; and with what each test runs then.

use pangea::Model;
use serde::{Deserialize, Serialize};

use super::bench::{Setting, Workload};
use super::catalog;
use crate::size;

/// What each node gives to the table of GUPS when nothing is said.
const TABLE: u64 = 128 << 20;
/// Records of YCSB, and bytes of each, when nothing is said.
const RECORDS: u64 = 10_000;
const RECORD_SIZE: u64 = 1000;

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
    /// How many, one after another.
    pub(crate) threads: Vec<u32>,
    pub(crate) bidirectional: bool,
    pub(crate) model: Option<Model>,
    /// Bytes of each node of which the table of GUPS takes about half.
    pub(crate) table: Option<u64>,
    /// Records of YCSB, and bytes of each.
    pub(crate) records: Option<u64>,
    pub(crate) record_size: Option<u64>,
    /// Rows for each test and size.
    pub(crate) repeat: u32,
    /// The NIC, where it was said.
    pub(crate) device: Option<String>,
    pub(crate) port: Option<u8>,
    pub(crate) gid_index: Option<u8>,
    /// Where the report goes: a file, or `-`.
    pub(crate) json: Option<String>,
    pub(crate) plot: Option<String>,
    /// An earlier report.
    pub(crate) compare: Option<String>,
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

    /// The tests of a group, or of the tour, that cannot do what is asked for, so that they do not run.
    pub(crate) fn left_out(&self, nodes: u32) -> Vec<&'static str> {
        let chosen = catalog::choose(&self.tests).unwrap_or_default().into_iter();
        chosen.filter(|test| self.of(*test, nodes).is_err()).map(|test| test.name()).collect()
    }

    /// Options that only some tests have a use for, as far as they were given.
    fn given(&self) -> Vec<Given> {
        let all: [(bool, Given); 9] = [
            (self.warmup.is_some(), ("--warmup", |test| !test.takes().own_warmup)),
            (self.table.is_some(), ("--table", |test| test.takes().table)),
            (self.records.is_some(), ("--records", |test| test.takes().records)),
            (self.record_size.is_some(), ("--record-size", |test| test.takes().records)),
            (self.depth.is_some(), ("--depth", |test| test.takes().depth.is_some())),
            (self.batch.is_some(), ("--batch", |test| test.takes().batch.is_some())),
            (
                self.threads.iter().any(|threads| *threads > 1),
                ("--threads", |test| test.takes().threads),
            ),
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
        if self.model == Some(Model::Relaxed) && takes.model.is_some_and(|models| !models.relaxed) {
            return Err(format!(
                "{name} is of coherent values, which the model relaxed has not; give it --model sequential or strict"
            ));
        }
        if self.model == Some(Model::Release) {
            return Err(format!(
                "{name} uses no views, which is what the model release is for; give it --model sequential or strict"
            ));
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
        let setting = |(size, threads)| Setting {
            size,
            length: self.length,
            warmup: self.warmup,
            depth,
            batch,
            threads,
            bidirectional: self.bidirectional,
            model: takes.model.map_or(Model::Relaxed, |models| self.model.unwrap_or(models.usual)),
            table: self.table.unwrap_or(TABLE),
            records: self.records.unwrap_or(RECORDS),
            record_size: self.record_size.unwrap_or(RECORD_SIZE),
        };
        let with_threads = |size| self.threads.iter().map(move |threads| (size, *threads));
        Ok(sizes.into_iter().flat_map(with_threads).map(setting).collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(tests: &[&str]) -> Settings {
        Settings {
            tests: tests.iter().map(|&name| name.to_owned()).collect(),
            nodes: 2,
            memory: 64 << 20,
            sizes: Vec::new(),
            all_sizes: false,
            length: Length::Seconds(1.0),
            warmup: None,
            depth: None,
            batch: None,
            threads: vec![1],
            bidirectional: false,
            model: None,
            table: None,
            records: None,
            record_size: None,
            repeat: 1,
            device: None,
            port: None,
            gid_index: None,
            json: None,
            plot: None,
            compare: None,
        }
    }

    fn names(planned: &[Planned]) -> Vec<&'static str> {
        planned.iter().map(|planned| planned.test.name()).collect()
    }

    #[test]
    fn what_is_not_said_is_the_tests_own() {
        let planned = settings(&["get", "read-rate", "read-bw"]).plan(2).unwrap();
        let own: Vec<_> = planned
            .iter()
            .flat_map(|planned| &planned.settings)
            .map(|setting| (setting.size, setting.depth, setting.batch))
            .collect();
        assert_eq!(own, [(64 << 10, 128, 1), (8, 128, 32), (8, 1, 1)]);
        // A batch that nobody asked for gives way.
        let shallow = Settings { depth: Some(4), ..settings(&["read-rate"]) };
        assert_eq!(shallow.plan(2).unwrap()[0].settings[0].batch, 4);
    }

    #[test]
    fn of_a_group_those_run_that_can() {
        let both = Settings { bidirectional: true, ..settings(&["raw"]) };
        let chosen = names(&both.plan(2).unwrap());
        assert!(chosen.contains(&"read-bw") && !chosen.contains(&"write-lat"), "{chosen:?}");
        assert_eq!(both.left_out(2), ["write-lat"]);
        assert!(settings(&["raw"]).left_out(2).is_empty());
        let named = Settings { bidirectional: true, ..settings(&["raw", "write-lat"]) };
        let reason = named.plan(2).err().unwrap();
        assert!(reason.contains("--bidirectional has no meaning for write-lat"), "{reason}");
        let none = Settings { bidirectional: true, ..settings(&["collective"]) };
        assert!(none.plan(2).is_err());
        let alone = names(&settings(&["array"]).plan(1).unwrap());
        assert!(alone.iter().all(|name| name.ends_with("-local")), "{alone:?}");
    }

    #[test]
    fn no_option_is_given_in_vain() {
        let refused = |test: &str, settings: Settings| {
            let settings = Settings { tests: vec![test.to_owned()], ..settings };
            settings.plan(2).err().unwrap_or_default()
        };
        let plain = || settings(&[]);
        let warm = || Settings { warmup: Some(9), ..plain() };
        for test in ["miss", "first-get", "gups-exact", "sweep-axes"] {
            assert!(refused(test, warm()).contains("--warmup has no meaning"), "{test}");
        }
        assert_eq!(refused("get", warm()), "");
        for (option, other, given) in [
            ("--table", "gups-exact", Settings { table: Some(1 << 20), ..plain() }),
            ("--records", "ycsb-a", Settings { records: Some(7), ..plain() }),
            ("--record-size", "ycsb-a", Settings { record_size: Some(160), ..plain() }),
        ] {
            let reason = refused("get", given.clone());
            assert!(reason.contains(&format!("{option} has no meaning for get")), "{reason}");
            assert_eq!(refused(other, given), "");
        }
        let relaxed = || Settings { model: Some(Model::Relaxed), ..plain() };
        assert!(refused("store", relaxed()).contains("--model sequential or strict"));
        let release = Settings { model: Some(Model::Release), ..plain() };
        assert!(refused("store", release).contains("uses no views"));
        assert_eq!(refused("ycsb-a", relaxed()), "");
    }

    #[test]
    fn sizes_are_those_that_a_test_can_have() {
        let sizes = vec![2, 4, 8, 1 << 30];
        let all =
            Settings { sizes: sizes.clone(), all_sizes: true, ..settings(&["get", "read-bw"]) };
        let planned = all.plan(2).unwrap();
        let counts: Vec<_> = planned.iter().map(|planned| planned.settings.len()).collect();
        assert_eq!(counts, [4, 3]);
        let one = Settings { sizes, ..settings(&["get"]) };
        assert!(one.plan(2).err().unwrap().contains("get cannot have 1073741824 bytes"));
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let large = Settings { sizes: vec![32 << 20], threads: vec![2], ..settings(&["get"]) };
        let planned = large.plan(2).unwrap();
        assert!(planned[0].memory() >= 64 << 20);
        let reason = Settings::fits(&planned, large.memory).unwrap_err();
        assert!(reason.contains("get needs 65 MiB") && reason.contains("--memory"), "{reason}");
        assert!(Settings::fits(&planned, 2 * large.memory).is_ok());
    }
}
