//! The first touch of a piece, inside of a fault: who finds no place for it in the directory takes a slot and writes that there.

use paging::Refused;

use super::super::shared::Core;
use super::directory::{Directory, give_slot};
use super::parts;
use crate::cluster::{Row, Spot};
use crate::endpoint::{Claimed, Place, Unserved};
use crate::primitives::Primitives;

const FULL: Refused = Refused::new(
    "it was never touched, and no node that lives has room for it; nodes that died had the rest of the room",
);

impl<P: Primitives> Core<P> {
    /// Where a page is stored, as a fault asks. If nobody has touched it, it is stored here from now on, or where there is room.
    pub(crate) fn find(&self, page: usize) -> Result<Place, Refused> {
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
