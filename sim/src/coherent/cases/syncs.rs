//! Litmus tests whose threads synchronize: by atomics, locks, semaphores, waiting, barriers. The data are blocks
//! of which the readers have copies with leases that still hold.

use pangea::protocol::Rule::{self, Leased, Validated};

use super::super::program::Op::{
    self, Add, Arrive, CompareSwap, Depart, Down, FetchAdd, Load, Lock, LockShared, Read, TryLock,
    Unlock, UnlockShared, Until, UntilLoad, Write,
};
use super::super::program::{Case, Kind, Object};

const X: usize = 0;
const F: usize = 1;
const Y: usize = 2;

fn lock(shared: bool) -> Object {
    Object::new(Kind::Lock { shared, wide: false })
}

fn word() -> Object {
    Object::new(Kind::Word)
}

fn apart(threads: Vec<Vec<Op>>) -> Vec<(usize, Vec<Op>)> {
    threads.into_iter().enumerate().collect()
}

/// What synchronizes, and how: what a thread does after its writes, and what another before its reads; whether
/// the latter waits for the former.
fn means() -> Vec<(&'static str, Object, Vec<Op>, Vec<Op>)> {
    let block = |rule: Rule| Object::block(rule);
    vec![
        ("load", word(), vec![FetchAdd(F, 1)], vec![Load(F)]),
        ("fetch-add", word(), vec![FetchAdd(F, 1)], vec![FetchAdd(F, 2)]),
        ("compare-swap", word(), vec![CompareSwap(F, 0, 1)], vec![CompareSwap(F, 1, 2)]),
        ("load until", word(), vec![FetchAdd(F, 1)], vec![UntilLoad(F, 1)]),
        ("mutex", lock(false), vec![Lock(F), Unlock(F, 1)], vec![Lock(F), Unlock(F, 0)]),
        ("try-lock", lock(false), vec![Lock(F), Unlock(F, 1)], vec![TryLock(F), Unlock(F, 0)]),
        ("rwlock", lock(true), vec![Lock(F), Unlock(F, 1)], vec![LockShared(F), UnlockShared(F)]),
        (
            "readers first",
            lock(true),
            vec![LockShared(F), UnlockShared(F)],
            vec![Lock(F), Unlock(F, 1)],
        ),
        ("semaphore", block(Validated), vec![Add(F, 1)], vec![Down(F)]),
        ("sequential semaphore", block(Leased), vec![Add(F, 1)], vec![Down(F)]),
        ("wait until", block(Leased), vec![Write(F, 1)], vec![Until(F, 1)]),
        ("update", block(Leased), vec![Add(F, 1)], vec![Add(F, 2)]),
    ]
}

/// With each means: MP, WRC and ISA2 through it, SB around it.
fn through(all: &mut Vec<Case>) {
    for (name, means, give, get) in means() {
        for rule in [Leased, Validated] {
            let rule_name = if rule == Leased { "seq" } else { "strict" };
            let data = Object::block(rule).warm(0b111, 40);
            let named = |shape: &str| format!("{shape} by {name}; {rule_name}");
            let mp = vec![
                [vec![Write(X, 1)], give.clone()].concat(),
                [get.clone(), vec![Read(X)]].concat(),
            ];
            all.push(Case::new(named("MP"), vec![data, means], apart(mp.clone())));
            let small = vec![data.small(), means];
            all.push(Case::new(named("MP") + "; 64 bytes", small, apart(mp.clone())));
            let third = vec![(0, mp[0].clone()), (1, mp[1].clone()), (1, vec![Read(X)])];
            all.push(Case::new(named("MP") + "; two threads", vec![data, means], third));
            let sb = vec![
                [vec![Write(X, 1)], give.clone(), vec![Read(Y)]].concat(),
                [vec![Write(Y, 1)], get.clone(), vec![Read(X)]].concat(),
            ];
            all.push(Case::new(named("SB"), vec![data, means, data], apart(sb)));
            let wrc = vec![
                vec![Write(X, 1)],
                [vec![Read(X)], give.clone()].concat(),
                [get.clone(), vec![Read(X)]].concat(),
            ];
            let cold = Object { warm: 0b100, ..data };
            all.push(Case::new(named("WRC"), vec![cold, means], apart(wrc)));
            let isa2 = vec![
                [vec![Write(X, 1)], give.clone()].concat(),
                [get.clone(), vec![Write(Y, 1)]].concat(),
                vec![Read(Y), Read(X)],
            ];
            let objects = vec![cold, means, Object::block(rule)];
            all.push(Case::new(named("ISA2"), objects, apart(isa2)));
        }
    }
}

/// Words in place of blocks.
fn atomics(all: &mut Vec<Case>) {
    let (fx, fy) = (FetchAdd(0, 1), FetchAdd(1, 1));
    let shapes: [(&str, Vec<Vec<Op>>); 4] = [
        ("SB", vec![vec![fx, Load(1)], vec![fy, Load(0)]]),
        ("SB, half", vec![vec![Write(0, 1), Load(1)], vec![fy, Read(0)]]),
        ("IRIW", vec![vec![fx], vec![fy], vec![Load(0), Load(1)], vec![Load(1), Load(0)]]),
        (
            "IRIW, half",
            vec![vec![Write(0, 1)], vec![fy], vec![Read(0), Load(1)], vec![Load(1), Read(0)]],
        ),
    ];
    for (name, threads) in shapes {
        let half = name.ends_with("half");
        let nodes = (1u32 << threads.len()) - 1;
        for warm in if half { vec![0, nodes, 0b1000, 0b10] } else { vec![0] } {
            let first = if half { Object::block(Leased).warm(warm, 40) } else { word() };
            let name = format!("{name} of atomics; warm {warm:b}");
            let case = Case::new(name, vec![first, word()], apart(threads.clone()));
            all.push(case.clock(0, 3).clock(1, 60));
        }
    }
    let swaps =
        vec![vec![CompareSwap(0, 0, 1)], vec![CompareSwap(0, 0, 2)], vec![CompareSwap(0, 0, 3)]];
    all.push(Case::new("three compare-swaps", vec![word()], apart(swaps)).clock(1, 5));
    let sums = vec![
        (0, vec![FetchAdd(0, 1)]),
        (0, vec![FetchAdd(0, 2)]),
        (1, vec![FetchAdd(0, 4), Load(0)]),
    ];
    all.push(Case::new("additions", vec![word()], sums).clock(1, 5));
}

/// Reads and writes under a lock, where its time has to be taken over at once.
fn inside(all: &mut Vec<Case>) {
    for rule in [Leased, Validated] {
        let name = if rule == Leased { "seq" } else { "strict" };
        let data = Object::block(rule).warm(0b11, 40);
        let write = |x, v| vec![Lock(F), Write(x, v), Unlock(F, 1)];
        let read = |x| vec![Lock(F), Read(x), Unlock(F, 1)];
        let shared = |x| vec![LockShared(F), Read(x), UnlockShared(F)];
        let sb = vec![
            vec![Lock(F), Write(X, 1), Read(Y), Unlock(F, 1)],
            vec![Lock(F), Write(Y, 1), Read(X), Unlock(F, 1)],
        ];
        for (shape, lock, threads) in [
            ("MP inside mutex", lock(false), vec![write(X, 1), read(X)]),
            ("MP inside rwlock", lock(true), vec![write(X, 1), shared(X)]),
            ("SB inside mutex", lock(false), sb),
        ] {
            all.push(Case::new(format!("{shape}; {name}"), vec![data, lock, data], apart(threads)));
        }
    }
}

fn barriers(all: &mut Vec<Case>) {
    for rule in [Leased, Validated] {
        let name = if rule == Leased { "seq" } else { "strict" };
        let data = Object::block(rule).warm(0b111, 40);
        let barrier = Object::new(Kind::Barrier);
        let meet = [Arrive(F), Depart(F)];
        let two = vec![
            [vec![Write(X, 1)], meet.to_vec(), vec![Read(Y)]].concat(),
            [vec![Write(Y, 1)], meet.to_vec(), vec![Read(X)]].concat(),
        ];
        let objects = vec![data, barrier, data];
        all.push(Case::new(format!("barrier of 2; {name}"), objects.clone(), apart(two)));
        let three = vec![
            [vec![Write(X, 1)], meet.to_vec()].concat(),
            [meet.to_vec(), vec![Read(X)]].concat(),
            [vec![Read(X)], meet.to_vec(), vec![Read(X)]].concat(),
        ];
        all.push(Case::new(format!("barrier of 3; {name}"), objects.clone(), apart(three)));
        let shared = vec![
            (0, [vec![Write(X, 1)], meet.to_vec()].concat()),
            (1, [meet.to_vec(), vec![Read(X)]].concat()),
            (1, [meet.to_vec(), vec![Read(X)]].concat()),
        ];
        all.push(Case::new(format!("barrier of 3 on 2 nodes; {name}"), objects, shared));
    }
}

pub(super) fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    through(&mut all);
    inside(&mut all);
    atomics(&mut all);
    barriers(&mut all);
    all
}
