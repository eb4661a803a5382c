//! How nodes that do not measure sleep, and are woken; and how two that do begin together.

use std::time::{Duration, Instant};

use pangea::{Array, Node};

use super::error::Error;

/// Words of each node.
const WORDS: usize = 3;
/// At this word, rank 0 says that measuring is over.
const OVER: usize = 0;
/// At this one, the other side says that it is done.
const DONE: usize = 1;
/// At this one, that it is ready to begin.
const READY: usize = 2;

/// How long a node sleeps between two looks at its own word.
const NAP: Duration = Duration::from_millis(2);
/// After so many naps it makes sure that who is to wake it is still there.
const NAPS: u32 = 250;
/// Who does not sleep makes sure as often.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Words at each node that others raise. Who waits for one sleeps, so that it takes no processor from those who
/// measure, as it would at a barrier.
#[derive(Clone)]
pub(crate) struct Bell {
    words: Array<u64>,
    rank: usize,
    /// The number of the measurement; words are raised to it.
    round: u64,
}

impl Bell {
    /// Collective.
    pub(crate) fn new(node: &Node) -> Result<Bell, Error> {
        let words = node.array("bench bells").len(WORDS * node.size()).create()?;
        Ok(Bell { words, rank: node.rank(), round: 0 })
    }

    /// For the measurement of that number.
    pub(crate) fn round(&self, round: u64) -> Bell {
        Bell { round, ..self.clone() }
    }

    /// Measuring is over: rank 0 tells the others, from this rank on.
    pub(crate) fn ring_all(&self, from: usize) -> Result<(), Error> {
        for word in (from * WORDS..self.words.len()).step_by(WORDS) {
            self.words.put(word + OVER, self.round)?;
        }
        Ok(())
    }

    /// Sleeps until measuring is over.
    pub(crate) fn wait(&self) -> Result<(), Error> {
        self.sleep_until(OVER, 0)
    }

    /// This side is ready; waits, without sleeping, until the other is, too.
    pub(crate) fn begin_with(&self, peer: usize) -> Result<(), Error> {
        self.words.put(peer * WORDS + READY, self.round)?;
        let mut looked = Instant::now();
        while self.words.get(self.rank * WORDS + READY)? < self.round {
            std::thread::yield_now();
            if looked.elapsed() >= LOOK_EVERY {
                self.alive(peer)?;
                looked = Instant::now();
            }
        }
        Ok(())
    }

    /// This side is done; sleeps until the other is, too.
    pub(crate) fn wait_for(&self, peer: usize) -> Result<(), Error> {
        self.words.put(peer * WORDS + DONE, self.round)?;
        self.sleep_until(DONE, peer)
    }

    fn sleep_until(&self, word: usize, waker: usize) -> Result<(), Error> {
        let mut naps: u32 = 0;
        while self.words.get(self.rank * WORDS + word)? < self.round {
            std::thread::sleep(NAP);
            naps = naps.wrapping_add(1);
            if naps.is_multiple_of(NAPS) {
                self.alive(waker)?;
            }
        }
        Ok(())
    }

    /// Fails when that node has died. One read of its memory.
    pub(crate) fn alive(&self, rank: usize) -> Result<(), Error> {
        self.words.get(rank * WORDS)?;
        Ok(())
    }
}
