//! `views`: programs without data races read from views what a sequential interpreter reads.
//!
//! The programs are those of [`views`](crate::views): drawn from the seed, with small pages, small caches, elements of
//! several threads in most pages and words. `views-deaths` lets nodes die: those that live get errors that
//! name the dead, go on, and in the end read everything whose home lives. In `views-moving` pages live where they are touched first, and move.
//! `views-races` has programs with one data race each, for `PANGEA_CHECK=races`.
//! `views-evictions` has programs that are full of evictions, `views-heirs` such whose holders of locks die while homes hear late of it,
//! `views-litmus` the litmus tests.

mod memory;
#[cfg(test)]
mod model;
mod perform;
mod planted;
mod real;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use pangea::Race;
use pangea::cluster::{Distribution, Rank};

use super::log::Log;
use super::strike::Strike;
use super::{FaultKind, FaultKinds, Opened, Prepared, Scenario, Shape};
use crate::chance::Seeded;
use crate::fault::{Fault, Planned, When};
use crate::outcome::NodeEnd;
use crate::views::evictions;
use crate::views::generate::{self, Wish};
use crate::views::heirs;
use crate::views::interpret;
use crate::views::program::{Ending, Place, Program, Sharing};
use crate::views::record::Record;
use crate::views::shapes::{self, Litmus};
use perform::{Make, Run};
pub use planted::RACES;

/// What a view may get wrong.
const TRAPS: &[Opened] = &[
    Opened::CountersBeforeBytes,
    Opened::NumberWithPage,
    Opened::FilledGaps,
    Opened::OneWordOfCounter,
    Opened::OldTwin,
    Opened::UncountedEviction,
    Opened::ReadAheadOverAcquire,
    Opened::OneHome,
];

/// All but deaths.
const NO_DEATHS: FaultKinds = FaultKinds::only(FaultKind::Absorbed)
    .or(FaultKinds::only(FaultKind::Broken))
    .or(FaultKinds::only(FaultKind::Pairs))
    .or(FaultKinds::only(FaultKind::Pauses))
    .or(FaultKinds::only(FaultKind::Cuts));

pub(super) const SCENARIO: Scenario = Scenario {
    name: "views",
    what: "programs without data races read from views what a sequential interpreter reads",
    traps: TRAPS,
    faults: NO_DEATHS,
    nodes: (2, 4),
    operations: 14,
    prepare: |shape, log| run_of(drawn(shape, false), shape, log, false, Box::new(real::make)),
};

pub(super) const DEATHS: Scenario = Scenario {
    name: "views-deaths",
    what: "when nodes die, nobody hangs, errors name them, and what lies elsewhere is right",
    traps: &[],
    faults: FaultKinds::ALL,
    nodes: (2, 4),
    operations: 14,
    prepare: |shape, log| run_of(drawn(shape, true), shape, log, true, Box::new(real::make)),
};

pub(super) const MOVING: Scenario = Scenario {
    name: "views-moving",
    what: "the same while pages live where they are touched first, and move to who uses them",
    traps: &[],
    faults: NO_DEATHS,
    nodes: (2, 4),
    operations: 14,
    prepare: |shape, log| {
        let program = moving(drawn(shape, false), shape);
        run_of(program, shape, log, false, Box::new(real::make))
    },
};

pub(super) const EVICTIONS: Scenario = Scenario {
    name: "views-evictions",
    what: "what is evicted amid failures is not lost, and does not come back",
    traps: &[Opened::ForgottenEviction],
    faults: NO_DEATHS,
    nodes: (2, 3),
    operations: 0,
    prepare: |shape, log| {
        let program = evictions::draw(shape.seed, shape.nodes as usize);
        run_of(program, shape, log, false, Box::new(real::make))
    },
};

pub(super) const HEIRS: Scenario = Scenario {
    name: "views-heirs",
    what: "what a dead holder of a lock had sent does not come after what its heirs write",
    traps: &[Opened::InheritWithoutFences],
    faults: FaultKinds::ALL,
    nodes: (3, 4),
    operations: 0,
    prepare: |shape, log| {
        let program = heirs::draw(shape.seed, shape.nodes as usize);
        let struck = late_news(shape, heirs::TURNS * u64::from(shape.nodes));
        prepare((program, None), struck, shape, log, true, Box::new(real::make))
    },
};

pub(super) const LITMUS: Scenario = Scenario {
    name: "views-litmus",
    what: "litmus tests over views, ordered by locks, flags and barriers",
    traps: TRAPS,
    faults: NO_DEATHS,
    nodes: (2, 4),
    operations: 0,
    prepare: |shape, log| {
        let litmus = shapes::draw(shape.seed, shape.nodes as usize);
        litmus_of(litmus, shape, log, Box::new(real::make))
    },
};

fn drawn(shape: &Shape, locks: bool) -> Program {
    let nodes = shape.nodes as usize;
    generate::draw(&Wish { seed: shape.seed, nodes, steps: shape.operations, locks })
}

/// What must not be told where `PANGEA_CHECK=races` looks for races, in a program that has none.
fn accused(program: &Program, races: &[Race], log: &Log) -> Vec<String> {
    if program.flags > 0 {
        // What a flag orders it does not know of.
        return Vec::new();
    }
    log.judges_races();
    let told = |race: &Race| format!("there is no race, but it is told: {race}");
    races.iter().map(told).take(3).collect()
}

/// A node dies while it releases what it has written under a lock, and homes of pages, or heirs, hear of nothing for seconds.
fn late_news(shape: &Shape, turns: u64) -> (Strike, Vec<Planned>) {
    let mut chance = Seeded::new(shape.seed, "late news", 0);
    if !shape.kinds.has(FaultKind::Kills) {
        return Strike::draw(shape, turns);
    }
    // Locks and pages live on the others.
    let machine = chance.between(2, u64::from(shape.nodes) - 1) as u32;
    let first = chance.below(turns / 2);
    let when = When::Event { machine, nth: chance.between(1, 12) as u32 };
    let mut planned = vec![Planned { when, fault: Fault::Kill { machine } }];
    if shape.kinds.has(FaultKind::Stalls) {
        for machine in [heirs::HOME, chance.below(shape.nodes.into()) as u32] {
            // Not as long as a wire may be silent.
            let lasting = chance.between(1, 8) * 1_000_000_000;
            if !chance.one_in(4) {
                planned.push(Planned { when, fault: Fault::Stall { machine, lasting } });
            }
        }
    }
    (Strike::at_unlock(machine, first..turns), planned)
}

/// The same program with pages placed by first touch, which move at the ends of some rounds.
fn moving(mut program: Program, shape: &Shape) -> Program {
    let mut chance = Seeded::new(shape.seed, "moving", 0);
    for segment in &mut program.segments {
        segment.distribution = Distribution::FirstTouch;
    }
    if program.sharing != Sharing::Apart {
        for round in &mut program.rounds {
            if chance.one_in(2) {
                continue;
            }
            let (element, node) = (chance.below(1 << 16), chance.below(shape.nodes.into()));
            round.ending = match chance.one_in(3) {
                true => Ending::Move { element: element as usize, node: node as usize },
                false => Ending::Settle,
            };
        }
    }
    program
}

/// The nodes in whose memory a place is.
fn homes(program: &Program, place: &Place) -> BTreeSet<u32> {
    let segment = &program.segments[place.segment];
    let pages = (segment.len * segment.width).div_ceil(segment.page);
    let nodes = program.nodes;
    if segment.distribution == Distribution::FirstTouch {
        // Wherever it is, any node may be the one that knows.
        return (0..nodes as u32).collect();
    }
    let home = |page: usize| match segment.distribution {
        Distribution::Block => page / pages.div_ceil(nodes),
        Distribution::Cyclic => page % nodes,
        Distribution::BlockCyclic { block } => page / block as usize % nodes,
        Distribution::OnNode(Rank(rank)) => rank as usize,
        other => unreachable!("no program deals pages out {other}"),
    };
    let bytes = program.bytes(place);
    let pages = bytes.start / segment.page..=(bytes.end - 1) / segment.page;
    pages.map(|page| home(page) as u32).collect()
}

/// A run of `program` over what `make` makes.
fn run_of(program: Program, shape: &Shape, log: &Log, deaths: bool, make: Make) -> Prepared {
    let struck = Strike::draw(shape, program.steps() as u64);
    prepare((program, None), struck, shape, log, deaths, make)
}

/// A run of a litmus test over what `make` makes.
fn litmus_of(litmus: Litmus, shape: &Shape, log: &Log, make: Make) -> Prepared {
    let struck = Strike::draw(shape, litmus.program.steps() as u64);
    prepare((litmus.program.clone(), Some(litmus)), struck, shape, log, false, make)
}

fn prepare(
    (program, litmus): (Program, Option<Litmus>),
    (strike, planned): (Strike, Vec<Planned>),
    shape: &Shape,
    log: &Log,
    deaths: bool,
    make: Make,
) -> Prepared {
    let run = Rc::new(Run {
        log: log.clone(),
        program,
        record: RefCell::new(Record::default()),
        strike,
        make,
        deaths,
        late: shape.late,
        stopped: RefCell::default(),
        done: RefCell::default(),
        released: RefCell::default(),
        races: RefCell::default(),
    });
    let judge = Rc::clone(&run);
    let mut prepared = Prepared::new(
        move |sim| perform::program(sim, &run),
        move |outcome| {
            for (node, end) in outcome.nodes.iter().enumerate() {
                if *end == NodeEnd::Cut {
                    judge.record.borrow_mut().kill(node);
                }
            }
            let record = judge.record.borrow();
            let mut found = interpret::judge(&judge.program, &record);
            found.extend(judge.log.judge_poison(outcome));
            found.extend(accused(&judge.program, &judge.races.borrow(), &judge.log));
            found.extend(litmus.iter().flat_map(|litmus| litmus.judge(&record)));
            found
        },
    );
    // Places of two segments for pieces of 64 pages.
    prepared.arena_bytes = 4 << 20;
    prepared.planned = planned;
    // Own pages are mapped, or copies like all others.
    prepared.files = !Seeded::new(shape.seed, "files", 0).one_in(3);
    prepared
}

#[cfg(test)]
mod tests;
