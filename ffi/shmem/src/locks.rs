//! Distributed locks, in a `long` that is 0 at first: the queue of Mellor-Crummey and Scott (1991), with no other memory.
//!
//! The word of a lock has three fields, of which each PE's own copy holds what concerns it:
//!
//! | bits | field | on whom | who changes it |
//! | --- | --- | --- | --- |
//! | 0 | granted | each waiter | who had the lock before sets it, the waiter clears it |
//! | 1 … 21 | next, rank + 1 | each in the queue | who comes behind sets it, the owner clears it |
//! | 22 … 42 | tail, rank + 1 | the home, which the lock's offset names | who comes, and who leaves as the last |
//!
//! The home may be in the queue too, so a field is only changed by compare-and-swap of the word, or by adding what takes
//! the field from one value to the other. Without a queue, taking and leaving are one atomic each.
//!
//! Threads of one PE queue here first, at [`Locks`]; so who holds what is known, and what would never end is an error.

use std::ffi::{c_int, c_long};
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use pangea::symmetric::Atomic64;

use crate::error::{Problem, ending, problem};
use crate::order::complete;
use crate::state::{State, state};

const GRANTED: u64 = 1;
const NEXT: u32 = 1;
const TAIL: u32 = 22;
const RANK: u64 = (1 << 21) - 1;

fn next(word: u64) -> u64 {
    word >> NEXT & RANK
}

fn tail(word: u64) -> u64 {
    word >> TAIL & RANK
}

fn with_tail(word: u64, tail: u64) -> u64 {
    word & !(RANK << TAIL) | tail << TAIL
}

/// The locks that this PE holds or waits for, and the thread that does.
#[derive(Debug, Default)]
pub(crate) struct Locks {
    taken: Mutex<Vec<Taken>>,
}

#[derive(Debug)]
struct Taken {
    at: u64,
    by: usize,
}

/// What tells threads apart: an address that each has for itself.
pub(crate) fn this_thread() -> usize {
    thread_local!(static OWN: u8 = const { 0 });
    OWN.with(|own| ptr::from_ref(own).addr())
}

impl Locks {
    fn taken(&self) -> MutexGuard<'_, Vec<Taken>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is now this thread's to take on behalf of the PE; if not, the thread whose it is.
    fn try_take(&self, at: u64) -> Result<(), usize> {
        let mut taken = self.taken();
        match taken.iter().find(|lock| lock.at == at) {
            Some(lock) => Err(lock.by),
            None => {
                taken.push(Taken { at, by: this_thread() });
                Ok(())
            }
        }
    }

    fn is_taken(&self, at: u64) -> bool {
        self.taken().iter().any(|lock| lock.at == at)
    }

    fn leave(&self, at: u64) {
        self.taken().retain(|lock| lock.at != at);
    }
}

/// A lock, seen from this PE.
struct Lock<'a> {
    state: &'a State,
    at: u64,
    home: u32,
    /// This PE in the fields.
    me: u64,
}

impl<'a> Lock<'a> {
    fn new(state: &'a State, lock: *mut c_long) -> Result<Lock<'a>, Problem> {
        let at = state.to_offset(lock, size_of::<c_long>())?;
        if !at.is_multiple_of(8) {
            return Err(problem!(
                "the lock at {lock:p} is not at a multiple of 8 bytes: make it a variable of type long"
            ));
        }
        let home = (at / 8 % u64::from(state.size)) as u32;
        Ok(Lock { state, at, home, me: u64::from(state.rank) + 1 })
    }

    fn own(&self) -> &AtomicU64 {
        self.state.own_word(self.at)
    }

    fn add(&self, rank: u64, value: u64) -> Result<(), Problem> {
        self.state.symmetric.atomic(rank as u32, self.at, Atomic64::Add(value))?;
        Ok(())
    }

    /// Replaces the home's word: what it was.
    fn compare_swap(&self, expected: u64, new: u64) -> Result<u64, Problem> {
        Ok(self.state.symmetric.atomic(
            self.home,
            self.at,
            Atomic64::CompareSwap { expected, new },
        )?)
    }

    /// Takes the lock, if nobody has it.
    fn try_acquire(&self) -> Result<bool, Problem> {
        Ok(self.compare_swap(0, with_tail(0, self.me))? == 0)
    }

    fn acquire(&self) -> Result<(), Problem> {
        let mut seen = 0;
        loop {
            let found = self.compare_swap(seen, with_tail(seen, self.me))?;
            if found == seen {
                break;
            }
            seen = found;
        }
        let before = tail(seen);
        if before == 0 {
            return Ok(());
        }
        self.add(before - 1, self.me << NEXT)?;
        let own = self.own();
        self.state.wait_until(|| own.load(Ordering::Acquire) & GRANTED != 0)?;
        self.add(self.me - 1, GRANTED.wrapping_neg())
    }

    fn release(&self) -> Result<(), Problem> {
        let own = self.own();
        if next(own.load(Ordering::Acquire)) == 0 {
            let mut seen = with_tail(0, self.me);
            while tail(seen) == self.me {
                let found = self.compare_swap(seen, with_tail(seen, 0))?;
                if found == seen {
                    return Ok(());
                }
                seen = found;
            }
            // Somebody has come and is about to say who.
            self.state.wait_until(|| next(own.load(Ordering::Acquire)) != 0)?;
        }
        let successor = next(own.load(Ordering::Acquire));
        self.add(self.me - 1, (successor << NEXT).wrapping_neg())?;
        self.add(successor - 1, GRANTED)
    }
}

/// Waits until this PE has the lock.
pub(crate) unsafe fn set(name: &'static str, lock: *mut c_long) {
    ending(name, || {
        let state = state()?;
        let found = Lock::new(state, lock)?;
        while let Err(owner) = state.locks.try_take(found.at) {
            if owner == this_thread() {
                return Err(problem!(
                    "this PE has the lock at {lock:p} already: it would wait for itself"
                ));
            }
            state.wait_until(|| !state.locks.is_taken(found.at))?;
        }
        found.acquire()
    });
}

/// Takes the lock if nobody has it: 0, else 1.
pub(crate) unsafe fn test(name: &'static str, lock: *mut c_long) -> c_int {
    ending(name, || {
        let state = state()?;
        let found = Lock::new(state, lock)?;
        if state.locks.try_take(found.at).is_err() {
            state.looked_in_vain()?;
            return Ok(1);
        }
        let has_it = found.try_acquire()?;
        if !has_it {
            state.locks.leave(found.at);
            state.looked_in_vain()?;
        }
        Ok((!has_it).into())
    })
}

/// Gives the lock away, when all that was begun under it is complete.
pub(crate) unsafe fn clear(name: &'static str, lock: *mut c_long) {
    ending(name, || {
        let state = state()?;
        let found = Lock::new(state, lock)?;
        if !state.locks.is_taken(found.at) {
            return Err(problem!(
                "this PE does not have the lock at {lock:p}: only who has set it clears it"
            ));
        }
        complete(state)?;
        found.release()?;
        state.locks.leave(found.at);
        Ok(())
    });
}
