//! Children of `fork`: what is behind handles is their parent's, and so is the lock of the table, which a thread may have had
//! that the child does not have. So in a child no handle is good, and nobody asks for that lock.

use std::ffi::c_int;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use super::table;
use crate::failure::Failure;
use crate::status::pangea_status;

static IS_CHILD: AtomicBool = AtomicBool::new(false);

unsafe extern "C" {
    fn pthread_atfork(
        prepare: Option<extern "C" fn()>,
        parent: Option<extern "C" fn()>,
        child: Option<extern "C" fn()>,
    ) -> c_int;
}

/// From now on children are told that they have no handles.
pub(super) fn watch() {
    static ONCE: Once = Once::new();
    // It fails for want of memory alone; then a child is told nothing.
    // SAFETY: the handler stores to atomics, as may be done there.
    ONCE.call_once(|| _ = unsafe { pthread_atfork(None, None, Some(in_child)) });
}

extern "C" fn in_child() {
    IS_CHILD.store(true, Ordering::Relaxed);
    table::empty();
}

/// Whether this process may have handles.
///
/// # Errors
/// Not in a child of a process that had some.
pub fn check() -> Result<(), Failure> {
    if !IS_CHILD.load(Ordering::Relaxed) {
        return Ok(());
    }
    let message = "this is a child of fork, and what was got before is its parent's: start a program by exec, or join in \
                   processes that fork before they join";
    Err(Failure::new(pangea_status::BadHandle, message))
}
