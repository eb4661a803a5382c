//! What the tests of the checkers share: histories as they happen, and as they go wrong.

use proptest::prelude::*;

use crate::history::{Call, History, Object, Operation, Process};

/// A call in brief; `until` 0 is one that never returned.
pub(crate) fn call(
    process: Process,
    object: Object,
    (from, until): (u64, u64),
    operation: Operation,
    result: u64,
) -> Call {
    let returned = (until > 0).then_some(until);
    Call { process, object, operation, invoked: from, returned, result }
}

fn operation() -> impl Strategy<Value = Operation> {
    // Few values, so that they meet.
    prop_oneof![
        3 => Just(Operation::Read),
        3 => (0..3u64).prop_map(Operation::Write),
        2 => (0..3u64, 0..3u64)
            .prop_map(|(expected, new)| Operation::CompareSwap { expected, new }),
        1 => (0..3u64).prop_map(Operation::FetchAdd),
        1 => (0..3u64).prop_map(Operation::Swap),
    ]
}

/// What decides how a history comes about.
#[derive(Clone, Debug)]
pub(crate) struct Course {
    operations: Vec<(Object, Operation)>,
    /// Who makes the next move: begins a call, lets it take effect, or returns from it.
    moves: Vec<usize>,
    /// Answers that are falsified: which call, and by how much.
    lies: Vec<(usize, u64)>,
}

pub(crate) fn courses(objects: Object, calls: usize, lies: usize) -> impl Strategy<Value = Course> {
    let operations = prop::collection::vec((0..objects, operation()), 1..=calls);
    let moves = prop::collection::vec(0..3usize, calls..=3 * calls);
    let lies = prop::collection::vec((0..calls, 1..3u64), 0..=lies);
    (operations, moves, lies).prop_map(|(operations, moves, lies)| Course {
        operations,
        moves,
        lies,
    })
}

impl Course {
    /// Three processes make their moves. Calls that have not returned when the moves are used up remain
    /// so, or else return (`complete`).
    pub(crate) fn history(&self, complete: bool) -> History {
        let mut words = [0; 4];
        let mut calls: Vec<Call> = Vec::new();
        let mut current: [Option<(usize, Option<u64>)>; 3] = [None; 3];
        let mut operations = self.operations.iter();
        let rest = (0..if complete { 6 } else { 0 }).map(|i| i % 3);
        for (now, process) in self.moves.iter().copied().chain(rest).enumerate() {
            match current[process] {
                None => {
                    // What is begun in the rest would not be ended.
                    if now >= self.moves.len() {
                        continue;
                    }
                    let Some(&(object, operation)) = operations.next() else { continue };
                    current[process] = Some((calls.len(), None));
                    calls.push(call(process as Process, object, (now as u64, 0), operation, 0));
                }
                Some((i, None)) => {
                    let word = &mut words[calls[i].object as usize];
                    current[process] = Some((i, Some(*word)));
                    *word = calls[i].operation.after(*word);
                }
                Some((i, Some(before))) => {
                    current[process] = None;
                    calls[i].returned = Some(now as u64);
                    calls[i].result = if calls[i].operation.tells() { before } else { 0 };
                }
            }
        }
        for &(i, by) in &self.lies {
            let i = i % calls.len().max(1);
            if let Some(call) = calls.get_mut(i).filter(|call| call.operation.tells()) {
                call.result = (call.result + by) % 3;
            }
        }
        History::from_calls(calls)
    }
}
