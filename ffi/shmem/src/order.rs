//! Order and completion.
//!
//! In place nothing is ever under way, so these are fences of the CPU. Over a NIC a queue pair keeps order, and what a
//! thread has under way it completes itself; see `contexts::Target::may_wait` for what other threads have.

use std::sync::atomic::{Ordering, fence as cpu_fence};

use crate::error::{Problem, ending};
use crate::state::{State, state};
use crate::types::Context;
use crate::ways;

/// Orders puts and atomics to each PE.
pub(crate) unsafe fn fence(name: &'static str, context: Context) {
    cpu_fence(Ordering::AcqRel);
    if !(context == Context::DEFAULT && ways::are_open()) {
        ending(name, || {
            let state = state()?;
            // An invalid context has nothing to be ordered.
            if context != Context::INVALID {
                context.check()?;
                state.symmetric.fence();
            }
            Ok(())
        });
    }
}

/// Completes puts, atomics and what does not wait.
pub(crate) unsafe fn quiet(name: &'static str, context: Context) {
    cpu_fence(Ordering::SeqCst);
    if !(context == Context::DEFAULT && ways::are_open()) {
        ending(name, || {
            let state = state()?;
            if context != Context::INVALID {
                context.check()?;
                complete(state)?;
            }
            Ok(())
        });
    }
}

/// Completes all that this thread has under way.
pub(crate) fn complete(state: &State) -> Result<(), Problem> {
    cpu_fence(Ordering::SeqCst);
    if state.symmetric.in_place() { Ok(()) } else { Ok(state.symmetric.quiet()?) }
}
