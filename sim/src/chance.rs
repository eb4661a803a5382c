//! Where all chance of a simulation comes from: one seed, split into streams.
//!
//! Each use (scheduling, the network, faults, each node's program, …) has a stream of its own, so that
//! one that draws more often does not change what the others get. A stream is xoshiro256++, its start
//! the XXH3-64 of the stream's name under the seed, spread by SplitMix64; so the same seed means the
//! same run on every machine and in every process.

use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A stream of chance.
#[derive(Clone, Debug)]
pub struct Seeded(Source);

#[derive(Clone, Debug)]
enum Source {
    Random(Box<Xoshiro256PlusPlus>),
    /// Draws nothing but the least value: for searches that decide everything themselves.
    Least,
    /// Draws nothing but the greatest value.
    Greatest,
}

impl Seeded {
    /// The stream of that name and number under `seed`.
    pub fn new(seed: u64, name: &str, number: u64) -> Seeded {
        let mut bytes = name.as_bytes().to_vec();
        bytes.extend(number.to_le_bytes());
        let start = xxh3_64_with_seed(&bytes, seed);
        Seeded(Source::Random(Box::new(Xoshiro256PlusPlus::seed_from_u64(start))))
    }

    /// A stream that always draws the least.
    pub fn least() -> Seeded {
        Seeded(Source::Least)
    }

    /// A stream that always draws the greatest. Whatever has a chance below certainty never happens, and
    /// of what may be many there are as many as there can be.
    pub fn greatest() -> Seeded {
        Seeded(Source::Greatest)
    }

    /// Any number.
    pub fn any(&mut self) -> u64 {
        match &mut self.0 {
            Source::Random(random) => random.next_u64(),
            Source::Least => 0,
            Source::Greatest => u64::MAX,
        }
    }

    /// A number below `bound`; 0 if that is 0.
    #[inline]
    pub fn below(&mut self, bound: u64) -> u64 {
        // The high half of the product: even but for a bias of bound / 2^64.
        ((u128::from(self.any()) * u128::from(bound)) >> 64) as u64
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True once in `n` times. Never on a stream of the least, unless `n` is 1.
    #[inline]
    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) + 1 == n
    }

    /// As [`Seeded::one_in`]; never if `n` is 0.
    #[inline]
    pub fn one_in_or_never(&mut self, n: u64) -> bool {
        n > 0 && self.one_in(n)
    }

    /// One of `items`, which is not empty.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len() as u64) as usize]
    }

    /// Brings `items` into any order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }

    /// Fills `bytes`.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.any().to_le_bytes()[..chunk.len()]);
        }
    }
}

impl verbs_shim::provider::sim::Chance for Seeded {
    fn below(&mut self, bound: u64) -> u64 {
        Seeded::below(self, bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_fixed_and_differ() {
        let draw = |seed, name, number| {
            let mut stream = Seeded::new(seed, name, number);
            [stream.any(), stream.any(), stream.any()]
        };
        assert_eq!(draw(7, "wires", 0), draw(7, "wires", 0));
        let all =
            [draw(7, "wires", 0), draw(8, "wires", 0), draw(7, "wires", 1), draw(7, "tasks", 0)];
        for (i, one) in all.iter().enumerate() {
            assert!(all[..i].iter().all(|other| other[0] != one[0]));
        }
    }

    #[test]
    fn numbers_keep_their_bounds_and_reach_them() {
        let mut stream = Seeded::new(1, "test", 0);
        let mut seen = [0_u32; 6];
        for _ in 0..6000 {
            seen[stream.between(2, 5) as usize] += 1;
        }
        assert_eq!((seen[0], seen[1]), (0, 0));
        assert!(seen[2..].iter().all(|count| (1300..1700).contains(count)), "{seen:?}");
        let mut items: Vec<u32> = (0..50).collect();
        stream.shuffle(&mut items);
        assert!(!items.is_sorted());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
        assert_eq!(stream.below(0), 0);
    }

    #[test]
    fn the_least_draws_the_least() {
        let mut stream = Seeded::least();
        assert_eq!((stream.below(9), stream.between(3, 9)), (0, 3));
        assert!(!stream.one_in(2) && stream.one_in(1));
    }

    #[test]
    fn the_greatest_draws_the_greatest() {
        let mut stream = Seeded::greatest();
        assert_eq!((stream.below(9), stream.between(3, 9), stream.below(0)), (8, 9, 0));
    }
}
