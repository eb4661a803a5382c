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

/// What a lock can hold: an [`Element`], or a value of which only the number of bytes is known, and that at run time.
#[doc(hidden)]
pub trait Value: Send + Sync + 'static {
    /// One of so many bytes.
    fn zeroed(bytes: usize) -> Box<Self>;

    /// Copies it in.
    fn set(&mut self, data: &[u8]);

    /// Copies it out.
    fn get(&self, data: &mut [u8]);
}

impl<T: Element> Value for T {
    fn zeroed(_: usize) -> Box<T> {
        bytemuck::zeroed_box()
    }

    fn set(&mut self, data: &[u8]) {
        bytemuck::bytes_of_mut(self).copy_from_slice(data);
    }

    fn get(&self, data: &mut [u8]) {
        data.copy_from_slice(bytemuck::bytes_of(self));
    }
}

/// Aligned as C programs may expect; the last bytes may belong to nothing.
impl Value for [u128] {
    fn zeroed(bytes: usize) -> Box<[u128]> {
        vec![0; bytes.div_ceil(size_of::<u128>())].into()
    }

    fn set(&mut self, data: &[u8]) {
        bytemuck::cast_slice_mut(self)[..data.len()].copy_from_slice(data);
    }

    fn get(&self, data: &mut [u8]) {
        data.copy_from_slice(&bytemuck::cast_slice(self)[..data.len()]);
    }
}

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
