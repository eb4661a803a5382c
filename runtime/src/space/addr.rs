//! [`GlobalAddr`]: an address in the memory that all nodes share.

use std::fmt;

use crate::cluster::SegmentId;

/// An address in the global address space: a segment and a byte offset in it, in one 64-bit word
/// that may be stored in shared memory. It names no node, so it stays the same when a piece of the
/// segment moves to another home.
///
/// ```text
///  63            44 43                                          0
/// | segment (20)   | offset in bytes (44)                        |
/// ```
///
/// The word 0 is never a valid address, because segment 0 does not exist; it can stand for "null".
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(transparent)]
pub struct GlobalAddr(u64);

impl GlobalAddr {
    const OFFSET_BITS: u32 = 44;

    /// Bytes that a segment can have at most (16 TiB).
    pub const MAX_SEGMENT_BYTES: u64 = 1 << Self::OFFSET_BITS;

    /// Segments that a job can make in its life (a million).
    pub const MAX_SEGMENTS: u64 = 1 << (64 - Self::OFFSET_BITS);

    /// The address `offset` bytes into `segment`; `None` when either is too large, or for segment 0.
    pub fn new(segment: SegmentId, offset: u64) -> Option<GlobalAddr> {
        let fits = (1..Self::MAX_SEGMENTS).contains(&segment.0) && offset < Self::MAX_SEGMENT_BYTES;
        fits.then_some(GlobalAddr(segment.0 << Self::OFFSET_BITS | offset))
    }

    /// The address that a word holds; `None` for a word that is none.
    pub fn from_bits(word: u64) -> Option<GlobalAddr> {
        let addr = GlobalAddr(word);
        (addr.segment().0 != 0).then_some(addr)
    }

    /// The address as a word.
    pub fn to_bits(self) -> u64 {
        self.0
    }

    /// Its segment.
    pub fn segment(self) -> SegmentId {
        SegmentId(self.0 >> Self::OFFSET_BITS)
    }

    /// Its offset in the segment, in bytes.
    pub fn offset(self) -> u64 {
        self.0 & (Self::MAX_SEGMENT_BYTES - 1)
    }
}

impl fmt::Debug for GlobalAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GlobalAddr({}+{:#x})", self.segment().0, self.offset())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_bits() {
        let addr = GlobalAddr::new(SegmentId(0xabcde), 0x123_4567_89ab).unwrap();
        assert_eq!(addr.to_bits(), 0xabcd_e123_4567_89ab);
        assert_eq!(GlobalAddr::from_bits(addr.to_bits()), Some(addr));
        assert_eq!((addr.segment(), addr.offset()), (SegmentId(0xabcde), 0x123_4567_89ab));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(GlobalAddr::new(SegmentId(0), 8), None);
        assert_eq!(GlobalAddr::new(SegmentId(1 << 20), 8), None);
        assert_eq!(GlobalAddr::new(SegmentId(1), 1 << 44), None);
        assert_eq!(GlobalAddr::from_bits(0), None);
        assert_eq!(GlobalAddr::from_bits(77), None);
    }
}
