//! What C programs pass: texts, arrays, and places for answers.

use std::ffi::{CStr, c_char, c_void};
use std::slice;

use crate::failure::Failure;
use crate::status::pangea_status;

fn null(what: &str) -> Failure {
    Failure::new(pangea_status::NullPointer, format!("NULL was given for {what}"))
}

/// The text that an argument is.
///
/// # Errors
/// When it is NULL, or not UTF-8.
///
/// # Safety
/// It is NULL, or ends by a zero byte, and stays as it is as long as the answer is used.
pub unsafe fn text<'a>(text: *const c_char, what: &str) -> Result<&'a str, Failure> {
    if text.is_null() {
        return Err(null(what));
    }
    // SAFETY: the caller's promise.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str().map_err(|_| {
        Failure::new(pangea_status::BadArgument, format!("{what} is not UTF-8: {text:?}"))
    })
}

/// `count` elements of `T` to be read.
///
/// # Errors
/// When it is NULL, but for no elements; when it is not aligned, or so many cannot be.
///
/// # Safety
/// There are so many, and they stay as they are as long as the answer is used.
pub unsafe fn elements<'a, T>(
    from: *const T,
    count: usize,
    what: &str,
) -> Result<&'a [T], Failure> {
    if count == 0 {
        return Ok(&[]);
    }
    check::<T>(from.is_null(), from.is_aligned(), count, what)?;
    // SAFETY: the caller's promise, and what was checked.
    Ok(unsafe { slice::from_raw_parts(from, count) })
}

/// `count` elements of `T` to be written.
///
/// # Errors
/// As [`elements`].
///
/// # Safety
/// There are so many, and nobody else uses them as long as the answer is used.
pub unsafe fn elements_mut<'a, T>(
    into: *mut T,
    count: usize,
    what: &str,
) -> Result<&'a mut [T], Failure> {
    if count == 0 {
        return Ok(&mut []);
    }
    check::<T>(into.is_null(), into.is_aligned(), count, what)?;
    // SAFETY: the caller's promise, and what was checked.
    Ok(unsafe { slice::from_raw_parts_mut(into, count) })
}

fn check<T>(is_null: bool, is_aligned: bool, count: usize, what: &str) -> Result<(), Failure> {
    if is_null {
        return Err(null(what));
    }
    let bad = |message| Err(Failure::new(pangea_status::BadArgument, message));
    if !is_aligned {
        return bad(format!("{what} is not aligned to {} bytes", align_of::<T>()));
    }
    if count > isize::MAX as usize / size_of::<T>().max(1) {
        return bad(format!(
            "{count} elements of {} bytes are more than there can be",
            size_of::<T>()
        ));
    }
    Ok(())
}

/// How many bytes `count` elements of `each` are.
///
/// # Errors
/// When there cannot be so many.
pub fn bytes(count: usize, each: usize) -> Result<usize, Failure> {
    let all = count.checked_mul(each).filter(|all| *all <= isize::MAX as usize);
    all.ok_or_else(|| {
        let message = format!("{count} elements of {each} bytes are more than there can be");
        Failure::new(pangea_status::BadArgument, message)
    })
}

/// The bytes of `count` elements of `each`, to be read.
///
/// # Errors
/// As [`elements`].
///
/// # Safety
/// As [`elements`].
#[inline]
pub unsafe fn data<'a>(
    from: *const c_void,
    count: usize,
    each: usize,
    what: &str,
) -> Result<&'a [u8], Failure> {
    let count = bytes(count, each)?;
    // SAFETY: the caller's promise.
    unsafe { elements(from.cast(), count, what) }
}

/// The bytes of `count` elements of `each`, to be written.
///
/// # Errors
/// As [`elements`].
///
/// # Safety
/// As [`elements_mut`]; bytes that were never written count as any.
#[inline]
pub unsafe fn data_mut<'a>(
    into: *mut c_void,
    count: usize,
    each: usize,
    what: &str,
) -> Result<&'a mut [u8], Failure> {
    let count = bytes(count, each)?;
    // SAFETY: the caller's promise.
    unsafe { elements_mut(into.cast(), count, what) }
}

/// Gives an answer to the place that the program has for it.
///
/// # Errors
/// When that is NULL, or not aligned.
///
/// # Safety
/// There is room for a `T`.
pub unsafe fn give<T>(into: *mut T, value: T, what: &str) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    unsafe { place(into, what)?.write(value) };
    Ok(())
}

/// A place for an answer that is wanted, before anything is done for it.
///
/// # Errors
/// When it is NULL, or not aligned.
pub fn place<T>(into: *mut T, what: &str) -> Result<*mut T, Failure> {
    check::<T>(into.is_null(), into.is_aligned(), 1, what)?;
    Ok(into)
}

/// Gives an answer that the program may not want.
///
/// # Errors
/// When the place is not aligned.
///
/// # Safety
/// It is NULL, or has room for a `T`.
pub unsafe fn give_if_wanted<T>(into: *mut T, value: T, what: &str) -> Result<(), Failure> {
    if into.is_null() {
        return Ok(());
    }
    // SAFETY: the caller's promise.
    unsafe { give(into, value, what) }
}
