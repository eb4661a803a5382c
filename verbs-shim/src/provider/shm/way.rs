//! [`Way`]: what every operation of a pair goes by, and its windows too.

use std::cell::{Cell, RefCell};
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::peer::Peer;
use super::queue::Ring;
use super::table::{PairSlot, RegionSlot, state};
use super::{Inner, fence as fencing};
use crate::window::Update;
use crate::work_request::Atomic;

/// No table has had so many changes: a way that is closed compares with it.
const NEVER: u64 = u64::MAX;

/// The way from a pair to its peer. It stays on the pair's thread.
///
/// The pair looks at the slots of the peer's key table with each operation. Windows look at one word, how often
/// something in that table was forbidden, and only where that is not what is known (`seen`) at all the slots that any of
/// them depends on.
pub(super) struct Way {
    /// How often the peer had forbidden something when all that windows depend on was last found valid; [`NEVER`]
    /// when they are closed. Only this word is compared at each operation, so with one key all windows of a pair close.
    seen: Cell<u64>,
    /// Keys that windows depend on, with the words that must say them.
    keys: RefCell<Vec<(NonNull<AtomicU64>, u64)>>,
    /// The peer's slot; our own until there is a peer.
    remote: NonNull<PairSlot>,
    /// What the state of `remote` must be; [`state::NEVER`] before both sides are connected, and once the pair has
    /// failed or is gone, which closes its windows.
    expected: Cell<u64>,
    gone: NonNull<AtomicBool>,
    own: NonNull<PairSlot>,
    registered: bool,
    pub(super) ring: Ring,
    /// Keeps `remote` and `gone` mapped; ourselves until there is a peer.
    pub(super) peer: Arc<Peer>,
    /// Keeps `own` mapped.
    _inner: Arc<Inner>,
}

impl Way {
    /// From pair `number` of this process to pair `peer_number` of `peer`.
    pub(super) fn new(
        inner: &Arc<Inner>,
        ring: &Ring,
        number: u32,
        peer: Arc<Peer>,
        peer_number: u32,
    ) -> Way {
        Way {
            seen: Cell::new(NEVER),
            keys: RefCell::default(),
            remote: NonNull::from(peer.table.pair(peer_number)),
            expected: Cell::new(state::NEVER),
            gone: NonNull::from(&*peer.gone),
            own: NonNull::from(inner.own.table.pair(number)),
            registered: !inner.own.fences_itself,
            ring: ring.clone(),
            peer,
            _inner: Arc::clone(inner),
        }
    }

    #[inline(always)]
    pub(super) fn own(&self) -> &PairSlot {
        // SAFETY: it lies in our key table, which `_inner` keeps mapped.
        unsafe { self.own.as_ref() }
    }

    #[inline(always)]
    pub(super) fn remote(&self) -> &PairSlot {
        // SAFETY: it lies in the key table of `peer`, which it keeps mapped.
        unsafe { self.remote.as_ref() }
    }

    #[inline(always)]
    pub(super) fn peer_is_gone(&self) -> bool {
        // SAFETY: the flag belongs to `peer`, which keeps it.
        unsafe { self.gone.as_ref() }.load(Ordering::Relaxed)
    }

    /// Both sides are connected.
    pub(super) fn open(&self, peer_number: u32) {
        self.expected.set(state::connected(peer_number));
    }

    /// The pair has failed, or is gone.
    pub(super) fn close(&self) {
        self.expected.set(state::NEVER);
        self.seen.set(NEVER);
    }

    /// A window depends on this key, too.
    pub(super) fn watch(&self, slot: &RegionSlot, key: u64) {
        self.keys.borrow_mut().push((NonNull::from(&slot.key), key));
        self.seen.set(NEVER);
        self.look_again(self.peer.table.changes().load(Ordering::Acquire));
    }

    /// How often the peer has forbidden something, which its windows ask with each operation.
    pub(super) fn changes(&self) -> NonNull<AtomicU64> {
        NonNull::from(self.peer.table.changes())
    }

    /// Whether the peer has forbidden nothing since all that windows depend on was last found valid.
    #[inline(always)]
    pub(super) fn is_as_seen(&self, changes: u64) -> bool {
        changes == self.seen.get()
    }

    /// Whether all that windows depend on is valid, when the peer has forbidden something so often.
    #[inline(always)]
    pub(super) fn is_clear(&self, changes: u64) -> bool {
        self.is_as_seen(changes) || self.look_again(changes)
    }

    /// Looks at everything. What has ended does not come back, so windows do not either.
    #[cold]
    fn look_again(&self, changes: u64) -> bool {
        // SAFETY: they lie in the key table of `peer`, which it keeps mapped.
        let says = |word: NonNull<AtomicU64>| unsafe { word.as_ref() }.load(Ordering::Acquire);
        let is_clear =
            self.is_up() && self.keys.borrow().iter().all(|(word, key)| says(*word) == *key);
        if is_clear {
            self.seen.set(changes);
        }
        is_clear
    }

    #[inline(always)]
    pub(super) fn is_closed(&self) -> bool {
        self.expected.get() == state::NEVER
    }

    /// Whether the peer's pair lives and is connected to ours.
    #[inline(always)]
    pub(super) fn is_up(&self) -> bool {
        self.remote().state.load(Ordering::Acquire) == self.expected.get() && !self.peer_is_gone()
    }

    /// Begins to change memory of the peer, see [`super::fence`]; `own` is the pair's own slot.
    #[inline(always)]
    pub(super) fn begin(&self, own: &PairSlot) {
        step(own, Ordering::Relaxed);
        fencing::light(self.registered);
    }

    /// Ends what was begun.
    #[inline(always)]
    pub(super) fn end(&self, own: &PairSlot) {
        step(own, Ordering::Release);
    }
}

/// `seq` has one writer: the thread of the pair that has the slot.
#[inline(always)]
fn step(own: &PairSlot, order: Ordering) {
    own.seq.store(own.seq.load(Ordering::Relaxed).wrapping_add(1), order);
}

/// Executes an atomic on a word.
///
/// # Safety
/// `at` is aligned, valid for 8 bytes, and belongs to memory that is only accessed as shared memory.
#[inline(always)]
pub(super) unsafe fn atomic(ring: &Ring, atomic: Atomic, at: *mut u8) -> u64 {
    // SAFETY: as the caller promises.
    let word = unsafe { AtomicU64::from_ptr(at.cast()) };
    ring.settle_writes_before_atomic();
    match atomic {
        Atomic::FetchAdd { add } => word.fetch_add(add, Ordering::SeqCst),
        Atomic::CompareSwap { expected, new } => word
            .compare_exchange(expected, new, Ordering::SeqCst, Ordering::SeqCst)
            .unwrap_or_else(|now| now),
    }
}

/// Updates a word. Without an answer the processor has one instruction for each of these.
///
/// # Safety
/// As [`atomic`].
#[inline(always)]
pub(super) unsafe fn update(ring: &Ring, update: Update, operand: u64, at: *mut u8) {
    // SAFETY: as the caller promises.
    let word = unsafe { AtomicU64::from_ptr(at.cast()) };
    ring.settle_writes_before_atomic();
    match update {
        Update::Add => word.fetch_add(operand, Ordering::SeqCst),
        Update::And => word.fetch_and(operand, Ordering::SeqCst),
        Update::Or => word.fetch_or(operand, Ordering::SeqCst),
        Update::Xor => word.fetch_xor(operand, Ordering::SeqCst),
    };
}
