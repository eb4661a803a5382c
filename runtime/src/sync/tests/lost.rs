//! Queue pairs that fail amid whatever step of a lock, an atomic or a semaphore: nothing is done twice, nothing
//! is forgotten, and nobody else's lock is taken away.

use std::sync::{Arc, Mutex as StdMutex};

use verbs_shim::Status;

use crate::error::Error;
use crate::sync::locals::Locals;
use crate::sync::{Atomic, Mutex, RwLock, Semaphore};
use crate::testing::{Job, Paced, TestNode};

/// Runs `work` on rank 0 of two again and again, with a failure at rank 1 one request later each time, until it
/// ends without that failure having come up.
fn at_every_step(work: impl Fn(&TestNode, u64) + Send + Sync + 'static) {
    let work = Arc::new(work);
    let steps = Arc::new(StdMutex::new(0));
    let counted = Arc::clone(&steps);
    Job::of(2).run(move |node| {
        if node.rank() == 0 {
            // The first connections are made without trouble.
            work(node, 0);
            let mut round = 1;
            for skip in 0.. {
                for with_effect in [false, true] {
                    if with_effect {
                        node.faults.lose_answer(1, skip);
                    } else {
                        node.faults.fail(1, skip, Status::RetryExceeded);
                    }
                    work(node, round);
                    round += 1;
                }
                if node.faults.is_pending(1) {
                    *counted.lock().unwrap() = skip;
                    break;
                }
            }
            // What is pending must not hit the farewell.
            node.faults.fail(1, usize::MAX, Status::RetryExceeded);
        }
        node.barrier().unwrap();
    });
    let steps = *steps.lock().unwrap();
    assert!(steps > 3, "there were {steps} steps");
}

fn on_rank_1<O>(builder: crate::sync::ObjectBuilder<O, Paced>) -> O {
    builder.on_node(1).create().unwrap()
}

#[test]
fn a_mutex_survives_the_failure_of_any_request() {
    at_every_step(|node, round| {
        let mutex = on_rank_1(Mutex::<[u64; 30], Paced>::builder(&node.coherence, "mutex"));
        let mut guard = mutex.lock().unwrap();
        assert_eq!(*guard, [round; 30]);
        guard.fill(round + 1);
        let token = guard.token();
        guard.commit().unwrap();
        let guard = mutex.try_lock().unwrap().expect("nobody else wants it");
        assert_eq!(*guard, [round + 1; 30]);
        assert!(guard.token() > token);
    });
}

#[test]
fn a_reader_writer_lock_survives_the_failure_of_any_request() {
    at_every_step(|node, round| {
        let locals = Arc::new(Locals::new());
        let lock = RwLock::<[u64; 30], Paced>::builder(&node.coherence, &locals, "lock");
        let lock = on_rank_1(lock);
        assert_eq!(*lock.read().unwrap(), [round; 30]);
        lock.write().unwrap().fill(round + 1);
        assert_eq!(*lock.try_read().unwrap().expect("nobody writes"), [round + 1; 30]);
        assert_eq!(*lock.try_write().unwrap().expect("nobody else wants it"), [round + 1; 30]);
    });
}

#[test]
fn a_semaphore_survives_the_failure_of_any_request() {
    at_every_step(|node, _| {
        let semaphore = on_rank_1(Semaphore::<Paced>::builder(&node.coherence, "two", 2));
        let one = semaphore.acquire().unwrap();
        let other = semaphore.try_acquire().unwrap().expect("one is left");
        assert!(semaphore.try_acquire().unwrap().is_none());
        one.release().unwrap();
        assert_eq!(semaphore.available().unwrap(), 1);
        other.release().unwrap();
        assert_eq!(semaphore.available().unwrap(), 2);
    });
}

#[test]
fn an_atomic_happens_once_or_not_at_all_and_says_so_if_it_cannot_tell() {
    at_every_step(|node, _| {
        let atomic = on_rank_1(Atomic::<u64, Paced>::builder(&node.coherence, "count"));
        // So that its time has to be raised.
        let now = node.coherence.clock().now();
        node.coherence.clock().advance(now.next());
        let before = atomic.load().unwrap();
        let least = match atomic.fetch_add(1) {
            Ok(found) => {
                assert_eq!(found, before);
                before + 1
            }
            Err(Error::Indeterminate(_)) => before,
            Err(error) => panic!("{error}"),
        };
        let after = atomic.load().unwrap();
        assert!(after == least || after == before + 1, "{before}, then {after}");
    });
}
