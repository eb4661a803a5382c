//! Sound code passes, whatever comes; and all of it comes.

use std::thread;

use pangea_sim::fault::FaultTally;
use pangea_sim::scenario::{FaultKinds, SCENARIOS, Scenario, Setup};

/// How many seeds a scenario gets; those of views, which take longest, get fewer. `ci/sim` runs many more of all.
fn seeds(scenario: &Scenario) -> u64 {
    if scenario.name.starts_with("views") { 40 } else { 100 }
}

/// How often each fault and each recovery has happened.
type Counts = ([u64; FaultTally::KINDS], [u64; 3]);

/// Runs a scenario with every seed.
fn run(scenario: &Scenario) -> Counts {
    let mut counts = Counts::default();
    let mut operations = 0;
    for seed in 0..seeds(scenario) {
        let outcome = scenario.run(&Setup::of_seed(seed));
        assert!(outcome.is_good(), "{outcome}");
        operations += outcome.operations;
        for (sum, (count, _)) in counts.0.iter_mut().zip(outcome.faults.each()) {
            *sum += count;
        }
        for (sum, count) in counts.1.iter_mut().zip(outcome.recoveries) {
            *sum += count;
        }
    }
    assert!(operations > seeds(scenario), "{}: {operations} operations", scenario.name);
    counts
}

#[test]
fn all_scenarios_pass_and_every_fault_happens() {
    let (mut sums, mut recoveries) = Counts::default();
    thread::scope(|scope| {
        let running = SCENARIOS.iter().map(|scenario| scope.spawn(move || run(scenario)));
        for scenario in running.collect::<Vec<_>>() {
            let counts = scenario.join().expect("the scenario passes");
            for (sum, count) in sums.iter_mut().zip(counts.0) {
                *sum += count;
            }
            for (sum, count) in recoveries.iter_mut().zip(counts.1) {
                *sum += count;
            }
        }
    });
    for (sum, (_, name)) in sums.into_iter().zip(FaultTally::default().each()) {
        assert!(sum > 0, "no {name} in any run");
    }
    assert!(recoveries.iter().all(|&sum| sum > 0), "unlocked, forward, poisoned: {recoveries:?}");
}

#[test]
fn without_faults_every_program_ends_in_good_order() {
    for scenario in SCENARIOS {
        for seed in 0..10 {
            let outcome = scenario.run(&Setup { faults: FaultKinds::NONE, ..Setup::of_seed(seed) });
            assert!(outcome.is_good(), "{outcome}");
            assert!(
                outcome.nodes.iter().all(|end| *end == pangea_sim::NodeEnd::Ended),
                "{outcome}: {:?}",
                outcome.nodes
            );
        }
    }
}
