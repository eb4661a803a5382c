//! `PANGEA_CHECK=races` over drawn programs and faults: who races is told, and nobody else.

use std::sync::Once;

use pangea_sim::scenario::{self, RACES, Setup};

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
        for seed in 0..40 {
            let outcome = scenario.run(&Setup::of_seed(seed));
            assert!(outcome.is_good(), "{outcome}");
        }
    }
}

#[test]
fn a_race_is_told_and_nothing_else() {
    look_for_races();
    let mut operations = 0;
    for seed in 0..100 {
        let outcome = RACES.run(&Setup::of_seed(seed));
        assert!(outcome.is_good(), "{outcome}");
        operations += outcome.operations;
    }
    assert!(operations > 100 * 20, "{operations}");
}
