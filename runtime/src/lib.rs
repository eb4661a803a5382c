//! One memory, many machines.
//!
//! Pangea is a distributed shared memory runtime. The processes of a job, its *nodes*, share one
//! global address space: every access is a one-sided READ, WRITE, compare-and-swap or fetch-and-add
//! on the memory of another node, executed by its NIC (or by software that does what a NIC does),
//! and no CPU of that node takes part.
//!
//! [`join`] makes a process a [`Node`]; [`Node::array`] gives it an [`Array`] that all nodes share.
//!
//! ```
//! let node = pangea::join()?;
//! let squares = node.array::<u64>("squares").len(100).create()?;
//! for i in squares.local_range().expect("blocks are ranges") {
//!     squares.put(i, (i * i) as u64)?;
//! }
//! node.barrier()?;
//! assert_eq!(squares.get(7)?, 49);
//! # Ok::<(), pangea::Error>(())
//! ```
//!
//! # Layers
//!
//! | module | what | knows |
//! | --- | --- | --- |
//! | `collections` | arrays, views | all below |
//! | [`symmetric`] | a range at the same offset of every arena, for the C libraries | `endpoint` |
//! | `sync` | barriers, reduction, broadcast, locks, atomics, semaphores | `coherence` and below |
//! | `coherence` | consistency models, one file each | `space` and below |
//! | `space` | addresses, segments, placement | `endpoint`, `cluster` |
//! | `endpoint` | this process's fabric, arena, queue pairs | `cluster`, `verbs-shim` |
//! | [`cluster`] | join, membership, catalog | `verbs-shim`'s cards |
//!
//! [`primitives`] stands beside them: what they need of threads, locks, time and wires.

#![cfg_attr(
    test,
    allow(
        clippy::disallowed_types,
        clippy::disallowed_methods,
        clippy::disallowed_macros,
        reason = "tests use the system as it is; what they test is looked at without them"
    )
)]

pub mod cluster;
mod coherence;
mod collections;
mod endpoint;
mod error;
mod node;
pub mod primitives;
mod space;
pub mod symmetric;
mod sync;
#[cfg(test)]
mod testing;

pub use cluster::{Distribution, Model};
#[doc(hidden)]
pub use coherence::{Grain, changed_runs, protocol};
pub use coherence::{Race, ViewCounts};
#[doc(hidden)]
pub use collections::raw;
pub use collections::{
    Array, ArrayBuilder, Batch, BlockReadGuard, BlockWriteGuard, LocalPart, LockedView, ReadGuard,
    ReadSlice, ReleaseArray, ReleaseArrayBuilder, Shared, SharedArray, SharedArrayBuilder,
    SharedBuilder, SyncView, Transfer, View, ViewOptions, WriteGuard, WriteSlice,
};
pub use error::Error;
pub use node::{Node, join, join_at};
pub use paging::{Access, Mechanism};
#[doc(hidden)]
pub use space::Value;
pub use space::{Element, GlobalAddr, Word};
pub use sync::{
    Atomic, AtomicBits, AtomicInteger, AtomicValue, Barrier, LockError, Mutex, MutexGuard,
    ObjectBuilder, Once, OnceState, Permits, Poison, Poisoned, RwLock, RwLockReadGuard,
    RwLockWriteGuard, Semaphore, ViewLock,
};
pub use verbs_shim::SharedCell;
pub use verbs_shim::provider::Counts;
