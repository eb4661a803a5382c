//! The measured job: one of everything, each step taken by all nodes at the same time.
//!
//! Every node has a partner whose data it uses, by a shift that no round of the barrier has, so that the
//! first access opens a queue pair and the others find it open. Each node is the partner of one other,
//! so no home is asked by many at once. What is written is read back and compared: a step that did
//! nothing would be cheap.

use std::fmt;
use std::rc::Rc;
use std::time::Instant;

use pangea::Array;

use super::ledger::Ledger;
use super::report::Report;
use crate::job::{Job, ProgramResult, SimNode};
use crate::outcome::{End, Outcome};
use crate::simulated::Simulated;

/// Words of the shared array at each node.
const WORDS: usize = 1024;
/// Words of 4 KiB.
const PAGE: usize = 512;
/// Words of a cache line, which is what the second array has at each node.
const LINE: usize = 8;

// Which word of a home is for what.
const WORD: usize = 0;
const COUNTER: usize = 1;
const SHARED_COUNTER: usize = 2;
/// One for each home that a node knows from barriers, and one for its partner: each has one writer.
const STEADY: usize = 16;
const STEADY_PARTNER: usize = STEADY + 32;
/// The partner writes here; half a node's words.
const LONG: usize = PAGE;

/// Non-blocking puts before a `quiet`.
const NONBLOCKING: usize = 8;
/// Elements of a gather.
const GATHERED: usize = 16;

/// The least operations of each node under steady load.
const STEADY_LEAST: u64 = 16;

/// Bytes of an arena: what the runtime reserves, the two arrays, and some room.
const ARENA: u64 = 256 << 10;

/// Runs a job of so many nodes, at least 2, and counts what each of its steps costs. Under steady load
/// there are about `steady` operations in sum. A run that does not end well gives a report that says so.
///
/// # Panics
/// With fewer nodes.
pub fn measure(nodes: u32, steady: u64, seed: u64) -> Report {
    assert!(nodes >= 2, "a job of {nodes} nodes has no costs: it takes 2 to communicate");
    let begun = Instant::now();
    let ledger = Rc::new(Ledger::new(nodes));
    let mut job = Job::new("scale", nodes, seed);
    job.arena_bytes = ARENA;
    let within = Rc::clone(&ledger);
    let outcome = job.run(move |sim| program(sim, &within, steady));
    let costs = ledger.finish(outcome.time);
    let after =
        |step: &str| costs.iter().find(|cost| cost.step == step).map(|cost| cost.pairs_made);
    Report {
        nodes,
        seed,
        pairs_after_barriers: after("barrier").unwrap_or_default(),
        pairs_after_operations: after("steady").unwrap_or_default(),
        costs,
        virtual_nanos: outcome.time,
        scheduler_steps: outcome.steps,
        digest: outcome.digest,
        real_seconds: begun.elapsed().as_secs_f64(),
        peak_bytes: None,
        failure: failure(&outcome),
    }
}

fn failure(outcome: &Outcome) -> Option<String> {
    (outcome.end != End::Finished).then(|| outcome.to_string())
}

/// A node, and what it uses.
struct Program<'a> {
    sim: &'a SimNode,
    ledger: &'a Ledger,
    rank: usize,
    size: usize,
    partner: usize,
}

type Words = Array<u64, Simulated>;

fn program(sim: &SimNode, ledger: &Ledger, steady: u64) -> ProgramResult {
    let (rank, size) = (sim.rank() as usize, sim.size() as usize);
    let partner = (rank + shift(size)) % size;
    ledger.enter(sim);
    let program = Program { sim, ledger, rank, size, partner };
    let words = program.create("words", WORDS, "create array")?;
    let lines = program.create("lines", LINE, "create another array")?;
    program.synchronize()?;
    program.access(&words)?;
    program.steady(&words, steady)?;
    program.reach_all(&lines)?;
    Ok(())
}

/// From a node to its partner.
fn shift(size: usize) -> usize {
    if size == 2 { 1 } else { size / 2 + 1 }
}

fn same<T: PartialEq + fmt::Debug + ?Sized>(what: &str, found: &T, expected: &T) -> ProgramResult {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}: {found:?} instead of {expected:?}").into())
}

impl Program<'_> {
    /// A step of all nodes.
    fn all(&self, name: &str, work: impl FnOnce() -> ProgramResult) -> ProgramResult {
        self.ledger.step(self.sim, name, true, work)
    }

    /// A step of the first node.
    fn one(&self, name: &str, work: impl FnOnce() -> ProgramResult) -> ProgramResult {
        self.ledger.step(self.sim, name, self.rank == 0, work)
    }

    fn create(
        &self,
        name: &str,
        each: usize,
        step: &str,
    ) -> Result<Words, Box<dyn std::error::Error>> {
        let mut made = None;
        self.all(step, || {
            made = Some(self.sim.node().array::<u64>(name).len(each * self.size).create()?);
            Ok(())
        })?;
        made.ok_or_else(|| "the step was not taken".into())
    }

    fn synchronize(&self) -> ProgramResult {
        let (node, rank, size) = (self.sim.node(), self.rank as u64, self.size as u64);
        self.all("barrier, first", || Ok(node.barrier()?))?;
        self.all("barrier", || Ok(node.barrier()?))?;
        let sum = size * (size - 1) / 2;
        for step in ["reduce, first", "reduce"] {
            self.all(step, || same("the sum", &node.reduce(rank, |a, b| a + b)?, &sum))?;
        }
        self.all("broadcast", || same("what was broadcast", &node.broadcast(0, rank)?, &0))
    }

    fn access(&self, words: &Words) -> ProgramResult {
        let (rank, node) = (self.rank as u64, self.sim.node());
        let home = self.partner * WORDS;
        self.all("get, first of a home", || same("a new word", &words.get(home + WORD)?, &0))?;
        self.all("put", || Ok(words.put(home + WORD, rank + 1)?))?;
        self.all("get", || same("what was put", &words.get(home + WORD)?, &(rank + 1)))?;
        let page = [rank + 2; PAGE];
        self.all("put 4 KiB", || Ok(words.put_range(home + LONG, &page)?))?;
        self.all("get 4 KiB", || {
            let mut found = [0; PAGE];
            words.get_range(home + LONG, &mut found)?;
            same("what was put", &found, &page)
        })?;
        let counter = home + COUNTER;
        self.all("fetch_add", || same("a counter", &words.fetch_add(counter, 5)?, &0))?;
        self.all("compare_swap", || same("a counter", &words.compare_swap(counter, 5, 6)?, &5))?;
        self.all("load", || same("a counter", &words.load(counter)?, &6))?;
        self.all("8 put_nb + quiet", || {
            for i in 0..NONBLOCKING {
                words.put_nb(home + LONG + i, &[i as u64])?;
            }
            Ok(node.quiet()?)
        })?;
        let known: Vec<usize> = self.known().collect();
        let indices: Vec<usize> =
            (0..GATHERED).map(|i| known[i % known.len()] * WORDS + LONG + i).collect();
        self.all("gather 16 of log2 n homes", || {
            let mut found = [0; GATHERED];
            words.gather(&indices, &mut found)?;
            let writer = |home| (home + self.size - shift(self.size)) % self.size;
            let expected: Vec<u64> = (0..GATHERED)
                .map(|i| {
                    let late = writer(known[i % known.len()]) as u64 + 2;
                    if i < NONBLOCKING { i as u64 } else { late }
                })
                .collect();
            same("what was gathered", &found[..], &expected)
        })
    }

    /// The nodes that this one has queue pairs to from barriers.
    fn known(&self) -> impl Iterator<Item = usize> {
        let (rank, size) = (self.rank, self.size);
        (0..)
            .map(|round| 1 << round)
            .take_while(move |step| *step < size)
            .map(move |step| (rank + step) % size)
    }

    /// Blocking accesses to all homes that are known.
    fn steady(&self, words: &Words, operations: u64) -> ProgramResult {
        let mut places: Vec<(usize, usize)> =
            self.known().enumerate().map(|(round, home)| (home, STEADY + round)).collect();
        places.push((self.partner, STEADY_PARTNER));
        let count = (operations / self.size as u64).max(STEADY_LEAST);
        let mut expected = vec![0; places.len()];
        self.all("steady", || {
            for i in 0..count {
                let (choice, which) = self
                    .sim
                    .chance(|chance| (chance.below(3), chance.below(places.len() as u64) as usize));
                let (home, slot) = places[which];
                let own = home * WORDS + slot;
                match choice {
                    0 => {
                        expected[which] = i + 1;
                        words.put(own, expected[which])?;
                    }
                    1 => same("what was put", &words.get(own)?, &expected[which])?,
                    _ => {
                        words.fetch_add(home * WORDS + SHARED_COUNTER, 1)?;
                    }
                }
            }
            Ok(())
        })
    }

    /// One node reads from all.
    fn reach_all(&self, lines: &Words) -> ProgramResult {
        let mut all = vec![1; LINE * self.size];
        for step in ["get_range over all homes, first", "get_range over all homes"] {
            self.one(step, || {
                lines.get_range(0, &mut all)?;
                same("zeros", &all.iter().sum::<u64>(), &0)
            })?;
        }
        let firsts: Vec<usize> = (0..self.size).map(|home| home * LINE).collect();
        self.one("gather one of each home", || {
            let mut found = vec![1; firsts.len()];
            lines.gather(&firsts, &mut found)?;
            same("zeros", &found.iter().sum::<u64>(), &0)
        })
    }
}
