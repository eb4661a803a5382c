//! Writers and holders that die at every step, queue pairs that fail at every step.

use pangea::protocol::Rule::{self, Leased, Validated};

use super::super::program::Op::{
    self, Add, CompareExchange, CompareSwap, Down, FetchAdd, Load, Lock, LockShared, Read, TryLock,
    TryLockShared, Unlock, UnlockShared, Write,
};
use super::super::program::{Case, Kind, Object};

/// Threads, each with its node.
type Threads = Vec<(usize, Vec<Op>)>;

fn mutex() -> Object {
    Object::new(Kind::Lock { shared: false, wide: false })
}

fn rwlock() -> Object {
    Object::new(Kind::Lock { shared: true, wide: false })
}

fn wide() -> Object {
    Object::new(Kind::Lock { shared: true, wide: true })
}

fn rounds(count: usize, add: u64) -> Vec<Op> {
    [Lock(0), Unlock(0, add)].repeat(count)
}

fn word() -> Object {
    Object::new(Kind::Word)
}

/// Programs on one block, the first thread of which meets the fault first.
fn on_blocks() -> Vec<(&'static str, Threads)> {
    vec![
        ("write and read", vec![(0, vec![Write(0, 1)]), (1, vec![Read(0), Read(0)])]),
        ("write and read it", vec![(0, vec![Write(0, 1), Read(0)]), (1, vec![Read(0)])]),
        (
            "2 writes and read",
            vec![(0, vec![Write(0, 1), Write(0, 2)]), (1, vec![Read(0), Read(0)])],
        ),
        ("write and write", vec![(0, vec![Write(0, 1)]), (1, vec![Write(0, 2), Read(0)])]),
        ("write and update", vec![(0, vec![Write(0, 1)]), (1, vec![Add(0, 2)])]),
        ("update and update", vec![(0, vec![Add(0, 1)]), (1, vec![Add(0, 2), Read(0)])]),
        ("update and exchange", vec![(0, vec![Add(0, 1)]), (1, vec![CompareExchange(0, 0, 2)])]),
        ("exchange and write", vec![(0, vec![CompareExchange(0, 0, 1)]), (1, vec![Write(0, 2)])]),
        ("semaphore", vec![(0, vec![Add(0, 1)]), (1, vec![Down(0)])]),
        ("write and 2 reads", vec![(0, vec![Write(0, 1)]), (1, vec![Read(0)]), (2, vec![Read(0)])]),
        ("2 threads write", vec![(0, vec![Write(0, 1)]), (0, vec![Read(0)]), (1, vec![Read(0)])]),
    ]
}

fn on_locks() -> Vec<(&'static str, Object, Threads)> {
    let look = vec![LockShared(0), UnlockShared(0)];
    let attempt = vec![TryLock(0), Unlock(0, 2)];
    let glance = vec![TryLockShared(0), UnlockShared(0)];
    vec![
        ("mutex", mutex(), vec![(0, rounds(1, 1)), (1, rounds(1, 2))]),
        ("mutex, 2 rounds", mutex(), vec![(0, rounds(1, 1)), (1, rounds(2, 2))]),
        ("mutex, try", mutex(), vec![(0, rounds(1, 1)), (1, attempt.clone())]),
        ("mutex, try first", mutex(), vec![(0, attempt), (1, rounds(1, 1))]),
        ("mutex, 3 nodes", mutex(), vec![(0, rounds(1, 1)), (1, rounds(1, 2)), (2, rounds(1, 4))]),
        (
            "mutex, 2 threads",
            mutex(),
            vec![(0, rounds(1, 1)), (0, rounds(1, 2)), (1, rounds(1, 4))],
        ),
        ("writer and reader", rwlock(), vec![(0, rounds(1, 1)), (1, look.clone())]),
        ("reader and writer", rwlock(), vec![(0, look.clone()), (1, rounds(1, 1))]),
        ("reader and reader", rwlock(), vec![(0, look.clone()), (1, look.clone())]),
        ("writer and try to read", rwlock(), vec![(0, rounds(1, 1)), (1, glance.clone())]),
        ("try to read and writer", rwlock(), vec![(0, glance), (1, rounds(1, 1))]),
        ("wide reader and writer", wide(), vec![(0, look.clone()), (1, rounds(1, 1))]),
        ("wide writer and reader", wide(), vec![(0, rounds(1, 1)), (1, look.clone())]),
        ("reader and 2 writers", rwlock(), vec![(0, look), (1, rounds(1, 1)), (2, rounds(1, 2))]),
    ]
}

fn on_words() -> Vec<(&'static str, Threads)> {
    vec![
        ("additions", vec![(0, vec![FetchAdd(0, 1)]), (1, vec![FetchAdd(0, 2), Load(0)])]),
        ("swaps", vec![(0, vec![CompareSwap(0, 0, 1)]), (1, vec![CompareSwap(0, 0, 2)])]),
        ("addition and loads", vec![(0, vec![FetchAdd(0, 1)]), (1, vec![Load(0), Load(0)])]),
    ]
}

fn name_of(rule: Rule) -> &'static str {
    if rule == Leased { "seq" } else { "strict" }
}

pub(super) fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    for (name, threads) in on_blocks() {
        for rule in [Leased, Validated] {
            for (size, object) in [
                ("", Object::block(rule)),
                ("; warm", Object::block(rule).warm(0b110, 8)),
                ("; 64 bytes", Object::block(rule).small()),
                ("; 1024 bytes", Object::block(rule).warm(0b110, 8).large()),
            ] {
                let rule = name_of(rule);
                let named = |fault: &str| format!("{fault}: {name}; {rule}{size}");
                let case = Case::new(named("death"), vec![object], threads.clone());
                all.push(case.clone().dying(0));
                all.push(Case { name: named("failure"), ..case.clone() }.failing(1));
                let two = threads.len() == 2;
                if two && size.is_empty() {
                    all.push(Case { name: named("2 failures"), ..case.clone() }.failing(2));
                    let both = Case { name: named("death and failure"), ..case };
                    all.push(both.dying(0).failing(1));
                }
            }
        }
    }
    for (name, object, threads) in on_locks() {
        let case = Case::new(format!("death: {name}"), vec![object], threads.clone());
        all.push(case.clone().dying(0));
        all.push(Case { name: format!("death of 1: {name}"), ..case.clone() }.dying(1));
        all.push(Case { name: format!("failure: {name}"), ..case.clone() }.failing(1));
        if threads.len() == 2 && !name.contains("wide") {
            all.push(Case { name: format!("2 failures: {name}"), ..case.clone() }.failing(2));
            let both = Case { name: format!("death and failure: {name}"), ..case };
            all.push(both.dying(0).failing(1));
        }
    }
    for (name, threads) in on_words() {
        let case = Case::new(format!("death: {name}"), vec![word()], threads).clock(1, 7);
        all.push(case.clone().dying(0));
        all.push(Case { name: format!("failure: {name}"), ..case.clone() }.failing(1));
        all.push(Case { name: format!("2 failures: {name}"), ..case }.failing(2));
    }
    all
}
