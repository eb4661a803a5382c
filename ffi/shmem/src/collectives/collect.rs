//! Collect and fcollect: what all have, one after the other, on all.
//!
//! What fits into a chunk is given to each, if the members are few. All else is read by who needs it, beginning with the
//! next member.

use super::ground::Ground;
use super::group::Group;
use super::layout::{CHUNK_DATA, CHUNKS};
use crate::error::Problem;

/// Copies `len` bytes from the `source` of each to the `dest` of all.
///
/// # Safety
/// The ranges are symmetric.
pub(super) unsafe fn fcollect<G: Ground>(
    group: &Group<'_, G>,
    dest: u64,
    source: u64,
    len: usize,
) -> Result<(), Problem> {
    let place = |member: u32| dest + u64::from(member) * len as u64;
    // SAFETY: by the contract. Sources are not written during the call; what is read lies between two syncs.
    unsafe {
        if group.is_small(len) && group.size() > 1 {
            let staged = group.stage(CHUNKS)?;
            for member in group.others() {
                group.give(staged, member, group.me, group.ground.own(source), len)?;
            }
            group.fetch(group.me, source, place(group.me), len)?;
            for member in group.others() {
                let (from, _) = group.take(staged, member)?;
                from.copy_to_nonoverlapping(group.ground.own(place(member)), len);
            }
            group.all_began(staged);
            return Ok(());
        }
        group.sync()?;
        group.fetch(group.me, source, place(group.me), len)?;
        for member in group.others() {
            group.fetch(member, source, place(member), len)?;
        }
        group.moved()?;
    }
    group.sync()
}

/// As [`fcollect`], where each member has a length of its own.
///
/// # Safety
/// The ranges are symmetric; whether the destination is long enough for all is the caller's to see to.
pub(super) unsafe fn collect<G: Ground>(
    group: &Group<'_, G>,
    dest: u64,
    source: u64,
    len: usize,
    fits: impl FnOnce(usize) -> Result<(), Problem>,
) -> Result<(), Problem> {
    // SAFETY: as above.
    unsafe {
        if !group.is_direct() {
            let lengths = group.share(len as u64)?;
            fits(lengths.iter().sum::<u64>() as usize)?;
            let mut at = dest;
            for (member, length) in (0..).zip(&lengths) {
                group.fetch(member, source, at, *length as usize)?;
                at += length;
            }
            group.moved()?;
            return group.sync();
        }
        let staged = group.stage(CHUNKS)?;
        let given = if len <= CHUNK_DATA { len } else { 0 };
        for member in group.others() {
            group.give_part(staged, member, group.me, group.ground.own(source), given, len)?;
        }
        let mut lengths = [0; super::layout::DIRECT as usize];
        lengths[group.me as usize] = len;
        for member in group.others() {
            (_, lengths[member as usize]) = group.take(staged, member)?;
        }
        fits(lengths.iter().sum())?;
        let mut at = dest;
        for (member, length) in (0..group.size()).zip(lengths) {
            if member != group.me && length <= CHUNK_DATA {
                group.take(staged, member)?.0.copy_to_nonoverlapping(group.ground.own(at), length);
            } else {
                group.fetch(member, source, at, length)?;
            }
            at += length as u64;
        }
        group.moved()?;
        group.all_began(staged);
        // All have seen the same lengths, so all or none wait for those who read.
        if lengths.iter().any(|length| *length > CHUNK_DATA) { group.sync() } else { Ok(()) }
    }
}
