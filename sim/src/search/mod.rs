//! The search: scenarios with one seed after another, on all cores, for as long as wanted.
//!
//! A search runs in batches, each in a process of its own: this program again, with the hidden command
//! `batch`. So a run that crashes or hangs the process is a failure that names its seed, and the search goes
//! on behind it; and whatever a process may lose over thousands of runs ends with it.
//!
//! | file | what |
//! | --- | --- |
//! | `mod.rs` | the command line, and a run of a few seeds in this process |
//! | `seeds.rs` | which seeds, and how they are cut into batches |
//! | `batch.rs` | the process of a batch, and what it says about each seed |
//! | `crew.rs` | the processes side by side |
//! | `summary.rs` | what came of it |

mod batch;
mod crew;
mod seeds;
mod summary;

use std::io::{self, Write};

use clap::Args;

use crate::scenario::{self, FaultKinds, Opened, SCENARIOS, Scenario, Setup};

pub use batch::{BatchArgs, run_batch};
pub use seeds::Seeds;

/// What is to be searched.
#[derive(Args, Clone, Debug)]
pub struct SearchArgs {
    /// Which scenario, or `all`
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,
    /// Which seeds: N, FROM..TO, or FROM.. without end
    #[arg(long, default_value = "0..1000")]
    pub seeds: Seeds,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub settings: Settings,
    /// Print the timeline of each run, and run in this process
    #[arg(long)]
    pub timeline: bool,
    /// Stop after so many seconds
    #[arg(long, value_name = "LIMIT")]
    pub seconds: Option<u64>,
    /// So many processes side by side; without it as many as there are cores
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
    /// A batch that says nothing for so many real seconds hangs at its seed
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub patience: u64,
}

/// What is the same in all runs of a search.
#[derive(Args, Clone, Debug)]
pub struct Settings {
    /// Open a trap: the search must find what follows
    #[arg(long, value_name = "NAME")]
    pub trap: Option<Opened>,
    /// Which faults may come, of those that the scenario bears: all, none, or some with commas between
    #[arg(long, default_value_t = FaultKinds::ALL)]
    pub faults: FaultKinds,
    /// How many nodes; without it as many as the scenario finds best
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=65_535))]
    pub nodes: Option<u32>,
    /// How many operations each node does
    #[arg(long, value_name = "N")]
    pub operations: Option<u64>,
}

impl Settings {
    fn setup(&self, seed: u64, timeline: bool) -> Setup {
        let Settings { trap, faults, nodes, operations } = *self;
        Setup { seed, nodes, operations, trap, faults, timeline }
    }

    /// The same, as arguments for another process.
    fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["--faults".to_owned(), self.faults.to_string()];
        let options = [
            ("--trap", self.trap.map(|trap| trap.to_string())),
            ("--nodes", self.nodes.map(|nodes| nodes.to_string())),
            ("--operations", self.operations.map(|operations| operations.to_string())),
        ];
        for (name, value) in options {
            arguments.extend(value.into_iter().flat_map(|value| [name.to_owned(), value]));
        }
        arguments
    }
}

/// Runs a search; whether all was good.
///
/// # Errors
/// When there is no such scenario, no process can be started, or nothing can be printed.
pub fn command(args: &SearchArgs) -> io::Result<bool> {
    let chosen = choose(args)?;
    if args.timeline || args.seeds.is_single() {
        return run_here(args, &chosen);
    }
    crew::search(args, &chosen)
}

fn choose(args: &SearchArgs) -> io::Result<Vec<&'static Scenario>> {
    let wrong = |text: String| io::Error::new(io::ErrorKind::InvalidInput, text);
    let Some(name) = &args.scenario else {
        return Err(wrong("say which with --scenario NAME, or all; `list` names them".to_owned()));
    };
    if name != "all" {
        let found = scenario::find(name).ok_or_else(|| wrong(format!("no scenario {name:?}")))?;
        return match args.settings.trap {
            Some(trap) if !found.traps.contains(&trap) => {
                Err(wrong(format!("{name} does not go near the trap {trap}; `list` says which do")))
            }
            _ => Ok(vec![found]),
        };
    }
    let has_trap =
        |scenario: &&Scenario| args.settings.trap.is_none_or(|trap| scenario.traps.contains(&trap));
    Ok(SCENARIOS.iter().filter(has_trap).collect())
}

/// Runs the seeds one after the other in this process, and prints each.
fn run_here(args: &SearchArgs, chosen: &[&'static Scenario]) -> io::Result<bool> {
    let mut out = io::stdout().lock();
    let mut good = true;
    for scenario in chosen {
        for seed in args.seeds.iter() {
            let outcome = scenario.run(&args.settings.setup(seed, args.timeline));
            if let Some(text) = &outcome.timeline {
                out.write_all(text.as_bytes())?;
            }
            writeln!(out, "{outcome}")?;
            good &= outcome.is_good();
        }
    }
    Ok(good)
}
