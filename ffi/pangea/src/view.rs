//! Release arrays as plain memory: [`pangea_view`].

use std::ffi::{c_int, c_void};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use pangea::{Access, Error, Mechanism, SyncView, View};

use crate::failure::{Failure, answer, call};
use crate::handle::{Handle, Kind, borrow, insert, owner, share, take};
use crate::memory::{elements, give, place};
use crate::node::pangea_node;
use crate::release_array::pangea_release_array;
use crate::spec::pangea_range;
use crate::status::pangea_status;

/// A release array as plain memory of this process, at one range of addresses: a load is a load, a store a store. What the program writes others see after it
/// has released and they have acquired, which `pangea_view_barrier` and view locks do. Threads may share it; they order their accesses among each other
/// themselves. Got by `pangea_view_open`, freed by `pangea_view_close` or `pangea_leave`; the memory is gone then.
pub struct pangea_view {
    _opaque: [u8; 0],
}

/// What lies behind a [`pangea_view`].
pub struct ViewObject {
    /// Whoever synchronizes has it alone.
    view: RwLock<View<u8>>,
    /// While a locked view has it.
    pub(crate) is_locked: AtomicBool,
    name: String,
    /// How many elements it has.
    len: usize,
    /// How many bytes an element has.
    pub(crate) each: usize,
}

impl Handle for pangea_view {
    type Object = ViewObject;
    const KIND: Kind = Kind::View;
}

impl ViewObject {
    fn check(&self) -> Result<(), Failure> {
        if !self.is_locked.load(Ordering::Acquire) {
            return Ok(());
        }
        let message = "this view is locked: use the pangea_locked_view until that is unlocked";
        Err(Failure::new(pangea_status::InUse, message))
    }

    /// For accesses.
    pub(crate) fn read(&self) -> Result<RwLockReadGuard<'_, View<u8>>, Failure> {
        self.check()?;
        Ok(self.view.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// For synchronization.
    pub(crate) fn write(&self) -> Result<RwLockWriteGuard<'_, View<u8>>, Failure> {
        self.check()?;
        Ok(self.view.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// What elements are in bytes.
    pub(crate) fn bytes(&self, start: usize, count: usize) -> Result<Range<usize>, Failure> {
        match start.checked_add(count) {
            // They are in memory, so their bytes can be counted.
            Some(end) if end <= self.len => Ok(start * self.each..end * self.each),
            _ => {
                let what = format!("the range from {start} and the {count} from there on");
                Err(Error::OutOfRange { what, name: self.name.clone(), len: self.len }.into())
            }
        }
    }
}

/// How page faults are told to this process.
#[repr(C)]
pub enum pangea_mechanism {
    /// As `PANGEA_VIEW` says, or what is best here.
    Default = 0,
    /// By userfaultfd.
    Userfaultfd = 1,
    /// By SIGSEGV and mprotect.
    Mprotect = 2,
}

/// What pages are opened for.
#[repr(C)]
pub enum pangea_access {
    /// Reading.
    Read = 0,
    /// Reading and writing.
    Write = 1,
}

/// Where a view lies, what it may take, and how it works. All zero stands for what is usual.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct pangea_view_options {
    /// The address of its first byte, a multiple of the page size; NULL for any.
    pub at: *mut c_void,
    /// At the same address in all nodes, so that pointers into it mean the same everywhere. Opening it is collective then.
    pub everywhere_alike: bool,
    /// For reading alone.
    pub read_only: bool,
    /// A `pangea_mechanism`.
    pub mechanism: c_int,
    /// How many bytes copies of pages may take; 0 for as much as the node's cache.
    pub cache_bytes: usize,
}

/// Makes a view of an array. `options` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_view_open(
    array: *const pangea_release_array,
    options: *const pangea_view_options,
    view: *mut *mut pangea_view,
) -> pangea_status {
    call(|| {
        let (object, view) = (share(array)?, place(view, "view")?);
        let mut asked = object.array.view_options();
        if !options.is_null() {
            // SAFETY: they are what the prototype says; so in all functions of this file.
            let options = unsafe { elements(options, 1, "options")? }[0];
            if !options.at.is_null() {
                asked = asked.at(options.at.addr());
            }
            if options.everywhere_alike {
                asked = asked.everywhere_alike();
            }
            if options.read_only {
                asked = asked.read_only();
            }
            if options.cache_bytes != 0 {
                asked = asked.cache_bytes(options.cache_bytes);
            }
            asked = match options.mechanism {
                0 => asked,
                1 => asked.mechanism(Mechanism::Userfaultfd),
                2 => asked.mechanism(Mechanism::Mprotect),
                other => {
                    let message = format!("{other} is no pangea_mechanism");
                    return Err(Failure::new(pangea_status::BadArgument, message));
                }
            };
        }
        let (opened, each) = (asked.open()?, object.each);
        let (name, len) = (opened.name().to_owned(), opened.len() / each);
        let (opened, is_locked) = (RwLock::new(opened), AtomicBool::new(false));
        let opened = ViewObject { view: opened, is_locked, name, len, each };
        let handle = insert(owner(array)?, opened)?;
        // SAFETY: as above.
        unsafe { give(view, handle, "view") }
    })
}

/// Releases what was written, and ends the view; its addresses are not to be used any more. An error while it is locked. If what was written could not be released,
/// that is the answer, and the view is gone all the same.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_view_close(view: *mut pangea_view) -> pangea_status {
    call(|| {
        let object = share(view)?;
        let released = object.write()?.release();
        take(view)?;
        Ok(released?)
    })
}

/// The address of the first element, which stays the same; NULL if the handle is not good. May be given to libraries that take pointers. System calls do not fetch
/// pages: see `pangea_view_populate`.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_view_data(view: *const pangea_view) -> *mut c_void {
    answer(std::ptr::null_mut(), || Ok(share(view)?.read()?.as_mut_ptr().cast()))
}

/// How many elements it has; SIZE_MAX if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_view_len(view: *const pangea_view) -> usize {
    answer(usize::MAX, || Ok(share(view)?.len))
}

/// Bytes of a page; SIZE_MAX if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_view_page_size(view: *const pangea_view) -> usize {
    answer(usize::MAX, || Ok(share(view)?.read()?.page_size()))
}

/// The elements whose pages this node is the home of, where these are one range; else an error. An element on two pages counts to the first one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_view_local_range(
    view: *const pangea_view,
    range: *mut pangea_range,
) -> pangea_status {
    call(|| {
        let object = share(view)?;
        let found = object.read()?.local_range().ok_or_else(|| {
            let message = "the pages of this node are not one range: the distribution is another";
            Failure::new(pangea_status::BadArgument, message)
        })?;
        let found = found.start / object.each..found.end / object.each;
        // SAFETY: as in `pangea_view_open`.
        unsafe { give(range, found.into(), "range") }
    })
}

/// Whether nothing can be written through it; false if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_view_is_read_only(view: *const pangea_view) -> bool {
    answer(false, || Ok(share(view)?.read()?.is_read_only()))
}

/// The address of `count` elements from `start` on, for reading, until the view is synchronized. Nothing else has to be called before they are used through
/// `pangea_view_data`, but the checked mode and this see to it that they are inside.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_view_read(
    view: *const pangea_view,
    start: usize,
    count: usize,
    elements: *mut *const c_void,
) -> pangea_status {
    call(|| {
        // SAFETY: as in `pangea_view_open`; a handle is not freed while another thread uses it.
        unsafe {
            let object = borrow(view)?;
            let first = shown(&*object.read()?, object.bytes(start, count)?)?;
            give(elements, first, "elements")
        }
    })
}

/// The address of `count` elements from `start` on, for reading and writing, until the view is synchronized.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_view_write(
    view: *const pangea_view,
    start: usize,
    count: usize,
    elements: *mut *mut c_void,
) -> pangea_status {
    call(|| {
        // SAFETY: as in `pangea_view_open`; a handle is not freed while another thread uses it.
        unsafe {
            let object = borrow(view)?;
            let first = lent(&*object.read()?, object.bytes(start, count)?)?;
            give(elements, first, "elements")
        }
    })
}

pub(crate) fn shown(view: &View<u8>, bytes: Range<usize>) -> Result<*const c_void, Failure> {
    // SAFETY: the slice is dropped at once; what its address is used for is the program's own.
    Ok(unsafe { view.slice(bytes)? }.as_ptr().cast())
}

pub(crate) fn lent(view: &View<u8>, bytes: Range<usize>) -> Result<*mut c_void, Failure> {
    // SAFETY: as in `shown`.
    Ok(unsafe { view.slice_mut(bytes)? }.as_mut_ptr().cast())
}

/// Fetches the pages of `count` elements from `start` on, for what `access` (a `pangea_access`) says: many at once, where single accesses would fetch one after
/// the other, and so that system calls find them. They stay as long as the cache has room.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_view_populate(
    view: *const pangea_view,
    start: usize,
    count: usize,
    access: c_int,
) -> pangea_status {
    call(|| {
        let object = share(view)?;
        let access = match access {
            0 => Access::Read,
            1 => Access::Write,
            other => {
                let message = format!("{other} is no pangea_access");
                return Err(Failure::new(pangea_status::BadArgument, message));
            }
        };
        Ok(object.read()?.populate(object.bytes(start, count)?, access)?)
    })
}

/// Makes everything visible that others had released before whatever this node has just synchronized by.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_view_acquire(view: *const pangea_view) -> pangea_status {
    call(|| Ok(share(view)?.write()?.acquire()?))
}

/// Makes everything that this node has written visible to those who synchronize with it from now on, and then acquire.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_view_release(view: *const pangea_view) -> pangea_status {
    call(|| Ok(share(view)?.write()?.release()?))
}

/// Releases, waits for all nodes as `pangea_node_barrier` does, and acquires. One thread of each node calls it.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_view_barrier(view: *const pangea_view) -> pangea_status {
    call(|| Ok(share(view)?.write()?.barrier()?))
}

/// One barrier for several views: releases each, waits for all nodes, and acquires each. One thread of each node calls it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_node_view_barrier(
    node: *const pangea_node,
    views: *const *mut pangea_view,
    count: usize,
) -> pangea_status {
    call(|| {
        let node = share(node)?;
        // SAFETY: as in `pangea_view_open`.
        let handles = unsafe { elements(views, count, "views")? };
        let objects = handles.iter().map(|view| share(*view));
        let mut objects: Vec<Arc<ViewObject>> = objects.collect::<Result<_, _>>()?;
        // In one order, so that two threads with the same views do not wait for each other.
        objects.sort_by_key(Arc::as_ptr);
        if objects.windows(2).any(|pair| Arc::ptr_eq(&pair[0], &pair[1])) {
            let message = "a view stands among the views twice";
            return Err(Failure::new(pangea_status::BadArgument, message));
        }
        let guards = objects.iter().map(|object| object.write());
        let mut guards: Vec<RwLockWriteGuard<'_, View<u8>>> = guards.collect::<Result<_, _>>()?;
        let mut views: Vec<&mut dyn SyncView> =
            guards.iter_mut().map(|view| &mut **view as &mut dyn SyncView).collect();
        Ok(node.node.view_barrier(&mut views)?)
    })
}

/// The rank that stores an element; SIZE_MAX if there is no such element, or nobody has touched it and it is to be placed by first touch. (Then no error is noted.)
#[unsafe(no_mangle)]
pub extern "C" fn pangea_view_home_of(view: *const pangea_view, index: usize) -> usize {
    answer(usize::MAX, || {
        let object = share(view)?;
        let home = object.read()?.home_of(object.bytes(index, 1)?.start)?;
        Ok(home.unwrap_or(usize::MAX))
    })
}

/// As `pangea_view_barrier`; and pages move to the nodes that have used them most. All nodes call it, each with a single view of the array. For arrays
/// that are placed by first touch.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_view_settle(view: *const pangea_view) -> pangea_status {
    call(|| Ok(share(view)?.write()?.settle()?))
}

/// As `pangea_view_barrier`; and the pages of `count` elements from `start` on move to a node. All nodes call it with the same elements and node, each
/// with a single view of the array. For arrays that are placed by first touch.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_view_move_to(
    view: *const pangea_view,
    start: usize,
    count: usize,
    rank: usize,
) -> pangea_status {
    call(|| {
        let object = share(view)?;
        let bytes = object.bytes(start, count)?;
        Ok(object.write()?.move_to(bytes, rank)?)
    })
}

/// What a view has done so far. All zero where the memory of the homes is mapped.
#[repr(C)]
pub struct pangea_view_counters {
    /// Page faults served.
    pub faults: u64,
    /// Pages fetched from their homes, read ahead or not.
    pub fetched: u64,
    /// Pages of these that nobody had asked for yet.
    pub read_ahead: u64,
    /// Twins made.
    pub twins: u64,
    /// Pages that were compared with their twins.
    pub compared: u64,
    /// Changed bytes sent home.
    pub bytes_home: u64,
    /// WRITEs that they were sent by.
    pub writes_home: u64,
    /// Pages dropped because their homes had newer ones.
    pub dropped: u64,
    /// Pages dropped because the cache was full.
    pub evicted: u64,
    /// READs of counters of changes.
    pub counter_reads: u64,
}

/// What this view has done so far.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_view_counts(
    view: *const pangea_view,
    counts: *mut pangea_view_counters,
) -> pangea_status {
    call(|| {
        let found = share(view)?.read()?.counts();
        let counters = pangea_view_counters {
            faults: found.faults,
            fetched: found.fetched,
            read_ahead: found.read_ahead,
            twins: found.twins,
            compared: found.compared,
            bytes_home: found.bytes_home,
            writes_home: found.writes_home,
            dropped: found.dropped,
            evicted: found.evicted,
            counter_reads: found.counter_reads,
        };
        // SAFETY: as in `pangea_view_open`.
        unsafe { give(counts, counters, "counts") }
    })
}

/// How many races this view has met, with `PANGEA_CHECK=races`: each is told on standard error. SIZE_MAX if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_view_races(view: *const pangea_view) -> usize {
    answer(usize::MAX, || Ok(share(view)?.read()?.races().len()))
}
