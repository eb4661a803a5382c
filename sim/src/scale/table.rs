//! Tables of what was counted.

use super::report::{Cost, Report, Spread};

/// Rows under a head, all with as many columns. The first column is of names, the others of numbers.
pub(super) struct Table {
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// As lines of text, with columns of equal width; in Markdown or bare.
    pub(super) fn to_text(&self, markdown: bool) -> String {
        let head: Vec<String> = self.head.iter().map(ToString::to_string).collect();
        let all = || std::iter::once(&head).chain(&self.rows);
        let width = |column: usize| {
            all().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
        };
        let widths: Vec<usize> = (0..head.len()).map(|i| width(i).unwrap_or(0).max(3)).collect();
        let (edge, between) = if markdown { ("|", " | ") } else { ("", "  ") };
        let mut text = String::new();
        for (number, row) in all().enumerate() {
            let cells: Vec<String> = row
                .iter()
                .zip(&widths)
                .enumerate()
                .map(|(i, (cell, &width))| match i {
                    0 => format!("{cell:<width$}"),
                    _ => format!("{cell:>width$}"),
                })
                .collect();
            let line = cells.join(between);
            match markdown {
                true => text += &format!("{edge} {line} {edge}\n"),
                false => text += &format!("{}\n", line.trim_end()),
            }
            if number == 0 && markdown {
                let rule: Vec<String> = widths
                    .iter()
                    .enumerate()
                    .map(|(i, &width)| match i {
                        0 => "-".repeat(width),
                        _ => "-".repeat(width - 1) + ":",
                    })
                    .collect();
                text += &format!("{edge} {} {edge}\n", rule.join(between));
            }
        }
        text
    }
}

/// Two digits behind the point at most, none where there is nothing to say.
fn number(value: f64) -> String {
    if value.fract().abs() < 0.005 || value >= 1000.0 {
        format!("{value:.0}")
    } else if value >= 100.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

fn micros(nanos: u64) -> String {
    number(nanos as f64 / 1000.0)
}

/// The mean, and the greatest if that is another.
fn mean_and_max(spread: Spread) -> String {
    if spread.min == spread.max {
        return spread.max.to_string();
    }
    format!("{} ({})", number(spread.mean), spread.max)
}

type Column<'a> = (&'static str, &'a dyn Fn(&Report) -> String);

/// One row for each number of nodes.
fn by_nodes(reports: &[Report], columns: &[Column<'_>]) -> Table {
    let head = std::iter::once("nodes").chain(columns.iter().map(|(head, _)| *head)).collect();
    let row = |report: &Report| {
        let cells = columns.iter().map(|(_, show)| show(report));
        std::iter::once(report.nodes.to_string()).chain(cells).collect()
    };
    Table { head, rows: reports.iter().map(row).collect() }
}

/// A cell about one step; a run that failed may not have come so far.
fn of(report: &Report, step: &str, show: impl Fn(&Cost) -> String) -> String {
    report.cost(step).map_or_else(|| "?".to_owned(), show)
}

/// How the cost of synchronization and of data grows with the number of nodes.
pub(super) fn data(reports: &[Report]) -> Table {
    let trips = |step| move |r: &Report| of(r, step, |cost| mean_and_max(cost.round_trips));
    let time = |step| move |r: &Report| of(r, step, |cost| micros(cost.nanos_median));
    by_nodes(
        reports,
        &[
            ("get", &trips("get")),
            ("µs", &time("get")),
            ("put", &trips("put")),
            ("µs", &time("put")),
            ("put 4 KiB", &trips("put 4 KiB")),
            ("µs", &time("put 4 KiB")),
            ("fetch_add", &trips("fetch_add")),
            ("µs", &time("fetch_add")),
            ("barrier", &|r| of(r, "barrier", |cost| mean_and_max(cost.writes))),
            ("µs", &time("barrier")),
            ("reduce", &trips("reduce")),
            ("µs", &time("reduce")),
        ],
    )
}

/// How the cost of joining, creating, connecting and leaving grows.
pub(super) fn control(reports: &[Report]) -> Table {
    let messages = |step| move |r: &Report| of(r, step, |cost| number(cost.messages.mean));
    let bytes = |step| move |r: &Report| of(r, step, |cost| number(cost.message_bytes.mean));
    by_nodes(
        reports,
        &[
            ("join: messages", &messages("join")),
            ("bytes", &bytes("join")),
            ("ms", &|r| of(r, "join", |cost| number(cost.nanos_median as f64 / 1e6))),
            ("create: messages", &messages("create array")),
            ("bytes", &bytes("create array")),
            ("pairs after barriers", &|r| mean_and_max(r.pairs_after_barriers)),
            ("pairs after all", &|r| mean_and_max(r.pairs_after_operations)),
            ("leave: messages", &messages("leave")),
            ("bytes", &bytes("leave")),
        ],
    )
}

/// What the simulation itself takes.
pub(super) fn simulation(reports: &[Report]) -> Table {
    let peak =
        |r: &Report| r.peak_bytes.map_or_else(|| "?".to_owned(), |it| (it >> 20).to_string());
    by_nodes(
        reports,
        &[
            ("virtual ms", &|r| number(r.virtual_nanos as f64 / 1e6)),
            ("scheduler steps", &|r| r.scheduler_steps.to_string()),
            ("real s", &|r| number(r.real_seconds)),
            ("op/s under steady load", &|r| format!("{:.0}", r.speed())),
            ("peak MiB", &peak),
        ],
    )
}

/// What each step costs in one job. Means are for each node that took part, with the greatest of any
/// node in parentheses where it differs, and the sum over all nodes.
pub(super) fn costs(report: &Report) -> Table {
    let head = vec![
        "operation",
        "nodes",
        "round trips",
        "sum",
        "READs",
        "WRITEs",
        "atomics",
        "bytes",
        "sum",
        "pairs made",
        "sum",
        "messages",
        "their bytes",
        "sum",
        "µs",
    ];
    let row = |cost: &Cost| {
        vec![
            cost.step.clone(),
            cost.nodes.to_string(),
            mean_and_max(cost.round_trips),
            cost.round_trips.sum.to_string(),
            mean_and_max(cost.reads),
            mean_and_max(cost.writes),
            mean_and_max(cost.atomics),
            mean_and_max(cost.bytes),
            cost.bytes.sum.to_string(),
            mean_and_max(cost.queue_pairs),
            cost.queue_pairs.sum.to_string(),
            mean_and_max(cost.messages),
            mean_and_max(cost.message_bytes),
            cost.message_bytes.sum.to_string(),
            micros(cost.nanos_median),
        ]
    };
    Table { head, rows: report.costs.iter().map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let rows = vec![
            vec!["barrier".to_owned(), "12".to_owned()],
            vec!["get".to_owned(), "1 (2)".to_owned()],
        ];
        let table = Table { head: vec!["step", "µs"], rows };
        assert_eq!(table.to_text(false), "step        µs\nbarrier     12\nget      1 (2)\n");
        assert_eq!(
            table.to_text(true),
            "| step    |    µs |\n| ------- | ----: |\n| barrier |    12 |\n| get     | 1 (2) |\n"
        );
    }

    #[test]
    fn numbers_are_short() {
        for (value, text) in
            [(0.0, "0"), (2.0, "2"), (1.984, "1.98"), (123.456, "123.5"), (1234.5, "1234")]
        {
            assert_eq!(number(value), text);
        }
        let spread = Spread { min: 1, max: 3, sum: 4, mean: 2.0 };
        assert_eq!(mean_and_max(spread), "2 (3)");
        assert_eq!(mean_and_max(Spread { min: 3, ..spread }), "3");
    }
}
