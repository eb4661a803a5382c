//! Queue pairs: the operations.
//!
//! # Order
//!
//! Operations are executed by the thread that posts them, in the order of posting. What other
//! processors see of that is arranged as reliable connections promise it:
//!
//! - before a WRITE or an atomic there is a release fence: who sees it sees all earlier ones;
//! - after a READ or an atomic there is an acquire fence: later ones are not executed before it;
//! - a READ after a WRITE waits for a full fence: the WRITE is seen before the READ is executed. It
//!   is due (`unfenced`) only when a WRITE went before, through whatever pair of this completion queue,
//!   and at the end of a batch, so that a completion means that everybody sees it.
//!
//! On x86-64 the first two cost nothing. Atomics are sequentially consistent.

use std::ptr::NonNull;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::time::{Duration, Instant};

use rustix::thread::{Timespec, nanosleep};

use super::card::PairCard;
use super::queue::Ring;
use super::table::{self, right, state};
use super::way::{self, Way};
use super::window::ShmWindow;
use super::{Import, Inner, lock};
use crate::card::Card;
use crate::copy;
use crate::error::{Error, Status};
use crate::provider::{RawQueuePair, Refusal, nth_id};
use crate::queue_pair::QueuePairConfig;
use crate::region::RemoteAddr;
use crate::work_request::{Atomic, Operation, WorkRequest};

/// How long to sleep while the other side is waited for.
const NAP: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000 };

/// A region of the peer, as this pair knows it. All but `valid` stays as it is while the key is
/// valid.
struct Entry {
    key: u64,
    rights: u64,
    addr: u64,
    len: u64,
    /// Where it is mapped here.
    ptr: *mut u8,
    /// The word of the peer's key table that says which key the slot has now.
    valid: NonNull<AtomicU64>,
    /// Keeps the mapping.
    import: Option<Arc<Import>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Unconnected,
    /// Connected here; whether the peer is, too, is not yet known.
    Connecting,
    Established,
    Failed,
}

/// A queue pair of [`Shm`](super::Shm). Pairs stay on their thread, as their [`Way`] does.
pub struct ShmQueuePair {
    // What every operation reads comes first.
    way: Rc<Way>,
    /// By slot of the key.
    regions: Vec<Entry>,
    stage: Stage,
    number: u32,
    peer_number: u32,
    inner: Arc<Inner>,
    /// How long to wait for the peer to connect.
    patience: Duration,
}

impl ShmQueuePair {
    pub(super) fn new(
        inner: &Arc<Inner>,
        ring: &Ring,
        number: u32,
        config: &QueuePairConfig,
    ) -> ShmQueuePair {
        let way = Way::new(inner, ring, number, Arc::clone(&inner.own), number);
        way.own().state.store(state::made(number), Ordering::Release);
        let once = Duration::from_nanos(4096 << config.timeout.min(31));
        let patience = once * (u32::from(config.retries) + 1);
        ShmQueuePair {
            way: Rc::new(way),
            regions: Vec::new(),
            stage: Stage::Unconnected,
            number,
            peer_number: 0,
            inner: Arc::clone(inner),
            patience,
        }
    }

    /// Where the access goes, if all is well and the region is known.
    #[inline]
    fn reach(&self, remote: RemoteAddr, len: usize, right: u64) -> Option<*mut u8> {
        if !self.way.is_up() {
            return None;
        }
        let entry = self.regions.get(table::region_slot(remote.rkey.0))?;
        // SAFETY: it lies in the key table of `peer`, or (in an empty entry) is our own slot's.
        let valid = unsafe { entry.valid.as_ref() }.load(Ordering::Acquire);
        let offset = remote.addr.wrapping_sub(entry.addr);
        let fits = offset <= entry.len && len as u64 <= entry.len - offset;
        let key = u64::from(remote.rkey.0);
        if entry.key != key || valid != key || entry.rights & right != right || !fits {
            return None;
        }
        Some(entry.ptr.wrapping_add(offset as usize))
    }

    /// [`ShmQueuePair::reach`], the long way: waits for the peer to connect, looks the key up, or
    /// finds what is wrong.
    #[cold]
    fn resolve(&mut self, remote: RemoteAddr, len: usize, right: u64) -> Result<*mut u8, Status> {
        self.establish()?;
        if len == 0 {
            // A message without bytes accesses nothing, so nothing of it is checked.
            return Ok(std::ptr::dangling_mut());
        }
        if let Some(at) = self.reach(remote, len, right) {
            return Ok(at);
        }
        if self.learn(remote.rkey.0).is_some()
            && let Some(at) = self.reach(remote, len, right)
        {
            return Ok(at);
        }
        // The pair may have been failed by the peer meanwhile.
        let status = if self.way.is_up() { Status::RemoteAccess } else { Status::RetryExceeded };
        Err(self.break_off(status))
    }

    /// Makes sure that both sides are connected.
    fn establish(&mut self) -> Result<(), Status> {
        match self.stage {
            Stage::Established if self.way.is_up() => return Ok(()),
            Stage::Connecting => {}
            Stage::Established => return Err(self.break_off(Status::RetryExceeded)),
            Stage::Failed | Stage::Unconnected => return Err(Status::Flushed),
        }
        let until = Instant::now() + self.patience;
        let mut rounds = 0_u32;
        loop {
            let now = self.way.remote().state.load(Ordering::Acquire);
            if self.has_connected() {
                break;
            }
            let may_come = now == state::made(self.peer_number);
            if !may_come || self.way.peer_is_gone() || Instant::now() > until {
                return Err(self.break_off(Status::RetryExceeded));
            }
            rounds += 1;
            match rounds {
                ..200 => std::hint::spin_loop(),
                // The bare system call, because a first use may be that of a signal handler.
                _ => drop(nanosleep(&NAP)),
            }
        }
        self.way.open(self.peer_number);
        self.stage = Stage::Established;
        if self.way.is_up() { Ok(()) } else { Err(self.break_off(Status::RetryExceeded)) }
    }

    /// Whether the peer has connected its side to ours.
    fn has_connected(&self) -> bool {
        let slot = self.way.remote();
        if slot.state.load(Ordering::Acquire) != state::connected(self.peer_number) {
            return false;
        }
        let [low, high] = self.inner.id.words();
        slot.peer[0].load(Ordering::Relaxed) == low
            && slot.peer[1].load(Ordering::Relaxed) == high
            && slot.peer_number.load(Ordering::Relaxed) == u64::from(self.number)
    }

    /// Enters a key into `regions`, if it is one of the peer's and its memory is imported.
    fn learn(&mut self, key: u32) -> Option<()> {
        let slot = self.way.peer.table.region(key);
        if slot.key.load(Ordering::Acquire) != u64::from(key) {
            return None;
        }
        let import = self.inner.find(self.way.peer.fabric, key)?;
        let len = slot.len.load(Ordering::Relaxed);
        if len > import.memory.len() as u64 {
            return None;
        }
        let entry = Entry {
            key: key.into(),
            rights: slot.rights.load(Ordering::Relaxed),
            addr: slot.addr.load(Ordering::Relaxed),
            len,
            ptr: import.memory.as_ptr(),
            valid: NonNull::from(&slot.key),
            import: Some(import),
        };
        let at = table::region_slot(key);
        while self.regions.len() <= at {
            self.regions.push(Entry {
                key: 0,
                rights: 0,
                addr: 0,
                len: 0,
                ptr: std::ptr::dangling_mut(),
                valid: NonNull::from(&self.way.own().state),
                import: None,
            });
        }
        let old = std::mem::replace(&mut self.regions[at], entry);
        drop(old.import);
        Some(())
    }

    /// Puts the pair in error state; `status` is that of the request that did it.
    #[cold]
    fn break_off(&mut self, status: Status) -> Status {
        self.inner.own.table.forbid(&self.way.own().state, state::failed(self.number));
        self.stage = Stage::Failed;
        self.way.close();
        self.regions.clear();
        status
    }

    #[inline]
    fn locate(&mut self, remote: RemoteAddr, len: usize, right: u64) -> Result<*mut u8, Status> {
        match self.reach(remote, len, right) {
            Some(at) => Ok(at),
            None => self.resolve(remote, len, right),
        }
    }

    /// Executes one atomic on a word that was located.
    #[inline]
    fn execute_atomic(&mut self, atomic: Atomic, at: *mut u8) -> u64 {
        // SAFETY: `locate` has found 8 bytes there that the import keeps mapped, the address is
        // aligned (the caller has checked; mappings and regions begin at a page), and the memory is
        // only reached as shared memory.
        unsafe { way::atomic(&self.way.ring, atomic, at) }
    }

    /// Executes one posted request.
    #[inline]
    fn execute(&mut self, request: &WorkRequest<'_>) -> Result<(), Status> {
        let remote = request.remote;
        match request.operation {
            Operation::Read { into } => {
                let at = self.locate(remote, into.len, right::READ)?;
                self.way.ring.settle_writes();
                // SAFETY: `at` is valid for the length (`locate`), the slice is registered memory
                // of this process that its region keeps; both are shared memory.
                unsafe { copy::transfer(at, into.addr, into.len) };
                fence(Ordering::Acquire);
            }
            Operation::Write { from } => {
                let at = self.locate(remote, from.len, right::WRITE)?;
                fence(Ordering::Release);
                // SAFETY: as for READ, the other way round.
                unsafe { copy::transfer(from.addr, at, from.len) };
                self.way.ring.note_write();
            }
            Operation::WriteInline { data } => {
                let at = self.locate(remote, data.len(), right::WRITE)?;
                fence(Ordering::Release);
                // SAFETY: `at` is valid for the length (`locate`); `data` is private memory.
                unsafe { copy::store(data.as_ptr(), at, data.len()) };
                self.way.ring.note_write();
            }
            Operation::Atomic { result, atomic } => {
                let at = self.locate(remote, 8, right::ATOMIC)?;
                let before = self.execute_atomic(atomic, at);
                // SAFETY: the wrapper has checked that the result has 8 bytes.
                unsafe { copy::store(before.to_ne_bytes().as_ptr(), result.addr, 8) };
            }
        }
        Ok(())
    }
}

impl RawQueuePair for ShmQueuePair {
    type Window = ShmWindow;

    fn number(&self) -> u32 {
        self.number
    }

    fn card(&self) -> Card {
        self.inner.pair_card(self.number)
    }

    fn connect(&mut self, peer: &Card) -> Result<(), Error> {
        let (card, files) = PairCard::decode(peer)?;
        let peer = self.inner.peer(&card, &files)?;
        self.peer_number = card.number;
        let connection = (Arc::clone(&peer), card.number);
        lock(&self.inner.pairs).connected.insert(self.number, connection);
        self.way = Rc::new(Way::new(&self.inner, &self.way.ring, self.number, peer, card.number));
        let [low, high] = card.fabric.words();
        let own = self.way.own();
        own.peer[0].store(low, Ordering::Relaxed);
        own.peer[1].store(high, Ordering::Relaxed);
        own.peer_number.store(card.number.into(), Ordering::Relaxed);
        // Pairs with the load in `establish` of the peer.
        own.state.store(state::connected(self.number), Ordering::Release);
        self.stage = Stage::Connecting;
        Ok(())
    }

    #[inline(never)]
    fn post(
        &mut self,
        requests: &[WorkRequest<'_>],
        first_id: u64,
        signal_last: bool,
    ) -> Result<(), Refusal> {
        // Waiting for the peer must not look like an access that is under way. If it fails, so does
        // the first request below.
        let mut result = if self.way.is_up() { Ok(()) } else { self.establish() };
        self.way.begin(self.way.own());
        for (i, request) in requests.iter().enumerate() {
            if result.is_ok() {
                result = self.execute(request);
            }
            let signaled = request.signaled || (signal_last && i + 1 == requests.len());
            match result {
                Ok(()) if signaled => self.way.ring.push(nth_id(first_id, i), Status::Success),
                Ok(()) => {}
                Err(status) => {
                    self.way.ring.push(nth_id(first_id, i), status);
                    // What comes after the one that failed is not executed.
                    result = Err(Status::Flushed);
                }
            }
        }
        self.way.ring.settle_writes();
        self.way.end(self.way.own());
        Ok(())
    }

    fn fail(&mut self) -> Result<(), Error> {
        self.break_off(Status::Flushed);
        self.inner.settle(Some(self.number))
    }

    fn window(&mut self, from: RemoteAddr) -> Option<ShmWindow> {
        if self.stage == Stage::Connecting && self.has_connected() {
            self.establish().ok()?;
        }
        let key = from.rkey.0;
        if self.reach(from, 0, right::ALL).is_none() {
            self.learn(key)?;
        }
        let start = self.reach(from, 0, right::ALL)?;
        let entry = &self.regions[table::region_slot(key)];
        let import = Arc::clone(entry.import.as_ref()?);
        let len = entry.len - from.addr.wrapping_sub(entry.addr);
        self.way.watch(self.way.peer.table.region(key), key.into());
        Some(ShmWindow::new(&self.way, start, len, import))
    }

    #[inline]
    fn read_in_place(&mut self, remote: RemoteAddr, into: &mut [u8]) -> Option<Status> {
        let at = match self.locate(remote, into.len(), right::READ) {
            Ok(at) => at,
            Err(status) => return Some(status),
        };
        self.way.ring.settle_writes();
        // SAFETY: `at` is valid for the length (`locate`), and `into` is private memory.
        unsafe { copy::load(at, into.as_mut_ptr(), into.len()) };
        fence(Ordering::Acquire);
        Some(Status::Success)
    }

    #[inline]
    fn write_in_place(&mut self, from: &[u8], remote: RemoteAddr) -> Option<Status> {
        if self.way.is_closed()
            && let Err(status) = self.establish()
        {
            return Some(status);
        }
        self.way.begin(self.way.own());
        let status = match self.locate(remote, from.len(), right::WRITE) {
            Ok(at) => {
                fence(Ordering::Release);
                // SAFETY: as in `read_in_place`, the other way round.
                unsafe { copy::store(from.as_ptr(), at, from.len()) };
                self.way.ring.note_write();
                Status::Success
            }
            Err(status) => status,
        };
        self.way.end(self.way.own());
        Some(status)
    }

    #[inline]
    fn atomic_in_place(
        &mut self,
        atomic: Atomic,
        remote: RemoteAddr,
        result: &mut u64,
    ) -> Option<Status> {
        if self.way.is_closed()
            && let Err(status) = self.establish()
        {
            return Some(status);
        }
        if !remote.addr.is_multiple_of(8) {
            return Some(self.break_off(Status::RemoteInvalidRequest));
        }
        self.way.begin(self.way.own());
        let status = match self.locate(remote, 8, right::ATOMIC) {
            Ok(at) => {
                *result = self.execute_atomic(atomic, at);
                Status::Success
            }
            Err(status) => status,
        };
        self.way.end(self.way.own());
        Some(status)
    }
}

impl Drop for ShmQueuePair {
    fn drop(&mut self) {
        // The slot keeps the word of a failed pair until the next one takes it: no peer expects it.
        self.way.close();
        self.inner.own.table.forbid(&self.way.own().state, state::failed(self.number));
        if let Err(error) = self.inner.settle(Some(self.number)) {
            log::error!("queue pair {} ended while its peer may use it: {error}", self.number);
        }
        let mut pairs = lock(&self.inner.pairs);
        pairs.connected.remove(&self.number);
        pairs.slots.give_back(self.number);
    }
}
