//! Handles: pointers that C programs have and never look behind. They are no addresses, but the number, the kind and the
//! generation of a slot, so that one that was freed, or is of another type, is told from one that is good without reading anything that it
//! might point to.
//!
//! ```text
//!  63               32 31     24 23               0
//! | generation (32)   | kind (8) | slot (24)       |
//! ```
//!
//! What lies behind is an [`Arc`]. [`share`] counts, so that whoever frees a handle meanwhile does no harm; [`borrow`] does not, for
//! operations of a few nanoseconds.

use std::collections::VecDeque;
use std::fmt;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use crate::failure::Failure;
use crate::status::pangea_status;

/// What handles stand for. The greater ones use the lesser, and are freed before them when a node leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// `pangea_node`
    Node = 1,
    /// `pangea_array`
    Array,
    /// `pangea_shared`
    Shared,
    /// `pangea_shared_array`
    SharedArray,
    /// `pangea_release_array`
    ReleaseArray,
    /// `pangea_mutex`
    Mutex,
    /// `pangea_rwlock`
    RwLock,
    /// `pangea_view_lock`
    ViewLock,
    /// `pangea_atomic`
    Atomic,
    /// `pangea_semaphore`
    Semaphore,
    /// `pangea_once`
    Once,
    /// `pangea_barrier`
    Barrier,
    /// `pangea_view`
    View,
    /// `pangea_locked_view`
    LockedView,
    /// `pangea_mutex_guard`
    MutexGuard,
    /// `pangea_rwlock_read_guard`
    RwLockReadGuard,
    /// `pangea_rwlock_write_guard`
    RwLockWriteGuard,
    /// `pangea_permits`
    Permits,
    /// `pangea_transfer`
    Transfer,
    /// `pangea_batch`
    Batch,
}

/// The names of the kinds, from 1 on.
const NAMES: [&str; 20] = [
    "node",
    "array",
    "shared",
    "shared_array",
    "release_array",
    "mutex",
    "rwlock",
    "view_lock",
    "atomic",
    "semaphore",
    "once",
    "barrier",
    "view",
    "locked_view",
    "mutex_guard",
    "rwlock_read_guard",
    "rwlock_write_guard",
    "permits",
    "transfer",
    "batch",
];

/// The type of what is at fault, with its article.
struct Named(u8);

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = usize::from(self.0).checked_sub(1).and_then(|number| NAMES.get(number));
        write!(f, "pangea_{}", name.unwrap_or(&"?"))
    }
}

/// A type that C programs see as an opaque structure.
pub trait Handle: Sized {
    /// What lies behind it.
    type Object: 'static;
    /// Its number.
    const KIND: Kind;
}

/// What only one thread may use.
pub struct Bound<T> {
    thread: ThreadId,
    value: T,
}

impl<T> Bound<T> {
    /// For the calling thread.
    pub fn new(value: T) -> Bound<T> {
        Bound { thread: thread::current().id(), value }
    }

    /// The value itself.
    pub(crate) fn into_value(self) -> T {
        self.value
    }

    /// The value, for that thread.
    ///
    /// # Errors
    /// For others.
    pub fn get(&self) -> Result<&T, Failure> {
        if self.thread == thread::current().id() {
            return Ok(&self.value);
        }
        let message = "this handle belongs to another thread: locks, transfers and batches stay on the thread that got them";
        Err(Failure::new(pangea_status::WrongThread, message))
    }
}

struct Slot {
    /// Generation and kind, as in a handle; 0 for a slot that is free.
    tag: AtomicU64,
    object: AtomicPtr<()>,
}

/// What is needed to free a slot.
#[derive(Clone, Copy)]
struct Entry {
    generation: u32,
    /// The node that it is of; of a node itself, that.
    owner: u64,
    /// `None` while the slot is free.
    used: Option<Used>,
}

#[derive(Clone, Copy)]
struct Used {
    kind: Kind,
    /// Of things that are bound to a thread.
    thread: Option<ThreadId>,
    discard: unsafe fn(*mut ()),
}

struct Table {
    entries: Vec<Entry>,
    free: VecDeque<u32>,
}

static TABLE: Mutex<Table> = Mutex::new(Table { entries: Vec::new(), free: VecDeque::new() });

/// Slots of the first chunk; each further one has twice as many. They are never freed.
const FIRST: usize = 1 << FIRST_BITS;
const FIRST_BITS: u32 = 10;
const CHUNKS: usize = 14;
const MOST: usize = FIRST * ((1 << CHUNKS) - 1);
const SLOT_BITS: u32 = 24;

const _: () = assert!(MOST <= 1 << SLOT_BITS);

static SLOTS: [AtomicPtr<Slot>; CHUNKS] = [const { AtomicPtr::new(ptr::null_mut()) }; CHUNKS];

/// The chunk of a slot, and its place there.
#[inline]
fn place(slot: usize) -> (usize, usize) {
    let number = slot + FIRST;
    let chunk = number.ilog2() - FIRST_BITS;
    (chunk as usize, number - (FIRST << chunk))
}

#[inline]
fn slot(number: usize) -> Option<&'static Slot> {
    let (chunk, place) = place(number);
    let first = SLOTS.get(chunk)?.load(Ordering::Acquire);
    // SAFETY: a chunk that is there is never freed, and has that many slots.
    (!first.is_null()).then(|| unsafe { &*first.add(place) })
}

fn table() -> MutexGuard<'static, Table> {
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

const SLOT_MASK: u64 = (1 << SLOT_BITS) - 1;

fn bits<H>(handle: *const H) -> u64 {
    handle.addr() as u64
}

/// What lies behind a handle, uncounted; `None` if the handle is not good.
#[inline]
fn find<H: Handle>(handle: *const H) -> Option<*const H::Object> {
    let bits = bits(handle);
    let slot = slot((bits & SLOT_MASK) as usize)?;
    let object = slot.object.load(Ordering::Acquire);
    let is_it = slot.tag.load(Ordering::Acquire) == bits >> SLOT_BITS;
    let is_good = is_it && (bits >> SLOT_BITS) as u8 == H::KIND as u8;
    is_good.then(|| object.cast_const().cast())
}

/// As [`find`], while nobody frees anything.
fn find_in<'t, H: Handle>(
    table: MutexGuard<'t, Table>,
    handle: *const H,
) -> Result<(MutexGuard<'t, Table>, *const H::Object), Failure> {
    match find(handle) {
        Some(object) => Ok((table, object)),
        None => {
            // What is wrong is looked up there.
            drop(table);
            Err(bad(handle))
        }
    }
}

#[cold]
fn bad<H: Handle>(handle: *const H) -> Failure {
    let bits = bits(handle);
    let wanted = Named(H::KIND as u8);
    if bits == 0 {
        return Failure::new(pangea_status::NullPointer, format!("NULL was given for a {wanted}"));
    }
    let kind = (bits >> SLOT_BITS) as u8;
    let generation = (bits >> 32) as u32;
    let entry = table().entries.get((bits & SLOT_MASK) as usize).copied();
    let message = match entry {
        Some(entry)
            if entry.generation >= generation
                && generation > 0
                && NAMES.len() >= kind.into()
                && kind > 0 =>
        {
            if kind == H::KIND as u8 {
                format!("this {wanted} was freed before")
            } else {
                format!("this is a {}, not a {wanted}", Named(kind))
            }
        }
        _ => format!("this is no {wanted}: {bits:#x} was never given to the program"),
    };
    Failure::new(pangea_status::BadHandle, message)
}

/// What lies behind a handle, for as long as it is used.
///
/// # Errors
/// When the handle is not good.
pub fn share<H: Handle>(handle: *const H) -> Result<Arc<H::Object>, Failure> {
    let (_table, object) = find_in(table(), handle)?;
    // SAFETY: a slot that has the tag of this type has an object of it that came from `Arc::into_raw`; it is
    // freed under the lock alone.
    unsafe {
        Arc::increment_strong_count(object);
        Ok(Arc::from_raw(object))
    }
}

/// What lies behind a handle, which nobody frees meanwhile.
///
/// # Errors
/// When the handle is not good.
///
/// # Safety
/// No other thread frees it as long as the answer is used, and neither does this one.
#[inline]
pub unsafe fn borrow<'a, H: Handle>(handle: *const H) -> Result<&'a H::Object, Failure> {
    // SAFETY: as in `share`; that it is not freed is the caller's promise.
    find(handle).map(|object| unsafe { &*object }).ok_or_else(|| bad(handle))
}

/// Makes a handle of an object that belongs to a node; none of another node for a node itself.
///
/// # Errors
/// When there are too many.
pub fn insert<H: Handle>(owner: Owner, object: H::Object) -> Result<*mut H, Failure> {
    insert_for(owner, None, object)
}

/// Makes a handle of what is bound to the calling thread.
///
/// # Errors
/// When there are too many.
pub fn insert_bound<H, T>(owner: Owner, value: T) -> Result<*mut H, Failure>
where
    H: Handle<Object = Bound<T>>,
{
    insert_for(owner, Some(thread::current().id()), Bound::new(value))
}

fn insert_for<H: Handle>(
    owner: Owner,
    thread: Option<ThreadId>,
    object: H::Object,
) -> Result<*mut H, Failure> {
    let mut table = table();
    let number = match table.free.pop_front() {
        Some(number) => number as usize,
        None => table.grow()?,
    };
    let entry = &mut table.entries[number];
    // Never 0, so that no handle is NULL or looks like a small number.
    entry.generation = entry.generation.wrapping_add(1).max(1);
    let tag = u64::from(entry.generation) << 8 | H::KIND as u64;
    let bits = tag << SLOT_BITS | number as u64;
    entry.owner = owner.0.unwrap_or(bits);
    entry.used = Some(Used { kind: H::KIND, thread, discard: discard::<H::Object> });
    let object = Arc::into_raw(Arc::new(object)).cast_mut();
    let Some(slot) = slot(number) else { unreachable!("the table has grown") };
    slot.object.store(object.cast(), Ordering::Release);
    slot.tag.store(tag, Ordering::Release);
    Ok(ptr::without_provenance_mut(bits as usize))
}

/// # Safety
/// The pointer is that of an object of that type that the table counts, and is taken out of it.
unsafe fn discard<T>(object: *mut ()) {
    // SAFETY: the caller's promise.
    drop(unsafe { Arc::from_raw(object.cast::<T>()) });
}

/// The node that an object belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner(Option<u64>);

impl Owner {
    /// Of a node itself.
    pub const ITSELF: Owner = Owner(None);
}

/// Whose an object is.
///
/// # Errors
/// When the handle is not good.
pub fn owner<H: Handle>(handle: *const H) -> Result<Owner, Failure> {
    let (table, _) = find_in(table(), handle)?;
    Ok(Owner(Some(table.entries[(bits(handle) & SLOT_MASK) as usize].owner)))
}

/// Takes an object out of the table; the handle is not good any more.
///
/// # Errors
/// When the handle is not good.
pub fn take<H: Handle>(handle: *const H) -> Result<Arc<H::Object>, Failure> {
    let (mut table, object) = find_in(table(), handle)?;
    table.clear((bits(handle) & SLOT_MASK) as usize);
    // SAFETY: as in `share`; the table counts it no more.
    Ok(unsafe { Arc::from_raw(object) })
}

/// Takes an object out that nobody uses at the moment.
///
/// # Errors
/// When the handle is not good, or the object is in use; then it stays.
pub fn take_whole<H: Handle>(handle: *const H) -> Result<H::Object, Failure> {
    let (mut table, object) = find_in(table(), handle)?;
    // SAFETY: as in `share`. It stays the table's.
    let count = unsafe { std::mem::ManuallyDrop::new(Arc::from_raw(object)) };
    if Arc::strong_count(&count) > 1 {
        let message = format!("this {} is in use at this moment", Named(H::KIND as u8));
        return Err(Failure::new(pangea_status::InUse, message));
    }
    table.clear((bits(handle) & SLOT_MASK) as usize);
    // SAFETY: the table counts it no more.
    let object = unsafe { Arc::from_raw(object) };
    // Nobody else can have got it: they do so under the lock.
    drop(table);
    Arc::into_inner(object).ok_or_else(|| bad(handle))
}

/// Frees all that belongs to a node, what uses others first; but not the node.
///
/// # Errors
/// When another thread has a lock, a transfer or a batch; nothing is freed then.
pub fn clear(owner: Owner) -> Result<(), Failure> {
    let mut table = table();
    let mut owned: Vec<(usize, Used)> = (table.entries.iter().enumerate())
        .filter(|(_, entry)| Owner(Some(entry.owner)) == owner)
        .filter_map(|(number, entry)| Some((number, entry.used?)))
        .filter(|(_, used)| used.kind != Kind::Node)
        .collect();
    let caller = thread::current().id();
    if let Some((_, used)) =
        owned.iter().find(|(_, used)| used.thread.is_some_and(|thread| thread != caller))
    {
        let message = format!(
            "another thread has a {} of this node: let it end that before the node leaves",
            Named(used.kind as u8)
        );
        return Err(Failure::new(pangea_status::InUse, message));
    }
    owned.sort_by_key(|(_, used)| std::cmp::Reverse(used.kind));
    let discarded: Vec<_> =
        owned.into_iter().map(|(number, used)| (table.clear(number), used.discard)).collect();
    // What they do when they end may take long.
    drop(table);
    for (object, discard) in discarded {
        // SAFETY: it came out of the table with its own function.
        unsafe { discard(object) };
    }
    Ok(())
}

impl Owner {
    /// Of the node with this handle.
    pub fn node<H: Handle>(handle: *const H) -> Owner {
        Owner(Some(bits(handle)))
    }
}

impl Table {
    fn grow(&mut self) -> Result<usize, Failure> {
        let number = self.entries.len();
        if number >= MOST {
            let message = format!("there are {MOST} handles, and no more can be had: free some");
            return Err(Failure::new(pangea_status::BadHandle, message));
        }
        let (chunk, place) = place(number);
        if place == 0 {
            let empty = || Slot { tag: AtomicU64::new(0), object: AtomicPtr::new(ptr::null_mut()) };
            let slots: Box<[Slot]> = (0..FIRST << chunk).map(|_| empty()).collect();
            SLOTS[chunk].store(Box::leak(slots).as_mut_ptr(), Ordering::Release);
        }
        self.entries.push(Entry { generation: 0, owner: 0, used: None });
        Ok(number)
    }

    /// Makes a slot free again, and answers what was there.
    fn clear(&mut self, number: usize) -> *mut () {
        let Some(slot) = slot(number) else { unreachable!("it was found before") };
        slot.tag.store(0, Ordering::Release);
        self.entries[number].used = None;
        self.free.push_back(number as u32);
        slot.object.swap(ptr::null_mut(), Ordering::AcqRel)
    }

    #[cfg(test)]
    fn count(&self, owner: Owner) -> usize {
        let owned = |entry: &&Entry| Owner(Some(entry.owner)) == owner && entry.used.is_some();
        self.entries.iter().filter(owned).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct text_handle;

    impl Handle for text_handle {
        type Object = String;
        const KIND: Kind = Kind::Array;
    }

    struct other_handle;

    impl Handle for other_handle {
        type Object = u64;
        const KIND: Kind = Kind::View;
    }

    struct bound_handle;

    impl Handle for bound_handle {
        type Object = Bound<u64>;
        const KIND: Kind = Kind::Batch;
    }

    fn text() -> *mut text_handle {
        insert(Owner(Some(1)), "here".to_owned()).expect("there is room")
    }

    fn problem<T>(result: Result<T, Failure>) -> (pangea_status, String) {
        let failure = result.err().expect("it is wrong");
        (failure.status, failure.message)
    }

    #[test]
    fn what_is_put_in_is_found_until_it_is_taken() {
        let handle = text();
        assert_eq!(*share(handle).expect("it is there"), "here");
        assert_eq!(*take(handle).expect("it is there"), "here");
        let (status, message) = problem(share(handle));
        assert_eq!(
            (status, &*message),
            (pangea_status::BadHandle, "this pangea_array was freed before")
        );
    }

    #[test]
    fn a_slot_that_is_used_again_does_not_take_old_handles() {
        let old = text();
        take(old).expect("it is there");
        let new: Vec<_> = (0..3000).map(|_| text()).collect();
        for _ in &new {
            assert_eq!(problem(take(old)).0, pangea_status::BadHandle);
        }
        for handle in new {
            assert_eq!(take_whole(handle).expect("nobody uses it"), "here");
        }
    }

    #[test]
    fn other_types_null_and_nonsense_are_told() {
        let handle = text();
        let wrong = handle.cast::<other_handle>();
        assert_eq!(problem(share(wrong)).1, "this is a pangea_array, not a pangea_view");
        assert_eq!(problem(share(ptr::null::<text_handle>())).0, pangea_status::NullPointer);
        let local = 5_u64;
        for bits in
            [1, 77, usize::MAX, (&raw const local).addr(), 1 << 24, 0xffff_ffff << 32 | 2 << 24]
        {
            let nonsense = ptr::without_provenance::<text_handle>(bits);
            assert_eq!(problem(share(nonsense)).0, pangea_status::BadHandle, "{bits:#x}");
        }
        take(handle).expect("it is there");
    }

    #[test]
    fn what_is_in_use_stays() {
        let handle = text();
        let shared = share(handle).expect("it is there");
        assert_eq!(problem(take_whole(handle)).0, pangea_status::InUse);
        drop(shared);
        assert_eq!(take_whole(handle).expect("it is free now"), "here");
    }

    #[test]
    fn what_is_bound_is_for_its_thread() {
        let handle: *mut bound_handle = insert_bound(Owner(Some(2)), 7).expect("there is room");
        let bits = handle.addr();
        let other = thread::spawn(move || {
            let handle = ptr::without_provenance::<bound_handle>(bits);
            let shared = share(handle).expect("it is there");
            let used = problem(shared.get().copied()).0;
            (used, problem(clear(Owner(Some(2)))).0)
        });
        let (used, cleared) = other.join().expect("it does not panic");
        assert_eq!((used, cleared), (pangea_status::WrongThread, pangea_status::InUse));
        assert_eq!(*share(handle).expect("it is there").get().expect("it is ours"), 7);
        clear(Owner(Some(2))).expect("it is ours");
        assert_eq!(table().count(Owner(Some(2))), 0);
    }

    #[test]
    fn places_are_dense() {
        let mut next = (0, 0);
        for number in 0..10 * FIRST {
            assert_eq!(place(number), next);
            next =
                if next.1 + 1 == FIRST << next.0 { (next.0 + 1, 0) } else { (next.0, next.1 + 1) };
        }
        assert_eq!(place(MOST - 1).0, CHUNKS - 1);
    }
}
