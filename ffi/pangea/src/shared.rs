//! One value, kept coherent: [`pangea_shared`]; and batches of reads of cached values: [`pangea_batch`].

use std::ffi::{c_char, c_void};

use pangea::raw::{RawCoherentBuilder, RawShared};
use pangea::{Batch, Model};

use crate::callback::{change, needed, pangea_change, pangea_test, test};
use crate::failure::{answer, call};
use crate::handle::{Bound, Handle, Kind, Owner, borrow, insert, insert_bound, share, take};
use crate::memory::{data, data_mut, give, give_if_wanted, place, text};
use crate::node::pangea_node;
use crate::spec::{self, Spec, Uses, pangea_spec};
use crate::status::pangea_status;

/// One value that all nodes share, kept coherent and cached. Each operation is atomic, and takes effect as a whole. May be used from any thread. Got by
/// `pangea_shared_create` or `pangea_shared_attach`; freed by `pangea_shared_free`, `pangea_shared_release`, or
/// `pangea_leave`.
pub struct pangea_shared {
    _opaque: [u8; 0],
}

impl Handle for pangea_shared {
    type Object = RawShared;
    const KIND: Kind = Kind::Shared;
}

/// Many reads of cached values, for which what keeps the cache from under them is done once. While it lives, the node's cache cannot give
/// memory back. Of the thread that began it; got by `pangea_batch_begin`, freed by `pangea_batch_end`.
pub struct pangea_batch {
    _opaque: [u8; 0],
}

impl Handle for pangea_batch {
    type Object = Bound<Batch>;
    const KIND: Kind = Kind::Batch;
}

/// The models that coherent objects can have.
pub(crate) const MODELS: [Model; 2] = [Model::Strict, Model::Sequential];

/// A builder with what coherent objects have in common.
pub(crate) fn described(
    builder: RawCoherentBuilder,
    spec: &Spec,
) -> Result<RawCoherentBuilder, crate::failure::Failure> {
    spec.check_model("a coherent object", &MODELS)?;
    let mut builder = builder;
    if let Some(model) = spec.model {
        builder = builder.model(model);
    }
    if let Some(distribution) = spec.distribution {
        builder = builder.distribution(distribution);
    }
    if let Some(bytes) = spec.block_bytes {
        builder = builder.block_bytes(bytes);
    }
    Ok(builder)
}

/// Creates a value, all zero, or attaches to the one of that name. Of `spec` it uses the type, the model (sequential if not said, or strict), and the node it is
/// on (0 if not said).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_shared_create(
    node: *const pangea_node,
    name: *const c_char,
    spec: *const pangea_spec,
    shared: *mut *mut pangea_shared,
) -> pangea_status {
    call(|| {
        let (object, shared) = (share(node)?, place(shared, "shared")?);
        // SAFETY: they are what the prototype says; so in all functions of this file.
        let (name, spec) = unsafe { (text(name, "name")?, spec::read(spec, Uses::DATA)?) };
        let builder = RawCoherentBuilder::value(&object.node, name, spec.data()?);
        let handle = insert(Owner::node(node), described(builder, &spec)?.create(1)?)?;
        // SAFETY: as above.
        unsafe { give(shared, handle, "shared") }
    })
}

/// Attaches to the value of that name, whatever its model. Of `spec` it uses the type, which has to be the value's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_shared_attach(
    node: *const pangea_node,
    name: *const c_char,
    spec: *const pangea_spec,
    shared: *mut *mut pangea_shared,
) -> pangea_status {
    call(|| {
        let (object, shared) = (share(node)?, place(shared, "shared")?);
        // SAFETY: as in `pangea_shared_create`.
        let (name, spec) = unsafe { (text(name, "name")?, spec::read(spec, Uses::DATA)?) };
        let made = RawCoherentBuilder::value(&object.node, name, spec.data()?).attach()?;
        let handle = insert(Owner::node(node), made)?;
        // SAFETY: as above.
        unsafe { give(shared, handle, "shared") }
    })
}

/// Frees the handle. The value stays, and this node's hold of it.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_shared_free(shared: *mut pangea_shared) -> pangea_status {
    call(|| take(shared).map(drop))
}

/// Gives this hold of the value back, and frees the handle in any case. When each hold that was got by create or attach, on any node, has been given
/// back, the memory is freed.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_shared_release(shared: *mut pangea_shared) -> pangea_status {
    call(|| Ok(take(shared)?.release()?))
}

/// Whether this node was the one that created it; false if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_shared_is_creator(shared: *const pangea_shared) -> bool {
    answer(false, || Ok(share(shared)?.is_creator()))
}

/// How many bytes the value has; SIZE_MAX if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_shared_element_bytes(shared: *const pangea_shared) -> usize {
    answer(usize::MAX, || Ok(share(shared)?.element_bytes()))
}

/// Copies the value out: from the node's cache, if it may.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_shared_load(
    shared: *const pangea_shared,
    value: *mut c_void,
) -> pangea_status {
    call(|| {
        // SAFETY: as in `pangea_shared_create`; a handle is not freed while another thread uses it.
        unsafe {
            let shared = borrow(shared)?;
            Ok(shared.get(0, data_mut(value, 1, shared.element_bytes(), "value")?)?)
        }
    })
}

/// As `pangea_shared_load`, within a batch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_shared_load_in(
    shared: *const pangea_shared,
    batch: *const pangea_batch,
    value: *mut c_void,
) -> pangea_status {
    call(|| {
        // SAFETY: as in `pangea_shared_load`; the batch is of this thread.
        unsafe {
            let (shared, batch) = (borrow(shared)?, borrow(batch)?.get()?);
            let value = data_mut(value, 1, shared.element_bytes(), "value")?;
            Ok(shared.get_in(batch, 0, value)?)
        }
    })
}

/// Replaces the value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_shared_store(
    shared: *const pangea_shared,
    value: *const c_void,
) -> pangea_status {
    call(|| {
        // SAFETY: as in `pangea_shared_load`.
        unsafe {
            let shared = borrow(shared)?;
            Ok(shared.set_range(0, data(value, 1, shared.element_bytes(), "value")?)?)
        }
    })
}

/// Changes the value in one step by a function. It is called once, on this thread, and must not use this object itself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_shared_update(
    shared: *const pangea_shared,
    function: pangea_change,
    context: *mut c_void,
) -> pangea_status {
    call(|| {
        let (shared, function) = (share(shared)?, needed(function)?);
        // SAFETY: as in `pangea_shared_create`.
        Ok(shared.update(0, |value| unsafe { change(function, value, context) })?)
    })
}

/// Replaces the value by `desired` if it is `expected`, bytes compared. `found` is what it was, and `exchanged` whether it was replaced; either may be
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_shared_compare_exchange(
    shared: *const pangea_shared,
    expected: *const c_void,
    desired: *const c_void,
    found: *mut c_void,
    exchanged: *mut bool,
) -> pangea_status {
    call(|| {
        let shared = share(shared)?;
        // SAFETY: as in `pangea_shared_create`.
        unsafe { compare_exchange(&shared, 0, [expected, desired], found, exchanged) }
    })
}

/// # Safety
/// There are an element in each of `values`, and room for one in `found`, and for the answer, unless they are NULL.
pub(crate) unsafe fn compare_exchange(
    shared: &RawShared,
    index: usize,
    values: [*const c_void; 2],
    found: *mut c_void,
    exchanged: *mut bool,
) -> Result<(), crate::failure::Failure> {
    let each = shared.element_bytes();
    let mut present = vec![0; each];
    // SAFETY: the caller's promise.
    unsafe {
        let expected = data(values[0], 1, each, "expected")?;
        let desired = data(values[1], 1, each, "desired")?;
        let was_expected = shared.compare_exchange(index, expected, desired, &mut present)?;
        if !found.is_null() {
            data_mut(found, 1, each, "found")?.copy_from_slice(&present);
        }
        give_if_wanted(exchanged, was_expected, "exchanged")
    }
}

/// Waits until the value is as wanted, looking at it at its home. `value` is what was found, and may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_shared_wait_until(
    shared: *const pangea_shared,
    function: pangea_test,
    context: *mut c_void,
    value: *mut c_void,
) -> pangea_status {
    call(|| {
        let shared = share(shared)?;
        // SAFETY: as in `pangea_shared_create`.
        unsafe { wait_until(&shared, 0, function, context, value) }
    })
}

/// # Safety
/// The function may be called with that context; there is room for an element, unless it is NULL.
pub(crate) unsafe fn wait_until(
    shared: &RawShared,
    index: usize,
    function: pangea_test,
    context: *mut c_void,
    value: *mut c_void,
) -> Result<(), crate::failure::Failure> {
    let (function, each) = (needed(function)?, shared.element_bytes());
    let mut seen = vec![0; each];
    // SAFETY: the caller's promise.
    unsafe {
        shared.wait_until(index, |value| test(function, value, context), &mut seen)?;
        if !value.is_null() {
            data_mut(value, 1, each, "value")?.copy_from_slice(&seen);
        }
    }
    Ok(())
}

/// Begins a batch of reads by this thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_batch_begin(
    node: *const pangea_node,
    batch: *mut *mut pangea_batch,
) -> pangea_status {
    call(|| {
        let (object, batch) = (share(node)?, place(batch, "batch")?);
        let handle = insert_bound(Owner::node(node), object.node.batch())?;
        // SAFETY: as in `pangea_shared_create`.
        unsafe { give(batch, handle, "batch") }
    })
}

/// Ends a batch.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_batch_end(batch: *mut pangea_batch) -> pangea_status {
    call(|| {
        share(batch)?.get()?;
        take(batch).map(drop)
    })
}
