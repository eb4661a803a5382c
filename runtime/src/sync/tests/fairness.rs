//! Who gets a lock next: a bound, not a chance.

use std::sync::{Arc, Mutex as StdMutex};
use std::thread;

use crate::endpoint::Place;
use crate::sync::Mutex;
use crate::sync::lock::{HANDOVERS, Lock};
use crate::testing::{Job, Paced, TestNode};

/// Bits of the nodes that wait for a lock, as they lie behind its token and its time.
fn waiting(node: &TestNode, lock: &Lock<Paced>) -> u64 {
    let block = lock.blocks().segment().block_place(0);
    let at = lock.blocks().layout().tail() as u64 + 16;
    let mut word = [0; 8];
    node.endpoint.read(Place::new(block.rank, block.offset + at), &mut word).unwrap();
    u64::from_le_bytes(word)
}

/// Far more threads of the node that has the lock want it than may have it in a row, and they came before the other
/// node did; and yet that comes after so many of them.
#[test]
fn a_node_that_waits_comes_after_a_bounded_number_of_threads_of_another() {
    const THREADS: usize = 2 * HANDOVERS as usize;
    let order = Arc::new(StdMutex::new(Vec::new()));
    let noted = Arc::clone(&order);
    Job::of(2).run(move |node| {
        let mutex = Mutex::<u64, Paced>::builder(&node.coherence, "mutex");
        let mutex = mutex.on_node(0).create().unwrap();
        let note = || {
            let guard = mutex.lock().unwrap();
            noted.lock().unwrap().push((node.rank(), guard.token()));
            drop(guard);
        };
        if node.rank() == 1 {
            node.barrier().unwrap();
            note();
        } else {
            let guard = mutex.lock().unwrap();
            node.barrier().unwrap();
            thread::scope(|scope| {
                (0..THREADS).for_each(|_| {
                    scope.spawn(note);
                });
                while guard.waiting() < THREADS || waiting(node, mutex.core()) != 0b10 {
                    thread::yield_now();
                }
                drop(guard);
            });
        }
        node.barrier().unwrap();
    });
    let order = order.lock().unwrap();
    assert_eq!(order.len(), THREADS + 1);
    assert!(order.is_sorted_by_key(|(_, token)| *token), "{order:?}");
    let before = order.iter().position(|(rank, _)| *rank == 1).unwrap();
    // The first holder does not count, and the last of them was told of the other node and passed it on.
    assert!(before <= HANDOVERS as usize, "{before} came before: {order:?}");
}
