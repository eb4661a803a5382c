//! Errors: each says what was tried, with whom, what was wrong, and where it can, how to mend it.

use std::fmt;
use std::io;

use crate::region::RemoteAddr;
use crate::work_request::OperationKind;

/// Why a provider could not be opened.
///
/// The first three and [`OpenError::Failed`] are the four faces of "no RDMA here"; they call for
/// different mends, so they are told apart.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The user-space library is not on this machine, or cannot be loaded.
    #[error(
        "the RDMA library {library} cannot be loaded ({reason}); install it (Debian: \
         `apt-get install rdma-core libibverbs1 ibverbs-providers`)"
    )]
    LibraryAbsent {
        /// The file that was tried.
        library: String,
        /// What the loader said.
        reason: String,
    },
    /// The library is there, but the kernel has no RDMA subsystem.
    #[error(
        "this kernel has no RDMA support (ENOSYS from ibv_get_device_list); load the driver of the \
         NIC or, for soft-RoCE, `modprobe ib_uverbs rdma_rxe`"
    )]
    KernelWithoutRdma,
    /// Library and kernel are ready, but there is no device.
    #[error(
        "no RDMA device is present; plug in a NIC, or make a soft-RoCE device with \
         `rdma link add rxe0 type rxe netdev <interface>`"
    )]
    NoDevice,
    /// Asking for the devices failed otherwise.
    #[error("{operation} failed: {source}")]
    Failed {
        /// The call that failed.
        operation: &'static str,
        /// The reason the system gave.
        #[source]
        source: io::Error,
    },
    /// There are devices, but not the one that was asked for, or none that is usable.
    #[error("no usable RDMA device: {reason}; present: {present}")]
    NotUsable {
        /// What was wanted and not found.
        reason: String,
        /// The devices, ports and states that were seen.
        present: String,
    },
    /// An option, given by an environment variable, makes no sense.
    #[error("{variable} is {value:?}; it must be {wanted}")]
    BadOption {
        /// The environment variable.
        variable: &'static str,
        /// Its value.
        value: String,
        /// What it should be.
        wanted: &'static str,
    },
}

/// Why an object could not be made or a card not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The provider could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A system or library call failed.
    #[error("{operation} failed: {source}")]
    System {
        /// The call that failed, with what it was about.
        operation: String,
        /// The reason the system gave.
        #[source]
        source: io::Error,
    },
    /// Memory could not be reserved.
    #[error(
        "{wanted} bytes of shared memory cannot be reserved: {source}; ask for less, or free memory \
         (in a container, its memory limit counts)"
    )]
    OutOfMemory {
        /// Bytes that were asked for.
        wanted: usize,
        /// The reason the system gave.
        #[source]
        source: io::Error,
    },
    /// Registering would pin more memory than the process may lock.
    #[error(
        "registering {wanted} bytes with {device} needs locked memory, but RLIMIT_MEMLOCK is {limit} \
         bytes; raise it (`ulimit -l unlimited`, or `* - memlock unlimited` in \
         /etc/security/limits.conf; for a service `LimitMEMLOCK=infinity`) or register less"
    )]
    MemlockTooLow {
        /// Bytes that were asked for.
        wanted: usize,
        /// The limit in force, in bytes.
        limit: u64,
        /// The device that was to register them.
        device: String,
    },
    /// A range does not lie inside its region.
    #[error("bytes {start}..{end} do not lie in a region of {len} bytes")]
    OutOfRange {
        /// Start of the range.
        start: usize,
        /// End of the range, exclusive.
        end: usize,
        /// The region's length.
        len: usize,
    },
    /// A parameter is outside of what the device can do.
    #[error("{what} is {asked}, but {device} can do {limit} at most")]
    Limit {
        /// Which parameter.
        what: &'static str,
        /// What was asked for.
        asked: u64,
        /// What is possible.
        limit: u64,
        /// The device that says so.
        device: String,
    },
    /// A parameter has no meaning.
    #[error("{what} is {asked}; it must be between {min} and {max}")]
    Setting {
        /// Which parameter.
        what: &'static str,
        /// What was asked for.
        asked: u32,
        /// The least that makes sense.
        min: u32,
        /// The most.
        max: u32,
    },
    /// The completion queue has no room for the work of one more queue pair.
    #[error(
        "a completion queue of {depth} entries, of which {reserved} are promised to other queue \
         pairs, has no room for a queue pair of {wanted}; make the completion queue deeper"
    )]
    CompletionQueueTooSmall {
        /// Entries of the completion queue.
        depth: u32,
        /// Entries promised to its queue pairs.
        reserved: u32,
        /// Entries that the new pair needs.
        wanted: u32,
    },
    /// A card is not one of this provider's, or is damaged.
    #[error("the peer's card cannot be used: {reason}")]
    BadCard {
        /// What is wrong with it.
        reason: String,
    },
    /// The device failed as a whole, for example its completion queue overran.
    #[error("{device} failed: {reason}")]
    DeviceFailed {
        /// Which device.
        device: String,
        /// What it said.
        reason: String,
    },
}

impl Error {
    /// A failed call, with the calling thread's last operating system error.
    pub(crate) fn last_os(operation: impl Into<String>) -> Error {
        Error::System { operation: operation.into(), source: io::Error::last_os_error() }
    }
}

/// Why a queue pair could not be connected.
#[derive(Debug, thiserror::Error)]
#[error("queue pair {queue_pair} cannot be connected to peer {peer}: {source}")]
pub struct ConnectError {
    /// The number of the local queue pair.
    pub queue_pair: u32,
    /// The label of the peer, as given in [`QueuePairConfig`](crate::QueuePairConfig).
    pub peer: u32,
    /// What went wrong.
    #[source]
    pub source: Error,
}

/// Why work was not posted. Nothing of the batch was executed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PostError {
    /// The send queue has no room for the batch now: poll completions, then post again.
    #[error(
        "the queue to peer {peer} is full ({outstanding} of {depth} requests outstanding, {batch} \
         more wanted); poll its completions first"
    )]
    Full {
        /// The label of the peer.
        peer: u32,
        /// Requests posted and not yet known to be complete.
        outstanding: u32,
        /// Requests that the queue holds at most.
        depth: u32,
        /// Requests in the batch.
        batch: usize,
    },
    /// The batch is longer than the queue and can never be posted.
    #[error(
        "a batch of {batch} requests does not fit a queue of {depth}; post smaller batches or make \
         the queue deeper"
    )]
    BatchTooLong {
        /// Requests in the batch.
        batch: usize,
        /// Requests that the queue holds at most.
        depth: u32,
    },
    /// The queue pair is in error state; only a new one can go on.
    #[error("the queue pair to peer {peer} is in error state after: {cause}")]
    InError {
        /// The label of the peer.
        peer: u32,
        /// The error that put it there.
        cause: String,
    },
    /// An atomic's remote address is not a multiple of 8.
    #[error("an atomic at remote address {addr:#x}: the address must be a multiple of 8")]
    Misaligned {
        /// The remote address.
        addr: u64,
    },
    /// An atomic's local buffer is not 8 bytes long and aligned to 8.
    #[error(
        "the result of an atomic needs 8 bytes at an address that is a multiple of 8, not {len} \
         bytes at {addr:#x}"
    )]
    ResultBuffer {
        /// Length of the buffer that was given.
        len: usize,
        /// Its address.
        addr: usize,
    },
    /// An inline WRITE is longer than the device allows.
    #[error("an inline WRITE of {len} bytes; this device takes {max} at most")]
    InlineTooLong {
        /// Its length.
        len: usize,
        /// The longest allowed.
        max: usize,
    },
    /// A message is longer than the device allows.
    #[error("a message of {len} bytes; this device takes {max} at most: split it")]
    MessageTooLong {
        /// Its length.
        len: usize,
        /// The longest allowed.
        max: usize,
    },
    /// The device refused the batch.
    #[error("the device refused work for peer {peer}: {reason}")]
    Refused {
        /// The label of the peer.
        peer: u32,
        /// What it said.
        reason: String,
    },
}

/// How a work request ended, in the words of `ibv_wc_status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// It took effect.
    Success,
    /// The local buffer and the message do not fit.
    LocalLength,
    /// The queue pair itself failed locally.
    LocalQueuePair,
    /// The local buffer is not registered for this access.
    LocalProtection,
    /// Flushed: the queue pair was in error state before this request was executed.
    Flushed,
    /// The responder found the request invalid (a misaligned atomic, too long a message).
    RemoteInvalidRequest,
    /// The responder refused the access: wrong key, range outside of the region, or missing right.
    RemoteAccess,
    /// The responder could not complete it for reasons of its own.
    RemoteOperation,
    /// The peer does not answer: it is dead, unreachable, or its queue pair is gone.
    RetryExceeded,
    /// The peer was not ready for too long.
    ReceiverNotReady,
    /// Something else; the device's own code.
    Other(u32),
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Status::Success => "success",
            Status::LocalLength => "local length error",
            Status::LocalQueuePair => "local queue pair error",
            Status::LocalProtection => "local protection error: the buffer is not registered here",
            Status::Flushed => "flushed, the queue pair was already in error state",
            Status::RemoteInvalidRequest => "the responder found the request invalid",
            Status::RemoteAccess => {
                "the responder refused the access: wrong key, range outside of the region, or \
                 missing right"
            }
            Status::RemoteOperation => "the responder could not complete it",
            Status::RetryExceeded => {
                "the peer does not answer: dead, unreachable, or its queue pair is gone"
            }
            Status::ReceiverNotReady => "the peer was not ready for too long",
            Status::Other(code) => return write!(f, "device status {code}"),
        })
    }
}

/// A work request that failed. The queue pair it was posted to is in error state.
///
/// A failed WRITE may or may not have been placed, and a failed atomic may or may not have happened
/// (at most once), unless the status says that it was refused or flushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{kind} of {len} bytes at {remote} of peer {peer} failed on queue pair {queue_pair}: {status}"
)]
pub struct WorkError {
    /// How it ended.
    pub status: Status,
    /// What it was.
    pub kind: OperationKind,
    /// Where it was to act.
    pub remote: RemoteAddr,
    /// How many bytes.
    pub len: u32,
    /// The token it was posted with.
    pub token: u64,
    /// The label of the peer.
    pub peer: u32,
    /// The number of the local queue pair.
    pub queue_pair: u32,
}
