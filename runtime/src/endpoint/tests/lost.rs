//! Exchanges amid which a queue pair fails: a prefix has happened, the rest never will, and what other work
//! has lost is told to others.

use std::sync::Arc;

use verbs_shim::{OperationKind, Status, WorkError};

use super::exchanges::{AT, on_rank_0_of};
use super::work;
use crate::endpoint::staging::SLOT;
use crate::endpoint::{ExchangeError, Step};
use crate::primitives::Trap;
use crate::testing::{Faults, Job, Paced, TestNode};

/// What failed, of an exchange that lost its queue pair.
fn lost<T>(result: Result<T, ExchangeError>) -> WorkError {
    match result {
        Err(ExchangeError::Lost(error)) => error,
        Err(ExchangeError::Fatal(error)) => panic!("fatal: {error:?}"),
        Ok(_) => panic!("it succeeded"),
    }
}

/// The words at `AT` and behind it, with which the exchange below ends at its last step.
const DONE: [u64; 3] = [1, 7, 3];

/// An exchange of four steps, each of which leaves a word.
fn four_steps(node: &TestNode) -> Result<[u64; 4], ExchangeError> {
    let body = [7u64.to_ne_bytes(), [0; 8]].concat();
    node.exchange(
        1,
        [
            Step::CompareSwap { at: AT, expected: 0, new: 1 },
            Step::Write { at: AT + 8, from: &body },
            Step::FetchAdd { at: AT + 16, add: 3 },
            Step::Read { at: AT, into: &mut [0; 24] },
        ],
    )
}

#[test]
fn what_went_before_the_failure_has_happened_and_nothing_else() {
    let flushes: [fn(&Faults); 3] =
        [|_| {}, |faults| faults.late_flushes(2000), Faults::flush_on_demand];
    for (flushes, step) in flushes.into_iter().flat_map(|how| (0..4).map(move |step| (how, step))) {
        for with_effect in [false, true] {
            on_rank_0_of(2, move |node| {
                node.begin_count(1);
                flushes(&node.faults);
                match with_effect {
                    true => node.faults.lose_answer(1, step),
                    false => node.faults.fail(1, step, Status::RetryExceeded),
                }
                assert_eq!(lost(four_steps(node)).status, Status::RetryExceeded);
                let executed = step + usize::from(with_effect);
                let there = [AT, AT + 8, AT + 16].map(|at| node.word(1, at));
                let expected = std::array::from_fn(|i| if i < executed { DONE[i] } else { 0 });
                assert_eq!(there, expected, "step {step}, executed: {with_effect}");
                node.endpoint.assert_nothing_is_held();
            });
        }
    }
}

#[test]
fn a_long_body_may_be_there_in_part() {
    for (skip, with_effect) in [(0, false), (1, true), (3, false), (15, true), (16, false)] {
        on_rank_0_of(2, move |node| {
            node.begin_count(1);
            match with_effect {
                true => node.faults.lose_answer(1, skip),
                false => node.faults.fail(1, skip, Status::RetryExceeded),
            }
            let body = vec![9; 16 * SLOT];
            let unlock = Step::CompareSwap { at: AT, expected: 0, new: 1 };
            let steps = [Step::Write { at: AT + 64, from: &body }, unlock];
            assert_eq!(lost(node.exchange(1, steps)).status, Status::RetryExceeded);
            let mut back = vec![0; 16 * SLOT];
            node.exchange(1, [Step::Read { at: AT + 64, into: &mut back }]).unwrap();
            let written = SLOT * (skip + usize::from(with_effect)).min(16);
            assert!(back[..written].iter().all(|byte| *byte == 9));
            assert!(back[written..].iter().all(|byte| *byte == 0));
            assert_eq!(node.word(1, AT), 0);
            node.endpoint.assert_nothing_is_held();
        });
    }
}

/// With several doorbells, those after the failure must not go to a new pair.
#[test]
fn nothing_is_posted_to_another_pair_amid_an_exchange() {
    for skip in [0, 2, 5, 16, 17, 30] {
        Job::of(2).pair_depth(2).run(move |node| {
            node.barrier().unwrap();
            if node.rank() != 0 {
                return;
            }
            node.begin_count(1);
            node.faults.fail(1, skip, Status::RetryExceeded);
            let body = vec![9; 32 * SLOT];
            let unlock = Step::CompareSwap { at: AT, expected: 0, new: 1 };
            lost(node.exchange(1, [Step::Write { at: AT + 64, from: &body }, unlock]));
            let posted = node.faults.take_posted(1);
            assert!(posted.iter().all(|(kind, _)| *kind == OperationKind::Write), "{posted:?}");
            assert_eq!(node.word(1, AT), 0);
            node.endpoint.assert_nothing_is_held();
        });
    }
}

#[test]
fn the_home_has_fenced_the_pair_when_the_loss_is_told() {
    Job::with_the_home(|node, home| {
        for round in 1..4 {
            node.faults.fail(1, 1, Status::RetryExceeded);
            lost(four_steps(node));
            assert_eq!(home.failed_ends(0), round);
            // And once is enough.
            node.word(1, AT);
            assert_eq!(home.failed_ends(0), round);
        }
    });
}

#[test]
fn the_trap_leaves_the_fence_out() {
    Job::with_the_home(|node, home| {
        Paced::open_trap(Trap::ReconnectWithoutFence);
        node.faults.fail(1, 1, Status::RetryExceeded);
        lost(four_steps(node));
        assert_eq!(home.failed_ends(0), 0);
    });
}

#[test]
fn a_loopback_pair_that_fails_is_fenced_too() {
    on_rank_0_of(2, |node| {
        for (round, effect) in [(1, 0), (2, 1)] {
            node.begin_count(0);
            match effect {
                0 => node.faults.fail(0, 0, Status::RetryExceeded),
                _ => node.faults.lose_answer(0, 0),
            }
            let steps = [
                Step::Write { at: AT + 8, from: &[round; 8] },
                Step::FetchAdd { at: AT, add: 1 },
                Step::Write { at: AT + 16, from: &[5; 8] },
            ];
            assert_eq!(lost(node.exchange(0, steps)).peer, 0);
            // Both ends are this node's: one failed by its thread, the other by its control thread.
            assert_eq!(node.faults.failed_ends(0), 2 * usize::from(round));
            let there = [AT, AT + 8, AT + 16].map(|at| node.word(0, at));
            assert_eq!(there, [effect, u64::from_ne_bytes([round; 8]), 0]);
        }
    });
}

#[test]
fn a_pair_that_is_known_to_have_failed_is_replaced_without_a_loss() {
    on_rank_0_of(2, |node| {
        let array = node.array::<u64>("data").len(8).on_node(1).create().unwrap();
        node.faults.fail(1, 0, Status::RetryExceeded);
        array.put_nb(0, &[42]).unwrap();
        // Whether it is known or only to be had for the asking makes no difference.
        assert_eq!(four_steps(node).unwrap(), [0; 4]);
        // It has been told to nobody yet. The other use of the home is told, and has done nothing.
        assert_eq!(work(array.put(1, 1)).status, Status::RetryExceeded);
        assert_eq!(array.get_range_now([0, 1]), [0, 0]);
        array.put(1, 1).unwrap();
        assert_eq!(array.get_range_now([0, 1]), [0, 1]);
        node.quiet().unwrap();
    });
}

impl crate::collections::Array<u64, Paced> {
    fn get_range_now(&self, indices: [usize; 2]) -> [u64; 2] {
        indices.map(|index| self.get(index).unwrap())
    }
}

/// Each way of using the home in which the failure may be told.
#[test]
fn what_other_work_has_lost_is_told_once_to_the_first_that_asks() {
    type Use = fn(&TestNode, &crate::collections::Array<u64, Paced>) -> WorkError;
    let uses: [Use; 7] = [
        |node, _| work(node.quiet()),
        |_, array| work(array.put(1, 1)),
        |_, array| work(array.get(1)),
        |_, array| work(array.fetch_add(1, 1)),
        |_, array| work(array.put_nb(1, &[1])),
        |_, array| work(array.get_nb(0, 8)),
        |_, array| work(array.scatter(&[1, 2], &[1, 1])),
    ];
    for (use_it, late) in uses.into_iter().flat_map(|how| [(how, false), (how, true)]) {
        on_rank_0_of(2, move |node| {
            let array = node.array::<u64>("data").len(8).on_node(1).create().unwrap();
            if late {
                node.faults.late_flushes(2000);
            }
            node.faults.fail(1, 0, Status::RetryExceeded);
            array.put_nb(0, &[42]).unwrap();
            for _ in 0..3 {
                four_steps(node).unwrap();
            }
            let told = use_it(node, &array);
            assert_eq!((told.peer, told.status), (1, Status::RetryExceeded));
            four_steps(node).unwrap();
            array.put(3, 3).unwrap();
            node.quiet().unwrap();
            assert_eq!([0, 1, 2, 3].map(|index| array.get(index).unwrap()), [0, 0, 0, 3]);
        });
    }
}

#[test]
fn a_failure_behind_which_an_exchange_was_posted_is_kept_for_others() {
    on_rank_0_of(2, |node| {
        let array = node.array::<u64>("data").len(8).on_node(1).create().unwrap();
        node.begin_count(1);
        // The failure is told only when the exchange has been posted.
        node.faults.hold(1);
        node.faults.fail(1, 0, Status::RetryExceeded);
        array.put_nb(0, &[42]).unwrap();
        let transfer = array.get_nb(0, 8).unwrap();
        let faults = Arc::clone(&node.faults);
        #[expect(
            clippy::disallowed_methods,
            reason = "a NIC that answers while the exchange waits"
        )]
        let nic = std::thread::spawn(move || {
            let mut doorbells = 0;
            while doorbells < 3 {
                std::thread::yield_now();
                doorbells += faults.take_doorbells(1);
            }
            faults.release(1);
        });
        node.faults.flush_on_demand();
        assert_eq!(lost(four_steps(node)).status, Status::Flushed);
        nic.join().unwrap();
        assert_eq!(work(transfer.wait()).status, Status::Flushed);
        assert_eq!(four_steps(node).unwrap(), [0; 4]);
        assert_eq!(work(node.quiet()).status, Status::RetryExceeded);
        node.quiet().unwrap();
    });
}
