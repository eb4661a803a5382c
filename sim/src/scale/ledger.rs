//! [`Ledger`]: where the nodes of a measured job meet between two steps, and where it is counted what
//! each step took.
//!
//! The meeting is outside of what is measured: no message and no operation belongs to it. Nodes that
//! wait look again after ever longer pauses of virtual time. The last to come sees that every node
//! has done its step, so no work of it is in flight anywhere; it reads all counters, and then all go
//! on at the same moment of virtual time.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use verbs_shim::provider::sim::Nanos;
use verbs_shim::provider::{Counter, Counts};

use super::report::{Cost, Spread};
use crate::job::SimNode;
use crate::schedule::World;
use crate::traffic::Traffic;

/// The first pause between two looks, in nanoseconds.
const PAUSE: Nanos = 100_000;

/// Pauses grow with how long the first of the waiting nodes has waited; this is how many fit in.
const LOOKS: Nanos = 8;

/// What has been counted at one node.
#[derive(Clone, Copy, Default)]
struct Counted {
    counts: Counts,
    traffic: Traffic,
}

/// What all nodes of a measured job share.
pub(super) struct Ledger {
    nodes: u32,
    inner: RefCell<Inner>,
}

struct Inner {
    world: Option<Rc<World>>,
    counters: Vec<Option<Counter>>,
    /// The state of all counters at the last meeting.
    last: Vec<Counted>,
    /// How long each node took for the step under way, if it took part.
    times: Vec<Option<Nanos>>,
    meeting: u64,
    arrived: u32,
    first_arrival: Nanos,
    /// When those who are at the meeting go on.
    release: Nanos,
    /// When the last meeting was over, in real time.
    met: Instant,
    costs: Vec<Cost>,
}

impl Ledger {
    pub(super) fn new(nodes: u32) -> Ledger {
        let count = nodes as usize;
        let inner = Inner {
            world: None,
            counters: vec![None; count],
            last: vec![Counted::default(); count],
            times: vec![None; count],
            meeting: 0,
            arrived: 0,
            first_arrival: 0,
            release: 0,
            met: Instant::now(),
            costs: Vec::new(),
        };
        Ledger { nodes, inner: RefCell::new(inner) }
    }

    /// A node has joined.
    pub(super) fn enter(&self, sim: &SimNode) {
        let mut inner = self.inner.borrow_mut();
        inner.world.get_or_insert_with(World::current);
        let rank = sim.rank() as usize;
        inner.counters[rank] = Some(sim.node().provider_ref().counter());
        inner.times[rank] = Some(sim.now());
        drop(inner);
        self.meet(sim, "join");
    }

    /// A step of all nodes, in which those that take part do `work`.
    pub(super) fn step<E>(
        &self,
        sim: &SimNode,
        name: &str,
        takes_part: bool,
        work: impl FnOnce() -> Result<(), E>,
    ) -> Result<(), E> {
        if takes_part {
            let begun = sim.now();
            work()?;
            self.inner.borrow_mut().times[sim.rank() as usize] = Some(sim.now() - begun);
        }
        self.meet(sim, name);
        Ok(())
    }

    fn meet(&self, sim: &SimNode, step: &str) {
        let now = sim.now();
        let meeting = {
            let mut inner = self.inner.borrow_mut();
            if inner.arrived == 0 {
                inner.first_arrival = now;
            }
            inner.arrived += 1;
            if inner.arrived == self.nodes {
                inner.close(step);
                inner.meeting += 1;
                inner.arrived = 0;
                // Whoever looks at all looks once more before then.
                let longest = PAUSE.max((now - inner.first_arrival) / LOOKS);
                inner.release = now + 2 * longest;
                let release = inner.release;
                drop(inner);
                return sim.sleep(release - now);
            }
            inner.meeting
        };
        loop {
            let inner = self.inner.borrow();
            if inner.meeting != meeting {
                let release = inner.release;
                drop(inner);
                return sim.sleep(release.saturating_sub(sim.now()));
            }
            let pause = PAUSE.max((sim.now() - inner.first_arrival) / LOOKS);
            drop(inner);
            sim.sleep(pause);
        }
    }

    /// The job is over: what its nodes did since the last meeting was to leave.
    pub(super) fn finish(&self, now: Nanos) -> Vec<Cost> {
        let mut inner = self.inner.borrow_mut();
        let took = now.saturating_sub(inner.release);
        inner.times.fill(Some(took));
        inner.close("leave");
        std::mem::take(&mut inner.costs)
    }
}

impl Inner {
    /// All nodes have done a step.
    fn close(&mut self, step: &str) {
        let taking_part = self.times.iter().flatten().count() as u32;
        let mut spent = Vec::with_capacity(self.last.len());
        for (rank, last) in self.last.iter_mut().enumerate() {
            let counts = self.counters[rank].as_ref().map_or(last.counts, Counter::counts);
            let wires = |world: &Rc<World>| world.state.borrow().wires.traffic.of(rank as u32);
            let traffic = self.world.as_ref().map_or(last.traffic, wires);
            let now = Counted { counts, traffic };
            spent.push((now.counts - last.counts, now.traffic - last.traffic));
            *last = now;
        }
        let real_seconds = self.met.elapsed().as_secs_f64();
        let mut times: Vec<Nanos> = self.times.iter_mut().filter_map(Option::take).collect();
        times.sort_unstable();
        let spread =
            |of: &dyn Fn(&(Counts, Traffic)) -> u64| Spread::of(spent.iter().map(of), taking_part);
        self.costs.push(Cost {
            step: step.to_owned(),
            nodes: taking_part,
            round_trips: spread(&|(counts, _)| counts.round_trips),
            reads: spread(&|(counts, _)| counts.reads),
            writes: spread(&|(counts, _)| counts.writes),
            atomics: spread(&|(counts, _)| counts.atomics),
            bytes: spread(&|(counts, _)| counts.bytes_read + counts.bytes_written),
            queue_pairs: spread(&|(counts, _)| counts.queue_pairs),
            pairs_made: Spread::of(
                self.last.iter().map(|at| at.counts.queue_pairs),
                self.last.len() as u32,
            ),
            messages: spread(&|(_, traffic)| traffic.messages()),
            message_bytes: spread(&|(_, traffic)| traffic.bytes()),
            nanos_median: times.get(times.len() / 2).copied().unwrap_or_default(),
            nanos_max: times.last().copied().unwrap_or_default(),
            real_seconds,
        });
        self.met = Instant::now();
    }
}
