//! [`Twins`]: rooms for pages as they were before the first write.
//!
//! Free rooms are a stack, linked through a table of their numbers (Treiber, 1986). Its head is one word, which names
//! the highest room and counts how many have been taken:
//!
//! ```text
//!   head: taken so far (32 bits) | room (32 bits) ──▶ next[room] ──▶ next[…] ──▶ NONE
//!   next[room] of a room that is taken: TAKEN
//! ```
//!
//! A thread that takes reads the head and the next of that room, and replaces the head by compare-and-swap. If the
//! same room has been taken and given back in between, its next may be another one; then the count has changed, and the exchange
//! fails. (Unless a thread stands still between the two for exactly 2³² takings, which is hours of nothing but faults.) Whoever fails has
//! been overtaken by somebody who did not, so some thread always gets on.
//!
//! Last in, first out: the rooms that are in use again and again are the same ones, and warm. The others are never
//! touched, and so take no memory: rooms lie in one anonymous mapping of which nothing is reserved. That is why a pool may be as large
//! as all of the cache. A room that was used once keeps its memory.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use verbs_shim::Memory;

use crate::error::Error;

/// No room.
const NONE: u32 = u32::MAX;

/// Instead of the next one: this room is taken.
const TAKEN: u32 = u32::MAX - 1;

/// A pool of rooms, each as large as a page.
pub(crate) struct Twins {
    memory: Memory,
    page: usize,
    head: AtomicU64,
    next: Box<[AtomicU32]>,
}

impl Twins {
    /// `most` rooms of `page` bytes.
    ///
    /// # Errors
    /// When the address space has no place for them.
    pub(crate) fn new(page: usize, most: usize) -> Result<Twins, Error> {
        let count = u32::try_from(most).unwrap_or(u32::MAX).min(TAKEN);
        let bytes = page.saturating_mul(count as usize).max(1);
        let memory = Memory::anonymous(bytes)?;
        let next = (1..=count).map(|room| if room == count { NONE } else { room });
        let next: Box<[_]> = next.map(AtomicU32::new).collect();
        let first = if next.is_empty() { NONE } else { 0 };
        Ok(Twins { memory, page, head: AtomicU64::new(word(0, first)), next })
    }

    /// Takes a room that nobody has; `None` if there is none. What it contains is what its last user left.
    pub(crate) fn take(&self) -> Option<u32> {
        // Acquire: what its last user did with the room, and the link that was stored with it.
        let mut head = self.head.load(Ordering::Acquire);
        loop {
            let room = head as u32;
            let slot = self.next.get(room as usize)?;
            let after = word(taken(head).wrapping_add(1), slot.load(Ordering::Relaxed));
            match self.replace(head, after, Ordering::Acquire) {
                Ok(()) => {
                    slot.store(TAKEN, Ordering::Relaxed);
                    return Some(room);
                }
                Err(now) => head = now,
            }
        }
    }

    /// Gives a room back. Nothing is done about one that is not taken.
    pub(crate) fn give(&self, room: u32) {
        let Some(slot) = self.next.get(room as usize) else { return };
        // Of two who give the same room, one is heard.
        if slot.compare_exchange(TAKEN, NONE, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return;
        }
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            slot.store(head as u32, Ordering::Relaxed);
            // Release: the link, and what was done with the room. The exchanges of others that come after it carry that on.
            match self.replace(head, word(taken(head), room), Ordering::Release) {
                Ok(()) => return,
                Err(now) => head = now,
            }
        }
    }

    fn replace(&self, head: u64, after: u64, success: Ordering) -> Result<(), u64> {
        self.head.compare_exchange_weak(head, after, success, Ordering::Acquire).map(drop)
    }

    /// Where a room is, aligned as pages are; `None` if there is no such room.
    pub(crate) fn room(&self, room: u32) -> Option<NonNull<u8>> {
        let inside = (room as usize) < self.next.len();
        let start = self.memory.as_ptr().wrapping_add(room as usize * self.page);
        NonNull::new(start).filter(|_| inside)
    }
}

fn taken(head: u64) -> u32 {
    (head >> 32) as u32
}

fn word(taken: u32, room: u32) -> u64 {
    u64::from(taken) << 32 | u64::from(room)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::atomic::AtomicUsize;
    use std::thread;

    use super::*;

    fn pool(most: usize) -> Twins {
        Twins::new(4096, most).unwrap()
    }

    #[test]
    fn each_room_is_taken_once_and_the_last_one_back_is_the_first_out() {
        let twins = pool(3);
        let rooms: BTreeSet<_> = (0..3).map(|_| twins.take().unwrap()).collect();
        assert_eq!((rooms.len(), twins.take()), (3, None));
        for room in [1, 0, 2] {
            twins.give(room);
        }
        assert_eq!([(); 4].map(|()| twins.take()), [Some(2), Some(0), Some(1), None]);
    }

    #[test]
    fn a_room_given_twice_or_unknown_changes_nothing() {
        let twins = pool(2);
        twins.give(0);
        twins.give(7);
        assert_eq!((twins.take(), twins.take(), twins.take()), (Some(0), Some(1), None));
        twins.give(1);
        twins.give(1);
        assert_eq!((twins.take(), twins.take()), (Some(1), None));
        assert_eq!((twins.room(2), pool(0).take()), (None, None));
    }

    #[test]
    fn rooms_are_pages_apart_and_take_no_memory_before_they_are_used() {
        // 64 GiB.
        let twins = Twins::new(2 << 20, 1 << 15).unwrap();
        let at = |room| twins.room(room).unwrap().as_ptr().addr();
        assert_eq!(at(1 << 14) - at(0), 1 << 35);
        assert_eq!(at(0) % 4096, 0);
    }

    #[test]
    fn who_was_overtaken_by_a_room_that_went_and_came_back_fails() {
        let twins = pool(3);
        let head = twins.head.load(Ordering::Acquire);
        let after = word(taken(head) + 1, twins.next[0].load(Ordering::Relaxed));
        assert_eq!((twins.take(), twins.take()), (Some(0), Some(1)));
        twins.give(0);
        // Room 0 is the highest again, but what comes after it is not room 1.
        assert!(twins.replace(head, after, Ordering::Acquire).is_err());
        assert_eq!([(); 3].map(|()| twins.take()), [Some(0), Some(2), None]);
    }

    /// Nobody ever has a room that somebody else has, and none is lost. Few rooms, so that the same ones come and go.
    #[test]
    fn threads_never_share_a_room() {
        const THREADS: usize = 4;
        let twins = pool(3);
        let users: [AtomicUsize; 3] = Default::default();
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    for i in 0..200_000 {
                        let held = [twins.take(), if i % 3 == 0 { twins.take() } else { None }];
                        for room in held.into_iter().flatten() {
                            assert_eq!(users[room as usize].fetch_add(1, Ordering::Relaxed), 0);
                        }
                        for room in held.into_iter().flatten() {
                            users[room as usize].fetch_sub(1, Ordering::Relaxed);
                            twins.give(room);
                        }
                    }
                });
            }
        });
        let rooms: BTreeSet<_> = std::iter::from_fn(|| twins.take()).collect();
        assert_eq!(rooms, BTreeSet::from([0, 1, 2]));
    }
}
