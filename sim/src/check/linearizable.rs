//! Linearizability of words: registers, compare-swap, fetch-add.
//!
//! The search of Wing and Gong (1993): take a call that no unfinished call precedes, let it take effect,
//! go on; when stuck, go back. Lowe (2017) made it practical: never visit the same pair of
//! (set of calls that took effect, word) twice. Linearizability is local (Herlihy and Wing 1990), so
//! each word is searched alone.
//!
//! What makes it scale to thousands of calls on one word:
//!
//! * Calls are sorted by their beginning, so the set is "all below `base`" and a short window
//!   of bits above, as long as what was concurrent. Quiet moments cut the history by themselves.
//! * A call that leaves the word as it is wherever it fits (a read, a compare-swap that failed) takes
//!   effect as soon as it fits. That loses nothing: later calls find the same word.
//! * Calls without a return are kept apart. They may take effect whenever they have begun, or never;
//!   of two equal ones the earlier goes first, and one that changes nothing is left out.
//!
//! The cost is exponential only in the calls that overlap, and in the number of different calls without
//! a return.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::BuildHasherDefault;

use super::{Violation, tail_of};
use crate::history::{Call, History, Object, Operation};

const PROMISE: &str = "linearizability";

/// Checks every word of a history.
///
/// # Errors
/// The first word, by its key, whose calls cannot be put in order: with the longest order that was
/// found and the calls that cannot go on from there.
pub fn check(history: &History) -> Result<(), Violation> {
    for (object, calls) in history.by_object() {
        Search::new(&calls, history.initial(object)).run(object)?;
    }
    Ok(())
}

/// What the rest of a search depends on, besides the word.
#[derive(PartialEq, Eq, Hash)]
struct Configuration {
    /// All calls below took effect.
    base: usize,
    /// The calls from `base` on that took effect, in bits, without trailing zero words.
    window: Box<[u64]>,
    /// The same of the calls without a return, from the first on.
    unanswered: Box<[u64]>,
    word: u64,
}

/// A call by its place in one of the two lists.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Candidate {
    Answered(usize),
    Unanswered(usize),
}

/// One step of the order that is tried.
struct Step {
    taken: Candidate,
    /// The word before.
    before: u64,
    /// What else could have been taken, not yet tried.
    rest: Vec<Candidate>,
}

struct Search<'a> {
    /// Calls that returned, by their beginning.
    answered: Vec<&'a Call>,
    /// Calls that did not, by their beginning.
    unanswered: Vec<&'a Call>,
    /// For each of `unanswered`, the equal one before it.
    twin: Vec<Option<usize>>,
    took_effect: Vec<bool>,
    landed: Vec<bool>,
    base: usize,
    /// One past the last of `answered` that took effect.
    end: usize,
    word: u64,
    order: Vec<Step>,
    visited: HashSet<Configuration, BuildHasherDefault<DefaultHasher>>,
    /// The order that got furthest, and the word after it.
    furthest: (Vec<Candidate>, u64),
    /// How many of `answered` took effect: now, and in the furthest order.
    progress: (usize, usize),
}

/// Whether a call leaves the word alone wherever it fits.
fn changes_nothing(call: &Call) -> bool {
    call.returned.is_some()
        && call.operation.tells()
        && call.operation.after(call.result) == call.result
}

impl<'a> Search<'a> {
    fn new(calls: &[&'a Call], initial: u64) -> Search<'a> {
        let answered: Vec<&Call> =
            calls.iter().copied().filter(|call| call.returned.is_some()).collect();
        let unanswered: Vec<&Call> = calls
            .iter()
            .copied()
            .filter(|call| call.returned.is_none() && call.operation != Operation::Read)
            .collect();
        let twin = (0..unanswered.len())
            .map(|i| (0..i).rev().find(|&j| unanswered[j].operation == unanswered[i].operation))
            .collect();
        Search {
            took_effect: vec![false; answered.len()],
            landed: vec![false; unanswered.len()],
            answered,
            unanswered,
            twin,
            base: 0,
            end: 0,
            word: initial,
            order: Vec::new(),
            visited: HashSet::default(),
            furthest: (Vec::new(), initial),
            progress: (0, 0),
        }
    }

    fn run(mut self, object: Object) -> Result<(), Violation> {
        let mut rest = self.candidates();
        while self.base < self.answered.len() {
            // The last comes first.
            if let Some(taken) = rest.pop() {
                self.take(taken, rest);
                rest = if self.visited.insert(self.configuration()) {
                    self.candidates()
                } else {
                    Vec::new()
                };
            } else {
                match self.order.pop() {
                    Some(step) => rest = self.take_back(step),
                    None => return Err(self.explain(object)),
                }
            }
        }
        Ok(())
    }

    fn call(&self, candidate: Candidate) -> &'a Call {
        match candidate {
            Candidate::Answered(i) => self.answered[i],
            Candidate::Unanswered(i) => self.unanswered[i],
        }
    }

    /// The calls that no waiting call precedes, whatever they answered, in the order of their beginning;
    /// and the order number before which all of them began.
    fn minimal(&self) -> (Vec<usize>, u64) {
        let mut first_return = u64::MAX;
        let mut minimal = Vec::new();
        for (i, call) in self.answered.iter().enumerate().skip(self.base) {
            if call.invoked > first_return {
                break;
            }
            if !self.took_effect[i] {
                minimal.push(i);
                first_return = first_return.min(call.returned.unwrap_or(u64::MAX));
            }
        }
        (minimal, first_return)
    }

    /// The calls to try next, the best last.
    fn candidates(&self) -> Vec<Candidate> {
        let (minimal, first_return) = self.minimal();
        let fits = |&&i: &&usize| self.answered[i].fits(self.word);
        if let Some(&i) = minimal.iter().filter(fits).find(|&&i| changes_nothing(self.answered[i]))
        {
            return vec![Candidate::Answered(i)];
        }
        let lost = (0..self.unanswered.len())
            .take_while(|&i| self.unanswered[i].invoked < first_return)
            .filter(|&i| {
                !self.landed[i]
                    && self.twin[i].is_none_or(|twin| self.landed[twin])
                    && self.unanswered[i].operation.after(self.word) != self.word
            })
            .map(Candidate::Unanswered);
        let mut candidates: Vec<Candidate> = lost.collect();
        candidates.extend(minimal.iter().filter(fits).rev().map(|&i| Candidate::Answered(i)));
        candidates
    }

    fn take(&mut self, taken: Candidate, rest: Vec<Candidate>) {
        self.order.push(Step { taken, before: self.word, rest });
        self.word = self.call(taken).operation.after(self.word);
        match taken {
            Candidate::Unanswered(i) => self.landed[i] = true,
            Candidate::Answered(i) => {
                self.took_effect[i] = true;
                self.end = self.end.max(i + 1);
                while self.took_effect.get(self.base) == Some(&true) {
                    self.base += 1;
                }
                self.progress.0 += 1;
                if self.progress.0 > self.progress.1 {
                    self.progress.1 = self.progress.0;
                    self.furthest.1 = self.word;
                    // The furthest order is nearly always the last one and one step more.
                    self.furthest.0.clear();
                }
            }
        }
    }

    fn take_back(&mut self, step: Step) -> Vec<Candidate> {
        // Nothing is copied while the search goes forward; the furthest order is saved when it is left.
        if self.progress.0 == self.progress.1 && self.furthest.0.is_empty() {
            self.furthest.0 = self.order.iter().map(|step| step.taken).collect();
            self.furthest.0.push(step.taken);
            self.furthest.1 = self.word;
        }
        self.word = step.before;
        match step.taken {
            Candidate::Unanswered(i) => self.landed[i] = false,
            Candidate::Answered(i) => {
                self.took_effect[i] = false;
                self.base = self.base.min(i);
                while self.end > 0 && !self.took_effect[self.end - 1] {
                    self.end -= 1;
                }
                self.progress.0 -= 1;
            }
        }
        step.rest
    }

    fn configuration(&self) -> Configuration {
        let window = self.took_effect.get(self.base..self.end).unwrap_or(&[]);
        let landed = self.landed.iter().rposition(|&landed| landed).map_or(0, |last| last + 1);
        Configuration {
            base: self.base,
            window: bits(window),
            unanswered: bits(&self.landed[..landed]),
            word: self.word,
        }
    }

    /// Why no order was found.
    fn explain(mut self, object: Object) -> Violation {
        let (order, word) = std::mem::take(&mut self.furthest);
        self.word = word;
        let longest: Vec<&Call> = order.iter().map(|&candidate| self.call(candidate)).collect();
        for candidate in order {
            match candidate {
                Candidate::Answered(i) => self.took_effect[i] = true,
                Candidate::Unanswered(i) => self.landed[i] = true,
            }
        }
        self.base = self.took_effect.iter().position(|&done| !done).unwrap_or(0);
        let (minimal, _) = self.minimal();
        let stuck: Vec<&Call> = minimal.iter().map(|&i| self.answered[i]).collect();
        let text = format!(
            "the {} calls on x{object} cannot be put in order.\n  \
             the longest order takes {} of them:{}\n  \
             after it the word is {word}, and one of these would have to be next, but then, or soon \
             after, an answer does not fit:{}",
            self.answered.len() + self.unanswered.len(),
            longest.len(),
            tail_of(&longest),
            tail_of(&stuck),
        );
        Violation::new(PROMISE, text)
    }
}

fn bits(flags: &[bool]) -> Box<[u64]> {
    flags
        .chunks(64)
        .map(|chunk| chunk.iter().enumerate().fold(0, |word, (i, &set)| word | u64::from(set) << i))
        .collect()
}

#[cfg(test)]
mod tests;
