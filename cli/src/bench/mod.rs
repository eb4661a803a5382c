//! `pangea bench`: measures what Pangea and the NIC under it can do.
//!
//! | file or folder | subject |
//! | --- | --- |
//! | `options.rs` | the options |
//! | `settings.rs` | what is made of them: with what each test runs |
//! | `catalog.rs` | all tests, and how they are chosen |
//! | `by_hand.rs` | nodes that are started by hand, on several hosts |
//! | `node.rs` | what each node does |
//! | `test.rs` | what a test is |
//! | `bench.rs`, `bell.rs` | what it measures with |
//! | `measure/` | clock, histograms, rates, threads |
//! | `workload/` | the tests |
//! | `report/` | what comes out |
//!
//! This file has the launcher's part.

mod bell;
#[expect(clippy::module_inception, reason = "a bench is what the tests of this program run on")]
mod bench;
mod by_hand;
mod catalog;
mod error;
mod measure;
pub(crate) mod node;
pub(crate) mod options;
mod report;
mod settings;
mod test;
mod workload;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use crate::failure::Failure;
use crate::job::{Job, Manner, Program};
use crate::options::DEFAULT_CACHE;
use crate::size::Size;
use crate::style;
use options::BenchOptions;
use settings::Settings;

/// How long the other nodes may go on when one has failed.
const GRACE: Duration = Duration::from_secs(5);
/// What each node has beside what the tests need, if nothing is said.
const BESIDES: u64 = 64 << 20;

/// `pangea bench`
pub(crate) fn run(options: &BenchOptions) -> Result<ExitCode, Failure> {
    if options.list {
        // Who closes the pipe early has seen enough.
        let _ = std::io::stdout().write_all(catalog::list().as_bytes());
        return Ok(ExitCode::SUCCESS);
    }
    match (&options.connect, options.server) {
        (Some(address), _) => by_hand::connect(options, address),
        (None, Some(listen)) => by_hand::serve(options, listen),
        (None, None) => job(options, &options.settings())?.run(),
    }
}

/// The job that the tests need.
fn job(options: &BenchOptions, settings: &Settings) -> Result<Job, Failure> {
    let planned = settings.plan(options.nodes).map_err(Failure::usage)?;
    report::check(settings, &planned).map_err(Failure::usage)?;
    tell_left_out(settings, options.nodes);
    let needed = planned.iter().map(|planned| planned.memory()).max().unwrap_or(0);
    let memory = options.memory.unwrap_or(Size::bytes((needed + BESIDES) as usize));
    Settings::fits(&planned, memory.get() as u64).map_err(Failure::usage)?;
    Ok(Job {
        size: options.nodes,
        provider: options.choice()?,
        verbs: Some(options.verbs()?),
        memory,
        cache: options.cache.unwrap_or(DEFAULT_CACHE),
        keep_going: false,
        listen: None,
        grace: GRACE,
        program: Program::Own(node_arguments()),
        manner: Manner::Demo,
    })
}

/// Says which tests of a group do not run.
fn tell_left_out(settings: &Settings, nodes: u32) {
    let names = settings.left_out(nodes);
    if !names.is_empty() {
        style::note(format_args!(
            "left out, because they cannot do what is asked for: {} (whoever names one is told why)",
            names.join(", ")
        ));
    }
}

/// The command line of a node: what this process was told, for the hidden subcommand.
fn node_arguments() -> Vec<OsString> {
    let mut arguments: Vec<OsString> =
        vec!["__bench".into(), format!("--launcher={}", std::process::id()).into()];
    arguments.extend(std::env::args_os().skip(2));
    arguments
}
