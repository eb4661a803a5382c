//! [`Line`]: in which order pages go when there is no room for all.
//!
//! S3-FIFO (Yang, Zhang, Qiu, Yue, Rashmi: "FIFO queues are all you need for cache eviction", SOSP 2023), but hits on plain memory are
//! seen by nobody, so nothing moves from one queue to the other:
//!
//! ```text
//!                 went not long ago
//!   push ─────────────────────────────▶ main ── oldest ──▶ pop
//!    │ else                               ▲
//!    └──▶ small ── oldest ──▶ pop         └── put_back: it could not go
//! ```
//!
//! *small* keeps a tenth of the pages. So what is used once, a scan, passes through it and leaves *main* as it is. A page that
//! comes back soon after it went is used again and again; it stays as long as main has room. When a page went is a
//! number for each page, counted in pages that went: one that is among the last `most` counts as soon. (A queue of ghosts says the
//! same, but must be searched.)
//!
//! # What is in the queues
//!
//! Pages come into the line when they are opened. They leave it by [`Line::pop`] alone, although acquires remove them from memory at
//! any time. So an entry may be of a page that is gone, and the caller's `here` says so when the entry's turn has come.
//! A bit for each page keeps it from being in the line twice: a page that is gone and comes back has its old place.
//! Entries of pages that are gone are swept out: whoever puts a page into a queue that has half as many entries more than
//! pages can be here takes out the oldest few, and puts those that are here at the end. At least a third
//! of such a queue is gone, so it never fills its places, which are twice as many as pages can be here.
//!
//! *A page that is here is in the line, or in the hands of somebody who popped it.* Opened, then pushed; taken out of the
//! line, then looked at: the bit is exchanged by both, so one of the two comes first, and if it is the push, `here`
//! sees what was before it.

use std::sync::atomic::{AtomicU32, Ordering};

use super::ring::Ring;

/// Set for a page that is in the line. Beside it: when the page went, or 0.
const IN: u32 = 1 << 31;

/// How many pages *small* keeps at least, if that is not more than half of all: pages that are fetched ahead have to
/// stay until they are used.
const SMALL_LEAST: usize = 128;

/// How many entries are looked at, each time that a page comes into a queue with too many of them.
const SWEPT: usize = 8;

/// Places that a queue has at least, so that threads that are all amid a sweep find one.
const PLACES_LEAST: usize = 64;

/// The pages that are here, in the order in which they go.
pub(crate) struct Line {
    pages: Box<[AtomicU32]>,
    small: Ring,
    main: Ring,
    /// How many went, from 1 on, without `IN`.
    went: AtomicU32,
    most: usize,
}

impl Line {
    /// A line for these many pages, of which `most` are here at once, with those that exceed a budget for a while.
    pub(crate) fn new(pages: u32, most: usize) -> Line {
        let most = most.clamp(1, pages.max(1) as usize);
        let places = most.saturating_mul(2).min(pages as usize).max(PLACES_LEAST);
        Line {
            pages: (0..pages).map(|_| AtomicU32::new(0)).collect(),
            small: Ring::new(places),
            main: Ring::new(places),
            went: AtomicU32::new(1),
            most,
        }
    }

    /// Puts a page into the line that has just been opened. One that is there already stays where it is.
    pub(crate) fn push(&self, page: u32, here: impl Fn(u32) -> bool) {
        if let Some(before) = self.enter(page) {
            let ring = if self.went_lately(before) { &self.main } else { &self.small };
            self.insert(ring, page, here);
        }
    }

    /// Puts a page that was popped at the end of the line of those that stay longer: it could not go, because it is
    /// dirty or in use.
    pub(crate) fn put_back(&self, page: u32, here: impl Fn(u32) -> bool) {
        if self.enter(page).is_some() {
            self.insert(&self.main, page, here);
        }
    }

    /// Takes the page that is to go next out of the line; `None` if there is no other. `here` says whether a page is in memory;
    /// those that are not are skipped. The answer may be out of date as soon as it is given: who cannot remove the
    /// page, although it is still here, puts it back.
    pub(crate) fn pop(&self, here: impl Fn(u32) -> bool) -> Option<u32> {
        loop {
            let page = if self.small.len() > self.small_most() {
                self.small.pop().or_else(|| self.main.pop())
            } else {
                self.main.pop().or_else(|| self.small.pop())
            }?;
            let before = self.leave(page);
            if here(page) {
                self.note_gone(page, before);
                return Some(page);
            }
        }
    }

    fn small_most(&self) -> usize {
        (self.most / 10).max(SMALL_LEAST.min(self.most / 2))
    }

    /// What was noted of the page; `None` if it is in the line already, or no page.
    fn enter(&self, page: u32) -> Option<u32> {
        // Release: the page was opened. Acquire: as the others that are read-modify-writes.
        let before = self.pages.get(page as usize)?.fetch_or(IN, Ordering::AcqRel);
        (before & IN == 0).then_some(before)
    }

    /// What is noted of the page from now on.
    fn leave(&self, page: u32) -> u32 {
        let word = self.pages.get(page as usize);
        word.map_or(0, |word| word.fetch_and(!IN, Ordering::AcqRel) & !IN)
    }

    fn note_gone(&self, page: u32, before: u32) {
        let now = (self.went.fetch_add(1, Ordering::Relaxed) & !IN).max(1);
        if let Some(word) = self.pages.get(page as usize) {
            // Fails if it is back in the line already.
            let _ = word.compare_exchange(before, now, Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    fn went_lately(&self, noted: u32) -> bool {
        let now = self.went.load(Ordering::Relaxed);
        noted != 0 && (now.wrapping_sub(noted) & !IN) as usize <= self.most
    }

    /// Puts a page that has entered into a queue, and sweeps.
    fn insert(&self, ring: &Ring, page: u32, here: impl Fn(u32) -> bool) {
        self.place(ring, page);
        for _ in 0..SWEPT {
            if ring.len() <= self.most + self.most / 2 {
                return;
            }
            let Some(oldest) = ring.pop() else { return };
            self.leave(oldest);
            if here(oldest) && self.enter(oldest).is_some() {
                self.place(ring, oldest);
            }
        }
    }

    fn place(&self, ring: &Ring, page: u32) {
        if !ring.push(page) {
            // More pages are here than there may be. This one does not go before it has been opened again.
            self.leave(page);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::collections::BTreeSet;
    use std::sync::atomic::AtomicBool;
    use std::thread;

    use super::super::budget::Budget;
    use super::*;

    /// A memory of `most` pages, which fetches what it has not.
    struct Memory {
        line: Line,
        here: Vec<bool>,
        left: usize,
        misses: usize,
    }

    impl Memory {
        fn new(pages: u32, most: usize) -> Memory {
            let here = vec![false; pages as usize];
            Memory { line: Line::new(pages, most), here, left: most, misses: 0 }
        }

        fn touch(&mut self, page: u32) {
            if self.here[page as usize] {
                return;
            }
            self.misses += 1;
            if self.left == 0 {
                let victim = self.line.pop(|page| self.here[page as usize]);
                self.remove(victim.expect("a full memory has a page that can go"));
            }
            self.here[page as usize] = true;
            self.left -= 1;
            self.line.push(page, |page| self.here[page as usize]);
        }

        fn remove(&mut self, page: u32) {
            assert!(std::mem::take(&mut self.here[page as usize]), "page {page} is not here");
            self.left += 1;
        }

        fn misses(&mut self, pages: impl IntoIterator<Item = u32>) -> usize {
            let before = self.misses;
            pages.into_iter().for_each(|page| self.touch(page));
            self.misses - before
        }
    }

    fn drain(line: &Line, here: impl Fn(u32) -> bool) -> Vec<u32> {
        std::iter::from_fn(|| line.pop(&here)).collect()
    }

    #[test]
    fn first_in_first_out_and_each_once() {
        let line = Line::new(100, 10);
        for page in [5, 3, 9, 3, 5, 1] {
            line.push(page, |_| true);
        }
        assert_eq!(drain(&line, |page| page != 9), [5, 3, 1]);
        line.push(100, |_| true);
        assert_eq!(line.pop(|_| true), None);
    }

    #[test]
    fn what_could_not_go_goes_last() {
        let line = Line::new(100, 4);
        for page in [1, 2, 3, 4] {
            line.push(page, |_| true);
        }
        assert_eq!(line.pop(|_| true), Some(1));
        line.put_back(1, |_| true);
        assert_eq!(drain(&line, |_| true), [2, 1, 3, 4]);
    }

    #[test]
    fn a_page_that_opens_just_when_it_was_found_gone_stays_in_the_line() {
        // The second time it is found when it is swept out: by the first that is one too many.
        for others in [1..1, 1..7] {
            let here = Cell::new(false);
            let line = Line::new(100, 4);
            let looks = |page| {
                let there = page == 0 && here.get();
                if page == 0 && !here.replace(true) {
                    line.push(page, |_| true);
                }
                there
            };
            line.push(0, looks);
            others.clone().for_each(|page| line.push(page, looks));
            assert_eq!(here.get(), !others.is_empty());
            assert_eq!(drain(&line, looks), [0]);
        }
    }

    #[test]
    fn a_scan_leaves_what_came_back_where_it_is() {
        let mut memory = Memory::new(100_000, 1000);
        // Twice around more than fits; then 800 pages that are used again and again, among others that are used once.
        memory.misses((0..2000).chain(0..2000));
        let hot = 10_000..10_800_u32;
        for pass in 2..6 {
            memory.misses(hot.clone());
            assert_eq!(memory.misses(pass * 10_000 + 1000..pass * 10_000 + 1700), 700);
        }
        assert_eq!(memory.misses(60_000..63_000), 3000);
        let misses = memory.misses(hot);
        assert!(misses < 80, "{misses} of 800 hot pages were gone after a scan");
    }

    #[test]
    fn another_working_set_takes_over() {
        let mut memory = Memory::new(10_000, 1000);
        (0..10).flat_map(|_| 0..900).for_each(|page| memory.touch(page));
        (0..3).flat_map(|_| 5000..5900).for_each(|page| memory.touch(page));
        assert_eq!(memory.misses(5000..5900), 0);
    }

    #[test]
    fn pages_that_acquires_remove_do_not_fill_the_line() {
        for most in [1, 3, 100, 1000] {
            let mut memory = Memory::new(100_000, most);
            // The first half stay, the others come and go.
            let stay = most as u32 / 2;
            (0..stay).for_each(|page| memory.touch(page));
            for page in stay..100_000 {
                memory.touch(page);
                memory.remove(page);
            }
            let line = &memory.line;
            assert!(line.small.len() + line.main.len() <= 2 * most + PLACES_LEAST);
            let left: BTreeSet<_> =
                drain(line, |page| memory.here[page as usize]).into_iter().collect();
            assert_eq!(left, (0..stay).collect());
        }
    }

    #[test]
    fn the_count_of_pages_that_went_may_wrap() {
        let mut memory = Memory::new(100, 10);
        memory.line.went.store(u32::MAX - 20, Ordering::Relaxed);
        (0..10).flat_map(|_| 0..30).for_each(|page| memory.touch(page));
        assert_eq!(drain(&memory.line, |page| memory.here[page as usize]).len(), 10);
    }

    /// Threads open, evict and remove pages at random, each by the page's own word, as paging does. In the end the line has
    /// exactly what is here.
    #[test]
    fn threads_lose_no_page_and_double_none() {
        const PAGES: u32 = 300;
        const MOST: usize = 100;
        let line = Line::new(PAGES, MOST + 8);
        let here: Vec<_> = (0..PAGES).map(|_| AtomicBool::new(false)).collect();
        let is_here = |page: u32| here[page as usize].load(Ordering::Acquire);
        let set = |page: u32, to: bool| here[page as usize].swap(to, Ordering::AcqRel) != to;
        let budget = Budget::new(MOST);
        thread::scope(|scope| {
            for thread in 0..4_u32 {
                let (line, budget) = (&line, &budget);
                scope.spawn(move || {
                    let mut random = 0x9e37_79b9_u32.wrapping_mul(thread + 1);
                    for _ in 0..100_000 {
                        random ^= random << 13;
                        random ^= random >> 17;
                        random ^= random << 5;
                        let page = random % PAGES;
                        if random >> 16 & 7 == 0 {
                            if set(page, false) {
                                budget.sub(1);
                            }
                            continue;
                        }
                        while !budget.try_add(1) {
                            let Some(victim) = line.pop(is_here) else {
                                budget.exceed(1);
                                break;
                            };
                            random = random.rotate_left(7) ^ victim;
                            if random & 7 == 0 {
                                line.put_back(victim, is_here);
                            } else if set(victim, false) {
                                budget.sub(1);
                            }
                        }
                        // The place that was got, or one too many, is given back if the page is here already.
                        if set(page, true) {
                            line.push(page, is_here);
                        } else {
                            budget.sub(1);
                        }
                    }
                });
            }
        });
        let there: BTreeSet<_> = (0..PAGES).filter(|page| is_here(*page)).collect();
        let popped = drain(&line, is_here);
        assert_eq!(popped.len(), there.len());
        assert_eq!(popped.into_iter().collect::<BTreeSet<_>>(), there);
    }
}
