//! Tests of the tests.

use crate::bench::report::{Fact, Row};
use crate::bench::workload::testing::{number, rows};

#[track_caller]
fn is_sane(row: &Row, nodes: u32) {
    assert_eq!((row.nodes, row.operations), (nodes, u64::from(nodes) * 3 * 200), "{row:?}");
    let (least, ratio) = (number(row, "least ratio"), number(row, "ratio"));
    assert!(0.0 < least && least <= ratio && ratio <= number(row, "greatest ratio"), "{row:?}");
    if number(row, "reads") > 0.0 {
        let parts = ["hits", "fetched", "renewed", "both"].map(|name| number(row, name));
        assert!((parts.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{row:?}");
    }
    let Fact::Text(why) = &row.facts["why"] else { panic!("{row:?}") };
    assert!(why.starts_with("wins") || why.starts_with("loses by"), "{why}");
    assert_eq!(why.starts_with("wins"), ratio >= 1.0, "{row:?}");
}

#[test]
fn the_grid_has_the_mixes_and_says_why() {
    for nodes in [2, 3] {
        let rows = rows(nodes, "sweep-grid --iters 200").unwrap();
        assert_eq!(rows.len(), 36);
        rows.iter().for_each(|row| is_sane(row, nodes));
        let shared_reads = |row: &&Row| number(row, "reads") == 1.0 && number(row, "shared") == 1.0;
        // What everybody only reads is in the cache in the end; and a relaxed access of a remote block asks once.
        for row in rows.iter().filter(shared_reads) {
            assert!(number(row, "hits") > 0.8, "{row:?}");
        }
        let remote = f64::from(nodes - 1) / f64::from(nodes);
        assert!(rows.iter().all(|row| (number(row, "relaxed requests") - remote).abs() < 0.2));
    }
}

#[test]
fn five_axes_change_what_they_say() {
    let rows = rows(3, "sweep-axes --iters 200").unwrap();
    rows.iter().for_each(|row| is_sane(row, 3));
    let on = |axis: &str| -> Vec<&Row> {
        rows.iter().filter(|row| row.parameters["axis"] == Fact::Text(axis.to_owned())).collect()
    };
    // Relaxed accesses of what is at home ask nobody.
    let remote = on("remote");
    let asked: Vec<f64> = remote.iter().map(|row| number(row, "relaxed requests")).collect();
    assert!(asked[0] == 0.0 && asked[4] == 1.0 && asked.is_sorted(), "{asked:?}");
    for axis in ["shared", "reads", "space", "time"] {
        let values: Vec<f64> = on(axis).iter().map(|row| number(row, axis)).collect();
        assert!(values.len() >= 4 && values.is_sorted() && values[0] == 0.0, "{axis}: {values:?}");
    }
    // What was used just now is a hit again.
    let time = on("time");
    assert!(number(time[3], "hits") > number(time[0], "hits"), "{time:?}");
}
