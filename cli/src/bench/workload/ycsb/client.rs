//! [`Client`]: a thread that does operations; and [`Found`], what it finds.

use std::hint::black_box;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::Store;
use super::mix::{Kind, LONGEST_SCAN, Operation as Wanted, Target};
use super::records::{State, fill, judge};
use crate::bench::error::Error;
use crate::bench::measure::{Latencies, Operation, Timer};
use crate::bench::workload::draw::Draw;

/// New fields and records that a thread has ready, so that making them is not measured.
const READY: usize = 16;

/// With what operations are timed, and where what was found goes.
pub(super) type Timed<'a> = (Timer, &'a Mutex<Found>);

/// How long operations of each kind took, and what the records were that they read.
#[derive(Clone, Debug)]
pub(super) struct Found {
    times: [Latencies; 5],
    /// Whole, absent, torn.
    states: [u64; 3],
}

impl Found {
    pub(super) fn new() -> Found {
        Found { times: std::array::from_fn(|_| Latencies::new(1)), states: [0; 3] }
    }

    pub(super) fn times(&self, kind: Kind) -> &Latencies {
        &self.times[kind as usize]
    }

    pub(super) fn add_times(&mut self, kind: Kind, more: &Latencies) {
        self.times[kind as usize].merge(more);
    }

    /// How many records were whole, absent, and torn.
    pub(super) fn states(&self) -> [u64; 3] {
        self.states
    }

    pub(super) fn add_states(&mut self, more: &[u64]) {
        self.states.iter_mut().zip(more).for_each(|(count, more)| *count += more);
    }

    /// Takes in what another thread has found.
    pub(super) fn merge(&mut self, other: &Found) {
        self.times.iter_mut().zip(&other.times).for_each(|(times, more)| times.merge(more));
        self.add_states(&other.states);
    }
}

/// A thread and its operations.
pub(super) struct Client<'a> {
    store: &'a Store,
    operations: Vec<Wanted>,
    next: usize,
    /// The latest record that this thread knows of, counted from the first that was ever there.
    latest: u64,
    /// New records, one after the other; and the field in each that is written next.
    ready: Vec<u8>,
    turn: usize,
    into: Vec<u8>,
    /// What the last operation has read: the first record, and how many.
    read: (usize, usize),
    timed: Option<Timed<'a>>,
    found: Found,
}

impl<'a> Client<'a> {
    pub(super) fn new(
        store: &'a Store,
        operations: Vec<Wanted>,
        mut draw: Draw,
        timed: Option<Timed<'a>>,
    ) -> Result<Client<'a>, pangea::Error> {
        let layout = store.table.layout();
        let mut ready = vec![0; READY * layout.record];
        fill(&mut ready, layout.field(), &mut draw);
        // A scan may take as many as there are.
        let most = store.room.min(LONGEST_SCAN) as usize;
        let latest = store.records + store.inserted.load(0)? - 1;
        let into = vec![0; layout.span(0, most) + layout.record];
        Ok(Client {
            store,
            operations,
            next: 0,
            latest,
            ready,
            turn: 0,
            into,
            read: (0, 0),
            timed,
            found: Found::new(),
        })
    }

    /// A new record.
    fn new_record(&mut self) -> std::ops::Range<usize> {
        self.turn = (self.turn + 1) % READY;
        let size = self.store.table.layout().record;
        self.turn * size..(self.turn + 1) * size
    }

    /// A new field, and where it is in a record.
    fn new_field(&mut self, field: usize) -> (std::ops::Range<usize>, usize) {
        let (start, size) = (self.new_record().start, self.store.table.layout().field());
        // Which of the ready record's fields does not matter: they are all new.
        (start + field * size..start + (field + 1) * size, field * size)
    }

    fn record(&self, target: Target) -> usize {
        let number = match target {
            Target::Record(record) => record,
            Target::BeforeLatest(steps) => self.latest.saturating_sub(steps) % self.store.room,
        };
        number as usize
    }

    /// Does an operation.
    fn act(&mut self, operation: Wanted) -> Result<(), pangea::Error> {
        let table = &self.store.table;
        let record = self.record(operation.target);
        self.read = (record, 0);
        match operation.kind {
            Kind::Read => {
                table.read(record, 1, &mut self.into)?;
                self.read.1 = 1;
            }
            Kind::Scan => {
                let there = (self.latest + 1).min(self.store.room) as usize;
                let count = operation.length.min(there - record.min(there - 1));
                table.read(record, count, &mut self.into)?;
                self.read.1 = count;
            }
            Kind::Update => {
                let (new, within) = self.new_field(operation.field);
                table.write(record, within, &self.ready[new])?;
            }
            Kind::Modify => {
                let (new, within) = self.new_field(operation.field);
                table.modify(record, &mut self.into, within, &self.ready[new])?;
                self.read.1 = 1;
            }
            Kind::Insert => {
                let new = self.new_record();
                let number = self.store.records + self.store.inserted.fetch_add(0, 1)?;
                table.write((number % self.store.room) as usize, 0, &self.ready[new])?;
                self.latest = number;
            }
        }
        black_box(&mut self.into);
        Ok(())
    }

    /// Judges what the last operation has read.
    fn check(&mut self) {
        let (layout, (first, count)) = (self.store.table.layout(), self.read);
        for record in first..first + count {
            let start = layout.at(record) - layout.at(first);
            let state = judge(&self.into[start..start + layout.record]);
            let place = match state {
                State::Whole => 0,
                State::Absent => 1,
                State::Torn => 2,
            };
            self.found.states[place] += 1;
        }
    }
}

impl Operation for Client<'_> {
    fn call(&mut self, _: u64) -> Result<(), Error> {
        let operation = self.operations[self.next];
        self.next = (self.next + 1) % self.operations.len();
        let Some((timer, _)) = self.timed else { return Ok(self.act(operation)?) };
        let start = Instant::now();
        self.act(operation)?;
        let time = start.elapsed().as_nanos() as u64;
        self.found.times[operation.kind as usize].record(time, timer);
        self.check();
        Ok(())
    }

    /// After warming up, and after measuring: what was found last counts.
    fn finish(&mut self) -> Result<(), Error> {
        let found = std::mem::replace(&mut self.found, Found::new());
        if let Some((_, place)) = self.timed {
            *place.lock().unwrap_or_else(PoisonError::into_inner) = found;
        }
        Ok(())
    }
}
