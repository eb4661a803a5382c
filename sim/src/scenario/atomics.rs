//! `atomics`: fetch-add, compare-swap, swap and load of shared words by all nodes, from several threads
//! of each, the home's own among them, are linearizable. An atomic whose outcome cannot be told happened
//! at most once, at any time after it was called.
//!
//! Beside them is a word that programs misuse: atomics and plain `put`s meet there, against which the NIC's
//! are not atomic. What it contains nobody promises or judges; but whatever happens there must not harm
//! its neighbors.

use pangea::Array;
use pangea::cluster::Distribution;

use super::log::{Caller, Log};
use super::{FaultKinds, Opened, Prepared, Scenario, Shape};
use crate::history::Operation;
use crate::job::{ProgramResult, SimNode};
use crate::simulated::Simulated;

pub(super) const SCENARIO: Scenario = Scenario {
    name: "atomics",
    what: "atomics on shared words by threads of all nodes are linearizable",
    traps: &[Opened::HomeAtomicsByCpu],
    faults: FaultKinds::ALL,
    nodes: (2, 4),
    operations: 60,
    prepare,
};

fn prepare(shape: &Shape, log: &Log) -> Prepared {
    let (operations, writer, judge) = (shape.operations, log.clone(), log.clone());
    Prepared::new(move |sim| program(sim, &writer, operations), move |_| judge.judge_words())
}

fn program(sim: &SimNode, log: &Log, operations: u64) -> ProgramResult {
    let words = sim
        .node()
        .array::<u64>("words")
        .len(sim.size() as usize)
        .distribution(Distribution::Cyclic)
        .create()?;
    let misused = sim.node().array::<u64>("misused").len(1).create()?;
    let arrays = Arrays { words, misused };
    let threads = sim.chance(|chance| chance.between(1, 3)) as u32;
    let each = operations / u64::from(threads);
    let mut others = Vec::new();
    for thread in 1..threads {
        let (arrays, log) = (arrays.clone(), log.clone());
        let body = move |sim: &SimNode| use_words(&Caller::new(sim, &log, thread), &arrays, each);
        others.push(sim.spawn(&format!("atomics-{thread}"), body)?);
    }
    let mut result = use_words(&Caller::new(sim, log, 0), &arrays, each);
    for thread in others {
        result = result.and(thread.join());
    }
    result
}

#[derive(Clone)]
struct Arrays {
    words: Array<u64, Simulated>,
    misused: Array<u64, Simulated>,
}

fn use_words(me: &Caller<'_>, arrays: &Arrays, operations: u64) -> ProgramResult {
    let Arrays { words, misused } = arrays;
    let mut last = 0;
    for counter in 0..operations {
        if me.below(16) == 0 {
            misuse(me, misused, counter)?;
        }
        // Most of the time the same one, so that atomics meet.
        let word = if me.below(4) > 0 { 0 } else { me.index(words.len()) };
        if me.is_lost(word as u32) {
            continue;
        }
        let object = word as u64;
        let new = me.stamp(counter + 1);
        let before = match me.below(5) {
            0 | 1 => me.call(object, Operation::FetchAdd(1), || words.fetch_add(word, 1))?,
            2 => {
                let expected = last;
                me.call(object, Operation::CompareSwap { expected, new }, || {
                    words.compare_swap(word, expected, new)
                })?
            }
            3 => me.call(object, Operation::Swap(new), || words.swap(word, new))?,
            _ => me.call(object, Operation::Read, || words.load(word))?,
        };
        last = before.unwrap_or(last);
        me.dawdle();
    }
    Ok(())
}

/// Several at once, so that they meet those of others.
fn misuse(me: &Caller<'_>, word: &Array<u64, Simulated>, value: u64) -> ProgramResult {
    for _ in 0..12 {
        if me.is_lost(0) {
            break;
        }
        let result = match me.below(2) {
            0 => word.put(0, value),
            _ => word.fetch_add(0, 1).map(|_| ()),
        };
        me.answer(result)?;
    }
    Ok(())
}
