//! What is tested: a provider that jobs may choose, or the simulated NIC, sound or with faults.
//!
//! The peers of `sim` live on threads of this process, each on a machine of its own of the network of
//! its test.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use libtest_mimic::Failed;
use verbs_shim::provider::sim::{Chance, Faults, Latency, Machine, Network, Settings, Sim};
use verbs_shim::provider::{
    AnyProvider, Choice, Portable, Provider, RawCompletion, RawCompletionQueue, RawQueuePair,
    Refusal, VerbsOptions,
};
use verbs_shim::{
    Access, Atomic, Capabilities, Card, Error, HugePages, Memory, QueuePairConfig, Registration,
    RemoteAddr, RemoteRegion, Status, WorkRequest,
};

/// What to test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A provider that jobs may choose.
    Job(Choice),
    /// The simulated NIC without faults.
    Sim,
    /// The simulated NIC with all faults that a connection absorbs.
    FaultySim,
}

impl Kind {
    pub(crate) const ALL: [Kind; 4] =
        [Kind::Job(Choice::Verbs), Kind::Job(Choice::Shm), Kind::Sim, Kind::FaultySim];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Job(choice) => choice.name(),
            Kind::Sim => "sim",
            Kind::FaultySim => "sim-with-faults",
        }
    }

    /// Whether `--provider NAME` means it.
    pub(crate) fn has_name(self, name: &str) -> bool {
        self.name() == name || (name == "sim" && self == Kind::FaultySim)
    }

    pub(crate) fn is_sim(self) -> bool {
        matches!(self, Kind::Sim | Kind::FaultySim)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The network of one test, and the machines on it that have been used.
#[derive(Clone)]
pub(crate) struct SimNetwork {
    pub(crate) network: Network,
    machines: Arc<AtomicU32>,
}

impl SimNetwork {
    pub(crate) fn new(kind: Kind) -> SimNetwork {
        let latency = Latency { one_way: 400, jitter: 400, ..Latency::default() };
        let mut settings = Settings { latency, ..Settings::default() };
        if kind == Kind::FaultySim {
            // What is lost is sent again only after a quarter of a second.
            settings.faults =
                Faults { lost_request: 2000, lost_answer: 2000, ..Faults::absorbed(100_000) };
        }
        let network = Network::in_real_time(settings, Box::new(Generator(0x5eed)));
        SimNetwork { network, machines: Arc::default() }
    }

    pub(crate) fn next_machine(&self) -> Machine {
        self.machines.fetch_add(1, Ordering::Relaxed)
    }
}

/// The middle bits of a linear congruential generator.
struct Generator(u64);

impl Chance for Generator {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (self.0 >> 24) % bound
    }
}

/// The provider under test.
#[derive(Debug)]
pub(crate) enum Tested {
    Job(AnyProvider),
    Sim(Sim),
}

impl Tested {
    pub(crate) fn open(choice: Choice) -> Result<Tested, Failed> {
        Ok(Tested::Job(AnyProvider::open(choice, &VerbsOptions::from_env()?)?))
    }
}

pub(crate) enum TestedCompletionQueue {
    Job(<AnyProvider as Provider>::CompletionQueue),
    Sim(<Sim as Provider>::CompletionQueue),
}

pub(crate) enum TestedQueuePair {
    Job(<AnyProvider as Provider>::QueuePair),
    Sim(<Sim as Provider>::QueuePair),
}

macro_rules! each {
    ($on:expr, $type:ident, $inner:ident => $call:expr) => {
        match $on {
            $type::Job($inner) => $call,
            $type::Sim($inner) => $call,
        }
    };
}

impl Provider for Tested {
    type CompletionQueue = TestedCompletionQueue;
    type QueuePair = TestedQueuePair;

    fn capabilities(&self) -> &Capabilities {
        each!(self, Tested, p => p.capabilities())
    }

    fn allocate(&self, len: usize, huge: HugePages) -> Result<Memory, Error> {
        each!(self, Tested, p => p.allocate(len, huge))
    }

    fn register(&self, memory: &Arc<Memory>, access: Access) -> Result<Registration, Error> {
        each!(self, Tested, p => p.register(memory, access))
    }

    fn import(&self, card: &Card) -> Result<RemoteRegion, Error> {
        each!(self, Tested, p => p.import(card))
    }

    fn completion_queue(&self, depth: u32) -> Result<TestedCompletionQueue, Error> {
        Ok(match self {
            Tested::Job(p) => TestedCompletionQueue::Job(p.completion_queue(depth)?),
            Tested::Sim(p) => TestedCompletionQueue::Sim(p.completion_queue(depth)?),
        })
    }

    fn queue_pair(
        &self,
        queue: &mut TestedCompletionQueue,
        config: &QueuePairConfig,
    ) -> Result<TestedQueuePair, Error> {
        match (self, queue) {
            (Tested::Job(p), TestedCompletionQueue::Job(queue)) => {
                Ok(TestedQueuePair::Job(p.queue_pair(queue, config)?))
            }
            (Tested::Sim(p), TestedCompletionQueue::Sim(queue)) => {
                Ok(TestedQueuePair::Sim(p.queue_pair(queue, config)?))
            }
            _ => panic!("the completion queue is of another provider"),
        }
    }
}

// SAFETY: true of both.
unsafe impl Portable for Tested {}

impl RawCompletionQueue for TestedCompletionQueue {
    fn poll(&mut self, into: &mut Vec<RawCompletion>) -> Result<(), Refusal> {
        each!(self, TestedCompletionQueue, q => q.poll(into))
    }

    fn poll_one(&mut self) -> Option<RawCompletion> {
        each!(self, TestedCompletionQueue, q => q.poll_one())
    }

    fn patience(&self) -> u32 {
        each!(self, TestedCompletionQueue, q => q.patience())
    }
}

impl RawQueuePair for TestedQueuePair {
    type Window = <<AnyProvider as Provider>::QueuePair as RawQueuePair>::Window;

    fn number(&self) -> u32 {
        each!(self, TestedQueuePair, q => q.number())
    }

    fn card(&self) -> Card {
        each!(self, TestedQueuePair, q => q.card())
    }

    fn connect(&mut self, peer: &Card) -> Result<(), Error> {
        each!(self, TestedQueuePair, q => q.connect(peer))
    }

    fn post(
        &mut self,
        requests: &[WorkRequest<'_>],
        first_id: u64,
        signal_last: bool,
    ) -> Result<(), Refusal> {
        each!(self, TestedQueuePair, q => q.post(requests, first_id, signal_last))
    }

    fn fail(&mut self) -> Result<(), Error> {
        each!(self, TestedQueuePair, q => q.fail())
    }

    fn window(&mut self, from: RemoteAddr) -> Option<Self::Window> {
        match self {
            TestedQueuePair::Job(q) => q.window(from),
            TestedQueuePair::Sim(q) => q.window(from).map(|none| match none {}),
        }
    }

    fn read_in_place(&mut self, remote: RemoteAddr, into: &mut [u8]) -> Option<Status> {
        each!(self, TestedQueuePair, q => q.read_in_place(remote, into))
    }

    fn write_in_place(&mut self, from: &[u8], remote: RemoteAddr) -> Option<Status> {
        each!(self, TestedQueuePair, q => q.write_in_place(from, remote))
    }

    fn atomic_in_place(
        &mut self,
        atomic: Atomic,
        remote: RemoteAddr,
        result: &mut u64,
    ) -> Option<Status> {
        each!(self, TestedQueuePair, q => q.atomic_in_place(atomic, remote, result))
    }
}
