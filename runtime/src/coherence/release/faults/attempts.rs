//! [`Attempts`]: what evictions tried to send home, and cannot tell whether it got there.
//!
//! The page stays dirty, and its twin as it was. If the program then stores what was there before, page and twin are alike
//! again, while the home may have what was sent in between. So it is remembered what was sent, and whoever compares the
//! page the next time finds those bytes changed, whatever they are.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use verbs_shim::Memory;

use super::super::pages::diff::{self, Grain};
use crate::error::Error;

/// A place is being filled.
const FILLING: u64 = u64::MAX;

/// The pages, as they were sent. Used inside of faults: nothing here waits or allocates.
pub(crate) struct Attempts {
    /// One more than the page; 0 for a place that is free.
    pages: Box<[AtomicU64]>,
    bytes: Memory,
    page: usize,
    pending: AtomicUsize,
}

impl Attempts {
    /// For so many at a time, of pages of so many bytes.
    pub(crate) fn new(most: usize, page: usize) -> Result<Attempts, Error> {
        Ok(Attempts {
            pages: (0..most).map(|_| AtomicU64::new(0)).collect(),
            bytes: Memory::anonymous(most * page)?,
            page,
            pending: AtomicUsize::new(0),
        })
    }

    /// Whether there is room for this many more.
    pub(crate) fn has_room(&self, more: usize) -> bool {
        self.pending.load(Ordering::Acquire) + more <= self.pages.len()
    }

    /// Remembers that these bytes of a page were sent. To be called with the page busy.
    pub(crate) fn note(&self, page: usize, sent: &[u8]) {
        for (number, place) in self.pages.iter().enumerate() {
            if place.compare_exchange(0, FILLING, Ordering::Acquire, Ordering::Relaxed).is_ok() {
                self.pending.fetch_add(1, Ordering::AcqRel);
                self.bytes.write(number * self.page, sent);
                place.store(page as u64 + 1, Ordering::Release);
                return;
            }
        }
        debug_assert!(false, "who sends has looked for room");
    }

    /// Makes the twin of a page differ from what the page is `now` wherever something was sent, and forgets that. To be
    /// called with the page busy.
    pub(crate) fn mark(&self, page: usize, now: &[u8], twin: &mut [u8], grain: Grain) {
        if self.pending.load(Ordering::Acquire) == 0 {
            return;
        }
        for (number, place) in self.pages.iter().enumerate() {
            if place.load(Ordering::Acquire) == page as u64 + 1 {
                self.mark_by(number, now, twin, grain);
                place.store(0, Ordering::Release);
                self.pending.fetch_sub(1, Ordering::AcqRel);
            }
        }
    }

    fn mark_by(&self, number: usize, now: &[u8], twin: &mut [u8], grain: Grain) {
        /// Bytes that are looked at together: the stack of a fault is small.
        const PIECE: usize = 256;
        for start in (0..self.page).step_by(PIECE) {
            let mut sent = [0; PIECE];
            let end = (start + PIECE).min(self.page);
            let sent = &mut sent[..end - start];
            self.bytes.read(number * self.page + start, sent);
            let mut changed = [false; PIECE];
            diff::runs(sent, &twin[start..end], grain, |run| changed[run].fill(true));
            for (at, _) in changed.iter().enumerate().filter(|(_, changed)| **changed) {
                twin[start + at] = !now[start + at];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differences(now: &[u8], twin: &[u8]) -> Vec<usize> {
        let mut all = Vec::new();
        diff::runs(now, twin, Grain::BYTE, |run| all.extend(run));
        all
    }

    #[test]
    fn what_was_sent_is_found_changed_though_it_is_as_it_was() {
        let attempts = Attempts::new(2, 4096).unwrap();
        let before = vec![7; 4096];
        let mut sent = before.clone();
        (sent[3], sent[256], sent[4095]) = (1, 2, 3);
        attempts.note(5, &sent);
        assert!(attempts.has_room(1) && !attempts.has_room(2));
        // The program takes two of the three back, and changes another byte.
        let mut now = before.clone();
        (now[256], now[1000]) = (4, 5);
        let mut twin = before.clone();
        attempts.mark(4, &now, &mut twin, Grain::BYTE);
        assert_eq!(differences(&now, &twin), [256, 1000]);
        attempts.mark(5, &now, &mut twin, Grain::BYTE);
        assert_eq!(differences(&now, &twin), [3, 256, 1000, 4095]);
        assert!(attempts.has_room(2));
        let mut twin = before;
        attempts.mark(5, &now, &mut twin, Grain::BYTE);
        assert_eq!(differences(&now, &twin), [256, 1000]);
    }
}
