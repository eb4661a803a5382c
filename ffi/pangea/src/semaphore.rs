//! Permits for all threads of all nodes: [`pangea_semaphore`].

use std::ffi::c_char;
use std::sync::{Arc, Mutex, PoisonError};

use pangea::{Permits, Semaphore};

use crate::failure::{Failure, call};
use crate::handle::{Handle, Kind, Owner, insert, owner, share, take, take_whole};
use crate::memory::{give, place, text};
use crate::mutex::would_block;
use crate::node::pangea_node;
use crate::spec::{self, Uses, pangea_spec};
use crate::status::pangea_status;

/// A number of permits, which go to nodes in the order in which they asked. May be used from any thread. Got by `pangea_semaphore_create`; freed by
/// `pangea_semaphore_free`, `pangea_semaphore_release`, or `pangea_leave`.
pub struct pangea_semaphore {
    _opaque: [u8; 0],
}

impl Handle for pangea_semaphore {
    type Object = Semaphore;
    const KIND: Kind = Kind::Semaphore;
}

/// Permits of a semaphore. Any thread may give them back. Got by `pangea_semaphore_acquire` or `pangea_semaphore_try_acquire`, freed by
/// `pangea_permits_release`.
pub struct pangea_permits {
    _opaque: [u8; 0],
}

impl Handle for pangea_permits {
    type Object = HeldPermits;
    const KIND: Kind = Kind::Permits;
}

/// Permits, and the semaphore that they borrow, which is dropped later.
pub struct HeldPermits {
    permits: Mutex<Option<Permits<'static>>>,
    _semaphore: Arc<Semaphore>,
}

/// Creates a semaphore with so many permits, or attaches to the one of that name, which has as many. Of `spec`, which may be NULL, it uses the node it
/// is on (chosen by the name if not said).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_semaphore_create(
    node: *const pangea_node,
    name: *const c_char,
    permits: u32,
    spec: *const pangea_spec,
    semaphore: *mut *mut pangea_semaphore,
) -> pangea_status {
    call(|| {
        let (object, semaphore) = (share(node)?, place(semaphore, "semaphore")?);
        // SAFETY: they are what the prototype says; so in all functions of this file.
        let (name, spec) = unsafe { (text(name, "name")?, spec::read(spec, Uses::PLACE)?) };
        let mut builder = object.node.semaphore(name, permits);
        if let Some(rank) = spec.home() {
            builder = builder.on_node(rank);
        }
        let handle = insert(Owner::node(node), builder.create()?)?;
        // SAFETY: as above.
        unsafe { give(semaphore, handle, "semaphore") }
    })
}

/// Frees the handle. The semaphore stays, and this node's hold of it.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_semaphore_free(semaphore: *mut pangea_semaphore) -> pangea_status {
    call(|| take(semaphore).map(drop))
}

/// Gives this hold of it back, and frees the handle. An error while permits are had by this handle.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_semaphore_release(semaphore: *mut pangea_semaphore) -> pangea_status {
    call(|| Ok(take_whole(semaphore)?.release()?))
}

/// How many permits nobody has; out of date when it arrives.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_semaphore_available(
    semaphore: *const pangea_semaphore,
    available: *mut u32,
) -> pangea_status {
    call(|| {
        let found = share(semaphore)?.available()?;
        // SAFETY: as in `pangea_semaphore_create`.
        unsafe { give(available, found, "available") }
    })
}

/// Waits for `count` permits at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_semaphore_acquire(
    semaphore: *const pangea_semaphore,
    count: u32,
    permits: *mut *mut pangea_permits,
) -> pangea_status {
    call(|| {
        let (object, permits) = (share(semaphore)?, place(permits, "permits")?);
        let had = object.acquire_many(count)?;
        // SAFETY: as in `pangea_semaphore_create`; the permits are of this semaphore.
        unsafe { keep(semaphore, &object, had, permits) }
    })
}

/// Takes `count` permits if they are there and nobody waits for any; else `PANGEA_STATUS_WOULD_BLOCK`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_semaphore_try_acquire(
    semaphore: *const pangea_semaphore,
    count: u32,
    permits: *mut *mut pangea_permits,
) -> pangea_status {
    call(|| {
        let (object, permits) = (share(semaphore)?, place(permits, "permits")?);
        let had = object.try_acquire_many(count)?.ok_or_else(|| would_block(object.name()))?;
        // SAFETY: as in `pangea_semaphore_acquire`.
        unsafe { keep(semaphore, &object, had, permits) }
    })
}

/// # Safety
/// The permits are of that semaphore; there is room for a pointer.
unsafe fn keep(
    semaphore: *const pangea_semaphore,
    object: &Arc<Semaphore>,
    permits: Permits<'_>,
    place: *mut *mut pangea_permits,
) -> Result<(), Failure> {
    // SAFETY: the semaphore is dropped after the permits.
    let permits: Permits<'static> = unsafe { std::mem::transmute(permits) };
    let held = HeldPermits { permits: Mutex::new(Some(permits)), _semaphore: Arc::clone(object) };
    let handle = insert(owner(semaphore)?, held)?;
    // SAFETY: the caller's promise.
    unsafe { give(place, handle, "permits") }
}

/// Gives permits back, and frees the handle in any case.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_permits_release(permits: *mut pangea_permits) -> pangea_status {
    call(|| {
        let held = take(permits)?;
        let permits = held.permits.lock().unwrap_or_else(PoisonError::into_inner).take();
        permits.map_or(Ok(()), |permits| Ok(permits.release()?))
    })
}

/// Starts the state of a semaphore anew, as if nobody had a permit: the way out of `PANGEA_STATUS_POISONED`.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_semaphore_reset(semaphore: *const pangea_semaphore) -> pangea_status {
    call(|| Ok(share(semaphore)?.reset()?))
}
