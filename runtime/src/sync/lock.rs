//! [`Lock`]: a lock at its home as the threads of one node use it. What [`Mutex`](super::Mutex) and
//! [`Once`](super::Once) are made of.
//!
//! Threads of a node queue for the node's own lock of the block (`coherence/holds.rs`), in the order in which
//! they came; only the one that has it goes to the home. When it is done and another waits, it writes the data
//! and leaves the lock to that one, without giving it up at the home; but not more than [`HANDOVERS`] times in
//! a row, so that other nodes get it too.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::cluster::Rank;
use crate::coherence::protocol::{
    self, Agent, DATA, Failure, LockWords, Locked, LogicalTime, Poison, Request, WTS,
};
use crate::coherence::{BlockAgent, Blocks, Coherence, Handed, Hold, Patience};
use crate::error::Error;
use crate::primitives::{self, Primitives};

/// How often in a row a lock is left to the next thread of the same node.
pub(super) const HANDOVERS: u32 = 16;

/// The only block of a lock.
pub(super) const BLOCK: u64 = 0;

/// A lock and its data.
pub(super) struct Lock<P: Primitives> {
    blocks: Blocks<P>,
    words: LockWords,
    /// The lease word as this node left it.
    guess: AtomicU64,
    /// Memory for the block, when nobody uses it.
    spare: primitives::Mutex<Option<Box<[u8]>>, P>,
}

/// A lock that the calling thread has, with the data.
pub(super) struct Owned<'a, P: Primitives> {
    lock: &'a Lock<P>,
    hold: Hold<'a, P>,
    locked: Locked,
    bytes: Box<[u8]>,
    /// How often it was handed over in a row.
    times: u32,
}

impl<P: Primitives> Lock<P> {
    pub(super) fn new(blocks: Blocks<P>, shared: bool) -> Lock<P> {
        let size = blocks.coherence().endpoint().size();
        let words = LockWords::new(&blocks.layout(), size, shared);
        Lock { blocks, words, guess: AtomicU64::new(0), spare: primitives::Mutex::new(None) }
    }

    /// Bytes behind the data of a lock.
    pub(super) fn tail(coherence: &Coherence<P>, shared: bool) -> usize {
        LockWords::bytes(coherence.endpoint().size(), shared)
    }

    pub(super) fn name(&self) -> &str {
        &self.blocks.segment().spec().name
    }

    /// How many bytes the value has.
    pub(super) fn value_bytes(&self) -> usize {
        self.blocks.layout().data
    }

    pub(super) fn words(&self) -> LockWords {
        self.words
    }

    pub(super) fn blocks(&self) -> &Blocks<P> {
        &self.blocks
    }

    pub(super) fn rank(&self) -> u32 {
        self.blocks.coherence().endpoint().rank()
    }

    /// To be called with the lock, which is poisoned: afterwards nothing takes effect any more, at no node, that whoever died with it was
    /// sending under it. Its home has fenced the dead, but what the lock guards may live elsewhere.
    pub(super) fn outlast(&self, poison: Poison) -> Result<(), Error> {
        let died = poison.rank().filter(|_| poison.is_death());
        self.blocks.coherence().endpoint().outlast(died)
    }

    /// Fails if this handle was released.
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.blocks.segment().is_released() {
            return Err(Error::Released { name: self.name().to_owned() });
        }
        Ok(())
    }

    /// Memory for the block.
    pub(super) fn take_buffer(&self) -> Box<[u8]> {
        let spare = self.spare.lock().take();
        spare.unwrap_or_else(|| self.blocks.buffer())
    }

    /// Gives it back.
    pub(super) fn put_buffer(&self, bytes: Box<[u8]>) {
        *self.spare.lock() = Some(bytes);
    }

    pub(super) fn agent<'a>(&'a self, bytes: &'a mut [u8]) -> BlockAgent<'a, P> {
        self.blocks.agent(BLOCK, bytes, Patience::Endless)
    }

    /// The lease word as it was last seen.
    pub(super) fn guess(&self) -> protocol::Lease {
        protocol::Lease::from_bits(self.guess.load(Ordering::Relaxed))
    }

    /// The lock with nobody next, if that one died meanwhile: it would be poisoned for no reason.
    pub(super) fn without_the_dead(&self, locked: Locked) -> Locked {
        let health = self.blocks.coherence().endpoint().health();
        Locked { next: locked.next.filter(|next| !health.is_dead(Rank(*next))), ..locked }
    }

    /// After this node unlocked.
    pub(super) fn remember(&self, locked: Locked) {
        self.guess.store(locked.held.lease.written(0).bits(), Ordering::Relaxed);
    }

    /// Waits for the lock.
    pub(super) fn lock(&self) -> Result<Owned<'_, P>, Error> {
        self.check()?;
        let hold = self.blocks.hold(BLOCK)?;
        if let Some(Handed { locked, buffer, times }) = hold.take_handed() {
            return Ok(Owned { lock: self, hold, locked, bytes: buffer, times });
        }
        let mut bytes = self.take_buffer();
        let locked = protocol::lock(&mut self.agent(&mut bytes), self.words, self.guess())
            .map_err(|trouble| self.blocks.trouble(BLOCK, trouble))?;
        Ok(Owned { lock: self, hold, locked, bytes, times: 0 })
    }

    /// Takes the lock if nobody has it or waits for it.
    pub(super) fn try_lock(&self) -> Result<Option<Owned<'_, P>>, Error> {
        self.check()?;
        let Some(hold) = self.blocks.try_hold(BLOCK)? else { return Ok(None) };
        let mut bytes = self.take_buffer();
        let locked = protocol::try_lock(&mut self.agent(&mut bytes), self.words, self.guess())
            .map_err(|trouble| self.blocks.trouble(BLOCK, trouble))?;
        match locked {
            Some(locked) => Ok(Some(Owned { lock: self, hold, locked, bytes, times: 0 })),
            None => {
                self.put_buffer(bytes);
                Ok(None)
            }
        }
    }

    /// Reads the data at its home without the lock, whoever has it. The answer is of some moment, and of
    /// `None` it was being written; no more follows from it, but what follows from data that never changes
    /// again.
    pub(super) fn peek<R>(&self, look: impl FnOnce(&[u8]) -> R) -> Result<Option<R>, Error> {
        self.check()?;
        let mut bytes = self.take_buffer();
        let (layout, end) = (self.blocks.layout(), self.blocks.layout().end());
        match self.agent(&mut bytes).exchange([Request::ReadBlock { len: end }]) {
            Ok(_) => {}
            Err(Failure::Lost) => return Ok(None),
            Err(Failure::Fatal(error)) => return Err(error),
        }
        let version = protocol::lease_of(&bytes).version;
        let body = layout.open(&bytes).filter(|body| body.version == version);
        let answer = body.map(|body| {
            self.blocks.coherence().clock().advance(body.wts);
            look(&bytes[DATA..end])
        });
        self.put_buffer(bytes);
        Ok(answer)
    }

    /// Looks at the data at its home again and again, until it is as wanted, or the lock's owner is dead.
    /// A hint: only with the lock it is sure. One small round trip for each look, and one more for each time
    /// that it has changed.
    pub(super) fn watch(&self, mut is_good: impl FnMut(&[u8]) -> bool) -> Result<(), Error> {
        let mut bytes = self.take_buffer();
        let end = self.blocks.layout().end();
        let mut agent = self.agent(&mut bytes);
        let mut seen: Option<LogicalTime> = None;
        let mut attempt = 0;
        loop {
            if read(&mut agent, WTS + 8)? {
                let owner = protocol::lease_of(agent.buffer()).owner;
                if let Some(owner) = owner
                    && owner != agent.rank()
                    && agent.is_fenced(owner)?
                {
                    break;
                }
                let written = protocol::wts_of(agent.buffer());
                if seen != Some(written) && read(&mut agent, end)? {
                    let version = protocol::lease_of(agent.buffer()).version;
                    let body = agent.layout().open(agent.buffer());
                    if let Some(body) = body.filter(|body| body.version == version) {
                        seen = Some(body.wts);
                        if is_good(&agent.buffer()[DATA..end]) {
                            break;
                        }
                    }
                }
            }
            agent.back_off(attempt)?;
            attempt = attempt.saturating_add(1);
        }
        self.put_buffer(bytes);
        Ok(())
    }

    /// See [`Mutex::release`](super::Mutex::release).
    pub(super) fn release(&self) -> Result<(), Error> {
        super::release(self.blocks.segment())
    }
}

/// Reads the first bytes of the block; false when the queue pair failed.
fn read<A: Agent<Error = Error>>(agent: &mut A, len: usize) -> Result<bool, Error> {
    match agent.exchange([Request::ReadBlock { len }]) {
        Ok(_) => Ok(true),
        Err(Failure::Lost) => Ok(false),
        Err(Failure::Fatal(error)) => Err(error),
    }
}

impl<P: Primitives> Owned<'_, P> {
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.hold.waiting()
    }

    pub(super) fn token(&self) -> u64 {
        self.locked.token
    }

    pub(super) fn poison(&self) -> Option<Poison> {
        self.locked.poison
    }

    pub(super) fn data(&self) -> &[u8] {
        &self.bytes[DATA..self.lock.blocks.layout().end()]
    }

    pub(super) fn data_mut(&mut self) -> &mut [u8] {
        let end = self.lock.blocks.layout().end();
        &mut self.bytes[DATA..end]
    }

    /// Writes the data, and keeps the lock.
    pub(super) fn save(&mut self, poison: Option<Poison>) -> Result<(), Error> {
        let Owned { lock, locked, bytes, .. } = self;
        let kept = protocol::hand_over(&mut lock.agent(bytes), lock.words, *locked, poison);
        *locked = kept.map_err(|trouble| lock.blocks.trouble(BLOCK, trouble))?;
        Ok(())
    }

    /// Writes the data, and gives the lock to the next: of this node, or of another, or nobody.
    pub(super) fn unlock(self, poison: Option<Poison>) -> Result<(), Error> {
        let Owned { lock, hold, locked, mut bytes, times } = self;
        if times < HANDOVERS && hold.waiting() > 0 {
            let kept = protocol::hand_over(&mut lock.agent(&mut bytes), lock.words, locked, poison)
                .map_err(|trouble| lock.blocks.trouble(BLOCK, trouble))?;
            hold.hand(Handed { locked: kept, buffer: bytes, times: times + 1 });
            return Ok(());
        }
        let locked = lock.without_the_dead(locked);
        protocol::unlock(&mut lock.agent(&mut bytes), locked, poison)
            .map_err(|trouble| lock.blocks.trouble(BLOCK, trouble))?;
        lock.remember(locked);
        lock.put_buffer(bytes);
        Ok(())
    }
}
