//! Locks around a value that many may read or one may write: [`pangea_rwlock`].

use std::cell::RefCell;
use std::ffi::{c_char, c_void};
use std::sync::Arc;

use pangea::{RwLock, RwLockReadGuard, RwLockWriteGuard, raw};

use crate::failure::{Failure, answer, call};
use crate::handle::{
    Bound, Handle, Kind, Owner, insert, insert_bound, owner, share, take, take_whole,
};
use crate::memory::{give, place, text};
use crate::mutex::{try_whole, whole, would_block};
use crate::node::pangea_node;
use crate::spec::{self, Uses, pangea_spec};
use crate::status::pangea_status;

/// A lock around a value that any number of threads of all nodes may read at once, or one may write. May be used from any thread. Got by
/// `pangea_rwlock_create`; freed by `pangea_rwlock_free`, `pangea_rwlock_release`, or `pangea_leave`.
pub struct pangea_rwlock {
    _opaque: [u8; 0],
}

impl Handle for pangea_rwlock {
    type Object = RwLock<[u128]>;
    const KIND: Kind = Kind::RwLock;
}

/// A value that nobody writes as long as this lives. Of the thread that locked it; got by `pangea_rwlock_read` or `pangea_rwlock_try_read`, freed by
/// `pangea_rwlock_read_guard_unlock`.
pub struct pangea_rwlock_read_guard {
    _opaque: [u8; 0],
}

impl Handle for pangea_rwlock_read_guard {
    type Object = Bound<HeldForReading>;
    const KIND: Kind = Kind::RwLockReadGuard;
}

/// A guard, and the lock that it borrows, which is dropped later.
pub struct HeldForReading {
    guard: RwLockReadGuard<'static, [u128]>,
    _lock: Arc<RwLock<[u128]>>,
}

/// A value that this thread alone may use. Of the thread that locked it; got by `pangea_rwlock_write` or `pangea_rwlock_try_write`, freed by
/// `pangea_rwlock_write_guard_unlock`.
pub struct pangea_rwlock_write_guard {
    _opaque: [u8; 0],
}

impl Handle for pangea_rwlock_write_guard {
    type Object = Bound<RefCell<HeldForWriting>>;
    const KIND: Kind = Kind::RwLockWriteGuard;
}

/// A guard, and the lock that it borrows, which is dropped later.
pub struct HeldForWriting {
    guard: RwLockWriteGuard<'static, [u128]>,
    _lock: Arc<RwLock<[u128]>>,
}

/// Creates a lock, its value all zero, or attaches to the one of that name. Of `spec` it uses the type of the value, and the node it is on (chosen by the name if
/// not said).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_rwlock_create(
    node: *const pangea_node,
    name: *const c_char,
    spec: *const pangea_spec,
    rwlock: *mut *mut pangea_rwlock,
) -> pangea_status {
    call(|| {
        let (object, rwlock) = (share(node)?, place(rwlock, "rwlock")?);
        // SAFETY: they are what the prototype says; so in all functions of this file.
        let (name, spec) = unsafe { (text(name, "name")?, spec::read(spec, Uses::DATA)?) };
        let mut builder = raw::rwlock(&object.node, name, spec.data()?);
        if let Some(rank) = spec.home() {
            builder = builder.on_node(rank);
        }
        let handle = insert(Owner::node(node), builder.create()?)?;
        // SAFETY: as above.
        unsafe { give(rwlock, handle, "rwlock") }
    })
}

/// Frees the handle. The lock stays, and this node's hold of it.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_rwlock_free(rwlock: *mut pangea_rwlock) -> pangea_status {
    call(|| take(rwlock).map(drop))
}

/// Gives this hold of the lock back, and frees the handle. An error while it is locked by this handle.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_rwlock_release(rwlock: *mut pangea_rwlock) -> pangea_status {
    call(|| Ok(take_whole(rwlock)?.release()?))
}

/// Waits until nobody writes, and reads.
///
/// `PANGEA_STATUS_LOCK_POISONED` says that a writer before died or failed, and that nobody has cleared that yet: the lock is this thread's all the
/// same, and `guard` is given. So for all functions that lock.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_rwlock_read(
    rwlock: *const pangea_rwlock,
    guard: *mut *mut pangea_rwlock_read_guard,
) -> pangea_status {
    call(|| {
        let (lock, guard) = (share(rwlock)?, place(guard, "guard")?);
        let (held, poisoned) = whole(lock.read(), lock.name())?;
        // SAFETY: as in `pangea_rwlock_create`; the guard is of this lock.
        unsafe { keep_reading(rwlock, &lock, held, guard)? };
        poisoned.map_or(Ok(()), |error| Err(error.into()))
    })
}

/// Reads, if nobody writes or waits for that; else `PANGEA_STATUS_WOULD_BLOCK`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_rwlock_try_read(
    rwlock: *const pangea_rwlock,
    guard: *mut *mut pangea_rwlock_read_guard,
) -> pangea_status {
    call(|| {
        let (lock, guard) = (share(rwlock)?, place(guard, "guard")?);
        let (held, poisoned) = match try_whole(lock.try_read(), lock.name())? {
            Some(taken) => taken,
            None => return Err(would_block(lock.name())),
        };
        // SAFETY: as in `pangea_rwlock_read`.
        unsafe { keep_reading(rwlock, &lock, held, guard)? };
        poisoned.map_or(Ok(()), |error| Err(error.into()))
    })
}

/// Waits until it is this thread's alone, and writes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_rwlock_write(
    rwlock: *const pangea_rwlock,
    guard: *mut *mut pangea_rwlock_write_guard,
) -> pangea_status {
    call(|| {
        let (lock, guard) = (share(rwlock)?, place(guard, "guard")?);
        let (held, poisoned) = whole(lock.write(), lock.name())?;
        // SAFETY: as in `pangea_rwlock_read`.
        unsafe { keep_writing(rwlock, &lock, held, guard)? };
        poisoned.map_or(Ok(()), |error| Err(error.into()))
    })
}

/// Writes, if nobody has it and nobody waits for it; else `PANGEA_STATUS_WOULD_BLOCK`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_rwlock_try_write(
    rwlock: *const pangea_rwlock,
    guard: *mut *mut pangea_rwlock_write_guard,
) -> pangea_status {
    call(|| {
        let (lock, guard) = (share(rwlock)?, place(guard, "guard")?);
        let (held, poisoned) = match try_whole(lock.try_write(), lock.name())? {
            Some(taken) => taken,
            None => return Err(would_block(lock.name())),
        };
        // SAFETY: as in `pangea_rwlock_read`.
        unsafe { keep_writing(rwlock, &lock, held, guard)? };
        poisoned.map_or(Ok(()), |error| Err(error.into()))
    })
}

/// # Safety
/// The guard is of that lock; there is room for a pointer.
unsafe fn keep_reading(
    rwlock: *const pangea_rwlock,
    lock: &Arc<RwLock<[u128]>>,
    guard: RwLockReadGuard<'_, [u128]>,
    place: *mut *mut pangea_rwlock_read_guard,
) -> Result<(), Failure> {
    // SAFETY: the lock is dropped after the guard.
    let guard: RwLockReadGuard<'static, [u128]> = unsafe { std::mem::transmute(guard) };
    let held = HeldForReading { guard, _lock: Arc::clone(lock) };
    let handle = insert_bound(owner(rwlock)?, held)?;
    // SAFETY: the caller's promise.
    unsafe { give(place, handle, "guard") }
}

/// # Safety
/// As [`keep_reading`].
unsafe fn keep_writing(
    rwlock: *const pangea_rwlock,
    lock: &Arc<RwLock<[u128]>>,
    guard: RwLockWriteGuard<'_, [u128]>,
    place: *mut *mut pangea_rwlock_write_guard,
) -> Result<(), Failure> {
    // SAFETY: the lock is dropped after the guard.
    let guard: RwLockWriteGuard<'static, [u128]> = unsafe { std::mem::transmute(guard) };
    let held = HeldForWriting { guard, _lock: Arc::clone(lock) };
    let handle = insert_bound(owner(rwlock)?, RefCell::new(held))?;
    // SAFETY: the caller's promise.
    unsafe { give(place, handle, "guard") }
}

/// The value, which nobody changes until it is unlocked; NULL if the handle is not good. Aligned to 16 bytes.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_rwlock_read_guard_data(
    guard: *const pangea_rwlock_read_guard,
) -> *const c_void {
    answer(std::ptr::null(), || Ok(share(guard)?.get()?.guard.as_ptr().cast()))
}

/// Whether a writer before died or failed, so that the value may be in disorder; false if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_rwlock_read_guard_is_poisoned(
    guard: *const pangea_rwlock_read_guard,
) -> bool {
    answer(false, || Ok(share(guard)?.get()?.guard.poison().is_some()))
}

/// Unlocks, and frees the handle.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_rwlock_read_guard_unlock(
    guard: *mut pangea_rwlock_read_guard,
) -> pangea_status {
    call(|| {
        share(guard)?.get()?;
        take(guard).map(drop)
    })
}

/// The value, which is this thread's until it unlocks; NULL if the handle is not good. Aligned to 16 bytes.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_rwlock_write_guard_data(
    guard: *const pangea_rwlock_write_guard,
) -> *mut c_void {
    answer(std::ptr::null_mut(), || Ok(share(guard)?.get()?.borrow_mut().guard.as_mut_ptr().cast()))
}

/// The fencing token: greater than that of every writer before, on whatever node. 0 if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_rwlock_write_guard_token(guard: *const pangea_rwlock_write_guard) -> u64 {
    answer(0, || Ok(share(guard)?.get()?.borrow().guard.token()))
}

/// Whether a writer before died or failed, so that the value may be in disorder; false if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_rwlock_write_guard_is_poisoned(
    guard: *const pangea_rwlock_write_guard,
) -> bool {
    answer(false, || Ok(share(guard)?.get()?.borrow().guard.poison().is_some()))
}

/// Declares the value sound, once this unlocks.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_rwlock_write_guard_clear_poison(
    guard: *const pangea_rwlock_write_guard,
) -> pangea_status {
    call(|| {
        share(guard)?.get()?.borrow_mut().guard.clear_poison();
        Ok(())
    })
}

/// Unlocks, and frees the handle, also when it fails: then the value could not be written.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_rwlock_write_guard_unlock(
    guard: *mut pangea_rwlock_write_guard,
) -> pangea_status {
    call(|| {
        share(guard)?.get()?;
        let HeldForWriting { guard, _lock } = take_whole(guard)?.into_value().into_inner();
        Ok(guard.commit()?)
    })
}

/// Declares the value of a lock sound. Locks it for writing, and unlocks it.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_rwlock_clear_poison(rwlock: *const pangea_rwlock) -> pangea_status {
    call(|| Ok(share(rwlock)?.clear_poison()?))
}
