//! `views-races`: programs that are free of data races but for one, which `PANGEA_CHECK=races` has to tell of.
//!
//! Two nodes write an element at the beginning of a round, before anything could order that. Each has one thread: what the threads of a
//! node know it counts as known to all of them, so that a lock which one of them takes may hide a race of another.

use std::cell::RefCell;
use std::rc::Rc;

use super::perform::{self, Run};
use super::{NO_DEATHS, Prepared, Scenario, Shape, real};
use crate::chance::Seeded;
use crate::outcome::NodeEnd;
use crate::scenario::log::Log;
use crate::scenario::strike::Strike;
use crate::views::generate::{self, Wish};
use crate::views::program::{Fill, Place, Program, Sharing, Step};
use crate::views::record::Record;

/// Programs with one race. Nothing is told unless `PANGEA_CHECK=races` is set, so this is none of the scenarios that the command
/// line knows.
pub const RACES: Scenario = Scenario {
    name: "views-races",
    what: "a data race is told, and nothing else",
    traps: &[],
    faults: NO_DEATHS,
    nodes: (2, 4),
    operations: 14,
    prepare,
};

/// Who races with whom.
struct Planted {
    program: Program,
    place: Place,
    nodes: [usize; 2],
}

fn plant(shape: &Shape) -> Planted {
    let mut chance = Seeded::new(shape.seed, "planted", 0);
    let nodes = shape.nodes as usize;
    let mut program = loop {
        let wish = Wish { seed: chance.any(), nodes, steps: shape.operations, locks: false };
        let program = generate::draw(&wish);
        if program.sharing == Sharing::Alone && program.flags == 0 {
            break program;
        }
    };
    let segment = chance.below(program.segments.len() as u64) as usize;
    let len = program.segments[segment].len;
    let is_free = |element: usize| {
        let covers = |it: &Place| it.segment == segment && it.elements.contains(&element);
        !program.places.iter().any(covers)
    };
    let element = loop {
        let element = chance.below(len as u64) as usize;
        if is_free(element) {
            break element;
        }
    };
    let place = Place { segment, elements: element..element + 1 };
    let first = chance.below(nodes as u64) as usize;
    let second = (first + 1 + chance.below(nodes as u64 - 1) as usize) % nodes;
    let round = chance.below(program.rounds.len() as u64) as usize;
    for node in [first, second] {
        // A value that no byte had.
        let fill = loop {
            let fill = Fill::Fresh(chance.any());
            let mut bytes = vec![0; program.segments[segment].width];
            fill.apply(&mut bytes);
            if !bytes.contains(&0) {
                break fill;
            }
        };
        program.rounds[round].threads[node].insert(0, Step::Change(place.clone(), fill));
    }
    Planted { program, place, nodes: [first, second] }
}

fn prepare(shape: &Shape, log: &Log) -> Prepared {
    let Planted { program, place, nodes } = plant(shape);
    let (strike, planned) = Strike::draw(shape, program.steps() as u64);
    let run = Rc::new(Run {
        log: log.clone(),
        program,
        record: RefCell::new(Record::default()),
        strike,
        make: Box::new(real::make),
        deaths: false,
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
            let races = judge.races.borrow();
            let name = format!("segment-{}", place.segment);
            let is_it = |race: &&pangea::Race| {
                let mut ranks = race.ranks;
                ranks.sort_unstable();
                let mut nodes = nodes;
                nodes.sort_unstable();
                (&race.name, &race.elements, ranks) == (&name, &place.elements, nodes)
            };
            let all_ended = outcome.nodes.iter().all(|end| *end == NodeEnd::Ended);
            let mut found = Vec::new();
            if all_ended && !races.iter().any(|race| is_it(&race)) {
                found.push(format!("nodes {nodes:?} race in {place:?}, and nobody is told"));
            }
            let others = races.iter().filter(|race| !is_it(race));
            found.extend(others.map(|race| format!("there is no such race: {race}")).take(3));
            found
        },
    );
    prepared.arena_bytes = 4 << 20;
    prepared.planned = planned;
    prepared.files = !Seeded::new(shape.seed, "files", 0).one_in(3);
    prepared
}
