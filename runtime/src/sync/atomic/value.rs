//! What an [`Atomic`](crate::Atomic) can hold: values of at most 64 bits, as words.
//!
//! A word stands for the value in its low bits. Additions to a value of 32 bits that wrap around leave
//! something in the bits above, so several words stand for one value; a compare-and-swap is told the word that
//! is there, and tries again with it if it stands for the value that was expected.

/// A value that an [`Atomic`](crate::Atomic) can hold.
pub trait AtomicValue: Copy + PartialEq + Send + Sync + sealed::Sealed + 'static {
    /// The name of the type.
    #[doc(hidden)]
    const NAME: &'static str;

    /// The word that is written for it.
    #[doc(hidden)]
    fn to_word(self) -> u64;

    /// What a word stands for.
    #[doc(hidden)]
    fn from_word(word: u64) -> Self;
}

/// A value with bitwise operations.
pub trait AtomicBits: AtomicValue {
    /// Bitwise "and".
    #[doc(hidden)]
    fn and(self, other: Self) -> Self;

    /// Bitwise "or".
    #[doc(hidden)]
    fn or(self, other: Self) -> Self;

    /// Bitwise "exclusive or".
    #[doc(hidden)]
    fn xor(self, other: Self) -> Self;
}

/// An integer.
pub trait AtomicInteger: AtomicBits + Ord {}

mod sealed {
    pub trait Sealed {}
}

macro_rules! bits {
    ($type:ty) => {
        impl sealed::Sealed for $type {}

        impl AtomicBits for $type {
            fn and(self, other: Self) -> Self {
                self & other
            }

            fn or(self, other: Self) -> Self {
                self | other
            }

            fn xor(self, other: Self) -> Self {
                self ^ other
            }
        }
    };
}

macro_rules! integer {
    ($type:ty, $name:literal, $wide:ty) => {
        bits!($type);

        impl AtomicValue for $type {
            const NAME: &'static str = $name;

            fn to_word(self) -> u64 {
                // Signed ones with their sign, so that sums need no correction.
                self as $wide as u64
            }

            fn from_word(word: u64) -> Self {
                word as $type
            }
        }

        impl AtomicInteger for $type {}
    };
}

integer!(u64, "u64", u64);
integer!(i64, "i64", i64);
integer!(u32, "u32", u64);
integer!(i32, "i32", i64);
// Nodes agree on its size, which is that of the address space.
integer!(usize, "usize", u64);

bits!(bool);

impl AtomicValue for bool {
    const NAME: &'static str = "bool";

    fn to_word(self) -> u64 {
        u64::from(self)
    }

    fn from_word(word: u64) -> bool {
        word & 1 != 0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn same<T: AtomicValue + std::fmt::Debug>(value: T) {
        assert_eq!(T::from_word(value.to_word()), value);
    }

    #[test]
    fn words_of_the_ends() {
        assert_eq!(u32::MAX.to_word(), u64::from(u32::MAX));
        assert_eq!((-1i32).to_word(), u64::MAX);
        assert_eq!(i32::MIN.to_word(), 0xffff_ffff_8000_0000);
        assert_eq!((-1i64).to_word(), u64::MAX);
        assert_eq!((false.to_word(), true.to_word()), (0, 1));
        for value in [0, 1, u64::MAX, 1 << 63] {
            same(value);
            same(value as i64);
            same(value as usize);
        }
    }

    proptest! {
        /// What a fetch-and-add of 64 bits makes of a word stands for the wrapped sum, and so does what a
        /// subtraction does; whatever is in the bits above.
        #[test]
        fn sums_wrap(a in any::<u32>(), b in any::<u32>(), above in any::<u32>()) {
            let word = u64::from(above) << 32;
            same(a);
            same(a as i32);
            prop_assert_eq!(u32::from_word((word | a.to_word()).wrapping_add(b.to_word())), a.wrapping_add(b));
            prop_assert_eq!(u32::from_word((word | a.to_word()).wrapping_sub(b.to_word())), a.wrapping_sub(b));
            let (a, b) = (a as i32, b as i32);
            prop_assert_eq!(i32::from_word(a.to_word().wrapping_add(b.to_word())), a.wrapping_add(b));
            prop_assert_eq!(i32::from_word(a.to_word().wrapping_sub(b.to_word())), a.wrapping_sub(b));
        }
    }
}
