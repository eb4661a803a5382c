//! Sorting of integers by buckets, after IS of the NAS benchmarks. Each node counts how many of its keys fall
//! into which bucket, and tells the others; so each knows where its own keys of every bucket belong, and writes
//! them there, next to what the others write. Then each node sorts some of the buckets, in place.

use std::ops::Range;

use clap::Args;

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
    let mut counts = job.view::<u64>("counts", job.node.size() * buckets.count)?;
    let mut sorted = job.view::<u32>("sorted", options.keys)?;

    let mine = job.share(options.keys);
    for (key, at) in keys.write(mine.clone())?.iter_mut().zip(mine.clone()) {
        *key = key_at(at, options.bits);
    }
    keys.barrier()?;

    let (output, time) = job.timed(|| {
        let (gathered, lens) = buckets.gather(&keys.read(mine.clone())?);
        let row = job.node.rank() * buckets.count;
        counts.write(row..row + buckets.count)?.copy_from_slice(&lens);
        counts.barrier()?;
        let all = counts.read(..)?;
        let plan = Plan { counts: &all, buckets: buckets.count };

        let mut rest = &gathered[..];
        for (start, &len) in plan.places(job.node.rank()).into_iter().zip(&lens) {
            let (keys, others) = rest.split_at(len as usize);
            sorted.write(start..start + keys.len())?.copy_from_slice(keys);
            rest = others;
        }
        sorted.barrier()?;

        let starts = plan.starts();
        let owned = owned(&starts, &job.share(options.keys));
        let output = starts[owned.start]..starts[owned.end];
        let mut part = sorted.write(output.clone())?;
        for bucket in owned {
            let place = starts[bucket] - output.start..starts[bucket + 1] - output.start;
            buckets.sort(bucket, &mut part[place]);
        }
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

    /// The keys of each bucket together, in the order of buckets, and how many each has.
    fn gather(&self, keys: &[u32]) -> (Vec<u32>, Vec<u64>) {
        let mut lens = vec![0_u64; self.count];
        for &key in keys {
            lens[self.of(key)] += 1;
        }
        let mut next: Vec<usize> = running_sum(&lens).collect();
        let mut gathered = vec![0; keys.len()];
        for &key in keys {
            let next = &mut next[self.of(key)];
            gathered[*next] = key;
            *next += 1;
        }
        (gathered, lens)
    }

    /// Sorts the keys of a bucket, by counting how often each value is there.
    fn sort(&self, bucket: usize, keys: &mut [u32]) {
        let lowest = (bucket as u32) << self.low_bits;
        let mut counts = vec![0_u32; 1 << self.low_bits];
        for &key in &*keys {
            counts[(key - lowest) as usize] += 1;
        }
        let values = counts.iter().zip(lowest..);
        let sorted = values.flat_map(|(&count, key)| std::iter::repeat_n(key, count as usize));
        for (key, value) in keys.iter_mut().zip(sorted) {
            *key = value;
        }
    }
}

/// Before each number, the sum of those that precede it.
fn running_sum(numbers: &[u64]) -> impl Iterator<Item = usize> {
    numbers.iter().scan(0, |sum, &number| {
        let before = *sum;
        *sum += number as usize;
        Some(before)
    })
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
        running_sum(&totals).collect()
    }

    /// Where a node's keys of each bucket belong: behind those of the nodes before it.
    fn places(&self, rank: usize) -> Vec<usize> {
        let mut places = self.starts();
        for row in self.counts.chunks(self.buckets).take(rank) {
            for (place, count) in places.iter_mut().zip(row) {
                *place += *count as usize;
            }
        }
        places.truncate(self.buckets);
        places
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
        let (gathered, lens) = buckets.gather(&[4095, 2, 9, 1, 4093]);
        assert_eq!(gathered, [2, 1, 9, 4095, 4093]);
        assert_eq!((lens[0], lens[2], lens[1023]), (2, 1, 2));
        assert_eq!(Buckets::new(3).count, 8);
    }

    #[test]
    fn a_bucket_is_sorted_in_place() {
        let mut keys = [1027, 1024, 1025, 1024];
        Buckets::new(12).sort(256, &mut keys);
        assert_eq!(keys, [1024, 1024, 1025, 1027]);
    }

    #[test]
    fn everybody_knows_where_their_keys_belong() {
        let plan = Plan { counts: &[2, 0, 1, 1, 3, 0], buckets: 3 };
        assert_eq!(plan.starts(), [0, 3, 6, 7]);
        assert_eq!(plan.places(0), [0, 3, 6]);
        assert_eq!(plan.places(1), [2, 3, 7]);
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
