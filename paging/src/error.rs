//! What can go wrong, outside of the handler ([`Error`]) and in it ([`Refused`]).

use std::fmt;
use std::io;
use std::ops::Range;

use crate::pager::Mechanism;

/// Why memory could not be set up, or pages not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// This machine does not have what the mechanism needs.
    #[error("faults cannot be served by {mechanism}: {reason}")]
    Unavailable {
        /// The mechanism that was asked for.
        mechanism: Mechanism,
        /// What is missing, and the mend.
        reason: Unavailable,
    },
    /// The pages cannot have this size.
    #[error("pages of {page} bytes: the size must be a power of two from {least} bytes to 2 MiB")]
    PageSize {
        /// What was asked for.
        page: usize,
        /// The size of the kernel's pages.
        least: usize,
    },
    /// The range cannot have this length.
    #[error(
        "a range of {len} bytes: it must have at least one, and there must be room for it and for \
         a word for each page"
    )]
    Length {
        /// What was asked for.
        len: usize,
    },
    /// The range cannot lie there.
    #[error("a range at {at:#x}: the address must be a multiple of the page size, {page}")]
    Unaligned {
        /// The address that was asked for.
        at: usize,
        /// The size of the range's pages.
        page: usize,
    },
    /// Something else lies at the address that was asked for.
    #[error("{len} bytes at {at:#x} are not free in this process; choose another address")]
    Occupied {
        /// The address that was asked for.
        at: usize,
        /// How many bytes.
        len: usize,
    },
    /// A file cannot be mapped into the range as it was asked for.
    #[error("bytes {at:?} of a range of {len} cannot be mapped from a file: {reason}")]
    Piece {
        /// The bytes, counted in the range.
        at: Range<usize>,
        /// Bytes of the range.
        len: usize,
        /// What is wrong with them.
        reason: &'static str,
    },
    /// A child of `fork` cannot have ranges if its parent had some.
    #[error(
        "this process was forked by one that has paged memory, and cannot have any itself; let it \
         execute a program, or make the memory after the fork alone"
    )]
    Forked,
    /// No more ranges can be watched.
    #[error("{most} ranges are watched for faults already; drop some, or make fewer, larger ones")]
    TooMany {
        /// How many there can be.
        most: usize,
    },
    /// A system call failed.
    #[error("{operation} failed: {source}")]
    System {
        /// What was tried.
        operation: String,
        /// The reason the system gave.
        #[source]
        source: io::Error,
    },
    /// A page could not be opened.
    #[error("page {page} cannot be opened: {refused}")]
    Page {
        /// The page, counted in the range.
        page: usize,
        /// Why.
        refused: Refused,
    },
}

impl Error {
    pub(crate) fn system(operation: impl Into<String>, source: impl Into<io::Error>) -> Error {
        Error::System { operation: operation.into(), source: source.into() }
    }
}

/// What a machine lacks for a mechanism, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unavailable(pub(crate) String);

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a fault was not served. The thread then gets the signal as though this crate were not there, after the reason was
/// written to standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    reason: &'static str,
    about: Option<u64>,
}

impl Refused {
    /// With a reason for whoever reads it: what was wrong, and how to mend it.
    pub const fn new(reason: &'static str) -> Refused {
        Refused { reason, about: None }
    }

    /// With a number behind the reason, which says what it counts: `Refused::new("its home has died: rank").about(3)`.
    #[must_use]
    pub const fn about(self, number: u64) -> Refused {
        Refused { about: Some(number), ..self }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason)?;
        self.about.map_or(Ok(()), |number| write!(f, " {number}"))
    }
}
