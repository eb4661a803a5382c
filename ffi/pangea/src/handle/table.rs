//! The table of handles: slots that are found without a lock, and what is needed to free them.

use std::collections::VecDeque;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;

use super::kind::Kind;
use crate::failure::Failure;
use crate::status::pangea_status;

pub(super) struct Slot {
    /// Generation and kind, as in a handle; 0 for a slot that is free.
    pub(super) tag: AtomicU64,
    pub(super) object: AtomicPtr<()>,
}

/// What is needed to free a slot.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) generation: u32,
    /// The node that it is of; of a node itself, that.
    pub(super) owner: u64,
    /// `None` while the slot is free.
    pub(super) used: Option<Used>,
}

#[derive(Clone, Copy)]
pub(super) struct Used {
    pub(super) kind: Kind,
    /// Of things that are bound to a thread.
    pub(super) thread: Option<ThreadId>,
    pub(super) discard: unsafe fn(*mut ()),
}

pub(super) struct Table {
    pub(super) entries: Vec<Entry>,
    pub(super) free: VecDeque<u32>,
}

static TABLE: Mutex<Table> = Mutex::new(Table { entries: Vec::new(), free: VecDeque::new() });

/// Slots of the first chunk; each further one has twice as many. They are never freed.
const FIRST: usize = 1 << FIRST_BITS;
const FIRST_BITS: u32 = 10;
const CHUNKS: usize = 14;
const MOST: usize = FIRST * ((1 << CHUNKS) - 1);
pub(super) const SLOT_BITS: u32 = 24;
pub(super) const SLOT_MASK: u64 = (1 << SLOT_BITS) - 1;

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
pub(super) fn slot(number: usize) -> Option<&'static Slot> {
    let (chunk, place) = place(number);
    let first = SLOTS.get(chunk)?.load(Ordering::Acquire);
    // SAFETY: a chunk that is there is never freed, and has that many slots.
    (!first.is_null()).then(|| unsafe { &*first.add(place) })
}

/// Empties all slots, without the lock: only where there is one thread.
pub(super) fn empty() {
    for slot in (0..).map_while(slot) {
        slot.tag.store(0, Ordering::Release);
    }
}

pub(super) fn table() -> MutexGuard<'static, Table> {
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Table {
    /// Makes a slot more: its number.
    pub(super) fn grow(&mut self) -> Result<usize, Failure> {
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
    pub(super) fn clear(&mut self, number: usize) -> *mut () {
        let Some(slot) = slot(number) else { unreachable!("it was found before") };
        slot.tag.store(0, Ordering::Release);
        self.entries[number].used = None;
        self.free.push_back(number as u32);
        slot.object.swap(ptr::null_mut(), Ordering::AcqRel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
