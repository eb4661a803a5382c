//! [`Pager`]: what opens, protects and removes pages. One file for each mechanism; the default choice is
//! [`Mechanism::recommended`].

mod by_hand;
mod mprotect;
mod userfaultfd;

use std::fmt;
use std::ptr::NonNull;

use rustix::io::Errno;

use crate::Access;
use crate::error::{Error, Refused, Unavailable};
use crate::mapping::Span;
use crate::state::Waiting;

/// How faults reach the faulting thread, and pages are opened.
#[derive(Clone, Copy, Debug)]
pub enum Mechanism {
    /// `userfaultfd` with its feature `SIGBUS`: one system call places a page, whole and write-protected, and
    /// mappings are never split. For threads in user mode alone, so no privilege is needed.
    Userfaultfd,
    /// `SIGSEGV` and `mprotect`: on any Linux. Pages are filled through a second mapping. Each page that is
    /// not open as its neighbors are makes a mapping more, of which a process can have some 65,000.
    Mprotect,
    /// No faults: the memory is always open, and every access is announced by [`populate`](crate::Paged::populate). For simulators.
    /// No handler is installed, no signal blocked, and own pages are open, too.
    ByHand {
        /// Lets others go on while a page is waited for; with the number of calls before in this wait.
        relax: fn(u32),
    },
}

impl Mechanism {
    /// Those that serve faults, the better ones first.
    pub const ALL: [Mechanism; 2] = [Mechanism::Userfaultfd, Mechanism::Mprotect];

    /// The best that this machine has.
    pub fn recommended() -> Mechanism {
        match Mechanism::Userfaultfd.check() {
            Ok(()) => Mechanism::Userfaultfd,
            Err(_) => Mechanism::Mprotect,
        }
    }

    /// Whether this machine has what it needs, by trying.
    ///
    /// # Errors
    /// What is missing, and the mend.
    pub fn check(self) -> Result<(), Unavailable> {
        match self {
            Mechanism::Userfaultfd => userfaultfd::check(),
            Mechanism::Mprotect => mprotect::check(),
            Mechanism::ByHand { .. } => Ok(()),
        }
    }

    /// The signal that tells a thread of its fault.
    pub(crate) fn signal(self) -> Option<libc::c_int> {
        match self {
            Mechanism::Userfaultfd => Some(libc::SIGBUS),
            Mechanism::Mprotect => Some(libc::SIGSEGV),
            Mechanism::ByHand { .. } => None,
        }
    }

    pub(crate) fn waiting(self) -> Waiting {
        match self {
            Mechanism::ByHand { relax } => Waiting::Relax(relax),
            _ => Waiting::Futex,
        }
    }

    /// A pager over `len` bytes of such addresses, all absent.
    pub(crate) fn pager(self, view: Span) -> Result<Box<dyn Pager>, Error> {
        Ok(match self {
            Mechanism::Userfaultfd => Box::new(userfaultfd::Userfaultfd::new(view)?),
            Mechanism::Mprotect => Box::new(mprotect::Mprotect::new(view)?),
            Mechanism::ByHand { .. } => Box::new(by_hand::ByHand::new(view)?),
        })
    }
}

/// Those by hand are all alike.
impl PartialEq for Mechanism {
    fn eq(&self, other: &Mechanism) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

impl Eq for Mechanism {}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Mechanism::Userfaultfd => "userfaultfd",
            Mechanism::Mprotect => "mprotect",
            Mechanism::ByHand { .. } => "hand",
        })
    }
}

/// Pages of one range. Offsets and lengths are in bytes, multiples of the range's page size, and inside of it.
///
/// Each page is handled by one thread at a time; that is for the caller to see to. `place` and `allow_writes` run in a
/// signal handler: they make system calls, and copy.
pub(crate) trait Pager: Send + Sync {
    /// Opens absent pages with a copy of these bytes. No thread sees one half filled. If this fails, all are absent still.
    ///
    /// # Safety
    /// `len` bytes can be read from `from` on, which is aligned to 8. (Others may change them meanwhile.)
    unsafe fn place(
        &self,
        at: usize,
        from: NonNull<u8>,
        len: usize,
        access: Access,
    ) -> Result<(), Refused>;

    /// Opens a page that is there for writing, too.
    fn allow_writes(&self, at: usize, len: usize) -> Result<(), Refused>;

    /// Closes pages for writing. When this returns, no thread writes to them any more.
    fn forbid_writes(&self, at: usize, len: usize) -> Result<(), Errno>;

    /// Makes clean pages absent, and gives back their memory. If this fails, some may be gone; a single page is there still.
    fn remove(&self, at: usize, len: usize) -> Result<(), Errno>;

    /// Makes clean pages absent that are likely to come again. What they take may be kept for that, until `discard`.
    fn close(&self, at: usize, len: usize) -> Result<(), Errno> {
        self.remove(at, len)
    }

    /// Whether `close` keeps what pages take.
    fn keeps(&self) -> bool {
        false
    }

    /// Gives back what absent pages have kept.
    fn discard(&self, _at: usize, _len: usize) {}

    /// Puts absent pages where part of a file was mapped, which nobody uses now.
    fn restore(&self, at: usize, len: usize) -> Result<(), Errno>;
}
