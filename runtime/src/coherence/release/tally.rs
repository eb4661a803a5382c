//! [`Tally`]: what a view has done, counted where it is done.

use std::sync::atomic::{AtomicU64, Ordering};

use super::ViewCounts;

/// Numbers that any thread adds to, also inside of faults.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) faults: Count,
    pub(super) fetched: Count,
    pub(super) read_ahead: Count,
    pub(super) twins: Count,
    pub(super) compared: Count,
    pub(super) bytes_home: Count,
    pub(super) writes_home: Count,
    pub(super) dropped: Count,
    pub(super) evicted: Count,
    pub(super) counter_reads: Count,
}

/// One of them.
#[derive(Default)]
pub(super) struct Count(AtomicU64);

impl Count {
    pub(super) fn add(&self, more: usize) {
        self.0.fetch_add(more as u64, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Tally {
    pub(super) fn counts(&self) -> ViewCounts {
        ViewCounts {
            faults: self.faults.get(),
            fetched: self.fetched.get(),
            read_ahead: self.read_ahead.get(),
            twins: self.twins.get(),
            compared: self.compared.get(),
            bytes_home: self.bytes_home.get(),
            writes_home: self.writes_home.get(),
            dropped: self.dropped.get(),
            evicted: self.evicted.get(),
            counter_reads: self.counter_reads.get(),
        }
    }
}
