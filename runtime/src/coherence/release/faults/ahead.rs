//! [`Ahead`]: what is on its way in contexts that nobody has claimed: pages that a stream of faults will ask for next.
//!
//! Whoever has claimed a context changes what is said of it; others look, and claim the context to be sure.

use std::sync::atomic::{AtomicU64, Ordering};

/// Pages that are read into half of a context's buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// The first.
    pub(crate) page: usize,
    pub(crate) count: usize,
    /// Which half: 0 or 1.
    pub(crate) half: usize,
    /// The number of the last acquire when they were asked for. After another one they count for nothing.
    pub(crate) generation: u64,
}

impl Window {
    pub(crate) fn has(&self, page: usize) -> bool {
        (self.page..self.page + self.count).contains(&page)
    }
}

/// Set if there is a window; below it the half (1 bit), pages (15 bits), and the first one (32 bits).
const THERE: u64 = 1 << 48;

/// For each context.
pub(crate) struct Ahead(Box<[[AtomicU64; 2]]>);

impl Ahead {
    pub(crate) fn new(contexts: usize) -> Ahead {
        Ahead((0..contexts).map(|_| Default::default()).collect())
    }

    /// A context that had a window with this page just now.
    pub(crate) fn find(&self, page: usize) -> Option<usize> {
        (0..self.0.len()).find(|&context| self.get(context).is_some_and(|window| window.has(page)))
    }

    /// What is ahead in a context: for certain only if the caller has claimed it.
    pub(crate) fn get(&self, context: usize) -> Option<Window> {
        let [word, generation] = self.0.get(context)?;
        let word = word.load(Ordering::Relaxed);
        (word & THERE != 0).then(|| Window {
            page: word as u32 as usize,
            count: (word >> 32 & 0x7fff) as usize,
            half: (word >> 47 & 1) as usize,
            generation: generation.load(Ordering::Relaxed),
        })
    }

    /// To be called by whoever has claimed the context, as the next.
    pub(crate) fn note(&self, context: usize, window: Window) {
        let Some([word, generation]) = self.0.get(context) else { return };
        generation.store(window.generation, Ordering::Relaxed);
        let count = (window.count as u64 & 0x7fff) << 32;
        let half = (window.half as u64 & 1) << 47;
        word.store(THERE | half | count | window.page as u64, Ordering::Relaxed);
    }

    pub(crate) fn clear(&self, context: usize) {
        if let Some([word, _]) = self.0.get(context) {
            word.store(0, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_found_by_their_pages() {
        let ahead = Ahead::new(3);
        assert_eq!((ahead.find(0), ahead.get(1)), (None, None));
        let first = Window { page: 7, count: 64, half: 1, generation: 5 };
        let second =
            Window { page: u32::MAX as usize - 1, count: 1, half: 0, generation: u64::MAX };
        ahead.note(1, first);
        ahead.note(2, second);
        assert_eq!((ahead.get(1), ahead.get(2)), (Some(first), Some(second)));
        let at = [6, 7, 70, 71, second.page].map(|page| ahead.find(page));
        assert_eq!(at, [None, Some(1), Some(1), None, Some(2)]);
        ahead.clear(1);
        assert_eq!((ahead.find(7), ahead.get(7)), (None, None));
    }
}
