//! [`Barrier`]: the dissemination barrier among some nodes of a job.
//!
//! The lines of each member lie in its own arena, in a segment of their own, so that nobody who is no member is
//! needed: nodes that outlived others can still meet. Behind them is a word that only the member itself
//! uses: the number of the last barrier that it passed.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::barrier::{Circle, left_amid, partners, pass, rounds};
use super::layout::LINE;
use super::locals::Locals;
use crate::cluster::{ClusterError, Distribution, Model, Rank};
use crate::coherence::Coherence;
use crate::endpoint::Place;
use crate::error::Error;
use crate::primitives::{Mutex, Primitives, System};
use crate::space::{Segment, UnitWish, Wish};

/// A barrier among some nodes of the job.
///
/// # Order
/// As [`Node::barrier`](crate::Node::barrier): what any member wrote before, by blocking calls or by non-blocking
/// ones of the thread that waits, all members see after.
///
/// # Cost
/// ⌈log2 n⌉ rounds of one-sided WRITEs among n members.
///
/// ```
/// let node = pangea::join()?;
/// let barrier = node.barrier_among("all of us", &[0])?;
/// barrier.wait()?;
/// # Ok::<(), pangea::Error>(())
/// ```
pub struct Barrier<P: Primitives = System> {
    team: Arc<Team<P>>,
}

struct Team<P: Primitives> {
    coherence: Arc<Coherence<P>>,
    name: String,
    /// Their ranks, in order.
    members: Vec<u32>,
    position: u32,
    own: Segment<P>,
    /// Of the partner of each round.
    ahead: Vec<Segment<P>>,
    /// One thread of the node at a time takes part.
    turn: Arc<Mutex<(), P>>,
}

/// The number of a barrier after which no other follows, because it failed.
const BROKEN: u64 = u64::MAX;

/// How many looks in vain there are between two that ask more than whether the sign is there.
const LOOKS: u32 = 64;

impl<P: Primitives> Clone for Barrier<P> {
    fn clone(&self) -> Self {
        Barrier { team: Arc::clone(&self.team) }
    }
}

impl<P: Primitives> Barrier<P> {
    pub(crate) fn create(
        coherence: &Arc<Coherence<P>>,
        locals: &Locals<P>,
        name: &str,
        ranks: &[usize],
    ) -> Result<Barrier<P>, Error> {
        let endpoint = coherence.endpoint();
        let (members, position) = members_of(name, ranks, endpoint.rank(), endpoint.size())?;
        let count = members.len() as u32;
        let type_name = type_name(&members);
        let segment = |position: u32| {
            let rank = members[position as usize];
            let wish = Wish {
                name: format!("{name} (rank {rank})"),
                type_name: type_name.clone(),
                element_bytes: LINE as u32,
                element_align: LINE as u32,
                len: u64::from(rounds(count)) + 1,
                distribution: Distribution::OnNode(Rank(rank)),
                model: Model::Relaxed,
                unit: UnitWish::Element,
            };
            Segment::create_or_attach(endpoint, wish)
        };
        let own = segment(position)?;
        let ahead = (0..rounds(count)).map(|round| segment(partners(position, count, round).0));
        let ahead = ahead.collect::<Result<_, _>>()?;
        let turn = locals.get(own.id(), || Mutex::new(())).ok_or_else(|| {
            let reason = "this node uses its memory for something else".to_owned();
            Error::BadObject { what: "barrier", name: name.to_owned(), reason }
        })?;
        let (coherence, name) = (Arc::clone(coherence), name.to_owned());
        Ok(Barrier {
            team: Arc::new(Team { coherence, name, members, position, own, ahead, turn }),
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.team.name
    }

    /// The ranks of its members, in order.
    pub fn members(&self) -> impl ExactSizeIterator<Item = usize> + '_ {
        self.team.members.iter().map(|rank| *rank as usize)
    }

    /// Waits until all members are here. One thread of each node calls it; if several do, each of them takes
    /// part in a barrier of its own.
    ///
    /// # Errors
    /// When a member died or left, so that it can never come; it is named. The deaths of others do no harm.
    pub fn wait(&self) -> Result<(), Error> {
        let team = &*self.team;
        let _turn = team.turn.lock();
        if team.own.is_released() {
            return Err(Error::Released { name: team.name.clone() });
        }
        let passed = team.passed();
        if passed == BROKEN {
            // It may have failed because of a death that had not been told yet.
            team.check_members()?;
            return Err(Error::CollectiveBroken);
        }
        team.check_members()?;
        let endpoint = team.coherence.endpoint();
        endpoint.quiet()?;
        // Stays so if this fails: it may leave signs behind that the next would misread.
        team.note_passed(BROKEN);
        pass(endpoint, team.coherence.clock(), team, passed + 1)?;
        // This node's own signs have arrived: another thread, on other queue pairs, may be the next here.
        endpoint.quiet()?;
        team.note_passed(passed + 1);
        Ok(())
    }

    /// Gives this hold of the barrier back, as [`Mutex::release`](crate::Mutex::release) does. The others can no
    /// longer meet then.
    ///
    /// # Errors
    /// As [`Mutex::release`](crate::Mutex::release).
    pub fn release(self) -> Result<(), Error> {
        let team = &*self.team;
        let _turn = team.turn.lock();
        let endpoint = team.coherence.endpoint();
        let finished = endpoint.quiet();
        endpoint.fence_all()?;
        team.ahead.iter().chain([&team.own]).try_for_each(Segment::release)?;
        finished
    }
}

/// The members in order, and the position of this node among them.
fn members_of(name: &str, ranks: &[usize], rank: u32, size: u32) -> Result<(Vec<u32>, u32), Error> {
    let bad = |reason| Error::BadObject { what: "barrier", name: name.to_owned(), reason };
    let mut members = BTreeSet::new();
    for &member in ranks {
        let known = u32::try_from(member).ok().filter(|member| *member < size);
        let known = known.ok_or(Error::NoSuchRank { rank: member, size: size as usize })?;
        if !members.insert(known) {
            return Err(bad(format!("rank {member} is named twice")));
        }
    }
    let members: Vec<u32> = members.into_iter().collect();
    match members.binary_search(&rank) {
        Ok(position) => Ok((members, position as u32)),
        Err(_) => Err(bad(format!("rank {rank} is none of its members, so it cannot take part"))),
    }
}

/// What the catalog compares, so that all members have the same list.
fn type_name(members: &[u32]) -> String {
    /// A longer list is named by a hash of it.
    const MAX: usize = 200;
    let list: Vec<String> = members.iter().map(u32::to_string).collect();
    let list = list.join(", ");
    if list.len() <= MAX {
        return format!("barrier among ranks {list}");
    }
    format!("barrier among {} ranks, list {:016x}", members.len(), xxh3_64(list.as_bytes()))
}

impl<P: Primitives> Team<P> {
    fn count(&self) -> u32 {
        self.members.len() as u32
    }

    /// Where the word is that only this node uses.
    fn number_at(&self) -> usize {
        self.own.place(rounds(self.count()).into()).offset as usize
    }

    fn passed(&self) -> u64 {
        P::load(self.coherence.endpoint().arena(), self.number_at())
    }

    fn note_passed(&self, number: u64) {
        P::write(self.coherence.endpoint().arena(), self.number_at(), &number.to_ne_bytes());
    }

    /// Fails if a member has died, or the coordinator is lost.
    fn check_members(&self) -> Result<(), Error> {
        let health = self.coherence.endpoint().health();
        // One load when all is well.
        let Err(trouble) = health.check() else { return Ok(()) };
        health.check_coordinator()?;
        let Some(rank) = self.members.iter().find(|rank| health.is_dead(Rank(**rank))) else {
            return Ok(());
        };
        Err(match trouble {
            ClusterError::NodeDied { rank: Rank(first), reason } if first == *rank => {
                ClusterError::NodeDied { rank: Rank(first), reason }
            }
            _ => ClusterError::NodeDied {
                rank: Rank(*rank),
                reason: format!("it is a member of barrier {:?}", self.name),
            },
        }
        .into())
    }
}

impl<P: Primitives> Circle<P> for Team<P> {
    fn position(&self) -> u32 {
        self.position
    }

    fn count(&self) -> u32 {
        Team::count(self)
    }

    fn write_to(&self, _: u32, round: u32) -> Place {
        // A round has one partner.
        self.ahead[round as usize].place(round.into())
    }

    fn read_from(&self, round: u32) -> u64 {
        self.own.place(round.into()).offset
    }

    fn wait(&self, from: u32, mut arrived: impl FnMut() -> bool) -> Result<(), Error> {
        let rank = self.members[from as usize];
        let health = self.coherence.endpoint().health();
        let mut attempt: u32 = 0;
        loop {
            // A node that left had first completed all its writes; one that died completes none any more.
            let left = health.has_left(Rank(rank));
            if arrived() {
                return Ok(());
            }
            if left {
                self.check_members()?;
                return Err(left_amid(rank));
            }
            if attempt % LOOKS == LOOKS - 1 {
                self.check_members()?;
            }
            if attempt % (LOOKS * LOOKS) == LOOKS * LOOKS - 1 {
                // What others wait for may be a sign of ours that failed.
                self.coherence.endpoint().quiet()?;
            }
            P::relax(attempt);
            attempt = attempt.wrapping_add(1);
        }
    }
}

impl<P: Primitives> fmt::Debug for Barrier<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Barrier({:?} among {:?})", self.team.name, self.team.members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_list_makes_no_difference() {
        let (members, position) = members_of("b", &[4, 1, 3], 3, 5).unwrap();
        assert_eq!((members.as_slice(), position), ([1, 3, 4].as_slice(), 1));
        assert_eq!(type_name(&members), "barrier among ranks 1, 3, 4");
    }

    #[test]
    fn lists_that_cannot_be_are_refused() {
        let error = |ranks: &[usize]| members_of("b", ranks, 1, 5).unwrap_err().to_string();
        assert_eq!(error(&[1, 1]), "barrier \"b\" cannot be made: rank 1 is named twice");
        assert_eq!(error(&[1, 5]), "there is no rank 5 in a job of 5 nodes");
        let expected =
            "barrier \"b\" cannot be made: rank 1 is none of its members, so it cannot take part";
        assert_eq!(error(&[0, 2]), expected);
        assert_eq!(error(&[]), expected);
    }

    #[test]
    fn long_lists_are_told_apart_too() {
        let name =
            |skip: u32| type_name(&(0..900).filter(|rank| *rank != skip).collect::<Vec<_>>());
        assert!(name(5).len() < 100, "{}", name(5));
        assert_ne!(name(5), name(6));
    }
}
