//! Registered memory: the local side ([`Region`], [`Slice`]) and the remote side
//! ([`RemoteRegion`], [`RemoteAddr`]).

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

use crate::card::Card;
use crate::error::Error;
use crate::memory::Memory;

/// What remote peers may do with a region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// Peers may READ.
    pub remote_read: bool,
    /// Peers may WRITE.
    pub remote_write: bool,
    /// Peers may execute atomics.
    pub remote_atomic: bool,
}

impl Access {
    /// No remote access: a local buffer.
    pub const fn local() -> Access {
        Access { remote_read: false, remote_write: false, remote_atomic: false }
    }

    /// Everything.
    pub const fn all() -> Access {
        Access { remote_read: true, remote_write: true, remote_atomic: true }
    }

    /// READ alone.
    pub const fn read_only() -> Access {
        Access { remote_read: true, remote_write: false, remote_atomic: false }
    }
}

/// The key that a peer presents with each access to a remote region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rkey(pub u32);

/// An address in the memory of the peer that a queue pair is connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RemoteAddr {
    /// The address, as the owner of the region counts.
    pub addr: u64,
    /// The key of the region that it lies in.
    pub rkey: Rkey,
}

impl RemoteAddr {
    /// The address `offset` bytes further on.
    #[inline]
    pub fn plus(self, offset: u64) -> RemoteAddr {
        RemoteAddr { addr: self.addr.wrapping_add(offset), ..self }
    }
}

impl fmt::Display for RemoteAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x} (rkey {:#x})", self.addr, self.rkey.0)
    }
}

/// A registration with a provider, ended when it is dropped.
pub struct Registration {
    /// The local key, for providers that have one.
    pub lkey: u32,
    /// The address of the first byte, as peers name it.
    pub addr: u64,
    /// The key that peers present.
    pub rkey: Rkey,
    /// What peers need to know.
    pub card: Card,
    /// Ends the registration when dropped; until then the memory may be accessed by the NIC.
    pub guard: Box<dyn Any + Send + Sync>,
}

/// Memory that is registered with a fabric: it keeps its mapping, and peers that know its card may
/// access it as its [`Access`] allows. Dropping it ends the registration first; later accesses by
/// peers fail with [`Status::RemoteAccess`](crate::Status::RemoteAccess).
pub struct Region {
    // Order matters: the registration ends before the memory may go.
    registration: Registration,
    memory: Arc<Memory>,
    access: Access,
}

impl Region {
    pub(crate) fn new(registration: Registration, memory: Arc<Memory>, access: Access) -> Region {
        Region { registration, memory, access }
    }

    /// The memory itself.
    #[inline]
    pub fn memory(&self) -> &Arc<Memory> {
        &self.memory
    }

    /// Its length in bytes.
    #[inline]
    pub fn len(&self) -> usize {
        self.memory.len()
    }

    /// True when it has no bytes (no provider registers such a region).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What peers may do.
    pub fn access(&self) -> Access {
        self.access
    }

    /// The key that peers present.
    pub fn rkey(&self) -> Rkey {
        self.registration.rkey
    }

    /// The address of its first byte, as peers name it.
    pub fn addr(&self) -> u64 {
        self.registration.addr
    }

    /// What to carry to a peer, which gives it to [`Fabric::import`](crate::Fabric::import).
    pub fn card(&self) -> Card {
        self.registration.card.clone()
    }

    /// A part of it as the local buffer of a work request.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when the range does not lie inside.
    #[inline]
    pub fn slice(&self, range: Range<usize>) -> Result<Slice<'_>, Error> {
        if range.start > range.end || range.end > self.len() {
            return Err(Error::OutOfRange { start: range.start, end: range.end, len: self.len() });
        }
        Ok(Slice {
            addr: self.memory.as_ptr().wrapping_add(range.start),
            len: range.end - range.start,
            lkey: self.registration.lkey,
            region: PhantomData,
        })
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Region")
            .field("addr", &format_args!("{:#x}", self.addr()))
            .field("len", &self.len())
            .field("rkey", &format_args!("{:#x}", self.rkey().0))
            .field("access", &self.access)
            .finish()
    }
}

/// A local buffer of a work request: a range of a [`Region`], so always registered memory.
///
/// The NIC may go on accessing it after the borrow has ended, until the request completes. That is
/// sound, because a region's memory is only ever reached as shared memory (copies and atomic
/// cells), and because dropping the region ends the NIC's access before it unmaps.
#[derive(Clone, Copy, Debug)]
pub struct Slice<'a> {
    pub(crate) addr: *mut u8,
    pub(crate) len: usize,
    pub(crate) lkey: u32,
    region: PhantomData<&'a Region>,
}

impl Slice<'_> {
    /// Its length in bytes.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// True when it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<'a> Slice<'a> {
    /// The first `at` bytes, and the rest.
    ///
    /// # Panics
    /// When it has fewer.
    pub fn split_at(self, at: usize) -> (Slice<'a>, Slice<'a>) {
        assert!(at <= self.len, "split at {at} of {} bytes", self.len);
        let back = Slice { addr: self.addr.wrapping_add(at), len: self.len - at, ..self };
        (Slice { len: at, ..self }, back)
    }
}

/// A peer's region, as imported from its card.
#[derive(Clone)]
pub struct RemoteRegion {
    pub(crate) addr: u64,
    pub(crate) len: u64,
    pub(crate) rkey: Rkey,
    pub(crate) mapped: Option<Arc<Memory>>,
    /// Keeps whatever the provider needs to reach it.
    pub(crate) _import: Arc<dyn Any + Send + Sync>,
}

impl RemoteRegion {
    /// A region as a provider decoded it; `mapped` is its memory, where this process can map it.
    pub fn new(
        addr: u64,
        len: u64,
        rkey: Rkey,
        mapped: Option<Arc<Memory>>,
        import: Arc<dyn Any + Send + Sync>,
    ) -> RemoteRegion {
        RemoteRegion { addr, len, rkey, mapped, _import: import }
    }

    /// The remote address of its byte `offset`. Not checked here: the responder checks each access.
    #[inline]
    pub fn at(&self, offset: u64) -> RemoteAddr {
        RemoteAddr { addr: self.addr.wrapping_add(offset), rkey: self.rkey }
    }

    /// Its length in bytes.
    #[inline]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// True when it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Its memory, when it is mapped into this process too (provider `shm`). An access through it
    /// bypasses the checks and the error state of a queue pair.
    pub fn mapped(&self) -> Option<&Arc<Memory>> {
        self.mapped.as_ref()
    }
}

impl fmt::Debug for RemoteRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteRegion").field("start", &self.at(0)).field("len", &self.len).finish()
    }
}
