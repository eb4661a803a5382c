//! What a node knows of the job's deaths, cheap enough to ask in a spinning loop.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::error::ClusterError;
use super::{Epoch, Rank};

/// The health of the job as this node knows it. Written by its control thread, read by all.
///
/// What made it bad is stored before the flag is (Release), and read after it (Acquire).
#[derive(Debug)]
pub struct Health {
    /// Set once, when `first` is.
    trouble: AtomicBool,
    /// The first thing that went wrong.
    first: Mutex<Option<ClusterError>>,
    dead: Box<[AtomicBool]>,
    left: Box<[AtomicBool]>,
    epoch: AtomicU64,
}

impl Health {
    pub(crate) fn new(size: u32, epoch: Epoch) -> Health {
        let flags = || (0..size).map(|_| AtomicBool::new(false)).collect();
        Health {
            trouble: AtomicBool::new(false),
            first: Mutex::new(None),
            dead: flags(),
            left: flags(),
            epoch: AtomicU64::new(epoch.0),
        }
    }

    /// One load when all is well.
    ///
    /// # Errors
    /// The first thing that went wrong: [`ClusterError::NodeDied`] or
    /// [`ClusterError::CoordinatorLost`].
    #[inline]
    pub fn check(&self) -> Result<(), ClusterError> {
        if self.trouble.load(Ordering::Acquire) { Err(self.trouble()) } else { Ok(()) }
    }

    /// Whether this rank has died. False for ranks that do not exist.
    #[inline]
    pub fn is_dead(&self, rank: Rank) -> bool {
        self.dead.get(rank.index()).is_some_and(|flag| flag.load(Ordering::Acquire))
    }

    /// Whether this rank has left in good order: it will take part in no barrier any more, but its
    /// memory stays until all have left. False for ranks that do not exist.
    #[inline]
    pub fn has_left(&self, rank: Rank) -> bool {
        self.left.get(rank.index()).is_some_and(|flag| flag.load(Ordering::Acquire))
    }

    /// The newest epoch that this node has heard of.
    #[inline]
    pub fn epoch(&self) -> Epoch {
        Epoch(self.epoch.load(Ordering::Acquire))
    }

    #[cold]
    fn trouble(&self) -> ClusterError {
        self.first.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_else(|| {
            // The flag is set after the cause, so this does not happen; an error is still right.
            ClusterError::CoordinatorLost { reason: "the cause is not known".to_owned() }
        })
    }

    fn set(&self, error: ClusterError) {
        self.first.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        self.trouble.store(true, Ordering::Release);
    }

    pub(crate) fn node_died(&self, rank: Rank, reason: String, epoch: Epoch) {
        self.epoch.fetch_max(epoch.0, Ordering::AcqRel);
        if let Some(flag) = self.dead.get(rank.index()) {
            flag.store(true, Ordering::Release);
        }
        self.set(ClusterError::NodeDied { rank, reason });
    }

    pub(crate) fn node_left(&self, rank: Rank) {
        if let Some(flag) = self.left.get(rank.index()) {
            flag.store(true, Ordering::Release);
        }
    }

    pub(crate) fn advance(&self, epoch: Epoch) {
        self.epoch.fetch_max(epoch.0, Ordering::AcqRel);
    }

    pub(crate) fn coordinator_lost(&self, reason: String) {
        self.set(ClusterError::CoordinatorLost { reason });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_trouble_is_the_one_reported() {
        let health = Health::new(3, Epoch(3));
        assert_eq!(health.check(), Ok(()));
        health.node_left(Rank(0));
        assert!(health.has_left(Rank(0)) && !health.is_dead(Rank(0)));
        assert_eq!(health.check(), Ok(()));
        health.node_died(Rank(2), "killed".to_owned(), Epoch(4));
        health.coordinator_lost("closed".to_owned());
        assert_eq!(
            health.check(),
            Err(ClusterError::NodeDied { rank: Rank(2), reason: "killed".to_owned() })
        );
        assert!(health.is_dead(Rank(2)) && !health.is_dead(Rank(1)) && !health.is_dead(Rank(9)));
        assert_eq!(health.epoch(), Epoch(4));
    }
}
