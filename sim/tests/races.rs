//! `PANGEA_CHECK=races` over drawn programs and faults: who races is told, and nobody else.

use std::sync::Once;

use pangea_sim::scenario::{self, RACES, Setup};
use pangea_sim::{NodeEnd, Outcome};

/// All tests of this program want it.
fn look_for_races() {
    static CHECK: Once = Once::new();
    // SAFETY: once, by the first test, before anything in this process looks for it; and Rust's own reads are locked against it.
    CHECK.call_once(|| unsafe { std::env::set_var("PANGEA_CHECK", "races") });
}

#[test]
fn programs_without_races_are_not_accused() {
    look_for_races();
    for name in ["views", "views-moving", "views-evictions"] {
        let scenario = scenario::find(name).expect("is there");
        let (mut judged, mut ended) = (0, 0);
        for seed in 0..40 {
            let outcome = scenario.run(&Setup::of_seed(seed));
            assert!(outcome.is_good(), "{outcome}");
            // With flags, anything may be told; a node that has not ended may not have told all.
            judged += i32::from(outcome.races_judged);
            ended += i32::from(outcome.races_judged && have_ended(&outcome));
        }
        println!("{name}: {judged} of 40 programs without flags, {ended} of these ended");
        assert!(judged >= 15 && ended >= 10, "{name}: {judged} judged, {ended} ended");
    }
}

fn have_ended(outcome: &Outcome) -> bool {
    outcome.nodes.iter().all(|end| *end == NodeEnd::Ended)
}

#[test]
fn a_race_is_told_and_nothing_else() {
    look_for_races();
    let (mut operations, mut ended) = (0, 0);
    for seed in 0..100 {
        let outcome = RACES.run(&Setup::of_seed(seed));
        assert!(outcome.is_good(), "{outcome}");
        operations += outcome.operations;
        // Only then the race must have been told.
        ended += i32::from(have_ended(&outcome));
    }
    println!("{ended} of 100 ended");
    assert!(operations > 100 * 20 && ended >= 50, "{operations} operations, {ended} ended");
}
