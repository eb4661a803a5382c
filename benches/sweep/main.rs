//! Where caching wins and where it loses: the same mixes of reads and writes on a `Sequential` array and on a
//! `Relaxed` one, in turn, in one run.
//!
//! `pangea run -n 3 -- target/release/examples/sweep [milliseconds [rounds]]`
//!
//! Each node reads and writes elements of 64 bytes, as YCSB does: a share of its operations goes to keys that all
//! nodes use, the rest to keys of its own (whose homes are anywhere, all the same); which key, is uniform or
//! Zipf. Rank 0 prints a table.
//!
//! | file | what |
//! | --- | --- |
//! | `workload.rs` | mixes, and the operations that a node makes of one |
//! | `measure.rs` | both models at such operations: speed, and what each operation cost |
//! | `table.rs` | a row, and why it is what it is |

mod measure;
mod table;
mod workload;

use std::time::Duration;

use measure::{Row, Team};
use workload::Mix;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn argument(number: usize, default: u64) -> Outcome<u64> {
    match std::env::args().nth(number) {
        Some(text) => Ok(text.parse().map_err(|e| format!("argument {number}, {text:?}: {e}"))?),
        None => Ok(default),
    }
}

fn main() -> Outcome<()> {
    let time = Duration::from_millis(argument(1, 200)?);
    let rounds = argument(2, 3)? as usize;
    let node = pangea::join()?;
    let team = Team::new(&node, time, rounds);
    if node.is_leader() {
        println!("{}", table::head(node.provider()));
    }
    for mix in Mix::all() {
        let row: Row = team.measure(mix)?;
        if node.is_leader() {
            println!("{}", table::line(mix, &row));
        }
    }
    Ok(())
}
