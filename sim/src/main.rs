//! The program `pangea-sim`: runs scenarios with one seed after another.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use pangea_sim::coherent::{self, CoherentArgs};
use pangea_sim::litmus::{self, LitmusArgs};
use pangea_sim::scale::{self, ScaleArgs};
use pangea_sim::scenario::SCENARIOS;
use pangea_sim::search::{self, BatchArgs, SearchArgs};

#[derive(Parser)]
#[command(
    name = "pangea-sim",
    about = "Runs Pangea on simulated machines, under every fault that a NIC can show",
    args_conflicts_with_subcommands = true
)]
struct Options {
    #[command(flatten)]
    search: SearchArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Lists the scenarios, and the traps that may be opened in each
    List,
    /// Searches all interleavings of litmus tests, and compares what comes out with what may
    Litmus(LitmusArgs),
    /// Searches all interleavings of small programs over the coherence protocol, with faults and without
    Coherent(CoherentArgs),
    /// Measures how the cost of operations grows with the nodes, and how fast the simulation is
    Scale(ScaleArgs),
    /// Runs seeds and tells of each, for a search
    #[command(hide = true)]
    Batch(BatchArgs),
}

fn main() -> ExitCode {
    let Options { search, command } = Options::parse();
    let done = match &command {
        None => search::command(&search),
        Some(Command::List) => list().map(|()| true),
        Some(Command::Litmus(args)) => litmus::command(args),
        Some(Command::Coherent(args)) => coherent::command(args),
        Some(Command::Scale(args)) => scale::command(args),
        Some(Command::Batch(args)) => search::run_batch(args).map(|()| true),
    };
    match done {
        Ok(good) => ExitCode::from(u8::from(!good)),
        Err(error) => {
            eprintln!("pangea-sim: {error}");
            ExitCode::from(2)
        }
    }
}

fn list() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for scenario in SCENARIOS {
        writeln!(out, "{:<12} {}", scenario.name, scenario.what)?;
        for trap in scenario.traps {
            writeln!(out, "{:<12} --trap {trap}", "")?;
        }
    }
    Ok(())
}
