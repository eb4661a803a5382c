//! [`Sim`]: a simulated NIC, for tests: a deterministic model of what NICs may do, stricter than any of
//! them.
//!
//! A [`Network`] has machines with one NIC each. [`Network::open`] gives the provider of a process on one
//! of them, and everything above works as with any other provider. The network knows nothing of
//! threads: a [`Host`] runs them, is asked at each post and poll whether others go first, and moves the
//! network on, event by event. All that happens is a function of the calls made and of what [`Chance`]
//! answers: nothing depends on real time, on addresses of memory, or on the order of a hash map.
//!
//! | file | what |
//! | --- | --- |
//! | `network.rs` | the handle of the whole: lock, clock, faults on command |
//! | `nic.rs` | the provider, its queue pairs and completion queues |
//! | `state.rs` | the state behind the lock, and the heap of events |
//! | `pair.rs`, `machine.rs` | what a pair and a machine have |
//! | `initiator.rs` | posting, answers, sending again, failing, dying |
//! | `responder.rs`, `execute.rs` | a lane's turn; READs, WRITEs and atomics |
//! | `search.rs` | for exhaustive search: events that may come next, digests of states |
//! | `host.rs`, `settings.rs`, `event.rs` | what the outside gives, sets, and hears |
//!
//! # Lanes and events
//!
//! The requests of a pair go to the responder in a *lane*, in order; its answers come back in order.
//! Between lanes there is no order at all. Everything is an event of some pair:
//!
//! | event | what happens |
//! | --- | --- |
//! | begin | the request at the head of the lane arrives, is checked, and begins |
//! | place | a WRITE places one of its cache lines, in any order; the next request waits for the last |
//! | store | an atomic stores what it makes of what it loaded when it began; a compare that fails, the same |
//! | sample | a READ copies one of its cache lines, in any order, while the lane goes on |
//! | answer | the answer to the oldest request outstanding arrives, and it completes |
//! | resend | the initiator has waited for too long: it sends again, or gives up |
//!
//! So a READ sees all WRITEs and atomics before it on its pair, and perhaps later ones; aligned words
//! are never torn, but longer runs are. Between the load and the store of an atomic, only other atomics
//! of the same NIC wait; what a CPU or a WRITE stores there is lost ([`FaultCounts::lost_to_atomics`]).
//!
//! Events are due at times drawn by chance ([`Latency`]) and performed in that order by
//! [`Network::step`]; or in any order by a search, which asks for [`Network::pending`] and
//! [performs](Network::perform) one of them. Where the settings leave nothing open (a jitter of 0, say),
//! no chance is drawn, so a search has nothing to branch on.
//!
//! # Faults
//!
//! Some happen by themselves ([`Faults`]), others on command ([`Network::kill`], [`Network::cut`],
//! [`Network::fail_pair_of`]); each that really happened is counted ([`FaultCounts`]).
//!
//! - *Lost and sent again*: requests have numbers. The responder takes each once: one that arrives again
//!   is absorbed, an atomic's first answer replayed, a READ sampled again.
//! - *Given up*: the initiator that gets no answer sends again after 4.096 µs · 2^timeout, `retries`
//!   times. Then its request ends as `RetryExceeded`, with or without effect, and all behind it is
//!   flushed.
//! - *Late*: what is in flight when its initiator fails or dies may still arrive ([`Settings::late`]). How
//!   much of it, from the oldest request on, is drawn when the initiator fails.
//! - *Fenced*: once the responder's end has failed or is gone, nothing more of its peer is executed,
//!   not even the other lines of a WRITE that has begun.
//!
//! A refused request (wrong key, range, right) puts both ends in error state, as on a NIC.
//!
//! # In real time
//!
//! [`Network::in_real_time`] has no host: threads of the system share it, and whoever polls performs what
//! is due by the machine's clock. The conformance suite runs so.

mod card;
mod event;
mod execute;
mod host;
mod initiator;
mod lines;
mod machine;
mod network;
mod nic;
mod pair;
mod responder;
mod search;
mod settings;
mod slab;
mod state;

#[cfg(test)]
mod tests;

pub use event::{NicEvent, RequestId};
pub use host::{Chance, Host, Point};
pub use network::{Live, Network};
pub use nic::{Sim, SimCompletionQueue, SimQueuePair};
pub use search::{Pending, Step};
pub use settings::{FaultCounts, Faults, Latency, Settings};

/// Nanoseconds of virtual time.
pub type Nanos = u64;

/// The number of a machine of the simulated network, which has one NIC.
pub type Machine = u32;
