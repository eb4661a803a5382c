//! Jobs for tests that count. One thread uses all nodes, so that what happens has one order; whatever
//! the provider, work is posted as it is to a NIC, so that a batch counts as the round trip that it is; and time
//! stands still for that thread, unless the test lets it pass.

#![allow(dead_code, unused_imports, reason = "each test binary uses a part of this")]

mod costs;
mod nic;

use std::cell::Cell;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use pangea::cluster::{Coordinator, CoordinatorConfig, JobEnv, Rank, Welcome};
use pangea::primitives::{Primitives, StandIn, System, ThreadStates};
use pangea::{Counts, Error};
use verbs_shim::provider::{AnyProvider, Choice, Counted, VerbsOptions};

pub(crate) use costs::{Bench, Cost, HOME, LET_GO, NOTHING, bench};
pub(crate) use nic::Posted;

/// No job of these tests takes nearly as long, also under emulation.
const LIMIT: Duration = Duration::from_secs(120);

/// The system's threads and wires, on a provider that is always posted to.
#[derive(Debug)]
pub(crate) enum Posting {}

/// A node of such a job.
pub(crate) type Node = pangea::Node<Posting>;

thread_local! {
    static STATES: ThreadStates<Posting> = const { ThreadStates::new() };
    static STOPPED: Cell<Option<Duration>> = const { Cell::new(None) };
}

/// Lets time pass for the thread of the test.
pub(crate) fn pass(time: Duration) {
    STOPPED.set(STOPPED.get().map(|now| now + time));
}

impl StandIn for Posting {
    type Provider = Counted<Posted<AnyProvider>>;

    fn with_states<R>(f: impl FnOnce(&ThreadStates<Posting>) -> R) -> Option<R> {
        STATES.try_with(f).ok()
    }

    fn now() -> Duration {
        STOPPED.get().unwrap_or_else(System::now)
    }
}

/// The provider that `PANGEA_TEST_PROVIDER` names, `shm` if it names none.
pub(crate) fn provider() -> Choice {
    match std::env::var("PANGEA_TEST_PROVIDER") {
        Ok(name) => name.parse().expect("PANGEA_TEST_PROVIDER"),
        Err(_) => Choice::Shm,
    }
}

/// The provider of such a job.
pub(crate) fn open(welcome: &Welcome) -> Result<Counted<Posted<AnyProvider>>, Error> {
    let options = VerbsOptions::from_env().map_err(verbs_shim::Error::from)?;
    let provider = AnyProvider::open(welcome.provider, &options);
    let provider = provider.map_err(verbs_shim::Error::from)?;
    Ok(Counted::new(Posted::new(provider)))
}

fn join(job: &JobEnv) -> Node {
    Node::join_with(job, open).expect("joins")
}

/// The nodes of a job. Each joins and leaves on a thread of its own, because it waits for the others.
struct Nodes {
    nodes: Vec<Node>,
    _coordinator: Coordinator,
}

impl Nodes {
    fn start(size: u32, arena: u64) -> Nodes {
        let config = CoordinatorConfig::local(size, provider(), arena);
        let coordinator = Coordinator::<System>::start(&config).expect("starts");
        let joining: Vec<_> = (0..size)
            .map(|rank| {
                let job = coordinator.job().for_rank(Rank(rank));
                thread::spawn(move || join(&job))
            })
            .collect();
        let nodes = joining.into_iter().map(|node| node.join().expect("joins")).collect();
        Nodes { nodes, _coordinator: coordinator }
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        let leaving: Vec<_> =
            self.nodes.drain(..).map(|node| thread::spawn(move || drop(node))).collect();
        for node in leaving {
            // A panic there has been printed.
            let _ = node.join();
        }
    }
}

/// Runs `program`, which uses all nodes of a job of `size` and arenas of `arena` bytes, by rank.
pub(crate) fn with_nodes(size: u32, arena: u64, program: impl FnOnce(&[Node]) + Send + 'static) {
    let (running, ended) = mpsc::channel::<()>();
    let test = thread::spawn(move || {
        let _running = running;
        let nodes = Nodes::start(size, arena);
        STOPPED.set(Some(System::now()));
        program(&nodes.nodes);
    });
    // Nobody sends: the channel ends with the thread.
    if ended.recv_timeout(LIMIT) == Err(mpsc::RecvTimeoutError::Timeout) {
        panic!("the job hangs");
    }
    test.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

/// What `f` costs a node, and what it answers.
pub(crate) fn cost<R>(node: &Node, f: impl FnOnce() -> R) -> (Counts, R) {
    let before = node.provider_ref().counts();
    let answer = f();
    (node.provider_ref().counts() - before, answer)
}
