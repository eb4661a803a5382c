//! [`Context`]: a completion queue, a pair to each home, a buffer and a stack, and how they are connected.

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use corosensei::stack::DefaultStack;
use verbs_shim::{Bundle, QueuePairConfig, RemoteAddr, WorkRequest};

use super::super::control;
use super::{Contexts, Home, IDLE, Slot};
use crate::cluster::Rank;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::primitives::Primitives;

/// Requests that a pair holds at most, in jobs of few nodes.
const DEPTH: u32 = 64;

/// A page's bytes and a counter are one batch at least.
const LEAST_DEPTH: u32 = 4;

/// Behind the buffer: the answers of atomics.
pub(super) const ANSWERS: usize = 8;

/// What a driver needs to post and poll is some KiB.
const STACK_BYTES: usize = 64 << 10;

pub(super) struct Context<P: Primitives> {
    pub(super) bundle: Bundle<P::Provider>,
    /// By home: where its arena begins, as its NIC counts.
    pub(super) arenas: Box<[RemoteAddr]>,
    /// Homes with work in flight. Never longer than there are homes, for which there is room.
    pub(super) flying: Vec<usize>,
    /// Work that was in flight here was lost with the context that had this place before; at this home.
    pub(super) lost: Option<u32>,
    /// Not there while somebody stands on it.
    pub(super) stack: Option<DefaultStack>,
    /// What fits into one batch.
    pub(super) depth: usize,
}

impl<P: Primitives> Context<P> {
    fn new(endpoint: &Endpoint<P>, homes: &[Home], buffer: usize) -> Result<Context<P>, Error> {
        let capabilities = endpoint.fabric.capabilities();
        let room = capabilities.max_completions / homes.len().max(1) as u32;
        let depth = room
            .saturating_sub(1)
            .clamp(LEAST_DEPTH, DEPTH.min(capabilities.max_send_depth.saturating_sub(1)));
        let config = QueuePairConfig { depth, ..QueuePairConfig::default() };
        let bytes = buffer.next_multiple_of(8) + 8 * ANSWERS;
        let stack = DefaultStack::new(STACK_BYTES).map_err(|source| verbs_shim::Error::System {
            operation: format!("reserving a stack of {STACK_BYTES} bytes to serve page faults on"),
            source,
        })?;
        let arenas = homes.iter().map(|home| Ok(endpoint.region(home.rank)?.at(0)));
        Ok(Context {
            bundle: Bundle::new(&endpoint.fabric, homes.len(), &config, bytes)?,
            arenas: arenas.collect::<Result<_, Error>>()?,
            flying: Vec::with_capacity(homes.len()),
            lost: None,
            stack: Some(stack),
            depth: depth as usize,
        })
    }

    /// Where the answers of atomics go.
    pub(super) fn answers_at(buffer_bytes: usize) -> usize {
        buffer_bytes.next_multiple_of(8)
    }

    /// Whether work of this pair may still have an effect that nobody will hear of.
    fn is_dirty(&mut self, home: usize) -> bool {
        let (_, pairs) = self.bundle.parts();
        pairs.error(home).is_some() || pairs.outstanding(home) > 0
    }
}

impl<P: Primitives> Contexts<P> {
    /// A slot with a context that is connected to all homes but the dead ones. `replaces` says, by home, which pair
    /// is to be put in error state at its home before the new one is used.
    pub(super) fn connect(&self, replaces: impl Fn(usize) -> u64) -> Result<Slot<P>, Error> {
        self.endpoint.check_membership()?;
        self.endpoint.close_abandoned();
        let none = |_: &Home| AtomicU64::new(control::NO_PAIR);
        let mut slot = Slot {
            state: AtomicU32::new(IDLE),
            reaches: self.homes.iter().map(|_| AtomicBool::new(false)).collect(),
            keys: self.homes.iter().map(none).collect(),
            context: UnsafeCell::new(Context::new(&self.endpoint, &self.homes, self.buffer_bytes)?),
        };
        for (number, home) in self.homes.iter().enumerate() {
            let old = replaces(number);
            if let Err(error) = self.connect_to(&mut slot, number, old)
                && self.endpoint.death_of(home.rank).is_none()
            {
                self.abandon(&mut slot);
                return Err(self.endpoint.check_membership().err().unwrap_or(error));
            }
        }
        Ok(slot)
    }

    /// Opens the pair to a home, in the order of homes, and tries it.
    fn connect_to(&self, slot: &mut Slot<P>, home: usize, replaces: u64) -> Result<(), Error> {
        let rank = self.homes[home].rank;
        let bundle = &mut slot.context.get_mut().bundle;
        let (index, card) = bundle.add(rank)?;
        debug_assert_eq!(index, home, "pairs are made in the order of homes");
        if let Some(died) = self.endpoint.death_of(rank) {
            return Err(died);
        }
        let key = self.endpoint.next_pair.fetch_add(1, Ordering::Relaxed);
        // From here on the home may have made its side.
        *slot.keys[home].get_mut() = key;
        let request = control::open(key, replaces, card);
        let answer = self.endpoint.client.connect_pair(Rank(rank), &request)?;
        bundle.connect(home, &answer)?;
        self.try_pair(slot, home)?;
        *slot.reaches[home].get_mut() = true;
        Ok(())
    }

    /// READs a word, see the top of the module.
    fn try_pair(&self, slot: &mut Slot<P>, home: usize) -> Result<(), Error> {
        let context = slot.context.get_mut();
        let (remote, at) = (context.arenas[home], Context::<P>::answers_at(self.buffer_bytes));
        let (buffer, mut pairs) = context.bundle.parts();
        let request = WorkRequest::read(buffer.slice(at..at + 8)?, remote);
        let device_failed = |reason: String| verbs_shim::Error::DeviceFailed {
            device: self.endpoint.fabric.capabilities().device.clone(),
            reason,
        };
        pairs.post(home, &[request]).map_err(|reason| device_failed(reason.to_string()))?;
        let mut attempt = 0u32;
        while pairs.outstanding(home) > 0 && pairs.error(home).is_none() {
            pairs.poll().map_err(|reason| device_failed(reason.to_string()))?;
            self.endpoint.check_membership()?;
            if let Some(died) = self.endpoint.death_of(self.homes[home].rank) {
                return Err(died);
            }
            P::relax(attempt / 2);
            attempt = attempt.saturating_add(1);
        }
        pairs.error(home).map_or(Ok(()), |error| Err(self.endpoint.work_failed(error)))
    }

    /// Leaves the pairs of a slot to be told to their homes, at leisure, that they are gone.
    pub(super) fn abandon(&self, slot: &mut Slot<P>) {
        for (home, Home { rank, .. }) in self.homes.iter().enumerate() {
            let key = *slot.keys[home].get_mut();
            if key != control::NO_PAIR {
                let dirty = slot.context.get_mut().is_dirty(home);
                let pair = control::Abandoned { peer: *rank, key, dirty };
                self.endpoint.abandoned.lock().push(pair);
            }
        }
    }
}

impl<P: Primitives> Drop for Contexts<P> {
    fn drop(&mut self) {
        let mut slots = std::mem::take(&mut self.slots);
        for slot in &mut slots {
            self.abandon(slot);
        }
    }
}
