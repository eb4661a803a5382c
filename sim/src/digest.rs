//! [`Digest`]: a running fingerprint of what happened, cheap enough to be kept always.
//!
//! Each number is folded into the state by a multiplication of 64 by 64 bits, the halves of whose
//! product are combined. It is no cryptographic hash: nobody attacks it.

use std::hash::Hasher;

/// A fingerprint of 64 bits that depends on everything written to it, and on the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest(u64);

const START: u64 = 0x243F_6A88_85A3_08D3;
const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

impl Digest {
    /// The fingerprint of nothing.
    pub(crate) const fn new() -> Digest {
        Digest(START)
    }

    #[inline]
    fn fold(&mut self, value: u64) {
        let product = u128::from(self.0.rotate_left(23) ^ value) * u128::from(FACTOR);
        self.0 = (product as u64 ^ (product >> 64) as u64).wrapping_add(START);
    }
}

impl Default for Digest {
    fn default() -> Digest {
        Digest::new()
    }
}

// Each width is written as a number, so that the result is the same whatever the order of bytes in
// memory is.
impl Hasher for Digest {
    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.fold(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.fold(u64::from_le_bytes(last) ^ ((bytes.len() as u64) << 56));
    }

    #[inline]
    fn write_u8(&mut self, value: u8) {
        self.fold(u64::from(value));
    }

    #[inline]
    fn write_u16(&mut self, value: u16) {
        self.fold(u64::from(value));
    }

    #[inline]
    fn write_u32(&mut self, value: u32) {
        self.fold(u64::from(value));
    }

    #[inline]
    fn write_u64(&mut self, value: u64) {
        self.fold(value);
    }

    #[inline]
    fn write_usize(&mut self, value: usize) {
        self.fold(value as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_contents_order_and_lengths_apart() {
        let of = |parts: &[&[u8]]| {
            let mut digest = Digest::new();
            parts.iter().for_each(|part| digest.write(part));
            digest.finish()
        };
        let all = [
            of(&[b""]),
            of(&[b"\0"]),
            of(&[b"a", b"b"]),
            of(&[b"b", b"a"]),
            of(&[b"ab"]),
            of(&[b"12345678"]),
            of(&[b"123456789"]),
            of(&[]),
        ];
        for (i, one) in all.iter().enumerate() {
            assert!(!all[..i].contains(one), "{i}");
        }
    }

    #[test]
    fn is_the_same_everywhere() {
        let mut digest = Digest::new();
        digest.write_u64(1);
        digest.write_u8(2);
        let mut same = Digest::new();
        same.write(&[]);
        assert_ne!(digest, same);
        let mut again = Digest::new();
        again.write_u32(1);
        again.write_usize(2);
        assert_eq!(digest, again);
    }
}
