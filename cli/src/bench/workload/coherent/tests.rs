//! Tests of the tests.

use super::{REPEATED, ROUNDS};
use crate::bench::bench::Workload;
use crate::bench::workload::testing::{is_sane, rows};

#[test]
fn each_test_takes_the_requests_that_it_is_to_take() {
    for nodes in [2, 3] {
        let rows = rows(nodes, "coherent --iters 300").unwrap();
        let names: Vec<_> = rows.iter().map(|row| row.test.as_str()).collect();
        let repeated = REPEATED.iter().map(Workload::name);
        assert_eq!(names, repeated.chain(ROUNDS.iter().map(Workload::name)).collect::<Vec<_>>());
        for row in &rows {
            is_sane(row, nodes);
            assert!(row.latency.is_some() && row.operations >= 300, "{row:?}");
            // In place each request counts.
            let requests = match row.test.as_str() {
                "hit" | "hit-alone" | "hit-guard" => 0.0,
                "miss" | "strict" | "strict-large" | "strict-changed" => 1.0,
                "renew" | "strict-large-changed" => 2.0,
                _ => 4.0,
            };
            let found = row.round_trips.unwrap();
            assert!((found - requests).abs() <= 0.25, "{}: {found}", row.test);
        }
    }
}

#[test]
fn time_ends_rounds_too() {
    let rows = rows(2, "miss renew -D 0.05").unwrap();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.operations % 256 == 0 && row.seconds < 5.0), "{rows:?}");
}

#[test]
fn writes_are_of_the_model_that_is_asked_for_and_hits_can_have_threads() {
    let strict = rows(2, "store --model strict --iters 100").unwrap();
    is_sane(&strict[0], 2);
    let several = rows(2, "hit --threads 2 --iters 1000").unwrap();
    assert_eq!((several[0].threads, several[0].operations), (2, 2000));
    let relaxed = rows(2, "store --model relaxed --iters 100").unwrap_err();
    assert!(relaxed.contains("--model sequential or strict"), "{relaxed}");
}
