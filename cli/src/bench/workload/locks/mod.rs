//! Locks, atomics and semaphores whose home is rank 1.
//!
//! | file | tests |
//! | --- | --- |
//! | `alone.rs` | what nobody else uses, with the requests that it takes counted |
//! | `contended.rs` | a mutex that all threads of all nodes want |
//! | `handover.rs` | a mutex that goes from one node to another and back |

mod alone;
mod contended;
mod handover;
#[cfg(test)]
mod tests;

pub(crate) use alone::ALONE;
pub(crate) use contended::Contended;
pub(crate) use handover::Handover;

/// The group.
const GROUP: &str = "locks";

/// The node that all of it is on.
const HOME: usize = 1;

/// Bytes that one of these takes at most.
const BYTES: u64 = 64 << 10;
