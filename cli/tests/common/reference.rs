//! An independent PageRank: sequential, in memory, pushed along the edges instead of pulled, straight
//! from the definition. It shares no line with the program.

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The edges of an edge list, duplicates dropped.
pub fn edges_of(text: &str) -> BTreeSet<(u64, u64)> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#') && !line.starts_with('%'))
        .map(|line| {
            let mut words = line.split_whitespace();
            let mut id = || words.next().expect("a word").parse().expect("a number");
            (id(), id())
        })
        .collect()
}

/// The rank of each vertex: in each round, every vertex gives its rank away along its edges.
pub fn page_rank(edges: &BTreeSet<(u64, u64)>, damping: f64, tolerance: f64) -> BTreeMap<u64, f64> {
    let ids: BTreeSet<u64> = edges.iter().flat_map(|&(from, to)| [from, to]).collect();
    let places: HashMap<u64, usize> = ids.iter().enumerate().map(|(at, &id)| (id, at)).collect();
    let mut targets = vec![Vec::new(); ids.len()];
    for (from, to) in edges {
        targets[places[from]].push(places[to]);
    }
    let count = ids.len() as f64;
    let mut ranks = vec![1.0 / count; ids.len()];
    loop {
        let mut next = vec![0.0; ids.len()];
        let mut lost = 0.0;
        for (rank, targets) in ranks.iter().zip(&targets) {
            if targets.is_empty() {
                lost += rank;
            }
            for &target in targets {
                next[target] += rank / targets.len() as f64;
            }
        }
        for rank in &mut next {
            *rank = (1.0 - damping) / count + damping * (*rank + lost / count);
        }
        let change: f64 = next.iter().zip(&ranks).map(|(new, old)| (new - old).abs()).sum();
        ranks = next;
        if change < tolerance {
            return ids.into_iter().zip(ranks).collect();
        }
    }
}

/// A file of `id<TAB>rank`, which must be sorted by id and have 15 significant digits.
pub fn read_ranks(text: &str) -> BTreeMap<u64, f64> {
    let mut ranks = BTreeMap::new();
    let mut last = None;
    assert!(text.ends_with('\n'));
    for line in text.lines() {
        let (id, rank) = line.split_once('\t').expect("a tab");
        let id: u64 = id.parse().expect("an id");
        assert!(last < Some(id), "{id} comes after {last:?}");
        last = Some(id);
        let digits = rank.split('e').next().expect("digits").replace('.', "");
        assert_eq!(digits.len(), 15, "{rank}");
        ranks.insert(id, rank.parse().expect("a number"));
    }
    ranks
}

/// The ranks must agree, and be a distribution.
pub fn assert_agree(found: &BTreeMap<u64, f64>, expected: &BTreeMap<u64, f64>, what: &str) {
    assert!(found.keys().eq(expected.keys()), "{what}: other vertices");
    for (id, rank) in expected {
        let difference = (found[id] - rank).abs();
        assert!(difference < 1e-8, "{what}: vertex {id} has {} and not {rank}", found[id]);
    }
    let sum: f64 = found.values().sum();
    assert!((sum - 1.0).abs() < 1e-9, "{what}: the ranks add up to {sum}");
}

#[test]
fn the_reference_is_right_where_algebra_tells() {
    // 1 → 2, and 2 leads nowhere: x = 0.15/2 + 0.85 y/2 with x + y = 1.
    let ranks = page_rank(&edges_of("1 2"), 0.85, 1e-14);
    assert!((ranks[&1] - 0.5 / 1.425).abs() < 1e-12);
    assert!((ranks[&2] - 0.925 / 1.425).abs() < 1e-12);
}
