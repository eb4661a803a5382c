//! Heat that spreads over a plate: Jacobi iteration on a grid that all nodes share, each of which computes the
//! rows that are in its own memory and reads the rows of its neighbors through its cache.
//!
//! `pangea run -n 4 -- target/release/examples/jacobi [--rows 200] [--columns 200] [--rounds 50]
//! [--model strict]`
//!
//! A row is a block of the array: it is written as a whole, and read in place. There are two grids, one to
//! read and one to write, which change places in each round; a barrier separates rounds. At the end the
//! leader computes the same alone, and compares every bit.

use clap::Parser;
use pangea::{Error, Model, Node, SharedArray};

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
    /// The consistency model of the grids: sequential or strict
    #[arg(long, default_value = "sequential")]
    model: Model,
}

/// Bytes of the header of a block.
const HEADER: usize = 32;

/// A grid with its edges, a row in each block.
struct Grid {
    cells: SharedArray<f64>,
    width: usize,
    height: usize,
}

impl Grid {
    fn new(node: &Node, name: &str, options: &Options) -> Result<Grid, Error> {
        let (height, width) = (options.rows as usize + 2, options.columns as usize + 2);
        let block = (HEADER + width * size_of::<f64>()).next_power_of_two();
        let per_block = (block - HEADER) / size_of::<f64>();
        let cells = node.shared_array(name).len(height * per_block).block_bytes(block);
        Ok(Grid { cells: cells.model(options.model).create()?, width, height })
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

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let node = pangea::join()?;
    let grids =
        [Grid::new(&node, "even rounds", &options)?, Grid::new(&node, "odd rounds", &options)?];
    let (width, height) = (grids[0].width, grids[0].height);
    let mine = grids[0].own_rows(&node)?;

    for &row in &mine {
        let values: Vec<f64> = (0..width).map(|at| at_start(row, at, width, height)).collect();
        grids.iter().try_for_each(|grid| grid.set_row(row, &values))?;
    }
    node.barrier()?;

    let before = node.counts();
    let mut next = vec![0.0; width];
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
    let trips = node.counts().round_trips - before.round_trips;
    println!(
        "rank {}: {} rows, {} rounds, {trips} round trips ({})",
        node.rank(),
        mine.len(),
        options.rounds,
        options.model
    );

    if node.is_leader() {
        compare(&grids[options.rounds as usize % 2], options.rounds)?;
        println!("the grid is the same to the last bit as computed by one process alone");
    }
    Ok(())
}

/// Computes the same in memory of this process, and compares.
fn compare(grid: &Grid, rounds: u32) -> Result<(), Box<dyn std::error::Error>> {
    let (width, height) = (grid.width, grid.height);
    let start = |row| (0..width).map(|at| at_start(row, at, width, height)).collect();
    let mut from: Vec<Vec<f64>> = (0..height).map(start).collect();
    let mut to = from.clone();
    for _ in 0..rounds {
        for row in 1..height - 1 {
            relax(&from[row - 1], &from[row], &from[row + 1], &mut to[row]);
        }
        std::mem::swap(&mut from, &mut to);
    }
    for (row, expected) in from.iter().enumerate() {
        let cells = grid.cells.read_block(row)?;
        let differs = |at: &usize| cells[*at].to_bits() != expected[*at].to_bits();
        if let Some(at) = (0..width).find(differs) {
            let (there, expected) = (cells[at], expected[at]);
            return Err(format!("row {row}, column {at}: {there} instead of {expected}").into());
        }
    }
    Ok(())
}
