//! Checkers: was what programs saw in order with what they were promised?
//!
//! Each is a pure function over plain lists of events, and shares no code with what it judges. A
//! checker accepts or answers a [`Violation`], whose text tells what is wrong without a debugger.
//!
//! | checker | promise |
//! | --- | --- |
//! | [`linearizable`] | each word behaves as if calls on it took effect one at a time, between call and return |
//! | [`sequential`] | all words together behave so in some order that keeps each process's own |
//! | [`exclusion`] | one holder at a time; fencing tokens rise |
//! | [`barrier`] | nobody leaves a round that somebody has not entered |
//! | [`writes`] | no acknowledged write is lost; no record is torn |
//! | [`leak`] | what was taken is back at the end |

pub mod barrier;
pub mod exclusion;
pub mod leak;
pub mod linearizable;
pub mod sequential;
pub mod writes;

#[cfg(test)]
mod testing;

use thiserror::Error;

use crate::history::Call;

/// What a checker found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Error)]
#[error("{promise} violated: {text}")]
pub struct Violation {
    /// The promise that was broken.
    pub promise: &'static str,
    /// What happened, over several lines where that helps.
    pub text: String,
}

impl Violation {
    /// A violation of `promise`.
    pub fn new(promise: &'static str, text: impl Into<String>) -> Violation {
        Violation { promise, text: text.into() }
    }
}

/// How many calls of a prefix an explanation shows.
const SHOWN: usize = 12;

/// The end of an order of calls, for explanations.
fn tail_of(calls: &[&Call]) -> String {
    let skipped = calls.len().saturating_sub(SHOWN);
    let mut text = String::new();
    if skipped > 0 {
        text += &format!("\n    ({skipped} before)");
    }
    for call in &calls[skipped..] {
        text += &format!("\n    {call}");
    }
    text
}
