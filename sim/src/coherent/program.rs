//! Small programs over coherent objects: what a case runs.

use std::fmt;

use pangea::protocol::{DATA, Layout, LockWords, Rule};

use super::memory::{LARGE, LINE};

/// Ranks of nodes that share a wide lock.
const WIDE: [u32; 4] = [0, 64, 100, 3];

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A plain block, read by this rule.
    Block(Rule),
    /// A lock with its value.
    Lock {
        /// Whether there are readers.
        shared: bool,
        /// Whether the words for waiting nodes and readers are two each, so that the ranks 0 and 64
        /// are in different ones.
        wide: bool,
    },
    /// An atomic word with its time.
    Word,
    /// A barrier, passed once.
    Barrier,
}

/// An object, and how it begins.
#[derive(Clone, Copy, Debug)]
pub struct Object {
    /// What it is.
    pub kind: Kind,
    /// How long its blocks are, in cache lines: 1, 2 or 16.
    pub lines: usize,
    /// Its value.
    pub value: u64,
    /// When that was written.
    pub wts: u64,
    /// How many writes there were, wrapped.
    pub version: u16,
    /// Its lease.
    pub delta: u64,
    /// The nodes that have a copy, as bits by number.
    pub warm: u32,
    /// What those copies are, if not of the present version: another value of the same version, by
    /// a write at this time before the versions wrapped.
    pub outdated: Option<(u64, u64)>,
}

impl Object {
    /// A new object.
    #[must_use]
    pub fn new(kind: Kind) -> Object {
        let lines = if matches!(kind, Kind::Word | Kind::Barrier) { 1 } else { 2 };
        let (value, wts, version, delta, warm) = (0, 0, 0, 0, 0);
        Object { kind, lines, value, wts, version, delta, warm, outdated: None }
    }

    /// A block that is read by this rule.
    #[must_use]
    pub fn block(rule: Rule) -> Object {
        Object::new(Kind::Block(rule))
    }

    /// With blocks of one cache line.
    #[must_use]
    pub fn small(self) -> Object {
        Object { lines: 1, ..self }
    }

    /// With blocks that are too long to be read as a whole where a look at the header will do.
    #[must_use]
    pub fn large(self) -> Object {
        Object { lines: LARGE / LINE, ..self }
    }

    /// With copies in these nodes, and a lease for them.
    #[must_use]
    pub fn warm(self, nodes: u32, delta: u64) -> Object {
        Object { warm: nodes, delta, ..self }
    }

    /// With this value at first.
    #[must_use]
    pub fn holding(self, value: u64) -> Object {
        Object { value, ..self }
    }

    /// How its blocks are laid out.
    #[must_use]
    pub fn layout(&self) -> Layout {
        let bytes = self.lines * LINE;
        // The data of a lock reaches into the second cache line, where the words are.
        let data =
            if matches!(self.kind, Kind::Lock { .. }) { LINE - DATA + 8 } else { bytes - DATA };
        Layout::new(bytes, data).expect("the lengths fit")
    }

    /// Where the words of a lock are.
    #[must_use]
    pub fn words(&self) -> Option<LockWords> {
        match self.kind {
            Kind::Lock { shared, wide } => {
                Some(LockWords::new(&self.layout(), if wide { 65 } else { 2 }, shared))
            }
            _ => None,
        }
    }
}

/// What a thread does; objects are named by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// Reads a block by its rule.
    Read(usize),
    /// Overwrites a block.
    Write(usize, u64),
    /// Adds to the value of a block, as one update.
    Add(usize, u64),
    /// Replaces the value of a block if it is the first of these, as one update.
    CompareExchange(usize, u64, u64),
    /// Waits until the value of a block is this, asking its home.
    Until(usize, u64),
    /// Waits until the value of a block is above 0, and takes 1 from it: a semaphore.
    Down(usize),
    /// Adds to a word.
    FetchAdd(usize, u64),
    /// Replaces a word if it is the first of these.
    CompareSwap(usize, u64, u64),
    /// Loads a word.
    Load(usize),
    /// Loads a word until it is this.
    UntilLoad(usize, u64),
    /// Gets a lock.
    Lock(usize),
    /// Gets a lock if it is free.
    TryLock(usize),
    /// Adds to the value under a lock that the thread has, and gives it back; nothing without the lock.
    Unlock(usize, u64),
    /// Gets a lock to read.
    LockShared(usize),
    /// Gets a lock to read, if nobody has it to write.
    TryLockShared(usize),
    /// Gives it back.
    UnlockShared(usize),
    /// Says that it is at a barrier.
    Arrive(usize),
    /// Waits for the others there.
    Depart(usize),
    /// What comes after has to see what happened before, by whatever way this was learned.
    Fence,
    /// Waits until another thread has ended so many operations: by means that the protocol knows nothing of.
    Await(usize, usize),
}

impl Op {
    /// The object that it is about.
    #[must_use]
    pub fn object(self) -> Option<usize> {
        match self {
            Op::Read(o) | Op::Down(o) | Op::Load(o) | Op::Lock(o) | Op::TryLock(o) => Some(o),
            Op::LockShared(o)
            | Op::TryLockShared(o)
            | Op::UnlockShared(o)
            | Op::Arrive(o)
            | Op::Depart(o) => Some(o),
            Op::Write(o, _) | Op::Add(o, _) | Op::Until(o, _) | Op::FetchAdd(o, _) => Some(o),
            Op::UntilLoad(o, _) | Op::Unlock(o, _) => Some(o),
            Op::CompareExchange(o, ..) | Op::CompareSwap(o, ..) => Some(o),
            Op::Fence | Op::Await(..) => None,
        }
    }
}

impl Op {
    /// Whether it may have to queue up for a lock.
    pub(crate) fn queues(self) -> bool {
        matches!(self, Op::Lock(_) | Op::LockShared(_))
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |object: &usize| char::from(b'x' + *object as u8);
        match self {
            Op::Read(o) => write!(f, "read {}", name(o)),
            Op::Write(o, v) => write!(f, "write {}={v}", name(o)),
            Op::Add(o, v) => write!(f, "update {}+={v}", name(o)),
            Op::CompareExchange(o, a, b) => write!(f, "update {}:{a}→{b}", name(o)),
            Op::Until(o, v) => write!(f, "wait until {}={v}", name(o)),
            Op::Down(o) => write!(f, "down {}", name(o)),
            Op::FetchAdd(o, v) => write!(f, "fetch-add {}+={v}", name(o)),
            Op::CompareSwap(o, a, b) => write!(f, "compare-swap {}:{a}→{b}", name(o)),
            Op::Load(o) => write!(f, "load {}", name(o)),
            Op::UntilLoad(o, v) => write!(f, "load until {}={v}", name(o)),
            Op::Lock(o) => write!(f, "lock {}", name(o)),
            Op::TryLock(o) => write!(f, "try-lock {}", name(o)),
            Op::Unlock(o, v) => write!(f, "unlock {}+={v}", name(o)),
            Op::LockShared(o) => write!(f, "lock-shared {}", name(o)),
            Op::TryLockShared(o) => write!(f, "try-lock-shared {}", name(o)),
            Op::UnlockShared(o) => write!(f, "unlock-shared {}", name(o)),
            Op::Arrive(o) => write!(f, "arrive {}", name(o)),
            Op::Depart(o) => write!(f, "depart {}", name(o)),
            Op::Fence => write!(f, "fence"),
            Op::Await(thread, ops) => write!(f, "await {ops} of thread {thread}"),
        }
    }
}

/// A thread: its node, and what it does.
#[derive(Clone, Debug)]
pub struct Thread {
    /// The number of its node.
    pub node: usize,
    /// One after the other.
    pub ops: Vec<Op>,
}

/// What may go wrong in a case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// So many exchanges fail.
    pub failures: u8,
    /// This node may die.
    pub dies: Option<usize>,
    /// So many copies vanish from caches.
    pub evictions: u8,
}

/// A program, and what it is searched for.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// What the threads share.
    pub objects: Vec<Object>,
    /// The threads.
    pub threads: Vec<Thread>,
    /// The logical clock of each node, at first.
    pub clocks: Vec<u64>,
    /// What may go wrong.
    pub faults: Faults,
    /// Whether calls must also take effect between their beginning and their end.
    pub linearizable: bool,
    /// Whether NIC atomics are told apart in load and store. That makes a difference only where a WRITE
    /// may hit a word that atomics touch.
    pub gaps: bool,
    /// Whether lease word, time of the write and the rest of a cache line are sampled and placed apart.
    pub words_apart: bool,
}

impl Case {
    /// A case whose threads are each on the node given with it.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        objects: Vec<Object>,
        threads: Vec<(usize, Vec<Op>)>,
    ) -> Case {
        let nodes = threads.iter().map(|(node, _)| node + 1).max().unwrap_or(0);
        let threads = threads.into_iter().map(|(node, ops)| Thread { node, ops }).collect();
        let clocks = vec![0; nodes];
        let faults = Faults::default();
        let name = name.into();
        let (linearizable, gaps, words_apart) = (false, false, false);
        Case { name, objects, threads, clocks, faults, linearizable, gaps, words_apart }
    }

    /// With so many failures of exchanges.
    #[must_use]
    pub fn failing(mut self, failures: u8) -> Case {
        self.faults.failures = failures;
        self
    }

    /// In which this node may die.
    #[must_use]
    pub fn dying(mut self, node: usize) -> Case {
        self.faults.dies = Some(node);
        self
    }

    /// With so many copies that vanish.
    #[must_use]
    pub fn evicting(mut self, evictions: u8) -> Case {
        self.faults.evictions = evictions;
        self
    }

    /// With NIC atomics as load and store.
    #[must_use]
    pub fn with_gaps(mut self) -> Case {
        self.gaps = true;
        self
    }

    /// With READs and WRITEs that are not even whole in a cache line.
    #[must_use]
    pub fn with_words_apart(mut self) -> Case {
        self.words_apart = true;
        self
    }

    /// Judged by real time too.
    #[must_use]
    pub fn linearizable(mut self) -> Case {
        self.linearizable = true;
        self
    }

    /// With a node's clock ahead.
    #[must_use]
    pub fn clock(mut self, node: usize, time: u64) -> Case {
        self.clocks[node] = time;
        self
    }

    /// How many nodes there are.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.clocks.len()
    }

    /// The rank of a node: its number, or such that the bits of two are in different words of a wide lock.
    #[must_use]
    pub fn rank(&self, node: usize) -> u32 {
        let wide = |object: &Object| matches!(object.kind, Kind::Lock { wide: true, .. });
        if self.objects.iter().any(wide) { WIDE[node] } else { node as u32 }
    }

    /// The node of a rank.
    #[must_use]
    pub fn node(&self, rank: u32) -> usize {
        (0..self.nodes()).find(|node| self.rank(*node) == rank).unwrap_or(0)
    }

    /// Whether any operation makes a fence.
    #[must_use]
    pub fn has_fences(&self) -> bool {
        self.threads.iter().any(|thread| thread.ops.contains(&Op::Fence))
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, thread) in self.threads.iter().enumerate() {
            let ops: Vec<String> = thread.ops.iter().map(Op::to_string).collect();
            writeln!(f, "  thread {number}, node {}: {}", thread.node, ops.join("; "))?;
        }
        Ok(())
    }
}
