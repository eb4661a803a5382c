//! The coherence protocol: what is done to a block at its home, step by step, by one-sided operations
//! alone. After Tardis (Yu and Devadas, PACT 2015): no list of sharers, no messages to readers, nothing
//! left behind by a reader that dies.
//!
//! It is written once, as straight-line code over an [`Agent`]: one thread of one node at one block. The
//! runtime's agent posts work requests; a search's agent lets every request of every thread happen in
//! every order. So what is searched exhaustively is what runs.
//!
//! | file | what | acts |
//! | --- | --- | --- |
//! | `lease.rs` | logical time, the lease word | no |
//! | `block.rs` | header, data, check | no |
//! | `agent.rs` | [`Agent`], its requests, how they fail | |
//! | `read.rs` | fetch, renew, validate | yes |
//! | `write.rs` | acquire, commit | yes |
//! | `recovery.rs` | what becomes of a block whose owner died | yes |
//! | `atomic.rs` | words that carry logical time | yes |
//! | `lock/` | locks with a queue, readers, fencing tokens | yes |
//!
//! # States of a block
//!
//! ```text
//!            acquire: CAS (0, v, δ) → (me, v, δ)
//!  unlocked ────────────────────────────────────▶ owned by a node ──its node died──▶ to be recovered
//!  (0, v, δ) ◀──────────────────────────────────── (me, v, δ)                          │   │   │
//!     │  ▲      commit: WRITE body of v+1, then                                        │   │   │
//!     │  │      CAS (me, v, δ) → (0, v+1, first)                                       │   │   │
//!     └──┘ ◀──────── body is v: unlocked as it was ────────────────────────────────────┘   │   │
//!    renew  ◀─────── body is v+1: rolled forward ──────────────────────────────────────────┘   │
//! (0, v, δ')         neither: poisoned, until somebody overwrites all of it ◀──────────────────┘
//! ```
//!
//! # Invariants
//!
//! 1. `wts` of a home block never falls, and rises with each committed write.
//! 2. The body changes only while the lease word names an owner, and only that owner changes it.
//! 3. While the word is (0, v, δ) the body is that of version v, and whole.
//! 4. Whoever reads version v does so at a logical time in `wts ..= wts + δ`, for some δ that the home's
//!    word had; the next write has a `wts` greater than that.
//! 5. A node's clock is not behind the `wts` of anything that its threads have read or written.

mod agent;
mod atomic;
mod block;
mod lease;
mod lock;
mod read;
mod recovery;
mod write;

pub use agent::{Agent, CachingAgent, Failed, Failure, Known, Request, Trouble};
pub use atomic::{AtomicOperation, AtomicOutcome, AtomicWords, atomic};
pub use block::{
    Body, CHECK, DATA, Flags, INFO, LEASE, Layout, MAX_BLOCK, MIN_BLOCK, WTS, lease as lease_of,
    word as word_of, wts as wts_of,
};
pub use lease::{Delta, Lease, LogicalTime, write_time};
pub use lock::{
    LockWords, Locked, Poison, Reading, hand_over, lock, lock_shared, next_in_turn, try_lock,
    try_lock_shared, unlock, unlock_shared,
};
pub use read::{Rule, WHOLE, read, read_whole, whole};
pub use recovery::{Verdict, judge};
pub use write::{Acquired, Held, acquire, commit, commit_and_keep, release};
