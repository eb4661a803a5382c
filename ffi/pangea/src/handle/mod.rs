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
//!
//! | file | what |
//! | --- | --- |
//! | `mod.rs` | what is behind a handle: put in, found, taken out |
//! | `kind.rs` | the types that handles are of |
//! | `table.rs` | slots, and what is needed to free them |
//! | `bound.rs` | what only one thread may use |
//! | `fork.rs` | children of `fork`, which have none |

mod bound;
mod fork;
mod kind;
mod table;

use std::ptr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard};
use std::thread::{self, ThreadId};

pub use bound::Bound;
pub use fork::check as check_process;
pub use kind::Kind;

use kind::{NAMES, Named};
use table::{SLOT_BITS, SLOT_MASK, Table, Used, slot, table};

use crate::failure::Failure;
use crate::status::pangea_status;

/// A type that C programs see as an opaque structure.
pub trait Handle: Sized {
    /// What lies behind it.
    type Object: 'static;
    /// Its number.
    const KIND: Kind;
}

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

/// The table, of a process that has one.
fn own_table() -> Result<MutexGuard<'static, Table>, Failure> {
    check_process().map(|()| table())
}

/// As [`find`], while nobody frees anything.
fn find_locked<H: Handle>(
    handle: *const H,
) -> Result<(MutexGuard<'static, Table>, *const H::Object), Failure> {
    let table = own_table()?;
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
    if let Err(failure) = check_process() {
        return failure;
    }
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
    let (_table, object) = find_locked(handle)?;
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
    let mut table = own_table()?;
    fork::watch();
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
    let (table, _) = find_locked(handle)?;
    Ok(Owner(Some(table.entries[(bits(handle) & SLOT_MASK) as usize].owner)))
}

/// Takes an object out of the table; the handle is not good any more.
///
/// # Errors
/// When the handle is not good.
pub fn take<H: Handle>(handle: *const H) -> Result<Arc<H::Object>, Failure> {
    let (mut table, object) = find_locked(handle)?;
    table.clear((bits(handle) & SLOT_MASK) as usize);
    // SAFETY: as in `share`; the table counts it no more.
    Ok(unsafe { Arc::from_raw(object) })
}

/// Takes an object out that nobody uses at the moment.
///
/// # Errors
/// When the handle is not good, or the object is in use; then it stays.
pub fn take_whole<H: Handle>(handle: *const H) -> Result<H::Object, Failure> {
    let (mut table, object) = find_locked(handle)?;
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
    let mut table = own_table()?;
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

#[cfg(test)]
mod tests {
    use super::table::Entry;
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

    fn count(owner: Owner) -> usize {
        let owned = |entry: &&Entry| Owner(Some(entry.owner)) == owner && entry.used.is_some();
        table().entries.iter().filter(owned).count()
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
        assert_eq!(count(Owner(Some(2))), 0);
    }
}
