//! What the programs have in common: views, shares of the work, inputs that need no file, times, checksums and
//! comparisons.

use std::fmt::Debug;
use std::ops::{Range, RangeInclusive};
use std::time::{Duration, Instant};

use clap::builder::{RangedU64ValueParser, TypedValueParser};
use pangea::{Distribution, Element, Error, Node, View};

/// Errors of a program are told, and end it.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The job that a program runs in.
pub(crate) struct Job<'a> {
    pub(crate) node: &'a Node,
    /// Bytes of a page of its views.
    pub(crate) page_size: usize,
    /// Whether the result is compared with what one process alone computes.
    pub(crate) verify: bool,
}

/// What a program has come to.
pub(crate) struct Outcome {
    pub(crate) what: String,
    pub(crate) time: Duration,
    pub(crate) checksum: u64,
}

impl Job<'_> {
    /// Memory for `len` elements that all nodes share, in equal blocks of pages.
    pub(crate) fn view<T: Element>(
        &self,
        name: &str,
        len: usize,
    ) -> std::result::Result<View<T>, Error> {
        let array = self.node.release_array(name).len(len).distribution(Distribution::Block);
        array.page_size(self.page_size).create()?.view()
    }

    /// From one row of so many elements to the next, so that rows begin at pages, and no page has two writers. Where rows are short, pages
    /// have several.
    pub(crate) fn stride<T: Element>(&self, width: usize) -> usize {
        let per_page = self.page_size / size_of::<T>();
        if 2 * width >= per_page { width.next_multiple_of(per_page.max(1)) } else { width }
    }

    /// This node's share of so many pieces of work.
    pub(crate) fn share(&self, pieces: usize) -> Range<usize> {
        share(self.node.rank(), self.node.size(), pieces)
    }

    /// Does the work that is to be measured. It ends with a barrier, so its time is that of all nodes.
    pub(crate) fn timed<R>(&self, work: impl FnOnce() -> Result<R>) -> Result<(R, Duration)> {
        self.node.barrier()?;
        let start = Instant::now();
        let result = work()?;
        Ok((result, start.elapsed()))
    }

    /// The sum of all nodes' checksums.
    pub(crate) fn checksum(&self, mine: u64) -> Result<u64> {
        Ok(self.node.reduce(mine, u64::wrapping_add)?)
    }

    /// Whether this node is the one that compares.
    pub(crate) fn verifies(&self) -> bool {
        self.verify && self.node.is_leader()
    }
}

/// The share of `rank` of so many pieces of work; shares differ by one piece at most.
pub(crate) fn share(rank: usize, size: usize, pieces: usize) -> Range<usize> {
    // Wide, because the product of two lengths may not fit a word.
    let start = |rank: usize| (rank as u128 * pieces as u128 / size as u128) as usize;
    start(rank)..start(rank + 1)
}

/// Before each number, the sum of those that precede it.
pub(crate) fn running_sum(numbers: &[u64]) -> impl Iterator<Item = usize> {
    numbers.iter().scan(0, |sum, &number| {
        let before = *sum;
        *sum += number as usize;
        Some(before)
    })
}

/// Random number `index` of a sequence that all nodes know (splitmix64 with seed 1).
pub(crate) fn random(index: u64) -> u64 {
    let state = 1_u64.wrapping_add((index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// The same as a number from 0 to less than 1.
pub(crate) fn unit(index: u64) -> f64 {
    (random(index) >> 11) as f64 / (1_u64 << 53) as f64
}

/// The checksum of numbers from element `first` of a result on: the sum of their bits, each by an odd number of
/// its own. Checksums of parts add up.
pub(crate) fn checksum(first: usize, numbers: &[f64]) -> u64 {
    let term = |(at, number): (usize, &f64)| {
        let weight = 2 * (first + at) as u64 + 1;
        number.to_bits().wrapping_mul(weight)
    };
    numbers.iter().enumerate().map(term).fold(0, u64::wrapping_add)
}

/// Compares two results, to the last bit.
pub(crate) fn same<T: Element + Debug>(found: &[T], expected: &[T]) -> Result<()> {
    if found.len() != expected.len() {
        return Err(format!("{} elements instead of {}", found.len(), expected.len()).into());
    }
    let differs =
        |(found, expected): (&T, &T)| bytemuck::bytes_of(found) != bytemuck::bytes_of(expected);
    match found.iter().zip(expected).position(differs) {
        None => Ok(()),
        Some(at) => {
            let (found, expected) = (found[at], expected[at]);
            Err(format!("element {at} is {found:?} instead of {expected:?}").into())
        }
    }
}

/// Reads a number of the command line that must lie in a range.
pub(crate) fn number(range: RangeInclusive<u64>) -> impl TypedValueParser<Value = usize> {
    RangedU64ValueParser::new().range(range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_cover_all_pieces() {
        for size in 1..9 {
            for pieces in 0..40 {
                let shares: Vec<_> = (0..size).map(|rank| share(rank, size, pieces)).collect();
                assert_eq!((shares[0].start, shares[size - 1].end), (0, pieces));
                assert!(shares.windows(2).all(|pair| pair[0].end == pair[1].start));
                assert!(shares.iter().all(|share| share.len().abs_diff(pieces / size) <= 1));
            }
        }
    }

    #[test]
    fn random_numbers_are_those_of_splitmix64() {
        // The generator as it is written for a single process, with its state.
        let mut state = 1_u64;
        for index in 0..100 {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = state;
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            assert_eq!(random(index), word ^ (word >> 31));
            assert!((0.0..1.0).contains(&unit(index)));
        }
        assert_eq!(random(0), 0x910a_2dec_8902_5cc1);
    }

    #[test]
    fn checksums_of_parts_add_up() {
        let numbers = [1.5, -2.0, 0.0, 1e300];
        let parts = checksum(0, &numbers[..2]).wrapping_add(checksum(2, &numbers[2..]));
        assert_eq!(checksum(0, &numbers), parts);
        assert_ne!(checksum(0, &[1.0, 2.0]), checksum(0, &[2.0, 1.0]));
    }

    #[test]
    fn a_difference_is_named() {
        assert!(same(&[1.0, 2.0], &[1.0, 2.0]).is_ok());
        assert_eq!(
            same(&[0.0], &[-0.0]).unwrap_err().to_string(),
            "element 0 is 0.0 instead of -0.0"
        );
        assert_eq!(same(&[1_u32], &[]).unwrap_err().to_string(), "1 elements instead of 0");
    }
}
