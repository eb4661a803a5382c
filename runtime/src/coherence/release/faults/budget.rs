//! [`Budget`]: how much room there is for pages and twins.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes that may be used, and are.
pub(crate) struct Budget {
    most: usize,
    used: AtomicUsize,
}

impl Budget {
    /// None of `most` bytes is used.
    pub(crate) fn new(most: usize) -> Budget {
        Budget { most, used: AtomicUsize::new(0) }
    }

    /// Uses so many bytes more, if there are so many left.
    pub(crate) fn try_add(&self, bytes: usize) -> bool {
        let more = |used: usize| used.checked_add(bytes).filter(|used| *used <= self.most);
        self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    /// Uses so many bytes more, even if there are not so many.
    pub(crate) fn exceed(&self, bytes: usize) {
        self.used.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Uses so many bytes less.
    pub(crate) fn sub(&self, bytes: usize) {
        let less = |used: usize| Some(used.saturating_sub(bytes));
        let _ = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    /// Bytes that are used.
    #[cfg(test)]
    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// Bytes that may be used.
    #[cfg(test)]
    pub(crate) fn most(&self) -> usize {
        self.most
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn a_budget_is_kept_by_threads() {
        let budget = Budget::new(1000);
        let added: usize = thread::scope(|scope| {
            let adders: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| (0..500).filter(|_| budget.try_add(3)).count()))
                .collect();
            adders.into_iter().map(|adder| adder.join().unwrap()).sum()
        });
        assert_eq!((added, budget.used()), (333, 999));
        budget.exceed(10);
        assert_eq!((budget.used(), budget.try_add(0)), (1009, false));
        budget.sub(2000);
        assert_eq!((budget.used(), budget.try_add(usize::MAX), budget.most()), (0, false, 1000));
    }
}
