//! The stack that a fault is served on.
//!
//! SIGSEGV comes on the thread's alternate stack, for handlers that report an overflow of the other one. It has 8 KiB as
//! Rust makes it, of which the processor's registers may take half: too little for a [`Source`](crate::Source). But an access to memory that
//! is watched has not overflowed anything. So its fault is served where the thread was stopped, below what it has there, as
//! a signal without an alternate stack would be.

use corosensei::stack::{Stack, StackPointer};

/// Below its stack pointer a function of x86-64 may have another 128 bytes (System V ABI, "The Stack Frame"), which is more than
/// elsewhere.
const RED_ZONE: usize = 256;

/// A page's worth is always looked after by the kernel; how much more there is, is not known here.
const KNOWN: usize = 4096;

/// The stack of the thread that was stopped, from where it was stopped.
struct Stopped {
    top: StackPointer,
}

// SAFETY: the memory below the stack pointer of a stopped thread, beyond what its function may still use, is nobody's, as
// far as the thread's stack goes; how far that is, is as for any function that it would call there.
unsafe impl Stack for Stopped {
    fn base(&self) -> StackPointer {
        self.top
    }

    fn limit(&self) -> StackPointer {
        StackPointer::new(self.top.get().saturating_sub(KNOWN)).unwrap_or(self.top)
    }
}

/// Calls `f` on the stack of the thread that was stopped, if the handler was called on another one.
///
/// # Safety
/// With the context that the kernel has handed to the handler, from that handler.
pub(super) unsafe fn on_stopped<R>(context: *const libc::c_void, f: impl FnOnce() -> R) -> R {
    // SAFETY: a valid context, as the caller promises.
    let context = unsafe { &*context.cast::<libc::ucontext_t>() };
    let (start, len) = (context.uc_stack.ss_sp.addr(), context.uc_stack.ss_size);
    let is_alternate = |address: usize| address.wrapping_sub(start) < len;
    let here = (&raw const start).addr();
    let top = stack_pointer(context).filter(|top| is_alternate(here) && !is_alternate(*top));
    match top.and_then(|top| StackPointer::new(top.saturating_sub(RED_ZONE) & !15)) {
        Some(top) => corosensei::on_stack(Stopped { top }, f),
        None => f(),
    }
}

#[cfg(target_arch = "x86_64")]
fn stack_pointer(context: &libc::ucontext_t) -> Option<usize> {
    Some(context.uc_mcontext.gregs[libc::REG_RSP as usize] as usize)
}

#[cfg(target_arch = "aarch64")]
fn stack_pointer(context: &libc::ucontext_t) -> Option<usize> {
    Some(context.uc_mcontext.sp as usize)
}

/// Elsewhere the handler stays where it was called.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn stack_pointer(_: &libc::ucontext_t) -> Option<usize> {
    None
}
