//! What is left of work when queue pairs fail: every operation ends, every failure is told once, and
//! nothing is done after what was not.

mod atomics;
mod children;
mod contexts;
mod exchanges;
mod fences;
mod in_place;
mod lost;
mod pins;
mod queues;
mod reads;
mod rows;
mod writes;

use verbs_shim::{Status, WorkError};

use super::staging::SLOTS;
use super::{Endpoint, Thread};
use crate::error::Error;
use crate::primitives::Primitives;

impl<P: Primitives> Endpoint<P> {
    /// All staging slots are free, and no account of a long read is open, once the calling thread's
    /// work is over.
    pub(crate) fn assert_nothing_is_held(&self) {
        // What failed has been looked at by the test, or is of no interest to it.
        let _ = self.quiet();
        let held = self.with(|thread| {
            let account = thread.open_account();
            thread.close_account(account, None);
            let free = thread.staging.get().map_or(SLOTS, |staging| staging.free_slots());
            Ok((SLOTS - free, account))
        });
        assert_eq!(held.expect("this thread has its state"), (0, 0), "(slots, accounts) in use");
    }
}

impl<P: Primitives> Thread<P> {
    /// The number by which the home of the pair to `rank` knows it.
    fn key_of(&self, rank: u32) -> u64 {
        self.connections.borrow().get(rank).expect("an open pair").key
    }
}

/// The work that failed, of an error that says nothing else.
fn work<T>(result: Result<T, Error>) -> WorkError {
    match result {
        Err(Error::Work(error)) => error,
        Err(error) => panic!("not an error of work: {error:?}"),
        Ok(_) => panic!("it succeeded"),
    }
}

/// The status of an atomic that may or may not have taken effect.
fn indeterminate<T>(result: Result<T, Error>) -> Status {
    match result {
        Err(Error::Indeterminate(error)) => error.status,
        Err(error) => panic!("not indeterminate: {error:?}"),
        Ok(_) => panic!("it succeeded"),
    }
}
