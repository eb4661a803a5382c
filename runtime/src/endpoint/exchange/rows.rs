//! Rows: READs of several homes, all in flight at once.

use arrayvec::ArrayVec;
use verbs_shim::{PostError, WorkError, WorkRequest};

use super::ExchangeError;
use crate::endpoint::progress::{END_OF_BATCH, IN_BATCH};
use crate::endpoint::staging::{BATCH, CELL, SLOT, SLOTS, Staging};
use crate::endpoint::thread::Thread;
use crate::endpoint::{Endpoint, Place};
use crate::error::Error;
use crate::primitives::Primitives;

/// Bytes to be read, and where they go.
pub(crate) type Row<'a> = (Place, &'a mut [u8]);

/// A part of a row, and where in staging memory it arrives.
#[derive(Clone, Copy)]
struct Piece {
    row: usize,
    at: usize,
    len: usize,
    local: usize,
}

/// As many pieces as staging memory holds.
#[derive(Default)]
struct Wave {
    pieces: ArrayVec<Piece, { BATCH + SLOTS }>,
    cells: usize,
    slots: ArrayVec<usize, SLOTS>,
    /// What is taken of the last slot.
    used: usize,
}

impl<P: Primitives> Endpoint<P> {
    /// Reads rows of any length at any homes: one batch for each home, all of them in flight at once, as far as staging
    /// memory holds them. Allocates nothing, once the thread has its queue pairs.
    ///
    /// # Errors
    /// [`ExchangeError`], of the first home that failed; then all rows are of whatever content. Failures of the thread's
    /// earlier non-blocking work are not among them.
    pub(crate) fn read_rows(&self, rows: &mut [Row<'_>]) -> Result<(), ExchangeError> {
        self.check_membership()?;
        if let Some(died) = rows.iter().find_map(|(from, _)| self.death_of(from.rank)) {
            return Err(died.into());
        }
        self.with(|thread| Ok(thread.read_rows(self, rows)))?
    }
}

impl<P: Primitives> Thread<P> {
    fn read_rows(&self, endpoint: &Endpoint<P>, rows: &mut [Row<'_>]) -> Result<(), ExchangeError> {
        if self.in_place {
            return rows
                .iter_mut()
                .try_for_each(|(from, into)| endpoint.read_exchange(*from, into));
        }
        let staging = self.staging(endpoint)?;
        // Where the next piece begins.
        let (mut row, mut at) = (0, 0);
        while row < rows.len() {
            let mut wave = Wave::default();
            while let Some((from, into)) = rows.get_mut(row) {
                if from.rank == endpoint.rank() {
                    endpoint.read_own(*from, into);
                } else if at < into.len() {
                    let len = SLOT.min(into.len() - at);
                    let Some(local) = wave.find_room(staging, len) else { break };
                    wave.pieces.push(Piece { row, at, len, local });
                    at += len;
                    if at < into.len() {
                        continue;
                    }
                }
                (row, at) = (row + 1, 0);
            }
            if wave.pieces.is_empty() && row < rows.len() {
                self.wait_for_slot(endpoint, staging)?;
                continue;
            }
            self.read_wave(endpoint, staging, &wave, rows)?;
        }
        Ok(())
    }

    /// Reads the pieces of a wave, and gives its slots back.
    fn read_wave(
        &self,
        endpoint: &Endpoint<P>,
        staging: &Staging,
        wave: &Wave,
        rows: &mut [Row<'_>],
    ) -> Result<(), ExchangeError> {
        let posted = self.post_wave(endpoint, staging, wave, rows);
        // Also after an error: what was posted must be over before the memory is used again.
        let ended = self.progress_until(endpoint, || self.batches.get() == 0);
        let failed = self.batch_error.take();
        // If the device could not even tell, its NIC may still touch the slots, and they are lost with it.
        ended?;
        for Piece { row, at, len, local } in &wave.pieces {
            staging.memory().read(*local, &mut rows[*row].1[*at..][..*len]);
        }
        for slot in &wave.slots {
            staging.release(*slot);
        }
        posted?;
        failed.map_or(Ok(()), |error| Err(self.rows_failed(endpoint, error)))
    }

    /// A READ may be repeated at once, so the pair is left to its next use to be replaced.
    fn rows_failed(&self, endpoint: &Endpoint<P>, error: WorkError) -> ExchangeError {
        let gone = endpoint.check_membership().err().or_else(|| endpoint.death_of(error.peer));
        gone.map_or(ExchangeError::Lost(error), ExchangeError::Fatal)
    }

    /// Posts the pieces, home by home.
    fn post_wave(
        &self,
        endpoint: &Endpoint<P>,
        staging: &Staging,
        wave: &Wave,
        rows: &[Row<'_>],
    ) -> Result<(), ExchangeError> {
        let mut is_posted = [false; BATCH + SLOTS];
        for first in 0..wave.pieces.len() {
            if is_posted[first] {
                continue;
            }
            let rank = rows[wave.pieces[first].row].0.rank;
            let arena = self.ensure_pair(endpoint, rank)?;
            let mut batch = ArrayVec::<WorkRequest<'_>, BATCH>::new();
            for (piece, is_posted) in wave.pieces.iter().zip(&mut is_posted).skip(first) {
                let from = rows[piece.row].0;
                if *is_posted || from.rank != rank || batch.len() == self.longest_batch() {
                    continue;
                }
                let local = staging.at(piece.local, piece.len).map_err(Error::from)?;
                let remote = arena.plus(from.offset + piece.at as u64);
                batch.push(WorkRequest::read(local, remote).token(IN_BATCH));
                *is_posted = true;
            }
            self.post_rows(endpoint, rank, &mut batch)?;
        }
        Ok(())
    }

    fn post_rows(
        &self,
        endpoint: &Endpoint<P>,
        rank: u32,
        batch: &mut ArrayVec<WorkRequest<'_>, BATCH>,
    ) -> Result<(), ExchangeError> {
        if let Some(last) = batch.last_mut() {
            *last = last.token(END_OF_BATCH).signaled();
        }
        let mut attempt = 0u32;
        loop {
            match self.with_connection(rank, |pair| pair.post(batch)) {
                Ok(()) => break,
                Err(PostError::Full { .. }) => self.progress()?,
                Err(PostError::InError { .. }) => {
                    self.ensure_pair(endpoint, rank)?;
                }
                Err(error) => return Err(Error::from(error).into()),
            }
            if attempt % 1024 == 1023 {
                self.end_failed_pairs(endpoint)?;
            }
            P::relax(attempt / 2);
            attempt = attempt.saturating_add(1);
        }
        self.batches.set(self.batches.get() + 1);
        Ok(())
    }
}

impl Wave {
    /// Room for so many bytes in staging memory, if there is any.
    fn find_room(&mut self, staging: &Staging, len: usize) -> Option<usize> {
        if self.pieces.is_full() {
            return None;
        }
        if len <= CELL && self.cells < BATCH {
            self.cells += 1;
            return Some(Staging::cell_at(self.cells - 1));
        }
        if self.slots.is_empty() || self.used + len > SLOT {
            self.slots.push(staging.take()?);
            self.used = 0;
        }
        let at = self.slots.last().map(|slot| Staging::slot_at(*slot) + self.used);
        self.used += len.next_multiple_of(8);
        at
    }
}
