//! Sorting of integers by buckets, after IS of the NAS benchmarks. Each node lays its keys out by buckets, in its own part
//! of memory that all share, and says how many it has for each. After a barrier, each node reads the keys of some
//! buckets, which lie together in each part, counts them, and writes them down in order.

use std::ops::Range;

use clap::Args;
use pangea::Access;

use crate::common::{self, Job, Outcome, Result};

#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// How many keys
    #[arg(long, default_value_t = 1 << 20, value_parser = common::number(1..=1 << 32))]
    keys: usize,
    /// Bits of a key
    #[arg(long, default_value_t = 19, value_parser = clap::value_parser!(u32).range(1..=28))]
    bits: u32,
}

/// There are as many buckets as the upper bits of a key have values.
const BUCKET_BITS: u32 = 10;

pub(crate) fn run(job: &Job<'_>, options: &Options) -> Result<Outcome> {
    let buckets = Buckets::new(options.bits);
    let mut keys = job.view::<u32>("keys", options.keys)?;
    let mut gathered = job.view::<u32>("gathered", options.keys)?;
    let mut counts = job.view::<u64>("counts", job.node.size() * buckets.count)?;
    let mut sorted = job.view::<u32>("sorted", options.keys)?;

    let mine = job.share(options.keys);
    for (key, at) in keys.write(mine.clone())?.iter_mut().zip(mine.clone()) {
        *key = key_at(at, options.bits);
    }
    keys.barrier()?;

    let (output, time) = job.timed(|| {
        gathered.populate(mine.clone(), Access::Write)?;
        let lens = buckets.gather(&keys.read(mine.clone())?, &mut gathered.write(mine.clone())?);
        let row = job.node.rank() * buckets.count;
        counts.write(row..row + buckets.count)?.copy_from_slice(&lens);
        job.node.view_barrier(&mut [&mut gathered, &mut counts])?;

        let all = counts.read(..)?;
        let plan = Plan { counts: &all, buckets: buckets.count };
        let starts = plan.starts();
        let owned = owned(&starts, &job.share(options.keys));
        let mut sorter = Sorter::new(&buckets, &owned);
        // Everybody begins with its own keys, so that not all read from one node.
        for rank in (job.node.rank()..job.node.size()).chain(0..job.node.rank()) {
            let first = common::share(rank, job.node.size(), options.keys).start;
            let place = plan.place(rank, &owned);
            let place = first + place.start..first + place.end;
            gathered.populate(place.clone(), Access::Read)?;
            sorter.add(&gathered.read(place)?);
        }
        let output = starts[owned.start]..starts[owned.end];
        sorted.populate(output.clone(), Access::Write)?;
        sorter.write(&mut sorted.write(output.clone())?);
        sorted.barrier()?;
        Ok(output)
    })?;

    let checksum = job.checksum(checksum(output.start, &sorted.read(output)?))?;
    if job.verifies() {
        let mut expected: Vec<u32> = (0..options.keys).map(|at| key_at(at, options.bits)).collect();
        expected.sort_unstable();
        common::same(&sorted.read(..)?, &expected)?;
    }
    let Options { keys, bits } = options;
    Ok(Outcome { what: format!("is of {keys} keys of {bits} bits"), time, checksum })
}

/// Key number `at`: the mean of four random numbers, so that keys in the middle are more frequent.
fn key_at(at: usize, bits: u32) -> u32 {
    let sum: u64 = (0..4).map(|draw| common::random(4 * at as u64 + draw) >> (64 - bits)).sum();
    (sum / 4) as u32
}

/// The checksum of sorted keys from place `first` on: the sum of random words, one for each key at its place. Checksums of
/// parts add up.
fn checksum(first: usize, keys: &[u32]) -> u64 {
    let places = (first as u64..).map(|place| place << 32);
    let terms = places.zip(keys).map(|(place, &key)| common::random(place | u64::from(key)));
    terms.fold(0, u64::wrapping_add)
}

/// The buckets that keys fall into.
struct Buckets {
    count: usize,
    /// Bits of a key that all keys of a bucket have free.
    low_bits: u32,
}

impl Buckets {
    fn new(bits: u32) -> Buckets {
        let upper = bits.min(BUCKET_BITS);
        Buckets { count: 1 << upper, low_bits: bits - upper }
    }

    fn of(&self, key: u32) -> usize {
        (key >> self.low_bits) as usize
    }

    /// Lays keys out bucket by bucket; how many each bucket has.
    fn gather(&self, keys: &[u32], gathered: &mut [u32]) -> Vec<u64> {
        let mut lens = vec![0_u64; self.count];
        for &key in keys {
            lens[self.of(key)] += 1;
        }
        let mut next: Vec<usize> = common::running_sum(&lens).collect();
        for &key in keys {
            let next = &mut next[self.of(key)];
            gathered[*next] = key;
            *next += 1;
        }
        lens
    }
}

/// Sorts keys of neighboring buckets, by counting how often each value is there.
struct Sorter {
    lowest: u32,
    counts: Vec<u32>,
}

impl Sorter {
    fn new(buckets: &Buckets, owned: &Range<usize>) -> Sorter {
        let lowest = (owned.start as u32) << buckets.low_bits;
        Sorter { lowest, counts: vec![0; owned.len() << buckets.low_bits] }
    }

    fn add(&mut self, keys: &[u32]) {
        for &key in keys {
            self.counts[(key - self.lowest) as usize] += 1;
        }
    }

    /// Writes down all keys that were added.
    fn write(&self, sorted: &mut [u32]) {
        let mut rest = sorted;
        for (&count, key) in self.counts.iter().zip(self.lowest..) {
            let (same, larger) = rest.split_at_mut(count as usize);
            same.fill(key);
            rest = larger;
        }
    }
}

/// Where keys belong: `counts` has a row for each node, with the keys that it has for each bucket.
struct Plan<'a> {
    counts: &'a [u64],
    buckets: usize,
}

impl Plan<'_> {
    /// Where each bucket starts, and where the last one ends.
    fn starts(&self) -> Vec<usize> {
        let mut totals = vec![0; self.buckets + 1];
        for row in self.counts.chunks(self.buckets) {
            for (total, count) in totals.iter_mut().zip(row) {
                *total += count;
            }
        }
        common::running_sum(&totals).collect()
    }

    /// Where a node has laid out its keys of neighboring buckets.
    fn place(&self, rank: usize, buckets: &Range<usize>) -> Range<usize> {
        let row = &self.counts[rank * self.buckets..][..self.buckets];
        let before = |end: usize| row[..end].iter().sum::<u64>() as usize;
        before(buckets.start)..before(buckets.end)
    }
}

/// The buckets that start in a share of all places.
fn owned(starts: &[usize], share: &Range<usize>) -> Range<usize> {
    let first_from = |place| starts.partition_point(|&start| start < place);
    first_from(share.start)..first_from(share.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_a_bucket_come_together() {
        let buckets = Buckets::new(12);
        assert_eq!((buckets.count, buckets.low_bits), (1024, 2));
        let mut gathered = [0; 5];
        let lens = buckets.gather(&[4095, 2, 9, 1, 4093], &mut gathered);
        assert_eq!(gathered, [2, 1, 9, 4095, 4093]);
        assert_eq!((lens[0], lens[2], lens[1023]), (2, 1, 2));
        assert_eq!(Buckets::new(3).count, 8);
    }

    #[test]
    fn keys_of_some_buckets_are_sorted() {
        let mut sorter = Sorter::new(&Buckets::new(12), &(256..258));
        sorter.add(&[1027, 1024, 1031]);
        sorter.add(&[1025, 1024]);
        let mut sorted = [0; 5];
        sorter.write(&mut sorted);
        assert_eq!(sorted, [1024, 1024, 1025, 1027, 1031]);
        Sorter::new(&Buckets::new(12), &(1024..1024)).write(&mut []);
    }

    #[test]
    fn everybody_knows_where_keys_are() {
        let plan = Plan { counts: &[2, 0, 1, 1, 3, 0], buckets: 3 };
        assert_eq!(plan.starts(), [0, 3, 6, 7]);
        assert_eq!([0, 1].map(|rank| plan.place(rank, &(1..3))), [2..3, 1..4]);
        assert_eq!([0, 1].map(|rank| plan.place(rank, &(0..1))), [0..2, 0..1]);
        assert_eq!(plan.place(1, &(3..3)), 4..4);
    }

    #[test]
    fn every_bucket_with_keys_is_owned_once() {
        let starts = [0, 0, 3, 9, 9, 10, 10];
        for size in 1..14 {
            let all: Vec<_> =
                (0..size).map(|rank| owned(&starts, &common::share(rank, size, 10))).collect();
            assert_eq!(all[0].start, 0);
            assert_eq!(starts[all[size - 1].end], 10);
            assert!(all.windows(2).all(|pair| pair[0].end == pair[1].start));
        }
    }

    #[test]
    fn a_checksum_tells_keys_and_their_places() {
        let keys = [1, 1, 5, 7];
        let whole = checksum(9, &keys);
        assert_eq!(checksum(9, &keys[..1]).wrapping_add(checksum(10, &keys[1..])), whole);
        for other in [[1, 5, 1, 7], [1, 1, 7, 5], [1, 1, 5, 6], [1, 2, 4, 7]] {
            assert_ne!(checksum(9, &other), whole);
        }
        assert_ne!(checksum(8, &keys), whole);
        // Low bits take part.
        assert_ne!((whole ^ checksum(9, &[1, 5, 1, 7])) & 0xff, 0);
    }

    #[test]
    fn keys_fit_their_bits() {
        assert!((0..1000).all(|at| key_at(at, 3) < 8));
        let middle = (0..1000).filter(|&at| (64..192).contains(&key_at(at, 8))).count();
        assert!(middle > 800, "{middle}");
    }
}
