//! Exhaustive search over choices: every interleaving of a small scenario, up to equal states.
//!
//! A run is a function that asks a [`Chooser`] at every point where more than one thing may happen next:
//! which thread goes on, which event of the network comes. Runs cannot be cloned, so the search begins
//! each from the start and replays the choices that lead to what it has not yet tried.
//!
//! **Equal states.** At each choice point the run tells a hash of its whole state. A state that was met
//! before is not entered again: what can follow was, or will be, seen from where it was met first. The hash
//! must cover all that decides what follows and what the outcome will be: memory, what is in flight, where
//! each thread is and what it has read. (Two states of one hash would be taken for one: at a million states
//! the odds are one in ten millions that it ever happens.) A run that turns in a circle ends by itself
//! this way; going in circles is no outcome.
//!
//! **Preemptions.** A choice that takes a thread off the processor though it could go on is a preemption.
//! Most mistakes need few of them (Musuvathi and Qadeer 2007), so the search takes all runs without any
//! first, then those with one, and so on, to a bound or to the end. As the price of a state only rises
//! with time, the first visit of a state is its cheapest, and covers all later ones. The alternatives,
//! and which of them preempt, count as part of a state; what will decide later which preempt (the thread
//! that ran last, mostly) belongs into its hash.
//!
//! **Determinism.** A replayed prefix must meet the same alternatives in the same states. Where it does
//! not, the run depends on something beside its choices, and the search ends with an error that says where.

mod choices;
mod search;

pub use choices::Choices;
pub use search::explore;

use std::collections::BTreeMap;

use thiserror::Error;

/// One of the things that may happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Alternative {
    /// What it is: the same in every run that came to the same state.
    pub id: u64,
    /// Whether it takes another thread off the processor that could go on.
    pub preempts: bool,
}

/// Decides what happens next.
pub trait Chooser {
    /// One of `alternatives`, by its index; `None` when the run is to be abandoned, because what follows is
    /// known. `state` is a hash of the whole state of the run. A single alternative is worth asking about,
    /// too: the run may be abandoned there.
    fn choose(&mut self, alternatives: &[Alternative], state: u64) -> Option<usize>;
}

/// How far to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// No runs with more preemptions than this; `None` is all.
    pub preemptions: Option<u32>,
    /// No more runs than this.
    pub runs: u64,
    /// Whether to stop at the first violation.
    pub stop_at_violation: bool,
    /// Whether a state that was met before is left alone. Without this every single interleaving is run.
    pub merge_states: bool,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { preemptions: None, runs: u64::MAX, stop_at_violation: true, merge_states: true }
    }
}

/// What a search cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Runs begun.
    pub runs: u64,
    /// Of these, those that came to their end.
    pub finished: u64,
    /// Of these, those that gave up by themselves.
    pub gave_up: u64,
    /// Different states met.
    pub states: u64,
    /// Choices made, without those that were replayed.
    pub choices: u64,
    /// Times that a state was met again and left alone.
    pub pruned: u64,
    /// Choices in the longest run.
    pub longest: u64,
}

/// What a search found.
#[derive(Clone, Debug)]
pub struct Exploration<T, V> {
    /// Every outcome, with the choices of the first run that had it: one with the fewest preemptions.
    pub outcomes: BTreeMap<T, Choices>,
    /// The violations, in the order in which they were found, with their choices.
    pub violations: Vec<(V, Choices)>,
    /// Whether everything within the bound on preemptions was searched: no limit on runs was hit, no violation
    /// ended the search and no run gave up.
    pub complete: bool,
    /// All runs with up to so many preemptions were searched, if any bound was. `u32::MAX` when there are
    /// no others.
    pub preemptions: Option<u32>,
    /// What it cost.
    pub statistics: Statistics,
}

/// Why a search cannot go on: the run is not a function of its choices.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ExploreError {
    /// A replay met other alternatives than before.
    #[error(
        "the run is not deterministic: replaying {choices}, choice point {at} met other alternatives than \
         the first time"
    )]
    OtherAlternatives {
        /// The choice point, from 0.
        at: usize,
        /// What was replayed.
        choices: Choices,
    },
    /// A replay met another state than before.
    #[error(
        "the run is not deterministic: replaying {choices}, choice point {at} met another state than the \
         first time"
    )]
    OtherState {
        /// The choice point, from 0.
        at: usize,
        /// What was replayed.
        choices: Choices,
    },
    /// A replay ended before its choices were used up.
    #[error(
        "the run is not deterministic: replaying {choices}, it ended after {met} choice points"
    )]
    EndedEarly {
        /// How many choice points there were.
        met: usize,
        /// What was replayed.
        choices: Choices,
    },
    /// A run asked to choose from nothing.
    #[error("the run asked to choose from nothing, after {choices}")]
    NothingToChoose {
        /// The choices before.
        choices: Choices,
    },
    /// A run went on to ask after it had been abandoned.
    #[error("the run asked for more choices after it had been abandoned")]
    NotAbandoned,
}

/// Runs one sequence of choices again. Where it is used up, the first alternative that does not preempt
/// is taken, or else the first.
///
/// # Errors
/// When a choice is beyond the alternatives, or choices are left over: the run is not the one that they
/// were recorded of.
pub fn replay<T, V>(
    choices: &Choices,
    run: impl FnOnce(&mut dyn Chooser) -> Option<Result<T, V>>,
) -> Result<Option<Result<T, V>>, ExploreError> {
    let mut replay = Replay { choices, met: 0, stray: None };
    let result = run(&mut replay);
    match replay.stray {
        Some(at) => Err(ExploreError::OtherAlternatives { at, choices: choices.clone() }),
        None if replay.met < choices.len() => {
            Err(ExploreError::EndedEarly { met: replay.met, choices: choices.clone() })
        }
        None => Ok(result),
    }
}

struct Replay<'a> {
    choices: &'a Choices,
    met: usize,
    /// The choice point that had not enough alternatives.
    stray: Option<usize>,
}

impl Chooser for Replay<'_> {
    fn choose(&mut self, alternatives: &[Alternative], _state: u64) -> Option<usize> {
        let at = self.met;
        self.met += 1;
        let choice = self.choices.get(at).unwrap_or_else(|| {
            alternatives.iter().position(|alternative| !alternative.preempts).unwrap_or(0)
        });
        if choice >= alternatives.len() {
            self.stray.get_or_insert(at);
            return None;
        }
        Some(choice)
    }
}

#[cfg(test)]
mod tests;
