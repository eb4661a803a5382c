//! A work queue that all nodes share: everybody puts work in, everybody takes work out, and each piece is
//! done exactly once.
//!
//! `pangea run -n 4 -- target/release/examples/queue [--items 1000]`
//!
//! It is a ring of slots (after Vyukov's bounded queue). Two counters say how many pieces were put in and
//! taken out; whoever moves one on by compare-exchange owns the slot of that number. The slot says itself
//! whose turn it is, so that the counter may be ahead of what is in the slots.

use bytemuck::{Pod, Zeroable};
use clap::Parser;
use pangea::{Atomic, Distribution, Error, Node, SharedArray};

/// Puts work into a shared queue and takes it out, on all nodes.
#[derive(Clone, Debug, Parser)]
struct Options {
    /// Pieces of work that each node puts in
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=1 << 32))]
    items: u64,
    /// Slots of the queue; the fewer, the more often it is full
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    slots: u64,
    /// Threads on each node that take work out
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=64))]
    workers: u64,
}

#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
struct Slot {
    /// Even: free for round `turn / 2`; odd: it holds a piece of round `turn / 2`.
    turn: u64,
    item: u64,
}

struct Queue {
    slots: SharedArray<Slot>,
    put: Atomic<u64>,
    taken: Atomic<u64>,
    /// How many pieces will ever be put in.
    total: u64,
}

impl Queue {
    fn open(node: &Node, options: &Options) -> Result<Queue, Error> {
        Ok(Queue {
            // One slot to a block, so that those who use different slots do not meet.
            slots: node
                .shared_array("slots")
                .len(options.slots as usize)
                .block_bytes(64)
                .distribution(Distribution::Cyclic)
                .create()?,
            put: node.atomic("put").create()?,
            taken: node.atomic("taken").create()?,
            total: options.items * node.size() as u64,
        })
    }

    /// The slot of a ticket, and the turn at which it is free.
    fn slot(&self, ticket: u64) -> (usize, u64) {
        let slots = self.slots.len() as u64;
        ((ticket % slots) as usize, 2 * (ticket / slots))
    }

    /// Puts a piece of work in, when there is room.
    fn push(&self, item: u64) -> Result<(), Error> {
        loop {
            let ticket = self.put.load()?;
            let (at, free) = self.slot(ticket);
            // The copy in the cache may be old, so before anybody waits the home is asked.
            let mut slot = self.slots.get(at)?;
            if slot.turn < free {
                slot = self.slots.wait_until(at, |slot| slot.turn >= free)?;
            }
            if slot.turn == free && self.put.compare_exchange(ticket, ticket + 1)?.is_ok() {
                return self.slots.set(at, Slot { turn: free + 1, item });
            }
        }
    }

    /// Takes a piece of work out, when there is one; `None` when there will be no more.
    fn pop(&self) -> Result<Option<u64>, Error> {
        loop {
            let ticket = self.taken.load()?;
            if ticket == self.total {
                return Ok(None);
            }
            let (at, free) = self.slot(ticket);
            let mut slot = self.slots.get(at)?;
            if slot.turn <= free {
                slot = self.slots.wait_until(at, |slot| slot.turn > free)?;
            }
            if slot.turn == free + 1 && self.taken.compare_exchange(ticket, ticket + 1)?.is_ok() {
                self.slots.set(at, Slot { turn: free + 2, item: 0 })?;
                return Ok(Some(slot.item));
            }
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let node = pangea::join()?;
    let queue = Queue::open(&node, &options)?;
    // Not part of the queue: what has become of each piece.
    let done = node.array::<u64>("done").len(queue.total as usize).create()?;
    node.barrier()?;

    let mine = std::thread::scope(|threads| -> Result<u64, Error> {
        let worker = || -> Result<u64, Error> {
            let mut count = 0;
            while let Some(item) = queue.pop()? {
                done.fetch_add(item as usize, 1)?;
                count += 1;
            }
            Ok(count)
        };
        let workers: Vec<_> = (0..options.workers).map(|_| threads.spawn(worker)).collect();
        let first = node.rank() as u64 * options.items;
        (first..first + options.items).try_for_each(|item| queue.push(item))?;
        workers.into_iter().map(|worker| worker.join().expect("a worker does not panic")).sum()
    })?;
    let all = node.reduce(mine, |a, b| a + b)?;
    println!("rank {} has done {mine} of {all} pieces of work", node.rank());

    node.barrier()?;
    if node.is_leader() {
        let mut counts = vec![0; done.len()];
        done.get_range(0, &mut counts)?;
        if let Some(item) = counts.iter().position(|count| *count != 1) {
            return Err(format!("piece {item} was done {} times", counts[item]).into());
        }
        println!("all {all} pieces of work were done exactly once");
    }
    Ok(())
}
