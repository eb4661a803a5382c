//! What programs may bring about: an operational model of the `Relaxed` promise.
//!
//! Memory is one copy of each word, at its home, so whatever has landed is seen by all. What may be late
//! are writes: each thread has a list of writes that it made and that have not landed. The model comes in
//! three strengths, which differ in what is put on that list.
//!
//! * **Sequential**: nothing. Every operation takes effect at once.
//! * **Expected**, of a NIC on which a completed write is placed: non-blocking writes to other nodes. (Those
//!   to the thread's own are stores of its CPU.) They land in order at one home, as one queue pair keeps it,
//!   and in no order between homes. An operation on a home waits for the thread's earlier writes to that
//!   home, `quiet` for all.
//! * **Allowed**, by what is documented: blocking writes too, in the order in which they were made, for
//!   only a later *read*, of another home, may be seen before one, unless a `fence`, `quiet` or atomic comes
//!   in between. (That is what a store buffer does where an operation is a store of the CPU.) Non-blocking
//!   writes do not wait for `fence`: it says nothing about different homes.
//!
//! A step is one operation of a thread, or the landing of one late write. The search takes all of them in
//! all orders, and no state twice.

use std::collections::BTreeSet;

use super::{Location, Outcome, Program, Step};

/// The outcomes of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcomes {
    /// Under sequential consistency.
    pub sequential: BTreeSet<Outcome>,
    /// That a NIC can bring about, and a search over all its orders should find.
    pub expected: BTreeSet<Outcome>,
    /// That the documentation allows.
    pub allowed: BTreeSet<Outcome>,
}

/// Enumerates what a program may bring about.
///
/// # Panics
/// When the program names a word without a home.
pub fn outcomes(program: &Program) -> Outcomes {
    let under = |strength| {
        let mut search = Search::new(program, strength);
        search.visit(&State::new(program));
        search.outcomes
    };
    Outcomes {
        sequential: under(Strength::Sequential),
        expected: under(Strength::Expected),
        allowed: under(Strength::Allowed),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Strength {
    Sequential,
    Expected,
    Allowed,
}

/// A write that has not landed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Late {
    location: Location,
    word: u64,
    blocking: bool,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    words: Vec<u64>,
    registers: Vec<u64>,
    threads: Vec<Thread>,
}

#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Thread {
    /// How many steps it has made.
    at: usize,
    /// In the order in which they were made.
    late: Vec<Late>,
}

impl State {
    fn new(program: &Program) -> State {
        State {
            words: vec![0; program.homes.len()],
            registers: vec![0; program.registers()],
            threads: vec![Thread::default(); program.threads.len()],
        }
    }
}

struct Search<'a> {
    program: &'a Program,
    strength: Strength,
    visited: BTreeSet<State>,
    outcomes: BTreeSet<Outcome>,
}

impl<'a> Search<'a> {
    fn new(program: &'a Program, strength: Strength) -> Search<'a> {
        Search { program, strength, visited: BTreeSet::new(), outcomes: BTreeSet::new() }
    }

    fn visit(&mut self, state: &State) {
        if !self.visited.insert(state.clone()) {
            return;
        }
        let mut over = true;
        for thread in 0..state.threads.len() {
            for nth in 0..state.threads[thread].late.len() {
                over = false;
                if let Some(next) = self.land(state, thread, nth) {
                    self.visit(&next);
                }
            }
            if let Some(&step) = self.program.threads[thread].get(state.threads[thread].at) {
                over = false;
                if let Some(next) = self.step(state, thread, step) {
                    self.visit(&next);
                }
            }
        }
        if over {
            let finals = self.program.finals.iter().map(|&at| state.words[at]).collect();
            self.outcomes.insert(Outcome { registers: state.registers.clone(), finals });
        }
    }

    fn home(&self, location: Location) -> u32 {
        self.program.homes[location]
    }

    /// A late write lands, unless it must wait for an earlier one: to the same home, or a blocking one, which
    /// was complete before this was begun.
    fn land(&self, state: &State, thread: usize, nth: usize) -> Option<State> {
        let late = &state.threads[thread].late;
        let Late { location, word, .. } = late[nth];
        let waits =
            |before: &Late| before.blocking || self.home(before.location) == self.home(location);
        if late[..nth].iter().any(waits) {
            return None;
        }
        let mut next = state.clone();
        next.threads[thread].late.remove(nth);
        next.words[location] = word;
        Some(next)
    }

    /// A thread makes its next step, unless it must wait for writes of its own to land.
    fn step(&self, state: &State, thread: usize, step: Step) -> Option<State> {
        let late = &state.threads[thread].late;
        let none_to = |location| {
            let home = self.home(location);
            late.iter().all(|late| self.home(late.location) != home)
        };
        let none_blocking = late.iter().all(|late| !late.blocking);
        let goes = match step {
            Step::PutNb(..) => true,
            Step::Put(location, _) => self.strength == Strength::Allowed || none_to(location),
            Step::Get(location, _) | Step::Load(location, _) => none_to(location),
            Step::FetchAdd(location, ..) => none_to(location) && none_blocking,
            Step::Fence => none_blocking,
            Step::Quiet => late.is_empty(),
        };
        if !goes {
            return None;
        }
        let mut next = state.clone();
        next.threads[thread].at += 1;
        match step {
            Step::Put(location, word) | Step::PutNb(location, word) => {
                let blocking = matches!(step, Step::Put(..));
                let is_late = match self.strength {
                    Strength::Sequential => false,
                    Strength::Expected => !blocking && self.home(location) as usize != thread,
                    Strength::Allowed => true,
                };
                if is_late {
                    next.threads[thread].late.push(Late { location, word, blocking });
                } else {
                    next.words[location] = word;
                }
            }
            Step::Get(location, register) | Step::Load(location, register) => {
                next.registers[register] = state.words[location];
            }
            Step::FetchAdd(location, add, register) => {
                next.registers[register] = state.words[location];
                next.words[location] = state.words[location].wrapping_add(add);
            }
            Step::Quiet | Step::Fence => {}
        }
        Some(next)
    }
}
