//! From the edges that each node has read to the graph that they share.
//!
//! 1. Ids are exchanged: each node becomes the owner of a range of ids, sorts those that it is sent,
//!    and writes them to their place in the table of all ids. The place of an id is its *index*.
//! 2. Edges, now between indices, are exchanged: each node becomes the owner of a range of vertices
//!    and gets the edges that lead there. The ranges are cut so that all have the same work. Sorted,
//!    and with duplicates dropped, these edges are the rows that the node computes with.
//! 3. The edges out of each vertex are counted where they are, and added up.

use std::ops::Range;

use pangea::Array;

use super::edge_list::Edge;
use super::ids::{IdTable, distinct, sorted_distinct};
use super::partition::{Buckets, cut, samples, splitters};
use super::rows::{Rows, pack, target};
use super::team::{Stop, Team};

/// The graph, as the nodes share it.
pub(crate) struct Graph {
    /// All ids; the same on every node.
    pub(crate) ids: IdTable,
    /// Which vertices belong to which node.
    pub(crate) owners: Vec<Range<usize>>,
    /// How many edges there are.
    pub(crate) edges: u64,
    /// The edges that lead to this node's vertices.
    pub(crate) rows: SharedRows,
    /// For each of this node's vertices, how many edges leave it.
    pub(crate) out_degrees: Vec<u32>,
}

/// The rows in shared memory: a part of equal length for each node, of which it uses what it needs.
pub(crate) struct SharedRows {
    pub(crate) starts: Array<u64>,
    pub(crate) sources: Array<u32>,
}

/// Samples of ids that each node gives.
const SAMPLES: usize = 64;

/// Makes the graph of all nodes' edges. Collective.
pub(crate) fn build(team: &Team<'_>, edges: Vec<Edge>) -> Result<Graph, Stop> {
    let ids = all_ids(team, &distinct(&edges))?;
    let edges = {
        let index = |(from, to)| pack(ids.index_of(from), ids.index_of(to));
        let mut packed: Vec<u64> = edges.into_iter().map(index).collect();
        packed.sort_unstable();
        packed.dedup();
        packed
    };
    let owners = owners(team, &edges, ids.len())?;
    let mine = owners[team.rank()].clone();

    let ends = owners[1..].iter().map(|range| range.start as u64);
    let parts = cut(&edges, ends, |&edge| target(edge));
    let received = team.exchange("edges", &edges, &parts)?;
    drop(edges);
    let rows = Rows::new(received, mine);
    let edges = team.sum(rows.sources.len() as u64)?;
    let out_degrees = out_degrees(team, &rows, &owners)?;
    let rows = share(team, &rows)?;
    Ok(Graph { ids, owners, edges, rows, out_degrees })
}

/// The table of all ids, from those that each node has seen.
fn all_ids(team: &Team<'_>, seen: &[u64]) -> Result<IdTable, Stop> {
    let (rank, size) = (team.rank(), team.size());
    // Nodes that have fewer ids give fewer samples, so each says how many.
    let mut sample = vec![0; SAMPLES + 1];
    for id in samples(seen, SAMPLES) {
        sample[0] += 1;
        let at = sample[0] as usize;
        sample[at] = id;
    }
    let sampled = team.gather("id samples", &sample)?;
    let mut sampled: Vec<u64> = sampled
        .chunks(SAMPLES + 1)
        .flat_map(|sample| sample[1..=sample[0] as usize].iter().copied())
        .collect();
    sampled.sort_unstable();

    let parts = cut(seen, splitters(&sampled, size), |&id| id);
    let mine = sorted_distinct(team.exchange("ids", seen, &parts)?);

    let counts = team.gather("id counts", &[mine.len() as u64])?;
    let total: u64 = counts.iter().sum();
    if total > IdTable::MOST {
        let most = IdTable::MOST;
        return Err(
            team.all_stop(format_args!("{total} vertices are more than the {most} possible"))
        );
    }
    let table = team.array("ids", total.max(1) as usize)?;
    table.put_range(counts[..rank].iter().sum::<u64>() as usize, &mine)?;
    team.node().barrier()?;
    let mut ids = vec![0; total as usize];
    table.get_range(0, &mut ids)?;
    Ok(IdTable::new(ids))
}

/// Which vertices belong to which node, so that all have the same work.
fn owners(team: &Team<'_>, edges: &[u64], vertices: usize) -> Result<Vec<Range<usize>>, Stop> {
    let buckets = Buckets::new(vertices, team.size());
    let counters = team.array::<u64>("edges into buckets", buckets.count.max(1))?;
    let mut rest = edges;
    while let Some(&edge) = rest.first() {
        let bucket = target(edge) as usize / buckets.width;
        let next = ((bucket + 1) * buckets.width) as u64;
        let count = rest.partition_point(|&edge| target(edge) < next);
        counters.fetch_add(bucket, count as u64)?;
        rest = &rest[count..];
    }
    team.node().barrier()?;
    let mut counts = vec![0; buckets.count];
    counters.get_range(0, &mut counts)?;
    counters.release()?;
    Ok(buckets.balance(&counts, team.size()))
}

/// For each of this node's vertices, how many edges leave it: every node adds what it has counted to
/// the parts of all others, one after another. In each round everybody works on a part of its own,
/// and a barrier ends the round; so plain reads and writes suffice.
fn out_degrees(team: &Team<'_>, rows: &Rows, owners: &[Range<usize>]) -> Result<Vec<u32>, Stop> {
    let (rank, size) = (team.rank(), team.size());
    let vertices = owners[size - 1].end;
    let longest = owners.iter().map(ExactSizeIterator::len).max().unwrap_or(0).max(1);
    let degrees = team.array::<u32>("out-degrees", size * longest)?;
    let counted = rows.count_sources(vertices);
    let mut sums = Vec::new();
    for round in 0..size {
        let owner = (rank + round) % size;
        let range = owners[owner].clone();
        sums.clear();
        sums.resize(range.len(), 0);
        degrees.get_range(owner * longest, &mut sums)?;
        for (sum, count) in sums.iter_mut().zip(&counted[range]) {
            *sum += count;
        }
        degrees.put_range(owner * longest, &sums)?;
        team.node().barrier()?;
    }
    let mut mine = vec![0; owners[rank].len()];
    degrees.get_range(rank * longest, &mut mine)?;
    degrees.release()?;
    Ok(mine)
}

/// Puts this node's rows into its part of the shared graph.
fn share(team: &Team<'_>, rows: &Rows) -> Result<SharedRows, Stop> {
    let (rank, size) = (team.rank(), team.size());
    let most_starts = team.max(rows.starts.len() as u64)? as usize;
    let most_sources = team.max(rows.sources.len() as u64)?.max(1) as usize;
    let starts = team.array("row starts", size * most_starts)?;
    let sources = team.array("row sources", size * most_sources)?;
    starts.put_range(rank * most_starts, &rows.starts)?;
    sources.put_range(rank * most_sources, &rows.sources)?;
    Ok(SharedRows { starts, sources })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_node_builds_the_graph_alone() {
        let node = pangea::join().unwrap();
        let team = Team::new(&node);
        let edges = vec![(10, 30), (10, 20), (30, 30), (10, 20), (1 << 40, 10)];
        let graph = build(&team, edges).unwrap();
        assert_eq!(graph.ids.ids(), [10, 20, 30, 1 << 40]);
        assert_eq!(graph.owners.len(), 1);
        assert_eq!(graph.owners[0], 0..4);
        assert_eq!(graph.edges, 4);
        assert_eq!(graph.out_degrees, [2, 0, 1, 1]);
        let mut starts = [0; 5];
        graph.rows.starts.get_range(0, &mut starts).unwrap();
        assert_eq!(starts, [0, 1, 2, 4, 4]);
        let mut sources = [0; 4];
        graph.rows.sources.get_range(0, &mut sources).unwrap();
        assert_eq!(sources, [3, 0, 0, 2]);
    }
}
