//! The operations of reductions, on all types that they are for.

use std::ops::{BitAnd, BitOr, BitXor};

use crate::extended;
use crate::types::{Complex, LongDouble};

/// Combines two values.
pub(crate) trait Operation<T> {
    /// The value of a lower PE on the left.
    fn combine(left: T, right: T) -> T;
}

/// By bits: and.
pub(crate) struct And;
/// By bits: or.
pub(crate) struct Or;
/// By bits: exclusive or.
pub(crate) struct Xor;
/// The larger one.
pub(crate) struct Max;
/// The smaller one.
pub(crate) struct Min;
/// The sum; of integers, it wraps.
pub(crate) struct Sum;
/// The product; of integers, it wraps.
pub(crate) struct Product;

impl<T: BitAnd<Output = T>> Operation<T> for And {
    #[inline(always)]
    fn combine(left: T, right: T) -> T {
        left & right
    }
}

impl<T: BitOr<Output = T>> Operation<T> for Or {
    #[inline(always)]
    fn combine(left: T, right: T) -> T {
        left | right
    }
}

impl<T: BitXor<Output = T>> Operation<T> for Xor {
    #[inline(always)]
    fn combine(left: T, right: T) -> T {
        left ^ right
    }
}

impl<T: Ordered> Operation<T> for Max {
    #[inline(always)]
    fn combine(left: T, right: T) -> T {
        if right.is_above(&left) { right } else { left }
    }
}

impl<T: Ordered> Operation<T> for Min {
    #[inline(always)]
    fn combine(left: T, right: T) -> T {
        if left.is_above(&right) { right } else { left }
    }
}

impl<T: Number> Operation<T> for Sum {
    #[inline(always)]
    fn combine(left: T, right: T) -> T {
        left.plus(right)
    }
}

impl<T: Number> Operation<T> for Product {
    #[inline(always)]
    fn combine(left: T, right: T) -> T {
        left.times(right)
    }
}

/// What has an order.
pub(crate) trait Ordered {
    /// Whether it is above another; not if one of them is not a number.
    fn is_above(&self, other: &Self) -> bool;
}

macro_rules! ordered {
    ($($type:ty)*) => {$(
        impl Ordered for $type {
            #[inline(always)]
            fn is_above(&self, other: &$type) -> bool {
                self > other
            }
        }
    )*};
}

ordered!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize f32 f64);

/// What can be added and multiplied.
pub(crate) trait Number {
    /// The sum.
    fn plus(self, other: Self) -> Self;
    /// The product.
    fn times(self, other: Self) -> Self;
}

macro_rules! integers {
    ($($type:ty)*) => {$(
        impl Number for $type {
            #[inline(always)]
            fn plus(self, other: $type) -> $type {
                self.wrapping_add(other)
            }

            #[inline(always)]
            fn times(self, other: $type) -> $type {
                self.wrapping_mul(other)
            }
        }
    )*};
}

integers!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

macro_rules! floats {
    ($($type:ty)*) => {$(
        impl Number for $type {
            #[inline(always)]
            fn plus(self, other: $type) -> $type {
                self + other
            }

            #[inline(always)]
            fn times(self, other: $type) -> $type {
                self * other
            }
        }

        impl Number for Complex<$type> {
            #[inline(always)]
            fn plus(self, other: Complex<$type>) -> Complex<$type> {
                Complex { re: self.re + other.re, im: self.im + other.im }
            }

            #[inline(always)]
            fn times(self, other: Complex<$type>) -> Complex<$type> {
                Complex {
                    re: self.re * other.re - self.im * other.im,
                    im: self.re * other.im + self.im * other.re,
                }
            }
        }
    )*};
}

floats!(f32 f64);

impl Number for LongDouble {
    fn plus(self, other: LongDouble) -> LongDouble {
        extended::sum(&self, &other)
    }

    fn times(self, other: LongDouble) -> LongDouble {
        extended::product(&self, &other)
    }
}

impl Ordered for LongDouble {
    fn is_above(&self, other: &LongDouble) -> bool {
        extended::is_above(self, other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_wrap() {
        assert_eq!(<Sum as Operation<i8>>::combine(127, 1), -128);
        assert_eq!(<Product as Operation<u16>>::combine(0x100, 0x101), 0x100);
    }

    #[test]
    fn complex_numbers_are_multiplied() {
        let product = <Product as Operation<_>>::combine(
            Complex { re: 1.0, im: 2.0 },
            Complex { re: 3.0, im: -1.0 },
        );
        assert_eq!(product, Complex { re: 5.0, im: 5.0 });
    }
}
