//! Exchanges: a few steps at one home as one batch, which is what the coherence protocol is made of.
//!
//! # Order
//!
//! Steps take effect in their order, because they are posted to one queue pair and that is never replaced
//! amid an exchange: a WRITE before a later atomic, an atomic before a later READ. Only the cache lines of
//! READs side by side, and those of one READ, are sampled in any order.
//!
//! At the node's own home READs and WRITEs are the CPU's, in the same order, and atomics go as everybody else's
//! do. Where the provider executes in place, each step is executed as it comes.
//!
//! # How an exchange ends
//!
//! ```text
//!             all steps executed ──────────────────────────────────────────────▶ Ok
//!  posted ──┤
//!             the pair failed ──▶ drained ──▶ fenced by the home ──────────────▶ Lost
//!                                    └──────▶ the home, or this node, is gone ─▶ Fatal
//! ```
//!
//! Failures of other work of this thread that the pair had in flight are noted for whoever waits for it; those of
//! work that nobody waits for stay untold, until `quiet` or the next operation of another kind at that home.

mod homes;
mod posting;
mod rows;

pub(crate) use homes::Part;
pub(crate) use rows::Row;

use std::ops::Range;

use verbs_shim::{Atomic, Executed, RemoteAddr, WorkError};

use super::staging::BATCH;
use super::thread::Thread;
use super::{Endpoint, Place};
use crate::cluster::Rank;
use crate::error::Error;
use crate::primitives::{Primitives, Trap, with_known_thread};
use posting::Posting;

/// One step of an exchange. Offsets are in the home's arena.
#[derive(Debug)]
pub(crate) enum Step<'a> {
    /// COMPARE_AND_SWAP; answered by the word before.
    CompareSwap { at: u64, expected: u64, new: u64 },
    /// FETCH_AND_ADD, wrapping; answered by the word before.
    FetchAdd { at: u64, add: u64 },
    /// READ; answered by 0.
    Read { at: u64, into: &'a mut [u8] },
    /// WRITE; answered by 0.
    Write { at: u64, from: &'a [u8] },
}

impl Step<'_> {
    /// How many bytes it reads or writes; 0 for atomics, which are no part of each other.
    pub(crate) fn len(&self) -> usize {
        match self {
            Step::Read { into, .. } => into.len(),
            Step::Write { from, .. } => from.len(),
            Step::CompareSwap { .. } | Step::FetchAdd { .. } => 0,
        }
    }

    /// A READ or WRITE of these bytes alone; of atomics all.
    pub(crate) fn part(&mut self, bytes: Range<usize>) -> Step<'_> {
        match *self {
            Step::Read { at, ref mut into } => {
                Step::Read { at: at + bytes.start as u64, into: &mut into[bytes] }
            }
            Step::Write { at, from } => {
                Step::Write { at: at + bytes.start as u64, from: &from[bytes] }
            }
            Step::CompareSwap { at, expected, new } => Step::CompareSwap { at, expected, new },
            Step::FetchAdd { at, add } => Step::FetchAdd { at, add },
        }
    }

    /// Where, and what, if it is an atomic.
    #[inline]
    fn atomic(&self) -> Option<(u64, Atomic)> {
        match *self {
            Step::CompareSwap { at, expected, new } => {
                Some((at, Atomic::CompareSwap { expected, new }))
            }
            Step::FetchAdd { at, add } => Some((at, Atomic::FetchAdd { add })),
            Step::Read { .. } | Step::Write { .. } => None,
        }
    }

    /// Executes it by the CPU of the home, if that may be: false for atomics.
    #[inline]
    fn execute_at_home<P: Primitives>(&mut self, endpoint: &Endpoint<P>) -> bool {
        let own = |offset| Place::new(endpoint.rank(), offset);
        match self {
            Step::Read { at, into } => endpoint.read_own(own(*at), into),
            Step::Write { at, from } => endpoint.write_own(own(*at), from),
            Step::CompareSwap { .. } | Step::FetchAdd { .. } => return false,
        }
        true
    }
}

/// Why an exchange was not answered.
#[derive(Debug)]
pub(crate) enum ExchangeError {
    /// The queue pair failed. Any prefix of the steps has been executed, the one that failed perhaps in part,
    /// and nothing of the rest will be: the home has put its end of the pair in error state.
    Lost(WorkError),
    /// There is no way to go on with this home: it is dead, or this node has left or lost the job, or the
    /// device failed.
    Fatal(Error),
}

impl From<Error> for ExchangeError {
    fn from(error: Error) -> Self {
        ExchangeError::Fatal(error)
    }
}

impl<P: Primitives> Endpoint<P> {
    /// Executes steps at one home, in order, posted as one batch with one doorbell, and waits for the answers:
    /// the word before for atomics, 0 otherwise. One round trip; more only for data that staging memory or
    /// the queue pair does not hold at once. At the node's own home one for each run of atomics, through the
    /// NIC. Allocates nothing, once the thread has its queue pair.
    ///
    /// # Errors
    /// [`ExchangeError`]. Failures of the thread's earlier non-blocking work are not among them.
    #[inline]
    pub(crate) fn exchange<const N: usize>(
        &self,
        rank: u32,
        mut steps: [Step<'_>; N],
    ) -> Result<[u64; N], ExchangeError> {
        const { assert!(N <= BATCH) };
        let (mut answers, mut executed) = ([0; N], 0);
        if self.is_member() && !self.health().is_dead(Rank(rank)) {
            with_known_thread(self, |thread| {
                if thread.in_place {
                    executed = thread.exchange_at_once(self, rank, &mut steps, &mut answers);
                }
                true
            });
        }
        if executed < N {
            self.exchange_rest(rank, &mut steps[executed..], &mut answers[executed..])?;
        }
        Ok(answers)
    }

    /// Executes any number of steps as [`Endpoint::exchange`] does, [`BATCH`] of them as one batch, each of which is
    /// waited for. There is an answer for each step.
    ///
    /// # Errors
    /// As there; of the batches before the one that was lost, all steps have been executed.
    pub(crate) fn exchange_slice(
        &self,
        rank: u32,
        steps: &mut [Step<'_>],
        answers: &mut [u64],
    ) -> Result<(), ExchangeError> {
        assert_eq!(steps.len(), answers.len(), "an answer for each step");
        answers.fill(0);
        for (steps, answers) in steps.chunks_mut(BATCH).zip(answers.chunks_mut(BATCH)) {
            self.exchange_rest(rank, steps, answers)?;
        }
        Ok(())
    }

    /// An exchange of one READ alone, as [`Endpoint::exchange`].
    ///
    /// # Errors
    /// As there.
    #[inline]
    pub(crate) fn read_exchange(&self, from: Place, into: &mut [u8]) -> Result<(), ExchangeError> {
        let mut executed = Executed::Refused;
        let is_reachable = self.is_member() && !self.health().is_dead(Rank(from.rank));
        let done = is_reachable
            && with_known_thread(self, |thread| {
                if thread.in_place {
                    return self.read_at_once(from, into);
                }
                executed = thread.read_alone(self, from, into);
                executed == Executed::Done
            });
        if done { Ok(()) } else { self.read_exchange_on(from, into, executed) }
    }

    #[inline(never)]
    fn read_exchange_on(
        &self,
        from: Place,
        into: &mut [u8],
        executed: Executed,
    ) -> Result<(), ExchangeError> {
        if executed != Executed::Posted {
            let steps = &mut [Step::Read { at: from.offset, into }];
            return self.exchange_rest(from.rank, steps, &mut [0]);
        }
        self.with(|thread| {
            Ok(match thread.end_of_read(self, into)? {
                Ok(()) => Ok(()),
                Err(cause) => Err(thread.lose(self, from.rank, Some(cause))),
            })
        })?
    }

    #[inline(never)]
    fn exchange_rest(
        &self,
        rank: u32,
        steps: &mut [Step<'_>],
        answers: &mut [u64],
    ) -> Result<(), ExchangeError> {
        self.check_membership()?;
        // What is left of the memory of a dead home is nobody's, even if it can be reached.
        if let Some(died) = self.death_of(rank) {
            return Err(died.into());
        }
        self.with(|thread| Ok(thread.exchange_steps(self, rank, steps, answers)))?
    }
}

impl<P: Primitives> Thread<P> {
    /// Executes steps in place, without opening anything, up to the first that cannot be. The answer is how
    /// many have been executed.
    #[inline]
    fn exchange_at_once(
        &self,
        endpoint: &Endpoint<P>,
        rank: u32,
        steps: &mut [Step<'_>],
        answers: &mut [u64],
    ) -> usize {
        let own = rank == endpoint.rank();
        let connections = self.connections.borrow();
        let window = connections.get(rank).and_then(|open| open.window.as_ref());
        for (done, (step, answer)) in steps.iter_mut().zip(answers).enumerate() {
            if own && step.execute_at_home(endpoint) {
                continue;
            }
            let Some(window) = window else { return done };
            let is_done = match step {
                Step::Read { at, into } => window.read(*at, into),
                Step::Write { at, from } => window.write(from, *at),
                atomic => match atomic.atomic() {
                    None => false,
                    Some((at, atomic)) => {
                        let before = window.atomic(atomic, at);
                        *answer = before.unwrap_or_default();
                        before.is_some()
                    }
                },
            };
            if !is_done {
                return done;
            }
        }
        steps.len()
    }

    fn exchange_steps(
        &self,
        endpoint: &Endpoint<P>,
        rank: u32,
        steps: &mut [Step<'_>],
        answers: &mut [u64],
    ) -> Result<(), ExchangeError> {
        if rank != endpoint.rank() {
            return self.exchange_by_pair(endpoint, rank, steps, answers);
        }
        let mut next = 0;
        while next < steps.len() {
            if steps[next].execute_at_home(endpoint) {
                next += 1;
                continue;
            }
            let run = steps[next..].iter().take_while(|step| step.atomic().is_some()).count();
            let run = next..next + run;
            next = run.end;
            if P::falls_into(Trap::HomeAtomicsByCpu) {
                for (step, answer) in steps[run.clone()].iter().zip(&mut answers[run]) {
                    if let Some((at, atomic)) = step.atomic() {
                        *answer = endpoint.atomic_by_cpu(Place::new(rank, at), atomic);
                    }
                }
            } else {
                self.exchange_by_pair(endpoint, rank, &mut steps[run.clone()], &mut answers[run])?;
            }
        }
        Ok(())
    }

    /// Executes steps by the queue pair to their home, whichever that is.
    fn exchange_by_pair(
        &self,
        endpoint: &Endpoint<P>,
        rank: u32,
        steps: &mut [Step<'_>],
        answers: &mut [u64],
    ) -> Result<(), ExchangeError> {
        let arena = self.ready_pair(endpoint, rank)?;
        let mut done = 0;
        if self.in_place {
            done = self.exchange_in_place(endpoint, rank, arena, steps, answers)?;
        }
        if done == steps.len() {
            return Ok(());
        }
        let (steps, answers) = (&mut steps[done..], &mut answers[done..]);
        let mut posting = Posting::new(self, endpoint, self.staging(endpoint)?, rank, arena, 0);
        posting.run(steps, answers)
    }

    /// Opens a pair to `rank`, unless there is one that has not failed, as far as can be known now. Where the arena begins.
    fn ready_pair(&self, endpoint: &Endpoint<P>, rank: u32) -> Result<RemoteAddr, Error> {
        let arena = self.ensure_pair(endpoint, rank)?;
        if self.in_place || !self.has_work_at(rank) {
            return Ok(arena);
        }
        // If that failed, it is better known before anything is posted behind it.
        self.progress()?;
        self.ensure_pair(endpoint, rank)
    }

    /// As [`Thread::exchange_at_once`], through an open pair and with its errors. Stops before a step that the
    /// provider would rather have posted.
    fn exchange_in_place(
        &self,
        endpoint: &Endpoint<P>,
        rank: u32,
        arena: RemoteAddr,
        steps: &mut [Step<'_>],
        answers: &mut [u64],
    ) -> Result<usize, ExchangeError> {
        for (done, (step, answer)) in steps.iter_mut().zip(answers).enumerate() {
            let outcome = self.with_connection(rank, |pair| match step {
                Step::Read { at, into } => {
                    pair.read_in_place(arena.plus(*at), into).map(|read| read.map(|()| 0))
                }
                Step::Write { at, from } => {
                    pair.write_in_place(from, arena.plus(*at)).map(|written| written.map(|()| 0))
                }
                atomic => {
                    let (at, atomic) = atomic.atomic()?;
                    pair.atomic_in_place(atomic, arena.plus(at))
                }
            });
            match outcome {
                Some(Ok(before)) => *answer = before,
                Some(Err(error)) => return Err(self.lose(endpoint, rank, Some(error))),
                None => return Ok(done),
            }
        }
        Ok(steps.len())
    }

    /// Ends what is left of a pair that failed amid an exchange, and has the home put its end in error state.
    fn lose(&self, endpoint: &Endpoint<P>, rank: u32, cause: Option<WorkError>) -> ExchangeError {
        let failed = self.with_connection(rank, |pair| pair.error());
        if let Err(error) = self.drain(rank) {
            return error.into();
        }
        let told = self.batch_error.take();
        let fenced = match endpoint.check_membership() {
            Ok(()) => self.fence_lost(endpoint, rank),
            gone => gone,
        };
        match (cause.or(told).or(failed), fenced) {
            (Some(cause), Ok(())) => ExchangeError::Lost(cause),
            (None, Ok(())) => unreachable!("the pair to rank {rank} failed without a cause"),
            (_, Err(error)) => {
                ExchangeError::Fatal(endpoint.check_membership().err().unwrap_or(error))
            }
        }
    }
}
