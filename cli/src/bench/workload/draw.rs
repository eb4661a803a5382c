//! Numbers that look random, the same in every run: [`Draw`], and [`Zipf`]'s law.

use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// A stream of numbers (xoshiro256++).
pub(crate) struct Draw(Xoshiro256PlusPlus);

impl Draw {
    /// The stream of one thread of one node, for one use.
    pub(crate) fn new(seed: u64, rank: usize, thread: usize) -> Draw {
        let start = (seed << 48) ^ ((rank as u64) << 16) ^ thread as u64;
        Draw(Xoshiro256PlusPlus::seed_from_u64(start))
    }

    /// Any number.
    pub(crate) fn any(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// From 0 to below 1.
    pub(crate) fn part(&mut self) -> f64 {
        (self.any() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number below `bound`; 0 if that is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        // The high half of the product: even but for a bias of bound / 2^64.
        ((u128::from(self.any()) * u128::from(bound)) >> 64) as u64
    }

    /// True in this share of the cases.
    pub(crate) fn happens(&mut self, share: f64) -> bool {
        self.part() < share
    }
}

/// Zipf's law over `count` places: place `k`, from 0, comes up in proportion to `(k + 1)` to the power of
/// `-exponent`. Exponent 0 is uniform.
///
/// Drawn by rejection from the inverted integral of the law (Hörmann and Derflinger, "Rejection-inversion to
/// generate variates from monotone discrete distributions", 1996): exact, in constant time, without a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Zipf {
    count: u64,
    exponent: f64,
    /// The integral up to half a place before the first, cut so that the first has its weight; and up to the end.
    low: f64,
    high: f64,
    /// So near to the middle of a place all is accepted.
    near: f64,
}

impl Zipf {
    /// Over `count` places, 1 at least.
    pub(crate) fn new(count: u64, exponent: f64) -> Zipf {
        let mut zipf = Zipf { count: count.max(1), exponent, low: 0.0, high: 0.0, near: 0.0 };
        zipf.low = zipf.integral(1.5) - 1.0;
        zipf.high = zipf.integral(zipf.count as f64 + 0.5);
        zipf.near = 2.0 - zipf.inverse(zipf.integral(2.5) - zipf.weight(2.0));
        zipf
    }

    fn weight(&self, place: f64) -> f64 {
        place.powf(-self.exponent)
    }

    /// The integral of the weight from 1.
    fn integral(&self, place: f64) -> f64 {
        let beyond = 1.0 - self.exponent;
        let log = place.ln();
        // The limit at exponent 1 is the logarithm.
        if beyond == 0.0 { log } else { (beyond * log).exp_m1() / beyond }
    }

    fn inverse(&self, integral: f64) -> f64 {
        let beyond = 1.0 - self.exponent;
        if beyond == 0.0 { integral.exp() } else { ((beyond * integral).ln_1p() / beyond).exp() }
    }

    /// A place, from 0.
    pub(crate) fn draw(&self, draw: &mut Draw) -> u64 {
        loop {
            let integral = self.high + draw.part() * (self.low - self.high);
            let at = self.inverse(integral);
            let place = at.round().clamp(1.0, self.count as f64);
            let is_under = integral >= self.integral(place + 0.5) - self.weight(place);
            if place - at <= self.near || is_under {
                return place as u64 - 1;
            }
        }
    }
}

/// FNV-1a of the bytes of a number: scatters places over keys, as YCSB does.
pub(crate) fn scatter(number: u64) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    number.to_le_bytes().into_iter().fold(0xcbf2_9ce4_8422_2325, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How far the drawn frequencies are from those of the law: Pearson's statistic over the degrees of freedom.
    fn misfit(count: u64, exponent: f64) -> f64 {
        let (zipf, mut draw) = (Zipf::new(count, exponent), Draw::new(1, 0, 0));
        let mut seen = vec![0u64; count as usize];
        let draws = 1000 * count;
        for _ in 0..draws {
            seen[zipf.draw(&mut draw) as usize] += 1;
        }
        let weights = (1..=count).map(|place| (place as f64).powf(-exponent));
        let all: f64 = weights.clone().sum();
        let wanted = weights.map(|weight| draws as f64 * weight / all);
        let far =
            seen.iter().zip(wanted).map(|(&seen, wanted)| (seen as f64 - wanted).powi(2) / wanted);
        far.sum::<f64>() / (count - 1) as f64
    }

    #[test]
    fn places_come_up_as_the_law_says() {
        for exponent in [0.0, 0.5, 0.9, 0.99, 1.0, 1.3] {
            let misfit = misfit(100, exponent);
            // 1 is expected; 1.6 has a chance of one in ten thousand.
            assert!(misfit < 1.6, "exponent {exponent}: {misfit}");
        }
        assert!(misfit(2, 0.99) < 15.0);
    }

    #[test]
    fn few_and_very_many_places_are_in_order() {
        let mut draw = Draw::new(2, 1, 0);
        assert!((0..100).all(|_| Zipf::new(1, 0.99).draw(&mut draw) == 0));
        let many = Zipf::new(10_000_000_000, 0.99);
        let firsts = (0..20_000).filter(|_| many.draw(&mut draw) == 0).count();
        // 1 / zeta of 0.99 up to 10^10, which YCSB gives as 26.47.
        assert!((600..920).contains(&firsts), "{firsts} of 20000");
    }

    #[test]
    fn streams_are_fixed_and_differ() {
        let start = |seed, rank, thread| Draw::new(seed, rank, thread).any();
        assert_eq!(start(1, 2, 3), start(1, 2, 3));
        let all = [start(1, 2, 3), start(2, 2, 3), start(1, 3, 3), start(1, 2, 4)];
        assert!((0..4).all(|i| (0..i).all(|j| all[i] != all[j])), "{all:?}");
    }

    #[test]
    fn numbers_keep_their_bounds_and_reach_them() {
        let mut draw = Draw::new(3, 0, 0);
        let mut seen = [0u32; 5];
        for _ in 0..5000 {
            seen[draw.below(5) as usize] += 1;
        }
        assert!(seen.iter().all(|count| (850..1150).contains(count)), "{seen:?}");
        let shares = (0..10_000).filter(|_| draw.happens(0.95)).count();
        assert!((9400..9600).contains(&shares), "{shares}");
        assert!(!draw.happens(0.0) && draw.happens(1.0) && draw.below(0) == 0);
    }

    #[test]
    fn numbers_are_scattered() {
        // The published value of the hash of eight zero bytes.
        assert_eq!(scatter(0), 0xa8c7_f832_281a_39c5);
        assert_ne!(scatter(1), scatter(256));
    }
}
