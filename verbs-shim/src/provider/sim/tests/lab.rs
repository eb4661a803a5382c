//! What the tests have: a network with a host that records, chance that is known, and processes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::super::{Chance, Host, Machine, Nanos, Network, NicEvent, Point, Settings, Sim};
use crate::{
    Access, Completion, CompletionQueue, Fabric, QueuePair, QueuePairConfig, Region, RemoteAddr,
    RemoteRegion, Status, WorkRequest,
};

/// Always the least that is possible.
pub(super) struct Least;
/// Always the most that is possible.
pub(super) struct Most;
/// A linear congruential generator.
pub(super) struct Dice(pub(super) u64);

impl Chance for Least {
    fn below(&mut self, _bound: u64) -> u64 {
        0
    }
}

impl Chance for Most {
    fn below(&mut self, bound: u64) -> u64 {
        bound - 1
    }
}

impl Chance for Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (self.0 >> 24) % bound
    }
}

#[derive(Default)]
pub(super) struct Recorder {
    pub(super) events: Mutex<Vec<(Nanos, NicEvent)>>,
    pub(super) posts: AtomicU64,
    pub(super) polls: AtomicU64,
    pub(super) changes: Mutex<Vec<Machine>>,
}

impl Host for Recorder {
    fn give_way(&self, _machine: Machine, point: Point) {
        match point {
            Point::Post => self.posts.fetch_add(1, Ordering::Relaxed),
            Point::Poll => self.polls.fetch_add(1, Ordering::Relaxed),
        };
    }

    fn changed(&self, machine: Machine) {
        self.changes.lock().unwrap().push(machine);
    }

    fn record(&self, at: Nanos, event: &NicEvent) {
        self.events.lock().unwrap().push((at, event.clone()));
    }

    fn records(&self) -> bool {
        true
    }
}

/// No time, no faults, all events in the hands of the test.
pub(super) fn timeless() -> Settings {
    let mut settings = Settings::default();
    settings.latency.jitter = 0;
    settings.latency.line = 0;
    settings.latency.atomic = 0;
    settings
}

pub(super) struct Lab {
    pub(super) network: Network,
    pub(super) recorder: Arc<Recorder>,
}

/// A process: a region that all may reach, and one for local buffers.
pub(super) struct Process {
    pub(super) fabric: Fabric<Sim>,
    pub(super) region: Region,
    pub(super) local: Region,
}

/// One end of a connection.
pub(super) struct End {
    pub(super) pair: QueuePair<Sim>,
    pub(super) queue: CompletionQueue<Sim>,
}

pub(super) const LEN: usize = 8192;

pub(super) fn lab(settings: Settings, chance: impl Chance + 'static) -> Lab {
    let recorder = Arc::<Recorder>::default();
    let host: Arc<dyn Host> = recorder.clone();
    Lab { network: Network::new(settings, Box::new(chance), host), recorder }
}

/// Gives up after the first retry.
pub(super) fn impatient() -> QueuePairConfig {
    QueuePairConfig { timeout: 1, retries: 1, ..QueuePairConfig::default() }
}

impl Lab {
    pub(super) fn process(&self, machine: Machine) -> Process {
        let fabric = Fabric::new(self.network.open(machine));
        let region = fabric.register(fabric.allocate(LEN).unwrap(), Access::all()).unwrap();
        let local = fabric.register(fabric.allocate(LEN).unwrap(), Access::local()).unwrap();
        Process { fabric, region, local }
    }

    /// Performs all events that are due, whenever that is.
    pub(super) fn run(&self) {
        while self.network.step() {}
    }

    pub(super) fn digest(&self) -> u64 {
        use std::hash::Hasher;
        let mut hasher = std::hash::DefaultHasher::new();
        self.network.digest(&mut hasher);
        hasher.finish()
    }
}

impl Process {
    pub(super) fn word(&self, offset: usize) -> u64 {
        let mut bytes = [0; 8];
        self.region.memory().read(offset, &mut bytes);
        u64::from_ne_bytes(bytes)
    }

    pub(super) fn store(&self, offset: usize, value: u64) {
        self.region.memory().write(offset, &value.to_ne_bytes());
    }

    pub(super) fn result(&self, offset: usize) -> u64 {
        let mut bytes = [0; 8];
        self.local.memory().read(offset, &mut bytes);
        u64::from_ne_bytes(bytes)
    }

    pub(super) fn remote(&self) -> RemoteRegion {
        self.fabric.import(&self.region.card()).unwrap()
    }

    pub(super) fn at(&self, offset: u64) -> RemoteAddr {
        self.remote().at(offset)
    }

    /// Adds `add` at `to`; the value before goes to the local buffer at `offset`.
    pub(super) fn add(&self, add: u64, offset: usize, to: RemoteAddr) -> WorkRequest<'_> {
        WorkRequest::fetch_add(add, self.local.slice(offset..offset + 8).unwrap(), to).signaled()
    }

    pub(super) fn read(&self, len: usize, from: RemoteAddr) -> WorkRequest<'_> {
        WorkRequest::read(self.local.slice(0..len).unwrap(), from).signaled()
    }
}

pub(super) fn connect_with(a: &Process, b: &Process, config: &QueuePairConfig) -> (End, End) {
    let make = |process: &Process| {
        let queue = process.fabric.completion_queue(config.depth + 1).unwrap();
        (process.fabric.queue_pair(&queue, config).unwrap(), queue)
    };
    let ((pair_a, queue_a), (pair_b, queue_b)) = (make(a), make(b));
    let (card_a, card_b) = (pair_a.card(), pair_b.card());
    (
        End { pair: pair_a.connect(&card_b).unwrap(), queue: queue_a },
        End { pair: pair_b.connect(&card_a).unwrap(), queue: queue_b },
    )
}

pub(super) fn connect(a: &Process, b: &Process) -> (End, End) {
    connect_with(a, b, &impatient())
}

impl End {
    pub(super) fn poll(&self) -> Vec<Completion> {
        std::iter::from_fn(|| self.queue.poll().unwrap()).collect()
    }

    /// Tokens and statuses of all that has completed.
    pub(super) fn told(&self) -> Vec<(u64, Status)> {
        let status = |it: Completion| it.result.err().map_or(Status::Success, |e| e.status);
        self.poll().into_iter().map(|it| (it.token, status(it))).collect()
    }
}

/// Runs `scenario` once for each order of events, until all have been tried: it is given the number of
/// choices there are at each step and must take the one that it is told.
pub(super) fn explore(mut scenario: impl FnMut(&mut dyn FnMut(usize) -> usize)) -> usize {
    let mut path: Vec<(usize, usize)> = Vec::new();
    let mut runs = 0;
    loop {
        let mut depth = 0;
        scenario(&mut |choices| {
            if depth == path.len() {
                path.push((0, choices));
            }
            depth += 1;
            assert_eq!(path[depth - 1].1, choices, "the same path has other choices");
            path[depth - 1].0
        });
        runs += 1;
        path.truncate(depth);
        while let Some((taken, choices)) = path.pop() {
            if taken + 1 < choices {
                path.push((taken + 1, choices));
                break;
            }
        }
        if path.is_empty() {
            return runs;
        }
    }
}

impl Lab {
    /// Performs events until there are none, as `choose` has it.
    pub(super) fn run_by(&self, choose: &mut dyn FnMut(usize) -> usize) {
        loop {
            let pending = self.network.pending();
            match pending.len() {
                0 => return,
                n => self.network.perform(pending[choose(n)]),
            }
        }
    }
}
