//! The rounds of PageRank.
//!
//! A round needs one barrier. Every node publishes what its vertices contribute along each of their
//! edges, with two sums in front: how much its ranks have changed, and how much of its rank is on vertices
//! without out-edges. After the barrier each reads what the others have published, and computes its vertices
//! anew. As [`Published`] alternates between two places, every consistency model will do,
//! [`Model::Relaxed`](pangea::Model) too.
//!
//! All sums are made in the order of the vertices or of the ranks, so a job of the same size gives
//! the same result to the last bit, and every node comes to the same decisions.

use pangea::SharedCell;

use super::build::Graph;
use super::published::{HEAD, Published};
use super::team::{Stop, Team};
use crate::options::Parameters;

/// Rounds beyond those that arithmetic without rounding needs.
const PATIENCE: u32 = 100;

/// The result.
pub(crate) struct Ranks {
    /// The rank of every vertex, published by its owner, to be collected.
    pub(crate) shared: Published,
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
    let rank = team.rank();
    let vertices = graph.ids.len();
    let mine = graph.owners[rank].clone();
    let mut published = Published::new(team, &graph.owners, parameters.model)?;

    let starts = graph.rows.starts.segment_of(rank)?;
    let sources = graph.rows.sources.segment_of(rank)?;
    let rows = Walk { starts: starts.cells(), sources: sources.cells() };

    let mut state = State {
        ranks: vec![1.0 / vertices as f64; mine.len()],
        out_degrees: &graph.out_degrees,
        published: vec![0.0; HEAD + mine.len()],
    };

    let most_rounds = parameters.rounds.unwrap_or(rounds_needed(parameters) + PATIENCE);
    let mut change = f64::INFINITY;
    for round in 0.. {
        published.publish(team, state.publish(change))?;
        let [before, dangling] = published.collect()?;
        if round > 0 {
            progress(round, before);
            if before < parameters.tolerance {
                published.publish(team, state.publish_ranks())?;
                return Ok(Ranks { shared: published, rounds: round, change: before });
            }
        }
        if round == most_rounds {
            return Err(team.all_stop(format_args!(
                "the ranks have not settled: round {round} still changed them by {before:.1e}; \
                 ask for a larger --tolerance or more --rounds"
            )));
        }
        change = published.read(|all| state.compute(&rows, all, dangling, parameters.damping))?;
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

/// This node's vertices.
struct State<'a> {
    ranks: Vec<f64>,
    out_degrees: &'a [u32],
    /// What the others are shown: the sums, and what each of this node's vertices contributes.
    published: Vec<f64>,
}

impl State<'_> {
    /// What the others need to know of this node's vertices.
    fn publish(&mut self, change: f64) -> &[f64] {
        let (head, own) = self.published.split_at_mut(HEAD);
        let mut dangling = 0.0;
        for (at, contribution) in own.iter_mut().enumerate() {
            let (rank, degree) = (self.ranks[at], self.out_degrees[at]);
            *contribution = if degree == 0 { 0.0 } else { rank / f64::from(degree) };
            if degree == 0 {
                dangling += rank;
            }
        }
        head[0] = change;
        head[1] = dangling;
        &self.published
    }

    /// The ranks of this node's vertices, as they are published.
    fn publish_ranks(&mut self) -> &[f64] {
        self.published[..HEAD].fill(0.0);
        self.published[HEAD..].copy_from_slice(&self.ranks);
        &self.published
    }

    /// Computes this node's ranks anew; returns how much they have changed.
    fn compute(
        &mut self,
        rows: &Walk<'_>,
        contributions: &[f64],
        dangling: f64,
        damping: f64,
    ) -> f64 {
        let vertices = contributions.len() as f64;
        let base = (1.0 - damping + damping * dangling) / vertices;
        let mut change = 0.0;
        for (row, rank) in self.ranks.iter_mut().enumerate() {
            let new = base + damping * rows.sum(row, contributions);
            change += (new - *rank).abs();
            *rank = new;
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
    use pangea::Model;

    use super::*;
    use crate::demo::pagerank::build::build;

    fn ranks_of(edges: Vec<(u64, u64)>, parameters: Parameters) -> (Vec<f64>, u32) {
        let node = pangea::join().unwrap();
        let team = Team::new(&node);
        let graph = build(&team, edges).unwrap();
        let mut rounds = Vec::new();
        let ranks = iterate(&team, &graph, parameters, |round, _| rounds.push(round)).unwrap();
        assert!(rounds.iter().copied().eq(1..=ranks.rounds));
        let Ranks { mut shared, rounds, .. } = ranks;
        shared.collect().unwrap();
        (shared.read(<[f64]>::to_vec).unwrap(), rounds)
    }

    const USUAL: Parameters =
        Parameters { damping: 0.85, tolerance: 1e-12, rounds: None, model: Model::Relaxed };

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
    fn every_model_gives_the_same_bits() {
        let edges = vec![(1, 2), (2, 3), (3, 1), (1, 3), (4, 1), (2, 5)];
        let relaxed = ranks_of(edges.clone(), USUAL);
        for model in Model::ALL {
            assert_eq!(ranks_of(edges.clone(), Parameters { model, ..USUAL }), relaxed, "{model}");
        }
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
