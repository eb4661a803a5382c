//! Tests of the tests.

use crate::bench::workload::testing::{is_sane, number, rows};

#[test]
fn each_lock_takes_the_requests_that_it_is_to_take() {
    for nodes in [2, 3] {
        let names = "mutex rwlock-read rwlock-write atomic-add semaphore";
        let rows = rows(nodes, &format!("{names} --iters 300 --warmup 50")).unwrap();
        let found: Vec<_> =
            rows.iter().map(|row| (row.test.as_str(), row.round_trips.unwrap())).collect();
        // In place each request counts.
        let wanted = [5.0, 4.0, 6.0, 2.0, 8.0];
        assert_eq!(found, names.split(' ').zip(wanted).collect::<Vec<_>>());
        rows.iter().for_each(|row| is_sane(row, nodes));
    }
}

#[test]
fn all_threads_of_all_nodes_get_a_contended_mutex() {
    for (nodes, threads) in [(2, 1), (3, 2)] {
        let rows =
            rows(nodes, &format!("mutex-contended --threads {threads} --iters 100")).unwrap();
        is_sane(&rows[0], nodes);
        assert_eq!(rows[0].operations, u64::from(nodes * threads * 100));
        let fairness = number(&rows[0], "fairness");
        assert!(fairness > 0.0 && fairness <= 1.0, "{rows:?}");
        assert!(
            number(&rows[0], "least share") <= 1.0 && number(&rows[0], "greatest share") >= 1.0
        );
    }
}

#[test]
fn a_mutex_is_handed_over_between_two_nodes() {
    for nodes in [2, 3] {
        let rows = rows(nodes, "mutex-handover -D 0.3").unwrap();
        is_sane(&rows[0], nodes);
        let latency = rows[0].latency.as_ref().expect("it changes hands");
        assert_eq!((latency.group, rows[0].nodes), (2, nodes));
        let share = number(&rows[0], "handed over");
        assert!(share > 0.0 && share <= 1.0, "{rows:?}");
        assert_eq!(rows[0].operations, 2 * latency.samples);
        // Both nodes' samples together take no longer than two times their time; and a median is not more than
        // twice the average.
        let most = 2.0 * rows[0].seconds * 1e9 / latency.samples as f64;
        assert!(latency.median < 1.05 * most, "{rows:?}");
    }
}
