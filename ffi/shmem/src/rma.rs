//! Putting and getting.
//!
//! The short way first: in place, at once. The long way does the same by rank and offset, or says what is wrong.

use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};

use pangea::symmetric::Signal;

use crate::error::{Problem, ending, problem};
use crate::state::state;
use crate::types::Context;
use crate::ways::{element, place};

/// The bytes of so many elements.
pub(crate) fn bytes_of(elements: usize, size: usize) -> Result<usize, Problem> {
    let bytes = elements.checked_mul(size).filter(|bytes| isize::try_from(*bytes).is_ok());
    bytes.ok_or_else(|| {
        problem!(
            "{elements} elements of {size} bytes are more than memory has; was the number negative?"
        )
    })
}

/// An address of this process.
pub(crate) fn own<T>(at: *const T, what: &str) -> Result<*const T, Problem> {
    if at.is_null() { Err(problem!("the address of the {what} is NULL")) } else { Ok(at) }
}

/// Puts an array.
///
/// # Safety
/// `source` has so many elements; `dest` so many of this size on the PE, if it is symmetric.
#[inline]
pub(crate) unsafe fn put<const SIZE: usize>(
    name: &'static str,
    context: Context,
    dest: *mut c_void,
    source: *const c_void,
    elements: usize,
    pe: c_int,
) {
    // SAFETY: as the caller promises.
    unsafe { put_from(name, context, dest, source, (elements, SIZE), pe, Source::Free) }
}

/// What the program may do with the source of a put when it has returned.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// Change it: what is not sent by then is a copy.
    Free,
    /// Nothing before `quiet`: symmetric memory is sent from where it is.
    Lent,
}

/// Puts an array that stays as it is until `quiet`: in place that is the same.
///
/// # Safety
/// As [`put`], and `source` is not written before `quiet`.
#[inline]
pub(crate) unsafe fn put_nbi<const SIZE: usize>(
    name: &'static str,
    context: Context,
    dest: *mut c_void,
    source: *const c_void,
    elements: usize,
    pe: c_int,
) {
    // SAFETY: as the caller promises.
    unsafe { put_from(name, context, dest, source, (elements, SIZE), pe, Source::Lent) }
}

/// # Safety
/// As [`put`].
#[inline(always)]
unsafe fn put_from(
    name: &'static str,
    context: Context,
    dest: *mut c_void,
    source: *const c_void,
    (elements, size): (usize, usize),
    pe: c_int,
    lending: Source,
) {
    if let Some(bytes) = elements.checked_mul(size)
        && let Some(pe) = context.pe_of_world(pe)
        && let Some(at) = place(dest, bytes, pe)
        && !source.is_null()
    {
        // SAFETY: `at` is memory of so many bytes that is mapped here; the rest is the caller's promise.
        return unsafe { ptr::copy(source.cast(), at, bytes) };
    }
    // SAFETY: as the caller promises.
    unsafe { put_far(name, context, dest, source, (elements, size), pe, lending) }
}

#[cold]
unsafe fn put_far(
    name: &str,
    context: Context,
    dest: *mut c_void,
    source: *const c_void,
    (elements, size): (usize, usize),
    pe: c_int,
    lending: Source,
) {
    ending(name, || {
        let state = state()?;
        let target = context.target(state, pe)?;
        let bytes = bytes_of(elements, size)?;
        if bytes == 0 {
            return Ok(());
        }
        let at = state.to_offset(dest, bytes)?;
        let source = own(source, "source")?.cast();
        let (symmetric, rank) = (&state.symmetric, target.rank);
        // SAFETY: as the caller promises.
        unsafe {
            match lending {
                _ if !target.may_wait => symmetric.write(rank, at, source, bytes)?,
                Source::Lent => symmetric.write_lent(rank, at, source, bytes)?,
                Source::Free => symmetric.write_later(rank, at, source, bytes)?,
            }
        }
        Ok(())
    });
}

/// Gets an array.
///
/// # Safety
/// `dest` has so many elements; `source` so many of this size on the PE, if it is symmetric.
#[inline]
pub(crate) unsafe fn get<const SIZE: usize>(
    name: &'static str,
    context: Context,
    dest: *mut c_void,
    source: *const c_void,
    elements: usize,
    pe: c_int,
) {
    // SAFETY: as the caller promises.
    unsafe { get_into(name, context, dest, source, (elements, SIZE), pe, false) }
}

/// Gets an array, which is there after `quiet`.
///
/// # Safety
/// As [`get`], and `dest` stays until then.
#[inline]
pub(crate) unsafe fn get_nbi<const SIZE: usize>(
    name: &'static str,
    context: Context,
    dest: *mut c_void,
    source: *const c_void,
    elements: usize,
    pe: c_int,
) {
    // SAFETY: as the caller promises.
    unsafe { get_into(name, context, dest, source, (elements, SIZE), pe, true) }
}

/// # Safety
/// As [`get`]; `later` is whether it may be there after `quiet` alone.
#[inline(always)]
unsafe fn get_into(
    name: &'static str,
    context: Context,
    dest: *mut c_void,
    source: *const c_void,
    (elements, size): (usize, usize),
    pe: c_int,
    later: bool,
) {
    if let Some(bytes) = elements.checked_mul(size)
        && let Some(pe) = context.pe_of_world(pe)
        && let Some(at) = place(source, bytes, pe)
        && !dest.is_null()
    {
        // SAFETY: as for `put`.
        return unsafe { ptr::copy(at, dest.cast(), bytes) };
    }
    // SAFETY: as the caller promises.
    unsafe { get_far(name, context, dest, source, (elements, size), pe, later) }
}

#[cold]
unsafe fn get_far(
    name: &str,
    context: Context,
    dest: *mut c_void,
    source: *const c_void,
    (elements, size): (usize, usize),
    pe: c_int,
    later: bool,
) {
    ending(name, || {
        let state = state()?;
        let target = context.target(state, pe)?;
        let bytes = bytes_of(elements, size)?;
        if bytes == 0 {
            return Ok(());
        }
        let at = state.to_offset(source, bytes)?;
        let dest = own(dest, "destination")?.cast_mut().cast();
        // SAFETY: as the caller promises.
        unsafe {
            if later && target.may_wait {
                state.symmetric.read_later(target.rank, at, dest, bytes)?;
            } else {
                state.symmetric.read(target.rank, at, dest, bytes)?;
            }
        }
        Ok(())
    });
}

/// Puts one element.
///
/// # Safety
/// `dest` is an element of this type on the PE, if it is symmetric.
#[inline]
pub(crate) unsafe fn p<T: Copy>(
    name: &'static str,
    context: Context,
    dest: *mut T,
    value: T,
    pe: c_int,
) {
    if let Some(world) = context.pe_of_world(pe)
        && let Some(at) = element(dest, world)
    {
        // SAFETY: `at` is an element that is mapped here, and aligned.
        return unsafe { at.write_volatile(value) };
    }
    // SAFETY: as the caller promises; the source is on the stack.
    unsafe { p_far(name, context, dest.cast(), &raw const value, pe) }
}

#[cold]
unsafe fn p_far<T>(name: &str, context: Context, dest: *mut c_void, value: *const T, pe: c_int) {
    // SAFETY: as the caller promises.
    unsafe { put_far(name, context, dest, value.cast(), (1, size_of::<T>()), pe, Source::Free) }
}

/// Gets one element.
///
/// # Safety
/// `source` is an element of this type on the PE, if it is symmetric.
#[inline]
pub(crate) unsafe fn g<T: Copy>(
    name: &'static str,
    context: Context,
    source: *const T,
    pe: c_int,
) -> T {
    if let Some(world) = context.pe_of_world(pe)
        && let Some(at) = element(source, world)
    {
        crate::ways::read(name, source);
        // SAFETY: `at` is an element that is mapped here, and aligned.
        return unsafe { at.read_volatile() };
    }
    // SAFETY: as the caller promises.
    unsafe { g_far(name, context, source, pe) }
}

#[cold]
unsafe fn g_far<T: Copy>(name: &str, context: Context, source: *const T, pe: c_int) -> T {
    let mut value = std::mem::MaybeUninit::<T>::uninit();
    let into = value.as_mut_ptr().cast();
    // SAFETY: as the caller promises; `get_far` fills what it is given or does not return.
    unsafe {
        get_far(name, context, into, source.cast(), (1, size_of::<T>()), pe, false);
        value.assume_init()
    }
}

/// Puts an array, and behind it a signal: set (0) or add (1).
///
/// # Safety
/// As [`put`]; `signal` is a word of 64 bits on the PE, if it is symmetric.
#[inline]
pub(crate) unsafe fn put_signal<const SIZE: usize>(
    name: &'static str,
    context: Context,
    dest: *mut c_void,
    source: *const c_void,
    elements: usize,
    signal: *mut u64,
    value: u64,
    operation: c_int,
    pe: c_int,
) {
    // SAFETY: as the caller promises.
    unsafe {
        let signal = (signal, value, operation);
        if !signaled(context, dest, source, (elements, SIZE), signal, pe) {
            put_signal_far(name, context, dest, source, (elements, SIZE), signal, pe, Source::Free);
        }
    }
}

/// As [`put_signal`], where the array stays as it is until `quiet`.
///
/// # Safety
/// As [`put_signal`], and `source` is not written before `quiet`.
#[inline]
pub(crate) unsafe fn put_signal_nbi<const SIZE: usize>(
    name: &'static str,
    context: Context,
    dest: *mut c_void,
    source: *const c_void,
    elements: usize,
    signal: *mut u64,
    value: u64,
    operation: c_int,
    pe: c_int,
) {
    // SAFETY: as the caller promises.
    unsafe {
        let signal = (signal, value, operation);
        if !signaled(context, dest, source, (elements, SIZE), signal, pe) {
            put_signal_far(name, context, dest, source, (elements, SIZE), signal, pe, Source::Lent);
        }
    }
}

/// Puts and signals in place, if that can be.
///
/// # Safety
/// As [`put_signal`].
#[inline(always)]
unsafe fn signaled(
    context: Context,
    dest: *mut c_void,
    source: *const c_void,
    (elements, size): (usize, usize),
    (signal, value, operation): (*mut u64, u64, c_int),
    pe: c_int,
) -> bool {
    if let Some(bytes) = elements.checked_mul(size)
        && let Some(world) = context.pe_of_world(pe)
        && let Some(at) = place(dest, bytes, world)
        && let Some(signal) = element(signal, world)
        && !source.is_null()
        && matches!(operation, SET | ADD)
    {
        // SAFETY: as for `put`; the signal is a word that is mapped here, aligned, and used by whole words.
        unsafe {
            ptr::copy(source.cast(), at, bytes);
            let signal = AtomicU64::from_ptr(signal);
            if operation == SET {
                signal.store(value, Ordering::Release);
            } else {
                signal.fetch_add(value, Ordering::Release);
            }
        }
        return true;
    }
    false
}

const SET: c_int = 0;
const ADD: c_int = 1;

#[cold]
unsafe fn put_signal_far(
    name: &str,
    context: Context,
    dest: *mut c_void,
    source: *const c_void,
    (elements, size): (usize, usize),
    (signal, value, operation): (*mut u64, u64, c_int),
    pe: c_int,
    lending: Source,
) {
    ending(name, || {
        let state = state()?;
        let target = context.target(state, pe)?;
        let bytes = bytes_of(elements, size)?;
        let operation = match operation {
            SET => Signal::Set(value),
            ADD => Signal::Add(value),
            other => {
                return Err(problem!(
                    "{other} is no operation of signals: SHMEM_SIGNAL_SET or SHMEM_SIGNAL_ADD"
                ));
            }
        };
        let signal_at = crate::atomics::offset_of(state, signal)?;
        let (at, source) = match bytes {
            0 => (signal_at, (&raw const value).cast()),
            _ => (state.to_offset(dest, bytes)?, own(source, "source")?.cast()),
        };
        let (symmetric, rank) = (&state.symmetric, target.rank);
        // SAFETY: as the caller promises.
        unsafe {
            match lending {
                Source::Free => {
                    symmetric.write_signal(rank, at, source, bytes, signal_at, operation)?;
                }
                Source::Lent => {
                    symmetric.write_signal_lent(rank, at, source, bytes, signal_at, operation)?;
                }
            }
        }
        if target.may_wait { Ok(()) } else { crate::order::complete(state) }
    });
}
