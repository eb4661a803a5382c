//! [`Agent`]: what the protocol acts through.

use super::lease::{Lease, LogicalTime};
use crate::primitives::Trap;

/// A work request to the home of the block in hand. Offsets are from the beginning of the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    /// COMPARE_AND_SWAP; answered by the word before.
    CompareSwap {
        /// Where.
        at: usize,
        /// The word that is replaced.
        expected: u64,
        /// By what.
        new: u64,
    },
    /// FETCH_AND_ADD; answered by the word before.
    FetchAdd {
        /// Where.
        at: usize,
        /// What is added, wrapping.
        add: u64,
    },
    /// READ of one word, which is the answer.
    ReadWord {
        /// Where.
        at: usize,
    },
    /// READ of the first bytes of the block into the agent's buffer; answered by 0.
    ReadBlock {
        /// How many bytes.
        len: usize,
    },
    /// WRITE of one word; answered by 0. No step of the protocol does that, but [`Trap::UnlockByWrite`].
    WriteWord {
        /// Where.
        at: usize,
        /// What.
        word: u64,
    },
    /// WRITE of the body, from the agent's buffer: all but the lease word, up to the end of the data;
    /// answered by 0.
    WriteBody,
}

/// Why requests were not answered.
#[derive(Debug)]
pub enum Failure<E> {
    /// The queue pair failed. Any of the requests may have been executed, in part or whole, but for a later one only
    /// if all before it were. None is executed from now on: the home has put the other end of the queue
    /// pair in error state. The protocol looks at the home before it does anything again.
    Lost,
    /// There is no way to go on: the home died, or this node was expelled, or tried for too long.
    Fatal(E),
}

/// What a step of the protocol ends with instead of a result.
#[derive(Debug)]
pub enum Trouble<E> {
    /// See [`Failure::Fatal`].
    Fatal(E),
    /// The node that wrote the block died amid it, and left neither the old version nor the new one.
    Poisoned {
        /// Its rank.
        by: u32,
    },
    /// What is there is no block, though it should be: something else has written to its memory.
    Damaged,
    /// The lock that this node held on the block is another's now: this node was expelled.
    Expelled,
}

/// The result of a step.
pub type Failed<T, A> = Result<T, Trouble<<A as Agent>::Error>>;

/// What a node knows of a block that it holds a copy of, besides the data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Known {
    /// When the data was written.
    pub wts: LogicalTime,
    /// The lease word, unlocked, as it was last seen with this data.
    pub lease: Lease,
}

impl Known {
    /// Until when the data may be read.
    #[must_use]
    pub fn rts(self) -> LogicalTime {
        self.lease.end(self.wts)
    }
}

/// One thread of one node, at one block. Between any two calls other threads and nodes may do anything.
pub trait Agent {
    /// What it fails with.
    type Error;
    /// This node's rank.
    fn rank(&self) -> u32;

    /// How the block is laid out.
    fn layout(&self) -> super::Layout;

    /// The node's logical clock, which all of its threads share.
    fn now(&mut self) -> LogicalTime;

    /// Sets the clock forward to at least this.
    fn advance(&mut self, to: LogicalTime);

    /// Posts requests as one batch, and waits for the answers: one round trip. They take effect in this
    /// order, except that the cache lines of a READ, and those of READs side by side, are sampled in any order.
    ///
    /// # Errors
    /// [`Failure`].
    fn exchange<const N: usize>(
        &mut self,
        requests: [Request; N],
    ) -> Result<[u64; N], Failure<Self::Error>>;

    /// An exchange of [`Request::ReadBlock`] alone.
    ///
    /// # Errors
    /// [`Failure`].
    #[inline]
    fn read_block(&mut self, len: usize) -> Result<(), Failure<Self::Error>> {
        self.exchange([Request::ReadBlock { len }]).map(|[_]| ())
    }

    /// The bytes of the block that READs fill and [`Request::WriteBody`] takes; from the lease word on.
    fn buffer(&mut self) -> &mut [u8];

    /// Whether the node of this rank is dead, and the home has acknowledged that nothing of it takes
    /// effect any more.
    ///
    /// # Errors
    /// As [`Agent::exchange`], fatal ones only.
    fn is_fenced(&mut self, rank: u32) -> Result<bool, Self::Error>;

    /// Passes a moment because the block is not as it has to be. `attempt` counts from 0. What the caller
    /// has learned about the block before is forgotten.
    ///
    /// # Errors
    /// When this has been going on for too long.
    fn back_off(&mut self, attempt: u32) -> Result<(), Self::Error>;

    /// See [`Primitives::falls_into`](crate::primitives::Primitives::falls_into).
    fn falls_into(&self, trap: Trap) -> bool;

    /// Notes what became of a block whose owner died.
    fn recovered(&mut self, _verdict: super::Verdict) {}
}

/// An [`Agent`] at a block that its node keeps a copy of.
pub trait CachingAgent: Agent {
    /// A copy of the block in the node's cache. It does not change, except that its lease is prolonged.
    type Copy;

    /// The node's copy of the block.
    fn cached(&mut self) -> Option<Self::Copy>;

    /// What is known of a copy.
    fn known(&self, copy: &Self::Copy) -> Known;

    /// Whether the copy was seen to be current recently enough, and after the last fence, to be used on the
    /// strength of its lease.
    fn is_fresh(&self, copy: &Self::Copy) -> bool;

    /// Notes the moment: a copy that is found to be current by requests after this is fresh from
    /// this moment on.
    fn begin_look(&mut self);

    /// The copy was found to be current, with this lease.
    fn renew(&mut self, copy: &Self::Copy, lease: Lease);

    /// Makes the data in the buffer the node's copy, unless it has a newer one.
    fn keep(&mut self, known: Known) -> Self::Copy;
}

impl<E> From<E> for Trouble<E> {
    fn from(error: E) -> Self {
        Trouble::Fatal(error)
    }
}
