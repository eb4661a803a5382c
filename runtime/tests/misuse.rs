//! Bad input and bad luck: each is an error that names what was wrong, and nothing hangs.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests use the system as it is"
)]

mod common;

use common::{job, job_with};
use pangea::{Distribution, Error};

/// The error's text, which must contain all of these.
#[track_caller]
fn says<T: std::fmt::Debug>(result: Result<T, Error>, parts: &[&str]) {
    let text = result.expect_err("must fail").to_string();
    for part in parts {
        assert!(text.contains(part), "{text:?} does not say {part:?}");
    }
}

#[test]
fn an_index_outside_is_named() {
    job(2, |node| {
        let array = node.array::<u64>("ranks").len(100).create().unwrap();
        says(array.get(100), &["index 100", "\"ranks\"", "100 elements"]);
        says(array.put(usize::MAX, 1), &["does not lie in array"]);
        says(array.get_range(90, &mut [0; 11]), &["90 and the 11 from there on"]);
        says(array.put_range(usize::MAX, &[0; 2]), &["does not lie in array"]);
        says(array.get_strided(50, 10, &mut [0; 6]), &["index 100"]);
        says(array.put_strided(1, usize::MAX, &[0; 3]), &["does not lie"]);
        says(array.gather(&[1, 2, 777], &mut [0; 3]), &["index 777"]);
        says(array.scatter(&[1, 2], &[0; 3]), &["2 and 3 must be equal"]);
        says(array.fetch_add(100, 1), &["index 100"]);
        says(array.get_nb(0, 101).map(|_| ()), &["does not lie"]);
        array.get_strided(0, 0, &mut []).unwrap();
        array.get_range(100, &mut []).unwrap();
        node.barrier().unwrap();
    });
}

#[test]
fn a_second_array_of_the_name_must_be_the_same() {
    job(2, |node| {
        let ranks = || node.array::<f64>("ranks");
        let first = ranks().len(100).create().unwrap();
        says(node.array::<u64>("ranks").len(100).create(), &["\"ranks\"", "f64 × 100", "u64"]);
        says(ranks().len(99).create(), &["× 100", "× 99"]);
        let cyclic = ranks().len(100).distribution(Distribution::Cyclic);
        says(cyclic.create(), &["block", "cyclic"]);
        says(node.array::<u64>("ranks").attach(), &["holds f64", "not u64"]);
        says(node.array::<u64>("nobody's").attach(), &["nobody's"]);
        says(ranks().create(), &["its length is not given"]);
        let same = ranks().attach().unwrap();
        assert_eq!(same.len(), 100);
        same.put(node.rank(), 1.5).unwrap();
        assert_eq!(first.get(node.rank()).unwrap(), 1.5);
        node.barrier().unwrap();
    });
}

#[test]
fn a_released_array_is_out_of_reach() {
    job(2, |node| {
        let array = node.array::<u64>("gone").len(10).create().unwrap();
        let (second, third) = (array.clone(), array.clone());
        array.release().unwrap();
        says(second.get(0), &["\"gone\" was released"]);
        says(second.put_range(0, &[1, 2]), &["was released"]);
        says(second.gather(&[1], &mut [0]), &["was released"]);
        says(second.fetch_add(3, 1), &["was released"]);
        says(second.segment_of(0), &["was released"]);
        says(second.release(), &["was released"]);
        node.barrier().unwrap();
        let again = node.array::<u64>("gone").len(10).create().unwrap();
        assert_eq!(again.get(9).unwrap(), 0);
        says(third.get(0), &["was released"]);
        node.barrier().unwrap();
    });
}

#[test]
fn a_barrier_fails_when_a_node_has_left() {
    job(3, |node| {
        if node.rank() != 0 {
            says(node.barrier(), &["rank 0", "left the job while this node waited"]);
            says(node.barrier(), &[]);
        }
    });
}

#[test]
fn a_node_in_a_thread_local_leaves_in_good_order() {
    use std::cell::RefCell;
    thread_local!(static NODE: RefCell<Option<pangea::Node>> = const { RefCell::new(None) });
    job(2, |node| {
        std::thread::spawn(|| {
            let counter = node.array::<u64>("counter").len(2).create().unwrap();
            counter.fetch_add(1 - node.rank(), 1).unwrap();
            node.barrier().unwrap();
            drop(counter);
            // Dropped with the thread, after the runtime's own thread-local state.
            NODE.with(|place| place.replace(Some(node)));
        })
        .join()
        .unwrap();
    });
}

#[test]
fn nonsense_is_refused() {
    job(2, |node| {
        let array = |name: &str| node.array::<u64>(name).len(4);
        says(array("").create(), &["name"]);
        says(array(&"x".repeat(300)).create(), &["name"]);
        says(array("on").on_node(2).create(), &["rank 2", "2 nodes"]);
        says(array("on").on_node(usize::MAX).create(), &["does not exist"]);
        let zero = Distribution::BlockCyclic { block: 0 };
        says(array("zero").distribution(zero).create(), &["block"]);
        says(node.array::<()>("units").len(4).create(), &["has no bytes"]);
        says(node.array::<u64>("vast").len(usize::MAX).create(), &["exceed"]);
        says(node.broadcast(2, 0u8), &["no rank 2"]);
        says(node.reduce([0u8; 300], |a, _| a), &["300 bytes", "256 at most"]);
        says(node.broadcast(0, [0u8; 257]), &["257 bytes"]);
        node.array::<u64>("empty").len(0).create().unwrap();
        node.barrier().unwrap();
    });
}

#[test]
fn an_arena_too_small_says_how_to_mend_it() {
    job_with(2, 64 << 10, |node| {
        let array = node.array::<u8>("large").len(1 << 20).create();
        says(array, &["arena", "--memory"]);
        // What fits still can be had.
        node.array::<u8>("small").len(1 << 10).create().unwrap();
        node.barrier().unwrap();
    });
}

#[test]
fn freed_memory_comes_back_as_zeros_until_the_end_of_time() {
    job_with(2, 256 << 10, |node| {
        for round in 0..20 {
            let array = node.array::<u64>("again").len(40 << 10 >> 3).create().unwrap();
            let mine = array.local_range().unwrap();
            let other = array.range_of(1 - node.rank()).unwrap().unwrap();
            for i in mine.clone().chain(other.clone()).step_by(97) {
                assert_eq!(array.get(i).unwrap(), 0, "round {round}");
            }
            node.barrier().unwrap();
            array.put_range(other.start, &vec![u64::MAX; other.len()]).unwrap();
            node.barrier().unwrap();
            array.release().unwrap();
            node.barrier().unwrap();
        }
    });
}

#[test]
fn a_node_that_leaves_early_is_named_by_those_who_wait_for_it() {
    job(3, |node| {
        node.barrier().unwrap();
        if node.rank() == 1 {
            return;
        }
        says(node.barrier(), &["rank"]);
        says(node.barrier(), &["earlier barrier"]);
    });
}

#[test]
fn a_node_that_panics_is_named_and_nobody_hangs() {
    job(3, |node| {
        let array = node.array::<u64>("shared").len(3).create().unwrap();
        // Nobody is in the middle of anything when it happens.
        let ready = node.array::<u64>("ready").len(1).on_node(0).create().unwrap();
        ready.fetch_add(0, 1).unwrap();
        while ready.load(0).unwrap() < 3 {
            std::thread::yield_now();
        }
        if node.rank() != 1 {
            ready.fetch_add(0, 1).unwrap();
        }
        while node.rank() == 1 && ready.load(0).unwrap() < 5 {
            std::thread::yield_now();
        }
        drop(ready);
        let rank = node.rank();
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
            let (node, array) = (node, array);
            if node.rank() == 1 {
                std::panic::resume_unwind(Box::new("on purpose"));
            }
            says(node.barrier(), &["rank 1"]);
            // What the dead one held is refused or still there, but nobody hangs.
            let _ = array.get(1);
        }));
        assert_eq!(result.is_err(), rank == 1);
    });
}
