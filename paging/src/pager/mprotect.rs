//! SIGSEGV and `mprotect`, over a memfd that is mapped twice: as the program sees it, closed but for the pages that are
//! open, and a second time, always open, through which pages are filled before anybody sees them.

use std::os::fd::{AsFd, OwnedFd};
use std::ptr::NonNull;

use rustix::fs::{FallocateFlags, MemfdFlags, fallocate, ftruncate, memfd_create};
use rustix::io::Errno;
use rustix::mm::{Advice, MprotectFlags};

use super::Pager;
use crate::Access;
use crate::copy::copy;
use crate::error::{Error, Refused, Unavailable};
use crate::mapping::{Mapping, READ, READ_WRITE, Span};

/// Absent pages must fault.
const CLOSED: MprotectFlags = MprotectFlags::empty();

fn file() -> Result<OwnedFd, Errno> {
    memfd_create("paged", MemfdFlags::CLOEXEC)
}

/// Whether all of it can be had here.
pub(super) fn check() -> Result<(), Unavailable> {
    file().map(drop).map_err(|errno| {
        Unavailable(format!("memfd_create failed: {errno}; a seccomp filter may forbid it"))
    })
}

pub(super) struct Mprotect {
    file: OwnedFd,
    view: Span,
    fill: Mapping,
    /// The kernel's.
    page: usize,
}

impl Mprotect {
    pub(super) fn new(view: Span) -> Result<Mprotect, Error> {
        let system = |operation: &'static str| move |errno: Errno| Error::system(operation, errno);
        let file = file().map_err(system("memfd_create"))?;
        ftruncate(&file, view.len() as u64).map_err(system("giving a memfd its length"))?;
        let fill = Mapping::of_file(&file, view.len()).map_err(system("mapping a memfd"))?;
        view.replace_by_file(&file).map_err(system("mapping a memfd a second time"))?;
        for mapping in [&*fill, &view] {
            mapping.advise(Advice::LinuxDontFork).map_err(system("madvise"))?;
        }
        Ok(Mprotect { file, view, fill, page: rustix::param::page_size() })
    }
}

fn refused(errno: Errno) -> Refused {
    match errno {
        Errno::NOMEM => Refused::new(
            "the process has as many mappings as it may (vm.max_map_count); raise that limit, use \
             larger pages, or a kernel with userfaultfd",
        ),
        _ => Refused::new("the kernel refuses to open a page (mprotect)"),
    }
}

impl Pager for Mprotect {
    unsafe fn place(
        &self,
        at: usize,
        from: NonNull<u8>,
        len: usize,
        access: Access,
    ) -> Result<(), Refused> {
        if len > self.page {
            // One call instead of a fault for each page. Kernels before 5.14 do not know it; then there are faults.
            let _ = self.fill.populate_to_write(at, len);
        }
        // SAFETY: the caller promises the source; the page is absent, so nobody reads or writes it, and handled by
        // this thread alone. Both are aligned to pages.
        unsafe { copy(from, self.fill.start().add(at), len) };
        let access = match access {
            Access::Read => READ,
            Access::Write => READ_WRITE,
        };
        self.view.change(at, len, access, CLOSED).map_err(refused)
    }

    fn allow_writes(&self, at: usize, len: usize) -> Result<(), Refused> {
        self.view.change(at, len, READ_WRITE, READ).map_err(refused)
    }

    fn forbid_writes(&self, at: usize, len: usize) -> Result<(), Errno> {
        self.view.change(at, len, READ, READ_WRITE)
    }

    fn remove(&self, at: usize, len: usize) -> Result<(), Errno> {
        self.view.change(at, len, CLOSED, READ)?;
        let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        let punch = || fallocate(&self.file, flags, at as u64, len as u64);
        // Memory that is not given back is filled anew when the page comes again.
        let _ = rustix::io::retry_on_intr(punch);
        Ok(())
    }

    fn restore(&self, at: usize, len: usize) -> Result<(), Errno> {
        self.view.put_file(at, len, self.file.as_fd(), at as u64, CLOSED)
    }
}
