//! What the tests of the control plane share: jobs whose nodes live in the test's own process.

#![allow(dead_code, reason = "each test binary uses a part")]

use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pangea::cluster::{
    Client, ClientOptions, ClusterError, Coordinator, CoordinatorConfig, Distribution, Handler,
    JobEnv, JobEvent, LostPolicy, Model, Rank, SegmentSpec,
};
use verbs_shim::Card;
use verbs_shim::provider::Choice;

/// The size of each arena in bytes.
pub(crate) const ARENA: u64 = 1 << 20;

/// Longer than anything here should take; a wait that is over then has hung.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A coordinator and what happened in its job.
pub(crate) struct Job {
    pub(crate) coordinator: Coordinator,
    events: Receiver<JobEvent>,
}

pub(crate) fn job(size: u32, provider: Choice) -> Job {
    let (sender, events) = channel();
    let config = CoordinatorConfig::local(size, provider, ARENA);
    let coordinator = Coordinator::start_with(&config, move |event| {
        let _ = sender.send(event.clone());
    })
    .expect("the coordinator starts");
    Job { coordinator, events }
}

impl Job {
    pub(crate) fn env(&self, rank: u32) -> JobEnv {
        self.coordinator.job().for_rank(Rank(rank))
    }

    /// The next event that `find` takes.
    pub(crate) fn wait_for<T>(&self, find: impl Fn(&JobEvent) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let event = self.events.recv_timeout(left).expect("the event comes");
            if let Some(found) = find(&event) {
                return found;
            }
        }
    }

    pub(crate) fn wait_for_death(&self) -> (Rank, String) {
        self.wait_for(|event| match event {
            JobEvent::Died { rank, reason, .. } => Some((*rank, reason.clone())),
            _ => None,
        })
    }
}

/// What a handler was asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Pair { from: Rank, bytes: Vec<u8>, files: usize },
    Clear { offset: u64, len: u64 },
    Died(Rank),
}

/// Answers with the bytes and the files that it got, and notes every call. `Rc` makes it `!Send`, as
/// handlers that own queue pairs are.
struct Echo {
    calls: Sender<Call>,
    _stays_here: std::rc::Rc<()>,
}

impl Handler for Echo {
    fn pair_requested(&mut self, from: Rank, card: &Card) -> Result<Card, String> {
        let (bytes, files) = (card.bytes.clone(), card.fds.len());
        let _ = self.calls.send(Call::Pair { from, bytes: bytes.clone(), files });
        if bytes == b"refuse" {
            return Err("it was told to refuse".to_owned());
        }
        Ok(card.clone())
    }

    fn clear(&mut self, offset: u64, len: u64) {
        let _ = self.calls.send(Call::Clear { offset, len });
    }

    fn peer_died(&mut self, rank: Rank) {
        let _ = self.calls.send(Call::Died(rank));
    }
}

/// A node that serves.
pub(crate) struct Node {
    pub(crate) client: Client,
    pub(crate) calls: Receiver<Call>,
}

impl Node {
    pub(crate) fn next_call(&self) -> Call {
        self.calls.recv_timeout(PATIENCE).expect("the handler is called")
    }
}

pub(crate) fn options() -> ClientOptions {
    let mut options = ClientOptions::default();
    options.on_coordinator_lost = LostPolicy::Keep;
    options
}

pub(crate) fn card(text: &str) -> Card {
    Card { bytes: text.as_bytes().to_vec(), fds: Vec::new() }
}

pub(crate) fn connect(env: &JobEnv) -> Result<Client, ClusterError> {
    Client::connect_with(env, options()).map(|(client, _)| client)
}

/// Announces and serves.
pub(crate) fn serve(client: Client) -> Result<Node, ClusterError> {
    let (calls, received) = channel();
    client.announce(&card(&format!("arena {}", client.rank())), 64)?;
    client.serve(move || Box::new(Echo { calls, _stays_here: std::rc::Rc::new(()) }))?;
    Ok(Node { client, calls: received })
}

/// All nodes of a job, in this process, serving.
pub(crate) fn nodes(job: &Job, size: u32) -> Vec<Node> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..size)
            .map(|rank| {
                let env = job.env(rank);
                scope.spawn(move || serve(connect(&env).expect("joins")).expect("serves"))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a node starts")).collect()
    })
}

/// Leaves with all nodes at once, as they wait for each other.
pub(crate) fn leave_all(nodes: &[Node]) {
    std::thread::scope(|scope| {
        for node in nodes {
            let client = &node.client;
            scope.spawn(move || client.leave(true).expect("leaves"));
        }
    });
}

pub(crate) fn spec(name: &str, bytes_on: &[u64]) -> SegmentSpec {
    SegmentSpec {
        name: name.to_owned(),
        type_name: "f64".to_owned(),
        element_bytes: 8,
        element_align: 8,
        len: bytes_on.iter().sum::<u64>() / 8,
        distribution: Distribution::Block,
        model: Model::Relaxed,
        block_bytes: 0,
        block_elements: 0,
        pages: None,
        bytes_on: bytes_on.to_vec(),
    }
}

/// Runs `work` on a thread of its own and fails when it hangs.
pub(crate) fn in_time<T: Send + 'static>(
    what: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    let (sender, receiver) = channel();
    std::thread::spawn(move || sender.send(work()));
    receiver.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("{what} hangs or panicked"))
}

pub(crate) fn until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !done() {
        assert!(Instant::now() < deadline, "{what} does not come");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// An open file whose end shows when every copy of it is closed.
pub(crate) fn pipe() -> (std::io::PipeReader, Arc<OwnedFd>) {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    (reader, Arc::new(writer.into()))
}

/// The inode of an open file: copies have the same one.
pub(crate) fn inode(file: &OwnedFd) -> String {
    let link = format!("/proc/self/fd/{}", file.as_raw_fd());
    std::fs::read_link(link).expect("is open").to_string_lossy().into_owned()
}

/// Lets one test of a file run at a time: those that count files, or flood, or wait for time limits.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}
