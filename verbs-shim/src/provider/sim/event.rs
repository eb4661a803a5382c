//! [`NicEvent`]: what happens in the network, for timelines and for digests of histories.

use std::fmt;

use super::Machine;
use crate::error::Status;
use crate::work_request::OperationKind;

/// A request: the `index`th (from 0) that was posted to pair number `pair` of `machine`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId {
    /// The initiator.
    pub machine: Machine,
    /// The number of its queue pair.
    pub pair: u32,
    /// Which request of the pair.
    pub index: u64,
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "m{} q{} #{}", self.machine, self.pair, self.index)
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NicEvent {
    /// A request was posted.
    Posted {
        /// Which.
        request: RequestId,
        /// The responder.
        to: Machine,
        /// What it is to do.
        kind: OperationKind,
        /// The remote address.
        addr: u64,
        /// Bytes.
        len: u32,
    },
    /// The bytes of one cache line were placed by a WRITE at the responder.
    Placed {
        /// Which request.
        request: RequestId,
        /// The responder.
        to: Machine,
        /// Where the bytes begin.
        addr: u64,
        /// How many.
        len: u32,
        /// For an aligned word of 8 bytes: its values before and after.
        word: Option<(u64, u64)>,
        /// Its initiator has failed or died.
        late: bool,
    },
    /// The bytes of one cache line were sampled by a READ at the responder.
    Sampled {
        /// Which request.
        request: RequestId,
        /// The responder.
        to: Machine,
        /// Where the bytes begin.
        addr: u64,
        /// How many.
        len: u32,
        /// For an aligned word of 8 bytes: its value. In a search, for other bytes a number that tells them apart.
        word: Option<u64>,
    },
    /// An atomic loaded its word, and will store it later, also if it compares and does not swap.
    Loaded {
        /// Which request.
        request: RequestId,
        /// The responder.
        to: Machine,
        /// The word.
        addr: u64,
        /// What it found.
        before: u64,
        /// Its initiator has failed or died.
        late: bool,
    },
    /// An atomic stored its word.
    Stored {
        /// Which request.
        request: RequestId,
        /// The responder.
        to: Machine,
        /// The word.
        addr: u64,
        /// What it stored.
        after: u64,
        /// What a CPU or a WRITE had stored since the load, and is lost now.
        lost: Option<u64>,
    },
    /// The responder refused a request.
    Refused {
        /// Which.
        request: RequestId,
        /// The responder.
        to: Machine,
        /// Why.
        status: Status,
    },
    /// A request arrived again, and the responder absorbed it.
    Duplicate {
        /// Which.
        request: RequestId,
        /// The responder.
        to: Machine,
    },
    /// A request, or its answer, did not arrive.
    Lost {
        /// Which.
        request: RequestId,
        /// It was the answer.
        answer: bool,
    },
    /// A request will take much longer.
    Straggles {
        /// Which.
        request: RequestId,
    },
    /// A request completed, unsignaled ones too.
    Completed {
        /// Which.
        request: RequestId,
        /// How.
        status: Status,
    },
    /// A pair has come into error state, or is gone.
    Failed {
        /// Its machine.
        machine: Machine,
        /// Its number.
        pair: u32,
        /// Why: `Flushed` when its owner did it.
        status: Status,
        /// Requests in flight that may arrive later.
        in_flight: u32,
        /// Requests of its peer in flight that it refuses from now on.
        fenced: u32,
    },
    /// A machine was killed.
    Killed {
        /// Which.
        machine: Machine,
    },
    /// A direction of a link was cut, or healed.
    Link {
        /// From this machine.
        from: Machine,
        /// To this one.
        to: Machine,
        /// It was cut.
        cut: bool,
    },
}

impl fmt::Display for NicEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let late = |late: &bool| if *late { ", late: its initiator is gone" } else { "" };
        match self {
            NicEvent::Posted { request, to, kind, addr, len } => {
                write!(f, "{request} posted: {kind} of {len} bytes at {addr:#x} of m{to}")
            }
            NicEvent::Placed { request, to, addr, len, word, late: is_late } => {
                write!(f, "{request} placed {len} bytes at {addr:#x} of m{to}")?;
                if let Some((before, after)) = word {
                    write!(f, ": {before:#x} -> {after:#x}")?;
                }
                f.write_str(late(is_late))
            }
            NicEvent::Sampled { request, to, addr, len, word } => {
                write!(f, "{request} sampled {len} bytes at {addr:#x} of m{to}")?;
                match word {
                    Some(word) => write!(f, ": {word:#x}"),
                    None => Ok(()),
                }
            }
            NicEvent::Loaded { request, to, addr, before, late: is_late } => {
                write!(f, "{request} loaded {before:#x} at {addr:#x} of m{to}{}", late(is_late))
            }
            NicEvent::Stored { request, to, addr, after, lost } => {
                write!(f, "{request} stored {after:#x} at {addr:#x} of m{to}")?;
                match lost {
                    Some(lost) => write!(f, ", over {lost:#x} that was stored since its load"),
                    None => Ok(()),
                }
            }
            NicEvent::Refused { request, to, status } => {
                write!(f, "{request} refused by m{to}: {status}")
            }
            NicEvent::Duplicate { request, to } => {
                write!(f, "{request} arrived again at m{to}, absorbed")
            }
            NicEvent::Lost { request, answer: true } => write!(f, "{request} answer lost"),
            NicEvent::Lost { request, answer: false } => write!(f, "{request} lost"),
            NicEvent::Straggles { request } => write!(f, "{request} straggles"),
            NicEvent::Completed { request, status } => write!(f, "{request} completed: {status}"),
            NicEvent::Failed { machine, pair, status, in_flight, fenced } => {
                write!(f, "m{machine} q{pair} failed: {status}")?;
                if *in_flight > 0 {
                    write!(f, "; {in_flight} requests still in flight")?;
                }
                match fenced {
                    0 => Ok(()),
                    n => write!(f, "; {n} requests of its peer fenced"),
                }
            }
            NicEvent::Killed { machine } => write!(f, "m{machine} killed"),
            NicEvent::Link { from, to, cut: true } => write!(f, "link m{from} -> m{to} cut"),
            NicEvent::Link { from, to, cut: false } => write!(f, "link m{from} -> m{to} healed"),
        }
    }
}
