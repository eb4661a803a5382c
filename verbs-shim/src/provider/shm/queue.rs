//! The completion queue: a ring that the queue pairs of its thread put completions into.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use crate::error::{Error, Status};
use crate::provider::{RawCompletion, RawCompletionQueue};

/// Completions that have not been polled. Its capacity is the depth of the completion queue, of
/// which each pair has reserved its own, so it never grows.
#[derive(Clone)]
pub(super) struct Ring(Rc<RefCell<VecDeque<RawCompletion>>>);

impl Ring {
    #[inline]
    pub(super) fn push(&self, id: u64, status: Status) {
        let mut ring = self.0.borrow_mut();
        debug_assert!(ring.len() < ring.capacity(), "a completion queue overruns");
        ring.push_back(RawCompletion { id, status });
    }
}

/// A completion queue of [`Shm`](super::Shm).
pub struct ShmCompletionQueue {
    pub(super) ring: Ring,
}

impl ShmCompletionQueue {
    pub(super) fn new(depth: u32) -> ShmCompletionQueue {
        let ring = VecDeque::with_capacity(depth as usize);
        ShmCompletionQueue { ring: Ring(Rc::new(RefCell::new(ring))) }
    }
}

impl RawCompletionQueue for ShmCompletionQueue {
    #[inline]
    fn poll(&mut self, into: &mut Vec<RawCompletion>) -> Result<(), Error> {
        let mut ring = self.ring.0.borrow_mut();
        while into.len() < into.capacity()
            && let Some(completion) = ring.pop_front()
        {
            into.push(completion);
        }
        Ok(())
    }

    #[inline]
    fn poll_one(&mut self) -> Option<RawCompletion> {
        self.ring.0.borrow_mut().pop_front()
    }

    /// What was posted has been executed.
    #[inline]
    fn patience(&self) -> u32 {
        1
    }
}
