//! The runtime's error: what was tried, what was wrong, and how to mend it.

use std::io;
use std::ops::Range;
use std::path::PathBuf;

use verbs_shim::WorkError;

use crate::cluster::ClusterError;

/// Why an operation of the runtime failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The control plane: joining, the catalog, a node that died, the coordinator that is gone.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// The provider could not do what was asked.
    #[error(transparent)]
    Fabric(#[from] verbs_shim::Error),
    /// A queue pair could not be connected.
    #[error(transparent)]
    Connect(#[from] verbs_shim::ConnectError),
    /// Work was refused before it was posted.
    #[error(transparent)]
    Post(#[from] verbs_shim::PostError),
    /// An operation failed, and its home is not known to be dead.
    #[error("{0}; the connection is opened anew by the next operation")]
    Work(WorkError),
    /// An atomic failed in a way that leaves open whether it took effect. It happened at most once,
    /// and is never repeated by the runtime.
    #[error("whether this atomic took effect cannot be told: {0}")]
    Indeterminate(WorkError),
    /// An index or a range does not lie in the array.
    #[error("{what} does not lie in array {name:?} of {len} elements")]
    OutOfRange {
        /// The index or range.
        what: String,
        /// The array's name.
        name: String,
        /// How many elements it has.
        len: usize,
    },
    /// A handle of an array, or of another object, that was released.
    #[error("{name:?} was released by this node; create it or attach to it again")]
    Released {
        /// The array's name.
        name: String,
    },
    /// Two slices that belong together have different lengths.
    #[error("{what}: {left} and {right} must be equal")]
    LengthMismatch {
        /// What was compared.
        what: &'static str,
        /// One length.
        left: usize,
        /// The other.
        right: usize,
    },
    /// A rank that the job does not have.
    #[error("there is no rank {rank} in a job of {size} nodes")]
    NoSuchRank {
        /// The rank that was asked for.
        rank: usize,
        /// How many nodes the job has.
        size: usize,
    },
    /// Memory of another node that cannot be reached by plain loads and stores.
    #[error(
        "the part of array {name:?} at rank {rank} is not mapped into this process (provider \
         {provider}); use get and put, or the part of this node's own rank"
    )]
    NotMapped {
        /// The array's name.
        name: String,
        /// Whose part.
        rank: usize,
        /// The provider in use.
        provider: &'static str,
    },
    /// A value too large for a broadcast or a reduction.
    #[error(
        "a value of {bytes} bytes is too large for a broadcast or reduction ({max} at most); put it \
         into an array instead"
    )]
    ValueTooLarge {
        /// Its size.
        bytes: usize,
        /// The largest possible.
        max: usize,
    },
    /// Elements that cannot be stored.
    #[error("elements of type {type_name} cannot be shared: {reason}")]
    BadElement {
        /// The type.
        type_name: &'static str,
        /// Why not.
        reason: &'static str,
    },
    /// A distribution or length that makes no sense.
    #[error("array {name:?} cannot be made: {reason}")]
    BadArray {
        /// The array's name.
        name: String,
        /// Why not.
        reason: String,
    },
    /// A file could not be read into an array.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason the system gave.
        #[source]
        source: io::Error,
    },
    /// A file has another size than the array that it is to fill.
    #[error(
        "{} has {actual} bytes, but array {name:?} takes exactly {expected}",
        path.display()
    )]
    FileSize {
        /// The file.
        path: PathBuf,
        /// The array's name.
        name: String,
        /// The file's size in bytes.
        actual: u64,
        /// The array's size in bytes.
        expected: u64,
    },
    /// An earlier failure left this node unable to take part in barriers and collectives.
    #[error("an earlier barrier or collective failed on this node, so no other can follow")]
    CollectiveBroken,
    /// A node died amid a write, and left the data half old and half new.
    #[error(
        "block {block} of {name:?} is lost: rank {by} died while it wrote it; overwrite all of it to \
         go on"
    )]
    Poisoned {
        /// What the block belongs to.
        name: String,
        /// The block's number in it.
        block: u64,
        /// Who died.
        by: u32,
    },
    /// Where a block should be, something else is.
    #[error(
        "block {block} of {name:?} is damaged: its memory was changed by something that is no part of \
         the protocol"
    )]
    Damaged {
        /// What the block belongs to.
        name: String,
        /// The block's number in it.
        block: u64,
    },
    /// This node was taken for dead, and others have recovered what it had locked.
    #[error(
        "this node was expelled from the job while it had a block locked; what it was about to write is \
         not there"
    )]
    Expelled,
    /// Somebody who lives has had a block locked for longer than any write takes.
    #[error(
        "a block has been locked for {seconds} s by {}; if a guard is held there for long, use a Mutex",
        owner.map_or("somebody".to_owned(), |rank| format!("rank {rank}"))
    )]
    Stuck {
        /// Who has it locked.
        owner: Option<u32>,
        /// For how long this thread has waited, in seconds.
        seconds: u64,
    },
    /// A lock says of a holder before that it died, and this node has not been told so.
    #[error(
        "rank {rank} died, as a lock that it held says, but this node has not been told so for {seconds} s; see whether it still \
         reaches the coordinator of the job"
    )]
    Unheard {
        /// Who died.
        rank: u32,
        /// For how long this thread has waited, in seconds.
        seconds: u64,
    },
    /// Whoever held a lock died or failed, and nobody has cleared that yet.
    #[error(
        "lock {name:?} is poisoned: {poison}; take it by `into_inner`, mend the data, and call \
         `clear_poison`"
    )]
    LockPoisoned {
        /// The lock's name.
        name: String,
        /// What happened.
        poison: crate::Poison,
    },
    /// A synchronization object that cannot be.
    #[error("{what} {name:?} cannot be made: {reason}")]
    BadObject {
        /// What it was to be.
        what: &'static str,
        /// Its name.
        name: String,
        /// Why not.
        reason: String,
    },
    /// More permits than a semaphore has, so that they could be waited for in vain for ever.
    #[error(
        "{wanted} permits of semaphore {name:?} cannot be had, because it has {permits} in all"
    )]
    TooManyPermits {
        /// The semaphore's name.
        name: String,
        /// How many were asked for.
        wanted: u32,
        /// How many there are.
        permits: u32,
    },
    /// This thread has locked what it now waits for.
    #[error(
        "this thread has {what} locked already, and would wait for itself; drop the guard first"
    )]
    WouldDeadlock {
        /// What it waits for.
        what: String,
    },
    /// A view that cannot be.
    #[error("no view of {name:?}: {reason}")]
    BadView {
        /// The array's name.
        name: String,
        /// Why not.
        reason: String,
    },
    /// The memory of a view could not be set up, or one of its pages not be opened.
    #[error("view of {name:?}: {source}")]
    Paging {
        /// The array's name.
        name: String,
        /// The reason.
        #[source]
        source: paging::Error,
    },
    /// An array that is to be released while views of it are in use.
    #[error(
        "{name:?} cannot be released while this node has views of it ({views}): drop them first"
    )]
    ViewsOpen {
        /// The array's name.
        name: String,
        /// How many.
        views: usize,
    },
    /// Elements to be written that are at the same time to be read.
    #[error(
        "elements {written:?} of {name:?} cannot be written beside {read:?}, which overlap them: take ranges \
         without common elements"
    )]
    Overlap {
        /// The array's name.
        name: String,
        /// What was to be written.
        written: Range<usize>,
        /// What was to be read.
        read: Range<usize>,
    },
    /// A view that was opened for reading alone.
    #[error("this view of {name:?} is read-only: open one without `read_only` to write")]
    ReadOnly {
        /// The array's name.
        name: String,
    },
    /// Elements that a lock was not taken for.
    #[error(
        "elements {asked:?} of {name:?} are not among those that the lock was taken for ({locked:?}): take it for \
         all that is used"
    )]
    NotLocked {
        /// The array's name.
        name: String,
        /// What was to be used.
        asked: Range<usize>,
        /// What the lock was taken for.
        locked: Range<usize>,
    },
    /// Symmetric memory that cannot be had, or not be used so.
    #[error(transparent)]
    Symmetric(#[from] crate::symmetric::SymmetricError),
    /// A stream that a view was to be read from, or written to, failed.
    #[error("view of {name:?}: {source}, after {done} of {all} bytes")]
    Stream {
        /// The array's name.
        name: String,
        /// How many bytes had been transferred.
        done: usize,
        /// How many were to be.
        all: usize,
        /// The reason.
        #[source]
        source: io::Error,
    },
}
