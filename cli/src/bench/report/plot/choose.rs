//! Which rows of a report become which lines of which chart.

use std::cmp::Ordering;

use super::chart::{Chart, Line, MOST_LINES, Point, Quantity};
use crate::bench::report::{Rate, Row};
use crate::size;

/// What is drawn over what, in the order of the charts on the page.
const KINDS: [Kind; 4] = [
    Kind {
        x: Quantity::Size,
        y: Quantity::Latency,
        title: "Latency over size",
        note: "Lines are medians; bands reach from the least to the 99th percentile.",
    },
    Kind {
        x: Quantity::Size,
        y: Quantity::Bandwidth,
        title: "Bandwidth over size",
        note: RATE_NOTE,
    },
    Kind {
        x: Quantity::Threads,
        y: Quantity::Rate,
        title: "Throughput over threads",
        note: RATE_NOTE,
    },
    Kind {
        x: Quantity::Threads,
        y: Quantity::Bandwidth,
        title: "Bandwidth over threads",
        note: RATE_NOTE,
    },
];
const RATE_NOTE: &str =
    "Lines are medians over intervals of the run; bands reach from the least to the greatest.";

/// The settings of a row, each with its name if it needs one; always the same, in the same order.
type Settings = Vec<(&'static str, String)>;

/// A kind of chart.
struct Kind {
    x: Quantity,
    y: Quantity,
    title: &'static str,
    note: &'static str,
}

impl Kind {
    /// The place of a row on such a chart.
    fn point(&self, row: &Row) -> Option<Point> {
        let x = match self.x {
            Quantity::Size => row.size? as f64,
            _ => f64::from(row.threads),
        };
        let (y, band) = match self.y {
            Quantity::Latency => {
                let latency = row.latency.as_ref()?;
                (latency.median, latency.p99.map(|p99| (latency.min, p99)))
            }
            // Of a test that tells how long an operation takes, the bandwidth says the same again.
            Quantity::Bandwidth if row.latency.is_some() => return None,
            // As does the bandwidth over threads of a test that has a rate.
            Quantity::Bandwidth if self.x == Quantity::Threads && row.rate.is_some() => {
                return None;
            }
            Quantity::Bandwidth => of_rate(row.bandwidth?),
            _ => of_rate(row.rate?),
        };
        // A logarithm has no place for zero: an end of a band that lies there is none.
        let drawable = |value: f64| value.is_finite() && value > 0.0;
        let band = band.filter(|(low, high)| drawable(*low) && drawable(*high));
        (drawable(x) && drawable(y)).then_some(Point { x, y, band })
    }

    /// What a row is, beside its place along the axis: rows of one line agree in it. The test comes first.
    fn settings(&self, row: &Row) -> Settings {
        let parameters: Vec<String> =
            row.parameters.iter().map(|(name, fact)| format!("{name} {fact}")).collect();
        let mut settings = vec![
            ("", row.test.clone()),
            ("nodes", row.nodes.to_string()),
            ("depth", row.depth.to_string()),
            ("batch", row.batch.to_string()),
            ("", parameters.join(", ")),
        ];
        settings.push(match self.x {
            Quantity::Size => ("threads", row.threads.to_string()),
            _ => ("", row.size.map(size::text).unwrap_or_default()),
        });
        settings
    }
}

fn of_rate(rate: Rate) -> (f64, Option<(f64, f64)>) {
    (rate.median, Some((rate.least, rate.greatest)))
}

/// All charts that have a line with at least two points.
pub(super) fn charts(rows: &[Row]) -> Vec<Chart> {
    KINDS.iter().flat_map(|kind| charts_of(kind, rows)).collect()
}

/// Points of rows with the same settings.
type Series = (Settings, Vec<Point>);

fn charts_of(kind: &Kind, rows: &[Row]) -> Vec<Chart> {
    let groups = series(kind, rows);
    let all: Vec<Series> = groups.iter().flat_map(|(_, lines)| lines.clone()).collect();
    match all.len() {
        0 => Vec::new(),
        1..=MOST_LINES => vec![chart(kind, None, all)],
        _ => {
            let parts = groups.iter().flat_map(|(group, lines)| {
                lines.chunks(MOST_LINES).map(move |part| (*group, part.to_vec()))
            });
            parts.map(|(group, part)| chart(kind, Some(group), part)).collect()
        }
    }
}

/// The lines of each group of tests: those with at least two points, which ascend.
fn series<'a>(kind: &Kind, rows: &'a [Row]) -> Vec<(&'a str, Vec<Series>)> {
    let mut groups: Vec<(&str, Vec<Series>)> = Vec::new();
    for row in rows {
        let Some(point) = kind.point(row) else { continue };
        let settings = kind.settings(row);
        let at = groups.iter().position(|(group, _)| *group == row.group).unwrap_or_else(|| {
            groups.push((&row.group, Vec::new()));
            groups.len() - 1
        });
        let lines = &mut groups[at].1;
        match lines.iter_mut().find(|(of, _)| *of == settings) {
            Some((_, points)) => points.push(point),
            None => lines.push((settings, vec![point])),
        }
    }
    for (_, lines) in &mut groups {
        for (_, points) in lines.iter_mut() {
            points.sort_by(|a, b| (a.x, a.y).partial_cmp(&(b.x, b.y)).unwrap_or(Ordering::Equal));
            // Of repetitions the one in the middle counts.
            let middle = |same: &[Point]| same[same.len() / 2].clone();
            *points = points.chunk_by(|a, b| a.x == b.x).map(middle).collect();
        }
        lines.retain(|(_, points)| points.len() > 1);
        if kind.x == Quantity::Threads {
            let tests = lines.chunk_by(|a, b| a.0[0] == b.0[0]);
            *lines = tests.flat_map(few).cloned().collect();
        }
    }
    groups.retain(|(_, lines)| !lines.is_empty());
    groups
}

/// Of many sizes of one test the least, one in the middle and the greatest: lines over threads are there to be compared.
fn few(lines: &[Series]) -> Vec<&Series> {
    match lines {
        [first, .., last] if lines.len() > 3 => vec![first, &lines[lines.len() / 2], last],
        _ => lines.iter().collect(),
    }
}

fn chart(kind: &Kind, group: Option<&str>, lines: Vec<Series>) -> Chart {
    let settings: Vec<&Settings> = lines.iter().map(|(settings, _)| settings).collect();
    let names = names(&settings);
    let title = match group {
        Some(group) => format!("{}: {group}", kind.title),
        None => kind.title.to_owned(),
    };
    let lines = names.into_iter().zip(lines);
    let lines = lines.map(|(name, (_, points))| Line { name, points }).collect();
    Chart { title, note: kind.note, x: kind.x, y: kind.y, lines }
}

/// The test of each line, and those of its settings in which it differs from other lines of that test.
fn names(lines: &[&Settings]) -> Vec<String> {
    let name = |settings: &&Settings| {
        let same_test = |other: &&&Settings| other[0] == settings[0];
        let mut words = vec![settings[0].1.clone()];
        for (at, (setting, value)) in settings.iter().enumerate().skip(1) {
            let differs = lines.iter().filter(same_test).any(|other| other[at].1 != *value);
            match *setting {
                _ if !differs || value.is_empty() => {}
                "" => words.push(value.clone()),
                _ => words.push(format!("{setting} {value}")),
            }
        }
        words.join(", ")
    };
    lines.iter().map(name).collect()
}
