//! A = L · U, in place, by blocks and without pivoting, as the matrix is diagonally dominant; after LU of
//! SPLASH-2. Each block is contiguous and lies in the memory of the node that works on it.
//!
//! Step `k` factors the block on the diagonal; then the blocks below and to the right of it are solved by their
//! owners, then all others behind these are updated. A barrier follows each of the first two; the third needs
//! none, because who works on a block in the next step has updated it.

use std::ops::Range;

use clap::Args;
use pangea::{Access, View};

use crate::common::{self, Job, Outcome, Result};

#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// Rows and columns of the matrix
    #[arg(long, default_value_t = 500, value_parser = common::number(1..=30_000))]
    size: usize,
    /// Rows and columns of a block; with 32 it has 8 KiB
    #[arg(long, default_value_t = 32, value_parser = common::number(1..=1024))]
    block: usize,
}

pub(crate) fn run(job: &Job<'_>, options: &Options) -> Result<Outcome> {
    let (rank, layout) = (job.node.rank(), Layout::new(options, job.node.size()));
    let mut matrix = job.view::<f64>("matrix", layout.len())?;
    for (i, j) in layout.owned(rank) {
        layout.fill(i, j, &mut matrix.write(layout.place(i, j))?);
    }
    matrix.barrier()?;

    let ((), time) = job.timed(|| {
        for k in 0..layout.blocks {
            step(&mut matrix, &layout, k, rank)?;
        }
        Ok(())
    })?;

    let mut mine = 0_u64;
    for (i, j) in layout.owned(rank) {
        mine = mine.wrapping_add(layout.checksum(i, j, &matrix.read(layout.place(i, j))?));
    }
    let checksum = job.checksum(mine)?;
    if job.verifies() {
        for (at, expected) in alone(options).iter().enumerate() {
            let (i, j) = (at / layout.blocks, at % layout.blocks);
            let found = matrix.read(layout.place(i, j))?;
            common::same(&found, expected).map_err(|error| format!("block {i}, {j}: {error}"))?;
        }
    }
    let Options { size, block } = options;
    Ok(Outcome { what: format!("lu of {size} × {size} by blocks of {block}"), time, checksum })
}

/// Step `k` as one node does it.
fn step(matrix: &mut View<f64>, layout: &Layout, k: usize, rank: usize) -> Result<()> {
    let n = layout.block;
    let mine = |i, j| layout.owner(i, j) == rank;
    let behind = k + 1..layout.blocks;
    if mine(k, k) {
        factor(&mut matrix.write(layout.place(k, k))?, n);
    }
    matrix.barrier()?;
    for i in behind.clone() {
        if mine(i, k) {
            let (mut block, [diagonal]) =
                matrix.write_beside(layout.place(i, k), [layout.place(k, k)])?;
            solve_lower(&mut block, &diagonal, n);
        }
        if mine(k, i) {
            let (mut block, [diagonal]) =
                matrix.write_beside(layout.place(k, i), [layout.place(k, k)])?;
            solve_upper(&mut block, &diagonal, n);
        }
    }
    matrix.barrier()?;
    // Whole blocks at once, where faults would fetch page by page.
    for at in behind.clone() {
        if behind.clone().any(|j| mine(at, j)) {
            matrix.populate(layout.place(at, k), Access::Read)?;
        }
        if behind.clone().any(|i| mine(i, at)) {
            matrix.populate(layout.place(k, at), Access::Read)?;
        }
    }
    for i in behind.clone() {
        for j in behind.clone().filter(|&j| mine(i, j)) {
            let beside = [layout.place(i, k), layout.place(k, j)];
            let (mut block, [left, above]) = matrix.write_beside(layout.place(i, j), beside)?;
            update(&mut block, &left, &above, n);
        }
    }
    Ok(())
}

/// The same in memory of this process: the blocks, row by row.
fn alone(options: &Options) -> Vec<Vec<f64>> {
    let layout = Layout::new(options, 1);
    let n = layout.block;
    let filled = |(i, j)| {
        let mut block = vec![0.0; n * n];
        layout.fill(i, j, &mut block);
        block
    };
    let mut blocks: Vec<_> = layout.owned(0).map(filled).collect();
    let at = |i, j| i * layout.blocks + j;
    for k in 0..layout.blocks {
        factor(&mut blocks[at(k, k)], n);
        let diagonal = blocks[at(k, k)].clone();
        for i in k + 1..layout.blocks {
            solve_lower(&mut blocks[at(i, k)], &diagonal, n);
            solve_upper(&mut blocks[at(k, i)], &diagonal, n);
        }
        for i in k + 1..layout.blocks {
            let left = blocks[at(i, k)].clone();
            for j in k + 1..layout.blocks {
                let above = blocks[at(k, j)].clone();
                update(&mut blocks[at(i, j)], &left, &above, n);
            }
        }
    }
    blocks
}

/// Who works on which block, and where it is stored. The nodes form a rectangle, which is laid over the blocks
/// again and again; the blocks of one node lie together.
struct Layout {
    /// Rows of the matrix.
    size: usize,
    /// Rows of a block.
    block: usize,
    /// Rows of blocks. Those at the edges are whole, too: what sticks out is an identity matrix.
    blocks: usize,
    /// Nodes in the rectangle.
    down: usize,
    across: usize,
}

impl Layout {
    fn new(options: &Options, nodes: usize) -> Layout {
        let down = (1..=nodes.isqrt()).rev().find(|down| nodes.is_multiple_of(*down)).unwrap_or(1);
        Layout {
            size: options.size,
            block: options.block,
            blocks: options.size.div_ceil(options.block),
            down,
            across: nodes / down,
        }
    }

    /// Elements of all blocks, and of as many places for each node.
    fn len(&self) -> usize {
        self.down * self.across * self.per_node() * self.block * self.block
    }

    fn per_node(&self) -> usize {
        self.blocks.div_ceil(self.down) * self.blocks.div_ceil(self.across)
    }

    fn owner(&self, i: usize, j: usize) -> usize {
        i % self.down * self.across + j % self.across
    }

    /// The elements of block `j` of row `i`, its rows one after another.
    fn place(&self, i: usize, j: usize) -> Range<usize> {
        let number = i / self.down * self.blocks.div_ceil(self.across) + j / self.across;
        let elements = self.block * self.block;
        let start = (self.owner(i, j) * self.per_node() + number) * elements;
        start..start + elements
    }

    /// The blocks of a node, by row and column.
    fn owned(&self, rank: usize) -> impl Iterator<Item = (usize, usize)> {
        let all = (0..self.blocks).flat_map(|i| (0..self.blocks).map(move |j| (i, j)));
        all.filter(move |&(i, j)| self.owner(i, j) == rank)
    }

    /// Writes the matrix into a block: random, and heavy on the diagonal.
    fn fill(&self, i: usize, j: usize, block: &mut [f64]) {
        for (at, value) in block.iter_mut().enumerate() {
            let (row, column) =
                (i * self.block + at / self.block, j * self.block + at % self.block);
            let inside = row < self.size && column < self.size;
            let random = if inside { common::unit((row * self.size + column) as u64) } else { 0.0 };
            let heavy = if inside { self.size as f64 } else { 1.0 };
            *value = random + if row == column { heavy } else { 0.0 };
        }
    }

    /// A block's part in the checksum of the matrix, in which elements are numbered row by row.
    fn checksum(&self, i: usize, j: usize, block: &[f64]) -> u64 {
        let (top, left) = (i * self.block, j * self.block);
        let inside = self.block.min(self.size - left);
        let rows = block.chunks(self.block).zip(top..self.size);
        rows.map(|(row, number)| common::checksum(number * self.size + left, &row[..inside]))
            .fold(0, u64::wrapping_add)
    }
}

/// A block of `n` rows on the diagonal becomes its two triangles, of which the lower has ones on its diagonal.
fn factor(block: &mut [f64], n: usize) {
    for k in 0..n {
        let (upper, lower) = block.split_at_mut((k + 1) * n);
        let pivot = &upper[k * n..];
        for row in lower.chunks_mut(n) {
            eliminate(row, k, pivot);
        }
    }
}

/// A block below the diagonal: what, multiplied by the upper triangle of the diagonal block, gives it.
fn solve_lower(block: &mut [f64], diagonal: &[f64], n: usize) {
    for row in block.chunks_mut(n) {
        for (k, pivot) in diagonal.chunks(n).enumerate() {
            eliminate(row, k, pivot);
        }
    }
}

/// Divides element `k` of a row by the pivot, and takes so many times the pivot's row off the rest.
fn eliminate(row: &mut [f64], k: usize, pivot: &[f64]) {
    row[k] /= pivot[k];
    let factor = row[k];
    subtract(&mut row[k + 1..], factor, &pivot[k + 1..]);
}

/// A block to the right of the diagonal: what the lower triangle of the diagonal block makes it of.
fn solve_upper(block: &mut [f64], diagonal: &[f64], n: usize) {
    for i in 1..n {
        let (above, rest) = block.split_at_mut(i * n);
        for (k, row) in above.chunks(n).enumerate() {
            subtract(&mut rest[..n], diagonal[i * n + k], row);
        }
    }
}

/// Takes the product of the block at the left end of the row and the one at the top of the column off a block.
fn update(block: &mut [f64], left: &[f64], above: &[f64], n: usize) {
    for (row, factors) in block.chunks_mut(n).zip(left.chunks(n)) {
        for (&factor, above) in factors.iter().zip(above.chunks(n)) {
            subtract(row, factor, above);
        }
    }
}

/// Takes a multiple of a row off another.
fn subtract(row: &mut [f64], factor: f64, other: &[f64]) {
    for (value, other) in row.iter_mut().zip(other) {
        *value -= factor * other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_triangles_multiply_to_the_matrix() {
        let options = Options { size: 21, block: 8 };
        let layout = Layout::new(&options, 1);
        let (n, blocks) = (layout.block, alone(&options));
        let all = layout.blocks * n;
        let element = |row: usize, column: usize| {
            blocks[row / n * layout.blocks + column / n][row % n * n + column % n]
        };
        let lower = |row, column| match row {
            _ if row == column => 1.0,
            _ if row > column => element(row, column),
            _ => 0.0,
        };
        let upper = |row, column| if row <= column { element(row, column) } else { 0.0 };
        let mut block = vec![0.0; n * n];
        for (i, j) in layout.owned(0) {
            layout.fill(i, j, &mut block);
            for (at, value) in block.iter().enumerate() {
                let (row, column) = (i * n + at / n, j * n + at % n);
                let product: f64 = (0..all).map(|k| lower(row, k) * upper(k, column)).sum();
                assert!((product - value).abs() < 1e-12, "{row}, {column}: {product}, {value}");
            }
        }
    }

    #[test]
    fn every_block_has_a_place_at_its_owner() {
        for nodes in 1..10 {
            let layout = Layout::new(&Options { size: 100, block: 24 }, nodes);
            assert_eq!(layout.down * layout.across, nodes);
            let mut starts: Vec<usize> = Vec::new();
            for rank in 0..nodes {
                let part = layout.len() / nodes;
                for (i, j) in layout.owned(rank) {
                    let place = layout.place(i, j);
                    assert!(rank * part <= place.start && place.end <= (rank + 1) * part);
                    starts.push(place.start);
                }
            }
            starts.sort_unstable();
            starts.dedup();
            assert_eq!(starts.len(), 25);
        }
    }

    #[test]
    fn the_checksum_is_that_of_the_whole_matrix() {
        let options = Options { size: 7, block: 3 };
        let layout = Layout::new(&options, 4);
        let whole: Vec<f64> = {
            let mut block = vec![0.0; 49];
            Layout::new(&Options { size: 7, block: 7 }, 1).fill(0, 0, &mut block);
            block
        };
        let mut sum = 0_u64;
        for rank in 0..4 {
            for (i, j) in layout.owned(rank) {
                let mut block = vec![0.0; 9];
                layout.fill(i, j, &mut block);
                sum = sum.wrapping_add(layout.checksum(i, j, &block));
            }
        }
        assert_eq!(sum, common::checksum(0, &whole));
    }
}
