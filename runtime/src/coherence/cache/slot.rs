//! [`Copy`](struct@Copy), [`Slots`] and [`Snapshot`]: memory that some threads read while others replace it. All that
//! the cache does with pointers is in this file, behind functions that are safe to call.
//!
//! # Who may touch what when
//!
//! ```text
//!  root ──▶ chunk ──▶ copy                 a slot: null, or the one owner of a copy
//!  [ptr]    [ptr; CHUNK]   header, data
//! ```
//!
//! * A copy is written before its pointer is stored (release) and found by loading the pointer (acquire). From
//!   then on its data and `wts` never change; the other words of its header are atomics.
//! * Pointers are loaded under a guard of the collector that the slots belong to. Checked each time: under a guard of
//!   another node, which protects nothing here, nothing is found.
//! * A pointer leaves a slot, or the root, by a swap, so that one thread gets it; that thread hands it to the
//!   collector, which frees it when no guard lives that was there at the swap. Who found it before holds
//!   such a guard; who comes after does not find it.
//!
//! Slots are therefore sound whatever threads do at once. That `put` and `take` do not lose each other's
//! *copies* (a chunk goes while another puts something into it) is up to the caller, who has a lock for that.

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, handle_alloc_error};
use std::fmt;
use std::ops::{Deref, Range};
use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering};

use crossbeam_epoch::{Collector, Guard};

use super::fifo::MOST_VISITS;
use crate::coherence::protocol::{Known, Lease, LogicalTime};
use crate::endpoint::Pin;

/// Slots of a chunk.
pub(super) const CHUNK: usize = 128;

/// Bytes of a chunk.
pub(super) const CHUNK_BYTES: usize = size_of::<Chunk>();

/// Bytes of a cache line, to which copies and their data are aligned.
const LINE: usize = 64;

/// A copy of a block: its data, as it was written at `wts`, and until when it may be read.
///
/// The data never changes. The lease is only prolonged, and the moment at which it was last found current
/// only gets later. Threads of a node share it; under the simulator they give way to each other where they
/// look for it and where they look at the clock, which is before and after each use of these words.
#[repr(C)]
pub(crate) struct Copy {
    header: Header,
    data: [u8],
}

#[repr(C, align(64))]
struct Header {
    wts: LogicalTime,
    /// `wts` and the length of the lease, for those who have no time to add.
    rts: AtomicU64,
    lease: AtomicU64,
    moment: AtomicU64,
    /// Of the data.
    bytes: usize,
    /// Its number in the queues; used under the lock of the cache.
    node: AtomicU32,
    /// When a visit was last counted.
    era: AtomicU32,
    visits: AtomicU8,
}

// The header is one line, so the data begins at the next.
const _: () = assert!(size_of::<Header>() == LINE && align_of::<Header>() == LINE);

impl Copy {
    /// The block's data.
    #[inline]
    pub(crate) fn data(&self) -> &[u8] {
        &self.data
    }

    /// When the data was written.
    #[inline]
    pub(crate) fn wts(&self) -> LogicalTime {
        self.header.wts
    }

    /// Until which logical time the data may be read.
    #[inline]
    pub(crate) fn rts(&self) -> u64 {
        self.header.rts.load(Ordering::Acquire)
    }

    /// What the node knows of the block, besides its data.
    pub(crate) fn known(&self) -> Known {
        let lease = Lease::from_bits(self.header.lease.load(Ordering::Acquire));
        Known { wts: self.header.wts, lease }
    }

    /// Whether it was found current by a look that began at the moment `floor` or later.
    #[inline]
    pub(crate) fn is_fresh(&self, floor: u64) -> bool {
        self.header.moment.load(Ordering::Acquire) >= floor
    }

    /// It was found current, by a look that began at `moment`, with this lease. What is shorter or earlier than
    /// what is known changes nothing.
    pub(crate) fn renew(&self, lease: Lease, moment: u64) {
        let mut present = self.header.lease.load(Ordering::Acquire);
        while Lease::from_bits(present).delta.length() < lease.delta.length() {
            let (order, failed) = (Ordering::AcqRel, Ordering::Acquire);
            let swap = &self.header.lease;
            match swap.compare_exchange_weak(present, lease.bits(), order, failed) {
                Ok(_) => break,
                Err(other) => present = other,
            }
        }
        raise(&self.header.rts, lease.end(self.header.wts).0);
        raise(&self.header.moment, moment);
    }

    /// Counts a use, in the era of the cache that `era` says: once in each. Stores nothing if this era has been
    /// counted, or enough of them. A lost count does no harm.
    #[inline]
    pub(super) fn visit(&self, era: &AtomicU32) {
        let visits = self.header.visits.load(Ordering::Relaxed);
        if visits < MOST_VISITS {
            let present = era.load(Ordering::Relaxed);
            if self.header.era.load(Ordering::Relaxed) != present {
                self.header.era.store(present, Ordering::Relaxed);
                self.header.visits.store(visits + 1, Ordering::Relaxed);
            }
        }
    }

    /// How many eras of use were counted.
    pub(super) fn visits(&self) -> u8 {
        self.header.visits.load(Ordering::Relaxed)
    }

    pub(super) fn set_visits(&self, visits: u8) {
        self.header.visits.store(visits, Ordering::Relaxed);
    }

    /// The number under which the queues have it.
    pub(super) fn node(&self) -> u32 {
        self.header.node.load(Ordering::Relaxed)
    }

    /// Bytes of memory that it takes.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self)
    }
}

fn raise(word: &AtomicU64, to: u64) {
    if word.load(Ordering::Acquire) < to {
        word.fetch_max(to, Ordering::AcqRel);
    }
}

impl fmt::Debug for Copy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Copy").field("known", &self.known()).finish_non_exhaustive()
    }
}

/// A copy that is nobody else's yet, or any more.
pub(super) struct Draft(NonNull<Header>);

impl Draft {
    /// A copy of `data`, first counted as used in `era`.
    pub(super) fn new(known: Known, moment: u64, era: u32, data: &[u8]) -> Draft {
        let layout = layout(data.len());
        // SAFETY: the layout has a size, that of the header at least.
        let memory = unsafe { alloc(layout) };
        let Some(copy) = NonNull::new(memory.cast::<Header>()) else { handle_alloc_error(layout) };
        let header = Header {
            wts: known.wts,
            rts: AtomicU64::new(known.rts().0),
            lease: AtomicU64::new(known.lease.bits()),
            moment: AtomicU64::new(moment),
            bytes: data.len(),
            node: AtomicU32::new(u32::MAX),
            era: AtomicU32::new(era),
            visits: AtomicU8::new(0),
        };
        // SAFETY: the memory is new, aligned for a header, and by `layout` as long as a header and behind it
        // the data, which cannot overlap it.
        unsafe {
            copy.write(header);
            ptr::copy_nonoverlapping(data.as_ptr(), memory.add(LINE), data.len());
        }
        Draft(copy)
    }

    /// Lets it stand in the queues where `old` stands.
    pub(super) fn succeed(&self, old: &Copy) {
        self.set_node(old.node());
        self.header.era.store(old.header.era.load(Ordering::Relaxed), Ordering::Relaxed);
        self.set_visits(old.visits());
    }

    pub(super) fn set_node(&self, node: u32) {
        self.header.node.store(node, Ordering::Relaxed);
    }

    /// Gives it up to be shared, and to be freed by a later [`Draft`] of the same pointer.
    fn into_raw(self) -> NonNull<Header> {
        let raw = self.0;
        std::mem::forget(self);
        raw
    }
}

/// The memory of a copy.
fn layout(data: usize) -> Layout {
    let whole = Layout::array::<u8>(data).and_then(|data| Layout::new::<Header>().extend(data));
    match whole {
        Ok((layout, _)) => layout.pad_to_align(),
        // More than the address space, which no data is.
        Err(_) => handle_alloc_error(Layout::new::<Header>()),
    }
}

/// The copy at a header.
///
/// # Safety
/// It was made by [`Draft::new`] and is not freed.
unsafe fn whole(header: NonNull<Header>) -> *const Copy {
    // SAFETY: there is a header, and its length does not change.
    let bytes = unsafe { (*header.as_ptr()).bytes };
    // The length of a slice is that of the last field.
    ptr::slice_from_raw_parts(header.as_ptr().cast::<u8>(), bytes) as *const Copy
}

impl Deref for Draft {
    type Target = Copy;

    fn deref(&self) -> &Copy {
        // SAFETY: a draft has made its copy, or got it out of a slot, and only its end frees it.
        unsafe { &*whole(self.0) }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let layout = layout(self.header.bytes);
        // SAFETY: it was allocated with this layout (its length has not changed), and is freed once: a draft is
        // the only owner. Nothing in a header has to be dropped.
        unsafe { dealloc(self.0.as_ptr().cast(), layout) };
    }
}

// SAFETY: what a draft points to is its own, and may be used and freed by any thread.
unsafe impl Send for Draft {}

/// Bytes of copies that were taken out of slots and are not freed yet.
#[derive(Default)]
pub(super) struct Garbage(AtomicUsize);

impl Garbage {
    pub(super) fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// The slots of a table, by block.
pub(super) struct Slots {
    number: u64,
    collector: Collector,
    garbage: Arc<Garbage>,
    root: Box<[AtomicPtr<Chunk>]>,
}

struct Chunk([AtomicPtr<Header>; CHUNK]);

impl Slots {
    /// Empty slots for so many blocks. What nobody uses of the root takes no memory.
    pub(super) fn new(
        number: u64,
        blocks: u64,
        collector: Collector,
        garbage: Arc<Garbage>,
    ) -> Slots {
        Slots { number, collector, garbage, root: new_root(blocks) }
    }

    /// Tells tables apart.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The chunk of a block.
    pub(super) fn chunk_of(block: u64) -> u64 {
        block / CHUNK as u64
    }

    /// The blocks of a chunk.
    pub(super) fn blocks_of(chunk: u64) -> Range<u64> {
        chunk * CHUNK as u64..(chunk + 1) * CHUNK as u64
    }

    /// Whether there is a slot for a block.
    pub(super) fn has(&self, block: u64) -> bool {
        Slots::chunk_of(block) < self.root.len() as u64
    }

    /// The copy of a block; none under a guard of another collector, which protects nothing here.
    #[inline]
    pub(super) fn get<'g>(&self, block: u64, guard: &'g Guard) -> Option<&'g Copy> {
        let slot = self.slot(block, guard)?;
        let copy = NonNull::new(slot.load(Ordering::Acquire))?;
        // SAFETY: a slot owns what it points to, a copy that was written before the pointer was stored. It may
        // leave the slot from now on, but is not freed while the guard lives, which is of the collector that
        // will free it (checked by `slot`).
        Some(unsafe { &*whole(copy) })
    }

    #[inline]
    fn slot<'g>(&self, block: u64, guard: &'g Guard) -> Option<&'g AtomicPtr<Header>> {
        if guard.collector() != Some(&self.collector) {
            return None;
        }
        let chunk = self.root.get(Slots::chunk_of(block) as usize)?.load(Ordering::Acquire);
        // SAFETY: as in `get`, for chunks; the root owns them.
        let chunk = unsafe { chunk.as_ref() }?;
        Some(&chunk.0[block as usize % CHUNK])
    }

    /// Of guards that the cache itself has made.
    fn check(&self, guard: &Guard) {
        assert!(guard.collector() == Some(&self.collector), "a guard of another node");
    }

    /// Makes a draft the copy of its block. A copy that was there is freed later. A draft of a block that does not
    /// exist is only shown.
    pub(super) fn put<'g>(&self, block: u64, draft: Draft, guard: &'g Guard) -> &'g Copy {
        if self.slot(block, guard).is_none() {
            self.make_chunk(block);
        }
        let Some(slot) = self.slot(block, guard) else { return self.show(draft, guard) };
        let new = draft.into_raw();
        let old = slot.swap(new.as_ptr(), Ordering::AcqRel);
        self.retire(old, guard);
        // SAFETY: as in `get`: it was in the slot while the guard lived.
        unsafe { &*whole(new) }
    }

    /// Lets a draft be read for as long as the guard lives, and no longer.
    pub(super) fn show<'g>(&self, draft: Draft, guard: &'g Guard) -> &'g Copy {
        self.check(guard);
        let copy = draft.into_raw();
        self.retire(copy.as_ptr(), guard);
        // SAFETY: it is freed when the guard, which was there before, does not live any more.
        unsafe { &*whole(copy) }
    }

    /// Empties a slot.
    pub(super) fn take(&self, block: u64, guard: &Guard) {
        if let Some(slot) = self.slot(block, guard) {
            self.retire(slot.swap(ptr::null_mut(), Ordering::AcqRel), guard);
        }
    }

    /// Has a copy freed that is in no slot any more; none if it is null.
    fn retire(&self, copy: *mut Header, guard: &Guard) {
        let Some(copy) = NonNull::new(copy) else { return };
        let draft = Draft(copy);
        let bytes = draft.bytes();
        let garbage = Arc::clone(&self.garbage);
        garbage.0.fetch_add(bytes, Ordering::Relaxed);
        let free = move || {
            drop(draft);
            garbage.0.fetch_sub(bytes, Ordering::Relaxed);
        };
        // SAFETY: nobody finds it any more, and who has found it holds a guard of this collector (checked by
        // the callers' `slot` or `check`). What is called owns what it uses, and may run in any thread.
        unsafe { guard.defer_unchecked(free) };
    }

    /// Makes the chunk of a block that has none.
    fn make_chunk(&self, block: u64) {
        let Some(place) = self.root.get(Slots::chunk_of(block) as usize) else { return };
        let chunk =
            Box::into_raw(Box::new(Chunk([const { AtomicPtr::new(ptr::null_mut()) }; CHUNK])));
        let (order, failed) = (Ordering::AcqRel, Ordering::Acquire);
        if place.compare_exchange(ptr::null_mut(), chunk, order, failed).is_err() {
            // SAFETY: it was made above, and nobody else has seen it.
            drop(unsafe { Box::from_raw(chunk) });
        }
    }

    /// Frees a chunk later, with all that is still in it.
    pub(super) fn drop_chunk(&self, chunk: u64, guard: &Guard) {
        self.check(guard);
        let Some(place) = self.root.get(chunk as usize) else { return };
        let Some(chunk) = NonNull::new(place.swap(ptr::null_mut(), Ordering::AcqRel)) else {
            return;
        };
        // SAFETY: as in `retire`; it was made by `make_chunk` and has left the root by the swap. Copies that are
        // in it are found through it only, by holders of the same guards.
        unsafe { guard.defer_unchecked(move || drop(Box::from_raw(chunk.as_ptr()))) };
    }
}

/// A root without chunks, in memory that is all zero and so takes none until it is written.
fn new_root(blocks: u64) -> Box<[AtomicPtr<Chunk>]> {
    let len = blocks.div_ceil(CHUNK as u64) as usize;
    let layout = match Layout::array::<AtomicPtr<Chunk>>(len) {
        Ok(layout) if layout.size() > 0 => layout,
        Ok(_) => return Box::default(),
        Err(_) => handle_alloc_error(Layout::new::<Chunk>()),
    };
    // SAFETY: the layout has a size.
    let memory = unsafe { alloc_zeroed(layout) }.cast::<AtomicPtr<Chunk>>();
    if memory.is_null() {
        handle_alloc_error(layout);
    }
    // SAFETY: it was allocated with the layout of such a slice, and a pointer that is all zero is null.
    unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(memory, len)) }
}

impl Drop for Slots {
    fn drop(&mut self) {
        // Copies may be read for as long as guards live, longer than the slots.
        let guard = self.collector.register().pin();
        for chunk in 0..self.root.len() {
            self.drop_chunk(chunk as u64, &guard);
        }
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        for slot in &mut self.0 {
            // A slot owns what it points to.
            drop(NonNull::new(*slot.get_mut()).map(Draft));
        }
    }
}

/// A copy that stays as it is while this lives: the copy and the pin that protects it.
///
/// While a pin lives, nothing is freed that was replaced in the node's cache since. So it is for short.
pub(crate) struct Snapshot {
    copy: NonNull<Copy>,
    /// Never used again, but it has to live.
    _pin: Pin,
}

impl Snapshot {
    /// What `find` finds under the pin.
    pub(super) fn new<E>(
        pin: Pin,
        find: impl for<'g> FnOnce(&'g Pin) -> Result<&'g Copy, E>,
    ) -> Result<Snapshot, E> {
        let copy = NonNull::from(find(&pin)?);
        Ok(Snapshot { copy, _pin: pin })
    }
}

impl Deref for Snapshot {
    type Target = Copy;

    #[inline]
    fn deref(&self) -> &Copy {
        // SAFETY: `find` knew nothing of the lifetime of the pin it was given, so what it found is protected by
        // the pin for as long as that lives, wherever it is moved to; and it lives here.
        unsafe { self.copy.as_ref() }
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
