//! `writes`: no acknowledged write is lost, and no word is torn.
//!
//! Each word has one writer, and the words of a writer are spread over all homes. It writes them by
//! blocking and by non-blocking calls, one at a time and several together, and after an error at once
//! again, with a new value. All read all words. A write is acknowledged when a blocking call returned or
//! a `quiet` after a non-blocking one did; it is not when any call on that home failed before, which may
//! have told of it.
//!
//! In the end everybody waits until nothing can be in flight any more, and reads everything again: a
//! WRITE of a queue pair that failed, which lands behind the new one's, shows there at the latest.

use pangea::Array;

use super::log::{Caller, Log};
use super::{FaultKind, FaultKinds, Opened, Prepared, Scenario, Shape};
use crate::chance::Seeded;
use crate::check::writes::Read;
use crate::fault::{Fault, Planned, When};
use crate::job::{ProgramResult, SimNode};
use crate::simulated::Simulated;

pub(super) const SCENARIO: Scenario = Scenario {
    name: "writes",
    what: "no acknowledged write is lost, also after errors; no word is torn",
    traps: &[Opened::ReconnectWithoutFence],
    faults: FaultKinds::ALL,
    nodes: (2, 4),
    operations: 60,
    prepare,
};

/// Words of each writer at each home: two cache lines, and a little more.
const WORDS: usize = 20;

fn prepare(shape: &Shape, log: &Log) -> Prepared {
    let (operations, late) = (shape.operations, shape.late);
    let (writer, judge) = (log.clone(), log.clone());
    let mut prepared = Prepared::new(
        move |sim| program(sim, &writer, operations, late),
        move |_| judge.judge_writes(),
    );
    prepared.planned = broken_pairs(shape);
    prepared
}

/// Queue pairs fail while all write, in every second run.
fn broken_pairs(shape: &Shape) -> Vec<Planned> {
    let mut chance = Seeded::new(shape.seed, "broken pairs", 0);
    if !shape.kinds.has(FaultKind::Pairs) || chance.one_in(2) {
        return Vec::new();
    }
    let planned = (0..8).map(|_| {
        let when = When::Joined(chance.between(50_000, 700_000));
        let machine = chance.below(shape.nodes.into()) as u32;
        Planned { when, fault: Fault::FailPair { machine, nth: chance.any() } }
    });
    planned.collect()
}

fn program(sim: &SimNode, log: &Log, operations: u64, late: u64) -> ProgramResult {
    let size = sim.size() as usize;
    let words = sim.node().array::<u64>("words").len(size * size * WORDS).create()?;
    let mut writer = Writer {
        me: Caller::new(sim, log, 0),
        expected: vec![Some(0); words.len()],
        words,
        pending: Vec::new(),
        counter: 0,
    };
    for _ in 0..operations {
        match writer.me.below(10) {
            0..3 => writer.write_some(true)?,
            3..6 => writer.write_some(false)?,
            6 => writer.quiet()?,
            _ => writer.read_some()?,
        }
        writer.me.dawdle();
    }
    writer.quiet()?;
    // What is in flight lands, here and elsewhere.
    sim.sleep(late + 5_000_000);
    writer.read_all()
}

struct Writer<'a> {
    me: Caller<'a>,
    words: Array<u64, Simulated>,
    /// Non-blocking writes: their words and their numbers in the log.
    pending: Vec<(usize, usize)>,
    /// What each of its own words must contain for itself; `None` while that is open.
    expected: Vec<Option<u64>>,
    counter: u64,
}

impl Writer<'_> {
    fn size(&self) -> usize {
        self.me.sim.size() as usize
    }

    /// Where the words of `writer` at `home` begin.
    fn place(&self, home: usize, writer: usize) -> usize {
        (home * self.size() + writer) * WORDS
    }

    fn home(&self, word: usize) -> usize {
        word / (self.size() * WORDS)
    }

    /// Writes some words of its own at one home, and after an error once more.
    fn write_some(&mut self, blocking: bool) -> ProgramResult {
        let home = self.me.index(self.size());
        if self.me.is_lost(home as u32) {
            return Ok(());
        }
        // Words near the front most often, so that they are written again and again.
        let from = self.me.index(3);
        let count = *self.me.sim.chance(|chance| *chance.pick(&[&1, &1, &2, &(WORDS - 3)]));
        let start = self.place(home, self.me.sim.rank() as usize) + from;
        if !self.write(start, count, blocking)? && !self.me.is_lost(home as u32) {
            self.write(start, count, true)?;
        }
        Ok(())
    }

    /// Whether it succeeded.
    fn write(
        &mut self,
        start: usize,
        count: usize,
        blocking: bool,
    ) -> Result<bool, Box<dyn std::error::Error>> {
        let mut values = Vec::with_capacity(count);
        let mut issued = Vec::with_capacity(count);
        for word in start..start + count {
            self.counter += 1;
            let value = self.me.stamp(self.counter);
            values.push(value);
            issued.push((word, self.me.log.issue(self.me.sim, word as u64, vec![value])));
            self.expected[word] = None;
        }
        let result = match (blocking, values.as_slice()) {
            (true, [value]) => self.words.put(start, *value),
            (true, values) => self.words.put_range(start, values),
            (false, values) => self.words.put_nb(start, values),
        };
        if let Err(error) = result {
            self.doubt(Some(self.home(start)));
            self.me.bear(error)?;
            return Ok(false);
        }
        for (word, value) in (start..).zip(values) {
            self.expected[word] = Some(value);
        }
        if blocking {
            let now = self.me.sim.order();
            self.me.log.acknowledge(issued.into_iter().map(|(_, write)| write), now);
        } else {
            self.pending.extend(issued);
        }
        Ok(true)
    }

    /// An error may have told of non-blocking writes at one home, or at any.
    fn doubt(&mut self, home: Option<usize>) {
        for (word, write) in std::mem::take(&mut self.pending) {
            if home.is_none_or(|home| home == self.home(word)) {
                self.expected[word] = None;
            } else {
                self.pending.push((word, write));
            }
        }
    }

    fn quiet(&mut self) -> ProgramResult {
        match self.me.sim.node().quiet() {
            Ok(()) => {
                let pending = std::mem::take(&mut self.pending);
                let now = self.me.sim.order();
                self.me.log.acknowledge(pending.into_iter().map(|(_, write)| write), now);
                Ok(())
            }
            Err(error) => {
                self.doubt(None);
                self.me.bear(error)
            }
        }
    }

    /// Reads some words of anybody.
    fn read_some(&mut self) -> ProgramResult {
        let (home, writer) = (self.me.index(self.size()), self.me.index(self.size()));
        let count = if self.me.below(2) == 0 { 1 } else { WORDS };
        let from = if count == 1 { self.me.index(4) } else { 0 };
        self.read(self.place(home, writer) + from, count)
    }

    fn read_all(&mut self) -> ProgramResult {
        for home in 0..self.size() {
            for writer in 0..self.size() {
                self.read(self.place(home, writer), WORDS)?;
            }
        }
        Ok(())
    }

    fn read(&mut self, start: usize, count: usize) -> ProgramResult {
        let home = self.home(start);
        if self.me.is_lost(home as u32) {
            return Ok(());
        }
        let mut found = vec![0; count];
        let began = self.me.sim.order();
        let result = match found.as_mut_slice() {
            [one] => self.words.get(start).map(|value| *one = value),
            many => self.words.get_range(start, many),
        };
        if let Err(error) = result {
            self.doubt(Some(home));
            return self.me.bear(error);
        }
        let ended = self.me.sim.order();
        let own = self.place(home, self.me.sim.rank() as usize) == start / WORDS * WORDS;
        for (word, value) in (start..).zip(found) {
            self.me.log.read(Read { location: word as u64, record: vec![value], began, ended });
            // Operations of one thread on one home take effect in order.
            if let Some(expected) = self.expected[word].filter(|&it| own && it != value) {
                let rank = self.me.sim.rank();
                self.me.log.fail(format!(
                    "node {rank} wrote {expected} to word {word} and then read {value}"
                ));
            }
        }
        Ok(())
    }
}
