//! [`Failure`]: what went wrong, in words for the person at the terminal, and the exit status that
//! tells it to a script.

use std::fmt::Display;
use std::process::ExitCode;

use crate::style;

/// The job, or a part of the program, failed.
pub(crate) const FAILED: u8 = 1;
/// What was asked for cannot be done; nothing was started.
pub(crate) const USAGE: u8 = 2;
/// The program is there, but cannot be executed (as shells have it).
pub(crate) const NOT_EXECUTABLE: u8 = 126;
/// There is no such program (as shells have it).
pub(crate) const NOT_FOUND: u8 = 127;

/// An error on its way to the terminal.
#[derive(Debug)]
pub(crate) struct Failure {
    status: u8,
    message: String,
}

impl Failure {
    pub(crate) fn new(status: u8, message: impl Display) -> Failure {
        Failure { status, message: message.to_string() }
    }

    /// What was asked for cannot be done.
    pub(crate) fn usage(message: impl Display) -> Failure {
        Failure::new(USAGE, message)
    }

    /// Something failed on the way.
    pub(crate) fn failed(message: impl Display) -> Failure {
        Failure::new(FAILED, message)
    }

    #[cfg(test)]
    pub(crate) fn status(&self) -> u8 {
        self.status
    }

    #[cfg(test)]
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Tells the person, and gives the status for the caller of the process.
    pub(crate) fn report(&self) -> ExitCode {
        style::error(&self.message);
        ExitCode::from(self.status)
    }
}
