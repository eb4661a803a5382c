//! What a thread owns of each endpoint that it uses.
//!
//! In a child of `fork` the thread that forked has a copy of them. What they stand for, queue pairs of the NIC and memory
//! that is shared with peers, is the parent's, so there they are forgotten and never ended.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use super::Primitives;
use crate::endpoint::{Endpoint, Thread};
use crate::error::Error;

/// The states of one thread: its queue pairs and staging memory, for each endpoint it uses.
pub struct ThreadStates<P: Primitives>(RefCell<Vec<Rc<Thread<P>>>>);

impl<P: Primitives> ThreadStates<P> {
    /// Those of a thread that has not used any endpoint.
    pub const fn new() -> ThreadStates<P> {
        ThreadStates(RefCell::new(Vec::new()))
    }

    #[inline]
    fn find(&self, endpoint: u64) -> Option<Rc<Thread<P>>> {
        let states = self.0.borrow();
        states.iter().find(|state| state.endpoint() == endpoint).map(Rc::clone)
    }

    fn add(&self, state: &Rc<Thread<P>>) {
        self.end(|state| !state.is_current());
        self.0.borrow_mut().push(Rc::clone(state));
    }

    /// Ends the state for the endpoint of that number.
    pub(crate) fn forget(&self, endpoint: u64) {
        self.end(|state| state.endpoint() == endpoint);
    }

    fn end(&self, is_over: impl Fn(&Thread<P>) -> bool) {
        // They go when the list is free again: the end of a state may take a while.
        let ended = self.0.borrow_mut().extract_if(.., |state| is_over(state)).collect();
        end_all(ended, P::process());
    }

    /// Ends all of them, as a thread does that ends: each first sees its work done.
    pub fn clear(&self) {
        self.clear_in(P::process());
    }

    /// As [`ThreadStates::clear`], in the process of that number.
    pub(crate) fn clear_in(&self, process: u32) {
        end_all(std::mem::take(&mut *self.0.borrow_mut()), process);
    }
}

/// Ends those of a process.
fn end_all<P: Primitives>(states: Vec<Rc<Thread<P>>>, process: u32) {
    for state in states {
        if state.process() == process { drop(state) } else { std::mem::forget(state) }
    }
}

impl<P: Primitives> Drop for ThreadStates<P> {
    fn drop(&mut self) {
        self.clear();
    }
}

impl<P: Primitives> Default for ThreadStates<P> {
    fn default() -> Self {
        ThreadStates::new()
    }
}

impl<P: Primitives> fmt::Debug for ThreadStates<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.try_borrow().map(|states| states.len()).ok();
        f.debug_struct("ThreadStates").field("count", &count).finish()
    }
}

/// Calls `f` with the calling thread's own state for `endpoint`, made on first use.
#[inline]
pub(crate) fn with_thread<P: Primitives, R>(
    endpoint: &Endpoint<P>,
    f: impl FnOnce(&Rc<Thread<P>>) -> Result<R, Error>,
) -> Result<R, Error> {
    if let Some(Some(state)) = P::with_states(|states| states.find(endpoint.number())) {
        state.show_windows();
        return f(&state);
    }
    let state = Rc::new(Thread::new(endpoint)?);
    // A thread whose states are gone already is ending, and this is one of the last things it does
    // (a node in a `thread_local!`): then the state serves this once.
    let _ = P::with_states(|states| states.add(&state));
    f(&state)
}

/// Calls `f` with the calling thread's own state for `endpoint` if there is one; false otherwise. The
/// path to what a provider executes in place.
#[inline]
pub(crate) fn with_known_thread<P: Primitives>(
    endpoint: &Endpoint<P>,
    f: impl FnOnce(&Thread<P>) -> bool,
) -> bool {
    let done = P::with_states(|states| {
        let states = states.0.borrow();
        match states.iter().find(|state| state.endpoint() == endpoint.number()) {
            Some(state) => f(state),
            None => false,
        }
    });
    done.unwrap_or(false)
}
