//! Caching pays in the steady state: a thousand objects that everybody reads, beside one counter that everybody
//! increments. The increments push logical time on, and with it every lease comes to its end; but
//! leases of what does not change grow, so fewer and fewer reads go to the network.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests use the system as it is"
)]

mod posting;

use std::time::Duration;

use pangea::{Shared, SharedArray};
use posting::{Node, Posting, cost, pass, with_nodes};

const NODES: u32 = 4;

const OBJECTS: usize = 1000;

/// Rounds of all nodes until leases are long, and reads of each node between two of its increments.
const GROWTH: (usize, usize) = (3_000, 50);

/// Those that are counted.
const STEADY: (usize, usize) = (2_000, 200);

/// What a read takes of the time that the test lets pass: more than on any machine that is not emulated.
const READ_TIME: Duration = Duration::from_micros(1);

/// What an object is: as much as a block of 64 bytes holds beside its header.
type Object = [u64; 4];

/// A node at work.
struct Worker<'a> {
    node: &'a Node,
    objects: SharedArray<Object, Posting>,
    counter: Shared<u64, Posting>,
    next: usize,
    /// Round trips of those reads that are counted.
    round_trips: u64,
}

impl<'a> Worker<'a> {
    fn new(node: &'a Node) -> Worker<'a> {
        let objects = node.shared_array("objects").len(OBJECTS).block_bytes(64);
        let objects = objects.distribution(pangea::Distribution::Cyclic).create().expect("fits");
        let counter = node.shared("counter").create().expect("fits");
        Worker { node, objects, counter, next: 0, round_trips: 0 }
    }

    fn read(&mut self, count: usize) {
        for _ in 0..count {
            // A walk that nothing can read ahead of.
            self.next = (self.next * 21 + 7) % OBJECTS;
            assert_eq!(self.objects.get(self.next).unwrap(), [self.next as u64; 4]);
        }
    }

    fn increment(&self) {
        self.counter.update(|count| *count += 1).unwrap();
    }
}

/// The workers take turns, as if they worked side by side.
fn run(workers: &mut [Worker<'_>], (rounds, reads): (usize, usize)) {
    for _ in 0..rounds {
        for worker in &mut *workers {
            let (counts, ()) = cost(worker.node, || worker.read(reads));
            worker.round_trips += counts.round_trips;
            worker.increment();
        }
        pass(READ_TIME * reads as u32);
    }
}

#[test]
fn few_reads_go_to_the_network_beside_a_hot_counter() {
    with_nodes(NODES, 4 << 20, |nodes| {
        let mut workers: Vec<_> = nodes.iter().map(Worker::new).collect();
        for index in 0..OBJECTS {
            workers[0].objects.set(index, [index as u64; 4]).unwrap();
        }
        assert_eq!(workers[0].objects.blocks(), OBJECTS, "no two share a lease");
        run(&mut workers, GROWTH);
        workers.iter_mut().for_each(|worker| worker.round_trips = 0);
        run(&mut workers, STEADY);
        let reads = (STEADY.0 * STEADY.1) as u64;
        for Worker { node, round_trips, .. } in &workers {
            println!("rank {}: {round_trips} round trips for {reads} reads", node.rank());
            assert!(*round_trips > 0, "leases end, and so does being fresh");
            assert!(round_trips * 100 < reads, "{round_trips} round trips for {reads} reads");
        }
        let increments = NODES as usize * (GROWTH.0 + STEADY.0);
        assert_eq!(workers[0].counter.wait_until(|_| true).unwrap(), increments as u64);
    });
}
