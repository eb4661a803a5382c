//! Arrays under the model Relaxed: [`pangea_array`].

use std::ffi::{c_char, c_void};
use std::sync::{Arc, Mutex, PoisonError};

use pangea::raw::{Memory, RawArray};
use pangea::{Distribution, GlobalAddr, Model};

use crate::failure::{Failure, answer, call};
use crate::handle::{Handle, Kind, Owner, borrow, insert, share, take};
use crate::memory::{data, data_mut, elements, give, give_if_wanted, place, text};
use crate::node::pangea_node;
use crate::spec::{self, Number, Uses, pangea_range, pangea_spec};
use crate::status::pangea_status;

/// An array that all nodes share, each holding a part of it; every access goes to the home of the element. May be used from any thread.
/// Got by `pangea_array_create` or `pangea_array_attach`; freed by `pangea_array_free`, `pangea_array_release`, or `pangea_leave`.
pub struct pangea_array {
    _opaque: [u8; 0],
}

/// What lies behind a [`pangea_array`].
pub struct ArrayObject {
    pub(crate) array: RawArray,
    /// Whether atomics are for it.
    pub(crate) is_word: bool,
    /// Of parts whose addresses the program has.
    parts: Mutex<Vec<Arc<Memory>>>,
}

impl Handle for pangea_array {
    type Object = ArrayObject;
    const KIND: Kind = Kind::Array;
}

impl ArrayObject {
    fn new(array: RawArray, number: Option<Number>) -> ArrayObject {
        let is_word = matches!(number, Some(Number::U64 | Number::I64));
        ArrayObject { array, is_word, parts: Mutex::new(Vec::new()) }
    }
}

/// What an array makes use of.
const USES: Uses = Uses { element: true, len: true, spread: true, blocks: false, pages: false };

/// Creates an array, all zero, or attaches to the one of that name. Not collective: each node calls it when it needs the array, and whoever
/// comes first creates it. Of `spec` it uses the type, `len`, and the distribution (in equal blocks if not said).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_create(
    node: *const pangea_node,
    name: *const c_char,
    spec: *const pangea_spec,
    array: *mut *mut pangea_array,
) -> pangea_status {
    call(|| {
        let (object, array) = (share(node)?, place(array, "array")?);
        // SAFETY: they are what the prototype says; so in all functions of this file.
        let (name, spec) = unsafe { (text(name, "name")?, spec::read(spec, USES)?) };
        spec.check_model("an array", &[Model::Relaxed])?;
        let spread = spec.distribution.unwrap_or(Distribution::Block);
        let made = RawArray::create(&object.node, name, spec.data()?.clone(), spec.len, spread)?;
        let made = ArrayObject::new(made, spec.element()?.number);
        let handle = insert(Owner::node(node), made)?;
        // SAFETY: as above.
        unsafe { give(array, handle, "array") }
    })
}

/// Attaches to the array of that name, whatever its length and distribution. Of `spec` it uses the type, which has to be the array's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_attach(
    node: *const pangea_node,
    name: *const c_char,
    spec: *const pangea_spec,
    array: *mut *mut pangea_array,
) -> pangea_status {
    call(|| {
        let (object, array) = (share(node)?, place(array, "array")?);
        // SAFETY: as in `pangea_array_create`.
        let (name, spec) = unsafe { (text(name, "name")?, spec::read(spec, USES)?) };
        let made = RawArray::attach(&object.node, name, spec.data()?)?;
        let made = ArrayObject::new(made, spec.element()?.number);
        let handle = insert(Owner::node(node), made)?;
        // SAFETY: as above.
        unsafe { give(array, handle, "array") }
    })
}

/// Frees the handle. The array stays, and this node's hold of it.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_array_free(array: *mut pangea_array) -> pangea_status {
    call(|| take(array).map(drop))
}

/// Gives this hold of the array back, after this thread's non-blocking work, and frees the handle in any case. When each hold that was got by
/// create or attach, on any node, has been given back, the memory is freed.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_array_release(array: *mut pangea_array) -> pangea_status {
    call(|| Ok(take(array)?.array.release()?))
}

/// How many elements it has; SIZE_MAX if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_array_len(array: *const pangea_array) -> usize {
    answer(usize::MAX, || Ok(share(array)?.array.len()))
}

/// How many bytes an element has; SIZE_MAX if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_array_element_bytes(array: *const pangea_array) -> usize {
    answer(usize::MAX, || Ok(share(array)?.array.element_bytes()))
}

/// Whether this node was the one that created it; false if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_array_is_creator(array: *const pangea_array) -> bool {
    answer(false, || Ok(share(array)?.array.is_creator()))
}

/// The global address of an element, which may be stored in shared memory: it means the same on all nodes, and is never 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_addr(
    array: *const pangea_array,
    index: usize,
    addr: *mut u64,
) -> pangea_status {
    call(|| {
        let found = share(array)?.array.addr(index)?;
        // SAFETY: as in `pangea_array_create`.
        unsafe { give(addr, found.to_bits(), "addr") }
    })
}

/// The index of the element at a global address; SIZE_MAX when it is not the address of an element of this array.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_array_index_of(array: *const pangea_array, addr: u64) -> usize {
    answer(usize::MAX, || {
        let object = share(array)?;
        let index = GlobalAddr::from_bits(addr).and_then(|addr| object.array.index_of(addr));
        index.ok_or_else(|| {
            let message =
                format!("{addr:#x} is not the address of an element of {:?}", object.array.name());
            Failure::new(pangea_status::OutOfRange, message)
        })
    })
}

/// Copies an element out to `value`. One READ.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_get(
    array: *const pangea_array,
    index: usize,
    value: *mut c_void,
) -> pangea_status {
    call(|| {
        // SAFETY: as in `pangea_array_create`; a handle is not freed while another thread uses it.
        unsafe {
            let array = &borrow(array)?.array;
            Ok(array.get(index, data_mut(value, 1, array.element_bytes(), "value")?)?)
        }
    })
}

/// Copies an element in from `value`, and returns when it is at its home. One WRITE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_put(
    array: *const pangea_array,
    index: usize,
    value: *const c_void,
) -> pangea_status {
    call(|| {
        // SAFETY: as in `pangea_array_get`.
        unsafe {
            let array = &borrow(array)?.array;
            Ok(array.put(index, data(value, 1, array.element_bytes(), "value")?)?)
        }
    })
}

/// Copies `count` elements out, from `start` on. If it fails, what `into` holds is unspecified.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_get_range(
    array: *const pangea_array,
    start: usize,
    into: *mut c_void,
    count: usize,
) -> pangea_status {
    call(|| {
        // SAFETY: as in `pangea_array_get`.
        unsafe {
            let array = &borrow(array)?.array;
            Ok(array.get_range(start, data_mut(into, count, array.element_bytes(), "into")?)?)
        }
    })
}

/// Copies `count` elements in, from `start` on, and returns when they are at their homes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_put_range(
    array: *const pangea_array,
    start: usize,
    from: *const c_void,
    count: usize,
) -> pangea_status {
    call(|| {
        // SAFETY: as in `pangea_array_get`.
        unsafe {
            let array = &borrow(array)?.array;
            Ok(array.put_range(start, data(from, count, array.element_bytes(), "from")?)?)
        }
    })
}

/// Copies elements `start`, `start + stride`, … out, `count` of them, in batches.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_get_strided(
    array: *const pangea_array,
    start: usize,
    stride: usize,
    into: *mut c_void,
    count: usize,
) -> pangea_status {
    call(|| {
        // SAFETY: as in `pangea_array_get`.
        unsafe {
            let array = &borrow(array)?.array;
            let into = data_mut(into, count, array.element_bytes(), "into")?;
            Ok(array.get_strided(start, stride, into)?)
        }
    })
}

/// Copies elements in, to `start`, `start + stride`, …, `count` of them, in batches.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_put_strided(
    array: *const pangea_array,
    start: usize,
    stride: usize,
    from: *const c_void,
    count: usize,
) -> pangea_status {
    call(|| {
        // SAFETY: as in `pangea_array_get`.
        unsafe {
            let array = &borrow(array)?.array;
            let from = data(from, count, array.element_bytes(), "from")?;
            Ok(array.put_strided(start, stride, from)?)
        }
    })
}

/// Copies the elements of `count` indices out, in batches.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_gather(
    array: *const pangea_array,
    indices: *const usize,
    into: *mut c_void,
    count: usize,
) -> pangea_status {
    call(|| {
        // SAFETY: as in `pangea_array_get`.
        unsafe {
            let array = &borrow(array)?.array;
            let into = data_mut(into, count, array.element_bytes(), "into")?;
            Ok(array.gather(elements(indices, count, "indices")?, into)?)
        }
    })
}

/// Copies elements in, to `count` indices, in batches. Of an index that stands there twice, which element remains is unspecified.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_scatter(
    array: *const pangea_array,
    indices: *const usize,
    from: *const c_void,
    count: usize,
) -> pangea_status {
    call(|| {
        // SAFETY: as in `pangea_array_get`.
        unsafe {
            let array = &borrow(array)?.array;
            let from = data(from, count, array.element_bytes(), "from")?;
            Ok(array.scatter(elements(indices, count, "indices")?, from)?)
        }
    })
}

/// How many elements this node holds; SIZE_MAX if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_array_local_len(array: *const pangea_array) -> usize {
    answer(usize::MAX, || Ok(share(array)?.array.local_len()))
}

/// The indices that this node holds, where they are one range: distributions by block, and on one node. Else an error; see
/// `pangea_array_index_at`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_local_range(
    array: *const pangea_array,
    range: *mut pangea_range,
) -> pangea_status {
    call(|| {
        let object = share(array)?;
        let found = object.array.local_range().ok_or_else(|| {
            let message =
                format!("what this node holds of {:?} is not one range", object.array.name());
            Failure::new(pangea_status::BadArgument, message)
        })?;
        // SAFETY: as in `pangea_array_create`.
        unsafe { give(range, found.into(), "range") }
    })
}

/// The part that a node holds, in place: the address of its first element, and how many they are (which may be NULL). This node's own, or any that is mapped into
/// this process (all of them with provider "shm"). Anybody may change it at any time. Good as long as the handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_array_segment_of(
    array: *const pangea_array,
    rank: usize,
    data: *mut *mut c_void,
    len: *mut usize,
) -> pangea_status {
    call(|| {
        let object = share(array)?;
        let (first, count, memory) = object.array.segment_of(rank)?;
        let mut parts = object.parts.lock().unwrap_or_else(PoisonError::into_inner);
        if !parts.iter().any(|part| Arc::ptr_eq(part, &memory)) {
            parts.push(memory);
        }
        // SAFETY: as in `pangea_array_create`.
        unsafe {
            give(data, first.cast(), "data")?;
            give_if_wanted(len, count, "len")
        }
    })
}

/// The index in the array of element `local` of the part of a node; SIZE_MAX when the part has no such element.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_array_index_at(
    array: *const pangea_array,
    rank: usize,
    local: usize,
) -> usize {
    answer(usize::MAX, || {
        let object = share(array)?;
        object.array.index_at(rank, local).ok_or_else(|| {
            let name = object.array.name();
            let message = format!("rank {rank} has no element {local} of {name:?}");
            Failure::new(pangea_status::OutOfRange, message)
        })
    })
}
