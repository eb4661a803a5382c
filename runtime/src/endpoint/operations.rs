//! What a thread does at a home, one operation at a time: read, write, atomic, and the signs of barriers
//! and collectives. In place where the provider executes so, else by work requests.

use verbs_shim::{Atomic, Executed, PostError, RemoteAddr, Status, WorkError, WorkRequest};

use super::progress::{END_OF_BATCH, LATER};
use super::staging::{CELL, Staging};
use super::thread::Thread;
use super::{Endpoint, Place};
use crate::error::Error;
use crate::primitives::Primitives;

impl<P: Primitives> Thread<P> {
    /// Copies bytes from an arena: at once where the provider does so, else by READs through
    /// staging memory.
    #[inline]
    pub(super) fn read(
        &self,
        endpoint: &Endpoint<P>,
        from: Place,
        into: &mut [u8],
    ) -> Result<(), Error> {
        if !self.in_place {
            return self.read_staged(endpoint, from, into);
        }
        let done =
            self.with_pair(endpoint, from, |pair, remote| pair.read_in_place(remote, into))?;
        match done {
            Some(Ok(())) => Ok(()),
            Some(Err(error)) => Err(endpoint.work_failed(error)),
            None => self.read_staged(endpoint, from, into),
        }
    }

    /// Executes one request through a pair that is open and has nothing else to do: the shortest way for what is
    /// posted, which is why it is made into one function with what calls it. `Refused` where there is more to it
    /// than that; after `Posted` comes [`Thread::end_of_batch`].
    #[inline(always)]
    fn execute_alone<'a>(
        &self,
        endpoint: &Endpoint<P>,
        place: Place,
        request: impl FnOnce(RemoteAddr) -> WorkRequest<'a>,
    ) -> Executed {
        if endpoint.has_given_up() {
            return Executed::Refused;
        }
        match self.connections.borrow_mut().get_mut(place.rank) {
            Some(open) if !open.owes => {
                let request = request(open.arena.plus(place.offset));
                open.pair.execute(request.token(END_OF_BATCH))
            }
            _ => Executed::Refused,
        }
    }

    /// READs a few bytes as [`Thread::execute_alone`] executes. After `Posted` comes
    /// [`Thread::end_of_read`].
    #[inline]
    pub(super) fn read_alone(
        &self,
        endpoint: &Endpoint<P>,
        from: Place,
        into: &mut [u8],
    ) -> Executed {
        let Some(staging) = self.staging.get() else { return Executed::Refused };
        if into.len() > CELL {
            return Executed::Refused;
        }
        let Ok(cell) = staging.cell(0, into.len()) else { return Executed::Refused };
        let executed = self.execute_alone(endpoint, from, |remote| WorkRequest::read(cell, remote));
        if executed == Executed::Done {
            staging.memory().read(Staging::cell_at(0), into);
        }
        executed
    }

    /// Waits for a READ that [`Thread::read_alone`] has posted.
    #[cold]
    pub(super) fn end_of_read(
        &self,
        endpoint: &Endpoint<P>,
        into: &mut [u8],
    ) -> Result<Result<(), WorkError>, Error> {
        let ended = self.end_of_batch(endpoint)?;
        if let (Ok(()), Some(staging)) = (&ended, self.staging.get()) {
            staging.memory().read(Staging::cell_at(0), into);
        }
        Ok(ended)
    }

    /// Waits for a batch that has been posted.
    #[inline]
    fn end_of_batch(&self, endpoint: &Endpoint<P>) -> Result<Result<(), WorkError>, Error> {
        self.batches.set(self.batches.get() + 1);
        self.progress_until(endpoint, || self.batches.get() == 0)?;
        Ok(self.batch_error.take().map_or(Ok(()), Err))
    }

    fn read_staged(
        &self,
        endpoint: &Endpoint<P>,
        from: Place,
        into: &mut [u8],
    ) -> Result<(), Error> {
        if into.len() > CELL {
            return self.read_pieces(endpoint, std::iter::once((from, into.len())), into);
        }
        let staging = self.staging(endpoint)?;
        let cell = staging.cell(0, into.len())?;
        let ended = self.execute(endpoint, from, |remote| WorkRequest::read(cell, remote))?;
        ended.map_err(|error| endpoint.work_failed(error))?;
        staging.memory().read(Staging::cell_at(0), into);
        Ok(())
    }

    /// Posts one request and waits for its end.
    #[inline]
    fn execute<'a>(
        &self,
        endpoint: &Endpoint<P>,
        place: Place,
        request: impl Fn(RemoteAddr) -> WorkRequest<'a>,
    ) -> Result<Result<(), WorkError>, Error> {
        match self.execute_alone(endpoint, place, &request) {
            Executed::Done => return Ok(Ok(())),
            Executed::Posted => return self.end_of_batch(endpoint),
            Executed::Refused => {}
        }
        let request = |remote| [request(remote).token(END_OF_BATCH).signaled()];
        match self.with_pair(endpoint, place, |pair, remote| pair.post(&request(remote)))? {
            Ok(()) => {}
            Err(PostError::Full { .. }) => {
                let remote = self.remote(endpoint, place)?;
                self.post(endpoint, place.rank, &request(remote))?;
            }
            Err(error) => return Err(error.into()),
        }
        self.end_of_batch(endpoint)
    }

    /// Copies bytes to an arena and waits until they are there.
    #[inline]
    pub(super) fn write(
        &self,
        endpoint: &Endpoint<P>,
        to: Place,
        from: &[u8],
    ) -> Result<(), Error> {
        let done =
            self.with_pair(endpoint, to, |pair, remote| pair.write_in_place(from, remote))?;
        match done {
            Some(Ok(())) => Ok(()),
            Some(Err(error)) => Err(endpoint.work_failed(error)),
            None if from.len() <= endpoint.inline() => {
                let ended =
                    self.execute(endpoint, to, |remote| WorkRequest::write_inline(from, remote))?;
                ended.map_err(|error| endpoint.work_failed(error))
            }
            None => self.write_pieces(endpoint, std::iter::once((to, from.len())), from),
        }
    }

    /// Begins to copy bytes to an arena.
    pub(super) fn write_later(
        &self,
        endpoint: &Endpoint<P>,
        to: Place,
        from: &[u8],
    ) -> Result<(), Error> {
        let done =
            self.with_pair(endpoint, to, |pair, remote| pair.write_in_place(from, remote))?;
        match done {
            Some(Ok(())) => Ok(()),
            Some(Err(error)) => Err(endpoint.work_failed(error)),
            None if from.len() <= endpoint.inline() => {
                let remote = self.remote(endpoint, to)?;
                let request = WorkRequest::write_inline(from, remote).token(LATER);
                self.post(endpoint, to.rank, &[request])
            }
            None => self.write_pieces_later(endpoint, to, from),
        }
    }

    /// Executes an atomic and waits for its result.
    #[inline]
    pub(super) fn atomic(
        &self,
        endpoint: &Endpoint<P>,
        at: Place,
        atomic: Atomic,
    ) -> Result<u64, Error> {
        let done =
            self.with_pair(endpoint, at, |pair, remote| pair.atomic_in_place(atomic, remote))?;
        match done {
            Some(Ok(before)) => Ok(before),
            Some(Err(error)) => Err(endpoint.work_failed(error)),
            None => self.atomic_posted(endpoint, at, atomic),
        }
    }

    fn atomic_posted(
        &self,
        endpoint: &Endpoint<P>,
        at: Place,
        atomic: Atomic,
    ) -> Result<u64, Error> {
        let staging = self.staging(endpoint)?;
        let result = staging.cell(0, 8)?;
        let ended =
            self.execute(endpoint, at, |remote| WorkRequest::atomic(atomic, result, remote))?;
        ended.map_err(|error| indeterminate(endpoint.work_failed(error)))?;
        let mut before = [0; 8];
        staging.memory().read(Staging::cell_at(0), &mut before);
        Ok(u64::from_ne_bytes(before))
    }

    /// See [`Endpoint::notify`].
    pub(super) fn notify(
        &self,
        endpoint: &Endpoint<P>,
        payload: Option<(Place, &[u8])>,
        flag: (Place, &[u8]),
    ) -> Result<(), Error> {
        let (at, word) = flag;
        let (to, bytes) = payload.unwrap_or((at, &[]));
        debug_assert_eq!(to.rank, at.rank);
        let (to, at) = (self.remote(endpoint, to)?, self.remote(endpoint, at)?);
        // One batch in any case, so that the flag never arrives without its payload. The flag is
        // signaled, so that `quiet` afterwards only waits.
        if bytes.len().max(word.len()) <= endpoint.inline() {
            let data = WorkRequest::write_inline(bytes, to).token(LATER);
            let signal = WorkRequest::write_inline(word, at).token(LATER).signaled();
            let both = [data, signal];
            return self.post(endpoint, flag.0.rank, &both[usize::from(bytes.is_empty())..]);
        }
        let staging = self.staging(endpoint)?;
        let slot = self.take_slot_alone(endpoint, staging)?;
        let start = Staging::slot_at(slot);
        staging.memory().write(start, word);
        staging.memory().write(start + word.len(), bytes);
        let whole = staging.slot(slot, word.len() + bytes.len())?;
        let (front, back) = whole.split_at(word.len());
        let data = WorkRequest::write(back, to).token(LATER);
        let signal = WorkRequest::write(front, at).token(slot as u64).signaled();
        let posted = self.post(endpoint, flag.0.rank, &[data, signal]);
        match posted {
            Ok(()) => staging.posted(slot, true),
            Err(_) => staging.release(slot),
        }
        posted
    }
}

impl<P: Primitives> Endpoint<P> {
    /// The longest write that travels inside its request.
    #[inline]
    pub(super) fn inline(&self) -> usize {
        self.fabric.capabilities().max_inline
    }
}

/// The error of an atomic. Only a refusal of the responder says that it did not happen. Even a flushed request
/// may have been executed, with the answer lost when the pair failed.
pub(super) fn indeterminate(error: Error) -> Error {
    match error {
        Error::Work(error)
            if !matches!(error.status, Status::RemoteAccess | Status::RemoteInvalidRequest) =>
        {
            Error::Indeterminate(error)
        }
        error => error,
    }
}
