//! [`Holds`]: the node's own locks on blocks. Whoever goes to the home to lock a block has the node's lock of
//! it first, so that "owned by this node" names one thread; threads of one node wait here, in the order in
//! which they came, and not at the home.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::protocol::Locked;
use crate::primitives::{Condvar, Mutex, Primitives};

/// A block of a segment: the segment's number and the block's.
pub(crate) type Key = (u64, u64);

/// A lock at the home that one thread leaves to the next of its node, with the bytes of the block.
pub(crate) struct Handed {
    pub(crate) locked: Locked,
    pub(crate) buffer: Box<[u8]>,
    /// How often it was left to the next without going to the home in between.
    pub(crate) times: u32,
}

/// The locks of one node. Entries are there only while somebody has or wants one.
pub(crate) struct Holds<P: Primitives> {
    entries: Mutex<BTreeMap<Key, Entry>, P>,
    /// How many entries there are, for those who only want to know that there is none. A thread that has a lock
    /// finds its own entry counted.
    count: AtomicUsize,
    freed: Condvar<P>,
}

#[derive(Default)]
struct Entry {
    /// The thread that has it.
    holder: Option<usize>,
    /// The tickets of those who wait.
    waiting: VecDeque<u64>,
    next_ticket: u64,
    handed: Option<Handed>,
}

/// A thread that wants what it has already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HeldByCaller;

impl<P: Primitives> Holds<P> {
    pub(crate) fn new() -> Holds<P> {
        let (entries, freed) = (Mutex::new(BTreeMap::new()), Condvar::new());
        Holds { entries, count: AtomicUsize::new(0), freed }
    }

    /// Waits for the lock. `thread` tells the calling thread from others.
    pub(crate) fn hold(&self, key: Key, thread: usize) -> Result<Hold<'_, P>, HeldByCaller> {
        let mut entries = self.entries.lock();
        let entry = entries.entry(key).or_default();
        if entry.holder == Some(thread) {
            return Err(HeldByCaller);
        }
        if entry.holder.is_some() || !entry.waiting.is_empty() {
            let ticket = entry.next_ticket;
            entry.next_ticket += 1;
            entry.waiting.push_back(ticket);
            loop {
                entries = self.freed.wait(&self.entries, entries);
                // It is there as long as somebody waits.
                let entry = entries.entry(key).or_default();
                if entry.holder.is_none() && entry.waiting.front() == Some(&ticket) {
                    entry.waiting.pop_front();
                    break;
                }
            }
        }
        entries.entry(key).or_default().holder = Some(thread);
        self.count.store(entries.len(), Ordering::Relaxed);
        Ok(Hold { holds: self, key })
    }

    /// Takes the lock if nobody has it and nobody waits.
    pub(crate) fn try_hold(
        &self,
        key: Key,
        thread: usize,
    ) -> Result<Option<Hold<'_, P>>, HeldByCaller> {
        let mut entries = self.entries.lock();
        match entries.get(&key) {
            Some(entry) if entry.holder == Some(thread) => Err(HeldByCaller),
            Some(_) => Ok(None),
            None => {
                entries.insert(key, Entry { holder: Some(thread), ..Entry::default() });
                self.count.store(entries.len(), Ordering::Relaxed);
                Ok(Some(Hold { holds: self, key }))
            }
        }
    }

    /// Whether nobody has any lock, as far as it concerns the caller: it has none.
    pub(crate) fn is_empty(&self) -> bool {
        self.count.load(Ordering::Relaxed) == 0
    }

    /// Whether that thread has the lock.
    pub(crate) fn is_held_by(&self, key: Key, thread: usize) -> bool {
        self.entries.lock().get(&key).is_some_and(|entry| entry.holder == Some(thread))
    }
}

impl<P: Primitives> fmt::Debug for Holds<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Holds").field("held", &self.entries.lock().len()).finish()
    }
}

/// The node's lock of a block, until this is dropped.
pub(crate) struct Hold<'a, P: Primitives> {
    holds: &'a Holds<P>,
    key: Key,
}

impl<P: Primitives> Hold<'_, P> {
    /// How many threads of this node wait for it.
    pub(crate) fn waiting(&self) -> usize {
        self.holds.entries.lock().get(&self.key).map_or(0, |entry| entry.waiting.len())
    }

    /// Leaves the lock at the home to the thread that waits longest. Only while one waits: none of them
    /// gives up.
    pub(crate) fn hand(&self, handed: Handed) {
        let mut entries = self.holds.entries.lock();
        if let Some(entry) = entries.get_mut(&self.key) {
            debug_assert!(!entry.waiting.is_empty(), "handed over to nobody");
            entry.handed = Some(handed);
        }
    }

    /// What the thread before left.
    pub(crate) fn take_handed(&self) -> Option<Handed> {
        self.holds.entries.lock().get_mut(&self.key)?.handed.take()
    }
}

impl<P: Primitives> Drop for Hold<'_, P> {
    fn drop(&mut self) {
        let mut entries = self.holds.entries.lock();
        let Some(entry) = entries.get_mut(&self.key) else { return };
        entry.holder = None;
        if entry.waiting.is_empty() {
            entries.remove(&self.key);
            self.holds.count.store(entries.len(), Ordering::Relaxed);
        } else {
            drop(entries);
            self.holds.freed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex as StdMutex};
    use std::thread;

    use super::*;
    use crate::primitives::System;

    const KEY: Key = (1, 2);

    #[test]
    fn threads_get_it_in_the_order_in_which_they_came() {
        let holds = Arc::new(Holds::<System>::new());
        let order = Arc::new(StdMutex::new(Vec::new()));
        let first = holds.hold(KEY, 0).unwrap();
        let waiting: Vec<_> = (1..9)
            .map(|thread| {
                let (waits, order) = (Arc::clone(&holds), Arc::clone(&order));
                let waiter = thread::spawn(move || {
                    let _hold = waits.hold(KEY, thread).unwrap();
                    order.lock().unwrap().push(thread);
                });
                while first.waiting() < thread {
                    thread::yield_now();
                }
                waiter
            })
            .collect();
        assert!(holds.try_hold(KEY, 99).unwrap().is_none());
        drop(first);
        waiting.into_iter().for_each(|waiter| waiter.join().unwrap());
        assert_eq!(*order.lock().unwrap(), (1..9).collect::<Vec<_>>());
        assert!(holds.entries.lock().is_empty(), "nothing is left behind");
    }

    #[test]
    fn having_it_twice_is_refused() {
        let holds = Holds::<System>::new();
        let hold = holds.hold(KEY, 5).unwrap();
        assert!(matches!(holds.hold(KEY, 5), Err(HeldByCaller)));
        assert!(matches!(holds.try_hold(KEY, 5), Err(HeldByCaller)));
        let other = holds.hold((1, 3), 5).unwrap();
        assert!(holds.is_held_by(KEY, 5) && !holds.is_held_by(KEY, 6));
        drop((hold, other));
        assert!(holds.try_hold(KEY, 5).unwrap().is_some());
    }
}
