//! Histories of single objects: what is strict, an atomic, or behind a lock is linearizable.
//!
//! Time is told by tickets that all workers draw from one counter, before and after each call: a call whose
//! second ticket is below another's first one was over before that began.

use pangea::{Array, Error, Node};
use pangea_sim::check::linearizable;
use pangea_sim::history::{Call, History, Operation};

use crate::chance::Chance;
use crate::crew::{Crew, Worker};
use crate::test::{Action, Seen, Step};
use crate::variable::{Kind, Variable};

/// Calls of each worker in a round, and words that each reports of one.
const CALLS: usize = 48;
const WORDS: usize = 3;

/// Runs rounds of calls for some time; the answer is what was done.
///
/// # Errors
/// The first round whose calls on some object have no order.
pub(crate) fn run(node: &Node, seconds: f64, seed: u64) -> Result<String, String> {
    let told = |error: Error| error.to_string();
    let kinds = &Kind::LINEARIZABLE;
    let objects = Variable::pool(node, "register", kinds, 3 * kinds.len()).map_err(told)?;
    let tickets = node.array::<u64>("tickets").len(1).create().map_err(told)?;
    Crew::run(node, seconds, CALLS * WORDS, |worker| rounds(&worker, &objects, &tickets, seed))
}

fn rounds(
    worker: &Worker<'_>,
    objects: &[Variable],
    tickets: &Array<u64>,
    seed: u64,
) -> Result<String, String> {
    let told = |error: Error| error.to_string();
    let mut round = 0;
    let mut words = vec![0; objects.len()];
    while worker.goes_on().map_err(told)? {
        round += 1;
        let object = |worker| Plan::new(seed, round, worker, objects.len());
        let report = call(object(worker.number), objects, tickets).map_err(told)?;
        worker.report(&report).map_err(told)?;
        worker.meet().map_err(told)?;
        if worker.is_judge() {
            let mut calls = Vec::new();
            for other in 0..worker.crew.workers() {
                let report = worker.crew.report_of(other).map_err(told)?;
                calls.extend(calls_of(other, object(other), &report));
            }
            check(calls, &words)
                .map_err(|error| format!("calls of seed {seed}, round {round}: {error}"))?;
            // Nobody goes on before the judge does.
            for (word, object) in words.iter_mut().zip(objects) {
                *word = object.apply(Operation::Read).map_err(told)?;
            }
        }
    }
    let calls = round * (CALLS * worker.crew.workers()) as u64;
    Ok(format!("{calls} calls on {} objects, each of them linearizable", objects.len()))
}

/// What a worker calls in a round: known beforehand, except for what it exchanges from.
struct Plan {
    chance: Chance,
    /// The objects that are used in this round: few, so that workers meet.
    objects: Vec<usize>,
    next_value: u64,
    left: usize,
    seen: Vec<Seen>,
}

impl Plan {
    fn new(seed: u64, round: u64, worker: usize, objects: usize) -> Plan {
        let used = Chance::new(seed, round << 8 | 0xff).some_of(3, objects);
        Plan {
            chance: Chance::new(seed, round << 8 | worker as u64),
            seen: vec![Seen::default(); used.len()],
            objects: used,
            next_value: round << 24 | (worker as u64) << 16,
            left: CALLS,
        }
    }

    /// The next call: the number of its object, and the step.
    fn step(&mut self) -> Option<(usize, Step)> {
        self.left = self.left.checked_sub(1)?;
        self.next_value += 1;
        let value = self.next_value;
        let action = match self.chance.below(10) {
            0..=3 => Action::Read,
            4..=5 => Action::Write(value),
            6 => Action::Swap(value),
            7 => Action::Add(value << 40),
            _ => Action::Exchange(value),
        };
        Some((self.chance.below(self.objects.len()), Step { variable: 0, action }))
    }
}

fn call(mut plan: Plan, objects: &[Variable], tickets: &Array<u64>) -> Result<Vec<u64>, Error> {
    let mut report = Vec::new();
    while let Some((object, step)) = plan.step() {
        let operation = plan.seen[object].operation(step);
        let invoked = tickets.fetch_add(0, 1)?;
        let answer = objects[plan.objects[object]].apply(operation)?;
        let returned = tickets.fetch_add(0, 1)?;
        plan.seen[object].note(step, answer);
        report.extend([invoked, returned, answer]);
    }
    Ok(report)
}

/// The calls of a worker, from what it has reported.
fn calls_of(worker: usize, mut plan: Plan, report: &[u64]) -> Vec<Call> {
    let mut calls = Vec::new();
    for words in report.chunks_exact(WORDS) {
        let Some((object, step)) = plan.step() else { break };
        let operation = plan.seen[object].operation(step);
        plan.seen[object].note(step, words[2]);
        calls.push(Call {
            process: worker as u32,
            object: plan.objects[object] as u64,
            operation,
            invoked: words[0],
            returned: Some(words[1]),
            result: words[2],
        });
    }
    calls
}

fn check(calls: Vec<Call>, initial: &[u64]) -> Result<(), String> {
    let mut history = History::from_calls(calls);
    for (object, &word) in initial.iter().enumerate() {
        history.set_initial(object as u64, word);
    }
    linearizable::check(&history).map_err(|violation| {
        let kind = |object: usize| Kind::LINEARIZABLE[object % Kind::LINEARIZABLE.len()];
        let kinds: Vec<String> = history
            .by_object()
            .keys()
            .map(|&object| format!("x{object}: {}", kind(object as usize)))
            .collect();
        format!("{violation}\n({})", kinds.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Executes the plans of two workers in turn on plain words.
    fn reports() -> Vec<Vec<u64>> {
        let mut words = [0; 5];
        let mut ticket = 0;
        let mut plans = [Plan::new(1, 1, 0, 5), Plan::new(1, 1, 1, 5)];
        let mut reports = vec![Vec::new(), Vec::new()];
        for turn in 0..2 * CALLS {
            let (plan, report) = (&mut plans[turn % 2], &mut reports[turn % 2]);
            let (object, step) = plan.step().unwrap();
            let operation = plan.seen[object].operation(step);
            let word = &mut words[plan.objects[object]];
            let answer = if operation.tells() { *word } else { 0 };
            *word = operation.after(*word);
            plan.seen[object].note(step, answer);
            report.extend([ticket, ticket + 1, answer]);
            ticket += 2;
        }
        reports
    }

    fn judge(reports: &[Vec<u64>]) -> Result<(), String> {
        let calls = reports.iter().enumerate();
        let calls =
            calls.flat_map(|(worker, report)| calls_of(worker, Plan::new(1, 1, worker, 5), report));
        check(calls.collect(), &[0; 5])
    }

    #[test]
    fn what_happened_in_order_is_linearizable_and_a_wrong_answer_is_not() {
        let sound = reports();
        judge(&sound).unwrap();
        let mut refused = 0;
        for at in (2..sound[0].len()).step_by(WORDS).filter(|&at| sound[0][at] != 0) {
            let mut wrong = sound.clone();
            wrong[0][at] ^= 1 << 63;
            refused += usize::from(judge(&wrong).is_err());
        }
        assert!(refused > CALLS / 3, "{refused}");
    }
}
