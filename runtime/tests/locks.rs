//! Mutexes and reader-writer locks under contention, after panics, and after deaths.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests use the system as it is"
)]

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use common::{job, job_with};
use pangea::{Error, LockError, Mutex, Node, Poison, RwLock};

/// Ends a node as one whose program failed, with whatever `last` owns: all handles of it, so that it ends.
fn die(node: Node, last: impl FnOnce()) {
    let end = catch_unwind(AssertUnwindSafe(move || {
        let _node = node;
        last();
    }));
    assert!(end.is_err());
}

/// Runs `work` on so many threads.
fn on_threads(count: usize, work: impl Fn(usize) + Send + Sync) {
    thread::scope(|scope| {
        for thread in 0..count {
            let work = &work;
            scope.spawn(move || work(thread));
        }
    });
}

#[test]
fn one_thread_at_a_time_has_a_mutex_and_its_tokens_rise() {
    const ROUNDS: u64 = 40;
    let seen = job(3, |node| {
        let mutex = node.mutex::<[u64; 20]>("counters").create().unwrap();
        let tokens = std::sync::Mutex::new(Vec::new());
        on_threads(2, |_| {
            for _ in 0..ROUNDS {
                let mut guard = mutex.lock().unwrap();
                // Each of them is what all others are, or somebody else is in here too.
                assert!(guard.iter().all(|count| *count == guard[0]), "{guard:?}");
                let next = guard[0] + 1;
                for count in guard.iter_mut() {
                    *count = next;
                }
                tokens.lock().unwrap().push((guard.token(), next));
            }
        });
        node.barrier().unwrap();
        assert_eq!(*mutex.lock().unwrap(), [6 * ROUNDS; 20]);
        node.barrier().unwrap();
        tokens.into_inner().unwrap()
    });
    let mut all = seen.concat();
    all.sort_unstable();
    assert!(
        all.is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1),
        "tokens rise as the lock is passed on"
    );
}

#[test]
fn a_lock_carries_what_was_written_elsewhere() {
    job(3, |node| {
        let mutex = node.mutex::<u64>("turn").create().unwrap();
        let data = node.shared_array::<u64>("data").len(3).create().unwrap();
        for round in 0..60u64 {
            let guard = mutex.lock().unwrap();
            // Copies of what another wrote before it gave the lock back are out of date.
            for index in 0..3 {
                assert_eq!(data.get(index).unwrap(), *guard, "round {round}");
            }
            let mut guard = guard;
            *guard += 1;
            for index in 0..3 {
                data.set(index, *guard).unwrap();
            }
        }
        node.barrier().unwrap();
        assert_eq!(*mutex.lock().unwrap(), 180);
        node.barrier().unwrap();
    });
}

#[test]
fn nodes_that_wait_get_their_turn() {
    // A node that takes the lock again and again as fast as it can does not keep another out.
    let counts = job(3, |node| {
        let mutex = node.mutex::<u64>("lock").on_node(0).create().unwrap();
        let over = node.atomic::<bool>("over").create().unwrap();
        node.barrier().unwrap();
        let mut mine = 0u64;
        if node.rank() == 2 {
            for _ in 0..20 {
                *mutex.lock().unwrap() += 1;
                mine += 1;
            }
            over.store(true).unwrap();
        } else {
            while !over.load().unwrap() {
                let mut guard = mutex.lock().unwrap();
                *guard += 1;
                mine += 1;
            }
        }
        node.barrier().unwrap();
        let total = *mutex.lock().unwrap();
        node.barrier().unwrap();
        (mine, total)
    });
    assert_eq!(counts.iter().map(|(mine, _)| mine).sum::<u64>(), counts[0].1);
}

#[test]
fn a_lock_that_is_taken_is_not_tried_for_long() {
    job(2, |node| {
        let mutex = node.mutex::<u64>("mutex").create().unwrap();
        let lock = node.rwlock::<u64>("lock").create().unwrap();
        if node.rank() == 0 {
            let (guard, reader) = (mutex.lock().unwrap(), lock.read().unwrap());
            node.barrier().unwrap();
            node.barrier().unwrap();
            drop((guard, reader));
            let writer = lock.write().unwrap();
            node.barrier().unwrap();
            node.barrier().unwrap();
            drop(writer);
            node.barrier().unwrap();
        } else {
            node.barrier().unwrap();
            assert!(mutex.try_lock().unwrap().is_none());
            assert!(lock.try_write().unwrap().is_none());
            drop(lock.try_read().unwrap().expect("readers share"));
            node.barrier().unwrap();
            node.barrier().unwrap();
            assert!(lock.try_read().unwrap().is_none());
            assert!(lock.try_write().unwrap().is_none());
            node.barrier().unwrap();
            node.barrier().unwrap();
            *mutex.try_lock().unwrap().expect("it is free") += 1;
            *lock.try_write().unwrap().expect("it is free") += 1;
            assert_eq!(*lock.try_read().unwrap().expect("it is free"), 1);
        }
        node.barrier().unwrap();
    });
}

#[test]
fn having_it_twice_is_an_error_that_names_it() {
    let node = pangea::join().unwrap();
    let mutex = node.mutex::<u64>("the mutex").create().unwrap();
    let again = node.mutex::<u64>("the mutex").create().unwrap();
    let guard = mutex.lock().unwrap();
    for result in [again.lock().map(|_| ()), again.try_lock().map(|_| ())] {
        let Err(LockError::Failed(error)) = result else { panic!("{result:?}") };
        assert_eq!(
            error.to_string(),
            "this thread has \"the mutex\" locked already, and would wait for itself; drop the guard \
             first"
        );
    }
    drop(guard);
    let lock = node.rwlock::<u64>("the lock").create().unwrap();
    let again = node.rwlock::<u64>("the lock").create().unwrap();
    let deadlocks =
        |error: &Error| matches!(error, Error::WouldDeadlock { what } if what == "\"the lock\"");
    let reader = lock.read().unwrap();
    for result in [
        again.read().map(|_| ()).map_err(Error::from),
        again.write().map(|_| ()).map_err(Error::from),
    ] {
        assert!(deadlocks(&result.unwrap_err()));
    }
    drop(reader);
    let writer = lock.write().unwrap();
    assert!(deadlocks(&again.try_read().map(|_| ()).map_err(Error::from).unwrap_err()));
    drop(writer);
    drop(again.read().unwrap());
}

#[test]
fn a_panic_poisons_until_that_is_cleared() {
    job(2, |node| {
        let mutex = node.mutex::<u64>("mutex").create().unwrap();
        let lock = node.rwlock::<u64>("lock").create().unwrap();
        if node.rank() == 0 {
            let panics = catch_unwind(AssertUnwindSafe(|| {
                let (mut guard, mut writer) = (mutex.lock().unwrap(), lock.write().unwrap());
                (*guard, *writer) = (7, 8);
                panic!("a test");
            }));
            assert!(panics.is_err());
        }
        node.barrier().unwrap();
        let Err(LockError::Poisoned(poisoned)) = mutex.lock() else { panic!("it is not poisoned") };
        assert_eq!(poisoned.poison(), Poison::Failed { rank: Some(0) });
        let guard = poisoned.into_inner();
        // As with the standard library's: what the holder did before it panicked is there.
        assert_eq!(*guard, 7);
        // It stays so, whoever has looked.
        drop(guard);
        let error: Error = mutex.lock().unwrap_err().into();
        assert!(
            error.to_string().starts_with("lock \"mutex\" is poisoned: rank 0 panicked"),
            "{error}"
        );
        assert!(mutex.is_poisoned().unwrap());
        assert!(matches!(lock.read(), Err(LockError::Poisoned(_))));
        assert!(matches!(lock.write(), Err(LockError::Poisoned(_))));
        // The other node has written, too: while it did, there was nothing to be had by trying.
        node.barrier().unwrap();
        let reader = lock.try_read().unwrap_err().into_inner().unwrap();
        assert_eq!((*reader, reader.poison().is_some()), (8, true));
        drop(reader);
        node.barrier().unwrap();
        if node.rank() == 1 {
            let mut guard = mutex.lock().unwrap_err().into_inner().unwrap();
            *guard = 1;
            guard.clear_poison();
            guard.commit().unwrap();
            lock.clear_poison().unwrap();
        }
        node.barrier().unwrap();
        assert_eq!((*mutex.lock().unwrap(), *lock.read().unwrap()), (1, 8));
        assert!(!mutex.is_poisoned().unwrap());
        node.barrier().unwrap();
    });
}

/// A reader that panics does no harm, and neither does a guard that is dropped while its thread unwinds from a panic
/// that came before.
#[test]
fn only_a_holder_that_panics_poisons() {
    let node = pangea::join().unwrap();
    let lock = node.rwlock::<u64>("lock").create().unwrap();
    let panics = catch_unwind(AssertUnwindSafe(|| {
        let _reader = lock.read().unwrap();
        panic!("a test");
    }));
    assert!(panics.is_err());
    struct Last(Mutex<u64>);
    impl Drop for Last {
        fn drop(&mut self) {
            *self.0.lock().unwrap() += 1;
        }
    }
    let mutex = node.mutex::<u64>("mutex").create().unwrap();
    let last = Last(mutex.clone());
    let panics = catch_unwind(AssertUnwindSafe(move || {
        let _last = last;
        panic!("a test");
    }));
    assert!(panics.is_err());
    assert_eq!((*lock.write().unwrap(), *mutex.lock().unwrap()), (0, 1));
}

#[test]
fn what_a_dead_node_held_is_poisoned_and_others_go_on() {
    // The job's own barrier fails where the news of a death comes before all signs.
    let met = Arc::new(Barrier::new(3));
    job(3, move |node| {
        // Also those that others wait for, and a share of the readers.
        let mutex = node.mutex::<u64>("mutex").on_node(0).create().unwrap();
        let lock = node.rwlock::<u64>("lock").on_node(1).create().unwrap();
        let read = node.rwlock::<u64>("read").on_node(0).create().unwrap();
        let survivors = node.barrier_among("survivors", &[0, 1]);
        if node.rank() == 2 {
            assert!(survivors.is_err(), "it is not among them");
            *mutex.lock().unwrap() = 5;
            drop(survivors);
            met.wait();
            die(node, move || {
                let (mutex, lock, read) = (mutex, lock, read);
                let (mut guard, mut writer) = (mutex.lock().unwrap(), lock.write().unwrap());
                (*guard, *writer) = (6, 6);
                std::mem::forget((guard, writer, read.read().unwrap()));
                panic!("this node is to die");
            });
            return;
        }
        let survivors = survivors.unwrap();
        met.wait();
        // It may not have it yet; but it will, and whoever waits for it then gets it after the death.
        let guard = loop {
            match mutex.lock() {
                Ok(guard) => drop(guard),
                Err(error) => break error.into_inner().unwrap(),
            }
        };
        assert!(matches!(guard.poison(), Some(Poison::Holder { .. })), "{:?}", guard.poison());
        assert_eq!(*guard, 5, "as the last one left it that unlocked");
        drop(guard);
        assert!(lock.read().unwrap_err().is_poisoned());
        *read.write().unwrap() += 1;
        survivors.wait().unwrap();
        if node.rank() == 0 {
            mutex.clear_poison().unwrap();
            lock.clear_poison().unwrap();
        }
        survivors.wait().unwrap();
        *mutex.lock().unwrap() += 1;
        *lock.write().unwrap() += 1;
        survivors.wait().unwrap();
        assert_eq!(
            (*mutex.lock().unwrap(), *lock.read().unwrap(), *read.read().unwrap()),
            (7, 2, 2)
        );
        survivors.wait().unwrap();
    });
}

#[test]
fn readers_share_and_writers_are_alone() {
    const ROUNDS: u64 = 30;
    job(3, |node| {
        let lock = node.rwlock::<[u64; 20]>("table").create().unwrap();
        on_threads(4, |thread| {
            for _ in 0..ROUNDS {
                if thread < 2 {
                    let mut guard = lock.write().unwrap();
                    let next = guard[0] + 1;
                    for value in guard.iter_mut() {
                        assert_eq!(*value, next - 1);
                        *value = next;
                    }
                } else {
                    let guard = lock.read().unwrap();
                    assert!(guard.iter().all(|value| *value == guard[0]), "{guard:?}");
                }
            }
        });
        node.barrier().unwrap();
        assert_eq!(lock.read().unwrap()[19], 6 * ROUNDS);
        node.barrier().unwrap();
    });
}

#[test]
fn readers_of_one_node_and_of_several_read_at_once() {
    job(2, |node| {
        let lock = node.rwlock::<u64>("lock").create().unwrap();
        let together = Barrier::new(3);
        // If one of them kept the others out, none would come to the end of this.
        on_threads(3, |thread| {
            let guard = lock.read().unwrap();
            together.wait();
            if thread == 0 {
                node.barrier().unwrap();
            }
            drop(guard);
        });
    });
}

/// Readers that relieve each other, on one node and on two, do not keep a writer out.
#[test]
fn readers_do_not_starve_writers() {
    job(2, |node| {
        let lock = node.rwlock::<u64>("lock").on_node(0).create().unwrap();
        let over = Arc::new(AtomicBool::new(false));
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !over.load(Ordering::Relaxed) {
                        let first = lock.read().unwrap();
                        thread::yield_now();
                        drop(first);
                    }
                });
            }
            if node.rank() == 1 {
                for _ in 0..10 {
                    *lock.write().unwrap() += 1;
                }
            }
            node.barrier().unwrap();
            over.store(true, Ordering::Relaxed);
        });
        assert_eq!(*lock.read().unwrap(), 10);
        node.barrier().unwrap();
    });
}

/// What a condition variable is for: a queue of one, between nodes.
#[test]
fn waiting_for_the_value_under_a_mutex() {
    const COUNT: u64 = 50;
    job(2, |node| {
        let place = node.mutex::<[u64; 2]>("queue").create().unwrap();
        for round in 1..=COUNT {
            if node.rank() == 0 {
                let mut guard = place.lock().unwrap().wait_until(|place| place[0] == 0).unwrap();
                *guard = [1, round];
            } else {
                let mut guard = place.lock().unwrap().wait_until(|place| place[0] == 1).unwrap();
                assert_eq!(guard[1], round);
                guard[0] = 0;
            }
        }
        node.barrier().unwrap();
    });
}

/// A thread that waits for the value learns that the only one who could have changed it is dead.
#[test]
fn waiting_for_a_value_ends_with_the_death_of_the_holder() {
    // The job's own barrier fails where the news of a death comes before all signs.
    let met = Arc::new(Barrier::new(2));
    job(2, move |node| {
        let mutex = node.mutex::<u64>("mutex").on_node(0).create().unwrap();
        if node.rank() == 1 {
            met.wait();
            die(node, move || {
                let mutex = mutex;
                std::mem::forget(mutex.lock().unwrap());
                panic!("this node is to die");
            });
            return;
        }
        let guard = mutex.lock().unwrap();
        met.wait();
        let waited = guard.wait_until(|value| *value == 1);
        assert!(waited.unwrap_err().is_poisoned());
    });
}

#[test]
fn values_of_every_size_and_alignment() {
    #[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable, PartialEq, Debug)]
    #[repr(C, align(64))]
    struct Aligned([u64; 16]);
    fn check<T: pangea::Element + PartialEq + std::fmt::Debug>(node: &Node, name: &str, value: T) {
        let mutex: Mutex<T> = node.mutex(name).create().unwrap();
        let lock: RwLock<T> = node.rwlock(&format!("{name} too")).create().unwrap();
        if node.rank() == 1 {
            *mutex.lock().unwrap() = value;
            *lock.write().unwrap() = value;
        }
        node.barrier().unwrap();
        assert_eq!(*mutex.lock().unwrap(), value);
        assert_eq!(*lock.read().unwrap(), value);
        node.barrier().unwrap();
    }
    job(2, |node| {
        check(&node, "byte", 7u8);
        check(&node, "odd", [3u8; 37]);
        check(&node, "aligned", Aligned([5; 16]));
        check(&node, "long", [1u64 << 60; 1000]);
    });
    // Close to the largest block, without ever being on a stack.
    job_with(2, 16 << 20, |node| {
        let mutex = node.mutex::<[u8; 1_000_000]>("large").create().unwrap();
        for round in 0..5 {
            let mut guard = mutex.lock().unwrap();
            assert!(guard.iter().all(|byte| *byte == guard[0]), "round {round}");
            let next = guard[0] + 1;
            guard.fill(next);
        }
        node.barrier().unwrap();
        assert_eq!(mutex.lock().unwrap()[999_999], 10);
        node.barrier().unwrap();
    });
}

#[test]
fn a_name_belongs_to_one_kind_of_thing() {
    let node = pangea::join().unwrap();
    let _mutex = node.mutex::<u64>("name").create().unwrap();
    let text = |error: Error| error.to_string();
    let error = text(node.mutex::<i64>("name").create().unwrap_err());
    assert!(error.contains("Mutex<u64>") && error.contains("Mutex<i64>"), "{error}");
    let error = text(node.rwlock::<u64>("name").create().unwrap_err());
    assert!(error.contains("Mutex<u64>") && error.contains("RwLock<u64>"), "{error}");
    let error = text(node.array::<u64>("name").len(1).create().unwrap_err());
    assert!(error.contains("Mutex<u64>"), "{error}");
    let error = text(node.mutex::<[u8; 1 << 20]>("large").create().unwrap_err());
    assert!(error.ends_with("cannot be shared: it does not fit a block of 1 MiB"), "{error}");
    let error = text(node.mutex::<[u8; 0]>("none").create().unwrap_err());
    assert!(error.ends_with("cannot be shared: it has no bytes"), "{error}");
    let error = text(node.mutex::<u64>("nowhere").on_node(5).create().unwrap_err());
    assert!(error.contains("does not exist in a job of 1 nodes"), "{error}");
    // Two programs may agree on a name for a type of their own.
    drop(node.mutex::<[u64; 2]>("agreed").type_name("Pair").create().unwrap());
    drop(node.mutex::<[i64; 2]>("agreed").type_name("Pair").create().unwrap());
}

#[test]
fn a_lock_that_was_released_is_of_no_use() {
    let node = pangea::join().unwrap();
    let mutex = node.mutex::<u64>("mutex").create().unwrap();
    let lock = node.rwlock::<u64>("lock").create().unwrap();
    *mutex.lock().unwrap() = 3;
    let (other, another) = (mutex.clone(), lock.clone());
    mutex.release().unwrap();
    lock.release().unwrap();
    let expected = "\"mutex\" was released by this node; create it or attach to it again";
    assert_eq!(other.lock().unwrap_err().to_string(), expected);
    assert_eq!(other.try_lock().unwrap_err().to_string(), expected);
    assert!(matches!(another.read(), Err(LockError::Failed(Error::Released { .. }))));
    assert!(matches!(another.try_write(), Err(LockError::Failed(Error::Released { .. }))));
    assert!(matches!(other.release(), Err(Error::Released { .. })));
    assert!(node.catalog().unwrap().is_empty());
    // A new one of that name begins anew.
    assert_eq!(*node.mutex::<u64>("mutex").create().unwrap().lock().unwrap(), 0);
}
