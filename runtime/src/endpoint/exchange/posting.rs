//! [`Posting`]: an exchange as work requests, through staging memory.

use arrayvec::ArrayVec;
use verbs_shim::{PostError, RemoteAddr, WorkRequest};

use super::{ExchangeError, Step};
use crate::endpoint::Endpoint;
use crate::endpoint::progress::{END_OF_BATCH, IN_BATCH};
use crate::endpoint::staging::{BATCH, CELL, SLOT, SLOTS, Staging};
use crate::endpoint::thread::Thread;
use crate::error::Error;
use crate::primitives::Primitives;

/// A piece of a step that passes through a slot.
struct Flight {
    slot: usize,
    step: usize,
    at: usize,
    len: usize,
}

/// An exchange on its way through a queue pair.
///
/// Each step has a cell, and what does not fit in there has slots. As long as there are slots, nothing but the
/// last request is signaled and waited for; when there are none, what has been posted is.
pub(super) struct Posting<'t, P: Primitives> {
    thread: &'t Thread<P>,
    endpoint: &'t Endpoint<P>,
    staging: &'t Staging,
    rank: u32,
    arena: RemoteAddr,
    /// The cell of the first step; each has one.
    first_cell: usize,
    /// To be posted next. Never empty while slots are held.
    batch: ArrayVec<WorkRequest<'t>, BATCH>,
    /// The slots that are held, also those of requests that have been posted.
    slots: ArrayVec<Flight, SLOTS>,
    has_posted: bool,
}

impl<'t, P: Primitives> Posting<'t, P> {
    pub(super) fn new(
        thread: &'t Thread<P>,
        endpoint: &'t Endpoint<P>,
        staging: &'t Staging,
        rank: u32,
        arena: RemoteAddr,
        first_cell: usize,
    ) -> Posting<'t, P> {
        Posting {
            thread,
            endpoint,
            staging,
            rank,
            arena,
            first_cell,
            batch: ArrayVec::new(),
            slots: ArrayVec::new(),
            has_posted: false,
        }
    }

    /// Executes the steps.
    pub(super) fn run<'a: 't>(
        &mut self,
        steps: &mut [Step<'a>],
        answers: &mut [u64],
    ) -> Result<(), ExchangeError> {
        let posted = (0..steps.len()).try_for_each(|number| self.add(number, steps));
        let finished = posted.and_then(|()| self.finish(steps));
        finished.inspect_err(|_| self.release_slots())?;
        self.answer(steps, answers);
        Ok(())
    }

    /// Posts all steps, of which the last is waited for by whoever has called this. There must be free slots for them.
    pub(super) fn begin<'a: 't>(&mut self, steps: &mut [Step<'a>]) -> Result<(), ExchangeError> {
        let posted = (0..steps.len()).try_for_each(|number| self.add(number, steps));
        posted.and_then(|()| self.post_last()).inspect_err(|_| self.release_slots())
    }

    /// What was begun is over; `is_done` says whether all of it was executed.
    pub(super) fn end(&mut self, steps: &mut [Step<'_>], answers: &mut [u64], is_done: bool) {
        if is_done {
            self.deliver(steps);
            self.answer(steps, answers);
        } else {
            self.release_slots();
        }
    }

    /// Hands over what has come into cells.
    fn answer(&self, steps: &mut [Step<'_>], answers: &mut [u64]) {
        for (cell, (step, answer)) in (self.first_cell..).zip(steps.iter_mut().zip(answers)) {
            let cell = Staging::cell_at(cell);
            match step {
                Step::Read { into, .. } if into.len() <= CELL => {
                    self.staging.memory().read(cell, into);
                }
                Step::Read { .. } | Step::Write { .. } => {}
                Step::CompareSwap { .. } | Step::FetchAdd { .. } => {
                    let mut before = [0; 8];
                    self.staging.memory().read(cell, &mut before);
                    *answer = u64::from_ne_bytes(before);
                }
            }
        }
    }

    fn add<'a: 't>(&mut self, number: usize, steps: &mut [Step<'a>]) -> Result<(), ExchangeError> {
        let (staging, arena) = (self.staging, self.arena);
        let number_of_cell = self.first_cell + number;
        let cell = |len| staging.cell(number_of_cell, len).map_err(Error::from);
        let request = match steps[number] {
            Step::Read { at, ref into } if into.len() <= CELL => {
                WorkRequest::read(cell(into.len())?, arena.plus(at))
            }
            Step::Write { at, from } if from.len() <= self.endpoint.inline() => {
                WorkRequest::write_inline(from, arena.plus(at))
            }
            Step::Write { at, from } if from.len() <= CELL => {
                staging.memory().write(Staging::cell_at(number_of_cell), from);
                WorkRequest::write(cell(from.len())?, arena.plus(at))
            }
            Step::Read { ref into, .. } => return self.add_pieces(number, into.len(), steps),
            Step::Write { from, .. } => return self.add_pieces(number, from.len(), steps),
            Step::CompareSwap { at, expected, new } => {
                WorkRequest::compare_swap(expected, new, cell(8)?, arena.plus(at))
            }
            Step::FetchAdd { at, add } => WorkRequest::fetch_add(add, cell(8)?, arena.plus(at)),
        };
        self.push(request)
    }

    /// Adds a step whose data are longer than a cell, piece by piece.
    fn add_pieces(
        &mut self,
        number: usize,
        bytes: usize,
        steps: &mut [Step<'_>],
    ) -> Result<(), ExchangeError> {
        for at in (0..bytes).step_by(SLOT) {
            let len = SLOT.min(bytes - at);
            let slot = self.take_slot(steps)?;
            self.slots.push(Flight { slot, step: number, at, len });
            let local = self.staging.slot(slot, len).map_err(Error::from)?;
            let request = match &steps[number] {
                Step::Write { at: start, from } => {
                    self.staging.memory().write(Staging::slot_at(slot), &from[at..at + len]);
                    WorkRequest::write(local, self.arena.plus(start + at as u64))
                }
                Step::Read { at: start, .. }
                | Step::CompareSwap { at: start, .. }
                | Step::FetchAdd { at: start, .. } => {
                    WorkRequest::read(local, self.arena.plus(start + at as u64))
                }
            };
            self.push(request)?;
        }
        Ok(())
    }

    fn push(&mut self, request: WorkRequest<'t>) -> Result<(), ExchangeError> {
        if self.batch.len() == self.thread.longest_batch() {
            self.post()?;
        }
        self.batch.push(request.token(IN_BATCH));
        Ok(())
    }

    /// Takes a free slot: by waiting for this exchange's own, else for those of non-blocking work.
    fn take_slot(&mut self, steps: &mut [Step<'_>]) -> Result<usize, ExchangeError> {
        loop {
            if let Some(slot) = self.staging.take() {
                return Ok(slot);
            }
            if self.slots.is_empty() {
                self.thread.wait_for_slot(self.endpoint, self.staging)?;
            } else {
                self.finish(steps)?;
            }
        }
    }

    /// Posts the batch. It goes to the pair that the batches before went to, or not at all.
    fn post(&mut self) -> Result<(), ExchangeError> {
        let mut attempt = 0u32;
        loop {
            let posted = self.thread.with_connection(self.rank, |pair| pair.post(&self.batch));
            match posted {
                Ok(()) => break,
                Err(PostError::Full { .. }) => self.thread.progress()?,
                Err(PostError::InError { .. }) if self.has_posted => return Err(self.lose()),
                // Nothing of this exchange has been posted there.
                Err(PostError::InError { .. }) => {
                    self.thread.ensure_pair(self.endpoint, self.rank)?;
                }
                Err(error) => return Err(self.abort(error.into())),
            }
            if attempt % 1024 == 1023 {
                self.thread.end_failed_pairs(self.endpoint)?;
            }
            P::relax(attempt / 2);
            attempt = attempt.saturating_add(1);
        }
        self.has_posted = true;
        self.batch.clear();
        Ok(())
    }

    /// Posts what is left, waits for all of it, and delivers what came through slots.
    fn finish(&mut self, steps: &mut [Step<'_>]) -> Result<(), ExchangeError> {
        if self.batch.is_empty() {
            return Ok(());
        }
        self.post_last()?;
        self.thread.progress_until(self.endpoint, || self.thread.batches.get() == 0)?;
        if self.thread.has_batch_error() {
            return Err(self.lose());
        }
        self.deliver(steps);
        Ok(())
    }

    /// Posts what is left, and says that its end is waited for.
    fn post_last(&mut self) -> Result<(), ExchangeError> {
        let Some(last) = self.batch.last_mut() else { return Ok(()) };
        *last = last.token(END_OF_BATCH).signaled();
        self.post()?;
        let batches = &self.thread.batches;
        batches.set(batches.get() + 1);
        Ok(())
    }

    /// Hands over what has come through slots, and gives them back.
    fn deliver(&mut self, steps: &mut [Step<'_>]) {
        for Flight { slot, step, at, len } in self.slots.drain(..) {
            if let Step::Read { into, .. } = &mut steps[step] {
                self.staging.memory().read(Staging::slot_at(slot), &mut into[at..at + len]);
            }
            self.staging.release(slot);
        }
    }

    fn lose(&self) -> ExchangeError {
        self.thread.lose(self.endpoint, self.rank, None)
    }

    /// After a request that can never be executed: what was posted before it must not stay in flight.
    fn abort(&self, error: Error) -> ExchangeError {
        let ended = self.thread.drain(self.rank);
        self.thread.batch_error.take();
        ended.err().unwrap_or(error).into()
    }

    /// Gives slots back after an error. If the device could not even end the pair, its NIC may still touch them,
    /// and they are lost with it.
    fn release_slots(&mut self) {
        if !self.has_posted || !self.thread.has_work_at(self.rank) {
            for flight in self.slots.drain(..) {
                self.staging.release(flight.slot);
            }
        }
    }
}
