//! What each node of a benchmark does.

use std::process::ExitCode;

use pangea::cluster::JobEnv;
use pangea::{Array, Node};
use verbs_shim::provider::{AnyProvider, Counted, VerbsOptions};

use super::bench::Bench;
use super::error::Error;
use super::options::BenchOptions;
use super::report::Printer;
use super::settings::Settings;
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
    let job = || {
        end_with(options.launcher)?;
        let job = JobEnv::from_env().map_err(Failure::failed)?;
        let job = job.ok_or_else(|| Failure::failed("this node was started without a job"))?;
        Ok((job, options.options.verbs()?))
    };
    match job() {
        Ok((job, verbs)) => take_part(&job, options.options.settings(), &verbs),
        Err(failure) => Failure::report(&failure),
    }
}

/// Joins the job and runs all tests. The settings of rank 0 count.
pub(crate) fn take_part(job: &JobEnv, settings: Settings, verbs: &VerbsOptions) -> ExitCode {
    let mut memory = 0;
    let joined = Node::join_with(job, |welcome| {
        memory = welcome.arena_bytes;
        let provider = AnyProvider::open(welcome.provider, verbs);
        Ok(Counted::new(provider.map_err(verbs_shim::Error::from)?))
    });
    let node = match joined {
        Ok(node) => node,
        Err(error) => {
            style::error(error);
            return ExitCode::from(FAILED);
        }
    };
    let mine = Settings { nodes: node.size() as u32, memory, ..settings };
    match shared(&node, &mine).and_then(|settings| measure_all(&node, &settings, verbs)) {
        // Dropping the node waits for the others.
        Ok(code) => code,
        Err(error) => {
            style::error(error);
            // Not by an orderly leave, which would wait for nodes that wait for this one.
            std::process::exit(i32::from(FAILED))
        }
    }
}

fn measure_all(node: &Node, settings: &Settings, verbs: &VerbsOptions) -> Result<ExitCode, Error> {
    let planned = settings.plan(settings.nodes).and_then(|planned| {
        Settings::fits(&planned, settings.memory)?;
        Ok(planned)
    });
    let planned = match planned {
        Ok(planned) => planned,
        Err(reason) => {
            // All nodes find the same, and leave in good order.
            style::error(reason);
            return Ok(ExitCode::from(FAILED));
        }
    };
    let bench = Bench::new(node, verbs)?;
    let mut printer = match node.is_leader() {
        true => Some(Printer::new(settings, node, bench.timer().cost())?),
        false => None,
    };
    for planned in planned {
        for setting in planned.settings {
            for _ in 0..settings.repeat {
                let rows = planned.test.run(&bench, &setting)?;
                if let Some(printer) = &mut printer {
                    printer.rows(rows);
                }
            }
        }
    }
    match printer.map_or(Ok(()), Printer::finish) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) => {
            // The others are done as well, and need not know.
            style::error(error);
            Ok(ExitCode::from(FAILED))
        }
    }
}

/// The settings of rank 0, at all nodes: who was started by hand may have been told less. Collective.
fn shared(node: &Node, mine: &Settings) -> Result<Settings, Error> {
    let text = serde_json::to_string(mine).map_err(Error::wrong)?;
    let len = node.broadcast(0, text.len() as u64)? as usize;
    let array: Array<u8> = node.array("bench settings").len(len).on_node(0).create()?;
    if node.is_leader() {
        array.put_range(0, text.as_bytes())?;
    }
    node.barrier()?;
    let mut bytes = vec![0; len];
    array.get_range(0, &mut bytes)?;
    array.release()?;
    serde_json::from_slice(&bytes).map_err(|error| {
        Error::wrong(format_args!(
            "rank 0 runs another version of this program: its settings cannot be read ({error})"
        ))
    })
}
