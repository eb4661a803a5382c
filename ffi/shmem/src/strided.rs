//! Putting and getting every so manieth element.

use std::ffi::{c_int, c_void};
use std::ptr;

use pangea::symmetric::Strided;

use crate::error::{Problem, ending, problem};
use crate::rma::bytes_of;
use crate::state::state;
use crate::types::Context;
use crate::ways::place;

/// How an array lies in memory: bytes between its elements, and bytes from the first to behind the last.
fn extent(stride: isize, elements: usize, size: usize) -> Result<(usize, usize), Problem> {
    let elements_apart = usize::try_from(stride).ok().filter(|stride| *stride > 0);
    let elements_apart =
        elements_apart.ok_or_else(|| problem!("a stride of {stride} is less than 1"))?;
    let stride = bytes_of(elements_apart, size)?;
    let before_last = bytes_of(elements - 1, stride)?;
    let span = before_last.checked_add(size).filter(|span| isize::try_from(*span).is_ok());
    Ok((stride, span.ok_or_else(|| problem!("{elements} elements are more than memory has"))?))
}

/// Puts elements.
///
/// # Safety
/// `source` has so many elements at that distance; `dest` as well on the PE, if it is symmetric.
pub(crate) unsafe fn iput<const SIZE: usize>(
    name: &'static str,
    context: Context,
    dest: *mut c_void,
    source: *const c_void,
    dest_stride: isize,
    source_stride: isize,
    elements: usize,
    pe: c_int,
) {
    ending(name, || {
        let state = state()?;
        let target = context.target(state, pe)?;
        if elements == 0 {
            return Ok(());
        }
        let (to, span) = extent(dest_stride, elements, SIZE)?;
        let (from, _) = extent(source_stride, elements, SIZE)?;
        if let Some(at) = place(dest, span, target.rank.cast_signed())
            && !source.is_null()
        {
            // SAFETY: `span` bytes are mapped at `at`; `source` is the caller's promise.
            unsafe { copy::<SIZE>(at, to, source.cast(), from, elements) };
            return Ok(());
        }
        let first = state.to_offset(dest, span)?;
        let source = crate::rma::own(source, "source")?.cast();
        let to = Strided { first, stride: to };
        let from = Strided { first: source, stride: from };
        // SAFETY: as the caller promises.
        unsafe { state.symmetric.write_strided(target.rank, to, from, SIZE, elements)? };
        Ok(())
    });
}

/// Gets elements.
///
/// # Safety
/// As [`iput`], the other way round.
pub(crate) unsafe fn iget<const SIZE: usize>(
    name: &'static str,
    context: Context,
    dest: *mut c_void,
    source: *const c_void,
    dest_stride: isize,
    source_stride: isize,
    elements: usize,
    pe: c_int,
) {
    ending(name, || {
        let state = state()?;
        let target = context.target(state, pe)?;
        if elements == 0 {
            return Ok(());
        }
        let (to, _) = extent(dest_stride, elements, SIZE)?;
        let (from, span) = extent(source_stride, elements, SIZE)?;
        if let Some(at) = place(source, span, target.rank.cast_signed())
            && !dest.is_null()
        {
            // SAFETY: `span` bytes are mapped at `at`; `dest` is the caller's promise.
            unsafe { copy::<SIZE>(dest.cast(), to, at, from, elements) };
            return Ok(());
        }
        let first = state.to_offset(source, span)?;
        let dest = crate::rma::own(dest, "destination")?.cast_mut().cast();
        let from = Strided { first, stride: from };
        let into = Strided { first: dest, stride: to };
        // SAFETY: as the caller promises.
        unsafe { state.symmetric.read_strided(target.rank, from, into, SIZE, elements)? };
        Ok(())
    });
}

/// Copies elements that lie apart, one after the other.
unsafe fn copy<const SIZE: usize>(
    dest: *mut u8,
    dest_stride: usize,
    source: *const u8,
    source_stride: usize,
    elements: usize,
) {
    for n in 0..elements {
        let (to, from) =
            (dest.wrapping_add(n * dest_stride), source.wrapping_add(n * source_stride));
        // SAFETY: the caller's promise for each element. Of a length that is known, this is a load and a store.
        unsafe { ptr::copy(from, to, SIZE) };
    }
}
