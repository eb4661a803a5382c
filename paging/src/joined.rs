//! [`Joined`]: pieces of files side by side, as one range.

use std::fmt;
use std::ops::Range;
use std::os::fd::BorrowedFd;
use std::ptr::NonNull;

use crate::error::Error;
use crate::handler;
use crate::mapping::{Mapping, READ_WRITE, whole_pages};

/// Memory that is mapped from files, at one range of addresses. All of it can be read and written, without faults but the kernel's. What no
/// piece covers is closed.
pub struct Joined {
    view: Mapping,
}

/// The alignment of what has no address given: that of the largest pages that may lie there.
const ALIGN: usize = 2 << 20;

impl Joined {
    /// A range of `len` bytes, at this address or wherever there is room, with these bytes of it from these offsets of files. `name` is
    /// for the message about accesses after it was dropped: "NAME was released".
    ///
    /// # Errors
    /// When a piece does not lie in the range or in its file, or not at whole pages of the kernel, when two overlap, when the address is
    /// taken, or when the system refuses.
    pub fn new(
        name: &str,
        len: usize,
        at: Option<usize>,
        pieces: &[(Range<usize>, BorrowedFd<'_>, u64)],
    ) -> Result<Joined, Error> {
        let page = rustix::param::page_size();
        let rounded = whole_pages(len, at, page)?;
        let mut view = Mapping::reserve(rounded, ALIGN, at)?;
        let mut end = 0;
        let mut sorted: Vec<_> = pieces.iter().filter(|(bytes, ..)| !bytes.is_empty()).collect();
        sorted.sort_by_key(|(bytes, ..)| bytes.start);
        for (bytes, file, offset) in sorted {
            if bytes.start < end {
                let reason = "another piece covers some of them";
                return Err(Error::Piece { at: bytes.clone(), len: rounded, reason });
            }
            view.map_piece(bytes.clone(), *file, *offset, READ_WRITE)?;
            end = bytes.end;
        }
        handler::install(libc::SIGSEGV)?;
        view.remember_as(name);
        Ok(Joined { view })
    }

    /// The first byte.
    pub fn start(&self) -> NonNull<u8> {
        self.view.start()
    }

    /// Bytes, in whole pages of the kernel.
    pub fn len(&self) -> usize {
        self.view.len()
    }

    /// Never: there is no such range.
    pub fn is_empty(&self) -> bool {
        false
    }
}

impl fmt::Debug for Joined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Joined({} bytes at {:p})", self.len(), self.start())
    }
}
