//! `barrier`: nobody leaves a barrier before all have entered it, and what was written before it, also by
//! non-blocking calls that nobody waited for, all see after.
//!
//! The threads of a node take turns: each has queue pairs of its own, so whatever relies on an order
//! between queue pairs shows.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use pangea::Array;

use super::log::{Caller, Log};
use super::{FaultKinds, Opened, Prepared, Scenario, Shape};
use crate::check::barrier;
use crate::check::writes::{self, Read, Tearing};
use crate::job::{ProgramResult, SimNode};
use crate::outcome::Outcome;
use crate::simulated::Simulated;

pub(super) const SCENARIO: Scenario = Scenario {
    name: "barrier",
    what: "nobody leaves a barrier early, and what was written before it is seen after",
    traps: &[Opened::OrderAcrossPairs],
    faults: FaultKinds::ALL,
    nodes: (2, 6),
    operations: 14,
    prepare,
};

/// Words of each writer at each home.
const WORDS: usize = 2;

/// When a thread looks again whether it is its turn, in nanoseconds; then after twice as long.
const GLANCE: u64 = 700;

/// The longest time from one look to the next.
const LONGEST_GLANCE: u64 = 50_000_000;

/// The writes of each round, by their numbers in the log: of those that no call said had failed.
type Written = Rc<RefCell<BTreeMap<u64, Vec<usize>>>>;

fn prepare(shape: &Shape, log: &Log) -> Prepared {
    let rounds = shape.operations;
    let parties: Vec<u32> = (0..shape.nodes).collect();
    let written = Written::default();
    let (writer, judge, of_programs) = (log.clone(), log.clone(), Rc::clone(&written));
    Prepared::new(
        move |sim| program(sim, &writer, &of_programs, rounds),
        move |_: &Outcome| check(&judge, &written, &parties),
    )
}

fn check(log: &Log, written: &Written, parties: &[u32]) -> Vec<String> {
    let passages = log.passages();
    let mut found = Vec::new();
    found.extend(barrier::check(parties, &passages).err());
    // As soon as one has left, all is there that anybody wrote before.
    for (round, numbers) in written.take() {
        let left = passages.iter().filter(|passage| passage.round == round);
        if let Some(first) = left.filter_map(|passage| passage.left).min() {
            log.acknowledge(numbers, first);
        }
    }
    found.extend(writes::check(|_| vec![0], &log.writes(), &log.reads(), Tearing::Never).err());
    found.into_iter().map(|violation| violation.to_string()).collect()
}

/// What the threads of a node share.
#[derive(Clone)]
struct Shared {
    words: Array<u64, Simulated>,
    log: Log,
    written: Written,
    rounds: u64,
    threads: u64,
    /// The next round; beyond the last when one failed.
    turn: Rc<Cell<u64>>,
}

fn program(sim: &SimNode, log: &Log, written: &Written, rounds: u64) -> ProgramResult {
    let size = sim.size() as usize;
    let words = sim.node().array::<u64>("words").len(size * size * WORDS).create()?;
    let shared = Shared {
        words,
        log: log.clone(),
        written: Rc::clone(written),
        rounds,
        threads: sim.chance(|chance| chance.between(1, 3)),
        turn: Rc::default(),
    };
    let mut others = Vec::new();
    for thread in 1..shared.threads {
        let shared = shared.clone();
        others
            .push(sim.spawn(&format!("turn-{thread}"), move |sim| shared.take_turns(sim, thread))?);
    }
    let mut result = shared.take_turns(sim, 0);
    for thread in others {
        result = result.and(thread.join());
    }
    result
}

impl Shared {
    fn take_turns(&self, sim: &SimNode, thread: u64) -> ProgramResult {
        let me = Caller::new(sim, &self.log, thread as u32);
        let mut glance = GLANCE;
        loop {
            let round = self.turn.get();
            if round >= self.rounds {
                return Ok(());
            }
            if round % self.threads != thread {
                sim.sleep(glance);
                glance = LONGEST_GLANCE.min(2 * glance);
                continue;
            }
            glance = GLANCE;
            let done = self.round(&me, round);
            self.turn.set(if done.is_ok() { round + 1 } else { self.rounds });
            done?;
        }
    }

    fn round(&self, me: &Caller<'_>, round: u64) -> ProgramResult {
        let (size, rank) = (me.sim.size() as usize, me.sim.rank() as usize);
        let mut pending: Vec<(usize, usize)> = Vec::new();
        for home in 0..size {
            if me.below(3) == 0 || me.is_lost(home as u32) {
                continue;
            }
            let word = (home * size + rank) * WORDS + me.index(WORDS);
            let value = me.stamp(round + 1);
            let number = self.log.issue(me.sim, word as u64, vec![value]);
            match self.words.put_nb(word, &[value]) {
                Ok(()) => pending.push((home, number)),
                // It may tell of an earlier one there.
                Err(error) => {
                    pending.retain(|(other, _)| *other != home);
                    me.bear(error)?;
                }
            }
        }
        // Before it enters: somebody else may leave before this node does.
        let numbers = pending.into_iter().map(|(_, number)| number);
        self.written.borrow_mut().entry(round).or_default().extend(numbers);
        me.dawdle();
        let passage = self.log.enter(me.sim, round);
        me.sim.node().barrier()?;
        self.log.leave(me.sim, passage);
        for _ in 0..size {
            let word = me.index(self.words.len());
            let began = me.sim.order();
            match self.words.get(word) {
                Ok(value) => {
                    let ended = me.sim.order();
                    let (location, record) = (word as u64, vec![value]);
                    self.log.read(Read { location, record, began, ended });
                }
                Err(error) => me.bear(error)?,
            }
        }
        Ok(())
    }
}
