//! Where operations are measured: jobs of two nodes in this process, on provider `shm`, executed in place as
//! programs have it, or always posted as to a NIC.

use std::cell::Cell;
use std::os::fd::OwnedFd;
use std::thread::JoinHandle;

use pangea::Node;
use pangea::cluster::{Coordinator, CoordinatorConfig, Rank};
use pangea::primitives::{Primitives, StandIn, System, ThreadStates};
use verbs_shim::provider::{AnyProvider, Choice, Counted, Shm};

use super::posted::Posted;

/// The node whose memory is the target.
pub(crate) const TARGET: usize = 1;

/// Bytes that each node contributes.
const ARENA: u64 = 16 << 20;

/// What jobs are made on.
#[derive(Default)]
pub(crate) struct Ground {
    /// A pidfd that stands for this process, where it cannot open one of its own.
    pub(crate) process: Option<OwnedFd>,
}

/// A job of two nodes: one to measure from, rank 0, and one that has the memory and nothing to do.
pub(crate) struct Job<P: Primitives> {
    pub(crate) node: Node<P>,
    target: JoinHandle<()>,
    _coordinator: Coordinator,
}

impl Ground {
    /// The provider as programs have it.
    pub(crate) fn open(&self) -> Counted<AnyProvider> {
        Counted::new(self.open_plain())
    }

    fn open_plain(&self) -> AnyProvider {
        let opened = match &self.process {
            None => Shm::open(),
            Some(process) => {
                Shm::open_as(process.try_clone().expect("a descriptor can be duplicated"))
            }
        };
        AnyProvider::Shm(opened.expect("shm opens"))
    }

    /// A job whose operations are executed in place.
    pub(crate) fn in_place(&self) -> Job<System> {
        Job::start(|| self.open())
    }

    /// A job whose operations are posted.
    pub(crate) fn posted(&self) -> Job<Posting> {
        Job::start(|| Counted::new(Posted::new(self.open_plain())))
    }
}

impl<P: Primitives> Job<P> {
    fn start(open: impl Fn() -> P::Provider) -> Job<P> {
        let config = CoordinatorConfig::local(2, Choice::Shm, ARENA);
        let coordinator = Coordinator::<System>::start(&config).expect("the coordinator starts");
        let (here, there) = (open(), open());
        let job = coordinator.job().for_rank(Rank(TARGET as u32));
        let target = std::thread::spawn(move || {
            // Leaving waits for the other node, so the memory stays as long as it is needed.
            drop(Node::<P>::join_with(&job, |_| Ok(there)).expect("joins"));
        });
        let job = coordinator.job().for_rank(Rank(0));
        let node = Node::join_with(&job, |_| Ok(here)).expect("joins");
        Job { node, target, _coordinator: coordinator }
    }

    /// Ends it. Every other handle of its node must be gone.
    pub(crate) fn end(self) {
        drop(self.node);
        self.target.join().expect("the target leaves");
    }
}

/// The system's threads, wires and time, on a provider that is always posted to.
#[derive(Debug)]
pub(crate) enum Posting {}

thread_local! {
    static STATES: ThreadStates<Posting> = const { ThreadStates::new() };
}

impl StandIn for Posting {
    type Provider = Counted<Posted<AnyProvider>>;

    #[inline]
    fn with_states<R>(f: impl FnOnce(&ThreadStates<Posting>) -> R) -> Option<R> {
        STATES.try_with(f).ok()
    }
}

/// Indices in an order that no prefetcher knows.
pub(crate) struct Walk {
    index: Cell<usize>,
    count: usize,
}

impl Walk {
    /// Through so many, a power of two.
    pub(crate) fn through(count: usize) -> Walk {
        assert!(count.is_power_of_two());
        Walk { index: Cell::new(0), count }
    }

    #[inline]
    pub(crate) fn next(&self) -> usize {
        let next = (self.index.get() * 5 + 331) & (self.count - 1);
        self.index.set(next);
        std::hint::black_box(next)
    }
}
