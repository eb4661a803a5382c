//! What runs inside of faults.
//!
//! # Contract
//! A fault of a view is served in a signal handler, by a thread that may have been stopped anywhere: amid an allocation, with a lock
//! held, in another crate's unsafe code. So whatever is reached from [`Fetcher`]'s methods
//!
//! - allocates nothing and frees nothing: all tables are made with the view;
//! - takes no lock: what is shared are atomics, and what must be alone is taken by compare-and-swap;
//! - does not log, print or format; it refuses, with a static text and a number;
//! - does not panic: no index, `expect` or arithmetic that can fail;
//! - uses no thread-local state, whose first use may allocate;
//! - makes system calls only that keep no state in the C library: those of `paging` (`ioctl`, `mprotect`, `madvise`, `mmap`, `fallocate`, `pwrite`,
//!   `futex`), `sched_yield`, `nanosleep` and `clock_gettime` while it waits, and what the NIC's driver makes;
//! - waits for a context only while it has none, and for a page only while it holds none; contexts wait for their NIC alone;
//! - reaches the NIC by contexts ([`Contexts`](crate::endpoint::Contexts)), on their own stacks, and by nothing else.
//!
//! The same code serves `populate`, and pages that are opened by hand, in ordinary context. It also uses [`pages`](super::pages),
//! [`homes`](super::homes) but for moving, and [`Core`](super::shared::Core), which keep to this, too.
//!
//! | file | what |
//! | --- | --- |
//! | `source.rs` | [`Fetcher`]: what `paging` asks for |
//! | `fetch.rs` | pages by READs of a context |
//! | `ahead.rs`, `streams.rs`, `window.rs` | what to bring besides, what of it is on its way, and how much at most |
//! | `evict.rs`, `budget.rs` | room for others |
//! | `line.rs`, `ring.rs` | who goes first |
//! | `attempts.rs` | what evictions may have sent home, or not |

pub(super) mod ahead;
pub(super) mod attempts;
pub(super) mod budget;
mod evict;
mod fetch;
pub(super) mod line;
mod ring;
mod source;
pub(super) mod streams;
pub(super) mod window;

pub(super) use source::{Fetcher, READ_ONLY};
