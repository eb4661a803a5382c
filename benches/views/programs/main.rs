//! Programs on views beside the same programs on MPI: 4 processes each, in turns, their times side by side, and whether
//! their results are the same.
//!
//! `benches/views/run` builds what this needs and starts it. Times are what the programs say themselves: without start,
//! input and output.

mod inputs;
mod outcome;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use pangea_benches::figures::median;
use pangea_benches::process;

use crate::inputs::Inputs;
use crate::outcome::{Outcome, Says};

/// How long one run may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Processes of a run.
const PROCESSES: &str = "4";

/// A program, in both versions.
struct Program {
    name: &'static str,
    says: Says,
    usual: &'static str,
    /// Arguments that make it short, for tests.
    brief: &'static str,
}

const fn program(
    name: &'static str,
    says: Says,
    usual: &'static str,
    brief: &'static str,
) -> Program {
    Program { name, says, usual, brief }
}

const PROGRAMS: [Program; 8] = [
    program("pagerank", Says::Ranks, "", ""),
    program("gemm", Says::Checksum, "--size 400", "--size 50"),
    program("jacobi", Says::Checksum, "--rows 500 --columns 500 --rounds 30", "--rounds 5"),
    program("sor", Says::Checksum, "--rows 500 --columns 500 --rounds 30", "--rounds 5"),
    program("is", Says::Checksum, "--keys 1048576 --bits 19", "--keys 5000 --bits 12"),
    program("lu", Says::Checksum, "--size 400 --block 32", "--size 90 --block 16"),
    program("nbody", Says::Checksum, "--bodies 1000 --steps 5", "--bodies 100 --steps 3"),
    program("wordcount", Says::Checksum, "", ""),
];

struct Options {
    provider: String,
    built: PathBuf,
    rounds: usize,
    brief: bool,
    only: Vec<String>,
}

fn main() -> ExitCode {
    match options(std::env::args().skip(1)).and_then(|options| compare(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("views: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options(arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        provider: "shm".into(),
        built: "target".into(),
        rounds: 3,
        brief: false,
        only: Vec::new(),
    };
    let mut arguments = arguments.peekable();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} wants a value"));
        match argument.as_str() {
            "--rxe" => options.provider = "verbs".into(),
            "--brief" => options.brief = true,
            "--built" => options.built = value()?.into(),
            "--rounds" => {
                let text = value()?;
                let rounds = text.parse().ok().filter(|rounds| *rounds > 0);
                options.rounds =
                    rounds.ok_or(format!("--rounds wants a number from 1 on, not {text:?}"))?;
            }
            "--only" => {
                while let Some(name) = arguments.next_if(|name| !name.starts_with('-')) {
                    if !PROGRAMS.iter().any(|program| program.name == name) {
                        return Err(format!("there is no program {name:?}"));
                    }
                    options.only.push(name);
                }
                if options.only.is_empty() {
                    return Err("--only wants the names of programs, such as gemm".into());
                }
            }
            _ => {
                return Err(format!(
                    "unknown option {argument:?}; there are --rxe, --rounds N, --only PROGRAM… and --brief"
                ));
            }
        }
    }
    Ok(options)
}

/// Both versions of a program have had their turns.
struct Pair {
    seconds: [Vec<f64>; 2],
    same: bool,
}

/// Whether all programs have run, and all results are the same.
fn compare(options: &Options) -> Result<bool, String> {
    let inputs = Inputs::new(options.brief)?;
    let wanted = |program: &&Program| {
        options.only.is_empty() || options.only.iter().any(|name| name == program.name)
    };
    println!(
        "{:<12} {:>14} {:>14}   {:<12} results",
        "",
        format!("Pangea, {}", options.provider),
        "Open MPI, TCP",
        "Pangea / MPI"
    );
    let mut all_same = true;
    for program in PROGRAMS.iter().filter(wanted) {
        let mut pair = Pair { seconds: Default::default(), same: true };
        let mut rounds = 0..options.rounds;
        match rounds.try_for_each(|round| pair.add(program, options, &inputs, round)) {
            Ok(()) => println!("{}", pair.line(program.name)),
            Err(error) => {
                println!("{:<12} failed: {error}", program.name);
                pair.same = false;
            }
        }
        all_same &= pair.same;
    }
    Ok(all_same)
}

impl Pair {
    /// Runs both, in an order that changes from round to round.
    fn add(
        &mut self,
        program: &Program,
        options: &Options,
        inputs: &Inputs,
        round: usize,
    ) -> Result<(), String> {
        let mut outcomes: [Option<Outcome>; 2] = [None, None];
        for turn in 0..2 {
            let which = (round + turn) % 2;
            let output = inputs.output(which);
            let mut command = match which {
                0 => program.on_views(options, inputs, &output),
                _ => program.on_mpi(options, inputs, &output),
            };
            let said = process::run(&mut command, PATIENCE)?;
            let outcome = Outcome::of(program.says, &said, &output)?;
            self.seconds[which].push(outcome.seconds);
            outcomes[which] = Some(outcome);
        }
        if let [Some(ours), Some(theirs)] = outcomes {
            self.same &= ours.result.agrees(&theirs.result);
        }
        Ok(())
    }

    fn line(&self, name: &str) -> String {
        let [ours, theirs] = &self.seconds;
        let ratios: Vec<f64> =
            ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect();
        let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
        let greatest = ratios.iter().copied().fold(0.0, f64::max);
        format!(
            "{name:<12} {:>12.4} s {:>12.4} s   {:.2} ({least:.2} to {greatest:.2})  {}",
            median(ours),
            median(theirs),
            median(&ratios),
            if self.same { "the same" } else { "DIFFERENT" }
        )
    }
}

impl Program {
    fn on_views(&self, options: &Options, inputs: &Inputs, output: &Path) -> Command {
        let file = |name: &str| options.built.join("release").join(name);
        let mut command = Command::new(file("pangea"));
        let job = ["-n", PROCESSES, "--provider", &options.provider, "--memory", "64M"];
        if let Says::Ranks = self.says {
            command.args(["demo", "pagerank"]).arg(inputs.graph()).args(job);
            command.args(["--model", "release", "--output"]).arg(output);
            return command;
        }
        command.arg("run").args(job).arg("--");
        if self.name == "jacobi" {
            command.arg(file("examples/jacobi")).args(["--model", "release"]);
        } else {
            command.arg(file("examples/views")).arg(self.name);
        }
        self.add_arguments(&mut command, options, inputs);
        command
    }

    fn on_mpi(&self, options: &Options, inputs: &Inputs, output: &Path) -> Command {
        let mut command = Command::new("mpirun");
        // No shared memory: the components that use it are left out. There may be fewer processors than processes.
        command
            .args(["-n", PROCESSES, "--oversubscribe", "--mca", "pml", "ob1"])
            .args(["--mca", "btl", "tcp,self", "--mca", "mpi_yield_when_idle", "1"])
            // It refuses root otherwise.
            .envs(
                ["OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"]
                    .map(|name| (name, "1")),
            )
            .arg(options.built.join("views").join(self.name));
        if let Says::Ranks = self.says {
            command.arg(inputs.graph()).arg("--output").arg(output);
        }
        self.add_arguments(&mut command, options, inputs);
        command
    }

    fn add_arguments(&self, command: &mut Command, options: &Options, inputs: &Inputs) {
        let arguments = if options.brief { self.brief } else { self.usual };
        command.args(arguments.split_whitespace());
        if self.name == "wordcount" {
            command.arg(inputs.text());
        }
    }
}
