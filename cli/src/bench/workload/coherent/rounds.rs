//! Reads for which something has to happen before each: misses, renewals, strict reads of what has changed.
//!
//! They are made in rounds of many blocks. In each, rank 1 writes all of them, and tells so by a relaxed word, which
//! carries no logical time; then rank 0 reads them in the order in which they were written, so that its logical
//! time is never past the lease of one that it has not read yet.

use std::hint::black_box;

use std::time::{Duration, Instant};

use pangea::cluster::Rank;
use pangea::{Array, Counts, Distribution, Error as RuntimeError, Model, Shared, SharedArray};

use super::{GROUP, HOME, LARGE};
use crate::bench::bell::Bell;
use crate::bench::bench::{Bench, Measured, Setting, Takes, Workload};
use crate::bench::error::Error;
use crate::bench::measure::{Intervals, Latencies};
use crate::bench::report::Row;
use crate::bench::settings::Length;
use crate::bench::workload::cost::Cost;

/// Blocks of a round, a power of two.
const SMALL_ROUND: usize = 256;
const LARGE_ROUND: usize = 64;

/// From one block to the one that is used next: odd, so that all have their turn, and not 1, so that none is read
/// ahead.
const STRIDE: usize = 37;

/// Writes to something else after which the lease that came with a write is over.
const TICKS: usize = 20;

/// Who waits for rank 1 makes sure this often that it is still there.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// A test.
#[derive(Debug)]
pub(crate) struct Rounds {
    name: &'static str,
    about: &'static str,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Miss,
    Renew,
    StrictChanged,
    StrictLargeChanged,
}

/// All of them.
pub(crate) static ROUNDS: [Rounds; 4] = [
    Rounds { name: "miss", about: "a value of 8 bytes that is not in the cache", what: What::Miss },
    Rounds {
        name: "renew",
        about: "a cached value of 8 bytes whose lease is over",
        what: What::Renew,
    },
    Rounds {
        name: "strict-changed",
        about: "a strict read of 8 bytes that another node has written",
        what: What::StrictChanged,
    },
    Rounds {
        name: "strict-large-changed",
        about: "a strict read of 4000 bytes that another node has written",
        what: What::StrictLargeChanged,
    },
];

impl What {
    fn cost(self) -> Cost {
        match self {
            What::Miss | What::StrictChanged => Cost::READ,
            What::Renew => Cost::RENEW,
            // The words of the header first.
            What::StrictLargeChanged => Cost::READ + Cost::READ,
        }
    }

    fn model(self) -> Model {
        match self {
            What::Miss | What::Renew => Model::Sequential,
            What::StrictChanged | What::StrictLargeChanged => Model::Strict,
        }
    }

    /// How many blocks a round has, and bytes of each.
    fn blocks(self) -> (usize, usize) {
        if self == What::StrictLargeChanged { (LARGE_ROUND, 4096) } else { (SMALL_ROUND, 64) }
    }

    /// Whether the same blocks do for all rounds. A miss needs some that were never read, a renewal some whose
    /// lease has its first length.
    fn keeps_blocks(self) -> bool {
        self.model() == Model::Strict
    }
}

impl Workload for Rounds {
    fn name(&self) -> &'static str {
        self.name
    }

    fn group(&self) -> &'static str {
        GROUP
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn takes(&self) -> Takes {
        Takes { own_warmup: true, ..Takes::default() }
    }

    fn memory(&self, _: &Setting) -> u64 {
        let (blocks, bytes) = self.what.blocks();
        (2 * blocks * bytes + 4096) as u64
    }

    fn run(&self, bench: &Bench<'_>, setting: &Setting) -> Result<Vec<Row>, Error> {
        let node = bench.node();
        let helper = Helper::new(bench)?;
        let mut found = Found::new(bench, self.what);
        let started = Instant::now();
        let mut kept = None;
        for round in 0.. {
            let blocks = match kept.take() {
                Some(blocks) => blocks,
                None => Blocks::create(bench, self.what)?,
            };
            node.barrier()?;
            if node.rank() == HOME {
                blocks.write(round)?;
                helper.done(round)?;
            }
            if node.is_leader() {
                helper.wait(round)?;
                if self.what == What::Renew {
                    blocks.expire(&helper)?;
                }
                found.measure(&blocks, round)?;
            }
            let bell = bench.next_bell();
            if node.is_leader() {
                bell.ring_all(1)?;
            } else {
                bell.wait()?;
            }
            let is_over = match setting.length {
                Length::Iterations(wanted) => found.operations() >= wanted,
                Length::Seconds(seconds) => round > 0 && started.elapsed().as_secs_f64() >= seconds,
            };
            let is_over = node.broadcast(0, u64::from(is_over))? != 0;
            if is_over || !self.what.keeps_blocks() {
                blocks.release()?;
            } else {
                kept = Some(blocks);
            }
            if is_over {
                break;
            }
        }
        node.barrier()?;
        helper.release()?;
        if !node.is_leader() {
            return Ok(Vec::new());
        }
        let measured = found.into_measured();
        let (operations, provider) = (measured.operations(), node.provider());
        self.what.cost().check(self.name, measured.counts, operations, 0, provider)?;
        let mut row = bench.row(self, setting, &measured);
        row.verified = Some(true);
        Ok(vec![row])
    }
}

/// The blocks of a round, in the order in which they are used.
struct Blocks {
    words: SharedArray<u64>,
    count: usize,
}

impl Blocks {
    fn create(bench: &Bench<'_>, what: What) -> Result<Blocks, Error> {
        let (count, bytes) = what.blocks();
        let words = bench.node().shared_array(&bench.name("blocks")).model(what.model());
        let words =
            words.len(count * (bytes - 32) / 8).block_bytes(bytes).on_node(HOME).create()?;
        Ok(Blocks { words, count })
    }

    fn per_block(&self) -> usize {
        self.words.len() / self.count
    }

    /// The block that is used at that turn.
    fn block(&self, turn: usize) -> usize {
        turn * STRIDE % self.count
    }

    /// What is in each block after that round.
    fn value(&self, round: u64, turn: usize) -> u64 {
        round * self.count as u64 + turn as u64 + 1
    }

    fn write(&self, round: u64) -> Result<(), RuntimeError> {
        let mut all = vec![0; self.per_block()];
        for turn in 0..self.count {
            all.fill(self.value(round, turn));
            self.words.set_range(self.block(turn) * all.len(), &all)?;
        }
        Ok(())
    }

    #[inline]
    fn read(&self, turn: usize) -> Result<u64, RuntimeError> {
        let block = self.block(turn);
        if self.per_block() * 8 < LARGE {
            return self.words.get(block * self.per_block());
        }
        let guard = self.words.read_block(block)?;
        Ok(black_box(&guard)[LARGE / 8 - 1])
    }

    /// Reads all of them, and lets their leases end.
    fn expire(&self, helper: &Helper) -> Result<(), Error> {
        for turn in 0..self.count {
            self.read(turn)?;
        }
        (0..TICKS).try_for_each(|tick| Ok(helper.tick.store(tick as u64)?))
    }

    fn release(self) -> Result<(), RuntimeError> {
        self.words.release()
    }
}

/// How rank 1 helps rank 0.
struct Helper {
    /// At rank 0: for how many rounds the blocks have been written.
    written: Array<u64>,
    /// What rank 0 writes to move its logical time.
    tick: Shared<u64>,
    bell: Bell,
}

impl Helper {
    fn new(bench: &Bench<'_>) -> Result<Helper, Error> {
        let written = bench.array("written", 1, Distribution::OnNode(Rank(0)))?;
        let tick = bench.node().shared(&bench.name("tick")).on_node(HOME).create()?;
        Ok(Helper { written, tick, bell: bench.bell() })
    }

    fn done(&self, round: u64) -> Result<(), RuntimeError> {
        self.written.put(0, round + 1)
    }

    fn wait(&self, round: u64) -> Result<(), Error> {
        let mut looked = Instant::now();
        while self.written.get(0)? <= round {
            std::thread::yield_now();
            if looked.elapsed() >= LOOK_EVERY {
                self.bell.alive(HOME)?;
                looked = Instant::now();
            }
        }
        Ok(())
    }

    fn release(self) -> Result<(), RuntimeError> {
        self.written.release()?;
        self.tick.release()
    }
}

/// What rank 0 has measured.
struct Found<'a> {
    bench: &'a Bench<'a>,
    latencies: Option<Latencies>,
    intervals: Intervals,
    counts: Counts,
    group: usize,
}

impl<'a> Found<'a> {
    fn new(bench: &'a Bench<'a>, what: What) -> Found<'a> {
        // Until the first round has shown how long one takes.
        let group = what.blocks().0;
        Found {
            bench,
            latencies: None,
            intervals: Intervals::new(),
            counts: Counts::default(),
            group,
        }
    }

    fn operations(&self) -> u64 {
        self.intervals.operations()
    }

    /// Reads all blocks. The first round is warm-up.
    fn measure(&mut self, blocks: &Blocks, round: u64) -> Result<(), Error> {
        let (node, timer) = (self.bench.node(), self.bench.timer());
        let before = node.counts();
        let begin = Instant::now();
        let mut turn = 0;
        while turn < blocks.count {
            let (start, end) = (Instant::now(), blocks.count.min(turn + self.group));
            let mut is_right = true;
            for turn in turn..end {
                is_right &= blocks.read(turn)? == blocks.value(round, turn);
            }
            let time = start.elapsed().as_nanos() as u64;
            if !is_right {
                return Err(Error::wrong("a block is not as rank 1 has written it"));
            }
            if let Some(latencies) = &mut self.latencies {
                latencies.record(time, timer);
            }
            turn = end;
        }
        let time = begin.elapsed().as_nanos() as u64;
        if self.latencies.is_some() {
            self.intervals.push(blocks.count as u64, time);
            let counts = node.counts() - before;
            self.counts = self.counts + counts;
        } else {
            let wanted = timer.group_for(time as f64 / blocks.count as f64) as usize;
            // Rounds are powers of two, and so are groups, so that all are alike.
            self.group = wanted.next_power_of_two().min(blocks.count / 8);
            self.latencies = Some(Latencies::new(self.group as u64));
        }
        Ok(())
    }

    fn into_measured(self) -> Measured {
        Measured { latencies: self.latencies, intervals: vec![self.intervals], counts: self.counts }
    }
}
