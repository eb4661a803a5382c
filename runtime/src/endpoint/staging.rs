//! Staging memory: what the NIC reads from and writes to on behalf of the caller's own memory, which
//! is not registered.
//!
//! Each thread has one region of it, made on first use, and only where the provider does not execute
//! in place. Layout:
//!
//! ```text
//! 0               BATCH × 512 B                      SLOTS × 64 KiB
//! | one cell for each request of a batch             | slots for longer pieces           |
//! ```
//!
//! # States of a slot
//!
//! ```text
//! Free ──take──> Held ──post──> InFlight ──completion──> Done ──release──> Free
//!                                   └─────detach─────> Detached ──completion──> Free
//! ```
//!
//! Only the thread that owns the region changes states; the NIC owns the bytes while in flight.

use std::cell::Cell;

use verbs_shim::provider::Provider;
use verbs_shim::{Access, Error, Fabric, Memory, Region, Slice, WorkError};

/// Requests of one batch.
pub(super) const BATCH: usize = 64;

/// Bytes that each request of a batch may move: those of small coherent blocks.
pub(super) const CELL: usize = 512;

/// Slots for longer pieces.
pub(super) const SLOTS: usize = 16;

/// Bytes of a slot.
pub(super) const SLOT: usize = 64 << 10;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum SlotState {
    Free,
    Held,
    InFlight,
    Detached,
    Done(Result<(), WorkError>),
}

pub(super) struct Staging {
    region: Region,
    states: [Cell<SlotState>; SLOTS],
}

impl Staging {
    pub(super) fn new<P: Provider>(fabric: &Fabric<P>) -> Result<Staging, Error> {
        let memory = fabric.allocate(BATCH * CELL + SLOTS * SLOT)?;
        let region = fabric.register(memory, Access::local())?;
        Ok(Staging { region, states: std::array::from_fn(|_| Cell::new(SlotState::Free)) })
    }

    pub(super) fn memory(&self) -> &Memory {
        self.region.memory()
    }

    /// Where cell `i` of the batch begins.
    pub(super) fn cell_at(i: usize) -> usize {
        i * CELL
    }

    /// The first `len` bytes of cell `i`.
    #[inline]
    pub(super) fn cell(&self, i: usize, len: usize) -> Result<Slice<'_>, Error> {
        self.region.slice(i * CELL..i * CELL + len)
    }

    /// Where a slot begins.
    pub(super) fn slot_at(slot: usize) -> usize {
        BATCH * CELL + slot * SLOT
    }

    /// The first `len` bytes of a slot.
    pub(super) fn slot(&self, slot: usize, len: usize) -> Result<Slice<'_>, Error> {
        let at = Staging::slot_at(slot);
        self.region.slice(at..at + len)
    }

    /// So many bytes of it, from there on.
    pub(super) fn at(&self, at: usize, len: usize) -> Result<Slice<'_>, Error> {
        self.region.slice(at..at + len)
    }

    pub(super) fn take(&self) -> Option<usize> {
        let free = self.states.iter().position(|state| state.get() == SlotState::Free)?;
        self.states[free].set(SlotState::Held);
        Some(free)
    }

    pub(super) fn free_slots(&self) -> usize {
        self.states.iter().filter(|state| state.get() == SlotState::Free).count()
    }

    pub(super) fn state(&self, slot: usize) -> SlotState {
        self.states[slot].get()
    }

    pub(super) fn posted(&self, slot: usize, detached: bool) {
        self.states[slot].set(if detached { SlotState::Detached } else { SlotState::InFlight });
    }

    /// Gives a slot back, or lets it free itself when it is still in flight.
    pub(super) fn release(&self, slot: usize) {
        let next = match self.states[slot].get() {
            SlotState::InFlight | SlotState::Detached => SlotState::Detached,
            SlotState::Free | SlotState::Held | SlotState::Done(_) => SlotState::Free,
        };
        self.states[slot].set(next);
    }

    /// Notes a completion; the answer is an error that nobody waits for.
    pub(super) fn complete(&self, slot: usize, result: Result<(), WorkError>) -> Option<WorkError> {
        match self.states[slot].get() {
            SlotState::Detached => {
                self.states[slot].set(SlotState::Free);
                result.err()
            }
            _ => {
                self.states[slot].set(SlotState::Done(result));
                None
            }
        }
    }
}
