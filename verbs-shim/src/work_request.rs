//! Work requests: what one batch asks the NIC to do.

use std::fmt;

use crate::region::{RemoteAddr, Slice};

/// The kinds of one-sided operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperationKind {
    /// RDMA READ.
    Read,
    /// RDMA WRITE.
    Write,
    /// 64-bit compare-and-swap.
    CompareSwap,
    /// 64-bit fetch-and-add.
    FetchAdd,
}

impl fmt::Display for OperationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OperationKind::Read => "READ",
            OperationKind::Write => "WRITE",
            OperationKind::CompareSwap => "COMPARE_AND_SWAP",
            OperationKind::FetchAdd => "FETCH_AND_ADD",
        })
    }
}

/// A 64-bit atomic operation on a remote word; its result is the word's value before.
///
/// Words are in the byte order of the machine, as NICs keep them; all machines of a job must agree
/// on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Atomic {
    /// Stores `new` if the word equals `expected`.
    CompareSwap {
        /// The value the word must have.
        expected: u64,
        /// The value it gets.
        new: u64,
    },
    /// Adds, wrapping around.
    FetchAdd {
        /// What is added.
        add: u64,
    },
}

impl Atomic {
    /// The kind of operation this is.
    pub fn kind(self) -> OperationKind {
        match self {
            Atomic::CompareSwap { .. } => OperationKind::CompareSwap,
            Atomic::FetchAdd { .. } => OperationKind::FetchAdd,
        }
    }
}

/// What one request does; providers match on it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operation<'a> {
    Read { into: Slice<'a> },
    Write { from: Slice<'a> },
    WriteInline { data: &'a [u8] },
    Atomic { result: Slice<'a>, atomic: Atomic },
}

/// One request of a batch, made on the stack and handed to
/// [`QueuePair::post`](crate::QueuePair::post).
///
/// A request is *unsignaled* unless [`signaled`](WorkRequest::signaled) is called: it completes
/// silently, and a later signaled request of the same queue pair vouches for it, because requests of
/// one queue pair complete in order.
#[derive(Clone, Copy, Debug)]
#[must_use = "a work request does nothing until it is posted"]
pub struct WorkRequest<'a> {
    pub(crate) operation: Operation<'a>,
    pub(crate) remote: RemoteAddr,
    pub(crate) token: u64,
    pub(crate) signaled: bool,
}

impl<'a> WorkRequest<'a> {
    fn new(operation: Operation<'a>, remote: RemoteAddr) -> Self {
        WorkRequest { operation, remote, token: 0, signaled: false }
    }

    /// READs `into.len()` bytes from `remote`. A READ of more than one cache line may see any mix
    /// of old and new bytes when somebody writes meanwhile.
    pub fn read(into: Slice<'a>, remote: RemoteAddr) -> Self {
        Self::new(Operation::Read { into }, remote)
    }

    /// WRITEs the bytes of `from` to `remote`. The NIC reads `from` until the request completes.
    pub fn write(from: Slice<'a>, remote: RemoteAddr) -> Self {
        Self::new(Operation::Write { from }, remote)
    }

    /// WRITEs `data`, which travels inside the request: it may be reused at once and need not be
    /// registered. At most [`Capabilities::max_inline`](crate::Capabilities::max_inline) bytes.
    pub fn write_inline(data: &'a [u8], remote: RemoteAddr) -> Self {
        Self::new(Operation::WriteInline { data }, remote)
    }

    /// Executes `atomic` on the 8-byte word at `remote` and puts its value before into `result`.
    pub fn atomic(atomic: Atomic, result: Slice<'a>, remote: RemoteAddr) -> Self {
        Self::new(Operation::Atomic { result, atomic }, remote)
    }

    /// Compare-and-swap, see [`Atomic::CompareSwap`].
    pub fn compare_swap(expected: u64, new: u64, result: Slice<'a>, remote: RemoteAddr) -> Self {
        Self::atomic(Atomic::CompareSwap { expected, new }, result, remote)
    }

    /// Fetch-and-add, see [`Atomic::FetchAdd`].
    pub fn fetch_add(add: u64, result: Slice<'a>, remote: RemoteAddr) -> Self {
        Self::atomic(Atomic::FetchAdd { add }, result, remote)
    }

    /// A number of the caller's that its completion carries.
    pub fn token(mut self, token: u64) -> Self {
        self.token = token;
        self
    }

    /// Asks for a completion.
    pub fn signaled(mut self) -> Self {
        self.signaled = true;
        self
    }

    /// The kind of operation this is.
    pub fn kind(&self) -> OperationKind {
        match self.operation {
            Operation::Read { .. } => OperationKind::Read,
            Operation::Write { .. } | Operation::WriteInline { .. } => OperationKind::Write,
            Operation::Atomic { atomic, .. } => atomic.kind(),
        }
    }

    /// How many bytes it moves.
    pub fn len(&self) -> usize {
        match self.operation {
            Operation::Read { into } => into.len(),
            Operation::Write { from } => from.len(),
            Operation::WriteInline { data } => data.len(),
            Operation::Atomic { .. } => 8,
        }
    }

    /// True for a READ or WRITE of no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
