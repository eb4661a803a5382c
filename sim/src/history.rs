//! What programs did: the calls that they made on words of shared memory, as they saw them.
//!
//! A history knows nothing of protocols, NICs or time. One counter orders the beginnings and the returns
//! of all calls, and that order is all that the checkers use: a call that returned before another began
//! precedes it, and all others overlap.
//!
//! A call that never returns (its process died, or its outcome is indeterminate) may take effect at any
//! time after it began, or never. A call that certainly did nothing (it was refused) is taken out with
//! [`History::refused`].

use std::collections::BTreeMap;
use std::fmt;

/// The number of a process, or of a thread: whoever does one thing after the other.
pub type Process = u32;

/// The key of a word of shared memory.
pub type Object = u64;

/// What is done to a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Answers the word.
    Read,
    /// Replaces the word, and answers nothing.
    Write(u64),
    /// Stores `new` if the word equals `expected`; answers the word before.
    CompareSwap {
        /// The word that is replaced.
        expected: u64,
        /// What replaces it.
        new: u64,
    },
    /// Adds, wrapping around; answers the word before.
    FetchAdd(u64),
    /// Replaces the word; answers the word before.
    Swap(u64),
}

impl Operation {
    /// The word after the operation, when it was `word` before.
    #[inline]
    pub fn after(self, word: u64) -> u64 {
        match self {
            Operation::Read => word,
            Operation::Write(new) | Operation::Swap(new) => new,
            Operation::CompareSwap { expected, new } if word == expected => new,
            Operation::CompareSwap { .. } => word,
            Operation::FetchAdd(add) => word.wrapping_add(add),
        }
    }

    /// Whether the operation tells what the word was before: all but a write do.
    #[inline]
    pub fn tells(self) -> bool {
        !matches!(self, Operation::Write(_))
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operation::Read => write!(f, "read"),
            Operation::Write(new) => write!(f, "write({new})"),
            Operation::CompareSwap { expected, new } => {
                write!(f, "compare-swap({expected}, {new})")
            }
            Operation::FetchAdd(add) => write!(f, "fetch-add({add})"),
            Operation::Swap(new) => write!(f, "swap({new})"),
        }
    }
}

/// One call of one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Call {
    /// Who called.
    pub process: Process,
    /// On which word.
    pub object: Object,
    /// What was to be done.
    pub operation: Operation,
    /// Order number of the beginning.
    pub invoked: u64,
    /// Order number of the return; `None` when it never returned.
    pub returned: Option<u64>,
    /// The word before, for a call that returned and [tells](Operation::tells) it; else 0.
    pub result: u64,
}

impl Call {
    /// Whether the call, taking effect on `word`, answers what it did answer. A call without a return
    /// may have answered anything.
    #[inline]
    pub fn fits(&self, word: u64) -> bool {
        self.returned.is_none() || !self.operation.tells() || self.result == word
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p{} x{} [{}, ", self.process, self.object, self.invoked)?;
        match self.returned {
            Some(returned) => write!(f, "{returned}] {}", self.operation)?,
            None => return write!(f, "...) {} -> ?", self.operation),
        }
        if self.operation.tells() {
            write!(f, " -> {}", self.result)?;
        }
        Ok(())
    }
}

/// A call that has begun; see [`History::invoked`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "a call that is never said to have returned counts as one without an outcome"]
pub struct CallId(usize);

/// The calls of one run, in the order in which they began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// A refused call leaves a gap, so that the others keep their numbers.
    calls: Vec<Option<Call>>,
    initial: BTreeMap<Object, u64>,
    next: u64,
}

impl History {
    /// An empty history, of words that are all zero.
    pub fn new() -> History {
        History::default()
    }

    /// A history of calls whose order numbers were given elsewhere.
    pub fn from_calls(calls: impl IntoIterator<Item = Call>) -> History {
        let mut calls: Vec<Call> = calls.into_iter().collect();
        calls.sort_by_key(|call| call.invoked);
        let last = calls.iter().map(|call| call.invoked.max(call.returned.unwrap_or(0))).max();
        let next = last.map_or(0, |last| last + 1);
        History { calls: calls.into_iter().map(Some).collect(), initial: BTreeMap::new(), next }
    }

    /// Says what a word was before the first call; without this it was zero.
    pub fn set_initial(&mut self, object: Object, word: u64) {
        self.initial.insert(object, word);
    }

    /// What a word was before the first call.
    pub fn initial(&self, object: Object) -> u64 {
        self.initial.get(&object).copied().unwrap_or(0)
    }

    /// The next order number, for events that other checkers use: they are in one order with the calls.
    #[inline]
    pub fn tick(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    /// A call begins.
    #[inline]
    pub fn invoked(&mut self, process: Process, object: Object, operation: Operation) -> CallId {
        let invoked = self.tick();
        self.calls.push(Some(Call {
            process,
            object,
            operation,
            invoked,
            returned: None,
            result: 0,
        }));
        CallId(self.calls.len() - 1)
    }

    /// A call returned, with the word before (any number for a write, which answers nothing).
    ///
    /// # Panics
    /// When the call returned already or was refused.
    #[inline]
    pub fn returned(&mut self, id: CallId, result: u64) {
        let returned = self.tick();
        let call = self.calls[id.0].as_mut().expect("a refused call does not return");
        assert!(call.returned.is_none(), "a call returns once: {call}");
        call.returned = Some(returned);
        call.result = if call.operation.tells() { result } else { 0 };
    }

    /// A call certainly had no effect and answered nothing: it is as if it had not been made.
    pub fn refused(&mut self, id: CallId) {
        self.calls[id.0] = None;
    }

    /// The calls, in the order in which they began.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.calls.iter().flatten()
    }

    /// How many calls there are.
    pub fn len(&self) -> usize {
        self.calls().count()
    }

    /// True when there is no call.
    pub fn is_empty(&self) -> bool {
        self.calls().next().is_none()
    }

    /// The calls on each word, in the order in which they began.
    pub fn by_object(&self) -> BTreeMap<Object, Vec<&Call>> {
        let mut objects: BTreeMap<Object, Vec<&Call>> = BTreeMap::new();
        for call in self.calls() {
            objects.entry(call.object).or_default().push(call);
        }
        objects
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (object, word) in &self.initial {
            writeln!(f, "x{object} = {word} at the start")?;
        }
        for call in self.calls() {
            writeln!(f, "{call}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_and_prints_what_was_done() {
        let mut history = History::new();
        history.set_initial(7, 3);
        let add = history.invoked(1, 7, Operation::FetchAdd(2));
        let write = history.invoked(2, 8, Operation::Write(9));
        let refused = history.invoked(3, 7, Operation::Swap(1));
        history.returned(add, 3);
        history.refused(refused);
        history.returned(write, 77);
        let lost = history.invoked(2, 7, Operation::CompareSwap { expected: 5, new: 6 });
        assert_eq!(lost, CallId(3));
        assert_eq!(history.len(), 3);
        assert_eq!(
            history.to_string(),
            "x7 = 3 at the start\n\
             p1 x7 [0, 3] fetch-add(2) -> 3\n\
             p2 x8 [1, 4] write(9)\n\
             p2 x7 [5, ...) compare-swap(5, 6) -> ?\n"
        );
        assert_eq!(history.by_object().keys().copied().collect::<Vec<_>>(), [7, 8]);
    }

    #[test]
    fn operations_do_what_their_names_say() {
        assert_eq!(Operation::Read.after(4), 4);
        assert_eq!(Operation::Write(1).after(4), 1);
        assert_eq!(Operation::Swap(1).after(4), 1);
        assert_eq!(Operation::FetchAdd(2).after(u64::MAX), 1);
        assert_eq!(Operation::CompareSwap { expected: 4, new: 5 }.after(4), 5);
        assert_eq!(Operation::CompareSwap { expected: 3, new: 5 }.after(4), 4);
    }

    #[test]
    #[should_panic(expected = "a call returns once")]
    fn a_second_return_is_a_mistake_of_the_test() {
        let mut history = History::new();
        let read = history.invoked(0, 0, Operation::Read);
        history.returned(read, 0);
        history.returned(read, 0);
    }
}
