//! Who is there, what is accessible, versions; and what once managed caches.

use std::ffi::{c_char, c_int, c_void};
use std::ptr;

use crate::error::{Problem, ending, problem};
use crate::state::{self, state};

const VERSION: (c_int, c_int) = (1, 5);
const NAME: &[u8] = b"Pangea\0";

/// The number of this PE; after finalize still.
pub(crate) unsafe fn my_pe(name: &'static str) -> c_int {
    let known = state::rank_and_size().map(|(rank, _)| rank.cast_signed());
    known.unwrap_or_else(|| ending(name, || Ok(state()?.rank.cast_signed())))
}

/// How many PEs there are; after finalize still.
pub(crate) unsafe fn n_pes(name: &'static str) -> c_int {
    let known = state::rank_and_size().map(|(_, size)| size.cast_signed());
    known.unwrap_or_else(|| ending(name, || Ok(state()?.size.cast_signed())))
}

/// Whether there is such a PE: 1 or 0.
pub(crate) unsafe fn pe_accessible(name: &'static str, pe: c_int) -> c_int {
    ending(name, || Ok(c_int::from(state()?.pe(pe).is_ok())))
}

/// Whether an address is symmetric and there is such a PE: 1 or 0.
pub(crate) unsafe fn addr_accessible(name: &'static str, at: *const c_void, pe: c_int) -> c_int {
    ending(name, || {
        let state = state()?;
        Ok(c_int::from(state.pe(pe).is_ok() && state.to_offset(at, 1).is_ok()))
    })
}

/// Where a PE's object is mapped here: null if it is not.
pub(crate) unsafe fn ptr(name: &'static str, at: *const c_void, pe: c_int) -> *mut c_void {
    ending(name, || {
        let state = state()?;
        let (Ok(rank), Ok(offset)) = (state.pe(pe), state.to_offset(at, 1)) else {
            return Ok(ptr::null_mut());
        };
        if rank == state.rank {
            return Ok(at.cast_mut());
        }
        let mapped = state.symmetric.in_place().then(|| state.symmetric.mapped(rank)).flatten();
        Ok(mapped.map_or(ptr::null_mut(), |base| base.wrapping_add(offset as usize).cast()))
    })
}

/// The version of the specification.
///
/// # Safety
/// Both may be written.
pub(crate) unsafe fn version(name: &'static str, major: *mut c_int, minor: *mut c_int) {
    ending(name, || {
        if major.is_null() || minor.is_null() {
            return Err(problem!("the address for a number is NULL"));
        }
        // SAFETY: promised.
        unsafe {
            major.write(VERSION.0);
            minor.write(VERSION.1);
        }
        Ok(())
    });
}

/// The name of the implementation.
///
/// # Safety
/// `into` has SHMEM_MAX_NAME_LEN bytes.
pub(crate) unsafe fn name(name: &'static str, into: *mut c_char) {
    ending(name, || {
        if into.is_null() {
            return Err(problem!("the address for the name is NULL"));
        }
        // SAFETY: promised.
        unsafe { ptr::copy_nonoverlapping(NAME.as_ptr(), into.cast(), NAME.len()) };
        Ok(())
    });
}

/// For profilers, which take its place. What follows the level is for them; the calling convention lets it be ignored.
pub(crate) unsafe fn pcontrol(_name: &'static str, _level: c_int) {}

/// Caches are coherent: nothing to do.
pub(crate) unsafe fn cache(name: &'static str) {
    ending(name, || state().map(drop));
}

/// As [`cache`], for a line.
pub(crate) unsafe fn cache_line(name: &'static str, _at: *mut c_void) {
    ending::<()>(name, || -> Result<(), Problem> { state().map(drop) });
}
