//! Arrays that are used as plain memory, through views: [`pangea_release_array`].

use std::ffi::c_char;

use pangea::{Model, ReleaseArray};

use crate::failure::{Failure, answer, call};
use crate::handle::{Handle, Kind, Owner, insert, share, take};
use crate::memory::{give, place, text};
use crate::node::{NodeObject, pangea_node};
use crate::spec::{self, Spec, Uses, pangea_spec};
use crate::status::pangea_status;

/// An array that each node uses as plain memory, through views (`pangea_view`). Got by `pangea_release_array_create` or
/// `pangea_release_array_attach`; freed by `pangea_release_array_free`, `pangea_release_array_release`, or `pangea_leave`.
pub struct pangea_release_array {
    _opaque: [u8; 0],
}

/// What lies behind a [`pangea_release_array`].
pub struct ReleaseArrayObject {
    /// As bytes.
    pub(crate) array: ReleaseArray<u8>,
    /// How many of them an element has.
    pub(crate) each: usize,
}

impl Handle for pangea_release_array {
    type Object = ReleaseArrayObject;
    const KIND: Kind = Kind::ReleaseArray;
}

/// What such an array makes use of.
const USES: Uses = Uses { element: true, len: true, spread: true, blocks: false, pages: true };

/// Creates an array, all zero, or attaches to the one of that name. Of `spec` it uses the type, `len`, the distribution of its pages (each node has as many in a row
/// if not said), and `page_size` (4096 if not said).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_release_array_create(
    node: *const pangea_node,
    name: *const c_char,
    spec: *const pangea_spec,
    array: *mut *mut pangea_release_array,
) -> pangea_status {
    call(|| {
        let (object, array) = (share(node)?, place(array, "array")?);
        // SAFETY: they are what the prototype says; so in all functions of this file.
        let (name, spec) = unsafe { (text(name, "name")?, spec::read(spec, USES)?) };
        let handle = insert(Owner::node(node), create(&object, name, &spec)?)?;
        // SAFETY: as above.
        unsafe { give(array, handle, "array") }
    })
}

fn create(node: &NodeObject, name: &str, spec: &Spec) -> Result<ReleaseArrayObject, Failure> {
    spec.check_model("a release array", &[Model::Release])?;
    let element = spec.data()?;
    let mut builder = node.node.release_array::<u8>(name).of_raw(element).len(spec.len);
    if let Some(distribution) = spec.distribution {
        builder = builder.distribution(distribution);
    }
    if let Some(bytes) = spec.page_size {
        builder = builder.page_size(bytes);
    }
    Ok(ReleaseArrayObject { array: builder.create()?, each: element.bytes })
}

/// Attaches to the array of that name, whatever its length, pages and distribution. Of `spec` it uses the type, which has to be the array's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_release_array_attach(
    node: *const pangea_node,
    name: *const c_char,
    spec: *const pangea_spec,
    array: *mut *mut pangea_release_array,
) -> pangea_status {
    call(|| {
        let (object, array) = (share(node)?, place(array, "array")?);
        // SAFETY: as in `pangea_release_array_create`.
        let (name, spec) = unsafe { (text(name, "name")?, spec::read(spec, USES)?) };
        let element = spec.data()?;
        let made = object.node.release_array::<u8>(name).of_raw(element).attach()?;
        let made = ReleaseArrayObject { array: made, each: element.bytes };
        let handle = insert(Owner::node(node), made)?;
        // SAFETY: as above.
        unsafe { give(array, handle, "array") }
    })
}

/// Frees the handle. The array stays, this node's hold of it, and its views.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_release_array_free(array: *mut pangea_release_array) -> pangea_status {
    call(|| take(array).map(drop))
}

/// Gives this hold of the array back, and frees the handle, unless views of it are open (`PANGEA_STATUS_VIEWS_OPEN`).
#[unsafe(no_mangle)]
pub extern "C" fn pangea_release_array_release(array: *mut pangea_release_array) -> pangea_status {
    call(|| {
        let released = share(array)?.array.clone().release();
        if !matches!(released, Err(pangea::Error::ViewsOpen { .. })) {
            take(array)?;
        }
        Ok(released?)
    })
}

/// How many elements it has; SIZE_MAX if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_release_array_len(array: *const pangea_release_array) -> usize {
    answer(usize::MAX, || share(array).map(|object| object.array.len() / object.each))
}

/// How many bytes an element has; SIZE_MAX if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_release_array_element_bytes(array: *const pangea_release_array) -> usize {
    answer(usize::MAX, || share(array).map(|object| object.each))
}

/// Bytes of a page; SIZE_MAX if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_release_array_page_size(array: *const pangea_release_array) -> usize {
    answer(usize::MAX, || share(array).map(|object| object.array.page_size()))
}

/// Whether nodes keep copies of pages; else they map the memory of the homes. False if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_release_array_is_paged(array: *const pangea_release_array) -> bool {
    answer(false, || share(array).map(|object| object.array.is_paged()))
}

/// Whether this node was the one that created it; false if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_release_array_is_creator(array: *const pangea_release_array) -> bool {
    answer(false, || share(array).map(|object| object.array.is_creator()))
}
