//! Tests of the tests.

use crate::bench::report::Fact;
use crate::bench::workload::testing::{is_sane, number, rows};

#[test]
fn all_updates_are_made_and_verified() {
    for (nodes, threads) in [(2, 1), (3, 2), (1, 1)] {
        let options = format!("gups --table 200K --iters 1000000000 --threads {threads}");
        let rows = rows(nodes, &options).unwrap();
        assert_eq!(rows.len(), 2);
        for row in &rows {
            is_sane(row, nodes);
            let words = number(row, "table words");
            // What four for each word leave over when it is dealt to three nodes' threads.
            assert!((number(row, "updates per word") - 4.0).abs() < 1e-3, "{row:?}");
            assert_eq!(
                row.operations as f64,
                (4.0 * words / f64::from(nodes * threads)).floor() * f64::from(nodes * threads)
            );
            assert!((number(row, "GUP/s") * 1e9 / row.rate.unwrap().median - 1.0).abs() < 1e-6);
            assert!(number(row, "in flight") * f64::from(threads) <= 1024.0);
        }
        assert!(rows.iter().all(|row| number(row, "wrong words") == 0.0), "{rows:?}");
        assert_eq!(rows[1].parameters["update"], Fact::Text("compare-and-swap".to_owned()));
    }
}

#[test]
fn a_run_is_cut_short_by_time_and_by_number() {
    let short = rows(2, "gups --table 4M -D 0.02").unwrap();
    for row in &short {
        is_sane(row, 2);
        assert!(number(row, "updates per word") < 4.0, "{row:?}");
    }
    let few = rows(2, "gups --table 4M --iters 1000").unwrap();
    assert!(few.iter().all(|row| row.operations == 2000), "{few:?}");
}
