//! Whoever gets a dead holder's lock uses what it guards, which may live anywhere.

use std::mem;
use std::sync::{Arc, Barrier};

use crate::cluster::{Epoch, Rank};
use crate::error::Error;
use crate::sync::locals::Locals;
use crate::sync::{LockError, Mutex, Poison, RwLock};
use crate::testing::{Job, Paced, TestNode};

/// Takes a lock, and says how it is poisoned.
type Take = fn(&TestNode) -> Result<Poison, Error>;

fn poison<G>(taken: Result<G, LockError<G>>) -> Result<Poison, Error> {
    match taken {
        Ok(_) => panic!("its holder has died, but it is not poisoned"),
        Err(LockError::Poisoned(poisoned)) => Ok(poisoned.poison()),
        Err(LockError::Failed(error)) => Err(error),
    }
}

fn mutex(node: &TestNode) -> Mutex<u64, Paced> {
    Mutex::builder(&node.coherence, "mutex").on_node(0).create().unwrap()
}

fn rwlock(node: &TestNode) -> RwLock<u64, Paced> {
    let locals = Arc::new(Locals::new());
    RwLock::builder(&node.coherence, &locals, "lock").on_node(0).create().unwrap()
}

/// Rank 2 dies with a lock that rank 0 has. Rank 1 has no part in the lock; but to there the dead may have been writing.
fn inherits(hold: fn(&TestNode), take: Take) {
    let met = Barrier::new(3);
    Job::of(3).run(move |node| {
        if node.rank() == 2 {
            hold(node);
        }
        met.wait();
        if node.rank() == 0 {
            let (endpoint, dead) = (&node.endpoint, Rank(2));
            endpoint.health().node_died(dead, "as far as I know".to_owned(), Epoch(9));
            for _ in 0..2 {
                let refusal = take(node).unwrap_err().to_string();
                assert!(refusal.contains("rank 1") && refusal.contains("rank 2"), "{refusal}");
            }
            endpoint.note_fence_of(1, 2);
            for _ in 0..2 {
                assert_eq!(take(node).unwrap(), Poison::Holder { rank: Some(2) });
            }
        }
        met.wait();
    });
}

#[test]
fn a_mutex_is_given_to_others_when_all_have_fenced_the_dead() {
    let hold: fn(&TestNode) = |node| mem::forget(mutex(node).lock().unwrap());
    inherits(hold, |node| poison(mutex(node).lock()));
}

#[test]
fn a_reader_writer_lock_is_given_to_others_when_all_have_fenced_the_dead() {
    let hold: fn(&TestNode) = |node| mem::forget(rwlock(node).write().unwrap());
    inherits(hold, |node| poison(rwlock(node).write()));
    inherits(hold, |node| poison(rwlock(node).read()));
}
