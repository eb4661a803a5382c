//! The memory of homes, and how their NICs execute a batch: step by step, each of which others may come between.
//!
//! Stricter than hardware:
//!
//! * The cache lines of a READ are sampled in any order, those of a WRITE placed in any order.
//! * Where gaps are asked for, an atomic is a load and a store, between which WRITEs may come, though no other atomic.
//!   A compare that fails stores back what it loaded. Without WRITEs to the words of atomics
//!   that makes no difference, because a READ in between sees the old word, as if it had come before.
//! * Whether the home is one's own makes no difference.

use std::ops::Range;

use pangea::protocol::{DATA, Delta, Flags, LEASE, Lease, LogicalTime, Request, WTS};

use super::program::{Kind, Object};

/// Bytes of a cache line.
pub(crate) const LINE: usize = 64;
/// Words of a cache line.
const LINE_WORDS: usize = LINE / 8;
/// Where the parts begin that are sampled and placed one by one, in words: cache lines, or less than that.
const LINES: &[usize] = &[0, LINE_WORDS];
const PIECES: &[usize] = &[0, 1, 2, LINE_WORDS];
/// Words of the longest block that are kept. A longer one is data from here on, and all of it is what the last of
/// these words is: as if it were placed, and sampled, at once.
pub(crate) const WORDS: usize = 2 * LINE_WORDS;
/// Bytes of the longest block.
pub(crate) const LARGE: usize = 1024;
/// The most requests of a batch.
const BATCH: usize = 4;

/// One object's memory, at a home of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Home {
    pub(crate) words: [u64; WORDS],
    /// Whether an atomic has been loaded and not stored.
    busy: bool,
}

impl Home {
    pub(crate) fn new(words: [u64; WORDS]) -> Home {
        Home { words, busy: false }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let all = self.words.iter().copied().chain(std::iter::repeat(self.words[WORDS - 1]));
        all.take(LARGE / 8).flat_map(u64::to_le_bytes).collect()
    }
}

/// What a thread saw first of a block since it last waited: it may wait until that changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Looked {
    /// The first word.
    pub(crate) lease: Option<u64>,
    /// A digest of the words behind the data.
    pub(crate) tail: Option<u64>,
}

/// A batch on its way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Batch {
    pub(crate) object: u8,
    requests: [Request; BATCH],
    count: u8,
    /// The request that is being executed.
    at: u8,
    /// Its cache lines, or less than that, that are done.
    lines: u8,
    pieces: bool,
    /// The word that an atomic has loaded.
    loaded: Option<u64>,
    answers: [u64; BATCH],
    /// What READs and WRITEs of blocks move.
    pub(crate) block: [u64; WORDS],
    /// Where the data ends, in words.
    end: u8,
    /// Where the words behind the data are: from, to.
    tail: (u8, u8),
}

impl Batch {
    /// `body` is the buffer of the agent; the data ends at the word `end`, the words behind it are `tail`.
    pub(crate) fn new(
        object: usize,
        list: &[Request],
        body: [u64; WORDS],
        end: usize,
        tail: (usize, usize),
        pieces: bool,
    ) -> Batch {
        let is_read = |request: &Request| {
            matches!(request, Request::ReadWord { .. } | Request::ReadBlock { .. })
        };
        // The model executes READs one after the other, which real ones need not be.
        assert!(!list.windows(2).any(|pair| is_read(&pair[0]) && is_read(&pair[1])));
        let mut requests = [Request::ReadWord { at: 0 }; BATCH];
        requests[..list.len()].copy_from_slice(list);
        let writes = list.contains(&Request::WriteBody);
        Batch {
            object: object as u8,
            requests,
            count: list.len() as u8,
            at: 0,
            lines: 0,
            pieces,
            loaded: None,
            answers: [0; BATCH],
            block: if writes { body } else { [0; WORDS] },
            end: end as u8,
            tail: (tail.0 as u8, tail.1 as u8),
        }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.at == self.count
    }

    pub(crate) fn request(&self) -> Option<Request> {
        (!self.is_done()).then(|| self.requests[usize::from(self.at)])
    }

    /// The answers of all requests.
    pub(crate) fn answers(&self) -> &[u64] {
        &self.answers[..usize::from(self.count)]
    }

    /// The words of the block that were READ, if any were.
    pub(crate) fn read(&self) -> Option<&[u64]> {
        let requests = &self.requests[..usize::from(self.count)];
        requests.iter().find_map(|request| match request {
            Request::ReadBlock { len } => Some(&self.block[..len.div_ceil(8).min(WORDS)]),
            _ => None,
        })
    }

    /// Whether anything that is still to be executed changes memory.
    pub(crate) fn has_effects(&self) -> bool {
        let rest = &self.requests[usize::from(self.at)..usize::from(self.count)];
        let reads = |request: &Request| {
            matches!(request, Request::ReadWord { .. } | Request::ReadBlock { .. })
        };
        !rest.iter().all(reads)
    }

    /// The words that the request in hand moves.
    fn span(&self) -> (usize, usize) {
        match self.request() {
            Some(Request::ReadBlock { len }) => (0, len.div_ceil(8).min(WORDS)),
            Some(Request::WriteBody) => (WTS / 8, usize::from(self.end)),
            _ => (0, 1),
        }
    }

    /// The steps that may come next: cache lines of the request in hand. None if it has to wait, or all is done.
    pub(crate) fn steps(&self, home: &Home) -> impl Iterator<Item = u8> + use<> {
        let kept_out = home.busy && self.loaded.is_none() && self.is_atomic();
        let wanted = if self.is_done() || kept_out { 0 } else { self.parts() & !self.lines };
        (0..u8::BITS as u8).filter(move |part| wanted >> part & 1 == 1)
    }

    /// The words of a part of the request in hand.
    fn part(&self, number: u8) -> Range<usize> {
        let (starts, number) = (if self.pieces { PIECES } else { LINES }, usize::from(number));
        let end = starts.get(number + 1).copied().unwrap_or(WORDS);
        let (from, to) = self.span();
        starts[number].max(from)..end.min(to)
    }

    /// The parts of the request in hand.
    fn parts(&self) -> u8 {
        let count = if self.pieces { PIECES.len() } else { LINES.len() } as u8;
        (0..count).filter(|part| !self.part(*part).is_empty()).map(|part| 1 << part).sum()
    }

    fn is_atomic(&self) -> bool {
        matches!(self.request(), Some(Request::CompareSwap { .. } | Request::FetchAdd { .. }))
    }

    /// Executes a step; `gaps` tells loads and stores of atomics apart.
    pub(crate) fn step(&mut self, home: &mut Home, line: u8, gaps: bool, looked: &mut Looked) {
        let Some(request) = self.request() else { return };
        let range = self.part(line);
        match request {
            Request::ReadBlock { .. } => {
                self.block[range.clone()].copy_from_slice(&home.words[range]);
            }
            Request::WriteBody => home.words[range.clone()].copy_from_slice(&self.block[range]),
            Request::ReadWord { at } => self.answers[usize::from(self.at)] = home.words[at / 8],
            Request::WriteWord { at, word } => home.words[at / 8] = word,
            Request::CompareSwap { at, .. } | Request::FetchAdd { at, .. } => {
                let Some(before) = self.loaded.take() else {
                    self.loaded = Some(home.words[at / 8]);
                    home.busy = gaps;
                    if gaps {
                        return;
                    }
                    return self.step(home, line, gaps, looked);
                };
                home.words[at / 8] = match request {
                    Request::CompareSwap { expected, new, .. } if before == expected => new,
                    Request::FetchAdd { add, .. } => before.wrapping_add(add),
                    _ => before,
                };
                home.busy = false;
                self.answers[usize::from(self.at)] = before;
            }
        }
        self.lines |= 1 << line;
        if self.lines == self.parts() {
            self.note(home, request, looked);
            self.at += 1;
            self.lines = 0;
        }
    }

    /// What the thread has seen by a request that is done.
    fn note(&self, home: &Home, request: Request, looked: &mut Looked) {
        match request {
            Request::ReadBlock { len } => {
                looked.lease.get_or_insert(self.block[0]);
                let (from, to) = (usize::from(self.tail.0), usize::from(self.tail.1));
                if to > from && len >= 8 * to {
                    looked.tail.get_or_insert(digest(&self.block[from..to]));
                }
            }
            Request::CompareSwap { at: LEASE, .. }
            | Request::FetchAdd { at: LEASE, .. }
            | Request::ReadWord { at: LEASE } => {
                looked.lease.get_or_insert(home.words[0]);
            }
            _ => {}
        }
    }

    /// Takes back what would keep others out: the rest is never executed.
    pub(crate) fn abandon(&self, home: &mut Home) {
        if self.loaded.is_some() {
            home.busy = false;
        }
    }
}

/// A digest of a few words.
pub(crate) fn digest(words: &[u64]) -> u64 {
    words.iter().fold(0, |sum, word| {
        (sum.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17)
    })
}

/// An object as it lies at its home at first.
pub(crate) fn home(object: &Object) -> Home {
    let layout = object.layout();
    let mut block = vec![0; layout.bytes];
    match object.kind {
        Kind::Block(_) | Kind::Lock { .. } => {
            for word in block[DATA..layout.end()].chunks_exact_mut(8) {
                word.copy_from_slice(&object.value.to_le_bytes());
            }
            let wts = LogicalTime(object.wts);
            if object.value != 0 || object.wts != 0 || object.version != 0 {
                layout.seal(&mut block, wts, object.version, Flags::NONE);
            }
            let delta = Delta::at_least(object.delta);
            let lease = Lease { owner: None, version: object.version, delta };
            block[..8].copy_from_slice(&lease.bits().to_le_bytes());
        }
        Kind::Word => block[..8].copy_from_slice(&object.value.to_le_bytes()),
        Kind::Barrier => {}
    }
    let mut words = [0; WORDS];
    for (word, bytes) in words.iter_mut().zip(block.chunks_exact(8)) {
        *word = u64::from_le_bytes(bytes.try_into().unwrap_or_default());
    }
    Home::new(words)
}
