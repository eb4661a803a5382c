//! What becomes of variables in a child of `fork`.
//!
//! Their pages are mapped shared, so a child would write its parent's variables. Before the fork the parent copies them to private
//! pages, which the child maps in their place. The handlers are registered when the library is loaded, before any of the
//! program's: so they are the last before the fork, and the first after it. `vfork` and `posix_spawn` call none and
//! need none.
//!
//! In a program that is linked statically, and not by `oshcc` (`static.ld`), the C library's own variables are among them, and a child writes
//! some before any handler of ours: how many threads there are, which is 1 for the child, and lists of their stacks. By that number its parent would
//! take the next thread that ends for the last one, and exit. So the parent waits for the child to have its copies, and puts
//! the number right.
//!
//! In a child every routine of OpenSHMEM is an error. What the runtime has for the thread that forked, it leaves to the parent
//! (`primitives/state.rs` there), so a child may end in any way.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::ops::Range;
use std::os::fd::{FromRawFd, IntoRawFd, OwnedFd, RawFd};
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use pangea::symmetric::Symmetric;
use rustix::fs::{SeekFrom, seek};
use rustix::io::Errno;
use rustix::mm::{MapFlags, MremapFlags, ProtFlags, mmap_anonymous, mremap_fixed, munmap};
use rustix::pipe::{PipeFlags, pipe_with};

use crate::{setup, state, ways};

/// The pages that are mapped shared.
static RANGES: OnceLock<Vec<Range<usize>>> = OnceLock::new();

/// The file of which they are a part, and where the first begins there.
static FILE: OnceLock<Option<(OwnedFd, u64)>> = OnceLock::new();
/// Whether this process has copies of them, which are of no file.
static IS_CHILD: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// The copy that this thread made for its child: null if there is none.
    static COPY: Cell<*mut u8> = const { Cell::new(ptr::null_mut()) };
    /// How many threads there were when this one was about to fork, and the ends of a pipe by which its child tells that it is
    /// by itself: what is read, and what is written.
    static BEFORE: Cell<Option<(u32, RawFd, RawFd)>> = const { Cell::new(None) };
}

// Where glibc counts threads: its own matter, so it may be elsewhere, or nowhere.
std::arch::global_asm!(
    ".weak __nptl_nthreads",
    ".pushsection .data.rel.ro.pangea_shmem_threads, \"aw\"",
    ".p2align 3",
    ".hidden pangea_shmem_threads",
    ".globl pangea_shmem_threads",
    "pangea_shmem_threads: .8byte __nptl_nthreads",
    ".popsection",
);

unsafe extern "C" {
    static pangea_shmem_threads: usize;
}

/// How many threads there are, if that lies in the pages that are mapped shared.
fn threads() -> Option<&'static AtomicU32> {
    // SAFETY: set by the linker or the loader, and never changed.
    let address = unsafe { (&raw const pangea_shmem_threads).read() };
    let lies_here = RANGES.get()?.iter().any(|range| range.contains(&address));
    // SAFETY: an aligned word of the C library, which changes it by atomic operations, and is mapped as long as the process is.
    lies_here.then(|| unsafe { AtomicU32::from_ptr(ptr::with_exposed_provenance_mut(address)) })
}

unsafe extern "C" {
    fn pthread_atfork(
        prepare: extern "C" fn(),
        parent: extern "C" fn(),
        child: extern "C" fn(),
    ) -> c_int;
}

/// With the first priority that is not the system's, to be before constructors of a program that the library is part of.
#[used]
#[unsafe(link_section = ".init_array.00101")]
static AT_LOAD: extern "C" fn() = register;

extern "C" fn register() {
    // It fails for want of memory alone; then a child shares variables with its parent.
    // SAFETY: the handlers do what may be done there: system calls, and copying.
    unsafe { pthread_atfork(prepare, in_parent, in_child) };
    setup::register();
}

/// From now on children get copies of these pages, which lie at the end of the symmetric range one after the other.
pub(crate) fn protect(ranges: Vec<Range<usize>>, symmetric: &Symmetric) {
    let file = symmetric.file().and_then(|(file, start)| {
        Some((file.try_clone_to_owned().ok()?, start + symmetric.image_at()))
    });
    // Set once: setup happens once.
    let _ = FILE.set(file);
    let _ = RANGES.set(ranges);
}

fn bytes() -> usize {
    RANGES.get().map_or(0, |ranges| ranges.iter().map(Range::len).sum())
}

/// The next part, from `at` on, of `len` bytes that lie `before` bytes behind the first of all, in which something was ever
/// written. The rest is zero, as the copy is, and would take memory when it is looked at.
fn next_part(before: usize, len: usize, at: usize) -> Option<Range<usize>> {
    let file = FILE.get().filter(|_| !IS_CHILD.load(Ordering::Relaxed));
    let Some(Some((file, start))) = file else { return (at < len).then_some(at..len) };
    let start = start + before as u64;
    let within = |offset: u64| (offset.saturating_sub(start) as usize).min(len);
    let begin = match seek(file, SeekFrom::Data(start + at as u64)) {
        Ok(offset) => within(offset),
        Err(Errno::NXIO) => len,
        Err(_) => at,
    };
    let end = seek(file, SeekFrom::Hole(start + begin as u64)).map_or(len, within);
    (begin < end).then_some(begin..end)
}

extern "C" fn prepare() {
    let len = bytes();
    if len == 0 {
        return;
    }
    let access = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: new memory wherever there is room.
    let copy = unsafe { mmap_anonymous(ptr::null_mut(), len, access, MapFlags::PRIVATE) };
    // Without memory the child will end, see `in_child`.
    let copy = copy.map_or(ptr::null_mut(), <*mut c_void>::cast::<u8>);
    let mut before = 0;
    for range in RANGES.get().into_iter().flatten().filter(|_| !copy.is_null()) {
        let mut at = 0;
        while let Some(part) = next_part(before, range.len(), at) {
            let from = ptr::with_exposed_provenance::<u8>(range.start + part.start);
            let to = copy.wrapping_add(before + part.start);
            // SAFETY: the pages stay mapped until the process ends, and `copy` has as many. Other threads and PEs may write
            // meanwhile; that of what they write the child sees any part is all that can be.
            unsafe { ptr::copy_nonoverlapping(from, to, part.len()) };
            at = part.end;
        }
        before += range.len();
    }
    COPY.set(copy);
    // A child's pages are its own, which its children do not write.
    if let Some(threads) = threads().filter(|_| !IS_CHILD.load(Ordering::Relaxed))
        && let Ok((read, write)) = pipe_with(PipeFlags::CLOEXEC)
    {
        let count = threads.load(Ordering::Relaxed);
        BEFORE.set(Some((count, read.into_raw_fd(), write.into_raw_fd())));
    }
}

/// Ends of a pipe that `prepare` has made.
fn ends(read: RawFd, write: RawFd) -> (OwnedFd, OwnedFd) {
    // SAFETY: they were taken from their owners there, and are taken from `BEFORE` once in each process.
    unsafe { (OwnedFd::from_raw_fd(read), OwnedFd::from_raw_fd(write)) }
}

extern "C" fn in_parent() {
    if let (Some((count, read, write)), Some(threads)) = (BEFORE.take(), threads()) {
        let (from_child, to_parent) = ends(read, write);
        drop(to_parent);
        // A byte, or the end because there is no child, or none any more.
        let told = loop {
            match rustix::io::read(&from_child, &mut [0_u8; 1]) {
                Err(Errno::INTR) => {}
                told => break told,
            }
        };
        if told == Ok(1) {
            // The child has set it to 1; what began or ended since is counted from there.
            threads.fetch_add(count.wrapping_sub(1), Ordering::Relaxed);
        } else {
            threads.store(count, Ordering::Relaxed);
        }
    }
    let copy = COPY.replace(ptr::null_mut());
    if !copy.is_null() {
        // SAFETY: made by `prepare`, and of no use here. If it stays, it is no harm.
        let _ = unsafe { munmap(copy.cast(), bytes()) };
    }
}

extern "C" fn in_child() {
    if bytes() == 0 {
        leave_job();
        return;
    }
    let mut from = COPY.replace(ptr::null_mut());
    for range in RANGES.get().into_iter().flatten() {
        let to = ptr::with_exposed_provenance_mut::<c_void>(range.start);
        let len = range.len();
        // SAFETY: the copy is whole pages of as many bytes, and nobody else runs in this process.
        let moved = unsafe { mremap_fixed(from.cast(), len, len, MremapFlags::MAYMOVE, to) };
        if from.is_null() || moved.is_err() {
            let message = "a child of a PE has no memory for variables of its own, and ends\n";
            // SAFETY: writes a message to standard error, and ends the process without handlers.
            unsafe {
                libc::write(libc::STDERR_FILENO, message.as_ptr().cast(), message.len());
                libc::_exit(1)
            }
        }
        from = from.wrapping_add(len);
    }
    if let Some(threads) = threads() {
        threads.store(1, Ordering::Relaxed);
    }
    if let Some((_, read, write)) = BEFORE.take() {
        // If it cannot be said, the end of the pipe says it.
        let _ = rustix::io::write(ends(read, write).1, &[1]);
    }
    leave_job();
}

/// The child has nothing to do with the job.
fn leave_job() {
    IS_CHILD.store(true, Ordering::Relaxed);
    ways::close();
    state::become_child();
}
