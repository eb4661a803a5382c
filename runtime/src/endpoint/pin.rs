//! [`Pin`]: what threads of a node read without locks is not reclaimed meanwhile.
//!
//! Each node has a collector of its own, each thread a handle of it, made with what else it owns.

use std::fmt;

use crossbeam_epoch::{Collector, Guard};

use super::Endpoint;
use super::thread::Thread;
use crate::primitives::{Primitives, with_known_thread};

/// Every so often a thread is told that it is due to look at the time.
const LOOK_EVERY: u32 = 64;

/// As long as it lives, memory that is retired with the node's collector is not reclaimed. It stays on its
/// thread, and should be short-lived: all that is retired meanwhile waits for it.
pub(crate) struct Pin {
    guard: Guard,
    is_due: bool,
}

impl Pin {
    /// The collector's own guard.
    #[inline]
    pub(crate) fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Whether this is one of every 64 of its thread: time to look at the clock, which would cost too much each
    /// time.
    #[inline]
    pub(crate) fn is_due(&self) -> bool {
        self.is_due
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pin").field("is_due", &self.is_due).finish_non_exhaustive()
    }
}

impl<P: Primitives> Thread<P> {
    #[inline]
    fn pin(&self) -> Pin {
        let count = self.pins.get().wrapping_add(1);
        self.pins.set(count);
        Pin { guard: self.reclaimer.pin(), is_due: count.is_multiple_of(LOOK_EVERY) }
    }
}

impl<P: Primitives> Endpoint<P> {
    /// Keeps what is retired with the node's collector from being reclaimed. No network, a few nanoseconds; what is
    /// reclaimed at this occasion must not use the endpoint.
    #[inline]
    pub(crate) fn pin(&self) -> Pin {
        let mut pin = None;
        with_known_thread(self, |thread| {
            pin = Some(thread.pin());
            true
        });
        match pin {
            Some(pin) => pin,
            None => self.pin_first(),
        }
    }

    /// As [`Endpoint::pin`], for a thread that is new to this endpoint. One that can have no state here, because it
    /// is ending or the device refuses, has a handle for this once.
    #[cold]
    fn pin_first(&self) -> Pin {
        let pin = self.with(|thread| Ok(thread.pin()));
        pin.unwrap_or_else(|_| Pin { guard: self.collector.register().pin(), is_due: true })
    }

    /// What reclaims memory that threads of this node read without locks.
    pub(crate) fn collector(&self) -> &Collector {
        &self.collector
    }
}
