//! Figures beside their goals, as lines of a table.

use std::collections::BTreeMap;

use crate::figures::median;

/// Figures of one round, by name.
pub type Figures = BTreeMap<String, f64>;

/// What a figure must be.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// At most the sum of so many times other figures.
    AtMost(&'static [(f64, &'static str)]),
    /// At least so many times another figure.
    AtLeast(f64, &'static str),
    /// None; what others need is shown beside it.
    None(&'static str),
}

/// A line of the table.
#[derive(Debug)]
pub struct Row {
    /// The name of its figure.
    pub figure: &'static str,
    /// What it says.
    pub title: &'static str,
    /// The unit of the figure.
    pub unit: &'static str,
    /// What it must be.
    pub goal: Goal,
}

/// A line.
pub const fn row(figure: &'static str, title: &'static str, unit: &'static str, goal: Goal) -> Row {
    Row { figure, title, unit, goal }
}

/// The line as a text; none if there is no figure.
pub fn line(row: &Row, rounds: &[Figures]) -> Option<String> {
    let found: Vec<f64> =
        rounds.iter().filter_map(|round| round.get(row.figure)).copied().collect();
    if found.is_empty() {
        return None;
    }
    let (title, figure, unit) = (row.title, median(&found), row.unit);
    let start = format!("  {title:<44} {figure:>9.3} {unit:<4}");
    let line = match verdict(row, rounds) {
        Some((ratio, holds)) => {
            let holds = if holds { "holds" } else { "FAILS" };
            format!("{start} {ratio:5.2} × {}: {holds}", limit(row.goal))
        }
        None => format!("{start} {}", limit(row.goal)),
    };
    Some(line.trim_end().to_owned())
}

/// The median of the ratios of the rounds to what the goal speaks of, and whether it holds.
fn verdict(row: &Row, rounds: &[Figures]) -> Option<(f64, bool)> {
    let ratio = |round: &Figures| {
        let figure = round.get(row.figure)?;
        let limit = match row.goal {
            Goal::AtMost(parts) => {
                parts.iter().map(|(times, name)| Some(times * round.get(*name)?)).sum()
            }
            Goal::AtLeast(share, name) => round.get(name).map(|limit| share * limit),
            Goal::None(_) => None,
        };
        limit.map(|limit: f64| figure / limit)
    };
    let ratios: Vec<f64> = rounds.iter().filter_map(ratio).collect();
    if ratios.is_empty() {
        return None;
    }
    let ratio = median(&ratios);
    match row.goal {
        // Of one figure, the plain ratio says more than the share of the limit that is used.
        Goal::AtMost([(times, _)]) => Some((ratio * times, ratio <= 1.0)),
        Goal::AtMost(_) => Some((ratio, ratio <= 1.0)),
        Goal::AtLeast(share, _) => Some((ratio * share, ratio >= 1.0)),
        Goal::None(_) => None,
    }
}

/// The goal in words.
fn limit(goal: Goal) -> String {
    match goal {
        Goal::AtMost([(times, name)]) => format!("{name} (goal: at most {times})"),
        Goal::AtMost(parts) => {
            let parts: Vec<String> =
                parts.iter().map(|(times, name)| format!("{times} {name}")).collect();
            format!("({}) (goal: at most 1)", parts.join(" + "))
        }
        Goal::AtLeast(share, name) => format!("{name} (goal: at least {share})"),
        Goal::None("") => String::new(),
        Goal::None(note) => format!("({note})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounds(rounds: &[&[(&str, f64)]]) -> Vec<Figures> {
        let figures = |round: &&[(&str, f64)]| {
            round.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
        };
        rounds.iter().map(figures).collect()
    }

    const MISS: Row = Row {
        figure: "miss",
        title: "miss",
        unit: "µs",
        goal: Goal::AtMost(&[(1.3, "bare"), (1.2, "lat")]),
    };

    #[test]
    fn a_goal_may_be_of_several_figures() {
        let slow = rounds(&[&[("miss", 60.0), ("bare", 10.0), ("lat", 35.0)]]);
        assert!(verdict(&MISS, &slow).is_some_and(|(ratio, holds)| ratio > 1.0 && !holds));
        let fast = rounds(&[&[("miss", 11.0), ("bare", 10.0), ("lat", 35.0)]]);
        assert_eq!(verdict(&MISS, &fast), Some((0.2, true)));
        assert_eq!(verdict(&MISS, &rounds(&[&[("miss", 1.0), ("bare", 1.0)]])), None);
    }

    #[test]
    fn the_median_of_the_rounds_counts() {
        let row = Row { goal: Goal::AtMost(&[(1.3, "bare")]), ..MISS };
        let rounds = rounds(&[
            &[("miss", 1.0), ("bare", 1.0)],
            &[("miss", 9.0), ("bare", 1.0)],
            &[("miss", 2.5), ("bare", 2.0)],
        ]);
        let (ratio, holds) = verdict(&row, &rounds).expect("has figures");
        assert!(holds && (ratio - 1.25).abs() < 1e-12, "{ratio}");
        let text = line(&row, &rounds).expect("has figures");
        assert!(
            text.contains("2.500 µs") && text.ends_with("1.25 × bare (goal: at most 1.3): holds"),
            "{text}"
        );
    }

    #[test]
    fn of_rates_more_is_better() {
        let row = Row { figure: "scan", goal: Goal::AtLeast(0.8, "bw"), ..MISS };
        let one = |scan| rounds(&[&[("scan", scan), ("bw", 100.0)]]);
        assert!(
            verdict(&row, &one(85.0))
                .is_some_and(|(ratio, holds)| holds && (ratio - 0.85).abs() < 1e-12)
        );
        assert!(verdict(&row, &one(75.0)).is_some_and(|(_, holds)| !holds));
        assert_eq!(line(&row, &rounds(&[&[("bw", 100.0)]])), None);
    }
}
