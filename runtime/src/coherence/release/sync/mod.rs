//! Sync points: what goes home at a release, and what is dropped at an acquire.
//!
//! They run in ordinary context, with the queue pairs of their thread, and may allocate, log and wait for locks; one at a time for each
//! view. A sync point holds a page only while it looks at it, and while it does all signals are blocked ([`paging`]).
//!
//! | file | what |
//! | --- | --- |
//! | `send.rs` | what goes home |
//! | `acquire.rs` | what is dropped |
//! | `outbox.rs` | what is to go to one home |
//! | `pace.rs` | how much of it is tried at once |
//! | `patience.rs` | how long what was lost is tried again |

mod acquire;
mod outbox;
mod pace;
mod patience;
mod send;

pub(super) use outbox::{Answer, Outbox};
pub(super) use pace::{do_steps, read_rows};
pub(super) use patience::{OUT_OF_REACH, Patience};

use std::ops::Range;

use super::races::Written;

/// What sync points need, one at a time.
pub(crate) struct SyncState {
    /// The number of the next release.
    pub(crate) number: u32,
    /// By home, as counted in [`Counters`](super::pages::counters::Counters).
    pub(crate) outboxes: Vec<Outbox>,
    /// The node's own pages that were written, by their numbers in its part.
    pub(crate) own: Vec<u64>,
    /// Answers of the homes whose counters were raised, since somebody asked for them.
    pub(crate) answers: Vec<Answer>,
    /// Bytes of the view in which this node is alone during this release.
    pub(crate) alone: Vec<Range<usize>>,
    /// Room for a page.
    pub(crate) scratch: Vec<u8>,
    /// Pages to work on.
    pub(crate) list: Vec<usize>,
    /// What was changed since races were last looked for.
    pub(crate) written: Vec<Written>,
}
