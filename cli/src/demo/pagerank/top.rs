//! The highest ranks.

use std::cmp::Ordering;

/// The `count` vertices of the highest rank, highest first; of equal ones the lower id comes first.
pub(crate) fn highest(ids: &[u64], ranks: &[f64], count: usize) -> Vec<(u64, f64)> {
    let order =
        |a: &(u64, f64), b: &(u64, f64)| -> Ordering { b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)) };
    let mut all: Vec<(u64, f64)> = ids.iter().copied().zip(ranks.iter().copied()).collect();
    if all.len() > count {
        all.select_nth_unstable_by(count, order);
        all.truncate(count);
    }
    all.sort_unstable_by(order);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_come_first() {
        let (ids, ranks) = ([7, 1, 5, 9], [0.2, 0.4, 0.2, 0.3]);
        assert_eq!(highest(&ids, &ranks, 3), [(1, 0.4), (9, 0.3), (5, 0.2)]);
        assert_eq!(highest(&ids, &ranks, 10).len(), 4);
        assert_eq!(highest(&[], &[], 10), []);
    }
}
