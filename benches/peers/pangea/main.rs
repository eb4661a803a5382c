//! Pangea's side of the comparison with peers on the shared memory of one host, and beside it what the processor
//! needs for the same.
//!
//! `pangea run -n 2 --provider shm --memory 256M -- target/release/examples/peers-pangea [ROW…]`
//!
//! Rank 0 works on the memory of rank 1 and prints lines as `pangea_benches::figures` says, variant `limit` for the
//! processor; rank 1 waits in a barrier, or does the same where both take part.

mod tables;
mod words;

use pangea::Node;
use pangea_benches::figures::{self, Wanted, figure, take_turns};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> Outcome {
    let wanted = Wanted::from_args();
    let node = pangea::join()?;
    if node.size() != 2 {
        return Err(format!("this measures between 2 nodes, not {}", node.size()).into());
    }
    figures::pin(node.rank())?;
    words::measure(&node, &wanted)?;
    words::anywhere(&node, &wanted)?;
    words::ranges(&node, &wanted)?;
    for (row, words) in figures::TABLES {
        if wanted.has(row) {
            tables::measure(&node, row, words)?;
        }
    }
    if wanted.has("barrier") {
        barrier(&node)?;
    }
    Ok(())
}

fn barrier(node: &Node) -> Outcome {
    let mut failed = None;
    let mut meet = |calls| {
        for _ in 0..calls {
            if let Err(error) = node.barrier() {
                failed.get_or_insert(error);
            }
        }
    };
    let nanoseconds = take_turns(11, 20_000, &mut [&mut meet]);
    if let Some(error) = failed {
        return Err(error.into());
    }
    if node.rank() == 0 {
        figure("barrier", nanoseconds[0], "barrier");
    }
    Ok(())
}
