//! Contexts: a set of PEs that operations number their targets by, and an order of their own.
//!
//! A handle is the number of a slot and the slot's generation, so that one that was destroyed is told from one that
//! lives: `generation << 20 | slot + 2`; 1 is the default context, which has no slot. A slot's word is its generation,
//! odd while the context lives; it is written last when a context comes, and first when it goes. Slots come in blocks,
//! which are never freed, so that looking one up takes no lock.
//!
//! All contexts of a thread share its queue pairs, so a context's `quiet` waits for all of the thread.

use std::ffi::{c_int, c_long};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::error::{Problem, ending, problem};
use crate::state::{State, state};
use crate::teams;
use crate::types::{Context, Set, Team};

const PRIVATE: c_long = 1 << 0;
const SERIALIZED: c_long = 1 << 1;
const NOSTORE: c_long = 1 << 2;

const BLOCK: usize = 256;
const BLOCKS: usize = 1024;
const SLOT_BITS: u32 = 20;

/// A context, or what is left of one.
#[derive(Default)]
struct Slot {
    generation: AtomicU64,
    /// Start of its team in the world, and its size.
    start_size: AtomicU64,
    stride: AtomicU32,
    team: AtomicU64,
}

static SLOTS: [OnceLock<Box<[Slot]>>; BLOCKS] = [const { OnceLock::new() }; BLOCKS];
/// Slots that are free, and how many were ever used.
static FREE: Mutex<(Vec<usize>, usize)> = Mutex::new((Vec::new(), 0));

/// What an operation is told by its context.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    /// The PE's rank in the world.
    pub rank: u32,
    /// Whether the operation may be under way when it returns. Not where there may be several threads: `shmem_finalize` of
    /// one of them completes all, and could not complete what is under way on queue pairs of another, be the context private
    /// to that one or not.
    pub may_wait: bool,
}

fn slot(context: Context) -> Option<&'static Slot> {
    let number = (context.0 & ((1 << SLOT_BITS) - 1)).checked_sub(2)?;
    let slot = SLOTS.get(number / BLOCK)?.get()?.get(number % BLOCK)?;
    let generation = (context.0 >> SLOT_BITS) as u64;
    let lives = generation & 1 == 1 && slot.generation.load(Ordering::Acquire) == generation;
    lives.then_some(slot)
}

fn live(context: Context) -> Result<&'static Slot, Problem> {
    slot(context).ok_or_else(|| match context {
        Context::INVALID => problem!(
            "the context is SHMEM_CTX_INVALID: was it made, and of a team that has this PE?"
        ),
        Context(number) => problem!("the context {number:#x} was destroyed, or never was one"),
    })
}

impl Slot {
    fn set(&self) -> Set {
        let both = self.start_size.load(Ordering::Relaxed);
        let stride = self.stride.load(Ordering::Relaxed).cast_signed();
        Set { start: (both >> 32) as u32, stride, size: both as u32 }
    }
}

impl Context {
    /// The number in the world of a PE of this context's team, where that takes no more than a look. Whether it is one
    /// of the world is for others to check.
    #[inline(always)]
    pub(crate) fn pe_of_world(self, pe: c_int) -> Option<c_int> {
        if self == Context::DEFAULT { Some(pe) } else { self.translate(pe) }
    }

    fn translate(self, pe: c_int) -> Option<c_int> {
        slot(self)?.set().rank(pe).map(u32::cast_signed)
    }

    /// The PE that an operation goes to, and how.
    ///
    /// # Errors
    /// When there is no such context, or no such PE in its team.
    pub(crate) fn target(self, state: &State, pe: c_int) -> Result<Target, Problem> {
        if self == Context::DEFAULT {
            return Ok(Target { rank: state.pe(pe)?, may_wait: state.is_one_thread() });
        }
        let slot = live(self)?;
        let set = slot.set();
        let rank = set.rank(pe).ok_or_else(|| {
            problem!("there is no PE {pe} in the context's team: its PEs are 0 to {}", set.size - 1)
        })?;
        Ok(Target { rank, may_wait: state.is_one_thread() })
    }

    /// Whether there is such a context.
    ///
    /// # Errors
    /// If not.
    pub(crate) fn check(self) -> Result<(), Problem> {
        if self == Context::DEFAULT { Ok(()) } else { live(self).map(drop) }
    }
}

/// A context of the world.
pub(crate) unsafe fn create(name: &str, options: c_long, context: *mut Context) -> c_int {
    // SAFETY: the caller's promise is the same.
    unsafe { create_of_team(name, Team::WORLD, options, context) }
}

/// A context of a team: 0, or 1 when there are too many, or an option is asked for that there is not. An invalid team is
/// not an error.
///
/// # Safety
/// `context` may be written.
pub(crate) unsafe fn create_of_team(
    name: &str,
    team: Team,
    options: c_long,
    context: *mut Context,
) -> c_int {
    ending(name, || {
        let state = state()?;
        if context.is_null() {
            return Err(problem!("the address for the context is NULL"));
        }
        let has_unknown = options & !(PRIVATE | SERIALIZED | NOSTORE) != 0;
        let created = if team == Team::INVALID || has_unknown {
            None
        } else {
            add(team, teams::set(state, team)?)
        };
        // SAFETY: promised.
        unsafe { context.write(created.unwrap_or(Context::INVALID)) };
        Ok(c_int::from(created.is_none()))
    })
}

fn add(team: Team, set: Set) -> Option<Context> {
    let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
    let number = free.0.pop().or_else(|| {
        let number = free.1;
        (number < BLOCK * BLOCKS).then(|| {
            free.1 += 1;
            number
        })
    })?;
    let block = SLOTS[number / BLOCK].get_or_init(|| (0..BLOCK).map(|_| Slot::default()).collect());
    let slot = &block[number % BLOCK];
    slot.start_size.store(u64::from(set.start) << 32 | u64::from(set.size), Ordering::Relaxed);
    slot.stride.store(set.stride.cast_unsigned(), Ordering::Relaxed);
    slot.team.store(team.0 as u64, Ordering::Relaxed);
    let generation = slot.generation.load(Ordering::Relaxed) + 1;
    slot.generation.store(generation, Ordering::Release);
    Some(Context((generation as usize) << SLOT_BITS | (number + 2)))
}

/// Ends a context, when what it has under way is complete.
pub(crate) unsafe fn destroy(name: &str, context: Context) {
    ending(name, || {
        let state = state()?;
        match context {
            Context::INVALID => return Ok(()),
            Context::DEFAULT => return Err(problem!("the default context cannot be destroyed")),
            _ => {}
        }
        let slot = live(context)?;
        crate::order::complete(state)?;
        remove(context, slot)
    });
}

fn remove(context: Context, slot: &Slot) -> Result<(), Problem> {
    let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
    let generation = (context.0 >> SLOT_BITS) as u64;
    let (success, failure) = (Ordering::AcqRel, Ordering::Relaxed);
    slot.generation
        .compare_exchange(generation, generation + 1, success, failure)
        .map_err(|_| problem!("the context was destroyed twice"))?;
    free.0.push((context.0 & ((1 << SLOT_BITS) - 1)) - 2);
    Ok(())
}

/// Ends all contexts of a team, which is about to go.
pub(crate) fn destroy_of_team(team: Team) -> Result<(), Problem> {
    let used = FREE.lock().unwrap_or_else(PoisonError::into_inner).1;
    for number in 0..used {
        let Some(slot) = SLOTS[number / BLOCK].get().map(|block| &block[number % BLOCK]) else {
            continue;
        };
        let generation = slot.generation.load(Ordering::Acquire);
        if generation & 1 == 1 && slot.team.load(Ordering::Relaxed) == team.0 as u64 {
            remove(Context((generation as usize) << SLOT_BITS | (number + 2)), slot)?;
        }
    }
    Ok(())
}

/// The team of a context: 0, or 1 for an invalid one.
///
/// # Safety
/// `team` may be written.
pub(crate) unsafe fn team(name: &str, context: Context, team: *mut Team) -> c_int {
    ending(name, || {
        state()?;
        if team.is_null() {
            return Err(problem!("the address for the team is NULL"));
        }
        let found = match context {
            Context::INVALID => Team::INVALID,
            Context::DEFAULT => Team::WORLD,
            _ => Team(live(context)?.team.load(Ordering::Relaxed) as usize),
        };
        // SAFETY: promised.
        unsafe { team.write(found) };
        Ok(c_int::from(found == Team::INVALID))
    })
}
