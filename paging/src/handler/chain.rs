//! [`Chain`]: the handler that was there before.

use std::io;
use std::mem::{self, MaybeUninit};
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::signals::set_mask;

/// What a signal did before this crate handled it.
pub(super) struct Chain {
    before: OnceLock<libc::sigaction>,
    /// It does not count any more: the default does.
    spent: AtomicBool,
}

/// Asks for the action of a signal, or changes it; says what it was.
pub(super) fn action(
    signal: libc::c_int,
    new: Option<&libc::sigaction>,
) -> io::Result<libc::sigaction> {
    let mut old = MaybeUninit::uninit();
    let new = new.map_or(ptr::null(), ptr::from_ref);
    // SAFETY: both live through the call. A new handler is `on_fault`, which calls what a handler may, or
    // the default.
    unsafe {
        if libc::sigaction(signal, new, old.as_mut_ptr()) != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(old.assume_init())
    }
}

impl Chain {
    pub(super) const fn new() -> Chain {
        Chain { before: OnceLock::new(), spent: AtomicBool::new(false) }
    }

    /// Remembers what was there before; `false` if that has been done.
    pub(super) fn keep(&self, before: libc::sigaction) -> bool {
        self.before.set(before).is_ok()
    }

    /// Does with a signal what would have been done without this crate.
    ///
    /// # Safety
    /// With what the kernel has handed to the handler of this signal, by that handler, at its end.
    pub(super) unsafe fn pass_on(
        &self,
        signal: libc::c_int,
        info: *mut libc::siginfo_t,
        context: *mut libc::c_void,
    ) {
        // SAFETY: a valid record, as the caller promises.
        let sent = unsafe { (*info).si_code } <= 0;
        let before = self.before.get().filter(|_| !self.spent.load(Ordering::Relaxed));
        let handler = before.map_or(libc::SIG_DFL, |before| before.sa_sigaction);
        match (before, handler) {
            (Some(before), handler) if handler != libc::SIG_DFL && handler != libc::SIG_IGN => {
                if before.sa_flags & libc::SA_RESETHAND != 0 {
                    self.spent.store(true, Ordering::Relaxed);
                }
                // SAFETY: what the caller was handed, for the handler that was there before.
                unsafe { call(before, signal, info, context) };
                if sent {
                    self.stay(signal);
                }
            }
            // The kernel does not let a fault be ignored, either.
            (_, handler) if handler == libc::SIG_IGN && sent => {}
            _ => end(signal, sent),
        }
    }

    /// After a handler that has set the default and returned, so that a fault would come again and end the process (Rust's
    /// own does that). What was sent does not come again, the process goes on, and its pages are to be served still.
    fn stay(&self, signal: libc::c_int) {
        if action(signal, None).is_ok_and(|now| now.sa_sigaction == libc::SIG_DFL) {
            self.spent.store(true, Ordering::Relaxed);
            let _ = action(signal, Some(&super::ours(signal)));
        }
    }
}

/// Calls a handler with the signals blocked that it wants blocked.
///
/// # Safety
/// With what the kernel has handed over, and a handler that is one.
unsafe fn call(
    before: &libc::sigaction,
    signal: libc::c_int,
    info: *mut libc::siginfo_t,
    context: *mut libc::c_void,
) {
    // SAFETY: a valid context, as the caller promises; its mask is that of the thread when it was stopped.
    let mut mask = unsafe { (*context.cast::<libc::ucontext_t>()).uc_sigmask };
    for other in 1..=64 {
        // SAFETY: sets and numbers are valid.
        unsafe {
            if libc::sigismember(&raw const before.sa_mask, other) == 1 {
                libc::sigaddset(&raw mut mask, other);
            }
        }
    }
    if before.sa_flags & libc::SA_NODEFER == 0 {
        // SAFETY: as above.
        unsafe { libc::sigaddset(&raw mut mask, signal) };
    }
    let during = set_mask(&mask);
    if before.sa_flags & libc::SA_SIGINFO != 0 {
        type WithInfo = unsafe extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void);
        // SAFETY: with this flag, that is what the address is of.
        let handler =
            unsafe { mem::transmute::<libc::sighandler_t, WithInfo>(before.sa_sigaction) };
        // SAFETY: as the kernel would.
        unsafe { handler(signal, info, context) };
    } else {
        type Plain = unsafe extern "C" fn(libc::c_int);
        // SAFETY: without that flag, that is what the address is of.
        let handler = unsafe { mem::transmute::<libc::sighandler_t, Plain>(before.sa_sigaction) };
        // SAFETY: as the kernel would.
        unsafe { handler(signal) };
    }
    set_mask(&during);
}

/// Lets the signal do what it does by default: end the process. A fault comes again when the handler returns; what was
/// sent is sent again, and comes then.
fn end(signal: libc::c_int, sent: bool) {
    // SAFETY: zeros are a valid action, the default.
    let default: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    let _ = action(signal, Some(&default));
    if sent {
        // SAFETY: sends a signal to this thread, which has it blocked until the handler returns.
        unsafe { libc::raise(signal) };
    }
}
