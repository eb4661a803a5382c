//! The handler of SIGBUS and SIGSEGV.
//!
//! It is installed once for each signal, when the first range needs it, and stays. A fault that the processor reports
//! and that lies in a watched range is served; everything else goes to the handler that was there before, in the way in which
//! the kernel would have called that.
//!
//! All signals are blocked while it runs. SIGSEGV runs on the alternate stack, if the thread has one, because the
//! handlers that it chains to may report a stack that has overflowed; SIGBUS runs on the thread's own stack, which is
//! larger.

mod chain;
mod fault;
mod message;
mod registry;
mod stack;

use std::mem::MaybeUninit;
use std::sync::Mutex;

use chain::Chain;
use fault::Fault;
pub(crate) use registry::Watch;

use crate::error::Error;

static BUS: Chain = Chain::new();
static SEGV: Chain = Chain::new();

fn chain_of(signal: libc::c_int) -> &'static Chain {
    if signal == libc::SIGBUS { &BUS } else { &SEGV }
}

/// Makes this the handler of the signal, if it is not yet.
pub(crate) fn install(signal: libc::c_int) -> Result<(), Error> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let failed = |error: std::io::Error| Error::system(format!("handling signal {signal}"), error);
    if !registry::note_process() {
        return Err(Error::Forked);
    }
    let current = chain::action(signal, None).map_err(failed)?;
    if current.sa_sigaction == entry() {
        return Ok(());
    }
    if !chain_of(signal).keep(current) {
        // To install ours again would let the two call each other for ever, if that one does pass on.
        log::warn!(
            "the handler of signal {signal} was replaced after paged memory was first made; the new one must pass on the \
             faults that it does not know, or programs end at the first of them"
        );
        return Ok(());
    }
    chain::action(signal, Some(&ours(signal))).map(drop).map_err(failed)
}

/// This crate's action for a signal.
fn ours(signal: libc::c_int) -> libc::sigaction {
    // SAFETY: zeros are a valid action: no flags, no blocked signals, the default.
    let mut ours: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    ours.sa_sigaction = entry();
    ours.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
    if signal == libc::SIGSEGV {
        ours.sa_flags |= libc::SA_ONSTACK;
    }
    // SAFETY: the set is this action's own.
    unsafe { libc::sigfillset(&raw mut ours.sa_mask) };
    ours
}

fn entry() -> libc::sighandler_t {
    on_fault as *const () as libc::sighandler_t
}

extern "C" fn on_fault(
    signal: libc::c_int,
    info: *mut libc::siginfo_t,
    context: *mut libc::c_void,
) {
    // SAFETY: this thread's own number, which what follows may change.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: as above.
    let errno_before = unsafe { *errno };
    // SAFETY: the kernel hands both to a handler with SA_SIGINFO.
    let fault = unsafe { Fault::read(signal, info, context) };
    // SAFETY: as it was handed to this handler.
    let on_stopped =
        |fault: &Fault| unsafe { stack::on_stopped(context, || registry::serve(fault)) };
    let served = fault.is_some_and(|fault| match registry::is_watched(fault.address) {
        true => on_stopped(&fault),
        // It may be the stack that has overflowed.
        false => registry::serve(&fault),
    });
    if !served {
        // SAFETY: as they were handed to this handler.
        unsafe { chain_of(signal).pass_on(signal, info, context) };
    }
    // SAFETY: as above.
    unsafe { *errno = errno_before };
}
