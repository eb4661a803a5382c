//! When a run is over: what is left of its tasks unwinds, so that their memory is given back.
//!
//! Most tasks of a finished run have ended by themselves. Those of killed machines, and all tasks of a
//! run that hangs, failed or was abandoned, are suspended somewhere. Each is resumed once more and
//! finds that it is to unwind; its destructors run, and what they would wait for ends at once. Nothing
//! of it is recorded any more.
//!
//! A destructor may need a lock that the task of another stack holds. Then it stays as it is until that
//! one has unwound, hence the rounds.

use super::task::Progress;
use super::{TaskId, World};

/// Rounds after which what does not unwind is given up.
const ROUNDS: u32 = 1000;

impl World {
    pub(super) fn end_all(&self) {
        self.ending.set(true);
        for _ in 0..ROUNDS {
            let left: Vec<TaskId> = {
                let state = self.state.borrow();
                let ids = state.tasks.iter().enumerate();
                ids.filter(|(_, task)| task.progress != Progress::Done)
                    .map(|(id, _)| id as TaskId)
                    .collect()
            };
            if left.is_empty() {
                return;
            }
            for task in left {
                self.resume(task);
            }
        }
        // Whoever waits in a destructor for what cannot come would leave the count of panics of this
        // OS thread wrong, and with it every later simulation.
        for task in self.state.borrow().tasks.iter().filter(|task| task.progress != Progress::Done)
        {
            eprintln!("{:?} of m{} waits for ever while it unwinds", task.name, task.machine);
        }
        std::process::abort();
    }
}
