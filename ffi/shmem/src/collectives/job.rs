//! The job as the ground of collectives.

use std::sync::atomic::{Ordering, fence};
use std::thread;

use pangea::primitives::System;
use pangea::symmetric::{Atomic64, Signal, Symmetric};

use super::ground::Ground;
use super::group::{Group, Words};
use crate::error::Problem;
use crate::order::complete;
use crate::state::State;
use crate::teams::Found;
use crate::words;

/// How often to look before the processor is offered to others: for about 2 µs, because who is waited for may have lost its
/// own to another program.
const PATIENCE: u32 = 80;
/// The same where there are more PEs than processors: who is waited for may need this one.
const IMPATIENCE: u32 = 16;
/// How often to offer it, until the runtime waits, which also looks for what has gone wrong.
const OFFERS: u32 = 64;

/// Where the memory of PEs is mapped, and how to wait for them.
#[derive(Debug)]
pub(crate) struct Reach {
    /// By rank: addresses, 0 where it is not mapped.
    bases: Box<[usize]>,
    in_place: bool,
    is_crowded: bool,
    patience: u32,
}

impl Reach {
    pub(crate) fn new(symmetric: &Symmetric) -> Reach {
        let base = |rank| symmetric.mapped(rank).map_or(0, <*mut u8>::expose_provenance);
        let processors = || thread::available_parallelism().map_or(1, usize::from);
        let is_crowded = symmetric.in_place()
            && System::is_crowded().unwrap_or_else(|| symmetric.size() as usize > processors());
        Reach {
            bases: (0..symmetric.size()).map(base).collect(),
            in_place: symmetric.in_place(),
            is_crowded,
            patience: if is_crowded { IMPATIENCE } else { PATIENCE },
        }
    }
}

impl Reach {
    /// Whether there are more PEs than processors.
    #[inline]
    pub(crate) fn is_crowded(&self) -> bool {
        self.is_crowded
    }
}

impl State {
    /// The members of a team.
    #[inline]
    pub(crate) fn group<'a>(&'a self, found: &Found<'a>) -> Group<'a, State> {
        let words = Words::Slot { at: words::team(found.number()), counts: found.counts() };
        Group::new(self, found.set, found.me, words)
    }

    /// What a collective has under way is completed, where another thread may do the next one: signs of two threads
    /// would not stay in order.
    #[inline]
    pub(crate) fn settle(&self) -> Result<(), Problem> {
        if self.reach.in_place || self.is_one_thread() { Ok(()) } else { complete(self) }
    }

    /// Waits until `ready`.
    ///
    /// # Errors
    /// When a PE has died, when work of this thread has failed, or the job has ended.
    #[inline]
    pub(crate) fn wait_until(&self, mut ready: impl FnMut() -> bool) -> Result<(), Problem> {
        for _ in 0..self.reach.patience {
            if ready() {
                return Ok(());
            }
            std::hint::spin_loop();
        }
        for _ in 0..OFFERS {
            if ready() {
                return Ok(());
            }
            thread::yield_now();
        }
        Ok(self.symmetric.wait(ready)?)
    }
}

impl Ground for State {
    #[inline]
    fn rank(&self) -> u32 {
        self.rank
    }

    #[inline]
    fn mapped(&self, rank: u32) -> Option<*mut u8> {
        match self.reach.bases[rank as usize] {
            0 => None,
            base => Some(std::ptr::with_exposed_provenance_mut(base)),
        }
    }

    #[inline]
    fn in_place(&self) -> bool {
        self.reach.in_place
    }

    unsafe fn read_later(
        &self,
        rank: u32,
        at: u64,
        into: *mut u8,
        len: usize,
    ) -> Result<(), Problem> {
        // SAFETY: as the caller promises.
        unsafe { self.symmetric.read_later(rank, at, into, len) }?;
        Ok(())
    }

    unsafe fn write_later(
        &self,
        rank: u32,
        at: u64,
        from: *const u8,
        len: usize,
    ) -> Result<(), Problem> {
        // SAFETY: as the caller promises.
        unsafe { self.symmetric.write_later(rank, at, from, len) }?;
        Ok(())
    }

    unsafe fn write_sign(
        &self,
        rank: u32,
        at: u64,
        from: *const u8,
        len: usize,
        sign: u64,
        value: u64,
    ) -> Result<(), Problem> {
        if len == 0 {
            return Ok(self.symmetric.sign(rank, sign, Signal::Set(value))?);
        }
        // SAFETY: as the caller promises.
        unsafe { self.symmetric.write_signal(rank, at, from, len, sign, Signal::Set(value)) }?;
        Ok(())
    }

    fn add(&self, rank: u32, at: u64, value: u64) -> Result<(), Problem> {
        self.symmetric.atomic(rank, at, Atomic64::Add(value))?;
        Ok(())
    }

    #[inline]
    fn quiet(&self) -> Result<(), Problem> {
        if self.reach.in_place {
            fence(Ordering::SeqCst);
            return Ok(());
        }
        Ok(self.symmetric.quiet()?)
    }

    #[inline]
    fn wait(&self, ready: impl FnMut() -> bool) -> Result<(), Problem> {
        self.wait_until(ready)
    }
}
