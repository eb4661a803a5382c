//! What each operation on coherent objects costs, uncontended: the table of round trips, row by row. A row counts
//! all that the node of a thread posts: batches, READs, WRITEs and atomics.
//!
//! In each job rank 0 is the home and does nothing else, rank 1 is counted, and rank 2 is the others.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests use the system as it is"
)]

mod posting;

use std::time::Duration;

use pangea::{Element, Model, Shared, SharedArray};
use posting::{Bench, Cost, HOME, LET_GO, NOTHING, Node, Posting, bench, cost, pass};

/// READ the block.
const MISS: Cost = Cost { round_trips: 1, reads: 1, writes: 0, atomics: 0 };

/// CAS the lease, READ `wts`.
const RENEW: Cost = Cost { round_trips: 1, reads: 1, writes: 0, atomics: 1 };

/// CAS the lease, READ `wts` or the block: whether that got it or only told who has it.
const ACQUIRE: Cost = Cost { round_trips: 1, reads: 1, writes: 0, atomics: 1 };

/// WRITE the body, CAS the lease.
const COMMIT: Cost = Cost { round_trips: 1, reads: 0, writes: 1, atomics: 1 };

/// One value, as the counted node and another have it.
struct Both<T: Element> {
    here: Shared<T, Posting>,
    there: Shared<T, Posting>,
}

/// What is made at the home.
trait Make {
    fn value<T: Element>(&self, name: &str, model: Model) -> Both<T>;
    fn sequential(&self, name: &str) -> Both<u64>;
    fn strict(&self, name: &str) -> Both<u64>;
    fn array(&self, name: &str, len: usize, block_bytes: usize) -> SharedArray<u64, Posting>;
}

impl Make for Bench<'_> {
    fn value<T: Element>(&self, name: &str, model: Model) -> Both<T> {
        let make = |node: &Node| node.shared(name).model(model).on_node(HOME).create();
        Both { here: make(self.node).expect("fits"), there: make(self.other).expect("fits") }
    }

    fn sequential(&self, name: &str) -> Both<u64> {
        self.value(name, Model::Sequential)
    }

    fn strict(&self, name: &str) -> Both<u64> {
        self.value(name, Model::Strict)
    }

    fn array(&self, name: &str, len: usize, block_bytes: usize) -> SharedArray<u64, Posting> {
        let array = self.node.shared_array(name).len(len).block_bytes(block_bytes);
        array.on_node(HOME).create().expect("fits")
    }
}

#[test]
fn a_hit_costs_nothing() {
    bench(|bench| {
        let value = bench.sequential("value").here;
        let array = bench.array("array", 16, 256);
        value.load().unwrap();
        array.get(0).unwrap();
        bench.row("hit", NOTHING, || value.load().unwrap());
        let batch = bench.node.batch();
        bench.row("hit in a batch", NOTHING, || value.load_in(&batch).unwrap());
        drop(batch);
        bench.row("hit by a guard", NOTHING, || *value.read().unwrap());
        bench.row("hit in an array", NOTHING, || array.get(3).unwrap());
        bench.row("range of hits", NOTHING, || array.get_range(0, &mut [0; 16]).unwrap());
        bench.row("hit of a block", NOTHING, || array.read_block(0).unwrap().len());
        bench.row("1000 hits", NOTHING, || (0..1000).all(|_| value.load().unwrap() == 0));
    });
}

#[test]
fn a_miss_costs_one_round_trip() {
    bench(|bench| {
        let never = bench.sequential("never written").here;
        bench.row("miss of what nobody wrote", MISS, || never.load().unwrap());
        let guarded = bench.sequential("guarded").here;
        bench.row("miss by a guard", MISS, || *guarded.read().unwrap());
        let array = bench.array("array", 10, 256);
        bench.row("miss in an array", MISS, || array.get(9).unwrap());
        // From here on this node's logical time is that of the write.
        let written = bench.sequential("written");
        written.there.store(5).unwrap();
        let got = bench.row("miss of what another wrote", MISS, || written.here.load().unwrap());
        assert_eq!(got, 5);
    });
}

#[test]
fn a_miss_costs_two_when_logical_time_is_past_the_lease() {
    bench(|bench| {
        let value = bench.sequential("value").here;
        bench.pass_logical_time();
        bench.row("miss behind", MISS + RENEW, || value.load().unwrap());
        bench.row("hit after", NOTHING, || value.load().unwrap());
    });
}

#[test]
fn a_renewal_costs_one_round_trip() {
    bench(|bench| {
        let value = bench.sequential("value");
        value.here.load().unwrap();
        bench.pass_logical_time();
        bench.row("renewal", RENEW, || value.here.load().unwrap());
        bench.row("hit after", NOTHING, || value.here.load().unwrap());
        bench.pass_logical_time();
        bench.meet();
        value.there.store(7).unwrap();
        // The renewal tells that it has changed.
        let changed = RENEW + MISS;
        assert_eq!(bench.row("of what has changed", changed, || value.here.load().unwrap()), 7);
        value.there.store(8).unwrap();
        bench.pass_logical_time();
        let behind = RENEW + MISS + RENEW;
        assert_eq!(bench.row("of that, behind", behind, || value.here.load().unwrap()), 8);
    });
}

#[test]
fn a_copy_that_is_not_fresh_is_validated_for_one_round_trip() {
    bench(|bench| {
        let small = bench.sequential("small").here;
        let large = bench.value::<[u8; 2000]>("large", Model::Sequential).here;
        small.load().unwrap();
        large.load().unwrap();
        bench.node.fence().unwrap();
        bench.row("small, after a fence", MISS, || small.load().unwrap());
        bench.row("large, after a fence", MISS, || large.read().map(|_| ()).unwrap());
        bench.row("small, once more", NOTHING, || small.load().unwrap());
        pass(Duration::from_secs(1));
        // The time is looked at now and then.
        let hits = || (0..64).for_each(|_| assert_eq!(small.load().unwrap(), 0));
        bench.row("64 reads after a second", MISS, hits);
        bench.row("64 reads after no time", NOTHING, hits);
    });
}

#[test]
fn a_strict_read_costs_one_round_trip() {
    bench(|bench| {
        let small = bench.strict("small");
        bench.row("first", MISS, || small.here.load().unwrap());
        bench.row("unchanged", MISS, || small.here.load().unwrap());
        small.there.store(3).unwrap();
        let got = bench.row("changed", MISS, || small.here.load().unwrap());
        assert_eq!(got, 3);

        let large = bench.value::<[u8; 2000]>("large", Model::Strict);
        large.here.load().unwrap();
        let (counts, _) = cost(bench.node, || large.here.read().unwrap());
        assert_eq!((Cost::from(counts), counts.bytes_read), (MISS, 16), "large, unchanged");
        large.there.store([1; 2000]).unwrap();
        // The words of the header first: it is too large to be read in vain.
        bench.row("large, changed", MISS + MISS, || large.here.read().map(|_| ()).unwrap());
    });
}

#[test]
fn a_strict_read_costs_two_when_logical_time_is_past_the_lease() {
    bench(|bench| {
        let value = bench.strict("value");
        value.here.load().unwrap();
        bench.pass_logical_time();
        bench.row("behind", MISS + RENEW, || value.here.load().unwrap());
        bench.row("after", MISS, || value.here.load().unwrap());
        let large = bench.value::<[u8; 2000]>("large", Model::Strict);
        large.here.load().unwrap();
        bench.pass_logical_time();
        bench.row("large, behind", MISS + RENEW, || large.here.read().map(|_| ()).unwrap());
    });
}

#[test]
fn a_write_costs_two_round_trips_or_three() {
    bench(|bench| {
        for model in [Model::Sequential, Model::Strict] {
            let value = bench.value::<u64>(&format!("{model}"), model);
            let (here, there) = (&value.here, &value.there);
            let write = ACQUIRE + COMMIT;
            there.store(1).unwrap();
            bench.row("unknown", ACQUIRE + write, || here.store(2).unwrap());
            bench.row("again", write, || here.store(3).unwrap());
            bench.row("update", write, || here.update(|value| *value += 1).unwrap());
            bench.row("exchange", write, || here.compare_exchange(4, 5).unwrap()).unwrap();
            bench
                .row("in vain", ACQUIRE + LET_GO, || here.compare_exchange(4, 5).unwrap())
                .unwrap_err();
            there.store(6).unwrap();
            bench.row("another wrote", ACQUIRE + write, || here.store(7).unwrap());
            there.store(8).unwrap();
            // Or the old one would do.
            bench.pass_logical_time();
            assert_eq!(here.load().unwrap(), 8);
            bench.row("read before", write, || here.update(|value| *value += 1).unwrap());
            let mut guard = bench.row("guard", ACQUIRE, || here.write().unwrap());
            *guard = 10;
            bench.row("commit", COMMIT, || guard.commit().unwrap());
            let guard = bench.row("guard again", ACQUIRE, || here.write().unwrap());
            bench.row("untouched", LET_GO, || drop(guard));
            assert_eq!(here.load().unwrap(), 10);
        }
    });
}

#[test]
fn writes_of_an_array_cost_the_same_for_each_block() {
    bench(|bench| {
        // 28 in each block.
        let array = bench.array("array", 100, 256);
        let write = ACQUIRE + COMMIT;
        bench.row("element", write, || array.set(3, 1).unwrap());
        bench.row("part", write, || array.set_range(4, &[1; 10]).unwrap());
        bench.row("block", write, || array.set_range(28, &[1; 28]).unwrap());
        bench.row("two blocks", write + write, || array.set_range(20, &[1; 10]).unwrap());
        bench.row("update", write, || array.update(99, |last| *last += 1).unwrap());
        let mut guard = bench.row("guard", ACQUIRE, || array.write_block(1).unwrap());
        guard[0] = 9;
        bench.row("commit", COMMIT, || guard.commit().unwrap());
        assert_eq!(array.get(28).unwrap(), 9);
    });
}

#[test]
fn missing_blocks_are_read_once_each_and_together() {
    bench(|bench| {
        let blocks = 24;
        let array = bench.array("range", 28 * blocks, 256);
        let mut into = vec![1; 28 * blocks];
        let (counts, ()) = cost(bench.node, || array.get_range(0, &mut into).unwrap());
        assert_eq!((counts.reads, counts.writes, counts.atomics), (blocks as u64, 0, 0));
        assert!(into.iter().all(|element| *element == 0));
        bench.row("range of hits", NOTHING, || array.get_range(0, &mut into).unwrap());

        // One after the other: in longer and longer windows, so not in as many waits as blocks.
        let walk = bench.array("walk", 28 * blocks, 256);
        let mut waits = 0;
        let (counts, ()) = cost(bench.node, || {
            for index in 0..28 * blocks {
                let (counts, _) = cost(bench.node, || walk.get(index).unwrap());
                waits += u64::from(counts.reads > 0);
            }
        });
        assert_eq!((counts.reads, counts.atomics), (blocks as u64, 0));
        assert_eq!(waits, 5, "windows of 1, 2, 4, 8 and what is left");
    });
}
