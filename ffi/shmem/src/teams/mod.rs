//! Teams: ranks of the world at equal distances, with a slot of words at the same offset on all members.
//!
//! | file | what |
//! | --- | --- |
//! | `mod.rs` | what C calls |
//! | `division.rs` | which ranks a part of a team consists of |
//! | `table.rs` | [`Teams`]: the teams of this PE, their handles and slots |
//! | `agree.rs` | how members choose a slot that is free on all of them |

mod agree;
mod division;
mod table;

use std::ffi::{c_int, c_long};

pub(crate) use agree::active;
pub(crate) use table::{Found, Teams};

use crate::contexts;
use crate::error::{Problem, ending, problem};
use crate::state::{State, state};
use crate::types::{Set, Team, TeamConfig};

/// `SHMEM_TEAM_NUM_CONTEXTS`.
const NUM_CONTEXTS: c_long = 1;

/// The ranks of a team.
///
/// # Errors
/// When there is no such team.
pub(crate) fn set(state: &State, team: Team) -> Result<Set, Problem> {
    Ok(state.teams.find(team)?.set)
}

/// The place of this PE in a team; -1 for the invalid one.
pub(crate) unsafe fn my_pe(name: &'static str, team: Team) -> c_int {
    ending(name, || {
        let state = state()?;
        if team == Team::INVALID {
            return Ok(-1);
        }
        Ok(state.teams.find(team)?.me.cast_signed())
    })
}

/// How many members a team has; -1 for the invalid one.
pub(crate) unsafe fn n_pes(name: &'static str, team: Team) -> c_int {
    ending(name, || {
        let state = state()?;
        if team == Team::INVALID {
            return Ok(-1);
        }
        Ok(set(state, team)?.size.cast_signed())
    })
}

/// The place in `dest_team` of a member of `src_team`; -1 if it is none, or a team is the invalid one.
pub(crate) unsafe fn translate_pe(
    name: &'static str,
    src_team: Team,
    src_pe: c_int,
    dest_team: Team,
) -> c_int {
    ending(name, || {
        let state = state()?;
        if src_team == Team::INVALID || dest_team == Team::INVALID {
            return Ok(-1);
        }
        let (from, to) = (set(state, src_team)?, set(state, dest_team)?);
        let place = from.rank(src_pe).and_then(|rank| to.place_of(rank));
        Ok(place.map_or(-1, u32::cast_signed))
    })
}

/// The configuration of a team: 0, or nonzero for the invalid one, or if the mask asks for what there is not.
///
/// # Safety
/// `config` may be written, if the mask asks for anything.
pub(crate) unsafe fn get_config(
    name: &'static str,
    team: Team,
    config_mask: c_long,
    config: *mut TeamConfig,
) -> c_int {
    ending(name, || {
        let state = state()?;
        if team == Team::INVALID || !can_be(config_mask, config) {
            return Ok(1);
        }
        let found = state.teams.find(team)?;
        if config_mask & NUM_CONTEXTS != 0 {
            // SAFETY: promised.
            unsafe { (*config).num_contexts = found.contexts() };
        }
        Ok(0)
    })
}

/// Whether a mask asks for no more than a configuration has.
fn can_be(mask: c_long, config: *const TeamConfig) -> bool {
    mask & !NUM_CONTEXTS == 0 && (mask == 0 || !config.is_null())
}

/// The contexts that a configuration asks for; `None` for one that cannot be. Since the number limits nothing, it is kept
/// for those who ask for it, even if the mask leaves it out, as tests of other implementations have it.
///
/// # Safety
/// `config` may be read, unless it is NULL.
unsafe fn contexts_of(config: *const TeamConfig, mask: c_long) -> Option<c_int> {
    if !can_be(mask, config) {
        return None;
    }
    // SAFETY: promised.
    let number = unsafe { config.as_ref() }.map_or(0, |config| config.num_contexts);
    if mask & NUM_CONTEXTS == 0 { Some(number.max(0)) } else { (number >= 0).then_some(number) }
}

/// Makes a team of `size` members of `parent`, from `start` on, at distances of `stride`: 0, or nonzero on all members
/// if it cannot be.
///
/// # Safety
/// `new_team` may be written, and `config` read, unless it is NULL.
pub(crate) unsafe fn split_strided(
    name: &'static str,
    parent: Team,
    start: c_int,
    stride: c_int,
    size: c_int,
    config: *const TeamConfig,
    config_mask: c_long,
    new_team: *mut Team,
) -> c_int {
    ending(name, || {
        let state = state()?;
        if new_team.is_null() {
            return Err(problem!("the address for the new team is NULL"));
        }
        // SAFETY: promised.
        unsafe { new_team.write(Team::INVALID) };
        if parent == Team::INVALID {
            return Ok(1);
        }
        // SAFETY: promised.
        let contexts = unsafe { contexts_of(config, config_mask) };
        let parent = state.teams.find(parent)?;
        let part = contexts.zip(parent.set.strided(start, stride, size));
        let Some([slot, _]) = agree::slots(state, &parent, if part.is_some() { 1 } else { 0 })?
        else {
            return Ok(1);
        };
        let Some((contexts, part)) = part else { return Ok(1) };
        // SAFETY: promised.
        unsafe { new_team.write(state.teams.open(slot, part, contexts)) };
        Ok(0)
    })
}

/// Makes a team of each row and of each column of `parent` as a table with rows of `xrange` members: 0, or nonzero on
/// all members if it cannot be.
///
/// # Safety
/// `xaxis_team` and `yaxis_team` may be written, and configurations read, unless they are NULL.
pub(crate) unsafe fn split_2d(
    name: &'static str,
    parent: Team,
    xrange: c_int,
    xaxis_config: *const TeamConfig,
    xaxis_mask: c_long,
    xaxis_team: *mut Team,
    yaxis_config: *const TeamConfig,
    yaxis_mask: c_long,
    yaxis_team: *mut Team,
) -> c_int {
    ending(name, || {
        let state = state()?;
        if xaxis_team.is_null() || yaxis_team.is_null() {
            return Err(problem!("the address for a new team is NULL"));
        }
        // SAFETY: promised.
        unsafe {
            xaxis_team.write(Team::INVALID);
            yaxis_team.write(Team::INVALID);
        }
        if parent == Team::INVALID {
            return Ok(1);
        }
        // SAFETY: promised.
        let (of_x, of_y) = unsafe {
            (contexts_of(xaxis_config, xaxis_mask), contexts_of(yaxis_config, yaxis_mask))
        };
        let parent = state.teams.find(parent)?;
        let parts = parent.set.row_and_column(xrange, parent.me);
        let parts = of_x.zip(of_y).zip(parts);
        // Rows have no members in common, nor have columns, so one slot is enough for all of each.
        let Some([x, y]) = agree::slots(state, &parent, if parts.is_some() { 2 } else { 0 })?
        else {
            return Ok(1);
        };
        let Some(((of_x, of_y), (row, column))) = parts else { return Ok(1) };
        // SAFETY: promised.
        unsafe {
            xaxis_team.write(state.teams.open(x, row, of_x));
            yaxis_team.write(state.teams.open(y, column, of_y));
        }
        Ok(0)
    })
}

/// Ends a team. Nothing for the invalid one.
pub(crate) unsafe fn destroy(name: &'static str, team: Team) {
    ending(name, || {
        let state = state()?;
        match team {
            Team::INVALID => Ok(()),
            Team::WORLD => Err(problem!("SHMEM_TEAM_WORLD cannot be destroyed")),
            Team::SHARED => Err(problem!("SHMEM_TEAM_SHARED cannot be destroyed")),
            team => {
                let found = state.teams.find(team)?;
                contexts::destroy_of_team(team)?;
                agree::close(state, &found);
                Ok(())
            }
        }
    });
}
