//! Coroutines: stacks that are switched by hand, all on one OS thread.
//!
//! A [`Coroutine`] runs when it is resumed, until it calls [`suspend`], from however deep in its
//! stack, or ends. The stack is 256 KiB of addresses, of which only what is touched costs memory; it
//! is used again by later coroutines of the same OS thread.
//!
//! A coroutine that is to end early is not torn down from outside: whoever calls [`suspend`] looks
//! afterwards whether it is to unwind, and does so by itself. One that is dropped all the same while
//! it is suspended is leaked with all that is on its stack.
//!
//! The yielder of the running coroutine is in a thread-local. [`suspend`] takes it from there and puts
//! it back when it goes on, so nothing has to be kept for each coroutine. This is the only file of the
//! crate with `unsafe` in it.

use std::cell::{Cell, RefCell};
use std::io;
use std::ptr;

use corosensei::stack::DefaultStack;
use corosensei::{CoroutineResult, Yielder};

/// Bytes of a stack. The deepest use, joining in a build without optimization, takes about a third.
const STACK_BYTES: usize = 256 << 10;

/// Stacks that are kept for later on each OS thread, at most.
const POOLED: usize = 16 << 10;

thread_local! {
    /// The yielder of the coroutine that runs; null while none does.
    static RUNNING: Cell<*const Yielder<(), ()>> = const { Cell::new(ptr::null()) };
    static POOL: RefCell<Vec<DefaultStack>> = const { RefCell::new(Vec::new()) };
}

/// A function with a stack of its own. It must not leave the OS thread it was made on (it cannot: it
/// is not `Send`).
pub(crate) struct Coroutine {
    inner: Option<corosensei::Coroutine<(), (), (), DefaultStack>>,
}

impl Coroutine {
    /// One that will run `body`, which must not panic.
    ///
    /// # Errors
    /// When the system has no memory for a stack.
    pub(crate) fn new(body: impl FnOnce() + 'static) -> io::Result<Coroutine> {
        let pooled = POOL.with(|pool| pool.borrow_mut().pop());
        let stack = match pooled {
            Some(stack) => stack,
            None => DefaultStack::new(STACK_BYTES)?,
        };
        let inner = corosensei::Coroutine::with_stack(stack, |yielder: &Yielder<(), ()>, ()| {
            RUNNING.set(yielder);
            body();
        });
        Ok(Coroutine { inner: Some(inner) })
    }

    /// Runs it until it suspends itself (false) or ends (true).
    ///
    /// # Panics
    /// When it has ended before.
    pub(crate) fn resume(&mut self) -> bool {
        let inner = self.inner.as_mut().expect("a coroutine that has ended is not resumed");
        let outer = RUNNING.get();
        let result = inner.resume(());
        RUNNING.set(outer);
        match result {
            CoroutineResult::Yield(()) => false,
            CoroutineResult::Return(()) => {
                self.recycle();
                true
            }
        }
    }

    fn recycle(&mut self) {
        let Some(inner) = self.inner.take() else { return };
        let stack = inner.into_stack();
        POOL.with(|pool| {
            let mut pool = pool.borrow_mut();
            if pool.len() < POOLED {
                pool.push(stack);
            }
        });
    }
}

impl Drop for Coroutine {
    fn drop(&mut self) {
        if let Some(inner) = self.inner.take()
            && inner.started()
            && !inner.done()
        {
            // Its drop would unwind it from outside, at a moment that nobody chose.
            std::mem::forget(inner);
        }
    }
}

/// Whether a coroutine runs.
#[cfg(test)]
fn is_running() -> bool {
    !RUNNING.get().is_null()
}

/// Gives control back to whoever resumed the running coroutine, until it is resumed again.
///
/// # Panics
/// When no coroutine runs.
pub(crate) fn suspend() {
    let yielder = RUNNING.get();
    assert!(!yielder.is_null(), "only a coroutine can suspend itself");
    // SAFETY: `RUNNING` is set when a coroutine begins, restored when `resume` comes back and when
    // this function goes on, so it names the yielder of the coroutine on whose stack we are. That
    // yielder lives in the coroutine's first frame, below ours, for as long as the body runs.
    unsafe { (*yielder).suspend(()) };
    RUNNING.set(yielder);
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;

    fn deep(levels: u32, log: &RefCell<Vec<u32>>) {
        if levels > 0 {
            deep(levels - 1, log);
        } else {
            log.borrow_mut().push(1);
            suspend();
            log.borrow_mut().push(3);
        }
    }

    #[test]
    fn suspends_from_deep_inside_and_goes_on_there() {
        let log = Rc::new(RefCell::new(Vec::new()));
        let inner = Rc::clone(&log);
        let mut coroutine = Coroutine::new(move || deep(20, &inner)).expect("has a stack");
        assert!(!is_running());
        assert!(!coroutine.resume());
        assert!(!is_running());
        log.borrow_mut().push(2);
        assert!(coroutine.resume());
        assert_eq!(*log.borrow(), [1, 2, 3]);
    }

    #[test]
    fn coroutines_may_resume_each_other() {
        let log = Rc::new(RefCell::new(Vec::new()));
        let (outer_log, inner_log) = (Rc::clone(&log), Rc::clone(&log));
        let mut outer = Coroutine::new(move || {
            let mut inner = Coroutine::new(move || {
                inner_log.borrow_mut().push("inner");
                suspend();
            })
            .expect("has a stack");
            assert!(!inner.resume());
            outer_log.borrow_mut().push("outer");
            suspend();
            assert!(inner.resume());
        })
        .expect("has a stack");
        assert!(!outer.resume());
        assert!(outer.resume());
        assert_eq!(*log.borrow(), ["inner", "outer"]);
    }

    #[test]
    fn a_panic_is_caught_inside() {
        let mut coroutine = Coroutine::new(|| {
            let caught = std::panic::catch_unwind(|| std::panic::resume_unwind(Box::new(5_u32)));
            assert_eq!(caught.expect_err("panicked").downcast_ref(), Some(&5_u32));
            suspend();
        })
        .expect("has a stack");
        assert!(!coroutine.resume());
        assert!(!std::thread::panicking());
        assert!(coroutine.resume());
    }

    #[test]
    fn stacks_are_used_again_and_unused_closures_dropped() {
        for _ in 0..3 {
            let mut coroutine = Coroutine::new(|| {}).expect("has a stack");
            assert!(coroutine.resume());
        }
        assert_eq!(POOL.with(|pool| pool.borrow().len()), 1);
        let held = Rc::new(());
        let inner = Rc::clone(&held);
        drop(Coroutine::new(move || drop(inner)).expect("has a stack"));
        assert_eq!(Rc::strong_count(&held), 1);
    }
}
