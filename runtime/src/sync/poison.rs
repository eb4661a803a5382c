//! What is said of a lock whose holder died or panicked: [`LockError`].

use std::fmt;

use crate::coherence::protocol::Poison;
use crate::error::Error;

/// Why a lock was not simply given.
pub enum LockError<G> {
    /// It is this thread's, but whoever had it before died or panicked, and nobody has cleared that yet.
    Poisoned(Poisoned<G>),
    /// It is not.
    Failed(Error),
}

/// A lock that this thread has, and whose data may be in disorder. Dropping it unlocks the lock, which
/// stays poisoned.
pub struct Poisoned<G> {
    guard: Box<G>,
    name: String,
    poison: Poison,
}

impl<G> Poisoned<G> {
    pub(crate) fn new(guard: G, name: &str, poison: Poison) -> Poisoned<G> {
        Poisoned { guard: Box::new(guard), name: name.to_owned(), poison }
    }

    /// What is wrong.
    pub fn poison(&self) -> Poison {
        self.poison
    }

    /// The lock all the same.
    pub fn into_inner(self) -> G {
        *self.guard
    }

    pub(super) fn error(&self) -> Error {
        Error::LockPoisoned { name: self.name.clone(), poison: self.poison }
    }
}

impl<G> LockError<G> {
    /// The lock, poisoned or not.
    ///
    /// # Errors
    /// When it could not be had.
    pub fn into_inner(self) -> Result<G, Error> {
        match self {
            LockError::Poisoned(poisoned) => Ok(poisoned.into_inner()),
            LockError::Failed(error) => Err(error),
        }
    }

    /// Whether it is this thread's.
    pub fn is_poisoned(&self) -> bool {
        matches!(self, LockError::Poisoned(_))
    }
}

impl<G> From<Error> for LockError<G> {
    fn from(error: Error) -> LockError<G> {
        LockError::Failed(error)
    }
}

/// Gives the lock back, if it is poisoned.
impl<G> From<LockError<G>> for Error {
    fn from(error: LockError<G>) -> Error {
        match error {
            LockError::Poisoned(poisoned) => poisoned.error(),
            LockError::Failed(error) => error,
        }
    }
}

impl<G> fmt::Display for LockError<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LockError::Poisoned(poisoned) => poisoned.error().fmt(f),
            LockError::Failed(error) => error.fmt(f),
        }
    }
}

impl<G> fmt::Debug for LockError<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LockError::Poisoned(poisoned) => poisoned.fmt(f),
            LockError::Failed(error) => f.debug_tuple("Failed").field(error).finish(),
        }
    }
}

impl<G> fmt::Debug for Poisoned<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Poisoned").field("name", &self.name).field("poison", &self.poison).finish()
    }
}

impl<G> std::error::Error for LockError<G> {}

impl fmt::Display for Poison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rank, what) = match self {
            Poison::Holder { rank } => (
                rank,
                "died while it held the lock, so the data may be in disorder, though it is whole",
            ),
            Poison::Failed { rank } => (
                rank,
                "panicked while it held the lock, or could not release what it had written, so the data may be in disorder, \
                 though it is whole",
            ),
            Poison::Torn { rank } => {
                (rank, "died while it wrote the data, which is half old and half new")
            }
        };
        match rank {
            Some(rank) => write!(f, "rank {rank} {what}"),
            None => write!(f, "a node {what}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_lock_the_culprit_and_the_mend() {
        let poison = Poison::Holder { rank: Some(3) };
        let error: LockError<()> = LockError::Poisoned(Poisoned::new((), "queue", poison));
        assert_eq!(
            error.to_string(),
            "lock \"queue\" is poisoned: rank 3 died while it held the lock, so the data may be in \
             disorder, though it is whole; take it by `into_inner`, mend the data, and call \
             `clear_poison`"
        );
        assert!(error.is_poisoned());
        assert_eq!(error.into_inner().unwrap(), ());
        let failed = Poison::Failed { rank: Some(2) }.to_string();
        assert!(failed.starts_with("rank 2 panicked while it held the lock"), "{failed}");
        let torn = Poison::Torn { rank: None }.to_string();
        assert_eq!(torn, "a node died while it wrote the data, which is half old and half new");
    }
}
