//! A row of the table, and why it is what it is.

use crate::measure::{Row, Speed, Tally};
use crate::workload::Mix;

/// The head of the table.
pub(crate) fn head(provider: &str) -> String {
    // What is executed in place has no batches: each request counts.
    let unit = if provider == "shm" { "requests" } else { "round trips" };
    format!(
        "| reads | shared | zipf | Sequential /s | Relaxed /s | ratio | its spread | {unit} per operation: Sequential | Relaxed \
         | reads: hit | fetched | renewed | both | {unit} of a write | why |\n\
         | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |"
    )
}

fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len();
    (sorted[(count - 1) / 2] + sorted[count / 2]) / 2.0
}

fn per_second(speed: &Speed) -> String {
    let figure = median(&speed.rounds);
    match figure {
        f if f >= 1e7 => format!("{:.1} M", f / 1e6),
        f if f >= 1e6 => format!("{:.2} M", f / 1e6),
        f if f >= 1e5 => format!("{:.0} k", f / 1e3),
        f => format!("{:.1} k", f / 1e3),
    }
}

fn percent(part: u64, whole: u64) -> String {
    match whole {
        0 => "–".to_owned(),
        _ => format!("{:.1} %", 100.0 * part as f64 / whole as f64),
    }
}

/// A row.
pub(crate) fn line(mix: Mix, row: &Row) -> String {
    let Row { sequential, relaxed, tally } = row;
    let ratios: Vec<f64> =
        sequential.rounds.iter().zip(&relaxed.rounds).map(|(ours, plain)| ours / plain).collect();
    let ratio = median(&ratios);
    let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let most = ratios.iter().copied().fold(0.0, f64::max);
    let write = match tally.writes {
        0 => "–".to_owned(),
        writes => format!("{:.2}", tally.write_requests as f64 / writes as f64),
    };
    format!(
        "| {:.0} % | {:.0} % | {} | {} | {} | {ratio:.2} | {least:.2} to {most:.2} | {:.2} | {:.2} | {} | {} | {} | {} | {write} | {} |",
        100.0 * mix.reads,
        100.0 * mix.shared,
        mix.zipf,
        per_second(sequential),
        per_second(relaxed),
        sequential.requests,
        relaxed.requests,
        percent(tally.hits, tally.reads),
        percent(tally.fetched, tally.reads),
        percent(tally.renewed, tally.reads),
        percent(tally.both, tally.reads),
        why(ratio, relaxed, tally),
    )
}

/// Why caching wins or loses: what it asks the NICs for beyond what `Relaxed` does, per operation, and for what most.
fn why(ratio: f64, relaxed: &Speed, tally: &Tally) -> String {
    let all = (tally.reads + tally.writes) as f64;
    let beyond =
        |requests: u64, count: u64| (requests as f64 - count as f64 * relaxed.requests) / all;
    let reads = beyond(tally.read_requests, tally.reads);
    let writes = beyond(tally.write_requests, tally.writes);
    let most = [
        (tally.hits, "mostly hits"),
        (tally.fetched, "mostly fetches"),
        (tally.renewed, "mostly renewals"),
        (tally.both, "mostly renewals in vain"),
    ];
    let most = most.into_iter().max_by_key(|(count, _)| *count).map_or("", |(_, most)| most);
    let verdict = if ratio >= 1.0 {
        "wins"
    } else if writes > reads {
        "loses by writes"
    } else {
        "loses by reads"
    };
    format!("{verdict}: reads {reads:+.2} ({most}), writes {writes:+.2} per operation")
}
