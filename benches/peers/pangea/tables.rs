//! Random updates of a table by both nodes at once: increments of a histogram, exclusive-ors as in GUPS.

use std::time::Instant;

use pangea::{Array, Node};
use pangea_benches::figures::{PATTERN, TABLE_SLICES, UPDATES, figure, indices, median};

use super::Outcome;

/// All updates of a slice, complete when it returns.
fn update(node: &Node, table: &Array<u64>, row: &str, indices: &[usize]) -> Outcome {
    if row == "gups" {
        for index in indices {
            table.fetch_xor(*index, PATTERN)?;
        }
    } else {
        for index in indices {
            table.fetch_add(*index, 1)?;
        }
    }
    node.quiet()?;
    Ok(())
}

/// Measures one table and checks what is in it then.
pub(crate) fn measure(node: &Node, row: &str, words: usize) -> Outcome {
    let table = node.array::<u64>(row).len(words).create()?;
    let indices = indices(node.rank(), words);
    let mut rates = Vec::new();
    for slice in 0..=TABLE_SLICES {
        node.barrier()?;
        let start = Instant::now();
        update(node, &table, row, &indices)?;
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
        figure(row, median(&rates), if row == "gups" { "fetch_xor" } else { "fetch_add" });
    }
    drop(part);
    table.release()?;
    Ok(())
}
