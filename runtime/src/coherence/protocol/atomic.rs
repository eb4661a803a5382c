//! Atomics that carry logical time: a word, and beside it the time up to which it has been used.
//!
//! Every operation, a load too, *raises* the time to its node's clock before it touches the word, and
//! *takes* the time over into the clock after. So whoever finds what another left is not behind it in logical
//! time, and atomics compose with leases.
//!
//! | case | requests, one batch each | round trips |
//! | --- | --- | --- |
//! | the time is known to be late enough | the operation, READ time | 1 |
//! | it is not | CAS time until it is; the operation, READ time | 2 |

use super::agent::{Agent, Failed, Failure, Request};
use super::lease::LogicalTime;
use crate::primitives::Trap;

/// Where the two words are, from the beginning of the agent's block.
#[derive(Clone, Copy, Debug)]
pub struct AtomicWords;

impl AtomicWords {
    /// The word itself.
    pub const VALUE: usize = 0;
    /// The time up to which it has been used.
    pub const TIME: usize = 8;
    /// Both.
    pub const BYTES: usize = 16;
}

/// What is done to the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AtomicOperation {
    /// Adds, wrapping.
    FetchAdd(u64),
    /// Replaces it, if it is `expected`.
    CompareSwap {
        /// What it has to be.
        expected: u64,
        /// What it becomes.
        new: u64,
    },
    /// Nothing.
    Load,
}

/// How an atomic ended that did not fail fatally.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AtomicOutcome {
    /// The word was this before.
    Before(u64),
    /// The queue pair failed amid it: it happened once or not at all, and nobody can tell.
    Indeterminate,
}

/// Executes an operation. `reached` is a time that the word's time is known to have reached, and is brought
/// up to date.
///
/// # Errors
/// Fatal ones only.
pub fn atomic<A: Agent>(
    agent: &mut A,
    reached: &mut LogicalTime,
    operation: AtomicOperation,
) -> Failed<AtomicOutcome, A> {
    let at = AtomicWords::VALUE;
    let request = match operation {
        AtomicOperation::FetchAdd(add) => Request::FetchAdd { at, add },
        AtomicOperation::CompareSwap { expected, new } => {
            Request::CompareSwap { at, expected, new }
        }
        // A READ of a word that NIC atomics change may see half of a change.
        AtomicOperation::Load => Request::FetchAdd { at, add: 0 },
    };
    loop {
        raise(agent, reached)?;
        match agent.exchange([request, Request::ReadWord { at: AtomicWords::TIME }]) {
            Ok([before, time]) => {
                *reached = (*reached).max(LogicalTime(time));
                if !agent.falls_into(Trap::AtomicWithoutTake) {
                    agent.advance(LogicalTime(time));
                }
                return Ok(AtomicOutcome::Before(before));
            }
            Err(Failure::Lost) if operation == AtomicOperation::Load => {}
            Err(Failure::Lost) => return Ok(AtomicOutcome::Indeterminate),
            Err(Failure::Fatal(error)) => return Err(error.into()),
        }
    }
}

/// Raises the time of the word to the node's clock.
fn raise<A: Agent>(agent: &mut A, reached: &mut LogicalTime) -> Failed<(), A> {
    let now = agent.now();
    while *reached < now && !agent.falls_into(Trap::AtomicWithoutRaise) {
        let (expected, new) = (reached.0, now.0);
        match agent.exchange([Request::CompareSwap { at: AtomicWords::TIME, expected, new }]) {
            Ok([before]) if before == expected => *reached = now,
            Ok([before]) => *reached = LogicalTime(before),
            // Whether it happened makes no difference to the next attempt.
            Err(Failure::Lost) => {}
            Err(Failure::Fatal(error)) => return Err(error.into()),
        }
    }
    Ok(())
}
