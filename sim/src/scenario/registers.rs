//! `registers`: blocking `put` and `get` of shared words by all nodes are linearizable, word by word.
//!
//! That holds for the home's own accesses too, though its CPU makes them without the NIC: a word is
//! one place in one memory, a blocking `put` "is at its home when it returns", an aligned word is never
//! torn, and a `get` reads the home between its call and its return, whoever makes it. (`Relaxed`
//! promises no order between different words; that is not judged here.)

use pangea::cluster::Distribution;

use super::log::{Caller, Log};
use super::{FaultKinds, Prepared, Scenario, Shape};
use crate::history::Operation;
use crate::job::{ProgramResult, SimNode};

pub(super) const SCENARIO: Scenario = Scenario {
    name: "registers",
    what: "blocking put and get of words by all nodes are linearizable",
    traps: &[],
    faults: FaultKinds::ALL,
    nodes: (2, 5),
    operations: 80,
    prepare,
};

/// Words at each home. Few, so that accesses meet.
const WORDS: usize = 2;

fn prepare(shape: &Shape, log: &Log) -> Prepared {
    let (operations, writer, judge) = (shape.operations, log.clone(), log.clone());
    Prepared::new(move |sim| program(sim, &writer, operations), move |_| judge.judge_words())
}

fn program(sim: &SimNode, log: &Log, operations: u64) -> ProgramResult {
    let size = sim.size() as usize;
    let words = sim
        .node()
        .array::<u64>("words")
        .len(size * WORDS)
        .distribution(Distribution::Cyclic)
        .create()?;
    let me = Caller::new(sim, log, 0);
    for counter in 0..operations {
        let word = me.index(words.len());
        if me.is_lost((word % size) as u32) {
            continue;
        }
        if me.below(2) == 0 {
            let value = me.stamp(counter + 1);
            me.call(word as u64, Operation::Write(value), || words.put(word, value).map(|()| 0))?;
        } else {
            me.call(word as u64, Operation::Read, || words.get(word))?;
        }
        me.dawdle();
    }
    Ok(())
}
