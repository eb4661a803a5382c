//! What views cost, beside the limits of the machine.
//!
//! `cargo bench -p pangea-benches --bench views [-- --rxe] [-- --only hit miss scan acquire sync]`
//!
//! Without `--rxe` on the shared memory of this host: views that are the home memory itself, and paged ones by each
//! mechanism. With it over soft-RoCE, in a virtual machine (`scripts/rxe-vm`), beside perftest.
//!
//! A job of two nodes is one process, which measures from the first; the second's memory is the target. Each kind of view is
//! measured in processes of its own, one in each round. They take turns, with perftest among them. A figure is the median of the
//! rounds, and a ratio that of the ratios of each round. Inside of a process, too, what is compared takes turns.
//!
//! | file | subject |
//! | --- | --- |
//! | `rows.rs` | what is shown, and the goals |
//! | `parts/` | what one process measures |

mod parts;
mod rows;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use pangea_benches::goals::{self, Figures};
use pangea_benches::process::{self, Priority};

use crate::parts::Part;
use crate::rows::{Kind, Place};

/// How long one process may take.
const PATIENCE: Duration = Duration::from_secs(120);

struct Options {
    place: Place,
    parts: Vec<Part>,
    rounds: usize,
    /// Only whether everything works.
    brief: bool,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.split_first() {
        Some((first, rest)) if first == parts::INSIDE => parts::measure(rest),
        _ => options(&arguments).and_then(|options| compare(&arguments, &options)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("views: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options(arguments: &[String]) -> Result<Options, String> {
    // `cargo bench` says so; tests only see that it works.
    let brief = !arguments.iter().any(|argument| argument == "--bench");
    let mut options =
        Options { place: Place::Shm, parts: Vec::new(), rounds: if brief { 1 } else { 5 }, brief };
    let mut arguments = arguments.iter().map(String::as_str).peekable();
    while let Some(argument) = arguments.next() {
        match argument {
            "--bench" => {}
            "--rxe" => options.place = Place::Rxe,
            "--only" => {
                while let Some(name) = arguments.next_if(|name| !name.starts_with('-')) {
                    options.parts.push(name.parse()?);
                }
            }
            _ => {
                return Err(format!(
                    "unknown option {argument:?}; there are --rxe and --only PART…"
                ));
            }
        }
    }
    if options.parts.is_empty() {
        options.parts = Part::ALL.to_vec();
    }
    Ok(options)
}

fn compare(arguments: &[String], options: &Options) -> Result<(), String> {
    if options.place == Place::Rxe && !Path::new("/sys/class/infiniband/rxe0").exists() {
        return in_a_virtual_machine(arguments);
    }
    let kinds = rows::kinds(options.place);
    let (kinds, skipped): (Vec<Kind>, Vec<Kind>) =
        kinds.iter().partition(|kind| kind.problem().is_none());
    for kind in skipped {
        println!("{kind}: skipped: {}", kind.problem().unwrap_or_default());
    }
    if options.brief {
        println!("only to see that everything works: the figures say nothing");
    }
    let mut samples: BTreeMap<Kind, Vec<Figures>> = BTreeMap::new();
    for round in 0..options.rounds {
        eprintln!("round {} of {}", round + 1, options.rounds);
        let limits = match options.place {
            Place::Shm => Figures::new(),
            Place::Rxe => rows::limits(&options.parts)?,
        };
        for kind in &kinds {
            let mut figures = limits.clone();
            for part in options.parts.iter().filter(|part| part.is_for(options.place, *kind)) {
                figures.extend(sample(*part, *kind, options)?);
            }
            samples.entry(*kind).or_default().push(figures);
        }
    }
    for (kind, rounds) in &samples {
        println!("{kind}, {}", options.place.provider());
        for line in rows::of(options.place).iter().filter_map(|row| goals::line(row, rounds)) {
            println!("{line}");
        }
    }
    Ok(())
}

/// What one process measures.
fn sample(part: Part, kind: Kind, options: &Options) -> Result<Figures, String> {
    let this = std::env::current_exe().map_err(|e| format!("where this program is: {e}"))?;
    // Where only one side works; see `Priority`.
    let priority = match (options.place, part) {
        (Place::Rxe, Part::Miss) => Priority::RealTime,
        _ => Priority::Usual,
    };
    let mut command = priority.command(this);
    command.arg(parts::INSIDE).args([part.name(), options.place.provider(), kind.name()]);
    command.args(options.brief.then_some(parts::BRIEF)).env("PANGEA_VIEW", kind.setting());
    let output = process::run(&mut command, PATIENCE)
        .map_err(|error| format!("{} of {kind}: {error}", part.name()))?;
    let figure = |line: &str| {
        let (name, value) = line.strip_prefix("figure ")?.split_once(' ')?;
        Some((name.to_owned(), value.trim().parse().ok()?))
    };
    Ok(output.lines().filter_map(figure).collect())
}

/// This program again, where there is a NIC.
fn in_a_virtual_machine(arguments: &[String]) -> Result<(), String> {
    let this = std::env::current_exe().map_err(|e| format!("where this program is: {e}"))?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/rxe-vm");
    let status = Command::new(&script)
        .args(["--timeout", "1200", "--"])
        .arg(this)
        .args(arguments)
        .status()
        .map_err(|e| format!("{}: {e}", script.display()))?;
    if status.success() { Ok(()) } else { Err(format!("rxe-vm: {status}")) }
}
