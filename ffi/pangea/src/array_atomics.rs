//! 64-bit atomics on the elements of arrays of `PANGEA_TYPE_U64` and `PANGEA_TYPE_I64`; signed values are passed as what they
//! are converted to.

use pangea::raw::{RawArray, Update};

use crate::array::pangea_array;
use crate::failure::{Failure, call};
use crate::handle::borrow;
use crate::memory::{elements, give_if_wanted};
use crate::status::pangea_status;

/// Executes an atomic, and gives what was there before to who wants it.
///
/// # Safety
/// No other thread frees the handle meanwhile; `before` is NULL or has room.
unsafe fn atomic(
    array: *const pangea_array,
    before: *mut u64,
    execute: impl FnOnce(&RawArray) -> Result<u64, pangea::Error>,
) -> pangea_status {
    call(|| {
        // SAFETY: the caller's promise.
        let array = unsafe { word(array)? };
        let value = execute(array)?;
        // SAFETY: the caller's promise.
        unsafe { give_if_wanted(before, value, "before") }
    })
}

/// # Safety
/// As [`borrow`].
unsafe fn word<'a>(array: *const pangea_array) -> Result<&'a RawArray, Failure> {
    // SAFETY: the caller's promise.
    let object = unsafe { borrow(array)? };
    if object.is_word {
        return Ok(&object.array);
    }
    let message = format!(
        "atomics are for arrays of PANGEA_TYPE_U64 and PANGEA_TYPE_I64, which {:?} is not",
        object.array.name()
    );
    Err(Failure::new(pangea_status::BadType, message))
}

/// Adds to an element, wrapping around; `before` (which may be NULL, as for all atomics) is its value before. One round trip.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_fetch_add(
    array: *const pangea_array,
    index: usize,
    add: u64,
    before: *mut u64,
) -> pangea_status {
    // SAFETY: they are what the prototype says, so in all functions of this file.
    unsafe { atomic(array, before, |array| array.fetch_add(index, add)) }
}

/// Stores `desired` if the element equals `expected`; `before` is its value before, so it was stored if that equals `expected`. One round trip.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_compare_swap(
    array: *const pangea_array,
    index: usize,
    expected: u64,
    desired: u64,
    before: *mut u64,
) -> pangea_status {
    // SAFETY: as in `pangea_array_fetch_add`.
    unsafe { atomic(array, before, |array| array.compare_swap(index, expected, desired)) }
}

/// The element, in order with the atomics on it. One round trip.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_load(
    array: *const pangea_array,
    index: usize,
    value: *mut u64,
) -> pangea_status {
    // SAFETY: as in `pangea_array_fetch_add`.
    unsafe { atomic(array, value, |array| array.load(index)) }
}

/// Replaces the element. Two round trips, and one more for each time that somebody else changes it meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_store(
    array: *const pangea_array,
    index: usize,
    value: u64,
) -> pangea_status {
    // SAFETY: as in `pangea_array_fetch_add`.
    unsafe { atomic(array, std::ptr::null_mut(), |array| array.update(index, |_| value)) }
}

/// Replaces the element, as `pangea_array_store`; `before` is its value before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_swap(
    array: *const pangea_array,
    index: usize,
    value: u64,
    before: *mut u64,
) -> pangea_status {
    // SAFETY: as in `pangea_array_fetch_add`.
    unsafe { atomic(array, before, |array| array.update(index, |_| value)) }
}

/// Bitwise "and" with an element, as `pangea_array_swap`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_fetch_and(
    array: *const pangea_array,
    index: usize,
    bits: u64,
    before: *mut u64,
) -> pangea_status {
    // SAFETY: as in `pangea_array_fetch_add`.
    unsafe { atomic(array, before, |array| array.update(index, |word| word & bits)) }
}

/// Bitwise "or" with an element, as `pangea_array_swap`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_fetch_or(
    array: *const pangea_array,
    index: usize,
    bits: u64,
    before: *mut u64,
) -> pangea_status {
    // SAFETY: as in `pangea_array_fetch_add`.
    unsafe { atomic(array, before, |array| array.update(index, |word| word | bits)) }
}

/// Bitwise "exclusive or" with an element, as `pangea_array_swap`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_fetch_xor(
    array: *const pangea_array,
    index: usize,
    bits: u64,
    before: *mut u64,
) -> pangea_status {
    // SAFETY: as in `pangea_array_fetch_add`.
    unsafe { atomic(array, before, |array| array.update(index, |word| word ^ bits)) }
}

/// # Safety
/// There are `count` indices and operands; no other thread frees the handle meanwhile.
unsafe fn many(
    array: *const pangea_array,
    update: Update,
    indices: *const usize,
    operands: *const u64,
    count: usize,
) -> pangea_status {
    call(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let indices = elements(indices, count, "indices")?;
            let operands = elements(operands, count, "values")?;
            Ok(word(array)?.update_many(update, indices, operands)?)
        }
    })
}

/// Adds values to the elements of `count` indices, wrapping around, without telling what they were before. Each addition is an atomic by itself,
/// in any order; all are at their homes when it returns. In batches.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_add_many(
    array: *const pangea_array,
    indices: *const usize,
    values: *const u64,
    count: usize,
) -> pangea_status {
    // SAFETY: as in `pangea_array_fetch_add`.
    unsafe { many(array, Update::Add, indices, values, count) }
}

/// Bitwise "and" of each of these elements with its value, as `pangea_array_add_many`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_and_many(
    array: *const pangea_array,
    indices: *const usize,
    values: *const u64,
    count: usize,
) -> pangea_status {
    // SAFETY: as in `pangea_array_fetch_add`.
    unsafe { many(array, Update::And, indices, values, count) }
}

/// Bitwise "or" of each of these elements with its value, as `pangea_array_add_many`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_or_many(
    array: *const pangea_array,
    indices: *const usize,
    values: *const u64,
    count: usize,
) -> pangea_status {
    // SAFETY: as in `pangea_array_fetch_add`.
    unsafe { many(array, Update::Or, indices, values, count) }
}

/// Bitwise "exclusive or" of each of these elements with its value, as `pangea_array_add_many`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_xor_many(
    array: *const pangea_array,
    indices: *const usize,
    values: *const u64,
    count: usize,
) -> pangea_status {
    // SAFETY: as in `pangea_array_fetch_add`.
    unsafe { many(array, Update::Xor, indices, values, count) }
}
