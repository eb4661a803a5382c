//! `Sequential`: there is one order of all operations of the job that every node's threads agree with
//! (Lamport 1979), and it is the order of logical time. A copy may be read without a word with its home
//! until its lease is over.
//!
//! A node that only reads sees every value in the end, and soon: a copy that was not found to be current for
//! a while is validated before its next use (`clock.rs`).

use super::cache::Copy;
use super::clock::Clock;
use super::consistency::Consistency;
use super::protocol::Rule;
use crate::primitives::Primitives;

/// See the module.
pub(crate) struct Sequential;

impl Consistency for Sequential {
    const RULE: Rule = Rule::Leased;

    #[inline]
    fn allows<P: Primitives>(clock: &Clock<P>, copy: &Copy) -> bool {
        clock.now().0 <= copy.rts() && copy.is_fresh(clock.floor())
    }
}
