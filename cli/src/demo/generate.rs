//! A made-up graph for the demo: always the same, and gone with the process that made it.
//!
//! It is an R-MAT graph (each edge falls into one quarter of the adjacency matrix, then into a quarter
//! of that, and so on, with uneven odds), which has a few vertices with very many edges and very many
//! with few, as graphs of the web and of people have.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::AsRawFd;
use std::path::PathBuf;

use rand_core::{Rng, SeedableRng};
use rand_xoshiro::SplitMix64;
use rustix::fs::{MemfdFlags, memfd_create};

/// Vertices are 2 to this power at most.
pub(crate) const SCALE: u32 = 13;
/// Edges that are drawn; some of them more than once.
pub(crate) const EDGES: usize = 100_000;
/// Where the dice start.
pub(crate) const SEED: u64 = 0x50_41_4e_47_45_41;

/// Odds of the four quarters in 256ths: both low, then one end high, the other, and both.
const QUARTERS: [u8; 3] = [146, 49, 49];

/// Another id for a vertex, different for each. In an R-MAT graph the busiest vertices are those
/// with few bits set, which no real graph does.
fn scatter(vertex: u64, scale: u32) -> u64 {
    // An odd factor makes it a permutation.
    vertex.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) & ((1 << scale) - 1)
}

/// The edges of an R-MAT graph.
fn edges(scale: u32, count: usize, seed: u64) -> impl Iterator<Item = (u64, u64)> {
    let mut dice = SplitMix64::seed_from_u64(seed);
    std::iter::repeat_with(move || {
        let (mut from, mut to) = (0, 0);
        let mut rolled = 0;
        for level in 0..scale {
            // Each roll gives eight throws of eight bits.
            if level % 8 == 0 {
                rolled = dice.next_u64();
            }
            let throw = rolled as u8;
            rolled >>= 8;
            let [low, right, down] = QUARTERS;
            let (bit_from, bit_to) = if throw < low {
                (0, 0)
            } else if throw < low + right {
                (0, 1)
            } else if throw < low.saturating_add(right).saturating_add(down) {
                (1, 0)
            } else {
                (1, 1)
            };
            from = from << 1 | bit_from;
            to = to << 1 | bit_to;
        }
        (scatter(from, scale), scatter(to, scale))
    })
    .take(count)
}

/// An edge list in memory, which other processes of this user can open as a file.
#[derive(Debug)]
pub(crate) struct EdgeList {
    file: File,
}

impl EdgeList {
    /// Makes the graph.
    pub(crate) fn new(scale: u32, count: usize, seed: u64) -> io::Result<EdgeList> {
        // Nodes inherit the descriptor and open what it stands for anew.
        let file = File::from(memfd_create("pangea-demo-graph", MemfdFlags::empty())?);
        let mut writer = BufWriter::new(&file);
        writeln!(writer, "# R-MAT graph: scale {scale}, {count} draws, seed {seed:#x}")?;
        for (from, to) in edges(scale, count, seed) {
            writeln!(writer, "{from}\t{to}")?;
        }
        writer.flush()?;
        drop(writer);
        Ok(EdgeList { file })
    }

    /// The file's name, for this process and those that it starts while this lives.
    pub(crate) fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.file.as_raw_fd()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_graph_is_always_the_same() {
        assert!(edges(SCALE, 100, SEED).eq(edges(SCALE, 100, SEED)));
        assert!(!edges(SCALE, 100, SEED).eq(edges(SCALE, 100, SEED + 1)));
        let list = EdgeList::new(4, 3, 1).unwrap();
        let text = std::fs::read_to_string(list.path()).unwrap();
        assert_eq!(text.lines().count(), 4);
        assert!(text.starts_with("# R-MAT"));
    }

    #[test]
    fn the_graph_is_uneven_and_large_enough() {
        let mut degrees = vec![0_usize; 1 << SCALE];
        let mut seen = HashSet::new();
        for (from, to) in edges(SCALE, EDGES, SEED) {
            if seen.insert((from, to)) {
                degrees[to as usize] += 1;
            }
        }
        assert!(seen.len() > EDGES * 3 / 4, "{} edges", seen.len());
        let vertices = degrees.iter().filter(|degree| **degree > 0).count();
        assert!(vertices > 4000, "{vertices} vertices");
        let most = degrees.iter().max().unwrap();
        assert!(*most > 20 * seen.len() / vertices, "at most {most} edges into a vertex");
    }
}
