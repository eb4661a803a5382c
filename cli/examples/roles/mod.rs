//! Programs of which each node plays a role: `PROGRAM ROLE`.

use std::process::ExitCode;

pub(crate) type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Has `perform` play the role that the command line names.
pub(crate) fn play(perform: impl FnOnce(&str) -> Outcome) -> ExitCode {
    match perform(&std::env::args().nth(1).unwrap_or_default()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The program has no such role.
pub(crate) fn unknown(role: &str) -> Outcome {
    Err(format!("there is no role {role:?}").into())
}
