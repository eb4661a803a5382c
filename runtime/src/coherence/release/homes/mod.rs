//! [`Homes`]: where pages live.
//!
//! A formula says so, or a directory ([`Rooms`]), in which a piece of 64 pages gets its place when a node first touches it:
//! the node takes one of its own slots, and writes that into the piece's word. What a node has read there it keeps, for
//! pieces move only in [`moves`], where all nodes take part.
//!
//! # Order
//! A fault notes where a piece lives before it asks for its bytes. An acquire reads the counters first, and then asks which
//! page a pair is of. If nobody knows yet, the bytes are asked for after the counters were read, and are new enough.
//!
//! | file | what | runs |
//! | --- | --- | --- |
//! | `mod.rs` | where a page is, as far as known | anywhere |
//! | `directory.rs` | what this node knows of the directory | anywhere |
//! | `touch.rs` | the first touch of a piece | inside of faults ([`faults`](super::faults)) |
//! | `moves.rs` | moving pieces | in ordinary context, all nodes together |

mod directory;
mod moves;
mod touch;

pub(crate) use moves::Move;

use super::shared::Core;
use crate::cluster::{CounterRows, Rooms, Row, Spot};
use crate::endpoint::Place;
use crate::error::Error;
use crate::primitives::Primitives;
use crate::space::Segment;
use directory::Directory;

/// Where pages live.
pub(crate) enum Homes {
    /// As the segment's formula says.
    Formula,
    /// As nodes that touched them have written down.
    Directory(Directory),
}

impl Homes {
    pub(crate) fn new<P: Primitives>(segment: &Segment<P>) -> Result<Homes, Error> {
        let Some(rooms) = segment.rooms() else { return Ok(Homes::Formula) };
        Ok(Homes::Directory(Directory::new(rooms, segment.endpoint().size())?))
    }
}

/// The piece that a page is in, and its number there.
fn parts(page: usize) -> (u64, u64) {
    (page as u64 / Rooms::PIECE, page as u64 % Rooms::PIECE)
}

impl<P: Primitives> Core<P> {
    pub(crate) fn directory(&self) -> Option<&Directory> {
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
    pub(crate) fn known_place(&self, page: usize) -> Option<Place> {
        let (rank, local) = self.known_spot(page)?;
        Some(self.segment.place_of_local(rank, local))
    }

    /// The home of a page, as counted in [`Counters`](super::pages::counters::Counters), and the page's number there, if they are known.
    pub(crate) fn known_home(&self, page: usize) -> Option<(usize, u64)> {
        let (rank, local) = self.known_spot(page)?;
        Some((self.counters.home_of(rank)?, local))
    }

    /// The same, of a page that is here. That is known: before a page is opened, its fault has asked where it lives, and that is
    /// forgotten only when all of its piece is gone, and the new place is noted at once ([`moves`]).
    pub(crate) fn home(&self, page: usize) -> (usize, u64) {
        match self.known_home(page) {
            Some(home) => home,
            // To take any other for it would be to write over pages of others.
            None => unreachable!("page {page} is here, and came from nowhere"),
        }
    }

    /// Where a page is stored that is here.
    pub(crate) fn place(&self, page: usize) -> Place {
        let (home, local) = self.home(page);
        self.segment.place_of_local(self.counters.homes()[home].rank, local)
    }

    /// The page that has this number at a home; `None` if none of that piece was ever here.
    pub(crate) fn page_at(&self, home: usize, local: u64) -> Option<usize> {
        let rank = self.counters.homes()[home].rank;
        let Some(directory) = self.directory() else {
            return Some(self.segment.page_at(rank, local) as usize);
        };
        let piece = directory.piece_at(Spot { rank, slot: local / Rooms::PIECE })?;
        let page = (piece * Rooms::PIECE + local % Rooms::PIECE) as usize;
        (page < self.segment.page_count() as usize).then_some(page)
    }

    /// This node has fetched a page, or written to it.
    pub(crate) fn note_use(&self, page: usize) {
        if let Some(directory) = self.directory() {
            directory.note_use(parts(page).0);
        }
    }

    /// Where the words behind the counters of `rank` begin.
    pub(crate) fn directory_at(&self, rank: u32) -> u64 {
        self.segment.rows_at(rank) + CounterRows::of(self.segment.pages_at(rank)).end
    }

    /// The word of a piece in a row of the directory.
    pub(crate) fn entry_at(&self, rooms: Rooms, row: Row, piece: u64) -> Place {
        let (rank, number) = rooms.entry(piece);
        Place::new(rank, self.directory_at(rank) + rooms.row_at(row) + number * 8)
    }

    /// A word of the slots in use at `rank`.
    pub(crate) fn slots_at(&self, rooms: Rooms, rank: u32, number: u64) -> Place {
        Place::new(rank, self.directory_at(rank) + rooms.slots_at() + number * 8)
    }

    /// Where a page of the piece in a slot is.
    pub(crate) fn page_of_slot(&self, spot: Spot, number: u64) -> Place {
        self.segment.place_of_local(spot.rank, spot.slot * Rooms::PIECE + number)
    }
}
