//! Broadcast: what the root has, on all.
//!
//! | bytes | with a slot | how |
//! | --- | --- | --- |
//! | a chunk | yes | along a binomial tree, sign and bytes in one chunk |
//! | more, in place or two members | | all read from the root |
//! | more, over a NIC | | each reads a slice from the root, and then those of the others |

use super::ground::Ground;
use super::group::Group;
use super::layout::CHUNK_DATA;
use super::schedule;
use crate::error::Problem;

/// The one chunk that a member gets, so that many broadcasts may follow each other before anybody waits for the last.
const CHUNK: u32 = 0;

/// Copies `len` bytes from the root's `source` to the `dest` of all others, and to its own if `root_too`.
///
/// # Safety
/// The ranges are symmetric, those of the root at least at the root.
pub(super) unsafe fn broadcast<G: Ground>(
    group: &Group<'_, G>,
    dest: u64,
    source: u64,
    len: usize,
    root: u32,
    root_too: bool,
) -> Result<(), Problem> {
    // SAFETY: by the contract, in all of these; who reads does so between `ready` and `done`.
    unsafe {
        if group.size() > 1 {
            if len <= CHUNK_DATA && group.has_slot() {
                along_a_tree(group, dest, source, len, root)?;
            } else if group.ground.in_place() || group.size() == 2 {
                group.ready(root)?;
                if group.me != root {
                    group.fetch(root, source, dest, len)?;
                    group.moved()?;
                }
                group.done(root)?;
            } else {
                by_slices(group, dest, source, len, root)?;
            }
        }
        if group.me == root && root_too && dest != source {
            group.fetch(root, source, dest, len)?;
        }
    }
    Ok(())
}

unsafe fn along_a_tree<G: Ground>(
    group: &Group<'_, G>,
    dest: u64,
    source: u64,
    len: usize,
    root: u32,
) -> Result<(), Problem> {
    let staged = group.stage(1)?;
    let bytes = if group.me == root {
        group.ground.own(source).cast_const()
    } else {
        group.take(staged, CHUNK)?.0
    };
    for child in schedule::children(group.me, root, group.size()) {
        // SAFETY: the source is nobody's to write during the call; a chunk is not used again before all are done.
        unsafe { group.give(staged, child, CHUNK, bytes, len)? };
    }
    if group.me != root {
        // SAFETY: as above, into the destination of this member.
        unsafe { bytes.copy_to_nonoverlapping(group.ground.own(dest), len) };
    }
    Ok(())
}

unsafe fn by_slices<G: Ground>(
    group: &Group<'_, G>,
    dest: u64,
    source: u64,
    len: usize,
    root: u32,
) -> Result<(), Problem> {
    let slice = |member| schedule::slice(member, group.size(), len);
    group.sync()?;
    if group.me != root {
        let own = slice(group.me);
        let at = own.start as u64;
        // SAFETY: the root's source is not written during the call, and this slice of the destination by nobody else.
        unsafe { group.fetch(root, source + at, dest + at, own.len())? };
        group.moved()?;
    }
    group.sync()?;
    if group.me != root {
        for member in group.others() {
            let slice = slice(member);
            let at = slice.start as u64;
            // The root's slice is still in its source: its own destination may have to stay as it is.
            let from = if member == root { source } else { dest };
            // SAFETY: each member's slice is complete since the sync.
            unsafe { group.fetch(member, from + at, dest + at, slice.len())? };
        }
        group.moved()?;
    }
    group.sync()
}
