//! [`Job`]: nodes of one job, each on a thread of this process.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use verbs_shim::provider::Choice;

use super::faulty::{Faults, Faulty};
use super::paced::Paced;
use crate::cluster::{Coordinator, CoordinatorConfig, JobEnv, Rank};
use crate::coherence::Coherence;
use crate::collections::ArrayBuilder;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::primitives::System;
use crate::space::Element;
use crate::sync::{RESERVED_BYTES, Sync as Collectives};

/// A job that takes longer hangs. None of them needs a second.
const HANGS: Duration = Duration::from_secs(60);

const ARENA_BYTES: u64 = 16 << 20;

const CACHE_BYTES: u64 = 4 << 20;

/// A job to be run.
pub(crate) struct Job {
    size: u32,
    max_completions: Option<u32>,
}

/// A node as a test sees it.
pub(crate) struct TestNode {
    pub(crate) endpoint: Arc<Endpoint<Paced>>,
    /// What goes wrong with the requests of this node.
    pub(crate) faults: Arc<Faults>,
    pub(crate) coherence: Arc<Coherence<Paced>>,
    sync: Collectives<Paced>,
}

impl Job {
    pub(crate) fn of(size: u32) -> Job {
        Job { size, max_completions: None }
    }

    /// Queue pairs hold `depth` requests, as in a job of so many nodes that the completion queue has
    /// no room for more.
    pub(crate) fn pair_depth(self, depth: u32) -> Job {
        Job { max_completions: Some((depth + 1) * self.size), ..self }
    }

    /// Runs `program` on rank 0 of two, with what goes on at rank 1.
    pub(crate) fn with_the_home(program: impl Fn(&TestNode, &Faults) + Send + Sync + 'static) {
        let home = Mutex::new(None::<Arc<Faults>>);
        Job::of(2).run(move |node| {
            if node.rank() == 1 {
                *home.lock().unwrap() = Some(Arc::clone(&node.faults));
            }
            node.barrier().unwrap();
            if node.rank() == 0 {
                let home = home.lock().unwrap().clone().unwrap();
                program(node, &home);
            }
        });
    }

    /// Runs `program` on every node. Afterwards nothing that the runtime holds for work in flight may
    /// be held any more, whatever has gone wrong.
    pub(crate) fn run(&self, program: impl Fn(&TestNode) + Send + Sync + 'static) {
        let config = CoordinatorConfig::local(self.size, Choice::Shm, ARENA_BYTES);
        let coordinator = Coordinator::<System>::start(&config).expect("a coordinator");
        let program = Arc::new(program);
        let (running, ended) = channel::<()>();
        let nodes: Vec<_> = (0..self.size)
            .map(|rank| {
                let job = coordinator.job().for_rank(Rank(rank));
                let (program, running) = (Arc::clone(&program), running.clone());
                let max_completions = self.max_completions;
                thread::spawn(move || {
                    let _running = running;
                    let node = TestNode::join(&job, max_completions);
                    program(&node);
                    node.endpoint.assert_nothing_is_held();
                })
            })
            .collect();
        drop(running);
        // Nobody sends: the channel ends with the last node.
        match ended.recv_timeout(HANGS) {
            Err(RecvTimeoutError::Disconnected) => {}
            _ => panic!("a node hangs"),
        }
        let failed = nodes.into_iter().filter_map(|node| node.join().err()).next();
        if let Some(panic) = failed {
            std::panic::resume_unwind(panic);
        }
    }
}

impl TestNode {
    fn join(job: &JobEnv, max_completions: Option<u32>) -> TestNode {
        let faults = Arc::<Faults>::default();
        let endpoint = Endpoint::join(job, None, RESERVED_BYTES, None, |_| {
            Ok(Faulty::open(&faults, max_completions)?)
        });
        let endpoint = Arc::new(endpoint.expect("a node joins"));
        let coherence = Arc::new(Coherence::new(&endpoint, CACHE_BYTES));
        TestNode { endpoint, faults, coherence, sync: Collectives::new() }
    }

    pub(crate) fn rank(&self) -> u32 {
        self.endpoint.rank()
    }

    pub(crate) fn array<T: Element>(&self, name: &str) -> ArrayBuilder<T, Paced> {
        ArrayBuilder::new(&self.endpoint, name)
    }

    pub(crate) fn quiet(&self) -> Result<(), Error> {
        self.endpoint.quiet()
    }

    pub(crate) fn barrier(&self) -> Result<(), Error> {
        self.sync.barrier(&self.endpoint, self.coherence.clock())
    }

    /// The largest of the values of all nodes, byte by byte.
    pub(crate) fn reduce(&self, value: &mut [u8]) -> Result<(), Error> {
        self.sync.reduce(&self.endpoint, self.coherence.clock(), value, |mine, theirs| {
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                *mine = (*mine).max(*theirs);
            }
        })
    }
}
