//! `segments`: names and memory come and go. All nodes create, attach and release segments of a few
//! names at the same time; a new segment is all zero, whoever had its memory before; and in the end the
//! catalog is empty and each arena is one free piece again, as it was.

use pangea::cluster::{ClusterError, Distribution, Rank, Refusal};
use pangea::{Array, Error};

use super::log::{Caller, Log};
use super::{FaultKinds, Prepared, Scenario, Shape};
use crate::job::{ProgramResult, SimNode};
use crate::simulated::Simulated;

pub(super) const SCENARIO: Scenario = Scenario {
    name: "segments",
    what: "segments come and go: new memory is zero, and nothing leaks",
    traps: &[],
    faults: FaultKinds::ALL,
    nodes: (1, 5),
    operations: 12,
    prepare,
};

const NAMES: u64 = 4;

/// Words that each node has in a segment.
const OWN: usize = 40;

/// Nanoseconds from one look at the catalog to the next.
const PAUSE: u64 = 20_000_000;

/// After so many times ten seconds everybody has done what it can.
const SETTLING: u32 = 20;

fn prepare(shape: &Shape, log: &Log) -> Prepared {
    let (operations, log) = (shape.operations, log.clone());
    let mut prepared = Prepared::new(move |sim| program(sim, &log, operations), |_| Vec::new());
    // Room for some, so that some have to wait for clearing.
    prepared.arena_bytes = 34 << 10;
    prepared
}

type Words = Array<u64, Simulated>;

fn program(sim: &SimNode, log: &Log, operations: u64) -> ProgramResult {
    let me = Caller::new(sim, log, 0);
    let start = if sim.rank() == 0 { free(&me)? } else { Vec::new() };
    sim.node().barrier()?;
    let mut held: Vec<Words> = Vec::new();
    for counter in 0..operations {
        log.count(1);
        if held.len() >= 3 || me.below(3) == 0 && !held.is_empty() {
            let words = held.swap_remove(me.index(held.len()));
            me.answer(words.release())?;
        } else if let Some(words) = get(&me)? {
            use_words(&me, &words, counter)?;
            held.push(words);
        }
        me.dawdle();
    }
    for words in held {
        me.answer(words.release())?;
    }
    let together = me.answer(sim.node().barrier())?.is_some();
    if sim.rank() == 0 {
        if !together {
            // Others may be at it still, held up by errors and pauses.
            (0..SETTLING).for_each(|_| sim.sleep(10_000_000_000));
        }
        let end = if is_empty(&me)? { free(&me)? } else { Vec::new() };
        for (rank, (start, end)) in start.iter().zip(&end).enumerate() {
            if end.is_some() && start != end {
                log.fail(format!(
                    "rank {rank} had {start:?} bytes free, in all and in one piece, and has {end:?}"
                ));
            }
        }
    }
    Ok(())
}

/// A segment of one of the names; none when there is no room, or it does not exist.
fn get(me: &Caller<'_>) -> Result<Option<Words>, Box<dyn std::error::Error>> {
    let number = me.below(NAMES);
    // A name stands for one kind, of which there are different ones.
    let distribution = match number % 3 {
        0 => Distribution::Block,
        1 => Distribution::Cyclic,
        _ => Distribution::OnNode(Rank(number as u32 % me.sim.size())),
    };
    let builder = me.sim.node().array::<u64>(&format!("segment-{number}"));
    let got = if me.below(3) == 0 {
        builder.attach()
    } else {
        builder
            .len(me.sim.size() as usize * OWN * (1 + number as usize))
            .distribution(distribution)
            .create()
    };
    match got {
        Err(Error::Cluster(ClusterError::Refused(
            Refusal::NoSuchSegment { .. } | Refusal::ArenaTooSmall { .. },
        ))) => Ok(None),
        got => me.answer(got),
    }
}

/// Writes some words of its own, and looks at all: they are zero, or written into this very segment.
fn use_words(me: &Caller<'_>, words: &Words, counter: u64) -> ProgramResult {
    let id = words.addr(0)?.segment().0;
    let mut found = vec![0; words.len()];
    if me.answer(words.get_range(0, &mut found))?.is_some()
        && let Some((index, word)) =
            found.iter().enumerate().find(|(_, word)| **word != 0 && **word >> 32 != id)
    {
        let rank = me.sim.rank();
        me.log.fail(format!(
            "node {rank} found {word:#x} at {index} of segment {id}, which nobody wrote there"
        ));
    }
    let size = me.sim.size() as usize;
    let own = me.sim.rank() as usize * (words.len() / size);
    let value = (id << 32) | (counter + 1);
    let values = [value; OWN / 2];
    let result = if me.below(2) == 0 {
        words.put_range(own, &values)
    } else {
        // Released before it is complete, perhaps.
        words.put_nb(own, &values)
    };
    me.answer(result).map(|_| ())
}

/// Waits until the catalog is empty: all that live have given back what they had. False if that cannot
/// be told.
fn is_empty(me: &Caller<'_>) -> Result<bool, Box<dyn std::error::Error>> {
    let mut catalog = Vec::new();
    // A node that is paused for long, or not yet known to be dead, holds things up.
    for _ in 0..2_000 {
        match me.sim.node().catalog() {
            Ok(entries) if entries.is_empty() => return Ok(true),
            Ok(entries) => catalog = entries,
            Err(error) => {
                me.bear(error)?;
                return Ok(false);
            }
        }
        me.sim.sleep(PAUSE);
    }
    me.log.fail(format!("the catalog is not empty at the end: {catalog:?}"));
    Ok(false)
}

/// The free bytes of an arena, in all and in one piece; none of a dead node's.
type Free = Option<(u64, u64)>;

/// The free bytes of each arena, in all and in one piece, as the refusal of a segment that fits nowhere
/// says; none for the dead.
fn free(me: &Caller<'_>) -> Result<Vec<Free>, Box<dyn std::error::Error>> {
    let mut all = Vec::new();
    for rank in 0..me.sim.size() as usize {
        let builder = me.sim.node().array::<u64>("too large").len(1 << 20).on_node(rank);
        match builder.create() {
            Err(Error::Cluster(ClusterError::Refused(Refusal::ArenaTooSmall {
                free,
                largest,
                ..
            }))) => all.push(Some((free, largest))),
            Err(error) => {
                me.bear(error)?;
                all.push(None);
            }
            Ok(_) => return Err("a segment larger than its arena was made".into()),
        }
    }
    Ok(all)
}
