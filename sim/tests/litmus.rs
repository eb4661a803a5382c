//! Litmus tests and other small programs over the real runtime, in all orders.
//!
//! The complete table is long in an unoptimized build; `pangea-sim litmus` makes it.

use std::collections::BTreeSet;

use pangea::primitives::Trap;
use pangea_sim::Grain;
use pangea_sim::exhaustive::{Found, SCENARIOS};
use pangea_sim::litmus::{
    Accesses, Homes, Outcome, Program, Search, Shape, Step, Test, outcomes, run, tests,
};

fn seen(program: &Program, search: &Search) -> BTreeSet<Outcome> {
    let found = run(program, search).expect("runs are functions of their choices");
    assert!(found.violations.is_empty(), "{:?}\n{program}", found.violations);
    assert!(found.complete, "{:?}", found.statistics);
    found.outcomes.into_keys().collect()
}

/// All tests of two threads: what is seen is exactly what is expected.
#[test]
fn tests_of_two_threads_come_out_as_expected() {
    let mut count = 0;
    for test in tests().into_iter().filter(|test| test.program.threads.len() == 2) {
        let expected = outcomes(&test.program).expected;
        assert_eq!(seen(&test.program, &Search::default()), expected, "{test}");
        count += 1;
    }
    assert_eq!(count, 4 * 7 * 4 + 2 * 7 * 3);
}

#[test]
fn tests_of_more_threads_come_out_as_expected() {
    for (shape, accesses, homes) in [
        (Shape::Wrc, Accesses::NonBlocking, Homes::Apart),
        (Shape::Wrc, Accesses::Blocking, Homes::Own),
        (Shape::Wrc, Accesses::Atomic, Homes::Together),
        (Shape::Iriw, Accesses::NonBlocking, Homes::Crossed),
        (Shape::Iriw, Accesses::AtomicReads, Homes::Together),
    ] {
        let test = Test::new(shape, accesses, homes);
        let expected = outcomes(&test.program).expected;
        assert_eq!(seen(&test.program, &Search::default()), expected, "{test}");
    }
}

/// Programs that are not in the catalog: what the model says of them holds as well.
#[test]
fn other_programs_come_out_as_the_model_says() {
    use Step::{Fence, FetchAdd, Get, Load, Put, PutNb, Quiet};
    let programs: [(&[u32], &[&[Step]]); 4] = [
        // Four non-blocking writes to two homes, and a reader at one of these.
        (
            &[0, 1, 1],
            &[&[PutNb(1, 1), PutNb(0, 1), PutNb(2, 1)], &[Get(2, 0), Get(0, 1), Get(1, 2)]],
        ),
        // A blocking write overtakes a non-blocking one to another home, but no later write does.
        (&[2, 3], &[&[PutNb(0, 1), Put(1, 1), Put(0, 2)], &[Get(1, 0), Get(0, 1)]]),
        // Quiet in the midst of it, fence at the end; the atomic has a word of its own.
        (
            &[2, 3, 2],
            &[
                &[PutNb(0, 1), Quiet, PutNb(1, 1), Fence, Load(2, 0)],
                &[Get(1, 1), FetchAdd(2, 4, 2), Get(0, 3)],
            ],
        ),
        // A home adds to its own word, and so do two others.
        (&[0], &[&[FetchAdd(0, 1, 0)], &[FetchAdd(0, 2, 1), Load(0, 2)], &[FetchAdd(0, 4, 3)]]),
    ];
    for (homes, threads) in programs {
        let threads = threads.iter().map(|thread| thread.to_vec()).collect();
        let program = Program { threads, homes: homes.to_vec(), finals: vec![0] };
        let (found, may) = (seen(&program, &Search::default()), outcomes(&program));
        assert_eq!(found, may.expected, "{program}");
    }
}

/// An atomic of a NIC is atomic against others of its kind only, which the model does not say: a write that
/// comes between its load and its store is lost.
#[test]
fn a_write_may_be_lost_to_an_atomic() {
    use Step::{FetchAdd, Put};
    let threads = vec![vec![Put(0, 8)], vec![FetchAdd(0, 1, 0)]];
    let program = Program { threads, homes: vec![2], finals: vec![0] };
    let found = seen(&program, &Search::default());
    let text: Vec<String> = found.iter().map(Outcome::to_string).collect();
    assert_eq!(text, ["0 [1]", "0 [8]", "8 [9]"]);
    assert_eq!(outcomes(&program).allowed.len(), 2);
}

/// Choosing every single step finds nothing that the reduced search does not.
#[test]
fn the_reduction_loses_no_outcome() {
    let full = Search { grain: Grain { reduced: false, ..Grain::coarse() }, ..Search::default() };
    for (shape, accesses, homes) in [
        (Shape::CoRr, Accesses::Blocking, Homes::Own),
        (Shape::Mp, Accesses::NonBlocking, Homes::Crossed),
        (Shape::CoWr, Accesses::NonBlocking, Homes::Own),
    ] {
        let test = Test::new(shape, accesses, homes);
        let reduced = run(&test.program, &Search::default()).expect("deterministic");
        let found = run(&test.program, &full).expect("deterministic");
        assert!(found.complete && reduced.complete, "{test}");
        assert!(found.statistics.states > 20 * reduced.statistics.states, "{test}");
        assert!(found.outcomes.keys().eq(reduced.outcomes.keys()), "{test}");
    }
}

fn scenario(name: &str, trap: Option<Trap>) -> Found {
    let scenario = SCENARIOS.iter().find(|scenario| scenario.name == name).expect("is there");
    let search = Search { traps: trap.into_iter().collect(), ..Search::default() };
    scenario.search(&search).expect("runs are functions of their choices")
}

fn kept(name: &str) -> Vec<String> {
    let found = scenario(name, None);
    assert!(found.violations.is_empty(), "{name}: {:?}", found.violations);
    assert!(found.complete, "{name}: {:?}", found.statistics);
    found.outcomes.into_keys().collect()
}

fn broken(name: &str, trap: Trap) -> String {
    let found = scenario(name, Some(trap));
    let (violation, choices) = found.violations.first().expect("the trap is found");
    assert!(!choices.is_empty());
    violation.clone()
}

#[test]
fn additions_are_never_lost_but_by_the_cpu() {
    // Each of the two finds two of 0 to 3, in ascending order: six ways.
    let all = ["0 1 2 3", "0 2 1 3", "0 3 1 2", "1 2 0 3", "1 3 0 2", "2 3 0 1"];
    assert_eq!(kept("additions, own"), all);
    assert_eq!(kept("additions, apart"), all);
    let violation = broken("additions, own", Trap::HomeAtomicsByCpu);
    assert!(violation.contains("four additions came to"), "{violation}");
    // As a litmus test: what remains of two additions each to two words.
    let test = Test::new(Shape::TwoPlusTwoW, Accesses::Atomic, Homes::Own);
    let search = Search { traps: vec![Trap::HomeAtomicsByCpu], ..Search::default() };
    assert!(!seen(&test.program, &search).is_subset(&outcomes(&test.program).allowed));
    // The first load of a thread is no second look at anything: it may come late.
    let test = Test::new(Shape::Lb, Accesses::Atomic, Homes::Own);
    assert!(seen(&test.program, &search).is_superset(&outcomes(&test.program).expected));
}

#[test]
fn a_barrier_separates() {
    assert_eq!(kept("barrier of 2"), ["1 1"]);
    let violation = broken("barrier of 3", Trap::OrderAcrossPairs);
    assert!(violation.contains("reads 0 behind the barrier"), "{violation}");
}

#[test]
fn ranges_tear_between_cache_lines_only() {
    assert_eq!(kept("torn"), ["0 0", "0 1", "1 0", "1 1"]);
}

#[test]
fn what_a_failed_pair_left_in_flight_is_fenced() {
    // The value read, and how often something failed before.
    assert_eq!(kept("replaced pair"), ["2 0", "2 1", "2 2"]);
    let violation = broken("replaced pair", Trap::ReconnectWithoutFence);
    assert!(violation.contains("1 was written after 2"), "{violation}");
}

#[test]
fn views_show_what_was_released_before_a_flag() {
    // The flag, and the first and the last element of a page. Without the flag anything may be seen.
    let traps = [
        ("views, message by a flag", Trap::CountersBeforeBytes),
        ("views, message by a flag, own", Trap::OneWordOfCounter),
    ];
    for (name, trap) in traps {
        let found = kept(name);
        assert!(["0 0 0", "1 1 1"].iter().all(|one| found.iter().any(|it| it == one)), "{found:?}");
        let violation = broken(name, trap);
        assert!(violation.contains("the flag is seen, but"), "{violation}");
    }
}

#[test]
fn views_keep_the_writes_of_two_nodes_to_one_page() {
    for name in ["views, two writers", "views, two writers, own"] {
        assert_eq!(kept(name), ["1 1 1"]);
    }
    let violation = broken("views, two writers", Trap::FilledGaps);
    assert!(violation.contains("finds [1, 0, 1]"), "{violation}");
}

#[test]
fn views_show_across_barriers_and_locks_what_was_written() {
    // Of each node what the other has written at home, and then what it has written here.
    assert_eq!(kept("views, stores by a barrier"), ["1 1 1 1"]);
    let violation = broken("views, stores by a barrier", Trap::OneWordOfCounter);
    assert!(violation.contains("behind the barrier"), "{violation}");
    // With two departures node 1 is the last to read.
    assert_eq!(kept("views, stores by locks"), ["0 1", "1 1"]);
    let violation = broken("views, stores by locks", Trap::OneWordOfCounter);
    assert!(violation.contains("neither sees what the other wrote"), "{violation}");
}

#[test]
fn views_show_all_readers_the_same_order() {
    // Of each reader the element that it reads first, and the other one. With one departure the writers are the first.
    assert_eq!(kept("views, readers by locks"), ["1 1 1 1"]);
    let violation = broken("views, readers by locks", Trap::OneHome);
    assert!(violation.contains("the readers disagree"), "{violation}");
}

#[test]
fn views_remember_what_an_eviction_may_have_sent() {
    assert_eq!(kept("views, eviction"), ["0 1 1 1"]);
    let violation = broken("views, eviction", Trap::ForgottenEviction);
    assert!(violation.contains("finds [1, 1, 1, 1]"), "{violation}");
}
