//! [`Chance`]: numbers that look random, the same for the same seed on every node.

/// A generator (xorshift64*, Vigna 2014).
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    /// One whose numbers have nothing to do with those of other `streams`.
    pub(crate) fn new(seed: u64, stream: u64) -> Chance {
        let mixed = (seed ^ stream.rotate_left(32)).wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut chance = Chance(mixed.wrapping_mul(0xbf58_476d_1ce4_e5b9) | 1);
        for _ in 0..4 {
            chance.next();
        }
        chance
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    /// A number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// One of `choices`.
    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// `count` different numbers below `bound`, in any order.
    pub(crate) fn some_of(&mut self, count: usize, bound: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..bound).collect();
        for at in 0..count {
            let other = at + self.below(bound - at);
            all.swap(at, other);
        }
        all.truncate(count);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers_and_another_does_not() {
        let numbers = |seed, stream| {
            let mut chance = Chance::new(seed, stream);
            (0..20).map(|_| chance.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(numbers(1, 2), numbers(1, 2));
        assert_ne!(numbers(1, 2), numbers(2, 1));
        assert_ne!(numbers(1, 2), numbers(1, 3));
    }

    #[test]
    fn what_is_chosen_is_different() {
        let mut chance = Chance::new(0, 0);
        for _ in 0..100 {
            let mut some = chance.some_of(4, 7);
            some.sort_unstable();
            some.dedup();
            assert!(some.len() == 4 && some.iter().all(|&one| one < 7));
        }
    }
}
