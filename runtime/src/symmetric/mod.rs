//! Symmetric memory: a range of every node's arena that lies at the same offset on all of them, and one-sided
//! operations on it by rank and offset. For languages that bring a memory model of their own, as OpenSHMEM does; what
//! the C library `pangea-shmem` is made of.
//!
//! | file | what |
//! | --- | --- |
//! | `mod.rs` | [`Symmetric`]: joining with such a range, where it lies, waiting, ends |
//! | `image.rs` | pages of this process that are moved into it |
//! | `transfer.rs` | reading and writing |
//! | `signal.rs` | words behind what was written, to say that it is there |
//! | `atomic.rs` | atomics of 64 bits |
//! | `narrow.rs` | atomics of 32 bits, where the provider has those of 64 alone |
//! | `error.rs` | what can be wrong |
//!
//! ```text
//!  arena of each node, one file of ordinary pages, one key
//! ┌───────────────────────────────────────┬──────────────────────────┬───────────────────┐
//! │ the runtime's words, and segments,    │ zero at first            │ image: pages that │
//! │ which the catalog gives out           │                          │ were moved here   │
//! └───────────────────────────────────────┴──────────────────────────┴───────────────────┘
//! 0                             arena_bytes                           image_at            len
//!                               offset 0 of the symmetric range
//! ```
//!
//! Where nodes have images of different lengths, as programs that differ have, none is part of the range: it ends at `image_at`.
//!
//! It is a sibling of the collections: over the endpoint, and not known to the coordinator. Where the provider executes
//! in place, operations are loads, stores and instructions of the processor, without the checks of a window: no key ends
//! before all have left, and whoever uses this ends the job when a node dies. Elsewhere they go by the calling thread's
//! queue pairs, and what was begun is complete after [`Symmetric::quiet`] of the same thread.

mod atomic;
mod error;
mod image;
mod narrow;
mod signal;
mod transfer;

use std::fmt;
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};

use verbs_shim::Memory;

pub use atomic::{Atomic32, Atomic64, AtomicOperation};
pub use error::SymmetricError;
pub use image::Image;
pub use narrow::LOCKS_BYTES;
pub use signal::Signal;
pub use transfer::Strided;

use crate::cluster::{Coordinator, JobEnv, Welcome};
use crate::endpoint::{Beyond, Endpoint, Place};
use crate::error::Error;
use crate::node::{Node, find_job, open_provider};
use crate::primitives::{Primitives, System};
use image::Moved;
use narrow::Turns;

/// What a process that belongs to no job contributes besides its symmetric memory: enough for a few segments.
const ALONE_BYTES: u64 = 16 << 20;

/// Looks of a wait after which it asks whether the job has ended.
const LOOKS: u32 = 256;

/// What this node contributes.
#[derive(Debug, Default)]
pub struct Options<'a> {
    /// Symmetric bytes before the image; rounded up to whole pages. The same on all nodes.
    pub bytes: u64,
    /// The same where the provider executes in place, and memory takes room when it is touched; `bytes`, if not said.
    pub bytes_in_place: Option<u64>,
    /// Pages of this process that are to be moved to the end of the symmetric range.
    pub image: Image,
    /// The job to join; without one the environment's, as [`pangea::join`](crate::join) does.
    pub job: Option<&'a JobEnv>,
}

/// A node of the job, and the symmetric memory of all nodes. Shared by all threads.
pub struct Symmetric<P: Primitives = System> {
    node: Node<P>,
    endpoint: Arc<Endpoint<P>>,
    /// Where the symmetric range begins in each arena.
    start: u64,
    len: usize,
    moved: Moved,
    /// By rank, the arenas that this process has mapped.
    mapped: Box<[Option<Arc<Memory>>]>,
    in_place: bool,
    turns: Turns<P>,
}

impl Symmetric {
    /// Joins the job with symmetric memory, and waits until all nodes have joined. Where their images differ in length, the
    /// symmetric range is what is before them.
    ///
    /// # Errors
    /// As [`pangea::join`](crate::join); [`SymmetricError::Sizes`] when nodes have different sizes,
    /// [`SymmetricError::Image`] when pages cannot be moved.
    pub fn join(options: Options<'_>) -> Result<Symmetric, Error> {
        let (job, own) = match options.job {
            Some(job) => (job.clone(), None),
            None => find_job(ALONE_BYTES)?,
        };
        Symmetric::enter(options, &job, own, open_provider)
    }
}

impl<P: Primitives> Symmetric<P> {
    /// As [`Symmetric::join`], on threads and wires of other [`Primitives`] and with the provider that `open` makes.
    ///
    /// # Errors
    /// As [`Symmetric::join`], and what `open` says.
    pub fn join_with(
        options: Options<'_>,
        job: &JobEnv,
        open: impl FnOnce(&Welcome) -> Result<P::Provider, Error>,
    ) -> Result<Symmetric<P>, Error> {
        Symmetric::enter(options, job, None, open)
    }

    fn enter(
        options: Options<'_>,
        job: &JobEnv,
        own: Option<Coordinator<P>>,
        open: impl FnOnce(&Welcome) -> Result<P::Provider, Error>,
    ) -> Result<Symmetric<P>, Error> {
        let Options { bytes, bytes_in_place, image, .. } = options;
        let page = rustix::param::page_size() as u64;
        let image_len = image.len();
        let with_image = |bytes: u64| {
            let image_at = bytes.checked_next_multiple_of(page);
            let all = image_at.and_then(|image_at| image_at.checked_add(image_len as u64));
            all.map(|all| all.max(1)).ok_or(SymmetricError::TooLarge { bytes })
        };
        let all = with_image(bytes)?;
        let all_in_place = bytes_in_place.map_or(Ok(all), with_image)?;
        let (mut begins, mut moved) = (0, Moved::default());
        let fill = |memory: &Memory, start: usize| {
            begins = start;
            moved = image.move_to(memory, start, memory.len() - start - image_len)?;
            Ok(())
        };
        let beyond = Beyond { bytes: all, bytes_in_place: all_in_place, fill: Box::new(fill) };
        let node = Node::enter(job, own, Some(beyond), open)?;
        let endpoint = Arc::clone(node.endpoint());
        let start = begins as u64;
        let of_arena = |len: u64| len.saturating_sub(start);
        let mut len = of_arena(endpoint.arena().len() as u64);
        let mut mapped = Vec::with_capacity(endpoint.size() as usize);
        let mut other = None;
        for rank in 0..endpoint.size() {
            let theirs = of_arena(endpoint.arena_len(rank)?);
            if theirs != len {
                other.get_or_insert((rank, theirs));
            }
            mapped.push(endpoint.mapped(rank)?);
        }
        // If one has met another length, all have: so all come here.
        if let Some((rank, theirs)) = other {
            let image_at = len - image_len as u64;
            if node.reduce(image_at, u64::min)? != node.reduce(image_at, u64::max)? {
                let own = endpoint.rank();
                return Err(SymmetricError::Sizes { own, bytes: len, rank, theirs }.into());
            }
            len = image_at;
        }
        let in_place =
            endpoint.fabric().capabilities().in_place && mapped.iter().all(Option::is_some);
        Ok(Symmetric {
            node,
            endpoint,
            start,
            len: len as usize,
            moved,
            mapped: mapped.into(),
            in_place,
            turns: Turns::new(),
        })
    }

    /// The node itself; clones of it keep it in the job.
    pub fn node(&self) -> &Node<P> {
        &self.node
    }

    /// The number of this node.
    #[inline]
    pub fn rank(&self) -> u32 {
        self.endpoint.rank()
    }

    /// How many nodes there are.
    #[inline]
    pub fn size(&self) -> u32 {
        self.endpoint.size()
    }

    /// Where the symmetric range of this node lies.
    #[inline]
    pub fn base(&self) -> *mut u8 {
        self.endpoint.arena().as_ptr().wrapping_add(self.start as usize)
    }

    /// Bytes of the symmetric range: what was asked for, and the image, if those of all nodes are equally long; whole pages.
    #[inline]
    #[expect(clippy::len_without_is_empty, reason = "there is always a page")]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Bytes of the image of this node.
    #[inline]
    pub fn image_len(&self) -> usize {
        self.moved.len()
    }

    /// Where the image begins: how many bytes are before it.
    #[inline]
    pub fn image_at(&self) -> u64 {
        self.moved.at() as u64
    }

    /// The file of this node's arena, and where in it the symmetric range begins.
    pub fn file(&self) -> Option<(BorrowedFd<'_>, u64)> {
        Some((self.endpoint.arena().fd()?, self.start))
    }

    /// Where the symmetric range of `rank` lies in this process, if it is mapped: always for the node's own, for all
    /// where the provider executes in place.
    #[inline]
    pub fn mapped(&self, rank: u32) -> Option<*mut u8> {
        let memory = self.mapped.get(rank as usize)?.as_ref()?;
        Some(memory.as_ptr().wrapping_add(self.start as usize))
    }

    /// Whether all operations are executed in place, through what [`Symmetric::mapped`] says.
    #[inline]
    pub fn in_place(&self) -> bool {
        self.in_place
    }

    /// The offset of symmetric memory of this node, at its own address or at the one that it was moved from.
    #[inline]
    pub fn offset_of(&self, at: *const u8, len: usize) -> Option<u64> {
        let from_base = at.addr().wrapping_sub(self.base().addr());
        if from_base < self.len && len <= self.len - from_base {
            return Some(from_base as u64);
        }
        self.moved.offset_of(at.addr(), len)
    }

    /// A place that operations may touch.
    #[inline]
    fn place(&self, rank: u32, at: u64, len: usize) -> Result<Place, Error> {
        let room = (self.len as u64).checked_sub(at);
        if rank < self.size() && room.is_some_and(|room| len as u64 <= room) {
            return Ok(Place::new(rank, self.start + at));
        }
        Err(self.outside(rank, at, len))
    }

    #[cold]
    fn outside(&self, rank: u32, at: u64, len: usize) -> Error {
        if rank >= self.size() {
            return Error::NoSuchRank { rank: rank as usize, size: self.size() as usize };
        }
        SymmetricError::Outside { rank, at, len: len as u64, size: self.len as u64 }.into()
    }

    /// Orders what this thread wrote to each node: what it begins afterwards takes effect there after what it began
    /// before. Free over a NIC, whose queue pairs keep that order.
    #[inline]
    pub fn fence(&self) {
        fence(Ordering::SeqCst);
    }

    /// Waits until all that this thread has begun is complete.
    ///
    /// # Errors
    /// The first failure of such work since the last call.
    #[inline]
    pub fn quiet(&self) -> Result<(), Error> {
        if self.in_place {
            fence(Ordering::SeqCst);
            return Ok(());
        }
        self.endpoint.quiet()
    }

    /// Spins until `ready`.
    ///
    /// # Errors
    /// When a node is known to have died, when work of this thread has failed, or the job has ended.
    pub fn wait(&self, mut ready: impl FnMut() -> bool) -> Result<(), Error> {
        let (mut looks, mut ended) = (0_u32, None);
        self.endpoint.wait_until(|| {
            if ready() {
                return true;
            }
            looks = looks.wrapping_add(1);
            if looks.is_multiple_of(LOOKS) {
                ended = self.end_status();
            }
            ended.is_some()
        })?;
        fence(Ordering::Acquire);
        ended.map_or(Ok(()), |code| Err(SymmetricError::Ended { code }.into()))
    }

    /// Whether there is a reason not to wait for others any longer: what a loop that waits by itself is to ask now and then.
    ///
    /// # Errors
    /// As [`Symmetric::wait`].
    pub fn check(&self) -> Result<(), Error> {
        if let Some(code) = self.end_status() {
            return Err(SymmetricError::Ended { code }.into());
        }
        self.endpoint.check_progress()
    }

    /// Ends the whole job with this code: every other node ends at once, as by `exit`. This process is the caller's to end,
    /// when this returns.
    pub fn end_job(&self, code: i32) {
        if let Err(error) = self.endpoint.client().exit(code) {
            log::warn!("the job cannot be told to end: {error}");
        }
    }

    /// Ends the whole job with this code, and this process with it, as by `exit`.
    pub fn exit(&self, code: i32) -> ! {
        self.end_job(code);
        P::exit(code, "")
    }

    /// The code with which a node has ended the job by [`Symmetric::end_job`], if one has: this process is about to end,
    /// perhaps on another thread, and nobody is to be waited for any more.
    pub fn end_status(&self) -> Option<i32> {
        self.endpoint.client().end_status()
    }

    /// Leaves the job, after all that this thread has begun is complete; the last handle of the node, which may be a
    /// clone of [`Symmetric::node`], first waits for the others to leave. What lies in the image stays usable by this
    /// process, where it is mapped over its pages.
    ///
    /// # Errors
    /// As [`Symmetric::quiet`]; the node leaves all the same.
    pub fn leave(self) -> Result<(), Error> {
        self.quiet()
    }

    /// As [`Symmetric::leave`], at once, whatever handles of the node there are. All memory stays mapped as long as they
    /// do, so a thread that is still at it reaches memory, if nobody who would see what it does.
    ///
    /// # Errors
    /// As [`Symmetric::leave`].
    pub fn depart(&self) -> Result<(), Error> {
        let complete = self.quiet();
        self.endpoint.leave();
        complete
    }
}

impl<P: Primitives> fmt::Debug for Symmetric<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Symmetric({} bytes, {:?})", self.len, self.node)
    }
}
