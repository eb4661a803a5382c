//! [`Tally`]: what a view has done, counted where it is done.

use std::sync::atomic::{AtomicU64, Ordering};

use super::super::ViewCounts;

/// Numbers that any thread adds to, also inside of faults.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) faults: Count,
    pub(crate) fetched: Count,
    pub(crate) read_ahead: Count,
    pub(crate) twins: Count,
    pub(crate) compared: Count,
    pub(crate) bytes_home: Count,
    pub(crate) writes_home: Count,
    pub(crate) dropped: Count,
    pub(crate) evicted: Count,
    pub(crate) counter_reads: Count,
}

/// One of them.
#[derive(Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self, more: usize) {
        self.0.fetch_add(more as u64, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Tally {
    pub(crate) fn counts(&self) -> ViewCounts {
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
