//! [`Interposed`]: the system, but for a test that says what other threads do when this one gives way.

use std::cell::RefCell;

use crate::primitives::{Primitives, StandIn, System, ThreadStates};

pub(super) enum Interposed {}

type Other = Box<dyn FnOnce()>;

thread_local! {
    /// How often this thread gives way before the other goes, and what it does then.
    static OTHER: RefCell<Option<(u32, Other)>> = const { RefCell::new(None) };
}

/// Has `other` happen when the calling thread gives way for the time `nth`, counted from 0 and from now.
pub(super) fn interpose(nth: u32, other: impl FnOnce() + 'static) {
    OTHER.set(Some((nth, Box::new(other))));
}

/// Whether what was to happen is still to come.
pub(super) fn is_waiting() -> bool {
    OTHER.take().is_some()
}

impl StandIn for Interposed {
    type Provider = <System as Primitives>::Provider;

    fn with_states<R>(_: impl FnOnce(&ThreadStates<Interposed>) -> R) -> Option<R> {
        None
    }

    fn give_way() {
        match OTHER.take() {
            Some((0, other)) => other(),
            Some((nth, other)) => OTHER.set(Some((nth - 1, other))),
            None => {}
        }
    }
}
