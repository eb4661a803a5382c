//! `block`: a record of several cache lines, `version, data …, check`, with one writer and many readers.
//! READs and WRITEs of it are not atomic, and a READ sees its lines in any order; so a reader accepts it
//! only if the check is the hash of version and data. What it accepts is a record that somebody wrote,
//! and not an outdated one.
//!
//! With the trap, the check is the version again: two words that agree at both ends, which says nothing
//! about what is between them.

use pangea::Array;
use xxhash_rust::xxh3::xxh3_64;

use super::log::{Caller, Log};
use super::{FaultKinds, Opened, Prepared, Scenario, Shape};
use crate::check::writes::{self, Read, Tearing};
use crate::job::{ProgramResult, SimNode};
use crate::simulated::Simulated;

pub(super) const SCENARIO: Scenario = Scenario {
    name: "block",
    what: "records of several cache lines that pass their check are whole",
    traps: &[Opened::VersionWords],
    faults: FaultKinds::ALL,
    nodes: (2, 4),
    operations: 60,
    prepare,
};

/// Words of a record: six cache lines, the first and the last not whole.
const RECORD: usize = 44;

/// Words from one record to the next.
const STRIDE: usize = 53;

fn prepare(shape: &Shape, log: &Log) -> Prepared {
    let (operations, trap) = (shape.operations, shape.trap == Some(Opened::VersionWords));
    let (writer, judge) = (log.clone(), log.clone());
    Prepared::new(
        move |sim| program(sim, &writer, operations, trap),
        move |_| {
            let nothing = |_| vec![0; RECORD];
            let judged = writes::check(nothing, &judge.writes(), &judge.reads(), Tearing::Never);
            judged.err().map(|violation| violation.to_string()).into_iter().collect()
        },
    )
}

/// The last word of a record.
fn check_word(record: &[u64], trap: bool) -> u64 {
    if trap { record[0] } else { xxh3_64(bytemuck::cast_slice(&record[..RECORD - 1])) }
}

fn program(sim: &SimNode, log: &Log, operations: u64, trap: bool) -> ProgramResult {
    let size = sim.size() as usize;
    // One record at each home, whose writer is the next node.
    let words = sim.node().array::<u64>("blocks").len(size * STRIDE).create()?;
    let me = Caller::new(sim, log, 0);
    let mine = (sim.rank() as usize + 1) % size;
    for counter in 0..operations {
        if me.below(3) == 0 && !me.is_lost(mine as u32) {
            write(&me, &words, mine, counter + 1, trap)?;
        } else {
            // Its home reads it by its CPU.
            let block = me.index(size);
            if !me.is_lost(block as u32) {
                read(&me, &words, block, trap)?;
            }
        }
        me.dawdle();
    }
    Ok(())
}

fn write(
    me: &Caller<'_>,
    words: &Array<u64, Simulated>,
    block: usize,
    counter: u64,
    trap: bool,
) -> ProgramResult {
    let version = me.stamp(counter);
    let mut record: Vec<u64> = (0..RECORD as u64).map(|i| version << 8 | i).collect();
    record[0] = version;
    record[RECORD - 1] = check_word(&record, trap);
    let number = me.log.issue(me.sim, block as u64, record.clone());
    if me.answer(words.put_range(block * STRIDE, &record))?.is_some() {
        let now = me.sim.order();
        me.log.acknowledge([number], now);
    }
    Ok(())
}

fn read(me: &Caller<'_>, words: &Array<u64, Simulated>, block: usize, trap: bool) -> ProgramResult {
    let mut record = vec![0; RECORD];
    let began = me.sim.order();
    let answered = me.answer(words.get_range(block * STRIDE, &mut record))?;
    let ended = me.sim.order();
    let whole = record[RECORD - 1] == check_word(&record, trap);
    if answered.is_some() && whole {
        me.log.read(Read { location: block as u64, record, began, ended });
    } else {
        me.log.count(1);
    }
    Ok(())
}
