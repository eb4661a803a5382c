//! [`Contexts`]: queue pairs that may be used inside of a page fault.
//!
//! A thread that faults may be amid anything: inside of `post` of its own queue pairs, inside of the allocator, or holding
//! whatever lock. So faults have pairs of their own, in a pool of *contexts*: a completion queue, a pair to each home, a
//! registered buffer and a stack. Whoever has claimed one is alone with it.
//!
//! # States of a context
//!
//! ```text
//!           claim                     drop, nothing in flight
//!   Idle ──────────▶ Claimed ───────────────────────────────────────▶ Idle
//!                     ▲    │ drop, read-ahead in flight
//!                     │    ├────────▶ Ahead ── claim ──▶ Claimed
//!                     │    │ drop, work in flight that may not end
//!                     │    └────────▶ Spoiled
//!                     └─ repair: Idle, Ahead, Spoiled ─▶ Claimed ─▶ Idle, with another context in its place
//! ```
//!
//! One word for each (`Slot::state`), changed by compare-and-swap; the context itself belongs to whoever turned it to
//! *Claimed*. `Slot::reaches` says to which homes its pair is good. Claimers look at it before, `Claimed` clears it, and
//! only `repair` sets it.
//!
//! Work is in flight that may not end when the pair failed, but has not told the end of all of it, or when the home is
//! dead. A NIC may still place an answer in the buffer then, so nobody uses that until the context has been replaced.
//!
//! # Who waits for whom
//!
//! Whoever has a context waits for its NIC alone; so a fault that waits for a context gets one. `repair` connects the
//! new context, which takes locks and allocates, *before* it claims the old one, and exchanges the two within a few
//! instructions. A context that is spoiled is not waited for: if there is no other one, the claim is refused.
//!
//! # Async-signal-safe
//!
//! [`Contexts::claim`] and its kin, and all of [`Claimed`], are called in handlers of signals. They consist of: atomics;
//! [`Primitives::relax`], which on a real system spins, then calls `sched_yield`, and sleeps where there are more nodes than processors; copies of bytes; posting and polling
//! of a [`Bundle`](verbs_shim::Bundle), which says of itself what that is; the flags of `Health` and of the endpoint, which
//! are atomics; and an exchange of stacks, which is a few instructions and no call. Nothing is allocated, no lock is taken,
//! nothing is logged, no state of the thread is touched, and nothing panics: places outside of the buffer are refused.
//!
//! All pairs have executed a request before they are claimed for the first time. So symbols of the driver are resolved, and
//! keys have been looked up.
//!
//! A pair is put in error state by `repair` alone, in ordinary context. `ibv_modify_qp` is a system call through the
//! library, which today allocates nothing for that; but nobody promises it, and a message is made where it fails.
//!
//! # What a loss means
//!
//! After [`Unserved::Lost`] a READ may be repeated at once, by another context. A WRITE or an atomic may have taken effect,
//! and may still do so, until [`Contexts::repair`] has returned without an error: then the home has put its end of the pair in
//! error state. Until then its bytes must be neither sent again nor fetched.
//!
//! | file | what |
//! | --- | --- |
//! | `mod.rs` | [`Contexts`]: the pool, and how one is claimed |
//! | `claimed.rs` | [`Claimed`]: what its holder does |
//! | `context.rs` | a context, and how it is connected |
//! | `repair.rs` | how one takes the place of another |

mod claimed;
mod context;
mod repair;

use std::cell::UnsafeCell;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use paging::Blocked;
use verbs_shim::Memory;

use super::{Endpoint, Place, WORD_OF_DEATH, control};
use crate::cluster::Rank;
use crate::error::Error;
use crate::primitives::{Mutex, Primitives};
pub(crate) use claimed::Claimed;
use context::Context;

/// Queue pairs of one pool at most: NICs keep the state of some thousand at hand.
const PAIRS: usize = 1024;

/// Why a fault was not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unserved {
    /// This home is dead.
    Dead(u32),
    /// The queue pair to this home failed, or there is none that is good.
    Lost(u32),
    /// This node does not belong to the job any more.
    Left,
}

/// The states of a context, see above.
const IDLE: u32 = 0;
const AHEAD: u32 = 1;
const CLAIMED: u32 = 2;
const SPOILED: u32 = 3;

/// A place for a context.
struct Slot<P: Primitives> {
    state: AtomicU32,
    /// By home: whether its pair is good, as far as is known.
    reaches: Box<[AtomicBool]>,
    /// By home: the number by which the home knows the pair. Changed by `repair` alone.
    keys: Box<[AtomicU64]>,
    /// Of whoever turned the state to `CLAIMED`.
    context: UnsafeCell<Context<P>>,
}

// SAFETY: all but `context` are atomics, and that is reached only by whoever turned `state` to `CLAIMED` (Acquire), until it
// turns it back (Release). A context may go from thread to thread.
unsafe impl<P: Primitives> Sync for Slot<P> where Context<P>: Send {}

impl<P: Primitives> Slot<P> {
    /// Turns the state from `from` to `CLAIMED`.
    fn claim(&self, from: u32) -> Result<(), u32> {
        P::give_way();
        let turned =
            self.state.compare_exchange(from, CLAIMED, Ordering::Acquire, Ordering::Relaxed);
        turned.map(|_| ())
    }

    fn reaches(&self, home: usize) -> bool {
        self.reaches.get(home).is_some_and(|reaches| reaches.load(Ordering::Relaxed))
    }
}

/// A home that the contexts are connected to.
struct Home {
    rank: u32,
    /// Its arena, where this process may reach it at once.
    arena: Option<Arc<Memory>>,
}

/// A pool of contexts, see above.
pub(crate) struct Contexts<P: Primitives> {
    endpoint: Arc<Endpoint<P>>,
    /// By rank.
    homes: Box<[Home]>,
    slots: Box<[Slot<P>]>,
    buffer_bytes: usize,
    /// Whether they are claimed in ordinary context alone, on stacks that are large enough.
    by_hand: bool,
    /// Held by `repair`.
    repairing: Mutex<(), P>,
    /// Pairs were lost whose homes have not been heard to have fenced them.
    is_unfenced: AtomicBool,
}

impl<P: Primitives> Contexts<P> {
    /// Connects contexts to these homes, each with a buffer of so many bytes: `count`, as far as the number of homes
    /// allows so many pairs, but one at least. As many as there are processors will do. (Homes that are dead stay without pairs.)
    ///
    /// # Errors
    /// When this node does not belong to the job, or there is not enough of something.
    pub(crate) fn new(
        endpoint: &Arc<Endpoint<P>>,
        homes: &[u32],
        count: usize,
        buffer_bytes: usize,
    ) -> Result<Contexts<P>, Error> {
        let mut ranks = homes.to_vec();
        ranks.sort_unstable();
        ranks.dedup();
        let in_place = endpoint.fabric.capabilities().in_place;
        let homes = ranks.iter().map(|&rank| {
            let arena = if in_place { endpoint.mapped(rank)? } else { None };
            Ok(Home { rank, arena })
        });
        let mut contexts = Contexts {
            endpoint: Arc::clone(endpoint),
            homes: homes.collect::<Result<_, Error>>()?,
            slots: Box::default(),
            buffer_bytes,
            by_hand: false,
            repairing: Mutex::default(),
            is_unfenced: AtomicBool::new(false),
        };
        let count = count.clamp(1, (PAIRS / ranks.len().max(1)).max(1));
        // Those that are made first are told to their homes that they are gone if a later one cannot be made.
        let mut slots = Vec::with_capacity(count);
        for _ in 0..count {
            match contexts.connect(|_| control::NO_PAIR) {
                Ok(slot) => slots.push(slot),
                Err(error) => {
                    contexts.slots = slots.into();
                    return Err(error);
                }
            }
        }
        contexts.slots = slots.into();
        Ok(contexts)
    }

    /// From now on nobody changes to a context's own stack: where threads are coroutines, which must not be left on another one.
    pub(crate) fn stay_on_stack(&mut self) {
        self.by_hand = true;
    }

    /// To be held while one is claimed in ordinary context. A handler of the program's that comes then and touches a view would wait for that
    /// context, and so for the thread that it stands on.
    pub(crate) fn block(&self) -> Option<Blocked> {
        (!self.by_hand).then(Blocked::new)
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.slots.len()
    }

    /// The number by which a home knows its pair of a context.
    #[cfg(test)]
    pub(super) fn key(&self, number: usize, rank: u32) -> u64 {
        let home = self.home(rank).expect("a home of these contexts");
        self.slots[number].keys[home].load(Ordering::Relaxed)
    }

    fn home(&self, rank: u32) -> Option<usize> {
        self.homes.binary_search_by_key(&rank, |home| home.rank).ok()
    }

    /// Whether there is any use in asking this home. A few loads.
    fn check(&self, rank: u32) -> Result<(), Unserved> {
        if !self.endpoint.is_member() {
            return Err(Unserved::Left);
        }
        if self.endpoint.health().is_dead(Rank(rank)) {
            return Err(Unserved::Dead(rank));
        }
        Ok(())
    }

    /// The pair to a home is good no more.
    fn lose(&self, slot: &Slot<P>, home: usize) -> Unserved {
        if let Some(reaches) = slot.reaches.get(home) {
            reaches.store(false, Ordering::Relaxed);
        }
        let rank = self.homes.get(home).map_or(0, |home| home.rank);
        self.check(rank).err().unwrap_or(Unserved::Lost(rank))
    }

    /// Where these bytes are in the memory of this process, if it may reach them there at once: then no context is needed to
    /// read them.
    pub(crate) fn mapped(&self, from: Place, len: usize) -> Result<Option<NonNull<u8>>, Unserved> {
        self.check(from.rank)?;
        let home = self.home(from.rank).and_then(|home| self.homes.get(home));
        let Some(memory) = home.and_then(|home| home.arena.as_deref()) else { return Ok(None) };
        let Ok(offset) = usize::try_from(from.offset) else { return Ok(None) };
        let fits = offset.checked_add(len).is_some_and(|end| end <= memory.len());
        Ok(if fits { NonNull::new(memory.as_ptr().wrapping_add(offset)) } else { None })
    }

    /// Claims a context whose pair to this home is good, and waits if all of those are in use. Nothing is in flight in it:
    /// what was, has been waited for.
    ///
    /// # Errors
    /// [`Unserved::Lost`] when there is none that anybody could give back; and if there is no use in asking this home.
    pub(crate) fn claim(&self, rank: u32) -> Result<Claimed<'_, P>, Unserved> {
        let mut attempt = 0u32;
        loop {
            let (claimed, is_worth_waiting) = self.look_for_one(rank)?;
            if let Some(claimed) = claimed {
                return Ok(claimed);
            }
            if !is_worth_waiting {
                return Err(Unserved::Lost(rank));
            }
            P::relax(attempt);
            attempt = attempt.saturating_add(1);
        }
    }

    /// As [`Contexts::claim`], but does not wait for those that are in use.
    pub(crate) fn try_claim(&self, rank: u32) -> Option<Claimed<'_, P>> {
        self.look_for_one(rank).ok()?.0
    }

    /// Claims one, if it can; and whether there are others that may be given back.
    fn look_for_one(&self, rank: u32) -> Result<(Option<Claimed<'_, P>>, bool), Unserved> {
        self.check(rank)?;
        let home = self.home(rank);
        // The own arena can be read and written by whatever context.
        let is_own = rank == self.endpoint.rank();
        let mut is_worth_waiting = false;
        // Those with read-ahead last, because somebody may come for it.
        for from in [IDLE, AHEAD] {
            for (number, slot) in self.slots.iter().enumerate() {
                if !is_own && !home.is_some_and(|home| slot.reaches(home)) {
                    continue;
                }
                match slot.claim(from) {
                    Ok(()) => {
                        let mut claimed = Claimed::new(self, number, slot);
                        claimed.forget_lost();
                        if !claimed.in_flight() || claimed.on_own_stack(Claimed::wait).is_ok() {
                            return Ok((Some(claimed), true));
                        }
                        // Its pair to another home may have failed, and that one be good.
                        is_worth_waiting = true;
                    }
                    Err(state) => is_worth_waiting |= state != SPOILED,
                }
            }
        }
        Ok((None, is_worth_waiting))
    }

    /// Claims this one, with what is in flight in it, if it is not in use.
    pub(crate) fn claim_number(&self, number: usize) -> Option<Claimed<'_, P>> {
        let slot = self.slots.get(number)?;
        let claimed = slot.claim(AHEAD).or_else(|_| slot.claim(IDLE));
        claimed.is_ok().then(|| Claimed::new(self, number, slot))
    }

    /// What a loss was: a NIC may notice a death before the word of it is here, so that is waited for, for a moment.
    pub(crate) fn explain(&self, unserved: Unserved) -> Unserved {
        let Unserved::Lost(rank) = unserved else { return unserved };
        let limit = P::now() + WORD_OF_DEATH;
        let mut attempt = 0u32;
        loop {
            if let Err(better) = self.check(rank) {
                return better;
            }
            if P::now() >= limit {
                return unserved;
            }
            P::relax(attempt);
            attempt = attempt.saturating_add(1);
        }
    }
}
