//! Rounds: every contender gives a sample in each, so that what disturbs the machine disturbs all.

use std::collections::BTreeMap;

use crate::contenders::{Contender, LIMIT};
use crate::figure::Figure;
use crate::rows::Row;
use crate::statistics::Series;

/// All samples, by row and by who gave them.
#[derive(Debug, Default)]
pub(crate) struct Samples(BTreeMap<String, BTreeMap<Who, Series>>);

/// Who gave a figure: a contender, and by which of its ways.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Who {
    pub(crate) contender: String,
    pub(crate) variant: String,
}

impl Who {
    /// As the table names it.
    pub(crate) fn title(&self) -> String {
        if self.variant.is_empty() {
            self.contender.clone()
        } else {
            format!("{}: {}", self.contender, self.variant)
        }
    }

    pub(crate) fn is_limit(&self) -> bool {
        self.contender == LIMIT
    }
}

impl Samples {
    pub(crate) fn of(&self, row: &str) -> impl Iterator<Item = (&Who, &Series)> {
        self.0.get(row).into_iter().flatten()
    }

    pub(crate) fn add(&mut self, contender: &str, round: usize, figure: Figure) {
        // A limit is a limit, whoever has measured it: in the same process, where it can be.
        let who = if figure.variant == LIMIT {
            Who { contender: LIMIT.to_owned(), variant: String::new() }
        } else {
            Who { contender: contender.to_owned(), variant: figure.variant }
        };
        let series = self.0.entry(figure.row).or_default().entry(who).or_default();
        series.resize(series.len().max(round + 1), None);
        series[round] = Some(figure.value);
    }
}

/// Who is to give a sample first in a round changes from round to round.
fn order(round: usize, contenders: usize) -> impl Iterator<Item = usize> {
    (0..contenders).map(move |place| (place + round) % contenders)
}

/// Runs `rounds` rounds. A contender that fails twice in a row is left out from then on; its reason goes to `skipped`.
pub(crate) fn run(
    contenders: &mut [Box<dyn Contender>],
    rows: &[&Row],
    rounds: usize,
    skipped: &mut Vec<(String, String)>,
) -> Samples {
    let mut samples = Samples::default();
    let mut out = vec![false; contenders.len()];
    for round in 0..rounds {
        eprintln!("round {} of {rounds}", round + 1);
        for number in order(round, contenders.len()) {
            let contender = &mut contenders[number];
            let wanted: Vec<&str> = rows
                .iter()
                .map(|row| row.key)
                .filter(|key| contender.rows().contains(key))
                .collect();
            if out[number] || wanted.is_empty() {
                continue;
            }
            match contender.sample(&wanted).or_else(|_| contender.sample(&wanted)) {
                Ok(figures) => {
                    for figure in
                        figures.into_iter().filter(|figure| wanted.contains(&figure.row.as_str()))
                    {
                        samples.add(contender.name(), round, figure);
                    }
                }
                Err(reason) => {
                    eprintln!(
                        "skipped from round {} on: {}: {reason}",
                        round + 1,
                        contender.name()
                    );
                    let reason = format!("from round {} on: {reason}", round + 1);
                    skipped.push((contender.name().to_owned(), reason));
                    out[number] = true;
                }
            }
        }
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Class;
    use crate::rows;

    struct Fake {
        calls: usize,
        fails: bool,
    }

    impl Contender for Fake {
        fn name(&self) -> &str {
            if self.fails { "failing" } else { "fake" }
        }
        fn rows(&self) -> &[&'static str] {
            &["get"]
        }
        fn prepare(&mut self) -> Result<String, String> {
            Ok("1".into())
        }
        fn sample(&mut self, rows: &[&str]) -> Result<Vec<Figure>, String> {
            assert_eq!(rows, ["get"]);
            self.calls += 1;
            // Once in a while is forgiven, for ever is not.
            if self.fails || self.calls == 1 {
                return Err("it is broken".into());
            }
            Ok(vec![Figure::new("get", "", self.calls as f64), Figure::new("put", "", 1.0)])
        }
    }

    #[test]
    fn every_round_has_its_samples_and_failures_are_told() {
        let mut contenders: Vec<Box<dyn Contender>> = vec![
            Box::new(Fake { calls: 0, fails: false }),
            Box::new(Fake { calls: 0, fails: true }),
        ];
        let rows = rows::of(Class::Shm, &[]).expect("are there");
        let mut skipped = Vec::new();
        let samples = run(&mut contenders, &rows, 3, &mut skipped);
        let found: Vec<_> = samples.of("get").collect();
        let who = Who { contender: "fake".into(), variant: String::new() };
        assert_eq!(found, [(&who, &vec![Some(2.0), Some(3.0), Some(4.0)])]);
        assert_eq!(samples.of("put").count(), 0, "nobody asked for it");
        assert_eq!(skipped, [("failing".to_owned(), "from round 1 on: it is broken".to_owned())]);
    }

    #[test]
    fn everybody_comes_first_once() {
        let first: Vec<_> = (0..3).map(|round| order(round, 3).next()).collect();
        assert_eq!(first, [Some(0), Some(1), Some(2)]);
    }

    #[test]
    fn a_round_without_a_sample_stays_empty() {
        let mut samples = Samples::default();
        samples.add("a", 0, Figure::new("get", "", 1.0));
        samples.add("a", 2, Figure::new("get", "", 3.0));
        samples.add("b", 0, Figure::new("get", LIMIT, 0.5));
        let series: Vec<_> = samples.of("get").collect();
        assert_eq!(series[0].1, &vec![Some(1.0), None, Some(3.0)]);
        assert!(series[1].0.is_limit());
    }
}
