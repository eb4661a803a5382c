//! [`Program`]: what the threads of a job do with the elements of shared segments.

use std::ops::Range;

use pangea::cluster::Distribution;

use crate::chance::Seeded;

/// Elements that lie side by side in one segment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Which segment.
    pub segment: usize,
    /// Which elements.
    pub elements: Range<usize>,
}

/// What new bytes become of old ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// All of them are new.
    Fresh(u64),
    /// About one in four changes, the others stay: gaps between changes.
    Sparse(u64),
    /// All stay as they are.
    Same,
    /// All become zero, as they were at first.
    Zero,
}

impl Fill {
    /// Changes these bytes.
    pub fn apply(self, bytes: &mut [u8]) {
        match self {
            Fill::Fresh(seed) => Seeded::new(seed, "fill", 0).fill(bytes),
            Fill::Sparse(seed) => {
                let mut chance = Seeded::new(seed, "fill", 1);
                for byte in bytes {
                    if chance.one_in(4) {
                        *byte = chance.any() as u8;
                    }
                }
            }
            Fill::Same => {}
            Fill::Zero => bytes.fill(0),
        }
    }
}

/// What a thread does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Reads.
    Read(Place),
    /// Writes, and finds what was there before.
    Change(Place, Fill),
    /// Writes one place, and reads two others of the same segment while it does.
    Beside {
        /// What it changes, and finds as it was before.
        write: Place,
        /// What becomes of that.
        fill: Fill,
        /// What it reads.
        read: [Place; 2],
    },
    /// Reads, to write it into a file.
    Save(Place),
    /// Has pages fetched before they are needed, to be written or only read.
    Populate(Place, bool),
    /// Makes what it has changed in a segment visible.
    Release(usize),
    /// Sees what others have made visible.
    Acquire(usize),
    /// Takes a lock, does this, and gives it back. The lock cares for some elements, or for all of its segment.
    Locked {
        /// Which lock.
        lock: usize,
        /// The elements that it cares for this time.
        only: Option<Range<usize>>,
        /// Reads and changes of elements that belong to the lock.
        body: Vec<Step>,
    },
    /// Releases a segment, and then tells by a flag that it has done so.
    Publish {
        /// Of which segment.
        segment: usize,
        /// Which flag.
        flag: usize,
        /// What the flag becomes.
        value: u64,
    },
    /// Waits until a flag has come so far, and then acquires a segment.
    Await {
        /// Of which segment.
        segment: usize,
        /// Which flag.
        flag: usize,
        /// How far.
        value: u64,
        /// Who sets it.
        from: usize,
    },
}

/// A segment of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Bytes of an element.
    pub width: usize,
    /// How many elements.
    pub len: usize,
    /// Bytes of a page.
    pub page: usize,
    /// How pages are dealt out.
    pub distribution: Distribution,
    /// Bytes of pages that a view of it may keep.
    pub cache_bytes: usize,
}

/// How the threads of one node share views.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// Each node has one thread.
    Alone,
    /// Each thread has views of its own.
    Apart,
    /// The threads of a node use the same views, and do not synchronize while they do.
    Together,
}

/// How a round ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// By the barrier of each view, one after the other.
    Each,
    /// By one barrier for all views.
    All,
    /// By release, barrier and acquire.
    ByHand,
    /// By `settle` of each view, one after the other, where no node has two of one segment.
    Settle,
    /// By `move_to` of each view, where no node has two of one segment.
    Move {
        /// The element that moves, counted around.
        element: usize,
        /// Where to.
        node: usize,
    },
}

/// A part of a program, from one barrier to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// The steps of each thread.
    pub threads: Vec<Vec<Step>>,
    /// How it ends.
    pub ending: Ending,
}

/// A program without data races.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// How many nodes it is for.
    pub nodes: usize,
    /// How many threads each of them has.
    pub threads: usize,
    /// What they share.
    pub sharing: Sharing,
    /// Its segments.
    pub segments: Vec<Segment>,
    /// The segment that each lock is for.
    pub locks: Vec<usize>,
    /// How many flags there are.
    pub flags: usize,
    /// What is done, round after round.
    pub rounds: Vec<Round>,
    /// All elements that are used.
    pub places: Vec<Place>,
}

impl Program {
    /// How many threads there are in all; those of node 0 come first.
    pub fn all_threads(&self) -> usize {
        self.nodes * self.threads
    }

    /// On which node a thread is.
    pub fn node_of(&self, thread: usize) -> usize {
        thread / self.threads
    }

    /// How many steps there are in all.
    pub fn steps(&self) -> usize {
        let each = |step: &Step| match step {
            Step::Locked { body, .. } => body.len() + 1,
            _ => 1,
        };
        let rounds = self.rounds.iter().flat_map(|round| &round.threads);
        rounds.flatten().map(each).sum()
    }

    /// The bytes of a place in its segment.
    pub fn bytes(&self, place: &Place) -> Range<usize> {
        let width = self.segments[place.segment].width;
        place.elements.start * width..place.elements.end * width
    }
}
