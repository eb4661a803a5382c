//! Queue pairs of the device: reliable connections.
//!
//! # States
//!
//! | here | in the device | entered by |
//! | --- | --- | --- |
//! | `Initialized` | INIT | [`VerbsQueuePair::new`] |
//! | `Ready` | RTS | `connect`, through RTR |
//! | `Failed` | ERR | `fail`, or a batch that was refused in its middle |
//!
//! The device itself goes to ERR when a request fails; the wrapper learns that from the completion.

use std::ffi::c_int;
use std::fmt;
use std::io;
use std::ptr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::abi::{
    self, ibv_cq, ibv_qp, ibv_qp_attr, ibv_qp_cap, ibv_qp_init_attr, ibv_send_wr, ibv_sge,
    ibv_wr_atomic, ibv_wr_rdma, ibv_wr_target,
};
use super::card::PairCard;
use super::completion_queue::{Queue, VerbsCompletionQueue};
use super::context::{Device, mtu_bytes};
use super::library::error_of;
use super::path::{Endpoint, Path};
use crate::card::Card;
use crate::error::Error;
use crate::provider::{NoWindow, RawQueuePair, Refusal, nth_id};
use crate::queue_pair::QueuePairConfig;
use crate::work_request::{Atomic, Operation, WorkRequest};

/// The greatest values of the InfiniBand fields: a time limit has 5 bits, a count of retries 3.
const MAX_TIMEOUT: u8 = 31;
const MAX_RETRIES: u8 = 7;
/// How long a peer that is not ready asks to wait (0.64 ms); one-sided work never meets that.
const MIN_RNR_TIMER: u8 = 12;
/// How long the device may take to flush requests that it may have taken; see `refused`.
const FLUSH_TIME: Duration = Duration::from_secs(1);

/// A queue pair of the [`Verbs`](super::Verbs) provider. It stays on its thread.
pub struct VerbsQueuePair {
    raw: RawPair,
    number: u32,
    psn: u32,
    timeout: u8,
    retries: u8,
    state: State,
    endpoint: Arc<Endpoint>,
    /// Requests and their buffers in the library's form, as many as the queue holds. Everything in
    /// them that is the same for every request is written once.
    requests: Box<[ibv_send_wr]>,
    buffers: Box<[ibv_sge]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Initialized,
    Ready,
    Failed,
}

/// The device's object, destroyed when it is dropped.
pub(super) struct RawPair {
    qp: *mut ibv_qp,
    // The completion queue outlives it, as does the device (which the queue holds).
    queue: Rc<Queue>,
}

impl Drop for RawPair {
    fn drop(&mut self) {
        // SAFETY: made by `create`, destroyed once.
        let returned = unsafe { (self.device().library().functions.ibv_destroy_qp)(self.qp) };
        if returned != 0 {
            log::error!("ibv_destroy_qp on {}: {}", self.device().name(), error_of(returned));
        }
    }
}

impl RawPair {
    /// Makes a reliable connection in state RESET.
    ///
    /// # Errors
    /// As the library has it.
    pub(super) fn create(queue: &Rc<Queue>, depth: u32, max_inline: u32) -> io::Result<RawPair> {
        let cq: *mut ibv_cq = queue.raw;
        let mut attributes = ibv_qp_init_attr {
            qp_context: ptr::null_mut(),
            send_cq: cq,
            recv_cq: cq,
            srq: ptr::null_mut(),
            cap: ibv_qp_cap {
                max_send_wr: depth,
                // Nothing is ever received, but some drivers do not like an empty queue.
                max_recv_wr: 1,
                max_send_sge: 1,
                max_recv_sge: 1,
                max_inline_data: max_inline,
            },
            qp_type: abi::IBV_QPT_RC,
            sq_sig_all: 0,
        };
        // SAFETY: domain and completion queue live, and belong to the same context.
        let qp = unsafe {
            (queue.device.library().functions.ibv_create_qp)(queue.device.pd, &mut attributes)
        };
        if qp.is_null() {
            return Err(io::Error::last_os_error());
        }
        let pair = RawPair { qp, queue: Rc::clone(queue) };
        if attributes.cap.max_inline_data < max_inline || attributes.cap.max_send_wr < depth {
            return Err(io::Error::other(format!(
                "asked for {depth} requests and {max_inline} inline bytes, and got {} and {}",
                attributes.cap.max_send_wr, attributes.cap.max_inline_data
            )));
        }
        Ok(pair)
    }

    fn device(&self) -> &Device {
        &self.queue.device
    }

    fn number(&self) -> u32 {
        // SAFETY: the queue pair lives, and its number does not change.
        unsafe { (*self.qp).qp_num }
    }

    /// Changes state and attributes; `doing` says what for, should it fail.
    fn modify(
        &self,
        attributes: &mut ibv_qp_attr,
        mask: c_int,
        doing: impl fmt::Display,
    ) -> Result<(), Error> {
        // SAFETY: the queue pair lives; the attributes are read where the mask says.
        let returned =
            unsafe { (self.device().library().functions.ibv_modify_qp)(self.qp, attributes, mask) };
        if returned == 0 {
            return Ok(());
        }
        let source = error_of(returned);
        Err(Error::System {
            operation: format!(
                "ibv_modify_qp of queue pair {} on {}, {doing}{}",
                self.number(),
                self.device().name(),
                hint(&source)
            ),
            source,
        })
    }

    fn fail(&self) -> Result<(), Error> {
        let mut attributes = ibv_qp_attr { qp_state: abi::IBV_QPS_ERR, ..Default::default() };
        self.modify(&mut attributes, abi::IBV_QP_STATE, "to ERR")
    }
}

/// What an error number of `ibv_modify_qp` usually means.
fn hint(error: &io::Error) -> &'static str {
    match error.raw_os_error() {
        Some(libc::EINVAL) => {
            " (the device accepts no such change from its present state, or one of these values is \
             beyond what it can do)"
        }
        Some(libc::ETIMEDOUT | libc::EHOSTUNREACH | libc::ENETUNREACH | libc::ENODEV) => {
            " (the peer's address does not resolve: is it on a network that this port reaches? \
             Choose another port or GID index)"
        }
        _ => "",
    }
}

impl VerbsQueuePair {
    /// Makes a queue pair in state INIT.
    ///
    /// # Errors
    /// [`Error::Limit`] for parameters beyond the InfiniBand fields; [`Error::System`] when the
    /// device refuses.
    pub(super) fn new(
        queue: &VerbsCompletionQueue,
        endpoint: &Arc<Endpoint>,
        max_inline: u32,
        config: &QueuePairConfig,
    ) -> Result<VerbsQueuePair, Error> {
        let device = &queue.queue.device;
        let limits = [
            ("the time limit of a queue pair (exponent of 4.096 µs)", config.timeout, MAX_TIMEOUT),
            ("the number of retries of a queue pair", config.retries, MAX_RETRIES),
        ];
        for (what, asked, limit) in limits {
            if asked > limit {
                return Err(Error::Limit {
                    what,
                    asked: asked.into(),
                    limit: limit.into(),
                    device: device.name().to_owned(),
                });
            }
        }
        let raw = RawPair::create(&queue.queue, config.depth, max_inline).map_err(|source| {
            let depth = config.depth;
            Error::System {
                operation: format!("ibv_create_qp of {depth} requests on {}", device.name()),
                source,
            }
        })?;
        let mut attributes = ibv_qp_attr {
            qp_state: abi::IBV_QPS_INIT,
            port_num: endpoint.port,
            qp_access_flags: (abi::IBV_ACCESS_REMOTE_READ
                | abi::IBV_ACCESS_REMOTE_WRITE
                | abi::IBV_ACCESS_REMOTE_ATOMIC)
                .cast_unsigned(),
            ..Default::default()
        };
        let mask = abi::IBV_QP_STATE
            | abi::IBV_QP_PKEY_INDEX
            | abi::IBV_QP_PORT
            | abi::IBV_QP_ACCESS_FLAGS;
        let port = endpoint.port;
        raw.modify(
            &mut attributes,
            mask,
            format_args!("RESET to INIT (port {port}, pkey index 0)"),
        )?;
        let psn = getrandom::u32().map_err(|error| Error::System {
            operation: "a random packet sequence number".to_owned(),
            source: io::Error::other(error),
        })?;
        let empty = ibv_send_wr {
            wr_id: 0,
            next: ptr::null_mut(),
            sg_list: ptr::null_mut(),
            num_sge: 0,
            opcode: abi::IBV_WR_RDMA_READ,
            send_flags: 0,
            imm_data: 0,
            wr: ibv_wr_target { atomic: ibv_wr_atomic::default() },
            qp_type: 0,
            bind_mw: [0; 6],
        };
        let depth = config.depth as usize;
        Ok(VerbsQueuePair {
            number: raw.number(),
            raw,
            psn: psn & 0xff_ffff,
            timeout: config.timeout,
            retries: config.retries,
            state: State::Initialized,
            endpoint: Arc::clone(endpoint),
            requests: vec![empty; depth].into_boxed_slice(),
            buffers: vec![ibv_sge::default(); depth].into_boxed_slice(),
        })
    }

    fn describe(&self, path: &Path, peer: &PairCard) -> String {
        let mut text = format!("peer queue pair {} at ", peer.number);
        match (path.global, self.endpoint.gid, peer.gid) {
            (true, Some(own), Some((gid, _))) => {
                text += &format!("GID {gid}, own {own}");
            }
            _ => text += &format!("LID {}, own LID {}", peer.lid, self.endpoint.lid),
        }
        text + &format!(", port {}, path MTU {}", self.endpoint.port, mtu_bytes(path.mtu.into()))
    }

    fn to_ready_to_receive(&self, path: &Path, peer: &PairCard) -> Result<(), Error> {
        let mut attributes = ibv_qp_attr {
            qp_state: abi::IBV_QPS_RTR,
            ah_attr: self.endpoint.address_vector(path, peer),
            path_mtu: path.mtu.into(),
            dest_qp_num: peer.number,
            rq_psn: peer.psn,
            max_dest_rd_atomic: path.answers,
            min_rnr_timer: MIN_RNR_TIMER,
            ..Default::default()
        };
        let mask = abi::IBV_QP_STATE
            | abi::IBV_QP_AV
            | abi::IBV_QP_PATH_MTU
            | abi::IBV_QP_DEST_QPN
            | abi::IBV_QP_RQ_PSN
            | abi::IBV_QP_MAX_DEST_RD_ATOMIC
            | abi::IBV_QP_MIN_RNR_TIMER;
        let (with, answers) = (self.describe(path, peer), path.answers);
        self.raw.modify(
            &mut attributes,
            mask,
            format_args!("INIT to RTR ({with}, {answers} READs and atomics answered at once)"),
        )
    }

    fn to_ready_to_send(&self, path: &Path) -> Result<(), Error> {
        let mut attributes = ibv_qp_attr {
            qp_state: abi::IBV_QPS_RTS,
            timeout: self.timeout,
            retry_cnt: self.retries,
            // Without end; one-sided work never meets a peer that is not ready.
            rnr_retry: MAX_RETRIES,
            sq_psn: self.psn,
            max_rd_atomic: path.initiates,
            ..Default::default()
        };
        let mask = abi::IBV_QP_STATE
            | abi::IBV_QP_TIMEOUT
            | abi::IBV_QP_RETRY_CNT
            | abi::IBV_QP_RNR_RETRY
            | abi::IBV_QP_SQ_PSN
            | abi::IBV_QP_MAX_QP_RD_ATOMIC;
        let (timeout, retries, initiates) = (self.timeout, self.retries, path.initiates);
        self.raw.modify(
            &mut attributes,
            mask,
            format_args!(
                "RTR to RTS (time limit {timeout}, {retries} retries, {initiates} READs and atomics \
                 started at once)"
            ),
        )
    }

    /// What to do when the library took a batch only in part, or does not say how much it took.
    ///
    /// "Nothing was posted" would be a lie, so the pair goes to error state, where the device flushes
    /// what it has taken, and each request ends with a completion: from the device, or, where that
    /// tells nothing within a second, from the completion queue, as flushed. `taken` is how many
    /// requests the device has for sure, and `known` whether it has no more.
    #[cold]
    fn refused(&mut self, posted: usize, first_id: u64, taken: usize, known: bool, reason: &str) {
        log::error!(
            "queue pair {} on {}: {reason} after {taken} of {posted} requests; it goes to error state",
            self.number,
            self.raw.device().name()
        );
        if let Err(error) = self.fail() {
            log::error!("{error}");
        }
        let now = Instant::now();
        let until = if known { now } else { now + FLUSH_TIME };
        self.raw.queue.doubt((taken..posted).map(|i| nth_id(first_id, i)), until);
    }
}

impl RawQueuePair for VerbsQueuePair {
    type Window = NoWindow;

    fn number(&self) -> u32 {
        self.number
    }

    fn card(&self) -> Card {
        let endpoint = &self.endpoint;
        PairCard {
            link_layer: endpoint.link_layer,
            gid: endpoint.gid.map(|entry| (entry.gid, entry.kind)),
            number: self.number,
            psn: self.psn,
            lid: endpoint.lid,
            mtu: endpoint.mtu,
            initiates: endpoint.initiates,
            answers: endpoint.answers,
            needs_global_routing: endpoint.needs_global_routing,
        }
        .encode()
    }

    fn connect(&mut self, peer: &Card) -> Result<(), Error> {
        let peer = PairCard::decode(peer)?;
        let path = self.endpoint.path_to(&peer).map_err(|reason| Error::BadCard { reason })?;
        self.to_ready_to_receive(&path, &peer)?;
        self.to_ready_to_send(&path)?;
        self.state = State::Ready;
        Ok(())
    }

    #[inline(always)]
    fn post(
        &mut self,
        requests: &[WorkRequest<'_>],
        first_id: u64,
        signal_last: bool,
    ) -> Result<(), Refusal> {
        if !matches!(self.state, State::Ready | State::Failed) {
            return Err(Refusal::Because("the queue pair is not connected"));
        }
        if requests.is_empty() || requests.len() > self.requests.len() {
            return Err(Refusal::Because("the batch is empty, or longer than the queue"));
        }
        let last = requests.len() - 1;
        let chain = self.requests.as_mut_ptr();
        let buffers = self.buffers.as_mut_ptr();
        for (i, request) in requests.iter().enumerate() {
            let next = if i == last { ptr::null_mut() } else { chain.wrapping_add(i + 1) };
            let signaled = request.signaled || (signal_last && i == last);
            // SAFETY: both arrays have room for the batch (checked above), and nobody else refers
            // to them.
            let (entry, buffer) = unsafe { (&mut *chain.add(i), &mut *buffers.add(i)) };
            fill(entry, buffer, request, signaled);
            entry.wr_id = nth_id(first_id, i);
            entry.next = next;
            entry.sg_list = buffers.wrapping_add(i);
        }
        let qp = self.raw.qp;
        let mut bad = ptr::null_mut();
        // SAFETY: the queue pair lives, and so does the context that it points to.
        let post = unsafe { (*(*qp).context).ops.post_send };
        let Some(post) = post else { return Err(Refusal::Because("the driver cannot post")) };
        // SAFETY: the chain is well formed and the library copies it, and inline data, before it
        // returns. Registered buffers are checked by the device against their keys, and are only
        // ever accessed as shared memory.
        let returned = unsafe { post(qp, chain, &mut bad) };
        if returned == 0 {
            return Ok(());
        }
        self.judge_refusal(returned, bad, requests.len(), first_id)
    }

    fn fail(&mut self) -> Result<(), Error> {
        self.raw.fail()?;
        self.state = State::Failed;
        Ok(())
    }
}

impl VerbsQueuePair {
    #[cold]
    fn judge_refusal(
        &mut self,
        returned: c_int,
        bad: *const ibv_send_wr,
        posted: usize,
        first_id: u64,
    ) -> Result<(), Refusal> {
        let error = error_of(returned);
        if self.state == State::Failed {
            // The device should take and flush it. If it does not, the completion queue says that it
            // was flushed, after the device has had its time to flush what went before.
            let ids = (0..posted).map(|i| nth_id(first_id, i));
            self.raw.queue.doubt(ids, Instant::now() + FLUSH_TIME);
            return Ok(());
        }
        let first = self.requests.as_ptr();
        if bad == first {
            return Err(error
                .raw_os_error()
                .map_or(Refusal::Because("the driver does not say why"), Refusal::System));
        }
        let taken = (0..posted).find(|i| ptr::eq(first.wrapping_add(*i), bad));
        let reason = format!("ibv_post_send: {error}");
        self.refused(posted, first_id, taken.unwrap_or(0), taken.is_some(), &reason);
        Ok(())
    }
}

/// Writes one request in the library's form, but for what depends on its place in the chain.
#[inline(always)]
fn fill(entry: &mut ibv_send_wr, buffer: &mut ibv_sge, request: &WorkRequest<'_>, signaled: bool) {
    let rdma = ibv_wr_rdma { remote_addr: request.remote.addr, rkey: request.remote.rkey.0 };
    let mut flags = if signaled { abi::IBV_SEND_SIGNALED } else { 0 };
    let (addr, len, lkey) = match request.operation {
        Operation::Read { into } => {
            entry.opcode = abi::IBV_WR_RDMA_READ;
            entry.wr.rdma = rdma;
            (into.addr.addr(), into.len, into.lkey)
        }
        Operation::Write { from } => {
            entry.opcode = abi::IBV_WR_RDMA_WRITE;
            entry.wr.rdma = rdma;
            (from.addr.addr(), from.len, from.lkey)
        }
        Operation::WriteInline { data } => {
            entry.opcode = abi::IBV_WR_RDMA_WRITE;
            entry.wr.rdma = rdma;
            flags |= abi::IBV_SEND_INLINE;
            (data.as_ptr().expose_provenance(), data.len(), 0)
        }
        Operation::Atomic { result, atomic } => {
            let (opcode, compare_add, swap) = match atomic {
                Atomic::CompareSwap { expected, new } => {
                    (abi::IBV_WR_ATOMIC_CMP_AND_SWP, expected, new)
                }
                Atomic::FetchAdd { add } => (abi::IBV_WR_ATOMIC_FETCH_AND_ADD, add, 0),
            };
            entry.opcode = opcode;
            entry.wr.atomic =
                ibv_wr_atomic { remote_addr: rdma.remote_addr, compare_add, swap, rkey: rdma.rkey };
            (result.addr.addr(), result.len, result.lkey)
        }
    };
    // A message of no bytes has no buffer, and so nothing that is inline.
    entry.num_sge = c_int::from(len != 0);
    entry.send_flags = if len == 0 { flags & !abi::IBV_SEND_INLINE } else { flags };
    // Lengths were checked against the longest message, which fits 32 bits.
    *buffer = ibv_sge { addr: addr as u64, length: len as u32, lkey };
}
