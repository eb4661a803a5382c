//! Several blocks at once: ranges, and reading ahead of a thread that goes through an array.
//!
//! Blocks are fetched by READs that are all in flight together. Each counts by itself, as if it had been
//! read alone; what is locked just then, or torn, or whose lease is over, is read alone afterwards.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::blocks::Blocks;
use super::protocol::{self, DATA};
use crate::error::Error;
use crate::primitives::Primitives;

/// Bytes that are fetched at once at most.
const WINDOW_BYTES: usize = 256 << 10;

/// Blocks that are fetched at once at most.
const WINDOW_BLOCKS: u64 = 64;

/// What a table knows of how its blocks are missed. Only misses touch it.
#[derive(Default)]
pub(super) struct Stream {
    /// The block behind the last one that was fetched.
    next: AtomicU64,
    /// How many blocks were fetched then.
    window: AtomicU64,
}

impl Stream {
    /// A block was missed: up to where to fetch, of `blocks` in all that take `bytes` each.
    fn missed(&self, block: u64, blocks: u64, bytes: usize) -> u64 {
        let most = WINDOW_BLOCKS.min((WINDOW_BYTES / bytes) as u64).max(1);
        let follows = block != 0 && self.next.load(Ordering::Relaxed) == block;
        let window = match self.window.load(Ordering::Relaxed) {
            window if follows => (2 * window.max(1)).min(most),
            _ => 1,
        };
        // Threads that miss at once may spoil each other's guess, and nothing else.
        let end = block.saturating_add(window).min(blocks);
        self.next.store(end, Ordering::Relaxed);
        self.window.store(window, Ordering::Relaxed);
        end
    }
}

impl<P: Primitives> Blocks<P> {
    /// A block has been missed: fetches those behind it too, if the ones before were asked for in turn.
    pub(super) fn read_ahead(&self, block: u64) {
        let segment = self.segment();
        let end = self.stream().missed(block, segment.blocks(), self.layout().bytes);
        if end - block > 1
            && let Err(error) = self.fetch(block..end, |_, _| {})
        {
            // Whoever needs one of them will see.
            log::debug!("reading ahead: {error}");
        }
    }

    /// Calls `f` with the number and the data of each of these blocks.
    pub(crate) fn with_each(
        &self,
        blocks: Range<u64>,
        mut f: impl FnMut(u64, &[u8]),
    ) -> Result<(), Error> {
        let most = WINDOW_BLOCKS.min((WINDOW_BYTES / self.layout().bytes) as u64).max(1);
        let mut next = blocks.start;
        while next < blocks.end {
            let end = next.saturating_add(most).min(blocks.end);
            self.fetch(next..end, &mut f)?;
            next = end;
        }
        Ok(())
    }

    /// As [`Blocks::with_each`], with all that is missing in flight together. Without the node's lock no
    /// order is promised among the blocks.
    fn fetch(&self, blocks: Range<u64>, mut f: impl FnMut(u64, &[u8])) -> Result<(), Error> {
        let each = self.layout().end();
        let clock = self.coherence().clock();
        self.look_at_time();
        clock.tick(P::now());
        let moment = clock.moment();
        let missing: Vec<u64> = blocks.clone().filter(|block| !self.has(*block)).collect();
        if missing.len() > 1 {
            let mut bytes = vec![0; missing.len() * each];
            let pieces = missing.iter().map(|block| (self.segment().block_place(*block), each));
            self.coherence().endpoint().read_pieces(pieces, &mut bytes)?;
            let mut arrived = missing.iter().zip(bytes.chunks_exact(each)).peekable();
            for block in blocks {
                let fresh = arrived.next_if(|(missing, _)| **missing == block);
                let known = fresh.and_then(|(_, bytes)| protocol::whole(&self.layout(), bytes));
                if let (Some(known), Some((_, bytes))) = (known, fresh) {
                    clock.advance(known.wts);
                    if !self.are_whole() {
                        let pin = self.coherence().endpoint().pin();
                        self.table().keep(block, known, moment, &bytes[DATA..], pin);
                    }
                    if clock.now() <= known.rts() {
                        f(block, &bytes[DATA..]);
                        continue;
                    }
                }
                self.with_alone(block, |data| f(block, data))?;
            }
            return Ok(());
        }
        for block in blocks {
            self.with_alone(block, |data| f(block, data))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_fetched_in_longer_and_longer_windows() {
        let stream = Stream::default();
        let mut block = 0;
        let mut windows = Vec::new();
        for _ in 0..8 {
            let end = stream.missed(block, 1000, 4096);
            windows.push(end - block);
            block = end;
        }
        assert_eq!(windows, [1, 2, 4, 8, 16, 32, 64, 64]);
        assert_eq!(stream.missed(500, 1000, 4096), 501, "elsewhere it begins anew");
        assert_eq!(stream.missed(501, 1000, 4096), 503);
        assert_eq!(stream.missed(503, 505, 4096), 505, "and ends with the blocks");
    }

    #[test]
    fn large_blocks_are_few() {
        let stream = Stream::default();
        assert_eq!(stream.missed(0, 10, 1 << 20), 1);
        assert_eq!(stream.missed(1, 10, 1 << 20), 2);
        assert_eq!(stream.missed(2, 10, 1 << 20), 3);
    }
}
