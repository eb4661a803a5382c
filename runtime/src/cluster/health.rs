//! What a node knows of the job's deaths, cheap enough to ask in a spinning loop.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::error::ClusterError;
use super::{Epoch, Rank};
use crate::primitives::{Mutex, Primitives, System};

/// The health of the job as this node knows it. Written by its control thread, read by all.
///
/// What made it bad is stored before the flag is (Release), and read after it (Acquire).
pub struct Health<P: Primitives = System> {
    /// Set once, when the first cause is noted.
    trouble: AtomicBool,
    /// Set when the loss of the coordinator is noted.
    lost: AtomicBool,
    causes: Mutex<Causes, P>,
    dead: Flags,
    left: Flags,
    epoch: AtomicU64,
}

/// What went wrong.
#[derive(Debug, Default)]
struct Causes {
    /// The first thing.
    first: Option<ClusterError>,
    /// How each rank died that did.
    deaths: BTreeMap<Rank, String>,
    /// The loss of the coordinator.
    lost: Option<ClusterError>,
}

/// One bit for each rank.
struct Flags(Box<[AtomicU64]>);

impl Flags {
    fn new(size: u32) -> Flags {
        Flags((0..size.div_ceil(u64::BITS)).map(|_| AtomicU64::new(0)).collect())
    }

    fn place(rank: Rank) -> (usize, u64) {
        ((rank.0 / u64::BITS) as usize, 1 << (rank.0 % u64::BITS))
    }

    #[inline]
    fn get(&self, rank: Rank) -> bool {
        let (word, bit) = Flags::place(rank);
        self.0.get(word).is_some_and(|word| word.load(Ordering::Acquire) & bit != 0)
    }

    fn set(&self, rank: Rank) {
        let (word, bit) = Flags::place(rank);
        if let Some(word) = self.0.get(word) {
            word.fetch_or(bit, Ordering::Release);
        }
    }

    fn ranks(&self) -> impl Iterator<Item = Rank> + '_ {
        (0..).zip(&self.0).flat_map(|(i, word)| {
            let mut rest = word.load(Ordering::Acquire);
            std::iter::from_fn(move || {
                let lowest = (rest != 0).then(|| rest.trailing_zeros())?;
                rest &= rest - 1;
                Some(Rank(i * u64::BITS + lowest))
            })
        })
    }
}

impl<P: Primitives> Health<P> {
    pub(crate) fn new(size: u32, epoch: Epoch) -> Health<P> {
        Health {
            trouble: AtomicBool::new(false),
            lost: AtomicBool::new(false),
            causes: Mutex::new(Causes::default()),
            dead: Flags::new(size),
            left: Flags::new(size),
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

    /// What keeps this rank from answering; other deaths do not count. One load when all is well.
    ///
    /// # Errors
    /// [`ClusterError::NodeDied`] with how this rank died, or [`ClusterError::CoordinatorLost`], after which
    /// nobody would hear of its death.
    #[inline]
    pub fn check_rank(&self, rank: Rank) -> Result<(), ClusterError> {
        if self.trouble.load(Ordering::Acquire) { self.trouble_of(rank) } else { Ok(()) }
    }

    /// As [`Health::check`], but the deaths of others are no trouble. One load when all is well.
    ///
    /// # Errors
    /// [`ClusterError::CoordinatorLost`]: nobody will tell this node of a death any more.
    #[inline]
    pub fn check_coordinator(&self) -> Result<(), ClusterError> {
        if self.lost.load(Ordering::Acquire) { Err(self.coordinator_trouble()) } else { Ok(()) }
    }

    /// Whether [`Health::check_coordinator`] fails. One load.
    #[inline]
    pub(crate) fn has_lost_coordinator(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }

    #[cold]
    fn coordinator_trouble(&self) -> ClusterError {
        self.causes.lock().lost.clone().unwrap_or_else(unknown)
    }

    /// Whether this rank has died. False for ranks that do not exist.
    #[inline]
    pub fn is_dead(&self, rank: Rank) -> bool {
        self.dead.get(rank)
    }

    /// All that have died.
    pub(crate) fn dead(&self) -> impl Iterator<Item = Rank> + '_ {
        self.dead.ranks()
    }

    /// Whether this rank has left in good order: it will take part in no barrier any more, but its
    /// memory stays until all have left. False for ranks that do not exist.
    #[inline]
    pub fn has_left(&self, rank: Rank) -> bool {
        self.left.get(rank)
    }

    /// The newest epoch that this node has heard of.
    #[inline]
    pub fn epoch(&self) -> Epoch {
        Epoch(self.epoch.load(Ordering::Acquire))
    }

    #[cold]
    fn trouble(&self) -> ClusterError {
        self.causes.lock().first.clone().unwrap_or_else(unknown)
    }

    #[cold]
    fn trouble_of(&self, rank: Rank) -> Result<(), ClusterError> {
        let causes = self.causes.lock();
        match (causes.deaths.get(&rank), &causes.lost) {
            (Some(reason), _) => Err(ClusterError::NodeDied { rank, reason: reason.clone() }),
            (None, Some(lost)) => Err(lost.clone()),
            (None, None) => Ok(()),
        }
    }

    /// Notes a cause, and then that there is one.
    fn note(&self, error: ClusterError) {
        let mut causes = self.causes.lock();
        match &error {
            ClusterError::NodeDied { rank, reason } => {
                causes.deaths.entry(*rank).or_insert_with(|| reason.clone());
            }
            _ => _ = causes.lost.get_or_insert_with(|| error.clone()),
        }
        causes.first.get_or_insert(error);
        drop(causes);
        self.trouble.store(true, Ordering::Release);
    }

    pub(crate) fn node_died(&self, rank: Rank, reason: String, epoch: Epoch) {
        self.epoch.fetch_max(epoch.0, Ordering::AcqRel);
        // Whoever finds the rank dead finds the reason too.
        self.note(ClusterError::NodeDied { rank, reason });
        self.dead.set(rank);
    }

    pub(crate) fn node_left(&self, rank: Rank) {
        self.left.set(rank);
    }

    pub(crate) fn advance(&self, epoch: Epoch) {
        self.epoch.fetch_max(epoch.0, Ordering::AcqRel);
    }

    pub(crate) fn coordinator_lost(&self, reason: String) {
        self.note(ClusterError::CoordinatorLost { reason });
        self.lost.store(true, Ordering::Release);
    }
}

/// Flags are set after their causes, so there always is one; an error is still right.
fn unknown() -> ClusterError {
    ClusterError::CoordinatorLost { reason: "the cause is not known".to_owned() }
}

impl<P: Primitives> fmt::Debug for Health<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Health")
            .field("causes", &self.causes)
            .field("dead", &self.dead.ranks().collect::<Vec<_>>())
            .field("left", &self.left.ranks().collect::<Vec<_>>())
            .field("epoch", &self.epoch())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_trouble_is_the_one_reported() {
        let health = Health::<System>::new(3, Epoch(3));
        assert_eq!(health.check(), Ok(()));
        health.node_left(Rank(0));
        assert!(health.has_left(Rank(0)) && !health.is_dead(Rank(0)));
        assert_eq!(health.check(), Ok(()));
        assert_eq!(health.check_coordinator(), Ok(()));
        health.node_died(Rank(2), "killed".to_owned(), Epoch(4));
        assert_eq!(health.check_coordinator(), Ok(()), "deaths do not count");
        health.coordinator_lost("closed".to_owned());
        let reason = "closed".to_owned();
        assert_eq!(health.check_coordinator(), Err(ClusterError::CoordinatorLost { reason }));
        assert_eq!(
            health.check(),
            Err(ClusterError::NodeDied { rank: Rank(2), reason: "killed".to_owned() })
        );
        assert!(health.is_dead(Rank(2)) && !health.is_dead(Rank(1)) && !health.is_dead(Rank(9)));
        assert_eq!(health.epoch(), Epoch(4));
    }

    #[test]
    fn each_death_has_its_own_reason() {
        let health = Health::<System>::new(4, Epoch(4));
        assert_eq!(health.check_rank(Rank(1)), Ok(()));
        for (rank, reason) in [(2, "killed"), (0, "it panicked"), (2, "again")] {
            health.node_died(Rank(rank), reason.to_owned(), Epoch(5));
        }
        let died = |rank, reason: &str| {
            Err(ClusterError::NodeDied { rank: Rank(rank), reason: reason.to_owned() })
        };
        assert_eq!(health.check_rank(Rank(2)), died(2, "killed"));
        assert_eq!(health.check_rank(Rank(0)), died(0, "it panicked"));
        assert_eq!(health.check_rank(Rank(1)), Ok(()), "it lives");
        assert_eq!(health.check_coordinator(), Ok(()), "deaths do not count");
        health.coordinator_lost("closed".to_owned());
        let reason = "closed".to_owned();
        assert_eq!(health.check_coordinator(), Err(ClusterError::CoordinatorLost { reason }));
        assert_eq!(health.check_rank(Rank(0)), died(0, "it panicked"));
        let lost = Err(ClusterError::CoordinatorLost { reason: "closed".to_owned() });
        assert_eq!(health.check_rank(Rank(1)), lost);
    }

    #[test]
    fn each_rank_has_its_own_flag() {
        for size in [1, 63, 64, 65, 200] {
            for rank in (0..size).map(Rank) {
                let flags = Flags::new(size);
                flags.set(rank);
                assert_eq!(flags.ranks().collect::<Vec<_>>(), [rank]);
                assert!((0..300).map(Rank).all(|other| flags.get(other) == (other == rank)));
            }
            // A rank that does not exist is not kept, wherever it would be.
            Flags::new(size).set(Rank(u32::MAX));
        }
    }
}
