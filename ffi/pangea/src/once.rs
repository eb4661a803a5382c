//! Something to be done once in the life of a job: [`pangea_once`].

use std::ffi::{c_char, c_void};

use pangea::Once;

use crate::callback::{needed, pangea_call};
use crate::failure::call;
use crate::handle::{Handle, Kind, Owner, insert, share, take, take_whole};
use crate::memory::{give, place, text};
use crate::node::pangea_node;
use crate::spec::{self, Uses, pangea_spec};
use crate::status::pangea_status;

/// Something to be done once, on whatever node comes first, while all others wait. May be used from any thread. Got by `pangea_once_create`; freed by
/// `pangea_once_free`, `pangea_once_release`, or `pangea_leave`.
pub struct pangea_once {
    _opaque: [u8; 0],
}

impl Handle for pangea_once {
    type Object = Once;
    const KIND: Kind = Kind::Once;
}

/// Creates it, or attaches to the one of that name. Of `spec`, which may be NULL, it uses the node it is on (chosen by the name if not said).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_once_create(
    node: *const pangea_node,
    name: *const c_char,
    spec: *const pangea_spec,
    once: *mut *mut pangea_once,
) -> pangea_status {
    call(|| {
        let (object, once) = (share(node)?, place(once, "once")?);
        // SAFETY: they are what the prototype says; so in all functions of this file.
        let (name, spec) = unsafe { (text(name, "name")?, spec::read(spec, Uses::PLACE)?) };
        let mut builder = object.node.once(name);
        if let Some(rank) = spec.home() {
            builder = builder.on_node(rank);
        }
        let handle = insert(Owner::node(node), builder.create()?)?;
        // SAFETY: as above.
        unsafe { give(once, handle, "once") }
    })
}

/// Frees the handle. It stays, and this node's hold of it.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_once_free(once: *mut pangea_once) -> pangea_status {
    call(|| take(once).map(drop))
}

/// Gives this hold of it back, and frees the handle. An error while it runs.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_once_release(once: *mut pangea_once) -> pangea_status {
    call(|| Ok(take_whole(once)?.release()?))
}

/// Runs the function if nobody has; else waits until whoever runs it is done. `PANGEA_STATUS_LOCK_POISONED` when another began it and did not come to its
/// end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_once_call_once(
    once: *const pangea_once,
    function: pangea_call,
    context: *mut c_void,
) -> pangea_status {
    call(|| {
        let (once, function) = (share(once)?, needed(function)?);
        // SAFETY: as in `pangea_once_create`.
        Ok(once.call_once(|| unsafe { function(false, context) })?)
    })
}

/// As `pangea_once_call_once`, and runs the function also when another attempt did not come to its end; it is told.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_once_call_once_force(
    once: *const pangea_once,
    function: pangea_call,
    context: *mut c_void,
) -> pangea_status {
    call(|| {
        let (once, function) = (share(once)?, needed(function)?);
        // SAFETY: as in `pangea_once_create`.
        Ok(once.call_once_force(|state| unsafe { function(state.is_poisoned(), context) })?)
    })
}

/// Whether it has been done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_once_is_completed(
    once: *const pangea_once,
    is_completed: *mut bool,
) -> pangea_status {
    call(|| {
        let found = share(once)?.is_completed()?;
        // SAFETY: as in `pangea_once_create`.
        unsafe { give(is_completed, found, "is_completed") }
    })
}
