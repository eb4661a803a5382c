//! [`Sign`]: what a node of a barrier writes to another: that it is here, and its logical time.

use xxhash_rust::xxh3::xxh3_64;

use crate::coherence::protocol::LogicalTime;
use crate::primitives::Primitives;
use verbs_shim::Memory;

/// Which barrier its sender is in, and what the sender's clock showed.
///
/// It is one WRITE, of words that a reader may see half old and half new: the check tells. What it tells is
/// the same, half or whole, so the sender may be a barrier ahead and overwrite a sign while it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sign {
    pub(super) number: u64,
    pub(super) time: LogicalTime,
}

const NUMBER: usize = 0;
const TIME: usize = 8;
const CHECK: usize = 16;

impl Sign {
    /// As it lies in memory.
    pub(super) const BYTES: usize = 24;

    pub(super) fn to_bytes(self) -> [u8; Sign::BYTES] {
        let mut bytes = [0; Sign::BYTES];
        bytes[NUMBER..TIME].copy_from_slice(&self.number.to_le_bytes());
        bytes[TIME..CHECK].copy_from_slice(&self.time.0.to_le_bytes());
        let check = xxh3_64(&bytes[..CHECK]);
        bytes[CHECK..].copy_from_slice(&check.to_le_bytes());
        bytes
    }

    /// What was written, if it is whole.
    pub(super) fn from_bytes(bytes: &[u8; Sign::BYTES]) -> Option<Sign> {
        let word = |at: usize| {
            let mut word = [0; 8];
            word.copy_from_slice(&bytes[at..at + 8]);
            u64::from_le_bytes(word)
        };
        let whole = xxh3_64(&bytes[..CHECK]) == word(CHECK);
        whole.then(|| Sign { number: word(NUMBER), time: LogicalTime(word(TIME)) })
    }

    /// The sign at `at` in the node's own arena, if it is that of barrier `number` or of the one after.
    #[inline]
    pub(super) fn look<P: Primitives>(arena: &Memory, at: u64, number: u64) -> Option<Sign> {
        let awaited = |seen: u64| seen == number || seen == number + 1;
        // Most looks find nothing, and end with the first word.
        if !awaited(u64::from_le(P::load(arena, at as usize))) {
            return None;
        }
        let mut bytes = [0; Sign::BYTES];
        P::read(arena, at as usize, &mut bytes);
        Sign::from_bytes(&bytes).filter(|sign| awaited(sign.number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_bytes() {
        let sign = Sign { number: 0x0102, time: LogicalTime(0x0304_0506_0708_090a) };
        let bytes = sign.to_bytes();
        assert_eq!(bytes[..8], [2, 1, 0, 0, 0, 0, 0, 0]);
        assert_eq!(bytes[8..16], [0x0a, 9, 8, 7, 6, 5, 4, 3]);
        assert_eq!(bytes[16..], xxh3_64(&bytes[..16]).to_le_bytes());
        assert_eq!(Sign::from_bytes(&bytes), Some(sign));
    }

    /// Every mixture of the bytes of two signs, by the boundary and by whole words.
    #[test]
    fn half_a_sign_is_none() {
        let old = Sign { number: 6, time: LogicalTime(0x1111) }.to_bytes();
        let new = Sign { number: 7, time: LogicalTime(0x2222_3333_4444) }.to_bytes();
        for mask in 1..7u32 {
            let mut mixed = old;
            for word in (0..3).filter(|word| mask & 1 << word != 0) {
                mixed[word * 8..word * 8 + 8].copy_from_slice(&new[word * 8..word * 8 + 8]);
            }
            assert_eq!(Sign::from_bytes(&mixed), None, "words {mask:#b} are new");
        }
        for end in 1..Sign::BYTES {
            let mut mixed = old;
            mixed[..end].copy_from_slice(&new[..end]);
            if mixed != old && mixed != new {
                assert_eq!(Sign::from_bytes(&mixed), None, "{end} bytes are new");
            }
        }
        assert_eq!(Sign::from_bytes(&[0; Sign::BYTES]), None, "and no sign is none");
    }
}
