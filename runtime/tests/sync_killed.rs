//! A node whose process is killed while it holds everything that can be held: the others go on.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests use the system as it is"
)]

mod children;
mod common;

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use children::Process;
use common::provider;
use pangea::cluster::{Coordinator, CoordinatorConfig, JobEnv, Rank};
use pangea::primitives::System;
use pangea::{Atomic, Error, LockError, Mutex, Node, Once, Permits, Poison, RwLock, Semaphore};

/// Longer than any of this takes.
const LIMIT: Duration = Duration::from_secs(60);

/// Everything that can be held, at home on rank 0.
struct Objects {
    mutex: Mutex<[u64; 20]>,
    written: RwLock<u64>,
    read: RwLock<u64>,
    semaphore: Semaphore,
    once: Once,
    count: Atomic<u64>,
}

impl Objects {
    fn of(node: &Node) -> Result<Objects, Error> {
        Ok(Objects {
            mutex: node.mutex("mutex").on_node(0).create()?,
            written: node.rwlock("written").on_node(0).create()?,
            read: node.rwlock("read").on_node(0).create()?,
            semaphore: node.semaphore("semaphore", 2).on_node(0).create()?,
            once: node.once("once").on_node(0).create()?,
            count: node.atomic("count").on_node(0).create()?,
        })
    }
}

fn hang() -> ! {
    loop {
        thread::sleep(Duration::from_secs(3600));
    }
}

/// Not a test by itself: the process that the tests below start begins here.
#[test]
fn child() {
    let Some(part) = children::part() else { return };
    let node = pangea::join_at(&JobEnv::from_env().unwrap().unwrap()).unwrap();
    let objects = Objects::of(&node).unwrap();
    *objects.mutex.lock().unwrap() = [5; 20];
    let holding = || {
        objects.count.fetch_add(1).unwrap();
        children::say("holding");
        hang()
    };
    let permits: Permits<'_> = objects.semaphore.acquire_many(2).unwrap();
    match part.as_str() {
        "mutex" => {
            let mut guard = objects.mutex.lock().unwrap();
            *guard = [6; 20];
            let token = guard.token();
            guard.save().unwrap();
            assert!(guard.token() > token);
            *guard = [7; 20];
            holding();
        }
        "writer" => {
            *objects.written.write().unwrap() = 7;
            let (_writer, _reader) =
                (objects.written.write().unwrap(), objects.read.read().unwrap());
            holding();
        }
        "once" => objects
            .once
            .call_once(|| {
                holding();
            })
            .unwrap(),
        "handed over" => {
            // Threads that leave it to each other without ever giving it back at its home.
            thread::scope(|scope| {
                for _ in 0..3 {
                    scope.spawn(|| {
                        loop {
                            objects.mutex.lock().unwrap()[0] += 1;
                        }
                    });
                }
                holding();
            });
        }
        other => panic!("there is no part {other:?}"),
    }
    drop(permits);
}

/// Runs `survivor` as rank 0 while rank 1, which holds what `part` says, is killed.
fn with_the_holder_killed(part: &str, survivor: impl FnOnce(Objects) + Send + 'static) {
    let config = CoordinatorConfig::local(2, provider(), 4 << 20);
    let coordinator = Coordinator::<System>::start(&config).expect("starts");
    let mut holder = Process::start(&coordinator.job().for_rank(Rank(1)), part, &[]);
    let job = coordinator.job().for_rank(Rank(0));
    let (tell, told) = mpsc::channel();
    let (killed, kill) = mpsc::channel();
    let survivor = thread::spawn(move || {
        let node = pangea::join_at(&job).expect("joins");
        let objects = Objects::of(&node).expect("they are its own");
        objects.count.wait_until(|count| count == 1).expect("the other comes");
        killed.send(()).expect("is waited for");
        survivor(objects);
        drop(node);
        let _ = tell.send(());
    });
    holder.wait_for("holding");
    kill.recv_timeout(LIMIT).expect("the survivor has seen it");
    holder.kill();
    if let Err(mpsc::RecvTimeoutError::Timeout) = told.recv_timeout(LIMIT) {
        panic!("the survivor hangs");
    }
    survivor.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

fn dead<G>(result: Result<G, LockError<G>>) -> G {
    let Err(LockError::Poisoned(poisoned)) = result else { panic!("it is not poisoned") };
    assert_eq!(poisoned.poison(), Poison::Holder { rank: Some(1) });
    poisoned.into_inner()
}

#[test]
fn a_mutex_is_poisoned_with_its_data_as_it_was_last_saved_or_unlocked() {
    with_the_holder_killed("mutex", |objects| {
        let mut guard = dead(objects.mutex.lock());
        assert_eq!(*guard, [6; 20]);
        guard.clear_poison();
        guard.commit().unwrap();
        objects.mutex.lock().unwrap()[0] += 1;
        assert_eq!(objects.mutex.try_lock().unwrap().unwrap()[0], 7);
        // And what else it held is back.
        drop(objects.semaphore.acquire_many(2).unwrap());
        assert_eq!(objects.count.fetch_add(1).unwrap(), 1);
    });
}

#[test]
fn a_writer_poisons_and_a_reader_does_not() {
    with_the_holder_killed("writer", |objects| {
        assert_eq!(*dead(objects.written.write()), 7);
        *objects.read.write().unwrap() = 1;
        assert_eq!(*objects.read.read().unwrap(), 1);
        objects.written.clear_poison().unwrap();
        assert_eq!(*objects.written.read().unwrap(), 7);
    });
}

#[test]
fn what_was_begun_is_done_by_another() {
    with_the_holder_killed("once", |objects| {
        let error = objects.once.call_once(|| unreachable!("it is poisoned")).unwrap_err();
        assert!(matches!(error, Error::LockPoisoned { .. }), "{error}");
        let mut done = false;
        objects.once.call_once_force(|state| done = state.is_poisoned()).unwrap();
        assert!(done && objects.once.is_completed().unwrap());
    });
}

#[test]
fn a_lock_that_was_handed_on_and_on_is_recovered_in_whatever_state() {
    with_the_holder_killed("handed over", |objects| {
        // Nobody can say in which moment it was killed: held, just given back, or just being written.
        let mut guard = objects.mutex.lock().or_else(LockError::into_inner).unwrap();
        if !matches!(guard.poison(), Some(Poison::Torn { .. })) {
            assert!(guard[0] >= 5 && guard[1..] == [5; 19], "{guard:?}");
        }
        guard.clear_poison();
        guard.commit().unwrap();
        objects.mutex.lock().unwrap().commit().unwrap();
    });
}
