//! [`Blocks`]: a segment of coherent blocks, as a node uses it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Coherence;
use super::agent::{BlockAgent, CachedAgent, Patience};
use super::cache::{Copy, Snapshot, Table};
use super::consistency::Consistency;
use super::holds::Hold;
use super::prefetch::Stream;
use super::protocol::{self, Acquired, DATA, Held, Layout, Lease, MIN_BLOCK, Rule, Trouble, WHOLE};
use super::sequential::Sequential;
use super::strict::Strict;
use crate::cluster::Model;
use crate::endpoint::Pin;
use crate::error::Error;
use crate::primitives::Primitives;
use crate::space::Segment;

/// Lease words that are remembered of the blocks of a segment at most.
const HINTS: u64 = 4096;

/// A segment of blocks, with the node's copies of them.
pub(crate) struct Blocks<P: Primitives> {
    coherence: Arc<Coherence<P>>,
    segment: Segment<P>,
    layout: Layout,
    table: Table<P>,
    stream: Stream,
    model: Model,
    /// Of blocks that are read as a whole each time, where no copy tells: the lease words as they were last seen, by
    /// number, several blocks to a word in large segments. A write tries that first.
    hints: Box<[AtomicU64]>,
}

impl<P: Primitives> Blocks<P> {
    /// `segment` is one of blocks that hold `data` bytes of data each.
    pub(crate) fn new(coherence: &Arc<Coherence<P>>, segment: Segment<P>, layout: Layout) -> Self {
        let table = Table::new(coherence.cache(), segment.blocks());
        let model = segment.spec().model;
        let coherence = Arc::clone(coherence);
        let is_whole = model == Model::Strict && layout.end() <= WHOLE;
        let hints = if is_whole { segment.blocks().min(HINTS) } else { 0 };
        let hints = (0..hints).map(|_| AtomicU64::new(Lease::default().bits())).collect();
        Blocks { coherence, segment, layout, table, stream: Stream::default(), model, hints }
    }

    /// The lease word that a block may have, if its segment is of those that are read as a whole.
    #[inline]
    fn hint(&self, block: u64) -> Option<&AtomicU64> {
        match self.hints.len() {
            0 => None,
            hints => self.hints.get((block % hints as u64) as usize),
        }
    }

    pub(crate) fn coherence(&self) -> &Arc<Coherence<P>> {
        &self.coherence
    }

    #[inline]
    pub(crate) fn segment(&self) -> &Segment<P> {
        &self.segment
    }

    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    pub(super) fn table(&self) -> &Table<P> {
        &self.table
    }

    pub(super) fn stream(&self) -> &Stream {
        &self.stream
    }

    /// Whether the node has a copy that may be read as it is.
    pub(super) fn has(&self, block: u64) -> bool {
        let pin = self.coherence.endpoint().pin();
        self.model == Model::Sequential && self.hit::<Sequential>(block, &pin).is_some()
    }

    /// Calls `f` with the data of a block: the node's copy if it may be read, else what its home says. `is_due`:
    /// this is one of every so many reads of its thread, which look at the time.
    #[inline]
    pub(crate) fn with<R>(
        &self,
        block: u64,
        pin: &Pin,
        is_due: bool,
        f: impl FnOnce(&[u8]) -> R,
    ) -> Result<R, Error> {
        if self.model == Model::Sequential
            && let Some(copy) = self.hit::<Sequential>(block, pin)
        {
            if is_due {
                self.coherence.clock().tick(P::now());
            }
            return Ok(f(copy.data()));
        }
        if let Some(hint) = self.hint(block) {
            return self.with_whole(block, hint, f);
        }
        Ok(f(self.look(block)?.data()))
    }

    /// As [`Blocks::with`], for a read by itself: pinned only where copies are kept.
    #[inline]
    pub(crate) fn with_own_pin<R>(
        &self,
        block: u64,
        f: impl FnOnce(&[u8]) -> R,
    ) -> Result<R, Error> {
        if let Some(hint) = self.hint(block) {
            return self.with_whole(block, hint, f);
        }
        let pin = self.coherence.endpoint().pin();
        self.with(block, &pin, pin.is_due(), f)
    }

    /// As [`Blocks::with`], for blocks that are read as a whole. They pass through the stack: it would cost more to
    /// borrow memory.
    #[inline(never)]
    fn with_whole<R>(
        &self,
        block: u64,
        hint: &AtomicU64,
        f: impl FnOnce(&[u8]) -> R,
    ) -> Result<R, Error> {
        if self.layout.bytes <= MIN_BLOCK {
            self.read_whole(block, hint, &mut [0; MIN_BLOCK], f)
        } else {
            self.read_whole(block, hint, &mut [0; WHOLE], f)
        }
    }

    #[inline(always)]
    fn read_whole<R>(
        &self,
        block: u64,
        hint: &AtomicU64,
        buffer: &mut [u8],
        f: impl FnOnce(&[u8]) -> R,
    ) -> Result<R, Error> {
        self.check_reader(block)?;
        let end = self.layout.end();
        let mut agent = self.agent(block, &mut buffer[..end], Patience::Brief);
        match protocol::read_whole(&mut agent) {
            Ok(known) => hint.store(known.lease.bits(), Ordering::Relaxed),
            Err(trouble) => return Err(self.trouble(block, trouble)),
        }
        Ok(f(&buffer[DATA..end]))
    }

    /// Whether [`Blocks::with`] reads the blocks as a whole each time, so that copies in the cache would be of no
    /// use.
    #[inline]
    pub(super) fn are_whole(&self) -> bool {
        !self.hints.is_empty()
    }

    /// As [`Blocks::with`], without reading ahead.
    pub(super) fn with_alone<R>(&self, block: u64, f: impl FnOnce(&[u8]) -> R) -> Result<R, Error> {
        if self.model == Model::Sequential {
            let pin = self.coherence.endpoint().pin();
            if let Some(copy) = self.hit::<Sequential>(block, &pin) {
                return Ok(f(copy.data()));
            }
        }
        if let Some(hint) = self.hint(block) {
            return self.with_whole(block, hint, f);
        }
        Ok(f(self.look_by(block, self.rule())?.data()))
    }

    /// The node's copy, if the model lets it be read as it is.
    #[inline]
    fn hit<'g, C: Consistency>(&self, block: u64, pin: &'g Pin) -> Option<&'g Copy> {
        self.table.get(block, pin).filter(|copy| C::allows(self.coherence.clock(), copy))
    }

    /// A copy of a block that may be read, and stays as it is while it is held.
    pub(crate) fn snapshot(&self, block: u64) -> Result<Snapshot, Error> {
        if self.model == Model::Sequential {
            let pin = self.coherence.endpoint().pin();
            if self.hit::<Sequential>(block, &pin).is_some()
                && let Some(copy) = self.table.snapshot(block, pin)
                && Sequential::allows(self.coherence.clock(), &copy)
            {
                return Ok(copy);
            }
        }
        self.look(block)
    }

    fn rule(&self) -> Rule {
        match self.model {
            Model::Sequential => Sequential::RULE,
            _ => Strict::RULE,
        }
    }

    /// Reads a block, with a word with its home if need be.
    #[cold]
    fn look(&self, block: u64) -> Result<Snapshot, Error> {
        if self.model == Model::Sequential {
            self.read_ahead(block);
        }
        self.look_by(block, self.rule())
    }

    /// Reads a block at its home, whatever the model.
    pub(crate) fn look_at_home(&self, block: u64) -> Result<Snapshot, Error> {
        self.look_by(block, Strict::RULE)
    }

    fn look_by(&self, block: u64, rule: Rule) -> Result<Snapshot, Error> {
        self.look_at_time();
        self.check_reader(block)?;
        let mut buffer = self.coherence.endpoint().take_scratch(self.layout.bytes);
        let mut agent = self.cached_agent(block, &mut buffer, Patience::Brief);
        let found = protocol::read(&mut agent, rule);
        self.coherence.endpoint().put_scratch(buffer);
        if let (Ok(copy), Some(hint)) = (&found, self.hint(block)) {
            hint.store(copy.known().lease.bits(), Ordering::Relaxed);
        }
        found.map_err(|trouble| self.trouble(block, trouble))
    }

    /// Brings the clock's moment up to date, for a copy that will be kept. Under a model that uses none without a
    /// word with its home no moment matters, and looking at the time takes a part of what a READ does.
    pub(super) fn look_at_time(&self) {
        if self.model == Model::Sequential {
            self.coherence.clock().tick(P::now());
        }
    }

    /// A thread that has a block locked would wait for itself.
    fn check_reader(&self, block: u64) -> Result<(), Error> {
        if self.coherence.is_held_by_caller(self.key(block))? {
            return Err(self.would_deadlock(block));
        }
        Ok(())
    }

    /// Memory for a block.
    pub(crate) fn buffer(&self) -> Box<[u8]> {
        vec![0; self.layout.bytes].into()
    }

    fn key(&self, block: u64) -> (u64, u64) {
        (self.segment.id().0, block)
    }

    /// Waits for the node's own lock of a block.
    ///
    /// # Errors
    /// [`Error::WouldDeadlock`] when the calling thread has it.
    pub(crate) fn hold(&self, block: u64) -> Result<Hold<'_, P>, Error> {
        self.coherence.hold(self.key(block))?.map_err(|_| self.would_deadlock(block))
    }

    /// The node's own lock of a block, if no thread has it or waits for it.
    ///
    /// # Errors
    /// As [`Blocks::hold`].
    pub(crate) fn try_hold(&self, block: u64) -> Result<Option<Hold<'_, P>>, Error> {
        self.coherence.try_hold(self.key(block))?.map_err(|_| self.would_deadlock(block))
    }

    /// An agent for steps at a block whose copies are not kept: locks.
    pub(crate) fn agent<'a>(
        &'a self,
        block: u64,
        buffer: &'a mut [u8],
        patience: Patience,
    ) -> BlockAgent<'a, P> {
        let place = self.segment.block_place(block);
        BlockAgent::new(&self.coherence, place, self.layout, buffer, patience)
    }

    fn cached_agent<'a>(
        &'a self,
        block: u64,
        buffer: &'a mut [u8],
        patience: Patience,
    ) -> CachedAgent<'a, P> {
        CachedAgent::new(self.agent(block, buffer, patience), &self.table, block)
    }

    /// The lease word as this node knows it.
    fn guess(&self, block: u64) -> Lease {
        if let Some(hint) = self.hint(block) {
            return Lease::from_bits(hint.load(Ordering::Relaxed));
        }
        let pin = self.coherence.endpoint().pin();
        self.table.get(block, &pin).map_or(Lease::default(), |copy| copy.known().lease)
    }

    /// Locks a block at its home, of which the caller has the node's lock. Its data is in `buffer` afterwards,
    /// if that is wanted.
    pub(crate) fn acquire(
        &self,
        block: u64,
        buffer: &mut [u8],
        wanted: Acquired,
    ) -> Result<Held, Error> {
        let guess = self.guess(block);
        let mut agent = self.cached_agent(block, buffer, Patience::Brief);
        protocol::acquire(&mut agent, guess, wanted).map_err(|trouble| self.trouble(block, trouble))
    }

    /// Writes the data in `buffer` and unlocks the block.
    pub(crate) fn commit(&self, block: u64, buffer: &mut [u8], held: Held) -> Result<(), Error> {
        // Or what is kept of it would be as old as this node's last look at the time.
        self.look_at_time();
        let committed = match self.hint(block) {
            Some(hint) => {
                let mut agent = self.agent(block, buffer, Patience::Brief);
                let known = protocol::commit(&mut agent, held, Lease::FIRST);
                known.map(|known| hint.store(known.lease.bits(), Ordering::Relaxed))
            }
            None => {
                let mut agent = self.cached_agent(block, buffer, Patience::Brief);
                protocol::commit_and_keep(&mut agent, held, Lease::FIRST)
            }
        };
        committed.map_err(|trouble| self.trouble(block, trouble))
    }

    /// Unlocks a block as it was.
    pub(crate) fn let_go(&self, block: u64, buffer: &mut [u8], held: Held) -> Result<(), Error> {
        let mut agent = self.cached_agent(block, buffer, Patience::Brief);
        protocol::release(&mut agent, held).map_err(|trouble| self.trouble(block, trouble))
    }

    /// Replaces all data of a block. Two round trips if the lease word is known, else three.
    pub(crate) fn store(&self, block: u64, data: &[u8]) -> Result<(), Error> {
        let _hold = self.hold(block)?;
        let mut buffer = self.buffer();
        let held = self.acquire(block, &mut buffer, Acquired::Nothing)?;
        buffer[DATA..][..data.len()].copy_from_slice(data);
        self.commit(block, &mut buffer, held)
    }

    /// Changes the data of a block while nobody else can, as [`Blocks::store`] in cost. If `change` says false,
    /// the block stays as it was.
    pub(crate) fn update<R>(
        &self,
        block: u64,
        change: impl FnOnce(&mut [u8]) -> (bool, R),
    ) -> Result<R, Error> {
        let _hold = self.hold(block)?;
        let mut buffer = self.buffer();
        let held = self.acquire(block, &mut buffer, Acquired::Data)?;
        let unlock = Unlock { blocks: self, block, held: Some(held), buffer };
        unlock.run(change)
    }

    /// Gives this node's hold of the segment back.
    pub(crate) fn release(&self) -> Result<(), Error> {
        let endpoint = self.coherence.endpoint();
        let finished = endpoint.quiet();
        endpoint.fence_all()?;
        self.segment.release()?;
        finished
    }

    /// The error for what a step has come to.
    #[cold]
    pub(crate) fn trouble(&self, block: u64, trouble: Trouble<Error>) -> Error {
        let name = || self.segment.spec().name.clone();
        if matches!(trouble, Trouble::Poisoned { .. } | Trouble::Damaged) {
            // After that, no thread of this node is to find an old copy.
            self.table.forget(block, &self.coherence.endpoint().pin());
        }
        match trouble {
            Trouble::Fatal(error) => error,
            Trouble::Poisoned { by } => Error::Poisoned { name: name(), block, by },
            Trouble::Damaged => Error::Damaged { name: name(), block },
            Trouble::Expelled => Error::Expelled,
        }
    }

    fn would_deadlock(&self, block: u64) -> Error {
        let name = &self.segment.spec().name;
        let what = match self.segment.blocks() {
            1 => format!("{name:?}"),
            _ => format!("block {block} of {name:?}"),
        };
        Error::WouldDeadlock { what }
    }
}

/// A block that is unlocked whatever happens to the closure that changes it.
struct Unlock<'a, P: Primitives> {
    blocks: &'a Blocks<P>,
    block: u64,
    held: Option<Held>,
    buffer: Box<[u8]>,
}

impl<P: Primitives> Unlock<'_, P> {
    fn run<R>(mut self, change: impl FnOnce(&mut [u8]) -> (bool, R)) -> Result<R, Error> {
        let end = self.blocks.layout.end();
        let (changed, answer) = change(&mut self.buffer[DATA..end]);
        if let Some(held) = self.held.take() {
            if changed {
                self.blocks.commit(self.block, &mut self.buffer, held)?;
            } else {
                self.blocks.let_go(self.block, &mut self.buffer, held)?;
            }
        }
        Ok(answer)
    }
}

/// The closure panicked.
impl<P: Primitives> Drop for Unlock<'_, P> {
    fn drop(&mut self) {
        if let Some(held) = self.held.take()
            && let Err(error) = self.blocks.let_go(self.block, &mut self.buffer, held)
        {
            log::error!("unlocking a block after a panic: {error}");
        }
    }
}
