//! Division by a number that is fixed when a segment is made, in a few cycles.

/// A divisor with its reciprocal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Divisor {
    value: u64,
    /// ⌊2^64 / value⌋, or 0 for a value of 1.
    reciprocal: u64,
}

impl Divisor {
    /// # Panics
    /// When `value` is 0.
    pub(crate) fn new(value: u64) -> Divisor {
        assert!(value > 0, "division by zero");
        // 2^64 / 1 does not fit, and is not needed.
        let reciprocal = if value == 1 { 0 } else { ((1u128 << 64) / u128::from(value)) as u64 };
        Divisor { value, reciprocal }
    }

    #[inline]
    pub(crate) fn value(self) -> u64 {
        self.value
    }

    /// Quotient and remainder.
    ///
    /// The estimate `⌊n · ⌊2^64 / d⌋ / 2^64⌋` is the quotient or one less, because the reciprocal is
    /// too small by less than 1 and so the product by less than `n < 2^64`.
    #[inline]
    pub(crate) fn div_rem(self, n: u64) -> (u64, u64) {
        if self.value == 1 {
            return (n, 0);
        }
        let estimate = ((u128::from(n) * u128::from(self.reciprocal)) >> 64) as u64;
        let rest = n - estimate * self.value;
        if rest >= self.value { (estimate + 1, rest - self.value) } else { (estimate, rest) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Divisor;

    #[test]
    fn small_numbers_exhaustively() {
        for d in 1..300 {
            let divisor = Divisor::new(d);
            for n in 0..2000 {
                assert_eq!(divisor.div_rem(n), (n / d, n % d), "{n} / {d}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_numbers(n: u64, d in 1..=u64::MAX, shift in 0..64u32) {
            for n in [n, n >> shift, u64::MAX, (n / d) * d, ((n / d) * d).wrapping_sub(1)] {
                for d in [d, (d >> shift).max(1), 1 << shift] {
                    prop_assert_eq!(Divisor::new(d).div_rem(n), (n / d, n % d));
                }
            }
        }
    }
}
