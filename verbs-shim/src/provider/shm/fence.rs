//! Fencing: after an access has been forbidden, wait until nobody is in the middle of one.
//!
//! An initiator that changes memory of a peer makes the `seq` of its own pair odd, checks that the
//! access is allowed, changes the memory, and makes `seq` even again. A responder that forbids
//! (ends a registration, fails a pair) stores that first, and then waits until each `seq` that it
//! sees odd has moved on. For this to be tight, either the responder sees the odd `seq`, or the
//! initiator sees what was forbidden. That calls for a full memory barrier between store and load on
//! both sides; but the initiator does this with each operation and the responder hardly ever, so the
//! responder does it for both: `membarrier(2)` makes every processor that runs a registered process
//! go through a full barrier. Processes that cannot register (old kernel, seccomp) execute the
//! barrier themselves, and say so on their cards.
//!
//! READs are left out: they damage nothing, and an initiator that reads memory whose registration
//! has just ended reads its own mapping of it.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering, compiler_fence, fence};
use std::time::{Duration, Instant};

use super::table::PairSlot;

/// How long a responder waits for an initiator that is in the middle of an access. Only a process
/// that is stopped (by a debugger, say) takes longer than its longest copy.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

fn membarrier(command: libc::c_int) -> io::Result<()> {
    // SAFETY: `membarrier` takes three integers and touches no memory of the caller's.
    match unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) } {
        0.. => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Registers this process; false when it must execute barriers itself.
pub(super) fn register() -> bool {
    membarrier(libc::MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED).is_ok()
}

/// The initiator's barrier, between its odd `seq` and its checks.
#[inline(always)]
pub(super) fn light(registered: bool) {
    if registered {
        compiler_fence(Ordering::SeqCst);
    } else {
        fence(Ordering::SeqCst);
    }
}

/// The responder's barrier, on behalf of all registered processes.
pub(super) fn heavy() -> io::Result<()> {
    fence(Ordering::SeqCst);
    membarrier(libc::MEMBARRIER_CMD_GLOBAL_EXPEDITED)
        .or_else(|_| membarrier(libc::MEMBARRIER_CMD_GLOBAL))
}

/// Waits until the pair is not in the middle of an access that it began before now. False when it
/// still is after [`PATIENCE`].
pub(super) fn settle(initiator: &PairSlot, gone: &AtomicBool) -> bool {
    let begun = initiator.seq.load(Ordering::Acquire);
    if begun.is_multiple_of(2) {
        return true;
    }
    let until = Instant::now() + PATIENCE;
    while initiator.seq.load(Ordering::Acquire) == begun && !gone.load(Ordering::Acquire) {
        if Instant::now() > until {
            return false;
        }
        std::thread::sleep(Duration::from_micros(20));
    }
    true
}
