//! When a run is over: what becomes of the tasks that have not ended.
//!
//! Most tasks of a finished run have ended by themselves. Those of killed machines are suspended somewhere, for
//! ever: they are not unwound, because destructors do what only the living may, such as giving a lock back. Their
//! memory is lost, and so is that of a run that hangs. It is little, and a search runs in processes that end.
//!
//! All tasks of a run that failed or was abandoned unwind, so that their memory is given back: of the runs of an
//! exhaustive search there are too many in one process. Each is resumed once more and finds that it is to
//! unwind; its destructors run, and what they would wait for ends at once. Nothing of it is recorded any more.
//!
//! A destructor may need a lock that the task of another stack holds. Then it stays as it is until that
//! one has unwound, hence the rounds.

use super::task::Progress;
use super::{TaskId, World};
use crate::outcome::End;

/// Rounds after which what does not unwind is given up.
const ROUNDS: u32 = 1000;

impl World {
    pub(super) fn end_all(&self, end: &End) {
        self.ending.set(true);
        if self.is_timed() && matches!(end, End::Finished | End::Hang { .. }) {
            return;
        }
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
