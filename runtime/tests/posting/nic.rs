//! [`Posted`]: a decorator that keeps a provider from executing in place.

use std::sync::Arc;

use verbs_shim::provider::{NoWindow, Portable, Provider, RawQueuePair, Refusal};
use verbs_shim::{
    Access, Capabilities, Card, Error, HugePages, Memory, QueuePairConfig, Registration,
    RemoteRegion, WorkRequest,
};

/// A provider that is posted to, even if it could do the work at once.
pub(crate) struct Posted<P> {
    inner: P,
    capabilities: Capabilities,
}

impl<P: Provider> Posted<P> {
    pub(crate) fn new(inner: P) -> Posted<P> {
        let capabilities = Capabilities { in_place: false, ..inner.capabilities().clone() };
        Posted { inner, capabilities }
    }
}

/// A queue pair of which nothing is asked in place.
pub(crate) struct PostedQueuePair<Q>(Q);

impl<P: Provider> Provider for Posted<P> {
    type CompletionQueue = P::CompletionQueue;
    type QueuePair = PostedQueuePair<P::QueuePair>;

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn allocate(&self, len: usize, huge: HugePages) -> Result<Memory, Error> {
        self.inner.allocate(len, huge)
    }

    fn register(&self, memory: &Arc<Memory>, access: Access) -> Result<Registration, Error> {
        self.inner.register(memory, access)
    }

    fn import(&self, card: &Card) -> Result<RemoteRegion, Error> {
        self.inner.import(card)
    }

    fn completion_queue(&self, depth: u32) -> Result<Self::CompletionQueue, Error> {
        self.inner.completion_queue(depth)
    }

    fn queue_pair(
        &self,
        queue: &mut Self::CompletionQueue,
        config: &QueuePairConfig,
    ) -> Result<Self::QueuePair, Error> {
        Ok(PostedQueuePair(self.inner.queue_pair(queue, config)?))
    }
}

// SAFETY: true of the provider inside.
unsafe impl<P: Portable> Portable for Posted<P> {}

impl<Q: RawQueuePair> RawQueuePair for PostedQueuePair<Q> {
    type Window = NoWindow;

    fn number(&self) -> u32 {
        self.0.number()
    }

    fn card(&self) -> Card {
        self.0.card()
    }

    fn connect(&mut self, peer: &Card) -> Result<(), Error> {
        self.0.connect(peer)
    }

    fn post(
        &mut self,
        requests: &[WorkRequest<'_>],
        first_id: u64,
        signal_last: bool,
    ) -> Result<(), Refusal> {
        self.0.post(requests, first_id, signal_last)
    }

    fn fail(&mut self) -> Result<(), Error> {
        self.0.fail()
    }
}
