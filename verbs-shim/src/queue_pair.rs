//! [`QueuePair`]: a reliable connection to one peer, where work is posted.
//!
//! # States
//!
//! ```text
//!  Fabric::queue_pair ──> UnconnectedQueuePair ──connect(peer's card)──> QueuePair ──error──> (error)
//! ```
//!
//! Posting exists only on [`QueuePair`], so an unconnected pair cannot be posted to. A pair in error
//! state stays there: everything outstanding is flushed, posting is refused with the first cause,
//! and only a new pair goes on.

use std::rc::Rc;
use std::sync::Arc;

use crate::bundle::Unposted;
use crate::capabilities::Capabilities;
use crate::card::Card;
use crate::completion::{CompletionQueue, Inner, MARKER, PairState};
use crate::error::{ConnectError, Error, PostError, Status, WorkError};
use crate::provider::{Provider, RawQueuePair, Refusal};
use crate::region::RemoteAddr;
use crate::window::Window;
use crate::work_request::{Atomic, Operation, OperationKind, WorkRequest};

/// How a queue pair is made.
#[derive(Clone, Debug)]
pub struct QueuePairConfig {
    /// The most requests outstanding at once; 64 by default.
    pub depth: u32,
    /// A number for the peer that errors and completions carry, such as its rank.
    pub peer: u32,
    /// How long the NIC waits for an answer before it sends again, as the exponent of 4.096 µs that
    /// the InfiniBand specification uses (16 is 0.27 s, the default, so that a peer whose
    /// processors are taken away for a second is not given up); 1 to 31. (Its 0 means for ever.)
    pub timeout: u8,
    /// How often it sends again before it gives the peer up; 6 at most, the default. (The
    /// specification has 7, too, but soft-RoCE takes that for "for ever", and then work sent to a
    /// dead peer would never end.)
    pub retries: u8,
}

impl Default for QueuePairConfig {
    fn default() -> Self {
        QueuePairConfig { depth: 64, peer: 0, timeout: 16, retries: 6 }
    }
}

/// How far [`QueuePair::execute`] has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "what has only been posted has a completion to come"]
pub enum Executed {
    /// The request has been executed, with success. There will be no completion.
    Done,
    /// It has been posted, signaled; its completion is yet to be polled.
    Posted,
    /// Nothing has happened.
    Refused,
}

/// A queue pair without a peer. Carry its card to the peer, get the peer's, and
/// [`connect`](UnconnectedQueuePair::connect).
///
/// ```compile_fail,E0599
/// use verbs_shim::{Fabric, QueuePairConfig, provider::Shm};
/// let fabric = Fabric::new(Shm::open().unwrap());
/// let queue = fabric.completion_queue(64).unwrap();
/// let mut pair = fabric.queue_pair(&queue, &QueuePairConfig::default()).unwrap();
/// pair.post(&[]); // not connected: there is no such method
/// ```
#[must_use = "a queue pair is of use only once it is connected"]
pub struct UnconnectedQueuePair<P: Provider> {
    pair: QueuePair<P>,
}

impl<P: Provider> UnconnectedQueuePair<P> {
    pub(crate) fn new(
        provider: &Arc<P>,
        queue: &CompletionQueue<P>,
        config: &QueuePairConfig,
    ) -> Result<Self, Error> {
        queue.inner.reserve(config.depth + MARKER)?;
        let with_marker = QueuePairConfig { depth: config.depth + MARKER, ..config.clone() };
        let made = provider.queue_pair(&mut queue.inner.raw.borrow_mut(), &with_marker);
        let raw = made.inspect_err(|_| queue.inner.unreserve(config.depth + MARKER))?;
        let state = Rc::new(PairState::new(raw.number(), config.peer, config.depth));
        let id = queue.inner.enter(&state);
        let pair = QueuePair {
            raw,
            id,
            state,
            queue: Rc::clone(&queue.inner),
            provider: Arc::clone(provider),
        };
        Ok(UnconnectedQueuePair { pair })
    }

    /// What the peer needs to connect to it.
    pub fn card(&self) -> Card {
        self.pair.raw.card()
    }

    /// The device's number for it.
    pub fn number(&self) -> u32 {
        self.pair.number()
    }

    /// Connects it to the peer whose card this is. The peer does the same with this one's card;
    /// until it has, requests posted here are sent again and again by the NIC.
    ///
    /// # Errors
    /// When the card is damaged or the device refuses; the pair is gone then.
    pub fn connect(mut self, peer: &Card) -> Result<QueuePair<P>, ConnectError> {
        match self.pair.raw.connect(peer) {
            Ok(()) => Ok(self.pair),
            Err(source) => {
                Err(ConnectError { queue_pair: self.pair.number(), peer: self.pair.peer(), source })
            }
        }
    }
}

/// A connected queue pair. It stays on its thread, together with its completion queue.
///
/// Requests of one pair are executed in order as the InfiniBand specification has it: WRITE before a
/// later WRITE, an atomic before a later READ; a READ may be passed by a later WRITE. Nothing is
/// ordered between pairs.
///
/// ```compile_fail,E0277
/// fn send<T: Send>() {}
/// send::<verbs_shim::QueuePair<verbs_shim::provider::Shm>>();
/// ```
pub struct QueuePair<P: Provider> {
    // Dropped first: the completion queue must outlive it.
    raw: P::QueuePair,
    id: u64,
    state: Rc<PairState>,
    queue: Rc<Inner<P>>,
    provider: Arc<P>,
}

impl<P: Provider> QueuePair<P> {
    /// The device's number for it.
    pub fn number(&self) -> u32 {
        self.state.number
    }

    /// The label of its peer.
    pub fn peer(&self) -> u32 {
        self.state.peer
    }

    /// Requests posted and not yet known to be complete. Completions are known once polled; of a pair
    /// that has been [failed](QueuePair::fail) all are known in the end, unsignaled ones too.
    #[inline]
    pub fn outstanding(&self) -> u32 {
        self.state.outstanding()
    }

    /// How many more requests it takes now. Unsignaled requests are known to be complete only when a
    /// later signaled one is, so do not wait for room by polling alone: post, and poll when the
    /// answer is [`PostError::Full`].
    #[inline]
    pub fn room(&self) -> u32 {
        self.state.depth.saturating_sub(self.state.outstanding())
    }

    /// Whether the last request posted is unsignaled and not known to be complete, so that only another,
    /// signaled one can tell.
    #[inline]
    pub fn is_silent(&self) -> bool {
        self.state.is_silent()
    }

    /// The error that put it in error state, if any has been polled yet.
    #[inline]
    pub fn error(&self) -> Option<WorkError> {
        self.state.error()
    }

    #[inline]
    fn capabilities(&self) -> &Capabilities {
        self.provider.capabilities()
    }

    /// Posts a batch, in order, with one doorbell; all of it or nothing. Does not allocate and does
    /// not wait.
    ///
    /// # Errors
    /// [`PostError::Full`] when there is no room now (an ordinary result), and others when a request
    /// can never be executed. Nothing of the batch has been posted then.
    #[inline(never)]
    pub fn post(&mut self, requests: &[WorkRequest<'_>]) -> Result<(), PostError> {
        let Some(last) = requests.last() else { return Ok(()) };
        self.check(requests)?;
        let signal_last = last.signaled || self.state.must_signal(requests.len());
        let first_id = self.id | u64::from(self.state.next_index());
        self.raw
            .post(requests, first_id, signal_last)
            .map_err(|reason| refused(&self.state, reason))?;
        self.state.note(requests, signal_last);
        Ok(())
    }

    /// As [`QueuePair::post`], with the last request signaled; but it allocates nothing either when it fails, and never
    /// posts a request of its own.
    pub(crate) fn post_quietly(&mut self, requests: &[WorkRequest<'_>]) -> Result<(), Unposted> {
        if self.state.error().is_some() {
            return Err(Unposted::InError);
        }
        if requests.len() > self.room() as usize {
            return Err(Unposted::Full);
        }
        if requests.is_empty() {
            return Ok(());
        }
        self.check_each(requests).map_err(|_| Unposted::Malformed)?;
        let first_id = self.id | u64::from(self.state.next_index());
        self.raw.post(requests, first_id, true).map_err(Unposted::Refused)?;
        self.state.note(requests, true);
        Ok(())
    }

    /// Posts one request, as if it were signaled, and waits a little for its end: the shortest way for one after
    /// the other. Only through a pair that has nothing outstanding; what stands in the way otherwise, or may, is for
    /// [`QueuePair::post`] to tell. It does not allocate.
    #[inline(always)]
    pub fn execute(&mut self, request: WorkRequest<'_>) -> Executed {
        let requests = [request.signaled()];
        if !self.state.is_at_rest() || !self.queue.can_keep() || self.check(&requests).is_err() {
            return Executed::Refused;
        }
        let id = self.id | u64::from(self.state.next_index());
        if self.raw.post(&requests, id, true).is_err() {
            return Executed::Refused;
        }
        if self.queue.is_done_at_once(id, || self.state.note(&requests, true)) {
            self.state.note_done();
            return Executed::Done;
        }
        Executed::Posted
    }

    #[inline(always)]
    fn check(&mut self, requests: &[WorkRequest<'_>]) -> Result<(), PostError> {
        if let Some(cause) = self.state.error() {
            return Err(self.in_error(&cause));
        }
        if requests.len() > self.room() as usize {
            return Err(self.no_room(requests.len()));
        }
        self.check_each(requests)
    }

    #[inline(always)]
    fn check_each(&self, requests: &[WorkRequest<'_>]) -> Result<(), PostError> {
        let limits = self.capabilities();
        for request in requests {
            match request.operation {
                Operation::Atomic { result, .. } => {
                    check_aligned(request.remote)?;
                    if result.len != 8 || !result.addr.addr().is_multiple_of(8) {
                        return Err(PostError::ResultBuffer {
                            len: result.len,
                            addr: result.addr.addr(),
                        });
                    }
                }
                Operation::WriteInline { data } if data.len() > limits.max_inline => {
                    return Err(PostError::InlineTooLong {
                        len: data.len(),
                        max: limits.max_inline,
                    });
                }
                _ if request.len() > limits.max_message => {
                    return Err(PostError::MessageTooLong {
                        len: request.len(),
                        max: limits.max_message,
                    });
                }
                _ => {}
            }
        }
        Ok(())
    }

    #[cold]
    fn in_error(&self, cause: &WorkError) -> PostError {
        let cause = match self.state.failed_by_owner.get() {
            true => "it was put there by its owner (QueuePair::fail)".to_owned(),
            false => cause.to_string(),
        };
        PostError::InError { peer: self.state.peer, cause }
    }

    #[cold]
    fn no_room(&mut self, batch: usize) -> PostError {
        let depth = self.state.depth;
        if batch > depth as usize {
            return PostError::BatchTooLong { batch, depth };
        }
        let outstanding = self.state.outstanding();
        // Polling makes room only when something signaled is outstanding. If all of it is
        // unsignaled (half of the queue at most), a WRITE of no bytes tells when it is complete:
        // it touches nothing, not even the key.
        if let Some(remote) = self.state.silent_tail() {
            let marker = [WorkRequest::write_inline(&[], remote)];
            let id = self.id | u64::from(self.state.next_index());
            if let Err(reason) = self.raw.post(&marker, id, true) {
                return refused(&self.state, reason);
            }
            self.state.note_internal(&marker[0]);
        }
        PostError::Full { peer: self.state.peer, outstanding, depth, batch }
    }

    /// Puts the pair in error state, as a NIC does after an error: what is outstanding is flushed,
    /// and requests of the peer that have not been executed yet will not be.
    ///
    /// # Errors
    /// When the device refuses; nothing can be posted all the same, but requests of the peer may
    /// still be executed.
    pub fn fail(&mut self) -> Result<(), Error> {
        if self.state.error().is_none() {
            self.state.failed_by_owner.set(true);
            self.state.set_error(self.work_error(
                Status::Flushed,
                OperationKind::Write,
                RemoteAddr { addr: 0, rkey: crate::Rkey(0) },
                0,
            ));
        }
        self.raw.fail()?;
        self.mark_end()
    }

    /// Posts a marker behind all work of a failed pair, which is flushed after it. Without it nobody
    /// would learn that unsignaled work at the end, which took effect silently, is over.
    fn mark_end(&mut self) -> Result<(), Error> {
        if self.state.marked.get() {
            return Ok(());
        }
        let marker = WorkRequest::write_inline(&[], RemoteAddr { addr: 0, rkey: crate::Rkey(0) });
        let id = self.id | u64::from(self.state.next_index());
        self.raw.post(&[marker], id, true).map_err(|reason| Error::DeviceFailed {
            device: self.capabilities().device.clone(),
            reason: format!("a failed queue pair takes no marker: {reason}"),
        })?;
        self.state.marked.set(true);
        self.state.note_internal(&marker);
        Ok(())
    }

    /// Opens a window from that address of the peer on to the end of its region, where the provider executes in place
    /// ([`Capabilities::in_place`]), the peer has connected its side, and the region gives all rights; otherwise
    /// `None`, and nothing happened.
    pub fn window(&mut self, from: RemoteAddr) -> Option<Window<P>> {
        self.raw.window(from).map(Window::new)
    }

    /// READs at once, without a work request, where the provider executes in place
    /// ([`Capabilities::in_place`]); otherwise `None`, and nothing happened.
    ///
    /// # Errors
    /// As the completion of a READ would say. The pair is in error state then.
    #[inline]
    pub fn read_in_place(
        &mut self,
        remote: RemoteAddr,
        into: &mut [u8],
    ) -> Option<Result<(), WorkError>> {
        let len = into.len();
        let status = self.raw.read_in_place(remote, into)?;
        Some(self.judge(status, OperationKind::Read, remote, len))
    }

    /// WRITEs at once, as [`QueuePair::read_in_place`] reads.
    ///
    /// # Errors
    /// As the completion of a WRITE would say. The pair is in error state then.
    #[inline]
    pub fn write_in_place(
        &mut self,
        from: &[u8],
        remote: RemoteAddr,
    ) -> Option<Result<(), WorkError>> {
        let status = self.raw.write_in_place(from, remote)?;
        Some(self.judge(status, OperationKind::Write, remote, from.len()))
    }

    /// Executes an atomic at once, as [`QueuePair::read_in_place`] reads; the answer is the word's
    /// value before.
    ///
    /// # Errors
    /// As the completion of the atomic would say. The pair is in error state then.
    #[inline]
    pub fn atomic_in_place(
        &mut self,
        atomic: Atomic,
        remote: RemoteAddr,
    ) -> Option<Result<u64, WorkError>> {
        let mut result = 0;
        let status = self.raw.atomic_in_place(atomic, remote, &mut result)?;
        Some(self.judge(status, atomic.kind(), remote, 8).map(|()| result))
    }

    #[inline]
    fn judge(
        &self,
        status: Status,
        kind: OperationKind,
        remote: RemoteAddr,
        len: usize,
    ) -> Result<(), WorkError> {
        if status == Status::Success {
            return Ok(());
        }
        let error = self.work_error(status, kind, remote, len);
        self.state.set_error(error);
        Err(error)
    }

    #[cold]
    fn work_error(
        &self,
        status: Status,
        kind: OperationKind,
        remote: RemoteAddr,
        len: usize,
    ) -> WorkError {
        WorkError {
            status,
            kind,
            remote,
            len: len as u32,
            token: 0,
            peer: self.state.peer,
            queue_pair: self.state.number,
        }
    }
}

#[cold]
fn refused(pair: &PairState, reason: Refusal) -> PostError {
    PostError::Refused { peer: pair.peer, reason: reason.to_string() }
}

#[inline]
fn check_aligned(remote: RemoteAddr) -> Result<(), PostError> {
    if remote.addr.is_multiple_of(8) {
        Ok(())
    } else {
        Err(PostError::Misaligned { addr: remote.addr })
    }
}

impl<P: Provider> Drop for QueuePair<P> {
    fn drop(&mut self) {
        self.queue.leave(self.id, self.state.depth + MARKER);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fabric::Fabric;
    use crate::memory::Memory;
    use crate::provider::{Shm, nth_id};
    use crate::region::Access;

    /// A pair connected to another of this process, whose next request is number `first`, its queue, and
    /// a region of its own that it reaches.
    fn with_pair_at(
        first: u32,
        test: impl FnOnce(&mut QueuePair<Shm>, &CompletionQueue<Shm>, RemoteAddr),
    ) {
        let fabric = Fabric::new(Shm::open().unwrap());
        let queue = fabric.completion_queue(256).unwrap();
        let config = QueuePairConfig { depth: 16, ..QueuePairConfig::default() };
        let make = || fabric.queue_pair(&queue, &config).unwrap();
        let (near, far) = (make(), make());
        let (near_card, far_card) = (near.card(), far.card());
        let mut near = near.connect(&far_card).unwrap();
        let _far = far.connect(&near_card).unwrap();
        let region = fabric.register(Memory::allocate(4096).unwrap(), Access::all()).unwrap();
        let remote = fabric.import(&region.card()).unwrap();
        near.state.begin_at(first);
        test(&mut near, &queue, remote.at(0));
    }

    #[test]
    fn numbers_of_requests_wrap_within_their_pair() {
        let first = 0x0007_0003_ffff_fffe;
        let ids = [0, 1, 2, 3].map(|i| nth_id(first, i));
        assert_eq!(ids, [first, first + 1, 0x0007_0003_0000_0000, 0x0007_0003_0000_0001]);
    }

    #[test]
    fn a_batch_across_the_wrap_of_the_numbers_completes() {
        for before in 0..5 {
            with_pair_at(0_u32.wrapping_sub(before), |pair, queue, remote| {
                let write = WorkRequest::write_inline(&[1; 8], remote);
                for round in 0..3 {
                    let batch =
                        [write.token(7).signaled(), write, write, write.token(9).signaled()];
                    pair.post(&batch).unwrap();
                    assert_eq!(pair.outstanding(), 4);
                    let polled = [(); 3].map(|()| queue.poll().unwrap());
                    let tokens = polled.map(|told| told.map(|it| (it.token, it.result.is_ok())));
                    assert_eq!(tokens, [Some((7, true)), Some((9, true)), None], "{round}");
                    assert_eq!(pair.outstanding(), 0);
                }
            });
        }
    }

    #[test]
    fn what_one_executes_alone_loses_nothing_of_another() {
        with_pair_at(0_u32.wrapping_sub(2), |pair, queue, remote| {
            let fabric = Fabric::new(Shm::open().unwrap());
            let make = || fabric.queue_pair(queue, &QueuePairConfig::default()).unwrap();
            let (other, far) = (make(), make());
            let (other_card, far_card) = (other.card(), far.card());
            let mut other = other.connect(&far_card).unwrap();
            let _far = far.connect(&other_card).unwrap();
            let write = WorkRequest::write_inline(&[1; 8], remote);
            let nothing = WorkRequest::write_inline(&[], remote);
            for round in 0..4 {
                other.post(&[nothing.token(1).signaled(), nothing.token(2).signaled()]).unwrap();
                // The other one's answers come first.
                assert_eq!(pair.execute(write.token(3)), Executed::Posted, "{round}");
                assert_eq!(
                    pair.execute(write),
                    Executed::Refused,
                    "{round}: it has work in flight"
                );
                let mut tokens = [1, 2, 3];
                for token in &mut tokens {
                    let polled = queue.poll().unwrap().unwrap();
                    assert!(polled.result.is_ok());
                    *token -= polled.token;
                }
                assert_eq!((tokens, queue.poll().unwrap()), ([0; 3], None));
                assert_eq!(pair.execute(write), Executed::Done, "{round}");
                assert_eq!((pair.outstanding(), queue.poll().unwrap()), (0, None));
            }
        });
    }

    #[test]
    fn a_pair_that_fails_at_the_wrap_tells_all_and_empties() {
        for before in 0..5 {
            with_pair_at(0_u32.wrapping_sub(before), |pair, queue, remote| {
                let bad = RemoteAddr { rkey: crate::Rkey(remote.rkey.0 ^ 1), ..remote };
                let write = WorkRequest::write_inline(&[1; 8], remote);
                let failing = WorkRequest::write_inline(&[1; 8], bad);
                pair.post(&[write, failing.token(1), write.token(2), write.token(3)]).unwrap();
                pair.fail().unwrap();
                let polled = [(); 4].map(|()| queue.poll().unwrap());
                let statuses =
                    polled.map(|told| told.map(|it| (it.token, it.result.unwrap_err().status)));
                let flushed = |token| Some((token, Status::Flushed));
                let refused = Some((1, Status::RemoteAccess));
                assert_eq!(statuses, [refused, flushed(2), flushed(3), None]);
                assert_eq!(pair.outstanding(), 0);
            });
        }
    }
}
