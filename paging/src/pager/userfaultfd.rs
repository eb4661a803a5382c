//! `userfaultfd` with SIGBUS, over private anonymous memory.
//!
//! Anonymous, because write protection of such memory came first (Linux 5.7; of shared memory with 5.19, and placing
//! a page of it write-protected through a second mapping with 6.4), because a page is removed by `MADV_DONTNEED` alone, and
//! because `UFFDIO_COPY` takes the bytes from wherever they are: from registered memory that a NIC has written, or from the
//! home's own. It fills a page that nobody sees yet, so there is no second mapping.
//!
//! `UFFDIO_ZEROPAGE` is not used: it cannot protect what it places, so the first write would not be told.

use std::os::fd::OwnedFd;
use std::ptr::NonNull;
use std::sync::OnceLock;

use rustix::io::Errno;
use rustix::ioctl::{Opcode, Updater, ioctl, opcode};
use rustix::mm::{Advice, UserfaultfdFlags, userfaultfd};

use super::Pager;
use crate::Access;
use crate::error::{Error, Refused, Unavailable};
use crate::mapping::{Mapping, READ_WRITE, Span};

// From linux/userfaultfd.h. Tests that run both ways on a real kernel hold these declarations to it.

/// The version of the interface.
const API: u64 = 0xaa;
/// Faults that write to a protected page are told. Linux 5.7.
const FEATURE_WRITE_PROTECT: u64 = 1 << 0;
/// Faults come as SIGBUS to the thread itself. Linux 4.14.
const FEATURE_SIGBUS: u64 = 1 << 7;
/// Faults of system calls are not served, which needs no privilege. Linux 5.11.
const USER_MODE_ONLY: UserfaultfdFlags = UserfaultfdFlags::from_bits_retain(1);

const REGISTER_ABSENT: u64 = 1 << 0;
const REGISTER_WRITE_PROTECT: u64 = 1 << 1;
/// Nobody sleeps in the kernel for a page: who faulted runs its handler.
const COPY_WAKES_NOBODY: u64 = 1 << 0;
const COPY_PROTECTED: u64 = 1 << 1;
const PROTECT: u64 = 1 << 0;
const PROTECT_WAKES_NOBODY: u64 = 1 << 1;

/// How often the kernel may put a copy off, of which it has done nothing, because the mapping is just changing.
const FUTILE: u32 = 10_000;

/// Bits, in the answer to a registration, of what can be done with the range.
const CAN_COPY: u64 = 1 << 3;
const CAN_WRITE_PROTECT: u64 = 1 << 6;

/// `struct uffdio_api`.
#[repr(C)]
struct Handshake {
    api: u64,
    features: u64,
    ioctls: u64,
}

/// `struct uffdio_register`.
#[repr(C)]
struct Register {
    start: u64,
    len: u64,
    mode: u64,
    ioctls: u64,
}

/// `struct uffdio_copy`.
#[repr(C)]
struct Fill {
    to: u64,
    from: u64,
    len: u64,
    mode: u64,
    copied: i64,
}

/// `struct uffdio_writeprotect`.
#[repr(C)]
struct WriteProtect {
    start: u64,
    len: u64,
    mode: u64,
}

const HANDSHAKE: Opcode = opcode::read_write::<Handshake>(0xaa, 0x3f);
const REGISTER: Opcode = opcode::read_write::<Register>(0xaa, 0x00);
const COPY: Opcode = opcode::read_write::<Fill>(0xaa, 0x03);
const WRITE_PROTECT: Opcode = opcode::read_write::<WriteProtect>(0xaa, 0x06);

/// Opens a file that has the features.
fn open() -> Result<OwnedFd, Unavailable> {
    // SAFETY: what the file can do to memory is done in this module alone, to ranges that belong to it.
    let file = unsafe { userfaultfd(UserfaultfdFlags::CLOEXEC | USER_MODE_ONLY) };
    let file = file.map_err(|errno| {
        Unavailable(match errno {
            Errno::NOSYS => "this kernel has no userfaultfd (CONFIG_USERFAULTFD), or a seccomp \
                 filter hides it (containers often have one)"
                .to_owned(),
            Errno::INVAL => {
                "this kernel knows no userfaultfd for user mode alone; Linux 5.11 does".to_owned()
            }
            Errno::PERM | Errno::ACCESS => format!(
                "userfaultfd is forbidden ({errno}); a seccomp filter or SELinux does that, not \
                 vm.unprivileged_userfaultfd"
            ),
            errno => format!("userfaultfd failed: {errno}"),
        })
    })?;
    let features = FEATURE_SIGBUS | FEATURE_WRITE_PROTECT;
    let mut handshake = Handshake { api: API, features, ioctls: 0 };
    // SAFETY: the opcode is that of UFFDIO_API, and this its structure.
    unsafe { ioctl(&file, Updater::<HANDSHAKE, Handshake>::new(&mut handshake)) }.map_err(
        |errno| {
            Unavailable(format!(
                "this kernel's userfaultfd does not tell faults by SIGBUS or protects no pages \
                 ({errno}); Linux 5.7 does both"
            ))
        },
    )?;
    Ok(file)
}

/// Registers a mapping; says what can be done with it.
fn register(file: &OwnedFd, view: &Span) -> Result<u64, Errno> {
    let mut request = Register {
        start: view.start().addr().get() as u64,
        len: view.len() as u64,
        mode: REGISTER_ABSENT | REGISTER_WRITE_PROTECT,
        ioctls: 0,
    };
    // SAFETY: the opcode is that of UFFDIO_REGISTER, and this its structure. What changes is how faults of the mapping
    // are served, which is ours.
    unsafe { ioctl(file, Updater::<REGISTER, Register>::new(&mut request)) }?;
    Ok(request.ioctls)
}

/// A large page in the place of many small ones would be split at the next fault.
fn without_large_pages(view: &Span) -> Result<(), Errno> {
    view.advise(Advice::LinuxNoHugepage)
        .or_else(|errno| if errno == Errno::INVAL { Ok(()) } else { Err(errno) })
}

/// Whether all of it can be had here.
pub(super) fn check() -> Result<(), Unavailable> {
    let file = open()?;
    let page = rustix::param::page_size();
    let registered = Mapping::reserve(page, page, None)
        .map_err(|error| error.to_string())
        .and_then(|view| register(&file, &view).map_err(|errno| errno.to_string()));
    let can = registered.map_err(|reason| {
        Unavailable(format!("registering memory with userfaultfd failed: {reason}"))
    })?;
    if can & CAN_COPY == 0 || can & CAN_WRITE_PROTECT == 0 {
        return Err(Unavailable(format!(
            "this kernel's userfaultfd cannot copy and protect pages (it says {can:#x}); the \
             processor may lack the bit for it"
        )));
    }
    Ok(())
}

/// The file of this process, opened once: it can serve all ranges, and must not be a child's.
fn file() -> Result<&'static OwnedFd, Error> {
    static FILE: OnceLock<OwnedFd> = OnceLock::new();
    if let Some(file) = FILE.get() {
        return Ok(file);
    }
    let file = open().map_err(|reason| Error::Unavailable {
        mechanism: super::Mechanism::Userfaultfd,
        reason,
    })?;
    Ok(FILE.get_or_init(|| file))
}

pub(super) struct Userfaultfd {
    file: &'static OwnedFd,
    view: Span,
    /// Bytes of one of the kernel's pages.
    page: usize,
}

impl Userfaultfd {
    pub(super) fn new(view: Span) -> Result<Userfaultfd, Error> {
        let file = file()?;
        // First registered, then accessible: so nothing is there that this file does not know of, also when the program
        // has asked for all of its future memory to be locked.
        register(file, &view)
            .map_err(|errno| Error::system("registering memory with userfaultfd", errno))?;
        view.advise(Advice::LinuxDontFork).map_err(|errno| Error::system("madvise", errno))?;
        without_large_pages(&view).map_err(|errno| Error::system("madvise", errno))?;
        view.unlock().map_err(|errno| Error::system("munlock", errno))?;
        view.protect(0, view.len(), READ_WRITE)
            .map_err(|errno| Error::system("mprotect", errno))?;
        Ok(Userfaultfd { file, view, page: rustix::param::page_size() })
    }

    fn address(&self, at: usize) -> u64 {
        (self.view.start().addr().get() + at) as u64
    }

    /// Places as many bytes as the kernel does at once, and says how many.
    ///
    /// # Safety
    /// As for [`Pager::place`].
    unsafe fn copy(
        &self,
        at: usize,
        from: NonNull<u8>,
        len: usize,
        mode: u64,
    ) -> Result<usize, Errno> {
        let mut request = Fill {
            to: self.address(at),
            from: from.addr().get() as u64,
            len: len as u64,
            mode,
            copied: 0,
        };
        // SAFETY: the opcode is that of UFFDIO_COPY, and this its structure; the range is registered, and the caller
        // promises that the source can be read.
        match unsafe { ioctl(self.file, Updater::<COPY, Fill>::new(&mut request)) } {
            Ok(()) => Ok(len),
            // So many, and then something came between; if nothing, a negative number.
            Err(Errno::AGAIN) => Ok(usize::try_from(request.copied).unwrap_or(0)),
            Err(errno) => Err(errno),
        }
    }

    /// As [`Userfaultfd::protect_at_once`], also where the program has divided the mapping, by locking part of it: then the kernel's pages
    /// one by one. If that fails, none is left half done.
    fn write_protect(&self, at: usize, len: usize, mode: u64) -> Result<(), Errno> {
        let back = if mode & PROTECT == 0 { PROTECT } else { PROTECT_WAKES_NOBODY };
        match self.protect_at_once(at, len, mode) {
            Err(Errno::NOENT) if len > self.page => {}
            outcome => return outcome,
        }
        (at..at + len).step_by(self.page).try_for_each(|page| {
            self.protect_at_once(page, self.page, mode).inspect_err(|_| {
                for done in (at..page).step_by(self.page) {
                    let _ = self.protect_at_once(done, self.page, back);
                }
            })
        })
    }

    fn protect_at_once(&self, at: usize, len: usize, mode: u64) -> Result<(), Errno> {
        let mut request = WriteProtect { start: self.address(at), len: len as u64, mode };
        // SAFETY: the opcode is that of UFFDIO_WRITEPROTECT, and this its structure; the range is registered.
        unsafe { ioctl(self.file, Updater::<WRITE_PROTECT, WriteProtect>::new(&mut request)) }
    }
}

impl Pager for Userfaultfd {
    unsafe fn place(
        &self,
        at: usize,
        from: NonNull<u8>,
        len: usize,
        access: Access,
    ) -> Result<(), Refused> {
        let mode = match access {
            Access::Read => COPY_WAKES_NOBODY | COPY_PROTECTED,
            Access::Write => COPY_WAKES_NOBODY,
        };
        let (mut done, mut most, mut futile) = (0, len, 0);
        while done < len {
            // SAFETY: a part of what the caller promises.
            let placed =
                unsafe { self.copy(at + done, from.add(done), most.min(len - done), mode) };
            match placed {
                Ok(0) if futile < FUTILE => {
                    futile += 1;
                    rustix::thread::sched_yield();
                }
                Ok(placed @ 1..) => done += placed,
                // The program has divided the mapping, by locking part of it: then the kernel's pages one by one.
                Err(Errno::NOENT) if most > self.page => most = self.page,
                failed => {
                    // What is there already must not stay: the page is absent.
                    let _ = self.remove(at, len);
                    return Err(match failed {
                        Err(Errno::NOMEM) => Refused::new("there is no memory left for a page"),
                        Err(Errno::EXIST) => {
                            Refused::new("another part of the program has put a page there")
                        }
                        Err(Errno::NOENT) => Refused::new(
                            "another part of the program has changed the mapping of this memory",
                        ),
                        _ => Refused::new("the kernel refuses to place a page (UFFDIO_COPY)"),
                    });
                }
            }
        }
        Ok(())
    }

    fn allow_writes(&self, at: usize, len: usize) -> Result<(), Refused> {
        self.write_protect(at, len, PROTECT_WAKES_NOBODY).map_err(|_| {
            Refused::new("the kernel refuses to open a page for writing (UFFDIO_WRITEPROTECT)")
        })
    }

    fn forbid_writes(&self, at: usize, len: usize) -> Result<(), Errno> {
        self.write_protect(at, len, PROTECT)
    }

    fn remove(&self, at: usize, len: usize) -> Result<(), Errno> {
        self.view.empty(at, len)
    }

    fn restore(&self, at: usize, len: usize) -> Result<(), Errno> {
        let part = self.view.put_private(at, len)?;
        register(self.file, &part)?;
        without_large_pages(&part)?;
        part.unlock()?;
        part.protect(0, len, READ_WRITE)
    }
}
