//! A process of the job: [`pangea_node`].

use std::ffi::{c_char, c_int, c_void};
use std::sync::Arc;

use pangea::Node;

use crate::failure::{Failure, answer, call};
use crate::handle::{Handle, Kind, Owner, check_process, clear, insert, share, take};
use crate::memory::{data_mut, elements_mut, give, place};
use crate::status::pangea_status;

/// This process as a node of its job. Got by `pangea_join`, freed by `pangea_leave`.
pub struct pangea_node {
    _opaque: [u8; 0],
}

/// What lies behind a [`pangea_node`].
pub struct NodeObject {
    pub(crate) node: Node,
    /// Its provider's name, for C.
    provider: &'static std::ffi::CStr,
}

impl Handle for pangea_node {
    type Object = NodeObject;
    const KIND: Kind = Kind::Node;
}

/// Makes a handle of a node that was joined by other means. To be freed by [`pangea_leave`], or with [`release`].
///
/// # Errors
/// When there are too many handles.
pub fn adopt(node: Node) -> Result<*mut pangea_node, Failure> {
    let provider = match node.provider() {
        "shm" => c"shm",
        "verbs" => c"verbs",
        "sim" => c"sim",
        _ => c"unknown",
    };
    insert(Owner::ITSELF, NodeObject { node, provider })
}

/// Takes a handle back, and frees all that was got by it. The node itself stays, if it was cloned before [`adopt`].
///
/// # Errors
/// When the handle is not good; when another thread has a lock, a transfer, or a batch of it.
pub fn release(node: *mut pangea_node) -> Result<(), Failure> {
    share(node)?;
    clear(Owner::node(node))?;
    let object = take(node)?;
    // The node leaves with its last handle; that takes as long as the others need.
    drop(object);
    Ok(())
}

/// The node of a handle.
///
/// # Errors
/// When the handle is not good.
pub fn object(node: *const pangea_node) -> Result<Arc<NodeObject>, Failure> {
    share(node)
}

/// Joins the job that this process was started for (`pangea run`), and waits until all of its nodes have joined. A process that
/// was started by itself becomes a job of one node. Called once by a process.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_join(node: *mut *mut pangea_node) -> pangea_status {
    call(|| {
        let node = place(node, "node")?;
        check_process()?;
        let joined = adopt(pangea::join()?)?;
        // SAFETY: there is room for a pointer, as every place for an answer has.
        unsafe { give(node, joined, "node") }
    })
}

/// Leaves the job. Frees the node and all handles that were got from it, so what it still has is not to be used any more. Waits for
/// the other nodes to leave, because they may still use its memory. A process that ends without this counts as a node that died.
///
/// An error when another thread has a lock, a transfer or a batch of this node; it stays in the job then.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_leave(node: *mut pangea_node) -> pangea_status {
    call(|| release(node))
}

/// The number of this node, from 0 to `pangea_node_size` - 1; SIZE_MAX if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_node_rank(node: *const pangea_node) -> usize {
    answer(usize::MAX, || Ok(share(node)?.node.rank()))
}

/// How many nodes the job has; SIZE_MAX if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_node_size(node: *const pangea_node) -> usize {
    answer(usize::MAX, || Ok(share(node)?.node.size()))
}

/// Whether this is rank 0, which by custom does what is to be done once; false if the handle is not good.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_node_is_leader(node: *const pangea_node) -> bool {
    answer(false, || Ok(share(node)?.node.is_leader()))
}

/// The provider in use: "shm" or "verbs". NULL if the handle is not good. Never to be freed.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_node_provider(node: *const pangea_node) -> *const c_char {
    answer(std::ptr::null(), || Ok(share(node)?.provider.as_ptr()))
}

/// Waits until all nodes are here. What any of them wrote before (by blocking calls, by non-blocking ones of the calling thread, or into
/// its own part) all of them see after. One thread of each node calls it. An error when a node died or left; see
/// `pangea_error_rank`.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_node_barrier(node: *const pangea_node) -> pangea_status {
    call(|| Ok(share(node)?.node.barrier()?))
}

/// Waits until all non-blocking work of this thread is complete at its homes, and tells the first failure of such work since the last call.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_node_quiet(node: *const pangea_node) -> pangea_status {
    call(|| Ok(share(node)?.node.quiet()?))
}

/// Orders this thread's writes and atomics to each home: those before it take effect before those after it. Makes coherent objects show what
/// this node has heard of by other means than the job's own synchronization.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_node_fence(node: *const pangea_node) -> pangea_status {
    call(|| Ok(share(node)?.node.fence()?))
}

/// The value of `root` for all. At most 256 bytes. One thread of each node calls it with as many bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_node_broadcast(
    node: *const pangea_node,
    root: usize,
    value: *mut c_void,
    bytes: usize,
) -> pangea_status {
    call(|| {
        let object = share(node)?;
        // SAFETY: there are so many bytes, as for every value that comes with its size.
        let value = unsafe { data_mut(value, bytes, 1, "value")? };
        Ok(object.node.broadcast_bytes(root, value)?)
    })
}

/// Whether a node has died, as far as this one has been told; -1 if the handle is not good or there is no such rank.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_node_is_dead(node: *const pangea_node, rank: usize) -> c_int {
    answer(-1, || {
        let node = &share(node)?.node;
        if rank >= node.size() {
            return Err(pangea::Error::NoSuchRank { rank, size: node.size() }.into());
        }
        Ok(c_int::from(node.dead().contains(&rank)))
    })
}

/// The ranks of the nodes that have died, in order: `count` is how many they are, and the first `capacity` of them are put into `ranks`, which
/// may be NULL if that is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_node_dead(
    node: *const pangea_node,
    ranks: *mut usize,
    capacity: usize,
    count: *mut usize,
) -> pangea_status {
    call(|| {
        let dead = share(node)?.node.dead();
        // SAFETY: there is room for so many, as for every array that comes with its length.
        let ranks = unsafe { elements_mut(ranks, capacity, "ranks")? };
        for (place, rank) in ranks.iter_mut().zip(&dead) {
            *place = *rank;
        }
        // SAFETY: there is room for a number.
        unsafe { give(count, dead.len(), "count") }
    })
}

/// What has passed between this node and others so far.
#[repr(C)]
pub struct pangea_counters {
    /// READs.
    pub reads: u64,
    /// WRITEs.
    pub writes: u64,
    /// Compare-and-swaps and fetch-and-adds.
    pub atomics: u64,
    /// Bytes that READs brought.
    pub bytes_read: u64,
    /// Bytes that WRITEs took.
    pub bytes_written: u64,
    /// Batches posted, each with one doorbell.
    pub round_trips: u64,
    /// Queue pairs made, those that are gone included.
    pub queue_pairs: u64,
}

/// What has passed between this node and others so far. Accesses to the node's own memory do not count, except for atomics.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_node_counts(
    node: *const pangea_node,
    counts: *mut pangea_counters,
) -> pangea_status {
    call(|| {
        let found = share(node)?.node.counts();
        let counters = pangea_counters {
            reads: found.reads,
            writes: found.writes,
            atomics: found.atomics,
            bytes_read: found.bytes_read,
            bytes_written: found.bytes_written,
            round_trips: found.round_trips,
            queue_pairs: found.queue_pairs,
        };
        // SAFETY: there is room for a structure.
        unsafe { give(counts, counters, "counts") }
    })
}
