//! Memory whose page faults are served in the thread that faulted.
//!
//! A [`Paged`] range is plain memory. Its pages are absent at first; whoever touches one is stopped by the processor,
//! a signal handler of this crate asks the range's [`Source`] for the page, places it, and the access goes on. A
//! page that was only read is write-protected, so that the first write is told, too, and a *twin* of the page can be
//! kept. What the bytes mean, and where they come from, this crate does not know.
//!
//! ```text
//!   Paged      a range, and its sync points: populate, protect, inspect, remove      (paged)
//!   Pages      states of the pages, the way of a fault through them                  (pages, state)
//!   Source     what the user of the crate brings: bytes, twins                       (source)
//!   Own        pages that are mapped from a file: only the first write is told       (own)
//!   Pager      opens, protects and removes pages: userfaultfd, mprotect, by hand     (pager)
//!   handler    SIGBUS and SIGSEGV: whose fault is it? If nobody's, the program's own handler   (handler)
//!   tombs      where ranges were that have been dropped: closed for a while
//!   Joined     pieces of files side by side, always open                             (joined)
//! ```
//!
//! # What runs in the handler
//!
//! All of [`Source`] runs in a signal handler of a thread that may have been stopped anywhere: amid
//! an allocation, holding any lock. So it, and everything here that it comes through, allocate nothing,
//! take no lock that a thread can hold outside of the handler, do not log and do not panic. All signals are blocked
//! meanwhile, so a handler is never interrupted by another one. The one thing that is waited for is a page that another thread
//! is busy with, and that thread waits for nothing that can be held by a thread which waits for it ([`Paged`]).
//!
//! # What cannot be served
//!
//! - A system call that is given an absent page fails with `EFAULT`, and so does one that is to write to a page that is open
//!   for reading alone. [`Paged::populate`] opens pages beforehand.
//! - A thread that has blocked `SIGBUS` (`SIGSEGV` with [`Mechanism::Mprotect`], and for own pages) is killed by the kernel when it
//!   faults.
//! - A child made by `fork` does not inherit the memory, and cannot have ranges of its own.
//! - A program that sets a handler of its own for these signals later must pass on what it does not know.

mod copy;
mod error;
mod handler;
mod joined;
mod mapping;
mod own;
mod page;
mod paged;
mod pager;
mod pages;
mod signals;
mod source;
mod state;
mod tombs;

pub use error::{Error, Refused, Unavailable};
pub use joined::Joined;
pub use own::Own;
pub use page::Page;
pub use paged::{Layout, Paged};
pub use pager::Mechanism;
pub use signals::Blocked;
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
