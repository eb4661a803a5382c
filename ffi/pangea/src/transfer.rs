//! Accesses to arrays that go on while the program does something else: [`pangea_transfer`].

use std::ffi::c_void;

use pangea::raw::RawTransfer;

use crate::array::pangea_array;
use crate::failure::call;
use crate::handle::{Bound, Handle, Kind, borrow, insert_bound, owner, share, take, take_whole};
use crate::memory::{data, data_mut, give, place};
use crate::status::pangea_status;

/// Elements on their way. Of the thread that began it; got by `pangea_array_get_nb`, freed by `pangea_transfer_wait` or
/// `pangea_transfer_free`.
pub struct pangea_transfer {
    _opaque: [u8; 0],
}

impl Handle for pangea_transfer {
    type Object = Bound<RawTransfer>;
    const KIND: Kind = Kind::Transfer;
}

/// Begins to copy `count` elements out, from `start` on. `pangea_transfer_wait` hands them over; other work goes on meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_get_nb(
    array: *const pangea_array,
    start: usize,
    count: usize,
    transfer: *mut *mut pangea_transfer,
) -> pangea_status {
    call(|| {
        let (object, transfer) = (share(array)?, place(transfer, "transfer")?);
        let begun = object.array.get_nb(start, count)?;
        let handle = insert_bound(owner(array)?, begun)?;
        // SAFETY: there is room for a pointer.
        unsafe { give(transfer, handle, "transfer") }
    })
}

/// Waits for elements, copies them to `into`, which has room for all that were asked for, and frees the transfer, also when it fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_transfer_wait(
    transfer: *mut pangea_transfer,
    into: *mut c_void,
) -> pangea_status {
    call(|| {
        let bytes = share(transfer)?.get()?.bytes();
        // SAFETY: there is room for as many as were asked for.
        let into = unsafe { data_mut(into, bytes, 1, "into")? };
        into.copy_from_slice(&take_whole(transfer)?.into_value().wait()?);
        Ok(())
    })
}

/// Forgets elements that are on their way.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_transfer_free(transfer: *mut pangea_transfer) -> pangea_status {
    call(|| {
        share(transfer)?.get()?;
        take(transfer).map(drop)
    })
}

/// Begins to copy `count` elements in, from `start` on. They have been taken from `from` when it returns, and are at their homes after
/// `pangea_node_quiet` or a barrier, called by the same thread, which also tell if one failed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_put_nb(
    array: *const pangea_array,
    start: usize,
    from: *const c_void,
    count: usize,
) -> pangea_status {
    call(|| {
        // SAFETY: there are so many elements; a handle is not freed while another thread uses it.
        unsafe {
            let array = &borrow(array)?.array;
            Ok(array.put_nb(start, data(from, count, array.element_bytes(), "from")?)?)
        }
    })
}
