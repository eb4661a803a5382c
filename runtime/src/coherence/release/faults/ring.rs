//! [`Ring`]: a queue for threads of which none waits for another.
//!
//! A position's word says in which *round* through the ring it was changed last, and which page is there, if any:
//!
//! ```text
//!   empty, round r ── push ──▶ page, round r ── pop ──▶ empty, round r + 1 ── …
//! ```
//!
//! So each entry and each exit is one compare-and-swap of that word, which cannot be mistaken for one of another round. The two
//! ends are hints that lag by one at most: whoever has changed a position moves them on, or whoever finds it changed. So a thread that
//! stands still between the two steps holds up nobody.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// A queue of page numbers.
pub(super) struct Ring {
    /// Round (32 bits) | page + 1, or 0 for none (32 bits). A position is empty in its round, then full, then
    /// empty in the next one.
    places: Box<[AtomicU64]>,
    shift: u32,
    /// Where the next to go is, or before.
    head: AtomicUsize,
    /// Where the next to come belongs, or before.
    tail: AtomicUsize,
}

impl Ring {
    /// With this many places at least.
    pub(super) fn new(places: usize) -> Ring {
        let places = places.next_power_of_two();
        Ring {
            places: (0..places).map(|_| AtomicU64::new(0)).collect(),
            shift: places.trailing_zeros(),
            head: AtomicUsize::new(0),
            tail: AtomicUsize::new(0),
        }
    }

    /// About how many entries there are.
    pub(super) fn len(&self) -> usize {
        let head = self.head.load(Ordering::Relaxed);
        self.tail.load(Ordering::Relaxed).saturating_sub(head)
    }

    /// Adds a page at the end; false if it is full.
    pub(super) fn push(&self, page: u32) -> bool {
        loop {
            let at = self.tail.load(Ordering::Acquire);
            let (place, round) = self.place(at);
            let word = place.load(Ordering::Acquire);
            let (last, full) = (round_of(word), word as u32 != 0);
            if last == round && !full {
                if exchange(place, word, entry(round, Some(page))) {
                    advance(&self.tail, at);
                    return true;
                }
            } else if last == round.wrapping_sub(1) {
                // Still there from the last round.
                return false;
            } else {
                advance(&self.tail, at);
            }
        }
    }

    /// The oldest; `None` if it is empty.
    pub(super) fn pop(&self) -> Option<u32> {
        loop {
            let at = self.head.load(Ordering::Acquire);
            let (place, round) = self.place(at);
            let word = place.load(Ordering::Acquire);
            let (last, full) = (round_of(word), word as u32 != 0);
            if last != round {
                // Empty in the next round, or later: or the word was read long after the head.
                advance(&self.head, at);
            } else if !full {
                return None;
            } else if exchange(place, word, entry(round.wrapping_add(1), None)) {
                advance(&self.head, at);
                return Some(word as u32 - 1);
            }
        }
    }

    fn place(&self, at: usize) -> (&AtomicU64, u32) {
        (&self.places[at & (self.places.len() - 1)], (at >> self.shift) as u32)
    }
}

fn round_of(word: u64) -> u32 {
    (word >> 32) as u32
}

fn entry(round: u32, page: Option<u32>) -> u64 {
    u64::from(round) << 32 | page.map_or(0, |page| u64::from(page) + 1)
}

fn exchange(place: &AtomicU64, from: u64, to: u64) -> bool {
    place.compare_exchange(from, to, Ordering::AcqRel, Ordering::Relaxed).is_ok()
}

fn advance(end: &AtomicUsize, from: usize) {
    // Fails if somebody else has done it.
    let to = from.wrapping_add(1);
    let _ = end.compare_exchange(from, to, Ordering::AcqRel, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::atomic::AtomicU32;
    use std::thread;

    use super::*;

    #[test]
    fn rounds_may_wrap() {
        let ring = Ring::new(4);
        let start = (u32::MAX as usize) << ring.shift;
        ring.head.store(start, Ordering::Relaxed);
        ring.tail.store(start, Ordering::Relaxed);
        ring.places.iter().for_each(|place| place.store(entry(u32::MAX, None), Ordering::Relaxed));
        for page in 0..20 {
            assert!(ring.push(page) && ring.push(page + 100));
            assert_eq!((ring.pop(), ring.pop(), ring.pop()), (Some(page), Some(page + 100), None));
        }
        assert_eq!([0, 1, 2, 3, 4].map(|page| ring.push(page)), [true, true, true, true, false]);
    }

    #[test]
    fn threads_take_each_entry_of_a_ring_once_and_in_order() {
        const EACH: u32 = 100_000;
        let ring = Ring::new(4);
        let left = AtomicU32::new(2 * EACH);
        let taken: Vec<Vec<u32>> = thread::scope(|scope| {
            for thread in 0..2 {
                let ring = &ring;
                scope.spawn(move || {
                    for i in 0..EACH {
                        while !ring.push(thread * EACH + i) {
                            thread::yield_now();
                        }
                    }
                });
            }
            let takers: Vec<_> = (0..2)
                .map(|_| {
                    scope.spawn(|| {
                        let mut taken = Vec::new();
                        while left.load(Ordering::Relaxed) > 0 {
                            match ring.pop() {
                                Some(page) => {
                                    left.fetch_sub(1, Ordering::Relaxed);
                                    taken.push(page);
                                }
                                None => thread::yield_now(),
                            }
                        }
                        taken
                    })
                })
                .collect();
            takers.into_iter().map(|taker| taker.join().unwrap()).collect()
        });
        for from in [0, EACH] {
            for taken in &taken {
                let of_one = taken.iter().filter(|page| (from..from + EACH).contains(*page));
                assert!(of_one.is_sorted());
            }
        }
        let all: BTreeSet<_> = taken.iter().flatten().copied().collect();
        assert_eq!(all, (0..2 * EACH).collect());
        assert_eq!(taken.iter().map(Vec::len).sum::<usize>(), 2 * EACH as usize);
    }
}
