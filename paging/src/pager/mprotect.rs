//! SIGSEGV and `mprotect`, over a memfd that is mapped closed but for the pages that are open.
//!
//! Pages are filled by writing to the file, before anybody sees them: one system call for all that come together, which clears no
//! page that it fills, and needs no second mapping, with its faults. Where the system has no memory left, that is an error;
//! a store to a mapping would be a signal.

use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::ptr::NonNull;

use rustix::fs::{FallocateFlags, MemfdFlags, fallocate, ftruncate, memfd_create};
use rustix::io::Errno;
use rustix::mm::{Advice, MprotectFlags};

use super::Pager;
use crate::Access;
use crate::error::{Error, Refused, Unavailable};
use crate::mapping::{READ, READ_WRITE, Span};

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
}

impl Mprotect {
    pub(super) fn new(view: Span) -> Result<Mprotect, Error> {
        let system = |operation: &'static str| move |errno: Errno| Error::system(operation, errno);
        let file = file().map_err(system("memfd_create"))?;
        ftruncate(&file, view.len() as u64).map_err(system("giving a memfd its length"))?;
        view.replace_by_file(&file).map_err(system("mapping a memfd"))?;
        view.advise(Advice::LinuxDontFork).map_err(system("madvise"))?;
        Ok(Mprotect { file, view })
    }

    /// Fills absent pages.
    ///
    /// # Safety
    /// As for [`Pager::place`].
    unsafe fn fill(&self, at: usize, from: NonNull<u8>, len: usize) -> io::Result<()> {
        let mut done = 0;
        while done < len {
            // Not as a slice, because others may change these bytes; and not through libc's function, at which a thread may be cancelled.
            // SAFETY: the caller promises the source; the system reads it, and the file is this range's own.
            let written = unsafe {
                libc::syscall(
                    libc::SYS_pwrite64,
                    self.file.as_raw_fd(),
                    from.as_ptr().add(done),
                    len - done,
                    (at + done) as libc::off64_t,
                )
            };
            match written {
                1.. => done += written as usize,
                0 => return Err(io::ErrorKind::WriteZero.into()),
                _ => match io::Error::last_os_error() {
                    error if error.kind() == io::ErrorKind::Interrupted => {}
                    error => return Err(error),
                },
            }
        }
        Ok(())
    }

    /// Gives back what absent pages take. What stays is filled anew when they come again.
    fn punch(&self, at: usize, len: usize) {
        let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        let punch = || fallocate(&self.file, flags, at as u64, len as u64);
        let _ = rustix::io::retry_on_intr(punch);
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
        // SAFETY: the caller promises the source; the pages are absent, so nobody reads or writes them.
        if let Err(error) = unsafe { self.fill(at, from, len) } {
            self.punch(at, len);
            return Err(match error.raw_os_error() {
                Some(libc::ENOMEM | libc::ENOSPC) => {
                    Refused::new("there is no memory left for a page")
                }
                Some(libc::EFBIG) => Refused::new(
                    "the limit on the size of files (RLIMIT_FSIZE) has been lowered below the size of this memory",
                ),
                _ => Refused::new("the kernel refuses to fill a page (pwrite to a memfd)"),
            });
        }
        let protection = match access {
            Access::Read => READ,
            Access::Write => READ_WRITE,
        };
        // The first accesses find the pages in the file, several at a time: to have them all mapped now (MADV_POPULATE_READ) takes longer.
        self.view.change(at, len, protection, CLOSED).map_err(|errno| {
            self.punch(at, len);
            refused(errno)
        })
    }

    fn allow_writes(&self, at: usize, len: usize) -> Result<(), Refused> {
        self.view.change(at, len, READ_WRITE, READ).map_err(refused)
    }

    fn forbid_writes(&self, at: usize, len: usize) -> Result<(), Errno> {
        self.view.change(at, len, READ, READ_WRITE)
    }

    fn remove(&self, at: usize, len: usize) -> Result<(), Errno> {
        self.view.change(at, len, CLOSED, READ)?;
        self.punch(at, len);
        Ok(())
    }

    // The page comes again by a write to the file that allocates nothing, and is found by the processor where it was: no fault.
    fn close(&self, at: usize, len: usize) -> Result<(), Errno> {
        self.view.change(at, len, CLOSED, READ)
    }

    fn keeps(&self) -> bool {
        true
    }

    fn discard(&self, at: usize, len: usize) {
        self.punch(at, len);
    }

    fn restore(&self, at: usize, len: usize) -> Result<(), Errno> {
        self.view.put_file(at, len, self.file.as_fd(), at as u64, CLOSED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::Mapping;

    #[test]
    fn what_closed_pages_keep_is_used_again_and_given_back() {
        let page = rustix::param::page_size();
        let mapping = Mapping::reserve(4 * page, page, None).unwrap();
        let pager = Mprotect::new(*mapping).unwrap();
        let bytes = vec![7_u64; page / 2];
        let place = || {
            // SAFETY: so many bytes are there; nobody uses the mapping.
            let placed =
                unsafe { pager.place(0, NonNull::from(&bytes[0]).cast(), 4 * page, Access::Read) };
            placed.unwrap();
        };
        let taken = || {
            let units = rustix::fs::fstat(&pager.file).unwrap().st_blocks;
            units as usize * 512 / page
        };
        place();
        pager.close(0, 4 * page).unwrap();
        assert_eq!(taken(), 4);
        pager.discard(page, page);
        assert_eq!(taken(), 3);
        place();
        pager.remove(0, 2 * page).unwrap();
        assert_eq!(taken(), 2);
    }
}
