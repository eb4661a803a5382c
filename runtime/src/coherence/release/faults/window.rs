//! [`FetchWindow`]: how many pages are fetched together at most.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How many pages are fetched together at most: a quarter of what was lost, because of a long READ some packet is lost sooner than of a
/// short one, and twice as many again each time that they came.
pub(crate) struct FetchWindow {
    most: usize,
    now: AtomicUsize,
}

impl FetchWindow {
    pub(crate) fn new(most: usize) -> FetchWindow {
        FetchWindow { most, now: AtomicUsize::new(most) }
    }

    /// So many now; at least 1.
    pub(crate) fn pages(&self) -> usize {
        self.now.load(Ordering::Relaxed)
    }

    /// So many were lost.
    pub(crate) fn lost(&self, pages: usize) {
        self.now.fetch_min((pages / 4).max(1), Ordering::Relaxed);
    }

    /// What was asked for came.
    pub(crate) fn came(&self) {
        let now = self.pages();
        if now < self.most {
            self.now.fetch_max((2 * now).min(self.most), Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_pages_are_fetched_where_they_were_lost() {
        let window = FetchWindow::new(64);
        // It was not the number that lost one page.
        for (lost, pages) in [(32, 8), (64, 8), (1, 1), (1, 1)] {
            window.lost(lost);
            assert_eq!(window.pages(), pages);
        }
        for pages in [2, 4, 8, 16, 32, 64, 64] {
            window.came();
            assert_eq!(window.pages(), pages);
        }
    }
}
