//! [`PageSet`]: a set of pages that is filled by faults and emptied by sync points, in a time that grows with what is in
//! it.
//!
//! Three levels of bits: a bit of an upper level says that there may be some among the 64 below. Who adds a page sets its
//! bits from below, who looks for pages clears them from above, so nobody loses a page: at worst an upper bit stays for
//! nothing.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use verbs_shim::Memory;

use crate::error::Error;

const LEVELS: usize = 3;

/// Pages of a view, in any number.
pub(crate) struct PageSet {
    /// From the pages upwards.
    bits: [Memory; LEVELS],
    pages: usize,
}

impl PageSet {
    pub(crate) fn new(pages: usize) -> Result<PageSet, Error> {
        let table = |level: u32| {
            let words = pages.div_ceil(64usize.pow(level + 1)).max(1);
            Memory::anonymous(words * 8)
        };
        Ok(PageSet { bits: [table(0)?, table(1)?, table(2)?], pages })
    }

    fn word(&self, level: usize, number: usize) -> &AtomicU64 {
        self.bits[level].atomic_u64(number * 8)
    }

    /// Adds a page. Never waits.
    pub(crate) fn add(&self, page: usize) {
        debug_assert!(page < self.pages);
        let mut number = page;
        for level in 0..LEVELS {
            self.word(level, number / 64).fetch_or(1 << (number % 64), Ordering::SeqCst);
            number /= 64;
        }
    }

    /// Removes the pages in `range`, and calls `each` with them, in order.
    pub(crate) fn take(&self, range: Range<usize>, mut each: impl FnMut(usize)) {
        let range = range.start..range.end.min(self.pages);
        if range.is_empty() {
            return;
        }
        let span = 64usize.pow(LEVELS as u32);
        for word in range.start / span..range.end.div_ceil(span) {
            self.take_below(LEVELS - 1, word, &range, &mut each);
        }
    }

    /// Takes what one word of a level stands for; says whether something outside of the range is left there.
    fn take_below(
        &self,
        level: usize,
        number: usize,
        range: &Range<usize>,
        each: &mut impl FnMut(usize),
    ) -> bool {
        let word = self.word(level, number);
        // Pages that a bit of this level stands for.
        let span = 64usize.pow(level as u32);
        let first = number * 64 * span;
        let bit_of = |page: usize| (page.max(first) - first).div_ceil(span).min(64);
        let start = (range.start.max(first) - first) / span;
        let end = bit_of(range.end);
        if start >= end {
            return word.load(Ordering::SeqCst) != 0;
        }
        let mask = (u64::MAX >> (64 - (end - start))) << start;
        let mut taken = word.fetch_and(!mask, Ordering::SeqCst) & mask;
        while taken != 0 {
            let bit = taken.trailing_zeros() as usize;
            taken &= taken - 1;
            let below = number * 64 + bit;
            if level == 0 {
                each(below);
            } else if self.take_below(level - 1, below, range, each) {
                word.fetch_or(1 << bit, Ordering::SeqCst);
            }
        }
        word.load(Ordering::SeqCst) != 0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn taken(set: &PageSet, range: Range<usize>) -> Vec<usize> {
        let mut pages = Vec::new();
        set.take(range, |page| pages.push(page));
        pages
    }

    proptest! {
        #[test]
        fn it_gives_what_was_added_once_and_in_order(
            steps in prop::collection::vec((0..600_000usize, 0..600_000usize, any::<bool>()), 1..60)
        ) {
            let set = PageSet::new(600_000).unwrap();
            let mut model = BTreeSet::new();
            for (a, b, add) in steps {
                if add {
                    // Neighbors, too.
                    for page in a..(a + b % 70).min(600_000) {
                        set.add(page);
                        model.insert(page);
                    }
                } else {
                    let range = a.min(b)..a.max(b);
                    let expected: Vec<_> = model.range(range.clone()).copied().collect();
                    model.retain(|page| !range.contains(page));
                    prop_assert_eq!(taken(&set, range), expected);
                }
            }
            prop_assert_eq!(taken(&set, 0..usize::MAX), model.into_iter().collect::<Vec<_>>());
            prop_assert_eq!(taken(&set, 0..usize::MAX), Vec::<usize>::new());
        }
    }

    #[test]
    fn nothing_is_lost_between_threads() {
        const PAGES: usize = 10_000;
        let set = PageSet::new(PAGES).unwrap();
        let mut seen = vec![0; PAGES];
        std::thread::scope(|scope| {
            let adders: Vec<_> = (0..2)
                .map(|half| {
                    let set = &set;
                    scope.spawn(move || (half..PAGES).step_by(2).for_each(|page| set.add(page)))
                })
                .collect();
            while !adders.iter().all(|adder| adder.is_finished()) {
                set.take(0..PAGES, |page| seen[page] += 1);
            }
        });
        set.take(0..PAGES, |page| seen[page] += 1);
        assert!(seen.iter().all(|count| *count == 1));
    }
}
