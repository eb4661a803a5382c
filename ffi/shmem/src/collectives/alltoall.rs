//! All to all: each has a block for each.
//!
//! Blocks that fit into a chunk are given, if the members are few; all others are read by who needs them, beginning with
//! the next member.

use std::mem::ManuallyDrop;
use std::ptr;

use super::ground::Ground;
use super::group::Group;
use super::layout::{CHUNK_DATA, CHUNKS};
use crate::error::Problem;

/// Copies block `me` of each member's `source` to that member's block of this one's `dest`; blocks of `len` bytes.
///
/// # Safety
/// The ranges are symmetric.
pub(super) unsafe fn alltoall<G: Ground>(
    group: &Group<'_, G>,
    dest: u64,
    source: u64,
    len: usize,
) -> Result<(), Problem> {
    let block = |start: u64, member: u32| start + u64::from(member) * len as u64;
    // SAFETY: by the contract. Sources are not written during the call; what is read lies between two syncs.
    unsafe {
        if group.is_small(len) && group.size() > 1 {
            let staged = group.stage(CHUNKS)?;
            for member in group.others() {
                let from = group.ground.own(block(source, member));
                group.give(staged, member, group.me, from, len)?;
            }
            group.fetch(group.me, block(source, group.me), block(dest, group.me), len)?;
            for member in group.others() {
                let (from, _) = group.take(staged, member)?;
                from.copy_to_nonoverlapping(group.ground.own(block(dest, member)), len);
            }
            group.all_began(staged);
            return Ok(());
        }
        group.sync()?;
        group.fetch(group.me, block(source, group.me), block(dest, group.me), len)?;
        for member in group.others() {
            group.fetch(member, block(source, group.me), block(dest, member), len)?;
        }
        group.moved()?;
    }
    group.sync()
}

/// Elements of `size` bytes at distances in elements.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strided {
    pub at: u64,
    pub stride: usize,
    pub size: usize,
}

impl Strided {
    /// The offset of an element.
    fn element(self, index: usize) -> u64 {
        self.at + (index * self.stride * self.size) as u64
    }

    /// The bytes from the first of `count` elements to the end of the last.
    pub(super) fn span(self, count: usize) -> Option<usize> {
        let before = count.checked_sub(1)?;
        before.checked_mul(self.stride)?.checked_add(1)?.checked_mul(self.size)
    }
}

/// The bytes that are read at once from elsewhere, to take elements out.
const PIECE: usize = 256 << 10;

/// As [`alltoall`], with blocks of `count` elements that do not lie side by side.
///
/// # Safety
/// The ranges are symmetric; strides are at least 1.
pub(super) unsafe fn alltoalls<G: Ground>(
    group: &Group<'_, G>,
    dest: Strided,
    source: Strided,
    count: usize,
) -> Result<(), Problem> {
    let size = source.size;
    let block = |member: u32| member as usize * count;
    // SAFETY: by the contract, and as in `alltoall`.
    unsafe {
        let place = |base: *const u8, elements: Strided, index| {
            base.wrapping_add(elements.element(index) as usize)
        };
        let own = group.ground.own(0);
        let scatter = |from: *const u8, stride: usize, first: usize, count: usize| {
            for index in 0..count {
                let from = from.wrapping_add(index * stride * size);
                ptr::copy(from, place(own, dest, first + index).cast_mut(), size);
            }
        };
        if group.is_small(count * size) && group.size() > 1 {
            let staged = group.stage(CHUNKS)?;
            let mut packed = [0_u8; CHUNK_DATA];
            for member in group.others() {
                for (index, into) in packed[..count * size].chunks_exact_mut(size).enumerate() {
                    let from = place(own, source, block(member) + index);
                    ptr::copy_nonoverlapping(from, into.as_mut_ptr(), size);
                }
                group.give(staged, member, group.me, packed.as_ptr(), count * size)?;
            }
            scatter(place(own, source, block(group.me)), source.stride, block(group.me), count);
            for member in group.others() {
                scatter(group.take(staged, member)?.0, 1, block(member), count);
            }
            group.all_began(staged);
            return Ok(());
        }
        group.sync()?;
        scatter(place(own, source, block(group.me)), source.stride, block(group.me), count);
        // Not freed when something fails: what is under way may still be written into it.
        let mut read = ManuallyDrop::new(Vec::new());
        for member in group.others() {
            if let Some(base) = group.ground.mapped(group.rank(member)) {
                scatter(place(base, source, block(group.me)), source.stride, block(member), count);
                continue;
            }
            let at_once = (PIECE / (source.stride * size)).max(1);
            for first in (0..count).step_by(at_once) {
                let here = at_once.min(count - first);
                let span = source.span(here).unwrap_or_default();
                read.resize(span, 0_u8);
                let at = source.element(block(group.me) + first);
                group.ground.read_later(group.rank(member), at, read.as_mut_ptr(), span)?;
                group.ground.quiet()?;
                scatter(read.as_ptr(), source.stride, block(member) + first, here);
            }
        }
        drop(ManuallyDrop::into_inner(read));
    }
    group.sync()
}
