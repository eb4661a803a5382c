//! What the hot paths cost the CPU, in instructions: the operations of the bench `micro`, counted by callgrind and
//! compared with what was recorded in `counts.json`. Instructions are the same on a busy machine, so that a test can
//! tell a change of 2 %.
//!
//! ```text
//! micro-counts                          counts, compares and reports; fails when something costs much more
//! micro-counts --record                 counts, and records
//! micro-counts --list                   the names of the operations
//! micro-counts --repeat NAME SECONDS    repeats one operation, for a profiler
//! ```
//!
//! Needs `valgrind`. `ci/micro` runs it as it is meant to be run.

#[path = "count/counted.rs"]
mod counted;
mod ground;
mod operations;
#[path = "../../runtime/tests/posting/nic.rs"]
mod posted;
#[path = "count/record.rs"]
mod record;
#[path = "count/valgrind.rs"]
mod valgrind;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use ground::Ground;
use operations::Meter;
use record::Record;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Prints the names.
struct Names;

impl Meter for Names {
    fn operation(&mut self, name: &str, _: impl FnMut()) {
        println!("{name}");
    }
}

/// Repeats one operation.
struct Repeated {
    name: String,
    limit: Duration,
    found: bool,
}

impl Meter for Repeated {
    fn operation(&mut self, name: &str, mut run: impl FnMut()) {
        if name != self.name {
            return;
        }
        self.found = true;
        let (start, mut times) = (Instant::now(), 0u64);
        loop {
            (0..1024).for_each(|_| run());
            times += 1024;
            if start.elapsed() >= self.limit {
                break;
            }
        }
        let each = start.elapsed().as_secs_f64() * 1e9 / times as f64;
        println!("{name}: {each:.2} ns, {times} times");
    }
}

fn repeat(name: &str, seconds: &str) -> Outcome<ExitCode> {
    let seconds: f64 =
        seconds.parse().map_err(|_| format!("{seconds:?} is no number of seconds"))?;
    let limit = Duration::try_from_secs_f64(seconds)?;
    let mut repeated = Repeated { name: name.to_owned(), limit, found: false };
    operations::all(&mut repeated, &Ground::default());
    if !repeated.found {
        return Err(format!("there is no operation {name:?}; `--list` names them").into());
    }
    Ok(ExitCode::SUCCESS)
}

fn run(arguments: &[&str]) -> Outcome<ExitCode> {
    match arguments {
        [] => {
            let (recorded, now) = (Record::read()?, Record::of(valgrind::count()?)?);
            let is_fine = recorded.compare(&now);
            Ok(if is_fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        ["--record"] => {
            Record::of(valgrind::count()?)?.write()?;
            Ok(ExitCode::SUCCESS)
        }
        ["--list"] => {
            operations::all(&mut Names, &Ground::default());
            Ok(ExitCode::SUCCESS)
        }
        ["--repeat", name, seconds] => repeat(name, seconds),
        [valgrind::COUNTED] => counted::run(),
        _ => Err("usage: micro-counts [--record | --list | --repeat NAME SECONDS]".into()),
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    run(&arguments).unwrap_or_else(|error| {
        eprintln!("micro-counts: {error}");
        ExitCode::FAILURE
    })
}
