//! What is due when: a heap of times. At the same time chance decides, and then the order of asking.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use verbs_shim::provider::sim::Nanos;

use super::TaskId;

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// A task goes on, if it still waits as it did when this was asked for.
    Task { task: TaskId, turn: u32 },
    /// What has been sent over a wire arrives at one of its ends.
    Wire { wire: u32, end: u8 },
    /// A planned fault happens, or ends.
    Fault(u32),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    at: Nanos,
    tie: u32,
    sequence: u64,
    due: Due,
}

/// All that is due. What is no longer wanted is not searched for: whoever takes it sees that it is
/// out of date.
#[derive(Default)]
pub(super) struct Queue {
    heap: BinaryHeap<Reverse<Entry>>,
    sequence: u64,
    /// Entries that the heap may hold before those out of date are thrown out.
    sweep_at: usize,
}

impl Queue {
    pub(super) fn push(&mut self, at: Nanos, tie: u32, due: Due) {
        self.sequence += 1;
        self.heap.push(Reverse(Entry { at, tie, sequence: self.sequence, due }));
    }

    /// When the first entry is due, which may be out of date.
    #[inline]
    pub(super) fn first(&self) -> Option<Nanos> {
        self.heap.peek().map(|Reverse(entry)| entry.at)
    }

    /// The first entry.
    pub(super) fn peek(&self) -> Option<(Nanos, Due)> {
        self.heap.peek().map(|Reverse(entry)| (entry.at, entry.due))
    }

    pub(super) fn pop(&mut self) -> Option<(Nanos, Due)> {
        self.heap.pop().map(|Reverse(entry)| (entry.at, entry.due))
    }

    /// Throws out what is out of date, when there is much of it.
    pub(super) fn sweep(&mut self, is_current: impl Fn(Due) -> bool) {
        if self.heap.len() > self.sweep_at {
            self.heap.retain(|Reverse(entry)| is_current(entry.due));
            self.sweep_at = (2 * self.heap.len()).max(1024);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_by_time_then_tie_then_order() {
        let mut queue = Queue::default();
        for (at, tie, fault) in [(5, 0, 0), (3, 9, 1), (3, 1, 2), (3, 1, 3), (1, 7, 4)] {
            queue.push(at, tie, Due::Fault(fault));
        }
        assert_eq!(queue.first(), Some(1));
        let order: Vec<Due> = std::iter::from_fn(|| queue.pop()).map(|(_, due)| due).collect();
        assert_eq!(order, [4, 2, 3, 1, 0].map(Due::Fault));
    }

    #[test]
    fn sweeping_keeps_what_is_current() {
        let mut queue = Queue::default();
        for number in 0..5000 {
            queue.push(u64::from(number), 0, Due::Fault(number));
        }
        queue.sweep(|due| matches!(due, Due::Fault(number) if number % 10 == 0));
        assert_eq!(queue.heap.len(), 500);
        assert_eq!(queue.pop(), Some((0, Due::Fault(0))));
        assert_eq!(queue.pop(), Some((10, Due::Fault(10))));
    }
}
