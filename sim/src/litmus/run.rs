//! Programs run over the real runtime, in all orders.

use std::cell::RefCell;

use pangea::primitives::Trap;
use pangea::{Array, Error};

use super::{Location, Outcome, Program, Step};
use crate::exhaustive::{self, ARENA_BYTES, explored};
use crate::explore::{Exploration, ExploreError, Limits};
use crate::job::{Job, ProgramResult, SimNode};
use crate::schedule::Grain;
use crate::simulated::Simulated;

/// How a program is searched.
#[derive(Clone, Debug)]
pub struct Search {
    /// Between what is chosen.
    pub grain: Grain,
    /// How far.
    pub limits: Limits,
    /// The traps that the runtime is to fall into.
    pub traps: Vec<Trap>,
}

impl Default for Search {
    /// Everything, with the fewest choices.
    fn default() -> Search {
        Search { grain: Grain::coarse(), limits: Limits::default(), traps: Vec::new() }
    }
}

/// Runs a program in all orders: thread `t` on node `t`, each word an array of its own at its home. The
/// first use of each home, which opens the queue pair, comes before the search begins.
///
/// # Errors
/// When a run is not a function of its choices.
///
/// # Panics
/// When the program names a word without a home.
pub fn run(
    program: &Program,
    search: &Search,
) -> Result<Exploration<Outcome, String>, ExploreError> {
    let mut job = Job::new("litmus", program.nodes(), 0);
    job.arena_bytes = ARENA_BYTES;
    job.grain = search.grain;
    job.traps.clone_from(&search.traps);
    let program = program.clone();
    exhaustive::search(&job, search.limits, move |sim, outcome| run_node(sim, &program, outcome))
}

type Words = Vec<Array<u64, Simulated>>;

fn run_node(sim: &SimNode, program: &Program, outcome: &RefCell<Outcome>) -> ProgramResult {
    let node = sim.node();
    let words = program.homes.iter().enumerate().map(|(location, &home)| {
        node.array::<u64>(&format!("x{location}")).len(1).on_node(home as usize).create()
    });
    let words = words.collect::<Result<Words, Error>>()?;
    outcome.borrow_mut().registers.resize(program.registers(), 0);
    let steps = program.threads.get(sim.rank() as usize).map_or(&[][..], Vec::as_slice);
    open(steps, &words)?;
    node.barrier()?;

    explored(sim, || {
        for &step in steps {
            make(sim, step, &words, outcome)?;
        }
        Ok(node.quiet()?)
    })?;

    if !program.finals.is_empty() {
        node.barrier()?;
        if sim.rank() == 0 {
            let finals = program.finals.iter().map(|&at| words[at].get(0));
            outcome.borrow_mut().finals = finals.collect::<Result<_, Error>>()?;
        }
    }
    Ok(())
}

/// Opens the queue pairs that the steps need. An atomic needs one also to the node itself.
fn open(steps: &[Step], words: &Words) -> Result<(), Error> {
    for &step in steps {
        match step {
            Step::Put(at, _) | Step::PutNb(at, _) | Step::Get(at, _) => words[at].get(0)?,
            Step::FetchAdd(at, ..) | Step::Load(at, _) => words[at].load(0)?,
            Step::Quiet | Step::Fence => 0,
        };
    }
    Ok(())
}

fn make(sim: &SimNode, step: Step, words: &Words, outcome: &RefCell<Outcome>) -> Result<(), Error> {
    let word = |at: Location| &words[at];
    let (register, found) = match step {
        Step::Put(at, value) => return word(at).put(0, value),
        Step::PutNb(at, value) => return word(at).put_nb(0, &[value]),
        Step::Quiet => return sim.node().quiet(),
        Step::Fence => return sim.node().fence(),
        Step::Get(at, register) => (register, word(at).get(0)?),
        Step::FetchAdd(at, add, register) => (register, word(at).fetch_add(0, add)?),
        Step::Load(at, register) => (register, word(at).load(0)?),
    };
    sim.observe(&found.to_le_bytes());
    outcome.borrow_mut().registers[register] = found;
    Ok(())
}
