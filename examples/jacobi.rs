//! Heat that spreads over a plate: Jacobi iteration on a grid that all nodes share, each of which computes the
//! rows that are in its own memory and reads the rows of its neighbors through its cache.
//!
//! `pangea run -n 4 -- target/release/examples/jacobi [--rows 200] [--columns 200] [--rounds 50]
//! [--model strict]`
//!
//! There are two grids, one to read and one to write, which change places in each round; a barrier separates
//! rounds. Under the models `sequential` and `strict` a row is a block of an array: it is written as a whole, and
//! read in place. Under `release` a grid is a view, so a node's rows are a slice, and the barrier is the view's; rows begin
//! at pages, so that no page has two writers.
//! At the end the leader computes the same alone, and compares every bit.

use std::ops::Range;
use std::time::{Duration, Instant};

use clap::Parser;
use pangea::{Error, Model, Node, SharedArray, View};

/// Spreads heat over a plate that all nodes share.
#[derive(Clone, Debug, Parser)]
struct Options {
    /// Rows of the plate, without its edges
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1 << 20))]
    rows: u32,
    /// Columns of the plate, without its edges
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    columns: u32,
    /// How often every point becomes the mean of its four neighbors
    #[arg(long, default_value_t = 50)]
    rounds: u32,
    /// The consistency model of the grids: sequential, strict or release
    #[arg(long, default_value = "sequential")]
    model: Model,
}

impl Options {
    /// Rows and columns of the grid.
    fn with_edges(&self) -> (usize, usize) {
        (self.rows as usize + 2, self.columns as usize + 2)
    }
}

/// How hot a point is at the start. The edges stay so.
fn at_start(row: usize, column: usize, width: usize, height: usize) -> f64 {
    let edge = row == 0 || column == 0 || row == height - 1 || column == width - 1;
    if edge { ((row * 31 + column * 17) % 100) as f64 } else { 0.0 }
}

/// One row of the next round, from three of this one.
fn relax(above: &[f64], row: &[f64], below: &[f64], into: &mut [f64]) {
    into.copy_from_slice(row);
    for at in 1..row.len() - 1 {
        into[at] = 0.25 * (above[at] + below[at] + row[at - 1] + row[at + 1]);
    }
}

/// What a node has done.
struct Done {
    rows: usize,
    time: Duration,
    trips: u64,
    /// The grid, for the leader alone.
    grid: Vec<f64>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let node = pangea::join()?;
    let Done { rows, time, trips, grid } = match options.model {
        Model::Release => with_views(&node, &options)?,
        _ => with_blocks(&node, &options)?,
    };
    println!("rank {}: {rows} rows, {trips} round trips ({})", node.rank(), options.model);
    if node.is_leader() {
        compare(&grid, &options)?;
        let Options { rows, columns, rounds, .. } = options;
        let (nodes, time) = (node.size(), time.as_secs_f64());
        let sum = checksum(&grid, &options);
        println!(
            "jacobi of {rows} × {columns}, {rounds} rounds, on {nodes} nodes: {time:.6} s, checksum {sum:016x}"
        );
        println!("the grid is the same to the last bit as computed by one process alone");
    }
    Ok(())
}

/// Does the rounds, which end with a barrier; how long they take, and how many round trips.
fn measured(
    node: &Node,
    rounds: impl FnOnce() -> Result<(), Error>,
) -> Result<(Duration, u64), Error> {
    let (before, start) = (node.counts().round_trips, Instant::now());
    rounds()?;
    Ok((start.elapsed(), node.counts().round_trips - before))
}

/// The sum of the bits of all points inside, each by an odd number of its own.
fn checksum(grid: &[f64], options: &Options) -> u64 {
    let (height, width) = options.with_edges();
    let inside = grid.iter().enumerate().take((height - 1) * width).skip(width);
    let terms = inside.map(|(at, point)| point.to_bits().wrapping_mul(2 * at as u64 + 1));
    terms.fold(0, u64::wrapping_add)
}

/// Bytes of the header of a block.
const HEADER: usize = 32;

/// A grid with its edges, a row in each block.
struct Blocks {
    cells: SharedArray<f64>,
    width: usize,
    height: usize,
}

impl Blocks {
    fn new(node: &Node, name: &str, options: &Options) -> Result<Blocks, Error> {
        let (height, width) = options.with_edges();
        let block = (HEADER + width * size_of::<f64>()).next_power_of_two();
        let per_block = (block - HEADER) / size_of::<f64>();
        let cells = node.shared_array(name).len(height * per_block).block_bytes(block);
        Ok(Blocks { cells: cells.model(options.model).create()?, width, height })
    }

    /// The rows in this node's memory.
    fn own_rows(&self, node: &Node) -> Result<Vec<usize>, Error> {
        let mut rows = Vec::new();
        for row in 0..self.height {
            if self.cells.home_of(row)? == node.rank() {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    fn set_row(&self, row: usize, values: &[f64]) -> Result<(), Error> {
        self.cells.set_range(self.cells.block_range(row)?.start, values)
    }
}

/// Computes on arrays of blocks.
fn with_blocks(node: &Node, options: &Options) -> Result<Done, Error> {
    let grids =
        [Blocks::new(node, "even rounds", options)?, Blocks::new(node, "odd rounds", options)?];
    let (width, height) = (grids[0].width, grids[0].height);
    let mine = grids[0].own_rows(node)?;

    for &row in &mine {
        let values: Vec<f64> = (0..width).map(|at| at_start(row, at, width, height)).collect();
        grids.iter().try_for_each(|grid| grid.set_row(row, &values))?;
    }
    node.barrier()?;

    let mut next = vec![0.0; width];
    let (time, trips) = measured(node, || {
        for round in 0..options.rounds as usize {
            let (from, to) = (&grids[round % 2], &grids[(round + 1) % 2]);
            for &row in mine.iter().filter(|row| (1..height - 1).contains(*row)) {
                let above = from.cells.read_block(row - 1)?;
                let this = from.cells.read_block(row)?;
                let below = from.cells.read_block(row + 1)?;
                relax(&above[..width], &this[..width], &below[..width], &mut next);
                to.set_row(row, &next)?;
            }
            node.barrier()?;
        }
        Ok(())
    })?;

    let mut grid = Vec::new();
    if node.is_leader() {
        for row in 0..height {
            let last = &grids[options.rounds as usize % 2];
            grid.extend_from_slice(&last.cells.read_block(row)?[..width]);
        }
    }
    Ok(Done { rows: mine.len(), time, trips, grid })
}

/// Bytes of a page of a view.
const PAGE: usize = 4096;

/// Computes on views, whose pages are plain memory: a node's rows are one slice.
fn with_views(node: &Node, options: &Options) -> Result<Done, Error> {
    let (height, width) = options.with_edges();
    // From one row to the next; where they are short, pages have several.
    let per_page = PAGE / size_of::<f64>();
    let stride = if 2 * width >= per_page { width.next_multiple_of(per_page) } else { width };
    let grid =
        |name| node.release_array(name).len(height * stride).page_size(PAGE).create()?.view();
    let mut from: View<f64> = grid("even rounds")?;
    let mut to: View<f64> = grid("odd rounds")?;
    let cells = |rows: &Range<usize>| rows.start * stride..rows.end * stride;
    let own = from.local_range().unwrap_or_default();
    let rows = own.start.div_ceil(stride)..own.end.div_ceil(stride);

    for grid in [&mut from, &mut to] {
        let mut part = grid.write(cells(&rows))?;
        for (row, cells) in rows.clone().zip(part.chunks_mut(stride)) {
            for (column, cell) in cells[..width].iter_mut().enumerate() {
                *cell = at_start(row, column, width, height);
            }
        }
    }
    node.view_barrier(&mut [&mut from, &mut to])?;

    // The edges stay as they are.
    let inner = rows.start.max(1)..rows.end.min(height - 1);
    let (time, trips) = measured(node, || {
        for _ in 0..options.rounds {
            if !inner.is_empty() {
                let old = from.read(cells(&(inner.start - 1..inner.end + 1)))?;
                let mut new = to.write(cells(&inner))?;
                for (at, into) in new.chunks_mut(stride).enumerate() {
                    let row = |at: usize| &old[at * stride..][..width];
                    relax(row(at), row(at + 1), row(at + 2), &mut into[..width]);
                }
            }
            to.barrier()?;
            std::mem::swap(&mut from, &mut to);
        }
        Ok(())
    })?;
    let mut grid = Vec::new();
    if node.is_leader() {
        from.read(..)?.chunks(stride).for_each(|row| grid.extend_from_slice(&row[..width]));
    }
    Ok(Done { rows: rows.len(), time, trips, grid })
}

/// Computes the same in memory of this process, and compares.
fn compare(result: &[f64], options: &Options) -> Result<(), String> {
    let (height, width) = options.with_edges();
    let start = |at| at_start(at / width, at % width, width, height);
    let mut from: Vec<f64> = (0..height * width).map(start).collect();
    let mut to = from.clone();
    for _ in 0..options.rounds {
        for row in 1..height - 1 {
            let old = |row: usize| &from[row * width..][..width];
            relax(old(row - 1), old(row), old(row + 1), &mut to[row * width..][..width]);
        }
        std::mem::swap(&mut from, &mut to);
    }
    let differs = |at: &usize| result[*at].to_bits() != from[*at].to_bits();
    match (0..from.len()).find(differs) {
        None => Ok(()),
        Some(at) => {
            let (row, column, there, expected) = (at / width, at % width, result[at], from[at]);
            Err(format!("row {row}, column {column}: {there} instead of {expected}"))
        }
    }
}
