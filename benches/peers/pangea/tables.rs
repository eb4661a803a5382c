//! Random updates of a table by both nodes at once: increments of a histogram, exclusive-ors as in GUPS.

use std::time::Instant;

use pangea::{Array, Node};
use pangea_benches::figures::{PATTERN, TABLE_SLICES, UPDATES, figure, indices, median};

use super::Outcome;

/// How updates are made.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    /// One after the other, with answers.
    Single,
    /// All of a slice by one call.
    Many,
}

/// All updates of a slice, complete when it returns.
fn update(node: &Node, table: &Array<u64>, row: &str, way: Way, indices: &[usize]) -> Outcome {
    match (row, way) {
        ("gups", Way::Single) => {
            for index in indices {
                table.fetch_xor(*index, PATTERN)?;
            }
        }
        (_, Way::Single) => {
            for index in indices {
                table.fetch_add(*index, 1)?;
            }
        }
        ("gups", Way::Many) => table.xor_many(indices, &vec![PATTERN; indices.len()])?,
        (_, Way::Many) => table.add_many(indices, &vec![1; indices.len()])?,
    }
    node.quiet()?;
    Ok(())
}

/// Measures one table by both ways, and checks what is in it then.
pub(crate) fn measure(node: &Node, row: &str, words: usize) -> Outcome {
    for way in [Way::Single, Way::Many] {
        measure_by(node, row, way, words)?;
    }
    Ok(())
}

fn measure_by(node: &Node, row: &str, way: Way, words: usize) -> Outcome {
    let table = node.array::<u64>(row).len(words).create()?;
    let indices = indices(node.rank(), words);
    let mut rates = Vec::new();
    for slice in 0..=TABLE_SLICES {
        node.barrier()?;
        let start = Instant::now();
        update(node, &table, row, way, &indices)?;
        node.barrier()?;
        if slice > 0 {
            rates.push((UPDATES * node.size()) as f64 / start.elapsed().as_secs_f64() / 1e6);
        }
    }
    let part = table.segment_of(node.rank())?;
    let sum = part.cells().iter().fold(0u64, |sum, cell| sum.wrapping_add(cell.load()));
    let sum = node.reduce(sum, u64::wrapping_add)?;
    let expected =
        if row == "gups" { 0 } else { (UPDATES * node.size() * (TABLE_SLICES + 1)) as u64 };
    if sum != expected {
        return Err(format!("{row}: the table adds up to {sum}, not {expected}").into());
    }
    if node.rank() == 0 {
        let variant = match (row, way) {
            ("gups", Way::Single) => "fetch_xor",
            (_, Way::Single) => "fetch_add",
            ("gups", Way::Many) => "xor_many",
            (_, Way::Many) => "add_many",
        };
        figure(row, median(&rates), variant);
    }
    drop(part);
    table.release()?;
    // By all, before anybody creates the next table of that name.
    Ok(node.barrier()?)
}
