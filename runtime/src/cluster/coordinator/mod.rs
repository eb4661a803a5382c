//! The coordinator: keeps membership and catalog, and relays what nodes have to tell each other.
//!
//! `state.rs` decides and does nothing else, with `state/requests.rs` for what nodes ask for;
//! `server.rs` owns the connections and the one thread, and carries out what was decided;
//! `connection.rs` is one connection.

mod connection;
mod server;
mod state;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use verbs_shim::provider::Choice;

use super::Rank;
use super::error::ClusterError;
use super::job::JobEnv;
use crate::primitives::{Acceptor, JoinHandle, Mutex, Primitives, Slot, System, Wake};

/// What a job is to be.
#[derive(Clone, Debug)]
pub struct CoordinatorConfig {
    /// The number of nodes; 1 to [`CoordinatorConfig::MAX_SIZE`].
    pub size: u32,
    /// The provider that all nodes use.
    pub provider: Choice,
    /// The size in bytes of the arena that each node contributes.
    pub arena_bytes: u64,
    /// How many bytes of coherent data each node caches at most; a node's own `PANGEA_CACHE` goes
    /// before it.
    pub cache_bytes: u64,
    /// Where to listen for nodes that come over TCP; port 0 for any. Nodes of this host come over a
    /// Unix socket in any case.
    pub listen: SocketAddr,
}

impl CoordinatorConfig {
    /// The most nodes of a job: an owner is 16 bits in a lease word, and 0 is nobody.
    pub const MAX_SIZE: u32 = 65_535;

    /// What each node caches at most when nothing is said (64 MiB).
    pub const CACHE_BYTES: u64 = 64 << 20;

    /// A job of this host: `127.0.0.1` and any port, with caches of [`CoordinatorConfig::CACHE_BYTES`].
    pub fn local(size: u32, provider: Choice, arena_bytes: u64) -> CoordinatorConfig {
        let listen = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        CoordinatorConfig { size, provider, arena_bytes, cache_bytes: Self::CACHE_BYTES, listen }
    }
}

/// What happens in a job, for the launcher's log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JobEvent {
    /// A node joined.
    Joined {
        /// Its rank.
        rank: Rank,
        /// Its process.
        pid: u32,
        /// Its host.
        host: String,
    },
    /// All nodes have joined and announced their arenas.
    Ready,
    /// A node left in good order.
    Left {
        /// Its rank.
        rank: Rank,
    },
    /// A node has ended the whole job.
    Exited {
        /// Its rank.
        by: Rank,
        /// The status that the job is to have.
        code: i32,
    },
    /// A node died, or failed, or ended before it joined.
    Died {
        /// Its rank.
        rank: Rank,
        /// How that showed.
        reason: String,
        /// Whether it had joined the job.
        joined: bool,
    },
}

impl fmt::Display for JobEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JobEvent::Joined { rank, pid, host } => {
                write!(f, "rank {rank} joined (pid {pid} on {host})")
            }
            JobEvent::Ready => f.write_str("all ranks have joined"),
            JobEvent::Exited { by, code } => write!(f, "rank {by} ends the job with status {code}"),
            JobEvent::Left { rank } => write!(f, "rank {rank} left"),
            JobEvent::Died { rank, reason, .. } => write!(f, "rank {rank} died: {reason}"),
        }
    }
}

/// A running coordinator. Dropping it ends the job: its connections close and its thread ends.
pub struct Coordinator<P: Primitives = System> {
    job: JobEnv,
    shared: Arc<Shared<P>>,
    thread: Option<P::JoinHandle>,
}

/// What the owner tells the coordinator's thread.
struct Shared<P: Primitives> {
    orders: Mutex<Orders<P>, P>,
    /// Makes the thread look.
    wake: <P::Acceptor as Acceptor>::Wake,
}

struct Orders<P: Primitives> {
    exited: Vec<(Rank, String)>,
    pause: Option<Pause<P>>,
    stop: bool,
}

impl<P: Primitives> Default for Orders<P> {
    fn default() -> Self {
        Orders { exited: Vec::new(), pause: None, stop: false }
    }
}

/// The coordinator's thread is to do nothing for a while.
struct Pause<P: Primitives> {
    /// Filled by the thread when it does nothing any more.
    begun: Arc<Slot<(), P>>,
    /// Filled by the owner.
    over: Arc<Slot<(), P>>,
}

impl<P: Primitives> fmt::Debug for Coordinator<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Coordinator").field("job", &self.job).finish_non_exhaustive()
    }
}

impl<P: Primitives> Coordinator<P> {
    /// Starts a coordinator. What happens in its job goes to the log.
    ///
    /// # Errors
    /// [`ClusterError::Config`] for a job that cannot be; [`ClusterError::System`] when it cannot
    /// listen.
    pub fn start(config: &CoordinatorConfig) -> Result<Coordinator<P>, ClusterError> {
        Coordinator::start_with(config, |_| {})
    }

    /// As [`Coordinator::start`]; `on_event` is also called with what happens, on the coordinator's
    /// thread. It should not wait.
    ///
    /// # Errors
    /// As [`Coordinator::start`].
    pub fn start_with(
        config: &CoordinatorConfig,
        on_event: impl FnMut(&JobEvent) + Send + 'static,
    ) -> Result<Coordinator<P>, ClusterError> {
        server::start(config, Box::new(on_event))
    }

    /// Where nodes find the job. [`JobEnv::for_rank`] makes what one node gets.
    pub fn job(&self) -> &JobEnv {
        &self.job
    }

    /// Tells the coordinator that the process of this rank ended, and how (`exit status 3`,
    /// `killed by signal 9`). If the node had not left in good order, the others are told that it
    /// died; if it had not joined, those who wait for it are.
    pub fn node_exited(&self, rank: Rank, description: &str) {
        self.shared.order(|orders| orders.exited.push((rank, description.to_owned())));
    }
}

impl<P: Primitives> Coordinator<P> {
    /// Calls `f` while the coordinator's thread does nothing.
    pub(crate) fn while_paused<R>(&self, f: impl FnOnce() -> R) -> R {
        let (begun, over) = (Arc::new(Slot::new()), Arc::new(Slot::new()));
        let pause = Pause { begun: Arc::clone(&begun), over: Arc::clone(&over) };
        self.shared.order(|orders| orders.pause = Some(pause));
        begun.take();
        let result = f();
        over.fill(());
        result
    }
}

impl<P: Primitives> Shared<P> {
    fn order(&self, give: impl FnOnce(&mut Orders<P>)) {
        give(&mut self.orders.lock());
        self.wake.wake();
    }
}

impl<P: Primitives> Drop for Coordinator<P> {
    fn drop(&mut self) {
        self.shared.order(|orders| orders.stop = true);
        if let Some(thread) = self.thread.take() {
            thread.join();
        }
    }
}
