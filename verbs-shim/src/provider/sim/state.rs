//! The state of the network, its clock, and the heap of events that are due.
//!
//! An entry of the heap names a timer of a pair, and counts only while the timer has its number: a
//! timer that is unset or set anew leaves a dead entry behind, which is dropped when it comes up. So
//! setting costs one push, and nothing is ever searched for.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, VecDeque};
use std::sync::Arc;

use super::event::NicEvent;
use super::host::{Chance, Host};
use super::machine::Node;
use super::pair::{Pair, Stage, Timer};
use super::settings::{FaultCounts, Settings};
use super::slab::{Id, Slab};
use super::{Machine, Nanos};
use crate::error::Status;
use crate::provider::RawCompletion;

/// Which timer of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Turn,
    Answer,
    Resend,
    /// Of the READ of this index.
    Sample(u64),
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    at: Nanos,
    /// Puts events of the same time in any order.
    tie: u32,
    ticket: u64,
    pair: Id,
    what: What,
}

impl Entry {
    fn key(&self) -> (Nanos, u32, u64) {
        (self.at, self.tie, self.ticket)
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        self.key() == other.key()
    }
}
impl Eq for Entry {}
impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Entry) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Entry {
    fn cmp(&self, other: &Entry) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

/// A completion queue: what has not been polled.
pub(super) type Queue = VecDeque<RawCompletion>;

pub(super) struct State {
    pub(super) now: Nanos,
    tickets: u64,
    heap: BinaryHeap<Reverse<Entry>>,
    pub(super) settings: Settings,
    pub(super) chance: Box<dyn Chance>,
    pub(super) host: Option<Arc<dyn Host>>,
    pub(super) counts: FaultCounts,
    /// A search performs events in any order, whatever time it is.
    pub(super) searching: bool,
    /// The place of each machine in `nodes`.
    places: BTreeMap<Machine, usize>,
    pub(super) nodes: Vec<Node>,
    pub(super) pairs: Slab<Pair>,
    pub(super) queues: Slab<Queue>,
    pub(super) cuts: BTreeSet<(Machine, Machine)>,
    /// Lists and buffers to be used again.
    pub(super) spare_lines: Vec<Vec<u32>>,
    pub(super) spare_bytes: Vec<Vec<u8>>,
}

/// Lists and buffers that are kept to be used again.
const SPARE: usize = 64;

impl State {
    pub(super) fn new(
        settings: Settings,
        chance: Box<dyn Chance>,
        host: Option<Arc<dyn Host>>,
    ) -> State {
        State {
            now: 0,
            tickets: 0,
            heap: BinaryHeap::new(),
            settings,
            chance,
            host,
            counts: FaultCounts::default(),
            searching: false,
            places: BTreeMap::new(),
            nodes: Vec::new(),
            pairs: Slab::new(),
            queues: Slab::new(),
            cuts: BTreeSet::new(),
            spare_lines: Vec::new(),
            spare_bytes: Vec::new(),
        }
    }

    /// The place of a machine, which is new if it was never heard of.
    pub(super) fn place(&mut self, machine: Machine) -> usize {
        let nodes = &mut self.nodes;
        *self.places.entry(machine).or_insert_with(|| {
            nodes.push(Node::new(machine));
            nodes.len() - 1
        })
    }

    /// The places of all machines, by their numbers.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        self.places.values().copied()
    }

    // Chance. None is drawn where the settings leave nothing open, so that a search without time
    // does not branch on it.

    /// Up to `most`.
    #[inline]
    pub(super) fn up_to(&mut self, most: Nanos) -> Nanos {
        if most == 0 { 0 } else { self.chance.below(most + 1) }
    }

    /// True in `per_million` of a million cases.
    #[inline]
    pub(super) fn happens(&mut self, per_million: u32) -> bool {
        per_million > 0 && self.chance.below(1_000_000) < u64::from(per_million)
    }

    /// How long something takes one way.
    #[inline]
    pub(super) fn one_way(&mut self) -> Nanos {
        self.settings.latency.one_way + self.up_to(self.settings.latency.jitter)
    }

    pub(super) fn keep_lines(&mut self, lines: Option<Vec<u32>>) {
        if let Some(lines) = lines
            && self.spare_lines.len() < SPARE
        {
            self.spare_lines.push(lines);
        }
    }

    pub(super) fn keep_bytes(&mut self, bytes: Vec<u8>) {
        if self.spare_bytes.len() < SPARE {
            self.spare_bytes.push(bytes);
        }
    }

    // Events.

    fn timer(&mut self, id: Id, what: What) -> Option<&mut Timer> {
        let pair = self.pairs.get_mut(id)?;
        match what {
            What::Turn => Some(&mut pair.turn),
            What::Answer => Some(&mut pair.answer),
            What::Resend => Some(&mut pair.resend),
            What::Sample(index) => {
                pair.reads.iter_mut().find(|read| read.index == index).map(|read| &mut read.timer)
            }
        }
    }

    /// Sets a timer, instead of what it was set to before.
    #[inline]
    pub(super) fn set(&mut self, id: Id, what: What, at: Nanos) {
        self.tickets += 1;
        let ticket = self.tickets;
        let tie = match self.settings.latency.jitter {
            0 => 0,
            _ => self.chance.below(1 << 16) as u32,
        };
        if let Some(timer) = self.timer(id, what) {
            *timer = Timer { ticket, at };
            self.heap.push(Reverse(Entry { at, tie, ticket, pair: id, what }));
        }
    }

    /// Sets the resend timer of a pair, unless it runs already.
    pub(super) fn await_resend(&mut self, id: Id) {
        let pair = &self.pairs[id];
        if !pair.resend.is_set() && pair.stage == Stage::Connected {
            let at = self.now + pair.timeout;
            self.set(id, What::Resend, at);
        }
    }

    /// When the next event is due.
    pub(super) fn next_event(&mut self) -> Option<Nanos> {
        while let Some(Reverse(entry)) = self.heap.peek().copied() {
            if self.timer(entry.pair, entry.what).is_some_and(|timer| timer.ticket == entry.ticket)
            {
                return Some(entry.at);
            }
            self.heap.pop();
        }
        None
    }

    /// Performs the next event, moving time.
    pub(super) fn step(&mut self) -> bool {
        while let Some(Reverse(entry)) = self.heap.pop() {
            let Some(timer) = self.timer(entry.pair, entry.what) else { continue };
            if timer.ticket != entry.ticket {
                continue;
            }
            *timer = Timer::default();
            self.now = self.now.max(entry.at);
            self.perform(entry.pair, entry.what, None);
            return true;
        }
        false
    }

    /// Performs an event whose timer has been unset; `line` is the cache line it is about, or chance
    /// chooses.
    pub(super) fn perform(&mut self, id: Id, what: What, line: Option<u32>) {
        match what {
            What::Turn => self.turn(id, line),
            What::Sample(index) => self.sample(id, index, line),
            What::Answer => self.answer_arrives(id),
            What::Resend => self.resend(id),
        }
    }

    // What others hear.

    #[inline]
    pub(super) fn record(&self, event: impl FnOnce() -> NicEvent) {
        if let Some(host) = &self.host
            && host.records()
        {
            host.record(self.now, &event());
        }
    }

    #[inline]
    pub(super) fn changed(&self, machine: Machine) {
        if let Some(host) = &self.host {
            host.changed(machine);
        }
    }

    #[inline]
    pub(super) fn push(&mut self, queue: Id, id: u64, status: Status) {
        // The queue may have gone with its machine.
        if let Some(queue) = self.queues.get_mut(queue) {
            queue.push_back(RawCompletion { id, status });
        }
    }
}
