//! The litmus tests, as programs over views: message passing, store buffering, load buffering, and the like, with accesses
//! that locks, flags or barriers order.
//!
//! Each test is done several times in one program. Before each time all threads read both places, so that they have them
//! in their caches. The places lie side by side, in one page, or in pages of two homes.

use pangea::cluster::{Distribution, Rank};

use super::program::{Ending, Fill, Place, Program, Round, Segment, Sharing, Step};
use super::record::{Event, Record};
use crate::chance::Seeded;

/// A test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// Message passing.
    Mp,
    /// Store buffering.
    Sb,
    /// Load buffering.
    Lb,
    /// Write to read causality.
    Wrc,
    /// Independent reads of independent writes.
    Iriw,
    /// Coherence of two reads.
    CoRr,
}

/// How accesses are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// Each place has a lock, which cares for everything.
    Locks,
    /// Each place has a lock, which cares for the place alone.
    Ranges,
    /// There is one lock.
    OneLock,
    /// Each write is followed by a flag, which those who read wait for. Only for tests in which reads follow writes.
    Flags,
    /// There is a barrier between any two steps.
    Barriers,
}

/// An access: a write or a read, of the first place or the second.
type Access = (bool, usize);

const W0: Access = (true, 0);
const W1: Access = (true, 1);
const R0: Access = (false, 0);
const R1: Access = (false, 1);

/// What each thread does.
fn threads(shape: Shape) -> &'static [&'static [Access]] {
    match shape {
        Shape::Mp => &[&[W0, W1], &[R1, R0]],
        Shape::Sb => &[&[W0, R1], &[W1, R0]],
        Shape::Lb => &[&[R0, W1], &[R1, W0]],
        Shape::Wrc => &[&[W0], &[R0, W1], &[R1, R0]],
        Shape::Iriw => &[&[W0], &[W1], &[R0, R1], &[R1, R0]],
        Shape::CoRr => &[&[W0], &[R0, R0]],
    }
}

/// Which reads, in the order of threads, find new values when something is wrong.
fn forbidden(shape: Shape) -> &'static [bool] {
    match shape {
        Shape::Mp | Shape::CoRr => &[true, false],
        Shape::Sb => &[false, false],
        Shape::Lb => &[true, true],
        Shape::Wrc => &[true, true, false],
        Shape::Iriw => &[true, false, true, false],
    }
}

/// A test as a program.
#[derive(Clone, Debug)]
pub struct Litmus {
    /// The program.
    pub program: Program,
    shape: Shape,
    order: Order,
}

/// How often a test is done in a program.
const TIMES: u64 = 5;

/// One of the tests, on two nodes at least; those that it has no use for only take part in barriers.
pub fn draw(seed: u64, nodes: usize) -> Litmus {
    let mut chance = Seeded::new(seed, "litmus", 0);
    let shapes = [Shape::Mp, Shape::Sb, Shape::Lb, Shape::Wrc, Shape::Iriw, Shape::CoRr];
    let fits = |shape: &Shape| threads(*shape).len() <= nodes;
    let shapes: Vec<Shape> = shapes.into_iter().filter(fits).collect();
    let shape = *chance.pick(&shapes);
    let orders: &[Order] = match shape {
        Shape::Mp | Shape::CoRr => {
            &[Order::Locks, Order::Ranges, Order::OneLock, Order::Flags, Order::Barriers]
        }
        _ => &[Order::Locks, Order::Ranges, Order::OneLock, Order::Barriers],
    };
    let order = *chance.pick(orders);
    let width = *chance.pick(&[1, 8, 24]);
    let page = 4096;
    let each = page / width;
    // Side by side at any place, around a border, or in two pages.
    let (first, second) = match chance.below(4) {
        0 => (0, 1),
        1 => (each - 1, each),
        2 => (each / 2, each + each / 2),
        _ => (each / 2, each / 2 + 1 + chance.below(64) as usize),
    };
    let distribution = match chance.below(3) {
        0 => Distribution::OnNode(Rank(chance.below(nodes as u64) as u32)),
        1 => Distribution::Cyclic,
        _ => Distribution::Block,
    };
    let place = |element: usize| Place { segment: 0, elements: element..element + 1 };
    let mut program = Program {
        nodes,
        threads: 1,
        sharing: Sharing::Alone,
        segments: vec![Segment {
            width,
            len: 2 * page / width,
            page,
            distribution,
            cache_bytes: 16 * page,
        }],
        locks: vec![0, 0],
        flags: if order == Order::Flags { 1 } else { 0 },
        rounds: Vec::new(),
        places: vec![place(first), place(second)],
    };
    for time in 0..TIMES {
        let all = |program: &Program| program.places.iter().cloned().map(Step::Read).collect();
        let before = (0..nodes).map(|_| all(&program)).collect();
        program.rounds.push(Round { threads: before, ending: Ending::All });
        if order == Order::Barriers {
            turn_by_turn(&mut program, &mut chance, shape, time);
        } else {
            at_once(&mut program, shape, order, time);
        }
    }
    Litmus { program, shape, order }
}

/// What is written that time: never what was there before.
fn fill(time: u64, place: usize) -> Fill {
    let byte = |seed: u64| {
        let mut bytes = [0];
        Fill::Fresh(seed).apply(&mut bytes);
        bytes[0]
    };
    let (mut seed, mut before) = (0, 0);
    for earlier in 0..=time {
        seed = 1_000 * (2 * earlier + place as u64);
        while byte(seed) == before {
            seed += 1;
        }
        before = byte(seed);
    }
    Fill::Fresh(seed)
}

fn step(program: &Program, (writes, place): Access, time: u64) -> Step {
    let at = program.places[place].clone();
    if writes { Step::Change(at, fill(time, place)) } else { Step::Read(at) }
}

/// All threads at once, under locks or flags.
fn at_once(program: &mut Program, shape: Shape, order: Order, time: u64) {
    let mut all = Vec::new();
    for (thread, accesses) in threads(shape).iter().enumerate() {
        let mut steps = Vec::new();
        for (number, &access) in accesses.iter().enumerate() {
            let step = step(program, access, time);
            let only = program.places[access.1].elements.clone();
            match order {
                Order::Locks => {
                    steps.push(Step::Locked { lock: access.1, only: None, body: vec![step] });
                }
                Order::OneLock => {
                    steps.push(Step::Locked { lock: 0, only: None, body: vec![step] });
                }
                Order::Ranges => {
                    let body = vec![step];
                    steps.push(Step::Locked { lock: access.1, only: Some(only), body });
                }
                Order::Flags | Order::Barriers => {
                    let (flag, value, segment) = (0, time + 1, 0);
                    if thread > 0 && number == 0 {
                        steps.push(Step::Await { segment, flag, value, from: 0 });
                    }
                    steps.push(step);
                    if thread == 0 && number + 1 == accesses.len() {
                        steps.push(Step::Publish { segment, flag, value });
                    }
                }
            }
        }
        all.push(steps);
    }
    all.resize(program.nodes, Vec::new());
    program.rounds.push(Round { threads: all, ending: Ending::Each });
}

/// One step after the other, in any order that the threads allow.
fn turn_by_turn(program: &mut Program, chance: &mut Seeded, shape: Shape, time: u64) {
    let threads = threads(shape);
    let mut next = vec![0; threads.len()];
    loop {
        let open: Vec<usize> =
            (0..threads.len()).filter(|thread| next[*thread] < threads[*thread].len()).collect();
        if open.is_empty() {
            break;
        }
        let thread = *chance.pick(&open);
        let mut all = vec![Vec::new(); program.nodes];
        all[thread].push(step(program, threads[thread][next[thread]], time));
        next[thread] += 1;
        let ending = *chance.pick(&[Ending::Each, Ending::All, Ending::ByHand]);
        program.rounds.push(Round { threads: all, ending });
    }
}

impl Litmus {
    /// Outcomes that must not be, without regard to any interpreter.
    pub fn judge(&self, record: &Record) -> Vec<String> {
        let mut reads: Vec<Vec<&[u8]>> = vec![Vec::new(); self.program.nodes];
        for (thread, event) in record.events() {
            if let Event::Read(_, bytes) = event {
                reads[*thread].push(bytes);
            }
        }
        let width = self.program.segments[0].width;
        let mut found = Vec::new();
        for time in 0..TIMES {
            let mut news = Vec::new();
            for (thread, accesses) in threads(self.shape).iter().enumerate() {
                let own: Vec<usize> =
                    accesses.iter().filter(|access| !access.0).map(|access| access.1).collect();
                // Each time it has read both places before.
                let first = time as usize * (own.len() + 2) + 2;
                for (number, place) in own.into_iter().enumerate() {
                    let mut new = vec![0; width];
                    fill(time, place).apply(&mut new);
                    news.extend(reads[thread].get(first + number).map(|bytes| **bytes == *new));
                }
            }
            if news == forbidden(self.shape) {
                let Litmus { shape, order, .. } = self;
                found.push(format!(
                    "{shape:?} under {order:?}, time {time}: reads find new values as {news:?}, which \
                     no order of all accesses gives"
                ));
            }
        }
        found
    }
}
