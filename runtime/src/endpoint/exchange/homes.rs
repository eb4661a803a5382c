//! Exchanges with several homes, all in flight at once.

use super::Step;
use super::posting::Posting;
use crate::endpoint::Endpoint;
use crate::endpoint::connections::Connection;
use crate::endpoint::staging::{BATCH, CELL, SLOT, Staging};
use crate::endpoint::thread::Thread;
use crate::error::Error;
use crate::primitives::Primitives;

/// What is to be done at one home.
pub(crate) struct Part<'p, 's> {
    pub(crate) rank: u32,
    pub(crate) steps: &'p mut [Step<'s>],
    /// One for each step.
    pub(crate) answers: &'p mut [u64],
    /// Set when all steps have been executed.
    pub(crate) is_done: bool,
}

impl<P: Primitives> Endpoint<P> {
    /// Executes steps at several homes: at each of them as [`Endpoint::exchange_slice`] does, and all of them in flight at once, as far as
    /// staging memory holds them. A part that is not done afterwards was lost, or is too long, or its home is dead, or this node itself,
    /// or the provider executes in place: then it is left to an exchange of its own, which does it or says why not. Any prefix of its
    /// steps may have been executed.
    ///
    /// # Errors
    /// When this node has left the job, or its device fails.
    pub(crate) fn exchange_at_homes(&self, parts: &mut [Part<'_, '_>]) -> Result<(), Error> {
        self.check_membership()?;
        self.with(|thread| thread.exchange_at_homes(self, parts))
    }
}

impl<P: Primitives> Thread<P> {
    fn exchange_at_homes(
        &self,
        endpoint: &Endpoint<P>,
        mut parts: &mut [Part<'_, '_>],
    ) -> Result<(), Error> {
        if self.in_place {
            return Ok(());
        }
        let staging = self.staging(endpoint)?;
        while !parts.is_empty() {
            let (wave, rest) = parts.split_at_mut(longest_wave(staging, parts));
            self.exchange_wave(endpoint, staging, wave)?;
            parts = rest;
        }
        Ok(())
    }

    /// Executes parts for which there is room together; one alone that is too long is left out.
    fn exchange_wave(
        &self,
        endpoint: &Endpoint<P>,
        staging: &Staging,
        wave: &mut [Part<'_, '_>],
    ) -> Result<(), Error> {
        let (mut cells, mut begun) = (0, Vec::with_capacity(wave.len()));
        for part in wave {
            let is_there = part.rank != endpoint.rank() && endpoint.death_of(part.rank).is_none();
            if !is_there || part.cells() > BATCH || part.slots() > staging.free_slots() {
                continue;
            }
            // What fails here is told by the exchange that is left.
            let Ok(arena) = self.ready_pair(endpoint, part.rank) else { continue };
            let mut posting = Posting::new(self, endpoint, staging, part.rank, arena, cells);
            cells += part.steps.len();
            if posting.begin(part.steps).is_ok() {
                begun.push((posting, part));
            }
        }
        let ended = self.progress_until(endpoint, || self.batches.get() == 0);
        // It does not say of which home, but their pairs do.
        self.batch_error.take();
        // If the device could not even tell, its NIC may still touch the slots, and they are lost with it.
        ended?;
        for (mut posting, part) in begun {
            let connections = self.connections.borrow();
            part.is_done = connections.get(part.rank).is_some_and(Connection::is_good);
            drop(connections);
            posting.end(part.steps, part.answers, part.is_done);
        }
        Ok(())
    }
}

impl Part<'_, '_> {
    fn cells(&self) -> usize {
        self.steps.len()
    }

    fn slots(&self) -> usize {
        let long = self.steps.iter().map(Step::len).filter(|&len| len > CELL);
        long.map(|len| len.div_ceil(SLOT)).sum()
    }
}

/// How many of these parts staging memory holds together; at least 1.
fn longest_wave(staging: &Staging, parts: &[Part<'_, '_>]) -> usize {
    let (mut cells, mut slots) = (0, 0);
    let fits = |part: &&Part<'_, '_>| {
        (cells, slots) = (cells + part.cells(), slots + part.slots());
        cells <= BATCH && slots <= staging.free_slots()
    };
    parts.iter().take_while(fits).count().max(1)
}
