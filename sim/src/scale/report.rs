//! [`Report`]: what was counted of one job, and what is to be expected of it.

use std::io;

use serde::{Deserialize, Serialize};

/// A count over the nodes of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The least of any node.
    pub min: u64,
    /// The greatest.
    pub max: u64,
    /// Of all nodes together.
    pub sum: u64,
    /// The sum by the number of nodes that took part. Others may have counted too, as the other ends
    /// of queue pairs.
    pub mean: f64,
}

impl Spread {
    /// That of these counts, one for each node, of which `taking_part` took part.
    pub(super) fn of(counts: impl Iterator<Item = u64> + Clone, taking_part: u32) -> Spread {
        let sum = counts.clone().sum();
        Spread {
            min: counts.clone().min().unwrap_or_default(),
            max: counts.max().unwrap_or_default(),
            sum,
            mean: sum as f64 / f64::from(taking_part.max(1)),
        }
    }
}

/// What a step of a job costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// What was done.
    pub step: String,
    /// How many nodes took part.
    pub nodes: u32,
    /// Batches of operations posted, each with one doorbell.
    pub round_trips: Spread,
    /// READs.
    pub reads: Spread,
    /// WRITEs.
    pub writes: Spread,
    /// Atomics.
    pub atomics: Spread,
    /// Bytes that READs and WRITEs moved.
    pub bytes: Spread,
    /// Queue pairs made, each counted at both ends.
    pub queue_pairs: Spread,
    /// Queue pairs made until the end of the step.
    pub pairs_made: Spread,
    /// Messages of the control plane, sent and received.
    pub messages: Spread,
    /// Their bytes.
    pub message_bytes: Spread,
    /// Virtual time, the median over the nodes that took part, in nanoseconds.
    pub nanos_median: u64,
    /// The longest of them.
    pub nanos_max: u64,
    /// Real time, the counting included.
    pub real_seconds: f64,
}

impl Cost {
    /// One-sided operations of all nodes.
    pub fn operations(&self) -> u64 {
        self.reads.sum + self.writes.sum + self.atomics.sum
    }
}

/// What was counted of a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// How many nodes it had.
    pub nodes: u32,
    /// Where its chance came from.
    pub seed: u64,
    /// Its steps, in order.
    pub costs: Vec<Cost>,
    /// Queue pairs that a node had made after two barriers.
    pub pairs_after_barriers: Spread,
    /// And after everything that all nodes did alike.
    pub pairs_after_operations: Spread,
    /// Virtual time of the whole job.
    pub virtual_nanos: u64,
    /// Steps of the scheduler.
    pub scheduler_steps: u64,
    /// The fingerprint of all that happened.
    pub digest: u64,
    /// Real time of the whole job.
    pub real_seconds: f64,
    /// The most memory that its process ever had, where that was its only job.
    pub peak_bytes: Option<u64>,
    /// How it ended, if it did not end well.
    pub failure: Option<String>,
}

impl Report {
    /// The cost of a step.
    pub fn cost(&self, step: &str) -> Option<&Cost> {
        self.costs.iter().find(|cost| cost.step == step)
    }

    /// Simulated get, put and fetch_add operations per second of real time, under steady load.
    pub fn speed(&self) -> f64 {
        self.cost("steady").map_or(0.0, |cost| cost.operations() as f64 / cost.real_seconds)
    }

    /// Rounds of a barrier: ⌈log2 n⌉.
    fn rounds(&self) -> u64 {
        u64::from(self.nodes.next_power_of_two().trailing_zeros())
    }

    /// What is not as it should be; nothing, if all is.
    pub fn problems(&self) -> Vec<String> {
        if let Some(failure) = &self.failure {
            return vec![failure.clone()];
        }
        let mut problems = Vec::new();
        let mut expect = |good: bool, what: String| {
            if !good {
                problems.push(what);
            }
        };
        let rounds = self.rounds();
        for (step, count) in EXPECTED {
            let Some(cost) = self.cost(step) else {
                expect(false, format!("{step} has not been measured"));
                continue;
            };
            for (kind, spread, of) in [
                ("round trips", cost.round_trips, count.round_trips),
                ("READs", cost.reads, count.reads),
                ("WRITEs", cost.writes, count.writes),
                ("atomics", cost.atomics, count.atomics),
            ] {
                let expected = match of {
                    Times::Fixed(expected) => expected,
                    Times::EachRound => rounds,
                };
                let good = (spread.min, spread.max) == (expected, expected);
                let (min, max) = (spread.min, spread.max);
                expect(good, format!("{step} took {min} to {max} {kind}, not {expected}"));
            }
            let opened = (cost.queue_pairs.sum, cost.messages.sum);
            expect(opened == (0, 0), format!("{step} opened {opened:?} queue pairs by messages"));
        }
        for step in ["reduce", "broadcast"] {
            let Some(cost) = self.cost(step) else {
                expect(false, format!("{step} has not been measured"));
                continue;
            };
            // Up and down each edge of a tree, once.
            let (sum, max) = (cost.round_trips.sum, cost.round_trips.max);
            let edges = 2 * (u64::from(self.nodes) - 1);
            expect(sum == edges, format!("{step} took {sum} round trips, not {edges}"));
            expect(max <= 2 * rounds, format!("{step} took {max} round trips at one node"));
        }
        // Two ends for each round; for the tree as many again at most; and the partner's.
        let pairs = self.pairs_after_barriers.max;
        expect(pairs <= 2 * rounds, format!("{pairs} queue pairs at one node after barriers"));
        let pairs = self.pairs_after_operations.max;
        expect(pairs <= 4 * rounds + 2, format!("{pairs} queue pairs at one node after all"));
        problems
    }

    /// As one line.
    ///
    /// # Errors
    /// When that fails.
    pub(super) fn to_json(&self) -> io::Result<String> {
        Ok(serde_json::to_string(self)?)
    }

    pub(super) fn from_json(text: &str) -> io::Result<Report> {
        Ok(serde_json::from_str(text)?)
    }
}

/// How often.
#[derive(Clone, Copy)]
enum Times {
    Fixed(u64),
    EachRound,
}

/// What each node does in a step, in whatever job.
struct Expected {
    round_trips: Times,
    reads: Times,
    writes: Times,
    atomics: Times,
}

const NONE: Times = Times::Fixed(0);
const ONE: Times = Times::Fixed(1);

const READ: Expected = Expected { round_trips: ONE, reads: ONE, writes: NONE, atomics: NONE };
const WRITE: Expected = Expected { round_trips: ONE, reads: NONE, writes: ONE, atomics: NONE };
const ATOMIC: Expected = Expected { round_trips: ONE, reads: NONE, writes: NONE, atomics: ONE };
const ROUNDS: Expected = Expected {
    round_trips: Times::EachRound,
    reads: NONE,
    writes: Times::EachRound,
    atomics: NONE,
};

const EXPECTED: [(&str, Expected); 8] = [
    ("barrier", ROUNDS),
    ("get", READ),
    ("put", WRITE),
    ("get 4 KiB", READ),
    ("put 4 KiB", WRITE),
    ("fetch_add", ATOMIC),
    ("compare_swap", ATOMIC),
    ("load", ATOMIC),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scale::measure;

    #[test]
    fn a_report_survives_its_journey() {
        let report = measure(2, 100, 3);
        assert_eq!(report.problems(), [""; 0]);
        let text = report.to_json().expect("is text");
        let again = Report::from_json(&text).expect("is a report");
        assert_eq!((again.digest, again.costs.len()), (report.digest, report.costs.len()));
        assert_eq!(again.cost("get"), report.cost("get"));
    }

    #[test]
    fn what_costs_too_much_is_named() {
        let good = measure(4, 100, 1);
        assert_eq!(good.problems(), [""; 0]);
        let spoiled = |step: &str, spoil: &dyn Fn(&mut Cost)| {
            let mut report = good.clone();
            let cost = report.costs.iter_mut().find(|cost| cost.step == step).expect("is a step");
            spoil(cost);
            report.problems().join("; ")
        };
        let problem = spoiled("barrier", &|cost| cost.writes.max = 3);
        assert_eq!(problem, "barrier took 2 to 3 WRITEs, not 2");
        let problem = spoiled("get", &|cost| cost.round_trips.max = 2);
        assert_eq!(problem, "get took 1 to 2 round trips, not 1");
        let problem = spoiled("load", &|cost| cost.queue_pairs.sum = 8);
        assert_eq!(problem, "load opened (8, 0) queue pairs by messages");
        let problem = spoiled("reduce", &|cost| cost.round_trips.sum = 7);
        assert_eq!(problem, "reduce took 7 round trips, not 6");
        let problem = spoiled("put", &|cost| cost.step.clear());
        assert_eq!(problem, "put has not been measured");
        let mut report = good.clone();
        report.pairs_after_barriers.max = 5;
        assert_eq!(report.problems(), ["5 queue pairs at one node after barriers"]);
        report.failure = Some("it hung".to_owned());
        assert_eq!(report.problems(), ["it hung"]);
    }
}
