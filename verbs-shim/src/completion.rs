//! [`CompletionQueue`]: where signaled work and all failed work ends up.
//!
//! # How room is kept
//!
//! The NIC identifies work by a 64-bit number. Here it is `pair slot (16) | generation (16) | index
//! (32)`: the slot finds the queue pair, the generation tells a pair that is gone from its successor
//! in the same slot, and the index is the running number of the request on its pair. Requests of one
//! pair complete in order, so a completion of index `i` retires everything up to `i`, unsignaled
//! requests too. What the caller wants to know of request `i` (token, kind, address) waits in the
//! pair's ring of `depth` entries.
//!
//! A completion queue never overruns: each pair reserves its depth when it is made. What a dropped
//! pair has reserved is given back only after a poll came back short, because completions of its
//! last work may still be in the queue until then.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::error::{Error, Status, WorkError};
use crate::provider::{Provider, RawCompletion, RawCompletionQueue, Refusal};
use crate::region::{RemoteAddr, Rkey};
use crate::work_request::{OperationKind, WorkRequest};

/// One signaled or failed work request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The token it was posted with.
    pub token: u64,
    /// The label of the peer it was posted to.
    pub peer: u32,
    /// How it ended.
    pub result: Result<(), WorkError>,
}

/// Entries that each pair has beyond its depth, for the marker behind the work of a failed one.
pub(crate) const MARKER: u32 = 1;

/// What waits for the completion of a request.
#[derive(Clone, Copy)]
struct Pending {
    token: u64,
    addr: u64,
    rkey: Rkey,
    len: u32,
    kind: OperationKind,
    /// Signaled only to learn that there is room; nobody asked for it.
    hidden: bool,
    /// Posted by the pair itself, so nobody is told of it, not even of its failure.
    internal: bool,
}

/// What a queue pair and its completion queue both know.
pub(crate) struct PairState {
    pub(crate) number: u32,
    pub(crate) peer: u32,
    pub(crate) depth: u32,
    ring: RefCell<Vec<Pending>>,
    /// Requests posted so far, and those known to be complete; both wrap.
    posted: Cell<u32>,
    retired: Cell<u32>,
    /// Requests since the last signaled one.
    unsignaled: Cell<u32>,
    error: Cell<Option<WorkError>>,
    /// It was put in error state by its owner.
    pub(crate) failed_by_owner: Cell<bool>,
    /// The marker has been posted.
    pub(crate) marked: Cell<bool>,
}

impl PairState {
    pub(crate) fn new(number: u32, peer: u32, depth: u32) -> PairState {
        let empty = Pending {
            token: 0,
            addr: 0,
            rkey: Rkey(0),
            len: 0,
            kind: OperationKind::Read,
            hidden: false,
            internal: false,
        };
        PairState {
            number,
            peer,
            depth,
            // A power of two, so that the running number may wrap.
            ring: RefCell::new(vec![empty; (depth + MARKER).next_power_of_two() as usize]),
            posted: Cell::new(0),
            retired: Cell::new(0),
            unsignaled: Cell::new(0),
            error: Cell::new(None),
            failed_by_owner: Cell::new(false),
            marked: Cell::new(false),
        }
    }

    /// As after so many requests, all of them complete.
    #[cfg(test)]
    pub(crate) fn begin_at(&self, index: u32) {
        self.posted.set(index);
        self.retired.set(index);
    }

    #[inline]
    pub(crate) fn outstanding(&self) -> u32 {
        self.posted.get().wrapping_sub(self.retired.get())
    }

    #[inline]
    pub(crate) fn error(&self) -> Option<WorkError> {
        self.error.get()
    }

    pub(crate) fn set_error(&self, error: WorkError) {
        if self.error.get().is_none() {
            self.error.set(Some(error));
        }
    }

    /// The number of the next request.
    #[inline]
    pub(crate) fn next_index(&self) -> u32 {
        self.posted.get()
    }

    /// Whether a batch that ends unsignaled must be signaled all the same, lest the queue fill up
    /// with requests that nobody will ever hear of.
    #[inline]
    pub(crate) fn must_signal(&self, batch: usize) -> bool {
        self.unsignaled.get() as usize + batch > (self.depth / 2) as usize
    }

    /// Notes requests that have been posted. (Nothing is polled in between.)
    #[inline]
    pub(crate) fn note(&self, requests: &[WorkRequest<'_>], signal_last: bool) {
        let mut ring = self.ring.borrow_mut();
        let mask = ring.len() - 1;
        for (i, request) in requests.iter().enumerate() {
            let last = i + 1 == requests.len();
            let index = self.posted.get();
            ring[index as usize & mask] = Pending {
                token: request.token,
                addr: request.remote.addr,
                rkey: request.remote.rkey,
                len: request.len() as u32,
                kind: request.kind(),
                hidden: last && signal_last && !request.signaled,
                internal: false,
            };
            self.posted.set(index.wrapping_add(1));
            let signaled = request.signaled || (last && signal_last);
            self.unsignaled.set(if signaled { 0 } else { self.unsignaled.get() + 1 });
        }
    }

    /// Whether nothing is outstanding, and nothing has failed.
    #[inline]
    pub(crate) fn is_at_rest(&self) -> bool {
        self.outstanding() == 0 && self.error.get().is_none()
    }

    /// Notes a request that has been posted, alone, and is complete.
    #[inline]
    pub(crate) fn note_done(&self) {
        let index = self.posted.get().wrapping_add(1);
        self.posted.set(index);
        self.retired.set(index);
        self.unsignaled.set(0);
    }

    /// Where the last request went, if none of those outstanding will ever tell that it is
    /// complete, because none is signaled.
    pub(crate) fn silent_tail(&self) -> Option<RemoteAddr> {
        if self.outstanding() == 0 || self.outstanding() != self.unsignaled.get() {
            return None;
        }
        let ring = self.ring.borrow();
        let last = ring[self.posted.get().wrapping_sub(1) as usize & (ring.len() - 1)];
        Some(RemoteAddr { addr: last.addr, rkey: last.rkey })
    }

    /// Notes a request that the pair itself has posted, signaled.
    pub(crate) fn note_internal(&self, request: &WorkRequest<'_>) {
        let index = self.posted.get();
        self.note(std::slice::from_ref(request), true);
        let mut ring = self.ring.borrow_mut();
        let mask = ring.len() - 1;
        ring[index as usize & mask].internal = true;
    }

    /// Whether the last request posted is unsignaled, so that nothing will tell when it is complete.
    #[inline]
    pub(crate) fn is_silent(&self) -> bool {
        self.unsignaled.get() > 0 && self.outstanding() > 0
    }

    /// Retires everything up to `index`, and tells the caller's completion, if there is one.
    #[inline]
    fn complete(&self, index: u32, status: Status) -> Option<Completion> {
        let (token, is_hidden) = {
            let ring = self.ring.borrow();
            let pending = &ring[index as usize & (ring.len() - 1)];
            (pending.token, pending.hidden || pending.internal)
        };
        // A device that reports twice, or out of order after an error, must not move it back.
        let done = index.wrapping_add(1).wrapping_sub(self.retired.get());
        if done <= self.outstanding() {
            self.retired.set(index.wrapping_add(1));
        }
        match status {
            Status::Success if is_hidden => None,
            Status::Success => Some(Completion { token, peer: self.peer, result: Ok(()) }),
            status => self.complete_failed(index, status),
        }
    }

    #[cold]
    fn complete_failed(&self, index: u32, status: Status) -> Option<Completion> {
        let pending = {
            let ring = self.ring.borrow();
            ring[index as usize & (ring.len() - 1)]
        };
        let error = WorkError {
            status,
            kind: pending.kind,
            remote: RemoteAddr { addr: pending.addr, rkey: pending.rkey },
            len: pending.len,
            token: pending.token,
            peer: self.peer,
            queue_pair: self.number,
        };
        self.set_error(error);
        let told = Completion { token: pending.token, peer: self.peer, result: Err(error) };
        (!pending.internal).then_some(told)
    }
}

#[derive(Default)]
struct Slot {
    generation: u16,
    pair: Option<Rc<PairState>>,
}

pub(crate) struct Inner<P: Provider> {
    pub(crate) raw: RefCell<P::CompletionQueue>,
    slots: RefCell<Vec<Slot>>,
    depth: u32,
    reserved: Cell<u32>,
    /// Reserved by pairs that are gone, until a poll comes back short.
    leaving: Cell<u32>,
    /// For messages.
    device: String,
    /// What was taken from the device.
    buffer: RefCell<Vec<RawCompletion>>,
    /// How much of that has been handed out.
    handed: Cell<usize>,
}

const POLL_BATCH: usize = 32;
/// As many as the slot in the identification of work can tell apart.
const MAX_PAIRS: usize = 1 << 16;

/// Where signaled work and all failed work of its queue pairs ends up. It stays on its thread, as
/// its queue pairs do: threads share no queue and no lock.
///
/// ```compile_fail,E0277
/// fn send<T: Send>(_: T) {}
/// let fabric = verbs_shim::Fabric::new(verbs_shim::provider::Shm::open().unwrap());
/// send(fabric.completion_queue(16).unwrap());
/// ```
pub struct CompletionQueue<P: Provider> {
    pub(crate) inner: Rc<Inner<P>>,
}

impl<P: Provider> CompletionQueue<P> {
    pub(crate) fn new(provider: &P, depth: u32) -> Result<Self, Error> {
        let raw = provider.completion_queue(depth)?;
        Ok(CompletionQueue {
            inner: Rc::new(Inner {
                raw: RefCell::new(raw),
                slots: RefCell::default(),
                depth,
                reserved: Cell::new(0),
                leaving: Cell::new(0),
                device: provider.capabilities().device.clone(),
                buffer: RefCell::new(Vec::with_capacity(POLL_BATCH)),
                handed: Cell::new(0),
            }),
        })
    }

    /// The next completion, if there is one now. Does not wait and does not allocate.
    ///
    /// # Errors
    /// When the device itself failed. That a request failed is in its completion.
    #[inline]
    pub fn poll(&self) -> Result<Option<Completion>, Error> {
        self.inner.poll().map_err(|reason| self.inner.failed(reason))
    }

    /// Spins until there is a completion. Every request ends, with an error if need be (a NIC gives
    /// up on a dead peer after its time limit), so this ends too if signaled work is outstanding.
    ///
    /// # Errors
    /// As [`CompletionQueue::poll`].
    pub fn wait(&self) -> Result<Completion, Error> {
        loop {
            if let Some(completion) = self.poll()? {
                return Ok(completion);
            }
            std::hint::spin_loop();
        }
    }
}

impl<P: Provider> Inner<P> {
    #[cold]
    fn failed(&self, reason: Refusal) -> Error {
        Error::DeviceFailed { device: self.device.clone(), reason: reason.to_string() }
    }

    /// As [`CompletionQueue::poll`]; it allocates nothing either when it fails.
    #[inline]
    pub(crate) fn poll(&self) -> Result<Option<Completion>, Refusal> {
        loop {
            let handed = self.handed.get();
            let next = self.buffer.borrow().get(handed).copied();
            match next {
                Some(raw) => {
                    self.handed.set(handed + 1);
                    if let Some(completion) = self.translate(raw) {
                        return Ok(Some(completion));
                    }
                }
                None if self.fetch()? == 0 => return Ok(None),
                None => {}
            }
        }
    }

    /// What the caller wants to know of a completion, if anything.
    #[inline]
    fn translate(&self, raw: RawCompletion) -> Option<Completion> {
        let (slot, generation, index) = split_id(raw.id);
        let slots = self.slots.borrow();
        let slot = slots.get(slot as usize).filter(|slot| slot.generation == generation)?;
        // Work of a pair that is gone concerns nobody any more.
        slot.pair.as_ref()?.complete(index, raw.status)
    }

    /// Takes completions from the device once, as many as there is room for; how many there were.
    #[inline]
    fn fetch(&self) -> Result<usize, Refusal> {
        let mut buffer = self.buffer.borrow_mut();
        let handed = self.handed.take();
        if handed == buffer.len() {
            buffer.clear();
        } else {
            buffer.drain(..handed);
        }
        let (before, room) = (buffer.len(), buffer.capacity() - buffer.len());
        self.raw.borrow_mut().poll(&mut buffer)?;
        let came = buffer.len() - before;
        if came < room.min(POLL_BATCH) && self.leaving.get() > 0 {
            self.reserved.set(self.reserved.get() - self.leaving.take());
        }
        Ok(came)
    }

    /// Looks whether the work of this identification has been done, for as long as the provider thinks it may be
    /// worth it. False if not: then also what else came is kept for [`Inner::poll`], and `before_keeping` has been
    /// called before that.
    #[inline(always)]
    pub(crate) fn is_done_at_once(&self, id: u64, before_keeping: impl FnOnce()) -> bool {
        let mut raw = self.raw.borrow_mut();
        for _ in 0..raw.patience() {
            match raw.poll_one() {
                Some(RawCompletion { id: done, status: Status::Success }) if done == id => {
                    return true;
                }
                Some(other) => {
                    before_keeping();
                    self.keep(other);
                    return false;
                }
                None => std::hint::spin_loop(),
            }
        }
        before_keeping();
        false
    }

    /// Whether there is room for what [`Inner::is_done_at_once`] may have to keep.
    #[inline]
    pub(crate) fn can_keep(&self) -> bool {
        self.handed.get() == self.buffer.borrow().len()
    }

    #[cold]
    fn keep(&self, other: RawCompletion) {
        let mut buffer = self.buffer.borrow_mut();
        buffer.clear();
        self.handed.set(0);
        buffer.push(other);
    }

    /// Sets `depth` entries aside for a new pair.
    pub(crate) fn reserve(&self, depth: u32) -> Result<(), Error> {
        // What pairs that are gone have left behind may have to be taken out first.
        while depth > self.depth - self.reserved.get() && self.leaving.get() > 0 {
            self.buffer.borrow_mut().reserve(POLL_BATCH);
            self.fetch().map_err(|reason| self.failed(reason))?;
        }
        let slots = self.slots.borrow();
        if slots.len() == MAX_PAIRS && slots.iter().all(|slot| slot.pair.is_some()) {
            return Err(Error::Limit {
                what: "the number of queue pairs of one completion queue",
                asked: MAX_PAIRS as u64 + 1,
                limit: MAX_PAIRS as u64,
                device: "this library".to_owned(),
            });
        }
        let reserved = self.reserved.get();
        if depth > self.depth - reserved {
            return Err(Error::CompletionQueueTooSmall {
                depth: self.depth,
                reserved,
                wanted: depth,
            });
        }
        self.reserved.set(reserved + depth);
        Ok(())
    }

    /// Gives entries back for which no pair was made after all.
    pub(crate) fn unreserve(&self, depth: u32) {
        self.reserved.set(self.reserved.get() - depth);
    }

    /// Enters a pair; the answer is the base of its work's identification.
    pub(crate) fn enter(&self, pair: &Rc<PairState>) -> u64 {
        let mut slots = self.slots.borrow_mut();
        let free = slots.iter().position(|slot| slot.pair.is_none()).unwrap_or_else(|| {
            slots.push(Slot::default());
            slots.len() - 1
        });
        let slot = &mut slots[free];
        slot.generation = slot.generation.wrapping_add(1);
        slot.pair = Some(Rc::clone(pair));
        (free as u64) << 48 | u64::from(slot.generation) << 32
    }

    /// Takes a pair out again.
    pub(crate) fn leave(&self, id: u64, depth: u32) {
        let (slot, ..) = split_id(id);
        self.slots.borrow_mut()[slot as usize].pair = None;
        self.leaving.set(self.leaving.get() + depth);
    }
}

#[inline]
fn split_id(id: u64) -> (u16, u16, u32) {
    ((id >> 48) as u16, (id >> 32) as u16, id as u32)
}
