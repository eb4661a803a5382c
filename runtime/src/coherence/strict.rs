//! `Strict`: linearizable (Herlihy and Wing 1990). Every read asks the home whether the node's copy is
//! current; data moves only when it is not. What is so short that it costs no more than asking is read each time, and
//! single reads keep no copy of it.
//!
//! A read keeps to logical time all the same, and renews leases that are over: that is what lets Strict and
//! Sequential objects be used together.

use super::cache::Copy;
use super::clock::Clock;
use super::consistency::Consistency;
use super::protocol::Rule;
use crate::primitives::Primitives;

/// See the module.
pub(crate) struct Strict;

impl Consistency for Strict {
    const RULE: Rule = Rule::Validated;

    #[inline]
    fn allows<P: Primitives>(_: &Clock<P>, _: &Copy) -> bool {
        false
    }
}
