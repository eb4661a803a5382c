//! Locks for their own sake: one holder at a time, nothing lost under them, nobody waits for ever, tokens rise,
//! nobody is passed by again and again.

use super::super::program::Op::{
    self, Lock, LockShared, TryLock, TryLockShared, Unlock, UnlockShared,
};
use super::super::program::{Case, Kind, Object};

fn lock(shared: bool, wide: bool) -> Object {
    Object::new(Kind::Lock { shared, wide })
}

fn rounds(count: usize, add: u64) -> Vec<Op> {
    [Lock(0), Unlock(0, add)].repeat(count)
}

pub(super) fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    let attempt = vec![TryLock(0), Unlock(0, 4)];
    let look = vec![LockShared(0), UnlockShared(0)];
    let glance = vec![TryLockShared(0), UnlockShared(0)];
    for (kind, object) in [
        ("mutex", lock(false, false)),
        ("rwlock", lock(true, false)),
        ("wide rwlock", lock(true, true)),
    ] {
        let mut add = |name: &str, threads: Vec<(usize, Vec<Op>)>| {
            all.push(Case::new(format!("{kind}: {name}"), vec![object], threads));
        };
        add("2 nodes", vec![(0, rounds(1, 1)), (1, rounds(1, 2))]);
        add("2 nodes, 2 rounds", vec![(0, rounds(2, 1)), (1, rounds(2, 8))]);
        add("2 nodes, again and again", vec![(0, rounds(4, 1)), (1, rounds(1, 16))]);
        add("3 nodes", vec![(0, rounds(1, 1)), (1, rounds(1, 2)), (2, rounds(1, 4))]);
        add("2 threads of a node", vec![(0, rounds(2, 1)), (0, rounds(1, 4))]);
        add(
            "2 threads of a node, and another",
            vec![(0, rounds(1, 1)), (0, rounds(1, 2)), (1, rounds(1, 4))],
        );
        add("try alone", vec![(0, attempt.clone()), (0, Vec::new())]);
        add("try", vec![(0, rounds(1, 1)), (1, attempt.clone())]);
        add("try, 2 rounds", vec![(0, rounds(2, 1)), (1, attempt.repeat(2))]);
        add("2 try", vec![(0, attempt.clone()), (1, attempt.clone())]);
        add(
            "2 try, and another",
            vec![(0, attempt.clone()), (1, attempt.clone()), (2, rounds(1, 1))],
        );
        add("try on a node of a holder", vec![(0, rounds(1, 1)), (0, attempt.clone())]);
        if kind == "mutex" {
            continue;
        }
        add("2 readers", vec![(0, look.clone()), (1, look.clone())]);
        add("reader and writer", vec![(0, look.clone()), (1, rounds(1, 1))]);
        add("reader and writer, 2 rounds", vec![(0, look.repeat(2)), (1, rounds(2, 1))]);
        add(
            "2 readers and a writer",
            vec![(0, look.clone()), (1, look.clone()), (2, rounds(1, 1))],
        );
        add("reader and 2 writers", vec![(0, look.clone()), (1, rounds(1, 1)), (2, rounds(1, 2))]);
        add(
            "reader and writer of a node, and another",
            vec![(0, look.clone()), (0, rounds(1, 1)), (1, rounds(1, 2))],
        );
        add("reader and try", vec![(0, look.clone()), (1, attempt.clone())]);
        add("try to read", vec![(0, glance.clone()), (1, rounds(1, 1))]);
        add("try to read, a reader", vec![(0, glance.clone()), (1, look.clone())]);
        add("try to read and to write", vec![(0, glance.clone()), (1, attempt.clone())]);
    }
    all
}
