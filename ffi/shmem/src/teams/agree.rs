//! How members choose a number that is free on all of them.
//!
//! Each offers what is free on it, and all take the lowest that all have offered. Meanwhile it is offered to nobody else,
//! so of several threads that split teams at the same time one offers, and the others say that they wait, and try again.
//! The one that offers next is the one whose team has the lowest number: of all teams that are being split, on all PEs,
//! the lowest is so offered everything, in the end, by all its members.

use std::sync::atomic::{Ordering, fence};
use std::thread;

use super::table::Found;
use crate::collectives::{Group, SLOT_BYTES};
use crate::error::Problem;
use crate::state::{MULTIPLE, State};
use crate::types::Set;
use crate::words;

/// A member offers nothing now. The numbers of these bits are never free.
const WAITS: u64 = 1 << 0;
/// A member was called with what cannot be.
const REFUSES: u64 = 1 << 1;
/// What active sets may have.
const UPPER_HALF: u64 = !0 << 32;

/// Chooses `count` numbers among the members of `parent`, at most two; `None` if so many are not free on all, or one of
/// the members asks for none.
pub(super) fn slots(
    state: &State,
    parent: &Found<'_>,
    count: u32,
) -> Result<Option<[usize; 2]>, Problem> {
    let group = state.group(parent);
    let own = 1_u64 << parent.number();
    loop {
        let (offer, offered) = {
            let mut book = state.teams.book();
            book.splitting |= own;
            let is_first = book.splitting & (own - 1) == 0;
            let may_offer = is_first && !book.is_offered;
            book.is_offered |= may_offer;
            (if may_offer { book.free } else { WAITS }, may_offer)
        };
        let words = group.share(if count == 0 { offer | REFUSES } else { offer })?;
        let all = words.iter().fold(!0, |all, word| all & word) & !(WAITS | REFUSES);
        let any = words.iter().fold(0, |any, word| any | word);
        let chosen = (any & REFUSES == 0).then(|| lowest(all, count)).flatten();
        let again = chosen.is_none() && any & WAITS != 0 && any & REFUSES == 0;
        let mut book = state.teams.book();
        if offered {
            book.is_offered = false;
        }
        if !again {
            book.splitting &= !own;
            for number in chosen.iter().flatten().take(count as usize) {
                book.free &= !(1 << number);
            }
            drop(book);
            // What follows in the parent's words may be another thread's.
            state.settle()?;
            return Ok(chosen);
        }
        drop(book);
        thread::yield_now();
    }
}

/// The lowest bits of a word: `count` of them, or none if there are not so many.
fn lowest(word: u64, count: u32) -> Option<[usize; 2]> {
    let first = word.trailing_zeros();
    let second = (word & word.wrapping_sub(1)).trailing_zeros();
    (word.count_ones() >= count).then_some([first as usize, second as usize])
}

/// Ends a team: its slot is at rest again on this PE, which has had all that was sent to it.
pub(super) fn close(state: &State, found: &Found<'_>) {
    let at = words::team(found.number());
    // SAFETY: the slot is this team's, and nobody writes to it any more.
    unsafe { state.symmetric.base().add(at as usize).write_bytes(0, SLOT_BYTES as usize) };
    // Whoever is told that the number is free may write at once.
    fence(Ordering::SeqCst);
    state.teams.remove(found);
}

/// What serves an active set, if not its `pSync`: chosen by its members when they use it first. With several threads
/// there is nothing, because two could use the same set at once, with a `pSync` each.
pub(crate) fn active<'a>(
    state: &'a State,
    set: Set,
    by_work: impl FnOnce() -> Result<Group<'a, State>, Problem>,
) -> Result<Option<Found<'a>>, Problem> {
    if state.level == MULTIPLE {
        return Ok(None);
    }
    if let Some(known) = state.teams.active(set) {
        return Ok(known);
    }
    let offer = state.teams.book().free & UPPER_HALF;
    let all = by_work()?.share(offer)?.iter().fold(!0, |all, word| all & word);
    let number = all.checked_ilog2().map(|number| number as usize);
    if let Some(number) = number {
        state.teams.book().free &= !(1 << number);
    }
    state.teams.serve(set, number);
    Ok(state.teams.active(set).flatten())
}

#[cfg(test)]
mod tests {
    use super::lowest;

    #[test]
    fn the_lowest_bits_are_chosen() {
        assert_eq!(lowest(0b1010_0000, 2), Some([5, 7]));
        assert_eq!(lowest(0b1000_0000, 1).map(|chosen| chosen[0]), Some(7));
        assert_eq!(lowest(0b1000_0000, 2), None);
        assert_eq!(lowest(0, 1), None);
        assert_eq!(lowest(1 << 63, 1).map(|chosen| chosen[0]), Some(63));
    }
}
