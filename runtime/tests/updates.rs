//! Many updates by one call: against a serial model, in place and posted; what is posted, counted; from several nodes at
//! once.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests use the system as it is"
)]

mod common;
mod posting;

use std::sync::{Arc, Mutex};

use pangea::primitives::Primitives;
use pangea::{Array, Distribution, Error};
use posting::{Cost, HOME, bench, with_nodes};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

const ELEMENTS: usize = 200;

#[derive(Clone, Copy, Debug)]
enum Operation {
    Add,
    And,
    Or,
    Xor,
}

impl Operation {
    fn of(self, word: u64, operand: u64) -> u64 {
        match self {
            Operation::Add => word.wrapping_add(operand),
            Operation::And => word & operand,
            Operation::Or => word | operand,
            Operation::Xor => word ^ operand,
        }
    }

    fn many<P: Primitives>(
        self,
        array: &Array<u64, P>,
        indices: &[usize],
        operands: &[u64],
    ) -> Result<(), Error> {
        match self {
            Operation::Add => array.add_many(indices, operands),
            Operation::And => array.and_many(indices, operands),
            Operation::Or => array.or_many(indices, operands),
            Operation::Xor => array.xor_many(indices, operands),
        }
    }
}

type Call = (Operation, Vec<(usize, u64)>);

/// Some calls; many of the indices stand there several times.
fn calls() -> impl Strategy<Value = Vec<Call>> {
    use Operation::{Add, And, Or, Xor};
    let operation = prop_oneof![Just(Add), Just(And), Just(Or), Just(Xor)];
    let index = prop_oneof![0..ELEMENTS, 0..4usize];
    let updates = prop::collection::vec((index, any::<u64>()), 0..200);
    prop::collection::vec((operation, updates), 1..6)
}

/// Makes calls on arrays of all distributions, and compares each with a model.
fn agree_with_a_model<P: Primitives>(arrays: &[Array<u64, P>], cases: u32) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let outcome = TestRunner::new(config).run(&calls(), |calls| {
        for array in arrays {
            let mut model: Vec<u64> = (0..ELEMENTS as u64).map(|i| i.wrapping_mul(!i)).collect();
            array.put_range(0, &model).unwrap();
            for (operation, updates) in &calls {
                let (indices, operands): (Vec<_>, Vec<_>) = updates.iter().copied().unzip();
                operation.many(array, &indices, &operands).unwrap();
                for (index, operand) in updates {
                    model[*index] = operation.of(model[*index], *operand);
                }
            }
            let mut found = vec![0; ELEMENTS];
            array.get_range(0, &mut found).unwrap();
            prop_assert_eq!(&found, &model);
        }
        Ok(())
    });
    outcome.unwrap();
}

fn arrays<P: Primitives>(node: &pangea::Node<P>) -> Vec<Array<u64, P>> {
    [Distribution::Block, Distribution::Cyclic, Distribution::BlockCyclic { block: 7 }]
        .into_iter()
        .enumerate()
        .map(|(number, distribution)| {
            let name = format!("array {number}");
            node.array(&name).len(ELEMENTS).distribution(distribution).create().unwrap()
        })
        .chain([1, 0].map(|home| {
            node.array(&format!("on {home}")).len(ELEMENTS).on_node(home).create().unwrap()
        }))
        .collect()
}

#[test]
fn they_agree_with_a_model() {
    common::job(3, |node| {
        let arrays = arrays(&node);
        if node.rank() == 0 {
            agree_with_a_model(&arrays, 30);
        }
        node.barrier().unwrap();
    });
}

#[test]
fn posted_they_agree_with_a_model() {
    with_nodes(3, 8 << 20, |nodes| agree_with_a_model(&arrays(&nodes[0]), 20));
}

#[test]
fn what_is_posted_is_what_is_promised() {
    bench(|bench| {
        let create = |name, home| bench.node.array::<u64>(name).len(256).on_node(home).create();
        let (array, other) = (create("here", HOME).unwrap(), create("there", 2).unwrap());
        let indices: Vec<usize> = (0..64).map(|i| i * 3).collect();
        let cost = |round_trips, reads, atomics| Cost { round_trips, reads, writes: 0, atomics };
        bench.row("64 additions", cost(1, 0, 64), || array.add_many(&indices, &[5; 64]).unwrap());
        let more: Vec<usize> = (0..130).collect();
        bench.row("130 additions", cost(3, 0, 130), || array.add_many(&more, &[1; 130]).unwrap());
        bench.row("64 xors", cost(2, 64, 64), || array.xor_many(&indices, &[9; 64]).unwrap());
        bench.row("130 ors", cost(6, 130, 130), || array.or_many(&more, &[4; 130]).unwrap());
        // The second of a word finds it changed by the first.
        bench.row("a word twice", cost(3, 2, 3), || array.and_many(&[7, 7], &[3, 1]).unwrap());
        bench.row("none", cost(0, 0, 0), || array.xor_many(&[], &[]).unwrap());
        bench.row("one elsewhere", cost(2, 1, 1), || other.xor_many(&[0], &[1]).unwrap());
        let wrong = bench.row("outside", cost(0, 0, 0), || array.add_many(&[0, 256], &[1, 1]));
        assert!(matches!(wrong, Err(Error::OutOfRange { .. })), "{wrong:?}");
        let wrong = bench.row("too few", cost(0, 0, 0), || array.xor_many(&[0, 1], &[1]));
        assert!(matches!(wrong, Err(Error::LengthMismatch { .. })), "{wrong:?}");
        assert_eq!(array.get(0).unwrap(), ((5 + 1) ^ 9) | 4);
    });
}

/// Every node and thread makes all kinds of updates to the same few words; the bits of each operation are its own.
#[test]
fn none_is_lost_whoever_updates() {
    const NODES: usize = 3;
    const ROUNDS: usize = 60;
    const WORDS: usize = 24;
    let sums = Arc::new(Mutex::new([0u64; WORDS]));
    common::job(NODES as u32, move |node| {
        let added = node.array::<u64>("added").len(WORDS).create().unwrap();
        let toggled = node.array::<u64>("toggled").len(WORDS).create().unwrap();
        let set = node.array::<u64>("set").len(WORDS).create().unwrap();
        let work = |thread: usize| {
            let number = node.rank() * 2 + thread;
            for round in 0..ROUNDS {
                let indices: Vec<usize> =
                    (0..100).map(|i| (i * 7 + round * 5 + number) % WORDS).collect();
                let values: Vec<u64> = (0..100).map(|i| (i * number + round) as u64).collect();
                added.add_many(&indices, &values).unwrap();
                let mut sums = sums.lock().unwrap();
                indices.iter().zip(&values).for_each(|(index, value)| sums[*index] += value);
                drop(sums);
                // An odd number of times in all.
                let all: Vec<usize> = (0..WORDS).collect();
                toggled.xor_many(&all, &[1 << number; WORDS]).unwrap();
                set.or_many(&all, &[1 << (number * 8 + round % 8); WORDS]).unwrap();
            }
            toggled.xor_many(&(0..WORDS).collect::<Vec<_>>(), &[1 << number; WORDS]).unwrap();
        };
        std::thread::scope(|scope| {
            scope.spawn(|| work(0));
            scope.spawn(|| work(1));
        });
        node.barrier().unwrap();
        let sums = *sums.lock().unwrap();
        for (word, sum) in sums.into_iter().enumerate() {
            assert_eq!(added.load(word).unwrap(), sum, "word {word}");
            assert_eq!(toggled.load(word).unwrap(), (1 << (2 * NODES)) - 1, "word {word}");
            assert_eq!(set.load(word).unwrap(), (1 << (16 * NODES)) - 1, "word {word}");
        }
        node.barrier().unwrap();
    });
}
