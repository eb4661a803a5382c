//! Both models at the same operations: speed, and what each operation cost.

use std::ops::AddAssign;
use std::time::{Duration, Instant};

use pangea::{Array, Counts, Distribution, Error, Node, SharedArray};

use crate::Outcome;
use crate::workload::{KEYS, Mix, Operation, operations};

/// What an element is: with the header of a block, one fits a block of 128 bytes.
pub(crate) type Value = [u8; 64];

/// The operations of a mix, which are repeated as long as there is time.
const OPERATIONS: usize = 8192;

/// Between two looks at the clock, which takes 2 µs in an emulated machine.
const GROUP: usize = 32;

/// So many operations are counted one by one, after those that are timed, and as many to get warm again.
const COUNTED: usize = 1024;

/// An array under either model.
enum Table {
    Sequential(SharedArray<Value>),
    Relaxed(Array<Value>),
}

impl Table {
    fn run(&self, operation: Operation) -> Result<(), Error> {
        let Operation { key, is_write } = operation;
        match self {
            Table::Sequential(array) if is_write => array.set(key, [key as u8; 64]),
            Table::Sequential(array) => array.get(key).map(|_| ()),
            Table::Relaxed(array) if is_write => array.put(key, [key as u8; 64]),
            Table::Relaxed(array) => array.get(key).map(|_| ()),
        }
    }
}

/// How fast a model was.
#[derive(Clone, Debug, Default)]
pub(crate) struct Speed {
    /// Operations per second of all nodes together, of each round.
    pub(crate) rounds: Vec<f64>,
    /// What the NICs were asked for per operation: batches, or single requests where they are executed in place.
    pub(crate) requests: f64,
}

/// What single operations of `Sequential` cost, summed over all nodes.
#[derive(Clone, Copy, Debug, Default, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub(crate) struct Tally {
    pub(crate) reads: u64,
    /// Reads without the network.
    pub(crate) hits: u64,
    /// Reads that only READ: misses, and copies that had to be validated.
    pub(crate) fetched: u64,
    /// Reads that only prolonged a lease.
    pub(crate) renewed: u64,
    /// Reads that found the lease over and the data changed, or that of the home over too.
    pub(crate) both: u64,
    pub(crate) read_requests: u64,
    pub(crate) writes: u64,
    pub(crate) write_requests: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        let words: &mut [u64; 8] = bytemuck::cast_mut(self);
        for (word, more) in words.iter_mut().zip(bytemuck::cast::<Tally, [u64; 8]>(other)) {
            *word += more;
        }
    }
}

impl Tally {
    fn count(&mut self, operation: Operation, cost: Counts) {
        if operation.is_write {
            self.writes += 1;
            self.write_requests += cost.round_trips;
            return;
        }
        self.reads += 1;
        self.read_requests += cost.round_trips;
        let has_fetched = cost.bytes_read > size_of::<Value>() as u64;
        *match (cost.atomics > 0, has_fetched) {
            (false, false) => &mut self.hits,
            (false, true) => &mut self.fetched,
            (true, false) => &mut self.renewed,
            (true, true) => &mut self.both,
        } += 1;
    }
}

/// What a mix has come to.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) sequential: Speed,
    pub(crate) relaxed: Speed,
    pub(crate) tally: Tally,
}

/// This node, and how long it measures.
pub(crate) struct Team<'a> {
    node: &'a Node,
    time: Duration,
    rounds: usize,
}

impl Team<'_> {
    pub(crate) fn new(node: &Node, time: Duration, rounds: usize) -> Team<'_> {
        Team { node, time, rounds: rounds.max(1) }
    }

    /// Measures a mix: each model in turn, in every round, and the other one first in every other.
    pub(crate) fn measure(&self, mix: Mix) -> Outcome<Row> {
        let node = self.node;
        let len = KEYS * (node.size() + 1);
        let sequential = node.shared_array::<Value>("sequential").len(len).block_bytes(128);
        let sequential = sequential.distribution(Distribution::Cyclic).create()?;
        let relaxed = node.array::<Value>("relaxed").len(len);
        let relaxed = relaxed.distribution(Distribution::Cyclic).create()?;
        node.barrier()?;
        let operations = operations(mix, node.rank(), OPERATIONS);
        let tables = [Table::Sequential(sequential.clone()), Table::Relaxed(relaxed.clone())];
        let mut speeds = [Speed::default(), Speed::default()];
        for table in &tables {
            self.run(table, &operations)?;
        }
        for round in 0..self.rounds {
            let first = round % 2;
            for side in [first, 1 - first] {
                let (speed, requests) = self.run(&tables[side], &operations)?;
                speeds[side].rounds.push(speed);
                speeds[side].requests += requests / self.rounds as f64;
            }
        }
        let tally = self.tally(&tables[0], &operations)?;
        let [sequential_speed, relaxed_speed] = speeds;
        drop(tables);
        sequential.release()?;
        relaxed.release()?;
        node.barrier()?;
        Ok(Row { sequential: sequential_speed, relaxed: relaxed_speed, tally })
    }

    /// All nodes at work for the time of a measurement: their operations per second, and requests per operation.
    fn run(&self, table: &Table, operations: &[Operation]) -> Outcome<(f64, f64)> {
        let node = self.node;
        node.barrier()?;
        let before = node.counts();
        let start = Instant::now();
        let mut done = 0;
        while start.elapsed() < self.time {
            for step in done..done + GROUP {
                table.run(operations[step % operations.len()])?;
            }
            done += GROUP;
        }
        let speed = done as f64 / start.elapsed().as_secs_f64();
        let requests = (node.counts() - before).round_trips as f64;
        node.barrier()?;
        let add = |a: [f64; 3], b: [f64; 3]| [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
        let [speed, requests, done] = node.reduce([speed, requests, done as f64], add)?;
        Ok((speed, requests / done))
    }

    /// All nodes at work, while each operation is counted by itself.
    fn tally(&self, table: &Table, operations: &[Operation]) -> Outcome<Tally> {
        let node = self.node;
        let mut tally = Tally::default();
        // What has gone stale while the other model was measured is not what is asked for.
        let (warm, counted) = operations[..2 * COUNTED].split_at(COUNTED);
        warm.iter().try_for_each(|operation| table.run(*operation))?;
        for operation in counted {
            let before = node.counts();
            table.run(*operation)?;
            tally.count(*operation, node.counts() - before);
        }
        Ok(node.reduce(tally, |mut sum, more| {
            sum += more;
            sum
        })?)
    }
}
