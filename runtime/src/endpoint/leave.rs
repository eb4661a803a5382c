//! How a node leaves the job: in good order, or given up.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Endpoint;
use crate::cluster::{ClusterError, Rank};
use crate::error::Error;
use crate::primitives::{Mutex, Primitives};

/// Whether this node has given itself up, and why. Set once; the reason is there before the flag is.
pub(super) struct Resignation<P: Primitives> {
    is_given: AtomicBool,
    reason: Mutex<Option<String>, P>,
}

impl<P: Primitives> Default for Resignation<P> {
    fn default() -> Self {
        Resignation { is_given: AtomicBool::new(false), reason: Mutex::default() }
    }
}

impl<P: Primitives> fmt::Debug for Resignation<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl<P: Primitives> Endpoint<P> {
    /// Leaves the job as a node that failed, at once: the others are told, and homes refuse what is still in
    /// flight. All later exchanges of this node fail with this reason, as does all else that reaches for others;
    /// what a provider executes in place, as soon as the home has heard. Of two reasons the first counts.
    pub(crate) fn give_up(&self, reason: &str) {
        let mut given = self.resignation.reason.lock();
        if given.is_some() {
            return;
        }
        *given = Some(reason.to_owned());
        drop(given);
        // From here on nothing new begins, and then the others hear of it.
        self.resignation.is_given.store(true, Ordering::Release);
        let health = self.health();
        health.node_died(Rank(self.rank), reason.to_owned(), health.epoch());
        log::error!("rank {} leaves the job: {reason}", self.rank);
        if let Err(error) = self.client.fail(reason) {
            log::warn!("leaving the job: {error}");
        }
    }

    /// Whether [`Endpoint::give_up`] was called. One load.
    #[inline]
    pub(crate) fn has_given_up(&self) -> bool {
        self.resignation.is_given.load(Ordering::Acquire)
    }

    /// Whether this node still belongs to the job, as far as it knows: it has not given itself up, nor lost its
    /// coordinator, who takes it for dead then. Two loads.
    ///
    /// A step of a protocol may have ended with that, half done. So the next must not begin, though homes may
    /// not have heard of it yet.
    #[inline]
    pub(super) fn is_member(&self) -> bool {
        !self.has_given_up() && !self.health().has_lost_coordinator()
    }

    /// Fails if this node does not belong to the job any more.
    ///
    /// # Errors
    /// [`ClusterError::NodeDied`] with this node's own rank and the reason that was given;
    /// [`ClusterError::CoordinatorLost`].
    #[inline]
    pub(crate) fn check_membership(&self) -> Result<(), Error> {
        if self.has_given_up() {
            return Err(self.resigned());
        }
        Ok(self.health().check_coordinator()?)
    }

    #[cold]
    fn resigned(&self) -> Error {
        let reason = self.resignation.reason.lock().clone().unwrap_or_default();
        ClusterError::NodeDied { rank: Rank(self.rank), reason }.into()
    }

    /// Leaves the job, in good order if this node has not failed: then it waits until all others leave. Nothing when
    /// called again.
    pub(crate) fn leave(&self) {
        // A node that panics has failed: nobody waits for it, and it waits for nobody.
        let mut orderly = !P::panicking() && !self.has_given_up();
        if orderly && let Err(error) = self.quiet() {
            log::warn!("leaving the job: {error}");
        }
        if orderly && let Err(error) = self.fence_all() {
            // The homes fence a node that died.
            log::warn!("leaving the job as one that failed: {error}");
            orderly = false;
        }
        if let Err(error) = self.client.leave(orderly) {
            log::warn!("leaving the job: {error}");
        }
        // The thread may itself be ending, and its states be gone.
        let _ = P::with_states(|states| states.forget(self.number()));
    }
}
