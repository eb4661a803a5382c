//! Readers of a lock: how they come and go, and how a writer waits for them.

use super::super::agent::{Agent, Failed, Failure, Request};
use super::super::block::{lease, word};
use super::super::lease::{Lease, LogicalTime};
use super::queue::{LockWords, bit, clear_bit, next_waiting, read_all, set_bit};
use super::{Own, Poison, enter, open, pass_on, take_over, take_turn};
use crate::primitives::Trap;

/// Waits until nobody reads. What they left of the time is in the buffer afterwards.
pub(super) fn wait_for_readers<A: Agent>(agent: &mut A, words: LockWords) -> Failed<(), A> {
    let mut attempt = 0;
    loop {
        read_all(agent, words)?;
        if !has_readers(agent, words)? {
            // The time may have been read before the last of them was gone.
            return read_all(agent, words);
        }
        agent.back_off(attempt)?;
        attempt = attempt.saturating_add(1);
    }
}

/// Whether a living node reads, as the buffer says. This node has no reader: a bit of its own is left over.
pub(super) fn has_readers<A: Agent>(agent: &mut A, words: LockWords) -> Failed<bool, A> {
    let mut any = false;
    for number in 0..words.words {
        let first = number as u32 * u64::BITS;
        let mut bits = word(agent.buffer(), words.readers(first));
        while bits != 0 {
            let rank = first + bits.trailing_zeros();
            bits &= bits - 1;
            if rank == agent.rank() || agent.is_fenced(rank)? {
                clear_bit(agent, words.readers(rank), rank)?;
            } else {
                any = true;
            }
        }
    }
    Ok(any)
}

/// A lock that this node reads under, with the data in the agent's buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reading {
    /// A time that the lock's time has reached.
    reached: LogicalTime,
    /// What is wrong with the data.
    pub poison: Option<Poison>,
}

/// Lets this node read under a lock, which none of its threads does yet.
///
/// # Errors
/// Fatal ones only.
pub fn lock_shared<A: Agent>(agent: &mut A, words: LockWords) -> Failed<Reading, A> {
    let me = agent.rank();
    if let Ok(reading) = join_readers(agent, words)? {
        return Ok(reading);
    }
    let (own, next) = take_turn(agent, words, Lease::default())?;
    enter(agent, words, own);
    let reading = reading(agent, words, own);
    set_bit(agent, words.readers(me), true)?;
    pass_on(agent, own.locked(next))?;
    Ok(reading)
}

/// As [`lock_shared`], if no node has the lock for writing.
///
/// # Errors
/// As [`lock_shared`].
pub fn try_lock_shared<A: Agent>(agent: &mut A, words: LockWords) -> Failed<Option<Reading>, A> {
    let there = match join_readers(agent, words)? {
        Ok(reading) => return Ok(Some(reading)),
        Err(there) => there,
    };
    let Some(own) = take_over(agent, words, there)? else { return Ok(None) };
    let next = next_waiting(agent, words)?;
    pass_on(agent, own.locked(next))?;
    // Who wrote is dead, so there is one more attempt to be made; those who waited come first.
    if next.is_some() { Ok(None) } else { Ok(join_readers(agent, words)?.ok()) }
}

/// Becomes a reader if nobody owns the block; else the answer is its lease word.
fn join_readers<A: Agent>(agent: &mut A, words: LockWords) -> Failed<Result<Reading, Lease>, A> {
    set_bit_and_read(agent, words)?;
    loop {
        let there = lease(agent.buffer());
        if there.owner.is_some() {
            set_bit(agent, words.readers(agent.rank()), false)?;
            return Ok(Err(there));
        }
        let body = agent.layout().open(agent.buffer());
        if body.is_some_and(|body| body.version == there.version) {
            let own = open(agent, there, 0, true);
            enter(agent, words, own);
            return Ok(Ok(reading(agent, words, own)));
        }
        // A writer left between two cache lines of the READ. None comes now.
        read_all(agent, words)?;
    }
}

fn reading<A: Agent>(agent: &mut A, words: LockWords, own: Own) -> Reading {
    let reached = LogicalTime(word(agent.buffer(), words.time()));
    Reading { reached, poison: own.poison }
}

/// Sets this node's bit among the readers and reads the block, in one batch.
fn set_bit_and_read<A: Agent>(agent: &mut A, words: LockWords) -> Failed<(), A> {
    let me = agent.rank();
    let (at, add) = (words.readers(me), bit(me));
    let read = Request::ReadBlock { len: words.end() };
    match agent.exchange([Request::FetchAdd { at, add }, read]) {
        Ok(_) => return Ok(()),
        Err(Failure::Lost) => {}
        Err(Failure::Fatal(error)) => return Err(error.into()),
    }
    read_all(agent, words)?;
    if word(agent.buffer(), at) & bit(me) == 0 {
        set_bit(agent, at, true)?;
        read_all(agent, words)?;
    }
    Ok(())
}

/// Ends what [`lock_shared`] began.
///
/// # Errors
/// Fatal ones only.
pub fn unlock_shared<A: Agent>(agent: &mut A, words: LockWords, reading: Reading) -> Failed<(), A> {
    let me = agent.rank();
    let at = words.readers(me);
    let passed = agent.now().0.saturating_sub(reading.reached.0);
    let passed = if agent.falls_into(Trap::LockWithoutTime) { 0 } else { passed };
    loop {
        // An addition needs no second attempt, as a swap would: the time is at least that of the clock.
        let raise = Request::FetchAdd { at: words.time(), add: passed };
        let leave = Request::FetchAdd { at, add: bit(me).wrapping_neg() };
        match agent.exchange([raise, leave]) {
            Ok(_) => return Ok(()),
            Err(Failure::Lost) => {}
            Err(Failure::Fatal(error)) => return Err(error.into()),
        }
        read_all(agent, words)?;
        if word(agent.buffer(), at) & bit(me) == 0 {
            return Ok(());
        }
    }
}
