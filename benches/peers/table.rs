//! The tables, as Markdown.

use std::fmt::Write;

use crate::contenders::PANGEA;
use crate::rows::{Goal, Row, Unit, digits};
use crate::sampling::{Samples, Who};
use crate::statistics::{Ratio, Series, median, own_spread, range, ratio};

/// Contenders of one row, best first; the limit before all.
struct Field<'a> {
    row: &'a Row,
    limit: Option<&'a Series>,
    best: Option<&'a Series>,
    sorted: Vec<(&'a Who, &'a Series, f64)>,
}

impl<'a> Field<'a> {
    fn new(row: &'a Row, samples: &'a Samples) -> Field<'a> {
        let mut sorted: Vec<_> = samples
            .of(row.key)
            .filter_map(|(who, series)| Some((who, series, median(series)?)))
            .collect();
        sorted.sort_by(
            |a, b| if row.unit.is_time() { a.2.total_cmp(&b.2) } else { b.2.total_cmp(&a.2) },
        );
        let limit = sorted.iter().find(|(who, ..)| who.is_limit()).map(|found| found.1);
        let best = sorted.iter().find(|(who, ..)| who.contender == PANGEA).map(|found| found.1);
        sorted.sort_by_key(|(who, ..)| !who.is_limit());
        Field { row, limit, best, sorted }
    }

    /// The best of those whose names begin so; neither the limit nor Pangea.
    fn best_of(&self, names: &[&str]) -> Option<(&'a Who, &'a Series)> {
        let peers =
            self.sorted.iter().filter(|(who, ..)| !who.is_limit() && who.contender != PANGEA);
        let mut named =
            peers.filter(|(who, ..)| names.iter().any(|name| who.contender.starts_with(name)));
        // What the library's manual calls its own, not a plain load through a pointer that it gave away.
        named.find(|(who, ..)| !is_in_place(who)).map(|(who, series, _)| (*who, *series))
    }

    /// How many times as fast as `other` Pangea is.
    fn times_as_fast(&self, other: &[Option<f64>]) -> Option<Ratio> {
        if self.row.unit.is_time() { ratio(other, self.best?) } else { ratio(self.best?, other) }
    }
}

/// Loads, stores and atomics of the processor through a pointer that a peer hands out: the limit by another name.
fn is_in_place(who: &Who) -> bool {
    who.variant.ends_with("the shared window")
}

fn spread(ratio: Ratio) -> String {
    format!("{} to {}", digits(ratio.least), digits(ratio.greatest))
}

/// Everything that stands between the markers.
pub(crate) fn render(
    rows: &[&Row],
    samples: &Samples,
    skipped: &[(String, String)],
    machine: &str,
) -> String {
    let fields: Vec<Field<'_>> = rows.iter().map(|row| Field::new(row, samples)).collect();
    let (raw, compared): (Vec<_>, Vec<_>) =
        fields.iter().partition(|field| field.row.goals.is_empty());
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = goals(&mut text, &compared)
        .and_then(|()| figures(&mut text, &compared))
        .and_then(|()| limits(&mut text, &raw));
    if !skipped.is_empty() {
        text += "Skipped:\n\n";
        for (name, reason) in skipped {
            text += &format!("- {name}: {reason}\n");
        }
        text.push('\n');
    }
    text + machine
}

fn figures(text: &mut String, fields: &[&Field<'_>]) -> std::fmt::Result {
    writeln!(
        text,
        "| operation | by | median | least to greatest | to the limit | Pangea is, times as fast | its spread |"
    )?;
    writeln!(text, "| --- | --- | ---: | ---: | ---: | ---: | ---: |")?;
    for field in fields {
        let unit = field.row.unit;
        let mut title = field.row.title;
        for (who, series, middle) in &field.sorted {
            let (least, greatest) = range(series).unwrap_or((*middle, *middle));
            let limit =
                field.limit.filter(|_| !who.is_limit()).and_then(|limit| ratio(series, limit));
            let times = field.times_as_fast(series).filter(|_| who.contender != PANGEA);
            let by =
                if who.contender == PANGEA { format!("**{}**", who.title()) } else { who.title() };
            writeln!(
                text,
                "| {title} | {by} | {} | {} to {} | {} | {} | {} |",
                unit.show(*middle),
                digits_of(unit, least),
                digits_of(unit, greatest),
                limit.map_or_else(String::new, |ratio| format!("{}×", digits(ratio.median))),
                times.map_or_else(String::new, |ratio| format!("{}×", digits(ratio.median))),
                times.map_or_else(String::new, spread),
            )?;
            title = "";
        }
        if field.sorted.is_empty() {
            writeln!(text, "| {title} | nobody has given a figure | | | | | |")?;
        }
    }
    writeln!(text)
}

fn digits_of(unit: Unit, value: f64) -> String {
    unit.show(value).rsplit_once(' ').map_or_else(String::new, |(number, shown)| {
        // As the median beside it, unless the unit has changed on the way.
        if shown == unit.show(1.0).rsplit(' ').next().unwrap_or_default() {
            number.to_owned()
        } else {
            format!("{number} {shown}")
        }
    })
}

fn limits(text: &mut String, fields: &[&Field<'_>]) -> std::fmt::Result {
    if fields.is_empty() {
        return Ok(());
    }
    writeln!(text, "| what the machine does | median | least to greatest |")?;
    writeln!(text, "| --- | ---: | ---: |")?;
    for field in fields {
        for (_, series, middle) in &field.sorted {
            let (least, greatest) = range(series).unwrap_or((*middle, *middle));
            let unit = field.row.unit;
            let (least, greatest) = (digits_of(unit, least), digits_of(unit, greatest));
            writeln!(
                text,
                "| {} | {} | {least} to {greatest} |",
                field.row.title,
                unit.show(*middle)
            )?;
        }
    }
    writeln!(text)
}

/// What a goal asks, what was found, and whether it holds.
struct Verdict {
    asked: String,
    found: String,
    holds: bool,
}

fn judge(field: &Field<'_>, goal: Goal) -> Option<Verdict> {
    let unit = field.row.unit;
    match goal {
        Goal::AboveLimit(most) => {
            let above = median(field.best?)? - median(field.limit?)?;
            Some(Verdict {
                asked: format!("at most {most} ns above the limit"),
                found: format!("{above:+.1} ns"),
                holds: above <= most,
            })
        }
        Goal::OfLimit(bound) => {
            let found = ratio(field.best?, field.limit?)?;
            let word = if unit.is_time() { "at most" } else { "at least" };
            Some(Verdict {
                asked: format!("{word} {bound}× the limit"),
                found: format!("{}× ({})", digits(found.median), spread(found)),
                holds: if unit.is_time() { found.median <= bound } else { found.median >= bound },
            })
        }
        Goal::TimesAsFast(least, names) => {
            let (who, series) = field.best_of(names)?;
            let found = field.times_as_fast(series)?;
            let whom = if names == [""] { "any peer".to_owned() } else { names.join(" and ") };
            let asked = if least > 1.0 {
                format!("{least}× as fast as {whom}")
            } else {
                format!("not behind {whom}")
            };
            Some(Verdict {
                asked,
                found: format!("{}× ({}): {}", digits(found.median), spread(found), who.title()),
                holds: found.median >= least,
            })
        }
        Goal::OfPeer(bound, name) => {
            let (who, series) = field.best_of(&[name])?;
            let found = ratio(field.best?, series)?;
            let own = own_spread(series)?;
            let time = unit.is_time();
            let word = if time { "at most" } else { "at least" };
            Some(Verdict {
                asked: format!(
                    "{word} {bound}× {}, and its own spread of {:.1} %",
                    who.contender,
                    own * 1e2
                ),
                found: format!(
                    "{:.3}× ({:.3} to {:.3})",
                    found.median, found.least, found.greatest
                ),
                holds: if time {
                    found.median <= bound * (1.0 + own)
                } else {
                    found.median >= bound / (1.0 + own)
                },
            })
        }
    }
}

fn goals(text: &mut String, fields: &[&Field<'_>]) -> std::fmt::Result {
    writeln!(text, "| operation | goal | found | holds |")?;
    writeln!(text, "| --- | --- | --- | --- |")?;
    for field in fields {
        for goal in field.row.goals {
            match judge(field, *goal) {
                Some(Verdict { asked, found, holds }) => {
                    let holds = if holds { "yes" } else { "**no**" };
                    writeln!(text, "| {} | {asked} | {found} | {holds} |", field.row.title)?;
                }
                None => writeln!(
                    text,
                    "| {} | {} | not measured: somebody is missing | |",
                    field.row.title,
                    name(*goal)
                )?,
            }
        }
    }
    writeln!(text)
}

/// A goal that cannot be judged.
fn name(goal: Goal) -> String {
    match goal {
        Goal::AboveLimit(most) => format!("at most {most} ns above the limit"),
        Goal::OfLimit(bound) => format!("{bound}× the limit"),
        Goal::TimesAsFast(least, names) => format!("{least}× as fast as {}", names.join(" and ")),
        Goal::OfPeer(bound, name) => format!("{bound}× {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contenders::LIMIT;
    use crate::figure::Figure;
    use crate::options::Class;
    use crate::rows;

    fn rendered(class: Class, row: &str, figures: &[(&str, &str, [f64; 3])]) -> String {
        let mut samples = Samples::default();
        for (contender, variant, values) in figures {
            for (round, value) in values.iter().enumerate() {
                samples.add(contender, round, Figure::new(row, variant, *value));
            }
        }
        let rows = rows::of(class, &[row.to_owned()]).expect("is a row");
        render(&rows, &samples, &[("UCX".to_owned(), "not installed".to_owned())], "Some machine.")
    }

    #[test]
    fn times_are_compared_with_the_limit_and_with_peers() {
        let text = rendered(
            Class::Shm,
            "add",
            &[
                ("Pangea", "fetch_add", [6.0, 5.0, 7.0]),
                ("Pangea", LIMIT, [2.0, 2.0, 2.0]),
                ("Open MPI RMA", "", [9.0, 30.0, 9.0]),
            ],
        );
        assert!(
            text.contains(
                "| fetch-add | limit | 2.00 ns | 2.00 to 2.00 |  | 0.33× | 0.29 to 0.40 |"
            ),
            "{text}"
        );
        assert!(
            text.contains("|  | **Pangea: fetch_add** | 6.00 ns | 5.00 to 7.00 | 3.00× |  |  |"),
            "{text}"
        );
        assert!(
            text.contains(
                "|  | Open MPI RMA | 9.00 ns | 9.00 to 30.0 | 4.50× | 1.50× | 1.29 to 6.00 |"
            ),
            "{text}"
        );
        assert!(text.contains("at most 5 ns above the limit | +4.0 ns | yes"), "{text}");
        assert!(
            text.contains(
                "2× as fast as Open MPI and UCX | 1.50× (1.29 to 6.00): Open MPI RMA | **no**"
            ),
            "{text}"
        );
        assert!(text.contains("- UCX: not installed"), "{text}");
        assert!(text.ends_with("Some machine."), "{text}");
    }

    #[test]
    fn of_rates_more_is_better() {
        let text = rendered(
            Class::Shm,
            "histogram",
            &[
                ("Pangea", "", [60.0, 50.0, 70.0]),
                ("Lamellar", "", [30.0, 30.0, 30.0]),
                ("Open MPI RMA", "CPU atomics in the shared window", [300.0, 300.0, 300.0]),
            ],
        );
        assert!(
            text.contains(
                "not behind Lamellar and Open MPI | 2.00× (1.67 to 2.33): Lamellar | yes"
            ),
            "{text}"
        );
        assert!(
            text.contains("| random increments of 1 Mi words by both | Open MPI RMA: CPU atomics"),
            "{text}"
        );
    }

    #[test]
    fn a_peer_has_its_own_spread_on_top() {
        let figures = |ours| [("perftest", "", [10.0, 11.0, 10.0]), ("Pangea", "", [ours; 3])];
        let text = rendered(Class::Rxe, "read8", &figures(11.0));
        assert!(
            text.contains("its own spread of 10.0 % | 1.100× (1.000 to 1.100) | yes"),
            "{text}"
        );
        let text = rendered(Class::Rxe, "read8", &figures(11.6));
        assert!(text.contains("| **no** |"), "{text}");
    }

    #[test]
    fn what_was_not_measured_is_said() {
        let text = rendered(Class::Shm, "barrier", &[("Pangea", "", [1.0, 1.0, 1.0])]);
        assert!(text.contains("not measured: somebody is missing"), "{text}");
        assert!(rendered(Class::Shm, "put", &[]).contains("nobody has given a figure"));
    }
}
