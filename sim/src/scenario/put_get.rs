//! `put_get`: each node writes words of its own all over the job, reads them back, and adds to
//! counters that all share.

use super::log::Log;
use super::{FaultKind, FaultKinds, Prepared, Scenario, Shape};
use crate::job::{ProgramResult, SimNode};

pub(super) const SCENARIO: Scenario = Scenario {
    name: "put_get",
    what: "nodes write and read back words of their own and add to shared counters; \
           requests straggle, get lost and come twice",
    traps: &[],
    // It ends with exact sums, so it bears what is seen by no program. Others see to the rest.
    faults: FaultKinds::only(FaultKind::Absorbed).or(FaultKinds::only(FaultKind::Pauses)),
    nodes: (2, 8),
    operations: 200,
    prepare,
};

/// Counters that all nodes add to.
const COUNTERS: usize = 16;

/// Words that each node has for itself.
const OWN: usize = 64;

/// A prime that divides no count of words, as nobody simulates so many nodes.
const STRIDE: usize = 1_000_003;

fn prepare(shape: &Shape, log: &Log) -> Prepared {
    let (operations, log) = (shape.operations, log.clone());
    Prepared::new(move |sim| program(sim, &log, operations), |_| Vec::new())
}

fn program(sim: &SimNode, log: &Log, operations: u64) -> ProgramResult {
    let node = sim.node();
    let size = sim.size() as usize;
    let words = node.array::<u64>("words").len(size * OWN).create()?;
    let counters = node.array::<u64>("counters").len(COUNTERS).create()?;
    node.barrier()?;

    let first = sim.rank() as usize * OWN;
    let mut expected = [0; OWN];
    let mut added = 0;
    for _ in 0..operations {
        log.count(1);
        let (choice, slot) = sim.chance(|chance| (chance.below(4), chance.below(OWN as u64)));
        let slot = slot as usize;
        // A stride spreads a node's words over the homes.
        let index = (first + slot) * STRIDE % (size * OWN);
        match choice {
            0 => {
                let value = sim.chance(|chance| chance.any());
                words.put(index, value)?;
                expected[slot] = value;
            }
            1 | 2 => {
                let found = words.get(index)?;
                if found != expected[slot] {
                    return Err(format!(
                        "word {index} is {found:#x} instead of {:#x}",
                        expected[slot]
                    )
                    .into());
                }
            }
            _ => {
                counters.fetch_add(slot % COUNTERS, 1)?;
                added += 1;
            }
        }
    }
    node.barrier()?;
    let sum = (0..COUNTERS).map(|i| counters.load(i)).sum::<Result<u64, _>>()?;
    let all = node.reduce(added, |a, b| a + b)?;
    if sum != all {
        return Err(format!("the counters have {sum}, but {all} were added").into());
    }
    node.barrier()?;
    Ok(())
}
