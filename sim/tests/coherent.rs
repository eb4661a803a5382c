//! The coherence protocol in all orders: a selection of the cases that `pangea-sim coherent` searches, and all
//! mistakes.

use pangea::protocol::Rule;
use pangea_sim::coherent::cases::cases;
use pangea_sim::coherent::program::Op::{Await, Fence, Read, Write};
use pangea_sim::coherent::program::{Case, Object};
use pangea_sim::coherent::{Found, MUTANTS, Search, search, trace};

/// Cases that are small enough for an unoptimized build have so many states at most.
const SMALL: u64 = 500;

fn named(name: &str) -> Case {
    cases().into_iter().find(|case| case.name == name).expect("there is such a case")
}

fn sound(case: &Case, states: u64) -> Found {
    let how = Search { states, ..Search::default() };
    let found = search(case, how);
    if let Some(violation) = &found.violation {
        panic!("{}\n{}", case.name, trace(case, how, violation));
    }
    found
}

#[test]
fn names_are_of_one_case_each() {
    let mut names: Vec<String> = cases().into_iter().map(|case| case.name).collect();
    names.sort();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}

/// The first states of every case, which is all of the small ones.
#[test]
fn nothing_wrong_is_found_at_first_sight() {
    let complete = cases().iter().filter(|case| sound(case, SMALL).complete).count();
    // 291 when this was written: the selection is not to shrink unnoticed as cases grow.
    assert!(complete >= 280, "only {complete} cases were searched to the end");
}

/// All outcomes that sequential consistency allows are really seen: the search is not blind.
#[test]
fn shapes_come_out_in_all_ways_that_may_be() {
    for (name, outcomes) in [
        ("SB seq+seq; cold+cold; nodes 01", 3),
        ("SB strict+seq; warm+cold; nodes 01", 3),
        ("MP strict+strict; cold+cold; nodes 01", 3),
        ("CoRR strict; warm; nodes 01", 4),
        ("WRC seq+seq; cold+cold; nodes 012", 7),
        ("updates strict; cold; nodes 01", 4),
        ("2+2W strict+strict; warm+warm; nodes 01; real time", 3),
        ("mutex: 2 nodes", 2),
    ] {
        let found = sound(&named(name), u64::MAX);
        assert!(found.complete);
        assert_eq!((found.seen, found.allowed), (outcomes, outcomes), "{name}");
    }
}

#[test]
fn dead_writers_leave_blocks_of_all_three_kinds() {
    let found = sound(&named("death: write and read; seq"), u64::MAX);
    assert!(found.complete);
    assert_eq!(found.verdicts, [true; 3]);
}

/// What was found once stays found: a lock that is passed on, and comes back before the lost answer is missed; one
/// that is taken over from a dead holder by an attempt whose answer is lost.
#[test]
fn lost_answers_of_locks_do_not_mislead() {
    for name in ["failure: mutex", "failure: writer and reader", "death and failure: mutex, try"] {
        assert!(sound(&named(name), u64::MAX).complete, "{name}");
    }
}

#[test]
fn every_mistake_is_caught() {
    for mutant in MUTANTS {
        let case = named(mutant.case);
        assert!(sound(&case, u64::MAX).complete, "{}", case.name);
        let found = search(&case, Search { trap: Some(mutant.trap), ..Search::default() });
        let violation = found.violation.unwrap_or_else(|| panic!("{mutant} was not caught"));
        let how = Search { trap: Some(mutant.trap), ..Search::default() };
        assert!(trace(&case, how, &violation).contains(&violation.text), "{mutant}");
    }
}

/// Without a fence, what was learned by other means may be older than it was there: the case tells.
#[test]
fn a_fence_is_needed_for_what_was_told() {
    let warm = Object::block(Rule::Leased).warm(2, 8);
    let with = vec![(0, vec![Write(0, 1)]), (1, vec![Await(0, 1), Fence, Read(0)])];
    assert!(sound(&Case::new("told", vec![warm], with), u64::MAX).complete);
    let without = vec![(0, vec![Write(0, 1)]), (1, vec![Await(0, 1), Read(0)])];
    let found = search(&Case::new("told", vec![warm], without), Search::default());
    assert!(found.violation.is_some());
}
