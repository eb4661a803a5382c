//! Atomics under contention, barriers, reductions and broadcasts.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests use the system as it is"
)]

mod common;

use common::job;
use pangea::Distribution;

#[test]
fn no_fetch_add_is_lost_whoever_adds() {
    const ROUNDS: u64 = 300;
    job(4, |node| {
        let counters = node.array::<u64>("counters").len(4).create().unwrap();
        let mut seen = Vec::new();
        for _ in 0..ROUNDS {
            for home in 0..4 {
                let before = counters.fetch_add(home, 1).unwrap();
                if home == 2 {
                    seen.push(before);
                }
            }
        }
        assert!(seen.is_sorted_by(|a, b| a < b), "one node's own view only grows");
        node.barrier().unwrap();
        for home in 0..4 {
            assert_eq!(counters.load(home).unwrap(), 4 * ROUNDS);
        }
        node.barrier().unwrap();
    });
}

#[test]
fn every_compare_swap_has_one_winner() {
    const ROUNDS: u64 = 150;
    let wins: Vec<Vec<u64>> = job(4, |node| {
        // A home of its own among the contenders, so that its own CPU takes part.
        let word = node.array::<u64>("word").len(1).on_node(1).create().unwrap();
        let mut won = Vec::new();
        let mut expected = 0;
        while expected < ROUNDS {
            let before = word.compare_swap(0, expected, expected + 1).unwrap();
            if before == expected {
                won.push(expected);
            }
            expected = before.max(expected + u64::from(before == expected));
        }
        node.barrier().unwrap();
        won
    });
    let mut all: Vec<u64> = wins.concat();
    all.sort_unstable();
    assert_eq!(all, (0..ROUNDS).collect::<Vec<_>>());
}

#[test]
fn swaps_hand_every_value_on_once() {
    const ROUNDS: u64 = 100;
    let taken: Vec<Vec<u64>> = job(3, |node| {
        let word = node.array::<u64>("word").len(1).create().unwrap();
        let first = 1 + node.rank() as u64 * ROUNDS;
        let mut taken: Vec<u64> =
            (first..first + ROUNDS).map(|mine| word.swap(0, mine).unwrap()).collect();
        node.barrier().unwrap();
        if node.is_leader() {
            taken.push(word.load(0).unwrap());
        }
        node.barrier().unwrap();
        taken
    });
    let mut all = taken.concat();
    all.sort_unstable();
    assert_eq!(all, (0..=3 * ROUNDS).collect::<Vec<_>>());
}

#[test]
fn bits_signs_and_stores() {
    job(3, |node| {
        let bits = node.array::<u64>("bits").len(3).distribution(Distribution::Cyclic);
        let bits = bits.create().unwrap();
        let mine = 1u64 << node.rank();
        bits.fetch_or(1, mine).unwrap();
        bits.fetch_xor(2, mine | 8).unwrap();
        node.barrier().unwrap();
        assert_eq!(bits.load(1).unwrap(), 0b111);
        assert_eq!(bits.load(2).unwrap(), 0b1111);
        node.barrier().unwrap();
        bits.fetch_and(1, !mine).unwrap();
        let signed = node.array::<i64>("signed").len(1).create().unwrap();
        signed.fetch_add(0, -5).unwrap();
        node.barrier().unwrap();
        assert_eq!(bits.load(1).unwrap(), 0);
        assert_eq!(signed.load(0).unwrap(), -15);
        node.barrier().unwrap();
        if node.is_leader() {
            signed.store(0, i64::MIN).unwrap();
            assert_eq!(signed.compare_swap(0, i64::MIN, 3).unwrap(), i64::MIN);
        }
        node.barrier().unwrap();
        assert_eq!(signed.load(0).unwrap(), 3);
        node.barrier().unwrap();
    });
}

#[test]
fn nobody_passes_a_barrier_early() {
    for size in [1, 2, 3, 5, 8] {
        job(size, |node| {
            let board = node.array::<u64>("board").len(node.size()).create().unwrap();
            for round in 1..=60 {
                // Without waiting, so that the barrier has to.
                board.put_nb((node.rank() + 1) % node.size(), &[round]).unwrap();
                node.barrier().unwrap();
                let mut seen = vec![0; node.size()];
                board.get_range(0, &mut seen).unwrap();
                assert!(seen.iter().all(|value| *value == round), "{seen:?} in round {round}");
                node.barrier().unwrap();
            }
        });
    }
}

#[test]
fn reductions_are_in_the_order_of_ranks_and_the_same_everywhere() {
    for size in [1, 2, 3, 4, 7] {
        let results = job(size, |node| {
            let mut sums = Vec::new();
            for round in 0..40u64 {
                // Addition of floats depends on the order, so equal bits mean an equal order.
                let mine = 0.1 + (node.rank() as f64) * 1e10 + round as f64;
                sums.push(node.reduce(mine, |a, b| a + b).unwrap().to_bits());
                let most = node.reduce([node.rank() as u64, round], |a, b| a.max(b)).unwrap();
                assert_eq!(most, [node.size() as u64 - 1, round]);
                // Not commutative: the digits of the ranks, in order.
                let digits =
                    node.reduce([node.rank() as u64, 10], |a, b| [a[0] * b[1] + b[0], a[1] * b[1]]);
                let expected = (0..node.size() as u64).fold(0, |digits, rank| digits * 10 + rank);
                assert_eq!(digits.unwrap()[0], expected);
                let root = round as usize % node.size();
                let told = node.broadcast(root, [node.rank() as u8 + 1; 256]).unwrap();
                assert_eq!(told, [root as u8 + 1; 256]);
            }
            sums
        });
        assert!(results.windows(2).all(|pair| pair[0] == pair[1]));
    }
}

#[test]
fn two_jobs_at_once_know_nothing_of_each_other() {
    let other = std::thread::spawn(|| {
        job(2, |node| {
            let array = node.array::<u64>("same name").len(10).create().unwrap();
            for _ in 0..50 {
                array.fetch_add(3, 1).unwrap();
            }
            node.barrier().unwrap();
            assert_eq!(array.load(3).unwrap(), 100);
            node.barrier().unwrap();
        });
    });
    job(3, |node| {
        let array = node.array::<i64>("same name").len(5).create().unwrap();
        for _ in 0..50 {
            array.fetch_add(3, -1).unwrap();
        }
        node.barrier().unwrap();
        assert_eq!(array.load(3).unwrap(), -150);
        node.barrier().unwrap();
    });
    other.join().unwrap();
}
