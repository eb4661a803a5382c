//! Views from and to files, sockets and the like: system calls, which do not fetch pages by themselves.

use std::io::{self, ErrorKind, Read, Write};
use std::ops::{Range, RangeBounds};

use paging::Access;

use super::View;
use crate::error::Error;
use crate::primitives::Primitives;
use crate::space::Element;

/// Bytes that are made there, and given to a system call, at once.
const CHUNK: usize = 256 << 10;

/// How often in a row a system call may find a page gone again that was there before. The cache is too small for
/// what is used at the same time, but each time a smaller piece is tried.
const FAULTS: u32 = 100;

impl<T: Element, P: Primitives> View<T, P> {
    /// Fills these elements from a stream, as native bytes.
    ///
    /// # Errors
    /// [`Error::OutOfRange`]; [`Error::ReadOnly`]; [`Error::Stream`] when it fails or ends before; when a page cannot be had.
    pub fn read_from(
        &mut self,
        stream: &mut impl Read,
        range: impl RangeBounds<usize>,
    ) -> Result<(), Error> {
        let range = self.range(range)?;
        let all = self.bytes(&range);
        let start = self.as_mut_ptr().cast::<u8>();
        self.in_pieces(all, Access::Write, ErrorKind::UnexpectedEof, |piece| {
            // SAFETY: the bytes are inside of the view, which is borrowed mutably; any bytes are elements.
            let bytes =
                unsafe { std::slice::from_raw_parts_mut(start.add(piece.start), piece.len()) };
            stream.read(bytes)
        })
    }

    /// Writes these elements to a stream, as native bytes.
    ///
    /// # Errors
    /// [`Error::OutOfRange`]; [`Error::Stream`] when it fails; when a page cannot be had.
    pub fn write_to(
        &self,
        stream: &mut impl Write,
        range: impl RangeBounds<usize>,
    ) -> Result<(), Error> {
        let range = self.range(range)?;
        let all = self.bytes(&range);
        let start = self.as_ptr().cast::<u8>();
        self.in_pieces(all, Access::Read, ErrorKind::WriteZero, |piece| {
            // SAFETY: the bytes are inside of the view, which is borrowed, and elements have no padding.
            let bytes = unsafe { std::slice::from_raw_parts(start.add(piece.start), piece.len()) };
            stream.write(bytes)
        })
    }

    /// Transfers `all` in pieces whose pages are there.
    fn in_pieces(
        &self,
        all: Range<usize>,
        access: Access,
        at_end: ErrorKind,
        mut transfer: impl FnMut(Range<usize>) -> io::Result<usize>,
    ) -> Result<(), Error> {
        let (mut next, mut most, mut faults) = (all.start, CHUNK, 0);
        while next < all.end {
            let piece = next..all.end.min(next + most);
            self.populate_bytes(piece.clone(), access)?;
            let source = match transfer(piece) {
                Ok(0) => at_end.into(),
                Ok(count) => {
                    (next, faults) = (next + count, 0);
                    continue;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) if is_fault(&error) && faults < FAULTS => {
                    faults += 1;
                    most = (most / 2).max(self.page_size());
                    continue;
                }
                Err(error) => error,
            };
            let (name, done) = (self.name().to_owned(), next - all.start);
            return Err(Error::Stream { name, done, all: all.len(), source });
        }
        Ok(())
    }
}

/// Whether a system call met a page that is not there (any more).
fn is_fault(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::FAULT.raw_os_error())
}
