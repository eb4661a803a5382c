//! Which addresses of this process are symmetric, and the offsets that they stand for.

use std::fmt;
use std::ops::Range;

use crate::error::{Problem, problem};
use crate::state::State;

/// A range of addresses and where it begins in the symmetric range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub addresses: Range<usize>,
    pub offset: u64,
}

impl Piece {
    fn offset_of(&self, address: usize, len: usize) -> Option<u64> {
        let at = address.checked_sub(self.addresses.start)?;
        let room = self.addresses.len().checked_sub(at)?;
        (at < self.addresses.len() && len <= room).then(|| self.offset + at as u64)
    }
}

/// The symmetric addresses of this process.
#[derive(Clone, Debug)]
pub(crate) struct Space {
    /// The heap.
    pub heap: Piece,
    /// Global and static variables; none if they are not symmetric.
    pub image: Vec<Piece>,
    /// Why variables are not symmetric, if so.
    pub without_image: Option<String>,
}

impl Space {
    /// The offset of `len` bytes at an address.
    pub(crate) fn offset_of(&self, address: usize, len: usize) -> Option<u64> {
        let mut pieces = std::iter::once(&self.heap).chain(&self.image);
        pieces.find_map(|piece| piece.offset_of(address, len))
    }
}

impl fmt::Display for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "symmetric are the heap, {:#x?}", self.heap.addresses)?;
        for piece in &self.image {
            write!(f, ", and variables, {:#x?}", piece.addresses)?;
        }
        self.without_image.iter().try_for_each(|why| write!(f, "; variables are not: {why}"))
    }
}

impl State {
    /// The offset of `len` bytes in the symmetric range.
    ///
    /// # Errors
    /// When they are not symmetric.
    pub(crate) fn to_offset<T: ?Sized>(&self, at: *const T, len: usize) -> Result<u64, Problem> {
        let address = at.cast::<u8>().addr();
        self.space.offset_of(address, len).ok_or_else(|| self.not_symmetric(address, len))
    }

    #[cold]
    fn not_symmetric(&self, address: usize, len: usize) -> Problem {
        let space = &self.space;
        if address == 0 {
            return problem!(
                "the address is NULL, where a symmetric object is needed: did an allocation fail?"
            );
        }
        match space.offset_of(address, 0) {
            None => problem!(
                "the address {address:#x} is not symmetric: use memory of shmem_malloc, or a global or static variable \
                 of the program; {space}"
            ),
            Some(_) => problem!(
                "{len} bytes at {address:#x} go beyond what is symmetric: is the count right, and as much allocated? {space}"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space() -> Space {
        Space {
            heap: Piece { addresses: 0x9000..0xb000, offset: 0x5000 },
            image: vec![
                Piece { addresses: 0x1000..0x2000, offset: 0 },
                Piece { addresses: 0x4000..0x6000, offset: 0x1000 },
            ],
            without_image: None,
        }
    }

    #[test]
    fn what_lies_within_has_an_offset() {
        for (address, len, offset) in [
            (0x9000, 0x2000, 0x5000),
            (0xafff, 1, 0x6fff),
            (0x1000, 8, 0),
            (0x1ff8, 8, 0xff8),
            (0x4000, 0x2000, 0x1000),
            (0x5fff, 1, 0x2fff),
        ] {
            assert_eq!(space().offset_of(address, len), Some(offset), "{len} at {address:#x}");
        }
    }

    #[test]
    fn what_does_not_has_none() {
        for (address, len) in [
            (0, 0),
            (0xfff, 1),
            (0x1ff9, 8),
            (0x2000, 0),
            (0x2000, 1),
            (0x8fff, 2),
            (0xb000, 0),
            (0x9000, 0x2001),
            (0x9008, usize::MAX),
            (usize::MAX, 1),
        ] {
            assert_eq!(space().offset_of(address, len), None, "{len} at {address:#x}");
        }
    }
}
