//! What this machine can do: the limits that the comparison with peers measures against.
//!
//! `target/release/examples/peers-limits [ROW…]`
//!
//! Prints lines as `pangea_benches::figures` says. Rows that others have too are printed as their variant `limit`.

mod fault;
mod handover;
mod memory;

use pangea_benches::figures::{self, Wanted, figure};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> Outcome {
    let wanted = Wanted::from_args();
    figures::pin(0)?;
    memory::measure(&wanted)?;
    for (row, words) in figures::TABLES {
        if wanted.has(row) {
            figure(row, memory::updates(row, words)?, "limit");
        }
    }
    if wanted.has("handover") || wanted.has("barrier") {
        let nanoseconds = handover::there_and_back()?;
        figure("handover", nanoseconds, "");
        figure("barrier", nanoseconds, "limit");
    }
    if wanted.has("fault-other") {
        figure("fault-other", fault::served_by_another_thread()?, "");
    }
    if wanted.has("fault-own") {
        figure("fault-own", fault::served_by_the_thread_itself()?, "");
    }
    Ok(())
}
