//! [`Bundle`]: a completion queue, its queue pairs and a registered buffer as one thing, which may go from thread to thread.
//!
//! Queue pairs stay on their thread, because they share state with their completion queue without locks. Here all of them
//! are together, and none is ever given out, nor anything that refers to them; so whoever has the bundle has all of it.
//!
//! # In the handler of a signal
//!
//! [`Pairs::post`] and [`Pairs::poll`], and what tells of their outcome, allocate nothing, lock nothing but the
//! device's own objects of this bundle, touch no state of the thread and do not panic, once each pair has
//! executed a request. (The first may resolve a symbol of the driver, or look up what a key means.) So they may be called
//! in a handler of a signal, if the bundle is not in use by the code that it interrupted. One thing is excepted: a driver that
//! breaks the rules of its library, and takes a part of a batch without saying which. That is logged.

use crate::card::Card;
use crate::completion::{Completion, CompletionQueue, MARKER};
use crate::error::{ConnectError, Error, WorkError};
use crate::fabric::Fabric;
use crate::provider::{Portable, Refusal};
use crate::queue_pair::{QueuePair, QueuePairConfig, UnconnectedQueuePair};
use crate::region::{Access, Region};
use crate::work_request::WorkRequest;

/// Why a batch was not posted. Nothing of it has been.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unposted {
    /// There is no such pair, or it is not connected.
    #[error("there is no such queue pair")]
    Absent,
    /// There is no room now: poll completions.
    #[error("the queue is full")]
    Full,
    /// The pair is in error state.
    #[error("the queue pair is in error state")]
    InError,
    /// A request that can never be executed, as [`PostError`](crate::PostError) would say.
    #[error("a request is malformed")]
    Malformed,
    /// The device refused.
    #[error("refused by the device: {0}")]
    Refused(Refusal),
}

/// How far a pair is.
enum Pair<P: Portable> {
    Made(UnconnectedQueuePair<P>),
    Connected(QueuePair<P>),
    Gone,
}

/// A completion queue, its queue pairs and a registered buffer. It may go from thread to thread, and is used by one at
/// a time.
///
/// ```
/// fn send<T: Send>() {}
/// send::<verbs_shim::Bundle<verbs_shim::provider::Shm>>();
/// ```
pub struct Bundle<P: Portable> {
    // Pairs go first, then their queue, then the memory that the device may have been told of.
    pairs: Vec<Pair<P>>,
    queue: CompletionQueue<P>,
    buffer: Region,
    fabric: Fabric<P>,
    config: QueuePairConfig,
}

// SAFETY: what is not `Send` by itself are the queue and the pairs. All references to what they share are inside of the
// bundle, because its methods give out neither of them nor windows; and that these may be moved together is what
// `Portable` promises of the provider's own objects.
unsafe impl<P: Portable> Send for Bundle<P> {}

impl<P: Portable> Bundle<P> {
    /// A bundle for `pairs` queue pairs, each made as `config` says (but for the peer), and with a buffer of so many bytes.
    ///
    /// # Errors
    /// When the device, or the machine, has not enough.
    pub fn new(
        fabric: &Fabric<P>,
        pairs: usize,
        config: &QueuePairConfig,
        bytes: usize,
    ) -> Result<Bundle<P>, Error> {
        let each = u64::from(config.depth) + u64::from(MARKER);
        let limit = fabric.capabilities().max_completions;
        let depth = each.saturating_mul(pairs.max(1) as u64);
        let depth = u32::try_from(depth).ok().filter(|depth| *depth <= limit);
        let depth = depth.ok_or_else(|| Error::Limit {
            what: "the depth of a completion queue",
            asked: each.saturating_mul(pairs as u64),
            limit: limit.into(),
            device: fabric.capabilities().device.clone(),
        })?;
        let buffer = fabric.register(fabric.allocate(bytes)?, Access::local())?;
        Ok(Bundle {
            pairs: Vec::with_capacity(pairs),
            queue: fabric.completion_queue(depth)?,
            buffer,
            fabric: fabric.clone(),
            config: config.clone(),
        })
    }

    /// Makes the next pair, to the peer of that label. The answer is its index, and what the peer needs to connect to it.
    ///
    /// # Errors
    /// As [`Fabric::queue_pair`].
    pub fn add(&mut self, peer: u32) -> Result<(usize, Card), Error> {
        let config = QueuePairConfig { peer, ..self.config.clone() };
        let pair = self.fabric.queue_pair(&self.queue, &config)?;
        let card = pair.card();
        self.pairs.push(Pair::Made(pair));
        Ok((self.pairs.len() - 1, card))
    }

    /// Connects a pair that was made, to the peer whose card this is.
    ///
    /// # Errors
    /// When the card is damaged or the device refuses; the pair is gone then.
    ///
    /// # Panics
    /// When there is no such pair, or it has been connected.
    pub fn connect(&mut self, pair: usize, peer: &Card) -> Result<(), ConnectError> {
        match std::mem::replace(&mut self.pairs[pair], Pair::Gone) {
            Pair::Made(made) => self.pairs[pair] = Pair::Connected(made.connect(peer)?),
            Pair::Connected(_) | Pair::Gone => panic!("pair {pair} has been connected"),
        }
        Ok(())
    }

    /// Puts a pair in error state: what is outstanding is flushed. Nothing, if there is no such pair. Not for handlers of
    /// signals.
    ///
    /// # Errors
    /// As [`QueuePair::fail`].
    pub fn fail(&mut self, pair: usize) -> Result<(), Error> {
        match self.pairs.get_mut(pair) {
            Some(Pair::Connected(pair)) => pair.fail(),
            _ => Ok(()),
        }
    }

    /// The buffer, for local ends of requests.
    pub fn buffer(&self) -> &Region {
        &self.buffer
    }

    /// The buffer, and the pairs to post to.
    #[inline]
    pub fn parts(&mut self) -> (&Region, Pairs<'_, P>) {
        (&self.buffer, Pairs { pairs: &mut self.pairs, queue: &self.queue })
    }
}

/// The queue pairs of a [`Bundle`], in use.
pub struct Pairs<'b, P: Portable> {
    pairs: &'b mut [Pair<P>],
    queue: &'b CompletionQueue<P>,
}

impl<P: Portable> Pairs<'_, P> {
    #[inline]
    fn get(&self, pair: usize) -> Option<&QueuePair<P>> {
        match self.pairs.get(pair) {
            Some(Pair::Connected(pair)) => Some(pair),
            _ => None,
        }
    }

    /// Posts a batch, in order, with one doorbell; all of it or nothing. The last request tells when it is complete, though
    /// [`Pairs::poll`] tells of it only if it is signaled.
    ///
    /// # Errors
    /// [`Unposted`].
    #[inline]
    pub fn post(&mut self, pair: usize, requests: &[WorkRequest<'_>]) -> Result<(), Unposted> {
        match self.pairs.get_mut(pair) {
            Some(Pair::Connected(pair)) => pair.post_quietly(requests),
            _ => Err(Unposted::Absent),
        }
    }

    /// The next completion, if there is one now.
    ///
    /// # Errors
    /// When the device itself failed. That a request failed is in its completion.
    #[inline]
    pub fn poll(&mut self) -> Result<Option<Completion>, Refusal> {
        self.queue.inner.poll()
    }

    /// Requests of a pair that are posted and not yet known to be complete.
    #[inline]
    pub fn outstanding(&self, pair: usize) -> u32 {
        self.get(pair).map_or(0, QueuePair::outstanding)
    }

    /// The error that put a pair in error state, if any has been polled yet.
    #[inline]
    pub fn error(&self, pair: usize) -> Option<WorkError> {
        self.get(pair).and_then(QueuePair::error)
    }
}
