//! `transfers`: ranges, strides, gather and scatter, blocking and not, of any size and alignment, of small
//! and odd elements, on arrays of every distribution, move the right elements.
//!
//! Each node owns a part of the indices of each array and writes there only, but reads everywhere. What
//! it reads of its own must be what it wrote last; after an error, any of the values since the last that
//! certainly arrived. A non-blocking read may also see what was written while it was under way. Some of
//! them are dropped and never waited for.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::rc::Rc;

use pangea::cluster::Distribution;
use pangea::{Array, Element, Transfer};

use super::log::{Caller, Log};
use super::{FaultKinds, Prepared, Scenario, Shape};
use crate::chance::Seeded;
use crate::job::{ProgramResult, SimNode};
use crate::simulated::Simulated;

pub(super) const SCENARIO: Scenario = Scenario {
    name: "transfers",
    what: "ranges, strides, gather and scatter, blocking or not, move the right elements",
    traps: &[],
    faults: FaultKinds::ALL,
    nodes: (1, 4),
    operations: 40,
    prepare,
};

/// Elements of each node in each array.
const OWN: usize = 700;

fn prepare(shape: &Shape, log: &Log) -> Prepared {
    let (operations, log) = (shape.operations, log.clone());
    let block = Seeded::new(shape.seed, "block", 0).between(2, 50);
    Prepared::new(move |sim| program(sim, &log, operations, block), |_| Vec::new())
}

/// An element that tells its index and the write it comes from, as far as it has room.
trait Item: Element + PartialEq + Debug {
    fn of(index: usize, counter: u64) -> Self;

    /// Whether it may be what several writes have left, each of which may have arrived in part. What
    /// is not longer than a word is never torn.
    fn is_of(&self, mut may: impl Iterator<Item = Self> + Clone) -> bool {
        may.any(|it| it == *self)
    }
}

impl Item for u8 {
    fn of(index: usize, counter: u64) -> u8 {
        if counter == 0 { 0 } else { (index as u64 * 31 + counter * 7) as u8 | 1 }
    }
}

impl Item for u64 {
    fn of(index: usize, counter: u64) -> u64 {
        if counter == 0 { 0 } else { (index as u64) << 32 | counter }
    }
}

impl Item for [u32; 5] {
    fn of(index: usize, counter: u64) -> [u32; 5] {
        let (i, c) = (index as u32, counter as u32);
        if counter == 0 { [0; 5] } else { [i, c, i ^ c, i.wrapping_mul(c), 7] }
    }

    fn is_of(&self, may: impl Iterator<Item = Self> + Clone) -> bool {
        self.iter().enumerate().all(|(i, part)| may.clone().any(|it| it[i] == *part))
    }
}

fn program(sim: &SimNode, log: &Log, operations: u64, block: u64) -> ProgramResult {
    let me = Caller::new(sim, log, 0);
    let doubts = Rc::default();
    let mut bytes = Owner::<u8>::new(&me, "bytes", Distribution::Block, &doubts)?;
    let mut words = Owner::<u64>::new(&me, "words", Distribution::Cyclic, &doubts)?;
    let odd = Distribution::BlockCyclic { block };
    let mut odd = Owner::<[u32; 5]>::new(&me, "odd", odd, &doubts)?;
    for _ in 0..operations {
        match me.below(3) {
            0 => bytes.do_something(&me)?,
            1 => words.do_something(&me)?,
            _ => odd.do_something(&me)?,
        }
        if me.below(12) == 0 {
            match sim.node().quiet() {
                Ok(()) => {
                    bytes.settle();
                    words.settle();
                    odd.settle();
                }
                Err(error) => bytes.doubt(&me, error)?,
            }
        }
    }
    bytes.finish(&me)?;
    words.finish(&me)?;
    odd.finish(&me)
}

/// What is known of one element.
#[derive(Clone, Default)]
struct Known {
    /// The numbers of the writes that may be what it contains, the oldest first; at least one.
    counters: Vec<u64>,
}

/// A non-blocking read, and what its elements may be.
struct Under<T: Item> {
    transfer: Transfer<T, Simulated>,
    start: usize,
    /// What each of its own elements could contain when it began.
    before: BTreeMap<usize, u64>,
}

struct Owner<T: Item> {
    array: Array<T, Simulated>,
    /// Its own elements, by index.
    known: BTreeMap<usize, Known>,
    /// Elements whose last writes are non-blocking, and since when.
    pending: BTreeMap<usize, Vec<u64>>,
    /// All numbers of writes to an element, for reads under way.
    written: BTreeMap<usize, Vec<u64>>,
    under: Vec<Under<T>>,
    first: usize,
    counter: u64,
    /// How many errors may have told of non-blocking work, whatever array it was on; and how many of
    /// them have been taken into account here.
    doubts: Rc<Cell<u64>>,
    doubted: u64,
}

impl<T: Item> Owner<T> {
    fn new(
        me: &Caller<'_>,
        name: &str,
        distribution: Distribution,
        doubts: &Rc<Cell<u64>>,
    ) -> Result<Self, pangea::Error> {
        let (size, rank) = (me.sim.size() as usize, me.sim.rank() as usize);
        let builder = me.sim.node().array::<T>(name).len(size * OWN);
        let first = rank * OWN;
        Ok(Owner {
            array: builder.distribution(distribution).create()?,
            known: (first..first + OWN).map(|i| (i, Known { counters: vec![0] })).collect(),
            pending: BTreeMap::new(),
            written: BTreeMap::new(),
            under: Vec::new(),
            first,
            counter: 0,
            doubts: Rc::clone(doubts),
            doubted: 0,
        })
    }

    /// How many elements, from one to all of `room`, most often few.
    fn count(me: &Caller<'_>, room: usize) -> usize {
        let most = *me.sim.chance(|chance| *chance.pick(&[&1, &9, &70, &OWN]));
        1 + me.index(room.min(most))
    }

    /// Some of its own indices: a range, a stride, or any.
    fn own_range(&self, me: &Caller<'_>) -> (usize, usize) {
        let from = me.index(OWN);
        (self.first + from, Self::count(me, OWN - from))
    }

    fn own_strided(&self, me: &Caller<'_>) -> (usize, usize, usize) {
        let (from, stride) = (me.index(OWN), 1 + me.index(40));
        let room = (OWN - from).div_ceil(stride);
        (self.first + from, stride, Self::count(me, room))
    }

    fn own_indices(&self, me: &Caller<'_>) -> Vec<usize> {
        let mut indices: Vec<usize> = (self.first..self.first + OWN).collect();
        me.sim.chance(|chance| chance.shuffle(&mut indices));
        indices.truncate(Self::count(me, OWN));
        indices
    }

    fn do_something(&mut self, me: &Caller<'_>) -> ProgramResult {
        self.catch_up();
        match me.below(9) {
            0 => {
                let (start, count) = self.own_range(me);
                let indices: Vec<usize> = (start..start + count).collect();
                let values = self.begin_write(me, &indices);
                let result = self.array.put_range(start, &values);
                self.end_write(me, &indices, result, true)
            }
            1 => {
                let (start, count) = self.own_range(me);
                let indices: Vec<usize> = (start..start + count).collect();
                let values = self.begin_write(me, &indices);
                let result = self.array.put_nb(start, &values);
                self.end_write(me, &indices, result, false)
            }
            2 => {
                let (start, stride, count) = self.own_strided(me);
                let indices: Vec<usize> = (0..count).map(|i| start + i * stride).collect();
                let values = self.begin_write(me, &indices);
                let result = self.array.put_strided(start, stride, &values);
                self.end_write(me, &indices, result, true)
            }
            3 => {
                let indices = self.own_indices(me);
                let values = self.begin_write(me, &indices);
                let result = self.array.scatter(&indices, &values);
                self.end_write(me, &indices, result, true)
            }
            4 => {
                let from = me.index(self.array.len());
                let count = Self::count(me, self.array.len() - from);
                let mut found = vec![T::zeroed(); count];
                let result = self.array.get_range(from, &mut found);
                let indices: Vec<usize> = (from..from + count).collect();
                self.judge(me, "get_range", &indices, &found, result)
            }
            5 => {
                let (start, stride, count) = self.own_strided(me);
                let mut found = vec![T::zeroed(); count];
                let result = self.array.get_strided(start, stride, &mut found);
                let indices: Vec<usize> = (0..count).map(|i| start + i * stride).collect();
                self.judge(me, "get_strided", &indices, &found, result)
            }
            6 => {
                let indices = self.own_indices(me);
                let mut found = vec![T::zeroed(); indices.len()];
                let result = self.array.gather(&indices, &mut found);
                self.judge(me, "gather", &indices, &found, result)
            }
            7 => {
                let (start, count) = self.own_range(me);
                let before = (start..start + count).map(|i| (i, self.known[&i].counters[0]));
                let before = before.collect();
                match self.array.get_nb(start, count) {
                    Ok(transfer) => self.under.push(Under { transfer, start, before }),
                    Err(error) => self.doubt(me, error)?,
                }
                Ok(())
            }
            _ => self.end_one(me),
        }
    }

    /// Waits for one of the reads under way, or drops it.
    fn end_one(&mut self, me: &Caller<'_>) -> ProgramResult {
        if self.under.is_empty() {
            return Ok(());
        }
        let Under { transfer, start, before } = self.under.swap_remove(me.index(self.under.len()));
        if me.below(4) == 0 {
            drop(transfer);
            return Ok(());
        }
        let found = match transfer.wait() {
            Ok(found) => found,
            Err(error) => return self.doubt(me, error),
        };
        me.log.count(1);
        if found.len() != before.len() {
            me.log.fail(format!("{} elements instead of {}", found.len(), before.len()));
        }
        for ((index, oldest), found) in before.into_iter().zip(found) {
            // Whatever could be there when it began, or was written since.
            let since = self.written.get(&index).into_iter().flatten();
            let since = since.copied().filter(|&counter| counter >= oldest);
            let may = since.chain([oldest]).map(|counter| T::of(index, counter));
            if !found.is_of(may) {
                self.wrong(me, "get_nb", index, &found, start);
            }
        }
        Ok(())
    }

    /// New values for some of its own elements.
    fn begin_write(&mut self, me: &Caller<'_>, indices: &[usize]) -> Vec<T> {
        self.counter += 1;
        let (name, counter, count) = (self.array.name(), self.counter, indices.len());
        me.sim.note(&format!("write {counter} of {name:?}: {count} elements from {}", indices[0]));
        for &index in indices {
            self.written.entry(index).or_default().push(self.counter);
        }
        indices.iter().map(|&index| T::of(index, self.counter)).collect()
    }

    fn end_write(
        &mut self,
        me: &Caller<'_>,
        indices: &[usize],
        result: Result<(), pangea::Error>,
        blocking: bool,
    ) -> ProgramResult {
        let counter = self.counter;
        me.log.count(1);
        me.sim.note(&format!("write {counter} of {:?} answered: {result:?}", self.array.name()));
        for index in indices {
            let Some(known) = self.known.get_mut(index) else { continue };
            if result.is_err() {
                known.counters.push(counter);
                continue;
            }
            // Before, it could be any of these: and may be again, if this one turns out to have failed.
            let before = std::mem::replace(&mut known.counters, vec![counter]);
            if blocking {
                self.pending.remove(index);
            } else {
                self.pending.entry(*index).or_default().extend(before);
            }
        }
        match result {
            Ok(()) => Ok(()),
            Err(error) => self.doubt(me, error),
        }
    }

    /// An error may have told of non-blocking work, on this array or another.
    fn doubt(&mut self, me: &Caller<'_>, error: pangea::Error) -> ProgramResult {
        self.doubts.set(self.doubts.get() + 1);
        me.bear(error)
    }

    /// Takes errors into account that came meanwhile: what was pending may not have arrived.
    fn catch_up(&mut self) {
        if self.doubted == self.doubts.get() {
            return;
        }
        self.doubted = self.doubts.get();
        for (index, before) in std::mem::take(&mut self.pending) {
            if let Some(known) = self.known.get_mut(&index) {
                known.counters.extend(before);
                known.counters.sort_unstable();
                known.counters.dedup();
            }
        }
    }

    /// Non-blocking writes have all arrived.
    fn settle(&mut self) {
        self.catch_up();
        self.pending.clear();
    }

    fn judge(
        &mut self,
        me: &Caller<'_>,
        what: &str,
        indices: &[usize],
        found: &[T],
        result: Result<(), pangea::Error>,
    ) -> ProgramResult {
        if let Err(error) = result {
            return self.doubt(me, error);
        }
        self.catch_up();
        me.log.count(1);
        for (&index, found) in indices.iter().zip(found) {
            if let Some(known) = self.known.get(&index)
                && !found.is_of(known.counters.iter().map(|&counter| T::of(index, counter)))
            {
                self.wrong(me, what, index, found, indices[0]);
            }
        }
        Ok(())
    }

    fn wrong(&self, me: &Caller<'_>, what: &str, index: usize, found: &T, start: usize) {
        let (rank, name) = (me.sim.rank(), self.array.name());
        let counters = &self.known[&index].counters;
        let may: Vec<T> = counters.iter().map(|&counter| T::of(index, counter)).collect();
        me.log.fail(format!(
            "node {rank}, {what} from {start} of {name:?}: element {index} is {found:?}, not one of \
             {may:?}"
        ));
    }

    /// Waits for all and looks at everything once more.
    fn finish(&mut self, me: &Caller<'_>) -> ProgramResult {
        while !self.under.is_empty() {
            self.end_one(me)?;
        }
        match me.sim.node().quiet() {
            Ok(()) => self.settle(),
            Err(error) => self.doubt(me, error)?,
        }
        let indices: Vec<usize> = (self.first..self.first + OWN).collect();
        let mut found = vec![T::zeroed(); OWN];
        let result = self.array.get_range(self.first, &mut found);
        self.judge(me, "get_range at the end", &indices, &found, result)
    }
}
