//! [`Paced`]: real threads, on the faulty provider, whose clocks advance by waiting only.
//!
//! So a test can say exactly how long the runtime has waited, however slow the machine is, and a
//! time limit of the runtime costs a test no time.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use super::faulty::Faulty;
use crate::endpoint::{Endpoint, Thread};
use crate::error::Error;
use crate::primitives::Primitives;

/// How far each moment of waiting takes the clock of a thread.
const MOMENT: Duration = Duration::from_millis(1);

pub(crate) enum Paced {}

thread_local! {
    static THREADS: RefCell<Vec<Rc<Thread<Paced>>>> = const { RefCell::new(Vec::new()) };
    static CLOCK: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

fn known(endpoint: &Endpoint<Paced>) -> Option<Rc<Thread<Paced>>> {
    let mine = |thread: &&Rc<Thread<Paced>>| thread.endpoint() == endpoint.number();
    THREADS.with(|threads| threads.borrow().iter().find(mine).map(Rc::clone))
}

impl Primitives for Paced {
    type Provider = Faulty;

    fn with_thread<R>(
        endpoint: &Endpoint<Paced>,
        f: impl FnOnce(&Rc<Thread<Paced>>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        if let Some(thread) = known(endpoint) {
            return f(&thread);
        }
        let thread = Rc::new(Thread::new(endpoint)?);
        THREADS.with(|threads| threads.borrow_mut().push(Rc::clone(&thread)));
        f(&thread)
    }

    fn with_known_thread(
        endpoint: &Endpoint<Paced>,
        f: impl FnOnce(&Thread<Paced>) -> bool,
    ) -> bool {
        known(endpoint).is_some_and(|thread| f(&thread))
    }

    fn forget_thread(endpoint: u64) {
        // The thread may itself be ending, and its list be gone.
        let _ = THREADS.try_with(|threads| {
            threads.borrow_mut().retain(|thread| thread.endpoint() != endpoint);
        });
    }

    fn now() -> Duration {
        CLOCK.get()
    }

    fn relax(_attempt: u32) {
        CLOCK.set(CLOCK.get() + MOMENT);
        std::thread::yield_now();
    }
}
