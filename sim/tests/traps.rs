//! Mutants are caught: with a trap open, the search finds a violation within few seeds; the same seeds
//! are sound with it closed.

use std::ops::Range;

use pangea_sim::scenario::{self, Opened, SCENARIOS, Setup};
use pangea_sim::{End, Outcome};

/// Where the first violation is searched: several times as many seeds as it takes. At hundreds of seeds a
/// second that is a matter of seconds. (The last of the fences needs a pair that
/// fails late: 2 or 3 seeds of 1,000.)
const SEEDS: [(&str, Opened, Range<u64>); 23] = [
    ("atomics", Opened::HomeAtomicsByCpu, 0..20),
    ("barrier", Opened::OrderAcrossPairs, 0..700),
    ("writes", Opened::ReconnectWithoutFence, 0..400),
    ("takeover", Opened::TakeoverWithoutFence, 0..800),
    ("takeover", Opened::ReleaseWithoutFence, 700..1700),
    ("block", Opened::VersionWords, 0..20),
    ("coherent", Opened::UnlockBeforeBody, 0..300),
    ("coherent", Opened::UnlockByWrite, 0..600),
    ("coherent", Opened::LongerOwnLease, 0..200),
    ("locks", Opened::AtomicWithoutRaise, 0..300),
    ("locks", Opened::AtomicWithoutTake, 0..300),
    ("locks", Opened::LockWithoutTime, 0..300),
    ("locks", Opened::BarrierWithoutTime, 0..300),
    ("views", Opened::CountersBeforeBytes, 600..1200),
    ("views", Opened::NumberWithPage, 0..300),
    ("views", Opened::FilledGaps, 0..300),
    ("views", Opened::OneWordOfCounter, 0..300),
    ("views", Opened::OldTwin, 0..300),
    ("views", Opened::UncountedEviction, 0..300),
    ("views", Opened::ReadAheadOverAcquire, 0..600),
    ("views", Opened::OneHome, 0..100),
    ("views-evictions", Opened::ForgottenEviction, 0..100),
    ("views-heirs", Opened::InheritWithoutFences, 0..100),
];

/// Those that chance does not find: a version has to come around, or a cache line to tear. The exhaustive search of
/// the bare protocol finds them (`sim/src/coherent/`).
const BEYOND_CHANCE: [Opened; 2] = [Opened::RenewWithoutWts, Opened::MissWithoutVersions];

fn run(name: &str, seed: u64, trap: Option<Opened>) -> Outcome {
    let scenario = scenario::find(name).expect("is there");
    scenario.run(&Setup { trap, ..Setup::of_seed(seed) })
}

fn find(trap: Opened) {
    let (name, _, seeds) = SEEDS.into_iter().find(|of| of.1 == trap).expect("has seeds");
    find_in(name, trap, seeds);
}

fn find_in(name: &str, trap: Opened, seeds: Range<u64>) {
    let found = seeds.clone().find_map(|seed| {
        let outcome = run(name, seed, Some(trap));
        // Some seeds hang instead, which is as bad but says less.
        matches!(outcome.end, End::Failed(_)).then_some((seed, outcome))
    });
    let (seed, outcome) = found.unwrap_or_else(|| panic!("{trap}: seeds {seeds:?} find nothing"));
    let text = outcome.to_string();
    let again = format!("pangea-sim --scenario {name} --seeds {seed} --trap {trap} --timeline");
    for part in ["FAILED", &format!("{name} seed {seed}"), &again] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    for seed in seed.saturating_sub(20)..=seed {
        let sound = run(name, seed, None);
        assert!(sound.is_good(), "{sound}");
    }
}

#[test]
fn home_atomics_by_cpu_are_found() {
    find(Opened::HomeAtomicsByCpu);
}

#[test]
fn order_across_pairs_is_found() {
    find(Opened::OrderAcrossPairs);
}

#[test]
fn reconnecting_without_a_fence_is_found() {
    find(Opened::ReconnectWithoutFence);
}

#[test]
fn takeover_without_a_fence_is_found() {
    find(Opened::TakeoverWithoutFence);
}

#[test]
fn releasing_without_a_fence_is_found() {
    find(Opened::ReleaseWithoutFence);
}

#[test]
fn version_words_are_found() {
    find(Opened::VersionWords);
}

#[test]
fn unlocking_before_the_body_is_found() {
    find(Opened::UnlockBeforeBody);
}

#[test]
fn unlocking_by_a_write_is_found() {
    find(Opened::UnlockByWrite);
}

#[test]
fn a_longer_lease_of_ones_own_is_found() {
    find(Opened::LongerOwnLease);
}

#[test]
fn atomics_without_raise_are_found() {
    find(Opened::AtomicWithoutRaise);
}

#[test]
fn atomics_without_take_are_found() {
    find(Opened::AtomicWithoutTake);
}

#[test]
fn locks_without_time_are_found() {
    find(Opened::LockWithoutTime);
}

#[test]
fn barriers_without_time_are_found() {
    find(Opened::BarrierWithoutTime);
}

#[test]
fn counters_that_are_raised_too_early_are_found() {
    find(Opened::CountersBeforeBytes);
}

#[test]
fn numbers_that_are_read_with_their_pages_are_found() {
    find(Opened::NumberWithPage);
}

#[test]
fn filled_gaps_are_found() {
    find(Opened::FilledGaps);
}

#[test]
fn comparing_one_word_of_a_counter_is_found() {
    find(Opened::OneWordOfCounter);
}

#[test]
fn old_twins_are_found() {
    find(Opened::OldTwin);
}

#[test]
fn evictions_that_are_not_counted_are_found() {
    find(Opened::UncountedEviction);
}

#[test]
fn evictions_that_are_forgotten_are_found() {
    find(Opened::ForgottenEviction);
}

#[test]
fn locks_of_the_dead_that_are_inherited_without_fences_are_found() {
    find(Opened::InheritWithoutFences);
}

#[test]
fn acquires_that_ask_one_home_are_found() {
    find(Opened::OneHome);
}

#[test]
fn pages_that_were_read_ahead_of_an_acquire_are_found() {
    find(Opened::ReadAheadOverAcquire);
}

#[test]
fn a_fence_that_is_left_out_is_found_by_coherent_objects_too() {
    find_in("coherent", Opened::ReconnectWithoutFence, 0..600);
}

#[test]
fn each_trap_belongs_to_a_scenario() {
    for trap in Opened::ALL {
        assert_eq!(trap.name().parse(), Ok(trap));
        if BEYOND_CHANCE.contains(&trap) {
            continue;
        }
        assert!(SCENARIOS.iter().any(|scenario| scenario.traps.contains(&trap)), "{trap}");
        assert!(SEEDS.iter().any(|of| of.1 == trap), "{trap} is not tested");
    }
}
