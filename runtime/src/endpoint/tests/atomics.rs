//! Atomics that fail: what can be said of them, and that none is repeated.

use verbs_shim::{OperationKind, Status};

use super::{indeterminate, work};
use crate::collections::Array;
use crate::testing::{Job, Paced, TestNode};

/// Runs `program` on rank 0 of a job of two, with a word at rank 1 that is 10.
fn on_rank_0(program: impl Fn(&TestNode, &Array<u64, Paced>) + Send + Sync + 'static) {
    Job::of(2).run(move |node| {
        let word = node.array("word").len(1).on_node(1).create().unwrap();
        if node.rank() == 1 {
            word.store(0, 10).unwrap();
        }
        node.barrier().unwrap();
        if node.rank() == 0 {
            node.faults.take_posted(1);
            program(node, &word);
        }
    });
}

fn kinds(node: &TestNode) -> Vec<OperationKind> {
    node.faults.take_posted(1).into_iter().map(|(kind, _)| kind).collect()
}

#[test]
fn an_atomic_without_an_answer_is_indeterminate_and_not_repeated() {
    for status in [Status::RetryExceeded, Status::Flushed, Status::RemoteOperation] {
        on_rank_0(move |node, word| {
            node.faults.fail(1, 0, status);
            assert_eq!(indeterminate(word.fetch_add(0, 1)), status);
            assert_eq!(kinds(node), [OperationKind::FetchAdd]);
            assert_eq!(word.load(0).unwrap(), 10);
            node.faults.fail(1, 0, status);
            assert_eq!(indeterminate(word.compare_swap(0, 10, 11)), status);
            assert_eq!(word.load(0).unwrap(), 10);
        });
    }
}

#[test]
fn an_atomic_whose_answer_is_lost_has_happened_once() {
    on_rank_0(|node, word| {
        node.faults.lose_answer(1, 0);
        assert_eq!(indeterminate(word.fetch_add(0, 1)), Status::RetryExceeded);
        assert_eq!(kinds(node), [OperationKind::FetchAdd]);
        assert_eq!(word.load(0).unwrap(), 11);
    });
}

#[test]
fn an_atomic_that_is_flushed_behind_a_lost_write_is_indeterminate() {
    on_rank_0(|node, word| {
        let data = node.array::<u64>("data").len(1).on_node(1).create().unwrap();
        node.faults.fail(1, 0, Status::RetryExceeded);
        data.put_nb(0, &[1]).unwrap();
        assert_eq!(indeterminate(word.fetch_add(0, 1)), Status::Flushed);
        assert_eq!(work(word.fetch_add(0, 1)).kind, OperationKind::Write);
        assert_eq!(word.fetch_add(0, 1).unwrap(), 10);
    });
}

#[test]
fn an_atomic_that_is_refused_has_not_happened() {
    for status in [Status::RemoteAccess, Status::RemoteInvalidRequest] {
        on_rank_0(move |node, word| {
            node.faults.fail(1, 0, status);
            assert_eq!(work(word.fetch_add(0, 1)).status, status);
            assert_eq!(word.load(0).unwrap(), 10);
        });
    }
}

#[test]
fn a_load_that_fails_leaves_nothing_open() {
    on_rank_0(|node, word| {
        for status in [Status::RetryExceeded, Status::Flushed, Status::RemoteOperation] {
            node.faults.fail(1, 0, status);
            assert_eq!(work(word.load(0)).status, status);
        }
        assert_eq!(word.load(0).unwrap(), 10);
    });
}

#[test]
fn a_swap_whose_exchange_gets_no_answer_is_indeterminate_and_not_repeated() {
    on_rank_0(|node, word| {
        // The load goes well.
        node.faults.lose_answer(1, 1);
        assert_eq!(indeterminate(word.swap(0, 20)), Status::RetryExceeded);
        assert_eq!(kinds(node), [OperationKind::FetchAdd, OperationKind::CompareSwap]);
        assert_eq!(word.load(0).unwrap(), 20);
    });
}

#[test]
fn a_swap_whose_load_fails_has_not_happened() {
    on_rank_0(|node, word| {
        node.faults.fail(1, 0, Status::RetryExceeded);
        assert_eq!(work(word.swap(0, 20)).status, Status::RetryExceeded);
        assert_eq!(kinds(node), [OperationKind::FetchAdd]);
        assert_eq!(word.load(0).unwrap(), 10);
    });
}
