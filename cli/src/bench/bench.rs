//! [`Bench`]: what a test measures with.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Mutex;

use pangea::{Array, Distribution, Element, Node};
use verbs_shim::provider::{Counter, Counts, VerbsOptions};

use super::bell::Bell;
use super::error::Error;
use super::measure::{
    End, Gate, InStep, Intervals, Kind, Latencies, Operation, Plan, Sample, Timer,
};
use super::measure::{measure_in_step, on_threads, warm_up};
use super::report::{Fact, Row};
pub(crate) use super::test::{Models, Setting, Sizes, Takes, Workload};

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
#[derive(Clone, Debug, Default)]
pub(crate) struct Measured {
    pub(crate) latencies: Option<Latencies>,
    /// Of each thread of each node.
    pub(crate) intervals: Vec<Intervals>,
    /// What all nodes that measured asked of their NICs meanwhile.
    pub(crate) counts: Counts,
}

impl Measured {
    pub(crate) fn operations(&self) -> u64 {
        self.intervals.iter().map(Intervals::operations).sum()
    }

    /// Those of the thread that took longest.
    pub(crate) fn seconds(&self) -> f64 {
        self.intervals.iter().map(Intervals::nanoseconds).max().unwrap_or(0) as f64 / 1e9
    }

    /// Where all of so many nodes have done the same operations together, which count once.
    pub(crate) fn together(mut self, nodes: usize) -> Measured {
        self.intervals.truncate(1);
        self.counts = counts_of(words_of(self.counts).map(|count| count / nodes as u64));
        self
    }

    /// Takes in what a thread has measured.
    fn add(&mut self, sample: Sample) {
        self.intervals.push(sample.intervals);
        if let Some(latencies) = sample.latencies {
            self.merge(latencies);
        }
    }

    fn merge(&mut self, latencies: Latencies) {
        match &mut self.latencies {
            Some(all) => all.merge(&latencies),
            None => self.latencies = Some(latencies),
        }
    }

    fn to_words(&self) -> Vec<u64> {
        let mut words = words_of(self.counts).to_vec();
        words.push(self.intervals.len() as u64);
        for part in self.intervals.iter().map(Intervals::to_words) {
            words.push(part.len() as u64);
            words.extend(part);
        }
        words.extend(self.latencies.iter().flat_map(Latencies::to_words));
        words
    }

    /// Takes in what another node has sent.
    fn add_words(&mut self, words: &[u64]) {
        let mut words = words.iter().copied();
        let counts = std::array::from_fn(|_| words.next().unwrap_or(0));
        self.counts = self.counts + counts_of(counts);
        for _ in 0..words.next().unwrap_or(0) {
            let len = words.next().unwrap_or(0) as usize;
            let part: Vec<u64> = words.by_ref().take(len).collect();
            self.intervals.push(Intervals::from_words(&part));
        }
        let rest: Vec<u64> = words.collect();
        if !rest.is_empty() {
            self.merge(Latencies::from_words(&rest));
        }
    }
}

/// Where the threads of a node meet around what is measured.
pub(crate) struct Stage<'a> {
    gate: &'a Gate,
    begins: &'a (dyn Fn() -> Result<(), Error> + Sync),
    ends: &'a (dyn Fn() -> Result<(), Error> + Sync),
}

/// Which other nodes measure at the same time.
#[derive(Clone, Copy)]
enum Beside {
    Nobody,
    Peer(usize),
    All,
}

impl Stage<'_> {
    /// What counts begins when all threads are here, of all nodes that measure.
    pub(crate) fn begin(&self) -> Result<(), Error> {
        self.gate.meet(self.begins)
    }

    /// It ends when all are here; nobody goes on before the other side is done, too.
    pub(crate) fn end(&self) -> Result<(), Error> {
        self.gate.meet(self.ends)
    }
}

/// A node of a job that runs tests, one after another.
pub(crate) struct Bench<'a> {
    node: &'a Node,
    verbs: &'a VerbsOptions,
    timer: Timer,
    made: Cell<u64>,
    bell: Bell,
    rounds: Cell<u64>,
    /// What counts round trips that the node knows nothing of.
    beside: RefCell<Option<Counter>>,
}

impl<'a> Bench<'a> {
    /// On every node. Collective.
    pub(crate) fn new(node: &'a Node, verbs: &'a VerbsOptions) -> Result<Bench<'a>, Error> {
        let (bell, timer) = (Bell::new(node)?, Timer::calibrate());
        node.barrier()?;
        Ok(Bench {
            node,
            verbs,
            timer,
            made: Cell::new(0),
            bell,
            rounds: Cell::new(0),
            beside: RefCell::default(),
        })
    }

    pub(crate) fn node(&self) -> &'a Node {
        self.node
    }

    /// Which NIC the job uses, for who opens it once more.
    pub(crate) fn verbs(&self) -> &'a VerbsOptions {
        self.verbs
    }

    /// For who has to know whether another node is still there.
    pub(crate) fn bell(&self) -> Bell {
        self.bell.clone()
    }

    /// The bell of a measurement, which all nodes take part in, whether they measure or sleep. Collective.
    pub(crate) fn next_bell(&self) -> Bell {
        self.rounds.set(self.rounds.get() + 1);
        self.bell.round(self.rounds.get())
    }

    /// From now on, round trips that this one counts belong to what is measured, too; or no others any more.
    pub(crate) fn count_beside(&self, counter: Option<Counter>) {
        *self.beside.borrow_mut() = counter;
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
        self.measure(who, setting, Kind::Latency, make, |_, bell| bell.wait())
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
        self.measure(who, setting, Kind::Rate { per_call }, make, |_, bell| bell.wait())
    }

    /// Warms an operation up and measures it, on the threads of those nodes that are to. Where one side does,
    /// rank 1 does `serve` meanwhile, on as many threads, which is to end when the bell rings; all others sleep.
    /// Rank 0 has what all have found. Nobody goes on before all are done. Collective.
    pub(crate) fn measure<O: Operation>(
        &self,
        who: Who,
        setting: &Setting,
        kind: Kind,
        make: impl Fn(Hand) -> Result<O, Error> + Sync,
        serve: impl Fn(Hand, &Bell) -> Result<(), Error> + Sync,
    ) -> Result<Option<Measured>, Error> {
        let (node, timer) = (self.node.clone(), self.timer);
        let (length, per_call) = (setting.length, kind.per_call());
        let work = |hand: Hand, stage: &Stage<'_>| {
            let mut operation = make(hand)?;
            let together = who == Who::Together;
            // As many for all, if they are done together.
            let warmup = setting.warmup.or(together.then_some(TOGETHER));
            let (done, each) = warm_up(&mut operation, length, per_call, warmup)?;
            let mut plan = Plan::new(length, kind, each, timer);
            if together {
                plan = agreed(&node, plan)?;
            }
            stage.begin()?;
            let agree = |groups| Ok(node.broadcast(0, groups)?);
            let in_step = together.then_some(InStep { each, agree: &agree });
            let sample =
                measure_in_step(&mut operation, kind, plan, done, timer, in_step.as_ref())?;
            // What others still use is kept until all are done.
            stage.end()?;
            Ok(sample)
        };
        self.sample(who, setting, work, serve)
    }

    /// As [`Bench::measure`], where `work` itself measures, on each thread.
    pub(crate) fn sample(
        &self,
        who: Who,
        setting: &Setting,
        work: impl Fn(Hand, &Stage<'_>) -> Result<Sample, Error> + Sync,
        serve: impl Fn(Hand, &Bell) -> Result<(), Error> + Sync,
    ) -> Result<Option<Measured>, Error> {
        let bell = self.next_bell();
        let (rank, size) = (self.node.rank(), self.node.size());
        let hand =
            |thread| Hand { rank, peer: if rank == 0 { size.min(2) - 1 } else { 0 }, thread };
        let both = who == Who::First && setting.bidirectional;
        let measuring = match who {
            Who::First if both => 2.min(size),
            Who::First => 1,
            Who::All | Who::Together => size,
        };
        let mut mine = Measured::default();
        self.node.barrier()?;
        if rank < measuring {
            let threads = if who == Who::Together { 1 } else { setting.threads };
            let beside = match who {
                Who::First if both => Beside::Peer(hand(0).peer),
                Who::First => Beside::Nobody,
                Who::All | Who::Together => Beside::All,
            };
            mine =
                self.on_stage(threads, &bell, beside, |thread, stage| work(hand(thread), stage))?;
            if rank == 0 {
                bell.ring_all(measuring)?;
            }
        } else if rank == 1 {
            on_threads(setting.threads, |thread, _| serve(hand(thread), &bell))?;
        } else {
            bell.wait()?;
        }
        self.node.barrier()?;
        let words = self.gather(&mine.to_words())?;
        Ok(words.map(|words| {
            let mut all = Measured::default();
            words.iter().for_each(|words| all.add_words(words));
            all
        }))
    }

    /// Measures on the threads of this node.
    fn on_stage(
        &self,
        threads: u32,
        bell: &Bell,
        others: Beside,
        work: impl Fn(u32, &Stage<'_>) -> Result<Sample, Error> + Sync,
    ) -> Result<Measured, Error> {
        let (node, beside) = (self.node.clone(), self.beside.borrow().clone());
        let counts = Mutex::new([Counts::default(); 2]);
        let note = |at: usize| {
            if let Ok(mut counts) = counts.lock() {
                let beside = beside.as_ref().map(Counter::counts).unwrap_or_default();
                counts[at] = node.counts() + beside;
            }
        };
        let begins = || {
            match others {
                Beside::Nobody => {}
                Beside::Peer(peer) => bell.begin_with(peer)?,
                Beside::All => node.barrier()?,
            }
            note(0);
            Ok(())
        };
        let ends = || {
            note(1);
            match others {
                Beside::Peer(peer) => bell.wait_for(peer),
                Beside::Nobody | Beside::All => Ok(()),
            }
        };
        let samples = on_threads(threads, |thread, gate| {
            work(thread, &Stage { gate, begins: &begins, ends: &ends })
        })?;
        let [before, after] = counts.into_inner().unwrap_or_default();
        let mut measured = Measured { counts: after - before, ..Measured::default() };
        samples.into_iter().for_each(|sample| measured.add(sample));
        Ok(measured)
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

    /// The row of a test.
    pub(crate) fn row(
        &self,
        workload: &dyn Workload,
        setting: &Setting,
        measured: &Measured,
    ) -> Row {
        let rate = Intervals::rate(&measured.intervals);
        let operations = measured.operations();
        let size = workload.takes().size.map(|_| setting.size);
        let mut parameters = BTreeMap::new();
        if setting.bidirectional {
            parameters.insert("sides".to_owned(), Fact::Number(2.0));
        }
        if workload.takes().model.is_some() {
            parameters.insert("model".to_owned(), Fact::Text(setting.model.to_string()));
        }
        Row {
            test: workload.name().to_owned(),
            group: workload.group().to_owned(),
            size,
            nodes: self.node.size() as u32,
            threads: setting.threads,
            depth: setting.depth,
            batch: setting.batch,
            operations,
            seconds: measured.seconds(),
            latency: measured.latencies.as_ref().and_then(|it| it.summary(self.timer)),
            rate,
            bandwidth: size.zip(rate).map(|(size, rate)| rate.times(size as f64)),
            round_trips: (operations > 0)
                .then(|| measured.counts.round_trips as f64 / operations as f64),
            verified: None,
            parameters,
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

/// As they travel.
fn words_of(counts: Counts) -> [u64; 7] {
    let Counts { reads, writes, atomics, bytes_read, bytes_written, round_trips, queue_pairs } =
        counts;
    [reads, writes, atomics, bytes_read, bytes_written, round_trips, queue_pairs]
}

/// As they were sent.
fn counts_of(words: [u64; 7]) -> Counts {
    let [reads, writes, atomics, bytes_read, bytes_written, round_trips, queue_pairs] = words;
    Counts { reads, writes, atomics, bytes_read, bytes_written, round_trips, queue_pairs }
}

/// Warm-up calls of operations that are done together.
const TOGETHER: u64 = 64;

/// All nodes do as rank 0 has planned.
fn agreed(node: &Node, plan: Plan) -> Result<Plan, Error> {
    let groups = match plan.end {
        End::Groups(groups) => groups,
        End::Time(_) => 0,
    };
    let [group, groups] = node.broadcast(0, [plan.group, groups])?;
    let end = match plan.end {
        End::Groups(_) => End::Groups(groups),
        time => time,
    };
    Ok(Plan { group, end })
}
