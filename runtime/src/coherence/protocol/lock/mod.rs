//! Locks: a block that is owned for as long as its holder likes, with a queue of nodes, readers, and a
//! fencing token.
//!
//! The lock is the lease word of the block, and what it protects is the block's data: locking reads it,
//! unlocking writes it, and logical time goes with it. Behind the data are words that only atomics change:
//!
//! ```text
//!  token     rises with every holder
//!  time      the latest clock of a reader that is done
//!  waiting   one bit for each rank: this node waits
//!  readers   one bit for each rank: this node reads
//! ```
//!
//! # Who is next
//!
//! A node that finds the lock taken sets its bit and looks at the lease word again and again. It stays in the
//! queue until it has had the lock. Whoever has the lock knows, from the batch that got it, who is waiting: when
//! it unlocks it makes the next of them, in the order of the ranks and around, the owner at once. A newcomer
//! that gets a free lock while others wait passes it on to them and queues up. So once a node's bit is set, each
//! other waiting node gets the lock before it once at most, and one that was there before.
//!
//! # Readers
//!
//! A reader sets its bit and reads the block in the same batch. If nobody owns the block it is in: a writer
//! that comes later sees the bit, because it looks at the readers after it has become the owner. Otherwise it
//! takes its bit back and queues up as writers do; when the lock is its own, it sets its bit and
//! passes the lock on. A writer waits, as the owner, until all readers are gone, and takes their time over.
//!
//! | step | requests, one batch each | round trips |
//! | --- | --- | --- |
//! | lock, free | CAS lease; FAA token; FAA 0 readers (if there can be any); READ block | 1 if the lease word is known, else 2 |
//! | unlock | WRITE body; CAS lease | 1 |
//! | read, no writer | FAA readers; READ block | 1 |
//! | done reading | FAA time; FAA readers | 1 |
//!
//! # When a queue pair fails
//!
//! A node's bits are set and cleared by this node alone, as long as it lives, so after the fence they tell whether
//! it happened. A token may be skipped.
//!
//! | file | what |
//! | --- | --- |
//! | `mod.rs` | locking, unlocking, handing over |
//! | `queue.rs` | the words behind the data, and whose turn it is |
//! | `readers.rs` | readers |

mod queue;
mod readers;

use super::agent::{Agent, Failed, Failure, Request};
use super::block::{Flags, LEASE, word, wts};
use super::lease::{Lease, LogicalTime};
use super::recovery::{self, Verdict};
use super::write::{Held, look_at_lease, settle, write, write_and_keep};
use crate::primitives::Trap;
pub use queue::{LockWords, next_in_turn};
use queue::{next_waiting, set_bit};
use readers::wait_for_readers;
pub use readers::{Reading, lock_shared, try_lock_shared, unlock_shared};

/// A lock that this node has, with the data in the agent's buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Locked {
    /// The block.
    pub held: Held,
    /// Greater than that of every holder before.
    pub token: u64,
    /// What is wrong with the data.
    pub poison: Option<Poison>,
    /// Who is next.
    pub next: Option<u32>,
}

/// What is wrong with the data under a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Poison {
    /// A holder died before. The data is what the last one wrote that unlocked.
    Holder {
        /// Its rank, where it is known.
        rank: Option<u32>,
    },
    /// A holder panicked before, or could not do what had to be done before it unlocked.
    Failed {
        /// Its rank, where it is known.
        rank: Option<u32>,
    },
    /// A holder died while it wrote: the data is half old and half new.
    Torn {
        /// Its rank, where it is known.
        rank: Option<u32>,
    },
}

impl Poison {
    /// The rank of the holder that caused it, where it is known.
    #[must_use]
    pub fn rank(self) -> Option<u32> {
        match self {
            Poison::Holder { rank } | Poison::Failed { rank } | Poison::Torn { rank } => rank,
        }
    }

    /// Whether that holder died.
    #[must_use]
    pub fn is_death(self) -> bool {
        !matches!(self, Poison::Failed { .. })
    }
}

/// The lock, just become this node's own.
#[derive(Clone, Copy)]
struct Own {
    held: Held,
    token: u64,
    poison: Option<Poison>,
    /// Whether there was no reader when it did.
    alone: bool,
}

impl Own {
    fn locked(self, next: Option<u32>) -> Locked {
        Locked { held: self.held, token: self.token, poison: self.poison, next }
    }
}

/// Gets the lock, after those who wait for it. `guess` is the lease word as it was last seen. With readers,
/// none of this node's threads is one.
///
/// # Errors
/// Fatal ones only.
pub fn lock<A: Agent>(agent: &mut A, words: LockWords, guess: Lease) -> Failed<Locked, A> {
    let (own, next) = take_turn(agent, words, guess)?;
    if !own.alone {
        wait_for_readers(agent, words)?;
    }
    enter(agent, words, own);
    Ok(own.locked(next))
}

/// Gets the lock if it is free and nobody waits for it.
///
/// # Errors
/// As [`lock`].
pub fn try_lock<A: Agent>(
    agent: &mut A,
    words: LockWords,
    guess: Lease,
) -> Failed<Option<Locked>, A> {
    let mut there = guess.released();
    loop {
        let own = match take(agent, words, there)? {
            Ok(own) => own,
            Err(present) if present.owner.is_none() => {
                there = present;
                continue;
            }
            Err(present) => match take_over(agent, words, present)? {
                Some(own) => own,
                None => return Ok(None),
            },
        };
        let next = next_waiting(agent, words)?;
        if next.is_none() && own.alone {
            enter(agent, words, own);
            return Ok(Some(own.locked(None)));
        }
        pass_on(agent, own.locked(next))?;
        return Ok(None);
    }
}

/// Logical time goes with the lock: from the holder before, and from the readers before.
fn enter<A: Agent>(agent: &mut A, words: LockWords, own: Own) {
    if agent.falls_into(Trap::LockWithoutTime) {
        return;
    }
    agent.advance(own.held.rts());
    if words.shared {
        let time = word(agent.buffer(), words.time());
        agent.advance(LogicalTime(time));
    }
}

/// Becomes the owner, in turn; and who is next.
fn take_turn<A: Agent>(
    agent: &mut A,
    words: LockWords,
    guess: Lease,
) -> Failed<(Own, Option<u32>), A> {
    let me = agent.rank();
    let mut there = guess.released();
    let (mut queued, mut tries, mut attempt) = (false, 0, 0);
    loop {
        let own = if there.owner.is_none_or(|owner| owner == me) {
            tries += 1;
            match take(agent, words, there.released())? {
                Ok(own) => Some(own),
                Err(present) => {
                    there = present;
                    if tries > 1 {
                        agent.back_off(attempt)?;
                        attempt = attempt.saturating_add(1);
                    }
                    continue;
                }
            }
        } else {
            take_over(agent, words, there)?
        };
        match own {
            Some(own) => {
                let next = next_waiting(agent, words)?;
                if queued {
                    set_bit(agent, words.waiting(me), false)?;
                } else if next.is_some() {
                    // Others were here before.
                    set_bit(agent, words.waiting(me), true)?;
                    queued = true;
                    pass_on(agent, own.locked(next))?;
                    there = look_at_lease(agent)?;
                    continue;
                }
                return Ok((own, next));
            }
            None if queued => {
                agent.back_off(attempt)?;
                attempt = attempt.saturating_add(1);
            }
            None => {
                set_bit(agent, words.waiting(me), true)?;
                queued = true;
            }
        }
        there = look_at_lease(agent)?;
    }
}

/// Tries to become the owner of a lock that nobody owns; having been made the owner by another will do. Else
/// the answer is the lease word that is there, nobody's or another's.
fn take<A: Agent>(agent: &mut A, words: LockWords, guess: Lease) -> Failed<Result<Own, Lease>, A> {
    let me = agent.rank();
    let mine = guess.owned_by(me);
    let answer = match swap_and_read(agent, words, guess, mine)? {
        Some(answer) => Some(answer),
        None => {
            let there = look_at_lease(agent)?;
            if there.owner != Some(me) {
                return Ok(Err(there));
            }
            swap_and_read(agent, words, guess, mine)?
        }
    };
    let Some(Answer { before, token, alone }) = answer else { return Ok(Err(guess)) };
    let there = if before == guess { mine } else { before };
    if there.owner != Some(me) {
        return Ok(Err(there));
    }
    Ok(Ok(open(agent, there, token, alone)))
}

struct Answer {
    /// The lease word before.
    before: Lease,
    token: u64,
    alone: bool,
}

/// Swaps the lease word, draws a token, and reads block and queue: one batch. `None` if the queue pair failed.
fn swap_and_read<A: Agent>(
    agent: &mut A,
    words: LockWords,
    expected: Lease,
    new: Lease,
) -> Failed<Option<Answer>, A> {
    let swap = Request::CompareSwap { at: LEASE, expected: expected.bits(), new: new.bits() };
    let draw = Request::FetchAdd { at: words.token(), add: 1 };
    let read = Request::ReadBlock { len: words.end() };
    let answer = if words.shared {
        // An atomic comes before a later READ: if there is no reader, the time that is read is that of the
        // last one. More than one word of readers cannot be had so.
        let look = Request::FetchAdd { at: words.readers(0), add: 0 };
        let answer = agent.exchange([swap, draw, look, read]);
        answer.map(|[before, token, readers, _]| (before, token, readers == 0 && words.words == 1))
    } else {
        agent.exchange([swap, draw, read]).map(|[before, token, _]| (before, token, true))
    };
    match answer {
        Ok((before, token, alone)) => {
            // The word of a lock that was never locked counts from 0.
            Ok(Some(Answer { before: Lease::from_bits(before), token: token + 1, alone }))
        }
        Err(Failure::Lost) => Ok(None),
        Err(Failure::Fatal(error)) => Err(error.into()),
    }
}

/// The lock with the data that was read when it was this node's own.
fn open<A: Agent>(agent: &mut A, there: Lease, token: u64, alone: bool) -> Own {
    let body = agent.layout().open(agent.buffer()).filter(|body| body.version == there.version);
    let poison = match body {
        None => Some(Poison::Torn { rank: None }),
        Some(body) => Poison::from_flags(body.flags),
    };
    // Of a torn block the header says the old or the new time; the lease added to either is late enough.
    let wts = body.map_or_else(|| wts(agent.buffer()), |body| body.wts);
    Own { held: Held { lease: there, wts }, token, poison, alone }
}

/// Takes a lock over whose owner is dead. `None` if it may be alive, or another was faster.
fn take_over<A: Agent>(agent: &mut A, words: LockWords, there: Lease) -> Failed<Option<Own>, A> {
    let Some(found) = recovery::examine(agent, there, words.end())? else { return Ok(None) };
    let me = agent.rank();
    let rank = Some(found.by);
    let (new, poison) = match found.verdict {
        // It died with the lock. What it was about to do, nobody knows.
        Verdict::Unlock => (found.there.owned_by(me), Some(Poison::Holder { rank })),
        // It had done what it wanted.
        Verdict::RollForward => (found.there.written(0).owned_by(me), None),
        Verdict::Poisoned => (found.there.owned_by(me), Some(Poison::Torn { rank })),
    };
    let Answer { before, token, alone } = loop {
        if let Some(answer) = swap_and_read(agent, words, found.there, new)? {
            break answer;
        }
    };
    // If an attempt whose answer was lost has made it this node's own, the poison is still to be told of. Nobody
    // else makes it so: who takes over what is poisoned, writes before he passes it on.
    if before != found.there && before != new {
        return Ok(None);
    }
    agent.recovered(found.verdict);
    let own = open(agent, new, token, alone);
    Ok(Some(Own { poison: poison.or(own.poison), ..own }))
}

impl Poison {
    /// As it is written into the block, for those who come later.
    #[must_use]
    pub fn flags(self) -> Flags {
        let flags = match self {
            Poison::Failed { .. } => Flags::POISONED,
            Poison::Holder { .. } => Flags::POISONED.and(Flags::DIED),
            Poison::Torn { .. } => Flags::POISONED.and(Flags::DIED).and(Flags::TORN),
        };
        flags.blame(self.rank())
    }

    fn from_flags(flags: Flags) -> Option<Poison> {
        let rank = flags.by();
        match flags {
            _ if flags.has(Flags::TORN) => Some(Poison::Torn { rank }),
            _ if flags.has(Flags::POISONED.and(Flags::DIED)) => Some(Poison::Holder { rank }),
            _ if flags.has(Flags::POISONED) => Some(Poison::Failed { rank }),
            _ => None,
        }
    }
}

/// Unlocks with the data in the agent's buffer, and makes the next in turn the owner.
///
/// # Errors
/// Fatal ones, and [`Trouble::Expelled`](super::Trouble::Expelled).
pub fn unlock<A: Agent>(agent: &mut A, locked: Locked, poison: Option<Poison>) -> Failed<(), A> {
    let free = locked.held.lease.written(0);
    let after = locked.next.map_or(free, |next| free.owned_by(next));
    let flags = poison.map_or(Flags::NONE, Poison::flags);
    write(agent, locked.held, after, flags).map(|_| ())
}

/// Writes the data in the agent's buffer as [`unlock`] does, but keeps the lock, for another thread of this
/// node: the same round trip, and that thread needs none.
///
/// # Errors
/// As [`unlock`].
pub fn hand_over<A: Agent>(
    agent: &mut A,
    words: LockWords,
    locked: Locked,
    poison: Option<Poison>,
) -> Failed<Locked, A> {
    let flags = poison.map_or(Flags::NONE, Poison::flags);
    let (held, token) = write_and_keep(agent, locked.held, flags, words.token())?;
    Ok(Locked { held, token: token + 1, poison, next: locked.next })
}

/// Makes the next in turn the owner of a lock whose data this node has not touched.
fn pass_on<A: Agent>(agent: &mut A, locked: Locked) -> Failed<(), A> {
    if locked.poison.is_some() {
        // It has to stay so.
        return unlock(agent, locked, locked.poison);
    }
    // Not the word that was there before: it may come back to this node before a lost answer is missed, and then
    // must not pass for what has yet to be given away.
    let free = locked.held.lease.passed_on();
    let after = locked.next.map_or(free, |next| free.owned_by(next));
    let (expected, new) = (locked.held.lease.bits(), after.bits());
    settle(agent, locked.held, &[Request::CompareSwap { at: LEASE, expected, new }]).map(|_| ())
}
