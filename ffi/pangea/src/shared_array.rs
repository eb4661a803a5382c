//! Many values, kept coherent block by block: [`pangea_shared_array`].

use std::ffi::{c_char, c_void};

use pangea::raw::{RawCoherentBuilder, RawShared};

use crate::callback::{change, needed, pangea_change, pangea_test};
use crate::failure::{answer, call};
use crate::handle::{Handle, Kind, Owner, borrow, insert, share, take};
use crate::memory::{data, data_mut, give, place, text};
use crate::node::pangea_node;
use crate::shared::{compare_exchange, described, pangea_batch, wait_until};
use crate::spec::{self, Uses, pangea_range, pangea_spec};
use crate::status::pangea_status;

/// An array that all nodes share, kept coherent in blocks. An operation on an element, or on the part of a range that lies in one block, is atomic and
/// takes effect as a whole. May be used from any thread. Got by `pangea_shared_array_create` or `pangea_shared_array_attach`; freed by
/// `pangea_shared_array_free`, `pangea_shared_array_release`, or `pangea_leave`.
pub struct pangea_shared_array {
    _opaque: [u8; 0],
}

impl Handle for pangea_shared_array {
    type Object = RawShared;
    const KIND: Kind = Kind::SharedArray;
}

/// What such an array makes use of.
const USES: Uses = Uses { element: true, len: true, spread: true, blocks: true, pages: false };

/// Creates an array, all zero, or attaches to the one of that name. Of `spec` it uses the type, `len`, the distribution of its blocks (each node has as many in a row
/// if not said), the model (sequential if not said, or strict), and `block_bytes`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_shared_array_create(
    node: *const pangea_node,
    name: *const c_char,
    spec: *const pangea_spec,
    array: *mut *mut pangea_shared_array,
) -> pangea_status {
    call(|| {
        let (object, array) = (share(node)?, place(array, "array")?);
        // SAFETY: they are what the prototype says; so in all functions of this file.
        let (name, spec) = unsafe { (text(name, "name")?, spec::read(spec, USES)?) };
        let builder = RawCoherentBuilder::array(&object.node, name, spec.data()?);
        let handle = insert(Owner::node(node), described(builder, &spec)?.create(spec.len)?)?;
        // SAFETY: as above.
        unsafe { give(array, handle, "array") }
    })
}

/// Attaches to the array of that name, whatever its length, model and distribution. Of `spec` it uses the type, which has to be the array's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_shared_array_attach(
    node: *const pangea_node,
    name: *const c_char,
    spec: *const pangea_spec,
    array: *mut *mut pangea_shared_array,
) -> pangea_status {
    call(|| {
        let (object, array) = (share(node)?, place(array, "array")?);
        // SAFETY: as in `pangea_shared_array_create`.
        let (name, spec) = unsafe { (text(name, "name")?, spec::read(spec, USES)?) };
        let made = RawCoherentBuilder::array(&object.node, name, spec.data()?).attach()?;
        let handle = insert(Owner::node(node), made)?;
        // SAFETY: as above.
        unsafe { give(array, handle, "array") }
    })
}

/// Frees the handle. The array stays, and this node's hold of it.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_shared_array_free(array: *mut pangea_shared_array) -> pangea_status {
    call(|| take(array).map(drop))
}

/// Gives this hold of the array back, and frees the handle in any case. When each hold that was got by create or attach, on any node, has been given
/// back, the memory is freed.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_shared_array_release(array: *mut pangea_shared_array) -> pangea_status {
    call(|| Ok(take(array)?.release()?))
}

/// How many elements it has; SIZE_MAX if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_shared_array_len(array: *const pangea_shared_array) -> usize {
    answer(usize::MAX, || Ok(share(array)?.len()))
}

/// How many bytes an element has; SIZE_MAX if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_shared_array_element_bytes(array: *const pangea_shared_array) -> usize {
    answer(usize::MAX, || Ok(share(array)?.element_bytes()))
}

/// Whether this node was the one that created it; false if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_shared_array_is_creator(array: *const pangea_shared_array) -> bool {
    answer(false, || Ok(share(array)?.is_creator()))
}

/// How many blocks it has; SIZE_MAX if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_shared_array_blocks(array: *const pangea_shared_array) -> usize {
    answer(usize::MAX, || Ok(share(array)?.blocks()))
}

/// The elements of a block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_shared_array_block_range(
    array: *const pangea_shared_array,
    block: usize,
    range: *mut pangea_range,
) -> pangea_status {
    call(|| {
        let found = share(array)?.block_range(block)?;
        // SAFETY: as in `pangea_shared_array_create`.
        unsafe { give(range, found.into(), "range") }
    })
}

/// The block of an element; SIZE_MAX if there is no such element.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_shared_array_block_of(
    array: *const pangea_shared_array,
    index: usize,
) -> usize {
    answer(usize::MAX, || Ok(share(array)?.block_of(index)?))
}

/// The rank that stores a block; SIZE_MAX if there is no such block.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_shared_array_home_of(
    array: *const pangea_shared_array,
    block: usize,
) -> usize {
    answer(usize::MAX, || Ok(share(array)?.home_of(block)?))
}

/// Copies an element out: from the node's cache, if it may.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_shared_array_get(
    array: *const pangea_shared_array,
    index: usize,
    value: *mut c_void,
) -> pangea_status {
    call(|| {
        // SAFETY: as in `pangea_shared_array_create`; a handle is not freed while another thread uses it.
        unsafe {
            let array = borrow(array)?;
            Ok(array.get(index, data_mut(value, 1, array.element_bytes(), "value")?)?)
        }
    })
}

/// As `pangea_shared_array_get`, within a batch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_shared_array_get_in(
    array: *const pangea_shared_array,
    batch: *const pangea_batch,
    index: usize,
    value: *mut c_void,
) -> pangea_status {
    call(|| {
        // SAFETY: as in `pangea_shared_array_get`; the batch is of this thread.
        unsafe {
            let (array, batch) = (borrow(array)?, borrow(batch)?.get()?);
            let value = data_mut(value, 1, array.element_bytes(), "value")?;
            Ok(array.get_in(batch, index, value)?)
        }
    })
}

/// Replaces an element.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_shared_array_set(
    array: *const pangea_shared_array,
    index: usize,
    value: *const c_void,
) -> pangea_status {
    // SAFETY: as in `pangea_shared_array_create`.
    unsafe { pangea_shared_array_set_range(array, index, value, 1) }
}

/// Copies `count` elements out, from `start` on. What is not in the cache is fetched together.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_shared_array_get_range(
    array: *const pangea_shared_array,
    start: usize,
    into: *mut c_void,
    count: usize,
) -> pangea_status {
    call(|| {
        // SAFETY: as in `pangea_shared_array_get`.
        unsafe {
            let array = borrow(array)?;
            Ok(array.get_range(start, data_mut(into, count, array.element_bytes(), "into")?)?)
        }
    })
}

/// Copies `count` elements in, from `start` on; those of one block in one step.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_shared_array_set_range(
    array: *const pangea_shared_array,
    start: usize,
    from: *const c_void,
    count: usize,
) -> pangea_status {
    call(|| {
        // SAFETY: as in `pangea_shared_array_get`.
        unsafe {
            let array = borrow(array)?;
            Ok(array.set_range(start, data(from, count, array.element_bytes(), "from")?)?)
        }
    })
}

/// Changes an element in one step by a function. It is called once, on this thread, and must not use this object itself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_shared_array_update(
    array: *const pangea_shared_array,
    index: usize,
    function: pangea_change,
    context: *mut c_void,
) -> pangea_status {
    call(|| {
        let (array, function) = (share(array)?, needed(function)?);
        // SAFETY: as in `pangea_shared_array_create`.
        Ok(array.update(index, |value| unsafe { change(function, value, context) })?)
    })
}

/// Changes all elements of a block in one step, as `pangea_shared_array_update`; the function gets the first of them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_shared_array_update_block(
    array: *const pangea_shared_array,
    block: usize,
    function: pangea_change,
    context: *mut c_void,
) -> pangea_status {
    call(|| {
        let (array, function) = (share(array)?, needed(function)?);
        // SAFETY: as in `pangea_shared_array_create`.
        Ok(array.update_block(block, |values| unsafe { change(function, values, context) })?)
    })
}

/// Replaces an element by `desired` if it is `expected`, bytes compared. `found` is what it was, and `exchanged` whether it was replaced; either
/// may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_shared_array_compare_exchange(
    array: *const pangea_shared_array,
    index: usize,
    expected: *const c_void,
    desired: *const c_void,
    found: *mut c_void,
    exchanged: *mut bool,
) -> pangea_status {
    call(|| {
        let array = share(array)?;
        // SAFETY: as in `pangea_shared_array_create`.
        unsafe { compare_exchange(&array, index, [expected, desired], found, exchanged) }
    })
}

/// Waits until an element is as wanted, looking at it at its home. `value` is what was found, and may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_shared_array_wait_until(
    array: *const pangea_shared_array,
    index: usize,
    function: pangea_test,
    context: *mut c_void,
    value: *mut c_void,
) -> pangea_status {
    call(|| {
        let array = share(array)?;
        // SAFETY: as in `pangea_shared_array_create`.
        unsafe { wait_until(&array, index, function, context, value) }
    })
}
