//! The completion queue: a ring that the queue pairs of its thread put completions into, and what else they share.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::atomic::{Ordering, fence};

use crate::error::Status;
use crate::provider::{RawCompletion, RawCompletionQueue, Refusal};

#[derive(Clone)]
pub(super) struct Ring(Rc<Shared>);

struct Shared {
    /// A WRITE has been executed that others may not see yet, through whatever pair: a later READ through any of
    /// them waits for that.
    unfenced: Cell<bool>,
    /// Completions that have not been polled. Its capacity is the depth of the completion queue, of
    /// which each pair has reserved its own, so it never grows.
    completions: RefCell<VecDeque<RawCompletion>>,
}

impl Ring {
    /// Notes a WRITE that others may not see yet.
    #[inline(always)]
    pub(super) fn note_write(&self) {
        self.0.unfenced.set(true);
    }

    /// Makes earlier WRITEs visible to all, if there were any.
    #[inline(always)]
    pub(super) fn settle_writes(&self) {
        if self.0.unfenced.get() {
            fence(Ordering::SeqCst);
            self.0.unfenced.set(false);
        }
    }

    /// Whether there are WRITEs that others may not see yet.
    #[cfg(test)]
    pub(super) fn is_unfenced(&self) -> bool {
        self.0.unfenced.get()
    }

    /// As [`Ring::settle_writes`], before an atomic: a locked instruction of x86-64 is a full fence itself.
    #[inline(always)]
    pub(super) fn settle_writes_before_atomic(&self) {
        if cfg!(target_arch = "x86_64") {
            self.0.unfenced.set(false);
        } else {
            self.settle_writes();
        }
    }

    #[inline]
    pub(super) fn push(&self, id: u64, status: Status) {
        let mut ring = self.0.completions.borrow_mut();
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
        let completions = RefCell::new(VecDeque::with_capacity(depth as usize));
        let shared = Shared { unfenced: Cell::new(false), completions };
        ShmCompletionQueue { ring: Ring(Rc::new(shared)) }
    }
}

impl RawCompletionQueue for ShmCompletionQueue {
    #[inline]
    fn poll(&mut self, into: &mut Vec<RawCompletion>) -> Result<(), Refusal> {
        let mut ring = self.ring.0.completions.borrow_mut();
        while into.len() < into.capacity()
            && let Some(completion) = ring.pop_front()
        {
            into.push(completion);
        }
        Ok(())
    }

    #[inline]
    fn poll_one(&mut self) -> Option<RawCompletion> {
        self.ring.0.completions.borrow_mut().pop_front()
    }

    /// What was posted has been executed.
    #[inline]
    fn patience(&self) -> u32 {
        1
    }
}
