//! What operations cost, counted row by row.

use std::fmt;

use pangea::{Counts, Shared};

use super::{Node, Posting, cost, with_nodes};

/// The rank of the home, which does nothing else.
pub(crate) const HOME: usize = 0;

/// What an operation has to cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) round_trips: u64,
    pub(crate) reads: u64,
    pub(crate) writes: u64,
    pub(crate) atomics: u64,
}

pub(crate) const NOTHING: Cost = Cost { round_trips: 0, reads: 0, writes: 0, atomics: 0 };

/// CAS the lease.
pub(crate) const LET_GO: Cost = Cost { round_trips: 1, reads: 0, writes: 0, atomics: 1 };

impl std::ops::Add for Cost {
    type Output = Cost;

    fn add(self, other: Cost) -> Cost {
        Cost {
            round_trips: self.round_trips + other.round_trips,
            reads: self.reads + other.reads,
            writes: self.writes + other.writes,
            atomics: self.atomics + other.atomics,
        }
    }
}

impl From<Counts> for Cost {
    fn from(counts: Counts) -> Cost {
        let Counts { round_trips, reads, writes, atomics, .. } = counts;
        Cost { round_trips, reads, writes, atomics }
    }
}

/// The nodes of a job, and what moves their logical time.
pub(crate) struct Bench<'a> {
    /// Rank 1, which is counted.
    pub(crate) node: &'a Node,
    /// Rank 2.
    pub(crate) other: &'a Node,
    tick: Shared<u64, Posting>,
}

/// Runs `rows` on such a job.
pub(crate) fn bench(rows: impl FnOnce(&Bench<'_>) + Send + 'static) {
    with_nodes(3, 8 << 20, |nodes| {
        let tick = nodes[1].shared("tick").on_node(HOME).create().expect("fits");
        let bench = Bench { node: &nodes[1], other: &nodes[2], tick };
        // Connections are made on first use, which is not what is counted.
        for node in nodes {
            for home in 0..nodes.len() {
                let name = format!("on {home}");
                let array = node.array::<u64>(&name).len(1).on_node(home).create().expect("fits");
                array.fetch_add(0, 1).expect("is there");
            }
        }
        rows(&bench);
    });
}

impl Bench<'_> {
    /// Moves the logical time of the counted node past every first lease that there is now.
    pub(crate) fn pass_logical_time(&self) {
        for _ in 0..20 {
            self.tick.store(1).expect("is there");
        }
    }

    /// Moves the logical time of the other node to that of the counted one, at least.
    pub(crate) fn meet(&self) {
        let tick: Shared<u64, Posting> = self.other.shared("tick").attach().expect("is there");
        tick.wait_until(|_| true).expect("is there");
    }

    /// The row of that name: `f` costs `expected`.
    #[track_caller]
    pub(crate) fn row<R: fmt::Debug>(
        &self,
        name: &str,
        expected: Cost,
        f: impl FnOnce() -> R,
    ) -> R {
        let (counts, answer) = cost(self.node, f);
        assert_eq!(Cost::from(counts), expected, "{name}, which answered {answer:?}");
        answer
    }
}
