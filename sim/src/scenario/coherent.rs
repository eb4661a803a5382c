//! `coherent`: shared values and arrays, strict and sequential ones together, are sequentially consistent as a
//! whole, and the strict ones linearizable. Nothing acknowledged is lost, nothing is half written.
//!
//! Threads of all nodes read and write a few cells in every way that there is. Some runs have caches too
//! small for them, some have barriers in the middle, which order what is around them. In the end, when
//! everybody else is dead or done, all that live read everything again: after a fence, or after as long as
//! values may be out of date, they see the last of what was acknowledged.
//!
//! A cell may be poisoned by a node that does not end well; then what it was is lost, and said to be.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use pangea::Model;

use super::cells::{Cell, Reading, Wish};
use super::log::{Caller, Log};
use super::strike::Strike;
use super::{FaultKinds, Opened, Prepared, Scenario, Shape};
use crate::chance::Seeded;
use crate::history::Operation;
use crate::job::{ProgramResult, SimNode};

pub(super) const SCENARIO: Scenario = Scenario {
    name: "coherent",
    what: "shared values are sequentially consistent, strict ones linearizable, and none is lost",
    traps: &[
        Opened::ReconnectWithoutFence,
        Opened::UnlockBeforeBody,
        Opened::UnlockByWrite,
        Opened::LongerOwnLease,
        Opened::BarrierWithoutTime,
    ],
    faults: FaultKinds::ALL,
    nodes: (2, 4),
    operations: 14,
    prepare,
};

/// Values are not older than this without a fence, in nanoseconds.
const FRESHNESS: u64 = 200_000_000;

/// And so many reads.
const READS: usize = 64;

/// What the programs of a run have in common.
struct Run {
    log: Log,
    strike: Strike,
    wishes: Vec<Wish>,
    /// Of each node.
    operations: u64,
    late: u64,
    /// How many threads each node has.
    threads: u32,
    /// How often all meet in a barrier.
    rounds: u64,
    /// Nodes that are done with all but the last look.
    done: RefCell<BTreeSet<u32>>,
}

/// The models of the objects of a run, each as often as it is named.
const MIXES: [&[Model]; 4] = [
    &[Model::Sequential],
    &[Model::Strict],
    &[Model::Sequential, Model::Strict],
    &[Model::Sequential, Model::Sequential, Model::Strict],
];

fn prepare(shape: &Shape, log: &Log) -> Prepared {
    let mut chance = Seeded::new(shape.seed, "cells", 0);
    let models = *chance.pick(&MIXES);
    let count = chance.between(2, 3) as usize;
    let wish = |number| {
        let model = *chance.pick(models);
        Wish::draw(&mut chance, number, shape.nodes, model)
    };
    let wishes: Vec<Wish> = (0..count).map(wish).collect();
    let (strike, planned) = Strike::draw(shape, shape.operations);
    let run = Rc::new(Run {
        log: log.clone(),
        strike,
        wishes: wishes.clone(),
        operations: shape.operations,
        late: shape.late,
        threads: chance.between(1, 2) as u32,
        rounds: chance.below(3),
        done: RefCell::default(),
    });
    let judge = log.clone();
    let mut prepared = Prepared::new(
        move |sim| program(sim, &run),
        move |outcome| {
            let strict = |wish: &&Wish| wish.model == Model::Strict;
            let strict: Vec<&Wish> = wishes.iter().filter(strict).collect();
            let mut found = judge.judge_sequential();
            found.extend(judge.judge_some(|object| strict.iter().any(|wish| wish.has(object))));
            found.extend(judge.judge_poison(outcome));
            found
        },
    );
    prepared.cache_bytes = *chance.pick(&[1 << 10, 4 << 10, 64 << 10]);
    prepared.planned = planned;
    prepared
}

fn program(sim: &SimNode, run: &Rc<Run>) -> ProgramResult {
    let result = work(sim, run);
    run.done.borrow_mut().insert(sim.rank());
    let cells = result?;
    let me = Caller::new(sim, &run.log, 0);
    await_others(sim, &run.done);
    // What is in flight lands.
    sim.sleep(run.late + 5_000_000 + FRESHNESS);
    me.comes_last();
    look(&me, &cells)
}

/// Waits until all others are dead or done.
pub(super) fn await_others(sim: &SimNode, done: &RefCell<BTreeSet<u32>>) {
    let mut pause = 10_000;
    let is_at_work = |rank: u32| sim.is_alive(rank) && !done.borrow().contains(&rank);
    while (0..sim.size()).any(is_at_work) {
        sim.sleep(pause);
        pause = 1_000_000_000.min(2 * pause);
    }
}

type Cells = Rc<Vec<Box<dyn Cell>>>;

/// Uses the cells on all threads, in rounds.
fn work(sim: &SimNode, run: &Rc<Run>) -> Result<Cells, Box<dyn std::error::Error>> {
    let mut cells = Vec::new();
    for wish in &run.wishes {
        cells.extend(wish.make(sim.node(), &run.log)?);
    }
    let cells: Cells = Rc::new(cells);
    let me = Caller::new(sim, &run.log, 0);
    let each = run.operations / (u64::from(run.threads) * (run.rounds + 1));
    let mut result = Ok(());
    for round in 0..=run.rounds {
        let mut others = Vec::new();
        for thread in 1..run.threads {
            let (start, cells, run) = (me.leads(), Rc::clone(&cells), Rc::clone(run));
            let body = move |sim: &SimNode| {
                let me = Caller::new(sim, &run.log, thread);
                me.follows(start);
                let first = round * each;
                use_cells(&me, &run.strike, &cells, first..first + each)
            };
            others.push((thread, sim.spawn(&format!("cells-{thread}"), body)?));
        }
        let first = round * each;
        result = result.and(use_cells(&me, &run.strike, &cells, first..first + each));
        for (thread, other) in others {
            let ended = other.join();
            me.follows(Caller::new(sim, &run.log, thread).leads());
            result = result.and(ended);
        }
        if round < run.rounds && !(result.is_ok() && me.barrier(round)?) {
            break;
        }
    }
    result.map(|()| cells)
}

fn use_cells(
    me: &Caller<'_>,
    strike: &Strike,
    cells: &[Box<dyn Cell>],
    counters: Range<u64>,
) -> ProgramResult {
    // Two cells most of the time, so that threads meet.
    let usual = me.index(cells.len());
    let mut last = 0;
    for counter in counters {
        let at = if me.below(3) < 2 {
            (usual + me.index(2)) % cells.len()
        } else {
            me.index(cells.len())
        };
        let cell = &cells[at];
        if me.is_lost(cell.home()) {
            continue;
        }
        strike.arm(me, counter);
        last = use_cell(me, &**cell, me.stamp(counter + 1), last)?.unwrap_or(last);
        if me.below(12) == 0 {
            me.answer(me.sim.node().fence())?;
        }
        me.dawdle();
        if me.below(40) == 0 {
            let nanos = me.below(FRESHNESS);
            me.sim.sleep(nanos);
        }
    }
    Ok(())
}

/// One call.
fn use_cell(
    me: &Caller<'_>,
    cell: &dyn Cell,
    new: u64,
    last: u64,
) -> Result<Option<u64>, Box<dyn std::error::Error>> {
    let object = cell.object();
    let meanwhile = || me.dawdle();
    match me.below(16) {
        0..8 => {
            let how = *me.sim.chance(|chance| *chance.pick(&Reading::ALL.each_ref()));
            me.call(object, Operation::Read, || cell.load(how))
        }
        8..12 => me.call(object, Operation::Write(new), || cell.store(new).map(|()| 0)),
        12 => me.call(object, Operation::FetchAdd(1), || cell.add(1)),
        13 => {
            let operation = Operation::CompareSwap { expected: last, new };
            me.call(object, operation, || cell.compare_swap(last, new))
        }
        14 => me.call(object, Operation::Swap(new), || cell.guarded(Some(new), &meanwhile)),
        _ => me.call(object, Operation::Read, || cell.guarded(None, &meanwhile)),
    }
}

/// The last look at everything.
fn look(me: &Caller<'_>, cells: &[Box<dyn Cell>]) -> ProgramResult {
    let fenced = me.below(2) == 0;
    if fenced {
        me.answer(me.sim.node().fence())?;
    }
    for cell in cells {
        if me.is_lost(cell.home()) {
            continue;
        }
        if !fenced {
            // Whatever they answer is not too old for those who do not know what is over.
            for _ in 0..READS {
                if me.answer(cell.load(Reading::Plain))?.is_none() {
                    break;
                }
            }
        }
        me.call(cell.object(), Operation::Read, || cell.load(Reading::Plain))?;
    }
    Ok(())
}
