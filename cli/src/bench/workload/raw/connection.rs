//! [`Connection`]: a queue pair between two threads, and their memory.

use verbs_shim::{
    Access, CompletionQueue, Error as ShimError, Executed, Fabric, QueuePair, QueuePairConfig,
    Region, RemoteAddr, RemoteRegion, Slice, WorkRequest,
};

use super::mail::{Letter, Mail};
use super::{Raw, Verb};
use crate::bench::bench::{Hand, Setting};
use crate::bench::error::Error;

/// Requests of small sizes do not all go to the same line: they walk through so many bytes, as perftest's do.
const WALK: usize = 4096;
/// Distance of two requests that walk.
const LINE: usize = 64;

/// A queue pair, connected, and its memory.
pub(super) struct Connection {
    pub(super) pair: QueuePair<Raw>,
    pub(super) queue: CompletionQueue<Raw>,
    pub(super) buffers: Buffers,
}

/// The memory of this side, of which the first half is the peer's to access, and the second half has the local
/// buffers; and that of the other side.
pub(super) struct Buffers {
    region: Region,
    remote: RemoteRegion,
    pub(super) bytes: usize,
    /// Half of the memory.
    half: usize,
    max_inline: usize,
}

impl Connection {
    /// Makes the pair and connects it to that of the same thread at the other side, which does the same.
    pub(super) fn open(
        fabric: &Fabric<Raw>,
        mail: &Mail,
        setting: &Setting,
        hand: Hand,
    ) -> Result<Connection, Error> {
        let bytes = setting.bytes();
        let half = bytes.next_multiple_of(LINE).max(WALK);
        let region = fabric.register(fabric.allocate(2 * half)?, Access::all())?;
        // One more than is measured with, for what tells that the rest is complete.
        let depth = setting.depth + 1;
        let queue = fabric.completion_queue(depth + 1)?;
        let config =
            QueuePairConfig { depth, peer: hand.peer as u32, ..QueuePairConfig::default() };
        let pair = fabric.queue_pair(&queue, &config)?;
        let mine = Letter::new(&region.card(), &pair.card());
        let theirs = mail.exchange(hand, &mine)?;
        let remote = fabric.import(&theirs.region()?)?;
        let pair = pair.connect(&theirs.pair()?)?;
        // What is posted to a pair that is not connected yet is lost, and sent again only after a while.
        mail.ready(hand)?;
        let max_inline = fabric.capabilities().max_inline;
        let buffers = Buffers { region, remote, bytes, half, max_inline };
        Ok(Connection { pair, queue, buffers })
    }

    /// Posts a request and waits until it is complete.
    #[inline]
    pub(super) fn complete(&mut self, verb: Verb, at: usize) -> Result<(), Error> {
        let request = self.buffers.request(verb, at)?;
        match self.pair.execute(request) {
            Executed::Done => Ok(()),
            executed => complete_on(&mut self.pair, &self.queue, request, executed),
        }
    }

    /// The same for a WRITE whose bytes travel inside of it.
    #[inline]
    pub(super) fn complete_inline(&mut self, data: &[u8]) -> Result<(), Error> {
        let request = WorkRequest::write_inline(data, self.buffers.theirs(0));
        match self.pair.execute(request) {
            Executed::Done => Ok(()),
            executed => complete_on(&mut self.pair, &self.queue, request, executed),
        }
    }

    /// Takes a completion, if there is one now.
    #[inline]
    pub(super) fn reap(&self) -> Result<(), Error> {
        match self.queue.poll()? {
            Some(completion) => Ok(completion.result?),
            None => {
                std::hint::spin_loop();
                Ok(())
            }
        }
    }
}

/// Waits for a request that has been posted, or was refused and may still be.
#[cold]
fn complete_on(
    pair: &mut QueuePair<Raw>,
    queue: &CompletionQueue<Raw>,
    request: WorkRequest<'_>,
    executed: Executed,
) -> Result<(), Error> {
    if executed == Executed::Refused {
        pair.post(&[request.signaled()])?;
    }
    Ok(queue.wait()?.result?)
}

impl Buffers {
    /// Bytes for a WRITE that has them inside, if they fit.
    pub(super) fn inline(&self) -> Option<Vec<u8>> {
        (self.bytes <= self.max_inline).then(|| vec![0; self.bytes])
    }

    /// The offset of the request after that at `at`, in either half.
    #[inline]
    pub(super) fn after(&self, at: usize) -> usize {
        let next = at + self.bytes.next_multiple_of(LINE);
        if next + self.bytes > self.half { 0 } else { next }
    }

    /// That offset in the other side's first half.
    #[inline]
    pub(super) fn theirs(&self, at: usize) -> RemoteAddr {
        self.remote.at(at as u64)
    }

    /// As many bytes in the second half of this side.
    #[inline]
    fn buffer(&self, at: usize, bytes: usize) -> Result<Slice<'_>, ShimError> {
        self.region.slice(self.half + at..self.half + at + bytes)
    }

    /// A request of one operation.
    #[inline]
    pub(super) fn request(&self, verb: Verb, at: usize) -> Result<WorkRequest<'_>, ShimError> {
        let remote = self.theirs(at);
        Ok(match verb {
            Verb::Read => WorkRequest::read(self.buffer(at, self.bytes)?, remote),
            Verb::Write => WorkRequest::write(self.buffer(at, self.bytes)?, remote),
            Verb::FetchAdd => WorkRequest::fetch_add(1, self.buffer(at, 8)?, remote),
            // Nothing else writes there, so it always finds what it expects.
            Verb::CompareSwap => WorkRequest::compare_swap(0, 0, self.buffer(at, 8)?, remote),
        })
    }

    /// A byte of this side's first half, as it is now.
    #[inline]
    pub(super) fn arrived(&self, at: usize) -> u8 {
        let mut byte = [0];
        self.region.memory().read(at, &mut byte);
        byte[0]
    }

    /// Sets a byte of a local buffer.
    #[inline]
    pub(super) fn fill(&self, at: usize, byte: u8) {
        self.region.memory().write(self.half + at, &[byte]);
    }
}
