//! Address space that is ours, until dropped.

use std::os::fd::OwnedFd;
use std::ptr::{self, NonNull};

use rustix::io::Errno;
use rustix::mm::{Advice, MapFlags, ProtFlags, madvise, mmap, mmap_anonymous, munmap};

use crate::error::Error;

/// A mapping.
pub(crate) struct Mapping {
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: this is a range of addresses and nothing else; what lies there is reached by unsafe code alone.
unsafe impl Send for Mapping {}
// SAFETY: as above.
unsafe impl Sync for Mapping {}

/// Private pages of zeros, which take no memory until they are touched.
const PRIVATE: MapFlags = MapFlags::PRIVATE.union(MapFlags::NORESERVE);

impl Mapping {
    /// `len` bytes without access, at an address that is a multiple of `align`; at this one, if one is given.
    pub(crate) fn reserve(len: usize, align: usize, at: Option<usize>) -> Result<Mapping, Error> {
        if let Some(at) = at {
            return Mapping::reserve_at(len, at);
        }
        let whole = len.checked_add(align).ok_or(Error::Length { len })?;
        // SAFETY: a new mapping at an address that the kernel chooses replaces nothing.
        let start = unsafe { mmap_anonymous(ptr::null_mut(), whole, ProtFlags::empty(), PRIVATE) }
            .map_err(|errno| Error::system(format!("reserving {whole} bytes of addresses"), errno))?
            .cast::<u8>();
        let lead = start.addr().wrapping_neg() & (align - 1);
        // What is left over on both sides. (The tail is never empty: alignments are a page at least.)
        Mapping::give_back(start, lead);
        Mapping::give_back(start.wrapping_add(lead + len), align - lead);
        Ok(Mapping::own(start.wrapping_add(lead), len))
    }

    fn reserve_at(len: usize, at: usize) -> Result<Mapping, Error> {
        let wanted = ptr::without_provenance_mut(at);
        let flags = PRIVATE | MapFlags::FIXED_NOREPLACE;
        // SAFETY: with this flag a mapping replaces nothing. Kernels that do not know it take the address as a
        // hint.
        match unsafe { mmap_anonymous(wanted, len, ProtFlags::empty(), flags) } {
            Ok(start) if start.addr() == at => Ok(Mapping::own(start.cast(), len)),
            Ok(elsewhere) => {
                Mapping::give_back(elsewhere.cast(), len);
                Err(Error::Occupied { at, len })
            }
            Err(Errno::EXIST) => Err(Error::Occupied { at, len }),
            Err(errno) => Err(Error::system(format!("reserving {len} bytes at {at:#x}"), errno)),
        }
    }

    /// All of a file, wherever the kernel likes.
    pub(crate) fn of_file(file: &OwnedFd, len: usize) -> Result<Mapping, Errno> {
        let access = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: a new mapping at an address that the kernel chooses replaces nothing.
        let start = unsafe { mmap(ptr::null_mut(), len, access, MapFlags::SHARED, file, 0) }?;
        Ok(Mapping::own(start.cast(), len))
    }

    /// Puts a file where this mapping was, without access.
    pub(crate) fn replace_by_file(&self, file: &OwnedFd) -> Result<(), Errno> {
        let flags = MapFlags::SHARED | MapFlags::FIXED;
        // SAFETY: it replaces this very mapping, which nobody uses yet.
        unsafe { mmap(self.start.as_ptr().cast(), self.len, ProtFlags::empty(), flags, file, 0) }?;
        Ok(())
    }

    /// Tells the kernel how this mapping is used; by advice that does not change what lies there.
    pub(crate) fn advise(&self, advice: Advice) -> Result<(), Errno> {
        // SAFETY: the range is ours; callers give advice on inheritance and on the size of pages only.
        unsafe { madvise(self.start.as_ptr().cast(), self.len, advice) }
    }

    pub(crate) fn start(&self) -> NonNull<u8> {
        self.start
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    fn own(start: *mut u8, len: usize) -> Mapping {
        Mapping { start: NonNull::new(start).expect("the kernel maps nothing at 0"), len }
    }

    fn give_back(start: *mut u8, len: usize) {
        if len == 0 {
            return;
        }
        // SAFETY: part of a mapping that was made here and is handed to nobody.
        if let Err(errno) = unsafe { munmap(start.cast(), len) } {
            log::error!("munmap of {len} bytes: {errno}");
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        Mapping::give_back(self.start.as_ptr(), self.len);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_aligned_and_given_back() {
        for align in [4096, 65536, 2 << 20] {
            let mapping = Mapping::reserve(3 * align, align, None).unwrap();
            let at = mapping.start().addr().get();
            assert!(at.is_multiple_of(align), "{at:#x} for {align}");
            let error = Mapping::reserve(align, align, Some(at)).err().unwrap();
            assert!(matches!(error, Error::Occupied { .. }), "{error}");
            drop(mapping);
            // Another thread of the tests may have taken the place; then it is occupied still.
            if let Ok(again) = Mapping::reserve(align, align, Some(at)) {
                assert_eq!(again.start().addr().get(), at);
            }
        }
    }
}
