//! The arenas that a thread reaches in place, by rank. This is the shortest way to memory of others, taken by every
//! single access; whatever a window refuses goes the long way, by the thread's queue pairs.

use verbs_shim::{Atomic, WindowsByPeer};

use super::connections::Connection;
use super::thread::Thread;
use super::{Endpoint, Place};
use crate::primitives::Primitives;

/// The windows of one thread to the arenas of one job, by rank: one for each home whose pair is open and owes nothing.
/// Never changed, but replaced; an old one does no harm, because windows close with their pairs.
pub(super) type Arenas<P> = WindowsByPeer<<P as Primitives>::Provider>;

impl<P: Primitives> Thread<P> {
    /// Makes new windows of what is open now, and leaves them where the thread finds them first.
    pub(super) fn open_windows(&self) {
        let connections = self.connections.borrow();
        let window = |open: &Connection<P>| open.window.clone().filter(|_| !open.owes);
        let arenas: Arenas<P> =
            (0..connections.ranks()).map(|rank| connections.get(rank).and_then(window)).collect();
        let any = arenas.iter().any(Option::is_some);
        *self.arenas.borrow_mut() = any.then_some(arenas);
        P::with_windows(|windows| windows.show(self.endpoint(), self.arenas.borrow().clone()));
    }

    /// Leaves its windows there, if they are another endpoint's.
    pub(crate) fn show_windows(&self) {
        P::with_windows(|windows| {
            if windows.label() != self.endpoint() {
                windows.show(self.endpoint(), self.arenas.borrow().clone());
            }
        });
    }

    /// Takes its windows down.
    pub(super) fn take_windows_down(&self) {
        P::with_windows(|windows| {
            if windows.label() == self.endpoint() {
                windows.show(0, None);
            }
        });
    }
}

impl<P: Primitives> Endpoint<P> {
    /// Copies bytes from an arena if that can be done at once: by the home's CPU, or through a window.
    #[inline(always)]
    pub(crate) fn read_at_once(&self, from: Place, into: &mut [u8]) -> bool {
        if from.rank == self.rank {
            self.read_own(from, into);
            return true;
        }
        let read =
            P::with_windows(|windows| windows.read(self.number(), from.rank, from.offset, into));
        read.unwrap_or(false)
    }

    /// Reads an aligned word of an arena, as [`Endpoint::read_at_once`] does; `None` also for the node's own.
    #[inline(always)]
    pub(crate) fn load_at_once(&self, from: Place) -> Option<u64> {
        if from.rank == self.rank {
            return None;
        }
        P::with_windows(|windows| windows.load(self.number(), from.rank, from.offset))?
    }

    /// Copies bytes to an arena, as [`Endpoint::read_at_once`] copies from one.
    #[inline(always)]
    pub(crate) fn write_at_once(&self, to: Place, from: &[u8]) -> bool {
        if to.rank == self.rank {
            self.write_own(to, from);
            return true;
        }
        let written =
            P::with_windows(|windows| windows.write(self.number(), to.rank, from, to.offset));
        written.unwrap_or(false)
    }

    /// Executes an atomic on a word through a window, be it the node's own.
    #[inline(always)]
    pub(crate) fn atomic_at_once(&self, at: Place, atomic: Atomic) -> Option<u64> {
        P::with_windows(|windows| windows.atomic(self.number(), at.rank, atomic, at.offset))?
    }
}
