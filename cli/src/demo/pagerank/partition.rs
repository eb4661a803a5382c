//! Who owns what: pure decisions, the same on every node.

use std::ops::Range;

/// From sorted samples of all nodes' ids: the first id of each part but the first.
///
/// Each part then holds about the same number of *samples*; what it holds of ids is counted before
/// anything is sent, so an uneven cut costs balance, never correctness.
pub(crate) fn splitters(samples: &[u64], parts: usize) -> Vec<u64> {
    (1..parts)
        .map(|part| samples.get(samples.len() * part / parts).copied().unwrap_or(u64::MAX))
        .collect()
}

/// At most `count` of `sorted`, evenly spread.
pub(crate) fn samples(sorted: &[u64], count: usize) -> impl Iterator<Item = u64> + '_ {
    let count = count.min(sorted.len());
    (0..count).map(move |at| sorted[sorted.len() * at / count])
}

/// Cuts a sorted slice at the splitters: one range for each part, in order.
pub(crate) fn cut<T>(
    sorted: &[T],
    splitters: impl IntoIterator<Item = u64>,
    key: impl Fn(&T) -> u64,
) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = 0;
    for splitter in splitters {
        let end = start + sorted[start..].partition_point(|item| key(item) < splitter);
        parts.push(start..end);
        start = end;
    }
    parts.push(start..sorted.len());
    parts
}

/// Buckets of consecutive vertices, fine enough to balance over `parts`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Buckets {
    vertices: usize,
    /// Vertices in each but the last.
    pub(crate) width: usize,
    pub(crate) count: usize,
}

impl Buckets {
    /// Buckets for each part. More balance better, but cost an atomic each on every node.
    const PER_PART: usize = 64;

    pub(crate) fn new(vertices: usize, parts: usize) -> Buckets {
        let width = vertices.div_ceil(Self::PER_PART * parts).max(1);
        Buckets { vertices, width, count: vertices.div_ceil(width) }
    }

    /// Where each part's vertices start and end, so that each has about the same work. `edges` has
    /// the number of edges into each bucket; an edge and a vertex count alike.
    pub(crate) fn balance(self, edges: &[u64], parts: usize) -> Vec<Range<usize>> {
        let start_of = |bucket: usize| (bucket * self.width).min(self.vertices);
        let work_of = |bucket: usize| {
            u128::from(edges[bucket]) + (start_of(bucket + 1) - start_of(bucket)) as u128
        };
        let total: u128 = (0..self.count).map(work_of).sum();
        let (mut bucket, mut before) = (0, 0_u128);
        let mut starts = vec![0];
        for part in 1..parts {
            let wanted = total * part as u128 / parts as u128;
            // A bucket goes to the part in which its middle lies.
            while bucket < self.count && before + work_of(bucket) / 2 < wanted {
                before += work_of(bucket);
                bucket += 1;
            }
            starts.push(start_of(bucket));
        }
        starts.push(self.vertices);
        starts.windows(2).map(|pair| pair[0]..pair[1]).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn slices_are_cut_at_splitters() {
        let sorted = [1, 3, 3, 5, 9];
        assert_eq!(cut(&sorted, [3, 6], |&item| item), [0..1, 1..4, 4..5]);
        assert_eq!(cut(&sorted, [0, 0, 99], |&item| item), [0..0, 0..0, 0..5, 5..5]);
        assert_eq!(cut::<u64>(&[], [5], |&item| item), [0..0, 0..0]);
    }

    #[test]
    fn splitters_are_spread() {
        let all: Vec<u64> = (0..100).collect();
        assert_eq!(splitters(&all, 4), [25, 50, 75]);
        assert_eq!(splitters(&[], 3), [u64::MAX, u64::MAX]);
        assert!(splitters(&all, 1).is_empty());
        assert_eq!(samples(&all, 4).collect::<Vec<_>>(), [0, 25, 50, 75]);
        assert_eq!(samples(&[5, 6], 9).collect::<Vec<_>>(), [5, 6]);
        assert_eq!(samples(&[], 9).count(), 0);
    }

    #[test]
    fn work_is_balanced() {
        // All edges go to the last vertices.
        let buckets = Buckets::new(1000, 2);
        let mut edges = vec![0; buckets.count];
        let busy = 10;
        let from = buckets.count - busy;
        edges[from..].fill(10_000);
        let parts = buckets.balance(&edges, 2);
        let middle = parts[0].end / buckets.width - from;
        assert!((4..=6).contains(&middle), "{parts:?}");
    }

    #[test]
    fn more_parts_than_vertices_leave_some_empty() {
        let buckets = Buckets::new(3, 7);
        let parts = buckets.balance(&[1, 1, 1], 7);
        assert_eq!(parts.len(), 7);
        assert_eq!(parts.iter().filter(|part| part.len() == 1).count(), 3);
    }

    proptest! {
        #[test]
        fn parts_cover_all_vertices(
            vertices in 1_usize..5000,
            parts in 1_usize..12,
            seed in proptest::collection::vec(0_u64..1000, 1..50),
        ) {
            let buckets = Buckets::new(vertices, parts);
            let edges: Vec<u64> =
                (0..buckets.count).map(|bucket| seed[bucket % seed.len()]).collect();
            let balanced = buckets.balance(&edges, parts);
            prop_assert_eq!(balanced.len(), parts);
            prop_assert_eq!((balanced[0].start, balanced[parts - 1].end), (0, vertices));
            prop_assert!(balanced.windows(2).all(|pair| pair[0].end == pair[1].start));
            prop_assert!(balanced.iter().all(|part| part.start <= part.end));
        }
    }
}
