//! Exhaustive search of programs over the real runtime: each run is a [`Job`] whose choices a search makes.
//!
//! A search begins every run anew, so what comes before the program's own operations is paid for each
//! time: joining, creating arrays, opening queue pairs. Programs therefore do all that first and pass a
//! barrier; the search chooses only in what they do within [`explored`].
//!
//! [`SCENARIOS`] has small programs that are no litmus tests.

mod scenarios;
mod views;

pub use scenarios::{Found, SCENARIOS, Scenario};

use std::cell::RefCell;
use std::rc::Rc;

use crate::explore::{Exploration, ExploreError, Limits, explore};
use crate::job::{Job, ProgramResult, SimNode};
use crate::outcome::End;

/// The arena of each node in bytes: what the runtime reserves and a few words. All of it is part of the
/// state, which is hashed at each choice.
pub const ARENA_BYTES: u64 = 32 << 10;

/// Runs `program` on all nodes of `job` in all orders. The nodes of one run fill in its outcome together; a
/// run that does not end as it should is a violation.
///
/// # Errors
/// When a run is not a function of its choices.
pub fn search<T: Ord + Default + 'static>(
    job: &Job,
    limits: Limits,
    program: impl Fn(&SimNode, &RefCell<T>) -> ProgramResult + 'static,
) -> Result<Exploration<T, String>, ExploreError> {
    let program = Rc::new(program);
    explore(limits, |chooser| {
        let outcome = Rc::new(RefCell::new(T::default()));
        let (filled, program) = (Rc::clone(&outcome), Rc::clone(&program));
        let run = job.run_chosen(chooser, move |sim| program(sim, &filled));
        match run.end {
            End::Abandoned => None,
            End::Finished => Some(Ok(outcome.take())),
            End::Failed(what) => Some(Err(what.join("\n"))),
            End::Hang { reason, tasks } => Some(Err(format!("{reason}\n{}", tasks.join("\n")))),
        }
    })
}

/// Does what is to be searched: from when all nodes have come here until all have done it, whatever comes of
/// it.
///
/// # Errors
/// Those of `body`.
pub fn explored(sim: &SimNode, body: impl FnOnce() -> ProgramResult) -> ProgramResult {
    sim.explore();
    let result = body();
    sim.end_explore();
    result
}
