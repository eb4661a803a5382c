//! What was seen, set against what may be.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Outcome, Outcomes, Test};
use crate::check::Violation;

/// A line of the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// The test.
    pub test: Test,
    /// What may be.
    pub outcomes: Outcomes,
    /// What was seen; `None` when the test was not run.
    pub seen: Option<BTreeSet<Outcome>>,
    /// What it cost to see it, where that is to be shown.
    pub cost: Option<Cost>,
}

/// What a search cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Runs begun.
    pub runs: u64,
    /// Different states met.
    pub states: u64,
    /// Real time.
    pub time: Duration,
}

/// Checks that nothing was seen but what `may` be seen: one of the sets of [`Outcomes`].
///
/// # Errors
/// The outcomes that must not be, with the program.
pub fn judge(
    test: &Test,
    may: &BTreeSet<Outcome>,
    seen: &BTreeSet<Outcome>,
) -> Result<(), Violation> {
    let wrong: Vec<String> = seen.difference(may).map(Outcome::to_string).collect();
    if wrong.is_empty() {
        return Ok(());
    }
    let right: Vec<String> = may.iter().map(Outcome::to_string).collect();
    let text = format!(
        "{test} came out as {}, but may only as {}\n{}",
        wrong.join(", "),
        right.join(", "),
        test.program
    );
    Err(Violation::new("Relaxed", text))
}

/// The rows as a table in Markdown: how many outcomes each test has and, with a `*`, whether the telling one
/// is among them. What was seen beyond the expected is marked `!`, less than that `<`; `-` stands for
/// not run.
pub fn table(rows: &[Row]) -> String {
    let lines = rows.iter().map(Row::line);
    std::iter::once(Row::head()).chain(lines).collect()
}

impl Row {
    /// The first lines of a table.
    pub fn head() -> String {
        let titles =
            ["test", "operations", "homes", "allowed", "expected", "seen", "runs", "states", "ms"];
        line(titles) + &line(["---"; 9])
    }

    /// Its line of a table.
    pub fn line(&self) -> String {
        let Row { test, outcomes, seen, cost } = self;
        let count = |outcomes: &BTreeSet<Outcome>| {
            let telling = outcomes.iter().any(|outcome| test.is_telling(outcome));
            format!("{}{}", outcomes.len(), if telling { "*" } else { " " })
        };
        let seen = seen.as_ref().map_or("- ".to_owned(), |seen| {
            let mark = if !seen.is_subset(&outcomes.expected) {
                "!"
            } else if seen.len() < outcomes.expected.len() {
                "<"
            } else {
                ""
            };
            format!("{mark}{}", count(seen))
        });
        let cost = |part: fn(&Cost) -> u128| {
            cost.as_ref().map_or("-".to_owned(), |cost| part(cost).to_string())
        };
        line([
            &test.shape.to_string(),
            &test.accesses.to_string(),
            &test.homes.to_string(),
            &count(&outcomes.allowed),
            &count(&outcomes.expected),
            &seen,
            &cost(|cost| cost.runs.into()),
            &cost(|cost| cost.states.into()),
            &cost(|cost| cost.time.as_millis()),
        ])
    }
}

fn line(cells: [&str; 9]) -> String {
    let [test, accesses, homes, allowed, expected, seen, runs, states, time] = cells;
    format!(
        "| {test:<4} | {accesses:<15} | {homes:<8} | {allowed:>7} | {expected:>8} | {seen:>8} \
         | {runs:>6} | {states:>6} | {time:>6} |\n"
    )
}
