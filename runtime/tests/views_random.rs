//! Random programs over views that are free of data races, with barriers and locks: every value that any node reads must
//! be what the same program gives when one after the other is executed on a plain array. On the provider that is tested, and by
//! each way of being told of faults.
//!
//! `PANGEA_TEST_SEEDS=FROM..TO` runs others than the usual few.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests use the system as it is"
)]

mod common;

use std::ops::Range;

use common::{job_with, provider};
use pangea::cluster::Rank;
use pangea::{Distribution, Element, Mechanism, Node, View};
use verbs_shim::provider::Choice;

/// Steele, Lea and Flood's SplitMix64 (OOPSLA 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}

fn mixed(mut z: u64) -> u64 {
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

/// Numbers that elements hold, in the width of their type.
trait Number: Element + Eq + std::fmt::Debug {
    fn cut(number: u64) -> Self;
    fn add(self, more: u64) -> Self;
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Number for $number {
            fn cut(number: u64) -> Self {
                number as $number
            }

            fn add(self, more: u64) -> Self {
                self.wrapping_add(more as $number)
            }
        }
    )*};
}

numbers!(u8, u32, u64);

/// What the program of a seed looks like.
struct Shape {
    nodes: usize,
    len: usize,
    page: usize,
    cached: usize,
    distribution: Distribution,
    rounds: usize,
    /// Elements that are changed under a lock alone.
    locked: Range<usize>,
}

impl Shape {
    fn draw(random: &mut Random, width: usize) -> Shape {
        let nodes = 2 + random.below(3);
        let page = 4096 << random.below(2);
        let len = (3 + random.below(10)) * page / width + random.below(page / width);
        let distribution = match random.below(5) {
            0 => Distribution::Block,
            1 => Distribution::Cyclic,
            2 => Distribution::BlockCyclic { block: 2 },
            3 => Distribution::FirstTouch,
            _ => Distribution::OnNode(Rank(random.below(nodes) as u32)),
        };
        let locked = random.below(len - 40);
        Shape {
            nodes,
            len,
            page,
            cached: page * (2 + random.below(12)),
            distribution,
            rounds: 10,
            locked: locked..locked + 40,
        }
    }
}

/// Elements that one node writes in a round, or that all may read.
struct Piece {
    range: Range<usize>,
    writer: Option<usize>,
    /// It writes each so-manieth of them.
    stride: usize,
}

/// All elements but the locked ones, in pieces that know nothing of pages.
fn pieces(random: &mut Random, shape: &Shape) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut start = 0;
    while start < shape.len {
        let longest = if random.below(4) == 0 { 2000 } else { 60 };
        let mut end = (start + 1 + random.below(longest)).min(shape.len);
        if shape.locked.contains(&start) {
            start = shape.locked.end;
            continue;
        }
        if start < shape.locked.start {
            end = end.min(shape.locked.start);
        }
        let writer = Some(random.below(shape.nodes)).filter(|_| random.below(3) > 0);
        pieces.push(Piece { range: start..end, writer, stride: 1 + random.below(3) });
        start = end;
    }
    pieces
}

/// What is written to an element in a round; often a small number, of which most bytes stay as they are.
fn written<T: Number>(seed: u64, round: usize, index: usize) -> T {
    let number = mixed(seed ^ (round as u64) << 40 ^ index as u64);
    T::cut(if number & 3 == 0 { number } else { number >> 62 })
}

/// The locked elements that a node changes in a round, and by how much.
fn changes(seed: u64, round: usize, node: usize, shape: &Shape) -> Vec<(usize, u64)> {
    let mut random = Random(seed ^ (round as u64) << 20 ^ (node as u64) << 8 ^ 1);
    let count = random.below(4);
    (0..count).map(|_| (shape.locked.start + random.below(40), random.next())).collect()
}

fn same<T: Number>(view: &View<T>, model: &[T], range: Range<usize>, place: &str) {
    let found = view.read(range.clone()).unwrap();
    if let Some(at) = found.iter().zip(&model[range.clone()]).position(|(a, b)| a != b) {
        let at = range.start + at;
        panic!("{place}: element {at} is {:?}, not {:?}", found[at - range.start], model[at]);
    }
}

fn run<T: Number>(node: &Node, seed: u64, shape: &Shape, mechanism: Option<Mechanism>) {
    let name = format!("{seed} {mechanism:?} {}", size_of::<T>());
    let array = node.release_array::<T>(&name).len(shape.len).page_size(shape.page);
    let array = array.distribution(shape.distribution).create().unwrap();
    let lock = node.view_lock(&format!("lock {name}")).create().unwrap();
    let mut options = array.view_options().cache_bytes(shape.cached);
    if let Some(mechanism) = mechanism.filter(|_| array.is_paged()) {
        options = options.mechanism(mechanism);
    }
    let mut view = options.open().unwrap();
    let mut model = vec![T::zeroed(); shape.len];
    let mut random = Random(seed ^ 2);
    // What all have given back would be made anew by who comes late.
    node.barrier().unwrap();
    for round in 0..shape.rounds {
        let place = format!("seed {seed}, {mechanism:?}, round {round}, node {}", node.rank());
        let pieces = pieces(&mut random, shape);
        for Piece { range, writer, stride } in &pieces {
            match writer {
                None => same(&view, &model, range.clone(), &place),
                Some(writer) if *writer == node.rank() => {
                    let mut slice = view.write(range.clone()).unwrap();
                    for (index, element) in range.clone().zip(slice.iter_mut()).step_by(*stride) {
                        *element = written(seed, round, index);
                    }
                }
                Some(_) => {}
            }
        }
        for (index, more) in changes(seed, round, node.rank(), shape) {
            let mut held = match more & 1 {
                0 => view.lock(&lock).unwrap(),
                _ => view.lock_range(&lock, shape.locked.clone()).unwrap(),
            };
            {
                let mut element = held.write(index..index + 1).unwrap();
                element[0] = element[0].add(more);
            }
            held.unlock().unwrap();
        }
        view.barrier().unwrap();
        for Piece { range, writer, stride } in &pieces {
            if writer.is_some() {
                for index in range.clone().step_by(*stride) {
                    model[index] = written(seed, round, index);
                }
            }
        }
        for other in 0..shape.nodes {
            for (index, more) in changes(seed, round, other, shape) {
                model[index] = model[index].add(more);
            }
        }
        same(&view, &model, shape.locked.clone(), &place);
        if round % 4 == 3 {
            same(&view, &model, 0..shape.len, &place);
            view.barrier().unwrap();
        } else {
            // Nobody changes the locked ones before all have looked.
            node.barrier().unwrap();
        }
    }
    same(&view, &model, 0..shape.len, &format!("seed {seed}, {mechanism:?}, at the end"));
    drop(view);
    node.barrier().unwrap();
    array.release().unwrap();
}

fn seeds() -> Range<u64> {
    // An emulated machine takes many seconds for some.
    let usual = if provider() == Choice::Shm { 9 } else { 3 };
    let Ok(given) = std::env::var("PANGEA_TEST_SEEDS") else { return 0..usual };
    let (from, to) = given.split_once("..").expect("PANGEA_TEST_SEEDS=FROM..TO");
    from.parse().expect("a number")..to.parse().expect("a number")
}

fn runs<T: Number>(seed: u64) {
    let nodes = Shape::draw(&mut Random(seed), size_of::<T>()).nodes;
    job_with(nodes as u32, 8 << 20, move |node| {
        let shape = Shape::draw(&mut Random(seed), size_of::<T>());
        for mechanism in Mechanism::ALL {
            run::<T>(&node, seed, &shape, Some(mechanism));
        }
    });
}

#[test]
fn random_programs_give_what_a_plain_array_gives() {
    for seed in seeds() {
        match seed % 3 {
            0 => runs::<u8>(seed),
            1 => runs::<u32>(seed),
            _ => runs::<u64>(seed),
        }
    }
}
