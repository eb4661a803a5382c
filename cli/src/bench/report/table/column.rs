//! The columns: what each says of a row, and which are worth their room.

use std::collections::BTreeMap;

use crate::bench::report::{Fact, Rate, Row, figures};
use crate::size;

/// A column beside the names of tests, in the order of the table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Size,
    Threads,
    Depth,
    Batch,
    Least,
    Median,
    Average,
    P90,
    P99,
    P999,
    P9999,
    Greatest,
    Group,
    Rate,
    Spread,
    Bandwidth,
    /// A number that only this test has, by name.
    Number(String),
    RoundTrips,
    Checked,
}

impl Column {
    pub(super) fn name(&self) -> &str {
        match self {
            Column::Size => "size",
            Column::Threads => "threads",
            Column::Depth => "depth",
            Column::Batch => "batch",
            Column::Least => "min",
            Column::Median => "median",
            Column::Average => "average",
            Column::P90 => "p90",
            Column::P99 => "p99",
            Column::P999 => "p99.9",
            Column::P9999 => "p99.99",
            Column::Greatest => "max",
            Column::Rate => "rate",
            Column::Spread => "±",
            Column::Bandwidth => "bandwidth",
            Column::RoundTrips => "rt/op",
            Column::Group => "group",
            Column::Number(name) => name,
            Column::Checked => "check",
        }
    }

    pub(super) fn width(&self) -> usize {
        let figures = match self {
            Column::Size => "1023 KiB".len(),
            Column::Threads | Column::Depth | Column::Batch | Column::Checked => 5,
            Column::Rate => "12.3 M/s".len(),
            Column::Spread => "12 %".len(),
            Column::Bandwidth => "12.3 GB/s".len(),
            Column::RoundTrips | Column::Group | Column::Number(_) => 5,
            // As "12.3 µs".
            _ => 7,
        };
        figures.max(self.name().chars().count())
    }

    /// How soon it goes where there is no room for all that can be said of a row; 0 stays.
    pub(super) fn weight(&self, row: &Row, several_threads: bool) -> u8 {
        // One operation at a time: the rate says what the average says.
        let known = one_at_a_time(row) && !several_threads;
        match self {
            // These are told below the row then, and those with long names are best told there.
            Column::Number(name) if !row.parameters.contains_key(name) => {
                12 + name.chars().count().min(200) as u8
            }
            Column::P9999 => 11,
            Column::P90 => 10,
            Column::Spread if known => 9,
            Column::Bandwidth if known => 8,
            Column::Rate if known => 7,
            Column::Greatest => 6,
            Column::P999 => 5,
            Column::Spread => 4,
            Column::Bandwidth if row.latency.is_some() => 3,
            Column::Average | Column::Least => 2,
            Column::P99 => 1,
            _ => 0,
        }
    }

    /// Whether it may stay empty: it is about what was asked for, and not about what was measured.
    pub(super) fn may_be_empty(&self) -> bool {
        matches!(self, Column::Size | Column::Number(_) | Column::Checked | Column::RoundTrips)
    }

    /// What it says of a row; nothing where it has nothing to say.
    pub(super) fn cell(&self, row: &Row) -> String {
        let latency = row.latency.as_ref();
        let time = |value: Option<f64>| match value {
            Some(value) => figures::time(value),
            // Too few samples, or no latency at all.
            None if latency.is_some() => "-   ".to_owned(),
            None => String::new(),
        };
        let text = match self {
            Column::Size => row.size.map(size::text),
            Column::Threads => Some(row.threads.to_string()),
            Column::Depth => Some(row.depth.to_string()),
            Column::Batch => Some(row.batch.to_string()),
            Column::Least => Some(time(latency.map(|it| it.min))),
            Column::Median => Some(time(latency.map(|it| it.median))),
            Column::Average => Some(time(latency.map(|it| it.average))),
            Column::P90 => Some(time(latency.and_then(|it| it.p90))),
            Column::P99 => Some(time(latency.and_then(|it| it.p99))),
            Column::P999 => Some(time(latency.and_then(|it| it.p999))),
            Column::P9999 => Some(time(latency.and_then(|it| it.p9999))),
            Column::Greatest => Some(time(latency.map(|it| it.max))),
            Column::Rate => row.rate.map(|rate| figures::rate(rate.median)),
            Column::Spread => row.rate.map(spread),
            Column::Bandwidth => row.bandwidth.map(|rate| figures::bandwidth(rate.median)),
            Column::RoundTrips => row.round_trips.map(figures::three),
            Column::Group => latency.map(|it| it.group.to_string()),
            Column::Number(name) => {
                row.parameters.get(name).or_else(|| row.facts.get(name)).map(Fact::to_string)
            }
            Column::Checked => {
                row.verified.map(|right| if right { "ok" } else { "WRONG" }.to_owned())
            }
        };
        text.unwrap_or_default()
    }
}

/// Whether the rate is what follows from the average time of an operation.
fn one_at_a_time(row: &Row) -> bool {
    let (Some(latency), Some(rate)) = (&row.latency, row.rate) else { return false };
    row.threads == 1 && rate.median * latency.average < 1.5e9
}

/// All columns that have something to say of a row.
pub(super) fn columns_of(row: &Row) -> Vec<Column> {
    let mut columns = Vec::new();
    let mut add = |when: bool, those: &[Column]| {
        if when {
            columns.extend_from_slice(those);
        }
    };
    let numbers = |facts: &BTreeMap<String, Fact>| -> Vec<Column> {
        let numbers = facts.iter().filter(|(_, fact)| matches!(fact, Fact::Number(_)));
        numbers.map(|(name, _)| Column::Number(name.clone())).collect()
    };
    let latency = row.latency.as_ref();
    add(row.size.is_some(), &[Column::Size]);
    add(row.threads != 1, &[Column::Threads]);
    add(row.depth != 1, &[Column::Depth]);
    add(row.batch != 1, &[Column::Batch]);
    add(true, &numbers(&row.parameters));
    add(
        latency.is_some(),
        &[
            Column::Least,
            Column::Median,
            Column::Average,
            Column::P90,
            Column::P99,
            Column::P999,
            Column::P9999,
            Column::Greatest,
        ],
    );
    add(latency.is_some_and(|it| it.group > 1), &[Column::Group]);
    add(row.rate.is_some(), &[Column::Rate, Column::Spread]);
    add(row.bandwidth.is_some(), &[Column::Bandwidth]);
    add(true, &numbers(&row.facts));
    add(row.round_trips.is_some(), &[Column::RoundTrips]);
    add(row.verified.is_some(), &[Column::Checked]);
    columns
}

/// Half of the way from the least to the greatest, in percent of the median.
fn spread(rate: Rate) -> String {
    let percent = 50.0 * (rate.greatest - rate.least) / rate.median;
    if percent.is_finite() { format!("{percent:.0} %") } else { "-".to_owned() }
}
