//! YCSB: its core workloads A to F on an array of records that all nodes share, by all threads of all nodes.
//!
//! Each runs twice: first for the throughput, then with each operation timed and each record that was read checked
//! for being whole. (Under `relaxed` records may be torn; how many were is told.)
//!
//! Where records are inserted, the array has room for as many again; when it is full, the oldest make place. How
//! many there are is a counter that all nodes add to; a thread takes as the latest what it has inserted itself.
//!
//! | file | subject |
//! | --- | --- |
//! | `mix.rs` | the workloads, and operations of them |
//! | `records.rs` | what records are, and whether one is whole |
//! | `table.rs` | records under any model |
//! | `client.rs` | a thread that does the operations |

mod client;
mod mix;
mod records;
mod table;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use pangea::cluster::Rank;
use pangea::{Array, Distribution, Model};

use super::draw::Draw;
use crate::bench::bench::{Bench, Hand, Measured, Models, Setting, Takes, Who, Workload};
use crate::bench::error::Error;
use crate::bench::measure::Latencies;
use crate::bench::report::{Fact, Row};
use crate::bench::settings::Length;
use client::{Client, Found};
use mix::{Kind, LONGEST_SCAN, MIXES, Mix};
use records::Layout;
use table::Table;

/// The group.
const GROUP: &str = "ycsb";

/// Operations that a thread goes through again and again.
const OPERATIONS: usize = 1 << 16;

/// Bytes of what is beside the records, and of what the last of them leave over.
const BESIDE: u64 = 2 << 20;

/// Whether there can be records of so many bytes; else why not.
pub(crate) fn check_record_size(bytes: usize) -> Result<(), String> {
    Layout::check(bytes)
}

/// A test.
#[derive(Debug)]
pub(crate) struct Ycsb(&'static Mix);

/// All of them.
pub(crate) static TESTS: [Ycsb; 6] = [
    Ycsb(&MIXES[0]),
    Ycsb(&MIXES[1]),
    Ycsb(&MIXES[2]),
    Ycsb(&MIXES[3]),
    Ycsb(&MIXES[4]),
    Ycsb(&MIXES[5]),
];

impl Workload for Ycsb {
    fn name(&self) -> &'static str {
        self.0.name
    }

    fn group(&self) -> &'static str {
        GROUP
    }

    fn about(&self) -> &'static str {
        self.0.about
    }

    fn takes(&self) -> Takes {
        let model = Some(Models { usual: Model::Sequential, relaxed: true });
        Takes { threads: true, model, records: true, ..Takes::default() }
    }

    fn nodes(&self) -> u32 {
        1
    }

    fn memory(&self, setting: &Setting) -> u64 {
        // All on one node, in blocks, which need more than none.
        Layout::in_blocks(setting.record_size as usize).bytes(self.room(setting) as usize) as u64
            + BESIDE
    }

    fn run(&self, bench: &Bench<'_>, setting: &Setting) -> Result<Vec<Row>, Error> {
        let (node, record) = (bench.node(), setting.record_size as usize);
        let room = self.room(setting);
        let table =
            Table::create(node, &bench.name("records"), setting.model, record, room as usize)?;
        let inserted = bench.array("inserted", 1, Distribution::OnNode(Rank(0)))?;
        load(&table, part(setting.records, node.rank(), node.size()), node.rank())?;
        let store = Store { table, inserted, records: setting.records, room };
        let once = Setting { length: half(setting.length), ..setting.clone() };
        let plain = bench
            .rate(Who::All, &once, 1, |hand| Ok(self.client(&store, hand, once.length, None)?))?;
        let found: Vec<_> = (0..setting.threads).map(|_| Mutex::new(Found::new())).collect();
        let timer = bench.timer();
        let timed = bench.rate(Who::All, &once, 1, |hand| {
            Ok(self.client(
                &store,
                hand,
                once.length,
                Some((timer, &found[hand.thread as usize])),
            )?)
        })?;
        let mut mine = Found::new();
        for thread in found {
            mine.merge(&thread.into_inner().unwrap_or_else(PoisonError::into_inner));
        }
        let all = self.gather(bench, &mine)?;
        store.release()?;
        match (plain, timed, all) {
            (Some(plain), Some(timed), Some(all)) => {
                Ok(self.rows(bench, setting, &plain, &timed, &all))
            }
            _ => Ok(Vec::new()),
        }
    }
}

/// The records, and what tells how many there are.
struct Store {
    table: Table,
    /// How many have been inserted after those that were loaded.
    inserted: Array<u64>,
    /// How many were loaded.
    records: u64,
    /// How many there can be.
    room: u64,
}

impl Store {
    fn release(self) -> Result<(), Error> {
        self.table.release()?;
        Ok(self.inserted.release()?)
    }
}

impl Ycsb {
    /// How many records there can be.
    fn room(&self, setting: &Setting) -> u64 {
        let inserts = self.0.shares.iter().any(|(kind, _)| *kind == Kind::Insert);
        if inserts { 2 * setting.records.max(LONGEST_SCAN) } else { setting.records }
    }

    fn client<'a>(
        &self,
        store: &'a Store,
        hand: Hand,
        length: Length,
        timed: Option<client::Timed<'a>>,
    ) -> Result<Client<'a>, pangea::Error> {
        let mut draw = Draw::new(1, hand.rank, hand.thread as usize);
        let count = match length {
            Length::Iterations(wanted) => wanted.clamp(1, OPERATIONS as u64) as usize,
            Length::Seconds(_) => OPERATIONS,
        };
        let operations = self.0.operations(&mut draw, store.records, records::FIELDS, count);
        Client::new(store, operations, draw, timed)
    }

    /// What all nodes have found, at rank 0. Collective.
    fn gather(&self, bench: &Bench<'_>, mine: &Found) -> Result<Option<Found>, Error> {
        let mut all = Found::new();
        for kind in Kind::ALL {
            let Some(words) = bench.gather(&mine.times(kind).to_words())? else { continue };
            words.iter().for_each(|words| all.add_times(kind, &Latencies::from_words(words)));
        }
        let Some(states) = bench.gather(&mine.states())? else { return Ok(None) };
        states.iter().for_each(|states| all.add_states(states));
        Ok(Some(all))
    }

    /// The row of all operations, and one for each kind.
    fn rows(
        &self,
        bench: &Bench<'_>,
        setting: &Setting,
        plain: &Measured,
        timed: &Measured,
        found: &Found,
    ) -> Vec<Row> {
        let [whole, absent, torn] = found.states();
        let parameters = [("records", setting.records), ("record bytes", setting.record_size)];
        let parameters =
            parameters.map(|(name, value)| (name.to_owned(), Fact::Number(value as f64)));
        let mut row = bench.row(self, setting, plain);
        row.parameters.extend(parameters.clone());
        row.verified = (setting.model != Model::Relaxed).then_some(torn == 0 && whole > 0);
        let mut number =
            |name: &str, value: u64| row.facts.insert(name.to_owned(), Fact::Number(value as f64));
        number("checked records", whole + absent + torn);
        number("torn records", torn);
        if absent > 0 {
            // Whose insertion had begun, and was not seen yet.
            number("absent records", absent);
        }
        let mut rows = vec![row];
        for (kind, share) in self.0.shares {
            let times = found.times(kind);
            let Some(latency) = times.summary(bench.timer()) else { continue };
            let mut row = bench.row(self, setting, timed);
            row.parameters.extend(parameters.clone());
            row.test = format!("{} {}", self.name(), kind.name());
            row.operations = latency.samples;
            row.latency = Some(latency);
            row.rate = None;
            row.round_trips = None;
            row.facts.insert("share".to_owned(), Fact::Number(share));
            rows.push(row);
        }
        rows
    }
}

/// The part of all records that a node loads.
fn part(records: u64, rank: usize, nodes: usize) -> Range<usize> {
    let upto = |rank: usize| (u128::from(records) * rank as u128 / nodes as u128) as usize;
    upto(rank)..upto(rank + 1)
}

/// Writes records that nobody has written.
fn load(table: &Table, records: Range<usize>, rank: usize) -> Result<(), Error> {
    let layout = table.layout();
    let (mut draw, mut bytes) = (Draw::new(2, rank, 0), vec![0; layout.record]);
    for record in records {
        records::fill(&mut bytes, layout.field(), &mut draw);
        table.write(record, 0, &bytes)?;
    }
    Ok(())
}

/// Half of the time for each of two runs.
fn half(length: Length) -> Length {
    match length {
        Length::Iterations(count) => Length::Iterations(count),
        Length::Seconds(seconds) => Length::Seconds(seconds / 2.0),
    }
}
