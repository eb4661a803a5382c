//! Moving pieces of a segment that is placed by first touch, with all nodes taking part.
//!
//! ```text
//!   send all home ─▶ barrier ─▶ note who has what, vote ─▶ barrier ─▶ the new homes fetch what they get ─▶ barrier ─▶
//!   all drop what has moved, old homes clear their slots
//! ```
//!
//! Between the first barrier and the last nobody uses the segment. Whoever is to get a piece decides that by itself, from words
//! that all see alike.

use std::ops::Range;
use std::sync::atomic::{Ordering, fence};

use paging::State;

use super::super::engine::Engine;
use super::super::sync::{Patience, do_steps, read_rows};
use super::directory::{Directory, give_slot};
use crate::cluster::{Rooms, Row, Spot};
use crate::endpoint::{ExchangeError, Place, Step};
use crate::error::Error;
use crate::primitives::Primitives;

/// Who gets pieces.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Move<'a> {
    /// Each piece whoever has used it most since the last time, if that is twice as often as its home did.
    ToUsers,
    /// All pieces with these bytes this rank.
    To(&'a Range<usize>, u32),
}

/// A row of the directory, of all ranks.
type Words = Vec<u64>;

/// A vote: how often the voter has used the piece, then who it is. The greatest wins.
fn vote(rank: u32, uses: u64) -> u64 {
    uses.min(u32::MAX.into()) << 32 | (u64::from(rank) + 1)
}

/// Who is to get a piece that lives at `home`, and which that one has used so often.
fn winner(home: u32, uses: u64, greatest_vote: u64) -> Option<u32> {
    let rank = (greatest_vote as u32).checked_sub(1)?;
    (rank != home && greatest_vote >> 32 >= uses.saturating_mul(2)).then_some(rank)
}

impl<P: Primitives> Engine<P> {
    /// Where a page lives; `None` if nobody has touched its piece.
    pub(crate) fn home_of(&self, page: usize) -> Result<Option<u32>, Error> {
        let core = self.core();
        if let Some(place) = core.known_place(page) {
            return Ok(Some(place.rank));
        }
        let Some(directory) = core.directory() else { return Ok(None) };
        let at = core.entry_at(directory.rooms, Row::Homes, page as u64 / Rooms::PIECE);
        let mut word = [0; 8];
        Patience::<P>::new().insist(|| core.endpoint().read_exchange(at, &mut word))?;
        Ok(Spot::of(u64::from_le_bytes(word)).map(|spot| spot.rank))
    }

    /// Moves pieces; all nodes do so at the same time, each of them with a single view. Whatever fails here is told at the end, so that nobody
    /// waits in vain.
    pub(crate) fn rearrange(
        &self,
        what: Move<'_>,
        mut barrier: impl FnMut() -> Result<(), Error>,
    ) -> Result<(), Error> {
        let name = || self.core().segment.spec().name.clone();
        let Some(directory) = self.core().directory() else {
            let reason =
                "its pages cannot move: create it with Distribution::FirstTouch".to_owned();
            return Err(Error::BadView { name: name(), reason });
        };
        let closed = self.close();
        barrier()?;
        let before = closed.and_then(|()| self.row(directory, Row::Homes)).and_then(|before| {
            if matches!(what, Move::ToUsers) {
                self.cast(directory, &before)?;
            }
            Ok(before)
        });
        barrier()?;
        let pulled = match &before {
            Ok(before) => self.pull_all(directory, before, what),
            Err(_) => Ok(()),
        };
        barrier()?;
        let before = before?;
        let after = self.row(directory, Row::Homes)?;
        self.clear_votes(directory)?;
        self.follow(directory, &before, &after)?;
        pulled?;
        if let Move::To(bytes, rank) = what {
            let elsewhere =
                |piece: u64| Spot::of(after[piece as usize]).map(|s| s.rank) != Some(rank);
            if self.pieces(bytes).any(elsewhere) {
                let reason = format!("rank {rank} has no room for all of these pages");
                return Err(Error::BadView { name: name(), reason });
            }
        }
        self.acquire(&[])
    }

    fn pieces(&self, bytes: &Range<usize>) -> Range<u64> {
        let piece = self.core().page as u64 * Rooms::PIECE;
        bytes.start as u64 / piece..(bytes.end as u64).div_ceil(piece)
    }

    /// Sends everything home, and leaves no page open for writing.
    fn close(&self) -> Result<(), Error> {
        self.repair()?;
        let mut sync = self.sync().lock();
        fence(Ordering::SeqCst);
        let mut dirty = Vec::new();
        self.core().dirty.take(0..self.paged().page_count(), |page| dirty.push(page));
        dirty.iter().for_each(|&page| self.core().note_use(page));
        let sent = self.send(&mut sync, &dirty, false).and_then(|sent| sent);
        if sent.is_err() {
            dirty.iter().for_each(|&page| self.core().dirty.add(page));
        }
        sync.answers.clear();
        sent
    }

    /// Reads a row of the directory at all ranks.
    fn row(&self, directory: &Directory, row: Row) -> Result<Words, Error> {
        let (core, rooms) = (self.core(), directory.rooms);
        let mut bytes = vec![0; rooms.pieces() as usize * 8];
        let mut rest = &mut bytes[..];
        let mut rows = Vec::new();
        for rank in 0..core.endpoint().size() {
            let entries = rooms.entries(rank);
            if entries.is_empty() {
                continue;
            }
            let (words, after) = rest.split_at_mut((entries.end - entries.start) as usize * 8);
            rows.push((core.entry_at(rooms, row, entries.start), words));
            rest = after;
        }
        read_rows(core.endpoint(), &mut rows)?;
        let word = |word: &[u8]| word.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        Ok(bytes.chunks_exact(8).map(word).collect())
    }

    /// Says how often this node has used each piece.
    fn cast(&self, directory: &Directory, homes: &Words) -> Result<(), Error> {
        let (core, rooms) = (self.core(), directory.rooms);
        let rank = core.endpoint().rank();
        for (home, piece) in homes.iter().zip(0..) {
            let uses = directory.uses(piece);
            directory.clear_uses(piece);
            if uses == 0 {
                continue;
            }
            if Spot::of(*home).is_some_and(|spot| spot.rank == rank) {
                let at = core.entry_at(rooms, Row::Uses, piece);
                self.write(at, &uses.to_le_bytes())?;
                continue;
            }
            let (at, mine) = (core.entry_at(rooms, Row::Votes, piece), vote(rank, uses));
            let mut greatest = 0;
            while greatest < mine {
                let before = self.swap(at, greatest, mine)?;
                if before == greatest {
                    break;
                }
                greatest = before;
            }
        }
        Ok(())
    }

    /// Fetches all pieces that this node is to get, and writes itself down as their home.
    fn pull_all(&self, directory: &Directory, homes: &Words, what: Move<'_>) -> Result<(), Error> {
        let me = self.core().endpoint().rank();
        match what {
            Move::To(bytes, rank) if rank == me => {
                for piece in self.pieces(bytes) {
                    self.pull(directory, piece, homes[piece as usize])?;
                }
            }
            Move::To(..) => {}
            Move::ToUsers => {
                let (votes, uses) =
                    (self.row(directory, Row::Votes)?, self.row(directory, Row::Uses)?);
                for (piece, &word) in homes.iter().enumerate() {
                    let home = Spot::of(word).map(|spot| spot.rank);
                    let wins = |home| winner(home, uses[piece], votes[piece]) == Some(me);
                    if home.is_some_and(wins) {
                        self.pull(directory, piece as u64, word)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Makes this node the home of a piece, if it has room.
    fn pull(&self, directory: &Directory, piece: u64, word: u64) -> Result<(), Error> {
        let (core, rooms) = (self.core(), directory.rooms);
        let me = core.endpoint().rank();
        let old = Spot::of(word);
        if old.is_some_and(|spot| spot.rank == me) {
            return Ok(());
        }
        let at = |number| core.slots_at(rooms, me, number);
        let new = directory.take_slot(me, at, |at, expected, new| self.swap(at, expected, new))?;
        let Some(new) = new else { return Ok(()) };
        if let Some(old) = old {
            let mut page = vec![0; core.page];
            for number in 0..rooms.pages_of(piece) {
                let from = core.page_of_slot(old, number);
                read_rows(core.endpoint(), &mut [(from, &mut page)])?;
                self.write(core.page_of_slot(new, number), &page)?;
            }
        }
        let at = core.entry_at(rooms, Row::Homes, piece);
        let before = self.swap(at, word, new.word())?;
        if before != word && before != new.word() {
            // Another view of the array has touched it meanwhile.
            self.give_back(directory, new)?;
        }
        Ok(())
    }

    /// The votes of this node's pieces of the directory are for nothing any more.
    fn clear_votes(&self, directory: &Directory) -> Result<(), Error> {
        let (core, rooms) = (self.core(), directory.rooms);
        let entries = rooms.entries(core.endpoint().rank());
        if entries.is_empty() {
            return Ok(());
        }
        let zeros = vec![0; (entries.end - entries.start) as usize * 8];
        self.write(core.entry_at(rooms, Row::Votes, entries.start), &zeros)?;
        self.write(core.entry_at(rooms, Row::Uses, entries.start), &zeros)
    }

    /// Takes note of what has moved: of all of it, whatever fails, for nobody may take old places for those of pages.
    fn follow(&self, directory: &Directory, before: &Words, after: &Words) -> Result<(), Error> {
        let mut outcome = Ok(());
        for (piece, (&before, &after)) in (0..).zip(before.iter().zip(after)) {
            if before == after {
                continue;
            }
            if let Some(old) = Spot::of(before) {
                let left = self.leave_slot(directory, piece, old);
                directory.forget(piece, old);
                outcome = outcome.and(left);
            }
            if let Some(new) = Spot::of(after) {
                directory.learn(piece, new);
            }
        }
        outcome
    }

    /// Drops what is here of a piece that does not live in this slot any more, and clears the slot if it is this node's.
    fn leave_slot(&self, directory: &Directory, piece: u64, old: Spot) -> Result<(), Error> {
        let core = self.core();
        let first = (piece * Rooms::PIECE) as usize;
        let pages = first..first + directory.rooms.pages_of(piece) as usize;
        self.paged().disown(pages.clone()).map_err(|error| {
            // What is mapped there still will be another piece's.
            let name = &core.segment.spec().name;
            core.endpoint().give_up(&format!("it cannot give up moved pages of {name:?}: {error}"));
            self.paging_error(error)
        })?;
        let here = |page: &usize| self.paged().state(*page) != State::Absent;
        let here: Vec<usize> = pages.filter(here).collect();
        let dropped = self.drop_pages(&mut self.sync().lock(), &here).and_then(|sent| sent);
        if old.rank == core.endpoint().rank() {
            let zeros = vec![0; core.page];
            for number in 0..Rooms::PIECE {
                self.write(core.page_of_slot(old, number), &zeros)?;
            }
            self.give_back(directory, old)?;
        }
        dropped
    }

    /// Gives a slot back. If the answer is lost, so may be the slot: done twice, it might be another's.
    fn give_back(&self, directory: &Directory, spot: Spot) -> Result<(), Error> {
        let (number, add) = give_slot(spot);
        let at = self.core().slots_at(directory.rooms, spot.rank, number);
        match self.core().endpoint().exchange(at.rank, [Step::FetchAdd { at: at.offset, add }]) {
            Ok(_) | Err(ExchangeError::Lost(_)) => Ok(()),
            Err(ExchangeError::Fatal(error)) => Err(error),
        }
    }

    fn write(&self, at: Place, from: &[u8]) -> Result<(), Error> {
        let write = &mut [Step::Write { at: at.offset, from }];
        do_steps(self.core().endpoint(), at.rank, write, &mut [0], || Ok(()))
    }

    /// A compare-and-swap, until it is answered: so it may be done twice, and then answers `new`. Where others may store that, too, as they
    /// may take the same slot, it counts as theirs: a slot may be lost, but is never taken twice.
    fn swap(&self, at: Place, expected: u64, new: u64) -> Result<u64, Error> {
        let endpoint = self.core().endpoint();
        let mut before = 0;
        Patience::<P>::new().insist(|| {
            let step = Step::CompareSwap { at: at.offset, expected, new };
            [before] = endpoint.exchange(at.rank, [step])?;
            Ok(())
        })?;
        Ok(before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_goes_to_who_uses_it_twice_as_often() {
        assert_eq!(winner(0, 0, 0), None);
        assert_eq!(winner(0, 0, vote(1, 1)), Some(1));
        assert_eq!(winner(0, 3, vote(1, 5)), None);
        assert_eq!(winner(0, 3, vote(1, 6)), Some(1));
        assert_eq!(winner(1, 0, vote(1, 6)), None);
        assert!(vote(0, 7) > vote(9, 6) && vote(3, u64::MAX) > vote(2, u64::MAX));
    }
}
