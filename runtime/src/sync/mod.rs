//! Synchronization: what threads of all nodes meet at. Barriers and collectives are one-sided WRITEs; locks,
//! semaphores and atomics are built on the coherence protocol, and so part of the order that it keeps.
//!
//! | file | what |
//! | --- | --- |
//! | `layout.rs` | the words at the head of every arena that this layer owns |
//! | `sign.rs` | what a node of a barrier writes to another |
//! | `barrier.rs` | the dissemination barrier |
//! | `team.rs` | [`Barrier`]: the same among some nodes |
//! | `collective.rs` | reduction and broadcast along a binomial tree |
//! | `builder.rs` | [`ObjectBuilder`]: how the objects below are made |
//! | `lock.rs` | a lock as the threads of one node use it |
//! | `mutex.rs` | [`Mutex`] |
//! | `view_lock.rs` | [`ViewLock`]: a mutex without data |
//! | `poison.rs` | [`LockError`]: locks whose holder died or panicked |
//! | `rwlock/` | [`RwLock`] |
//! | `atomic/` | [`Atomic`] |
//! | `semaphore/` | [`Semaphore`] |
//! | `once.rs` | [`Once`] |
//! | `locals.rs` | what all handles of an object share within a node |

mod atomic;
mod barrier;
mod builder;
mod collective;
mod layout;
mod locals;
mod lock;
mod mutex;
mod once;
mod poison;
mod rwlock;
mod semaphore;
mod sign;
mod team;
#[cfg(test)]
mod tests;
mod view_lock;

pub use atomic::{Atomic, AtomicBits, AtomicInteger, AtomicValue};
pub use builder::ObjectBuilder;
pub(crate) use collective::MAX_VALUE;
pub(crate) use layout::RESERVED_BYTES;
pub(crate) use locals::Locals;
pub use mutex::{Mutex, MutexGuard};
pub use once::{Once, OnceState};
pub use poison::{LockError, Poisoned};
pub use rwlock::{RwLock, RwLockReadGuard, RwLockWriteGuard};
pub use semaphore::{Permits, Semaphore};
pub use team::Barrier;
pub use view_lock::ViewLock;
pub(crate) use view_lock::ViewLockGuard;

use std::sync::Arc;

use barrier::Everybody;

use crate::coherence::Clock;
pub use crate::coherence::protocol::Poison;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::primitives::{self, Primitives, Trap};
use crate::space::Segment;

/// A node's part in barriers and collectives. One of its threads at a time takes part; the others
/// wait their turn.
pub(crate) struct Sync<P: Primitives> {
    state: primitives::Mutex<State, P>,
    locals: Arc<Locals<P>>,
}

#[derive(Default)]
struct State {
    barriers: u64,
    collectives: u64,
    /// A failed one may have left words behind that the next would misread.
    broken: bool,
}

impl<P: Primitives> Sync<P> {
    pub(crate) fn new() -> Sync<P> {
        let state = primitives::Mutex::new(State::default());
        Sync { state, locals: Arc::new(Locals::new()) }
    }

    pub(crate) fn locals(&self) -> &Arc<Locals<P>> {
        &self.locals
    }

    /// See [`crate::Node::barrier`].
    pub(crate) fn barrier(&self, endpoint: &Endpoint<P>, clock: &Clock<P>) -> Result<(), Error> {
        self.take_part(endpoint, |state| {
            state.barriers += 1;
            let everybody = Everybody(endpoint);
            if P::falls_into(Trap::OrderAcrossPairs) {
                return barrier::pass(endpoint, clock, &everybody, state.barriers);
            }
            endpoint.quiet()?;
            barrier::pass(endpoint, clock, &everybody, state.barriers)?;
            // This node's own signs have arrived: another thread, on other queue pairs, may take part
            // in the next. They have most often, since others' have.
            endpoint.quiet()
        })
    }

    /// Combines `value` of every node, in the order of the ranks; all get the result.
    pub(crate) fn reduce(
        &self,
        endpoint: &Endpoint<P>,
        clock: &Clock<P>,
        value: &mut [u8],
        combine: impl FnMut(&mut [u8], &[u8]),
    ) -> Result<(), Error> {
        if value.len() > collective::MAX_BYTES {
            return Err(Error::ValueTooLarge { bytes: value.len(), max: MAX_VALUE });
        }
        self.take_part(endpoint, |state| {
            state.collectives += 1;
            collective::reduce(endpoint, clock, state.collectives, value, combine)?;
            endpoint.quiet()
        })
    }

    fn take_part(
        &self,
        endpoint: &Endpoint<P>,
        f: impl FnOnce(&mut State) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut state = self.state.lock();
        if state.broken {
            // It may have failed because of a death that had not been told yet.
            endpoint.health().check()?;
            return Err(Error::CollectiveBroken);
        }
        // Stays so when `f` panics too.
        state.broken = true;
        f(&mut state)?;
        state.broken = false;
        Ok(())
    }
}

/// Gives a hold of a segment back, after this thread's non-blocking work, of which some may be in it.
fn release<P: Primitives>(segment: &Segment<P>) -> Result<(), Error> {
    let endpoint = segment.endpoint();
    let finished = endpoint.quiet();
    endpoint.fence_all()?;
    segment.release()?;
    finished
}
