//! [`Consistency`]: what tells the models of cached blocks apart.

use super::cache::Copy;
use super::clock::Clock;
use super::protocol::Rule;
use crate::primitives::Primitives;

/// A consistency model of cached blocks. Writes are the same in all of them.
pub(crate) trait Consistency {
    /// How the protocol reads.
    const RULE: Rule;

    /// Whether a copy may be read without asking its home: the path of a hit.
    fn allows<P: Primitives>(clock: &Clock<P>, copy: &Copy) -> bool;
}
