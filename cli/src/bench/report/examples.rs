//! Rows and reports to test with.

use std::collections::BTreeMap;

use super::json::FORMAT;
use super::machine::tests::machine;
use super::{Latency, Rate, Report, Row};
use crate::bench::options::BenchOptions;

/// A row of a test that has neither latency nor rate yet.
pub(crate) fn row(test: &str, group: &str) -> Row {
    Row {
        test: test.to_owned(),
        group: group.to_owned(),
        size: None,
        nodes: 2,
        threads: 1,
        depth: 1,
        batch: 1,
        parameters: BTreeMap::new(),
        operations: 1000,
        seconds: 1.0,
        latency: None,
        rate: None,
        bandwidth: None,
        round_trips: None,
        verified: None,
        facts: BTreeMap::new(),
    }
}

/// A latency with this median, and enough samples for all but the last percentile.
pub(crate) fn latency(median: f64) -> Latency {
    Latency {
        samples: 20_000,
        group: 1,
        timer_ns: 20.0,
        min: 0.9 * median,
        median,
        average: 1.1 * median,
        p90: Some(1.2 * median),
        p99: Some(1.5 * median),
        p999: Some(2.0 * median),
        p9999: None,
        max: 10.0 * median,
    }
}

pub(crate) fn rate(median: f64) -> Rate {
    Rate { median, least: 0.95 * median, greatest: 1.05 * median }
}

/// A row with a latency over size.
pub(crate) fn sized(test: &str, group: &str, size: u64, median: f64) -> Row {
    Row { size: Some(size), latency: Some(latency(median)), ..row(test, group) }
}

pub(crate) fn report(rows: Vec<Row>) -> Report {
    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        options: BenchOptions,
    }
    let line: Line = clap::Parser::parse_from(["bench"]);
    Report {
        format: FORMAT,
        version: "0.1.0".to_owned(),
        machine: machine(),
        settings: line.options.settings(),
        rows,
    }
}
