//! What can be stored in shared memory.

use bytemuck::Pod;

/// Plain data that can be an element of a segment: any bytes are a value of it, it has no padding,
/// no pointers and no owner. Implemented for every [`bytemuck::Pod`] type; derive that for types of
/// your own.
///
/// ```
/// #[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
/// #[repr(C)]
/// struct Edge {
///     from: u64,
///     to: u64,
/// }
/// fn is_element<T: pangea::Element>() {}
/// is_element::<Edge>();
/// ```
pub trait Element: Pod + Send + Sync {}

impl<T: Pod + Send + Sync> Element for T {}

/// A 64-bit integer, on whose elements atomics work.
pub trait Word: Element + sealed::Sealed {
    /// The value as a NIC sees it.
    fn to_word(self) -> u64;

    /// The value of a word.
    fn from_word(word: u64) -> Self;
}

impl Word for u64 {
    fn to_word(self) -> u64 {
        self
    }

    fn from_word(word: u64) -> u64 {
        word
    }
}

impl Word for i64 {
    fn to_word(self) -> u64 {
        self.cast_unsigned()
    }

    fn from_word(word: u64) -> i64 {
        word.cast_signed()
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for u64 {}
    impl Sealed for i64 {}
}
