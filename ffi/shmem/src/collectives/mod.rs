//! Collectives over teams: what C calls. Those over active sets lie in `active`, by the same algorithms.
//!
//! | file | what |
//! | --- | --- |
//! | `mod.rs` | what C calls; the job as the [`Ground`](ground::Ground) of collectives |
//! | `ground.rs` | [`Ground`](ground::Ground): what algorithms stand on |
//! | `layout.rs` | a team's words, and the limits by which algorithms are chosen |
//! | `schedule.rs` | who speaks to whom |
//! | `group.rs` | [`Group`]: the members, and how they speak: syncs, shared words, chunks |
//! | `broadcast.rs`, `collect.rs`, `alltoall.rs`, `reduce.rs` | the algorithms |
//! | `job.rs` | the job as the ground |

mod alltoall;
mod broadcast;
mod collect;
mod ground;
mod group;
mod job;
mod layout;
mod reduce;
mod schedule;
#[cfg(test)]
mod testbed;
#[cfg(test)]
mod tests;

use std::ffi::{c_int, c_void};

use alltoall::Strided;
pub(crate) use group::{Counts, Group, Words};
pub(crate) use job::Reach;
pub(crate) use layout::{SLOT_BYTES, SLOTS, work::WORDS as WORK_WORDS};
use reduce::Kernel;

use crate::error::{Problem, ending, problem};
use crate::operations::Operation;
use crate::order::complete;
use crate::rma::bytes_of;
use crate::state::{State, state};
use crate::types::Team;

/// The members of a collective of this job.
pub(crate) type Members<'a> = Group<'a, State>;

/// Does something with the members of a team: 0, or nonzero for the invalid one.
fn over_team(
    name: &'static str,
    team: Team,
    work: impl FnOnce(&State, &Members<'_>) -> Result<(), Problem>,
) -> c_int {
    ending(name, || {
        let state = state()?;
        if team == Team::INVALID {
            return Ok(1);
        }
        let found = state.teams.find(team)?;
        work(state, &state.group(&found))?;
        state.settle()?;
        Ok(0)
    })
}

/// Waits until all PEs are here and what they began is complete.
pub(crate) unsafe fn barrier_all(name: &'static str) {
    over_team(name, Team::WORLD, |state, group| {
        complete(state)?;
        group.sync()
    });
}

/// Waits until all PEs are here.
pub(crate) unsafe fn sync_all(name: &'static str) {
    over_team(name, Team::WORLD, |_, group| group.sync());
}

/// Waits until all members are here.
pub(crate) unsafe fn sync(name: &'static str, team: Team) -> c_int {
    over_team(name, team, |_, group| group.sync())
}

/// Gives the root's elements to all members, itself included.
pub(crate) unsafe fn broadcast<const SIZE: usize>(
    name: &'static str,
    team: Team,
    dest: *mut c_void,
    source: *const c_void,
    nelems: usize,
    root: c_int,
) -> c_int {
    over_team(name, team, |state, group| {
        group.broadcast(state, dest, source, bytes_of(nelems, SIZE)?, root, true)
    })
}

/// Gives the elements of all members, one after the other, to all.
pub(crate) unsafe fn collect<const SIZE: usize>(
    name: &'static str,
    team: Team,
    dest: *mut c_void,
    source: *const c_void,
    nelems: usize,
) -> c_int {
    over_team(name, team, |state, group| {
        group.collect(state, dest, source, bytes_of(nelems, SIZE)?)
    })
}

/// As [`collect()`], where all have equally many.
pub(crate) unsafe fn fcollect<const SIZE: usize>(
    name: &'static str,
    team: Team,
    dest: *mut c_void,
    source: *const c_void,
    nelems: usize,
) -> c_int {
    over_team(name, team, |state, group| {
        group.fcollect(state, dest, source, bytes_of(nelems, SIZE)?)
    })
}

/// Exchanges blocks.
pub(crate) unsafe fn alltoall<const SIZE: usize>(
    name: &'static str,
    team: Team,
    dest: *mut c_void,
    source: *const c_void,
    nelems: usize,
) -> c_int {
    over_team(name, team, |state, group| {
        group.alltoall(state, dest, source, bytes_of(nelems, SIZE)?)
    })
}

/// Exchanges blocks of elements that lie at distances.
pub(crate) unsafe fn alltoalls<const SIZE: usize>(
    name: &'static str,
    team: Team,
    dest: *mut c_void,
    source: *const c_void,
    dst: isize,
    sst: isize,
    nelems: usize,
) -> c_int {
    over_team(name, team, |state, group| {
        group.alltoalls(state, (dest, dst), (source, sst), SIZE, nelems)
    })
}

/// Combines the elements of all members into those of all.
pub(crate) unsafe fn reduce<T: Copy, O: Operation<T>>(
    name: &'static str,
    team: Team,
    dest: *mut T,
    source: *const T,
    nreduce: usize,
) -> c_int {
    over_team(name, team, |state, group| group.reduce::<T, O>(state, dest, source, nreduce))
}

/// The collectives of C, addresses checked.
impl Members<'_> {
    pub(crate) fn broadcast(
        &self,
        state: &State,
        dest: *mut c_void,
        source: *const c_void,
        len: usize,
        root: c_int,
        root_too: bool,
    ) -> Result<(), Problem> {
        let found = u32::try_from(root).ok().filter(|root| *root < self.size());
        let last = self.size() - 1;
        let root = found.ok_or_else(|| {
            problem!("the root {root} is none of the members, which are 0 to {last}")
        })?;
        if len == 0 {
            return Ok(());
        }
        let (dest, source) = (state.to_offset(dest, len)?, state.to_offset(source, len)?);
        // SAFETY: the ranges are symmetric.
        unsafe { broadcast::broadcast(self, dest, source, len, root, root_too) }
    }

    pub(crate) fn collect(
        &self,
        state: &State,
        dest: *mut c_void,
        source: *const c_void,
        len: usize,
    ) -> Result<(), Problem> {
        let start = |at: *const c_void, len| {
            if at.is_null() && len == 0 { Ok(0) } else { state.to_offset(at, len) }
        };
        let fits = |total| start(dest, total).map(drop);
        // SAFETY: the source is symmetric, and the destination is looked at by `fits`.
        unsafe { collect::collect(self, start(dest, 0)?, start(source, len)?, len, fits) }
    }

    pub(crate) fn fcollect(
        &self,
        state: &State,
        dest: *mut c_void,
        source: *const c_void,
        len: usize,
    ) -> Result<(), Problem> {
        if len == 0 {
            return Ok(());
        }
        let dest = state.to_offset(dest, self.of_all(len)?)?;
        let source = state.to_offset(source, len)?;
        // SAFETY: the ranges are symmetric.
        unsafe { collect::fcollect(self, dest, source, len) }
    }

    pub(crate) fn alltoall(
        &self,
        state: &State,
        dest: *mut c_void,
        source: *const c_void,
        len: usize,
    ) -> Result<(), Problem> {
        if len == 0 {
            return Ok(());
        }
        let all = self.of_all(len)?;
        let (dest, source) = (state.to_offset(dest, all)?, state.to_offset(source, all)?);
        // SAFETY: the ranges are symmetric.
        unsafe { alltoall::alltoall(self, dest, source, len) }
    }

    pub(crate) fn alltoalls(
        &self,
        state: &State,
        (dest, dst): (*mut c_void, isize),
        (source, sst): (*const c_void, isize),
        size: usize,
        count: usize,
    ) -> Result<(), Problem> {
        if count == 0 {
            return Ok(());
        }
        let all = self.of_all(count)?;
        let strided = |at: *const c_void, stride: isize| {
            let found = usize::try_from(stride).ok().filter(|stride| *stride > 0);
            let stride = found.ok_or_else(|| problem!("the stride {stride} is not at least 1"))?;
            let elements = Strided { at: 0, stride, size };
            let span = elements.span(all).ok_or_else(|| too_long(all, stride))?;
            Ok::<_, Problem>(Strided { at: state.to_offset(at, span)?, ..elements })
        };
        let (dest, source) = (strided(dest, dst)?, strided(source, sst)?);
        // SAFETY: the ranges are symmetric, the strides at least 1.
        unsafe { alltoall::alltoalls(self, dest, source, count) }
    }

    pub(crate) fn reduce<T: Copy, O: Operation<T>>(
        &self,
        state: &State,
        dest: *mut T,
        source: *const T,
        count: usize,
    ) -> Result<(), Problem> {
        if count == 0 {
            return Ok(());
        }
        let len = bytes_of(count, size_of::<T>())?;
        let (dest, source) = (state.to_offset(dest, len)?, state.to_offset(source, len)?);
        // SAFETY: the ranges are symmetric.
        unsafe { reduce::reduce(self, const { Kernel::new::<T, O>() }, dest, source, count) }
    }

    /// So many for each member.
    fn of_all(&self, each: usize) -> Result<usize, Problem> {
        each.checked_mul(self.size() as usize).ok_or_else(|| too_long(each, self.size() as usize))
    }
}

#[cold]
fn too_long(count: usize, times: usize) -> Problem {
    problem!("{count} times {times} is more than memory can have")
}
