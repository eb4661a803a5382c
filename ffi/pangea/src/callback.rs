//! Functions of the program that the library calls. They are not to throw exceptions, jump out, or end their thread.

use std::ffi::c_void;

use crate::failure::Failure;
use crate::status::pangea_status;

/// Changes a value in place; `context` is what was passed along. Must not throw.
pub type pangea_change = Option<unsafe extern "C" fn(value: *mut c_void, context: *mut c_void)>;

/// Whether a value is as wanted. Must not throw.
pub type pangea_test =
    Option<unsafe extern "C" fn(value: *const c_void, context: *mut c_void) -> bool>;

/// Puts into `mine` what it and `theirs` make together. Must not throw.
pub type pangea_combine =
    Option<unsafe extern "C" fn(mine: *mut c_void, theirs: *const c_void, context: *mut c_void)>;

/// Does what is to be done once; `is_poisoned` says that another began it and did not come to its end. Must not throw.
pub type pangea_call = Option<unsafe extern "C" fn(is_poisoned: bool, context: *mut c_void)>;

/// The function, if there is one.
pub(crate) fn needed<F>(function: Option<F>) -> Result<F, Failure> {
    let message = "NULL was given for a function to be called";
    function.ok_or_else(|| Failure::new(pangea_status::NullPointer, message))
}

/// A copy of a value for a callback, aligned as C programs expect.
pub(crate) struct Aligned {
    words: Vec<u128>,
    bytes: usize,
}

impl Aligned {
    pub(crate) fn new(bytes: usize) -> Aligned {
        Aligned { words: vec![0; bytes.div_ceil(size_of::<u128>())], bytes }
    }

    pub(crate) fn of(value: &[u8]) -> Aligned {
        let mut copy = Aligned::new(value.len());
        copy.bytes_mut().copy_from_slice(value);
        copy
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &bytemuck::cast_slice(&self.words)[..self.bytes]
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut bytemuck::cast_slice_mut(&mut self.words)[..self.bytes]
    }
}

/// Lets a program change a value in place.
///
/// # Safety
/// The function may be called with that context.
pub(crate) unsafe fn change(
    function: unsafe extern "C" fn(*mut c_void, *mut c_void),
    value: &mut [u8],
    context: *mut c_void,
) {
    let mut copy = Aligned::of(value);
    // SAFETY: the caller's promise; the value is there, with all of its bytes.
    unsafe { function(copy.bytes_mut().as_mut_ptr().cast(), context) };
    value.copy_from_slice(copy.bytes());
}

/// Asks a program whether a value is as wanted.
///
/// # Safety
/// The function may be called with that context.
pub(crate) unsafe fn test(
    function: unsafe extern "C" fn(*const c_void, *mut c_void) -> bool,
    value: &[u8],
    context: *mut c_void,
) -> bool {
    let copy = Aligned::of(value);
    // SAFETY: as in `change`.
    unsafe { function(copy.bytes().as_ptr().cast(), context) }
}
