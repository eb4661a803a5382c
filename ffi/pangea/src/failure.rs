//! [`Failure`]: why a function failed; [`call`] and [`answer`], through which every function goes.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pangea::Error;
use pangea::cluster::{ClusterError, Rank};

use crate::status::{self, pangea_status};

/// Why a function failed.
#[derive(Debug)]
pub struct Failure {
    /// The code.
    pub status: pangea_status,
    /// Who died, if that is why.
    pub rank: Option<u32>,
    /// What was wrong, and how to mend it.
    pub message: String,
}

impl Failure {
    /// One that is not the runtime's.
    pub fn new(status: pangea_status, message: impl Into<String>) -> Failure {
        Failure { status, rank: None, message: message.into() }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        let rank = match &error {
            Error::Cluster(ClusterError::NodeDied { rank: Rank(rank), .. }) => Some(*rank),
            Error::Poisoned { by, .. } => Some(*by),
            Error::Unheard { rank, .. } => Some(*rank),
            Error::LockPoisoned { poison, .. } => poison.rank(),
            _ => None,
        };
        Failure { status: code(&error), rank, message: error.to_string() }
    }
}

fn code(error: &Error) -> pangea_status {
    match error {
        Error::Cluster(error) => cluster_code(error),
        Error::Fabric(_) | Error::Connect(_) | Error::Post(_) => pangea_status::Fabric,
        Error::Work(_) => pangea_status::Work,
        Error::Indeterminate(_) => pangea_status::Indeterminate,
        Error::OutOfRange { .. } => pangea_status::OutOfRange,
        Error::Released { .. } => pangea_status::Released,
        Error::LengthMismatch { .. } => pangea_status::LengthMismatch,
        Error::NoSuchRank { .. } => pangea_status::NoSuchRank,
        Error::NotMapped { .. } => pangea_status::NotMapped,
        Error::ValueTooLarge { .. } => pangea_status::ValueTooLarge,
        Error::BadElement { .. } => pangea_status::BadElement,
        Error::BadArray { .. } => pangea_status::BadArray,
        Error::File { .. } => pangea_status::File,
        Error::FileSize { .. } => pangea_status::FileSize,
        Error::CollectiveBroken => pangea_status::CollectiveBroken,
        Error::Poisoned { .. } => pangea_status::Poisoned,
        Error::Damaged { .. } => pangea_status::Damaged,
        Error::Expelled => pangea_status::Expelled,
        Error::Stuck { .. } | Error::Unheard { .. } => pangea_status::Stuck,
        Error::LockPoisoned { .. } => pangea_status::LockPoisoned,
        Error::BadObject { .. } => pangea_status::BadObject,
        Error::TooManyPermits { .. } => pangea_status::TooManyPermits,
        Error::WouldDeadlock { .. } => pangea_status::WouldDeadlock,
        Error::BadView { .. } => pangea_status::BadView,
        Error::Paging { .. } => pangea_status::Paging,
        Error::ViewsOpen { .. } => pangea_status::ViewsOpen,
        Error::Overlap { .. } => pangea_status::Overlap,
        Error::ReadOnly { .. } => pangea_status::ReadOnly,
        Error::NotLocked { .. } => pangea_status::NotLocked,
        Error::Stream { .. } => pangea_status::Stream,
        _ => pangea_status::Other,
    }
}

fn cluster_code(error: &ClusterError) -> pangea_status {
    match error {
        ClusterError::Environment { .. } => pangea_status::Environment,
        ClusterError::Config(_)
        | ClusterError::Unreachable { .. }
        | ClusterError::WrongSecret
        | ClusterError::Impostor
        | ClusterError::Version { .. } => pangea_status::Join,
        ClusterError::Refused(_) => pangea_status::Refused,
        ClusterError::NodeDied { .. } => pangea_status::NodeDied,
        ClusterError::CoordinatorLost { .. } => pangea_status::CoordinatorLost,
        ClusterError::Protocol(_) | ClusterError::Misuse(_) => pangea_status::Protocol,
        ClusterError::System { .. } => pangea_status::System,
        _ => pangea_status::Other,
    }
}

/// Runs a function that answers a code.
pub fn call(f: impl FnOnce() -> Result<(), Failure>) -> pangea_status {
    match caught(f) {
        Ok(()) => pangea_status::Ok,
        Err(status) => status,
    }
}

/// Runs a function that answers something else; `otherwise` when it fails.
pub fn answer<T>(otherwise: T, f: impl FnOnce() -> Result<T, Failure>) -> T {
    caught(f).unwrap_or(otherwise)
}

#[inline]
fn caught<T>(f: impl FnOnce() -> Result<T, Failure>) -> Result<T, pangea_status> {
    // What a panic leaves behind is as after one that a thread of a Rust program caught: locks of the runtime have no poison.
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(failure)) => Err(noted(&failure)),
        Err(panic) => Err(noted(&panicked(&*panic))),
    }
}

#[cold]
fn noted(failure: &Failure) -> pangea_status {
    status::note(failure.status, failure.rank, &failure.message);
    failure.status
}

#[cold]
fn panicked(panic: &(dyn Any + Send)) -> Failure {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let text = text.unwrap_or("no reason was given");
    Failure::new(
        pangea_status::Panic,
        format!("a mistake in the library: {text}; please report it"),
    )
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;

    use super::*;
    use crate::status::{pangea_error_message, pangea_error_rank, pangea_error_status};

    fn message() -> String {
        // SAFETY: it is good until the next failure of this thread.
        unsafe { CStr::from_ptr(pangea_error_message()) }.to_str().expect("is text").to_owned()
    }

    #[test]
    fn panics_become_codes() {
        let status = call(|| panic!("number {}", 7));
        assert_eq!(status, pangea_status::Panic);
        assert_eq!(message(), "a mistake in the library: number 7; please report it");
        assert_eq!(answer(5, || panic!("literal")), 5);
        assert!(message().contains("literal"));
    }

    #[test]
    fn deaths_are_told_with_the_rank() {
        let reason = "killed\0by a signal".to_owned();
        let death = Error::from(ClusterError::NodeDied { rank: Rank(3), reason });
        assert_eq!(call(|| Err(death.into())), pangea_status::NodeDied);
        assert_eq!((pangea_error_status(), pangea_error_rank()), (pangea_status::NodeDied, 3));
        assert!(message().contains("rank 3 died: killed"), "{}", message());
        assert_eq!(call(|| Err(Error::CollectiveBroken.into())), pangea_status::CollectiveBroken);
        assert_eq!(pangea_error_rank(), -1);
    }

    #[test]
    fn what_succeeds_leaves_the_last_error() {
        assert_eq!(call(|| Err(Error::Expelled.into())), pangea_status::Expelled);
        assert_eq!(call(|| Ok(())), pangea_status::Ok);
        assert_eq!(pangea_error_status(), pangea_status::Expelled);
    }
}
