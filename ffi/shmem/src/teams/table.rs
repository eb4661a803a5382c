//! The teams of this PE.
//!
//! A team has a number below 64, which is that of its slot and the same on all members, and a generation, which counts
//! on this PE alone: the handle is both. A number without a handle serves an active set.
//!
//! | number | team |
//! | ---: | --- |
//! | 0 | none; the handle 0 is the invalid one |
//! | 1 | `SHMEM_TEAM_WORLD` |
//! | 2 | `SHMEM_TEAM_SHARED` |
//! | 3 | the active set of all PEs |
//! | 4 … | teams, the lowest that is free; active sets, the highest that is free of the upper half |

use std::ffi::c_int;
use std::sync::atomic::{AtomicI32, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::collectives::{Counts, SLOTS};
use crate::error::{Problem, problem};
use crate::types::{Set, Team};

/// The number of the active set of all PEs.
const ALL: usize = 3;
/// The numbers that are free at first.
const FREE: u64 = !0 << (ALL + 1);
/// The bits of a number in a handle.
const NUMBER_BITS: u32 = 8;

const _: () = assert!(SLOTS == u64::BITS as u64 && SLOTS <= 1 << NUMBER_BITS);

/// A team, or none.
#[derive(Debug, Default)]
struct Entry {
    /// Odd while there is one.
    generation: AtomicU64,
    start: AtomicU32,
    stride: AtomicI32,
    size: AtomicU32,
    /// The place of this PE.
    me: AtomicU32,
    contexts: AtomicI32,
    counts: Counts,
}

/// A team that there is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found<'a> {
    pub(crate) set: Set,
    /// The place of this PE among the members.
    pub(crate) me: u32,
    number: usize,
    entry: &'a Entry,
}

/// Which numbers are free, and who is choosing.
#[derive(Debug)]
pub(super) struct Book {
    /// A bit for each number.
    pub(super) free: u64,
    /// The numbers of the teams that are being split.
    pub(super) splitting: u64,
    /// Whether one of them has offered what is free.
    pub(super) is_offered: bool,
}

/// The teams of this PE.
#[derive(Debug)]
pub(crate) struct Teams {
    rank: u32,
    entries: Box<[Entry]>,
    book: Mutex<Book>,
    /// The active sets that were used, and their numbers, if there was one for them.
    active: Mutex<Vec<(Set, Option<usize>)>>,
}

impl Teams {
    /// The teams that are there from the beginning.
    pub(crate) fn new(rank: u32, size: u32, in_place: bool) -> Teams {
        let entries = (0..SLOTS).map(|_| Entry::default()).collect();
        let book = Mutex::new(Book { free: FREE, splitting: 0, is_offered: false });
        let teams = Teams { rank, entries, book, active: Mutex::default() };
        let world = Set::world(size);
        // `shmem_ptr` leads to memory of others where all is in place, and only there.
        let shared = if in_place { world } else { Set { start: rank, stride: 1, size: 1 } };
        for (number, set) in [(Team::WORLD.0, world), (Team::SHARED.0, shared), (ALL, world)] {
            teams.fill(number, set, 0);
        }
        teams
    }

    /// The team of a handle.
    ///
    /// # Errors
    /// When there is none.
    #[inline]
    pub(crate) fn find(&self, team: Team) -> Result<Found<'_>, Problem> {
        let number = team.0 & ((1 << NUMBER_BITS) - 1);
        let generation = (team.0 >> NUMBER_BITS) as u64 * 2 + 1;
        let entry = self.entries.get(number);
        let live = entry.filter(|entry| entry.generation.load(Ordering::Acquire) == generation);
        if number == ALL || live.is_none() {
            return Err(no_team(team));
        }
        Ok(self.found(number))
    }

    fn found(&self, number: usize) -> Found<'_> {
        let entry = &self.entries[number];
        let set = Set {
            start: entry.start.load(Ordering::Relaxed),
            stride: entry.stride.load(Ordering::Relaxed),
            size: entry.size.load(Ordering::Relaxed),
        };
        Found { set, me: entry.me.load(Ordering::Relaxed), number, entry }
    }

    fn fill(&self, number: usize, set: Set, contexts: c_int) {
        let me = set.place_of(self.rank).unwrap_or_default();
        let entry = &self.entries[number];
        entry.start.store(set.start, Ordering::Relaxed);
        entry.stride.store(set.stride, Ordering::Relaxed);
        entry.size.store(set.size, Ordering::Relaxed);
        entry.me.store(me, Ordering::Relaxed);
        entry.contexts.store(contexts, Ordering::Relaxed);
        entry.counts.reset();
        let generation = entry.generation.load(Ordering::Relaxed);
        entry.generation.store(generation + 1, Ordering::Release);
    }

    /// Makes a team of a number that was chosen: its handle, or the invalid one if this PE is no member.
    pub(crate) fn open(&self, number: usize, set: Set, contexts: c_int) -> Team {
        if set.place_of(self.rank).is_none() {
            self.book().free |= 1 << number;
            return Team::INVALID;
        }
        let generation = self.entries[number].generation.load(Ordering::Relaxed) / 2;
        self.fill(number, set, contexts);
        Team((generation as usize) << NUMBER_BITS | number)
    }

    /// The team is no more; its slot is at rest.
    pub(super) fn remove(&self, found: &Found<'_>) {
        found.entry.generation.fetch_add(1, Ordering::Release);
        self.book().free |= 1 << found.number;
    }

    /// The active set, if it was used before: what serves it, if anything does.
    pub(super) fn active(&self, set: Set) -> Option<Option<Found<'_>>> {
        if set == self.found(ALL).set {
            return Some(Some(self.found(ALL)));
        }
        let active = self.active.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, number) = active.iter().find(|(used, _)| *used == set)?;
        Some(number.map(|number| self.found(number)))
    }

    /// The active set will be served by that number, or by none.
    pub(super) fn serve(&self, set: Set, number: Option<usize>) {
        if let Some(number) = number {
            self.fill(number, set, 0);
        }
        self.active.lock().unwrap_or_else(PoisonError::into_inner).push((set, number));
    }

    pub(super) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> Found<'a> {
    /// The number of its slot.
    #[inline]
    pub(crate) fn number(&self) -> u64 {
        self.number as u64
    }

    /// What has happened in its slot.
    #[inline]
    pub(crate) fn counts(&self) -> &'a Counts {
        &self.entry.counts
    }

    /// The contexts that it was made for.
    pub(super) fn contexts(&self) -> c_int {
        self.entry.contexts.load(Ordering::Relaxed)
    }
}

#[cold]
fn no_team(team: Team) -> Problem {
    match team {
        Team::INVALID => {
            problem!("the team is SHMEM_TEAM_INVALID: is this PE one of the team, and was it made?")
        }
        Team(handle) => problem!("the team {handle:#x} was destroyed, or never was one"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_good_until_its_team_ends() {
        let teams = Teams::new(2, 4, true);
        let part = Set { start: 0, stride: 2, size: 2 };
        let team = teams.open(5, part, 3);
        let found = teams.find(team).unwrap();
        assert_eq!((found.set, found.me, found.number(), found.contexts()), (part, 1, 5, 3));
        teams.remove(&found);
        assert!(teams.find(team).is_err());
        let again = teams.open(5, part, 0);
        assert_ne!(again, team);
        assert!(teams.find(team).is_err() && teams.find(again).is_ok());
    }

    #[test]
    fn who_is_no_member_has_no_team() {
        let teams = Teams::new(1, 4, true);
        assert_eq!(teams.open(5, Set { start: 0, stride: 2, size: 2 }, 0), Team::INVALID);
    }

    #[test]
    fn some_teams_are_always_there() {
        let teams = Teams::new(1, 4, false);
        assert_eq!(teams.find(Team::WORLD).unwrap().set, Set::world(4));
        assert_eq!(teams.find(Team::SHARED).unwrap().set, Set { start: 1, stride: 1, size: 1 });
        for handle in [0, 3, 4, 63, 64, 255, 256, 257, usize::MAX] {
            assert!(teams.find(Team(handle)).is_err(), "{handle}");
        }
    }
}
