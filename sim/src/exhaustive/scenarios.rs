//! Small scenarios that are no litmus tests: each a promise of the runtime, in all orders of everything.

use std::cell::RefCell;

use pangea::Array;

use super::{ARENA_BYTES, explored, search, views};
use crate::explore::{Exploration, ExploreError};
use crate::job::{Job, ProgramResult, SimNode};
use crate::litmus::Search;
use crate::simulated::Simulated;

/// A scenario to be searched.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// Its name.
    pub name: &'static str,
    /// What is promised: a violation is a run in which it was not kept.
    pub promise: &'static str,
    /// There are so many orders that only those are searched which depart from the first one at no more
    /// than so many choices; `None` is all.
    pub departures: Option<u32>,
    pub(super) run: fn(&Search) -> Result<Found, ExploreError>,
}

impl Scenario {
    /// Searches it. Outcomes are what the nodes found.
    ///
    /// # Errors
    /// When a run is not a function of its choices.
    pub fn search(&self, search: &Search) -> Result<Found, ExploreError> {
        let mut search = search.clone();
        if self.departures.is_some() {
            search.grain.delays = true;
            search.limits.preemptions = self.departures;
        }
        (self.run)(&search)
    }
}

/// What a search found: as text, the numbers that the nodes found.
pub type Found = Exploration<String, String>;

/// All of them.
pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "additions, own",
        promise: "two nodes add to a word of one of them: nothing is lost",
        departures: None,
        run: |search| additions(search, 2, 0),
    },
    Scenario {
        name: "additions, apart",
        promise: "two nodes add to a word of a third: nothing is lost",
        departures: None,
        run: |search| additions(search, 3, 2),
    },
    Scenario {
        name: "barrier of 2",
        promise: "what was begun before a barrier is seen after it",
        departures: None,
        run: |search| barrier(search, 2),
    },
    Scenario {
        name: "barrier of 3",
        promise: "what was begun before a barrier is seen after it",
        departures: Some(3),
        run: |search| barrier(search, 3),
    },
    Scenario {
        name: "torn",
        promise: "an element is old or new as a whole, though a range of them may be both",
        departures: None,
        run: torn,
    },
    Scenario {
        name: "replaced pair",
        promise: "nothing that was posted to a failed pair takes effect after what was posted to its successor",
        departures: None,
        run: replaced_pair,
    },
    views::SCENARIOS[0],
    views::SCENARIOS[1],
    views::SCENARIOS[2],
    views::SCENARIOS[3],
    views::SCENARIOS[4],
    views::SCENARIOS[5],
    views::SCENARIOS[6],
    views::SCENARIOS[7],
];

fn job(search: &Search, nodes: u32) -> Job {
    let mut job = Job::new("exhaustive", nodes, 0);
    job.arena_bytes = ARENA_BYTES;
    job.grain = search.grain;
    job.traps.clone_from(&search.traps);
    job
}

/// Registers of all nodes, for an outcome.
pub(super) type Registers = RefCell<Vec<u64>>;

pub(super) fn note(sim: &SimNode, registers: &Registers, register: usize, word: u64) {
    sim.observe(&word.to_le_bytes());
    let mut registers = registers.borrow_mut();
    if registers.len() <= register {
        registers.resize(register + 1, 0);
    }
    registers[register] = word;
}

fn run(
    search_by: &Search,
    nodes: u32,
    program: impl Fn(&SimNode, &Registers) -> ProgramResult + 'static,
) -> Result<Found, ExploreError> {
    run_job(search_by, &job(search_by, nodes), program)
}

pub(super) fn run_job(
    search_by: &Search,
    job: &Job,
    program: impl Fn(&SimNode, &Registers) -> ProgramResult + 'static,
) -> Result<Found, ExploreError> {
    let found = search(job, search_by.limits, program)?;
    let text = |words: Vec<u64>| words.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
    Ok(Exploration {
        outcomes: found.outcomes.into_iter().map(|(words, by)| (text(words), by)).collect(),
        violations: found.violations,
        complete: found.complete,
        preemptions: found.preemptions,
        statistics: found.statistics,
    })
}

/// Nodes 0 and 1 each add 1 to a word at `home`, twice.
fn additions(search: &Search, nodes: u32, home: u32) -> Result<Found, ExploreError> {
    run(search, nodes, move |sim, registers| {
        let node = sim.node();
        let word = node.array::<u64>("word").len(1).on_node(home as usize).create()?;
        word.load(0)?;
        node.barrier()?;
        explored(sim, || {
            for turn in 0..2 {
                if sim.rank() < 2 {
                    let before = word.fetch_add(0, 1)?;
                    note(sim, registers, sim.rank() as usize * 2 + turn, before);
                }
            }
            Ok(())
        })?;
        node.barrier()?;
        match word.load(0)? {
            4 => Ok(()),
            sum => Err(format!("four additions came to {sum}").into()),
        }
    })
}

/// Each node begins a write to the node before it, passes a barrier, and reads what the node before wrote to
/// the node behind. (With two nodes these are one and the same.) Sign and data never share a queue pair then.
fn barrier(search: &Search, nodes: u32) -> Result<Found, ExploreError> {
    run(search, nodes, move |sim, registers| {
        let node = sim.node();
        let (rank, size) = (node.rank(), node.size());
        let words = node.array::<u64>("words").len(size).create()?;
        let (before, behind) = ((rank + size - 1) % size, (rank + 1) % size);
        words.get(before)?;
        words.get(behind)?;
        node.barrier()?;
        explored(sim, || {
            words.put_nb(before, &[1])?;
            node.barrier()?;
            let found = words.get(behind)?;
            note(sim, registers, rank, found);
            match found {
                1 => Ok(()),
                _ => Err(format!("node {rank} reads {found} behind the barrier").into()),
            }
        })
    })
}

/// Elements of 8 bytes in a cache line.
const LINE: usize = 8;

/// A node writes two cache lines, another reads them, and the home is a third.
fn torn(search: &Search) -> Result<Found, ExploreError> {
    run(search, 3, |sim, registers| {
        let node = sim.node();
        let words = node.array::<u64>("words").len(2 * LINE).on_node(2).create()?;
        let mut found = [0; 2 * LINE];
        // The same slots of staging memory are used as will be, and the same queue pairs.
        words.get_range(0, &mut found)?;
        node.barrier()?;
        explored(sim, || {
            match sim.rank() {
                0 => words.put_range(0, &[1; 2 * LINE])?,
                1 => words.get_range(0, &mut found)?,
                _ => return Ok(()),
            }
            let (first, second) = found.split_at(LINE);
            if [first, second].iter().any(|line| line.iter().any(|word| *word != line[0])) {
                return Err(format!("a cache line is torn: {found:?}").into());
            }
            if sim.rank() == 1 {
                note(sim, registers, 0, first[0]);
                note(sim, registers, 1, second[0]);
            }
            Ok(())
        })
    })
}

/// Most errors that one failed pair may bring about: of the write that waits, and of the one before, for
/// which nobody waits.
const FAILURES: u64 = 2;

/// Node 0 writes 1 to a word of node 1, then 2 until that is said to be there, and reads it. Meanwhile its
/// queue pair fails, at any moment: node 2 sees to that.
fn replaced_pair(search: &Search) -> Result<Found, ExploreError> {
    run(search, 3, |sim, registers| {
        let node = sim.node();
        let word = node.array::<u64>("word").len(1).on_node(1).create()?;
        word.get(0)?;
        node.barrier()?;
        explored(sim, || match sim.rank() {
            0 => write_twice(sim, &word, registers),
            2 => {
                sim.give_way();
                sim.fail_pair_of(0, 0);
                Ok(())
            }
            _ => Ok(()),
        })
    })
}

fn write_twice(
    sim: &SimNode,
    word: &Array<u64, Simulated>,
    registers: &Registers,
) -> ProgramResult {
    word.put_nb(0, &[1])?;
    let mut failures = 0;
    // Until nothing fails any more: what is told of may be an earlier write.
    let all = || word.put(0, 2).and_then(|()| word.get(0));
    let found = loop {
        match all() {
            Ok(found) => break found,
            Err(error) if failures == FAILURES => return Err(error.into()),
            Err(_) => failures += 1,
        }
    };
    note(sim, registers, 0, found);
    note(sim, registers, 1, failures);
    match found {
        2 => Ok(()),
        _ => Err(format!("{found} was written after 2").into()),
    }
}
