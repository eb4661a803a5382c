//! Atomics, semaphores, things done once, and barriers among some of the nodes.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests use the system as it is"
)]

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use common::job;
use pangea::cluster::{ClusterError, Rank};
use pangea::{Error, Node};

/// Ends a node as one whose program failed, with whatever `last` owns: all handles of it, so that it ends.
fn die(node: Node, last: impl FnOnce()) {
    let end = catch_unwind(AssertUnwindSafe(move || {
        let _node = node;
        last();
    }));
    assert!(end.is_err());
}

#[test]
fn every_operation_on_every_type() {
    macro_rules! integers {
        ($node:expr, $($type:ty),*) => {$(
            let atomic = $node.atomic::<$type>(stringify!($type)).create().unwrap();
            assert_eq!(atomic.load().unwrap(), 0);
            assert_eq!(atomic.fetch_add(5).unwrap(), 0);
            assert_eq!(atomic.fetch_sub(2).unwrap(), 5);
            assert_eq!(atomic.swap(12).unwrap(), 3);
            assert_eq!(atomic.fetch_and(10).unwrap(), 12);
            assert_eq!(atomic.fetch_or(3).unwrap(), 8);
            assert_eq!(atomic.fetch_xor(1).unwrap(), 11);
            assert_eq!(atomic.fetch_max(9).unwrap(), 10);
            assert_eq!(atomic.fetch_max(20).unwrap(), 10);
            assert_eq!(atomic.fetch_min(30).unwrap(), 20);
            assert_eq!(atomic.fetch_min(7).unwrap(), 20);
            assert_eq!(atomic.compare_exchange(6, 1).unwrap(), Err(7));
            assert_eq!(atomic.compare_exchange(7, 1).unwrap(), Ok(7));
            assert_eq!(atomic.fetch_update(|value| Some(value + 1)).unwrap(), Ok(1));
            assert_eq!(atomic.fetch_update(|_| None).unwrap(), Err(2));
            // Around the end, and back.
            atomic.store(<$type>::MAX).unwrap();
            assert_eq!(atomic.fetch_add(1).unwrap(), <$type>::MAX);
            assert_eq!(atomic.load().unwrap(), <$type>::MIN);
            assert_eq!(atomic.compare_exchange(<$type>::MIN, 3).unwrap(), Ok(<$type>::MIN));
            atomic.store(<$type>::MIN).unwrap();
            assert_eq!(atomic.fetch_sub(1).unwrap(), <$type>::MIN);
            assert_eq!(atomic.load().unwrap(), <$type>::MAX);
            // Another handle does not know which word stands for it.
            let other = $node.atomic::<$type>(stringify!($type)).create().unwrap();
            assert_eq!(other.compare_exchange(<$type>::MAX, 3).unwrap(), Ok(<$type>::MAX));
            assert_eq!(atomic.swap(4).unwrap(), 3);
            assert_eq!(other.fetch_max(9).unwrap(), 4);
            assert_eq!(atomic.load().unwrap(), 9);
        )*};
    }
    let node = pangea::join().unwrap();
    integers!(node, u64, i64, u32, i32, usize);
    let flag = node.atomic::<bool>("flag").create().unwrap();
    assert!(!flag.load().unwrap());
    assert!(!flag.swap(true).unwrap());
    assert!(flag.fetch_and(true).unwrap());
    assert!(flag.fetch_xor(true).unwrap());
    assert!(!flag.fetch_or(true).unwrap());
    assert_eq!(flag.compare_exchange(false, true).unwrap(), Err(true));
    assert_eq!(flag.compare_exchange(true, false).unwrap(), Ok(true));
    let negative = node.atomic::<i32>("negative").create().unwrap();
    assert_eq!(negative.fetch_add(-3).unwrap(), 0);
    assert_eq!(negative.fetch_min(-5).unwrap(), -3);
    assert_eq!(negative.fetch_max(-9).unwrap(), -5);
    assert_eq!(negative.compare_exchange(-5, 1).unwrap(), Ok(-5));
}

#[test]
fn no_change_is_lost_whoever_changes() {
    const ROUNDS: u32 = 100;
    job(3, |node| {
        let sum = node.atomic::<u32>("sum").on_node(1).create().unwrap();
        let bits = node.atomic::<u64>("bits").create().unwrap();
        let most = node.atomic::<i64>("most").create().unwrap();
        for round in 0..ROUNDS {
            sum.fetch_add(1 << 26).unwrap();
            let mine = 1u64 << (node.rank() + 3 * (round as usize % 20));
            bits.fetch_xor(mine).unwrap();
            most.fetch_max(i64::from(round) * 10 + node.rank() as i64).unwrap();
        }
        node.barrier().unwrap();
        assert_eq!(sum.load().unwrap(), (3 * ROUNDS).wrapping_mul(1 << 26));
        // Each of them was turned five times.
        assert_eq!(bits.load().unwrap(), (1 << 60) - 1);
        assert_eq!(most.load().unwrap(), i64::from(ROUNDS - 1) * 10 + 2);
        node.barrier().unwrap();
    });
}

/// A flag that is raised after data was written: whoever sees the flag sees the data, though it had a copy.
#[test]
fn an_atomic_carries_what_was_written_before() {
    job(3, |node| {
        let data = node.shared_array::<u64>("data").len(2).create().unwrap();
        let round = node.atomic::<u64>("round").create().unwrap();
        for number in 1..=60u64 {
            let writer = number as usize % node.size();
            if node.rank() == writer {
                data.set(0, number).unwrap();
                data.set(1, number).unwrap();
                round.store(number).unwrap();
            } else {
                // So that there are copies with leases.
                let _ = (data.get(0).unwrap(), data.get(1).unwrap());
                round.wait_until(|seen| seen >= number).unwrap();
                assert_eq!((data.get(0).unwrap(), data.get(1).unwrap()), (number, number));
            }
            node.barrier().unwrap();
        }
    });
}

/// And so do barriers and reductions.
#[test]
fn barriers_and_collectives_carry_what_was_written_before() {
    job(3, |node| {
        let data = node.shared_array::<u64>("data").len(3).create().unwrap();
        let pair = node.barrier_among("first and last", &[0, 2]);
        for number in 1..=40u64 {
            data.set(node.rank(), number).unwrap();
            match number % 3 {
                0 => node.barrier().unwrap(),
                1 => assert_eq!(node.reduce(1u64, |a, b| a + b).unwrap(), 3),
                _ => assert_eq!(node.broadcast(1, node.rank()).unwrap(), 1),
            }
            for index in 0..3 {
                // The broadcast of a root is a reduction too, so all have given their value.
                assert!(data.get(index).unwrap() >= number, "round {number}");
            }
            node.barrier().unwrap();
            if node.rank() != 1 {
                let pair = pair.as_ref().unwrap();
                data.set(node.rank(), 1000 + number).unwrap();
                pair.wait().unwrap();
                assert_eq!(data.get(2 - node.rank()).unwrap(), 1000 + number);
            }
            node.barrier().unwrap();
            data.set(node.rank(), number).unwrap();
        }
        node.barrier().unwrap();
    });
}

#[test]
fn a_semaphore_lets_so_many_in() {
    static INSIDE: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    job(3, |node| {
        let semaphore = node.semaphore("three", 3).create().unwrap();
        thread::scope(|scope| {
            for thread in 0..2 {
                let semaphore = &semaphore;
                scope.spawn(move || {
                    for round in 0..15 {
                        let count = 1 + (round + thread) % 3;
                        let permits = semaphore.acquire_many(count as u32).unwrap();
                        let inside = INSIDE.fetch_add(count, Ordering::SeqCst) + count;
                        MOST.fetch_max(inside, Ordering::SeqCst);
                        assert!(inside <= 3, "{inside} are in");
                        thread::yield_now();
                        INSIDE.fetch_sub(count, Ordering::SeqCst);
                        permits.release().unwrap();
                    }
                });
            }
        });
        node.barrier().unwrap();
        assert_eq!(semaphore.available().unwrap(), 3);
        node.barrier().unwrap();
    });
    assert!(MOST.load(Ordering::SeqCst) > 0);
}

#[test]
fn a_semaphore_says_what_cannot_be() {
    let node = pangea::join().unwrap();
    let text = |error: Error| error.to_string();
    let semaphore = node.semaphore("two", 2).create().unwrap();
    assert_eq!(
        text(semaphore.acquire_many(3).unwrap_err()),
        "3 permits of semaphore \"two\" cannot be had, because it has 2 in all"
    );
    assert!(matches!(semaphore.try_acquire_many(3), Err(Error::TooManyPermits { .. })));
    let error = text(node.semaphore("two", 3).create().unwrap_err());
    assert!(error.contains("Semaphore of 2") && error.contains("Semaphore of 3"), "{error}");
    assert_eq!(
        text(node.semaphore("none", 0).create().unwrap_err()),
        "semaphore \"none\" cannot be made: it needs one permit at least"
    );
    // None is always there.
    let none = semaphore.acquire_many(0).unwrap();
    let all = semaphore.acquire_many(2).unwrap();
    assert_eq!((none.count(), all.count(), semaphore.available().unwrap()), (0, 2, 0));
    assert!(semaphore.try_acquire().unwrap().is_none());
    assert_eq!(semaphore.available().unwrap(), 0, "who gets none gives none back");
    // Whoever has them does not know of it.
    semaphore.reset().unwrap();
    assert_eq!(semaphore.available().unwrap(), 2);
    drop(all);
    assert_eq!(semaphore.available().unwrap(), 2);
    drop(none);
    semaphore.clone().release().unwrap();
    assert!(matches!(semaphore.acquire(), Err(Error::Released { .. })));
}

#[test]
fn the_permits_of_a_dead_node_come_back() {
    // The job's own barrier fails where the news of a death comes before all signs.
    let met = Arc::new(Barrier::new(3));
    job(3, move |node| {
        let semaphore = node.semaphore("permits", 2).on_node(0).create().unwrap();
        let survivors = node.barrier_among("survivors", &[0, 1]);
        if node.rank() == 2 {
            drop(survivors);
            let permits = semaphore.acquire_many(2).unwrap();
            std::mem::forget(permits);
            met.wait();
            die(node, move || {
                let _semaphore = semaphore;
                panic!("this node is to die");
            });
            return;
        }
        met.wait();
        for _ in 0..5 {
            drop(semaphore.acquire_many(2).unwrap());
        }
        survivors.unwrap().wait().unwrap();
        assert_eq!(semaphore.available().unwrap(), 2);
    });
}

#[test]
fn once_is_once() {
    let ran: Vec<usize> = job(3, |node| {
        let data = node.shared::<u64>("data").create().unwrap();
        let once = node.once("once").create().unwrap();
        let ran = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    once.call_once(|| {
                        ran.fetch_add(1, Ordering::SeqCst);
                        data.store(42).unwrap();
                    })
                    .unwrap();
                    assert_eq!(data.load().unwrap(), 42);
                    assert!(once.is_completed().unwrap());
                });
            }
        });
        node.barrier().unwrap();
        ran.into_inner()
    });
    assert_eq!(ran.iter().sum::<usize>(), 1);
}

#[test]
fn what_is_known_to_be_done_costs_nothing() {
    job(2, |node| {
        let once = node.once("once").on_node(0).create().unwrap();
        once.call_once(|| {}).unwrap();
        let before = node.counts();
        once.call_once(|| unreachable!("it is done")).unwrap();
        assert!(once.is_completed().unwrap());
        assert_eq!((node.counts() - before).round_trips, 0);
        node.barrier().unwrap();
    });
}

#[test]
fn what_panicked_can_be_done_again() {
    job(2, |node| {
        let once = node.once("once").create().unwrap();
        assert!(!once.is_completed().unwrap());
        node.barrier().unwrap();
        if node.rank() == 0 {
            let panics = catch_unwind(AssertUnwindSafe(|| once.call_once(|| panic!("a test"))));
            assert!(panics.is_err());
        }
        node.barrier().unwrap();
        let error = once.call_once(|| unreachable!("it is poisoned")).unwrap_err();
        assert!(matches!(&error, Error::LockPoisoned { name, .. } if name == "once"), "{error}");
        assert!(!once.is_completed().unwrap());
        node.barrier().unwrap();
        if node.rank() == 1 {
            once.call_once_force(|state| assert!(state.is_poisoned())).unwrap();
        }
        node.barrier().unwrap();
        once.call_once(|| unreachable!("it is done")).unwrap();
        assert!(once.is_completed().unwrap());
        node.barrier().unwrap();
    });
}

#[test]
fn doing_it_within_itself_is_an_error() {
    let node = pangea::join().unwrap();
    let once = node.once("once").create().unwrap();
    once.call_once(|| {
        let again = once.call_once(|| {});
        assert!(matches!(again, Err(Error::WouldDeadlock { .. })), "{again:?}");
    })
    .unwrap();
}

#[test]
fn some_nodes_meet_without_the_others() {
    job(5, |node| {
        let odd = [1, 3];
        let even = [4, 0, 2];
        let mine: &[usize] = if node.rank() % 2 == 1 { &odd } else { &even };
        let barrier =
            node.barrier_among(if mine.len() == 2 { "odd" } else { "even" }, mine).unwrap();
        assert_eq!(barrier.members().collect::<Vec<_>>(), {
            let mut members = mine.to_vec();
            members.sort_unstable();
            members
        });
        let board = node.array::<u64>("board").len(5).create().unwrap();
        for round in 1..=50 {
            // Without waiting, so that the barrier has to.
            board.put_nb(node.rank(), &[round]).unwrap();
            barrier.wait().unwrap();
            for &member in mine {
                assert_eq!(board.get(member).unwrap(), round);
            }
            barrier.wait().unwrap();
        }
        // Another handle, on whatever thread, goes on where this one is.
        let again = node.barrier_among(barrier.name(), mine).unwrap();
        again.wait().unwrap();
        drop(barrier);
        thread::scope(|scope| scope.spawn(|| again.wait().unwrap()).join().unwrap());
        drop(again);
        node.barrier_among(if mine.len() == 2 { "odd" } else { "even" }, mine)
            .unwrap()
            .wait()
            .unwrap();
        node.barrier().unwrap();
    });
}

#[test]
fn members_have_to_agree_on_who_they_are() {
    job(3, |node| {
        if node.rank() == 0 {
            let _barrier = node.barrier_among("some", &[0, 1]).unwrap();
            node.barrier().unwrap();
            node.barrier().unwrap();
        } else {
            node.barrier().unwrap();
            let error = node.barrier_among("some", &[0, 1, 2]);
            if node.rank() == 1 {
                let error = error.unwrap_err().to_string();
                assert!(
                    error.contains("ranks 0, 1 ") && error.contains("ranks 0, 1, 2"),
                    "{error}"
                );
            }
            assert!(matches!(node.barrier_among("none", &[0]), Err(Error::BadObject { .. })));
            node.barrier().unwrap();
        }
    });
}

fn assert_died<T>(result: Result<T, Error>, rank: u32) {
    match result {
        Err(Error::Cluster(ClusterError::NodeDied { rank: named, .. })) => {
            assert_eq!(named, Rank(rank));
        }
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("nobody is missed"),
    }
}

#[test]
fn a_member_that_dies_is_named_and_survivors_meet_again() {
    // A barrier fails where the news of a death comes before all signs.
    let met = Arc::new(Barrier::new(4));
    job(4, move |node| {
        let all = node.barrier_among("all", &[0, 1, 2, 3]).unwrap();
        let others = (node.rank() != 3).then(|| node.barrier_among("others", &[0, 1, 2]).unwrap());
        all.wait().unwrap();
        met.wait();
        if node.rank() == 3 {
            die(node, move || {
                let _all = all;
                panic!("this node is to die");
            });
            return;
        }
        assert_died(all.wait(), 3);
        assert_died(all.wait(), 3);
        // That was none of their business.
        let others = others.unwrap();
        for _ in 0..20 {
            others.wait().unwrap();
        }
        // Also one that is made only now.
        node.barrier_among("survivors", &[0, 1, 2]).unwrap().wait().unwrap();
        if node.rank() < 2 {
            assert_died(node.barrier_among("too late", &[0, 1, 3]), 3);
        }
        others.wait().unwrap();
    });
}

#[test]
fn a_member_that_leaves_is_named() {
    job(3, |node| {
        let barrier = node.barrier_among("all", &[0, 1, 2]).unwrap();
        barrier.wait().unwrap();
        if node.rank() == 1 {
            return;
        }
        let error = barrier.wait().unwrap_err();
        assert!(error.to_string().starts_with("rank 1 died: it left the job"), "{error}");
    });
}
