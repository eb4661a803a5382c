//! Sequential consistency, by search, for small histories over several words.
//!
//! There is one order of all calls that keeps the order of each process and in which every answer fits
//! (Lamport 1979). Time between processes counts for nothing, so a history cannot be cut, and unlike
//! linearizability it is not local: all words are searched together. The problem is NP-complete; with
//! (how far each process is, words) remembered, the cost is at most the product of the lengths of the
//! processes times the contents they can leave. Some dozens of calls of a few processes are fine.
//!
//! A call without a return may take effect at any place behind those that its process made before it, or
//! never; it does not hold up what its process does later.

use std::cmp::Reverse;
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashSet};
use std::hash::BuildHasherDefault;

use super::{Violation, tail_of};
use crate::history::{Call, History, Object, Operation, Process};

const PROMISE: &str = "sequential consistency";

/// Checks a history as a whole.
///
/// # Errors
/// When its calls cannot be put in order: with the longest order that was found and the call at which
/// each process is stuck.
pub fn check(history: &History) -> Result<(), Violation> {
    Search::new(history).run(usize::MAX).map(|_| ())
}

/// As [`check`], but gives up when it has come to so many different configurations; whether it has not.
///
/// # Errors
/// As [`check`].
pub fn check_within(history: &History, most: usize) -> Result<bool, Violation> {
    Search::new(history).run(most)
}

/// What the rest of a search depends on.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Configuration {
    /// How many answered calls of each process took effect.
    position: Vec<usize>,
    /// Which unanswered calls took effect.
    landed: Vec<bool>,
    words: Vec<u64>,
}

/// A call with the place of its word in [`Configuration::words`].
#[derive(Clone, Copy)]
struct Placed<'a> {
    call: &'a Call,
    word: usize,
}

/// An unanswered call may take effect when its process is that far.
struct Unanswered<'a> {
    placed: Placed<'a>,
    process: usize,
    after: usize,
}

#[derive(Clone, Copy)]
enum Candidate {
    Process(usize),
    Unanswered(usize),
}

struct Search<'a> {
    /// The answered calls of each process, in its order.
    processes: Vec<Vec<Placed<'a>>>,
    unanswered: Vec<Unanswered<'a>>,
    /// The beginnings of writes that are the only ones of their words, and of which all who read know.
    only: HashSet<u64, BuildHasherDefault<DefaultHasher>>,
    now: Configuration,
    order: Vec<&'a Call>,
    visited: HashSet<Configuration, BuildHasherDefault<DefaultHasher>>,
    furthest: (Vec<&'a Call>, Configuration),
}

impl<'a> Search<'a> {
    fn new(history: &'a History) -> Search<'a> {
        let mut places: BTreeMap<Object, usize> = BTreeMap::new();
        let mut numbers: BTreeMap<Process, usize> = BTreeMap::new();
        let (mut words, mut processes, mut unanswered) = (Vec::new(), Vec::new(), Vec::new());
        for call in history.calls() {
            let word = *places.entry(call.object).or_insert_with(|| {
                words.push(history.initial(call.object));
                words.len() - 1
            });
            let process = *numbers.entry(call.process).or_insert_with(|| {
                processes.push(Vec::new());
                processes.len() - 1
            });
            let placed = Placed { call, word };
            if call.returned.is_some() {
                processes[process].push(placed);
            } else {
                unanswered.push(Unanswered { placed, process, after: processes[process].len() });
            }
        }
        let position = vec![0; processes.len()];
        let now = Configuration { position, landed: vec![false; unanswered.len()], words };
        let furthest = (Vec::new(), now.clone());
        let visited = HashSet::default();
        let only = only_writes(history);
        Search { processes, unanswered, only, now, order: Vec::new(), visited, furthest }
    }

    /// Depth first, by hand: each level keeps what it has yet to try and how it was before. False if it was
    /// not decided within so many configurations.
    fn run(mut self, most: usize) -> Result<bool, Violation> {
        let mut levels = vec![(self.now.clone(), self.candidates())];
        while !self.finished() {
            if self.visited.len() >= most {
                return Ok(false);
            }
            let Some((before, _)) = levels.last() else { return Err(self.explain()) };
            self.now = before.clone();
            self.order.truncate(levels.len() - 1);
            let Some(candidate) = levels.last_mut().and_then(|(_, rest)| rest.pop()) else {
                levels.pop();
                continue;
            };
            self.take(candidate);
            if self.visited.insert(self.now.clone()) {
                let candidates = self.candidates();
                levels.push((self.now.clone(), candidates));
            }
        }
        Ok(true)
    }

    fn finished(&self) -> bool {
        self.processes.iter().zip(&self.now.position).all(|(calls, &at)| at == calls.len())
    }

    fn next_of(&self, process: usize) -> Option<Placed<'a>> {
        self.processes[process].get(self.now.position[process]).copied()
    }

    /// The calls that may be next.
    fn candidates(&self) -> Vec<Candidate> {
        let fits = |placed: &Placed| placed.call.fits(self.now.words[placed.word]);
        let keeps = |placed: &Placed| {
            let word = self.now.words[placed.word];
            placed.call.operation.tells() && placed.call.operation.after(word) == word
        };
        let ready = |&process: &usize| self.next_of(process).is_some_and(|next| fits(&next));
        // What fits and wherever it fits changes nothing loses nothing by going first; nor does the only
        // write to a word that nobody has found unwritten.
        let is_free = |next: &Placed| keeps(next) || self.only.contains(&next.call.invoked);
        if let Some(process) = (0..self.processes.len())
            .filter(ready)
            .find(|&process| self.next_of(process).is_some_and(|next| is_free(&next)))
        {
            return vec![Candidate::Process(process)];
        }
        let lost = (0..self.unanswered.len()).filter(|&i| {
            let Unanswered { placed, process, after } = &self.unanswered[i];
            let word = self.now.words[placed.word];
            !self.now.landed[i]
                && self.now.position[*process] >= *after
                && placed.call.operation.after(word) != word
        });
        let mut candidates: Vec<Candidate> = lost.map(Candidate::Unanswered).collect();
        candidates.extend((0..self.processes.len()).filter(ready).map(Candidate::Process));
        // What came first in real time is the last here, and so is tried first: most often that is right.
        candidates.sort_by_key(|candidate| Reverse(self.time(*candidate)));
        candidates
    }

    /// When a call was over. One that has no end may have come about at any time: it is tried last.
    fn time(&self, candidate: Candidate) -> u64 {
        match candidate {
            Candidate::Process(process) => {
                self.next_of(process).and_then(|next| next.call.returned).unwrap_or(u64::MAX)
            }
            Candidate::Unanswered(_) => u64::MAX,
        }
    }

    fn take(&mut self, candidate: Candidate) {
        let placed = match candidate {
            Candidate::Process(process) => {
                let next = self.processes[process][self.now.position[process]];
                self.now.position[process] += 1;
                next
            }
            Candidate::Unanswered(i) => {
                self.now.landed[i] = true;
                self.unanswered[i].placed
            }
        };
        let word = &mut self.now.words[placed.word];
        *word = placed.call.operation.after(*word);
        self.order.push(placed.call);
        if self.order.len() > self.furthest.0.len() {
            self.furthest = (self.order.clone(), self.now.clone());
        }
    }

    fn explain(mut self) -> Violation {
        let (order, configuration) = self.furthest.clone();
        self.now = configuration;
        let mut text = format!(
            "{} calls of {} processes cannot be put in one order.\n  \
             the longest order takes {} of them:{}\n  then the processes are stuck:",
            self.processes.iter().map(Vec::len).sum::<usize>() + self.unanswered.len(),
            self.processes.len(),
            order.len(),
            tail_of(&order),
        );
        for next in (0..self.processes.len()).filter_map(|process| self.next_of(process)) {
            text += &format!("\n    {} (the word is {})", next.call, self.now.words[next.word]);
        }
        Violation::new(PROMISE, text)
    }
}

/// The writes that are the only call to change their word, and whose word was never seen without them.
fn only_writes(history: &History) -> HashSet<u64, BuildHasherDefault<DefaultHasher>> {
    let mut only = HashSet::default();
    for calls in history.by_object().into_values() {
        let mut writes = calls.iter().filter(|call| call.operation != Operation::Read);
        let (Some(write), None) = (writes.next(), writes.next()) else { continue };
        let Operation::Write(new) = write.operation else { continue };
        let reads = calls.iter().filter(|call| call.operation == Operation::Read);
        if reads.into_iter().all(|read| read.returned.is_none() || read.result == new) {
            only.insert(write.invoked);
        }
    }
    only
}

#[cfg(test)]
mod tests;
