use proptest::prelude::*;

use super::{check, check_within};
use crate::check::linearizable;
use crate::check::testing::{call, courses};
use crate::history::{Call, History, Operation};
use Operation::{FetchAdd, Read, Write};

/// Calls one after the other, of (process, word, operation, answer).
fn history(calls: &[(u32, u64, Operation, u64)]) -> History {
    History::from_calls(calls.iter().enumerate().map(
        |(i, &(process, object, operation, result))| {
            call(process, object, (2 * i as u64, 2 * i as u64 + 1), operation, result)
        },
    ))
}

#[test]
fn time_between_processes_does_not_count() {
    let stale = history(&[(0, 0, Write(1), 0), (1, 0, Read, 0)]);
    assert!(check(&stale).is_ok());
    assert!(linearizable::check(&stale).is_err());
    assert!(check(&history(&[])).is_ok());
}

#[test]
fn a_process_sees_its_own_writes() {
    assert!(check(&history(&[(0, 0, Write(1), 0), (0, 0, Read, 0)])).is_err());
    assert!(check(&history(&[(0, 0, Write(1), 0), (0, 0, Read, 1)])).is_ok());
}

#[test]
fn store_buffering_is_refused() {
    let seen = |a, b| {
        check(&history(&[
            (0, 0, Write(1), 0),
            (0, 1, Read, a),
            (1, 1, Write(1), 0),
            (1, 0, Read, b),
        ]))
    };
    assert!(seen(0, 1).is_ok() && seen(1, 0).is_ok() && seen(1, 1).is_ok());
    let text = seen(0, 0).expect_err("store buffering").to_string();
    assert!(text.starts_with("sequential consistency violated: 4 calls of 2 processes"), "{text}");
    assert!(text.contains("p1 x0 [6, 7] read -> 0 (the word is 1)"), "{text}");
}

#[test]
fn message_passing_is_refused_when_reordered() {
    let seen = |flag, data| {
        check(&history(&[
            (0, 0, Write(1), 0),
            (0, 1, Write(1), 0),
            (1, 1, Read, flag),
            (1, 0, Read, data),
        ]))
    };
    assert!(seen(0, 0).is_ok() && seen(0, 1).is_ok() && seen(1, 1).is_ok());
    assert!(seen(1, 0).is_err());
}

#[test]
fn two_readers_must_agree_on_independent_writes() {
    let seen = |a: [u64; 2], b: [u64; 2]| {
        check(&history(&[
            (0, 0, Write(1), 0),
            (1, 1, Write(1), 0),
            (2, 0, Read, a[0]),
            (2, 1, Read, a[1]),
            (3, 1, Read, b[0]),
            (3, 0, Read, b[1]),
        ]))
    };
    assert!(seen([1, 0], [0, 1]).is_ok());
    assert!(seen([1, 0], [1, 1]).is_ok());
    assert!(seen([1, 0], [1, 0]).is_err());
}

#[test]
fn each_word_alone_may_be_fine_and_both_not() {
    // Both processes find the other's word old after writing their own twice.
    let calls = [
        (0, 0, Write(1), 0),
        (0, 0, Write(2), 0),
        (0, 1, Read, 1),
        (1, 1, Write(1), 0),
        (1, 1, Write(2), 0),
        (1, 0, Read, 1),
    ];
    assert!(check(&history(&calls)).is_err());
    for object in [0, 1] {
        let alone: Vec<_> = calls.iter().copied().filter(|call| call.1 == object).collect();
        assert!(check(&history(&alone)).is_ok());
    }
}

#[test]
fn a_call_without_return_comes_after_what_its_process_did_before_or_never() {
    let before = call(0, 0, (0, 1), Write(1), 0);
    let lost = call(0, 1, (2, 0), Write(1), 0);
    let seen = |flag, data| {
        let reads = [call(1, 1, (3, 4), Read, flag), call(1, 0, (5, 6), Read, data)];
        check(&History::from_calls([before, lost].into_iter().chain(reads)))
    };
    assert!(seen(0, 0).is_ok() && seen(0, 1).is_ok() && seen(1, 1).is_ok());
    assert!(seen(1, 0).is_err());
    // It happens once.
    let added = [call(0, 0, (0, 0), FetchAdd(1), 0), call(1, 0, (1, 2), Read, 2)];
    assert!(check(&History::from_calls(added)).is_err());
}

/// All merges of the processes, one by one.
fn naive(calls: &[Call], taken: &mut Vec<bool>, words: [u64; 4]) -> bool {
    if calls.iter().zip(taken.iter()).all(|(call, &taken)| taken || call.returned.is_none()) {
        return true;
    }
    (0..calls.len()).any(|i| {
        let object = calls[i].object as usize;
        let held_up = (0..i).any(|j| {
            !taken[j] && calls[j].process == calls[i].process && calls[j].returned.is_some()
        });
        if taken[i] || held_up || !calls[i].fits(words[object]) {
            return false;
        }
        taken[i] = true;
        let mut after = words;
        after[object] = calls[i].operation.after(words[object]);
        let fine = naive(calls, taken, after);
        taken[i] = false;
        fine
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn agrees_with_all_merges(course in courses(2, 7, 3)) {
        let history = course.history(false);
        let calls: Vec<Call> = history.calls().copied().collect();
        let expected = naive(&calls, &mut vec![false; calls.len()], [0; 4]);
        prop_assert_eq!(check(&history).is_ok(), expected, "{}", history);
    }

    #[test]
    fn what_is_linearizable_is_sequentially_consistent(course in courses(2, 10, 1)) {
        let history = course.history(true);
        prop_assert!(linearizable::check(&history).is_err() || check(&history).is_ok(), "{}", history);
    }
}

/// A word that is written once, and not seen before, cuts the search: without that, the order of all of these
/// would be tried.
#[test]
fn words_that_are_written_once_cost_nothing() {
    let mut history = History::new();
    let mut make = |process, object, operation, result| {
        let id = history.invoked(process, object, operation);
        history.returned(id, result);
    };
    for process in 0..16 {
        make(process, 100 + u64::from(process), Write(1), 0);
    }
    // Not in any order: whoever reads the 2 knows of the 3.
    make(0, 0, Write(2), 0);
    make(0, 0, Write(3), 0);
    for process in 1..16 {
        make(process, 0, Read, 3);
        make(process, 0, Read, 2);
    }
    let found = check_within(&history, 100_000);
    assert!(found.is_err(), "{found:?}");
    assert_eq!(check_within(&history, 1), Ok(false), "it gives up");
}
