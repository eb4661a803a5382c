//! What becomes of a block whose owner died.
//!
//! The dead node's last requests are a prefix of WRITE body, CAS lease. Once the home has acknowledged that
//! nothing more of it takes effect, the block stands still: nobody else changes a body under another's
//! lock. Whoever meets it then reads it and decides, and one compare-and-swap of the lease word settles
//! which of those who decided was first.

use super::agent::{Agent, Failed, Failure, Request, Trouble};
use super::block::{Body, LEASE, lease};
use super::lease::Lease;

/// What the body under a dead owner's lock turns out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The old version: nothing was written. It is unlocked as it was.
    Unlock,
    /// The new version as a whole: only the unlocking is missing.
    RollForward,
    /// Neither.
    Poisoned,
}

/// Decides by the lease word and what the body is, if it is whole.
#[must_use]
pub fn judge(there: Lease, body: Option<Body>) -> Verdict {
    match body {
        Some(body) if body.version == there.version => Verdict::Unlock,
        Some(body) if body.version == there.version.wrapping_add(1) => Verdict::RollForward,
        _ => Verdict::Poisoned,
    }
}

impl Verdict {
    /// The lease word with which the block goes on, unlocked; `None` if it cannot.
    #[must_use]
    pub fn settled(self, there: Lease) -> Option<Lease> {
        match self {
            Verdict::Unlock => Some(there.released()),
            Verdict::RollForward => Some(there.written(Lease::FIRST)),
            Verdict::Poisoned => None,
        }
    }
}

/// A block that stands still under the lock of a dead node, in the agent's buffer.
pub(super) struct Found {
    /// The lease word.
    pub(super) there: Lease,
    /// Who died.
    pub(super) by: u32,
    pub(super) verdict: Verdict,
}

/// Looks at a block whose lease word was `there`. `None` if its owner may be alive, or it is not the owner
/// any more. Reads the first `len` bytes.
pub(super) fn examine<A: Agent>(
    agent: &mut A,
    there: Lease,
    len: usize,
) -> Failed<Option<Found>, A> {
    let Some(owner) = there.owner.filter(|owner| *owner != agent.rank()) else { return Ok(None) };
    if !agent.is_fenced(owner)? {
        return Ok(None);
    }
    match agent.exchange([Request::ReadBlock { len }]) {
        Ok(_) => {}
        Err(Failure::Lost) => return Ok(None),
        Err(Failure::Fatal(error)) => return Err(error.into()),
    }
    let there = lease(agent.buffer());
    if there.owner != Some(owner) {
        return Ok(None);
    }
    let verdict = judge(there, agent.layout().open(agent.buffer()));
    if verdict == Verdict::Poisoned {
        // Another may have recovered it, and a third have begun to write, between two cache lines of
        // that READ. If the dead node still owns it, nobody has.
        match agent.exchange([Request::ReadWord { at: LEASE }]) {
            Ok([word]) if word == there.bits() => {}
            Ok(_) | Err(Failure::Lost) => return Ok(None),
            Err(Failure::Fatal(error)) => return Err(error.into()),
        }
    }
    Ok(Some(Found { there, by: owner, verdict }))
}

/// Recovers a block whose lease word was seen to be `there`, if its owner is dead. Whether that is so: then it is
/// to be looked at again.
pub(super) fn recover<A: Agent>(agent: &mut A, there: Lease) -> Failed<bool, A> {
    let len = agent.layout().end();
    let Some(found) = examine(agent, there, len)? else { return Ok(false) };
    let Some(settled) = found.verdict.settled(found.there) else {
        agent.recovered(Verdict::Poisoned);
        return Err(Trouble::Poisoned { by: found.by });
    };
    let unlock =
        Request::CompareSwap { at: LEASE, expected: found.there.bits(), new: settled.bits() };
    match agent.exchange([unlock]) {
        Ok([before]) => {
            if before == found.there.bits() {
                agent.recovered(found.verdict);
            }
            Ok(true)
        }
        // Done or not: whoever looks again will see.
        Err(Failure::Lost) => Ok(true),
        Err(Failure::Fatal(error)) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::block::Flags;
    use super::super::lease::{Delta, LogicalTime};
    use super::*;

    fn body(version: u16) -> Option<Body> {
        Some(Body { wts: LogicalTime(3), version, flags: Flags::NONE })
    }

    /// Every version under every lock, also where they wrap.
    #[test]
    fn what_became_of_a_block_follows_from_its_two_versions() {
        let versions = [0, 1, 2, 0x7fff, 0x8000, u16::MAX - 1, u16::MAX];
        for version in versions {
            let delta = Delta::at_least(9);
            let there = Lease { owner: Some(4), version, delta };
            for found in 0..=u16::MAX {
                let verdict = judge(there, body(found));
                let expected = match found.wrapping_sub(version) {
                    0 => Verdict::Unlock,
                    1 => Verdict::RollForward,
                    _ => Verdict::Poisoned,
                };
                assert_eq!(verdict, expected, "version {found} under {version}");
            }
            assert_eq!(judge(there, None), Verdict::Poisoned);
            let unlocked = Verdict::Unlock.settled(there);
            assert_eq!(unlocked, Some(Lease { owner: None, version, delta }));
            let next = Verdict::RollForward.settled(there).unwrap();
            assert_eq!((next.owner, next.version), (None, version.wrapping_add(1)));
            assert_eq!(next.delta.length(), Lease::FIRST);
            assert_eq!(Verdict::Poisoned.settled(there), None);
        }
    }
}
