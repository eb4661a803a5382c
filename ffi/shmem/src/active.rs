//! Collectives over active sets: deprecated, and what programs for OpenSHMEM 1.4 have.
//!
//! Each is that of a team with the same members. The active set of all PEs has a slot as a team has; others get one when
//! they are used first, if there is one ([`teams::active`]). Without, they speak by `pSync`. `pWrk` is not needed.

use std::ffi::{c_int, c_long, c_void};

use crate::collectives::{Group, Members, WORK_WORDS, Words};
use crate::error::{Problem, ending, problem};
use crate::operations::Operation;
use crate::order::complete;
use crate::rma::bytes_of;
use crate::state::{State, state};
use crate::teams;
use crate::types::Set;

/// An active set as C gives it: start, logarithm of the stride, size.
type Triplet = (c_int, c_int, c_int);

/// The members of an active set, and the place of this PE among them.
#[inline]
fn members(state: &State, (start, log_stride, size): Triplet) -> Result<(Set, u32), Problem> {
    // Most are all PEs.
    if (start, log_stride, size) == (0, 0, state.size.cast_signed()) {
        return Ok((Set::world(state.size), state.rank));
    }
    let set = Set::active(start, log_stride, size, state.size).ok_or_else(|| {
        problem!(
            "PE_start {start}, logPE_stride {log_stride}, PE_size {size} are no active set of the PEs 0 to {}",
            state.size - 1
        )
    })?;
    let me = set.place_of(state.rank).ok_or_else(|| {
        problem!("this PE is none of the active set of PE_start {start}, logPE_stride {log_stride}, PE_size {size}")
    })?;
    Ok((set, me))
}

/// Does something with the members of an active set.
fn over_set(
    name: &'static str,
    (start, log_stride, size): Triplet,
    psync: *mut c_long,
    work: impl FnOnce(&State, &Members<'_>) -> Result<(), Problem>,
) {
    ending(name, || {
        let state = state()?;
        let (set, me) = members(state, (start, log_stride, size))?;
        let by_work = || {
            let at = state.to_offset(psync, WORK_WORDS as usize * size_of::<c_long>())?;
            Ok(Group::new(state, set, me, Words::Work { at }))
        };
        match teams::active(state, set, by_work)? {
            Some(found) => work(state, &state.group(&found))?,
            None => work(state, &by_work()?)?,
        }
        state.settle()
    });
}

/// Waits until all members are here and what they began is complete.
pub(crate) unsafe fn barrier(
    name: &'static str,
    start: c_int,
    stride: c_int,
    size: c_int,
    psync: *mut c_long,
) {
    over_set(name, (start, stride, size), psync, |state, group| {
        complete(state)?;
        group.sync()
    });
}

/// Waits until all members are here.
pub(crate) unsafe fn sync(
    name: &'static str,
    start: c_int,
    stride: c_int,
    size: c_int,
    psync: *mut c_long,
) {
    over_set(name, (start, stride, size), psync, |_, group| group.sync());
}

/// Gives the root's elements to all other members.
pub(crate) unsafe fn broadcast<const SIZE: usize>(
    name: &'static str,
    dest: *mut c_void,
    source: *const c_void,
    nelems: usize,
    root: c_int,
    start: c_int,
    stride: c_int,
    size: c_int,
    psync: *mut c_long,
) {
    over_set(name, (start, stride, size), psync, |state, group| {
        group.broadcast(state, dest, source, bytes_of(nelems, SIZE)?, root, false)
    });
}

/// Gives the elements of all members, one after the other, to all.
pub(crate) unsafe fn collect<const SIZE: usize>(
    name: &'static str,
    dest: *mut c_void,
    source: *const c_void,
    nelems: usize,
    start: c_int,
    stride: c_int,
    size: c_int,
    psync: *mut c_long,
) {
    over_set(name, (start, stride, size), psync, |state, group| {
        group.collect(state, dest, source, bytes_of(nelems, SIZE)?)
    });
}

/// As [`collect`], where all have equally many.
pub(crate) unsafe fn fcollect<const SIZE: usize>(
    name: &'static str,
    dest: *mut c_void,
    source: *const c_void,
    nelems: usize,
    start: c_int,
    stride: c_int,
    size: c_int,
    psync: *mut c_long,
) {
    over_set(name, (start, stride, size), psync, |state, group| {
        group.fcollect(state, dest, source, bytes_of(nelems, SIZE)?)
    });
}

/// Exchanges blocks.
pub(crate) unsafe fn alltoall<const SIZE: usize>(
    name: &'static str,
    dest: *mut c_void,
    source: *const c_void,
    nelems: usize,
    start: c_int,
    stride: c_int,
    size: c_int,
    psync: *mut c_long,
) {
    over_set(name, (start, stride, size), psync, |state, group| {
        group.alltoall(state, dest, source, bytes_of(nelems, SIZE)?)
    });
}

/// Exchanges blocks of elements that lie at distances.
pub(crate) unsafe fn alltoalls<const SIZE: usize>(
    name: &'static str,
    dest: *mut c_void,
    source: *const c_void,
    dst: isize,
    sst: isize,
    nelems: usize,
    start: c_int,
    stride: c_int,
    size: c_int,
    psync: *mut c_long,
) {
    over_set(name, (start, stride, size), psync, |state, group| {
        group.alltoalls(state, (dest, dst), (source, sst), SIZE, nelems)
    });
}

/// Combines the elements of all members into those of all.
pub(crate) unsafe fn reduce<T: Copy, O: Operation<T>>(
    name: &'static str,
    dest: *mut T,
    source: *const T,
    nreduce: c_int,
    start: c_int,
    stride: c_int,
    size: c_int,
    _pwrk: *mut T,
    psync: *mut c_long,
) {
    over_set(name, (start, stride, size), psync, |state, group| {
        let count = usize::try_from(nreduce)
            .map_err(|_| problem!("nreduce is {nreduce}, which is below 0"))?;
        group.reduce::<T, O>(state, dest, source, count)
    });
}
