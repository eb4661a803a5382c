//! [`BlockAgent`]: the protocol's [`Agent`] over the node's own queue pairs.

use std::time::Duration;

use verbs_shim::WorkError;

use super::Coherence;
use super::cache::{Snapshot, Table};
use super::protocol::{
    Agent, CachingAgent, Failure, Known, LEASE, Layout, Lease, LogicalTime, Request, Verdict, WTS,
};
use crate::endpoint::{ExchangeError, Place, Step};
use crate::error::Error;
use crate::primitives::{Primitives, Trap};

/// How long a thread waits for a block that somebody else has locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// For as long as writes could take.
    Brief,
    /// For as long as others like to hold a lock.
    Endless,
}

impl Patience {
    /// Longer than a node is paused by anything but a debugger; a node that is away for longer is expelled.
    const BRIEF: Duration = Duration::from_secs(60);
}

/// For so long a home that lives may be out of reach, before a node that owes it the end of a write gives up
/// and leaves the job, so that others recover what it had locked.
const OUT_OF_REACH: Duration = Duration::from_secs(30);

/// After so many looks in vain a thread pauses between them, for longer and longer.
const QUICK_LOOKS: u32 = 64;

/// The longest of these pauses.
const LONGEST_PAUSE: Duration = Duration::from_micros(200);

/// Passes a moment between two looks.
pub(super) fn pause<P: Primitives>(attempt: u32) {
    // Each look is a round trip, so the first ones need no more time in between.
    match attempt.checked_sub(QUICK_LOOKS) {
        None => P::relax(attempt.saturating_mul(8)),
        Some(more) => P::sleep(Duration::from_micros(more.into()).min(LONGEST_PAUSE)),
    }
}

/// One thread of this node, at one block or pair of words.
pub(crate) struct BlockAgent<'a, P: Primitives> {
    coherence: &'a Coherence<P>,
    place: Place,
    layout: Layout,
    buffer: &'a mut [u8],
    patience: Patience,
    /// When it began to wait.
    waiting: Option<Duration>,
    /// Since when every exchange has failed.
    lost: Option<Duration>,
    /// The failure of the last exchange that failed.
    loss: Option<WorkError>,
    /// Whether it may have the block locked.
    owes: bool,
    /// Who was last seen to have the block locked.
    owner: Option<u32>,
}

impl<'a, P: Primitives> BlockAgent<'a, P> {
    /// At the block at `place`; READs go to `buffer`, which is as long as they are.
    #[inline]
    pub(crate) fn new(
        coherence: &'a Coherence<P>,
        place: Place,
        layout: Layout,
        buffer: &'a mut [u8],
        patience: Patience,
    ) -> BlockAgent<'a, P> {
        BlockAgent {
            coherence,
            place,
            layout,
            buffer,
            patience,
            waiting: None,
            lost: None,
            loss: None,
            owes: false,
            owner: None,
        }
    }

    /// How the last exchange that failed did so.
    pub(crate) fn loss(&self) -> Option<WorkError> {
        self.loss
    }

    #[inline]
    fn post<const N: usize>(&mut self, requests: [Request; N]) -> Result<[u64; N], ExchangeError> {
        let base = self.place.offset;
        let end = self.layout.end();
        let mut words = [[0; 8]; N];
        let mut answers = {
            // A batch moves the block once at most.
            let mut block = Some(&mut *self.buffer);
            let mut block = || block.take().unwrap_or_default();
            let mut free = words.iter_mut();
            let steps = requests.map(|request| {
                // There are as many as requests.
                let word = free.next().map_or(&mut [][..], |word| &mut word[..]);
                match request {
                    Request::CompareSwap { at, expected, new } => {
                        Step::CompareSwap { at: base + at as u64, expected, new }
                    }
                    Request::FetchAdd { at, add } => Step::FetchAdd { at: base + at as u64, add },
                    Request::ReadWord { at } => Step::Read { at: base + at as u64, into: word },
                    Request::ReadBlock { len } => {
                        Step::Read { at: base, into: &mut block()[..len] }
                    }
                    Request::WriteWord { at, word: content } => {
                        word.copy_from_slice(&content.to_le_bytes());
                        Step::Write { at: base + at as u64, from: word }
                    }
                    Request::WriteBody => {
                        Step::Write { at: base + WTS as u64, from: &block()[WTS..end] }
                    }
                }
            });
            self.coherence.endpoint().exchange(self.place.rank, steps)?
        };
        for ((request, word), answer) in requests.iter().zip(words).zip(&mut answers) {
            if matches!(request, Request::ReadWord { .. }) {
                *answer = u64::from_le_bytes(word);
            }
        }
        Ok(answers)
    }

    /// Remembers what an exchange says of who has the block.
    #[inline]
    fn note(&mut self, requests: &[Request], answers: &[u64]) {
        for (request, answer) in requests.iter().zip(answers) {
            match request {
                Request::CompareSwap { at: LEASE, expected, new } => {
                    let present = if answer == expected { *new } else { *answer };
                    self.owner = Lease::from_bits(present).owner;
                }
                Request::ReadWord { at: LEASE } => self.owner = Lease::from_bits(*answer).owner,
                Request::ReadBlock { .. } => {
                    self.owner = super::protocol::lease_of(self.buffer).owner;
                }
                _ => {}
            }
        }
        self.owes = self.owner == Some(self.rank());
    }

    /// The queue pair failed, and the home has fenced it.
    #[cold]
    fn lose(&mut self, requests: &[Request], error: WorkError) -> Failure<Error> {
        let is_lock = |request: &Request| matches!(request, Request::CompareSwap { at: LEASE, .. });
        self.owes |= requests.iter().any(is_lock);
        let now = P::now();
        self.loss = Some(error);
        let since = *self.lost.get_or_insert(now);
        if now.saturating_sub(since) < OUT_OF_REACH {
            return Failure::Lost;
        }
        // Who waits for a lock has a place in its queue, and would be handed it.
        if self.owes || self.patience == Patience::Endless {
            let home = self.place.rank;
            self.coherence.endpoint().give_up(&format!(
                "rank {home} was out of its reach for {OUT_OF_REACH:?} amid a write or lock: {error}"
            ));
        }
        Failure::Fatal(Error::Work(error))
    }
}

impl<P: Primitives> Agent for BlockAgent<'_, P> {
    type Error = Error;

    fn rank(&self) -> u32 {
        self.coherence.endpoint().rank()
    }

    fn layout(&self) -> Layout {
        self.layout
    }

    fn now(&mut self) -> LogicalTime {
        self.coherence.clock().now()
    }

    fn advance(&mut self, to: LogicalTime) {
        self.coherence.clock().advance(to);
    }

    #[inline]
    fn exchange<const N: usize>(
        &mut self,
        requests: [Request; N],
    ) -> Result<[u64; N], Failure<Error>> {
        match self.post(requests) {
            Ok(answers) => {
                self.lost = None;
                self.note(&requests, &answers);
                Ok(answers)
            }
            Err(ExchangeError::Lost(error)) => Err(self.lose(&requests, error)),
            Err(ExchangeError::Fatal(error)) => Err(Failure::Fatal(error)),
        }
    }

    #[inline(always)]
    fn read_block(&mut self, len: usize) -> Result<(), Failure<Error>> {
        match self.coherence.endpoint().read_exchange(self.place, &mut self.buffer[..len]) {
            Ok(()) => {
                self.lost = None;
                self.owner = super::protocol::lease_of(self.buffer).owner;
                self.owes = self.owner == Some(self.rank());
                Ok(())
            }
            Err(ExchangeError::Lost(error)) => Err(self.lose(&[Request::ReadBlock { len }], error)),
            Err(ExchangeError::Fatal(error)) => Err(Failure::Fatal(error)),
        }
    }

    fn buffer(&mut self) -> &mut [u8] {
        self.buffer
    }

    fn is_fenced(&mut self, rank: u32) -> Result<bool, Error> {
        self.coherence.endpoint().is_fenced(self.place.rank, rank)
    }

    fn back_off(&mut self, attempt: u32) -> Result<(), Error> {
        let now = P::now();
        let since = *self.waiting.get_or_insert(now);
        let waited = now.saturating_sub(since);
        if self.patience == Patience::Brief && waited > Patience::BRIEF {
            let owner = self.owner;
            return Err(Error::Stuck { owner, seconds: waited.as_secs() });
        }
        self.coherence.pause(attempt)
    }

    fn falls_into(&self, trap: Trap) -> bool {
        P::falls_into(trap)
    }

    fn recovered(&mut self, verdict: Verdict) {
        log::info!("a block at {:?} was left by a node that died: {verdict:?}", self.place);
        self.coherence.note_recovery(verdict);
    }
}

/// A [`BlockAgent`] at a block of which the node keeps copies.
pub(crate) struct CachedAgent<'a, P: Primitives> {
    agent: BlockAgent<'a, P>,
    table: &'a Table<P>,
    block: u64,
    /// When the look began that is under way.
    moment: u64,
}

impl<'a, P: Primitives> CachedAgent<'a, P> {
    #[inline]
    pub(crate) fn new(agent: BlockAgent<'a, P>, table: &'a Table<P>, block: u64) -> Self {
        let moment = agent.coherence.clock().moment();
        CachedAgent { agent, table, block, moment }
    }
}

impl<P: Primitives> Agent for CachedAgent<'_, P> {
    type Error = Error;

    fn rank(&self) -> u32 {
        self.agent.rank()
    }

    fn layout(&self) -> Layout {
        self.agent.layout()
    }

    fn now(&mut self) -> LogicalTime {
        self.agent.now()
    }

    fn advance(&mut self, to: LogicalTime) {
        self.agent.advance(to);
    }

    #[inline]
    fn exchange<const N: usize>(
        &mut self,
        requests: [Request; N],
    ) -> Result<[u64; N], Failure<Error>> {
        self.agent.exchange(requests)
    }

    #[inline]
    fn read_block(&mut self, len: usize) -> Result<(), Failure<Error>> {
        self.agent.read_block(len)
    }

    fn buffer(&mut self) -> &mut [u8] {
        self.agent.buffer()
    }

    fn is_fenced(&mut self, rank: u32) -> Result<bool, Error> {
        self.agent.is_fenced(rank)
    }

    fn back_off(&mut self, attempt: u32) -> Result<(), Error> {
        self.agent.back_off(attempt)
    }

    fn falls_into(&self, trap: Trap) -> bool {
        self.agent.falls_into(trap)
    }

    fn recovered(&mut self, verdict: Verdict) {
        self.agent.recovered(verdict);
    }
}

impl<P: Primitives> CachingAgent for CachedAgent<'_, P> {
    type Copy = Snapshot;

    fn cached(&mut self) -> Option<Snapshot> {
        self.table.snapshot(self.block, self.agent.coherence.endpoint().pin())
    }

    fn known(&self, copy: &Snapshot) -> Known {
        copy.known()
    }

    fn is_fresh(&self, copy: &Snapshot) -> bool {
        copy.is_fresh(self.agent.coherence.clock().floor())
    }

    fn begin_look(&mut self) {
        self.moment = self.agent.coherence.clock().moment();
    }

    fn renew(&mut self, copy: &Snapshot, lease: Lease) {
        copy.renew(lease, self.moment);
    }

    #[inline]
    fn keep(&mut self, known: Known) -> Snapshot {
        let end = self.agent.layout.end();
        let data = &self.agent.buffer[super::protocol::DATA..end];
        let pin = self.agent.coherence.endpoint().pin();
        self.table.keep(self.block, known, self.moment, data, pin)
    }
}
