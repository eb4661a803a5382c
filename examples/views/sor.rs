//! Heat that spreads over a plate: red-black successive over-relaxation, in place. Each node computes a block of
//! rows; it reads the row above and the row below, which belong to its neighbors. Rows begin at pages, so that no page has
//! two writers.
//!
//! The points are coloured like a chessboard, and each round computes first the red ones from the black, then
//! the black from the red. So a neighbor may write into a row while it is read: what one writes, the other does
//! not look at.

use std::ops::Range;

use clap::Args;

use crate::common::{self, Job, Outcome, Result};

#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// Rows of the plate, without its edges
    #[arg(long, default_value_t = 500, value_parser = common::number(1..=1 << 20))]
    rows: usize,
    /// Columns of the plate, without its edges
    #[arg(long, default_value_t = 500, value_parser = common::number(1..=1 << 20))]
    columns: usize,
    /// How often every point is computed anew
    #[arg(long, default_value_t = 50)]
    rounds: u32,
    /// How far a point goes beyond the mean of its neighbors: between 0 and 2
    #[arg(long, default_value_t = 1.5, value_parser = omega)]
    omega: f64,
}

fn omega(text: &str) -> std::result::Result<f64, String> {
    match text.parse() {
        Ok(value) if 0.0 < value && value < 2.0 => Ok(value),
        _ => Err("a number between 0 and 2 is wanted, such as 1.5".to_owned()),
    }
}

pub(crate) fn run(job: &Job<'_>, options: &Options) -> Result<Outcome> {
    let (height, width) = (options.rows + 2, options.columns + 2);
    let stride = job.stride::<f64>(width);
    let mut grid = job.view::<f64>("grid", height * stride)?;
    let row_range = |rows: Range<usize>| rows.start * stride..rows.end * stride;
    // The rows that begin in this node's memory.
    let own = grid.local_range().unwrap_or_default();
    let own = own.start.div_ceil(stride)..own.end.div_ceil(stride);

    // Edges and all.
    fill(&mut grid.write(row_range(own.clone()))?, stride, own.start, options);
    grid.barrier()?;

    let end = own.end.min(height - 1);
    let first = own.start.clamp(1, end.max(1)).min(end);
    let mine = row_range(first..end);
    let ((), time) = job.timed(|| {
        for _ in 0..options.rounds {
            for colour in [0, 1] {
                if !mine.is_empty() {
                    let beside = [row_range(first - 1..first), row_range(end..end + 1)];
                    let (mut rows, [above, below]) = grid.write_beside(mine.clone(), beside)?;
                    sweep(width, &above, &mut rows, &below, first + colour, options.omega);
                }
                grid.barrier()?;
            }
        }
        Ok(())
    })?;

    let part = grid.read(mine)?;
    let sums = (first..end).zip(part.chunks(stride));
    let sums = sums.map(|(row, values)| common::checksum(row * width, &values[..width]));
    let checksum = job.checksum(sums.fold(0, u64::wrapping_add))?;
    if job.verifies() {
        let all = grid.read(..)?;
        let rows = all.chunks(stride).flat_map(|row| &row[..width]);
        common::same(&rows.copied().collect::<Vec<f64>>(), &alone(options))?;
    }
    let Options { rows, columns, rounds, .. } = options;
    Ok(Outcome { what: format!("sor of {rows} × {columns}, {rounds} rounds"), time, checksum })
}

/// The same in memory of this process.
fn alone(options: &Options) -> Vec<f64> {
    let (height, width) = (options.rows + 2, options.columns + 2);
    let mut grid = vec![0.0; height * width];
    fill(&mut grid, width, 0, options);
    for _ in 0..options.rounds {
        for colour in [0, 1] {
            let (above, rest) = grid.split_at_mut(width);
            let (rows, below) = rest.split_at_mut(options.rows * width);
            sweep(width, above, rows, below, 1 + colour, options.omega);
        }
    }
    grid
}

/// How hot points are at the start, in some rows from `first` on: random at the edges, which stay so, and cold inside.
fn fill(rows: &mut [f64], stride: usize, first: usize, options: &Options) {
    let (height, width) = (options.rows + 2, options.columns + 2);
    for (row, values) in (first..).zip(rows.chunks_mut(stride)) {
        for (column, value) in values[..width].iter_mut().enumerate() {
            let edge = row == 0 || column == 0 || row == height - 1 || column == width - 1;
            *value = if edge { common::unit((row * width + column) as u64) } else { 0.0 };
        }
    }
}

/// Computes the points of one colour in some rows: in the first of them those in odd columns, if `parity` is
/// even, and so on in turn. From one row to the next are as many elements as `above` has, of which `width` are points.
fn sweep(width: usize, above: &[f64], rows: &mut [f64], below: &[f64], parity: usize, omega: f64) {
    let stride = above.len();
    for start in (0..rows.len()).step_by(stride) {
        let (before, rest) = rows.split_at_mut(start);
        let (row, after) = rest.split_at_mut(stride);
        let up = if before.is_empty() { above } else { &before[start - stride..] };
        let down = if after.is_empty() { below } else { &after[..stride] };
        let first = 1 + (parity + start / stride) % 2;
        for at in (first..width - 1).step_by(2) {
            let mean = 0.25 * (up[at] + down[at] + row[at - 1] + row[at + 1]);
            row[at] += omega * (mean - row[at]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Options = Options { rows: 5, columns: 4, rounds: 200, omega: 1.2 };

    #[test]
    fn heat_comes_to_rest() {
        let (grid, width) = (alone(&SMALL), SMALL.columns + 2);
        for row in 1..=SMALL.rows {
            for at in row * width + 1..row * width + 1 + SMALL.columns {
                let mean =
                    (grid[at - 1] + grid[at + 1] + grid[at - width] + grid[at + width]) / 4.0;
                assert!((grid[at] - mean).abs() < 1e-12, "point {at}");
            }
        }
    }

    #[test]
    fn rows_may_be_shared_out_in_any_way() {
        let width = SMALL.columns + 2;
        let mut whole = vec![0.0; (SMALL.rows + 2) * width];
        fill(&mut whole, width, 0, &SMALL);
        let mut halves = whole.clone();
        let end = (SMALL.rows + 1) * width;
        for colour in [0, 1] {
            let before = halves.clone();
            for rows in [1..3, 3..SMALL.rows + 1] {
                let (above, below) =
                    (&before[(rows.start - 1) * width..], &before[rows.end * width..]);
                let part = &mut halves[rows.start * width..rows.end * width];
                let parity = rows.start + colour;
                sweep(width, &above[..width], part, &below[..width], parity, SMALL.omega);
            }
            let (above, rest) = whole.split_at_mut(width);
            let (rows, below) = rest.split_at_mut(end - width);
            sweep(width, above, rows, below, 1 + colour, SMALL.omega);
        }
        common::same(&halves, &whole).unwrap();
    }
}
