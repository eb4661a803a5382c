//! Address space that is ours, until dropped.

use std::ffi::c_void;
use std::ops::{Deref, Range};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::ptr::{self, NonNull};

use rustix::io::Errno;
use rustix::mm::{
    Advice, MapFlags, MprotectFlags, ProtFlags, madvise, mmap, mmap_anonymous, mprotect, munlock,
    munmap,
};

use crate::error::Error;
use crate::tombs;

/// Addresses that belong to a [`Mapping`].
#[derive(Clone, Copy)]
pub(crate) struct Span {
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: this is a range of addresses and nothing else; what lies there is reached by unsafe code alone.
unsafe impl Send for Span {}
// SAFETY: as above.
unsafe impl Sync for Span {}

/// A mapping; given back when dropped, or, if it has a name, closed and remembered for a while ([`tombs`]).
pub(crate) struct Mapping {
    span: Span,
    name: Option<Box<str>>,
}

pub(crate) const READ: MprotectFlags = MprotectFlags::READ;
pub(crate) const READ_WRITE: MprotectFlags = READ.union(MprotectFlags::WRITE);

/// The length of a range that is to have `len` bytes in whole pages, and to begin at an address.
pub(crate) fn whole_pages(len: usize, at: Option<usize>, page: usize) -> Result<usize, Error> {
    if let Some(at) = at
        && (at == 0 || !at.is_multiple_of(page))
    {
        return Err(Error::Unaligned { at, page });
    }
    len.checked_next_multiple_of(page)
        .filter(|whole| *whole > 0 && *whole <= isize::MAX as usize)
        .ok_or(Error::Length { len })
}

impl Span {
    pub(crate) fn start(&self) -> NonNull<u8> {
        self.start
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn range(&self) -> Range<usize> {
        let start = self.start.addr().get();
        start..start + self.len
    }

    fn address(&self, at: usize) -> *mut c_void {
        self.start.as_ptr().wrapping_add(at).cast()
    }

    /// Puts a file where this was, without access.
    pub(crate) fn replace_by_file(&self, file: &OwnedFd) -> Result<(), Errno> {
        let flags = MapFlags::SHARED | MapFlags::FIXED;
        // SAFETY: it replaces this very mapping, which nobody uses yet.
        unsafe { mmap(self.address(0), self.len, ProtFlags::empty(), flags, file, 0) }?;
        Ok(())
    }

    /// Puts part of a file where part of this was.
    pub(crate) fn map_piece(
        &self,
        at: Range<usize>,
        file: BorrowedFd<'_>,
        offset: u64,
        access: MprotectFlags,
    ) -> Result<(), Error> {
        let page = rustix::param::page_size();
        let wrong = |reason| Err(Error::Piece { at: at.clone(), len: self.len, reason });
        if at.start > at.end || at.end > self.len {
            return wrong("they do not lie in the range");
        }
        if !at.start.is_multiple_of(page)
            || !at.end.is_multiple_of(page)
            || !offset.is_multiple_of(page as u64)
        {
            return wrong("they and their place in the file must be whole pages of the kernel");
        }
        let len = at.len();
        let size = rustix::fs::fstat(file)
            .map_err(|errno| Error::system("fstat of a file to be mapped", errno))?
            .st_size;
        if offset.checked_add(len as u64).is_none_or(|end| end > size as u64) {
            return wrong("the file is shorter");
        }
        self.put_file(at.start, len, file, offset, access).map_err(|errno| {
            let hint =
                if errno == Errno::NOMEM { " (vm.max_map_count may be too low)" } else { "" };
            Error::system(format!("mapping bytes {at:?} from a file{hint}"), errno)
        })
    }

    /// Maps part of a file in the place of bytes that nobody uses just now: two system calls. If only the second fails, there is no access
    /// to what lies there.
    pub(crate) fn put_file(
        &self,
        at: usize,
        len: usize,
        file: BorrowedFd<'_>,
        offset: u64,
        access: MprotectFlags,
    ) -> Result<(), Errno> {
        let flags = MapFlags::SHARED | MapFlags::FIXED;
        let prot = ProtFlags::from_bits_retain(access.bits());
        // SAFETY: it replaces part of this very mapping, which nobody uses now.
        unsafe { mmap(self.address(at), len, prot, flags, file, offset) }?;
        // SAFETY: the range is ours; this concerns inheritance alone.
        unsafe { madvise(self.address(at), len, Advice::LinuxDontFork) }.inspect_err(|_| {
            // The file must not be read here by those who take the bytes for absent.
            let _ = self.put_closed(at, len);
        })
    }

    fn put_closed(&self, at: usize, len: usize) -> Result<(), Errno> {
        let (none, flags) = (ProtFlags::empty(), PRIVATE | MapFlags::FIXED);
        // SAFETY: it replaces part of this very mapping, which nobody uses now.
        unsafe { mmap_anonymous(self.address(at), len, none, flags) }.map(|_| ())
    }

    /// Puts private memory, without access, in the place of bytes that nobody uses just now. The answer is that part.
    pub(crate) fn put_private(&self, at: usize, len: usize) -> Result<Span, Errno> {
        self.put_closed(at, len)?;
        // SAFETY: inside of this range.
        let part = Span { start: unsafe { self.start.add(at) }, len };
        part.advise(Advice::LinuxDontFork)?;
        Ok(part)
    }

    /// Tells the kernel how this mapping is used; by advice that does not change what lies there.
    pub(crate) fn advise(&self, advice: Advice) -> Result<(), Errno> {
        // SAFETY: the range is ours; callers give advice on inheritance and on the size of pages only.
        unsafe { madvise(self.address(0), self.len, advice) }
    }

    /// Lets pages be given back also where the program has asked for all of its future memory to be locked.
    pub(crate) fn unlock(&self) -> Result<(), Errno> {
        // SAFETY: the range is ours; what lies there stays as it is.
        unsafe { munlock(self.address(0), self.len) }
    }

    /// Gives back the memory of private pages, locked or not; they are zeros afterwards, or fault.
    pub(crate) fn empty(&self, at: usize, len: usize) -> Result<(), Errno> {
        let by = |advice| {
            // SAFETY: the range is ours. Programs that read it see the page come anew, and that is what they are told.
            unsafe { madvise(self.address(at), len, advice) }
        };
        // The first goes up to what the program has locked, the second beyond it.
        match by(Advice::LinuxDontNeed) {
            Err(Errno::INVAL) => by(Advice::LinuxDontneedLocked),
            outcome => return outcome,
        }
        .or_else(|errno| match errno {
            Errno::INVAL => self.unlock_and_empty(at, len),
            _ => Err(errno),
        })
    }

    /// The same on kernels before 5.18. What was locked is not afterwards.
    fn unlock_and_empty(&self, at: usize, len: usize) -> Result<(), Errno> {
        // SAFETY: the range is ours; what lies there stays as it is.
        unsafe { munlock(self.address(at), len) }?;
        // SAFETY: as in `empty`.
        unsafe { madvise(self.address(at), len, Advice::LinuxDontNeed) }
    }

    /// Changes how bytes can be accessed.
    pub(crate) fn protect(
        &self,
        at: usize,
        len: usize,
        access: MprotectFlags,
    ) -> Result<(), Errno> {
        // SAFETY: the range is ours; accesses that it closes fault and are served.
        unsafe { mprotect(self.address(at), len, access) }
    }

    /// Changes how bytes can be accessed, all of which can be accessed as `from` says. Where the process has too many mappings for
    /// that, they stay as they were.
    pub(crate) fn change(
        &self,
        at: usize,
        len: usize,
        to: MprotectFlags,
        from: MprotectFlags,
    ) -> Result<(), Errno> {
        self.protect(at, len, to).inspect_err(|_| {
            // It may have got half way. The way back needs no mapping that was not there before.
            let _ = self.protect(at, len, from);
        })
    }
}

impl Deref for Mapping {
    type Target = Span;

    fn deref(&self) -> &Span {
        &self.span
    }
}

/// Private pages of zeros, which take no memory until they are touched.
pub(crate) const PRIVATE: MapFlags = MapFlags::PRIVATE.union(MapFlags::NORESERVE);

impl Mapping {
    /// `len` bytes without access, at an address that is a multiple of `align`; at this one, if one is given.
    pub(crate) fn reserve(len: usize, align: usize, at: Option<usize>) -> Result<Mapping, Error> {
        if let Some(at) = at {
            return Mapping::reserve_at(len, at);
        }
        let whole = len.checked_add(align).ok_or(Error::Length { len })?;
        let anywhere = || {
            // SAFETY: a new mapping at an address that the kernel chooses replaces nothing.
            unsafe { mmap_anonymous(ptr::null_mut(), whole, ProtFlags::empty(), PRIVATE) }
        };
        let start = anywhere()
            .or_else(|errno| if tombs::clear(&(0..usize::MAX)) { anywhere() } else { Err(errno) })
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
        tombs::clear(&(at..at.saturating_add(len)));
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

    fn own(start: *mut u8, len: usize) -> Mapping {
        let start = NonNull::new(start).expect("the kernel maps nothing at 0");
        Mapping { span: Span { start, len }, name: None }
    }

    /// Lets accesses after it is dropped be told as accesses to what has this name.
    pub(crate) fn remember_as(&mut self, name: &str) {
        self.name = Some(name.into());
    }

    /// Of a mapping that was made here and is handed to nobody any more.
    pub(crate) fn give_back(start: *mut u8, len: usize) {
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
        match self.name.take() {
            Some(name) => tombs::bury(self.span, &name),
            None => Mapping::give_back(self.start.as_ptr(), self.len),
        }
    }
}

#[cfg(test)]
mod tests {
    use rustix::mm::{MlockFlags, mlock_with};

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

    #[test]
    fn locked_pages_are_emptied_like_others() {
        let page = rustix::param::page_size();
        let mapping = Mapping::reserve(4 * page, page, None).unwrap();
        mapping.protect(0, 4 * page, READ_WRITE).unwrap();
        let byte = |at: usize| mapping.start().as_ptr().wrapping_add(at * page);
        for empty in [Span::empty, Span::unlock_and_empty] {
            // SAFETY: pages of a mapping of this test's own, open for both.
            let of = |at: usize| unsafe { byte(at).read() };
            // SAFETY: as above.
            (0..4).for_each(|at| unsafe { byte(at).write(1) });
            // SAFETY: as above; locking changes nothing of what lies there.
            unsafe { mlock_with(byte(1).cast(), page, MlockFlags::ONFAULT) }.unwrap();
            empty(&mapping, 0, 3 * page).unwrap();
            assert_eq!([0, 1, 2, 3].map(of), [0, 0, 0, 1]);
        }
    }
}
