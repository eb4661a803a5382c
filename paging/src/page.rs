//! [`Page`]: the bytes of a page, as sync points see them.

use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::copy::copy;

/// The bytes of a page that is there, while nobody changes its state.
pub struct Page<'a> {
    start: NonNull<u8>,
    size: usize,
    held: PhantomData<&'a [u8]>,
}

impl Page<'_> {
    pub(crate) fn new(start: NonNull<u8>, size: usize) -> Self {
        Page { start, size, held: PhantomData }
    }

    /// How many bytes it has.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The first byte. Others may be writing to the page ([`crate::Paged::inspect`]), so it is not for references.
    pub fn as_ptr(&self) -> *const u8 {
        self.start.as_ptr()
    }

    /// Copies the page. Of bytes that others write meanwhile, the old or the new may arrive.
    ///
    /// # Panics
    /// When there is not room for exactly a page.
    pub fn copy_to(&self, room: &mut [u8]) {
        assert_eq!(room.len(), self.size, "room for a page of {} bytes", self.size);
        // SAFETY: a whole page that can be read, and as much room, which is the caller's alone. Pages are aligned.
        unsafe { copy(self.start, NonNull::from(room).cast(), self.size) };
    }
}
