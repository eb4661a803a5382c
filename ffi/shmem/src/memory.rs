//! The symmetric heap as C sees it. All PEs call alike; see `heap` for what is given out, `rendezvous` for the barrier.

use std::ffi::{c_long, c_void};
use std::ptr;

use crate::error::{Problem, ending, problem};
use crate::heap::{LINE, Refused};
use crate::state::{State, state};

impl State {
    /// The address of what begins there in the heap.
    fn address_of(&self, offset: u64) -> *mut c_void {
        self.heap_base.wrapping_add(offset as usize).cast()
    }

    fn allocate(&self, bytes: usize, align: u64) -> Option<u64> {
        // Addresses of the PEs agree only in what is left of them after division by this.
        if align > self.heap_align {
            log_refusal(self, format_args!("{align} is more than heaps are aligned to"));
            return None;
        }
        let mut heap = self.heap();
        let offset = heap.allocate(bytes as u64, align);
        if offset.is_none() {
            let largest = heap.largest();
            log_refusal(
                self,
                format_args!(
                    "{bytes} bytes, and the largest free piece has {largest}; SHMEM_SYMMETRIC_SIZE makes the heap larger"
                ),
            );
        }
        offset
    }

    /// What was given out there.
    fn given(&self, at: *const c_void) -> Result<u64, Problem> {
        let heap = &self.space.heap;
        let offset = at.addr().wrapping_sub(heap.addresses.start);
        if !heap.addresses.contains(&at.addr()) {
            return Err(problem!(
                "{at:p} does not lie in the symmetric heap, {:#x?}",
                heap.addresses
            ));
        }
        let book = self.heap();
        if book.len_at(offset as u64).is_some() {
            return Ok(offset as u64);
        }
        Err(match book.why(offset as u64) {
            Refused::Free => problem!("nothing is allocated at {at:p}; was it freed before?"),
            Refused::Inside { start, len } => problem!(
                "{at:p} lies within the {len} bytes at {:p}, and not at their beginning",
                self.address_of(start)
            ),
        })
    }
}

fn log_refusal(state: &State, why: std::fmt::Arguments<'_>) {
    if state.is_debugging {
        eprintln!("PE {}: no symmetric memory: {why}", state.rank);
    }
}

/// Memory of so many bytes; null for none, and if there is no room.
pub(crate) unsafe fn malloc(name: &'static str, bytes: usize) -> *mut c_void {
    ending(name, || take(name, bytes, LINE, 0))
}

/// As [`malloc`]: all memory is good for atomics and signals, and hints that nobody knows change nothing either.
pub(crate) unsafe fn malloc_with_hints(
    name: &'static str,
    bytes: usize,
    hints: c_long,
) -> *mut c_void {
    ending(name, || take(name, bytes, LINE, hints))
}

/// As [`malloc`], aligned; null also if `align` is no power of two. One that is less than a pointer's size is undefined in the
/// specification, but programs ask for it, and all memory is aligned to it.
pub(crate) unsafe fn align(name: &'static str, align: usize, bytes: usize) -> *mut c_void {
    ending(name, || {
        if !align.is_power_of_two() {
            state()?;
            return Ok(ptr::null_mut());
        }
        take(name, bytes, (align as u64).max(LINE), 0)
    })
}

/// As [`malloc`], for an array, all bytes zero.
pub(crate) unsafe fn calloc(name: &'static str, count: usize, size: usize) -> *mut c_void {
    ending(name, || {
        let state = state()?;
        let bytes = count.saturating_mul(size);
        if bytes == 0 {
            return Ok(ptr::null_mut());
        }
        let call = format_args!("{name} of an array");
        state.meet(call)?;
        let bytes = most(state, bytes)?;
        let offset = state.allocate(bytes, LINE);
        let at = offset.map_or(ptr::null_mut(), |offset| state.address_of(offset));
        if !at.is_null() {
            // SAFETY: just given out, so nobody uses it yet.
            unsafe { ptr::write_bytes(at.cast::<u8>(), 0, bytes) };
        }
        state.meet(call)?;
        Ok(at)
    })
}

fn take(name: &str, bytes: usize, align: u64, hints: c_long) -> Result<*mut c_void, Problem> {
    let state = state()?;
    if bytes == 0 {
        return Ok(ptr::null_mut());
    }
    state.meet(format_args!("{name}, aligned to {align}, with hints {hints}"))?;
    let offset = state.allocate(most(state, bytes)?, align);
    Ok(offset.map_or(ptr::null_mut(), |offset| state.address_of(offset)))
}

/// The most that a PE asks for, who have met before: programs divide what they have among PEs, and give each a size of its own, which
/// the specification leaves undefined. Nobody goes on before all are here.
fn most(state: &State, bytes: usize) -> Result<usize, Problem> {
    Ok(state.symmetric.node().reduce(bytes as u64, u64::max)? as usize)
}

/// Gives back what was allocated, when all PEs are done with it. Nothing for null.
pub(crate) unsafe fn free(name: &'static str, at: *mut c_void) {
    ending(name, || {
        let state = state()?;
        if at.is_null() { Ok(()) } else { give_back(state, name, at) }
    });
}

fn give_back(state: &State, name: &str, at: *mut c_void) -> Result<(), Problem> {
    let offset = state.given(at)?;
    state.meet(format_args!("{name} of what lies {offset} bytes behind the heap's beginning"))?;
    state.heap().free(offset).map_err(|_| problem!("{at:p} is freed by two threads"))
}

/// Makes what was allocated longer or shorter; it may move. Null leaves it as it is, if there is no room.
pub(crate) unsafe fn realloc(name: &'static str, at: *mut c_void, bytes: usize) -> *mut c_void {
    ending(name, || {
        if at.is_null() {
            return take(name, bytes, LINE, 0);
        }
        let state = state()?;
        if bytes == 0 {
            give_back(state, name, at)?;
            return Ok(ptr::null_mut());
        }
        let offset = state.given(at)?;
        let call = format_args!("{name} of what lies {offset} bytes behind the heap's beginning");
        // What others have put is there, and nobody uses it until all have moved it.
        state.meet(call)?;
        let moved = resize(state, offset, most(state, bytes)?)?;
        state.meet(call)?;
        Ok(moved.map_or(ptr::null_mut(), |offset| state.address_of(offset)))
    })
}

fn resize(state: &State, offset: u64, bytes: usize) -> Result<Option<u64>, Problem> {
    let len = {
        let mut heap = state.heap();
        if heap.resize(offset, bytes as u64) {
            return Ok(Some(offset));
        }
        heap.len_at(offset).ok_or_else(|| problem!("it is freed by another thread"))?
    };
    let Some(moved) = state.allocate(bytes, LINE) else { return Ok(None) };
    let (from, to) = (state.address_of(offset), state.address_of(moved));
    // SAFETY: both are given out, and do not overlap.
    unsafe { ptr::copy_nonoverlapping(from.cast::<u8>(), to.cast(), bytes.min(len as usize)) };
    state.heap().free(offset).map_err(|_| problem!("it is freed by another thread"))?;
    Ok(Some(moved))
}
