//! What each operation on synchronization objects costs, uncontended: the rest of the table of `coherent_costs.rs`.
//!
//! Rank 0 is the home and does nothing else, rank 1 is counted, and rank 2 is the others.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests use the system as it is"
)]

mod posting;

use std::sync::mpsc;
use std::thread;

use pangea::Mutex;
use posting::{Bench, Cost, HOME, LET_GO, NOTHING, Node, Posting, bench, cost, with_nodes};

/// CAS the lease, FAA the token, READ block and queue.
const LOCK: Cost = Cost { round_trips: 1, reads: 1, writes: 0, atomics: 2 };

/// WRITE the body, CAS the lease.
const UNLOCK: Cost = Cost { round_trips: 1, reads: 0, writes: 1, atomics: 1 };

/// As [`LOCK`], and FAA 0 readers.
const LOCK_TO_WRITE: Cost = Cost { round_trips: 1, reads: 1, writes: 0, atomics: 3 };

/// FAA the readers, READ the block.
const ENTER: Cost = Cost { round_trips: 1, reads: 1, writes: 0, atomics: 1 };

/// FAA the time, FAA the readers.
const LEAVE: Cost = Cost { round_trips: 1, reads: 0, writes: 0, atomics: 2 };

/// As [`UNLOCK`], and FAA the token: for the next thread of this node.
const HAND_OVER: Cost = Cost { round_trips: 1, reads: 0, writes: 1, atomics: 2 };

/// The atomic itself, READ its time.
const ATOMIC: Cost = Cost { round_trips: 1, reads: 1, writes: 0, atomics: 1 };

/// CAS the time.
const RAISE: Cost = LET_GO;

#[test]
fn a_mutex_costs_one_round_trip_to_lock_and_one_to_unlock() {
    bench(|bench| {
        let make = |node: &Node| node.mutex::<u64>("mutex").on_node(HOME).create();
        let (here, there) = (make(bench.node).unwrap(), make(bench.other).unwrap());
        for round in 1..=3 {
            let mut guard = bench.row("lock", LOCK, || here.lock().unwrap());
            *guard += 1;
            assert_eq!(*guard, round);
            bench.row("unlock", UNLOCK, || guard.commit().unwrap());
        }
        let guard = bench.row("try_lock", LOCK, || here.try_lock().unwrap().unwrap());
        bench.row("unlock by a drop", UNLOCK, || drop(guard));
        *there.lock().unwrap() += 1;
        // The attempt in vain tells what the lease word is now.
        let guard = bench.row("lock after another", LOCK + LOCK, || here.lock().unwrap());
        assert_eq!(*guard, 4);
        bench.row("unlock", UNLOCK, || guard.commit().unwrap());
    });
}

#[test]
fn a_reader_writer_lock_costs_one_round_trip_each_way() {
    bench(|bench| {
        let lock = bench.node.rwlock::<u64>("lock").on_node(HOME).create().unwrap();
        for round in 1..=3 {
            let mut guard = bench.row("write", LOCK_TO_WRITE, || lock.write().unwrap());
            *guard = round;
            bench.row("written", UNLOCK, || guard.commit().unwrap());
            let guard = bench.row("read", ENTER, || lock.read().unwrap());
            assert_eq!(*guard, round);
            bench.row("done", LEAVE, || drop(guard));
        }
    });
}

#[test]
fn an_atomic_costs_one_round_trip_or_two() {
    bench(|bench| {
        let atomic = bench.node.atomic::<u64>("atomic").on_node(HOME).create().unwrap();
        bench.row("fetch_add", ATOMIC, || atomic.fetch_add(1).unwrap());
        bench.row("load", ATOMIC, || atomic.load().unwrap());
        bench.row("exchange", ATOMIC, || atomic.compare_exchange(1, 5).unwrap()).unwrap();
        bench.row("in vain", ATOMIC, || atomic.compare_exchange(1, 5).unwrap()).unwrap_err();
        bench.pass_logical_time();
        bench.row("with raising", RAISE + ATOMIC, || atomic.load().unwrap());
        bench.row("after", ATOMIC, || atomic.fetch_add(1).unwrap());
    });
}

#[test]
fn a_barrier_costs_a_write_for_each_round() {
    for (size, rounds) in [(2, 1), (3, 2), (4, 2), (5, 3)] {
        with_nodes(size, 4 << 20, move |nodes| {
            let pass = |node: &Node| {
                // The first opens the connections of this thread.
                node.barrier().unwrap();
                let (counts, ()) = cost(node, || node.barrier().unwrap());
                let expected = Cost { round_trips: rounds, writes: rounds, ..NOTHING };
                assert_eq!(Cost::from(counts), expected, "{size} nodes");
                node.barrier().unwrap();
            };
            thread::scope(|scope| {
                let threads: Vec<_> =
                    nodes.iter().map(|node| scope.spawn(move || pass(node))).collect();
                threads.into_iter().for_each(|thread| thread.join().unwrap());
            });
        });
    }
}

/// What it costs this thread to unlock and another to lock and unlock after it; whether that one was waiting when
/// this one unlocked is not known.
fn pass_on(bench: &Bench<'_>, mutex: &Mutex<u64, Posting>, moments: u32) -> Cost {
    let (coming, comes) = mpsc::channel();
    let guard = mutex.lock().unwrap();
    thread::scope(|scope| {
        let next = scope.spawn(move || {
            // Its connection is not what is counted.
            let array = bench.node.array::<u64>("on 0").len(1).on_node(HOME).create().unwrap();
            array.load(0).unwrap();
            coming.send(()).unwrap();
            mutex.lock().unwrap().commit().unwrap();
        });
        comes.recv().unwrap();
        (0..moments).for_each(|_| thread::yield_now());
        let (counts, ()) = cost(bench.node, || {
            guard.commit().unwrap();
            next.join().unwrap();
        });
        counts.into()
    })
}

#[test]
fn handing_over_to_a_thread_of_the_same_node_costs_one_round_trip_and_none() {
    bench(|bench| {
        let mutex = bench.node.mutex::<u64>("mutex").on_node(HOME).create().unwrap();
        let mut moments = 1;
        // To unlock 1, to lock 0, to unlock 1.
        while pass_on(bench, &mutex, moments) != HAND_OVER + UNLOCK {
            // It came too late.
            moments *= 2;
        }
    });
}
