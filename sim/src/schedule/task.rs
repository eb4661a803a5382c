//! [`Task`]: a simulated thread, and what it waits for.

use std::fmt;
use std::hash::Hasher;
use std::rc::Rc;

use pangea::primitives::ThreadStates;
use verbs_shim::provider::sim::{Machine, Nanos};

use crate::digest::Digest;
use crate::simulated::Simulated;

/// The number of a task; never used again within a simulation.
pub(crate) type TaskId = u32;

/// What a task waits for. Addresses say which lock or condition is meant, and nothing else depends on
/// them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Its turn.
    Turn,
    /// That something changes on its machine, seen by looking again and again.
    Change,
    /// That a lock is given up.
    Lock(usize),
    /// A notification of a condition.
    Condvar(usize),
    /// A time.
    Sleep,
    /// The end of another task.
    Join(TaskId),
    /// That something comes over a wire of its machine.
    Wire,
    /// That the other tasks of the job's programs have ended.
    Programs,
    /// Nothing: it never goes on.
    Never,
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wait::Turn => f.write_str("ready to run"),
            Wait::Change => f.write_str("looks again and again for a change"),
            Wait::Lock(_) => f.write_str("waits for a lock"),
            Wait::Condvar(_) => f.write_str("waits for a notification"),
            Wait::Sleep => f.write_str("sleeps"),
            Wait::Join(task) => write!(f, "waits for the end of task {task}"),
            Wait::Wire => f.write_str("waits at a wire"),
            Wait::Programs => f.write_str("waits for the nodes' programs"),
            Wait::Never => f.write_str("never goes on"),
        }
    }
}

/// What a task that has given way does next, until it gives way again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Whatever others may see or have changed.
    Anything,
    /// It posts or polls: only its own NIC sees it, and nobody else's step changes what it finds but by
    /// a completion.
    OwnNic,
    /// It loads a word of its own node's memory. If it has looked in vain just before, it does so again.
    Load,
}

/// How far a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    Suspended(Wait),
    Running,
    Done,
}

/// A simulated thread.
pub(crate) struct Task {
    pub(crate) machine: Machine,
    pub(crate) name: String,
    pub(crate) progress: Progress,
    /// Counts its waits: what was asked for in an earlier one is out of date.
    pub(crate) turn: u32,
    /// What the runtime keeps for the thread, until it ends.
    pub(crate) states: Option<Rc<ThreadStates<Simulated>>>,
    /// Whether it may be chosen to go on.
    pub(super) ready: bool,
    /// What it will do first when it goes on.
    pub(super) reach: Reach,
    /// What it last gave way for was a load; and since then it has only waited to load again.
    pub(super) loaded: bool,
    pub(super) looks_again: bool,
    pub(super) joiners: Vec<TaskId>,
    /// It has done something since it last only looked: what others of its machine look for may have
    /// come about.
    pub(super) active: bool,
    /// The version of its machine that it has seen.
    pub(super) seen: u64,
    /// Since when, and how often, it has looked in vain.
    pub(super) looks: u32,
    pub(super) looking_since: Nanos,
    /// Whether it unwinds, by a panic of its own or because the simulation ends.
    pub(super) unwinding: bool,
    /// How often it has not waited because it unwinds.
    pub(super) refused_waits: u32,
    pub(super) observed: Observed,
}

impl Task {
    pub(super) fn new(machine: Machine, name: &str, now: Nanos) -> Task {
        Task {
            machine,
            name: name.to_owned(),
            progress: Progress::Suspended(Wait::Turn),
            turn: 0,
            states: Some(Rc::new(ThreadStates::new())),
            ready: false,
            reach: Reach::Anything,
            loaded: false,
            looks_again: false,
            joiners: Vec::new(),
            active: true,
            seen: 0,
            looks: 0,
            looking_since: now,
            unwinding: false,
            refused_waits: 0,
            observed: Observed::default(),
        }
    }

    /// Where it stands, without addresses and times.
    pub(super) fn digest(&self, into: &mut Digest) {
        self.observed.digest(into);
        let kind = match self.progress {
            Progress::Suspended(Wait::Turn) => 0,
            Progress::Suspended(Wait::Change) => 1,
            Progress::Suspended(Wait::Lock(_)) => 2,
            Progress::Suspended(Wait::Condvar(_)) => 3,
            Progress::Suspended(Wait::Sleep) => 4,
            Progress::Suspended(Wait::Join(_)) => 5,
            Progress::Suspended(Wait::Wire) => 6,
            Progress::Suspended(Wait::Programs) => 7,
            Progress::Suspended(Wait::Never) => 8,
            Progress::Running => 9,
            Progress::Done => 10,
        };
        into.write_u8(kind << 1 | u8::from(self.ready));
    }

    pub(super) fn waits(&self) -> Option<Wait> {
        match self.progress {
            Progress::Suspended(wait) => Some(wait),
            Progress::Running | Progress::Done => None,
        }
    }
}

/// What a task has seen, in order, as a fingerprint: as its code is deterministic, this says where it
/// stands. A loop that sees the same each time around does not change it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Observed {
    before: Digest,
    /// What the loop that it is in has seen so far this time, and what it saw the last time.
    round: Option<Digest>,
    last_round: Option<Digest>,
}

impl Observed {
    pub(super) fn see(&mut self, bytes: &[u8]) {
        self.round.get_or_insert_default().write(bytes);
    }

    /// The task looks again.
    pub(super) fn look_again(&mut self) {
        let round = self.round.take();
        if round != self.last_round {
            if let Some(round) = round {
                self.before.write_u64(round.finish());
            }
            self.last_round = round;
        }
    }

    /// The task has ended.
    pub(super) fn end(&mut self) {
        self.see(b"end");
    }

    pub(super) fn digest(&self, into: &mut dyn Hasher) {
        into.write_u64(self.before.finish());
        into.write_u64(self.round.map_or(0, |round| round.finish()));
    }
}

/// A machine: its tasks, and who of them waits for what of it.
#[derive(Default)]
pub(crate) struct MachineState {
    pub(crate) dead: bool,
    pub(crate) paused_until: Nanos,
    /// Rises with everything that a task that looks again may see.
    pub(super) version: u64,
    /// Tasks that look again and again, while they are suspended in it.
    pub(super) looking: Vec<TaskId>,
    /// Tasks that wait at wires.
    pub(super) at_wires: Vec<TaskId>,
    /// Tasks that wait for notifications.
    pub(super) at_condvars: Vec<TaskId>,
    /// Tasks that wait for locks.
    pub(super) at_locks: Vec<TaskId>,
    /// Its tasks that have not ended.
    pub(super) living: u32,
    /// Whether the program that the job runs on it has still to end.
    pub(super) has_program: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(observed: Observed) -> u64 {
        let mut digest = Digest::new();
        observed.digest(&mut digest);
        digest.finish()
    }

    #[test]
    fn a_loop_that_sees_the_same_changes_nothing() {
        let mut observed = Observed::default();
        observed.see(b"start");
        observed.look_again();
        observed.see(b"0");
        observed.look_again();
        let once = digest(observed);
        for _ in 0..3 {
            observed.see(b"0");
            observed.look_again();
            assert_eq!(digest(observed), once);
        }
        observed.see(b"1");
        observed.look_again();
        assert_ne!(digest(observed), once);
    }
}
