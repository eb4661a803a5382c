//! What each node of a benchmark does.

use std::process::ExitCode;

use pangea::Node;
use pangea::cluster::JobEnv;
use verbs_shim::provider::{AnyProvider, Counted, VerbsOptions};

use super::bench::Bench;
use super::catalog;
use super::error::Error;
use super::options::{BenchOptions, Settings};
use super::report::Printer;
use crate::failure::{FAILED, Failure};
use crate::job::trampoline::end_with;
use crate::style;

/// The arguments of the hidden subcommand.
#[derive(Debug, clap::Args)]
pub(crate) struct NodeOptions {
    /// The process id of the launcher.
    #[arg(long)]
    launcher: i32,
    #[command(flatten)]
    options: BenchOptions,
}

/// Runs a node that the launcher has started.
pub(crate) fn run(options: &NodeOptions) -> ExitCode {
    let done = end_with(options.launcher).and_then(|()| {
        let settings = options.options.settings()?;
        let verbs = options.options.verbs()?;
        let job = JobEnv::from_env().map_err(Failure::failed)?;
        let job = job.ok_or_else(|| Failure::failed("this node was started without a job"))?;
        Ok(take_part(&job, &settings, &verbs))
    });
    match done {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            style::error(error);
            ExitCode::from(FAILED)
        }
        Err(failure) => failure.report(),
    }
}

/// Joins the job and runs all tests.
pub(crate) fn take_part(
    job: &JobEnv,
    settings: &Settings,
    verbs: &VerbsOptions,
) -> Result<(), Error> {
    let node = Node::join_with(job, |welcome| {
        let provider = AnyProvider::open(welcome.provider, verbs);
        Ok(Counted::new(provider.map_err(verbs_shim::Error::from)?))
    })?;
    let tests =
        catalog::choose(&settings.tests).map_err(|failure| Error::wrong(failure.message()))?;
    let bench = Bench::new(&node, settings, verbs)?;
    let mut printer = node.is_leader().then(|| Printer::new(settings, node.provider()));
    for test in tests {
        for setting in settings.of(test) {
            for _ in 0..settings.repeat {
                let rows = test.run(&bench, &setting)?;
                if let Some(printer) = &mut printer {
                    rows.into_iter().for_each(|row| printer.row(row));
                }
            }
        }
    }
    drop(bench);
    printer.map_or(Ok(()), Printer::finish)
}
