//! Locks around a value of which one thread of the job at a time has the use: [`pangea_mutex`].

use std::cell::RefCell;
use std::ffi::{c_char, c_void};
use std::sync::Arc;

use pangea::{LockError, Mutex, MutexGuard, raw};

use crate::callback::{needed, pangea_test};
use crate::failure::{Failure, answer, call};
use crate::handle::{
    Bound, Handle, Kind, Owner, insert, insert_bound, owner, share, take, take_whole,
};
use crate::memory::{give, place, text};
use crate::node::pangea_node;
use crate::spec::{self, Uses, pangea_spec};
use crate::status::pangea_status;

/// A lock around a value, for all threads of all nodes; fair, and recovered when its holder dies. May be used from any thread. Got by `pangea_mutex_create`; freed
/// by `pangea_mutex_free`, `pangea_mutex_release`, or `pangea_leave`.
pub struct pangea_mutex {
    _opaque: [u8; 0],
}

/// What lies behind a [`pangea_mutex`].
pub struct MutexObject {
    mutex: Mutex<[u128]>,
    /// How many bytes the value has.
    bytes: usize,
}

impl Handle for pangea_mutex {
    type Object = MutexObject;
    const KIND: Kind = Kind::Mutex;
}

/// A mutex that this thread has, with its value. Of the thread that locked it; got by `pangea_mutex_lock` or `pangea_mutex_try_lock`, freed by
/// `pangea_mutex_guard_unlock`.
pub struct pangea_mutex_guard {
    _opaque: [u8; 0],
}

impl Handle for pangea_mutex_guard {
    type Object = Bound<RefCell<HeldMutex>>;
    const KIND: Kind = Kind::MutexGuard;
}

/// A guard, and the mutex that it borrows, which is dropped later.
pub struct HeldMutex {
    /// Not there while it waits.
    guard: Option<MutexGuard<'static, [u128]>>,
    object: Arc<MutexObject>,
}

/// Creates a mutex, its value all zero, or attaches to the one of that name. Of `spec` it uses the type of the value, and the node it is on (chosen by the name if
/// not said).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_mutex_create(
    node: *const pangea_node,
    name: *const c_char,
    spec: *const pangea_spec,
    mutex: *mut *mut pangea_mutex,
) -> pangea_status {
    call(|| {
        let (object, mutex) = (share(node)?, place(mutex, "mutex")?);
        // SAFETY: they are what the prototype says; so in all functions of this file.
        let (name, spec) = unsafe { (text(name, "name")?, spec::read(spec, Uses::DATA)?) };
        let element = spec.data()?;
        let mut builder = raw::mutex(&object.node, name, element);
        if let Some(rank) = spec.home() {
            builder = builder.on_node(rank);
        }
        let made = MutexObject { mutex: builder.create()?, bytes: element.bytes };
        let handle = insert(Owner::node(node), made)?;
        // SAFETY: as above.
        unsafe { give(mutex, handle, "mutex") }
    })
}

/// Frees the handle. The mutex stays, and this node's hold of it.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_mutex_free(mutex: *mut pangea_mutex) -> pangea_status {
    call(|| take(mutex).map(drop))
}

/// Gives this hold of the mutex back, and frees the handle. An error while it is locked by this handle.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_mutex_release(mutex: *mut pangea_mutex) -> pangea_status {
    call(|| Ok(take_whole(mutex)?.mutex.release()?))
}

/// Waits until it is this thread's.
///
/// `PANGEA_STATUS_LOCK_POISONED` says that a holder before died or failed, and that nobody has cleared that yet: the mutex is this thread's all the
/// same, and `guard` is given.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_mutex_lock(
    mutex: *const pangea_mutex,
    guard: *mut *mut pangea_mutex_guard,
) -> pangea_status {
    call(|| {
        let (object, guard) = (share(mutex)?, place(guard, "guard")?);
        let (held, poisoned) = whole(object.mutex.lock(), object.mutex.name())?;
        // SAFETY: as in `pangea_mutex_create`; the guard is of this mutex.
        unsafe { keep(mutex, &object, held, guard)? };
        poisoned.map_or(Ok(()), |error| Err(error.into()))
    })
}

/// Takes it if nobody has it and nobody waits for it; else `PANGEA_STATUS_WOULD_BLOCK`. The rest as `pangea_mutex_lock`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_mutex_try_lock(
    mutex: *const pangea_mutex,
    guard: *mut *mut pangea_mutex_guard,
) -> pangea_status {
    call(|| {
        let (object, guard) = (share(mutex)?, place(guard, "guard")?);
        let (held, poisoned) = match try_whole(object.mutex.try_lock(), object.mutex.name())? {
            Some(taken) => taken,
            None => return Err(would_block(object.mutex.name())),
        };
        // SAFETY: as in `pangea_mutex_lock`.
        unsafe { keep(mutex, &object, held, guard)? };
        poisoned.map_or(Ok(()), |error| Err(error.into()))
    })
}

/// As [`whole`], of one that may not have been had.
pub(crate) fn try_whole<G>(
    taken: Result<Option<G>, LockError<G>>,
    name: &str,
) -> Result<Option<(G, Option<pangea::Error>)>, Failure> {
    match taken {
        Ok(None) => Ok(None),
        Ok(Some(guard)) => Ok(Some((guard, None))),
        Err(error) => whole(Err(error), name).map(Some),
    }
}

/// Says that somebody has a lock.
pub(crate) fn would_block(name: &str) -> Failure {
    Failure::new(pangea_status::WouldBlock, format!("{name:?} is taken, or somebody waits for it"))
}

/// A lock that was had, and the error if it is poisoned.
pub(crate) fn whole<G>(
    taken: Result<G, LockError<G>>,
    name: &str,
) -> Result<(G, Option<pangea::Error>), Failure> {
    match taken {
        Ok(guard) => Ok((guard, None)),
        Err(LockError::Poisoned(poisoned)) => {
            let error =
                pangea::Error::LockPoisoned { name: name.to_owned(), poison: poisoned.poison() };
            Ok((poisoned.into_inner(), Some(error)))
        }
        Err(LockError::Failed(error)) => Err(error.into()),
    }
}

/// Makes a handle of a guard.
///
/// # Safety
/// The guard is of the mutex of `object`; there is room for a pointer.
unsafe fn keep(
    mutex: *const pangea_mutex,
    object: &Arc<MutexObject>,
    guard: MutexGuard<'_, [u128]>,
    place: *mut *mut pangea_mutex_guard,
) -> Result<(), Failure> {
    // SAFETY: the mutex lies in `object`, which is dropped after the guard.
    let guard: MutexGuard<'static, [u128]> = unsafe { std::mem::transmute(guard) };
    let held = HeldMutex { guard: Some(guard), object: Arc::clone(object) };
    let handle = insert_bound(owner(mutex)?, RefCell::new(held))?;
    // SAFETY: the caller's promise.
    unsafe { give(place, handle, "guard") }
}

/// Runs something with a guard of this thread.
fn with<R>(
    guard: *const pangea_mutex_guard,
    f: impl FnOnce(&mut MutexGuard<'static, [u128]>) -> Result<R, Failure>,
) -> Result<R, Failure> {
    let bound = share(guard)?;
    let mut held = bound.get()?.borrow_mut();
    let message = "this guard waits, and has nothing locked meanwhile";
    let guard = held.guard.as_mut().ok_or_else(|| Failure::new(pangea_status::InUse, message))?;
    f(guard)
}

/// The value, which is this thread's until it unlocks; NULL if the handle is not good. Aligned to 16 bytes.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_mutex_guard_data(guard: *const pangea_mutex_guard) -> *mut c_void {
    answer(std::ptr::null_mut(), || with(guard, |guard| Ok(guard.as_mut_ptr().cast())))
}

/// The fencing token: greater than that of every holder before, on whatever node. 0 if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_mutex_guard_token(guard: *const pangea_mutex_guard) -> u64 {
    answer(0, || with(guard, |guard| Ok(guard.token())))
}

/// Whether a holder before died or failed, so that the value may be in disorder; false if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_mutex_guard_is_poisoned(guard: *const pangea_mutex_guard) -> bool {
    answer(false, || with(guard, |guard| Ok(guard.poison().is_some())))
}

/// Declares the value sound, once this unlocks.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_mutex_guard_clear_poison(
    guard: *const pangea_mutex_guard,
) -> pangea_status {
    call(|| {
        with(guard, |guard| {
            guard.clear_poison();
            Ok(())
        })
    })
}

/// Writes the value to its home, and keeps the lock: if this node dies from now on, whoever comes next finds the value as it is now.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_mutex_guard_save(guard: *const pangea_mutex_guard) -> pangea_status {
    call(|| with(guard, |guard| Ok(guard.save()?)))
}

/// Unlocks, waits until the value is as wanted, and locks again: what a condition variable is for. The address of the value may be another
/// afterwards. If it fails, but for `PANGEA_STATUS_LOCK_POISONED`, the mutex is not this thread's any more, and the guard is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_mutex_guard_wait_until(
    guard: *mut pangea_mutex_guard,
    function: pangea_test,
    context: *mut c_void,
) -> pangea_status {
    call(|| {
        let (bound, function) = (share(guard)?, needed(function)?);
        let mine = bound.get()?;
        let object = Arc::clone(&mine.borrow().object);
        let taken = mine.borrow_mut().guard.take();
        let message = "this guard waits already";
        let taken = taken.ok_or_else(|| Failure::new(pangea_status::InUse, message))?;
        let waited = taken.wait_until(|value| {
            // SAFETY: as in `pangea_mutex_create`; the value is there, aligned and with all of its bytes.
            unsafe { function(value.as_ptr().cast(), context) }
        });
        match whole(waited, object.mutex.name()) {
            Ok((held, poisoned)) => {
                mine.borrow_mut().guard = Some(held);
                poisoned.map_or(Ok(()), |error| Err(error.into()))
            }
            Err(failure) => {
                take(guard)?;
                Err(failure)
            }
        }
    })
}

/// Unlocks, and frees the handle, also when it fails: then the value could not be written.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_mutex_guard_unlock(guard: *mut pangea_mutex_guard) -> pangea_status {
    call(|| {
        with(guard, |_| Ok(()))?;
        let mut held = take_whole(guard)?.into_value().into_inner();
        match held.guard.take() {
            Some(guard) => Ok(guard.commit()?),
            None => Ok(()),
        }
    })
}

/// Declares the value of a mutex sound. Locks and unlocks it.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_mutex_clear_poison(mutex: *const pangea_mutex) -> pangea_status {
    call(|| Ok(share(mutex)?.mutex.clear_poison()?))
}

/// How many bytes the value has; SIZE_MAX if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_mutex_element_bytes(mutex: *const pangea_mutex) -> usize {
    answer(usize::MAX, || Ok(share(mutex)?.bytes))
}
