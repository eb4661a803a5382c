//! `join`: nodes join and leave while others are killed, paused, cut off or not heard of. Every survivor
//! gets an answer: it ends, or gets an error that says who is gone. Nothing hangs, nothing leaks.

use super::log::{Caller, Log};
use super::{FaultKinds, Prepared, Scenario, Shape};
use crate::job::{ProgramResult, SimNode};
use crate::outcome::{NodeEnd, Outcome};

pub(super) const SCENARIO: Scenario = Scenario {
    name: "join",
    what: "every node gets an answer, whatever happens to others while they join and leave",
    traps: &[],
    faults: FaultKinds::ALL,
    nodes: (1, 6),
    operations: 3,
    prepare,
};

fn prepare(shape: &Shape, log: &Log) -> Prepared {
    let (operations, log) = (shape.operations, log.clone());
    let (nodes, victims) = (shape.nodes, shape.victims.clone());
    Prepared::new(
        move |sim| program(sim, &log, operations),
        move |outcome| check(outcome, nodes, &victims),
    )
}

fn program(sim: &SimNode, log: &Log, operations: u64) -> ProgramResult {
    let me = Caller::new(sim, log, 0);
    let (rank, size) = (sim.rank() as usize, sim.size() as usize);
    let words = sim.node().array::<u64>("words").len(size).create()?;
    for counter in 0..operations {
        // Some leave at once.
        if me.below(6) == 0 {
            break;
        }
        me.answer(words.put((rank + 1) % size, counter))?;
        log.count(1);
    }
    if me.below(3) == 0 {
        match sim.node().barrier() {
            // Others have left at once: that is how it is said here.
            Err(error) if error.to_string().contains("it left the job while") => {}
            result => result?,
        }
    }
    Ok(())
}

/// Whoever got an error was told who is gone.
fn check(outcome: &Outcome, nodes: u32, victims: &[u32]) -> Vec<String> {
    let mut found = Vec::new();
    for (rank, end) in outcome.nodes.iter().enumerate() {
        let NodeEnd::Failed(error) = end else { continue };
        let says = if let Some(of) = named(error) {
            // One that has left, or failed by itself, is gone as well.
            victims.contains(&of)
                || !matches!(outcome.nodes.get(of as usize), None | Some(NodeEnd::Cut))
        } else if error.contains("coordinator") {
            victims.contains(&nodes) || victims.contains(&(rank as u32))
        } else {
            // Of the data path; its cause is judged with all scenarios'.
            true
        };
        if !says {
            found.push(format!("node {rank} got an error that names nobody who is gone: {error}"));
        }
    }
    found
}

/// The rank that an error says is dead.
fn named(error: &str) -> Option<u32> {
    let (before, _) = error.split_once(" died: ")?;
    before.rsplit_once("rank ")?.1.parse().ok()
}
