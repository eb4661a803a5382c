//! How a context that has lost a pair is replaced by another, in ordinary context.

use std::sync::atomic::Ordering;

use super::super::control;
use super::{AHEAD, Contexts, IDLE, SPOILED, Slot};
use crate::cluster::Rank;
use crate::error::Error;
use crate::primitives::Primitives;

impl<P: Primitives> Contexts<P> {
    /// Replaces all contexts that have lost a pair to a home that is not dead, or that are spoiled. Afterwards nothing that
    /// was lost before takes effect any more: the homes have put their ends in error state. A few loads if nothing was
    /// lost. To be called in ordinary context, and not by who has claimed a context.
    ///
    /// # Errors
    /// When this node does not belong to the job, or something cannot be connected; then nothing is certain of what
    /// was lost. Contexts that have been replaced stay so.
    pub(crate) fn repair(&self) -> Result<(), Error> {
        self.endpoint.check_membership()?;
        let is_needed = || self.slots.iter().any(|slot| self.is_broken(slot));
        if !self.is_unfenced.load(Ordering::Relaxed) && !is_needed() {
            return Ok(());
        }
        let _alone = self.repairing.lock();
        for slot in self.slots.iter().filter(|slot| self.is_broken(slot)) {
            // Pairs that are still good stay in use until the context is replaced.
            let key = |home: usize| slot.keys[home].load(Ordering::Relaxed);
            let lost = |home| if slot.reaches(home) { control::NO_PAIR } else { key(home) };
            let lost: Box<[u64]> = (0..self.homes.len()).map(lost).collect();
            let new = self.connect(|home| lost[home])?;
            self.is_unfenced.store(true, Ordering::Relaxed);
            self.replace(slot, new, &lost);
        }
        // Those that have been lost meanwhile, and those whose place nobody could take.
        self.endpoint.fence_abandoned()?;
        self.is_unfenced.store(false, Ordering::Relaxed);
        Ok(())
    }

    fn is_broken(&self, slot: &Slot<P>) -> bool {
        let has_lost = |home: usize| {
            !slot.reaches(home) && !self.endpoint.health().is_dead(Rank(self.homes[home].rank))
        };
        P::give_way();
        slot.state.load(Ordering::Relaxed) == SPOILED || (0..self.homes.len()).any(has_lost)
    }

    /// Waits until nobody has the context, exchanges it with that of `new`, and abandons the old one. `closed` are the keys
    /// of those of its pairs that homes have closed, where they have opened a new one.
    fn replace(&self, slot: &Slot<P>, mut new: Slot<P>, closed: &[u64]) {
        // A handler of the program's that touches a view would wait for the context, and so for this thread, which it stands on.
        let blocked = self.block();
        let mut attempt = 0u32;
        let was = loop {
            let claimed = [IDLE, AHEAD, SPOILED].into_iter().find(|from| slot.claim(*from).is_ok());
            if let Some(was) = claimed {
                break was;
            }
            P::relax(attempt);
            attempt = attempt.saturating_add(1);
        };
        // SAFETY: the state is `CLAIMED`, by this thread.
        let context = unsafe { &mut *slot.context.get() };
        if was != IDLE {
            let home = context.flying.first().and_then(|home| self.homes.get(*home));
            new.context.get_mut().lost = context.lost.or(home.map(|home| home.rank));
        }
        std::mem::swap(context, new.context.get_mut());
        for (home, closed) in closed.iter().enumerate() {
            let opened = std::mem::replace(new.keys[home].get_mut(), control::NO_PAIR);
            let old = slot.keys[home].swap(opened, Ordering::Relaxed);
            if opened == control::NO_PAIR || old != *closed {
                *new.keys[home].get_mut() = old;
            }
            slot.reaches[home].store(*new.reaches[home].get_mut(), Ordering::Relaxed);
        }
        slot.state.store(IDLE, Ordering::Release);
        drop(blocked);
        self.abandon(&mut new);
    }
}
