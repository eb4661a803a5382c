//! What is wrong with a call, and what then happens.
//!
//! Few routines of OpenSHMEM can answer with an error, so most end the job with a message that names PE and routine.
//! Nothing unwinds into C.

use std::any::Any;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{setup, state};

/// What is wrong with a call, to be read behind the routine's name.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    /// As the message says.
    #[error("{0}")]
    Message(String),
    /// The runtime could not do it.
    #[error(transparent)]
    Runtime(#[from] pangea::Error),
}

/// A [`Problem`] in words, as `format!`.
macro_rules! problem {
    ($($argument:tt)*) => { $crate::error::Problem::Message(format!($($argument)*)) };
}
pub(crate) use problem;

/// Does what a routine is to do. If that fails or panics, the job ends with a message that names the routine.
pub(crate) fn ending<T>(routine: &str, work: impl FnOnce() -> Result<T, Problem>) -> T {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => value,
        Ok(Err(problem)) => end(routine, &problem),
        Err(panic) => end(routine, &problem!("internal error: {}", panic_message(&*panic))),
    }
}

/// Ends the job because of a problem.
#[cold]
pub(crate) fn end(routine: &str, problem: &Problem) -> ! {
    let message = match state::phase() {
        // It ends because of another thread, or another PE, which is not this one's mistake.
        state::Phase::Ending(state) => setup::stay(state),
        state::Phase::Running(state) if state.symmetric.end_status().is_some() => setup::exit(1),
        state::Phase::Running(state) => format!("PE {}: {routine}: {problem}\n", state.rank),
        _ => format!("{routine}: {problem}\n"),
    };
    // In one piece, lest lines of other PEs come in between. If it cannot be said, the job ends all the same.
    let _ = std::io::stderr().write_all(message.as_bytes());
    setup::exit(1)
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic")
}
