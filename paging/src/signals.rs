//! Blocking signals for a while.

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr;

/// All signals are blocked in this thread until this is dropped.
///
/// To be held outside of the fault handler while this thread has what a fault may wait for: a busy page, or what a
/// [`Source`](crate::Source) uses one at a time. Else the handler of another signal might interrupt the thread, touch paged memory, and wait
/// for the thread that it has interrupted.
#[must_use = "signals come again when this is dropped"]
pub struct Blocked {
    before: libc::sigset_t,
    /// It stays on its thread.
    thread: PhantomData<*const ()>,
}

impl Blocked {
    /// Blocks them.
    #[allow(clippy::new_without_default, reason = "it has an effect")]
    pub fn new() -> Blocked {
        let mut all = MaybeUninit::uninit();
        // SAFETY: fills the set that it is given.
        let all = unsafe {
            libc::sigfillset(all.as_mut_ptr());
            all.assume_init()
        };
        Blocked { before: set_mask(&all), thread: PhantomData }
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        set_mask(&self.before);
    }
}

/// Sets the signals that this thread blocks, and says which it did before.
pub(crate) fn set_mask(mask: &libc::sigset_t) -> libc::sigset_t {
    let mut before = MaybeUninit::zeroed();
    // SAFETY: both sets live through the call, which is one that signal handlers may make, and which fails for a bad
    // first argument alone; so `before` is filled (and zeros, an empty set, would be valid, too).
    unsafe {
        libc::pthread_sigmask(libc::SIG_SETMASK, ptr::from_ref(mask), before.as_mut_ptr());
        before.assume_init()
    }
}
