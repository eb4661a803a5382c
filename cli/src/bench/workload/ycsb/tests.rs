//! Tests of the tests.

use super::TESTS;
use crate::bench::bench::Workload;
use crate::bench::report::{Fact, Row};
use crate::bench::workload::testing::{is_sane, number, rows};

/// Rows of a workload: that of all operations first.
fn of<'a>(rows: &'a [Row], test: &str) -> Vec<&'a Row> {
    rows.iter()
        .filter(|row| row.test == test || row.test.starts_with(&format!("{test} ")))
        .collect()
}

#[test]
fn records_are_whole_under_coherent_models() {
    for (nodes, model) in [(2, "sequential"), (3, "strict")] {
        let options = format!("ycsb --model {model} --records 100 --iters 200 --threads 2");
        let rows = rows(nodes, &options).unwrap();
        for test in TESTS.iter().map(Workload::name) {
            let rows = of(&rows, test);
            is_sane(rows[0], nodes);
            assert_eq!(rows[0].operations, u64::from(nodes * 2 * 200));
            assert_eq!(rows[0].parameters["model"], Fact::Text(model.to_owned()));
            assert_eq!(number(rows[0], "torn records"), 0.0);
            assert!(number(rows[0], "checked records") > 100.0, "{:?}", rows[0]);
            // Each kind has its own times, and together they are all operations.
            let timed: u64 = rows[1..].iter().map(|row| row.operations).sum();
            assert_eq!(timed, u64::from(nodes * 2 * 200), "{test}");
            for row in &rows[1..] {
                let share = row.operations as f64 / timed as f64;
                assert!((share - number(row, "share")).abs() < 0.06, "{row:?}");
                assert!(row.latency.as_ref().is_some_and(|it| it.samples == row.operations));
            }
        }
        assert_eq!(of(&rows, "ycsb-c").len(), 2);
        assert_eq!(of(&rows, "ycsb-f")[2].test, "ycsb-f read-modify-write");
    }
}

#[test]
fn relaxed_records_are_checked_and_torn_ones_told() {
    let rows = rows(3, "ycsb --model relaxed --records 50 --record-size 4000 --iters 300").unwrap();
    for test in TESTS.iter().map(Workload::name) {
        let row = of(&rows, test)[0];
        assert_eq!((row.verified, number(row, "record bytes")), (None, 4000.0));
        let checked = number(row, "checked records");
        assert!(checked >= 100.0 && number(row, "torn records") < checked, "{row:?}");
    }
}

#[test]
fn inserts_go_round_when_the_array_is_full() {
    // Far more inserts than there is room for.
    let rows = rows(2, "ycsb-d ycsb-e --records 10 --record-size 160 --iters 3000").unwrap();
    for test in ["ycsb-d", "ycsb-e"] {
        is_sane(of(&rows, test)[0], 2);
        assert!(of(&rows, test)[2].operations > 150, "{rows:?}");
    }
}

#[test]
fn records_that_cannot_be_are_refused() {
    let error = rows(2, "ycsb-a --record-size 1001").unwrap_err();
    assert!(error.contains("1001 bytes") && error.contains("--record-size"), "{error}");
}
