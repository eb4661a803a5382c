//! Signs that get lost between living nodes: nobody waits for ever.

mod fairness;
mod heirs;
mod lost;

use std::sync::{Arc, Mutex};

use verbs_shim::Status;

use crate::error::Error;
use crate::testing::{Job, TestNode};

type Outcomes = Vec<Option<Result<(), Error>>>;

/// How `collective` ends on each of three nodes when `sender`'s request to `receiver` gets lost.
fn with_a_loss(
    sender: u32,
    receiver: u32,
    skip: usize,
    collective: fn(&TestNode) -> Result<(), Error>,
) -> Outcomes {
    let outcomes: Arc<Mutex<Outcomes>> = Arc::new(Mutex::new(vec![None, None, None]));
    let noted = Arc::clone(&outcomes);
    Job::of(3).run(move |node| {
        node.barrier().unwrap();
        if node.rank() == sender {
            node.faults.fail(receiver, skip, Status::RetryExceeded);
        }
        let outcome = collective(node);
        noted.lock().unwrap()[node.rank() as usize] = Some(outcome);
    });
    let mut outcomes = outcomes.lock().unwrap();
    std::mem::take(&mut *outcomes)
}

fn assert_all_failed(outcomes: &Outcomes) {
    for (rank, outcome) in outcomes.iter().enumerate() {
        assert!(matches!(outcome, Some(Err(_))), "rank {rank}: {outcome:?}");
    }
}

#[test]
fn a_barrier_that_loses_a_sign_fails_on_both_sides_and_no_other_follows() {
    for sender in 0..3 {
        // In the first round and in the last one.
        for receiver in [(sender + 1) % 3, (sender + 2) % 3] {
            let outcomes = with_a_loss(sender, receiver, 0, TestNode::barrier);
            for rank in [sender, receiver] {
                let outcome = &outcomes[rank as usize];
                assert!(matches!(outcome, Some(Err(_))), "rank {rank}: {outcome:?}");
            }
            // The third has heard from all and may go on, but not past the next barrier.
            let twice = |node: &TestNode| node.barrier().and_then(|()| node.barrier());
            assert_all_failed(&with_a_loss(sender, receiver, 0, twice));
        }
    }
}

#[test]
fn a_reduction_that_loses_a_value_or_its_sign_fails_on_every_node() {
    let short = |node: &TestNode| node.reduce(&mut [node.rank() as u8; 8]);
    let long = |node: &TestNode| node.reduce(&mut [node.rank() as u8; 256]);
    for reduce in [short, long] {
        for child in [1, 2] {
            // The value, and the number that says it is there.
            for skip in [0, 1] {
                assert_all_failed(&with_a_loss(child, 0, skip, reduce));
            }
        }
    }
}
