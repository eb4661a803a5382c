//! Reads: by a copy whose lease holds, or after a word with the home.
//!
//! | what the node has | what it does | round trips |
//! | --- | --- | --- |
//! | a copy it may use | nothing | 0 |
//! | a copy whose lease is over | CAS the lease to a longer one, then READ `wts`, in one batch | 1 |
//! | a copy to be validated, of a block of more than 512 bytes | READ the first two words | 1, and 1 when the lease is over; 2 if it has changed |
//! | nothing | READ the block | 1, and 1 when the lease is over already |
//!
//! A READ of so few bytes costs about what one of two words does, so what is always validated and so small
//! is read as a whole each time, and no copy is kept: [`read_whole`].

use super::agent::{Agent, CachingAgent, Failed, Failure, Known, Request};
use super::block::{LEASE, Layout, WTS, lease, wts};
use super::lease::{Lease, LogicalTime};
use super::recovery;
use crate::primitives::Trap;

/// When a copy may be read without asking its home: what tells the consistency models apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// As long as its lease holds, and it is fresh.
    Leased,
    /// Never.
    Validated,
}

/// Reads a block: the answer is a copy that may be read at the node's present logical time.
///
/// # Errors
/// [`Trouble`](super::Trouble).
#[inline]
pub fn read<A: CachingAgent>(agent: &mut A, rule: Rule) -> Failed<A::Copy, A> {
    let mut attempt = 0;
    loop {
        if let Some(copy) = try_read(agent, rule)? {
            return Ok(copy);
        }
        agent.back_off(attempt)?;
        attempt = attempt.saturating_add(1);
    }
}

/// Blocks whose body ends here at the latest are read as a whole rather than validated.
pub const WHOLE: usize = 512;

/// What a look at the home has come to.
enum Look {
    /// The copy is current, and may be read.
    Current,
    /// There is a newer version.
    Changed,
    /// Not now: somebody has the block locked, or the lease could not be had.
    Later,
}

#[inline]
fn try_read<A: CachingAgent>(agent: &mut A, rule: Rule) -> Failed<Option<A::Copy>, A> {
    if rule == Rule::Validated && agent.layout().end() <= WHOLE {
        return fetch(agent);
    }
    if let Some(copy) = agent.cached() {
        let known = agent.known(&copy);
        let now = agent.now();
        let holds = now <= known.rts();
        let look = if rule == Rule::Leased && holds && agent.is_fresh(&copy) {
            return Ok(Some(copy));
        } else if rule == Rule::Leased && !holds {
            agent.begin_look();
            renew(agent, &copy, known)?
        } else if agent.layout().end() <= WHOLE {
            Look::Changed
        } else {
            validate(agent, &copy, known)?
        };
        match look {
            Look::Current => return Ok(Some(copy)),
            Look::Later => return Ok(None),
            Look::Changed => {}
        }
    }
    fetch(agent)
}

/// Asks the home whether a copy is current, and until when.
fn validate<A: CachingAgent>(agent: &mut A, copy: &A::Copy, known: Known) -> Failed<Look, A> {
    agent.begin_look();
    match agent.read_block(WTS + 8) {
        Ok(()) => {}
        Err(Failure::Lost) => return Ok(Look::Later),
        Err(Failure::Fatal(error)) => return Err(error.into()),
    }
    let (there, written) = (lease(agent.buffer()), wts(agent.buffer()));
    // Of a dead node nobody can tell by the header what it has written.
    if recovery::recover(agent, there)? {
        return Ok(Look::Later);
    }
    // The words of one READ may be of different moments: the version tells whether the lease is of this
    // data. Locked or not makes no difference, as nothing new has been written.
    if written != known.wts || there.version != known.lease.version {
        return Ok(Look::Changed);
    }
    let seen = Known { lease: there.released(), ..known };
    if agent.now() <= seen.rts() {
        agent.renew(copy, seen.lease);
        return Ok(Look::Current);
    }
    if there.owner.is_some() {
        return Ok(Look::Later);
    }
    renew(agent, copy, seen)
}

/// Prolongs the lease of a copy, if it is current.
fn renew<A: CachingAgent>(agent: &mut A, copy: &A::Copy, known: Known) -> Failed<Look, A> {
    let (look, lease) = prolong(agent, known)?;
    if let Some(lease) = lease {
        agent.renew(copy, lease);
    }
    Ok(look)
}

/// Prolongs the lease of what was read up to the node's clock and beyond, if it is current. With the lease that
/// it has then, which somebody else may have prolonged, perhaps not far enough.
fn prolong<A: Agent>(agent: &mut A, known: Known) -> Failed<(Look, Option<Lease>), A> {
    let now = agent.now();
    let wanted = known.lease.renewed(known.wts, now);
    let prolong =
        Request::CompareSwap { at: LEASE, expected: known.lease.bits(), new: wanted.bits() };
    let [before, written] = match agent.exchange([prolong, Request::ReadWord { at: WTS }]) {
        Ok(answers) => answers,
        Err(Failure::Lost) => return Ok((Look::Later, None)),
        Err(Failure::Fatal(error)) => return Err(error.into()),
    };
    let there = Lease::from_bits(before);
    let won = before == known.lease.bits();
    // The version alone does not tell, because it wraps.
    if LogicalTime(written) != known.wts && !(won && agent.falls_into(Trap::RenewWithoutWts)) {
        return Ok((Look::Changed, None));
    }
    if won {
        return Ok((Look::Current, Some(wanted)));
    }
    if there.owner.is_some() {
        recovery::recover(agent, there)?;
        return Ok((Look::Later, None));
    }
    if there.version != known.lease.version {
        return Ok((Look::Changed, None));
    }
    let rts = Known { lease: there, ..known }.rts();
    let look = if agent.now() <= rts { Look::Current } else { Look::Later };
    Ok((look, Some(there)))
}

/// What a block is that was read, if it is all of one version, the present one, and not locked.
#[must_use]
pub fn whole(layout: &Layout, block: &[u8]) -> Option<Known> {
    lease(block).owner.is_none().then(|| present(layout, block, false))?
}

/// As [`whole()`], whether it is locked or not: what the owner has not begun to write over is still as it was, and
/// what it will write comes after the lease.
#[inline(always)]
fn present(layout: &Layout, block: &[u8], careless: bool) -> Option<Known> {
    let there = lease(block);
    let body = layout.open(block)?;
    let present = careless && there.owner.is_none() || body.version == there.version;
    present.then_some(Known { wts: body.wts, lease: there.released() })
}

/// READs all of a block, if that is of one version, and the present one. With whether it may be locked.
#[inline(always)]
fn look<A: Agent>(agent: &mut A) -> Failed<Option<(Known, bool)>, A> {
    let layout = agent.layout();
    match agent.read_block(layout.end()) {
        Ok(()) => {}
        Err(Failure::Lost) => return Ok(None),
        Err(Failure::Fatal(error)) => return Err(error.into()),
    }
    let there = lease(agent.buffer());
    let locked = there.owner.is_some();
    if locked && recovery::recover(agent, there)? {
        return Ok(None);
    }
    let careless = agent.falls_into(Trap::MissWithoutVersions);
    let Some(known) = present(&layout, agent.buffer(), careless) else { return Ok(None) };
    agent.advance(known.wts);
    Ok(Some((known, locked)))
}

/// Gets the whole block, and a lease if the one that comes with it is over.
#[inline]
fn fetch<A: CachingAgent>(agent: &mut A) -> Failed<Option<A::Copy>, A> {
    agent.begin_look();
    let Some((known, locked)) = look(agent)? else { return Ok(None) };
    let copy = agent.keep(known);
    // It may be a newer one than this, got by another thread; whatever it is, it has to be readable.
    let known = agent.known(&copy);
    if agent.now() <= known.rts() {
        return Ok(Some(copy));
    }
    if locked {
        return Ok(None);
    }
    Ok(matches!(renew(agent, &copy, known)?, Look::Current).then_some(copy))
}

/// Reads a block that no copy is kept of: its data is in the agent's buffer, and may be read at the node's present
/// logical time.
///
/// # Errors
/// [`Trouble`](super::Trouble).
#[inline(always)]
pub fn read_whole<A: Agent>(agent: &mut A) -> Failed<Known, A> {
    let mut attempt = 0;
    loop {
        if let Some((known, locked)) = look(agent)? {
            if agent.now() <= known.rts() {
                return Ok(known);
            }
            if !locked && let (Look::Current, Some(lease)) = prolong(agent, known)? {
                return Ok(Known { lease, ..known });
            }
        }
        agent.back_off(attempt)?;
        attempt = attempt.saturating_add(1);
    }
}
