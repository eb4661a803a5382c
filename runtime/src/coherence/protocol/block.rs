//! A block as it lies at its home: header, data, and what makes it whole. Pure functions on bytes.
//!
//! ```text
//!  offset
//!   0   lease    changed by compare-and-swap only; see `lease.rs`
//!   8   wts      logical time of the last write          ┐
//!  16   check    hash of wts, the word at 24 and data    │ the body: written as a whole by whoever
//!  24   version (16) · flags (8) · by (16) · length (24) │ has the block locked
//!  32   data, `length` bytes                             ┘
//!   …   words of a lock (see `lock/`), changed by atomics only
//! ```
//!
//! Little-endian. A block of zeros is valid: never written, unlocked, its data zero. `by` is 0, or the rank of whoever is to blame for
//! the poison that the flags tell of, plus 1.
//!
//! A READ may see any mixture of old and new cache lines. What it saw is one version of the block, as a
//! whole, if the check fits; and it is the present one if besides the block was not locked and both
//! versions, the lease's and the one inside the check, are equal.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::lease::{Lease, LogicalTime};

/// Where the lease word is.
pub const LEASE: usize = 0;
/// Where the time of the last write is.
pub const WTS: usize = 8;
/// Where the check is.
pub const CHECK: usize = 16;
/// Where version, flags and length are.
pub const INFO: usize = 24;
/// Where the data begins; so long is the header.
pub const DATA: usize = 32;

/// The smallest block.
pub const MIN_BLOCK: usize = 64;
/// The largest block.
pub const MAX_BLOCK: usize = 1 << 20;

const _: () = assert!(DATA.is_power_of_two() && DATA < MIN_BLOCK && MAX_BLOCK.is_power_of_two());
const _: () = assert!(MAX_BLOCK <= 1 << (u64::BITS - LENGTH));

/// Where in the word at [`INFO`] the flags begin, with the rank that belongs to them.
const FLAGS: u32 = 16;
/// Where in it the length begins.
const LENGTH: u32 = 40;

/// What is said of a block besides its data: 8 bits, and in the 16 above them who is to blame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags(u32);

impl Flags {
    /// Nothing.
    pub const NONE: Flags = Flags(0);
    /// Whoever held the lock around this data died or failed amid it.
    pub const POISONED: Flags = Flags(1);
    /// And this data is half old and half new, because it died while it wrote.
    pub const TORN: Flags = Flags(2);
    /// It died, and so may have left work in flight.
    pub const DIED: Flags = Flags(4);

    const MASK: u32 = (1 << (LENGTH - FLAGS)) - 1;
    const BY: u32 = 8;

    /// All of both.
    #[must_use]
    pub const fn and(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    /// Whether all of `flags` are set.
    #[must_use]
    pub fn has(self, flags: Flags) -> bool {
        self.0 & flags.0 == flags.0
    }

    /// The same, and who is to blame.
    #[must_use]
    pub fn blame(self, rank: Option<u32>) -> Flags {
        debug_assert!(rank.is_none_or(|rank| rank <= Lease::MAX_RANK));
        let by = rank.map_or(0, |rank| (rank + 1) << Self::BY);
        Flags(self.0 & ((1 << Self::BY) - 1) | by)
    }

    /// Who is to blame, where it is known.
    #[must_use]
    pub fn by(self) -> Option<u32> {
        (self.0 >> Self::BY).checked_sub(1)
    }
}

/// How the blocks of a segment are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Layout {
    /// Bytes of a block, a power of two.
    pub bytes: usize,
    /// Bytes of data in it.
    pub data: usize,
    /// What the hash of a never written block comes to, so that its stored check can be 0.
    zero: u64,
}

impl Layout {
    /// Blocks of `bytes` with `data` bytes of data each; `None` if there is no such block.
    #[must_use]
    pub fn new(bytes: usize, data: usize) -> Option<Layout> {
        let fits = bytes.is_power_of_two()
            && (MIN_BLOCK..=MAX_BLOCK).contains(&bytes)
            && (1..=bytes - DATA).contains(&data);
        if !fits {
            return None;
        }
        let zero = hash(LogicalTime(0), 0, &vec![0; data]);
        Some(Layout { bytes, data, zero })
    }

    /// The smallest blocks that hold `data` bytes of data and `tail` bytes behind.
    #[must_use]
    pub fn for_data(data: usize, tail: usize) -> Option<Layout> {
        let bytes = data.checked_add(DATA)?.next_multiple_of(8).checked_add(tail)?;
        Layout::new(bytes.checked_next_power_of_two()?.max(MIN_BLOCK), data)
    }

    /// Where the body ends: header and data.
    #[must_use]
    #[inline]
    pub fn end(&self) -> usize {
        DATA + self.data
    }

    /// Where the words behind the data begin.
    #[must_use]
    pub fn tail(&self) -> usize {
        self.end().next_multiple_of(8)
    }

    /// Makes `block`, whose data is in place, a whole one: header (but for the lease word) and check.
    pub fn seal(&self, block: &mut [u8], wts: LogicalTime, version: u16, flags: Flags) {
        let info = u64::from(version) | u64::from(flags.0) << FLAGS | (self.data as u64) << LENGTH;
        let check = hash(wts, info, &block[DATA..self.end()]) ^ self.zero;
        put(block, WTS, wts.0);
        put(block, CHECK, check);
        put(block, INFO, info);
    }

    /// What the body of `block` is, if it is whole.
    #[must_use]
    pub fn open(&self, block: &[u8]) -> Option<Body> {
        let (wts, info) = (LogicalTime(get(block, WTS)), get(block, INFO));
        let length = (info >> LENGTH) as usize;
        // All zeros, data and header: nobody wrote it yet.
        let never = info == 0 && wts.0 == 0;
        if length != self.data && !never {
            return None;
        }
        let whole = hash(wts, info, &block[DATA..self.end()]) ^ self.zero == get(block, CHECK);
        let flags = Flags((info >> FLAGS) as u32 & Flags::MASK);
        whole.then_some(Body { wts, version: info as u16, flags })
    }
}

/// What the header of a whole block says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Body {
    /// When it was written.
    pub wts: LogicalTime,
    /// How many writes there were, wrapped.
    pub version: u16,
    /// What else is said.
    pub flags: Flags,
}

/// The lease word of a block that was read.
#[must_use]
pub fn lease(block: &[u8]) -> Lease {
    Lease::from_bits(get(block, LEASE))
}

/// The time of the last write, as the header says; it may be that of a write that is under way.
#[must_use]
pub fn wts(block: &[u8]) -> LogicalTime {
    LogicalTime(get(block, WTS))
}

/// A word of a block that was read.
#[must_use]
pub fn word(block: &[u8], at: usize) -> u64 {
    get(block, at)
}

fn get(block: &[u8], at: usize) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&block[at..at + 8]);
    u64::from_le_bytes(word)
}

fn put(block: &mut [u8], at: usize, word: u64) {
    block[at..at + 8].copy_from_slice(&word.to_le_bytes());
}

/// The data first: its length is that of a whole hash input, and the words go in as its seed.
fn hash(wts: LogicalTime, info: u64, data: &[u8]) -> u64 {
    // Two words into one seed, each bit of either of consequence.
    let seed = wts.0.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32) ^ info;
    xxh3_64_with_seed(data, seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: usize = 64;

    fn sealed(layout: &Layout, fill: u8, wts: u64, version: u16) -> Vec<u8> {
        let mut block = vec![0; layout.bytes];
        block[DATA..layout.end()].fill(fill);
        layout.seal(&mut block, LogicalTime(wts), version, Flags::NONE);
        block
    }

    #[test]
    fn golden_bytes() {
        let layout = Layout::new(64, 8).unwrap();
        let mut block = vec![0; 64];
        block[DATA..DATA + 8].copy_from_slice(&0x1122_3344_5566_7788_u64.to_le_bytes());
        let flags = Flags::POISONED.and(Flags::DIED).blame(Some(0x0506));
        layout.seal(&mut block, LogicalTime(0x0102), 0x0304, flags);
        assert_eq!(block[..8], [0; 8], "the lease word is left alone");
        assert_eq!(block[8..16], [2, 1, 0, 0, 0, 0, 0, 0]);
        assert_eq!(block[24..32], [4, 3, 5, 7, 5, 8, 0, 0]);
        assert_eq!(block[32..40], [0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11]);
        assert_eq!(block[16..24], GOLDEN_CHECK.to_le_bytes());
        let body = Body { wts: LogicalTime(0x0102), version: 0x0304, flags };
        assert_eq!(layout.open(&block), Some(body));
    }

    /// Nodes of different builds have to agree on it.
    const GOLDEN_CHECK: u64 = 0x6be1_b02d_ba2f_f297;

    #[test]
    fn flags_and_whoever_is_to_blame_do_not_touch_each_other() {
        let all = Flags::POISONED.and(Flags::TORN).and(Flags::DIED);
        for flags in [Flags::NONE, Flags::POISONED, all] {
            assert_eq!(flags.by(), None);
            for rank in [None, Some(0), Some(255), Some(Lease::MAX_RANK)] {
                let blamed = flags.blame(Some(77)).blame(rank);
                assert_eq!((blamed.by(), blamed.blame(None)), (rank, flags));
                // The largest of all there is.
                let layout = Layout::for_data(MAX_BLOCK - DATA, 0).unwrap();
                let mut block = vec![0; layout.bytes];
                layout.seal(&mut block, LogicalTime(1), u16::MAX, blamed);
                assert_eq!(layout.open(&block).map(|body| body.flags), Some(blamed));
            }
        }
    }

    #[test]
    fn zeros_are_a_block_that_nobody_wrote() {
        for data in [1, 8, 31, 32, 480, 4000] {
            let layout = Layout::for_data(data, 0).unwrap();
            assert_eq!(layout.open(&vec![0; layout.bytes]), Some(Body::default()), "{data}");
        }
    }

    #[test]
    fn a_mixture_of_two_versions_is_neither() {
        let layout = Layout::new(256, 200).unwrap();
        let old = sealed(&layout, 1, 5, 7);
        // The next version; one that says the same; the version after a wrap; the first one.
        let others = [(2, 20, 8), (1, 20, 8), (2, 99, 7), (0, 0, 0)];
        for (fill, wts, version) in others {
            let new = sealed(&layout, fill, wts, version);
            for lines in 0..1u32 << (layout.bytes / LINE) {
                let mut mixed = old.clone();
                for line in (0..layout.bytes / LINE).filter(|line| lines & 1 << line != 0) {
                    let line = line * LINE..(line + 1) * LINE;
                    mixed[line.clone()].copy_from_slice(&new[line]);
                }
                let found = layout.open(&mixed).map(|body| body.version);
                let whole =
                    (mixed == old || mixed == new).then(|| if mixed == old { 7 } else { version });
                assert_eq!(found, whole, "lines {lines:#b} of ({fill}, {wts}, {version})");
            }
        }
    }

    #[test]
    fn every_bit_counts() {
        let layout = Layout::new(64, 20).unwrap();
        let block = sealed(&layout, 9, 1, 1);
        for bit in 8 * WTS..8 * layout.end() {
            let mut other = block.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(layout.open(&other), None, "bit {bit}");
        }
        // What is behind the data belongs to a lock.
        let mut other = block;
        other[layout.tail()] ^= 1;
        assert!(layout.open(&other).is_some());
    }

    #[test]
    fn there_are_blocks_for_all_that_fits() {
        assert_eq!(Layout::for_data(1, 0).map(|layout| layout.bytes), Some(64));
        assert_eq!(Layout::for_data(32, 0).map(|layout| layout.bytes), Some(64));
        assert_eq!(Layout::for_data(33, 0).map(|layout| layout.bytes), Some(128));
        assert_eq!(Layout::for_data(32, 8).map(|layout| layout.bytes), Some(128));
        assert_eq!(
            Layout::for_data(MAX_BLOCK - DATA, 0).map(|layout| layout.bytes),
            Some(MAX_BLOCK)
        );
        for (bytes, data) in [(32, 1), (100, 8), (64, 0), (64, 33), (2 * MAX_BLOCK, 8)] {
            assert_eq!(Layout::new(bytes, data), None, "{bytes}, {data}");
        }
        assert_eq!(Layout::for_data(MAX_BLOCK - DATA + 1, 0), None);
        assert_eq!(Layout::for_data(usize::MAX, 8), None);
    }
}
