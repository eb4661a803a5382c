//! Memory whose page faults are served in the thread that faulted.
//!
//! A [`Paged`] range is plain memory. Its pages are absent at first; whoever touches one is stopped by the processor,
//! a signal handler of this crate asks the range's [`Source`] for the page, places it, and the access goes on. A
//! page that was only read is write-protected, so that the first write is told, too, and a *twin* of the page can be
//! kept. What the bytes mean, and where they come from, this crate does not know.
//!
//! ```text
//!   Paged      states of the pages, the way of a fault, sync points    (paged, state)
//!   Source     what the user of the crate brings: bytes, twins         (source)
//!   Pager      opens, protects and removes pages: userfaultfd, or mprotect   (pager)
//!   handler    SIGBUS and SIGSEGV: whose fault is it? If nobody's, the program's own handler   (handler)
//! ```
//!
//! # What runs in the handler
//!
//! [`Source::fetch`] and [`Source::twin`] run in a signal handler of a thread that may have been stopped anywhere: amid
//! an allocation, holding any lock. So they, and everything here that they come through, allocate nothing,
//! take no lock that a thread can hold outside of the handler, do not log and do not panic. All signals are blocked
//! meanwhile, so a handler is never interrupted by another one. The one thing that is waited for is a page that another thread
//! is busy with, and that thread waits for nothing that can be held by a thread which waits for it ([`Paged`]).
//!
//! # What cannot be served
//!
//! - A system call that is given an absent page fails with `EFAULT`, and so does one that is to write to a page that is open
//!   for reading alone. [`Paged::populate`] opens pages beforehand.
//! - A thread that has blocked `SIGBUS` (`SIGSEGV` with [`Mechanism::Mprotect`]) is killed by the kernel when it faults.
//! - A child made by `fork` does not inherit the memory.
//! - A program that sets a handler of its own for these signals later must pass on what it does not know.

mod copy;
mod error;
mod handler;
mod mapping;
mod paged;
mod pager;
mod signals;
mod source;
mod state;

pub use error::{Error, Refused, Unavailable};
pub use paged::{Layout, Paged};
pub use pager::Mechanism;
pub use source::{Arrival, Arrived, Source};
pub use state::State;

/// What a page is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading; a write faults.
    Read,
    /// Reading and writing.
    Write,
}
