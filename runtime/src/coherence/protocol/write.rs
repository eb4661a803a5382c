//! Writes: the block is locked, written as a whole, and unlocked.
//!
//! | step | requests, one batch each | round trips |
//! | --- | --- | --- |
//! | acquire | CAS lease (0, v, δ) → (me, v, δ); READ `wts`, or all of the block | 1 if the lease word is known, else 2 |
//! | commit | WRITE body; CAS lease (me, v, δ) → (0, v + 1, first) | 1 |
//!
//! The thread that acquires has the node's own lock on the block, so that `owner = me` names one thread.
//!
//! # When a queue pair fails
//!
//! Nothing is repeated before the home has fenced the old pair; then the protocol looks at the lease word.
//! Amid an acquisition: it names this node, so the CAS happened; or not. Amid a commit: it is still as this
//! node locked it, so the body is written again (nobody else did), and unlocked again; or it is not,
//! so the CAS happened, and the body before it.

use super::agent::{Agent, CachingAgent, Failed, Failure, Known, Request, Trouble};
use super::block::{Flags, LEASE, WTS, lease, wts};
use super::lease::{Lease, LogicalTime, write_time};
use super::recovery;
use crate::primitives::Trap;

/// A block that this node has locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Held {
    /// The lease word: owned by this node.
    pub lease: Lease,
    /// When the data was written that is there.
    pub wts: LogicalTime,
}

impl Held {
    /// Until when the data that is there may be read by others.
    #[must_use]
    pub fn rts(self) -> LogicalTime {
        self.lease.end(self.wts)
    }
}

/// What is wanted of the block besides the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Acquired {
    /// Its data, in the agent's buffer. A poisoned block has none.
    Data,
    /// Nothing, since all of it will be overwritten. A poisoned block is as good as any.
    Nothing,
}

/// Locks a block for this node. `guess` is the lease word as it was last seen.
///
/// # Errors
/// [`Trouble`].
pub fn acquire<A: Agent>(agent: &mut A, guess: Lease, wanted: Acquired) -> Failed<Held, A> {
    let mut guess = guess.released();
    let mut attempt = 0;
    loop {
        let there = match try_acquire(agent, guess, wanted)? {
            Attempt::Held(held) => return Ok(held),
            Attempt::Present(there) => there,
        };
        guess = there.released();
        if there.owner.is_none() && attempt == 0 {
            // Nobody has it: now the word is known. More than once is contention.
            attempt = 1;
            continue;
        }
        if there.owner.is_some() {
            match recovery::recover(agent, there) {
                Err(Trouble::Poisoned { .. }) if wanted == Acquired::Nothing => {
                    // From the dead node's hands to this one's, and nothing to wait for.
                    guess = there;
                    continue;
                }
                outcome => {
                    outcome?;
                }
            }
        }
        agent.back_off(attempt)?;
        attempt = attempt.saturating_add(1);
    }
}

enum Attempt {
    Held(Held),
    /// The lease word that is there instead.
    Present(Lease),
}

fn try_acquire<A: Agent>(agent: &mut A, guess: Lease, wanted: Acquired) -> Failed<Attempt, A> {
    let mine = guess.owned_by(agent.rank());
    let swap = Request::CompareSwap { at: LEASE, expected: guess.bits(), new: mine.bits() };
    let answer = match wanted {
        Acquired::Nothing => agent.exchange([swap, Request::ReadWord { at: WTS }]),
        Acquired::Data => {
            let len = agent.layout().end();
            let answer = agent.exchange([swap, Request::ReadBlock { len }]);
            answer.map(|[before, _]| [before, wts(agent.buffer()).0])
        }
    };
    let (there, written) = match answer {
        Ok([before, written]) if before == guess.bits() => (mine, LogicalTime(written)),
        Ok([before, written]) => (Lease::from_bits(before), LogicalTime(written)),
        Err(Failure::Lost) => look(agent)?,
        Err(Failure::Fatal(error)) => return Err(error.into()),
    };
    if there.owner != Some(agent.rank()) {
        return Ok(Attempt::Present(there));
    }
    if wanted == Acquired::Data {
        let body = agent.layout().open(agent.buffer());
        if body.is_none_or(|body| body.version != there.version) {
            release(agent, Held { lease: there, wts: written })?;
            return Err(Trouble::Damaged);
        }
        // It has been read, by a node that may now read other things.
        agent.advance(written);
    }
    Ok(Attempt::Held(Held { lease: there, wts: written }))
}

/// Reads lease word and block until that succeeds.
fn look<A: Agent>(agent: &mut A) -> Failed<(Lease, LogicalTime), A> {
    let len = agent.layout().end();
    loop {
        match agent.exchange([Request::ReadBlock { len }]) {
            Ok(_) => return Ok((lease(agent.buffer()), wts(agent.buffer()))),
            Err(Failure::Lost) => {}
            Err(Failure::Fatal(error)) => return Err(error.into()),
        }
    }
}

/// Writes the data in the agent's buffer and unlocks the block. `first` is the length of the lease that comes with
/// it.
///
/// # Errors
/// [`Trouble`]; never [`Trouble::Poisoned`].
pub fn commit<A: Agent>(agent: &mut A, held: Held, first: u64) -> Failed<Known, A> {
    let lease = held.lease.written(first);
    let wts = write(agent, held, lease, Flags::NONE)?;
    Ok(Known { wts, lease })
}

/// As [`commit`], and keeps the copy.
///
/// # Errors
/// As there.
pub fn commit_and_keep<A: CachingAgent>(agent: &mut A, held: Held, first: u64) -> Failed<(), A> {
    let mut known = commit(agent, held, first)?;
    // The node's own copy may be read for as long as the home says, not longer.
    if agent.falls_into(Trap::LongerOwnLease) {
        known.lease = held.lease.written(first + 64);
    }
    agent.keep(known);
    Ok(())
}

/// Writes the body, and then `after` to the lease word. The answer is the time of the write, to which the
/// clock has been advanced.
pub(super) fn write<A: Agent>(
    agent: &mut A,
    held: Held,
    after: Lease,
    flags: Flags,
) -> Failed<LogicalTime, A> {
    let wts = write_time(agent.now(), held.rts());
    let layout = agent.layout();
    layout.seal(agent.buffer(), wts, after.version, flags);
    let swap = Request::CompareSwap { at: LEASE, expected: held.lease.bits(), new: after.bits() };
    let order = if agent.falls_into(Trap::UnlockBeforeBody) {
        [swap, Request::WriteBody]
    } else if agent.falls_into(Trap::UnlockByWrite) {
        [Request::WriteBody, Request::WriteWord { at: LEASE, word: after.bits() }]
    } else {
        [Request::WriteBody, swap]
    };
    settle(agent, held, &order)?;
    agent.advance(wts);
    Ok(wts)
}

/// As [`write()`], but the block stays locked by this node; and adds 1 to the word at `counter`, whose content
/// before is the second answer.
pub(super) fn write_and_keep<A: Agent>(
    agent: &mut A,
    held: Held,
    flags: Flags,
    counter: usize,
) -> Failed<(Held, u64), A> {
    let wts = write_time(agent.now(), held.rts());
    let after = held.lease.written(0).owned_by(agent.rank());
    let layout = agent.layout();
    layout.seal(agent.buffer(), wts, after.version, flags);
    let (expected, new) = (held.lease.bits(), after.bits());
    let swap = Request::CompareSwap { at: LEASE, expected, new };
    let count = Request::FetchAdd { at: counter, add: 1 };
    let mut answers = settle(agent, held, &[Request::WriteBody, swap, count])?;
    agent.advance(wts);
    let counted = loop {
        if let Some([_, _, counted]) = answers {
            break counted;
        }
        // The rest is done, but whether that was counted is not known: it may count twice.
        match agent.exchange([count]) {
            Ok([counted]) => answers = Some([0, 0, counted]),
            Err(Failure::Lost) => {}
            Err(Failure::Fatal(error)) => return Err(error.into()),
        }
    };
    Ok((Held { lease: after, wts }, counted))
}

/// Has requests executed that end with the lease word changed from what `held` says: again and again, as long
/// as that is what is there. The answers, unless they were lost.
pub(super) fn settle<A: Agent, const N: usize>(
    agent: &mut A,
    held: Held,
    requests: &[Request; N],
) -> Failed<Option<[u64; N]>, A> {
    let is_swap = |request: &Request| matches!(request, Request::CompareSwap { at: LEASE, .. });
    loop {
        match agent.exchange(*requests) {
            Ok(answers) => {
                let swap = requests.iter().zip(answers).find(|(request, _)| is_swap(request));
                return match swap {
                    Some((_, before)) if before != held.lease.bits() => Err(Trouble::Expelled),
                    _ => Ok(Some(answers)),
                };
            }
            Err(Failure::Fatal(error)) => return Err(error.into()),
            Err(Failure::Lost) => {
                if look_at_lease(agent)? != held.lease {
                    return Ok(None);
                }
            }
        }
    }
}

/// Reads the lease word until that succeeds.
pub(super) fn look_at_lease<A: Agent>(agent: &mut A) -> Failed<Lease, A> {
    loop {
        match agent.exchange([Request::ReadWord { at: LEASE }]) {
            Ok([word]) => return Ok(Lease::from_bits(word)),
            Err(Failure::Lost) => {}
            Err(Failure::Fatal(error)) => return Err(error.into()),
        }
    }
}

/// Unlocks a block as it was. Whoever had it locked may have read it, so its lease is prolonged to the node's
/// clock: what others write next comes after that.
///
/// # Errors
/// [`Trouble`]; never [`Trouble::Poisoned`].
pub fn release<A: Agent>(agent: &mut A, held: Held) -> Failed<(), A> {
    let now = agent.now();
    let lease = if now <= held.rts() { held.lease } else { held.lease.renewed(held.wts, now) };
    let new = lease.released().bits();
    let swap = Request::CompareSwap { at: LEASE, expected: held.lease.bits(), new };
    settle(agent, held, &[swap]).map(|_| ())
}
