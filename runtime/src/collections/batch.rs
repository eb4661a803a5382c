//! [`Batch`]: many reads of cached values, for which the thread pins the cache once.

use std::cell::Cell;
use std::fmt;

use crate::endpoint::Pin;

/// A batch of reads; see [`Node::batch`](crate::Node::batch). While it lives, the node's cache cannot give memory
/// back, so it should end when the reads do. It stays on its thread.
///
/// ```compile_fail,E0277
/// let node = pangea::join().unwrap();
/// let batch = node.batch();
/// std::thread::spawn(move || drop(batch)); // a batch belongs to its thread
/// ```
pub struct Batch {
    pin: Pin,
    reads: Cell<u32>,
}

/// One of so many reads of a batch looks at the time, so that a thread that reads within one batch for ever sees
/// what is new as others do.
const LOOK_EVERY: u32 = 64;

impl Batch {
    pub(crate) fn new(pin: Pin) -> Batch {
        Batch { pin, reads: Cell::new(0) }
    }

    #[inline]
    pub(super) fn pin(&self) -> &Pin {
        &self.pin
    }

    /// Counts a read; whether it is one of those that look at the time.
    #[inline]
    pub(super) fn is_due(&self) -> bool {
        let reads = self.reads.get().wrapping_add(1);
        self.reads.set(reads);
        reads.is_multiple_of(LOOK_EVERY)
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Batch")
    }
}
