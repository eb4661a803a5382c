//! How work is known to be complete, and how all of it comes to an end.
//!
//! Each request carries a token: the number of its staging slot, or one of the constants below.
//! [`Thread::progress`] takes completions and notes them where the token says. Blocking operations
//! post, then make progress until their own note is there; what completes meanwhile for others
//! (earlier non-blocking work) is noted for them, never lost.

use std::time::Duration;

use verbs_shim::{Completion, Region, RemoteAddr, Rkey, Status, WorkError, WorkRequest};

use super::Endpoint;
use super::connections::Connection;
use super::staging::SLOTS;
use super::thread::Thread;
use crate::cluster::Rank;
use crate::error::Error;
use crate::primitives::Primitives;

/// How long a thread that ends waits for the last of its work.
const LAST_WORK: Duration = Duration::from_secs(5);

/// Tokens below are staging slots.
const FIRST_CONSTANT: u64 = SLOTS as u64;

/// A request of a batch that is not its last; only its failure matters.
pub(super) const IN_BATCH: u64 = FIRST_CONSTANT;

/// The last request of a batch that somebody waits for.
pub(super) const END_OF_BATCH: u64 = FIRST_CONSTANT + 1;

/// Non-blocking work without a slot: a failure is told by the next `quiet`, or the next use of the home.
pub(super) const LATER: u64 = FIRST_CONSTANT + 2;

/// From here on, tokens are accounts of long reads.
const FIRST_ACCOUNT: u64 = FIRST_CONSTANT + 3;

/// What is known of a long read that has memory of its own.
#[derive(Default)]
pub(super) struct Account {
    pub(super) outstanding: u32,
    pub(super) error: Option<WorkError>,
    /// The memory, once nobody waits for the read any more; kept until it is over.
    pub(super) orphan: Option<Region>,
    taken: bool,
}

impl<P: Primitives> Thread<P> {
    /// The first failure of work that nobody waited for, at one home or at any. Each is told once;
    /// told for any, all are.
    pub(super) fn take_untold(&self, rank: Option<u32>) -> Option<WorkError> {
        let mut untold = self.untold.borrow_mut();
        let told = match rank {
            None => untold.drain(..).next()?,
            Some(rank) => {
                let at = untold.iter().position(|error| error.peer == rank)?;
                untold.remove(at)
            }
        };
        let is_told = |peer| rank.is_none_or(|rank| rank == peer);
        let mut paid = false;
        self.connections.borrow_mut().for_each(|peer, open| {
            paid |= open.owes && is_told(peer);
            open.owes &= !is_told(peer);
        });
        if paid {
            self.open_windows();
        }
        Some(told)
    }

    /// Whether work that nobody waited for has failed at this home, and has not been told.
    pub(super) fn has_untold(&self, rank: u32) -> bool {
        self.untold.borrow().iter().any(|error| error.peer == rank)
    }

    /// Whether a request of the batches that the present operation waits for has failed.
    pub(super) fn has_batch_error(&self) -> bool {
        self.batch_error.get().is_some()
    }

    /// Fails if work that nobody waits for has failed.
    pub(super) fn tell(&self, endpoint: &Endpoint<P>) -> Result<(), Error> {
        match self.take_untold(None) {
            None => Ok(()),
            Some(error) => Err(endpoint.work_failed(error)),
        }
    }

    /// Notes what has completed. Does not wait.
    #[inline]
    pub(crate) fn progress(&self) -> Result<(), Error> {
        while let Some(completion) = self.queue.poll()? {
            self.note(completion);
        }
        Ok(())
    }

    #[inline]
    fn note(&self, completion: Completion) {
        let Completion { token, result, .. } = completion;
        match token {
            END_OF_BATCH => {
                self.batches.set(self.batches.get() - 1);
                self.note_batch_error(result);
            }
            IN_BATCH => self.note_batch_error(result),
            slot if slot < FIRST_CONSTANT => {
                let unheard =
                    self.staging.get().and_then(|staging| staging.complete(slot as usize, result));
                self.note_untold(unheard);
            }
            LATER => self.note_untold(result.err()),
            account => self.note_account((account - FIRST_ACCOUNT) as usize, result.err()),
        }
    }

    fn note_batch_error(&self, result: Result<(), WorkError>) {
        // Flushed work only follows what really failed.
        if let Err(error) = result
            && self.batch_error.get().is_none_or(|first| first.status == Status::Flushed)
        {
            self.batch_error.set(Some(error));
        }
    }

    fn note_untold(&self, error: Option<WorkError>) {
        let Some(error) = error else { return };
        let mut untold = self.untold.borrow_mut();
        if untold.iter().all(|known| known.peer != error.peer) {
            untold.push(error);
        }
    }

    fn note_account(&self, number: usize, error: Option<WorkError>) {
        let mut accounts = self.accounts.borrow_mut();
        let account = &mut accounts[number];
        account.outstanding -= 1;
        account.error = account.error.or(error);
        if account.outstanding == 0 && account.orphan.is_some() {
            *account = Account::default();
        }
    }

    /// Opens an account for a long read.
    pub(super) fn open_account(&self) -> usize {
        let mut accounts = self.accounts.borrow_mut();
        let number = accounts.iter().position(|account| !account.taken).unwrap_or_else(|| {
            accounts.push(Account::default());
            accounts.len() - 1
        });
        accounts[number].taken = true;
        number
    }

    /// The token for the requests of an account, each of which has to be signaled.
    pub(super) fn account_token(number: usize) -> u64 {
        FIRST_ACCOUNT + number as u64
    }

    pub(super) fn with_account<R>(&self, number: usize, f: impl FnOnce(&mut Account) -> R) -> R {
        f(&mut self.accounts.borrow_mut()[number])
    }

    /// Closes an account that is over, or leaves `memory` to it until it is.
    pub(super) fn close_account(&self, number: usize, memory: Option<Region>) {
        let mut accounts = self.accounts.borrow_mut();
        let account = &mut accounts[number];
        if account.outstanding > 0 {
            account.orphan = memory;
        } else {
            *account = Account::default();
        }
    }

    /// Makes progress until `done`. When a node dies meanwhile, the pair to it is failed, so that its
    /// work ends now and not when the NIC gives up.
    pub(super) fn progress_until(
        &self,
        endpoint: &Endpoint<P>,
        mut done: impl FnMut() -> bool,
    ) -> Result<(), Error> {
        let mut attempt = 0u32;
        loop {
            // Looks no further than it has to: what is behind the answer that is waited for can wait.
            while let Some(completion) = self.queue.poll()? {
                self.note(completion);
                if done() {
                    return Ok(());
                }
            }
            if done() {
                return Ok(());
            }
            if attempt % 1024 == 1023 {
                self.end_failed_pairs(endpoint)?;
            }
            // A NIC needs no processor of ours, so it is worth spinning for longer than for a peer.
            P::relax(attempt / 2);
            attempt = attempt.saturating_add(1);
        }
    }

    /// Fails the pairs of dead nodes, and sees to it that all work of failed pairs ends, also
    /// unsignaled work that took effect silently.
    pub(super) fn end_failed_pairs(&self, endpoint: &Endpoint<P>) -> Result<(), Error> {
        let trouble = endpoint.health().check().is_err();
        let resigned = endpoint.has_given_up();
        self.connections.borrow_mut().try_for_each(|rank, Connection { pair, .. }| {
            let is_over = pair.error().is_some()
                || resigned
                || trouble && endpoint.health().is_dead(Rank(rank));
            if is_over && pair.outstanding() > 0 { pair.fail() } else { Ok(()) }
        })?;
        Ok(())
    }

    /// Waits for the batches posted with [`END_OF_BATCH`].
    pub(super) fn finish_batches(&self, endpoint: &Endpoint<P>) -> Result<(), Error> {
        self.progress_until(endpoint, || self.batches.get() == 0)?;
        match self.batch_error.take() {
            None => Ok(()),
            Some(error) => Err(endpoint.work_failed(error)),
        }
    }

    /// Whether there is nothing that [`Thread::quiet`] would have to wait for, tell or fence.
    pub(super) fn has_nothing_to_end(&self) -> bool {
        self.untold.borrow().is_empty()
            && !self.has_unfenced()
            && self
                .connections
                .borrow()
                .iter()
                .all(|(_, open)| open.pair.outstanding() == 0 && open.is_good())
    }

    /// See [`Endpoint::quiet`]. Where the last work is unsignaled, an empty WRITE behind it vouches for
    /// all of it.
    pub(super) fn quiet(&self, endpoint: &Endpoint<P>) -> Result<(), Error> {
        self.progress()?;
        while !self.post_end_markers()? {
            self.progress_until(endpoint, || self.has_room_for_markers())?;
        }
        self.progress_until(endpoint, || self.is_idle())?;
        // Whether it was told or not: nothing of it is to take effect after this.
        let fenced = self.fence_failed(endpoint);
        self.tell(endpoint).and(fenced)
    }

    /// Sees to it that all work that is outstanding will be told of. False if a pair is full: it has
    /// signaled work outstanding (at most half of it is not), so there will be room, and then again.
    fn post_end_markers(&self) -> Result<bool, Error> {
        let mut all = true;
        self.connections.borrow_mut().try_for_each(|_, Connection { pair, .. }| {
            if !pair.is_silent() || pair.error().is_some() {
                return Ok(());
            }
            if pair.room() == 0 {
                all = false;
                return Ok(());
            }
            let nowhere = RemoteAddr { addr: 0, rkey: Rkey(0) };
            pair.post(&[WorkRequest::write_inline(&[], nowhere).token(LATER).signaled()])
        })?;
        Ok(all)
    }

    /// Whether no pair that needs an end marker is full.
    fn has_room_for_markers(&self) -> bool {
        self.connections.borrow().iter().all(|(_, Connection { pair, .. })| {
            !pair.is_silent() || pair.error().is_some() || pair.room() > 0
        })
    }

    pub(super) fn is_idle(&self) -> bool {
        self.connections.borrow().iter().all(|(_, open)| open.pair.outstanding() == 0)
    }

    /// What a thread that ends does, as far as that takes no longer than [`LAST_WORK`].
    pub(super) fn finish_last_work(&self) {
        let limit = P::now() + LAST_WORK;
        let mut attempt = 0;
        let mut outcome = self.post_end_markers();
        while outcome.is_ok() && !self.is_idle() && P::now() < limit {
            // Once more, because a pair may have been full.
            outcome = self.progress().and_then(|()| self.post_end_markers());
            P::relax(attempt);
            attempt = attempt.saturating_add(1);
        }
        if let Err(error) = outcome {
            log::error!("the last work of a thread that ended: {error}");
        }
        for error in self.untold.take() {
            log::error!("work of a thread that ended, which nobody waited for: {error}");
        }
    }
}
