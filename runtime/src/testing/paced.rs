//! [`Paced`]: the system's threads and wires, with the faulty provider and with clocks that advance by
//! waiting only.
//!
//! So a test can say exactly how long the runtime has waited, however slow the machine is, and a
//! time limit of the runtime costs a test no time.

use std::cell::Cell;
use std::time::Duration;

use super::faulty::Faulty;
use crate::primitives::{Primitives, StandIn, System, ThreadStates, Trap};

/// How far each moment of waiting takes the clock of a thread.
const MOMENT: Duration = Duration::from_millis(1);

pub(crate) enum Paced {}

thread_local! {
    static STATES: ThreadStates<Paced> = const { ThreadStates::new() };
    static CLOCK: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    static TRAP: Cell<Option<Trap>> = const { Cell::new(None) };
}

fn advance(by: Duration) {
    CLOCK.set(CLOCK.get() + by);
}

impl Paced {
    /// From now on what the calling thread does falls into `trap`.
    pub(crate) fn open_trap(trap: Trap) {
        TRAP.set(Some(trap));
    }
}

impl StandIn for Paced {
    type Provider = Faulty;

    fn with_states<R>(f: impl FnOnce(&ThreadStates<Paced>) -> R) -> Option<R> {
        STATES.try_with(f).ok()
    }

    fn now() -> Duration {
        CLOCK.get()
    }

    fn sleep(duration: Duration) {
        advance(duration);
        System::sleep(duration);
    }

    fn relax(_attempt: u32) {
        advance(MOMENT);
        std::thread::yield_now();
    }

    fn is_to_wait(limit: Option<Duration>) {
        advance(limit.unwrap_or_default());
    }

    fn falls_into(trap: Trap) -> bool {
        TRAP.get() == Some(trap)
    }
}
