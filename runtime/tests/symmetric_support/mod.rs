//! Jobs whose nodes have symmetric memory.

#![allow(dead_code, reason = "each test binary uses a part of this")]

use std::sync::atomic::{AtomicU32, AtomicU64};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use pangea::Error;
use pangea::cluster::{Coordinator, CoordinatorConfig, JobEnv, Rank};
use pangea::primitives::{Primitives, System};
use pangea::symmetric::{Options, Symmetric};

use crate::posting::{self, Posting};

/// No job of these tests takes nearly as long, also under emulation.
pub(crate) const LIMIT: Duration = Duration::from_secs(120);

/// What each node contributes to the catalog.
pub(crate) const ARENA: u64 = 1 << 20;

/// Symmetric bytes of most tests.
pub(crate) const BYTES: u64 = 8 << 20;

/// A node of a job.
pub(crate) struct Pe<'a, P: Primitives> {
    pub(crate) symmetric: &'a Symmetric<P>,
}

impl<P: Primitives> Pe<'_, P> {
    pub(crate) fn rank(&self) -> u32 {
        self.symmetric.rank()
    }

    pub(crate) fn next(&self) -> u32 {
        (self.rank() + 1) % self.symmetric.size()
    }

    pub(crate) fn before(&self) -> u32 {
        (self.rank() + self.symmetric.size() - 1) % self.symmetric.size()
    }

    pub(crate) fn barrier(&self) {
        self.symmetric.quiet().expect("nothing fails");
        self.symmetric.node().barrier().expect("all are there");
    }

    pub(crate) fn at(&self, offset: u64) -> *mut u8 {
        self.symmetric.base().wrapping_add(offset as usize)
    }

    /// Bytes of this node's own memory.
    pub(crate) fn own(&self, offset: u64, len: usize) -> Vec<u8> {
        assert!(offset as usize + len <= self.symmetric.len());
        // SAFETY: it lies inside, and the tests look only at what nobody writes at that moment.
        unsafe { std::slice::from_raw_parts(self.at(offset), len) }.to_vec()
    }

    pub(crate) fn fill(&self, offset: u64, bytes: &[u8]) {
        assert!(offset as usize + bytes.len() <= self.symmetric.len());
        // SAFETY: it lies inside, and the tests fill only what nobody uses at that moment.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.at(offset), bytes.len()) };
    }

    pub(crate) fn word(&self, offset: u64) -> &AtomicU64 {
        assert!(offset.is_multiple_of(8) && offset as usize + 8 <= self.symmetric.len());
        // SAFETY: it lies inside and is aligned.
        unsafe { AtomicU64::from_ptr(self.at(offset).cast()) }
    }

    pub(crate) fn half(&self, offset: u64) -> &AtomicU32 {
        assert!(offset.is_multiple_of(4) && offset as usize + 4 <= self.symmetric.len());
        // SAFETY: it lies inside and is aligned.
        unsafe { AtomicU32::from_ptr(self.at(offset).cast()) }
    }

    pub(crate) fn write(&self, rank: u32, at: u64, bytes: &[u8]) -> Result<(), Error> {
        // SAFETY: a slice that nobody else has.
        unsafe { self.symmetric.write(rank, at, bytes.as_ptr(), bytes.len()) }
    }

    pub(crate) fn read(&self, rank: u32, at: u64, len: usize) -> Result<Vec<u8>, Error> {
        let mut bytes = vec![0xEE; len];
        // SAFETY: a slice that nobody else has.
        unsafe { self.symmetric.read(rank, at, bytes.as_mut_ptr(), len)? };
        Ok(bytes)
    }
}

/// How nodes join.
pub(crate) trait Join: Primitives {
    fn join(options: Options<'_>, job: &JobEnv) -> Result<Symmetric<Self>, Error>;
}

impl Join for System {
    fn join(options: Options<'_>, job: &JobEnv) -> Result<Symmetric<System>, Error> {
        Symmetric::join(Options { job: Some(job), ..options })
    }
}

impl Join for Posting {
    fn join(options: Options<'_>, job: &JobEnv) -> Result<Symmetric<Posting>, Error> {
        Symmetric::join_with(options, job, posting::open)
    }
}

/// Runs `program` as every node of a job.
pub(crate) fn job_of<R: Send + 'static>(
    size: u32,
    program: impl Fn(&JobEnv) -> R + Send + Sync + 'static,
) -> Vec<R> {
    let config = CoordinatorConfig::local(size, posting::provider(), ARENA);
    let coordinator = Coordinator::<System>::start(&config).expect("starts");
    let program = Arc::new(program);
    let (running, ended) = mpsc::channel::<()>();
    let nodes: Vec<_> = (0..size)
        .map(|rank| {
            let job = coordinator.job().for_rank(Rank(rank));
            let (program, running) = (Arc::clone(&program), running.clone());
            thread::spawn(move || {
                let _running = running;
                program(&job)
            })
        })
        .collect();
    drop(running);
    assert_ne!(ended.recv_timeout(LIMIT), Err(mpsc::RecvTimeoutError::Timeout), "the job hangs");
    let joined = nodes.into_iter().map(thread::JoinHandle::join);
    joined.map(|node| node.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
}

pub(crate) fn run_on<P: Join>(size: u32, program: impl Fn(&Pe<'_, P>) + Send + Sync + 'static) {
    job_of(size, move |job| {
        let options = Options { bytes: BYTES, ..Options::default() };
        let symmetric = P::join(options, job).expect("joins");
        program(&Pe { symmetric: &symmetric });
        symmetric.node().barrier().expect("all are there");
        symmetric.leave().expect("nothing has failed");
    });
}

/// Whether memory of others is mapped: both kinds of jobs are on one host, over what the tests are told.
pub(crate) fn mapped_all() -> bool {
    posting::provider() == verbs_shim::provider::Choice::Shm
}

/// Bytes that tell where they are from.
pub(crate) fn pattern(rank: u32, round: usize, len: usize) -> Vec<u8> {
    let seed = (rank as usize * 31 + round * 7 + len) as u8;
    (0..len).map(|at| seed.wrapping_add((at ^ (at >> 8)) as u8)).collect()
}
