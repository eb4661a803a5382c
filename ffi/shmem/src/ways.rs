//! The short way to memory in place: what the functions that are called most look at, and nothing else.
//!
//! Set once when setup ends, and only if every PE is reached in place. Until then, over a NIC, and after the end, `pes`
//! is 0 and all take the long way, which does the same or says what is wrong.
//!
//! Programs look at it, too, by what `shmem.h` defines: its layout is part of the library's soname. Where a tool has taken
//! the place of one of those routines, programs call, as if it were closed.

use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, AtomicIsize, AtomicPtr, AtomicU32, AtomicUsize, Ordering};

use crate::address::Piece;
use crate::error::ending;
use crate::state::{State, state};
use crate::{entries, replaced};

/// Where heap and variables of a PE are mapped here.
pub(crate) struct Way {
    heap: *mut u8,
    image: *mut u8,
}

/// The ranges of this PE, and the ways to all. A range is never empty, see [`NOWHERE`]. Up to `room` it is
/// `struct pangea_shmem_ways`, which programs may read once for many accesses, each member at another time: so what they may
/// have read before all is set must lead them to the library, whatever the others say.
#[repr(C, align(64))]
pub(crate) struct Ways {
    /// The PEs that programs reach without a call: the first ones, at most [`NEAR`].
    outside: AtomicU32,
    /// As many, where loads and stores need no call either.
    plain: AtomicU32,
    heap: AtomicUsize,
    /// The heap's length without the last bytes of an element.
    room: AtomicUsize,
    pes: AtomicU32,
    heap_len: AtomicUsize,
    image: AtomicUsize,
    image_len: AtomicUsize,
    table: AtomicPtr<Way>,
    /// Whether there are more PEs than processors.
    is_crowded: AtomicBool,
}

/// A page at which no process has anything.
const NOWHERE: usize = 1 << 63;
/// How many PEs programs reach without a call.
const NEAR: usize = 128;
/// The bytes of the longest element.
const ELEMENT: usize = 16;
/// The least length of a range, so that no length of an element has to be looked at twice.
const PAGE: usize = 4096;

/// The one that there is.
#[unsafe(export_name = "pangea_shmem_ways")]
pub(crate) static WAYS: Ways = Ways {
    outside: AtomicU32::new(0),
    plain: AtomicU32::new(0),
    heap: AtomicUsize::new(NOWHERE),
    room: AtomicUsize::new(0),
    pes: AtomicU32::new(0),
    heap_len: AtomicUsize::new(PAGE),
    image: AtomicUsize::new(NOWHERE),
    image_len: AtomicUsize::new(PAGE),
    table: AtomicPtr::new(std::ptr::null_mut()),
    is_crowded: AtomicBool::new(false),
};

/// By PE, what programs add to addresses in the heap of this one. They read it with each access.
#[unsafe(export_name = "pangea_shmem_away")]
static AWAY: [AtomicIsize; NEAR] = [const { AtomicIsize::new(0) }; NEAR];

/// Where a PE's counterpart of `len` bytes at `at` is mapped here. `None` where the long way has to look.
#[inline(always)]
pub(crate) fn place<T: ?Sized>(at: *const T, len: usize, pe: c_int) -> Option<*mut u8> {
    let pe = pe.cast_unsigned();
    if pe >= WAYS.pes.load(Ordering::Relaxed) {
        return None;
    }
    let address = at.cast::<u8>().addr();
    let table = WAYS.table.load(Ordering::Relaxed);
    // SAFETY: the table has as many entries as there are PEs, and is never freed.
    let way = unsafe { &*table.add(pe as usize) };
    let inside = |start: &AtomicUsize, room: &AtomicUsize| {
        let (start, room) = (start.load(Ordering::Relaxed), room.load(Ordering::Relaxed));
        let at = address.wrapping_sub(start);
        (at < room && len <= room - at).then_some(at)
    };
    if let Some(at) = inside(&WAYS.heap, &WAYS.heap_len) {
        return Some(way.heap.wrapping_add(at));
    }
    inside(&WAYS.image, &WAYS.image_len).map(|at| way.image.wrapping_add(at))
}

/// As [`place`], for one element: aligned, and at most 16 bytes.
#[inline(always)]
pub(crate) fn element<T>(at: *const T, pe: c_int) -> Option<*mut T> {
    const { assert!(size_of::<T>() <= ELEMENT && size_of::<T>().is_power_of_two()) };
    // What is aligned and begins in a range of whole pages ends in it.
    let is_aligned = at.addr().is_multiple_of(size_of::<T>());
    if is_aligned { place(at, 1, pe).map(<*mut u8>::cast) } else { None }
}

/// What was read last, and how often, about: threads may miss each other's.
#[repr(align(64))]
struct Reads {
    last: AtomicUsize,
    times: AtomicU32,
}

static READS: Reads = Reads { last: AtomicUsize::new(0), times: AtomicU32::new(0) };

/// Reads of one place, one after the other, until they are taken for a loop that waits: some 50 µs.
const LOOP: u32 = 1 << 14;

/// To be called with each read of a single element. A loop of them may wait for a PE that needs this one's processor.
#[inline(always)]
pub(crate) fn read<T>(name: &'static str, at: *const T) {
    if !WAYS.is_crowded.load(Ordering::Relaxed) {
        return;
    }
    if READS.last.load(Ordering::Relaxed) != at.addr() {
        READS.last.store(at.addr(), Ordering::Relaxed);
        READS.times.store(0, Ordering::Relaxed);
        return;
    }
    let times = READS.times.load(Ordering::Relaxed).wrapping_add(1);
    READS.times.store(times, Ordering::Relaxed);
    if times.is_multiple_of(LOOP) {
        relax(name, times / LOOP);
    }
}

#[cold]
fn relax(name: &'static str, offers: u32) {
    ending(name, || state()?.relax(offers));
}

/// Opens the short way, if it leads to all PEs.
pub(crate) fn open(state: &State) {
    let symmetric = &state.symmetric;
    let image = state.space.image.last();
    let table: Option<Vec<Way>> = (0..state.size)
        .map(|rank| {
            let start = symmetric.mapped(rank)?;
            let at = |piece: &Piece| start.wrapping_add(piece.offset as usize);
            let heap = at(&state.space.heap);
            Some(Way { heap, image: image.map_or(std::ptr::null_mut(), at) })
        })
        .collect();
    let Some(table) = table else { return };
    let set = |start: &AtomicUsize, len: &AtomicUsize, piece: &Piece| {
        start.store(piece.addresses.start, Ordering::Relaxed);
        len.store(piece.addresses.len(), Ordering::Relaxed);
    };
    set(&WAYS.heap, &WAYS.heap_len, &state.space.heap);
    if let Some(piece) = image {
        set(&WAYS.image, &WAYS.image_len, piece);
    }
    let is_crowded = state.reach.is_crowded();
    WAYS.is_crowded.store(is_crowded, Ordering::Relaxed);
    let heap = &state.space.heap.addresses;
    for (away, way) in AWAY.iter().zip(&table) {
        let distance = way.heap.addr().wrapping_sub(heap.start).cast_signed();
        away.store(distance, Ordering::Relaxed);
    }
    WAYS.room.store(heap.len() - (ELEMENT - 1), Ordering::Relaxed);
    WAYS.table.store(Box::leak(table.into_boxed_slice()).as_mut_ptr(), Ordering::Relaxed);
    WAYS.pes.store(state.size, Ordering::Release);
    if replaced::are_own(entries::INLINED) {
        let near = state.size.min(NEAR as u32);
        // Loops of reads that wait are to give way, which they do in the library.
        WAYS.plain.store(if is_crowded { 0 } else { near }, Ordering::Release);
        WAYS.outside.store(near, Ordering::Release);
    }
}

/// Closes it.
pub(crate) fn close() {
    WAYS.outside.store(0, Ordering::Release);
    WAYS.plain.store(0, Ordering::Release);
    WAYS.pes.store(0, Ordering::Release);
}

/// Whether the short way is open.
#[inline(always)]
pub(crate) fn are_open() -> bool {
    WAYS.pes.load(Ordering::Relaxed) != 0
}
