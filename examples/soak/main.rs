//! Lets coherent objects be used hard for some time, on real processes: litmus tests, histories, a bank whose
//! nodes are killed, a queue. Every outcome is checked; the first wrong one ends it.
//!
//! `target/release/examples/soak run [--seconds 600] [--provider shm] [--nodes 4] [--seed 1]
//! [--only deaths]`
//!
//! | file | what |
//! | --- | --- |
//! | `job.rs` | jobs under `pangea run`, killing their nodes |
//! | `crew.rs` | the threads of all nodes, round by round |
//! | `variable.rs` | words of shared memory in all their kinds |
//! | `test.rs`, `litmus.rs` | litmus tests: what they are; running them on a job |
//! | `registers.rs` | histories of linearizable objects |
//! | `chance.rs` | numbers by a seed |

mod chance;
mod crew;
mod job;
mod litmus;
mod registers;
mod test;
mod variable;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use chance::Chance;
use clap::{Args, Parser, Subcommand, ValueEnum};
use job::Launch;

/// Uses coherent objects hard, and checks everything.
#[derive(Debug, Parser)]
struct Options {
    #[command(subcommand)]
    part: Part,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// Start jobs of all kinds, one after another, until the time is over
    Run(RunOptions),
    /// A node of a job of litmus tests
    Litmus(NodeOptions),
    /// A node of a job that makes histories of single objects
    Registers(NodeOptions),
}

#[derive(Debug, Args)]
struct RunOptions {
    /// How long
    #[arg(long, default_value_t = 600.0)]
    seconds: f64,
    /// What moves the bytes between nodes
    #[arg(long, default_value = "auto")]
    provider: String,
    /// Nodes of each job; all but rank 0 may be killed
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(2..=64))]
    nodes: u16,
    /// What decides the tests, and who is killed when [default: the time]
    #[arg(long)]
    seed: Option<u64>,
    /// Jobs of this kind alone
    #[arg(long, value_enum)]
    only: Option<Phase>,
}

#[derive(Debug, Args)]
struct NodeOptions {
    #[arg(long)]
    seconds: f64,
    #[arg(long)]
    seed: u64,
}

fn main() -> ExitCode {
    let done = match Options::parse().part {
        Part::Run(options) => run(&options),
        Part::Litmus(options) => node(&options, litmus::run),
        Part::Registers(options) => node(&options, registers::run),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A node of one of our own jobs.
fn node(
    options: &NodeOptions,
    work: impl Fn(&pangea::Node, f64, u64) -> Result<String, String>,
) -> Result<(), String> {
    let node = pangea::join().map_err(|error| error.to_string())?;
    let summary = work(&node, options.seconds, options.seed)?;
    if node.is_leader() {
        println!("{summary}");
    }
    Ok(())
}

/// One part of the soak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Phase {
    /// Litmus tests on mixed objects
    Litmus,
    /// Histories of single objects
    Registers,
    /// A bank with accounts on all nodes; nobody dies
    Bank,
    /// A bank with all accounts on rank 0; others are killed
    Deaths,
    /// A work queue
    Queue,
}

impl Phase {
    /// Deaths are over soon, and each is another, so they come more often.
    const ALL: [Phase; 7] = [
        Phase::Litmus,
        Phase::Deaths,
        Phase::Registers,
        Phase::Deaths,
        Phase::Queue,
        Phase::Deaths,
        Phase::Bank,
    ];
}

/// What a part may take at least and at most.
const SHORTEST: f64 = 1.0;
const LONGEST: f64 = 20.0;

fn run(options: &RunOptions) -> Result<(), String> {
    let launch = Launch::new(&options.provider, options.nodes.into())?;
    let seed = options.seed.unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.map_or(1, |now| now.as_millis() as u64)
    });
    println!(
        "soak of {} s with seed {seed}, {} nodes, provider {}",
        options.seconds, options.nodes, options.provider
    );
    let begin = Instant::now();
    let each = (options.seconds / Phase::ALL.len() as f64).clamp(SHORTEST, LONGEST);
    let phases = options.only.as_ref().map_or(&Phase::ALL[..], std::slice::from_ref);
    let mut killed = 0;
    for number in 0_u64.. {
        let round = number / phases.len() as u64;
        // The first round is made whole, so that even a short soak does everything once.
        if round > 0 && begin.elapsed().as_secs_f64() >= options.seconds {
            println!("soak: {number} jobs, {killed} nodes killed, nothing wrong");
            return Ok(());
        }
        let phase = phases[number as usize % phases.len()];
        let mut chance = Chance::new(seed, number);
        let done = perform(phase, &launch, each, seed.wrapping_add(number), &mut chance);
        let Done { summary, deaths } =
            done.map_err(|error| format!("{phase:?}, job {number} of seed {seed}: {error}"))?;
        killed += deaths;
        println!("{:>5} s  {summary}", begin.elapsed().as_secs());
    }
    Ok(())
}

/// What a part has come to.
struct Done {
    summary: String,
    deaths: usize,
}

fn perform(
    phase: Phase,
    launch: &Launch,
    seconds: f64,
    seed: u64,
    chance: &mut Chance,
) -> Result<Done, String> {
    let seconds_text = seconds.to_string();
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let ours = |part: &str| words(&[part, "--seconds", &seconds_text, "--seed", &seed.to_string()]);
    let summary = match phase {
        Phase::Litmus => {
            plain(launch, "soak", &ours("litmus"), seconds, "sequentially consistent")?
        }
        Phase::Registers => plain(launch, "soak", &ours("registers"), seconds, "linearizable")?,
        Phase::Bank => {
            let accounts = chance.one_of(&["3", "24", "200"]);
            let arguments = words(&["--seconds", &seconds_text, "--accounts", accounts]);
            plain(launch, "bank", &arguments, seconds, "found all the money")?
        }
        Phase::Queue => {
            let slots = chance.one_of(&["1", "2", "32"]);
            // On an emulated machine, with one slot, a piece takes some 50 ms.
            let items = ((seconds * 8.0) as u64).max(1).to_string();
            let arguments = words(&["--items", &items, "--slots", slots]);
            plain(launch, "queue", &arguments, seconds, "exactly once")?
        }
        Phase::Deaths => return deaths(launch, seconds, chance),
    };
    Ok(Done { summary, deaths: 0 })
}

/// A job that must end well, and say so.
fn plain(
    launch: &Launch,
    program: &str,
    arguments: &[String],
    seconds: f64,
    promise: &str,
) -> Result<String, String> {
    let told = launch.start(&[], program, arguments, seconds)?.finish()?;
    summary_of(&told, promise)
}

/// The line that says that all was well.
fn summary_of(told: &[String], promise: &str) -> Result<String, String> {
    let line = told.iter().find(|line| line.contains(promise));
    let line = line.ok_or_else(|| {
        format!("it does not say {promise:?}; it said:\n    {}", told.join("\n    "))
    })?;
    // Without the rank that the launcher puts in front.
    Ok(line.split_once("] ").map_or(line.as_str(), |(_, text)| text).to_owned())
}

/// A bank whose nodes are killed, at any time, all but rank 0.
fn deaths(launch: &Launch, seconds: f64, chance: &mut Chance) -> Result<Done, String> {
    let mut victims: Vec<usize> = chance.some_of(launch.nodes - 1, launch.nodes - 1);
    victims.truncate(1 + chance.below(launch.nodes - 1));
    let accounts = chance.one_of(&["2", "5", "24"]);
    let work = seconds.to_string();
    let arguments = ["--on-leader", "--seconds", &work, "--accounts", accounts];
    let arguments: Vec<String> = arguments.map(str::to_owned).to_vec();
    let mut job = launch.start(&["--keep-going"], "bank", &arguments, seconds)?;
    job.wait_for_work(launch.nodes)?;
    // All die well before the end, else they are done when they are killed.
    let slot = Duration::from_secs_f64(0.7 * seconds / victims.len() as f64);
    for victim in &mut victims {
        *victim += 1;
        job.listen(slot.mul_f64(chance.below(1000) as f64 / 1000.0));
        job.kill(*victim);
    }
    let told = job.finish()?;
    let summary = summary_of(&told, "found all the money")?;
    victims.sort_unstable();
    if !summary.contains(&format!("died: {victims:?}")) {
        return Err(format!("killed were {victims:?}, but it says: {summary}"));
    }
    let mended =
        told.iter().filter(|line| line.contains(": rank ") || line.contains(": a node ")).count();
    Ok(Done {
        summary: format!("{summary} (in all, {mended} accounts were mended)"),
        deaths: victims.len(),
    })
}
