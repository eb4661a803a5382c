//! [`ShmWindow`]: a region of a peer, open for operations without the pair at hand.
//!
//! Everything that may end is looked at with each operation, in few steps: whether the peer lives and its pair is
//! connected to ours, whether ours has not failed and is not gone, and whether the key is valid is for [`Way`] to say.

use std::ptr::NonNull;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering, fence};

use super::Import;
use super::queue::Ring;
use super::table::PairSlot;
use super::way::{self, Way};
use crate::copy;
use crate::provider::RawWindow;
use crate::window::Update;
use crate::work_request::Atomic;

/// A window of [`Shm`](super::Shm). What it copies from its way makes the chain of loads shorter, which an atomic has
/// to wait for.
#[derive(Clone)]
pub struct ShmWindow {
    way: Rc<Way>,
    /// How often the peer has forbidden something.
    changes: NonNull<AtomicU64>,
    own: NonNull<PairSlot>,
    ring: Ring,
    /// Where it begins, as mapped here.
    start: *mut u8,
    /// Bytes from there on that belong to the region.
    len: u64,
    /// Keeps the mapping.
    _import: Arc<Import>,
}

impl ShmWindow {
    /// Of `len` bytes from `start` on, which `import` keeps mapped, and whose key `way` watches.
    pub(super) fn new(way: &Rc<Way>, start: *mut u8, len: u64, import: Arc<Import>) -> ShmWindow {
        ShmWindow {
            way: Rc::clone(way),
            changes: way.changes(),
            own: NonNull::from(way.own()),
            ring: way.ring.clone(),
            start,
            len,
            _import: import,
        }
    }

    /// How often the peer has forbidden something by now.
    #[inline(always)]
    fn changes(&self) -> u64 {
        // SAFETY: it lies in the key table of the peer, which `way` keeps mapped.
        unsafe { self.changes.as_ref() }.load(Ordering::Acquire)
    }

    /// Where an access goes, if all is well.
    #[inline(always)]
    fn reach(&self, offset: u64, len: usize) -> Option<*mut u8> {
        let last = self.len.checked_sub(len as u64)?;
        if offset > last || !self.way.is_clear(self.changes()) {
            return None;
        }
        Some(self.start.wrapping_add(offset as usize))
    }

    /// Calls `change` with where a change goes, if all is well; see [`super::fence`]. The slot of a pair that is
    /// gone is not ours any more, so that is looked at first.
    #[inline(always)]
    fn change<R>(&self, offset: u64, len: usize, change: impl FnOnce(*mut u8) -> R) -> Option<R> {
        if self.way.is_closed() {
            return None;
        }
        // SAFETY: it lies in our key table, which `way` keeps mapped.
        let own = unsafe { self.own.as_ref() };
        self.way.begin(own);
        let changed = self.reach(offset, len).map(change);
        self.way.end(own);
        changed
    }

    /// [`ShmWindow::change`], of an aligned word.
    #[inline(always)]
    fn change_word<R>(&self, offset: u64, change: impl FnOnce(*mut u8) -> R) -> Option<R> {
        let is_aligned = self.start.addr().wrapping_add(offset as usize).is_multiple_of(8);
        if is_aligned { self.change(offset, 8, change) } else { None }
    }
}

// SAFETY: loads, stores, atomics and copies of memory.
unsafe impl RawWindow for ShmWindow {
    #[inline(always)]
    fn read(&self, offset: u64, into: &mut [u8]) -> bool {
        let Some(at) = self.reach(offset, into.len()) else { return false };
        self.ring.settle_writes();
        // SAFETY: `at` is valid for the length (`reach`), and `into` is private memory.
        unsafe { copy::load(at, into.as_mut_ptr(), into.len()) };
        fence(Ordering::Acquire);
        true
    }

    #[inline(always)]
    fn load(&self, offset: u64) -> Option<u64> {
        // Without a call, so that a caller that only loads has no registers to save; `read` looks again.
        let last = self.len.checked_sub(8)?;
        let at = self.start.wrapping_add(offset as usize);
        if offset > last || !at.addr().is_multiple_of(8) || !self.way.is_as_seen(self.changes()) {
            return None;
        }
        self.ring.settle_writes();
        // SAFETY: `at` is valid for 8 bytes and aligned (checked above), in memory that is only reached as shared memory.
        let word = unsafe { AtomicU64::from_ptr(at.cast()) }.load(Ordering::Relaxed);
        fence(Ordering::Acquire);
        Some(word)
    }

    #[inline(always)]
    fn write(&self, from: &[u8], offset: u64) -> bool {
        let write = |at| {
            fence(Ordering::Release);
            // SAFETY: as in `read`, the other way round.
            unsafe { copy::store(from.as_ptr(), at, from.len()) };
            self.ring.note_write();
        };
        self.change(offset, from.len(), write).is_some()
    }

    #[inline(always)]
    fn atomic(&self, atomic: Atomic, offset: u64) -> Option<u64> {
        // SAFETY: `at` is valid for 8 bytes (`reach`) and aligned, in memory that is only reached as shared memory.
        self.change_word(offset, |at| unsafe { way::atomic(&self.ring, atomic, at) })
    }

    #[inline(always)]
    fn update(&self, update: Update, operand: u64, offset: u64) -> bool {
        // SAFETY: as in `atomic`.
        self.change_word(offset, |at| unsafe { way::update(&self.ring, update, operand, at) })
            .is_some()
    }

    #[inline]
    fn prefetch(&self, offset: u64) {
        copy::prefetch_to_change(self.start.wrapping_add(offset as usize));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Memory;
    use crate::provider::{Provider, RawQueuePair, Shm};
    use crate::queue_pair::QueuePairConfig;
    use crate::region::{Access, RemoteAddr};

    #[test]
    fn a_read_waits_for_writes_through_other_pairs_of_its_thread() {
        let shm = Shm::open().expect("opens");
        let mut queue = shm.completion_queue(64).expect("is made");
        let memory = Arc::new(Memory::allocate(4096).expect("a page"));
        let region = shm.register(&memory, Access::all()).expect("registers");
        let mut open = || {
            let mut make = || shm.queue_pair(&mut queue, &QueuePairConfig::default());
            let (mut near, mut far) = (make().expect("is made"), make().expect("is made"));
            near.connect(&far.card()).expect("connects");
            far.connect(&near.card()).expect("connects");
            let from = RemoteAddr { addr: region.addr, rkey: region.rkey };
            let window = near.window(from).expect("opens");
            (window, near, far)
        };
        let ((one, _a, _b), (other, _c, _d)) = (open(), open());
        let (add, mut bytes) = (Atomic::FetchAdd { add: 1 }, [0; 16]);
        let followers: [&mut dyn FnMut() -> bool; 4] = [
            &mut || other.load(64).is_some(),
            &mut || other.read(64, &mut bytes),
            &mut || other.atomic(add, 64).is_some(),
            &mut || other.update(Update::Or, 1, 64),
        ];
        for follower in followers {
            assert!(one.write(&[1; 8], 0) && other.ring.is_unfenced());
            assert!(follower() && !one.ring.is_unfenced());
        }
    }
}
