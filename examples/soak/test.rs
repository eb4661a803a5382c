//! Litmus tests: small programs of a few threads on a few variables, made by chance from a seed, so that every
//! node knows them without being told. Pure.

use std::collections::BTreeMap;
use std::fmt;

use pangea_sim::check::{Violation, sequential};
use pangea_sim::history::{Call, History, Operation};

use crate::chance::Chance;

/// What a step does to its variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Read,
    Write(u64),
    Swap(u64),
    Add(u64),
    /// A compare-exchange from what the thread has last seen there.
    Exchange(u64),
}

/// A step of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The number of the variable, within the test.
    pub(crate) variable: usize,
    pub(crate) action: Action,
}

/// A litmus test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Test {
    pub(crate) shape: Shape,
    /// Which workers are its threads; no worker twice.
    pub(crate) workers: Vec<usize>,
    /// Which variables of the pool it uses; no other test of the batch uses them.
    pub(crate) variables: Vec<usize>,
    /// What the threads do.
    pub(crate) threads: Vec<Vec<Step>>,
    /// Which threads read all of its variables before all begin, and so have copies.
    pub(crate) warm: Vec<bool>,
}

/// The name of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shape {
    /// Store buffering: each of two writes one variable and reads the other.
    StoreBuffering,
    /// Message passing: data, then a flag; the flag is read, then the data.
    MessagePassing,
    /// Load buffering: each of two reads one variable and writes the other.
    LoadBuffering,
    /// One writes; another sees it and writes; a third sees that.
    Causality,
    /// Independent reads of independent writes.
    Iriw,
    /// Two write both variables, in different order.
    TwoPlusTwoW,
    /// One writes twice, the others read twice.
    Coherence,
    /// Several add to one variable.
    Counter,
    /// Several exchange one variable from what they have seen.
    Race,
    /// Store buffering with atomics in place of writes.
    AtomicBuffering,
    /// Anything.
    Random,
}

impl Shape {
    pub(crate) const ALL: [Shape; 11] = [
        Shape::StoreBuffering,
        Shape::MessagePassing,
        Shape::LoadBuffering,
        Shape::Causality,
        Shape::Iriw,
        Shape::TwoPlusTwoW,
        Shape::Coherence,
        Shape::Counter,
        Shape::Race,
        Shape::AtomicBuffering,
        Shape::Random,
    ];
}

/// The most variables, and the most threads, of a test.
pub(crate) const VARIABLES: usize = 3;
pub(crate) const THREADS: usize = 4;

const X: usize = 0;
const Y: usize = 1;

fn read(variable: usize) -> Step {
    Step { variable, action: Action::Read }
}

/// What a test writes: values that no other write of a job has, so that each read tells whose it sees.
struct Values {
    next: u64,
}

impl Values {
    fn fresh(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn write(&mut self, variable: usize) -> Step {
        Step { variable, action: Action::Write(self.fresh()) }
    }

    fn any(&mut self, chance: &mut Chance, variable: usize) -> Step {
        let action = match chance.below(8) {
            0..=2 => Action::Read,
            3..=4 => Action::Write(self.fresh()),
            5 => Action::Swap(self.fresh()),
            // Large, so that sums are no other's values.
            6 => Action::Add(self.fresh() << 40),
            _ => Action::Exchange(self.fresh()),
        };
        Step { variable, action }
    }
}

/// The tests of a batch, for so many workers and variables. `number` is that of the batch.
pub(crate) fn batch(
    seed: u64,
    number: u64,
    count: usize,
    workers: usize,
    pool: usize,
) -> Vec<Test> {
    let mut chance = Chance::new(seed, number);
    let mut values = Values { next: number << 16 };
    let mut free = chance.some_of(pool, pool);
    let test = |_| {
        let shape = chance.one_of(&Shape::ALL);
        let threads = threads(shape, workers.min(THREADS), &mut chance, &mut values);
        let variables = 1 + threads.iter().flatten().map(|step| step.variable).max().unwrap_or(0);
        let variables = free.split_off(free.len().checked_sub(variables)?);
        let workers = chance.some_of(threads.len(), workers);
        let warm = threads.iter().map(|_| chance.below(4) > 0).collect();
        Some(Test { shape, workers, variables, threads, warm })
    };
    (0..count).map_while(test).collect()
}

/// The steps of a shape. With fewer threads than it has, only as many take part.
fn threads(shape: Shape, most: usize, chance: &mut Chance, values: &mut Values) -> Vec<Vec<Step>> {
    let mut threads = match shape {
        Shape::StoreBuffering => {
            vec![vec![values.write(X), read(Y)], vec![values.write(Y), read(X)]]
        }
        Shape::MessagePassing => {
            vec![vec![values.write(X), values.write(Y)], vec![read(Y), read(X)]]
        }
        Shape::LoadBuffering => {
            vec![vec![read(X), values.write(Y)], vec![read(Y), values.write(X)]]
        }
        Shape::Causality => {
            vec![vec![values.write(X)], vec![read(X), values.write(Y)], vec![read(Y), read(X)]]
        }
        Shape::Iriw => vec![
            vec![values.write(X)],
            vec![values.write(Y)],
            vec![read(X), read(Y)],
            vec![read(Y), read(X)],
        ],
        Shape::TwoPlusTwoW => {
            vec![vec![values.write(X), values.write(Y)], vec![values.write(Y), values.write(X)]]
        }
        Shape::Coherence => vec![
            vec![values.write(X), values.write(X)],
            vec![read(X), read(X)],
            vec![read(X), read(X)],
        ],
        Shape::Counter => {
            let add = Step { variable: X, action: Action::Add(1 << 40) };
            vec![vec![add, add, add]; most]
        }
        Shape::Race => {
            let mut exchange = || Step { variable: X, action: Action::Exchange(values.fresh()) };
            (0..most).map(|_| vec![read(X), exchange(), exchange()]).collect()
        }
        Shape::AtomicBuffering => {
            let mut swap = |variable| Step { variable, action: Action::Swap(values.fresh()) };
            vec![vec![swap(X), read(Y)], vec![swap(Y), read(X)]]
        }
        Shape::Random => {
            let variables = 1 + chance.below(VARIABLES);
            let mut steps = |count| -> Vec<Step> {
                (0..count)
                    .map(|_| {
                        let variable = chance.below(variables);
                        values.any(chance, variable)
                    })
                    .collect()
            };
            (0..most).map(|thread| steps(2 + thread % 3)).collect()
        }
    };
    threads.truncate(most);
    threads
}

impl Test {
    /// Which of its threads this worker is.
    pub(crate) fn thread_of(&self, worker: usize) -> Option<usize> {
        self.workers.iter().position(|&one| one == worker)
    }

    /// How many answers a thread gives.
    pub(crate) fn answers(&self, thread: usize) -> usize {
        self.steps(thread).count()
    }

    /// The three phases of a thread, behind one another; between them is a barrier.
    pub(crate) fn steps(&self, thread: usize) -> impl Iterator<Item = Step> + '_ {
        Phase::ALL.into_iter().flat_map(move |phase| self.steps_of(thread, phase))
    }

    /// The steps of one phase.
    pub(crate) fn steps_of(&self, thread: usize, phase: Phase) -> Vec<Step> {
        let all = || (0..self.variables.len()).map(read).collect();
        match phase {
            Phase::Before if self.warm[thread] => all(),
            Phase::Before => Vec::new(),
            Phase::Test => self.threads[thread].clone(),
            Phase::After => all(),
        }
    }
}

/// A part of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Threads read what they will use, so that they have copies.
    Before,
    Test,
    /// All threads read all variables, in which nothing happens any more.
    After,
}

impl Phase {
    pub(crate) const ALL: [Phase; 3] = [Phase::Before, Phase::Test, Phase::After];
}

/// What a thread has last seen of each variable of its test.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen([u64; VARIABLES]);

impl Seen {
    /// The operation that a step is.
    pub(crate) fn operation(&self, step: Step) -> Operation {
        match step.action {
            Action::Read => Operation::Read,
            Action::Write(new) => Operation::Write(new),
            Action::Swap(new) => Operation::Swap(new),
            Action::Add(add) => Operation::FetchAdd(add),
            Action::Exchange(new) => {
                Operation::CompareSwap { expected: self.0[step.variable], new }
            }
        }
    }

    /// Notes what a step was answered.
    pub(crate) fn note(&mut self, step: Step, answer: u64) {
        let operation = self.operation(step);
        let before = if operation.tells() { answer } else { self.0[step.variable] };
        self.0[step.variable] = operation.after(before);
    }
}

/// Judges a test by the answers of its threads, and by what its variables were before. The answer is what they
/// are now.
///
/// # Errors
/// When no sequentially consistent memory answers so; or when threads do not see the same after the barrier.
pub(crate) fn judge(
    test: &Test,
    initial: &[u64],
    answers: &[Vec<u64>],
) -> Result<Vec<u64>, Violation> {
    let mut calls = Vec::new();
    let mut last = BTreeMap::new();
    for (thread, answers) in answers.iter().enumerate() {
        let mut seen = Seen::default();
        for (step, &answer) in test.steps(thread).zip(answers) {
            let operation = seen.operation(step);
            seen.note(step, answer);
            let invoked = 2 * calls.len() as u64;
            calls.push(Call {
                process: thread as u32,
                object: step.variable as u64,
                operation,
                invoked,
                returned: Some(invoked + 1),
                result: answer,
            });
        }
        let finals = &answers[answers.len() - test.variables.len()..];
        last.insert(finals.to_vec(), thread);
    }
    let mut history = History::from_calls(calls);
    for (variable, &word) in initial.iter().enumerate() {
        history.set_initial(variable as u64, word);
    }
    sequential::check(&history)?;
    match last.len() {
        1 => Ok(last.into_keys().next().unwrap_or_default()),
        _ => Err(Violation::new(
            "agreement after a barrier",
            format!("threads see different values: {last:?}\n{history}"),
        )),
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:?} on variables {:?}", self.shape, self.variables)?;
        for (thread, steps) in self.threads.iter().enumerate() {
            let (worker, warm) = (self.workers[thread], self.warm[thread]);
            write!(f, "  worker {worker}{}:", if warm { ", with copies" } else { "" })?;
            for step in steps {
                write!(f, " {:?} x{};", step.action, step.variable)?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test_of(shape: Shape) -> Test {
        let (mut chance, mut values) = (Chance::new(1, 1), Values { next: 0 });
        let threads = threads(shape, THREADS, &mut chance, &mut values);
        let workers: Vec<usize> = (0..threads.len()).collect();
        let variables = if shape == Shape::Counter { vec![0] } else { vec![0, 1] };
        let warm = vec![false; threads.len()];
        Test { shape, workers, variables, threads, warm }
    }

    /// Of a test in which each write of x is 1 or 2.
    fn judged(shape: Shape, answers: &[&[u64]]) -> Result<Vec<u64>, Violation> {
        let answers: Vec<Vec<u64>> = answers.iter().map(|answers| answers.to_vec()).collect();
        judge(&test_of(shape), &[0, 0], &answers)
    }

    #[test]
    fn what_no_sequentially_consistent_memory_shows_is_refused() {
        // Each thread's answers; a write answers 0; the last two are what x and y are at the end.
        judged(Shape::StoreBuffering, &[&[0, 2, 1, 2], &[0, 1, 1, 2]]).unwrap();
        judged(Shape::StoreBuffering, &[&[0, 0, 1, 2], &[0, 1, 1, 2]]).unwrap();
        judged(Shape::StoreBuffering, &[&[0, 0, 1, 2], &[0, 0, 1, 2]]).unwrap_err();
        judged(Shape::MessagePassing, &[&[0, 0, 1, 2], &[2, 1, 1, 2]]).unwrap();
        judged(Shape::MessagePassing, &[&[0, 0, 1, 2], &[2, 0, 1, 2]]).unwrap_err();
        judged(Shape::TwoPlusTwoW, &[&[0, 0, 4, 2], &[0, 0, 4, 2]]).unwrap();
        judged(Shape::TwoPlusTwoW, &[&[0, 0, 1, 3], &[0, 0, 1, 3]]).unwrap_err();
        let iriw = |fourth: [u64; 2]| {
            let [y, x] = fourth;
            judged(Shape::Iriw, &[&[0, 1, 2], &[0, 1, 2], &[1, 0, 1, 2], &[y, x, 1, 2]])
        };
        iriw([2, 1]).unwrap();
        iriw([2, 0]).unwrap_err();
    }

    #[test]
    fn lost_updates_and_disagreement_are_refused() {
        const ONE: u64 = 1 << 40;
        let counter = |answers: &[[u64; 3]; 4], last: u64| {
            let answers: Vec<Vec<u64>> = answers
                .iter()
                .map(|answers| {
                    answers.iter().map(|answer| answer * ONE).chain([last * ONE]).collect()
                })
                .collect();
            judge(&test_of(Shape::Counter), &[0], &answers)
        };
        let sound = [[0, 4, 8], [1, 5, 9], [2, 6, 10], [3, 7, 11]];
        assert_eq!(counter(&sound, 12).unwrap(), [12 * ONE]);
        counter(&sound, 11).unwrap_err();
        counter(&[[0, 4, 7], [1, 5, 8], [2, 6, 9], [3, 7, 10]], 11).unwrap_err();
        let disagreement =
            judged(Shape::StoreBuffering, &[&[0, 2, 1, 2], &[0, 0, 0, 2]]).unwrap_err();
        assert!(!disagreement.text.is_empty());
    }

    #[test]
    fn an_exchange_goes_from_what_was_seen() {
        let mut seen = Seen::default();
        let exchange = Step { variable: 1, action: Action::Exchange(9) };
        seen.note(read(1), 5);
        assert_eq!(seen.operation(exchange), Operation::CompareSwap { expected: 5, new: 9 });
        seen.note(exchange, 7);
        assert_eq!(seen.operation(exchange), Operation::CompareSwap { expected: 7, new: 9 });
        seen.note(exchange, 7);
        assert_eq!(seen.operation(exchange), Operation::CompareSwap { expected: 9, new: 9 });
    }

    #[test]
    fn a_batch_uses_each_variable_once_and_each_shape_comes() {
        let mut shapes = Vec::new();
        for number in 0..50 {
            for workers in [1, 2, 3, 8] {
                let tests = batch(7, number, 12, workers, 40);
                assert!(tests.len() > 8);
                let mut used: Vec<usize> =
                    tests.iter().flat_map(|test| test.variables.iter().copied()).collect();
                let count = used.len();
                used.sort_unstable();
                used.dedup();
                assert_eq!(used.len(), count);
                assert!(tests.iter().all(|test| test.workers.len() == test.threads.len()));
                shapes.extend(tests.iter().map(|test| test.shape));
            }
        }
        shapes.sort_unstable();
        shapes.dedup();
        assert_eq!(shapes, Shape::ALL);
        assert_eq!(batch(7, 3, 12, 8, 40), batch(7, 3, 12, 8, 40));
        assert_ne!(batch(7, 3, 12, 8, 40), batch(8, 3, 12, 8, 40));
    }
}
