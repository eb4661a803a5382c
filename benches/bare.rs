//! A bare fault: the least that a handler can do. One at a time, with everything in statics.

use std::cell::Cell;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicPtr, AtomicUsize, Ordering};

use paging::Mechanism;

/// Bytes of a page.
pub const PAGE: usize = 4096;

// From linux/userfaultfd.h.
const USER_MODE_ONLY: libc::c_int = 1;
const API: u64 = 0xAA;
const FEATURE_SIGBUS: u64 = 1 << 7;
const REGISTER_MODE_MISSING: u64 = 1;
const UFFDIO_API: libc::Ioctl = 0xC018_AA3F_u32 as libc::Ioctl;
const UFFDIO_REGISTER: libc::Ioctl = 0xC020_AA00_u32 as libc::Ioctl;
const UFFDIO_COPY: libc::Ioctl = 0xC028_AA03_u32 as libc::Ioctl;

static FD: AtomicI32 = AtomicI32::new(-1);
static BYTES: AtomicPtr<u8> = AtomicPtr::new(ptr::null_mut());
/// 1 if `BYTES` has all pages, 0 if it has one for all.
static STRIDE: AtomicUsize = AtomicUsize::new(0);
static LEN: AtomicUsize = AtomicUsize::new(0);
static VIEW: AtomicUsize = AtomicUsize::new(0);
static FILL: AtomicPtr<u8> = AtomicPtr::new(ptr::null_mut());

/// Memory whose pages come by such faults.
pub struct Bare {
    len: usize,
    signal: libc::c_int,
    ours: libc::sigaction,
    /// What handles the signal while it is not us.
    theirs: Cell<libc::sigaction>,
    file: OwnedFd,
    view: *mut u8,
    fill: *mut u8,
}

fn check(result: libc::c_int, what: &str) -> Result<(), String> {
    if result == 0 { Ok(()) } else { Err(format!("{what}: {}", io::Error::last_os_error())) }
}

fn action(signal: libc::c_int, new: Option<&libc::sigaction>) -> libc::sigaction {
    // SAFETY: zeros are a valid action, and both live through the call; handlers are those of this file, or what was there.
    unsafe {
        let mut old = std::mem::zeroed();
        let new = new.map_or(ptr::null(), ptr::from_ref);
        assert_eq!(libc::sigaction(signal, new, &raw mut old), 0, "{}", io::Error::last_os_error());
        old
    }
}

/// Takes a file descriptor that a system call has given.
fn owned(fd: libc::c_long, what: &str) -> Result<OwnedFd, String> {
    if fd < 0 {
        return Err(format!("{what}: {}", io::Error::last_os_error()));
    }
    // SAFETY: it is new, and nobody else's.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as libc::c_int) })
}

fn map(
    len: usize,
    flags: libc::c_int,
    fd: libc::c_int,
    access: libc::c_int,
) -> Result<*mut u8, String> {
    // SAFETY: a new mapping, wherever the kernel likes.
    let start = unsafe { libc::mmap(ptr::null_mut(), len, access, flags, fd, 0) };
    if start == libc::MAP_FAILED {
        return Err(format!("mmap: {}", io::Error::last_os_error()));
    }
    Ok(start.cast())
}

const READ_WRITE: libc::c_int = libc::PROT_READ | libc::PROT_WRITE;

impl Bare {
    /// A range of so many pages, each a copy of `bytes`, or of its place in them where they are as many as the range.
    /// They must live as long as this. Only one may be in use at a time.
    ///
    /// # Errors
    /// When the system refuses something.
    pub fn new(mechanism: Mechanism, pages: usize, bytes: &[u64]) -> Result<Bare, String> {
        let len = pages * PAGE;
        if ![PAGE, len].contains(&size_of_val(bytes)) {
            return Err(format!("{} bytes are neither a page nor {pages}", size_of_val(bytes)));
        }
        LEN.store(len, Ordering::Relaxed);
        BYTES.store(bytes.as_ptr().cast_mut().cast(), Ordering::Relaxed);
        STRIDE.store((size_of_val(bytes) == len).into(), Ordering::Relaxed);
        let (signal, file, view, fill, handler) = match mechanism {
            Mechanism::Userfaultfd => {
                let (file, view) = userfaultfd(len)?;
                FD.store(file.as_raw_fd(), Ordering::Relaxed);
                VIEW.store(view.addr(), Ordering::Relaxed);
                (libc::SIGBUS, file, view, ptr::null_mut(), by_userfaultfd as Handler)
            }
            Mechanism::Mprotect => {
                // SAFETY: a plain system call.
                let fd = unsafe { libc::memfd_create(c"bare".as_ptr(), libc::MFD_CLOEXEC) };
                let file = owned(fd.into(), "memfd_create")?;
                // SAFETY: as above.
                let result = unsafe { libc::ftruncate(file.as_raw_fd(), len as libc::off_t) };
                check(result, "ftruncate")?;
                let view = map(len, libc::MAP_SHARED, file.as_raw_fd(), libc::PROT_NONE)?;
                let fill = map(len, libc::MAP_SHARED, file.as_raw_fd(), READ_WRITE)?;
                VIEW.store(view.addr(), Ordering::Relaxed);
                FILL.store(fill, Ordering::Relaxed);
                (libc::SIGSEGV, file, view, fill, by_mprotect as Handler)
            }
            Mechanism::ByHand { .. } => return Err("there are no faults by hand".into()),
        };
        let theirs = action(signal, None);
        let mut ours = theirs;
        ours.sa_sigaction = handler as usize;
        ours.sa_flags = libc::SA_SIGINFO;
        Ok(Bare { len, signal, ours, theirs: Cell::new(theirs), file, view, fill })
    }

    /// Makes all pages absent, and faults come here.
    ///
    /// # Panics
    /// When the system refuses.
    pub fn prepare(&self) {
        let result = if self.fill.is_null() {
            // SAFETY: the mapping is ours; its content is not needed any more.
            unsafe { libc::madvise(self.view.cast(), self.len, libc::MADV_DONTNEED) }
        } else {
            let hole = libc::FALLOC_FL_PUNCH_HOLE | libc::FALLOC_FL_KEEP_SIZE;
            // SAFETY: as above.
            unsafe {
                libc::mprotect(self.view.cast(), self.len, libc::PROT_NONE)
                    | libc::fallocate(self.file.as_raw_fd(), hole, 0, self.len as libc::off_t)
            }
        };
        check(result, "removing pages").expect("pages are removed");
        self.theirs.set(action(self.signal, Some(&self.ours)));
    }

    /// Faults come to whom they came before.
    pub fn finish(&self) {
        action(self.signal, Some(&self.theirs.get()));
    }

    /// The first byte.
    pub fn start(&self) -> *mut u8 {
        self.view
    }
}

fn userfaultfd(len: usize) -> Result<(OwnedFd, *mut u8), String> {
    // SAFETY: a plain system call.
    let fd = unsafe { libc::syscall(libc::SYS_userfaultfd, libc::O_CLOEXEC | USER_MODE_ONLY) };
    let file = owned(fd, "userfaultfd")?;
    let mut api = [API, FEATURE_SIGBUS, 0];
    // SAFETY: `struct uffdio_api`, which lives through the call.
    let result = unsafe { libc::ioctl(file.as_raw_fd(), UFFDIO_API, api.as_mut_ptr()) };
    check(result, "userfaultfd's features")?;
    let view = map(len, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, READ_WRITE)?;
    let mut range = [view.addr() as u64, len as u64, REGISTER_MODE_MISSING, 0];
    // SAFETY: `struct uffdio_register`, which lives through the call; the range is the mapping.
    let result = unsafe { libc::ioctl(file.as_raw_fd(), UFFDIO_REGISTER, range.as_mut_ptr()) };
    check(result, "registering memory with userfaultfd")?;
    Ok((file, view))
}

type Handler = extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void);

/// What belongs at the page of that address; none, if it is not ours.
fn copied_to(page: usize) -> Option<*const u8> {
    let offset = page.wrapping_sub(VIEW.load(Ordering::Relaxed));
    let inside = offset < LEN.load(Ordering::Relaxed);
    let bytes = BYTES.load(Ordering::Relaxed).cast_const();
    inside.then(|| bytes.wrapping_add(offset * STRIDE.load(Ordering::Relaxed)))
}

extern "C" fn by_userfaultfd(_: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    // SAFETY: the kernel's record.
    let address = unsafe { (*info).si_addr() }.addr();
    let page = address & !(PAGE - 1);
    let Some(bytes) = copied_to(page) else { std::process::abort() };
    let mut request = [page as u64, bytes.addr() as u64, PAGE as u64, 0, 0];
    // SAFETY: `struct uffdio_copy`, which lives through the call; the kernel checks the addresses.
    if unsafe { libc::ioctl(FD.load(Ordering::Relaxed), UFFDIO_COPY, request.as_mut_ptr()) } != 0 {
        // The access would fault for ever.
        std::process::abort();
    }
}

extern "C" fn by_mprotect(_: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    // SAFETY: the kernel's record.
    let address = unsafe { (*info).si_addr() };
    let page = address.with_addr(address.addr() & !(PAGE - 1));
    let Some(bytes) = copied_to(page.addr()) else { std::process::abort() };
    let offset = page.addr() - VIEW.load(Ordering::Relaxed);
    // SAFETY: a page of the second mapping, which nobody uses, filled from one that lives as long as the benchmark; and the
    // same page of the first.
    let result = unsafe {
        let fill = FILL.load(Ordering::Relaxed).add(offset);
        ptr::copy_nonoverlapping(bytes, fill, PAGE);
        libc::mprotect(page, PAGE, READ_WRITE)
    };
    if result != 0 {
        std::process::abort();
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        // SAFETY: the mappings are ours, and nobody uses them any more.
        unsafe {
            libc::munmap(self.view.cast(), self.len);
            if !self.fill.is_null() {
                libc::munmap(self.fill.cast(), self.len);
            }
        }
    }
}
