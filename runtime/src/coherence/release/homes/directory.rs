//! [`Directory`]: what this node knows of where pieces were put by their first touch.
//!
//! Tables of words, made with the view; nothing here waits, as faults use it.

use std::sync::atomic::{AtomicU64, Ordering};

use verbs_shim::Memory;

use crate::cluster::{Rooms, Spot};
use crate::endpoint::Place;
use crate::error::Error;

/// What this node knows of a directory.
pub(crate) struct Directory {
    pub(crate) rooms: Rooms,
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

fn word(table: &Memory, number: u64) -> &AtomicU64 {
    table.atomic_u64(number as usize * 8)
}

impl Directory {
    pub(super) fn new(rooms: Rooms, size: u32) -> Result<Directory, Error> {
        let size = u64::from(size);
        let table = |words: u64| Memory::anonymous((words as usize).max(1) * 8);
        Ok(Directory {
            rooms,
            known: table(rooms.pieces())?,
            pieces: table(rooms.slots * size)?,
            taken: table(rooms.words() * size)?,
            claims: table(rooms.pieces())?,
            uses: table(rooms.pieces())?,
        })
    }

    /// Where a piece lives, as far as known.
    pub(super) fn known(&self, piece: u64) -> Option<Spot> {
        Spot::of(word(&self.known, piece).load(Ordering::Acquire))
    }

    fn occupant(&self, spot: Spot) -> &AtomicU64 {
        word(&self.pieces, u64::from(spot.rank) * self.rooms.slots + spot.slot)
    }

    /// The piece that lives there, as far as known.
    pub(super) fn piece_at(&self, spot: Spot) -> Option<u64> {
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
    pub(super) fn claim(&self, piece: u64) -> Option<Spot> {
        Spot::of(word(&self.claims, piece).load(Ordering::SeqCst))
    }

    /// Puts a claim in the place of another, or of none; false if it is not as expected any more.
    pub(super) fn change_claim(&self, piece: u64, from: Option<Spot>, to: Option<Spot>) -> bool {
        let [from, to] = [from, to].map(|spot| spot.map_or(0, Spot::word));
        let word = word(&self.claims, piece);
        word.compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// This node has used a piece.
    pub(super) fn note_use(&self, piece: u64) {
        word(&self.uses, piece).fetch_add(1, Ordering::Relaxed);
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
