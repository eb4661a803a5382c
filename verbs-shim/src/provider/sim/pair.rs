//! A queue pair: what its initiator waits for, and its lane to the responder.
//!
//! # Stages
//!
//! ```text
//!  Made ──connect──> Connected ──error, fail()──> Failed ──drop──> Gone
//!    └───────────────────┴──────────drop, kill──────────────────────┘
//! ```
//!
//! Once a pair is not *Connected* any more nothing is outstanding on it, but its lane may still have
//! requests that arrive late. A pair that is *Gone* lives on, without a handle, until its lane is empty.
//!
//! # Invariants
//!
//! - `outstanding` has the requests `posted - outstanding.len() .. posted`, in order.
//! - The `turn` timer is set when the lane is not empty and its head is neither [`Head::Blocked`],
//!   [`Head::Unit`] nor [`Head::Draining`].
//! - The `answer` timer is set when the oldest outstanding request has been answered.
//! - The `resend` timer is set when the oldest outstanding request is unanswered or the head blocked.

use std::collections::VecDeque;

use super::lines::Lines;
use super::slab::Id;
use super::{Machine, Nanos, RequestId};
use crate::error::Status;
use crate::region::RemoteAddr;
use crate::work_request::{Atomic, OperationKind};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Stage {
    Made,
    Connected,
    Failed,
    Gone,
}

/// The other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer {
    pub(super) machine: Machine,
    /// The place of the machine in the network's table.
    pub(super) place: usize,
    pub(super) number: u32,
    /// The pair; `None` if it had gone before the connection was made.
    pub(super) id: Option<Id>,
}

/// When an event of a pair is due; unset while `ticket` is 0.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Timer {
    /// The number of the entry of the event heap that counts: older ones of the same timer do not.
    pub(super) ticket: u64,
    pub(super) at: Nanos,
}

impl Timer {
    #[inline]
    pub(super) fn is_set(self) -> bool {
        self.ticket != 0
    }
}

/// A direction in which nothing of a pair gets through any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Broken {
    Requests,
    Answers,
}

/// How far the request at the head of a lane is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Head {
    /// It has not begun.
    Ready,
    /// It did not get through, and waits to be sent again.
    Blocked,
    /// It waits for the atomic unit of the responder.
    Unit,
    /// It will be refused, but READs before it have not ended.
    Draining,
    /// A WRITE has these lines left.
    Placing(Lines),
    /// An atomic has loaded `before` and will store `after`.
    Storing { before: u64, after: u64 },
}

/// A local buffer: where in which region of the initiator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Local {
    /// 0 if the memory is not registered with this machine.
    pub(super) key: u32,
    pub(super) offset: usize,
}

/// The bytes of a WRITE.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Payload {
    /// In a local buffer, to be fetched when the request begins or its initiator fails.
    Local(Local),
    Small {
        bytes: [u8; Payload::SMALL],
        len: u8,
    },
    Large(Vec<u8>),
}

impl Payload {
    pub(super) const SMALL: usize = 24;

    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Payload::Local(_) => &[],
            Payload::Small { bytes, len } => &bytes[..usize::from(*len)],
            Payload::Large(bytes) => bytes,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Operation {
    Read,
    Write(Payload),
    Atomic(Atomic),
}

/// A request on its way.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) index: u64,
    pub(super) arrival: Nanos,
    /// Its place in the order in which its machine has posted on all pairs.
    pub(super) order: u64,
    pub(super) remote: RemoteAddr,
    pub(super) len: u32,
    /// It is sent again, though it had arrived.
    pub(super) duplicate: bool,
    /// Its faults have been drawn.
    pub(super) drawn: bool,
    pub(super) operation: Operation,
}

impl Request {
    pub(super) fn kind(&self) -> OperationKind {
        match &self.operation {
            Operation::Read => OperationKind::Read,
            Operation::Write(_) => OperationKind::Write,
            Operation::Atomic(atomic) => atomic.kind(),
        }
    }

    /// It changes memory, if only it is executed.
    pub(super) fn changes(&self) -> bool {
        !matches!(self.operation, Operation::Read) && !self.duplicate
    }
}

/// How far an outstanding request is, as its initiator will hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Not executed, as far as is decided.
    Sent,
    /// A READ that is being sampled.
    Sampling,
    /// The answer arrives then.
    Answered { status: Status, at: Nanos },
    /// It ended so at the responder, but the answer has not arrived.
    Unanswered { status: Status },
}

/// A request that its initiator waits for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outstanding {
    /// What its completion says.
    pub(super) id: u64,
    pub(super) signaled: bool,
    pub(super) kind: OperationKind,
    pub(super) progress: Progress,
    /// Where a result goes.
    pub(super) local: Local,
    pub(super) remote: RemoteAddr,
    pub(super) len: u32,
    /// The value that an atomic has found.
    pub(super) before: u64,
    /// Whether its answer gets lost has been drawn.
    pub(super) drawn: bool,
}

/// A READ that is being sampled at the responder.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) index: u64,
    pub(super) timer: Timer,
    pub(super) remote: RemoteAddr,
    pub(super) len: u32,
    pub(super) local: Local,
    pub(super) lines: Lines,
    /// Of its range when the first line was sampled; `None` until then.
    pub(super) fingerprint: Option<u64>,
    /// A later request of the pair that changes memory has begun.
    pub(super) passed: bool,
}

#[derive(Debug)]
pub(super) struct Pair {
    pub(super) machine: Machine,
    /// The place of the machine in the network's table.
    pub(super) place: usize,
    pub(super) number: u32,
    pub(super) queue: Id,
    pub(super) timeout: Nanos,
    pub(super) retries: u8,
    pub(super) stage: Stage,
    pub(super) peer: Option<Peer>,

    pub(super) posted: u64,
    pub(super) outstanding: VecDeque<Outstanding>,
    pub(super) answer: Timer,
    pub(super) resend: Timer,
    /// How often it has sent again since the last progress.
    pub(super) attempts: u8,
    pub(super) broken: Option<Broken>,

    pub(super) lane: VecDeque<Request>,
    pub(super) last_arrival: Nanos,
    /// The responder has taken all requests below.
    pub(super) expected: u64,
    pub(super) head: Head,
    pub(super) turn: Timer,
    pub(super) reads: Vec<Reading>,
}

impl Pair {
    pub(super) fn request_id(&self, index: u64) -> RequestId {
        RequestId { machine: self.machine, pair: self.number, index }
    }

    /// The outstanding request of that index, if it is outstanding.
    #[inline]
    pub(super) fn outstanding(&mut self, index: u64) -> Option<(usize, &mut Outstanding)> {
        let oldest = self.posted - self.outstanding.len() as u64;
        let place = usize::try_from(index.checked_sub(oldest)?).ok()?;
        self.outstanding.get_mut(place).map(|it| (place, it))
    }

    /// Whether its lane goes on only when the initiator sends again, if at all.
    pub(super) fn is_blocked(&self) -> bool {
        let halted = matches!(self.head, Head::Placing(_)) && self.broken == Some(Broken::Requests);
        halted || self.head == Head::Blocked
    }

    /// The requests on their way that would change memory.
    pub(super) fn changes_in_flight(&self) -> u32 {
        self.lane.iter().filter(|request| request.changes()).count() as u32
    }
}
