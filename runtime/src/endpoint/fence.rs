//! Fencing: before anything relies on work being over that nobody has heard the end of, the home puts
//! its end of the queue pair in error state.
//!
//! | what for | how |
//! | --- | --- |
//! | a pair that failed, before the next is used | a message to the home (see `control.rs`) |
//! | pairs of threads that ended, before memory is given back | the same |
//! | a dead node, before its locks are taken over | each home does so by itself when it hears of the death; that of the lock is asked whether it has |
//! | a dead node, before what it wrote elsewhere under a lock is used | all nodes that live are asked ([`Endpoint::outlast`]) |

use std::time::Duration;

use super::control;
use super::{Endpoint, Thread};
use crate::cluster::Rank;
use crate::error::Error;
use crate::primitives::{Primitives, Trap};

/// For so long a node may not have heard of a death that another has. Its coordinator would be lost before.
const NEWS: Duration = Duration::from_secs(60);

impl<P: Primitives> Endpoint<P> {
    /// Tells the other ends of queue pairs whose threads have ended. Those with work in flight stay listed
    /// until that is done, for whoever has to wait for it.
    pub(super) fn close_abandoned(&self) {
        let clean: Vec<_> = self.abandoned.lock().extract_if(.., |pair| !pair.dirty).collect();
        let closed = clean.iter().map(|pair| self.close_pair(pair));
        for outcome in closed.chain([self.fence_abandoned()]) {
            if let Err(error) = outcome {
                log::debug!("closing a queue pair: {error}");
            }
        }
    }

    /// Tells the other end of a queue pair, and waits until it is closed.
    fn close_pair(&self, pair: &control::Abandoned) -> Result<(), Error> {
        self.client.connect_pair(pair.peer(), &pair.close())?;
        Ok(())
    }

    /// Before memory is given back: nothing that failed work of this thread, or a thread that has ended,
    /// left in flight takes effect after this. Costs nothing if nothing was left.
    ///
    /// # Errors
    /// When a home cannot be told; then something may still take effect.
    pub(crate) fn fence_all(&self) -> Result<(), Error> {
        let own = self.with(|thread| thread.fence_failed(self));
        own.and(self.fence_abandoned())
    }

    /// As [`Endpoint::fence_all`], for threads that have ended.
    pub(super) fn fence_abandoned(&self) -> Result<(), Error> {
        if P::falls_into(Trap::ReleaseWithoutFence) {
            return Ok(());
        }
        let dirty: Vec<_> =
            self.abandoned.lock().iter().filter(|pair| pair.dirty).copied().collect();
        let mut outcome = Ok(());
        for pair in dirty {
            match self.fence_pair(&pair) {
                Ok(()) => self.abandoned.lock().retain(|other| other.key != pair.key),
                Err(error) => outcome = outcome.and(Err(error)),
            }
        }
        outcome
    }

    /// Has the home of a queue pair put its end in error state, unless it is dead: then its memory is
    /// lost anyway.
    pub(super) fn fence_pair(&self, pair: &control::Abandoned) -> Result<(), Error> {
        if self.death_of(pair.peer).is_some() { Ok(()) } else { self.close_pair(pair) }
    }

    /// Whether `dead` is dead and `home` has acknowledged that its queue pairs with it are in error state, so that
    /// nothing of it takes effect there any more. A node that has left is as good as fenced: all of its work was
    /// complete before it said so. Two loads while it is neither; else the home is asked once, by the control
    /// plane.
    ///
    /// `false` says no more than that this node has not heard of a death. So it will do where the node that is asked about may
    /// be alive, and is looked at again; who knows better from others waits for the news ([`Endpoint::outlast`]).
    ///
    /// # Errors
    /// When the home is dead itself, cannot be asked, or has not heard of the death.
    pub(crate) fn is_fenced(&self, home: u32, dead: u32) -> Result<bool, Error> {
        if !self.health().is_dead(Rank(dead)) {
            return Ok(self.health().has_left(Rank(dead)));
        }
        self.check_membership()?;
        if let Some(died) = self.death_of(home) {
            return Err(died);
        }
        // Of its own fence a node hears after the fact: the control thread fences first.
        if home == self.rank() || self.fenced.lock().contains(&(home, dead)) {
            return Ok(true);
        }
        let answer = self.client.connect_pair(Rank(home), &control::ask_fenced(Rank(dead)));
        answer.map_err(|error| self.check_membership().err().unwrap_or(error.into()))?;
        self.note_fence_of(home, dead);
        Ok(true)
    }

    /// To be called by whoever has a lock that `dead` died with, as its block says, though another may have taken it over: afterwards
    /// nothing takes effect any more, at no node, that it was sending under the lock.
    ///
    /// This node may not have heard of the death yet; then it waits. It is enough to wait for this one: whoever took the lock over from one
    /// dead node, and died with it, had heard of the first death, and all nodes hear of deaths in one order. So all are fenced
    /// that this node knows then.
    ///
    /// # Errors
    /// [`Error::Unheard`]; when this node does not belong to the job any more, or a node that lives cannot be asked.
    pub(crate) fn outlast(&self, dead: Option<u32>) -> Result<(), Error> {
        if P::falls_into(Trap::InheritWithoutFences) {
            return Ok(());
        }
        if let Some(dead) = dead {
            self.await_news(dead)?;
        }
        for Rank(dead) in self.health().dead() {
            let living = (0..self.size()).filter(|home| !self.health().is_dead(Rank(*home)));
            for home in living {
                match self.is_fenced(home, dead) {
                    // Its memory is lost.
                    Err(_) if self.health().is_dead(Rank(home)) => self.check_membership()?,
                    fenced => drop(fenced?),
                }
            }
        }
        Ok(())
    }

    /// Waits until this node has heard of a death.
    fn await_news(&self, dead: u32) -> Result<(), Error> {
        const LONGEST: u32 = 10;
        let since = P::now();
        let mut attempt = 0;
        while !self.health().is_dead(Rank(dead)) {
            self.check_membership()?;
            let waited = P::now().saturating_sub(since);
            if waited > NEWS {
                return Err(Error::Unheard { rank: dead, seconds: waited.as_secs() });
            }
            P::sleep(Duration::from_micros(1 << attempt));
            attempt = LONGEST.min(attempt + 1);
        }
        Ok(())
    }

    /// A home has said that it has fenced a dead node.
    pub(crate) fn note_fence_of(&self, home: u32, dead: u32) {
        self.fenced.lock().insert((home, dead));
    }
}

impl<P: Primitives> Thread<P> {
    /// Has the home of a pair that failed amid an exchange, and has been drained, put its end in error state. The
    /// home must be there for that.
    pub(super) fn fence_lost(&self, endpoint: &Endpoint<P>, rank: u32) -> Result<(), Error> {
        if let Some(died) = endpoint.death_of(rank) {
            return Err(died);
        }
        if P::falls_into(Trap::ReconnectWithoutFence) {
            return Ok(());
        }
        let Some(pair) = self.unfenced_pair(rank) else { return Ok(()) };
        endpoint.close_pair(&pair)?;
        self.note_fenced(rank);
        Ok(())
    }
}
