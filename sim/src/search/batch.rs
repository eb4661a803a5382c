//! The process of a batch, and the lines in which it tells what came of each seed:
//!
//! ```text
//! > SEED                                begins
//! | TEXT                                what was wrong, a line of it
//! < good|bad OPERATIONS NANOS COUNT …   ended: its operations, real time, each kind of fault, and
//!                                     each kind of recovery
//! ```

use std::io::{self, BufRead, Write};
use std::time::Instant;

use clap::Args;

use super::Settings;
use super::seeds::Seeds;
use crate::fault::FaultTally;
use crate::scenario;

/// A batch.
#[derive(Args, Clone, Debug)]
pub struct BatchArgs {
    /// The scenario
    #[arg(long)]
    pub scenario: String,
    /// Its seeds
    #[arg(long)]
    pub seeds: Seeds,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub settings: Settings,
}

/// Runs a batch and tells of each seed on standard output. It ends when nobody listens any more.
///
/// # Errors
/// When there is no such scenario, or nobody listens.
pub fn run_batch(args: &BatchArgs) -> io::Result<()> {
    let Some(scenario) = scenario::find(&args.scenario) else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "no such scenario"));
    };
    let mut out = io::stdout().lock();
    for seed in args.seeds.iter() {
        writeln!(out, "> {seed}")?;
        let begun = Instant::now();
        let outcome = scenario.run(&args.settings.setup(seed, false));
        let nanos = begun.elapsed().as_nanos();
        let verdict = if outcome.is_good() { "good" } else { "bad" };
        if !outcome.is_good() {
            for line in outcome.to_string().lines() {
                writeln!(out, "| {line}")?;
            }
        }
        write!(out, "< {verdict} {} {nanos}", outcome.operations)?;
        for (count, _) in outcome.faults.each() {
            write!(out, " {count}")?;
        }
        for count in outcome.recoveries {
            write!(out, " {count}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// What came of a seed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Result {
    pub(super) operations: u64,
    pub(super) nanos: u64,
    pub(super) faults: [u64; FaultTally::KINDS],
    pub(super) recoveries: [u64; 3],
    /// What was wrong, if anything was.
    pub(super) wrong: Option<String>,
}

/// What a batch says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Word {
    Begins(u64),
    Wrong(String),
    Ended(Result),
    /// Not of this protocol: a program has printed something.
    Other(String),
}

pub(super) fn parse(line: &str) -> Word {
    let other = || Word::Other(line.to_owned());
    match line.split_at_checked(2) {
        Some(("> ", seed)) => seed.parse().map_or_else(|_| other(), Word::Begins),
        Some(("| ", text)) => Word::Wrong(text.to_owned()),
        Some(("< ", rest)) => parse_end(rest).map_or_else(other, Word::Ended),
        _ => other(),
    }
}

fn parse_end(rest: &str) -> Option<Result> {
    let mut parts = rest.split(' ');
    let wrong = match parts.next()? {
        "good" => None,
        "bad" => Some(String::new()),
        _ => return None,
    };
    let operations = parts.next()?.parse().ok()?;
    let nanos = parts.next()?.parse().ok()?;
    let mut faults = [0; FaultTally::KINDS];
    let mut recoveries = [0; 3];
    for count in faults.iter_mut().chain(&mut recoveries) {
        *count = parts.next()?.parse().ok()?;
    }
    parts.next().is_none().then_some(Result { operations, nanos, faults, recoveries, wrong })
}

/// Reads what a batch says until it ends, and hands each word on; `tell` says when it is enough.
pub(super) fn listen(from: impl BufRead, mut tell: impl FnMut(Word) -> bool) {
    for line in from.lines().map_while(io::Result::ok) {
        if !tell(parse(&line)) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written() {
        assert_eq!(parse("> 17"), Word::Begins(17));
        assert_eq!(parse("|   again: x"), Word::Wrong("  again: x".to_owned()));
        let counts: Vec<String> = (0..FaultTally::KINDS + 3).map(|kind| kind.to_string()).collect();
        let counts = counts.join(" ");
        let Word::Ended(result) = parse(&format!("< bad 40 1234 {counts}")) else {
            panic!("it is the end");
        };
        assert_eq!((result.operations, result.nanos, result.faults[3]), (40, 1234, 3));
        let last = FaultTally::KINDS as u64;
        assert_eq!(result.recoveries, [last, last + 1, last + 2]);
        assert!(result.wrong.is_some());
        for line in ["", ">", "> x", "< good 1", "< fine 1 2", &format!("< good 1 2 {counts} 9")] {
            assert!(matches!(parse(line), Word::Other(_)), "{line:?}");
        }
    }
}
