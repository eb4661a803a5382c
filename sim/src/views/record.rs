//! [`Record`]: what the threads of a program did, in the order in which it happened.

use std::collections::BTreeSet;
use std::ops::Range;

use super::program::{Fill, Place};

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It read, and found these bytes.
    Read(Place, Vec<u8>),
    /// It changed what it found, which were these bytes.
    Change(Place, Fill, Vec<u8>),
    /// It has a lock.
    Locked(usize),
    /// It begins to make what it has changed visible; see [`Scope`]. The number is that of the event
    /// that tells that it has done so, if there is one.
    Releasing(Scope, Option<usize>),
    /// It has done what it began there.
    Released,
}

/// What a release is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All segments.
    All,
    /// One segment.
    Segment(usize),
    /// What a lock cares for, which is then given back.
    Lock {
        /// Which lock.
        lock: usize,
        /// Of which segment.
        segment: usize,
        /// Elements; `None` is all.
        only: Option<Range<usize>>,
    },
}

/// All that happened.
#[derive(Clone, Debug, Default)]
pub struct Record {
    events: Vec<(usize, Event)>,
    killed: BTreeSet<usize>,
}

impl Record {
    /// A thread did this.
    pub fn add(&mut self, thread: usize, event: Event) {
        self.events.push((thread, event));
    }

    /// A thread begins a release; what is to be told when it has succeeded.
    pub fn releasing(&mut self, thread: usize, scope: Scope) -> usize {
        self.add(thread, Event::Releasing(scope, None));
        self.events.len() - 1
    }

    /// The release that began there has succeeded.
    pub fn released(&mut self, thread: usize, begun: usize) {
        let now = self.events.len();
        if let Some((_, Event::Releasing(_, end))) = self.events.get_mut(begun) {
            *end = Some(now);
        }
        self.add(thread, Event::Released);
    }

    /// This node was killed.
    pub fn kill(&mut self, node: usize) {
        self.killed.insert(node);
    }

    /// Whether a node was killed.
    pub fn is_killed(&self, node: usize) -> bool {
        self.killed.contains(&node)
    }

    /// What happened, in order, and who did it.
    pub fn events(&self) -> &[(usize, Event)] {
        &self.events
    }
}
