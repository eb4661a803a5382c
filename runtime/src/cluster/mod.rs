//! The control plane: which processes are in the job, which segments there are, and how peers find
//! each other. Nothing of it is on the data path.
//!
//! A job has one [`Coordinator`] (inside the launcher) and `size` nodes, each with one [`Client`].
//! Nodes talk to the coordinator only; what one node has to tell another (the addresses of queue
//! pairs) is relayed.
//!
//! | file | subject | wires, threads, clocks |
//! | --- | --- | --- |
//! | `message.rs` | what is said | none |
//! | `frame.rs` | where a message begins and ends, within limits | none |
//! | `auth.rs` | who may speak: versioned hello, challenge, proofs | none |
//! | `arenas.rs` | the cards of all arenas, packed | none |
//! | `segment.rs` | what a named allocation looks like | none |
//! | `pages.rs` | the pages of a segment, and the counters behind them | none |
//! | `runs.rs` | how a number for each rank travels | none |
//! | `size.rs` | sizes of memory as people write them | none |
//! | `extents.rs` | the free space of one arena | none |
//! | `catalog.rs` | names, segments, references, extents | none |
//! | `coordinator/state.rs`, `coordinator/state/` | every decision of the coordinator, as a state machine | none |
//! | `coordinator/server.rs`, `coordinator/connection.rs` | the coordinator's connections | one thread |
//! | `client/` | a node's side | one control thread |
//! | `health.rs` | what a node knows of the others' deaths | atomics |
//! | `pmi.rs` | the same, from a job starter's PMI library | that library |
//! | `job.rs` | where a job is found: address, secret, rank | environment |
//! | `socket/` | TCP and Unix sockets, and files over the latter | system calls |
//!
//! Threads, locks, clocks and wires are those of a [`Primitives`](crate::primitives::Primitives); only
//! `socket/` belongs to one of them.
//!
//! # The life of a node
//!
//! ```text
//!            hello, challenge, proofs     announce       all have announced
//!  connect ─────────────────────────▶ joined ─────▶ announced ─────▶ ready (serve, requests)
//!                                        │              │               │
//!                                        └──────────────┴── died ◀──────┤
//!                                                             ▲         │ leave(orderly)
//!                                                             │         ▼
//!                                  goodbye, all have left ◀───┴──── leaving: still a home
//! ```
//!
//! A node that leaves stays a home (its memory can be read, its extents cleared, its queue pairs
//! connected) until every other node has left or died; the coordinator then says goodbye. A
//! connection that ends earlier is a death, and every other node is told at once.
//!
//! # What the coordinator promises
//!
//! 1. A rank and a segment id are given out once in a job.
//! 2. An extent is given out only while it is all zero: what is freed goes back to the free space
//!    after its home has cleared it.
//! 3. A home hears of a death before it is asked to clear what the dead node had attached: both
//!    come over one connection and are handled on one thread, so what the handler does at a death
//!    (putting queue pairs into error state) stops writes that are still in flight.
//! 4. A stranger, who cannot prove that it knows the job secret, learns the version of the protocol
//!    and changes nothing.
//!
//! Messages after the handshake are neither encrypted nor signed: the network between the hosts of
//! a job is trusted not to alter them, as it is for the RDMA traffic itself.
//!
//! # What comes later
//!
//! `recovery` (leases, new epochs, fences, promotion of backups) will stand beside `coordinator/`
//! and be driven by the same state machine; until then a death ends every wait with an error.

mod arenas;
mod auth;
mod catalog;
mod client;
mod coordinator;
mod error;
mod extents;
mod frame;
mod health;
mod job;
mod message;
mod pages;
mod pmi;
mod rooms;
mod runs;
mod segment;
pub mod size;
mod socket;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use arenas::Arenas;
pub use client::{Client, ClientOptions, Handler, LostPolicy, Welcome};
pub use coordinator::{Coordinator, CoordinatorConfig, JobEvent};
pub use error::{ClusterError, Refusal};
pub use health::Health;
pub use job::{Address, JobEnv, Secret};
pub(crate) use pages::CounterRows;
pub use pages::PageSpec;
pub(crate) use pmi::find_job as find_started_job;
pub(crate) use rooms::{Rooms, Row, Spot};
pub use segment::{CatalogEntry, Distribution, Model, SegmentDescriptor, SegmentSpec};
pub use socket::{Socket, SocketAcceptor, SocketWake};

/// The number of a node in its job, from 0.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
pub struct Rank(pub u32);

impl Rank {
    /// As an index.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for Rank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of a segment; never used again within its job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SegmentId(pub u64);

impl fmt::Display for SegmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of a membership configuration; rises when a node joins or dies.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
pub struct Epoch(pub u64);

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
