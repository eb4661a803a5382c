//! `collectives`: a reduction and a broadcast give every node the right value, in the order of the ranks,
//! or an error.

use super::log::Log;
use super::{FaultKinds, Prepared, Scenario, Shape};
use crate::chance::Seeded;
use crate::job::{ProgramResult, SimNode};

pub(super) const SCENARIO: Scenario = Scenario {
    name: "collectives",
    what: "reductions and broadcasts give every node the right value, or an error",
    traps: &[],
    faults: FaultKinds::ALL,
    nodes: (1, 7),
    operations: 16,
    prepare,
};

/// The largest value that travels.
const LARGE: usize = 32;

fn prepare(shape: &Shape, log: &Log) -> Prepared {
    let (rounds, seed, log) = (shape.operations, shape.seed, log.clone());
    Prepared::new(move |sim| program(sim, &log, rounds, seed), |_| Vec::new())
}

/// What a node contributes in a round; all know it.
fn value<const N: usize>(seed: u64, round: u64, rank: usize) -> [u64; N] {
    let mut chance = Seeded::new(seed, "values", round << 16 | rank as u64);
    std::array::from_fn(|_| chance.below(1 << 60))
}

/// Associative, but the order counts: the composition of `x -> a x + b`, modulo 2^64.
fn compose(first: [u64; 2], then: [u64; 2]) -> [u64; 2] {
    let [a, b] = first;
    let [c, d] = then;
    [a.wrapping_mul(c), b.wrapping_mul(c).wrapping_add(d)]
}

fn program(sim: &SimNode, log: &Log, rounds: u64, seed: u64) -> ProgramResult {
    let (node, size, rank) = (sim.node(), sim.size() as usize, sim.rank() as usize);
    // The threads of a node may take turns here too.
    for round in 0..rounds {
        // All draw the same.
        let mut chance = Seeded::new(seed, "rounds", round);
        let (right, what) = match chance.below(5) {
            0 => {
                let got = node.reduce(value::<2>(seed, round, rank), compose)?;
                let all = (0..size).map(|rank| value::<2>(seed, round, rank));
                (Some(got) == all.reduce(compose), "a reduction of two words")
            }
            1 => {
                let greater =
                    |a: [u64; LARGE], b: [u64; LARGE]| std::array::from_fn(|i| a[i].max(b[i]));
                let got = node.reduce(value::<LARGE>(seed, round, rank), greater)?;
                let all = (0..size).map(|rank| value::<LARGE>(seed, round, rank));
                (Some(got) == all.reduce(greater), "a reduction of 256 bytes")
            }
            2 => {
                let root = chance.below(size as u64) as usize;
                let got = node.broadcast(root, value::<LARGE>(seed, round, rank))?;
                (got == value::<LARGE>(seed, round, root), "a broadcast of 256 bytes")
            }
            3 => {
                let root = chance.below(size as u64) as usize;
                let got = node.broadcast(root, (rank * 7) as u8)?;
                (got == (root * 7) as u8, "a broadcast of a byte")
            }
            _ => {
                node.barrier()?;
                (true, "a barrier")
            }
        };
        log.count(1);
        if !right {
            log.fail(format!("node {rank} got a wrong value in round {round}, {what}"));
        }
        if sim.chance(|chance| chance.one_in(4)) {
            let nanos = sim.chance(|chance| chance.below(5_000));
            sim.sleep(nanos);
        }
    }
    Ok(())
}
