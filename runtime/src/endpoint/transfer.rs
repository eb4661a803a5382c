//! Longer transfers: pieces through staging slots with several in flight, blocking and not.

use std::collections::VecDeque;
use std::rc::Rc;

use verbs_shim::{Access, Region, WorkError, WorkRequest};

use super::staging::{SLOT, SLOTS, SlotState, Staging};
use super::thread::Thread;
use super::{Endpoint, Place};
use crate::error::Error;
use crate::primitives::Primitives;

/// A piece in flight: its slot, and where its bytes belong in the caller's buffer.
#[derive(Clone, Copy, Default)]
struct Flight {
    slot: usize,
    at: usize,
    len: usize,
}

/// Pieces in flight, oldest first, without allocation.
#[derive(Default)]
struct Window {
    flights: [Flight; SLOTS],
    head: usize,
    len: usize,
}

impl Window {
    fn push(&mut self, flight: Flight) {
        self.flights[(self.head + self.len) % SLOTS] = flight;
        self.len += 1;
    }

    fn pop(&mut self) -> Option<Flight> {
        let oldest = (self.len > 0).then(|| self.flights[self.head])?;
        self.head = (self.head + 1) % SLOTS;
        self.len -= 1;
        Some(oldest)
    }
}

/// Cuts pieces into what a slot holds: `(place, offset in the buffer, bytes)`.
fn chunks(
    pieces: impl Iterator<Item = (Place, usize)>,
) -> impl Iterator<Item = (Place, usize, usize)> {
    let mut at = 0;
    pieces.flat_map(move |(place, bytes)| {
        let start = at;
        at += bytes;
        (0..bytes).step_by(SLOT).map(move |done| {
            let place = Place::new(place.rank, place.offset + done as u64);
            (place, start + done, SLOT.min(bytes - done))
        })
    })
}

impl<P: Primitives> Thread<P> {
    /// See [`Endpoint::read_pieces`].
    pub(super) fn read_pieces(
        &self,
        endpoint: &Endpoint<P>,
        pieces: impl Iterator<Item = (Place, usize)>,
        into: &mut [u8],
    ) -> Result<(), Error> {
        if self.in_place {
            let mut at = 0;
            for (place, bytes) in pieces {
                self.read_piece(endpoint, place, &mut into[at..at + bytes])?;
                at += bytes;
            }
            return Ok(());
        }
        let staging = self.staging(endpoint)?;
        let mut window = Window::default();
        let mut outcome = Ok(());
        for (place, at, len) in chunks(pieces) {
            if place.rank == endpoint.rank() {
                endpoint.read_own(place, &mut into[at..at + len]);
                continue;
            }
            outcome = self
                .take_slot(endpoint, staging, &mut window, |flight| {
                    let bytes = &mut into[flight.at..flight.at + flight.len];
                    staging.memory().read(Staging::slot_at(flight.slot), bytes);
                })
                .and_then(|slot| {
                    let remote = self.remote(endpoint, place);
                    let remote = remote.inspect_err(|_| staging.release(slot))?;
                    let request = WorkRequest::read(staging.slot(slot, len)?, remote);
                    self.post_slot(endpoint, staging, place.rank, slot, request, false)?;
                    window.push(Flight { slot, at, len });
                    Ok(())
                });
            if outcome.is_err() {
                break;
            }
        }
        self.finish(endpoint, staging, &mut window, outcome, |flight| {
            let bytes = &mut into[flight.at..flight.at + flight.len];
            staging.memory().read(Staging::slot_at(flight.slot), bytes);
        })
    }

    /// See [`Endpoint::write_pieces`].
    pub(super) fn write_pieces(
        &self,
        endpoint: &Endpoint<P>,
        pieces: impl Iterator<Item = (Place, usize)>,
        from: &[u8],
    ) -> Result<(), Error> {
        if self.in_place {
            let mut at = 0;
            for (place, bytes) in pieces {
                self.write_piece(endpoint, place, &from[at..at + bytes])?;
                at += bytes;
            }
            return Ok(());
        }
        let staging = self.staging(endpoint)?;
        let mut window = Window::default();
        let mut outcome = Ok(());
        for (place, at, len) in chunks(pieces) {
            let bytes = &from[at..at + len];
            if place.rank == endpoint.rank() {
                endpoint.write_own(place, bytes);
                continue;
            }
            outcome = self.take_slot(endpoint, staging, &mut window, |_| {}).and_then(|slot| {
                self.write_slot(endpoint, staging, slot, place, bytes, false)?;
                window.push(Flight { slot, at, len });
                Ok(())
            });
            if outcome.is_err() {
                break;
            }
        }
        self.finish(endpoint, staging, &mut window, outcome, |_| {})
    }

    /// Begins to write bytes that are too long to travel inside a request; slots free themselves.
    pub(super) fn write_pieces_later(
        &self,
        endpoint: &Endpoint<P>,
        to: Place,
        from: &[u8],
    ) -> Result<(), Error> {
        let staging = self.staging(endpoint)?;
        for (place, at, len) in chunks(std::iter::once((to, from.len()))) {
            let slot = self.take_slot_alone(endpoint, staging)?;
            self.write_slot(endpoint, staging, slot, place, &from[at..at + len], true)?;
        }
        Ok(())
    }

    /// Reads bytes without a NIC's help: the node's own, or in place.
    pub(super) fn read_piece(
        &self,
        endpoint: &Endpoint<P>,
        from: Place,
        into: &mut [u8],
    ) -> Result<(), Error> {
        if from.rank == endpoint.rank() {
            endpoint.read_own(from, into);
            return Ok(());
        }
        self.read(endpoint, from, into)
    }

    /// Writes bytes without a NIC's help, as [`Thread::read_piece`] reads.
    pub(super) fn write_piece(
        &self,
        endpoint: &Endpoint<P>,
        to: Place,
        from: &[u8],
    ) -> Result<(), Error> {
        if to.rank == endpoint.rank() {
            endpoint.write_own(to, from);
            return Ok(());
        }
        self.write(endpoint, to, from)
    }

    fn write_slot(
        &self,
        endpoint: &Endpoint<P>,
        staging: &Staging,
        slot: usize,
        to: Place,
        bytes: &[u8],
        detached: bool,
    ) -> Result<(), Error> {
        staging.memory().write(Staging::slot_at(slot), bytes);
        let remote = self.remote(endpoint, to).inspect_err(|_| staging.release(slot))?;
        let request = WorkRequest::write(staging.slot(slot, bytes.len())?, remote);
        self.post_slot(endpoint, staging, to.rank, slot, request, detached)
    }

    fn post_slot(
        &self,
        endpoint: &Endpoint<P>,
        staging: &Staging,
        rank: u32,
        slot: usize,
        request: WorkRequest<'_>,
        detached: bool,
    ) -> Result<(), Error> {
        let posted = self.post(endpoint, rank, &[request.token(slot as u64).signaled()]);
        match posted {
            Ok(()) => staging.posted(slot, detached),
            Err(_) => staging.release(slot),
        }
        posted
    }

    /// Takes a free slot: first by collecting this operation's oldest piece, then by waiting for
    /// non-blocking work, which frees its own.
    fn take_slot(
        &self,
        endpoint: &Endpoint<P>,
        staging: &Staging,
        window: &mut Window,
        mut collect: impl FnMut(Flight),
    ) -> Result<usize, Error> {
        loop {
            if let Some(slot) = staging.take() {
                return Ok(slot);
            }
            match window.pop() {
                Some(flight) => {
                    let collected = self.collect(endpoint, staging, flight, &mut collect)?;
                    collected.map_err(|error| endpoint.work_failed(error))?;
                }
                None => self.wait_for_slot(endpoint, staging)?,
            }
        }
    }

    /// Takes a free slot, for an operation that has no pieces in flight.
    pub(super) fn take_slot_alone(
        &self,
        endpoint: &Endpoint<P>,
        staging: &Staging,
    ) -> Result<usize, Error> {
        self.take_slot(endpoint, staging, &mut Window::default(), |_| {})
    }

    /// Waits until any slot is free. All that are not belong to non-blocking work: writes free
    /// theirs when they complete, and reads hold less than all of them.
    pub(super) fn wait_for_slot(
        &self,
        endpoint: &Endpoint<P>,
        staging: &Staging,
    ) -> Result<(), Error> {
        self.progress_until(endpoint, || staging.free_slots() > 0)
    }

    /// Waits for a piece, hands its bytes over if it went well, and frees its slot.
    fn collect(
        &self,
        endpoint: &Endpoint<P>,
        staging: &Staging,
        flight: Flight,
        deliver: &mut impl FnMut(Flight),
    ) -> Result<Result<(), WorkError>, Error> {
        let landed = || matches!(staging.state(flight.slot), SlotState::Done(_));
        self.progress_until(endpoint, landed)?;
        let outcome = match staging.state(flight.slot) {
            SlotState::Done(outcome) => outcome,
            state => unreachable!("a slot that has landed is {state:?}"),
        };
        if outcome.is_ok() {
            deliver(flight);
        }
        staging.release(flight.slot);
        Ok(outcome)
    }

    /// Collects all pieces in flight, also after an error, so that no slot stays behind. The first
    /// error counts.
    fn finish(
        &self,
        endpoint: &Endpoint<P>,
        staging: &Staging,
        window: &mut Window,
        outcome: Result<(), Error>,
        mut deliver: impl FnMut(Flight),
    ) -> Result<(), Error> {
        let mut first = Ok(());
        while let Some(flight) = window.pop() {
            first = first.and(self.collect(endpoint, staging, flight, &mut deliver)?);
        }
        outcome?;
        first.map_err(|error| endpoint.work_failed(error))
    }

    /// See [`Endpoint::read_later`].
    pub(super) fn read_later(
        self: &Rc<Self>,
        endpoint: &Endpoint<P>,
        pieces: impl Iterator<Item = (Place, usize)>,
        bytes: usize,
    ) -> Result<PendingRead<P>, Error> {
        let mut pending = PendingRead {
            thread: Rc::clone(self),
            flights: VecDeque::new(),
            bytes: vec![0; bytes],
            own: None,
        };
        if self.in_place {
            self.read_pieces(endpoint, pieces, &mut pending.bytes)?;
            return Ok(pending);
        }
        let staging = self.staging(endpoint)?;
        // At most half of the slots may be held by reads that nobody has waited for yet; what needs
        // more gets memory of its own.
        let chunks: Vec<_> = chunks(pieces).collect();
        if staging.free_slots() < chunks.len() + SLOTS / 2 {
            let memory = endpoint.fabric().allocate(bytes.max(1))?;
            let region = endpoint.fabric().register(memory, Access::local())?;
            pending.own = Some((region, self.open_account()));
        }
        for (place, at, len) in chunks {
            pending.start(endpoint, staging, place, at, len)?;
        }
        Ok(pending)
    }
}

/// A read that has begun: the bytes are there after [`PendingRead::wait`]. Dropped before, it lets the
/// NIC finish and forgets the bytes.
pub(crate) struct PendingRead<P: Primitives> {
    thread: Rc<Thread<P>>,
    flights: VecDeque<Flight>,
    bytes: Vec<u8>,
    /// Memory of its own and its account, for reads that are too long for the slots. `Flight::slot` is
    /// unused then.
    own: Option<(Region, usize)>,
}

impl<P: Primitives> PendingRead<P> {
    fn start(
        &mut self,
        endpoint: &Endpoint<P>,
        staging: &Staging,
        place: Place,
        at: usize,
        len: usize,
    ) -> Result<(), Error> {
        if place.rank == endpoint.rank() {
            endpoint.read_own(place, &mut self.bytes[at..at + len]);
            return Ok(());
        }
        let thread = &self.thread;
        let remote = thread.remote(endpoint, place)?;
        let Some((own, account)) = &self.own else {
            let slot = thread.take_slot_alone(endpoint, staging)?;
            let request = WorkRequest::read(staging.slot(slot, len)?, remote);
            thread.post_slot(endpoint, staging, place.rank, slot, request, false)?;
            self.flights.push_back(Flight { slot, at, len });
            return Ok(());
        };
        let request = WorkRequest::read(own.slice(at..at + len)?, remote).signaled();
        let token = Thread::<P>::account_token(*account);
        thread.post(endpoint, place.rank, &[request.token(token)])?;
        thread.with_account(*account, |account| account.outstanding += 1);
        self.flights.push_back(Flight { slot: 0, at, len });
        Ok(())
    }

    /// Waits for all of it.
    pub(crate) fn wait(mut self, endpoint: &Endpoint<P>) -> Result<Vec<u8>, Error> {
        let thread = Rc::clone(&self.thread);
        let mut bytes = std::mem::take(&mut self.bytes);
        if let Some((own, account)) = &self.own {
            let over = || thread.with_account(*account, |account| account.outstanding == 0);
            thread.progress_until(endpoint, over)?;
            if let Some(error) = thread.with_account(*account, |account| account.error) {
                return Err(endpoint.work_failed(error));
            }
            for flight in self.flights.drain(..) {
                own.memory().read(flight.at, &mut bytes[flight.at..flight.at + flight.len]);
            }
            return Ok(bytes);
        }
        if self.flights.is_empty() {
            return Ok(bytes);
        }
        let staging = thread.staging(endpoint)?;
        let mut outcome = Ok(());
        while let Some(flight) = self.flights.pop_front() {
            let collected = thread.collect(endpoint, staging, flight, &mut |flight: Flight| {
                let into = &mut bytes[flight.at..flight.at + flight.len];
                staging.memory().read(Staging::slot_at(flight.slot), into);
            });
            outcome = outcome.and(collected?);
        }
        outcome.map(|()| bytes).map_err(|error| endpoint.work_failed(error))
    }
}

impl<P: Primitives> Drop for PendingRead<P> {
    fn drop(&mut self) {
        if let Some((own, account)) = self.own.take() {
            // Ending the registration under the NIC's feet would fail the queue pair.
            self.thread.close_account(account, Some(own));
            return;
        }
        if let Some(staging) = self.thread.staging.get() {
            for flight in &self.flights {
                staging.release(flight.slot);
            }
        }
    }
}
