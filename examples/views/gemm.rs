//! C = A · B: each node computes a block of rows of C from the same rows of A and all of B.
//!
//! Libraries such as BLAS take pointers to plain memory, and a view is that. So this program asks for slices
//! that are bound by no guard, as one does for such a library, and says why nobody races.

use std::ops::Range;

use clap::Args;

use crate::common::{self, Job, Outcome, Result};

#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// Rows and columns of each matrix
    #[arg(long, default_value_t = 500, value_parser = common::number(1..=30_000))]
    size: usize,
}

pub(crate) fn run(job: &Job<'_>, options: &Options) -> Result<Outcome> {
    let n = options.size;
    let mut a = job.view::<f64>("a", n * n)?;
    let mut b = job.view::<f64>("b", n * n)?;
    let mut c = job.view::<f64>("c", n * n)?;

    let rows = job.share(n);
    let mine = rows.start * n..rows.end * n;
    fill(&mut a.write(mine.clone())?, mine.clone(), Matrix::A);
    fill(&mut b.write(mine.clone())?, mine.clone(), Matrix::B);
    job.node.view_barrier(&mut [&mut a, &mut b])?;

    let ((), time) = job.timed(|| {
        // SAFETY: nobody writes to A and B after the barrier above.
        let (a, b) = unsafe { (a.slice(mine.clone())?, b.slice(..)?) };
        // SAFETY: these rows of C are this node's alone until the barrier below, and nothing else in this node
        // refers to them.
        let c_rows = unsafe { c.slice_mut(mine.clone())? };
        multiply_add(n, a, b, c_rows);
        Ok(c.barrier()?)
    })?;

    let checksum = job.checksum(common::checksum(mine.start, &c.read(mine)?))?;
    if job.verifies() {
        common::same(&c.read(..)?, &alone(n))?;
    }
    Ok(Outcome { what: format!("gemm of {n} × {n}"), time, checksum })
}

/// The same in memory of this process.
fn alone(n: usize) -> Vec<f64> {
    let [mut a, mut b, mut c] = [(); 3].map(|()| vec![0.0; n * n]);
    fill(&mut a, 0..n * n, Matrix::A);
    fill(&mut b, 0..n * n, Matrix::B);
    multiply_add(n, &a, &b, &mut c);
    c
}

#[derive(Clone, Copy)]
enum Matrix {
    A,
    B,
}

/// Elements of an input.
fn fill(part: &mut [f64], elements: Range<usize>, matrix: Matrix) {
    for (value, at) in part.iter_mut().zip(elements) {
        // A has the even random numbers, B the odd ones.
        *value = common::unit(2 * at as u64 + matrix as u64) - 0.5;
    }
}

/// Rows of B and columns of C that are worked on at a time: this much of B stays in the processor's cache.
const DEPTH: usize = 64;
const WIDTH: usize = 256;

/// `c += a · b` for any number of rows of A and C, all of them `n` long. Every element of C is summed up in the
/// order of the rows of B, however the rows of C are shared out.
fn multiply_add(n: usize, a: &[f64], b: &[f64], c: &mut [f64]) {
    for left in (0..n).step_by(WIDTH) {
        let columns = left..n.min(left + WIDTH);
        for top in (0..n).step_by(DEPTH) {
            let depth = top..n.min(top + DEPTH);
            for (a_row, c_row) in a.chunks(n).zip(c.chunks_mut(n)) {
                let c_row = &mut c_row[columns.clone()];
                for k in depth.clone() {
                    let (factor, b_row) = (a_row[k], &b[k * n..][columns.clone()]);
                    for (sum, value) in c_row.iter_mut().zip(b_row) {
                        *sum += factor * value;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_of_the_definition() {
        for n in [1, 2, DEPTH + 1, WIDTH + 3] {
            let [mut a, mut b] = [(); 2].map(|()| vec![0.0; n * n]);
            fill(&mut a, 0..n * n, Matrix::A);
            fill(&mut b, 0..n * n, Matrix::B);
            let element =
                |i: usize, j: usize| (0..n).fold(0.0, |sum, k| sum + a[i * n + k] * b[k * n + j]);
            let expected: Vec<f64> = (0..n * n).map(|at| element(at / n, at % n)).collect();
            common::same(&alone(n), &expected).unwrap();
        }
    }
}
