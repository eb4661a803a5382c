//! Staging memory: what the NIC reads from and writes to on behalf of the caller's own memory, which
//! is not registered.
//!
//! Each thread has one region of it, made on first use, and only where the provider does not execute
//! in place. Layout:
//!
//! ```text
//! 0               BATCH × 512 B                      SLOTS × 64 KiB
//! | one cell for each request of a batch             | slots for longer pieces           | nowhere |
//! ```
//!
//! To *nowhere* go the answers of atomics that nobody looks at.
//!
//! # States of a slot
//!
//! ```text
//! Free ──take──> Held ──post──> InFlight ──completion──> Done ──release──> Free
//!                                   ├─────detach─────> Detached ──completion──> Free
//!                                   └─────land───────> Landing ──completion, copied to the caller's memory──> Free
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

/// Where nowhere is.
const NOWHERE: usize = BATCH * CELL + SLOTS * SLOT;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum SlotState {
    Free,
    Held,
    InFlight,
    Detached,
    Landing(Landing),
    Done(Result<(), WorkError>),
}

/// Where the bytes of a read belong that nobody waits for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Landing {
    into: *mut u8,
    len: usize,
}

pub(super) struct Staging {
    region: Region,
    states: [Cell<SlotState>; SLOTS],
}

impl Staging {
    pub(super) fn new<P: Provider>(fabric: &Fabric<P>) -> Result<Staging, Error> {
        let memory = fabric.allocate(NOWHERE + size_of::<u64>())?;
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

    /// A word that answers go to which nobody looks at.
    pub(super) fn nowhere(&self) -> Result<Slice<'_>, Error> {
        self.region.slice(NOWHERE..NOWHERE + size_of::<u64>())
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

    /// Lets a slot whose READ has been posted free itself once its bytes have been copied to `into`.
    ///
    /// # Safety
    /// `into` is valid for writes of `len` bytes, and nobody else's, until that has happened.
    pub(super) unsafe fn land(&self, slot: usize, into: *mut u8, len: usize) {
        self.states[slot].set(SlotState::Landing(Landing { into, len }));
    }

    /// Gives a slot back, or lets it free itself when it is still in flight.
    pub(super) fn release(&self, slot: usize) {
        let next = match self.states[slot].get() {
            SlotState::InFlight | SlotState::Detached => SlotState::Detached,
            landing @ SlotState::Landing(_) => landing,
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
            SlotState::Landing(Landing { into, len }) => {
                self.states[slot].set(SlotState::Free);
                if result.is_ok() {
                    // SAFETY: as was promised to `land`.
                    let into = unsafe { std::slice::from_raw_parts_mut(into, len) };
                    self.memory().read(Staging::slot_at(slot), into);
                }
                result.err()
            }
            _ => {
                self.states[slot].set(SlotState::Done(result));
                None
            }
        }
    }
}
