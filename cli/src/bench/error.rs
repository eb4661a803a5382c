//! Why a benchmark stops.

use std::fmt::Display;

/// Why a node stops measuring.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The runtime failed.
    #[error(transparent)]
    Runtime(#[from] pangea::Error),
    /// Something is not as it should be; the text says what, and how to mend it.
    #[error("{0}")]
    Wrong(String),
    /// Another thread of this node has failed, and tells why.
    #[error("another thread has failed")]
    Elsewhere,
}

impl Error {
    /// Something is not as it should be.
    pub(crate) fn wrong(message: impl Display) -> Error {
        Error::Wrong(message.to_string())
    }
}

impl From<verbs_shim::Error> for Error {
    fn from(error: verbs_shim::Error) -> Error {
        Error::Runtime(error.into())
    }
}

impl From<verbs_shim::ConnectError> for Error {
    fn from(error: verbs_shim::ConnectError) -> Error {
        Error::Runtime(error.into())
    }
}

impl From<verbs_shim::PostError> for Error {
    fn from(error: verbs_shim::PostError) -> Error {
        Error::Runtime(error.into())
    }
}

impl From<verbs_shim::WorkError> for Error {
    fn from(error: verbs_shim::WorkError) -> Error {
        Error::Runtime(pangea::Error::Work(error))
    }
}
