//! A page fault that user space serves with a copy of 4 KiB, by `userfaultfd`: in another thread, which is told
//! through the file, or in the very thread, which is told by SIGBUS.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicPtr, Ordering};

use pangea_benches::figures::{pin, take_turns};

const PAGE: usize = 4096;
const PAGES: usize = 512;
const SLICES: usize = 11;

// From linux/userfaultfd.h.
const USER_MODE_ONLY: libc::c_int = 1;
const API: u64 = 0xAA;
const FEATURE_SIGBUS: u64 = 1 << 7;
const REGISTER_MODE_MISSING: u64 = 1;
const EVENT_PAGEFAULT: u8 = 0x12;
const UFFDIO_API: libc::Ioctl = 0xC018_AA3F_u32 as libc::Ioctl;
const UFFDIO_REGISTER: libc::Ioctl = 0xC020_AA00_u32 as libc::Ioctl;
const UFFDIO_COPY: libc::Ioctl = 0xC028_AA03_u32 as libc::Ioctl;

/// `struct uffd_msg`, as far as a fault needs it.
#[repr(C)]
struct Message {
    event: u8,
    reserved: [u8; 7],
    flags: u64,
    address: u64,
    thread: u64,
}

/// Anonymous memory whose faults come to `fd`.
struct Faulting {
    fd: OwnedFd,
    start: *mut u8,
    page: Vec<u8>,
}

fn check(result: libc::c_int, what: &str) -> Result<(), String> {
    if result == 0 { Ok(()) } else { Err(format!("{what}: {}", io::Error::last_os_error())) }
}

/// Puts a page at `address`. Only system calls: it runs in a signal handler too.
fn copy_page(fd: libc::c_int, address: usize, page: *const u8) -> libc::c_int {
    let mut request = [(address & !(PAGE - 1)) as u64, page as u64, PAGE as u64, 0, 0];
    // SAFETY: the request has the layout of `struct uffdio_copy`, and lives through the call; the kernel checks the
    // addresses.
    unsafe { libc::ioctl(fd, UFFDIO_COPY, request.as_mut_ptr()) }
}

impl Faulting {
    fn new(features: u64) -> Result<Faulting, String> {
        // SAFETY: a plain system call; the file is nobody else's.
        let fd = unsafe {
            let fd = libc::syscall(libc::SYS_userfaultfd, libc::O_CLOEXEC | USER_MODE_ONLY);
            if fd < 0 {
                return Err(format!("userfaultfd: {}", io::Error::last_os_error()));
            }
            OwnedFd::from_raw_fd(fd as libc::c_int)
        };
        let mut api = [API, features, 0];
        // SAFETY: `struct uffdio_api`, which lives through the call.
        let result = unsafe { libc::ioctl(fd.as_raw_fd(), UFFDIO_API, api.as_mut_ptr()) };
        check(result, "userfaultfd's features")?;
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: a new mapping, wherever the kernel likes.
        let start = unsafe { libc::mmap(ptr::null_mut(), PAGES * PAGE, protection, flags, -1, 0) };
        if start == libc::MAP_FAILED {
            return Err(format!("mmap: {}", io::Error::last_os_error()));
        }
        let faulting = Faulting { fd, start: start.cast(), page: vec![1; PAGE] };
        let mut range = [faulting.start as u64, (PAGES * PAGE) as u64, REGISTER_MODE_MISSING, 0];
        // SAFETY: `struct uffdio_register`, which lives through the call; the range is the mapping.
        let result =
            unsafe { libc::ioctl(faulting.fd.as_raw_fd(), UFFDIO_REGISTER, range.as_mut_ptr()) };
        check(result, "registering memory with userfaultfd")?;
        Ok(faulting)
    }

    /// Nanoseconds of the first load from a page.
    fn measure(&self) -> Result<f64, String> {
        let mut failed = Ok(());
        let mut touch = |calls: u64| {
            // SAFETY: the mapping is ours and anonymous; its content is not needed any more.
            let result =
                unsafe { libc::madvise(self.start.cast(), PAGES * PAGE, libc::MADV_DONTNEED) };
            failed = failed.clone().and(check(result, "madvise"));
            for page in 0..(calls as usize).min(PAGES) {
                // SAFETY: inside of the mapping. Whoever serves the fault fills the page.
                let value = unsafe { self.start.add(page * PAGE).read_volatile() };
                if value != 1 {
                    failed = Err(format!("page {page} holds {value}, and not the copy"));
                }
            }
        };
        let nanoseconds = take_turns(SLICES, PAGES as u64, &mut [&mut touch])[0];
        failed.map(|()| nanoseconds)
    }
}

impl Drop for Faulting {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and nobody uses it any more.
        unsafe { libc::munmap(self.start.cast(), PAGES * PAGE) };
    }
}

/// Nanoseconds of a fault that another thread, on another processor, serves.
pub(crate) fn served_by_another_thread() -> Result<f64, String> {
    let faulting = Faulting::new(0)?;
    let (fd, page) = (faulting.fd.as_raw_fd(), faulting.page.as_ptr() as usize);
    // What is measured, and its warm-up; then the thread's work is done.
    let faults = SLICES * PAGES + PAGES / 10 + 1;
    let serving = std::thread::spawn(move || {
        let pinned = pin(1);
        for _ in 0..faults {
            let mut message =
                Message { event: 0, reserved: [0; 7], flags: 0, address: 0, thread: 0 };
            let room: *mut Message = &raw mut message;
            // SAFETY: the room is as large as is said.
            let read = unsafe { libc::read(fd, room.cast(), size_of::<Message>()) };
            if read != size_of::<Message>() as isize || message.event != EVENT_PAGEFAULT {
                return Err(format!(
                    "userfaultfd gave {read} bytes: {}",
                    io::Error::last_os_error()
                ));
            }
            check(copy_page(fd, message.address as usize, page as *const u8), "serving a fault")?;
        }
        pinned
    });
    let nanoseconds = faulting.measure()?;
    serving.join().map_err(|_| "the serving thread has panicked".to_owned())??;
    Ok(nanoseconds)
}

static FD: AtomicI32 = AtomicI32::new(-1);
static FILLED: AtomicPtr<u8> = AtomicPtr::new(ptr::null_mut());

extern "C" fn serve(_: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    // SAFETY: the kernel hands a valid record to a handler with SA_SIGINFO, and SIGBUS has an address.
    let address = unsafe { (*info).si_addr() } as usize;
    if copy_page(FD.load(Ordering::Relaxed), address, FILLED.load(Ordering::Relaxed)) != 0 {
        // The load would fault for ever.
        std::process::abort();
    }
}

/// Nanoseconds of a fault that the thread itself serves, in its handler of SIGBUS.
pub(crate) fn served_by_the_thread_itself() -> Result<f64, String> {
    let faulting = Faulting::new(FEATURE_SIGBUS)?;
    FD.store(faulting.fd.as_raw_fd(), Ordering::Relaxed);
    FILLED.store(faulting.page.as_ptr().cast_mut(), Ordering::Relaxed);
    // SAFETY: zeros are a valid `sigaction`: no flags, no blocked signals, and the handler is set below.
    let (mut new, mut old): (libc::sigaction, libc::sigaction) =
        unsafe { (std::mem::zeroed(), std::mem::zeroed()) };
    new.sa_sigaction = serve as *const () as usize;
    new.sa_flags = libc::SA_SIGINFO;
    // SAFETY: the handler only calls what may be called in one: atomics, `ioctl`, `abort`.
    let result = unsafe { libc::sigaction(libc::SIGBUS, &raw const new, &raw mut old) };
    check(result, "handling SIGBUS")?;
    let nanoseconds = faulting.measure();
    // SAFETY: as it was before.
    let result = unsafe { libc::sigaction(libc::SIGBUS, &raw const old, ptr::null_mut()) };
    check(result, "SIGBUS as before")?;
    nanoseconds
}
