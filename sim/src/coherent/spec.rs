//! What may come out: every operation takes effect at one moment, in the order of its thread.
//!
//! A thread of a node that dies stops anywhere. The operation that it was in may take effect once, at any time after,
//! or not; a write may leave its block torn, a lock that it had or was about to get becomes free again, poisoned.

use std::collections::{BTreeSet, HashSet};

use pangea::protocol::Rule;

use super::perform::{HOLDER_DIED, HOLDER_TORE, INDETERMINATE, POISONED, REFUSED};
use super::program::{Case, Kind, Op};

/// What came out of a run: the results of each thread's operations, and the values at the end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Outcome {
    pub(crate) results: Vec<Vec<u64>>,
    pub(crate) finals: Vec<u64>,
}

/// How many operations of each thread had ended when an operation began.
pub(crate) type Begun = Vec<Vec<u8>>;

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Thing {
    value: u64,
    torn: bool,
    /// A holder of the lock died.
    poisoned: bool,
    holder: Option<usize>,
    readers: u32,
    arrived: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    things: Vec<Thing>,
    results: Vec<Vec<u64>>,
    /// Threads that have stopped, and whether what they were in may still happen.
    stopped: Vec<Option<bool>>,
}

struct Enumeration<'a> {
    case: &'a Case,
    /// What is to be explained, if anything.
    wanted: Option<(&'a Outcome, &'a Begun)>,
    visited: HashSet<State>,
    found: BTreeSet<Outcome>,
}

/// All outcomes that may be.
pub(crate) fn outcomes(case: &Case) -> BTreeSet<Outcome> {
    run(case, None)
}

/// Whether an outcome may be, if besides no operation takes effect before those that ended before it began.
pub(crate) fn is_explained(case: &Case, outcome: &Outcome, begun: &Begun) -> bool {
    !run(case, Some((outcome, begun))).is_empty()
}

fn run(case: &Case, wanted: Option<(&Outcome, &Begun)>) -> BTreeSet<Outcome> {
    let thing = |value| Thing { value, ..Thing::default() };
    let threads = case.threads.len();
    let start = State {
        things: case.objects.iter().map(|object| thing(object.value)).collect(),
        results: vec![Vec::new(); threads],
        stopped: vec![None; threads],
    };
    let (visited, found) = (HashSet::new(), BTreeSet::new());
    let mut all = Enumeration { case, wanted, visited, found };
    all.visit(start);
    all.found
}

impl Enumeration<'_> {
    fn visit(&mut self, state: State) {
        if !self.visited.insert(state.clone()) || (self.wanted.is_some() && !self.found.is_empty())
        {
            return;
        }
        let mut stuck = true;
        for thread in 0..state.results.len() {
            for next in self.next(&state, thread) {
                stuck = false;
                self.visit(next);
            }
            for next in self.after_death(&state, thread) {
                self.visit(next);
            }
            // What a dead thread holds does not stay so for those who wait.
            let holds =
                |thing: &Thing| thing.holder == Some(thread) || thing.readers >> thread & 1 == 1;
            stuck &= state.stopped[thread].is_none() || !state.things.iter().any(holds);
        }
        let ended = (0..state.results.len()).all(|thread| {
            state.stopped[thread].is_some()
                || state.results[thread].len() == self.case.threads[thread].ops.len()
        });
        if stuck || ended {
            let finals = state.things.iter().zip(&self.case.objects).map(|(thing, object)| {
                match object.kind {
                    Kind::Barrier => 0,
                    _ if thing.torn => POISONED,
                    _ => thing.value,
                }
            });
            let outcome = Outcome { finals: finals.collect(), results: state.results };
            if self.wanted.is_none_or(|(wanted, _)| *wanted == outcome) {
                self.found.insert(outcome);
            }
        }
    }

    /// The states after a thread's next operation.
    fn next(&self, state: &State, thread: usize) -> Vec<State> {
        let done = state.results[thread].len();
        let Some(op) = self.case.threads[thread].ops.get(done) else { return Vec::new() };
        if state.stopped[thread].is_some() {
            return Vec::new();
        }
        if let Some((_, begun)) = self.wanted {
            let threads = state.results.len();
            let before = &begun[thread][done * threads..(done + 1) * threads];
            let early = |(results, ended): (&Vec<u64>, &u8)| results.len() < usize::from(*ended);
            if state.results.iter().zip(before).any(early) {
                return Vec::new();
            }
        }
        let mut after = Vec::new();
        for (result, things) in self.effects(state, thread, *op) {
            let fits = self.wanted.is_none_or(|(wanted, _)| wanted.results[thread][done] == result);
            if fits {
                let mut next = State { things, ..state.clone() };
                next.results[thread].push(result);
                after.push(next);
            }
        }
        after
    }

    /// The states after a thread has died, or after what its death brings about.
    fn after_death(&self, state: &State, thread: usize) -> Vec<State> {
        let program = &self.case.threads[thread];
        let op = program.ops.get(state.results[thread].len()).copied();
        let mut after = Vec::new();
        let Some(pending) = state.stopped[thread] else {
            if self.case.faults.dies == Some(program.node) && op.is_some() {
                let mut next = state.clone();
                next.stopped[thread] = Some(true);
                after.push(next);
            }
            return after;
        };
        let mut settle = |things: Vec<Thing>| {
            let mut next = State { things, ..state.clone() };
            next.stopped[thread] = Some(false);
            after.push(next);
        };
        if let (Some(op), true) = (op, pending) {
            for (_, things) in self.effects(state, thread, op) {
                settle(things);
            }
            if let Some(things) = self.torn(state, thread, op) {
                settle(things);
            }
            // A reader that had to queue up has the lock for a moment, as a writer has it.
            let free = |thing: &Thing| thing.holder.is_none() && thing.readers == 0;
            if let Op::LockShared(object) | Op::TryLockShared(object) = op
                && free(&state.things[object])
            {
                let mut things = state.things.clone();
                things[object].poisoned = true;
                settle(things);
            }
        }
        // What it holds, it has no more.
        let mut things = state.things.clone();
        for thing in &mut things {
            thing.readers &= !(1 << thread);
            if thing.holder == Some(thread) {
                thing.holder = None;
                thing.poisoned = true;
            }
        }
        if things != state.things {
            settle(things);
        }
        after
    }

    /// What is left when a thread dies amid a write.
    fn torn(&self, state: &State, thread: usize, op: Op) -> Option<Vec<Thing>> {
        let mut things = state.things.clone();
        let thing = &mut things[op.object()?];
        match op {
            Op::Write(..) => {}
            Op::Add(..) if !thing.torn => {}
            Op::CompareExchange(_, expected, _) if !thing.torn && thing.value == expected => {}
            Op::Down(_) if !thing.torn && thing.value > 0 => {}
            Op::Unlock(..) if thing.holder == Some(thread) => thing.holder = None,
            _ => return None,
        }
        thing.torn = true;
        Some(things)
    }

    /// What an operation may come to: its result, and what is then. Nothing if it has to wait.
    fn effects(&self, state: &State, thread: usize, op: Op) -> Vec<(u64, Vec<Thing>)> {
        let mut things = state.things.clone();
        let Some(object) = op.object() else {
            let waits = matches!(op, Op::Await(other, ops) if state.results[other].len() < ops);
            return if waits { Vec::new() } else { vec![(0, things)] };
        };
        let unsure = self.case.faults.failures > 0;
        let thing = &mut things[object];
        let before = thing.value;
        let under_lock = |thing: &Thing| match thing {
            Thing { torn: true, .. } => HOLDER_TORE,
            Thing { poisoned: true, value, .. } => *value + HOLDER_DIED,
            Thing { value, .. } => *value,
        };
        let result = match op {
            // A copy may be read as long as its lease says.
            Op::Read(_) if thing.torn && self.is_leased(object) => {
                return vec![(POISONED, things.clone()), (before, things)];
            }
            Op::Read(_) | Op::Until(..) | Op::Add(..) | Op::CompareExchange(..) | Op::Down(_)
                if thing.torn =>
            {
                POISONED
            }
            Op::Read(_) | Op::Load(_) => before,
            Op::Write(_, value) => {
                thing.torn = false;
                thing.value = value;
                0
            }
            Op::Add(_, add) => {
                thing.value += add;
                before
            }
            Op::CompareExchange(_, expected, new) => {
                thing.value = if before == expected { new } else { before };
                before
            }
            Op::Until(_, value) | Op::UntilLoad(_, value) => {
                if before != value {
                    return Vec::new();
                }
                0
            }
            Op::Down(_) => {
                if before == 0 {
                    return Vec::new();
                }
                thing.value -= 1;
                before
            }
            Op::FetchAdd(..) | Op::CompareSwap(..) => {
                return Self::atomic(&things, object, op, unsure);
            }
            Op::Lock(_) | Op::TryLock(_) => {
                let refused = matches!(op, Op::TryLock(_)).then(|| (REFUSED, state.things.clone()));
                if thing.holder.is_some() || thing.readers != 0 {
                    return refused.into_iter().collect();
                }
                thing.holder = Some(thread);
                let got = under_lock(thing);
                return refused.into_iter().chain([(got, things)]).collect();
            }
            Op::Unlock(_, add) => {
                if thing.holder == Some(thread) {
                    thing.holder = None;
                    thing.value = if thing.torn { add } else { before + add };
                }
                0
            }
            Op::LockShared(_) | Op::TryLockShared(_) => {
                let tries = matches!(op, Op::TryLockShared(_));
                let refused = tries.then(|| (REFUSED, state.things.clone()));
                if thing.holder.is_some() {
                    return refused.into_iter().collect();
                }
                thing.readers |= 1 << thread;
                let got = under_lock(thing);
                return refused.into_iter().chain([(got, things)]).collect();
            }
            Op::UnlockShared(_) => {
                thing.readers &= !(1 << thread);
                0
            }
            Op::Arrive(_) => {
                thing.arrived |= 1 << thread;
                0
            }
            Op::Depart(_) => {
                let all = self.case.threads.iter().enumerate();
                let mut missing = all.filter(|(number, other)| {
                    other.ops.contains(&Op::Arrive(object)) && thing.arrived >> number & 1 == 0
                });
                if missing.next().is_some() {
                    return Vec::new();
                }
                0
            }
            Op::Fence | Op::Await(..) => 0,
        };
        vec![(result, things)]
    }

    fn is_leased(&self, object: usize) -> bool {
        self.case.objects[object].kind == Kind::Block(Rule::Leased)
    }

    fn atomic(things: &[Thing], object: usize, op: Op, unsure: bool) -> Vec<(u64, Vec<Thing>)> {
        let before = things[object].value;
        let mut changed = things.to_vec();
        changed[object].value = match op {
            Op::FetchAdd(_, add) => before.wrapping_add(add),
            Op::CompareSwap(_, expected, new) if before == expected => new,
            _ => before,
        };
        let mut all = vec![(before, changed.clone())];
        if unsure {
            all.extend([(INDETERMINATE, changed), (INDETERMINATE, things.to_vec())]);
        }
        all
    }
}
