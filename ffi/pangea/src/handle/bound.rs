//! [`Bound`]: what only one thread may use.

use std::thread::{self, ThreadId};

use crate::failure::Failure;
use crate::status::pangea_status;

/// What only one thread may use.
pub struct Bound<T> {
    thread: ThreadId,
    value: T,
}

impl<T> Bound<T> {
    /// For the calling thread.
    pub fn new(value: T) -> Bound<T> {
        Bound { thread: thread::current().id(), value }
    }

    /// The value itself.
    pub(crate) fn into_value(self) -> T {
        self.value
    }

    /// The value, for that thread.
    ///
    /// # Errors
    /// For others.
    pub fn get(&self) -> Result<&T, Failure> {
        if self.thread == thread::current().id() {
            return Ok(&self.value);
        }
        let message = "this handle belongs to another thread: locks, transfers and batches stay on the thread that got them";
        Err(Failure::new(pangea_status::WrongThread, message))
    }
}
