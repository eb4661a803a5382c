//! `pangea bench --json`, and for coherent reads a program that counts what they move.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Contender, PANGEA, PATIENCE};
use crate::figure::{self, Figure};
use pangea_benches::process::{self, Priority};

#[derive(Clone, Copy)]
enum Take {
    Latency,
    Bandwidth,
    Rate,
}

/// One call of `pangea bench`: its options, and its tests with their rows.
struct Call {
    priority: Priority,
    options: &'static [&'static str],
    tests: &'static [(&'static str, &'static str)],
    take: Take,
}

const CALLS: &[Call] = &[
    Call {
        priority: Priority::RealTime,
        options: &["--size", "8", "--iters", "1000"],
        tests: &[("read8", "get"), ("write8", "put")],
        take: Take::Latency,
    },
    Call {
        priority: Priority::Usual,
        options: &["--size", "8", "--iters", "1000"],
        tests: &[("pingpong8", "write-lat")],
        take: Take::Latency,
    },
    Call {
        priority: Priority::RealTime,
        options: &["--iters", "1000"],
        tests: &[("cas8", "compare-swap"), ("faa8", "fetch-add")],
        take: Take::Latency,
    },
    Call {
        priority: Priority::RealTime,
        options: &["--size", "64K", "--iters", "300"],
        tests: &[("read64k", "get-range"), ("write64k", "put-range")],
        take: Take::Bandwidth,
    },
    Call {
        priority: Priority::RealTime,
        options: &["--size", "8", "--batch", "32", "--iters", "6400"],
        tests: &[("readrate", "read-rate"), ("writerate", "write-rate")],
        take: Take::Rate,
    },
];
const COHERENT: &[&str] = &["strict64", "strict512", "strict16", "miss64", "miss512"];
const ITERATIONS: &str = "1000";

struct Bench {
    launcher: PathBuf,
    coherent: PathBuf,
    rows: Vec<&'static str>,
}

/// Pangea over a NIC.
pub(crate) fn pangea(built: &Path) -> Box<dyn Contender> {
    let rows = CALLS
        .iter()
        .flat_map(|call| call.tests)
        .map(|(row, _)| *row)
        .chain(COHERENT.iter().copied());
    Box::new(Bench {
        launcher: built.join("release/pangea"),
        coherent: built.join("release/examples/peers-coherent"),
        rows: rows.collect(),
    })
}

impl Contender for Bench {
    fn name(&self) -> &str {
        PANGEA
    }

    fn rows(&self) -> &[&'static str] {
        &self.rows
    }

    fn prepare(&mut self) -> Result<String, String> {
        for program in [&self.launcher, &self.coherent] {
            if !program.exists() {
                return Err(format!("{} was not built", program.display()));
            }
        }
        Ok(env!("CARGO_PKG_VERSION").to_owned())
    }

    fn sample(&mut self, rows: &[&str]) -> Result<Vec<Figure>, String> {
        let mut figures = Vec::new();
        for call in CALLS {
            let tests: Vec<_> = call.tests.iter().filter(|(row, _)| rows.contains(row)).collect();
            if tests.is_empty() {
                continue;
            }
            let mut command = call.priority.command(&self.launcher);
            command.arg("bench").args(tests.iter().map(|(_, test)| test)).args(call.options);
            command.args(["--provider", "verbs", "--json", "-"]);
            let output = process::run(&mut command, PATIENCE)?;
            for (row, test) in tests {
                let value = parse(&output, test, call.take)?;
                figures.push(Figure::new(row, test, value));
            }
        }
        if COHERENT.iter().any(|row| rows.contains(row)) {
            let mut command = Priority::RealTime.command(&self.launcher);
            command.args(["run", "-n", "2", "--provider", "verbs", "--memory", "16M"]);
            command.args(["--cache", "256K", "--"]);
            command.arg(&self.coherent).arg(ITERATIONS);
            figures.extend(figure::parse(&process::run(&mut command, PATIENCE)?));
        }
        Ok(figures)
    }
}

/// One figure of the report, in the unit of its row: µs, GB a second, or million a second.
fn parse(output: &str, test: &str, take: Take) -> Result<f64, String> {
    let report: Value =
        serde_json::from_str(output).map_err(|e| format!("pangea bench printed no report: {e}"))?;
    let rows = report["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
    let row = rows
        .iter()
        .find(|row| row["test"] == test)
        .ok_or_else(|| format!("the report has no test {test}"))?;
    let (value, unit) = match take {
        Take::Latency => (&row["latency"]["median"], 1e3),
        Take::Bandwidth => (&row["bandwidth"]["median"], 1e9),
        Take::Rate => (&row["rate"]["median"], 1e6),
    };
    let value = value.as_f64().filter(|value| *value > 0.0);
    Ok(value.ok_or_else(|| format!("the report has no such figure of {test}"))? / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_read() {
        let report = r#"{"format": 1, "rows": [
            {"test": "get", "size": 8, "latency": {"samples": 100, "median": 48123.5}, "rate": null},
            {"test": "read-rate", "latency": null, "rate": {"median": 52000.0, "least": 1.0, "greatest": 2.0}}
        ]}"#;
        assert_eq!(parse(report, "get", Take::Latency), Ok(48.1235));
        assert_eq!(parse(report, "read-rate", Take::Rate), Ok(0.052));
        assert!(parse(report, "put", Take::Latency).expect_err("is not there").contains("put"));
        assert!(parse(report, "get", Take::Rate).is_err());
        assert!(parse("noise", "get", Take::Latency).is_err());
    }
}
