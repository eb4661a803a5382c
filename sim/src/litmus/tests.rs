use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::check::sequential;
use crate::history::{Call, History, Operation};

/// Whether the telling outcome is (allowed, expected). Known from the literature on store buffers, and for
/// non-blocking writes from that nothing orders queue pairs. (A write of the node's own word is no request.)
fn known(shape: Shape, accesses: Accesses, homes: Homes) -> (bool, bool) {
    use Accesses::{Blocking, NonBlocking, NonBlockingFence};
    if homes == Homes::Together {
        return (false, false);
    }
    match (shape, accesses) {
        (Shape::Sb, Blocking) => (true, false),
        (Shape::Sb | Shape::Mp | Shape::TwoPlusTwoW, NonBlocking | NonBlockingFence) => {
            (true, homes != Homes::Own)
        }
        _ => (false, false),
    }
}

#[test]
fn each_test_shows_what_is_known_of_it() {
    let tests = tests();
    assert_eq!(tests.len(), 6 * 7 * 4 + 2 * 7 * 3);
    for test in tests {
        let Outcomes { sequential, expected, allowed } = outcomes(&test.program);
        let tells = |outcomes: &BTreeSet<Outcome>| outcomes.iter().any(|o| test.is_telling(o));
        assert!(
            !tells(&sequential),
            "{test}: the telling outcome is one of sequential consistency"
        );
        assert!(sequential.is_subset(&expected) && expected.is_subset(&allowed), "{test}");
        let (in_allowed, in_expected) = known(test.shape, test.accesses, test.homes);
        assert_eq!(tells(&allowed), in_allowed, "{test}, allowed");
        assert_eq!(tells(&expected), in_expected, "{test}, expected");
        // And nothing else is beyond sequential consistency.
        for (outcomes, weak) in [(&allowed, in_allowed), (&expected, in_expected)] {
            let beyond: Vec<_> = outcomes.difference(&sequential).collect();
            assert_eq!(beyond.len(), usize::from(weak), "{test}: {beyond:?}");
            assert!(beyond.iter().all(|outcome| test.is_telling(outcome)), "{test}: {beyond:?}");
        }
    }
}

fn numbers(outcomes: &BTreeSet<Outcome>) -> Vec<String> {
    outcomes.iter().map(Outcome::to_string).collect()
}

#[test]
fn outcomes_are_listed_in_full() {
    let program = Test::new(Shape::Sb, Accesses::Blocking, Homes::Apart).program;
    assert_eq!(
        program.to_string(),
        "node 0: put x0 1; r0 = get x1\n\
         node 1: put x1 1; r1 = get x0\n\
         x0 is at home on node 2\n\
         x1 is at home on node 3\n"
    );
    assert_eq!((program.registers(), program.nodes()), (2, 4));
    let found = outcomes(&program);
    assert_eq!(numbers(&found.expected), ["0 1", "1 0", "1 1"]);
    assert_eq!(numbers(&found.allowed), ["0 0", "0 1", "1 0", "1 1"]);

    let found = outcomes(&Test::new(Shape::CoWr, Accesses::Blocking, Homes::Own).program);
    assert_eq!(numbers(&found.allowed), ["1 [1]", "1 [2]", "2 [2]"]);

    let both = Test::new(Shape::TwoPlusTwoW, Accesses::NonBlocking, Homes::Apart).program;
    assert_eq!(numbers(&outcomes(&both).sequential), ["[1 2]", "[2 1]", "[2 2]"]);
    assert_eq!(numbers(&outcomes(&both).expected), ["[1 1]", "[1 2]", "[2 1]", "[2 2]"]);
}

fn program(homes: &[u32], threads: &[&[Step]]) -> Program {
    let threads = threads.iter().map(|thread| thread.to_vec()).collect();
    Program { threads, homes: homes.to_vec(), finals: vec![] }
}

#[test]
fn later_operations_on_a_home_wait_for_its_non_blocking_writes_only() {
    use Step::{FetchAdd, Get, Load, Put, PutNb, Quiet};
    // The first word of two, both at one home or not; the other thread looks at it last.
    for (second, to) in
        [(Put(1, 1), "put"), (PutNb(1, 1), "put_nb"), (FetchAdd(1, 1, 2), "fetch_add")]
    {
        for same in [true, false] {
            // At homes without a thread.
            let homes = [2, if same { 2 } else { 3 }];
            let passing = program(&homes, &[&[PutNb(0, 1), second], &[Get(1, 0), Get(0, 1)]]);
            let weak = |outcome: &Outcome| outcome.registers[..2] == [1, 0];
            let found = outcomes(&passing);
            assert_eq!(found.expected.iter().any(weak), !same, "{to}");
            assert_eq!(found.allowed.iter().any(weak), !same, "{to}");
            let quiet = program(&homes, &[&[PutNb(0, 1), Quiet, second], &[Get(1, 0), Get(0, 1)]]);
            assert!(!outcomes(&quiet).allowed.iter().any(weak), "{to}");
        }
    }
    // A node's own word is written at once.
    let own = program(&[0, 1], &[&[PutNb(0, 1), PutNb(1, 1)], &[Get(1, 0), Get(0, 1)]]);
    let found = outcomes(&own);
    assert_eq!(found.expected, found.sequential);
    assert_eq!(found.allowed.len(), 4);
    // A thread reads what it wrote, whatever it reads it with.
    for read in [Get(0, 0), Load(0, 0), FetchAdd(0, 0, 0)] {
        for write in [Put(0, 7), PutNb(0, 7)] {
            let found = outcomes(&program(&[0], &[&[write, read]]));
            assert_eq!(numbers(&found.allowed), ["7"]);
        }
    }
}

#[test]
fn a_blocking_write_is_delayed_beyond_reads_only() {
    use Step::{FetchAdd, Get, Load, Put, PutNb};
    // Store buffering, with something between the write and the read.
    let weak = |between: &[Step]| {
        let thread = |mine: Location, other: Location, register: Register| {
            let mut steps = vec![Put(mine, 1)];
            // Registers and words of its own.
            steps.extend(between.iter().map(|&step| match step {
                FetchAdd(at, add, _) => FetchAdd(at + mine, add, register + 2),
                Load(at, _) => Load(at + mine, register + 2),
                PutNb(at, word) => PutNb(at + mine, word),
                Put(at, word) => Put(at + mine, word),
                step => step,
            }));
            steps.push(Get(other, register));
            steps
        };
        let (a, b) = (thread(0, 1, 0), thread(1, 0, 1));
        let found = outcomes(&program(&[0, 1, 2, 3], &[&a, &b]));
        assert!(!found.expected.iter().any(|outcome| outcome.registers[..2] == [0, 0]));
        found.allowed.iter().any(|outcome| outcome.registers[..2] == [0, 0])
    };
    assert!(weak(&[]));
    assert!(weak(&[Load(2, 0)]));
    assert!(weak(&[Put(2, 1)]));
    assert!(weak(&[PutNb(2, 1)]));
    assert!(!weak(&[FetchAdd(2, 1, 0)]));
    assert!(!weak(&[Step::Fence]));
    assert!(!weak(&[Step::Quiet]));
}

/// What a program saw, as a history.
fn history(program: &Program, outcome: &Outcome) -> History {
    let mut calls = Vec::new();
    for (process, steps) in program.threads.iter().enumerate() {
        for step in steps {
            let (object, operation, result) = match *step {
                Step::Put(at, word) | Step::PutNb(at, word) => (at, Operation::Write(word), 0),
                Step::Get(at, register) | Step::Load(at, register) => {
                    (at, Operation::Read, outcome.registers[register])
                }
                Step::FetchAdd(at, add, register) => {
                    (at, Operation::FetchAdd(add), outcome.registers[register])
                }
                Step::Quiet | Step::Fence => continue,
            };
            let invoked = 2 * calls.len() as u64;
            let (process, object) = (process as u32, object as u64);
            let returned = Some(invoked + 1);
            calls.push(Call { process, object, operation, invoked, returned, result });
        }
    }
    History::from_calls(calls)
}

#[test]
fn the_model_and_the_checker_agree_on_sequential_consistency() {
    // Every assignment of 0 and 1 to the registers, reachable or not.
    for test in tests().into_iter().filter(|test| test.program.finals.is_empty()) {
        let sequential = outcomes(&test.program).sequential;
        for assignment in 0..1u64 << test.program.registers() {
            let bit = |register| assignment >> register & 1;
            let registers = (0..test.program.registers()).map(bit).collect();
            let outcome = Outcome { registers, finals: vec![] };
            let accepted = sequential::check(&history(&test.program, &outcome)).is_ok();
            assert_eq!(accepted, sequential.contains(&outcome), "{test}: {outcome}");
        }
    }
}

#[test]
fn the_table_shows_what_was_seen() {
    let row = |shape, accesses, seen: &[&[u64]]| {
        let test = Test::new(shape, accesses, Homes::Apart);
        let outcome =
            |registers: &&[u64]| Outcome { registers: registers.to_vec(), finals: vec![] };
        let seen = (!seen.is_empty()).then(|| seen.iter().map(outcome).collect());
        Row { outcomes: outcomes(&test.program), test, seen, cost: None }
    };
    let rows = [
        row(Shape::Sb, Accesses::Blocking, &[&[0, 1], &[0, 0]]),
        row(Shape::Mp, Accesses::NonBlocking, &[&[0, 0], &[1, 0], &[1, 1]]),
        row(Shape::Lb, Accesses::Atomic, &[]),
    ];
    assert_eq!(
        table(&rows),
        "| test | operations      | homes    | allowed | expected |     seen |   runs | states |     ms |\n\
         | ---  | ---             | ---      |     --- |      --- |      --- |    --- |    --- |    --- |\n\
         | SB   | put             | apart    |      4* |       3  |      !2* |      - |      - |      - |\n\
         | MP   | put_nb          | apart    |      4* |       4* |      <3* |      - |      - |      - |\n\
         | LB   | fetch_add, load | apart    |      3  |       3  |       -  |      - |      - |      - |\n"
    );
    let [Row { test, outcomes, seen: Some(seen), .. }, ..] = &rows else { panic!("seen") };
    assert!(judge(test, &outcomes.allowed, seen).is_ok());
    let text = judge(test, &outcomes.expected, seen).expect_err("too weak").to_string();
    assert!(text.starts_with(
        "Relaxed violated: SB (put; apart) came out as 0 0, but may only as 0 1, 1 0, 1 1\nnode 0: put"
    ));
}

fn step() -> impl Strategy<Value = (usize, Location)> {
    (0..7usize, 0..3usize)
}

/// Random programs of two or three threads on three words at two homes. Atomics have a word of their own.
fn programs() -> impl Strategy<Value = Program> {
    prop::collection::vec(prop::collection::vec(step(), 1..4), 2..4).prop_map(|plan| {
        let mut registers = 0;
        let mut word = 0;
        let mut step = |(kind, at): (usize, Location)| {
            let register = registers;
            registers += usize::from(kind >= 4);
            word += 1;
            match kind {
                0 => Step::Put(at, word),
                1 | 2 => Step::PutNb(at, word),
                3 => [Step::Fence, Step::Quiet][at % 2],
                4 | 5 => Step::Get(at, register),
                _ => Step::FetchAdd(3, 1, register),
            }
        };
        let threads =
            plan.into_iter().map(|thread| thread.into_iter().map(&mut step).collect()).collect();
        Program { threads, homes: vec![0, 0, 1, 1], finals: vec![0, 1, 2] }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..Default::default() })]

    #[test]
    fn stronger_is_less_and_quiet_makes_it_blocking(program in programs()) {
        let found = outcomes(&program);
        prop_assert!(found.sequential.is_subset(&found.expected), "{}", program);
        prop_assert!(found.expected.is_subset(&found.allowed), "{}", program);
        // With quiet after each step, all is sequentially consistent.
        let mut quiet = program;
        for thread in &mut quiet.threads {
            *thread = thread.iter().flat_map(|&step| [step, Step::Quiet]).collect();
        }
        let calm = outcomes(&quiet);
        prop_assert_eq!(&calm.allowed, &calm.sequential, "{}", quiet);
        prop_assert_eq!(&calm.sequential, &found.sequential, "{}", quiet);
    }
}
