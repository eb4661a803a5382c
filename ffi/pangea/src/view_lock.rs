//! Views under locks: [`pangea_view_lock`], [`pangea_locked_view`].

use std::cell::RefCell;
use std::ffi::{c_char, c_void};
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::sync::{Arc, RwLockWriteGuard};

use pangea::{Error, LockError, LockedView, View, ViewLock};

use crate::failure::{Failure, call};
use crate::handle::{
    Bound, Handle, Kind, Owner, insert, insert_bound, owner, share, take, take_whole,
};
use crate::memory::{give, place, text};
use crate::node::pangea_node;
use crate::spec::{self, Uses, pangea_spec};
use crate::status::pangea_status;
use crate::view::{ViewObject, pangea_view};

/// A lock for elements of views. May be used from any thread. Got by `pangea_view_lock_create`; freed by `pangea_view_lock_free`,
/// `pangea_view_lock_release`, or `pangea_leave`.
pub struct pangea_view_lock {
    _opaque: [u8; 0],
}

impl Handle for pangea_view_lock {
    type Object = ViewLock;
    const KIND: Kind = Kind::ViewLock;
}

/// A view whose elements, or some of them, this thread uses under a lock. While it is, the view itself cannot be used. Of the thread that locked it; got by
/// `pangea_view_lock_all` or `pangea_view_lock_range`, freed by `pangea_locked_view_unlock`.
pub struct pangea_locked_view {
    _opaque: [u8; 0],
}

impl Handle for pangea_locked_view {
    type Object = Bound<RefCell<Locked>>;
    const KIND: Kind = Kind::LockedView;
}

/// A locked view with all that it borrows. What borrows is dropped first.
pub struct Locked {
    locked: Option<LockedView<'static, u8>>,
    /// Gone before others are let in.
    view: Option<RwLockWriteGuard<'static, View<u8>>>,
    object: Arc<ViewObject>,
    _lock: Arc<ViewLock>,
}

impl Drop for Locked {
    fn drop(&mut self) {
        self.locked = None;
        self.view = None;
        self.object.is_locked.store(false, Ordering::Release);
    }
}

impl Locked {
    fn view(&mut self) -> Result<&mut LockedView<'static, u8>, Failure> {
        let message = "this view was unlocked";
        self.locked.as_mut().ok_or_else(|| Failure::new(pangea_status::BadHandle, message))
    }
}

/// Creates a lock, or attaches to the one of that name. Of `spec`, which may be NULL, it uses the node it is on (chosen by the name if not said).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_view_lock_create(
    node: *const pangea_node,
    name: *const c_char,
    spec: *const pangea_spec,
    lock: *mut *mut pangea_view_lock,
) -> pangea_status {
    call(|| {
        let (object, lock) = (share(node)?, place(lock, "lock")?);
        // SAFETY: they are what the prototype says; so in all functions of this file.
        let (name, spec) = unsafe { (text(name, "name")?, spec::read(spec, Uses::PLACE)?) };
        let mut builder = object.node.view_lock(name);
        if let Some(rank) = spec.home() {
            builder = builder.on_node(rank);
        }
        let handle = insert(Owner::node(node), builder.create()?)?;
        // SAFETY: as above.
        unsafe { give(lock, handle, "lock") }
    })
}

/// Frees the handle. The lock stays, and this node's hold of it.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_view_lock_free(lock: *mut pangea_view_lock) -> pangea_status {
    call(|| take(lock).map(drop))
}

/// Gives this hold of the lock back, and frees the handle. An error while a view is locked by it.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_view_lock_release(lock: *mut pangea_view_lock) -> pangea_status {
    call(|| Ok(take_whole(lock)?.release()?))
}

/// Waits for a lock, and acquires everything that others have written under it.
///
/// `PANGEA_STATUS_LOCK_POISONED` says that a holder before died or failed: the lock is this thread's all the same, and `locked` is given.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_view_lock_all(
    view: *const pangea_view,
    lock: *const pangea_view_lock,
    locked: *mut *mut pangea_locked_view,
) -> pangea_status {
    // SAFETY: as in `pangea_view_lock_create`.
    call(|| unsafe { lock_view(view, lock, None, locked) })
}

/// As `pangea_view_lock_all`, but acquires `count` elements from `start` on alone, which are also all that is released. Others cannot be used until
/// then. The lock stands for these elements: while it is held, no other node may write to any of them, whether the holder does or not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_view_lock_range(
    view: *const pangea_view,
    lock: *const pangea_view_lock,
    start: usize,
    count: usize,
    locked: *mut *mut pangea_locked_view,
) -> pangea_status {
    // SAFETY: as in `pangea_view_lock_create`.
    call(|| unsafe { lock_view(view, lock, Some((start, count)), locked) })
}

/// # Safety
/// There is room for a pointer at `locked`.
unsafe fn lock_view(
    view: *const pangea_view,
    lock: *const pangea_view_lock,
    range: Option<(usize, usize)>,
    locked: *mut *mut pangea_locked_view,
) -> Result<(), Failure> {
    let (object, lock, place) = (share(view)?, share(lock)?, place(locked, "locked")?);
    let range = range.map(|(start, count)| object.bytes(start, count)).transpose()?;
    let guard = object.write()?;
    // SAFETY: the lock of which this is a guard lies in the object, which is dropped after the guard.
    let mut guard: RwLockWriteGuard<'static, View<u8>> = unsafe { std::mem::transmute(guard) };
    if object.is_locked.swap(true, Ordering::AcqRel) {
        return Err(Failure::new(pangea_status::InUse, "this view is locked by another thread"));
    }
    let pointer: *mut View<u8> = &raw mut *guard;
    let mut all =
        Locked { locked: None, view: Some(guard), object: Arc::clone(&object), _lock: lock };
    // SAFETY: the view lies in the object and is this guard's alone, and the lock in memory of its own; both stay until `all` is
    // dropped, and what borrows them before.
    let (view_, lock) = unsafe { (&mut *pointer, &*Arc::as_ptr(&all._lock)) };
    let taken = match range {
        None => view_.lock(lock),
        Some(bytes) => view_.lock_range(lock, bytes),
    };
    let poisoned = match taken {
        Ok(taken) => {
            all.locked = Some(taken);
            None
        }
        Err(LockError::Poisoned(poisoned)) => {
            let (name, poison) = (lock.name().to_owned(), poisoned.poison());
            all.locked = Some(poisoned.into_inner());
            Some(Error::LockPoisoned { name, poison })
        }
        Err(LockError::Failed(error)) => return Err(error.into()),
    };
    let handle = insert_bound(owner(view)?, RefCell::new(all))?;
    // SAFETY: the caller's promise.
    unsafe { give(place, handle, "locked")? };
    poisoned.map_or(Ok(()), |error| Err(error.into()))
}

/// Runs something with a locked view of this thread.
fn with<R>(
    locked: *const pangea_locked_view,
    f: impl FnOnce(&mut LockedView<'static, u8>, &ViewObject) -> Result<R, Failure>,
) -> Result<R, Failure> {
    let bound = share(locked)?;
    let mut all = bound.get()?.borrow_mut();
    let object = Arc::clone(&all.object);
    f(all.view()?, &object)
}

/// An error that counts bytes, as views here do, with the elements of the program.
fn in_elements(error: Error, each: usize) -> Error {
    let elements = |bytes: Range<usize>| bytes.start / each..bytes.end / each;
    match error {
        Error::NotLocked { name, asked, locked } => {
            Error::NotLocked { name, asked: elements(asked), locked: elements(locked) }
        }
        other => other,
    }
}

/// The address of `count` elements from `start` on, for reading, until it is unlocked. They are to be among those that the lock was taken for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_locked_view_read(
    locked: *const pangea_locked_view,
    start: usize,
    count: usize,
    elements: *mut *const c_void,
) -> pangea_status {
    call(|| {
        let first = with(locked, |view, object| {
            let slice = view.read(object.bytes(start, count)?);
            Ok(slice.map_err(|error| in_elements(error, object.each))?.as_slice().as_ptr().cast())
        })?;
        // SAFETY: as in `pangea_view_lock_create`.
        unsafe { give(elements, first, "elements") }
    })
}

/// The address of `count` elements from `start` on, for reading and writing, until it is unlocked. They are to be among those that the lock was taken
/// for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_locked_view_write(
    locked: *const pangea_locked_view,
    start: usize,
    count: usize,
    elements: *mut *mut c_void,
) -> pangea_status {
    call(|| {
        let first = with(locked, |view, object| {
            let slice = view.write(object.bytes(start, count)?);
            let slice = slice.map_err(|error| in_elements(error, object.each))?;
            Ok(slice.into_slice().as_mut_ptr().cast())
        })?;
        // SAFETY: as in `pangea_view_lock_create`.
        unsafe { give(elements, first, "elements") }
    })
}

/// Declares the data sound that a holder before left in disorder, once this is unlocked.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_locked_view_clear_poison(
    locked: *const pangea_locked_view,
) -> pangea_status {
    call(|| {
        with(locked, |view, _| {
            view.clear_poison();
            Ok(())
        })
    })
}

/// Releases what was written, unlocks, and frees the handle, also when it fails.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_locked_view_unlock(locked: *mut pangea_locked_view) -> pangea_status {
    call(|| {
        share(locked)?.get()?;
        let mut all = take_whole(locked)?.into_value().into_inner();
        match all.locked.take() {
            Some(locked) => Ok(locked.unlock()?),
            None => Ok(()),
        }
    })
}
