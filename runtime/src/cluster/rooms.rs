//! [`Rooms`]: where the pieces of a segment live that is placed by first touch
//! ([`Distribution::FirstTouch`](super::Distribution::FirstTouch)).
//!
//! A *piece* is 64 pages. Each rank has room for some pieces, in *slots*, and a block of the directory, which says of each
//! piece where it is:
//!
//! ```text
//! part of a rank = [ slots ][ counters of their pages ][ homes ][ votes ][ uses ][ slots in use ]
//! ```
//!
//! | row | what | changed by |
//! | --- | --- | --- |
//! | homes | a word for each piece of the block: [`Spot`], or 0 | compare-and-swap |
//! | votes | a word for each: who has used it most, but for its home | compare-and-swap |
//! | uses | a word for each: how often its home has used it | its home |
//! | slots in use | a bit for each slot of this rank | compare-and-swap, fetch-and-add |
//!
//! All ranks have as many slots, a quarter more than their share and one, so that most of them find room at home.

use super::pages::{CounterRows, PageSpec};

/// Where a piece lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) rank: u32,
    pub(crate) slot: u64,
}

impl Spot {
    /// As the directory has it; never 0.
    pub(crate) fn word(self) -> u64 {
        (u64::from(self.rank) + 1) << 32 | self.slot
    }

    /// `None` if the piece lives nowhere yet.
    pub(crate) fn of(word: u64) -> Option<Spot> {
        let rank = ((word >> 32) as u32).checked_sub(1)?;
        Some(Spot { rank, slot: word & u64::from(u32::MAX) })
    }
}

/// A row of the directory. Their words are numbered alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    Homes,
    Votes,
    Uses,
}

/// The layout, which is the same at all ranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rooms {
    pages: u64,
    size: u32,
    /// Slots of each rank.
    pub(crate) slots: u64,
    /// Words of the directory of each rank; the last ones may have fewer that mean something.
    pub(crate) block: u64,
}

/// Slots beyond the number of pieces, where these are few: one whose taking was lost amid the answer is not used any more.
const SPARE: u64 = 2;

impl Rooms {
    /// Pages of a piece: those that one counter of groups stands for.
    pub(crate) const PIECE: u64 = CounterRows::GROUP;

    /// For so many pages and ranks.
    pub(crate) fn of(pages: u64, size: u32) -> Rooms {
        let pieces = pages.div_ceil(Self::PIECE);
        let block = pieces.div_ceil(u64::from(size).max(1));
        let slots = (block.saturating_mul(5).div_ceil(4) + 1).min(pieces + SPARE);
        Rooms { pages, size, slots, block }
    }

    pub(crate) fn pieces(self) -> u64 {
        self.pages.div_ceil(Self::PIECE)
    }

    /// How many pages a piece has: the last one may have fewer.
    pub(crate) fn pages_of(self, piece: u64) -> u64 {
        Self::PIECE.min(self.pages - piece * Self::PIECE)
    }

    /// Pages that each rank has room for.
    pub(crate) fn pages_at(self) -> u64 {
        self.slots.saturating_mul(Self::PIECE)
    }

    /// Words that the bits of the slots are in.
    pub(crate) fn words(self) -> u64 {
        self.slots.div_ceil(64)
    }

    /// The bits of a word that stand for slots.
    pub(crate) fn mask(self, word: u64) -> u64 {
        match self.slots - word * 64 {
            bits @ 0..64 => (1 << bits) - 1,
            _ => u64::MAX,
        }
    }

    /// What each rank's part takes.
    pub(crate) fn part_bytes(self, pages: PageSpec) -> Option<u64> {
        let ahead = pages.part_bytes(self.pages_at())?;
        ahead.checked_add(self.slots_at() + row(self.words()))
    }

    /// The rank that has a piece's words of the directory, and their number there.
    pub(crate) fn entry(self, piece: u64) -> (u32, u64) {
        ((piece / self.block) as u32, piece % self.block)
    }

    /// The pieces whose words a rank has.
    pub(crate) fn entries(self, rank: u32) -> std::ops::Range<u64> {
        let start = (u64::from(rank) * self.block).min(self.pieces());
        start..(start + self.block).min(self.pieces())
    }

    /// Where a row begins, in bytes behind the counters.
    pub(crate) fn row_at(self, which: Row) -> u64 {
        which as u64 * row(self.block)
    }

    /// Where the bits of the slots begin, in bytes behind the counters.
    pub(crate) fn slots_at(self) -> u64 {
        3 * row(self.block)
    }

    /// The ranks, from this one round to the one before it.
    pub(crate) fn ranks_from(self, rank: u32) -> impl Iterator<Item = u32> {
        (rank..self.size).chain(0..rank)
    }
}

fn row(words: u64) -> u64 {
    (words * 8).next_multiple_of(64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_has_an_entry_and_there_is_room_for_all() {
        for size in 1..7 {
            for pages in [1, 63, 64, 65, 640, 64 * 64 * 5 + 1] {
                let rooms = Rooms::of(pages, size);
                let mut seen = 0;
                for rank in 0..size {
                    for (number, piece) in rooms.entries(rank).enumerate() {
                        assert_eq!(rooms.entry(piece), (rank, number as u64));
                        assert_eq!(piece, seen);
                        seen += 1;
                    }
                }
                assert_eq!(seen, rooms.pieces());
                assert!(
                    rooms.slots * u64::from(size) >= rooms.pieces()
                        && rooms.slots <= rooms.pieces() + SPARE
                );
                assert_eq!((0..seen).map(|piece| rooms.pages_of(piece)).sum::<u64>(), pages);
                let bits: u32 = (0..rooms.words()).map(|word| rooms.mask(word).count_ones()).sum();
                assert_eq!(u64::from(bits), rooms.slots);
            }
        }
    }

    #[test]
    fn spots_are_words_and_zero_is_none() {
        assert_eq!(Spot::of(0), None);
        assert_eq!(Spot { rank: 0, slot: 0 }.word(), 1 << 32);
        for spot in [Spot { rank: 0, slot: 7 }, Spot { rank: 65534, slot: u32::MAX.into() }] {
            assert_eq!(Spot::of(spot.word()), Some(spot));
        }
    }

    #[test]
    fn rows_follow_each_other() {
        let rooms = Rooms::of(64 * 100, 4);
        assert_eq!((rooms.block, rooms.slots), (25, 33));
        assert_eq!((rooms.row_at(Row::Homes), rooms.row_at(Row::Votes)), (0, 256));
        assert_eq!((rooms.row_at(Row::Uses), rooms.slots_at()), (512, 768));
        let pages = PageSpec { bytes: 4096, paged: true, checked: false };
        let ahead = pages.part_bytes(33 * 64).unwrap();
        assert_eq!(rooms.part_bytes(pages), Some(ahead + 768 + 64));
        assert_eq!(rooms.ranks_from(2).collect::<Vec<_>>(), [2, 3, 0, 1]);
    }
}
