//! `--compare OLD.json`: medians beside those of an earlier report.

use std::path::Path;

use super::json::Earlier;
use super::{Machine, Row, figures};
use crate::style::{bold, dim, green, red, wrap, yellow};

/// Less than this is noise on most machines.
const NOTABLE: f64 = 0.05;

/// What is compared of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Latency,
    Rate,
    Bandwidth,
}

impl What {
    /// Of a row with a latency it is that; else how many operations there are, else how many bytes.
    fn of(row: &Row) -> Option<(What, f64)> {
        let latency = row.latency.as_ref().map(|latency| (What::Latency, latency.median));
        let rate = row.rate.map(|rate| (What::Rate, rate.median));
        let bandwidth = row.bandwidth.map(|rate| (What::Bandwidth, rate.median));
        latency.or(rate).or(bandwidth).filter(|(_, value)| value.is_finite() && *value > 0.0)
    }

    fn name(self) -> &'static str {
        match self {
            What::Latency => "latency",
            What::Rate => "rate",
            What::Bandwidth => "bandwidth",
        }
    }

    fn text(self, value: f64) -> String {
        match self {
            What::Latency => figures::time(value),
            What::Rate => figures::rate(value),
            What::Bandwidth => figures::bandwidth(value),
        }
    }
}

/// The rows of one test with one setting.
#[derive(Debug)]
struct Case {
    test: String,
    /// What it was run with, for people.
    setting: String,
    nodes: u32,
    what: What,
    /// Of each repetition.
    values: Vec<f64>,
}

impl Case {
    fn median(&self) -> f64 {
        let mut values = self.values.clone();
        values.sort_by(f64::total_cmp);
        f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2])
    }

    /// Whether it measures the same.
    fn is(&self, other: &Case) -> bool {
        (&self.test, &self.setting, self.nodes, self.what)
            == (&other.test, &other.setting, other.nodes, other.what)
    }

    fn name(&self) -> String {
        match self.setting.as_str() {
            "" => self.test.clone(),
            setting => format!("{} {setting}", self.test),
        }
    }
}

/// What the rows measure, repetitions together.
fn cases(rows: &[Row]) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for row in rows {
        let Some((what, value)) = What::of(row) else { continue };
        let (test, setting) = (row.test.clone(), row.setting());
        let case = Case { test, setting, nodes: row.nodes, what, values: vec![value] };
        match cases.iter_mut().find(|other| other.is(&case)) {
            Some(other) => other.values.push(value),
            None => cases.push(case),
        }
    }
    cases
}

/// The text that compares: what differs between the machines, the ratios, and what has no counterpart.
pub(crate) fn text(file: &Path, earlier: &Earlier, machine: &Machine, rows: &[Row]) -> String {
    let build = &earlier.machine;
    let commit = build.commit.as_deref().unwrap_or("unknown");
    let title = format!("Compared with {}", file.display());
    let mut text =
        format!("\n{}  {}\n", bold(title), dim(format!("commit {commit}, {}", build.date)));
    let differences = differences(build, machine);
    for difference in &differences {
        text += &format!("  {}\n", yellow(difference));
    }
    if build.provider != machine.provider {
        return text + "  Another provider is another thing: nothing is compared.\n";
    }
    if !differences.is_empty() {
        text += &format!("  {}\n", yellow("Ratios tell of these differences as well."));
    }
    text + &table_of(&cases(&earlier.rows), &cases(rows))
}

/// In what the machines and the builds differ that has an influence on figures.
fn differences(before: &Machine, now: &Machine) -> Vec<String> {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "unknown".to_owned());
    let nic = |machine: &Machine| {
        machine.nic.as_ref().map_or_else(
            || "none".to_owned(),
            |nic| {
                let part = nic.part.as_deref().unwrap_or("unknown");
                let firmware = nic.firmware.as_deref().unwrap_or("none");
                let rate =
                    nic.link_gbps.map_or_else(String::new, |rate| format!(", {rate} Gbit/s"));
                format!("{part}, firmware {firmware}{rate}")
            },
        )
    };
    [
        ("provider", before.provider.clone(), now.provider.clone()),
        ("processor", text(&before.cpu), text(&now.cpu)),
        ("processors", before.processors.to_string(), now.processors.to_string()),
        ("hypervisor", text(&before.hypervisor), text(&now.hypervisor)),
        ("governor", text(&before.governor), text(&now.governor)),
        ("kernel", text(&before.kernel), text(&now.kernel)),
        ("NIC", nic(before), nic(now)),
        ("profile", before.profile.clone(), now.profile.clone()),
        ("compiler", text(&before.rustc), text(&now.rustc)),
    ]
    .into_iter()
    .filter(|(_, before, now)| before != now)
    .map(|(name, before, now)| format!("other {name}: {before}, now {now}"))
    .collect()
}

/// The ratios, and what cannot be compared.
fn table_of(before: &[Case], now: &[Case]) -> String {
    let pairs: Vec<(&Case, &Case)> = now
        .iter()
        .filter_map(|now| Some((before.iter().find(|before| before.is(now))?, now)))
        .collect();
    let widest = |text: fn(&Case) -> &str| {
        pairs.iter().map(|(_, now)| text(now).chars().count()).max().unwrap_or(0)
    };
    let (tests, settings) = (widest(|case| &case.test), widest(|case| &case.setting));
    let mut text = String::new();
    if !pairs.is_empty() {
        let heading = format!(
            "  {:tests$}  {:settings$}  {:<9}  {:>9}  {:>9}  {:>6}",
            "", "", "", "before", "now", "ratio"
        );
        text += &format!("{}\n", dim(heading));
    }
    for (before, now) in &pairs {
        let what = now.what;
        let (old, new) = (before.median(), now.median());
        let ratio = new / old;
        let better = if what == What::Latency { 1.0 / ratio } else { ratio };
        let shown = format!("{ratio:>6.2}");
        let shown = match better {
            _ if better > 1.0 + NOTABLE => green(shown).to_string(),
            _ if better < 1.0 / (1.0 + NOTABLE) => red(shown).to_string(),
            _ => shown,
        };
        text += &format!(
            "  {:tests$}  {:settings$}  {:<9}  {:>9}  {:>9}  {shown}\n",
            now.test,
            now.setting,
            what.name(),
            what.text(old),
            what.text(new),
        );
    }
    text + &without_counterpart("only there", before, now)
        + &without_counterpart("only here", now, before)
}

/// Names what one report has and the other has not.
fn without_counterpart(place: &str, these: &[Case], others: &[Case]) -> String {
    let alone = these.iter().filter(|case| !others.iter().any(|other| other.is(case)));
    let names: Vec<String> = alone.map(Case::name).collect();
    if names.is_empty() {
        return String::new();
    }
    let names = format!("not compared, {place}: {}", names.join("; "));
    wrap(&names, 96).into_iter().map(|line| format!("  {}\n", dim(line))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::report::examples::{rate, row, sized};
    use crate::bench::report::machine::tests::machine;

    fn compared(before: Vec<Row>, now: &[Row], machine_now: &Machine) -> String {
        let earlier = Earlier { machine: machine(), rows: before };
        text(Path::new("old.json"), &earlier, machine_now, now)
    }

    #[test]
    fn medians_are_compared() {
        let bandwidth = |median| Row {
            size: Some(65536),
            depth: 16,
            rate: Some(rate(median / 65536.0)),
            bandwidth: Some(rate(median)),
            ..row("read-bw", "raw")
        };
        let before = vec![sized("get", "array", 8, 1000.0), bandwidth(6.5536e9)];
        // The middle one of three repetitions counts.
        let mut now: Vec<Row> =
            [900.0, 1200.0, 1100.0].map(|it| sized("get", "array", 8, it)).into();
        now.push(bandwidth(3.2768e9));
        let expected = "
Compared with old.json  commit 0123456789ab, 2026-11-21T17:30:59Z
                                           before        now   ratio
  get      8 B               latency      1.00 µs    1.10 µs    1.10
  read-bw  64 KiB, depth 16  rate         100 k/s   50.0 k/s    0.50
";
        assert_eq!(compared(before, &now, &machine()), expected);
    }

    #[test]
    fn what_has_no_counterpart_is_named() {
        let before = vec![sized("get", "array", 8, 1000.0), sized("put", "array", 8, 1000.0)];
        let mut other = sized("get", "array", 8, 1000.0);
        other.nodes = 4;
        let text = compared(before, &[sized("get", "array", 16, 1.0), other], &machine());
        assert!(text.contains("not compared, only there: get 8 B; put 8 B"), "{text}");
        assert!(text.contains("not compared, only here: get 16 B; get 8 B"), "{text}");
        assert!(!text.contains("ratio"), "{text}");
    }

    #[test]
    fn other_machines_are_noticed() {
        let rows = vec![sized("get", "array", 8, 1000.0)];
        let other = Machine { cpu: Some("Xeon".to_owned()), nic: None, ..machine() };
        let text = compared(rows.clone(), &rows, &other);
        for part in [
            "other processor: AMD EPYC 9654, now Xeon",
            "other NIC: MT4123, firmware 20.31.1014, 100 Gbit/s, now none",
            "Ratios tell of these differences as well.",
            "1.00 µs    1.00 µs    1.00",
        ] {
            assert!(text.contains(part), "{part:?} is not in {text}");
        }
        let text =
            compared(rows.clone(), &rows, &Machine { provider: "shm".to_owned(), ..machine() });
        assert!(text.contains("other provider: verbs, now shm"), "{text}");
        assert!(text.contains("nothing is compared") && !text.contains("ratio"), "{text}");
    }
}
