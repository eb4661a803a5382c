//! [`SharedCell`]: one element of shared memory, in place.

use std::cell::UnsafeCell;
use std::fmt;

use bytemuck::Pod;

use crate::copy;

/// One value of plain data inside shared memory, which anybody may change at any time.
///
/// It can only be copied in and out. Elements of 8 bytes that are aligned to 8 are never torn; longer
/// ones may be read half old and half new when somebody writes meanwhile. Loads and stores order
/// nothing else: order comes from barriers and the like.
#[repr(transparent)]
pub struct SharedCell<T>(UnsafeCell<T>);

// SAFETY: every access goes through the atomic or opaque copies of `copy`, so access by several
// threads is no data race; `T: Pod` has no owner and no invalid values.
unsafe impl<T: Pod> Sync for SharedCell<T> {}

impl<T: Pod> SharedCell<T> {
    /// Copies the value out.
    #[inline]
    pub fn load(&self) -> T {
        let mut value = T::zeroed();
        let into = bytemuck::bytes_of_mut(&mut value);
        // SAFETY: the cell is valid for its size and reached as shared memory only; `value` is
        // private.
        unsafe { copy::load(self.0.get().cast(), into.as_mut_ptr(), into.len()) };
        value
    }

    /// Copies a value in.
    #[inline]
    pub fn store(&self, value: T) {
        let from = bytemuck::bytes_of(&value);
        // SAFETY: as in `load`, the other way round.
        unsafe { copy::store(from.as_ptr(), self.0.get().cast(), from.len()) };
    }
}

impl<T: Pod + fmt::Debug> fmt::Debug for SharedCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.load().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use crate::Memory;

    #[test]
    fn cells_are_the_memory_itself() {
        let memory = Memory::allocate(4096).unwrap();
        let cells = memory.cells::<[u16; 3]>(10, 4);
        cells[2].store([1, 2, 3]);
        assert_eq!(cells[2].load(), [1, 2, 3]);
        let mut bytes = [0; 6];
        memory.read(10 + 2 * 6, &mut bytes);
        assert_eq!(bytes, [1, 0, 2, 0, 3, 0]);
    }

    #[test]
    #[should_panic(expected = "not aligned")]
    fn misaligned_cells_are_refused() {
        Memory::allocate(4096).unwrap().cells::<u64>(4, 1);
    }

    #[test]
    #[should_panic(expected = "larger than memory")]
    fn an_overflowing_count_is_refused() {
        Memory::allocate(4096).unwrap().cells::<u64>(0, usize::MAX / 4);
    }
}
