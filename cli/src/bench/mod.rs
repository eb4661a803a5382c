//! `pangea bench`: measures what Pangea and the NIC under it can do.
//!
//! | file or folder | subject |
//! | --- | --- |
//! | `options.rs` | the options, and what is made of them |
//! | `catalog.rs` | all tests, and how they are chosen |
//! | `node.rs` | what each node does |
//! | `bench.rs` | what a test is, and what it measures with |
//! | `measure/` | clock, histograms, rates, threads |
//! | `workload/` | the tests |
//! | `report/` | what comes out |
//!
//! This file has the launcher's part.

#[expect(clippy::module_inception, reason = "a bench is what the tests of this program run on")]
mod bench;
mod catalog;
mod error;
mod measure;
pub(crate) mod node;
pub(crate) mod options;
mod report;
mod workload;

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use crate::failure::Failure;
use crate::job::{Job, Manner, Program};
use crate::options::DEFAULT_CACHE;
use crate::size::Size;
use options::BenchOptions;

/// How long the other nodes may go on when one has failed.
const GRACE: Duration = Duration::from_secs(5);
/// What each node has beside what the tests need.
const BESIDES: u64 = 64 << 20;

/// `pangea bench`
pub(crate) fn run(options: &BenchOptions) -> Result<ExitCode, Failure> {
    if options.list {
        for test in catalog::all() {
            println!("{:<12} {:<20} {}", test.group(), test.name(), test.about());
        }
        return Ok(ExitCode::SUCCESS);
    }
    let settings = options.settings()?;
    let tests = catalog::choose(&settings.tests)?;
    let needed = tests
        .iter()
        .flat_map(|test| settings.of(*test).into_iter().map(|setting| test.memory(&setting)))
        .max()
        .unwrap_or(0);
    let job = Job {
        size: options.nodes,
        provider: options.provider.choice(),
        memory: Size::bytes((needed + BESIDES) as usize),
        cache: DEFAULT_CACHE,
        keep_going: false,
        listen: None,
        grace: GRACE,
        program: Program::Own(node_arguments()),
        manner: Manner::Demo,
    };
    job.run()
}

/// The command line of a node: what this process was told, for the hidden subcommand.
fn node_arguments() -> Vec<OsString> {
    let mut arguments: Vec<OsString> =
        vec!["__bench".into(), format!("--launcher={}", std::process::id()).into()];
    arguments.extend(std::env::args_os().skip(2));
    arguments
}
