//! The words behind the data of a lock: token, time, and a bit for each rank that waits and that reads.

use super::super::agent::{Agent, Failed, Failure, Request};
use super::super::block::{Layout, word};

/// Where the words of a lock are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LockWords {
    at: usize,
    /// Words of bits for waiting nodes, and as many for readers.
    pub(super) words: usize,
    pub(super) shared: bool,
}

const TOKEN: usize = 0;
const TIME: usize = 1;
const WAITING: usize = 2;

impl LockWords {
    /// Bytes behind the data of a lock, in a job of `size` nodes; `shared`: there are readers.
    #[must_use]
    pub fn bytes(size: u32, shared: bool) -> usize {
        let words = size.div_ceil(u64::BITS) as usize;
        8 * (WAITING + words * if shared { 2 } else { 1 })
    }

    /// The words of a lock, in blocks that were laid out for them.
    #[must_use]
    pub fn new(layout: &Layout, size: u32, shared: bool) -> LockWords {
        let words = size.div_ceil(u64::BITS) as usize;
        let lock = LockWords { at: layout.tail(), words, shared };
        debug_assert!(lock.end() <= layout.bytes);
        lock
    }

    pub(super) fn end(&self) -> usize {
        self.readers(0) + if self.shared { 8 * self.words } else { 0 }
    }

    pub(super) fn token(&self) -> usize {
        self.at + 8 * TOKEN
    }

    pub(super) fn time(&self) -> usize {
        self.at + 8 * TIME
    }

    pub(super) fn waiting(&self, rank: u32) -> usize {
        self.at + 8 * (WAITING + (rank / u64::BITS) as usize)
    }

    pub(super) fn readers(&self, rank: u32) -> usize {
        self.waiting(rank) + 8 * self.words
    }
}

pub(super) fn bit(rank: u32) -> u64 {
    1 << (rank % u64::BITS)
}

/// The rank after `rank`, in a circle, whose bit is set in the words that `word` gives by number; never
/// `rank` itself.
pub fn next_in_turn(rank: u32, words: usize, word: impl Fn(usize) -> u64) -> Option<u32> {
    let all = words as u32 * u64::BITS;
    let first = rank / u64::BITS;
    // From behind the rank to the end of its word, the other words, and its own word up to it.
    (0..=words as u32).find_map(|step| {
        let number = (first + step) % words as u32;
        let bits = word(number as usize);
        let below = bit(rank) - 1;
        let bits = match step {
            0 => bits & !below & !bit(rank),
            last if last == words as u32 => bits & below,
            _ => bits,
        };
        (bits != 0).then(|| (number * u64::BITS + bits.trailing_zeros()) % all)
    })
}

/// Who is next, as the buffer says.
pub(super) fn next_waiting<A: Agent>(agent: &mut A, words: LockWords) -> Failed<Option<u32>, A> {
    let me = agent.rank();
    let mut after = me;
    loop {
        let buffer = agent.buffer();
        let next = next_in_turn(after, words.words, |number| {
            let first = number as u32 * u64::BITS;
            let bits = word(buffer, words.waiting(first));
            // This node is not next after itself.
            if me / u64::BITS == number as u32 { bits & !bit(me) } else { bits }
        });
        let Some(next) = next else { return Ok(None) };
        if !agent.is_fenced(next)? {
            return Ok(Some(next));
        }
        clear_bit(agent, words.waiting(next), next)?;
        let at = words.waiting(next);
        let rest = word(agent.buffer(), at) & !bit(next);
        agent.buffer()[at..at + 8].copy_from_slice(&rest.to_le_bytes());
        after = next;
    }
}

/// Reads block and queue into the buffer.
pub(super) fn read_all<A: Agent>(agent: &mut A, words: LockWords) -> Failed<(), A> {
    loop {
        match agent.exchange([Request::ReadBlock { len: words.end() }]) {
            Ok(_) => return Ok(()),
            Err(Failure::Lost) => {}
            Err(Failure::Fatal(error)) => return Err(error.into()),
        }
    }
}

/// Sets or clears this node's own bit, which is not so yet.
pub(super) fn set_bit<A: Agent>(agent: &mut A, at: usize, on: bool) -> Failed<(), A> {
    let mine = bit(agent.rank());
    let add = if on { mine } else { mine.wrapping_neg() };
    let mut request = Request::FetchAdd { at, add };
    loop {
        request = match agent.exchange([request]) {
            Ok([word]) => match request {
                Request::ReadWord { .. } if (word & mine != 0) != on => {
                    Request::FetchAdd { at, add }
                }
                _ => return Ok(()),
            },
            Err(Failure::Lost) => Request::ReadWord { at },
            Err(Failure::Fatal(error)) => return Err(error.into()),
        };
    }
}

/// Clears the bit of a dead node, or one that this node may have left behind. Others may do so too.
pub(super) fn clear_bit<A: Agent>(agent: &mut A, at: usize, rank: u32) -> Failed<(), A> {
    let mut expected = bit(rank);
    while expected & bit(rank) != 0 {
        let new = expected & !bit(rank);
        match agent.exchange([Request::CompareSwap { at, expected, new }]) {
            Ok([before]) if before == expected => return Ok(()),
            Ok([before]) => expected = before,
            Err(Failure::Lost) => {}
            Err(Failure::Fatal(error)) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(rank: u32, words: &[u64]) -> Option<u32> {
        next_in_turn(rank, words.len(), |number| words[number])
    }

    #[test]
    fn the_next_in_turn_is_found_around_the_circle() {
        assert_eq!(turn(3, &[0]), None);
        assert_eq!(turn(3, &[1 << 3]), None, "never oneself");
        assert_eq!(turn(3, &[1 << 2]), Some(2));
        assert_eq!(turn(3, &[1 << 2 | 1 << 63]), Some(63));
        assert_eq!(turn(63, &[1 << 2 | 1 << 63]), Some(2));
        assert_eq!(turn(3, &[1 << 1, 1 << 5]), Some(69));
        assert_eq!(turn(70, &[1 << 1, 1 << 5]), Some(1));
        assert_eq!(turn(70, &[0, 1 << 5 | 1 << 6]), Some(69));
    }

    #[test]
    fn every_waiting_node_is_reached_in_one_round() {
        for pattern in 0..1u64 << 12 {
            let words = [pattern & 0x3f, pattern >> 6];
            for start in [0, 5, 63, 64, 70, 127] {
                let set: Vec<u32> = (0..128)
                    .map(|step| (start + 1 + step) % 128)
                    .filter(|rank| words[(rank / 64) as usize] & bit(*rank) != 0 && *rank != start)
                    .collect();
                assert_eq!(turn(start, &words), set.first().copied());
            }
        }
    }
}
