//! [`Workload`], what a test is; and [`Bench`], what it measures with.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use pangea::{Array, Distribution, Element, Model, Node};
use verbs_shim::provider::{Counts, VerbsOptions};

use super::error::Error;
use super::measure::{End, Gate, Intervals, Kind, Latencies, Operation, Plan, Sample, Timer};
use super::measure::{measure, on_threads, warm_up};
use super::options::{Length, Settings};
use super::report::Row;

/// A test: what it measures, and how every node of the job runs it.
pub(crate) trait Workload: Sync {
    /// Its name on the command line.
    fn name(&self) -> &'static str;

    /// The group that it belongs to.
    fn group(&self) -> &'static str;

    /// One line for `--list`.
    fn about(&self) -> &'static str;

    /// Which settings it has, and their defaults.
    fn takes(&self) -> Takes;

    /// The least number of nodes.
    fn nodes(&self) -> u32 {
        2
    }

    /// Bytes that it needs in the arena of each node.
    fn memory(&self, setting: &Setting) -> u64;

    /// Runs it. Every node calls this, and in it the same collective operations in the same order; rank 0
    /// returns the rows, the others none.
    fn run(&self, bench: &Bench<'_>, setting: &Setting) -> Result<Vec<Row>, Error>;
}

/// Which settings a test has.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Takes {
    /// Sizes, if it moves as many bytes as it is told.
    pub(crate) size: Option<Sizes>,
    /// Operations in flight, if nothing is said; `None` if that is no setting of it.
    pub(crate) depth: Option<u32>,
    /// Operations for each doorbell, if nothing is said; `None` if that is no setting of it.
    pub(crate) batch: Option<u32>,
    /// Whether several threads of a node can do it.
    pub(crate) threads: bool,
    /// Whether both sides can do it at once.
    pub(crate) bidirectional: bool,
    /// The consistency model, if nothing is said; `None` if that is no setting of it.
    pub(crate) model: Option<Model>,
}

/// The sizes in bytes that a test can have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// If nothing is said.
    pub(crate) usual: u64,
    pub(crate) least: u64,
    pub(crate) most: u64,
}

/// With what a test runs once.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    /// Bytes of one operation; 8 where that is no setting of the test.
    pub(crate) size: u64,
    pub(crate) length: Length,
    /// Operations before measuring begins; otherwise as many as it takes.
    pub(crate) warmup: Option<u64>,
    pub(crate) depth: u32,
    pub(crate) batch: u32,
    /// Threads of each node that measures.
    pub(crate) threads: u32,
    pub(crate) bidirectional: bool,
    pub(crate) model: Model,
}

impl Setting {
    /// Bytes of one operation.
    pub(crate) fn bytes(&self) -> usize {
        self.size as usize
    }
}

/// Which nodes measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// Rank 0, and rank 1 too if both sides are asked for. The others sleep meanwhile.
    First,
    /// All, each for itself.
    All,
    /// All, and each operation is one of all nodes together: so one thread of each does as many.
    Together,
}

/// Where an operation is called: one of the threads that measure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hand {
    /// Of this node.
    pub(crate) rank: usize,
    /// Whose memory it works on: rank 1, or rank 0 for any other.
    pub(crate) peer: usize,
    /// Its number on its node.
    pub(crate) thread: u32,
}

/// What was measured, by all threads of all nodes that did; rank 0 has it.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) latencies: Option<Latencies>,
    /// Of each thread of each node.
    pub(crate) intervals: Vec<Intervals>,
    pub(crate) round_trips: u64,
}

impl Measured {
    pub(crate) fn operations(&self) -> u64 {
        self.intervals.iter().map(Intervals::operations).sum()
    }

    /// Those of the thread that took longest.
    pub(crate) fn seconds(&self) -> f64 {
        self.intervals.iter().map(Intervals::nanoseconds).max().unwrap_or(0) as f64 / 1e9
    }
}

/// A node of a job that runs tests, one after another.
pub(crate) struct Bench<'a> {
    node: &'a Node,
    settings: &'a Settings,
    verbs: &'a VerbsOptions,
    timer: Timer,
    made: Cell<u64>,
    /// A word at each node: how many times those who measure are done.
    bells: Array<u64>,
    rung: Cell<u64>,
}

/// How long a node that only lends its memory sleeps between two looks at its bell.
const NAP: Duration = Duration::from_micros(200);
/// After so many naps it makes sure that rank 0 is still there.
const NAPS: u32 = 500;

impl<'a> Bench<'a> {
    /// On every node. Collective.
    pub(crate) fn new(
        node: &'a Node,
        settings: &'a Settings,
        verbs: &'a VerbsOptions,
    ) -> Result<Bench<'a>, Error> {
        let bells = node.array("bench bells").len(node.size()).create()?;
        let timer = Timer::calibrate();
        node.barrier()?;
        Ok(Bench { node, settings, verbs, timer, made: Cell::new(0), bells, rung: Cell::new(0) })
    }

    pub(crate) fn node(&self) -> &'a Node {
        self.node
    }

    pub(crate) fn settings(&self) -> &'a Settings {
        self.settings
    }

    /// Which NIC the job uses, for who opens it once more.
    pub(crate) fn verbs(&self) -> &'a VerbsOptions {
        self.verbs
    }

    pub(crate) fn timer(&self) -> Timer {
        self.timer
    }

    /// A name that nothing has had in this run. The same on all nodes, because all ask for the same names in
    /// the same order.
    pub(crate) fn name(&self, what: &str) -> String {
        self.made.set(self.made.get() + 1);
        format!("bench {} {what}", self.made.get())
    }

    /// A new array. All nodes make it, and release it when they are done. Collective.
    pub(crate) fn array<T: Element>(
        &self,
        what: &str,
        len: usize,
        distribution: Distribution,
    ) -> Result<Array<T>, Error> {
        Ok(self.node.array(&self.name(what)).len(len).distribution(distribution).create()?)
    }

    /// How long an operation takes. `make` makes it, on each thread that measures. Collective; see
    /// [`Bench::measure`].
    pub(crate) fn latency<O: Operation>(
        &self,
        who: Who,
        setting: &Setting,
        make: impl Fn(Hand) -> Result<O, Error> + Sync,
    ) -> Result<Option<Measured>, Error> {
        self.measure(who, setting, Kind::Latency, make)
    }

    /// How many operations there are in a second, of which a call does `per_call`. Collective; see
    /// [`Bench::measure`].
    pub(crate) fn rate<O: Operation>(
        &self,
        who: Who,
        setting: &Setting,
        per_call: u64,
        make: impl Fn(Hand) -> Result<O, Error> + Sync,
    ) -> Result<Option<Measured>, Error> {
        self.measure(who, setting, Kind::Rate { per_call }, make)
    }

    /// Measures on those nodes that are to, while the others sleep; what all have found is at rank 0 afterwards.
    /// Nobody goes on before all are done. Collective.
    pub(crate) fn measure<O: Operation>(
        &self,
        who: Who,
        setting: &Setting,
        kind: Kind,
        make: impl Fn(Hand) -> Result<O, Error> + Sync,
    ) -> Result<Option<Measured>, Error> {
        self.node.barrier()?;
        let measures = match who {
            Who::First if setting.bidirectional => self.node.rank() < 2,
            Who::First => self.node.rank() == 0,
            Who::All | Who::Together => true,
        };
        let mut mine = Measured { latencies: None, intervals: Vec::new(), round_trips: 0 };
        if measures {
            mine = self.measure_here(who, setting, kind, make)?;
        }
        if who == Who::First {
            self.ring_or_sleep(if setting.bidirectional { 2 } else { 1 })?;
        }
        self.node.barrier()?;
        self.collect(&mine)
    }

    fn measure_here<O: Operation>(
        &self,
        who: Who,
        setting: &Setting,
        kind: Kind,
        make: impl Fn(Hand) -> Result<O, Error> + Sync,
    ) -> Result<Measured, Error> {
        let (node, timer) = (self.node.clone(), self.timer);
        let counts = [(); 2].map(|()| std::sync::Mutex::new(Counts::default()));
        let note = |at: usize| {
            if let Ok(mut counts) = counts[at].lock() {
                *counts = node.counts();
            }
        };
        let rank = node.rank();
        let peer = if rank == 0 { node.size().min(2) - 1 } else { 0 };
        let threads = if who == Who::Together { 1 } else { setting.threads };
        let work = |thread: u32, gate: &Gate| -> Result<Sample, Error> {
            let mut operation = make(Hand { rank, peer, thread })?;
            let (per_call, length) = (kind.per_call(), setting.length);
            let (done, each) = if who == Who::Together {
                // As many for all.
                let length = Length::Iterations(setting.warmup.unwrap_or(TOGETHER));
                warm_up(&mut operation, length, per_call, Some(setting.warmup.unwrap_or(TOGETHER)))?
            } else {
                warm_up(&mut operation, length, per_call, setting.warmup)?
            };
            let mut plan = Plan::new(length, per_call, each, timer);
            if who == Who::Together {
                plan = agree(&node, plan.counted(each))?;
            }
            gate.meet(|| note(0))?;
            let sample = measure(&mut operation, kind, plan, done, timer)?;
            gate.meet(|| note(1))?;
            Ok(sample)
        };
        let samples = on_threads(threads, work)?;
        let [before, after] = counts.map(|counts| counts.into_inner().unwrap_or_default());
        let latencies =
            samples.iter().filter_map(|sample| sample.latencies.clone()).reduce(|mut all, one| {
                all.merge(&one);
                all
            });
        Ok(Measured {
            latencies,
            intervals: samples.into_iter().map(|sample| sample.intervals).collect(),
            round_trips: (after - before).round_trips,
        })
    }

    /// Those who have measured, so many from rank 0 on, tell the others; who sleeps needs no processor
    /// meanwhile, as who waits at a barrier does.
    fn ring_or_sleep(&self, measured: usize) -> Result<(), Error> {
        self.rung.set(self.rung.get() + 1);
        let (rank, wanted) = (self.node.rank(), self.rung.get());
        if rank < measured {
            // Rank 0 rings for all; the barrier that follows waits for the others.
            if rank == 0 {
                for other in measured..self.node.size() {
                    self.bells.put(other, wanted)?;
                }
            }
            return Ok(());
        }
        let mut naps = 0;
        while self.bells.get(rank)? < wanted {
            std::thread::sleep(NAP);
            naps += 1;
            if naps % NAPS == 0 {
                // Fails when rank 0 has died, which would never ring.
                self.bells.get(0)?;
            }
        }
        Ok(())
    }

    /// Brings what all nodes have measured to rank 0. Collective.
    fn collect(&self, mine: &Measured) -> Result<Option<Measured>, Error> {
        let mut words = vec![mine.round_trips, mine.intervals.len() as u64];
        for part in mine.intervals.iter().map(Intervals::to_words) {
            words.push(part.len() as u64);
            words.extend(part);
        }
        words.extend(mine.latencies.iter().flat_map(Latencies::to_words));
        let Some(all) = self.gather(&words)? else { return Ok(None) };
        let mut total = Measured { latencies: None, intervals: Vec::new(), round_trips: 0 };
        for words in all {
            let mut words = words.into_iter();
            total.round_trips += words.next().unwrap_or(0);
            for _ in 0..words.next().unwrap_or(0) {
                let len = words.next().unwrap_or(0) as usize;
                let part: Vec<u64> = words.by_ref().take(len).collect();
                total.intervals.push(Intervals::from_words(&part));
            }
            let rest: Vec<u64> = words.collect();
            if !rest.is_empty() {
                let theirs = Latencies::from_words(&rest);
                match &mut total.latencies {
                    Some(all) => all.merge(&theirs),
                    None => total.latencies = Some(theirs),
                }
            }
        }
        Ok(Some(total))
    }

    /// The words of every node, in the order of ranks, at rank 0. Collective.
    pub(crate) fn gather(&self, mine: &[u64]) -> Result<Option<Vec<Vec<u64>>>, Error> {
        // One more, for how many there are.
        let longest = self.node.reduce(mine.len() as u64, u64::max)? as usize + 1;
        let array: Array<u64> =
            self.array("gathered", longest * self.node.size(), Distribution::Block)?;
        let start = self.node.rank() * longest;
        array.put(start, mine.len() as u64)?;
        array.put_range(start + 1, mine)?;
        self.node.barrier()?;
        let mut all = None;
        if self.node.is_leader() {
            let mut words = vec![0; array.len()];
            array.get_range(0, &mut words)?;
            let of = |part: &[u64]| part[1..=part[0] as usize].to_vec();
            all = Some(words.chunks_exact(longest).map(of).collect());
        }
        self.node.barrier()?;
        array.release()?;
        Ok(all)
    }

    /// The row of a test. `size` is that of one operation, where the test has sizes.
    pub(crate) fn row(
        &self,
        workload: &dyn Workload,
        setting: &Setting,
        measured: &Measured,
    ) -> Row {
        let takes = workload.takes();
        let rate = Intervals::rate(&measured.intervals);
        let operations = measured.operations();
        let size = takes.size.map(|_| setting.size);
        Row {
            test: workload.name().to_owned(),
            group: workload.group().to_owned(),
            size,
            nodes: self.node.size() as u32,
            threads: if takes.threads { setting.threads } else { 1 },
            depth: if takes.depth.is_some() { setting.depth } else { 1 },
            batch: if takes.batch.is_some() { setting.batch } else { 1 },
            operations,
            seconds: measured.seconds(),
            latency: measured.latencies.as_ref().and_then(|it| it.summary(self.timer)),
            rate,
            bandwidth: size.zip(rate).map(|(size, rate)| rate.times(size as f64)),
            round_trips: (operations > 0).then(|| measured.round_trips as f64 / operations as f64),
            verified: None,
            facts: BTreeMap::new(),
        }
    }

    /// The rows of a test that has one: none on nodes other than rank 0.
    pub(crate) fn rows(
        &self,
        workload: &dyn Workload,
        setting: &Setting,
        measured: Option<&Measured>,
    ) -> Vec<Row> {
        measured.map(|measured| self.row(workload, setting, measured)).into_iter().collect()
    }
}

/// Warm-up calls of operations that are done together.
const TOGETHER: u64 = 64;

/// All nodes do as rank 0 has planned.
fn agree(node: &Node, plan: Plan) -> Result<Plan, Error> {
    let groups = match plan.end {
        End::Groups(groups) => groups,
        End::Time(_) => 1,
    };
    let [group, groups] = node.broadcast(0, [plan.group, groups])?;
    Ok(Plan { group, end: End::Groups(groups) })
}
