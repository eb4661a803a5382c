//! Signals: words that puts with signal set or add to, looked at by their owner.

use std::ffi::c_int;

use crate::error::ending;
use crate::state::state;
use crate::wait::{Comparison, Watched, look};

/// The signal now.
///
/// # Safety
/// It is a word of this PE.
pub(crate) unsafe fn fetch(name: &'static str, signal: *const u64) -> u64 {
    ending(name, || {
        let state = state()?;
        state.to_offset(signal, size_of::<u64>())?;
        // Whether it is as the program wants it, is not known here.
        state.looked_in_vain()?;
        // SAFETY: it is symmetric.
        unsafe { look(signal) }
    })
}

/// Waits for a signal, and returns the one for which it has waited.
///
/// # Safety
/// It is a word of this PE.
pub(crate) unsafe fn wait_until(
    name: &'static str,
    signal: *const u64,
    cmp: c_int,
    value: u64,
) -> u64 {
    ending(name, || {
        let state = state()?;
        let comparison = Comparison::of(cmp)?;
        // SAFETY: the caller's promise is the same.
        let mut found = unsafe { look(signal)? };
        if !comparison.holds(found, value) {
            state.to_offset(signal, size_of::<u64>())?;
            state.wait_until(|| {
                // SAFETY: it is symmetric, and aligned as `look` has found.
                found = unsafe { u64::load(signal) };
                comparison.holds(found, value)
            })?;
        }
        Ok(found)
    })
}
