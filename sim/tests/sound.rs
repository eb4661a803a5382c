//! Sound code passes, whatever comes; and all of it comes.

use pangea_sim::fault::FaultTally;
use pangea_sim::scenario::{FaultKinds, SCENARIOS, Setup};

/// Seeds of each scenario. The program `pangea-sim` runs many more.
const SEEDS: std::ops::Range<u64> = 0..100;

#[test]
fn all_scenarios_pass_and_every_fault_happens() {
    let mut sums = [0; FaultTally::KINDS];
    let mut recoveries = [0; 3];
    for scenario in SCENARIOS {
        let mut operations = 0;
        for seed in SEEDS {
            let outcome = scenario.run(&Setup::of_seed(seed));
            assert!(outcome.is_good(), "{outcome}");
            operations += outcome.operations;
            for (sum, (count, _)) in sums.iter_mut().zip(outcome.faults.each()) {
                *sum += count;
            }
            for (sum, count) in recoveries.iter_mut().zip(outcome.recoveries) {
                *sum += count;
            }
        }
        assert!(operations > SEEDS.end, "{}: {operations} operations", scenario.name);
    }
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
