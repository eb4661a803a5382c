//! [`Fabric`]: an opened provider, the maker of all other objects.

use std::sync::Arc;

use crate::capabilities::Capabilities;
use crate::card::Card;
use crate::completion::{CompletionQueue, MARKER};
use crate::error::Error;
use crate::memory::{HugePages, Memory};
use crate::provider::Provider;
use crate::queue_pair::{QueuePairConfig, UnconnectedQueuePair};
use crate::region::{Access, Region, RemoteRegion};

/// An opened provider. Clones are handles of the same one; the objects it makes keep what they need
/// alive, so everything may be dropped in any order.
#[derive(Debug)]
pub struct Fabric<P: Provider> {
    provider: Arc<P>,
}

impl<P: Provider> Clone for Fabric<P> {
    fn clone(&self) -> Self {
        Fabric { provider: Arc::clone(&self.provider) }
    }
}

impl<P: Provider> Fabric<P> {
    /// Wraps an opened provider.
    pub fn new(provider: P) -> Fabric<P> {
        Fabric { provider: Arc::new(provider) }
    }

    /// The provider itself.
    pub fn provider(&self) -> &P {
        &self.provider
    }

    /// What it can do.
    pub fn capabilities(&self) -> &Capabilities {
        self.provider.capabilities()
    }

    /// Reserves `len` bytes of zeros, rounded up to whole pages, of the kind that suits the provider
    /// best. Any other [`Memory`] that it accepts will do for [`Fabric::register`], too.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] when the machine cannot give them.
    pub fn allocate(&self, len: usize) -> Result<Memory, Error> {
        self.provider.allocate(len, HugePages::IfAvailable)
    }

    /// As [`Fabric::allocate`], with a choice about huge pages: memory of which parts are to be mapped elsewhere
    /// ([`Memory::map_over`]) wants ordinary ones.
    ///
    /// # Errors
    /// As [`Fabric::allocate`].
    pub fn allocate_with(&self, len: usize, huge: HugePages) -> Result<Memory, Error> {
        self.provider.allocate(len, huge)
    }

    /// Registers memory, so that it can be a local buffer and peers can reach it as `access` says.
    ///
    /// # Errors
    /// [`Error::MemlockTooLow`] where the device pins memory and the limit is too low.
    pub fn register(
        &self,
        memory: impl Into<Arc<Memory>>,
        access: Access,
    ) -> Result<Region, Error> {
        let memory = memory.into();
        let registration = self.provider.register(&memory, access)?;
        Ok(Region::new(registration, memory, access))
    }

    /// Makes a peer's region reachable from this process.
    ///
    /// # Errors
    /// [`Error::BadCard`] for a card that is damaged or of another kind of provider.
    pub fn import(&self, card: &Card) -> Result<RemoteRegion, Error> {
        self.provider.import(card)
    }

    /// Makes a completion queue of `depth` entries. Each of its queue pairs takes as many as its own
    /// depth, and one more.
    ///
    /// # Errors
    /// [`Error::Limit`] when the device cannot make one so deep.
    pub fn completion_queue(&self, depth: u32) -> Result<CompletionQueue<P>, Error> {
        CompletionQueue::new(&*self.provider, depth)
    }

    /// Makes a queue pair whose completions go to `queue`. Connect it before use.
    ///
    /// # Errors
    /// [`Error::CompletionQueueTooSmall`] when `queue` has no room for its work, [`Error::Limit`]
    /// when the device cannot do what `config` asks, [`Error::Setting`] when nobody could.
    pub fn queue_pair(
        &self,
        queue: &CompletionQueue<P>,
        config: &QueuePairConfig,
    ) -> Result<UnconnectedQueuePair<P>, Error> {
        let limit = self.capabilities().max_send_depth.saturating_sub(MARKER);
        if config.depth > limit {
            return Err(Error::Limit {
                what: "the depth of a queue pair",
                asked: config.depth.into(),
                limit: limit.into(),
                device: self.capabilities().device.clone(),
            });
        }
        // All of these let every request end, see `QueuePairConfig`.
        let settings = [
            ("the depth of a queue pair", config.depth, 1, limit),
            ("the timeout of a queue pair (an exponent)", config.timeout.into(), 1, 31),
            ("the number of retries of a queue pair", config.retries.into(), 0, 6),
        ];
        for (what, asked, min, max) in settings {
            if asked < min || asked > max {
                return Err(Error::Setting { what, asked, min, max });
            }
        }
        UnconnectedQueuePair::new(&self.provider, queue, config)
    }
}
