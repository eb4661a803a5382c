//! The lease word of a block, and logical time: pure functions.
//!
//! ```text
//!  63           48 47           32 31       26 25                      0
//! | owner (16)    | version (16)  | exponent  | mantissa                |
//!                                  └──── delta: mantissa · 2^exponent ──┘
//! ```
//!
//! `owner` is 0 while nobody has the block locked, else the rank of the holder plus 1. `version` counts
//! writes and wraps. The data may be read from logical time `wts` to `rts = wts + delta`, both inclusive.
//! The word is changed by compare-and-swap only. A word of zero is an unlocked block that was never written.

use std::fmt;

/// A point in logical time (Lamport 1978): an order of what happens in a job, with no unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogicalTime(pub u64);

impl LogicalTime {
    /// The next moment.
    #[must_use]
    pub fn next(self) -> LogicalTime {
        self.after(1)
    }

    /// So much later. Time ends at `u64::MAX`, which no job lives to see.
    #[must_use]
    pub fn after(self, delta: u64) -> LogicalTime {
        LogicalTime(self.0.saturating_add(delta))
    }
}

impl fmt::Display for LogicalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The length of a lease, as it is stored: a small float of 6 bits of exponent and 26 of mantissa.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Delta(u32);

impl Delta {
    const MANTISSA_BITS: u32 = 26;
    const MANTISSA: u32 = (1 << Self::MANTISSA_BITS) - 1;

    /// The shortest length that can be stored and is not shorter than this.
    #[must_use]
    pub fn at_least(length: u64) -> Delta {
        let bits = u64::BITS - length.leading_zeros();
        let exponent = bits.saturating_sub(Self::MANTISSA_BITS);
        let unit = 1u64 << exponent;
        let mantissa = length.div_ceil(unit);
        if mantissa > u64::from(Self::MANTISSA) {
            // Rounded up to the next power of two.
            return Delta((exponent + 1) << Self::MANTISSA_BITS | (mantissa >> 1) as u32);
        }
        Delta(exponent << Self::MANTISSA_BITS | mantissa as u32)
    }

    /// The length. What is too long for 64 bits is as long as they can say.
    #[must_use]
    #[inline]
    pub fn length(self) -> u64 {
        let mantissa = u64::from(self.0 & Self::MANTISSA);
        let exponent = self.0 >> Self::MANTISSA_BITS;
        if mantissa.leading_zeros() < exponent { u64::MAX } else { mantissa << exponent }
    }

    /// As it is stored.
    #[must_use]
    pub fn bits(self) -> u32 {
        self.0
    }

    /// What was stored.
    #[must_use]
    pub fn from_bits(bits: u32) -> Delta {
        Delta(bits)
    }
}

impl fmt::Debug for Delta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Delta({})", self.length())
    }
}

/// The lease word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Lease {
    /// The rank of the node that has the block locked.
    pub owner: Option<u32>,
    /// Counts writes, and wraps.
    pub version: u16,
    /// How long after `wts` the data may be read.
    pub delta: Delta,
}

impl Lease {
    /// The highest rank that can own a block.
    pub const MAX_RANK: u32 = u16::MAX as u32 - 1;

    /// The lease that comes with a write, so that those who read it next need no compare-and-swap.
    pub const FIRST: u64 = 8;

    /// What a renewal adds beyond the reader's own time at most. The lease of a block that does not change is
    /// doubled by each renewal up to this.
    pub const LONGEST: u64 = 1 << 20;

    /// As it is stored. Ranks beyond [`Lease::MAX_RANK`] do not exist.
    #[must_use]
    #[inline]
    pub fn bits(self) -> u64 {
        let owner = self.owner.map_or(0, |rank| u64::from(rank) + 1);
        debug_assert!(owner <= u64::from(u16::MAX));
        owner << 48 | u64::from(self.version) << 32 | u64::from(self.delta.bits())
    }

    /// What was stored; every word is some lease.
    #[must_use]
    #[inline]
    pub fn from_bits(bits: u64) -> Lease {
        Lease {
            owner: ((bits >> 48) as u32).checked_sub(1),
            version: (bits >> 32) as u16,
            delta: Delta::from_bits(bits as u32),
        }
    }

    /// Until when data written at `wts` may be read.
    #[must_use]
    #[inline]
    pub fn end(self, wts: LogicalTime) -> LogicalTime {
        wts.after(self.delta.length())
    }

    /// Locked by `rank`.
    #[must_use]
    pub fn owned_by(self, rank: u32) -> Lease {
        Lease { owner: Some(rank), ..self }
    }

    /// Unlocked, and nothing was written.
    #[must_use]
    pub fn released(self) -> Lease {
        Lease { owner: None, ..self }
    }

    /// Unlocked, and nothing was written, by a node that had it in passing: told from what was there before by a
    /// longer lease.
    #[must_use]
    pub fn passed_on(self) -> Lease {
        let length = self.delta.length().saturating_add(1);
        Lease { owner: None, delta: Delta::at_least(length), ..self }
    }

    /// Unlocked after a write, with a lease of `first`.
    #[must_use]
    pub fn written(self, first: u64) -> Lease {
        let version = self.version.wrapping_add(1);
        Lease { owner: None, version, delta: Delta::at_least(first) }
    }

    /// Prolonged by a reader whose clock shows `now`: to `now`, and beyond it by as much as the lease was long
    /// before, so that it doubles at least.
    #[must_use]
    pub fn renewed(self, wts: LogicalTime, now: LogicalTime) -> Lease {
        let beyond = self.delta.length().clamp(Self::FIRST, Self::LONGEST);
        let length = now.0.saturating_sub(wts.0).saturating_add(beyond);
        Lease { delta: Delta::at_least(length.max(self.delta.length())), ..self }
    }
}

/// The time of the next write to a block whose last lease ends at `rts`, by a node whose clock shows
/// `now`: after everything that anybody may have read of it.
#[must_use]
pub fn write_time(now: LogicalTime, rts: LogicalTime) -> LogicalTime {
    now.max(rts.next())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn golden_bits() {
        let lease = Lease { owner: Some(0x0102), version: 0x0304, delta: Delta::at_least(5) };
        assert_eq!(lease.bits(), 0x0103_0304_0000_0005);
        assert_eq!(Lease::default().bits(), 0);
        let long = Delta::at_least(1 << 26);
        assert_eq!(long.bits(), 1 << 26 | 1 << 25);
        assert_eq!(Delta::at_least(u64::MAX).bits(), 39 << 26 | 1 << 25);
        assert_eq!(Delta::at_least(u64::MAX).length(), u64::MAX);
    }

    #[test]
    fn every_owner_and_version_keeps_its_bits() {
        for word in 0..=u32::from(u16::MAX) {
            let owner = word.checked_sub(1);
            let lease = Lease { owner, version: word as u16, delta: Delta::from_bits(!word) };
            assert_eq!(Lease::from_bits(lease.bits()), lease);
        }
    }

    /// All lengths around every power of two, which is where rounding changes.
    #[test]
    fn lengths_are_never_rounded_down() {
        for shift in 0..64 {
            for near in -3i64..=3 {
                let length = (1u64 << shift).wrapping_add_signed(near);
                let stored = Delta::at_least(length);
                assert!(stored.length() >= length, "{length}");
                assert!(stored.length() - length <= length >> 25, "{length}");
                assert_eq!(Delta::at_least(stored.length()).length(), stored.length());
            }
        }
    }

    #[test]
    fn a_lock_that_comes_back_is_told_from_one_that_never_left() {
        for length in [0, 1, (1 << 26) - 1, 1 << 26, (1 << 40) + 1] {
            let lease = Lease { delta: Delta::at_least(length), ..Lease::default() }.owned_by(3);
            let there = lease.passed_on().owned_by(5);
            let back = there.passed_on().owned_by(3);
            assert_ne!(back, lease);
            assert!(back.end(LogicalTime(9)) > there.end(LogicalTime(9)));
        }
    }

    proptest! {
        #[test]
        fn longer_is_not_stored_shorter(a in any::<u64>(), b in any::<u64>()) {
            let (a, b) = (a.min(b), a.max(b));
            prop_assert!(Delta::at_least(a).length() <= Delta::at_least(b).length());
            prop_assert!(Delta::at_least(a).length() >= a);
        }

        #[test]
        fn every_word_is_a_lease(word in any::<u64>()) {
            prop_assert_eq!(Lease::from_bits(word).bits(), word);
        }

        #[test]
        fn a_renewal_covers_the_reader_and_doubles(
            bits in any::<u32>(), wts in 0..1u64 << 40, ahead in 0..1u64 << 40,
        ) {
            let (wts, now) = (LogicalTime(wts), LogicalTime(wts + ahead));
            let old = Lease { delta: Delta::from_bits(bits), ..Lease::default() };
            let new = old.renewed(wts, now);
            prop_assert!(new.end(wts) >= now);
            prop_assert!(new.end(wts) >= old.end(wts));
            if now > old.end(wts) && old.delta.length() <= Lease::LONGEST {
                prop_assert!(new.delta.length() >= 2 * old.delta.length());
            }
        }

        #[test]
        fn a_write_comes_after_every_lease(now in any::<u64>(), rts in 0..u64::MAX) {
            let at = write_time(LogicalTime(now), LogicalTime(rts));
            prop_assert!(at.0 > rts && at.0 >= now);
        }
    }
}
