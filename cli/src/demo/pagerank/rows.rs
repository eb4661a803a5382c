//! The edges that one node owns, by the vertex that they lead to.

use std::ops::Range;

/// An edge in one word: the index of the vertex it leads to, then of the one it comes from. So the
/// order of words is the order of rows.
pub(crate) fn pack(from: u32, to: u32) -> u64 {
    u64::from(to) << 32 | u64::from(from)
}

/// The vertex that a packed edge comes from.
pub(crate) fn source(edge: u64) -> u32 {
    edge as u32
}

/// The vertex that a packed edge leads to.
pub(crate) fn target(edge: u64) -> u64 {
    edge >> 32
}

/// For a range of vertices, the vertices from which edges lead to each of them (compressed sparse
/// rows).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rows {
    /// Where each row starts in `sources`; one more than there are rows.
    pub(crate) starts: Vec<u64>,
    pub(crate) sources: Vec<u32>,
}

impl Rows {
    /// Of packed edges in any order, all of which lead to `vertices`. Duplicates count once.
    pub(crate) fn new(mut edges: Vec<u64>, vertices: Range<usize>) -> Rows {
        // They come as one sorted run from each node, which the stable sort finds and merges.
        edges.sort();
        edges.dedup();
        let mut starts = Vec::with_capacity(vertices.len() + 1);
        let mut at = 0;
        for vertex in vertices {
            starts.push(at as u64);
            at += edges[at..].iter().take_while(|&&edge| target(edge) == vertex as u64).count();
        }
        starts.push(at as u64);
        debug_assert_eq!(at, edges.len(), "an edge leads to a vertex of another node");
        Rows { starts, sources: edges.into_iter().map(source).collect() }
    }

    /// For each of `count` vertices, how many of these edges come from it.
    pub(crate) fn count_sources(&self, count: usize) -> Vec<u32> {
        let mut counts = vec![0; count];
        for &source in &self.sources {
            counts[source as usize] += 1;
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_built_from_edges() {
        let edges = vec![pack(9, 4), pack(3, 3), pack(1, 6), pack(9, 4), pack(2, 4)];
        let rows = Rows::new(edges, 3..8);
        assert_eq!(rows.starts, [0, 1, 3, 3, 4, 4]);
        assert_eq!(rows.sources, [3, 2, 9, 1]);
        assert_eq!(rows.count_sources(10), [0, 1, 1, 1, 0, 0, 0, 0, 0, 1]);
    }

    #[test]
    fn no_edges_and_no_vertices_are_fine() {
        assert_eq!(Rows::new(vec![], 2..4).starts, [0, 0, 0]);
        assert_eq!(Rows::new(vec![], 5..5).starts, [0]);
    }

    #[test]
    fn packed_edges_keep_their_ends() {
        let edge = pack(u32::MAX, 7);
        assert_eq!((source(edge), target(edge)), (u32::MAX, 7));
        assert!(pack(u32::MAX, 6) < pack(0, 7));
    }
}
