//! Plain memory that is always open: nobody faults, and whoever accesses a page says so before
//! ([`populate`](crate::Paged::populate)).

use std::ptr::NonNull;

use rustix::io::Errno;
use rustix::mm::Advice;

use super::Pager;
use crate::Access;
use crate::copy::copy;
use crate::error::{Error, Refused};
use crate::mapping::{READ_WRITE, Span};

pub(super) struct ByHand {
    view: Span,
}

impl ByHand {
    pub(super) fn new(view: Span) -> Result<ByHand, Error> {
        view.advise(Advice::LinuxDontFork).map_err(|errno| Error::system("madvise", errno))?;
        view.protect(0, view.len(), READ_WRITE)
            .map_err(|errno| Error::system("mprotect", errno))?;
        Ok(ByHand { view })
    }
}

impl Pager for ByHand {
    unsafe fn place(
        &self,
        at: usize,
        from: NonNull<u8>,
        len: usize,
        _: Access,
    ) -> Result<(), Refused> {
        // SAFETY: the caller promises the source; the page is absent, so nobody accesses it who has asked before, and it is
        // handled by this thread alone. Both are aligned.
        unsafe { copy(from, self.view.start().add(at), len) };
        Ok(())
    }

    fn allow_writes(&self, _: usize, _: usize) -> Result<(), Refused> {
        Ok(())
    }

    fn forbid_writes(&self, _: usize, _: usize) -> Result<(), Errno> {
        Ok(())
    }

    /// Who accesses them without asking finds zeros.
    fn remove(&self, at: usize, len: usize) -> Result<(), Errno> {
        self.view.empty(at, len)
    }

    fn restore(&self, at: usize, len: usize) -> Result<(), Errno> {
        self.view.put_private(at, len)?.protect(0, len, READ_WRITE)
    }
}
