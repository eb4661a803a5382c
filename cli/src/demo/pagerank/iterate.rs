//! The rounds of PageRank.
//!
//! A round needs one barrier. Every node publishes what its vertices contribute along each of their
//! edges, with two sums in front (see [`HEAD`]); after the barrier each reads the parts of the others
//! and computes its vertices anew. Contributions alternate between two arrays: what a node writes for
//! the next round cannot meet what a slower one still reads of this round, because a node is never
//! more than one barrier ahead.
//!
//! All sums are made in the order of the vertices or of the ranks, so a job of the same size gives
//! the same result to the last bit, and every node comes to the same decisions.

use std::ops::Range;

use pangea::{Array, SharedCell};

use super::build::Graph;
use super::team::{Stop, Team};
use crate::options::Parameters;

/// Words before the contributions of a node: how much its ranks have changed, and how much of its
/// rank is on vertices without out-edges.
const HEAD: usize = 2;
/// Rounds beyond those that arithmetic without rounding needs.
const PATIENCE: u32 = 100;

/// The result.
pub(crate) struct Ranks {
    /// The rank of every vertex: a part of equal length for each node, of which it uses what it
    /// needs.
    pub(crate) shared: Array<f64>,
    /// Vertices in each part.
    pub(crate) part: usize,
    /// Rounds that were made.
    pub(crate) rounds: u32,
    /// What the last one changed.
    pub(crate) change: f64,
}

/// Computes the ranks. `progress` is told the number of each round and what it has changed.
/// Collective.
pub(crate) fn iterate(
    team: &Team<'_>,
    graph: &Graph,
    parameters: Parameters,
    mut progress: impl FnMut(u32, f64),
) -> Result<Ranks, Stop> {
    let (rank, size) = (team.rank(), team.size());
    let vertices = graph.ids.len();
    let mine = graph.owners[rank].clone();
    let part = graph.owners.iter().map(ExactSizeIterator::len).max().unwrap_or(0).max(1);
    let published = [
        team.array::<f64>("contributions, even rounds", size * (HEAD + part))?,
        team.array::<f64>("contributions, odd rounds", size * (HEAD + part))?,
    ];
    let shared = team.array::<f64>("ranks", size * part)?;

    let published_parts = [published[0].segment_of(rank)?, published[1].segment_of(rank)?];
    let starts = graph.rows.starts.segment_of(rank)?;
    let sources = graph.rows.sources.segment_of(rank)?;
    let shared_part = shared.segment_of(rank)?;
    let ranks = shared_part.cells();
    let rows = Walk { starts: starts.cells(), sources: sources.cells() };

    let mut state = State {
        ranks: &ranks[..mine.len()],
        out_degrees: &graph.out_degrees,
        contributions: vec![0.0; vertices],
        mine,
    };
    state.ranks.iter().for_each(|rank| rank.store(1.0 / vertices as f64));

    let most_rounds = parameters.rounds.unwrap_or(rounds_needed(parameters) + PATIENCE);
    let mut change = f64::INFINITY;
    for round in 0.. {
        state.publish(change, published_parts[round as usize % 2].cells());
        team.node().barrier()?;
        let sums = state.collect(&published[round as usize % 2], graph, part)?;
        if round > 0 {
            progress(round, sums.change);
            if sums.change < parameters.tolerance {
                return Ok(Ranks { shared, part, rounds: round, change: sums.change });
            }
        }
        if round == most_rounds {
            return Err(team.all_stop(format_args!(
                "the ranks have not settled: round {round} still changed them by {:.1e}; ask for a \
                 larger --tolerance or more --rounds",
                sums.change
            )));
        }
        change = state.compute(&rows, sums.dangling, parameters.damping);
    }
    unreachable!("rounds are counted without end")
}

/// How many rounds bring the change below the tolerance: each shrinks it by the damping at least,
/// and it is 2 at most to start with.
fn rounds_needed(parameters: Parameters) -> u32 {
    if parameters.damping == 0.0 || parameters.tolerance >= 2.0 {
        return 1;
    }
    ((parameters.tolerance / 2.0).ln() / parameters.damping.ln()).ceil() as u32
}

/// Sums over all nodes.
struct Sums {
    change: f64,
    dangling: f64,
}

/// This node's vertices.
struct State<'a> {
    ranks: &'a [SharedCell<f64>],
    out_degrees: &'a [u32],
    /// What every vertex of the graph contributes along each of its edges.
    contributions: Vec<f64>,
    mine: Range<usize>,
}

impl State<'_> {
    /// Shows the others what this node's vertices contribute.
    fn publish(&mut self, change: f64, part: &[SharedCell<f64>]) {
        let (head, published) = part.split_at(HEAD);
        let mut dangling = 0.0;
        let own = &mut self.contributions[self.mine.clone()];
        for (at, contribution) in own.iter_mut().enumerate() {
            let (rank, degree) = (self.ranks[at].load(), self.out_degrees[at]);
            *contribution = if degree == 0 { 0.0 } else { rank / f64::from(degree) };
            if degree == 0 {
                dangling += rank;
            }
            published[at].store(*contribution);
        }
        head[0].store(change);
        head[1].store(dangling);
    }

    /// Reads what the others have published.
    fn collect(
        &mut self,
        published: &Array<f64>,
        graph: &Graph,
        part: usize,
    ) -> Result<Sums, pangea::Error> {
        let mut sums = Sums { change: 0.0, dangling: 0.0 };
        let mut words = vec![0.0; HEAD + part];
        for (rank, owned) in graph.owners.iter().enumerate() {
            let words = &mut words[..HEAD + owned.len()];
            published.get_range(rank * (HEAD + part), words)?;
            sums.change += words[0];
            sums.dangling += words[1];
            self.contributions[owned.clone()].copy_from_slice(&words[HEAD..]);
        }
        Ok(sums)
    }

    /// Computes this node's ranks anew; returns how much they have changed.
    fn compute(&self, rows: &Walk<'_>, dangling: f64, damping: f64) -> f64 {
        let vertices = self.contributions.len() as f64;
        let base = (1.0 - damping + damping * dangling) / vertices;
        let mut change = 0.0;
        for (row, rank) in self.ranks.iter().enumerate() {
            let old = rank.load();
            let new = base + damping * rows.sum(row, &self.contributions);
            change += (new - old).abs();
            rank.store(new);
        }
        change
    }
}

/// The rows of this node, walked in place.
struct Walk<'a> {
    starts: &'a [SharedCell<u64>],
    sources: &'a [SharedCell<u32>],
}

impl Walk<'_> {
    /// The sum of what comes in along a row.
    #[inline]
    fn sum(&self, row: usize, contributions: &[f64]) -> f64 {
        let (start, end) = (self.starts[row].load() as usize, self.starts[row + 1].load() as usize);
        self.sources[start..end].iter().map(|source| contributions[source.load() as usize]).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::pagerank::build::build;

    fn ranks_of(edges: Vec<(u64, u64)>, parameters: Parameters) -> (Vec<f64>, u32) {
        let node = pangea::join().unwrap();
        let team = Team::new(&node);
        let graph = build(&team, edges).unwrap();
        let mut rounds = Vec::new();
        let ranks = iterate(&team, &graph, parameters, |round, _| rounds.push(round)).unwrap();
        assert!(rounds.iter().copied().eq(1..=ranks.rounds));
        let mut values = vec![0.0; graph.ids.len()];
        ranks.shared.get_range(0, &mut values).unwrap();
        (values, ranks.rounds)
    }

    const USUAL: Parameters = Parameters { damping: 0.85, tolerance: 1e-12, rounds: None };

    #[test]
    fn a_ring_ranks_all_alike() {
        let (ranks, rounds) = ranks_of(vec![(1, 2), (2, 3), (3, 1)], USUAL);
        assert!(ranks.iter().all(|rank| (rank - 1.0 / 3.0).abs() < 1e-12), "{ranks:?}");
        assert_eq!(rounds, 1);
    }

    #[test]
    fn a_pair_has_the_ranks_that_algebra_gives() {
        // 1 → 2, and 2 leads nowhere: x = 0.15/2 + 0.85 y/2, y = 0.15/2 + 0.85 (x + y/2).
        let (ranks, _) = ranks_of(vec![(1, 2)], USUAL);
        let x = (0.075 + 0.425) / (1.0 + 0.425);
        assert!((ranks[0] - x).abs() < 1e-11 && (ranks[1] - (1.0 - x)).abs() < 1e-11, "{ranks:?}");
    }

    #[test]
    fn without_damping_all_are_alike() {
        let (ranks, _) = ranks_of(vec![(1, 2), (3, 2)], Parameters { damping: 0.0, ..USUAL });
        assert!(ranks.iter().all(|rank| (rank - 1.0 / 3.0).abs() < 1e-15));
    }

    #[test]
    fn the_rounds_needed_are_known() {
        assert_eq!(rounds_needed(Parameters { damping: 0.5, tolerance: 0.25, ..USUAL }), 3);
        assert_eq!(rounds_needed(Parameters { damping: 0.0, tolerance: 0.25, ..USUAL }), 1);
        assert_eq!(rounds_needed(Parameters { tolerance: 9.0, ..USUAL }), 1);
    }
}
