//! `takeover`: memory that is given out again holds nothing of those who had it before.
//!
//! Node 0 is the home. Node 1 writes without pause into a segment there, until it is killed or expelled,
//! or its queue pair breaks, or it has done its part. The others wait for that (in a barrier, which
//! tells of a death), give the segment back, and so let its memory be cleared. Node 2 makes a new segment
//! of that memory (there is room for one only), writes known values, and all look at it until nothing
//! can be in flight any more: it contains zeros and what node 2 wrote.
//!
//! A death of the home or of node 2 ends the experiment; they are killed too, as all are.

use pangea::Array;
use pangea::cluster::{ClusterError, Refusal};

use super::log::{Caller, Log};
use super::{FaultKind, FaultKinds, Opened, Prepared, Scenario, Shape};
use crate::chance::Seeded;
use crate::check::writes::Read;
use crate::fault::{Fault, Planned, When};
use crate::job::{ProgramResult, SimNode};
use crate::simulated::Simulated;

pub(super) const SCENARIO: Scenario = Scenario {
    name: "takeover",
    what: "memory that is given out again holds nothing of those who had it before",
    traps: &[Opened::TakeoverWithoutFence, Opened::ReleaseWithoutFence],
    faults: FaultKinds::ALL,
    nodes: (3, 4),
    operations: 80,
    prepare,
};

const HOME: usize = 0;
const WRITER: u32 = 1;
const HEIR: u32 = 2;

/// Each arena. 28 KiB of it are the runtime's.
const ARENA: u64 = 64 << 10;

/// Words of a segment: there is room for one, and not for two.
const WORDS: usize = 2400;

/// Words that are written: few, so that whatever comes late is seen.
const USED: usize = 64;

/// Nanoseconds between two attempts, or two looks.
const PAUSE: u64 = 300_000;

fn prepare(shape: &Shape, log: &Log) -> Prepared {
    let (operations, late) = (shape.operations, shape.late);
    let (writer, judge) = (log.clone(), log.clone());
    let mut prepared = Prepared::new(
        move |sim| program(sim, &writer, operations, late),
        move |_| judge.judge_writes(),
    );
    prepared.arena_bytes = ARENA;
    prepared.planned = end_of_writer(shape);
    prepared
}

/// What happens to the writer while it writes: it is killed; or nobody hears of it any more, and it is
/// expelled while it goes on; or its queue pairs fail, and it gives the segment back as all do.
fn end_of_writer(shape: &Shape) -> Vec<Planned> {
    let mut chance = Seeded::new(shape.seed, "end of the writer", 0);
    let when = When::Joined(chance.between(300_000, 1_100_000));
    let fault = match chance.below(3) {
        0 if shape.kinds.has(FaultKind::Stalls) => {
            Fault::Stall { machine: WRITER, lasting: 12_000_000_000 }
        }
        1 if shape.kinds.has(FaultKind::Kills) => Fault::Kill { machine: WRITER },
        2 if shape.kinds.has(FaultKind::Pairs) => {
            let planned = (0..24).map(|_| {
                let when = When::Joined(chance.between(500_000, 1_500_000));
                Planned { when, fault: Fault::FailPair { machine: WRITER, nth: chance.any() } }
            });
            return planned.collect();
        }
        _ => return Vec::new(),
    };
    vec![Planned { when, fault }]
}

fn program(sim: &SimNode, log: &Log, operations: u64, late: u64) -> ProgramResult {
    let me = Caller::new(sim, log, 0);
    let old = sim.node().array::<u64>("old").len(WORDS).on_node(HOME).create()?;
    // All have it before the writer begins, and nobody gives it back before all have it.
    sim.node().barrier()?;
    if sim.rank() == WRITER {
        write_old(&me, &old, operations)?;
    }
    // It fails when the writer dies meanwhile, and that is what the others wait for.
    let over = me.answer(sim.node().barrier());
    me.answer(old.release())?;
    over?;
    // A writer that lives may go on with the home, or have nothing to do with it any more.
    if me.is_lost(HOME as u32) || sim.rank() == WRITER && me.below(2) == 0 {
        return Ok(());
    }
    let new = new_segment(&me)?;
    let Some(new) = new else { return Ok(()) };
    let until = sim.now() + late + 10 * PAUSE;
    let mut counter = 0;
    while sim.now() < until && !me.is_lost(HOME as u32) {
        if sim.rank() == HEIR {
            counter += 1;
            write_new(&me, &new, counter)?;
        }
        read_new(&me, &new)?;
        sim.sleep(PAUSE.max(late / 16));
    }
    read_new(&me, &new)
}

/// What the writer does until it dies.
fn write_old(me: &Caller<'_>, old: &Array<u64, Simulated>, operations: u64) -> ProgramResult {
    // Some are slow, and still at it when they have been expelled.
    let slow = me.below(2) == 0;
    for counter in 0..operations {
        let values = [me.stamp(counter + 1); USED];
        let result = match me.below(4) {
            0 => old.put(me.index(USED), values[0]),
            1 => old.put_range(0, &values),
            _ => old.put_nb(me.index(USED / 2), &values[..USED / 2]),
        };
        me.log.count(1);
        let answered = me.answer(result)?.is_some();
        // After an error it may have had enough.
        if me.is_lost(HOME as u32) || !answered && me.below(2) == 0 {
            break;
        }
        if slow && me.below(4) == 0 {
            let nanos = me.below(1_500_000_000);
            me.sim.sleep(nanos);
        }
    }
    Ok(())
}

/// The segment that takes the old one's memory: made by the heir, once all have given that back.
fn new_segment(
    me: &Caller<'_>,
) -> Result<Option<Array<u64, Simulated>>, Box<dyn std::error::Error>> {
    // A node that is paused for long or hears late of a death holds things up.
    for _ in 0..400 {
        let builder = me.sim.node().array::<u64>("new").len(WORDS).on_node(HOME);
        let made = if me.sim.rank() == HEIR { builder.create() } else { builder.attach() };
        match made {
            Ok(new) => return Ok(Some(new)),
            Err(pangea::Error::Cluster(ClusterError::Refused(
                Refusal::ArenaTooSmall { .. } | Refusal::NoSuchSegment { .. },
            ))) => me.sim.sleep(100 * PAUSE),
            Err(error) => {
                me.bear(error)?;
                return Ok(None);
            }
        }
    }
    // The heir is gone, or somebody never gave the memory back because it hears of nothing.
    Ok(None)
}

fn write_new(me: &Caller<'_>, new: &Array<u64, Simulated>, counter: u64) -> ProgramResult {
    // Some words stay zero.
    let start = me.index(USED / 2);
    let values = [me.stamp(counter); 8];
    let issued: Vec<usize> = (start..)
        .zip(values)
        .map(|(word, value)| me.log.issue(me.sim, word as u64, vec![value]))
        .collect();
    if me.answer(new.put_range(start, &values))?.is_some() {
        let now = me.sim.order();
        me.log.acknowledge(issued, now);
    }
    Ok(())
}

fn read_new(me: &Caller<'_>, new: &Array<u64, Simulated>) -> ProgramResult {
    let mut found = [0; USED];
    let began = me.sim.order();
    if me.answer(new.get_range(0, &mut found))?.is_some() {
        let ended = me.sim.order();
        for (location, value) in (0..).zip(found) {
            me.log.read(Read { location, record: vec![value], began, ended });
        }
    }
    Ok(())
}
