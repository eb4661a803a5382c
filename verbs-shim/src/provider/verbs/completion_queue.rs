//! Completion queues of the device.

use std::cell::RefCell;
use std::ffi::c_int;
use std::ptr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use super::abi::{ibv_cq, ibv_wc};
use super::context::Device;
use super::library::error_of;
use super::status::status_of;
use crate::error::{Error, Status};
use crate::provider::{RawCompletion, RawCompletionQueue, Refusal};

/// Completions fetched with one call.
const BATCH: usize = 32;

/// How often a queue is looked at for one answer before others are thought of: some microseconds, which is what a
/// NIC takes.
const PATIENCE: u32 = 256;

/// A completion queue of the [`Verbs`](super::Verbs) provider. It stays on its thread.
pub struct VerbsCompletionQueue {
    pub(super) queue: Rc<Queue>,
    fetched: Box<[ibv_wc; BATCH]>,
}

/// The queue itself, kept alive by its queue pairs too: the device destroys no queue that has any.
pub(super) struct Queue {
    pub(super) raw: *mut ibv_cq,
    pub(super) device: Arc<Device>,
    /// Requests of batches that the library refused after it had taken a part of them. The device
    /// may never tell how they ended, so the queue does.
    doubtful: RefCell<Vec<Doubtful>>,
}

/// A request that the device may or may not complete.
#[derive(Clone, Copy)]
struct Doubtful {
    id: u64,
    /// When it is no longer waited for.
    until: Instant,
}

impl VerbsCompletionQueue {
    /// Makes a queue of at least `depth` entries.
    ///
    /// # Errors
    /// [`Error::Limit`] or [`Error::System`].
    pub(super) fn new(device: &Arc<Device>, depth: u32, limit: u32) -> Result<Self, Error> {
        if depth == 0 || depth > limit {
            return Err(Error::Limit {
                what: "the depth of a completion queue",
                asked: depth.into(),
                limit: limit.into(),
                device: device.name().to_owned(),
            });
        }
        // SAFETY: the context lives; no event channel is used, and the depth was checked.
        let raw = unsafe {
            (device.library().functions.ibv_create_cq)(
                device.context.raw,
                depth as c_int,
                ptr::null_mut(),
                ptr::null_mut(),
                0,
            )
        };
        if raw.is_null() {
            let name = device.name();
            return Err(Error::last_os(format!("ibv_create_cq of {depth} entries on {name}")));
        }
        let queue = Queue { raw, device: Arc::clone(device), doubtful: RefCell::default() };
        let fetched = Box::new([ibv_wc::default(); BATCH]);
        Ok(VerbsCompletionQueue { queue: Rc::new(queue), fetched })
    }
}

impl Queue {
    /// Has the requests `ids` reported as flushed, unless the device completes them before `until`.
    #[cold]
    pub(super) fn doubt(&self, ids: impl Iterator<Item = u64>, until: Instant) {
        self.doubtful.borrow_mut().extend(ids.map(|id| Doubtful { id, until }));
    }

    /// Appends what the device will not tell any more. Called when it had nothing to tell.
    #[cold]
    fn settle(&self, into: &mut Vec<RawCompletion>) {
        let now = Instant::now();
        let mut room = into.capacity() - into.len();
        self.doubtful.borrow_mut().retain(|doubtful| {
            let settled = room > 0 && doubtful.until <= now;
            if settled {
                room -= 1;
                into.push(RawCompletion { id: doubtful.id, status: Status::Flushed });
            }
            !settled
        });
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        // SAFETY: created by `new`, destroyed once, after the last of its queue pairs.
        let returned = unsafe { (self.device.library().functions.ibv_destroy_cq)(self.raw) };
        if returned != 0 {
            log::error!("ibv_destroy_cq on {}: {}", self.device.name(), error_of(returned));
        }
    }
}

impl RawCompletionQueue for VerbsCompletionQueue {
    #[inline]
    fn poll(&mut self, into: &mut Vec<RawCompletion>) -> Result<(), Refusal> {
        let room = (into.capacity() - into.len()).min(BATCH);
        let cq = self.queue.raw;
        // SAFETY: the queue lives, and so does the context that it points to.
        let poll = unsafe { (*(*cq).context).ops.poll_cq };
        let Some(poll) = poll else { return Err(Refusal::Because("its driver cannot poll")) };
        // SAFETY: the queue lives and is used by this thread only; there is room for `BATCH`
        // entries, and `room` is no more.
        let count = unsafe { poll(cq, room as c_int, self.fetched.as_mut_ptr()) };
        let Some(fetched) = usize::try_from(count).ok().and_then(|n| self.fetched.get(..n)) else {
            return Err(Refusal::Because(
                "polling its completion queue failed; it may have overrun",
            ));
        };
        for wc in fetched {
            into.push(RawCompletion { id: wc.wr_id, status: status_of(wc.status) });
        }
        if !self.queue.doubtful.borrow().is_empty() {
            let fetched = &self.fetched[..count as usize];
            self.queue
                .doubtful
                .borrow_mut()
                .retain(|doubtful| fetched.iter().all(|wc| wc.wr_id != doubtful.id));
            if fetched.is_empty() {
                self.queue.settle(into);
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn poll_one(&mut self) -> Option<RawCompletion> {
        let cq = self.queue.raw;
        if !self.queue.doubtful.borrow().is_empty() {
            return None;
        }
        // SAFETY: the queue lives, and so does the context that it points to.
        let poll = unsafe { (*(*cq).context).ops.poll_cq }?;
        // SAFETY: the queue lives and is used by this thread only; there is room for one entry.
        let count = unsafe { poll(cq, 1, self.fetched.as_mut_ptr()) };
        let wc = &self.fetched[0];
        (count == 1).then(|| RawCompletion { id: wc.wr_id, status: status_of(wc.status) })
    }

    #[inline]
    fn patience(&self) -> u32 {
        PATIENCE
    }
}
