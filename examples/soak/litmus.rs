//! Litmus tests on mixed objects: whatever happens, all of it is sequentially consistent together.
//!
//! A batch is many tests, each on variables of its own. Workers go through them in the same order, each at
//! its own pace, so that the threads of a test meet in ever other ways.

use std::collections::BTreeMap;
use std::hint::spin_loop;

use pangea::Node;

use crate::chance::Chance;
use crate::crew::{Crew, Worker};
use crate::test::{Phase, Seen, Shape, Test, VARIABLES, batch, judge};
use crate::variable::{Kind, Variable};

/// Tests in a batch, and variables among which they choose.
const TESTS: usize = 24;
const POOL: usize = 63;

/// The most words that a worker reports for a test.
const ANSWERS: usize = 2 * VARIABLES + 4;

/// Runs litmus tests for some time; the answer is what was done.
///
/// # Errors
/// The first test whose outcome no sequentially consistent memory has.
pub(crate) fn run(node: &Node, seconds: f64, seed: u64) -> Result<String, String> {
    let pool =
        Variable::pool(node, "word", &Kind::MIXED, POOL).map_err(|error| error.to_string())?;
    Crew::run(node, seconds, TESTS * ANSWERS, |worker| rounds(&worker, &pool, seed))
}

fn rounds(worker: &Worker<'_>, pool: &[Variable], seed: u64) -> Result<String, String> {
    let told = |error: pangea::Error| error.to_string();
    let mut delays = Chance::new(seed, u64::MAX - worker.number as u64);
    let mut judge = Judge { words: vec![0; pool.len()], judged: BTreeMap::new() };
    let mut number = 0;
    while worker.goes_on().map_err(told)? {
        number += 1;
        let tests = batch(seed, number, TESTS, worker.crew.workers(), pool.len());
        let answers = take_part(worker, pool, &tests, &mut delays).map_err(told)?;
        worker.report(&answers).map_err(told)?;
        worker.meet().map_err(told)?;
        if worker.is_judge() {
            judge
                .judge(worker.crew, &tests)
                .map_err(|error| format!("litmus tests of seed {seed}, batch {number}, {error}"))?;
        }
    }
    Ok(judge.summary())
}

/// Does this worker's part of all tests; its answers, test by test.
fn take_part(
    worker: &Worker<'_>,
    pool: &[Variable],
    tests: &[Test],
    delays: &mut Chance,
) -> Result<Vec<u64>, pangea::Error> {
    let mut parts: Vec<_> = tests
        .iter()
        .filter_map(|test| Some((test, test.thread_of(worker.number)?)))
        .map(|(test, thread)| (test, thread, Seen::default(), Vec::new()))
        .collect();
    for phase in Phase::ALL {
        for (test, thread, seen, answers) in &mut parts {
            for step in test.steps_of(*thread, phase) {
                let pause = [0, 0, delays.below(100), delays.below(5000)];
                (0..delays.one_of(&pause)).for_each(|_| spin_loop());
                let variable = &pool[test.variables[step.variable]];
                let answer = variable.apply(seen.operation(step))?;
                seen.note(step, answer);
                answers.push(answer);
            }
        }
        worker.meet()?;
    }
    Ok(parts.into_iter().flat_map(|(_, _, _, answers)| answers).collect())
}

/// Who compares what was answered with what may be.
struct Judge {
    /// What every variable of the pool is.
    words: Vec<u64>,
    judged: BTreeMap<Shape, u64>,
}

impl Judge {
    fn judge(&mut self, crew: &Crew<'_>, tests: &[Test]) -> Result<(), String> {
        let reports: Vec<Vec<u64>> = (0..crew.workers())
            .map(|worker| crew.report_of(worker))
            .collect::<Result<_, _>>()
            .map_err(|error| error.to_string())?;
        let mut at = vec![0; reports.len()];
        for test in tests {
            let mut answers = Vec::new();
            for (thread, &worker) in test.workers.iter().enumerate() {
                let count = test.answers(thread);
                answers.push(reports[worker][at[worker]..at[worker] + count].to_vec());
                at[worker] += count;
            }
            let before: Vec<u64> =
                test.variables.iter().map(|&variable| self.words[variable]).collect();
            let after = judge(test, &before, &answers).map_err(|violation| {
                let kind =
                    |&variable: &usize| Kind::MIXED[variable % Kind::MIXED.len()].to_string();
                let kinds: Vec<String> = test.variables.iter().map(kind).collect();
                format!("{test}  which are: {}\n{violation}", kinds.join(", "))
            })?;
            for (&variable, word) in test.variables.iter().zip(after) {
                self.words[variable] = word;
            }
            *self.judged.entry(test.shape).or_default() += 1;
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let total: u64 = self.judged.values().sum();
        let shapes: Vec<String> =
            self.judged.iter().map(|(shape, count)| format!("{count} {shape:?}")).collect();
        format!("{total} litmus tests, all sequentially consistent: {}", shapes.join(", "))
    }
}
