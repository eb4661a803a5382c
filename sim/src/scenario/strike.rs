//! [`Strike`]: a node that dies, or a queue pair of it that fails, at a certain step of a certain operation.

use super::log::Caller;
use super::{FaultKind, Shape};
use crate::chance::Seeded;
use crate::fault::{Fault, Planned, When};

/// Who is struck, and in which of its operations.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strike(Option<(u32, u64)>);

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
        (Strike(Some((machine, operation))), planned)
    }

    /// A thread is about to do its operation of that number.
    pub(super) fn arm(&self, me: &Caller<'_>, operation: u64) {
        if self.0 == Some((me.sim.rank(), operation)) {
            me.sim.arm();
        }
    }
}
