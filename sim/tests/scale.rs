//! What operations cost, counted in jobs of 2 to 64 nodes; `pangea-sim scale` does it up to 4,096.

use pangea_sim::scale::{Report, Weather, measure, measure_speed};

fn good(nodes: u32, seed: u64) -> Report {
    let report = measure(nodes, 1 << 10, seed);
    assert_eq!(report.problems(), [""; 0], "{nodes} nodes, seed {seed}");
    report
}

#[test]
fn costs_are_as_promised_in_jobs_of_all_sizes() {
    // Powers of two, and numbers just above and below them.
    for nodes in [2, 3, 4, 5, 7, 8, 9, 16, 31, 33, 64] {
        good(nodes, u64::from(nodes));
    }
}

#[test]
fn what_a_node_does_for_its_own_data_does_not_depend_on_the_others() {
    let (small, large) = (good(8, 1), good(64, 1));
    for step in ["put", "get", "put 4 KiB", "fetch_add", "compare_swap", "load", "8 put_nb + quiet"]
    {
        let (few, many) = (small.cost(step), large.cost(step));
        let (few, many) = (few.expect("is measured"), many.expect("is measured"));
        assert_eq!(few.round_trips.mean, many.round_trips.mean, "{step}");
        assert_eq!(few.bytes.mean, many.bytes.mean, "{step}");
        // Twice as long would be more than chance.
        assert!(many.nanos_median < 2 * few.nanos_median, "{step}");
    }
    for step in ["join", "create array", "get, first of a home", "leave"] {
        let (few, many) = (small.cost(step), large.cost(step));
        let (few, many) = (few.expect("is measured"), many.expect("is measured"));
        assert_eq!(few.messages.mean, many.messages.mean, "{step}");
    }
}

#[test]
fn the_first_access_to_a_home_opens_one_pair_and_no_later_one_does() {
    let report = good(8, 2);
    let first = report.cost("get, first of a home").expect("is measured");
    // One end at each side; a request, a relay, and an answer back the same way, each counted where
    // it is sent and where it arrives, but for the coordinator's part.
    assert_eq!((first.queue_pairs.mean, first.messages.mean), (2.0, 4.0));
    let all = report.cost("get_range over all homes, first").expect("is measured");
    // Those that the leader did not know: 7 without 3 from barriers and its partner.
    assert_eq!(all.queue_pairs.sum % 2, 0);
    assert!(all.queue_pairs.sum <= 2 * (7 - 3), "{all:?}");
    let again = report.cost("get_range over all homes").expect("is measured");
    assert_eq!((again.queue_pairs.sum, again.messages.sum), (0, 0));
    assert_eq!((again.round_trips.sum, again.reads.sum, again.bytes.sum), (7, 7, 7 * 64));
}

#[test]
fn the_same_seed_counts_the_same() {
    let (one, other) = (good(9, 5), good(9, 5));
    assert_eq!(one.digest, other.digest);
    let counted = |report: &Report| {
        let costs = report.costs.iter();
        costs.map(|cost| (cost.round_trips, cost.message_bytes, cost.nanos_max)).collect::<Vec<_>>()
    };
    assert_eq!(counted(&one), counted(&other));
    assert_ne!(one.digest, good(9, 6).digest);
}

#[test]
fn operations_are_simulated_with_and_without_faults() {
    for weather in [Weather::Calm, Weather::Stormy] {
        let speed = measure_speed(weather, 3_200, 1, 7).expect("ends well");
        assert_eq!(speed.operations, 3_200);
        assert!(speed.median_by_clock() > 0.0);
    }
}
