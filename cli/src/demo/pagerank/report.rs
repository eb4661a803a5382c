//! What the leader prints at the end.

use std::path::Path;
use std::time::Duration;

use pangea::{Counts, Model};

use crate::size;
use crate::style::{bold, dim, grouped, seconds};

/// How many of the highest ranks are shown.
pub(crate) const SHOWN: usize = 10;
/// Width of the bar of the highest rank.
const BAR: usize = 24;

/// How long each phase took, for the leader.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Phases {
    pub(crate) read: Duration,
    pub(crate) build: Duration,
    pub(crate) iterate: Duration,
}

/// All that is told.
pub(crate) struct Report<'a> {
    pub(crate) title: &'a str,
    pub(crate) provider: &'a str,
    /// Of what nodes publish in each round, and of the ranks.
    pub(crate) model: Model,
    pub(crate) nodes: usize,
    pub(crate) vertices: u64,
    pub(crate) edges: u64,
    /// Vertices without out-edges.
    pub(crate) dangling: u64,
    pub(crate) rounds: u32,
    pub(crate) change: f64,
    pub(crate) highest: &'a [(u64, f64)],
    /// Bytes of the edge list.
    pub(crate) bytes: u64,
    pub(crate) phases: Phases,
    /// Where the ranks were written, and how long that took.
    pub(crate) output: Option<(&'a Path, Duration)>,
    pub(crate) counts: Counts,
}

/// Prints it to standard output.
pub(crate) fn print(report: &Report<'_>) {
    // Who closes the pipe early has seen enough.
    let _ = std::io::Write::write_all(&mut std::io::stdout().lock(), text(report).as_bytes());
}

fn text(report: &Report<'_>) -> String {
    let mut lines = vec![
        format!("{} of {}", bold("PageRank"), bold(report.title)),
        format!(
            "{} · {} · {} without out-edges",
            counted(report.vertices, "vertex", "vertices"),
            counted(report.edges, "edge", "edges"),
            grouped(report.dangling)
        ),
        String::new(),
    ];
    lines.extend(highest(report.highest));
    lines.push(String::new());
    lines.extend(phases(report));
    lines.push(String::new());
    lines.extend(memory(report));
    lines.push(String::new());
    lines.join("\n")
}

/// A number with its noun.
fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

fn highest(highest: &[(u64, f64)]) -> Vec<String> {
    let width = highest.iter().map(|(id, _)| id.to_string().len()).max().unwrap_or(0).max(6);
    let top = highest.first().map_or(1.0, |(_, rank)| *rank);
    let mut lines = vec![format!("{}", dim(format!("   #  {:>width$}  rank", "vertex")))];
    for (at, (id, rank)) in highest.iter().enumerate() {
        let bar = "▪".repeat((rank / top * BAR as f64).round() as usize);
        lines.push(format!("  {:>2}  {id:>width$}  {rank:.12}  {}", at + 1, dim(bar)));
    }
    lines
}

fn phases(report: &Report<'_>) -> Vec<String> {
    let Phases { read, build, iterate } = report.phases;
    let rate = |amount: u64, time: Duration| amount as f64 / time.as_secs_f64().max(1e-9);
    let line = |name: &str, time: Duration, what: String| {
        format!("  {name:<8} {:>8}  {}", seconds(time), dim(what))
    };
    let parsed = rate(report.bytes, read) as u64;
    let walked = rate(report.edges * u64::from(report.rounds), iterate);
    let mut lines = vec![
        line("read", read, format!("{} at {}/s", size::text(report.bytes), size::text(parsed))),
        line("build", build, counted(report.edges, "edge", "edges")),
        line(
            "iterate",
            iterate,
            format!(
                "{}, the last changed {:.1e}; {:.0} million edges/s",
                counted(report.rounds.into(), "round", "rounds"),
                report.change,
                walked / 1e6
            ),
        ),
    ];
    if let Some((path, time)) = report.output {
        lines.push(line(
            "write",
            time,
            format!("{} ranks to {}", grouped(report.vertices), path.display()),
        ));
    }
    lines
}

fn memory(report: &Report<'_>) -> Vec<String> {
    let counts = report.counts;
    let nodes = counted(report.nodes as u64, "node", "nodes");
    vec![
        format!("{} over {}, memory {}", bold(nodes), bold(report.provider), report.model),
        format!(
            "  {} one-sided operations: {} READ, {} WRITE, {} atomic",
            grouped(counts.operations()),
            grouped(counts.reads),
            grouped(counts.writes),
            grouped(counts.atomics)
        ),
        format!(
            "  {} read, {} written, {} round trips",
            size::text(counts.bytes_read),
            size::text(counts.bytes_written),
            grouped(counts.round_trips)
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_told() {
        let counts = Counts {
            reads: 1200,
            writes: 34,
            atomics: 5,
            bytes_read: 2 << 20,
            bytes_written: 1024,
            round_trips: 77,
            queue_pairs: 6,
        };
        let phase = Duration::from_millis(250);
        let text = text(&Report {
            title: "wiki.txt",
            provider: "shm",
            model: Model::Relaxed,
            nodes: 4,
            vertices: 7115,
            edges: 103_689,
            dangling: 1005,
            rounds: 38,
            change: 8.9e-11,
            highest: &[(4037, 0.0046), (15, 0.0023)],
            bytes: 1 << 20,
            phases: Phases { read: phase, build: phase, iterate: phase },
            output: Some((Path::new("out.tsv"), phase)),
            counts,
        });
        for part in [
            "PageRank of wiki.txt",
            "7,115 vertices · 103,689 edges · 1,005 without out-edges",
            "   1    4037  0.004600000000  ▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪\n",
            "   2      15  0.002300000000  ▪▪▪▪▪▪▪▪▪▪▪▪\n",
            "read       250 ms  1 MiB at 4 MiB/s",
            "38 rounds, the last changed 8.9e-11",
            "7,115 ranks to out.tsv",
            "4 nodes over shm, memory relaxed",
            "1,239 one-sided operations: 1,200 READ, 34 WRITE, 5 atomic",
            "2 MiB read, 1 KiB written, 77 round trips",
        ] {
            assert!(text.contains(part), "{part:?} is not in:\n{text}");
        }
    }
}
