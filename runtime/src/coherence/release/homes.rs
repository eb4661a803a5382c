//! [`Homes`]: where pages live.
//!
//! A formula says so, or a directory ([`Rooms`]), in which a piece of 64 pages gets its place when a node first touches it:
//! the node takes one of its own slots, and writes that into the piece's word. What a node has read there it keeps, for
//! pieces move only in [`moves`](super::moves), where all nodes take part.
//!
//! The first touch of a piece is a fault, so all of that may run in a signal handler, through a context.
//!
//! # Order
//! A fault notes where a piece lives before it asks for its bytes. An acquire reads the counters first, and then asks which
//! page a pair is of. If nobody knows yet, the bytes are asked for after the counters were read, and are new enough.

use std::sync::atomic::{AtomicU64, Ordering};

use paging::Refused;
use verbs_shim::Memory;

use super::engine::Core;
use crate::cluster::{CounterRows, Rooms, Row, Spot};
use crate::endpoint::{Claimed, Place, Unserved};
use crate::error::Error;
use crate::primitives::Primitives;
use crate::space::Segment;

const FULL: Refused = Refused::new(
    "it was never touched, and no node that lives has room for it; nodes that died had the rest of the room",
);

/// What this node knows of a directory.
pub(super) struct Directory {
    pub(super) rooms: Rooms,
    /// By piece: its word, 0 if this node has not asked yet, or nobody has touched it.
    known: Memory,
    /// By slot, of all ranks: one more than the piece that lives there, as far as known.
    pieces: Memory,
    /// The words of slots in use, of all ranks, as they were seen last.
    taken: Memory,
    /// By piece: the slot that this node has taken for it, as long as it does not know whether the directory says so.
    claims: Memory,
    /// By piece: how often this node has used it.
    uses: Memory,
}

/// Where pages live.
pub(super) enum Homes {
    /// As the segment's formula says.
    Formula,
    /// As nodes that touched them have written down.
    Directory(Directory),
}

impl Homes {
    pub(super) fn new<P: Primitives>(segment: &Segment<P>) -> Result<Homes, Error> {
        let Some(rooms) = segment.rooms() else { return Ok(Homes::Formula) };
        let size = u64::from(segment.endpoint().size());
        let table = |words: u64| Memory::anonymous((words as usize).max(1) * 8);
        Ok(Homes::Directory(Directory {
            rooms,
            known: table(rooms.pieces())?,
            pieces: table(rooms.slots * size)?,
            taken: table(rooms.words() * size)?,
            claims: table(rooms.pieces())?,
            uses: table(rooms.pieces())?,
        }))
    }
}

fn word(table: &Memory, number: u64) -> &AtomicU64 {
    table.atomic_u64(number as usize * 8)
}

impl Directory {
    /// Where a piece lives, as far as known.
    pub(super) fn known(&self, piece: u64) -> Option<Spot> {
        Spot::of(word(&self.known, piece).load(Ordering::Acquire))
    }

    fn occupant(&self, spot: Spot) -> &AtomicU64 {
        word(&self.pieces, u64::from(spot.rank) * self.rooms.slots + spot.slot)
    }

    /// The piece that lives there, as far as known.
    fn piece_at(&self, spot: Spot) -> Option<u64> {
        self.occupant(spot).load(Ordering::SeqCst).checked_sub(1)
    }

    /// From now on this is known.
    pub(super) fn learn(&self, piece: u64, spot: Spot) {
        self.occupant(spot).store(piece + 1, Ordering::SeqCst);
        word(&self.known, piece).store(spot.word(), Ordering::SeqCst);
    }

    /// The piece lives there no more.
    pub(super) fn forget(&self, piece: u64, spot: Spot) {
        let (not_here, it) = (0, piece + 1);
        let _ =
            self.occupant(spot).compare_exchange(it, not_here, Ordering::SeqCst, Ordering::SeqCst);
        word(&self.known, piece).store(0, Ordering::SeqCst);
    }

    /// The slot that was taken for a piece, if one was.
    fn claim(&self, piece: u64) -> Option<Spot> {
        Spot::of(word(&self.claims, piece).load(Ordering::SeqCst))
    }

    /// Puts a claim in the place of another, or of none; false if it is not as expected any more.
    fn change_claim(&self, piece: u64, from: Option<Spot>, to: Option<Spot>) -> bool {
        let [from, to] = [from, to].map(|spot| spot.map_or(0, Spot::word));
        let word = word(&self.claims, piece);
        word.compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// How often this node has used a piece.
    pub(super) fn uses(&self, piece: u64) -> u64 {
        word(&self.uses, piece).load(Ordering::Relaxed)
    }

    pub(super) fn clear_uses(&self, piece: u64) {
        word(&self.uses, piece).store(0, Ordering::Relaxed);
    }

    /// Takes a slot of `rank`, by compare-and-swaps that `swap` executes: the place, the word expected there, and the one to be
    /// stored if it is; answered by the word before. `None` if there is none. If an answer is lost, a slot may be.
    pub(super) fn take_slot<E>(
        &self,
        rank: u32,
        at: impl Fn(u64) -> Place,
        mut swap: impl FnMut(Place, u64, u64) -> Result<u64, E>,
    ) -> Result<Option<Spot>, E> {
        // Slots may have been given back where all were taken before.
        for is_full_for_sure in [false, true] {
            for number in 0..self.rooms.words() {
                let seen = word(&self.taken, u64::from(rank) * self.rooms.words() + number);
                let mut expected = seen.load(Ordering::Relaxed);
                let mask = self.rooms.mask(number);
                if is_full_for_sure && expected & mask == mask {
                    expected = 0;
                }
                while expected & mask != mask {
                    let bit = (!expected & mask).trailing_zeros();
                    let before = swap(at(number), expected, expected | 1 << bit)?;
                    let done = before == expected;
                    expected = if done { expected | 1 << bit } else { before };
                    seen.store(expected, Ordering::Relaxed);
                    if done {
                        return Ok(Some(Spot { rank, slot: number * 64 + u64::from(bit) }));
                    }
                }
            }
        }
        Ok(None)
    }
}

/// What gives a slot back: the number of its word, and what is to be added to that.
pub(super) fn give_slot(spot: Spot) -> (u64, u64) {
    (spot.slot / 64, (1u64 << (spot.slot % 64)).wrapping_neg())
}

/// The piece that a page is in, and its number there.
fn parts(page: usize) -> (u64, u64) {
    (page as u64 / Rooms::PIECE, page as u64 % Rooms::PIECE)
}

impl<P: Primitives> Core<P> {
    pub(super) fn directory(&self) -> Option<&Directory> {
        match &self.homes {
            Homes::Formula => None,
            Homes::Directory(directory) => Some(directory),
        }
    }

    /// The rank that stores a page, and its number there, if that is known.
    fn known_spot(&self, page: usize) -> Option<(u32, u64)> {
        let Some(directory) = self.directory() else {
            return Some(self.segment.page_home(page as u64));
        };
        let (piece, within) = parts(page);
        let spot = directory.known(piece)?;
        Some((spot.rank, spot.slot * Rooms::PIECE + within))
    }

    /// Where a page is stored, if that is known.
    pub(super) fn known_place(&self, page: usize) -> Option<Place> {
        let (rank, local) = self.known_spot(page)?;
        Some(self.segment.place_of_local(rank, local))
    }

    /// The home of a page, as counted in [`Counters`](super::counters::Counters), and the page's number there, if they are known.
    pub(super) fn known_home(&self, page: usize) -> Option<(usize, u64)> {
        let (rank, local) = self.known_spot(page)?;
        Some((self.counters.home_of(rank)?, local))
    }

    /// The same, of a page that is here, or was.
    pub(super) fn home(&self, page: usize) -> (usize, u64) {
        let home = self.known_home(page);
        debug_assert!(home.is_some(), "page {page} came from somewhere");
        home.unwrap_or_default()
    }

    /// Where a page is stored that is here.
    pub(super) fn place(&self, page: usize) -> Place {
        let (home, local) = self.home(page);
        self.segment.place_of_local(self.counters.homes()[home].rank, local)
    }

    /// The page that has this number at a home; `None` if none of that piece was ever here.
    pub(super) fn page_at(&self, home: usize, local: u64) -> Option<usize> {
        let rank = self.counters.homes()[home].rank;
        let Some(directory) = self.directory() else {
            return Some(self.segment.page_at(rank, local) as usize);
        };
        let piece = directory.piece_at(Spot { rank, slot: local / Rooms::PIECE })?;
        let page = (piece * Rooms::PIECE + local % Rooms::PIECE) as usize;
        (page < self.segment.page_count() as usize).then_some(page)
    }

    /// This node has fetched a page, or written to it.
    pub(super) fn note_use(&self, page: usize) {
        if let Some(directory) = self.directory() {
            word(&directory.uses, parts(page).0).fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Where the words behind the counters of `rank` begin.
    pub(super) fn directory_at(&self, rank: u32) -> u64 {
        self.segment.rows_at(rank) + CounterRows::of(self.segment.pages_at(rank)).end
    }

    /// The word of a piece in a row of the directory.
    pub(super) fn entry_at(&self, rooms: Rooms, row: Row, piece: u64) -> Place {
        let (rank, number) = rooms.entry(piece);
        Place::new(rank, self.directory_at(rank) + rooms.row_at(row) + number * 8)
    }

    /// A word of the slots in use at `rank`.
    pub(super) fn slots_at(&self, rooms: Rooms, rank: u32, number: u64) -> Place {
        Place::new(rank, self.directory_at(rank) + rooms.slots_at() + number * 8)
    }

    /// Where a page is stored, as a fault asks. If nobody has touched it, it is stored here from now on, or where there is room.
    pub(super) fn find(&self, page: usize) -> Result<Place, Refused> {
        if let Some(place) = self.known_place(page) {
            return Ok(place);
        }
        match self.ask(page) {
            Ok(spot) => Ok(self.page_of_slot(spot, parts(page).1)),
            Err(Unasked::Unserved(unserved)) => Err(self.refused(unserved)),
            Err(Unasked::Full) => Err(FULL),
        }
    }

    /// Asks the directory by one context, and by another if a queue pair of it fails.
    fn ask(&self, page: usize) -> Result<Spot, Unasked> {
        let Some(directory) = self.directory() else { return Err(Unasked::Full) };
        let piece = parts(page).0;
        let mut rank = directory.rooms.entry(piece).0;
        for _ in 0..2 * self.contexts.count() {
            let mut context = self.claim(rank)?;
            match context.on_own_stack(|context| self.touch(context, directory, piece)) {
                Ok(spot) => {
                    directory.learn(piece, spot);
                    return Ok(spot);
                }
                Err(Unasked::Unserved(Unserved::Lost(lost))) => {
                    self.losses.note();
                    rank = lost;
                }
                Err(unasked) => return Err(unasked),
            }
        }
        Err(Unserved::Lost(rank).into())
    }

    /// Asks the directory, and writes it if nobody has. What is lost amid of this can be done once more.
    fn touch(
        &self,
        context: &mut Claimed<'_, P>,
        directory: &Directory,
        piece: u64,
    ) -> Result<Spot, Unasked> {
        let at = self.entry_at(directory.rooms, Row::Homes, piece);
        let found = Spot::of(context.fetch_add(at, 0)?);
        let claim = directory.claim(piece);
        if let Some(spot) = found {
            self.end_claim(context, directory, piece, claim, spot);
            return Ok(spot);
        }
        let mine = match claim {
            Some(mine) => mine,
            None => {
                let mine = self.take_any_slot(context, directory)?;
                if !directory.change_claim(piece, None, Some(mine)) {
                    // Another thread was quicker.
                    self.give_back(context, directory, mine);
                    return self.touch(context, directory, piece);
                }
                mine
            }
        };
        // If the answer is lost, the claim stays, and the next one to ask goes on with it.
        let home = Spot::of(context.compare_swap(at, 0, mine.word())?).unwrap_or(mine);
        self.end_claim(context, directory, piece, Some(mine), home);
        Ok(home)
    }

    /// The directory says where a piece lives: a slot that was taken for it is not needed any more, unless it is that one.
    fn end_claim(
        &self,
        context: &mut Claimed<'_, P>,
        directory: &Directory,
        piece: u64,
        claim: Option<Spot>,
        home: Spot,
    ) {
        let Some(mine) = claim else { return };
        if directory.change_claim(piece, claim, None) && mine != home {
            self.give_back(context, directory, mine);
        }
    }

    fn give_back(&self, context: &mut Claimed<'_, P>, directory: &Directory, spot: Spot) {
        let (number, add) = give_slot(spot);
        let at = self.slots_at(directory.rooms, spot.rank, number);
        // Not repeated, because it might be done twice: a slot that is lost so is not used any more.
        if context.fetch_add(at, add).is_err() {
            self.losses.note();
        }
    }

    /// A slot of this node, or of the next one that has any.
    fn take_any_slot(
        &self,
        context: &mut Claimed<'_, P>,
        directory: &Directory,
    ) -> Result<Spot, Unasked> {
        let rooms = directory.rooms;
        for rank in rooms.ranks_from(self.endpoint().rank()) {
            let at = |number| self.slots_at(rooms, rank, number);
            let swap = |at, expected, new| context.compare_swap(at, expected, new);
            match directory.take_slot(rank, at, swap) {
                Ok(Some(spot)) => return Ok(spot),
                // Nobody would find the piece there.
                Ok(None) | Err(Unserved::Dead(_)) => {}
                Err(unserved) => return Err(unserved.into()),
            }
        }
        Err(Unasked::Full)
    }

    /// Where a page of the piece in a slot is.
    pub(super) fn page_of_slot(&self, spot: Spot, number: u64) -> Place {
        self.segment.place_of_local(spot.rank, spot.slot * Rooms::PIECE + number)
    }
}

/// Why a fault does not know where its page is.
enum Unasked {
    /// The directory cannot be reached.
    Unserved(Unserved),
    /// There is no room for a piece.
    Full,
}

impl From<Unserved> for Unasked {
    fn from(unserved: Unserved) -> Unasked {
        Unasked::Unserved(unserved)
    }
}
