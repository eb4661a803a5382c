//! Memory that a thread lends for the time of an operation, so that none has to be allocated.

use super::Endpoint;
use crate::primitives::{Primitives, with_known_thread};

/// What is longer is allocated each time: then the network takes much longer than that.
const LONGEST: usize = 64 << 10;

impl<P: Primitives> Endpoint<P> {
    /// At least so many bytes, of whatever content.
    pub(crate) fn take_scratch(&self, bytes: usize) -> Box<[u8]> {
        let mut scratch = Box::default();
        with_known_thread(self, |thread| {
            scratch = thread.scratch.take();
            true
        });
        if scratch.len() < bytes { vec![0; bytes].into() } else { scratch }
    }

    /// Takes back what was lent.
    pub(crate) fn put_scratch(&self, scratch: Box<[u8]>) {
        if scratch.len() <= LONGEST {
            with_known_thread(self, |thread| {
                thread.scratch.set(scratch);
                true
            });
        }
    }
}
