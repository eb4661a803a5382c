use proptest::prelude::*;
use todc_utils::linearizability::history::Action;
use todc_utils::{Specification, WGLChecker};

use super::check;
use crate::check::testing::{call, courses};
use crate::history::{Call, History, Operation};
use Operation::{CompareSwap, FetchAdd, Read, Swap, Write};

fn accepts(calls: impl IntoIterator<Item = Call>) {
    let history = History::from_calls(calls);
    check(&history).unwrap_or_else(|violation| panic!("{history}{violation}"));
}

fn refuses(calls: impl IntoIterator<Item = Call>) -> String {
    let history = History::from_calls(calls);
    check(&history).expect_err("must be refused").to_string()
}

const fn swap_if(expected: u64, new: u64) -> Operation {
    CompareSwap { expected, new }
}

#[test]
fn accepts_what_can_be_put_in_order() {
    accepts([]);
    accepts([call(0, 0, (0, 1), Read, 0)]);
    // A read that overlaps a write may see it or not, ...
    accepts([call(0, 0, (0, 9), Write(1), 0), call(1, 0, (1, 2), Read, 0)]);
    accepts([call(0, 0, (0, 9), Write(1), 0), call(1, 0, (1, 2), Read, 1)]);
    // ... and two writes at once may come in either order.
    for first in [1, 2] {
        accepts([
            call(0, 0, (0, 9), Write(1), 0),
            call(1, 0, (1, 8), Write(2), 0),
            call(2, 0, (2, 3), Read, first),
            call(2, 0, (4, 5), Read, 3 - first),
        ]);
    }
    // One compare-swap of two wins.
    accepts([
        call(0, 0, (0, 5), swap_if(0, 1), 0),
        call(1, 0, (1, 4), swap_if(0, 2), 1),
        call(0, 0, (6, 7), Read, 1),
    ]);
    accepts([call(0, 0, (0, 3), FetchAdd(5), 5), call(1, 0, (1, 2), FetchAdd(5), 0)]);
    accepts([call(0, 0, (0, 1), Swap(4), 0), call(1, 0, (2, 3), Swap(5), 4)]);
}

#[test]
fn refuses_stale_reads() {
    let text = refuses([call(0, 3, (0, 1), Write(1), 0), call(1, 3, (2, 3), Read, 0)]);
    assert_eq!(
        text,
        "linearizability violated: the 2 calls on x3 cannot be put in order.\n  \
         the longest order takes 1 of them:\n    p0 x3 [0, 1] write(1)\n  \
         after it the word is 1, and one of these would have to be next, but then, or soon after, \
         an answer does not fit:\n    p1 x3 [2, 3] read -> 0"
    );
    // Sequentially consistent (the first write might come last), but not in time.
    refuses([
        call(0, 0, (0, 3), Write(1), 0),
        call(1, 0, (1, 2), Write(2), 0),
        call(2, 0, (4, 5), Read, 2),
        call(2, 0, (6, 7), Read, 1),
    ]);
}

#[test]
fn refuses_new_before_old_during_one_write() {
    // The write overlaps both reads, but the second begins after the first saw it.
    refuses([
        call(0, 0, (0, 9), Write(1), 0),
        call(1, 0, (1, 2), Read, 1),
        call(2, 0, (3, 4), Read, 0),
    ]);
}

#[test]
fn refuses_lost_updates_of_atomics() {
    refuses([call(0, 0, (0, 3), FetchAdd(1), 0), call(1, 0, (1, 2), FetchAdd(1), 0)]);
    refuses([
        call(0, 0, (0, 3), FetchAdd(1), 0),
        call(1, 0, (1, 2), FetchAdd(1), 1),
        call(0, 0, (4, 5), Read, 1),
    ]);
    // Two winners.
    refuses([call(0, 0, (0, 3), swap_if(0, 1), 0), call(1, 0, (1, 2), swap_if(0, 2), 0)]);
    // No winner.
    refuses([call(0, 0, (0, 3), swap_if(0, 1), 1), call(1, 0, (1, 2), swap_if(0, 1), 1)]);
    // One atomic executed twice.
    refuses([call(0, 0, (0, 1), FetchAdd(1), 0), call(0, 0, (2, 3), Read, 2)]);
    refuses([call(0, 0, (0, 1), Swap(1), 0), call(1, 0, (2, 3), Swap(2), 0)]);
}

#[test]
fn a_call_without_return_happens_once_at_any_time_or_never() {
    let lost = call(0, 0, (0, 0), Write(1), 0);
    let read = |at: u64, word| call(1, 0, (at, at + 1), Read, word);
    accepts([lost, read(2, 0), read(4, 0)]);
    accepts([lost, read(2, 0), read(4, 1), read(6, 1)]);
    refuses([lost, read(2, 1), read(4, 0)]);
    // It cannot come back after another write.
    accepts([lost, read(2, 0), call(1, 0, (4, 5), Write(2), 0), read(6, 1)]);
    refuses([lost, read(2, 1), call(1, 0, (4, 5), Write(2), 0), read(6, 1)]);
    // Not before it began.
    refuses([read(0, 1), call(0, 0, (2, 0), Write(1), 0)]);
    // An atomic whose answer was lost, and then one more.
    let lost = call(0, 0, (0, 0), FetchAdd(1), 0);
    for (word, fine) in [(0, true), (1, true), (2, false)] {
        assert_eq!(check(&History::from_calls([lost, read(2, word)])).is_ok(), fine);
    }
    // Two equal ones give up to two.
    let two = [lost, call(2, 0, (1, 0), FetchAdd(1), 0)];
    accepts(two.into_iter().chain([read(2, 0), read(4, 2)]));
    refuses(two.into_iter().chain([read(2, 3)]));
    // Two ways to the same word, of which one uses up what is needed later.
    let lost = |operation| call(0, 0, (0, 0), operation, 0);
    accepts([
        lost(swap_if(0, 1)),
        lost(swap_if(1, 2)),
        lost(FetchAdd(2)),
        read(2, 2),
        call(1, 0, (4, 5), Write(5), 0),
        read(6, 7),
    ]);
    // A compare-swap may wait for its moment.
    accepts([
        call(0, 0, (0, 0), swap_if(7, 8), 0),
        call(1, 0, (1, 2), Write(7), 0),
        read(3, 7),
        read(5, 8),
    ]);
}

#[test]
fn words_are_judged_apart_and_start_as_said() {
    accepts([
        call(0, 0, (0, 1), Write(1), 0),
        call(1, 1, (2, 3), Read, 0),
        call(1, 0, (4, 5), Read, 1),
    ]);
    let text = refuses([call(0, 0, (0, 1), Write(1), 0), call(1, 9, (2, 3), Read, 1)]);
    assert!(text.contains("x9"), "{text}");
    let mut history = History::from_calls([call(0, 0, (0, 1), Read, 6)]);
    assert!(check(&history).is_err());
    history.set_initial(0, 6);
    assert!(check(&history).is_ok());
}

/// Many calls on one word, more than half of them to change it.
fn long_history(processes: u64, calls: u64) -> Vec<Call> {
    // A fixed generator: (x, c) of a 64-bit linear congruence.
    let mut state = 1u64;
    let mut chance = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) % below
    };
    let mut done: Vec<Call> = Vec::new();
    let mut running: Vec<Option<(Call, Option<u64>)>> = vec![None; processes as usize];
    let (mut word, mut now) = (0, 0);
    while (done.len() as u64) < calls {
        now += 1;
        let process = chance(processes) as usize;
        running[process] = match running[process] {
            None => {
                let operation = match chance(4) {
                    0 => Write(chance(3)),
                    1 => swap_if(chance(3), chance(3)),
                    2 => FetchAdd(1),
                    _ => Read,
                };
                Some((call(process as u32, 0, (now, 0), operation, 0), None))
            }
            Some((call, None)) => {
                let before = word;
                word = call.operation.after(word);
                Some((call, Some(before)))
            }
            Some((mut call, Some(before))) => {
                call.returned = Some(now);
                call.result = if call.operation.tells() { before } else { 0 };
                done.push(call);
                None
            }
        };
    }
    done
}

#[test]
fn thousands_of_calls_on_one_word() {
    accepts(long_history(10, 1_000));
    let calls = long_history(4, 4_000);
    accepts(calls.clone());
    // A process that never gets on leaves a call open all the while, and one at the start that
    // returns only at the end holds the window open.
    let mut held = calls.clone();
    held.push(call(9, 0, (0, 0), Write(77), 0));
    held.push(call(8, 0, (0, 1_000_000), Read, 0));
    accepts(held);
    // A wrong answer close to the end is found without going through all orders of the beginning.
    let mut wrong = calls;
    let last = wrong.iter_mut().rev().find(|call| call.operation == Read).expect("reads");
    last.result = 1_000_000;
    refuses(wrong);
}

/// All orders, by trying each permutation.
fn naive(calls: &[Call], taken: &mut Vec<bool>, word: u64) -> bool {
    if calls.iter().zip(taken.iter()).all(|(call, &taken)| taken || call.returned.is_none()) {
        return true;
    }
    (0..calls.len()).any(|i| {
        let precedes = |j: usize| {
            !taken[j] && calls[j].returned.is_some_and(|returned| returned < calls[i].invoked)
        };
        if taken[i] || (0..calls.len()).any(precedes) || !calls[i].fits(word) {
            return false;
        }
        taken[i] = true;
        let fine = naive(calls, taken, calls[i].operation.after(word));
        taken[i] = false;
        fine
    })
}

/// A word for the checker of todc-utils; an operation carries its answer.
struct Word;

impl Specification for Word {
    type State = u64;
    type Operation = (Operation, u64);

    fn init() -> u64 {
        0
    }

    fn apply(&(operation, answer): &(Operation, u64), word: &u64) -> (bool, u64) {
        (!operation.tells() || answer == *word, operation.after(*word))
    }
}

fn judged_by_todc(history: &History) -> bool {
    let mut events = Vec::new();
    for call in history.calls() {
        let what = (call.operation, call.result);
        let process = call.process as usize;
        events.push((call.invoked, process, Action::Call(what)));
        events.push((call.returned.expect("complete"), process, Action::Response(what)));
    }
    events.sort_by_key(|event| event.0);
    let actions = events.into_iter().map(|(_, process, action)| (process, action)).collect();
    WGLChecker::<Word>::is_linearizable(todc_utils::History::from_actions(actions))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn agrees_with_all_permutations(course in courses(1, 6, 2)) {
        let history = course.history(false);
        let calls: Vec<Call> = history.calls().copied().collect();
        let expected = naive(&calls, &mut vec![false; calls.len()], 0);
        prop_assert_eq!(check(&history).is_ok(), expected, "{}", history);
    }

    #[test]
    fn agrees_with_another_checker(course in courses(1, 12, 2)) {
        let history = course.history(true);
        prop_assume!(!history.is_empty());
        prop_assert_eq!(check(&history).is_ok(), judged_by_todc(&history), "{}", history);
    }

    #[test]
    fn what_happened_is_accepted(course in courses(3, 30, 0)) {
        let history = course.history(false);
        prop_assert!(check(&history).is_ok(), "{}", history);
    }
}

#[test]
fn random_histories_are_of_both_kinds() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut good, mut bad) = (0, 0);
    for _ in 0..400 {
        let course = courses(1, 12, 2).new_tree(&mut runner).expect("a course").current();
        *if check(&course.history(true)).is_ok() { &mut good } else { &mut bad } += 1;
    }
    assert!(good > 100 && bad > 100, "{good} good, {bad} bad");
}
