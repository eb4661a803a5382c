//! Reads, blocking and not, through slots and into memory of their own.

use std::time::Duration;

use verbs_shim::{OperationKind, Status};

use super::work;
use crate::collections::Array;
use crate::endpoint::WORD_OF_DEATH;
use crate::primitives::Primitives;
use crate::testing::{Job, Paced, TestNode};

/// Too long for the slots that non-blocking reads may take.
const LONG: usize = 1 << 20;

/// Runs `program` on rank 0 of a job of three, with an array of sevens at rank 1.
fn on_rank_0(program: impl Fn(&TestNode, &Array<u8, Paced>) + Send + Sync + 'static) {
    Job::of(3).run(move |node| {
        let array = node.array("sevens").len(2 * LONG).on_node(1).create().unwrap();
        if node.rank() == 1 {
            array.put_range(0, &vec![7; 2 * LONG]).unwrap();
        }
        node.barrier().unwrap();
        if node.rank() == 0 {
            program(node, &array);
            // Whatever happened, it goes on.
            let _ = node.quiet();
            let mut all = vec![0; 2 * LONG];
            array.get_range(0, &mut all).unwrap();
            assert!(all.iter().all(|byte| *byte == 7));
        }
    });
}

#[test]
fn each_of_two_long_reads_on_a_failed_pair_fails() {
    for (skip, late) in [(0, 0), (3, 0), (15, 0), (0, 2000), (3, 2000)] {
        on_rank_0(move |node, array| {
            node.faults.late_flushes(late);
            node.faults.fail(1, skip, Status::RetryExceeded);
            let first = array.get_nb(0, LONG).unwrap();
            let second = array.get_nb(LONG, LONG).unwrap();
            assert_eq!(work(first.wait()).status, Status::RetryExceeded);
            assert_eq!(work(second.wait()).status, Status::Flushed);
        });
    }
}

#[test]
fn a_long_read_that_precedes_a_failure_succeeds() {
    on_rank_0(|node, array| {
        node.faults.fail(1, 16, Status::RetryExceeded);
        let first = array.get_nb(0, LONG).unwrap();
        let second = array.get_nb(LONG, LONG).unwrap();
        assert!(first.wait().unwrap().iter().all(|byte| *byte == 7));
        assert_eq!(work(second.wait()).status, Status::RetryExceeded);
    });
}

#[test]
fn quiet_leaves_the_failure_of_a_read_to_its_waiter() {
    for len in [8, LONG] {
        on_rank_0(move |node, array| {
            node.faults.fail(1, 0, Status::RetryExceeded);
            let transfer = array.get_nb(0, len).unwrap();
            node.quiet().unwrap();
            assert_eq!(work(transfer.wait()).status, Status::RetryExceeded, "{len} bytes");
        });
    }
}

#[test]
fn a_waiter_does_not_take_the_failure_of_a_write() {
    for len in [8, LONG] {
        on_rank_0(move |node, array| {
            let elsewhere = node.array::<u64>("elsewhere").len(8).on_node(2).create().unwrap();
            node.faults.fail(2, 0, Status::RetryExceeded);
            elsewhere.put_nb(0, &[1]).unwrap();
            let good = array.get_nb(0, len).unwrap();
            assert!(good.wait().unwrap().iter().all(|byte| *byte == 7), "{len} bytes");
            node.faults.fail(1, 0, Status::RemoteOperation);
            let bad = work(array.get_nb(0, len).unwrap().wait());
            assert_eq!((bad.peer, bad.status), (1, Status::RemoteOperation));
            let lost = work(node.quiet());
            assert_eq!((lost.peer, lost.status), (2, Status::RetryExceeded));
        });
    }
}

#[test]
fn a_read_that_is_dropped_gives_back_what_it_held() {
    for len in [8, LONG] {
        on_rank_0(move |node, array| {
            node.faults.hold(1);
            node.faults.fail(1, 0, Status::RetryExceeded);
            drop(array.get_nb(0, len).unwrap());
            node.faults.release(1);
            // Nobody wanted the bytes, so the failure may be told or not.
            let _ = node.quiet();
            node.endpoint.assert_nothing_is_held();
        });
    }
}

#[test]
fn a_failed_transfer_waits_for_the_word_of_a_death_once() {
    const A_LITTLE: Duration = Duration::from_millis(500);
    for (skip, late) in [(0, 0), (5, 0), (20, 0), (5, 100)] {
        on_rank_0(move |node, array| {
            node.faults.late_flushes(late);
            let mut into = vec![0; 2 * LONG];
            node.faults.fail(1, skip, Status::RetryExceeded);
            let before = Paced::now();
            let status = work(array.get_range(0, &mut into)).status;
            let read = Paced::now() - before;
            assert!(matches!(status, Status::RetryExceeded | Status::Flushed), "{status}");
            assert!((WORD_OF_DEATH..WORD_OF_DEATH + A_LITTLE).contains(&read), "{read:?}");

            let _ = node.quiet();
            into.fill(7);
            node.faults.fail(1, skip, Status::RetryExceeded);
            let before = Paced::now();
            work(array.put_range(0, &into));
            let written = Paced::now() - before;
            assert!((WORD_OF_DEATH..WORD_OF_DEATH + A_LITTLE).contains(&written), "{written:?}");
        });
    }
}

#[test]
fn a_refusal_is_told_without_waiting_for_the_word_of_a_death() {
    on_rank_0(|node, array| {
        node.faults.fail(1, 0, Status::RemoteAccess);
        let before = Paced::now();
        assert_eq!(work(array.get(0)).status, Status::RemoteAccess);
        assert!(Paced::now() - before < WORD_OF_DEATH / 2);
        let posted = node.faults.take_posted(1);
        assert_eq!(posted.iter().filter(|(kind, _)| *kind == OperationKind::Read).count(), 1);
    });
}
