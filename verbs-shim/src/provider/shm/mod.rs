//! [`Shm`]: one-sided operations among processes of one host, executed in place.
//!
//! Memory is memfds that the initiator maps too, so an operation is a copy or a CPU atomic, done by
//! the thread that posts it, with the checks that a NIC would make: the peer lives, its queue pair
//! is connected to this one, the key is valid, gives the right, and covers the range.
//!
//! | file | what |
//! | --- | --- |
//! | `card.rs` | what is carried to peers |
//! | `table.rs` | the key table: validity of keys and pairs, in memory that peers map |
//! | `fence.rs` | forbidding accesses so that none is under way any more |
//! | `peer.rs` | peers, and the thread that hears of their deaths |
//! | `pair.rs` | queue pairs: the operations |
//! | `way.rs` | what operations of a pair, and of its windows, go by |
//! | `window.rs` | windows: the shortest way to a region |
//! | `queue.rs` | completion queues |
//!
//! # States of a pair
//!
//! ```text
//!  made ──connect──> connected ──error, fail()──> failed ──drop──> (slot free)
//! ```
//!
//! Each pair has a slot of its own process's key table that says this, and a peer's operations
//! through it count only while it says *connected*, to that peer. `fail()`, the end of a pair and
//! the end of a registration wait until no access that began before is under way, so what they
//! forbid never happens later.
//!
//! # Trust
//!
//! Processes that exchange cards can write each other's tables and memory, so they must trust each
//! other, as programs of one user do. Damaged cards are found; a table that a peer scribbles over
//! makes operations fail, but never reaches outside of the memory that was mapped.

mod card;
mod fence;
mod pair;
mod peer;
mod queue;
mod table;
mod way;
mod window;

use std::collections::HashMap;
use std::fmt;
use std::os::fd::OwnedFd;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use rustix::process::PidfdFlags;

use self::card::{FabricId, PairCard, RegionCard};
use self::pair::ShmQueuePair;
use self::peer::{Monitor, Peer};
use self::queue::ShmCompletionQueue;
use self::table::{PAIR_BITS, REGION_BITS, Slots, Table};
use super::{Portable, Provider};
use crate::capabilities::{Atomicity, Capabilities, WriteOrder};
use crate::card::Card;
use crate::error::{Error, OpenError};
use crate::memory::Memory;
use crate::queue_pair::QueuePairConfig;
use crate::region::{Access, Registration, RemoteRegion, Rkey};

const DEVICE: &str = "host memory";

/// The provider for processes of one host: loads, stores and CPU atomics on shared memory.
///
/// Requests execute within the call that posts them, so it takes as long as they do. A request to a
/// peer that has not connected its side yet waits for it, as long as the timeout and the retries of
/// the pair's [`QueuePairConfig`] say (as a NIC does, but within `post`).
///
/// An operation in place ([`QueuePair::write_in_place`](crate::QueuePair::write_in_place)) returns
/// when the processor has executed it. Seen by others, WRITEs are in order, and before later READs and
/// atomics of all pairs of the same completion queue; a thread that then looks at memory by other means, and must not
/// look before its WRITE is seen, needs `std::sync::atomic::fence(SeqCst)` in between. Posted work
/// needs nothing: what has completed is seen by all.
///
/// A [`RemoteRegion`] must be kept as long as its addresses are used: it holds the mapping.
#[derive(Debug)]
pub struct Shm {
    inner: Arc<Inner>,
}

/// What all objects of an opened provider share.
struct Inner {
    id: FabricId,
    /// Ourselves, for loopback.
    own: Arc<Peer>,
    process: Arc<OwnedFd>,
    capabilities: Capabilities,
    regions: Mutex<Slots>,
    pairs: Mutex<Pairs>,
    imports: Mutex<HashMap<(FabricId, u32), Weak<Import>>>,
    peers: Mutex<HashMap<FabricId, Weak<Peer>>>,
    monitor: Monitor,
}

struct Pairs {
    slots: Slots,
    /// Who may be accessing our memory: for the number of each pair that is or was connected, the
    /// peer and the number of its pair.
    connected: HashMap<u32, (Arc<Peer>, u32)>,
}

/// Memory of a peer (or our own) that our pairs can reach.
struct Import {
    memory: Arc<Memory>,
    fabric: FabricId,
    key: u32,
    inner: Weak<Inner>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What the locks guard is whole between any two statements.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shm {
    /// Opens it. Every process of the job opens its own.
    ///
    /// # Errors
    /// When the kernel refuses memory, randomness or a pidfd (Linux before 5.3 has none).
    pub fn open() -> Result<Shm, OpenError> {
        let process = rustix::process::pidfd_open(rustix::process::getpid(), PidfdFlags::empty())
            .map_err(|e| failed("pidfd_open")(e.into()))?;
        Shm::open_as(process)
    }

    /// Opens it with a pidfd that somebody else has opened: peers take this process to live as long as that one
    /// does. For tools in which a program cannot open its own, as valgrind.
    ///
    /// # Errors
    /// When the kernel refuses memory or randomness.
    #[doc(hidden)]
    pub fn open_as(process: OwnedFd) -> Result<Shm, OpenError> {
        let mut id = [0; 16];
        getrandom::fill(&mut id)
            .map_err(|e| failed("getrandom")(std::io::Error::other(e.to_string())))?;
        let id = FabricId(id);
        let table = Table::create().map_err(|error| match error {
            Error::OutOfMemory { source, .. } => failed("reserving the key table")(source),
            other => failed("making the key table")(std::io::Error::other(other)),
        })?;
        let registered = fence::register();
        Ok(Shm {
            inner: Arc::new(Inner {
                id,
                own: Arc::new(Peer::own(id, Arc::new(table), !registered)),
                process: Arc::new(process),
                capabilities: capabilities(),
                regions: Mutex::new(Slots::new(REGION_BITS)),
                pairs: Mutex::new(Pairs {
                    slots: Slots::new(PAIR_BITS),
                    connected: HashMap::new(),
                }),
                imports: Mutex::default(),
                peers: Mutex::default(),
                monitor: Monitor::default(),
            }),
        })
    }
}

fn failed(operation: &'static str) -> impl Fn(std::io::Error) -> OpenError {
    move |source| OpenError::Failed { operation, source }
}

fn capabilities() -> Capabilities {
    Capabilities {
        provider: "shm",
        device: DEVICE.to_owned(),
        atomicity: Atomicity::System,
        write_order: WriteOrder::InOrder,
        in_place: true,
        max_inline: 1024,
        // Nothing is in flight; so it is no limit of its own.
        max_outstanding_reads: MAX_DEPTH,
        // As InfiniBand has it.
        max_message: 1 << 31,
        max_send_depth: MAX_DEPTH,
        max_completions: MAX_DEPTH,
        on_demand_paging: false,
        link_gbps: None,
        mtu: None,
        pins_memory: false,
    }
}

const MAX_DEPTH: u32 = 1 << 15;

fn limit(what: &'static str, bits: u32) -> Error {
    let limit = 1 << bits;
    Error::Limit { what, asked: limit + 1, limit, device: DEVICE.to_owned() }
}

impl Provider for Shm {
    type CompletionQueue = ShmCompletionQueue;
    type QueuePair = ShmQueuePair;

    #[inline]
    fn capabilities(&self) -> &Capabilities {
        &self.inner.capabilities
    }

    fn register(&self, memory: &Arc<Memory>, access: Access) -> Result<Registration, Error> {
        let inner = &self.inner;
        let file = memory.shared_fd().ok_or_else(|| Error::DeviceFailed {
            device: DEVICE.to_owned(),
            reason: "anonymous memory cannot be registered, because peers cannot map it".to_owned(),
        })?;
        let key = lock(&inner.regions)
            .take()
            .ok_or_else(|| limit("the number of regions registered at once", REGION_BITS))?;
        let rights = card::rights(access);
        let (addr, len) = (memory.as_ptr() as u64, memory.len() as u64);
        let slot = inner.own.table.region(key);
        slot.rights.store(rights, Ordering::Relaxed);
        slot.addr.store(addr, Ordering::Relaxed);
        slot.len.store(len, Ordering::Relaxed);
        // Pairs with the load of whoever presents the key first.
        slot.key.store(key.into(), Ordering::Release);
        let import = inner.enter(key, Arc::clone(memory), inner.id);
        let card = RegionCard { fabric: inner.id, key, rights: rights as u32, addr, len };
        Ok(Registration {
            lkey: key,
            rkey: Rkey(key),
            addr,
            card: card.encode(file),
            guard: Box::new(Registered { key, rights, _import: import, inner: Arc::clone(inner) }),
        })
    }

    fn import(&self, card: &Card) -> Result<RemoteRegion, Error> {
        let (card, file) = RegionCard::decode(card)?;
        let import = self.inner.import(&card, file)?;
        let memory = Some(Arc::clone(&import.memory));
        Ok(RemoteRegion::new(card.addr, card.len, Rkey(card.key), memory, import))
    }

    fn completion_queue(&self, depth: u32) -> Result<ShmCompletionQueue, Error> {
        Ok(ShmCompletionQueue::new(depth))
    }

    fn queue_pair(
        &self,
        queue: &mut ShmCompletionQueue,
        config: &QueuePairConfig,
    ) -> Result<ShmQueuePair, Error> {
        let number = lock(&self.inner.pairs)
            .slots
            .take()
            .ok_or_else(|| limit("the number of queue pairs at once", PAIR_BITS))?;
        Ok(ShmQueuePair::new(&self.inner, &queue.ring, number, config))
    }
}

// SAFETY: a completion queue and its pairs share the ring, and a pair shares its way with its windows alone. All else that
// they refer to is behind an `Arc`, or lies in key tables, as atomics, that an `Arc` keeps mapped.
unsafe impl Portable for Shm {}

impl Inner {
    fn pair_card(&self, number: u32) -> Card {
        PairCard { fabric: self.id, number, fences_itself: self.own.fences_itself }
            .encode(self.own.table.fd(), Arc::clone(&self.process))
    }

    /// Notes memory under its key, so that pairs find it.
    fn enter(self: &Arc<Self>, key: u32, memory: Arc<Memory>, fabric: FabricId) -> Arc<Import> {
        let import = Arc::new(Import { memory, fabric, key, inner: Arc::downgrade(self) });
        lock(&self.imports).insert((fabric, key), Arc::downgrade(&import));
        import
    }

    /// The memory that a key of a fabric names, if it was imported.
    fn find(&self, fabric: FabricId, key: u32) -> Option<Arc<Import>> {
        lock(&self.imports).get(&(fabric, key)).and_then(Weak::upgrade)
    }

    fn import(
        self: &Arc<Self>,
        card: &RegionCard,
        file: &Arc<OwnedFd>,
    ) -> Result<Arc<Import>, Error> {
        // Imported already, or our own: one mapping is enough.
        if let Some(import) = self.find(card.fabric, card.key) {
            if import.memory.len() as u64 == card.len && same_file(&import.memory, file) {
                return Ok(import);
            }
            return Err(Error::BadCard {
                reason: format!(
                    "its key {:#x} is known already, for other memory of {} bytes",
                    card.key,
                    import.memory.len()
                ),
            });
        }
        let len = usize::try_from(card.len).map_err(|_| Error::BadCard {
            reason: format!("a region of {} bytes does not fit this process", card.len),
        })?;
        let memory = Memory::import(Arc::clone(file), len)?;
        Ok(self.enter(card.key, Arc::new(memory), card.fabric))
    }

    /// The peer that a card tells of.
    fn peer(&self, card: &PairCard, files: &card::PairFiles<'_>) -> Result<Arc<Peer>, Error> {
        if card.fabric == self.id {
            return Ok(Arc::clone(&self.own));
        }
        let mut peers = lock(&self.peers);
        if let Some(peer) = peers.get(&card.fabric).and_then(Weak::upgrade) {
            return Ok(peer);
        }
        let table = Arc::new(Table::import(files.table)?);
        let peer = Arc::new(Peer::other(
            card.fabric,
            table,
            card.fences_itself,
            files.process,
            &self.monitor,
        )?);
        peers.retain(|_, peer| peer.strong_count() > 0);
        peers.insert(card.fabric, Arc::downgrade(&peer));
        Ok(peer)
    }

    /// Waits until no initiator is in the middle of changing our memory, all of them (`None`) or
    /// the one that a pair of ours is connected to. What is to be forbidden has been stored before.
    fn settle(&self, pair: Option<u32>) -> Result<(), Error> {
        let initiators: Vec<_> = {
            let pairs = lock(&self.pairs);
            let of = |(_, to): (&u32, &(Arc<Peer>, u32))| to.clone();
            match pair {
                Some(number) => pairs.connected.get(&number).cloned().into_iter().collect(),
                None => pairs.connected.iter().map(of).collect(),
            }
        };
        if initiators.is_empty() {
            return Ok(());
        }
        if let Err(source) = fence::heavy()
            && initiators.iter().any(|(peer, _)| !peer.fences_itself)
        {
            return Err(Error::System { operation: "membarrier".to_owned(), source });
        }
        for (peer, number) in &initiators {
            if !fence::settle(peer.table.pair(*number), &peer.gone) {
                return Err(Error::DeviceFailed {
                    device: DEVICE.to_owned(),
                    reason: format!(
                        "a peer has been in the middle of an access for {:?}; its process seems to \
                         be stopped: continue or kill it",
                        fence::PATIENCE
                    ),
                });
            }
        }
        Ok(())
    }
}

fn same_file(memory: &Memory, file: &OwnedFd) -> bool {
    let Some(own) = memory.fd() else { return false };
    match (rustix::fs::fstat(own), rustix::fs::fstat(file)) {
        (Ok(a), Ok(b)) => (a.st_dev, a.st_ino) == (b.st_dev, b.st_ino),
        _ => false,
    }
}

impl Drop for Import {
    fn drop(&mut self) {
        let Some(inner) = self.inner.upgrade() else { return };
        let mut imports = lock(&inner.imports);
        let at = (self.fabric, self.key);
        // Another import of the same key may have come meanwhile.
        if imports.get(&at).is_some_and(|import| import.strong_count() == 0) {
            imports.remove(&at);
        }
    }
}

/// Ends a registration when dropped.
struct Registered {
    key: u32,
    rights: u64,
    _import: Arc<Import>,
    inner: Arc<Inner>,
}

impl Drop for Registered {
    fn drop(&mut self) {
        let table = &self.inner.own.table;
        table.forbid(&table.region(self.key).key, 0);
        if self.rights & (table::right::WRITE | table::right::ATOMIC) != 0
            && let Err(error) = self.inner.settle(None)
        {
            log::error!("a registration was ended while it may still be accessed: {error}");
        }
        lock(&self.inner.regions).give_back(self.key);
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "shm fabric {:02x?}", &self.id.0[..4])
    }
}
