//! [`Fault`]: what a signal tells of the access that failed.

/// An access that failed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    pub(super) signal: libc::c_int,
    pub(super) address: usize,
    /// Whether it was to write; `None` where the processor does not tell.
    pub(super) to_write: Option<bool>,
}

impl Fault {
    /// `None` for a signal that somebody has sent.
    ///
    /// # Safety
    /// Both are what the kernel has handed to a handler of SIGBUS or SIGSEGV with SA_SIGINFO.
    pub(super) unsafe fn read(
        signal: libc::c_int,
        info: *const libc::siginfo_t,
        context: *const libc::c_void,
    ) -> Option<Fault> {
        // SAFETY: a valid record, as the caller promises.
        let code = unsafe { (*info).si_code };
        if code <= 0 {
            return None;
        }
        // SAFETY: these signals carry an address when the kernel sends them.
        let address = unsafe { (*info).si_addr() }.addr();
        // SAFETY: passed on.
        Some(Fault { signal, address, to_write: unsafe { to_write(context.cast()) } })
    }
}

/// From the error code of the page fault, bit 1 (Intel's manual, volume 3, "Page-Fault Exceptions").
///
/// # Safety
/// A valid context of a handler.
#[cfg(target_arch = "x86_64")]
unsafe fn to_write(context: *const libc::ucontext_t) -> Option<bool> {
    // SAFETY: as the caller promises.
    let code = unsafe { (*context).uc_mcontext.gregs[libc::REG_ERR as usize] };
    Some(code & 2 != 0)
}

/// Elsewhere a page that is open for reading, and faults, is taken to be written: a first write costs two faults.
///
/// # Safety
/// None.
#[cfg(not(target_arch = "x86_64"))]
unsafe fn to_write(_: *const libc::ucontext_t) -> Option<bool> {
    None
}
