//! [`Record`]: what was counted, as it is kept in the repository, and what has become more or less.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde::{Deserialize, Serialize};

use super::Outcome;

/// A change of more than this is reported.
const REPORTED: f64 = 0.02;

/// An operation that costs so much more is a failure, if it costs [`FAILED_BY`] more besides. Some are up to a seventh
/// more or less when the compiler decides otherwise what to inline, because something else in the program has changed.
const FAILED: f64 = 0.25;

/// Of an operation of a few instructions, one more is many percent.
const FAILED_BY: f64 = 4.0;

/// What was counted.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    /// The compiler; counts of what two of them have made cannot be compared.
    rustc: String,
    /// Instructions of one operation, by name.
    instructions: BTreeMap<String, f64>,
}

/// What is said of an operation.
#[derive(Debug, PartialEq)]
enum Verdict {
    /// It costs more or less than was recorded, by so much of that.
    Changed(f64),
    /// As much more as should not happen unnoticed.
    TooMuch(f64),
    /// It is new.
    NotRecorded,
    /// It was recorded, and is no more.
    Gone,
}

#[derive(Debug)]
struct Change<'a> {
    name: &'a str,
    was: Option<f64>,
    is: Option<f64>,
    verdict: Verdict,
}

impl Record {
    /// Of what this compiler has made.
    pub(super) fn of(instructions: BTreeMap<String, f64>) -> Outcome<Record> {
        let output = Command::new("rustc")
            .arg("--version")
            .output()
            .map_err(|error| format!("rustc cannot be asked for its version: {error}"))?;
        let rustc = String::from_utf8(output.stdout)?.trim().to_owned();
        Ok(Record { rustc, instructions })
    }

    fn path() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("micro/counts.json")
    }

    /// The one of the repository.
    pub(super) fn read() -> Outcome<Record> {
        let path = Record::path();
        let text = fs::read_to_string(&path)
            .map_err(|error| format!("{}: {error}; `--record` makes it", path.display()))?;
        serde_json::from_str(&text).map_err(|error| {
            format!("{}: {error}; `--record` makes it anew", path.display()).into()
        })
    }

    /// Makes it the one of the repository.
    pub(super) fn write(&self) -> Outcome<()> {
        let path = Record::path();
        fs::write(&path, serde_json::to_string_pretty(self)? + "\n")?;
        println!("{} operations recorded in {}", self.instructions.len(), path.display());
        Ok(())
    }

    /// Reports how `now` differs. False if something costs much more by the same compiler, or if not the same
    /// operations were recorded.
    pub(super) fn compare(&self, now: &Record) -> bool {
        let changes = self.changes(now);
        changes.iter().for_each(|change| println!("{change}"));
        if self.rustc != now.rustc {
            println!("recorded with {}, counted with {}", self.rustc, now.rustc);
        }
        let failed = changes.iter().filter(|change| change.fails()).count();
        println!(
            "{} operations counted: {} differ by more than {} %, {failed} fail",
            now.instructions.len(),
            changes.len(),
            REPORTED * 100.0,
        );
        if failed > 0 {
            println!("if that is meant to be: ci/micro --record, and commit the file");
        }
        failed == 0
    }

    fn changes<'a>(&'a self, now: &'a Record) -> Vec<Change<'a>> {
        let names: BTreeSet<&String> =
            self.instructions.keys().chain(now.instructions.keys()).collect();
        let same_compiler = self.rustc == now.rustc;
        let change = |name: &'a String| {
            let (was, is) = (self.instructions.get(name), now.instructions.get(name));
            let verdict = match (was.copied(), is.copied()) {
                (None, _) => Verdict::NotRecorded,
                (_, None) => Verdict::Gone,
                (Some(was), Some(is)) => judge(was, is, same_compiler)?,
            };
            Some(Change { name, was: was.copied(), is: is.copied(), verdict })
        };
        names.into_iter().filter_map(change).collect()
    }
}

/// What is said of a count, if anything.
fn judge(was: f64, is: f64, same_compiler: bool) -> Option<Verdict> {
    let more = (is - was) / was;
    if same_compiler && more > FAILED && is - was >= FAILED_BY {
        return Some(Verdict::TooMuch(more));
    }
    (more.abs() > REPORTED).then_some(Verdict::Changed(more))
}

impl Change<'_> {
    fn fails(&self) -> bool {
        !matches!(self.verdict, Verdict::Changed(_))
    }
}

impl fmt::Display for Change<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count =
            |count: Option<f64>| count.map_or("–".to_owned(), |count| format!("{count:.1}"));
        write!(f, "{:<44} {:>9} → {:>9}  ", self.name, count(self.was), count(self.is))?;
        match self.verdict {
            Verdict::Changed(more) => write!(f, "{:+.1} %", more * 100.0),
            Verdict::TooMuch(more) => write!(f, "{:+.1} %: too much", more * 100.0),
            Verdict::NotRecorded => f.write_str("not recorded"),
            Verdict::Gone => f.write_str("there is no such operation any more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(rustc: &str, counts: &[(&str, f64)]) -> Record {
        let instructions = counts.iter().map(|(name, count)| ((*name).to_owned(), *count));
        Record { rustc: rustc.to_owned(), instructions: instructions.collect() }
    }

    fn fails(record: &Record, now: &Record) -> Vec<String> {
        let changes = record.changes(now);
        changes.iter().filter(|change| change.fails()).map(|change| change.name.into()).collect()
    }

    #[test]
    fn two_percent_are_reported_and_a_quarter_more_fails() {
        assert_eq!(judge(100.0, 102.0, true), None);
        assert_eq!(judge(1000.0, 1021.0, true), Some(Verdict::Changed(0.021)));
        assert_eq!(judge(1000.0, 979.0, true), Some(Verdict::Changed(-0.021)));
        assert_eq!(judge(1000.0, 1250.0, true), Some(Verdict::Changed(0.25)));
        assert_eq!(judge(1000.0, 1375.0, true), Some(Verdict::TooMuch(0.375)));
        assert_eq!(judge(1000.0, 1375.0, false), Some(Verdict::Changed(0.375)));
        assert_eq!(judge(1000.0, 500.0, true), Some(Verdict::Changed(-0.5)), "less never fails");
    }

    #[test]
    fn a_few_instructions_more_never_fail() {
        assert_eq!(judge(8.0, 11.0, true), Some(Verdict::Changed(0.375)));
        assert_eq!(judge(8.0, 12.0, true), Some(Verdict::TooMuch(0.5)));
    }

    #[test]
    fn another_compiler_fails_nothing_but_what_is_not_recorded() {
        let recorded = record("1", &[("get", 100.0), ("put", 100.0)]);
        let now = record("2", &[("get", 200.0), ("put", 100.0)]);
        assert_eq!(recorded.changes(&now).len(), 1);
        assert!(fails(&recorded, &now).is_empty());
        let other = record("2", &[("get", 100.0), ("new", 1.0)]);
        assert_eq!(fails(&recorded, &other), ["new", "put"]);
    }

    #[test]
    fn what_is_recorded_is_read_again() {
        let recorded = record("1", &[("get", 100.1)]);
        let text = serde_json::to_string(&recorded).unwrap();
        let read: Record = serde_json::from_str(&text).unwrap();
        assert_eq!((read.rustc, read.instructions), (recorded.rustc, recorded.instructions));
    }
}
