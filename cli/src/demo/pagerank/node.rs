//! A node of the demo: what each of the processes does.

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use pangea::{Counts, Node};

use super::build::build;
use super::edge_list::{BadLine, Columns, Edge, columns_of, read_share, share_of};
use super::iterate::iterate;
use super::progress::Progress;
use super::report::{self, Phases, Report};
use super::team::{Stop, Team};
use super::{output, top};
use crate::failure::FAILED;
use crate::job::trampoline::end_with;
use crate::options::Parameters;
use crate::style;

/// The arguments of the hidden subcommand.
#[derive(Debug, clap::Args)]
pub(crate) struct NodeOptions {
    /// The process id of the launcher.
    #[arg(long)]
    pub(crate) launcher: i32,
    /// The edge list.
    #[arg(long)]
    pub(crate) file: PathBuf,
    /// How to call it.
    #[arg(long)]
    pub(crate) title: String,
    /// Where the ranks go.
    #[arg(long)]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) parameters: Parameters,
}

/// Runs a node to its end.
pub(crate) fn run(options: &NodeOptions) -> ExitCode {
    if let Err(failure) = end_with(options.launcher) {
        return failure.report();
    }
    // Dropping the node is the orderly end: it waits for the others.
    let done = pangea::join().map_err(Stop::from).and_then(|node| rank_pages(&node, options));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::Told) => ExitCode::from(FAILED),
        Err(Stop::Runtime(error)) => {
            style::error(error);
            ExitCode::from(FAILED)
        }
    }
}

fn rank_pages(node: &Node, options: &NodeOptions) -> Result<(), Stop> {
    let team = Team::new(node);
    let progress = Progress::new(node.is_leader());
    // Nodes first get to know each other, so that reading is not blamed for that.
    node.barrier()?;
    let start = Instant::now();
    let edges = read(&team, options, &progress)?;
    let read_time = start.elapsed();

    let start = Instant::now();
    progress.build();
    let graph = build(&team, edges.list)?;
    node.barrier()?;
    let build_time = start.elapsed();

    let start = Instant::now();
    progress.iterate(options.parameters.tolerance);
    let mut ranks =
        iterate(&team, &graph, options.parameters, |round, change| progress.round(round, change))?;
    let iterate_time = start.elapsed();
    progress.finish();

    let dangling = graph.out_degrees.iter().filter(|degree| **degree == 0).count() as u64;
    let dangling = team.sum(dangling)?;
    let counts = sum_counts(node)?;
    let mut written = None;
    let told = if node.is_leader() {
        let start = Instant::now();
        ranks.shared.collect()?;
        let values = ranks.shared.read(<[f64]>::to_vec)?;
        let saved = match &options.output {
            Some(path) => output::write(path, graph.ids.ids(), &values),
            None => Ok(()),
        };
        if options.output.is_some() && saved.is_ok() {
            written = Some(start.elapsed());
        }
        saved.map(|()| top::highest(graph.ids.ids(), &values, report::SHOWN))
    } else {
        Ok(Vec::new())
    };
    let highest = team.together(told)?;
    if node.is_leader() {
        report::print(&Report {
            title: &options.title,
            provider: node.provider(),
            model: options.parameters.model,
            nodes: node.size(),
            vertices: graph.ids.len() as u64,
            edges: graph.edges,
            dangling,
            rounds: ranks.rounds,
            change: ranks.change,
            highest: &highest,
            bytes: edges.bytes,
            phases: Phases { read: read_time, build: build_time, iterate: iterate_time },
            output: options.output.as_deref().zip(written),
            counts,
        });
    }
    Ok(())
}

struct EdgeShare {
    list: Vec<Edge>,
    /// Of the whole file.
    bytes: u64,
}

/// Reads this node's share of the file. All nodes go on, or all stop: then the error has been told
/// once, with the number that the line has in the whole file.
fn read(team: &Team<'_>, options: &NodeOptions, progress: &Progress) -> Result<EdgeShare, Stop> {
    let name = &options.title;
    let failed = |error: std::io::Error| format!("{name}: {error}");
    let opened = File::open(&options.file)
        .and_then(|file| file.metadata().map(|meta| (file, meta.len())))
        .map_err(failed);
    let (file, len) = team.together(opened)?;
    // All cut the same length, also when somebody appends to the file just now.
    let len = team.node().broadcast(0, len)?;
    let share = share_of(len, team.rank(), team.size());
    progress.read(share.end - share.start);

    let mut list = Vec::new();
    let lines = columns_of(&file, len)
        .and_then(|columns| {
            let lines = read_share(
                &file,
                share,
                columns,
                |edge| list.push(edge),
                |bytes| progress.read_more(bytes),
            )?;
            Ok((columns, lines))
        })
        .map_err(failed);
    let (columns, lines) = team.together(lines)?;

    let counted = match &lines {
        Ok(count) => *count,
        // Only lines of the shares before count, and those have no bad line if this is the first.
        Err(_) => 0,
    };
    let before = team.gather("lines", &[counted])?;
    let before: u64 = before[..team.rank()].iter().sum();
    team.together(lines.map_err(|BadLine { number, problem }| {
        format!("{name}:{}: {problem}", before + number + 1)
    }))?;

    if team.sum(list.len() as u64)? == 0 {
        let what = if len == 0 { "is empty" } else { "has no edges" };
        return Err(team.all_stop(format_args!("{name}: the file {what}")));
    }
    if columns == Columns::Three && team.node().is_leader() {
        style::note(format_args!("{name}: the third column of the edges is not used"));
    }
    Ok(EdgeShare { list, bytes: len })
}

/// What all nodes have done so far, together.
fn sum_counts(node: &Node) -> Result<Counts, Stop> {
    let Counts { reads, writes, atomics, bytes_read, bytes_written, round_trips, queue_pairs } =
        node.counts();
    let mine = [reads, writes, atomics, bytes_read, bytes_written, round_trips, queue_pairs];
    let sum = |a: [u64; 7], b: [u64; 7]| std::array::from_fn(|at| a[at] + b[at]);
    let [reads, writes, atomics, bytes_read, bytes_written, round_trips, queue_pairs] =
        node.reduce(mine, sum)?;
    Ok(Counts { reads, writes, atomics, bytes_read, bytes_written, round_trips, queue_pairs })
}
