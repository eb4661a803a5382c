//! Reductions. Operands are combined in the order of the members, and the same way on all, so the result is the same on
//! all and each time, also for floating point.
//!
//! | bytes | members | how |
//! | --- | --- | --- |
//! | a chunk | up to [`DIRECT`](super::layout::DIRECT) | each gives to each, and combines all |
//! | a chunk | more | recursive doubling |
//! | more, or without a slot | | each reads its slice of all, combines it, and writes it to all |
//!
//! Nobody else reads or writes a member's slice between the two syncs of the last, so `dest` may be `source`.

use std::mem::ManuallyDrop;
use std::ptr;

use super::ground::Ground;
use super::group::Group;
use super::layout::{CHUNK_DATA, CHUNKS};
use super::schedule::{self, Doubling};
use crate::error::Problem;
use crate::operations::Operation;

/// An operation on elements of a type, by address.
#[derive(Clone, Copy)]
pub(crate) struct Kernel {
    /// Bytes of an element.
    size: usize,
    /// Combines each of the first elements with one of the second, into the first.
    fold: unsafe fn(*mut u8, *const u8, usize),
}

impl Kernel {
    /// The operation `O` on `T`.
    pub(crate) const fn new<T: Copy, O: Operation<T>>() -> Kernel {
        Kernel { size: size_of::<T>(), fold: fold::<T, O> }
    }
}

/// # Safety
/// Both are good for `count` elements and do not overlap.
unsafe fn fold<T: Copy, O: Operation<T>>(into: *mut u8, with: *const u8, count: usize) {
    let (into, with) = (into.cast::<T>(), with.cast::<T>());
    for index in 0..count {
        // SAFETY: by the contract; elements of programs may lie anywhere.
        unsafe {
            let combined =
                O::combine(into.add(index).read_unaligned(), with.add(index).read_unaligned());
            into.add(index).write_unaligned(combined);
        }
    }
}

/// The bytes that are combined at once in place: they stay in the nearest cache.
const BLOCK: usize = 8 << 10;
/// The bytes that are read at once from all over a NIC.
const PIECE: usize = 1 << 20;
/// Chunks of recursive doubling: those of rounds, then what one that gives gave, then the result for it.
const GIVEN: u32 = CHUNKS as u32 - 2;
const RESULT: u32 = CHUNKS as u32 - 1;

/// Room for the values of one chunk, or one block.
#[repr(align(64))]
struct Buffer<const LEN: usize>([u8; LEN]);

/// Combines `count` elements of the `source` of all into the `dest` of all.
///
/// # Safety
/// The ranges are symmetric, and the same or apart.
pub(super) unsafe fn reduce<G: Ground>(
    group: &Group<'_, G>,
    kernel: Kernel,
    dest: u64,
    source: u64,
    count: usize,
) -> Result<(), Problem> {
    let len = count * kernel.size;
    // SAFETY: by the contract, in all of these.
    unsafe {
        if group.size() == 1 {
            group.fetch(group.me, source, dest, len)
        } else if group.is_small(len) {
            directly(group, kernel, dest, source, count)
        } else if len <= CHUNK_DATA
            && group.has_slot()
            && schedule::doublings(group.size()) <= GIVEN
        {
            by_doubling(group, kernel, dest, source, count)
        } else {
            group.sync()?;
            if group.ground.in_place() {
                slice_in_place(group, kernel, dest, source, count);
            } else {
                slice_by_reading(group, kernel, dest, source, count)?;
            }
            group.sync()
        }
    }
}

unsafe fn directly<G: Ground>(
    group: &Group<'_, G>,
    kernel: Kernel,
    dest: u64,
    source: u64,
    count: usize,
) -> Result<(), Problem> {
    let len = count * kernel.size;
    let own = group.ground.own(source);
    let staged = group.stage(CHUNKS)?;
    for member in group.others() {
        // SAFETY: the source is not written during the call.
        unsafe { group.give(staged, member, group.me, own, len)? };
    }
    let mut result = Buffer([0; CHUNK_DATA]);
    for member in 0..group.size() {
        let from = if member == group.me { own } else { group.take(staged, member)?.0 };
        // SAFETY: a chunk holds what was given, as many elements as here.
        unsafe {
            if member == 0 {
                ptr::copy_nonoverlapping(from, result.0.as_mut_ptr(), len);
            } else {
                (kernel.fold)(result.0.as_mut_ptr(), from, count);
            }
        }
    }
    group.all_began(staged);
    // SAFETY: by the contract.
    unsafe { ptr::copy_nonoverlapping(result.0.as_ptr(), group.ground.own(dest), len) };
    Ok(())
}

unsafe fn by_doubling<G: Ground>(
    group: &Group<'_, G>,
    kernel: Kernel,
    dest: u64,
    source: u64,
    count: usize,
) -> Result<(), Problem> {
    let len = count * kernel.size;
    let (own, into) = (group.ground.own(source), group.ground.own(dest));
    let staged = group.stage(CHUNKS)?;
    let take = |index| group.take(staged, index).map(|(bytes, _)| bytes);
    // SAFETY: as in `directly`; each chunk is written once in an operation.
    unsafe {
        let mut value = Buffer([0; CHUNK_DATA]);
        let mut lower = Buffer([0; CHUNK_DATA]);
        let value = value.0.as_mut_ptr();
        let lower = lower.0.as_mut_ptr();
        match schedule::doubling(group.me, group.size()) {
            Doubling::Gives => {
                group.give(staged, group.me + 1, GIVEN, own, len)?;
                ptr::copy_nonoverlapping(take(RESULT)?, into, len);
            }
            Doubling::Exchanges { place, serves } => {
                if serves {
                    ptr::copy_nonoverlapping(take(GIVEN)?, value, len);
                    (kernel.fold)(value, own, count);
                } else {
                    ptr::copy_nonoverlapping(own, value, len);
                }
                for round in 0..schedule::doublings(group.size()) {
                    let partner = place ^ (1 << round);
                    let member = schedule::exchanging(partner, group.size());
                    group.give(staged, member, round, value, len)?;
                    let theirs = take(round)?;
                    if partner < place {
                        ptr::copy_nonoverlapping(theirs, lower, len);
                        (kernel.fold)(lower, value, count);
                        ptr::copy_nonoverlapping(lower, value, len);
                    } else {
                        (kernel.fold)(value, theirs, count);
                    }
                }
                if serves {
                    group.give(staged, group.me - 1, RESULT, value, len)?;
                }
                ptr::copy_nonoverlapping(value, into, len);
            }
        }
    }
    group.all_began(staged);
    Ok(())
}

unsafe fn slice_in_place<G: Ground>(
    group: &Group<'_, G>,
    kernel: Kernel,
    dest: u64,
    source: u64,
    count: usize,
) {
    let slice = schedule::slice(group.me, group.size(), count);
    let mut block = Buffer([0; BLOCK]);
    let block = block.0.as_mut_ptr();
    let at_once = BLOCK / kernel.size;
    let base =
        |member| group.ground.mapped(group.rank(member)).expect("all members are mapped in place");
    for first in slice.clone().step_by(at_once) {
        let here = at_once.min(slice.end - first);
        let (at, len) = (first * kernel.size, here * kernel.size);
        // SAFETY: all members are in this call until the second sync, and this slice is this one's alone.
        unsafe {
            for member in 0..group.size() {
                let from = base(member).wrapping_add(source as usize + at).cast_const();
                if member == 0 {
                    ptr::copy_nonoverlapping(from, block, len);
                } else {
                    (kernel.fold)(block, from, here);
                }
            }
            for member in 0..group.size() {
                ptr::copy_nonoverlapping(block, base(member).wrapping_add(dest as usize + at), len);
            }
        }
    }
}

unsafe fn slice_by_reading<G: Ground>(
    group: &Group<'_, G>,
    kernel: Kernel,
    dest: u64,
    source: u64,
    count: usize,
) -> Result<(), Problem> {
    let members = group.size() as usize;
    let slice = schedule::slice(group.me, group.size(), count);
    // Whole elements, of which the largest has 16 bytes; at least a cache line of each member.
    let at_once = (PIECE / members).max(64).min(slice.len() * kernel.size) / kernel.size;
    // Not freed when something fails: what is under way may still be written into it.
    let mut read = ManuallyDrop::new(vec![0_u8; at_once * kernel.size * members]);
    for first in slice.clone().step_by(at_once.max(1)) {
        let here = at_once.min(slice.end - first);
        let (at, len) = ((first * kernel.size) as u64, here * kernel.size);
        // SAFETY: as in `slice_in_place`; the pieces of the members lie apart in `read`.
        unsafe {
            let piece = |member: u32| member as usize * len;
            for member in group.others() {
                let into = read.as_mut_ptr().add(piece(member));
                group.ground.read_later(group.rank(member), source + at, into, len)?;
            }
            let own = group.ground.own(source + at);
            ptr::copy_nonoverlapping(own, read.as_mut_ptr().add(piece(group.me)), len);
            group.ground.quiet()?;
            let (result, rest) = read.split_at_mut(len);
            for from in rest.chunks_exact(len).take(members - 1) {
                (kernel.fold)(result.as_mut_ptr(), from.as_ptr(), here);
            }
            ptr::copy_nonoverlapping(result.as_ptr(), group.ground.own(dest + at), len);
            for member in group.others() {
                group.ground.write_later(group.rank(member), dest + at, result.as_ptr(), len)?;
            }
            group.ground.quiet()?;
        }
    }
    drop(ManuallyDrop::into_inner(read));
    Ok(())
}
