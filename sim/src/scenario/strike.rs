//! [`Strike`]: a node that dies, or a queue pair of it that fails, at a certain step of a certain operation.

use std::ops::Range;

use super::log::Caller;
use super::{FaultKind, Shape};
use crate::chance::Seeded;
use crate::fault::{Fault, Planned, When};

/// Who is struck, in which operations, and from where in them.
#[derive(Clone, Debug)]
pub(super) struct Strike(Option<(u32, Range<u64>, From)>);

/// From where in an operation what happens is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    Begin,
    /// When it is about to give a lock back.
    Unlock,
}

/// What happens to the requests of the longest operations, at least.
const EVENTS: u64 = 64;

impl Strike {
    /// In two thirds of the runs in which such faults may come: one operation of one node, which does so many.
    /// Over the seeds, every step is struck.
    pub(super) fn draw(shape: &Shape, operations: u64) -> (Strike, Vec<Planned>) {
        let mut chance = Seeded::new(shape.seed, "strike", 0);
        let machine = chance.below(shape.nodes.into()) as u32;
        let operation = chance.below(operations.max(1));
        // Small numbers most often: most operations are short.
        let most = *chance.pick(&[8, 24, EVENTS]);
        let mut nth = chance.between(1, most) as u32;
        let mut planned = Vec::new();
        match chance.below(3) {
            0 if shape.kinds.has(FaultKind::Kills) => {
                let when = When::Event { machine, nth };
                planned.push(Planned { when, fault: Fault::Kill { machine } });
            }
            1 if shape.kinds.has(FaultKind::Pairs) => {
                // And what it does about that is struck again.
                for _ in 0..chance.between(1, 4) {
                    let when = When::Event { machine, nth };
                    let fault = Fault::FailPair { machine, nth: chance.any() };
                    planned.push(Planned { when, fault });
                    nth += chance.between(1, 16) as u32;
                }
            }
            _ => return (Strike(None), planned),
        }
        (Strike(Some((machine, operation..operation + 1, From::Begin))), planned)
    }

    /// This machine is struck while it gives a lock back, in the first of these operations in which so much happens then.
    pub(super) fn at_unlock(machine: u32, operations: Range<u64>) -> Strike {
        Strike(Some((machine, operations, From::Unlock)))
    }

    /// A thread is about to do its operation of that number.
    pub(super) fn arm(&self, me: &Caller<'_>, operation: u64) {
        self.arm_from(me, operation, From::Begin);
    }

    /// A thread is about to give back a lock that it has had in that operation.
    pub(super) fn arm_unlock(&self, me: &Caller<'_>, operation: u64) {
        self.arm_from(me, operation, From::Unlock);
    }

    fn arm_from(&self, me: &Caller<'_>, operation: u64, here: From) {
        if let Some((machine, operations, from)) = &self.0
            && (*machine, *from) == (me.sim.rank(), here)
            && operations.contains(&operation)
        {
            me.sim.arm();
        }
    }
}
