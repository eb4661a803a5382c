//! Reads and writes of coherent values whose home is rank 1. Each row is what its name says: the requests that
//! it took are counted, and if they do not fit there is an error in its place.
//!
//! | file | tests |
//! | --- | --- |
//! | `repeated.rs` | those that do the same again and again |
//! | `rounds.rs` | those for which something has to happen before each operation |

mod repeated;
mod rounds;
#[cfg(test)]
mod tests;

pub(crate) use repeated::REPEATED;
pub(crate) use rounds::ROUNDS;

/// The group.
const GROUP: &str = "coherent";

/// The node that all of it is on.
const HOME: usize = 1;

/// A value that is larger than what is read in one go.
const LARGE: usize = 4000;
