//! [`AnyProvider`]: one of the providers, chosen at run time; and the default choice.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::{
    Portable, Provider, RawCompletion, RawCompletionQueue, RawQueuePair, Refusal, Shm, Verbs,
    VerbsOptions,
};
use crate::capabilities::Capabilities;
use crate::card::Card;
use crate::error::{Error, OpenError, Status};
use crate::memory::{HugePages, Memory};
use crate::queue_pair::QueuePairConfig;
use crate::region::{Access, Registration, RemoteAddr, RemoteRegion};
use crate::work_request::{Atomic, WorkRequest};

/// The name of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Choice {
    /// [`Verbs`].
    Verbs,
    /// [`Shm`].
    Shm,
}

impl Choice {
    /// All of them.
    pub const ALL: [Choice; 2] = [Choice::Verbs, Choice::Shm];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Choice::Verbs => "verbs",
            Choice::Shm => "shm",
        }
    }

    /// The default: `shm` among processes of one host, `verbs` across hosts.
    pub fn recommended(one_host: bool) -> Choice {
        if one_host { Choice::Shm } else { Choice::Verbs }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that no provider has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no provider {0:?}; there are: verbs, shm")]
pub struct UnknownProvider(String);

impl FromStr for Choice {
    type Err = UnknownProvider;

    fn from_str(name: &str) -> Result<Choice, UnknownProvider> {
        Choice::ALL
            .into_iter()
            .find(|choice| choice.name() == name)
            .ok_or_else(|| UnknownProvider(name.to_owned()))
    }
}

/// One of the providers. The choice is one predictable branch for each operation.
#[derive(Debug)]
pub enum AnyProvider {
    /// A NIC, or soft-RoCE.
    Verbs(Verbs),
    /// The memory of this host.
    Shm(Shm),
}

impl AnyProvider {
    /// Opens the provider of that name; `options` count for `verbs` only.
    ///
    /// # Errors
    /// As [`Verbs::open`] and [`Shm::open`].
    pub fn open(choice: Choice, options: &VerbsOptions) -> Result<AnyProvider, OpenError> {
        Ok(match choice {
            Choice::Verbs => AnyProvider::Verbs(Verbs::open(options)?),
            Choice::Shm => AnyProvider::Shm(Shm::open()?),
        })
    }
}

/// A completion queue of [`AnyProvider`].
pub enum AnyCompletionQueue {
    /// Of [`Verbs`].
    Verbs(<Verbs as Provider>::CompletionQueue),
    /// Of [`Shm`].
    Shm(<Shm as Provider>::CompletionQueue),
}

/// A queue pair of [`AnyProvider`].
pub enum AnyQueuePair {
    /// Of [`Verbs`].
    Verbs(<Verbs as Provider>::QueuePair),
    /// Of [`Shm`].
    Shm(<Shm as Provider>::QueuePair),
}

macro_rules! each {
    ($on:expr, $type:ident, $inner:ident => $call:expr) => {
        match $on {
            $type::Verbs($inner) => $call,
            $type::Shm($inner) => $call,
        }
    };
}

impl Provider for AnyProvider {
    type CompletionQueue = AnyCompletionQueue;
    type QueuePair = AnyQueuePair;

    #[inline]
    fn capabilities(&self) -> &Capabilities {
        each!(self, AnyProvider, p => p.capabilities())
    }

    fn allocate(&self, len: usize, huge: HugePages) -> Result<Memory, Error> {
        each!(self, AnyProvider, p => p.allocate(len, huge))
    }

    fn register(&self, memory: &Arc<Memory>, access: Access) -> Result<Registration, Error> {
        each!(self, AnyProvider, p => p.register(memory, access))
    }

    fn import(&self, card: &Card) -> Result<RemoteRegion, Error> {
        each!(self, AnyProvider, p => p.import(card))
    }

    fn completion_queue(&self, depth: u32) -> Result<AnyCompletionQueue, Error> {
        Ok(match self {
            AnyProvider::Verbs(p) => AnyCompletionQueue::Verbs(p.completion_queue(depth)?),
            AnyProvider::Shm(p) => AnyCompletionQueue::Shm(p.completion_queue(depth)?),
        })
    }

    fn queue_pair(
        &self,
        queue: &mut AnyCompletionQueue,
        config: &QueuePairConfig,
    ) -> Result<AnyQueuePair, Error> {
        match (self, queue) {
            (AnyProvider::Verbs(p), AnyCompletionQueue::Verbs(queue)) => {
                Ok(AnyQueuePair::Verbs(p.queue_pair(queue, config)?))
            }
            (AnyProvider::Shm(p), AnyCompletionQueue::Shm(queue)) => {
                Ok(AnyQueuePair::Shm(p.queue_pair(queue, config)?))
            }
            _ => Err(Error::DeviceFailed {
                device: self.capabilities().device.clone(),
                reason: "the completion queue is of another provider".to_owned(),
            }),
        }
    }
}

// SAFETY: true of both, and the objects of one have nothing of the other.
unsafe impl Portable for AnyProvider {}

impl RawCompletionQueue for AnyCompletionQueue {
    #[inline]
    fn poll(&mut self, into: &mut Vec<RawCompletion>) -> Result<(), Refusal> {
        each!(self, AnyCompletionQueue, q => q.poll(into))
    }

    #[inline(always)]
    fn poll_one(&mut self) -> Option<RawCompletion> {
        each!(self, AnyCompletionQueue, q => q.poll_one())
    }

    #[inline]
    fn patience(&self) -> u32 {
        each!(self, AnyCompletionQueue, q => q.patience())
    }
}

impl RawQueuePair for AnyQueuePair {
    type Window = <<Shm as Provider>::QueuePair as RawQueuePair>::Window;

    fn number(&self) -> u32 {
        each!(self, AnyQueuePair, q => q.number())
    }

    fn card(&self) -> Card {
        each!(self, AnyQueuePair, q => q.card())
    }

    fn connect(&mut self, peer: &Card) -> Result<(), Error> {
        each!(self, AnyQueuePair, q => q.connect(peer))
    }

    #[inline(always)]
    fn post(
        &mut self,
        requests: &[WorkRequest<'_>],
        first_id: u64,
        signal_last: bool,
    ) -> Result<(), Refusal> {
        each!(self, AnyQueuePair, q => q.post(requests, first_id, signal_last))
    }

    fn fail(&mut self) -> Result<(), Error> {
        each!(self, AnyQueuePair, q => q.fail())
    }

    fn window(&mut self, from: RemoteAddr) -> Option<Self::Window> {
        match self {
            AnyQueuePair::Verbs(_) => None,
            AnyQueuePair::Shm(q) => q.window(from),
        }
    }

    #[inline]
    fn read_in_place(&mut self, remote: RemoteAddr, into: &mut [u8]) -> Option<Status> {
        each!(self, AnyQueuePair, q => q.read_in_place(remote, into))
    }

    #[inline]
    fn write_in_place(&mut self, from: &[u8], remote: RemoteAddr) -> Option<Status> {
        each!(self, AnyQueuePair, q => q.write_in_place(from, remote))
    }

    #[inline]
    fn atomic_in_place(
        &mut self,
        atomic: Atomic,
        remote: RemoteAddr,
        result: &mut u64,
    ) -> Option<Status> {
        each!(self, AnyQueuePair, q => q.atomic_in_place(atomic, remote, result))
    }
}
