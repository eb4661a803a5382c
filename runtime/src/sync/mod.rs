//! Synchronization by one-sided WRITEs: the barrier, and collectives on small values.
//!
//! | file | what |
//! | --- | --- |
//! | `layout.rs` | the words at the head of every arena that this layer owns |
//! | `barrier.rs` | the dissemination barrier |
//! | `collective.rs` | reduction and broadcast along a binomial tree |

mod barrier;
mod collective;
mod layout;
#[cfg(test)]
mod tests;

pub(crate) use collective::MAX_VALUE;
pub(crate) use layout::RESERVED_BYTES;

use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::primitives::{Mutex, Primitives, Trap};

/// A node's part in barriers and collectives. One of its threads at a time takes part; the others
/// wait their turn.
pub(crate) struct Sync<P: Primitives> {
    state: Mutex<State, P>,
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
        Sync { state: Mutex::new(State::default()) }
    }

    /// See [`crate::Node::barrier`].
    pub(crate) fn barrier(&self, endpoint: &Endpoint<P>) -> Result<(), Error> {
        self.take_part(endpoint, |state| {
            state.barriers += 1;
            if P::falls_into(Trap::OrderAcrossPairs) {
                return barrier::barrier(endpoint, state.barriers);
            }
            endpoint.quiet()?;
            barrier::barrier(endpoint, state.barriers)?;
            // This node's own signs have arrived: another thread, on other queue pairs, may take part
            // in the next. They have most often, since others' have.
            endpoint.quiet()
        })
    }

    /// Combines `value` of every node, in the order of the ranks; all get the result.
    pub(crate) fn reduce(
        &self,
        endpoint: &Endpoint<P>,
        value: &mut [u8],
        combine: impl FnMut(&mut [u8], &[u8]),
    ) -> Result<(), Error> {
        if value.len() > collective::MAX_BYTES {
            return Err(Error::ValueTooLarge { bytes: value.len(), max: MAX_VALUE });
        }
        self.take_part(endpoint, |state| {
            state.collectives += 1;
            collective::reduce(endpoint, state.collectives, value, combine)?;
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
