//! Vertex ids: which there are, and the dense index of each.
//!
//! Ids have gaps, and a node reads each of them many times. Where the gaps are not too wide, a bit for
//! each possible id makes both sorting and searching unnecessary: setting bits finds the distinct
//! ids in order, and counting the bits before one gives its index. Else they are sorted and searched.

/// The bitmap is used while it takes at most this many possible ids for each one there is (which
/// keeps it smaller than the ids themselves).
const WIDEST: u64 = 64;

/// The distinct ids of some edges, sorted.
pub(crate) fn distinct(edges: &[(u64, u64)]) -> Vec<u64> {
    let ids = || edges.iter().flat_map(|&(from, to)| [from, to]);
    let (Some(first), Some(last)) = (ids().min(), ids().max()) else { return Vec::new() };
    if (last - first) / WIDEST < edges.len() as u64 {
        let mut bits = Bits::new(first, last);
        ids().for_each(|id| bits.set(id));
        bits.list()
    } else {
        let mut all: Vec<u64> = ids().collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Sorts ids and drops those that are there already.
pub(crate) fn sorted_distinct(mut ids: Vec<u64>) -> Vec<u64> {
    // They come as a few sorted runs, which the stable sort finds and merges.
    ids.sort();
    ids.dedup();
    ids
}

/// One bit for each id from the first to the last.
#[derive(Debug)]
struct Bits {
    first: u64,
    words: Vec<u64>,
}

impl Bits {
    fn new(first: u64, last: u64) -> Bits {
        Bits { first, words: vec![0; ((last - first) / 64 + 1) as usize] }
    }

    #[inline]
    fn place(&self, id: u64) -> (usize, u32) {
        let offset = id - self.first;
        ((offset / 64) as usize, (offset % 64) as u32)
    }

    #[inline]
    fn set(&mut self, id: u64) {
        let (word, bit) = self.place(id);
        self.words[word] |= 1 << bit;
    }

    fn list(&self) -> Vec<u64> {
        let count = self.words.iter().map(|word| word.count_ones() as usize).sum();
        let mut ids = Vec::with_capacity(count);
        for (at, &word) in self.words.iter().enumerate() {
            let mut left = word;
            while left != 0 {
                ids.push(self.first + at as u64 * 64 + u64::from(left.trailing_zeros()));
                left &= left - 1;
            }
        }
        ids
    }
}

/// All ids of the graph, each with its index.
#[derive(Debug)]
pub(crate) struct IdTable {
    ids: Vec<u64>,
    index: Option<(Bits, Vec<u32>)>,
}

impl IdTable {
    /// Most ids that a table can hold.
    pub(crate) const MOST: u64 = 1 << 32;

    /// Of sorted, distinct ids, at most [`IdTable::MOST`].
    pub(crate) fn new(ids: Vec<u64>) -> IdTable {
        let index = match (ids.first(), ids.last()) {
            (Some(&first), Some(&last)) if (last - first) / WIDEST < ids.len() as u64 => {
                let mut bits = Bits::new(first, last);
                ids.iter().for_each(|&id| bits.set(id));
                let mut before = 0_u32;
                let ranks = bits.words.iter().map(|word| {
                    let rank = before;
                    // Wraps only after the last word, and only when the table is full.
                    before = before.wrapping_add(word.count_ones());
                    rank
                });
                let ranks = ranks.collect();
                Some((bits, ranks))
            }
            _ => None,
        };
        IdTable { ids, index }
    }

    /// How many ids there are.
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The ids, sorted.
    pub(crate) fn ids(&self) -> &[u64] {
        &self.ids
    }

    /// The index of an id, which must be in the table.
    #[inline]
    pub(crate) fn index_of(&self, id: u64) -> u32 {
        match &self.index {
            Some((bits, ranks)) => {
                let (word, bit) = bits.place(id);
                ranks[word] + (bits.words[word] & !(u64::MAX << bit)).count_ones()
            }
            None => self.ids.partition_point(|&other| other < id) as u32,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn check(edges: &[(u64, u64)]) {
        let naive: BTreeSet<u64> = edges.iter().flat_map(|&(from, to)| [from, to]).collect();
        let ids = distinct(edges);
        assert!(ids.iter().eq(naive.iter()));
        let table = IdTable::new(ids);
        assert_eq!(table.len(), naive.len());
        for (index, &id) in naive.iter().enumerate() {
            assert_eq!(table.index_of(id), index as u32);
        }
    }

    #[test]
    fn both_ways_know_all_ids() {
        check(&[]);
        check(&[(7, 7)]);
        check(&[(0, 63), (64, 65), (127, 128)]);
        check(&[(0, u64::MAX)]);
        check(&[(u64::MAX, u64::MAX - 64), (u64::MAX - 1, u64::MAX)]);
    }

    #[test]
    fn runs_are_merged() {
        assert_eq!(sorted_distinct(vec![1, 5, 9, 2, 5, 7, 9]), [1, 2, 5, 7, 9]);
    }

    proptest! {
        #[test]
        fn dense_ids(edges in proptest::collection::vec((100_u64..400, 100_u64..400), 0..200)) {
            check(&edges);
        }

        #[test]
        fn scattered_ids(edges in proptest::collection::vec((any::<u64>(), any::<u64>()), 0..50)) {
            check(&edges);
        }
    }
}
