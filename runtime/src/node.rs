//! [`Node`]: a process of the job, and the way to everything it shares.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};

use verbs_shim::provider::{AnyProvider, Choice, Counted, Counts, VerbsOptions};

use crate::cluster::{
    CatalogEntry, Coordinator, CoordinatorConfig, JobEnv, Rank, Welcome, find_started_job,
};
use crate::coherence::Coherence;
use crate::collections::{
    ArrayBuilder, Batch, ReleaseArrayBuilder, SharedArrayBuilder, SharedBuilder, SyncView,
};
use crate::endpoint::{Beyond, Endpoint};
use crate::error::Error;
use crate::primitives::{Primitives, System};
use crate::space::Element;
use crate::sync::{
    Atomic, AtomicValue, Barrier, Locals, MAX_VALUE, Mutex, ObjectBuilder, Once, RESERVED_BYTES,
    RwLock, Semaphore, Sync, ViewLock,
};

/// A process of the job. Clones are handles of the same node, for other threads.
///
/// When the last handle (arrays count too) is gone, the node leaves the job. It first waits for the
/// others to leave, because they may still use its memory. A handle that is never dropped (in a
/// `static`, or when the program calls `exit`) counts as a node that died.
pub struct Node<P: Primitives = System> {
    inner: Arc<Inner<P>>,
}

impl<P: Primitives> Clone for Node<P> {
    fn clone(&self) -> Self {
        Node { inner: Arc::clone(&self.inner) }
    }
}

struct Inner<P: Primitives> {
    endpoint: Arc<Endpoint<P>>,
    coherence: Arc<Coherence<P>>,
    sync: Arc<Sync<P>>,
}

/// What a process that belongs to no job, and so is a job of its own, contributes.
const ALONE_BYTES: u64 = 256 << 20;

/// Joins the job that this process was started for (by `pangea run`, or by a job starter with PMI such as Slurm's
/// `srun`), and waits until all of its nodes
/// have joined. A process that was started by itself becomes a job of one node, on provider `shm`
/// with an arena of 256 MiB, so that any program can also be run alone.
///
/// # Errors
/// When the environment names a job but it cannot be joined: the coordinator is not there, refuses
/// the secret, or another node failed to join; when the provider cannot be opened, or the arena not be
/// had or registered.
///
/// # Example
///
/// ```
/// let node = pangea::join()?;
/// let counter = node.array::<u64>("hits").len(1).create()?;
/// counter.fetch_add(0, 1)?;
/// node.barrier()?;
/// assert_eq!(counter.load(0)?, node.size() as u64);
/// # Ok::<(), pangea::Error>(())
/// ```
pub fn join() -> Result<Node, Error> {
    let (job, own) = find_job(ALONE_BYTES)?;
    Node::enter(&job, own, None, open_provider)
}

/// The job that this process was started for, or one of its own, in which it contributes `alone_bytes`; and the
/// coordinator, if it lives in this process.
pub(crate) fn find_job(alone_bytes: u64) -> Result<(JobEnv, Option<Coordinator>), Error> {
    if let Some(job) = JobEnv::from_env()? {
        return Ok((job, None));
    }
    if let Some(found) = find_started_job(alone_bytes)? {
        return Ok(found);
    }
    let mut config = CoordinatorConfig::local(1, Choice::Shm, alone_bytes);
    if let Some(bytes) = JobEnv::cache_bytes_from_env()? {
        config.cache_bytes = bytes;
    }
    let coordinator = Coordinator::start(&config)?;
    Ok((coordinator.job().clone(), Some(coordinator)))
}

/// Joins the job of that address, as [`join`] does with the one that the environment names. One
/// process may be several nodes this way, of one job or of several; each on a thread of its own,
/// because joining waits for the other nodes, and so does leaving.
///
/// # Errors
/// As [`join`].
pub fn join_at(job: &JobEnv) -> Result<Node, Error> {
    Node::join_with(job, open_provider)
}

/// The provider that the coordinator says.
pub(crate) fn open_provider(welcome: &Welcome) -> Result<Counted<AnyProvider>, Error> {
    let options = VerbsOptions::from_env().map_err(verbs_shim::Error::from)?;
    let provider = AnyProvider::open(welcome.provider, &options);
    Ok(Counted::new(provider.map_err(verbs_shim::Error::from)?))
}

impl Node {
    /// What has passed between this node and others so far: operations, bytes, round trips. Accesses
    /// to the node's own memory do not count, because no NIC takes part, except for atomics.
    pub fn counts(&self) -> Counts {
        self.provider_ref().counts()
    }
}

impl<P: Primitives> Node<P> {
    /// Joins the job of that address, on threads and wires of other [`Primitives`] and with the provider
    /// that `open` makes, as [`join_at`] does on the system's.
    ///
    /// # Errors
    /// As [`join`], and what `open` says.
    pub fn join_with(
        job: &JobEnv,
        open: impl FnOnce(&Welcome) -> Result<P::Provider, Error>,
    ) -> Result<Node<P>, Error> {
        Node::enter(job, None, None, open)
    }

    /// Joins with the coordinator that lives in this process, if it does, and what this node contributes behind
    /// the memory that the catalog gives out.
    pub(crate) fn enter(
        job: &JobEnv,
        own: Option<Coordinator<P>>,
        beyond: Option<Beyond<'_>>,
        open: impl FnOnce(&Welcome) -> Result<P::Provider, Error>,
    ) -> Result<Node<P>, Error> {
        let mut cache_bytes = 0;
        let endpoint = Endpoint::join(job, own, RESERVED_BYTES, beyond, |welcome| {
            cache_bytes = welcome.cache_bytes;
            open(welcome)
        })?;
        let endpoint = Arc::new(endpoint);
        let coherence = Arc::new(Coherence::new(&endpoint, cache_bytes));
        Ok(Node { inner: Arc::new(Inner { endpoint, coherence, sync: Arc::new(Sync::new()) }) })
    }

    /// The provider itself.
    #[doc(hidden)]
    pub fn provider_ref(&self) -> &P::Provider {
        self.inner.endpoint.fabric().provider()
    }

    /// The number of this node, from 0 to [`Node::size`] − 1 (an OpenSHMEM PE, an MPI rank).
    #[inline]
    pub fn rank(&self) -> usize {
        self.inner.endpoint.rank() as usize
    }

    /// How many nodes the job has.
    #[inline]
    pub fn size(&self) -> usize {
        self.inner.endpoint.size() as usize
    }

    /// Whether this is rank 0, which by custom does what is to be done once.
    #[inline]
    pub fn is_leader(&self) -> bool {
        self.rank() == 0
    }

    /// The provider in use: `shm`, `verbs`.
    pub fn provider(&self) -> &'static str {
        self.inner.endpoint.fabric().capabilities().provider
    }

    /// An array that all nodes share, to be described, and then created or attached to by name.
    pub fn array<T: Element>(&self, name: &str) -> ArrayBuilder<T, P> {
        ArrayBuilder::new(&self.inner.endpoint, name)
    }

    /// One value that all nodes share, kept coherent and cached, to be described, and then created or
    /// attached to by name.
    pub fn shared<T: Element>(&self, name: &str) -> SharedBuilder<T, P> {
        SharedBuilder::new(&self.inner.coherence, name)
    }

    /// An array that all nodes share, kept coherent and cached, to be described, and then created or
    /// attached to by name.
    pub fn shared_array<T: Element>(&self, name: &str) -> SharedArrayBuilder<T, P> {
        SharedArrayBuilder::new(&self.inner.coherence, name)
    }

    /// An array that each node uses as plain memory, through [views](crate::View), to be described, and then created or
    /// attached to by name.
    pub fn release_array<T: Element>(&self, name: &str) -> ReleaseArrayBuilder<T, P> {
        ReleaseArrayBuilder::new(&self.inner.coherence, &self.inner.sync, name)
    }

    /// Begins a batch of reads of [`Shared`](crate::Shared) values and [`SharedArray`](crate::SharedArray)s by
    /// this thread: what each read would do to keep the cache from under it is done once. A few nanoseconds.
    pub fn batch(&self) -> Batch {
        Batch::new(self.inner.endpoint.pin())
    }

    /// What this node met under the locks of nodes that died: blocks that it unlocked as they were, that it
    /// rolled forward, and that it had to report as poisoned.
    #[doc(hidden)]
    pub fn recoveries(&self) -> [u64; 3] {
        self.inner.coherence.recoveries()
    }

    /// A lock around a value, to be created or attached to by name.
    pub fn mutex<T: Element>(&self, name: &str) -> ObjectBuilder<Mutex<T, P>, P> {
        Mutex::builder(&self.inner.coherence, name)
    }

    /// A lock for elements of views, to be created or attached to by name.
    pub fn view_lock(&self, name: &str) -> ObjectBuilder<ViewLock<P>, P> {
        ViewLock::builder(&self.inner.coherence, name)
    }

    /// A lock around a value that many may read or one may write, to be created or attached to by name.
    pub fn rwlock<T: Element>(&self, name: &str) -> ObjectBuilder<RwLock<T, P>, P> {
        RwLock::builder(&self.inner.coherence, self.inner.sync.locals(), name)
    }

    /// An integer or truth value that is changed atomically, to be created or attached to by name.
    pub fn atomic<T: AtomicValue>(&self, name: &str) -> ObjectBuilder<Atomic<T, P>, P> {
        Atomic::builder(&self.inner.coherence, name)
    }

    /// So many permits, to be created or attached to by name.
    pub fn semaphore(&self, name: &str, permits: u32) -> ObjectBuilder<Semaphore<P>, P> {
        Semaphore::builder(&self.inner.coherence, name, permits)
    }

    /// Something to be done once, to be created or attached to by name.
    pub fn once(&self, name: &str) -> ObjectBuilder<Once<P>, P> {
        Once::builder(&self.inner.coherence, name)
    }

    /// A barrier among the nodes of these ranks, of which this node is one. Each of them calls this with the same
    /// ranks, in whatever order, and whoever comes first creates it. The deaths of nodes that are not among
    /// them do no harm. Control plane: about ⌈log2 n⌉ messages to the coordinator and back.
    ///
    /// # Errors
    /// [`Error::NoSuchRank`]; [`Error::BadObject`] when a rank is named twice, or this node is not among
    /// them; when others have called it with another list, when a member died, or an arena has no room.
    pub fn barrier_among(&self, name: &str, ranks: &[usize]) -> Result<Barrier<P>, Error> {
        Barrier::create(&self.inner.coherence, self.inner.sync.locals(), name, ranks)
    }

    /// The ranks that have died, as far as this node has been told.
    pub fn dead(&self) -> Vec<usize> {
        self.inner.endpoint.health().dead().map(Rank::index).collect()
    }

    /// What objects for other languages are made on.
    pub(crate) fn endpoint(&self) -> &Arc<Endpoint<P>> {
        &self.inner.endpoint
    }

    pub(crate) fn coherence(&self) -> &Arc<Coherence<P>> {
        &self.inner.coherence
    }

    pub(crate) fn locals(&self) -> &Arc<Locals<P>> {
        self.inner.sync.locals()
    }

    /// The segments that exist now. Control plane.
    ///
    /// # Errors
    /// When the coordinator cannot be reached.
    pub fn catalog(&self) -> Result<Vec<CatalogEntry>, Error> {
        Ok(self.inner.endpoint.client().catalog()?)
    }

    /// Waits until all nodes are here. What any of them wrote before (by blocking calls, by
    /// non-blocking ones of the calling thread, or into its own part) all of them see after, in coherent
    /// objects too. ⌈log2 n⌉ rounds of one-sided WRITEs, after a [`Node::quiet`]. One thread of each node calls it.
    ///
    /// # Errors
    /// When a node died or left, so that it can never come; it is named.
    pub fn barrier(&self) -> Result<(), Error> {
        let inner = &self.inner;
        inner
            .coherence
            .with_barrier(|| inner.sync.barrier(&inner.endpoint, inner.coherence.clock()))
    }

    /// One barrier for several views: releases each, waits for all nodes, and acquires each. One thread of each node calls it.
    ///
    /// ```
    /// let node = pangea::join()?;
    /// let mut old = node.release_array::<f64>("old").len(100).create()?.view()?;
    /// let mut counts = node.release_array::<u64>("counts").len(10).create()?.view()?;
    /// node.view_barrier(&mut [&mut old, &mut counts])?;
    /// # Ok::<(), pangea::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`View::barrier`](crate::View::barrier).
    pub fn view_barrier(&self, views: &mut [&mut dyn SyncView]) -> Result<(), Error> {
        views.iter_mut().try_for_each(|view| view.release())?;
        self.barrier()?;
        views.iter_mut().try_for_each(|view| view.acquire())
    }

    /// Waits until all non-blocking work of this thread is complete at its homes. One round trip for
    /// each home with work outstanding, all in flight together; none if there is none.
    ///
    /// # Errors
    /// The first failure of such work since the last call.
    pub fn quiet(&self) -> Result<(), Error> {
        self.inner.endpoint.quiet()
    }

    /// Orders this thread's writes and atomics to each home: those before it take effect before those
    /// after it. Blocking writes also take effect before its own later reads anywhere; non-blocking ones
    /// to other homes do so only after [`Node::quiet`]. Costs nothing on the network, because a queue
    /// pair keeps that order anyway. It says nothing about different homes otherwise, and nothing about
    /// reads in flight (a [`get_nb`](crate::Array::get_nb) that nobody has waited for).
    ///
    /// For coherent objects it is what ties them to the world outside: after a message over a socket, say,
    /// which tells this node of something that another has written, they show it only after a fence. Every
    /// copy in the node's cache is validated at its home before its next use, by whatever thread: one
    /// round trip for each. What synchronizes within the job (locks, atomics, barriers) needs no fence.
    ///
    /// # Errors
    /// None today; a provider that needs to wait may fail.
    pub fn fence(&self) -> Result<(), Error> {
        fence(Ordering::SeqCst);
        self.inner.coherence.clock().fence();
        Ok(())
    }

    /// Combines a value of every node, in the order of the ranks; all get the same result, also for
    /// floating point. At most 256 bytes. One thread of each node calls it; it is no barrier for
    /// other data. 2 ⌈log2 n⌉ one-sided WRITEs on the longest path. `op` must not itself call a barrier,
    /// reduction or broadcast.
    ///
    /// # Errors
    /// [`Error::ValueTooLarge`]; or when a node died or left.
    ///
    /// ```
    /// let node = pangea::join()?;
    /// let sum = node.reduce(node.rank() as u64, |a, b| a + b)?;
    /// assert_eq!(sum as usize, (0..node.size()).sum::<usize>());
    /// # Ok::<(), pangea::Error>(())
    /// ```
    pub fn reduce<T: Element>(&self, value: T, op: impl Fn(T, T) -> T) -> Result<T, Error> {
        let mut value = value;
        self.reduce_bytes(bytemuck::bytes_of_mut(&mut value), |mine, theirs| {
            let combined =
                op(bytemuck::pod_read_unaligned(mine), bytemuck::pod_read_unaligned(theirs));
            mine.copy_from_slice(bytemuck::bytes_of(&combined));
        })?;
        Ok(value)
    }

    /// As [`Node::reduce`], of a value whose type is known to the caller alone: `op` puts into its first argument what both make.
    ///
    /// # Errors
    /// As [`Node::reduce`].
    #[doc(hidden)]
    pub fn reduce_bytes(
        &self,
        value: &mut [u8],
        op: impl FnMut(&mut [u8], &[u8]),
    ) -> Result<(), Error> {
        let clock = self.inner.coherence.clock();
        self.inner.sync.reduce(&self.inner.endpoint, clock, value, op)
    }

    /// Gives the value of `root` to all. As [`Node::reduce`] in size, cost and callers.
    ///
    /// # Errors
    /// [`Error::NoSuchRank`], and as [`Node::reduce`].
    pub fn broadcast<T: Element>(&self, root: usize, value: T) -> Result<T, Error> {
        let mut value = value;
        self.broadcast_bytes(root, bytemuck::bytes_of_mut(&mut value))?;
        Ok(value)
    }

    /// As [`Node::broadcast`], of a value whose type is known to the caller alone.
    ///
    /// # Errors
    /// As [`Node::broadcast`].
    #[doc(hidden)]
    pub fn broadcast_bytes(&self, root: usize, value: &mut [u8]) -> Result<(), Error> {
        if root >= self.size() {
            return Err(Error::NoSuchRank { rank: root, size: self.size() });
        }
        // The root's value has a mark in front; of two values the marked one is kept.
        let len = value.len();
        if len > MAX_VALUE {
            return Err(Error::ValueTooLarge { bytes: len, max: MAX_VALUE });
        }
        let mut buffer = [0; MAX_VALUE + 1];
        let marked = &mut buffer[..=len];
        if self.rank() == root {
            marked[0] = 1;
            marked[1..].copy_from_slice(value);
        }
        self.reduce_bytes(marked, |mine, theirs| {
            if theirs[0] == 1 {
                mine.copy_from_slice(theirs);
            }
        })?;
        value.copy_from_slice(&marked[1..]);
        Ok(())
    }
}

impl<P: Primitives> fmt::Debug for Node<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Node({} of {}, {})", self.rank(), self.size(), self.provider())
    }
}
