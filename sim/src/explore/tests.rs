use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::fmt::Debug;
use std::hash::{Hash, Hasher};

use proptest::prelude::*;

use super::{Alternative, Chooser, Exploration, ExploreError, Limits, explore, replay};

/// Threads that make atomic steps on what they share.
trait Model: Clone + Hash {
    type Outcome: Ord + Debug + Clone;

    fn threads(&self) -> usize;
    /// Whether a thread can make a step: it is not finished and waits for nothing.
    fn ready(&self, thread: usize) -> bool;
    fn step(&mut self, thread: usize);
    /// What is to be said now; asked after each step.
    fn violation(&self) -> Option<String> {
        None
    }
    /// What is to be said when no thread is ready.
    fn outcome(&self) -> Result<Self::Outcome, String>;
}

type Ended<M> = Result<<M as Model>::Outcome, String>;

/// The threads that are ready, and whether each preempts `last`.
fn alternatives(model: &impl Model, last: Option<usize>) -> Vec<Alternative> {
    let ready: Vec<usize> = (0..model.threads()).filter(|&thread| model.ready(thread)).collect();
    let goes_on = last.filter(|last| ready.contains(last));
    let preempts = |thread| goes_on.is_some_and(|last| last != thread);
    let alternative =
        |&thread: &usize| Alternative { id: thread as u64, preempts: preempts(thread) };
    ready.iter().map(alternative).collect()
}

fn run<M: Model>(mut model: M, chooser: &mut dyn Chooser) -> Option<Ended<M>> {
    let mut last = None;
    loop {
        if let Some(violation) = model.violation() {
            return Some(Err(violation));
        }
        let alternatives = alternatives(&model, last);
        if alternatives.is_empty() {
            return Some(model.outcome());
        }
        let mut hasher = DefaultHasher::new();
        // Who ran last shows in the alternatives, where it matters.
        model.hash(&mut hasher);
        let thread = alternatives[chooser.choose(&alternatives, hasher.finish())?].id as usize;
        model.step(thread);
        last = Some(thread);
    }
}

fn search<M: Model>(model: &M, limits: Limits) -> Exploration<M::Outcome, String> {
    explore(limits, |chooser| run(model.clone(), chooser)).expect("deterministic")
}

/// All that can happen, by cloning, with so many preemptions left.
fn brute_force<M: Model>(model: &M, last: Option<usize>, left: u32, seen: &mut Vec<Ended<M>>) {
    if let Some(violation) = model.violation() {
        return seen.push(Err(violation));
    }
    let alternatives = alternatives(model, last);
    if alternatives.is_empty() {
        return seen.push(model.outcome());
    }
    for Alternative { id, preempts } in alternatives {
        let Some(left) = left.checked_sub(u32::from(preempts)) else { continue };
        let mut next = model.clone();
        next.step(id as usize);
        brute_force(&next, Some(id as usize), left, seen);
    }
}

const ALL: Limits =
    Limits { preemptions: None, runs: u64::MAX, stop_at_violation: false, merge_states: true };

/// Threads that each read a counter and then write one more, several times.
#[derive(Clone, Hash)]
struct Counting {
    counter: u32,
    /// (times to go, what was read).
    threads: Vec<(u32, Option<u32>)>,
    expected: u32,
}

impl Counting {
    fn new(threads: u32, times: u32) -> Counting {
        let expected = threads * times;
        Counting { counter: 0, threads: vec![(times, None); threads as usize], expected }
    }
}

impl Model for Counting {
    type Outcome = u32;

    fn threads(&self) -> usize {
        self.threads.len()
    }

    fn ready(&self, thread: usize) -> bool {
        self.threads[thread].0 > 0
    }

    fn step(&mut self, thread: usize) {
        let (times, read) = &mut self.threads[thread];
        match read.take() {
            None => *read = Some(self.counter),
            Some(read) => {
                self.counter = read + 1;
                *times -= 1;
            }
        }
    }

    fn outcome(&self) -> Result<u32, String> {
        Ok(self.counter)
    }
}

/// The same, where a lost update is a violation.
#[derive(Clone, Hash)]
struct Strict(Counting);

impl Model for Strict {
    type Outcome = u32;

    fn threads(&self) -> usize {
        self.0.threads()
    }

    fn ready(&self, thread: usize) -> bool {
        self.0.ready(thread)
    }

    fn step(&mut self, thread: usize) {
        self.0.step(thread);
    }

    fn outcome(&self) -> Result<u32, String> {
        match self.0.counter {
            counter if counter == self.0.expected => Ok(counter),
            counter => Err(format!("{counter} of {}", self.0.expected)),
        }
    }
}

#[test]
fn every_interleaving_is_run_once_without_merging() {
    // Two threads of 4 steps each: 8 over 4.
    let found = search(&Counting::new(2, 2), Limits { merge_states: false, ..ALL });
    assert_eq!((found.statistics.finished, found.statistics.pruned), (70, 0));
    // Three threads of 2 steps: 6! / 2!^3.
    let found = search(&Counting::new(3, 1), Limits { merge_states: false, ..ALL });
    assert_eq!(found.statistics.finished, 90);
    assert!(found.complete);
    assert_eq!(found.preemptions, Some(u32::MAX));
    assert_eq!(found.statistics.longest, 6);
}

#[test]
fn merging_states_keeps_the_outcomes() {
    let model = Counting::new(3, 2);
    let mut seen = Vec::new();
    brute_force(&model, None, u32::MAX, &mut seen);
    let expected: BTreeSet<u32> = seen.iter().flatten().copied().collect();
    let found = search(&model, ALL);
    assert_eq!(found.outcomes.into_keys().collect::<BTreeSet<_>>(), expected);
    assert_eq!(expected, BTreeSet::from([2, 3, 4, 5, 6]));
    let runs = found.statistics.runs as usize;
    assert!(runs * 10 < seen.len(), "{runs} of {}", seen.len());
    let states = found.statistics.states;
    assert_eq!(states, found.statistics.choices);
}

#[test]
fn lost_update_needs_one_preemption() {
    let model = Strict(Counting::new(2, 1));
    let none = search(&model, Limits { preemptions: Some(0), ..ALL });
    assert!(none.complete && none.violations.is_empty());
    assert_eq!(none.preemptions, Some(0));
    let found = search(&model, Limits { stop_at_violation: true, ..ALL });
    let [(text, choices)] = &found.violations[..] else { panic!("one violation") };
    assert_eq!(text, "1 of 2");
    assert_eq!((found.complete, found.preemptions), (false, Some(0)));
    // The choices alone bring it back, also through their text.
    let choices = choices.to_string().parse().expect("choices");
    let again = replay(&choices, |chooser| run(model.clone(), chooser)).expect("the same run");
    assert_eq!(again, Some(Err("1 of 2".to_owned())));
}

#[test]
fn every_outcome_can_be_replayed() {
    let model = Counting::new(2, 3);
    let found = search(&model, ALL);
    assert!(found.outcomes.len() > 3);
    for (outcome, choices) in found.outcomes {
        let again = replay(&choices, |chooser| run(model.clone(), chooser));
        assert_eq!(again, Ok(Some(Ok(outcome))));
    }
}

/// Peterson's lock for two threads, or a broken one, which gives precedence before it shows interest.
#[derive(Clone, Hash)]
struct Peterson {
    sound: bool,
    interested: [bool; 2],
    turn: usize,
    /// 0, 1: to announce; 2: waits; 3: inside; 4: out.
    at: [u8; 2],
}

impl Model for Peterson {
    type Outcome = ();

    fn threads(&self) -> usize {
        2
    }

    fn ready(&self, thread: usize) -> bool {
        self.at[thread] < 4
    }

    fn step(&mut self, thread: usize) {
        let other = 1 - thread;
        match (self.at[thread], self.sound) {
            (0, true) | (1, false) => self.interested[thread] = true,
            (0, false) | (1, true) => self.turn = other,
            // It spins: the step leads back to the same state.
            (2, _) if self.interested[other] && self.turn == other => return,
            (2, _) => {}
            _ => self.interested[thread] = false,
        }
        self.at[thread] += 1;
    }

    fn violation(&self) -> Option<String> {
        (self.at == [3, 3]).then(|| "both inside".to_owned())
    }

    fn outcome(&self) -> Result<(), String> {
        Ok(())
    }
}

#[test]
fn petersons_lock_holds_and_its_broken_brother_does_not() {
    let peterson = |sound| Peterson { sound, interested: [false; 2], turn: 0, at: [0; 2] };
    let found = search(&peterson(true), ALL);
    assert!(found.complete && found.violations.is_empty());
    assert_eq!(found.outcomes.len(), 1);
    // Spinning went in circles, which were cut.
    assert!(found.statistics.pruned > 0);
    let found = search(&peterson(false), ALL);
    assert_eq!(found.violations[0].0, "both inside");
}

/// Philosophers who take two forks and put both back.
#[derive(Clone, Hash)]
struct Dining {
    forks: Vec<bool>,
    /// How many steps each has made, of 3.
    at: Vec<u8>,
    /// The last takes his forks in the other order.
    ordered: bool,
}

impl Dining {
    fn new(philosophers: usize, ordered: bool) -> Dining {
        Dining { forks: vec![true; philosophers], at: vec![0; philosophers], ordered }
    }

    fn fork(&self, philosopher: usize, nth: usize) -> usize {
        let swapped = self.ordered && philosopher + 1 == self.at.len();
        (philosopher + (nth ^ usize::from(swapped))) % self.at.len()
    }
}

impl Model for Dining {
    type Outcome = ();

    fn threads(&self) -> usize {
        self.at.len()
    }

    fn ready(&self, thread: usize) -> bool {
        match self.at[thread] {
            nth @ 0..2 => self.forks[self.fork(thread, nth.into())],
            nth => nth < 3,
        }
    }

    fn step(&mut self, thread: usize) {
        match self.at[thread] {
            nth @ 0..2 => {
                let fork = self.fork(thread, nth.into());
                self.forks[fork] = false;
            }
            _ => {
                for nth in 0..2 {
                    let fork = self.fork(thread, nth);
                    self.forks[fork] = true;
                }
            }
        }
        self.at[thread] += 1;
    }

    fn outcome(&self) -> Result<(), String> {
        if self.at.iter().all(|&at| at == 3) { Ok(()) } else { Err("deadlock".to_owned()) }
    }
}

#[test]
fn dining_philosophers_starve_after_a_single_preemption() {
    for philosophers in 2..=5 {
        let model = Dining::new(philosophers, false);
        let none = search(&model, Limits { preemptions: Some(0), ..ALL });
        assert!(none.complete && none.violations.is_empty());
        // The last is interrupted with one fork; then each takes one and waits for the next's.
        let found = search(&model, Limits { preemptions: Some(1), ..ALL });
        assert_eq!(found.violations[0].0, "deadlock");
        let ordered = search(&Dining::new(philosophers, true), ALL);
        assert!(ordered.complete && ordered.violations.is_empty());
    }
}

#[test]
fn runs_are_limited() {
    let found = search(&Counting::new(2, 2), Limits { runs: 3, ..ALL });
    assert_eq!((found.statistics.runs, found.complete, found.preemptions), (3, false, Some(0)));
    let all = search(&Counting::new(2, 2), ALL).statistics.runs;
    assert!(search(&Counting::new(2, 2), Limits { runs: all, ..ALL }).complete);
}

#[test]
fn a_run_that_gives_up_leaves_the_search_incomplete() {
    let mut first = true;
    let found = explore(ALL, |chooser| -> Option<Result<u32, ()>> {
        let choice = chooser.choose(&plain(2), 0)?;
        if std::mem::take(&mut first) { None } else { Some(Ok(choice as u32)) }
    })
    .expect("deterministic");
    assert_eq!((found.complete, found.statistics.gave_up), (false, 1));
    assert_eq!(found.outcomes.into_keys().collect::<Vec<_>>(), [1]);
}

fn plain(count: u64) -> Vec<Alternative> {
    (0..count).map(|id| Alternative { id, preempts: false }).collect()
}

/// A run of three binary choices, with what is different in the second run.
fn fickle(
    mut choose: impl FnMut(u32, u32, &mut dyn Chooser) -> Option<Option<usize>>,
) -> Option<ExploreError> {
    let mut runs = 0;
    explore(ALL, |chooser| -> Option<Result<u32, ()>> {
        runs += 1;
        let mut sum = 0;
        for at in 0..3 {
            match choose(runs, at, chooser)? {
                Some(choice) => sum = 2 * sum + choice as u32,
                None => break,
            }
        }
        Some(Ok(sum))
    })
    .err()
}

#[test]
fn a_run_that_is_not_a_function_of_its_choices_is_found_out() {
    let mut path = 0;
    let mut sound = |at: u32, chooser: &mut dyn Chooser| {
        path = if at == 0 { 1 } else { path };
        let choice = chooser.choose(&plain(2), path)?;
        path = 2 * path + choice as u64;
        Some(Some(choice))
    };
    assert_eq!(fickle(|_, at, chooser| sound(at, chooser)), None);
    let error = fickle(|run, at, chooser| {
        if run == 2 && at == 1 { Some(chooser.choose(&plain(3), 1)) } else { sound(at, chooser) }
    });
    let choices = "0x2.1".parse().expect("choices");
    assert_eq!(error, Some(ExploreError::OtherAlternatives { at: 1, choices }));
    let error = fickle(|run, at, chooser| {
        if run == 2 && at == 1 { Some(chooser.choose(&plain(2), 77)) } else { sound(at, chooser) }
    });
    assert!(matches!(error, Some(ExploreError::OtherState { at: 1, .. })), "{error:?}");
    let error = fickle(
        |run, at, chooser| if run == 2 && at == 1 { Some(None) } else { sound(at, chooser) },
    );
    assert!(matches!(error, Some(ExploreError::EndedEarly { met: 1, .. })), "{error:?}");
    let error = fickle(|_, _, chooser| Some(chooser.choose(&[], 0)));
    assert!(matches!(error, Some(ExploreError::NothingToChoose { .. })), "{error:?}");
    let error = fickle(|_, _, chooser| {
        let choice = chooser.choose(&plain(2), 0);
        Some(choice.or_else(|| chooser.choose(&plain(2), 0)))
    });
    assert_eq!(error, Some(ExploreError::NotAbandoned));
}

#[test]
fn a_replay_of_another_run_is_found_out() {
    let model = Counting::new(2, 1);
    let replayed = |text: &str| {
        let choices = text.parse().expect("choices");
        replay(&choices, |chooser| run(model.clone(), chooser))
    };
    assert!(replayed("0.0").is_ok());
    assert!(matches!(replayed("2"), Err(ExploreError::OtherAlternatives { at: 0, .. })));
    assert!(matches!(replayed("0x9"), Err(ExploreError::EndedEarly { .. })));
    // What is not said goes on without preemptions.
    assert_eq!(replayed("1"), Ok(Some(Ok(2))));
}

/// A step of a random program on two shared words.
#[derive(Clone, Copy, Debug, Hash)]
enum Step {
    Load(usize),
    Store(usize),
    Add(usize),
    /// Waits until the word is not zero.
    Await(usize),
}

#[derive(Clone, Debug, Hash)]
struct Random {
    programs: Vec<Vec<Step>>,
    at: Vec<usize>,
    registers: Vec<u32>,
    words: [u32; 2],
}

impl Model for Random {
    type Outcome = (Vec<u32>, [u32; 2], Vec<usize>);

    fn threads(&self) -> usize {
        self.programs.len()
    }

    fn ready(&self, thread: usize) -> bool {
        match self.programs[thread].get(self.at[thread]) {
            Some(&Step::Await(word)) => self.words[word] != 0,
            step => step.is_some(),
        }
    }

    fn step(&mut self, thread: usize) {
        let register = &mut self.registers[thread];
        match self.programs[thread][self.at[thread]] {
            Step::Load(word) => *register = *register * 3 + self.words[word],
            Step::Store(word) => self.words[word] = thread as u32 + 1,
            Step::Add(word) => self.words[word] += 1,
            Step::Await(_) => {}
        }
        self.at[thread] += 1;
    }

    fn outcome(&self) -> Result<Self::Outcome, String> {
        Ok((self.registers.clone(), self.words, self.at.clone()))
    }
}

fn random_programs() -> impl Strategy<Value = Random> {
    let step = (0..7usize, 0..2usize).prop_map(|(kind, word)| match kind {
        0..3 => Step::Load(word),
        3..5 => Step::Store(word),
        5 => Step::Add(word),
        _ => Step::Await(word),
    });
    prop::collection::vec(prop::collection::vec(step, 1..4), 2..4).prop_map(|programs| Random {
        at: vec![0; programs.len()],
        registers: vec![0; programs.len()],
        words: [0; 2],
        programs,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..Default::default() })]

    #[test]
    fn outcomes_are_those_of_brute_force_at_every_bound(model in random_programs()) {
        for bound in [Some(0), Some(1), Some(2), None] {
            let mut seen = Vec::new();
            brute_force(&model, None, bound.unwrap_or(u32::MAX), &mut seen);
            let expected: BTreeSet<_> = seen.iter().flatten().cloned().collect();
            let found = search(&model, Limits { preemptions: bound, ..ALL });
            prop_assert!(found.complete);
            prop_assert_eq!(found.outcomes.into_keys().collect::<BTreeSet<_>>(), expected);
            let every = search(&model, Limits { preemptions: bound, merge_states: false, ..ALL });
            prop_assert_eq!(every.statistics.finished, seen.len() as u64);
        }
    }
}
