//! What the threads of a node share: its clock, its cache, its own lock of each block.

use pangea::protocol::Locked;

/// The most objects of a case.
pub(crate) const OBJECTS: usize = 4;

/// A copy in a node's cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Copied {
    pub(crate) wts: u64,
    /// The lease word.
    pub(crate) lease: u64,
    pub(crate) value: u64,
    /// When it was last found to be current.
    pub(crate) moment: u64,
}

/// A lock that one thread of a node leaves to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Note {
    pub(crate) locked: Locked,
    pub(crate) value: u64,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Node {
    pub(crate) alive: bool,
    pub(crate) clock: u64,
    pub(crate) copies: [Option<Copied>; OBJECTS],
    /// The thread that has the node's own lock of a block.
    pub(crate) holds: [Option<u8>; OBJECTS],
    pub(crate) notes: [Option<Note>; OBJECTS],
    /// Counts fences.
    pub(crate) moment: u64,
    /// Copies that were found to be current before this moment have to be validated.
    pub(crate) floor: u64,
    /// Objects at whose homes nothing of this node, which is dead, takes effect any more.
    pub(crate) fenced: u8,
}

/// A call of the agent that ends inside the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Local {
    Cached(usize),
    Now,
    Advance(u64),
    Keep(usize, Copied),
    Renew(usize, Copied),
    Moment,
    Fence,
    /// How many threads wait for the node's own lock of a block; answered by the world.
    Waiting(usize),
}

/// So many words answer a call.
pub(crate) const ANSWER: usize = 5;

impl Node {
    pub(crate) fn new(clock: u64) -> Node {
        Node {
            alive: true,
            clock,
            copies: [None; OBJECTS],
            holds: [None; OBJECTS],
            notes: [None; OBJECTS],
            moment: 0,
            floor: 0,
            fenced: 0,
        }
    }

    /// Executes a call; `waiting` is what the world says of threads that wait.
    pub(crate) fn local(&mut self, call: Local, waiting: u64) -> [u64; ANSWER] {
        match call {
            Local::Cached(object) => answer_copy(self.copies[object]),
            Local::Now => [self.clock, 0, 0, 0, 0],
            Local::Advance(to) => {
                self.clock = self.clock.max(to);
                [0; ANSWER]
            }
            Local::Keep(object, copy) => {
                let slot = &mut self.copies[object];
                match slot {
                    Some(there) if there.wts > copy.wts => {}
                    Some(there) if there.wts == copy.wts => {
                        there.lease = longer(there.lease, copy.lease);
                        there.moment = there.moment.max(copy.moment);
                    }
                    _ => *slot = Some(copy),
                }
                answer_copy(*slot)
            }
            Local::Renew(object, copy) => {
                if let Some(there) = &mut self.copies[object]
                    && there.wts == copy.wts
                {
                    there.lease = longer(there.lease, copy.lease);
                    there.moment = there.moment.max(copy.moment);
                }
                [0; ANSWER]
            }
            Local::Moment => [self.moment, 0, 0, 0, 0],
            Local::Fence => {
                self.moment += 1;
                self.floor = self.moment;
                [0; ANSWER]
            }
            Local::Waiting(_) => [waiting, 0, 0, 0, 0],
        }
    }
}

/// Of two lease words of one version, the one with the longer lease.
fn longer(one: u64, other: u64) -> u64 {
    use pangea::protocol::Lease;
    let length = |bits| Lease::from_bits(bits).delta.length();
    if length(other) >= length(one) { other } else { one }
}

fn answer_copy(copy: Option<Copied>) -> [u64; ANSWER] {
    copy.map_or([0; ANSWER], |copy| [1, copy.wts, copy.lease, copy.value, copy.moment])
}

/// The copy that an answer tells of.
pub(crate) fn copy_of(answer: [u64; ANSWER]) -> Option<Copied> {
    let [there, wts, lease, value, moment] = answer;
    (there == 1).then_some(Copied { wts, lease, value, moment })
}
