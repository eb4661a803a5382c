//! Barriers among some nodes: [`pangea_barrier`].

use std::ffi::c_char;

use pangea::Barrier;

use crate::failure::call;
use crate::handle::{Handle, Kind, Owner, insert, share, take};
use crate::memory::{elements, give, place, text};
use crate::node::pangea_node;
use crate::status::pangea_status;

/// A barrier among some nodes of the job. May be used from any thread. Got by `pangea_node_barrier_among`; freed by `pangea_barrier_free`,
/// `pangea_barrier_release`, or `pangea_leave`.
pub struct pangea_barrier {
    _opaque: [u8; 0],
}

impl Handle for pangea_barrier {
    type Object = Barrier;
    const KIND: Kind = Kind::Barrier;
}

/// A barrier among the nodes of `count` ranks, of which this node is one. Each of them calls this with the same ranks, in whatever order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_node_barrier_among(
    node: *const pangea_node,
    name: *const c_char,
    ranks: *const usize,
    count: usize,
    barrier: *mut *mut pangea_barrier,
) -> pangea_status {
    call(|| {
        let (object, barrier) = (share(node)?, place(barrier, "barrier")?);
        // SAFETY: they are what the prototype says; so in all functions of this file.
        let (name, ranks) = unsafe { (text(name, "name")?, elements(ranks, count, "ranks")?) };
        let handle = insert(Owner::node(node), object.node.barrier_among(name, ranks)?)?;
        // SAFETY: as above.
        unsafe { give(barrier, handle, "barrier") }
    })
}

/// Waits until all members are here. What any member wrote before, all members see after. One thread of each node calls it. An error when a member died or left;
/// the deaths of others do no harm.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_barrier_wait(barrier: *const pangea_barrier) -> pangea_status {
    call(|| Ok(share(barrier)?.wait()?))
}

/// Frees the handle. The barrier stays, and this node's hold of it.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_barrier_free(barrier: *mut pangea_barrier) -> pangea_status {
    call(|| take(barrier).map(drop))
}

/// Gives this hold of it back, and frees the handle in any case.
#[unsafe(no_mangle)]
pub extern "C" fn pangea_barrier_release(barrier: *mut pangea_barrier) -> pangea_status {
    call(|| Ok((*take(barrier)?).clone().release()?))
}
