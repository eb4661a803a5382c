//! What operations on symmetric memory cost over a NIC: the doorbells that they ring, each of which is a round trip once
//! somebody waits for it, and what is posted with them.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests use the system as it is"
)]

mod posting;

use std::thread;

use pangea::cluster::{Coordinator, CoordinatorConfig, Rank};
use pangea::primitives::System;
use pangea::symmetric::{Atomic32, Atomic64, LOCKS_BYTES, Options, Signal, Strided, Symmetric};
use verbs_shim::provider::Choice;

use posting::{Cost, NOTHING, Posting, cost};

const BYTES: u64 = 1 << 20;

/// Behind the locks.
const AT: u64 = LOCKS_BYTES;

const READ: Cost = Cost { round_trips: 1, reads: 1, writes: 0, atomics: 0 };
const WRITE: Cost = Cost { round_trips: 1, reads: 0, writes: 1, atomics: 0 };
const ATOMIC: Cost = Cost { round_trips: 1, reads: 0, writes: 0, atomics: 1 };

/// An empty WRITE behind work that is not signaled.
const MARK: Cost = WRITE;

struct Costs(Symmetric<Posting>);

impl Costs {
    /// `f` costs `expected`, and `quiet` afterwards costs `quiet`.
    #[track_caller]
    fn row<R>(
        &self,
        name: &str,
        expected: Cost,
        quiet: Cost,
        f: impl FnOnce(&Symmetric<Posting>) -> R,
    ) {
        let (counts, _) = cost(self.0.node(), || f(&self.0));
        assert_eq!(Cost::from(counts), expected, "{name}");
        let (counts, ended) = cost(self.0.node(), || self.0.quiet());
        ended.expect("nothing fails");
        assert_eq!(Cost::from(counts), quiet, "quiet after {name}");
    }
}

#[test]
fn operations_cost_what_they_say() {
    let coordinator =
        Coordinator::<System>::start(&CoordinatorConfig::local(2, posting::provider(), 1 << 20))
            .expect("starts");
    let nodes: Vec<_> = (0..2)
        .map(|rank| {
            let job = coordinator.job().for_rank(Rank(rank));
            let options = Options { bytes: BYTES, ..Options::default() };
            thread::spawn(move || Symmetric::join_with(options, &job, posting::open))
        })
        .collect();
    let mut nodes = nodes.into_iter().map(|node| node.join().expect("no panic").expect("joins"));
    let costs = Costs(nodes.next().expect("two nodes"));
    let home = nodes.next().expect("two nodes");
    rows(&costs);
    let leaving = thread::spawn(move || home.leave());
    costs.0.leave().expect("nothing has failed");
    leaving.join().expect("no panic").expect("nothing has failed");
}

fn rows(costs: &Costs) {
    let rank = 1;
    // The connection is made on first use.
    costs.0.atomic(rank, AT, Atomic64::Fetch).expect("is there");
    let mut word = [0; 8];
    let mut long = vec![0; 200_000];
    let own = costs.0.base().wrapping_add(AT as usize);
    // SAFETY: memory of this function, or symmetric memory that nobody else uses.
    unsafe {
        costs.row("g", READ, NOTHING, |on| on.read(rank, AT, word.as_mut_ptr(), 8));
        costs.row("p", WRITE, MARK, |on| on.write_later(rank, AT, word.as_ptr(), 8));
        costs.row("a write", WRITE, NOTHING, |on| on.write(rank, AT, word.as_ptr(), 8));
        let pieces = Cost { round_trips: 4, writes: 4, ..NOTHING };
        costs.row("a long put", pieces, NOTHING, |on| {
            on.write_later(rank, AT, long.as_ptr(), long.len())
        });
        costs.row("a long put from symmetric memory", WRITE, MARK, |on| {
            on.write_lent(rank, AT, own, 200_000)
        });
        costs.row("a long get into symmetric memory", READ, NOTHING, |on| {
            on.read(rank, AT, own, 200_000)
        });
        costs.row("the same, begun", READ, MARK, |on| on.read_later(rank, AT, own, 200_000));
        let pieces = Cost { round_trips: 4, reads: 4, ..NOTHING };
        costs.row("a long get, begun", pieces, NOTHING, |on| {
            on.read_later(rank, AT, long.as_mut_ptr(), long.len())
        });
        let apart = Strided { first: AT, stride: 16 };
        let into = Strided { first: long.as_mut_ptr(), stride: 8 };
        costs.row("iget of 100", Cost { round_trips: 2, reads: 100, ..NOTHING }, NOTHING, |on| {
            on.read_strided(rank, apart, into, 8, 100)
        });
        let from = Strided { first: long.as_ptr(), stride: 8 };
        costs.row("iput of 64", Cost { round_trips: 1, writes: 64, ..NOTHING }, NOTHING, |on| {
            on.write_strided(rank, apart, from, 8, 64)
        });
        let both = Cost { round_trips: 1, writes: 2, ..NOTHING };
        costs.row("put_signal", both, NOTHING, |on| {
            on.write_signal(rank, AT, long.as_ptr(), 1000, AT + 4096, Signal::Set(1))
        });
        let both = Cost { round_trips: 1, writes: 1, atomics: 1, ..NOTHING };
        costs.row("put_signal that adds", both, NOTHING, |on| {
            on.write_signal(rank, AT, long.as_ptr(), 8, AT + 4096, Signal::Add(1))
        });
    }
    let wide = |operation| move |on: &Symmetric<Posting>| on.atomic(rank, AT, operation);
    // A READ may tear where atomics are the NIC's.
    let fetch = if posting::provider() == Choice::Shm { READ } else { ATOMIC };
    costs.row("fetch", fetch, NOTHING, wide(Atomic64::Fetch));
    costs.row("add", ATOMIC, NOTHING, wide(Atomic64::Add(1)));
    costs.row("add, begun", ATOMIC, MARK, |on| on.atomic_later(rank, AT, Atomic64::Add(1)));
    let swap = Atomic64::CompareSwap { expected: 0, new: 1 };
    costs.row("compare-and-swap", ATOMIC, NOTHING, wide(swap));
    costs.row("swap", READ + ATOMIC, NOTHING, wide(Atomic64::Swap(5)));
    costs.row("or", READ + ATOMIC, NOTHING, wide(Atomic64::Or(2)));
    let narrow =
        |operation| move |on: &Symmetric<Posting>| on.atomic32(rank, AT + 64, operation, 0);
    costs.row("fetch of 32 bits", READ, NOTHING, narrow(Atomic32::Fetch));
    let locked = Cost { round_trips: 2, reads: 1, writes: 1, atomics: 2 };
    costs.row("add of 32 bits", locked, NOTHING, narrow(Atomic32::Add(1)));
    costs.row("set of 32 bits", locked, NOTHING, narrow(Atomic32::Set(1)));
}
