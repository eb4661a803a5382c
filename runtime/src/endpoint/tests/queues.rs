//! Queue pairs that are short, as in jobs of many nodes.

use verbs_shim::{OperationKind, Status};

use crate::testing::{Job, TestNode};

/// What a queue pair posts by itself when it is full of work that nobody will hear of.
fn is_marker(request: &(OperationKind, usize)) -> bool {
    *request == (OperationKind::Write, 0)
}

#[test]
fn batches_and_silent_work_fit_pairs_of_any_depth() {
    for depth in [2, 3, 8, 62, 63, 64, 65, 100, 125] {
        Job::of(2).pair_depth(depth).run(|node| {
            let array = node.array::<u64>("data").len(256).on_node(1).create().unwrap();
            node.barrier().unwrap();
            if node.rank() == 0 {
                let indices: Vec<usize> = (100..164).collect();
                let values: Vec<u64> = (0..64).collect();
                let mut back = [0; 64];
                for i in 0..43 {
                    array.put_nb(i, &[1]).unwrap();
                }
                array.scatter(&indices, &values).unwrap();
                array.gather(&indices, &mut back).unwrap();
                assert_eq!(values, back);
                node.quiet().unwrap();
            }
            node.reduce(&mut [node.rank() as u8; 256]).unwrap();
            node.barrier().unwrap();
            if node.rank() == 1 {
                let mut arrived = [0; 43];
                array.get_range(0, &mut arrived).unwrap();
                assert_eq!(arrived, [1; 43]);
            }
        });
    }
}

/// Fills the pair to rank 2 with writes that nobody hears of, and makes it post a marker that fails,
/// while a read from rank 1 has the first slot.
fn fail_a_marker(node: &TestNode) {
    let sevens = node.array::<u64>("sevens").len(8).on_node(1).create().unwrap();
    let array = node.array::<u64>("data").len(256).on_node(2).create().unwrap();
    node.faults.hold(1);
    let transfer = sevens.get_nb(0, 8).unwrap();
    array.get(0).unwrap(); // opens the pair
    node.faults.take_posted(2);
    node.faults.fail(2, 30, Status::RetryExceeded);
    for i in 0..30 {
        array.put_nb(i, &[1]).unwrap();
    }
    let indices: Vec<usize> = (100..164).collect();
    array.scatter(&indices, &[5; 64]).unwrap();
    assert!(!node.faults.is_pending(2));
    let posted = node.faults.take_posted(2);
    assert!(is_marker(&posted[30]), "{posted:?}");
    // The writes before it had taken effect, and nobody was concerned.
    node.faults.release(1);
    assert_eq!(transfer.wait().unwrap(), [7; 8]);
    node.quiet().unwrap();
    let mut back = [0; 30];
    array.get_range(0, &mut back).unwrap();
    assert_eq!(back, [1; 30]);
}

#[test]
fn a_marker_that_fails_touches_no_slot_and_concerns_nobody() {
    Job::of(3).pair_depth(64).run(|node| {
        let sevens = node.array::<u64>("sevens").len(8).on_node(1).create().unwrap();
        if node.rank() == 1 {
            sevens.put_range(0, &[7; 8]).unwrap();
        }
        node.barrier().unwrap();
        if node.rank() == 0 {
            fail_a_marker(node);
        }
    });
}

#[test]
fn quiet_ends_when_a_pair_is_full_and_its_last_work_silent() {
    const DEPTH: u32 = 8;
    Job::of(2).pair_depth(DEPTH).run(|node| {
        let array = node.array::<u64>("data").len(64).on_node(1).create().unwrap();
        node.barrier().unwrap();
        if node.rank() == 0 {
            node.quiet().unwrap();
            array.get(0).unwrap();
            node.faults.hold(1);
            // One of them is signaled, because half of the queue is full; those behind it are not.
            for i in 0..DEPTH as usize {
                array.put_nb(i, &[1]).unwrap();
            }
            let faults = std::sync::Arc::clone(&node.faults);
            #[expect(clippy::disallowed_methods, reason = "a NIC that answers while quiet waits")]
            let nic = std::thread::spawn(move || {
                std::thread::sleep(std::time::Duration::from_millis(50));
                faults.release(1);
            });
            node.quiet().unwrap();
            nic.join().unwrap();
            let mut arrived = [0; DEPTH as usize];
            array.get_range(0, &mut arrived).unwrap();
            assert_eq!(arrived, [1; DEPTH as usize]);
        }
        node.barrier().unwrap();
    });
}
