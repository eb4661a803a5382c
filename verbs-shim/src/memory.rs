//! Memory that can be shared: a sealed memfd and its mapping; or, where nobody else maps it, an
//! anonymous mapping.
//!
//! Peers and NICs change this memory at any time, so no reference to plain data is ever made of it:
//! it is copied in and out ([`Memory::read`], [`Memory::write`]) or reached through atomics
//! ([`Memory::atomic_u64`]). Seals make it impossible for anybody who holds the file to shrink it,
//! so no access can end in SIGBUS.

use std::fmt;
use std::io;
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use bytemuck::Pod;
use rustix::fs::{FallocateFlags, MemfdFlags, SealFlags};
use rustix::mm::{MapFlags, ProtFlags};

use crate::cell::SharedCell;
use crate::copy;
use crate::error::Error;
use crate::machine::machine_memory;

/// Whether memory is taken from the pool of explicit huge pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HugePages {
    /// Ordinary pages (transparent huge pages where the kernel gives them).
    No,
    /// Huge pages when the pool has enough of them, else ordinary ones.
    #[default]
    IfAvailable,
}

/// A sealed memfd, mapped readable and writable, all of it reserved unless it is [sparse](Memory::sparse); or an anonymous
/// mapping ([`Memory::anonymous`]).
pub struct Memory {
    ptr: *mut u8,
    len: usize,
    /// `None` for an anonymous mapping.
    fd: Option<Arc<OwnedFd>>,
}

// SAFETY: the mapping is owned, stays where it is until `drop`, and is only accessed through raw
// copies and atomics, which do not care on which thread they run.
unsafe impl Send for Memory {}
// SAFETY: as above; shared accesses are atomic or opaque copies.
unsafe impl Sync for Memory {}

/// Where large memory begins: at multiples of this, so that what lies at an offset of it is aligned alike in all processes. What is
/// smaller begins at a multiple of a power of two that it fits into,
const ALIGNMENT: usize = 64 << 20;
/// and what is smaller than this wherever there is room.
const SMALL: usize = 64 << 10;

const REQUIRED_SEALS: SealFlags = SealFlags::SHRINK.union(SealFlags::GROW).union(SealFlags::SEAL);

impl Memory {
    /// Reserves `len` bytes of zeros, rounded up to whole pages, on huge pages when there are any.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] when the machine cannot give them; nothing is reserved lazily, so
    /// there is no SIGBUS later.
    pub fn allocate(len: usize) -> Result<Memory, Error> {
        Memory::allocate_with(len, HugePages::IfAvailable)
    }

    /// As [`Memory::allocate`], with a choice about huge pages.
    ///
    /// # Errors
    /// As [`Memory::allocate`].
    pub fn allocate_with(len: usize, huge: HugePages) -> Result<Memory, Error> {
        if huge == HugePages::IfAvailable
            && len >= HUGE_PAGE
            && let Ok(memory) = Memory::create(len, len, MemfdFlags::HUGETLB, HUGE_PAGE)
        {
            return Ok(memory);
        }
        Memory::create(len, len, MemfdFlags::empty(), rustix::param::page_size())
    }

    /// As [`Memory::allocate`], of ordinary pages, of which the first `reserved` bytes alone are reserved. The others count
    /// only once they are touched, and a machine that runs out of memory then ends processes.
    ///
    /// # Errors
    /// As [`Memory::allocate`], for what is reserved; and when there cannot be as many addresses.
    pub fn sparse(len: usize, reserved: usize) -> Result<Memory, Error> {
        Memory::create(len, reserved.min(len), MemfdFlags::empty(), rustix::param::page_size())
    }

    fn create(
        len: usize,
        reserved: usize,
        flags: MemfdFlags,
        page: usize,
    ) -> Result<Memory, Error> {
        let out_of_memory =
            |source: rustix::io::Errno| Error::OutOfMemory { wanted: len, source: source.into() };
        if len == 0 {
            return Err(out_of_memory(rustix::io::Errno::INVAL));
        }
        let len = len
            .checked_next_multiple_of(page)
            .filter(|len| *len <= isize::MAX as usize)
            .ok_or_else(|| out_of_memory(rustix::io::Errno::NOMEM))?;
        let reserved = reserved.next_multiple_of(page);
        // The pool of huge pages has a count of its own, and reserving from it fails as it should.
        if let Some(machine) = machine_memory()
            && reserved as u64 > machine.available
            && !flags.contains(MemfdFlags::HUGETLB)
        {
            let source = io::Error::other(format!("only {} bytes are free", machine.available));
            return Err(Error::OutOfMemory { wanted: len, source });
        }
        let flags = flags | MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let fd = rustix::fs::memfd_create("pangea", flags).map_err(out_of_memory)?;
        rustix::fs::ftruncate(&fd, len as u64).map_err(out_of_memory)?;
        rustix::io::retry_on_intr(|| match reserved {
            0 => Ok(()),
            _ => rustix::fs::fallocate(&fd, FallocateFlags::empty(), 0, reserved as u64),
        })
        .map_err(out_of_memory)?;
        rustix::fs::fcntl_add_seals(&fd, REQUIRED_SEALS).map_err(out_of_memory)?;
        Memory::map(Arc::new(fd), len).map_err(|source| Error::OutOfMemory { wanted: len, source })
    }

    /// Maps memory that another process has reserved, of exactly `len` bytes.
    ///
    /// # Errors
    /// [`Error::BadCard`] when the file is not a memfd of that length, sealed against shrinking and
    /// growing; [`Error::System`] when it cannot be mapped.
    pub fn import(fd: Arc<OwnedFd>, len: usize) -> Result<Memory, Error> {
        let bad = |reason: String| Error::BadCard { reason };
        let seals = rustix::fs::fcntl_get_seals(&fd)
            .map_err(|e| bad(format!("its file is not a memfd ({e})")))?;
        if !seals.contains(REQUIRED_SEALS) {
            return Err(bad(format!("its memfd is not sealed against resizing ({seals:?})")));
        }
        let stat = rustix::fs::fstat(&fd).map_err(|e| bad(format!("fstat: {e}")))?;
        if u64::try_from(stat.st_size) != Ok(len as u64) || len == 0 {
            return Err(bad(format!("its memfd has {} bytes, not {len}", stat.st_size)));
        }
        Memory::map(fd, len).map_err(|source| Error::System {
            operation: format!("mapping {len} bytes of a peer"),
            source,
        })
    }

    /// Maps a file, see [`ALIGNMENT`].
    fn map(fd: Arc<OwnedFd>, len: usize) -> io::Result<Memory> {
        let alignment = len.checked_next_power_of_two().map_or(ALIGNMENT, |len| len.min(ALIGNMENT));
        let slack = if len < SMALL { 0 } else { alignment };
        let reserved = len.checked_add(slack).ok_or(rustix::io::Errno::NOMEM)?;
        // SAFETY: a new mapping at an address that the kernel chooses replaces nothing.
        let base = unsafe {
            let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
            rustix::mm::mmap_anonymous(ptr::null_mut(), reserved, ProtFlags::empty(), flags)
        }?
        .cast::<u8>();
        let before = base.addr().wrapping_neg() % slack.max(1);
        let at = base.wrapping_add(before);
        let access = ProtFlags::READ | ProtFlags::WRITE;
        let flags = MapFlags::SHARED | MapFlags::FIXED;
        // SAFETY: these addresses have just been reserved, and nobody else knows them.
        let mapped = unsafe { rustix::mm::mmap(at.cast(), len, access, flags, &fd, 0) };
        let kept = if mapped.is_ok() { before..before + len } else { 0..0 };
        for (start, end) in [(0, kept.start), (kept.end, reserved)] {
            if start < end {
                // SAFETY: what was reserved and is of no use, whole pages.
                let _ = unsafe { rustix::mm::munmap(base.wrapping_add(start).cast(), end - start) };
            }
        }
        Ok(Memory { ptr: mapped?.cast(), len, fd: Some(fd) })
    }

    /// `len` bytes of zeros, rounded up to whole pages, private to this process and without a file.
    /// Nothing is reserved: pages count only once they are touched, and a machine that runs out of
    /// memory then ends the process. So this is for what is large and mostly empty, not for what must
    /// never fail.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] when the address space has no room, and for no bytes at all.
    pub fn anonymous(len: usize) -> Result<Memory, Error> {
        let out_of_memory =
            |source: rustix::io::Errno| Error::OutOfMemory { wanted: len, source: source.into() };
        let rounded = len
            .checked_next_multiple_of(rustix::param::page_size())
            .filter(|rounded| *rounded > 0 && *rounded <= isize::MAX as usize)
            .ok_or_else(|| out_of_memory(rustix::io::Errno::INVAL))?;
        // SAFETY: a new mapping at an address that the kernel chooses replaces nothing.
        let ptr = unsafe {
            rustix::mm::mmap_anonymous(
                ptr::null_mut(),
                rounded,
                ProtFlags::READ | ProtFlags::WRITE,
                MapFlags::PRIVATE | MapFlags::NORESERVE,
            )
        }
        .map_err(out_of_memory)?;
        Ok(Memory { ptr: ptr.cast(), len: rounded, fd: None })
    }

    /// Maps `range` of its file, whole pages, at `at` too, in place of what this process has there. That lasts until
    /// the process maps something else there, also when this memory is gone.
    ///
    /// # Errors
    /// [`Error::System`] when the system refuses it; then nothing has changed.
    ///
    /// # Safety
    /// From `at` on lie as many bytes that this process has mapped and may read and write. Nobody relies on what is
    /// there, but for what the range holds as well; and nobody changes them meanwhile.
    ///
    /// # Panics
    /// When the range does not lie inside, or it or `at` do not begin and end with pages; and for memory without a
    /// file.
    pub unsafe fn map_over(&self, range: Range<usize>, at: *mut u8) -> Result<(), Error> {
        let (start, len) = (range.start, range.len());
        self.check(start, len);
        let page = self.page_size();
        let is_whole = |number: usize| number.is_multiple_of(page);
        assert!(is_whole(start) && is_whole(len) && is_whole(at.addr()), "pages are mapped whole");
        let fd = self.fd().expect("there is a file to be mapped");
        let (protection, flags) =
            (ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED | MapFlags::FIXED);
        // SAFETY: the bytes that this replaces are the caller's to replace, as the caller promises.
        let mapped =
            unsafe { rustix::mm::mmap(at.cast(), len, protection, flags, fd, start as u64) };
        mapped.map(drop).map_err(|error| Error::System {
            operation: format!("mapping {len} bytes of shared memory at {at:p}"),
            source: error.into(),
        })
    }

    /// The first byte. Others may change the memory at any time; see the module's introduction.
    #[inline]
    pub fn as_ptr(&self) -> *mut u8 {
        self.ptr
    }

    /// Its length in bytes: whole pages.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// True when it has no bytes (there is no such memory).
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The memfd; an anonymous mapping has none.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.fd.as_ref().map(|fd| fd.as_fd())
    }

    /// Bytes of the pages that its file, or the mapping if it has none, consists of. A part of the file can be mapped
    /// from a multiple of this on.
    pub fn page_size(&self) -> usize {
        let system = rustix::param::page_size();
        let Some(fd) = &self.fd else { return system };
        match rustix::fs::fstatfs(fd) {
            Ok(file_system) if file_system.f_type == HUGETLBFS => file_system.f_bsize as usize,
            _ => system,
        }
    }

    /// The memfd, to be carried to another process.
    pub(crate) fn shared_fd(&self) -> Option<Arc<OwnedFd>> {
        self.fd.clone()
    }

    #[inline]
    fn check(&self, offset: usize, len: usize) {
        assert!(
            offset <= self.len && len <= self.len - offset,
            "bytes {offset}.. ({len}) do not lie in memory of {} bytes",
            self.len
        );
    }

    /// Copies `into.len()` bytes from `offset` on. Bytes that somebody changes meanwhile may be old
    /// or new; aligned words of 8 bytes are never torn by CPU accesses.
    ///
    /// # Panics
    /// When the range does not lie inside.
    #[inline]
    pub fn read(&self, offset: usize, into: &mut [u8]) {
        self.check(offset, into.len());
        // SAFETY: the source lies in the mapping (checked), the destination is a slice, and a
        // private slice cannot overlap a mapping that no reference is ever made of.
        unsafe { copy::load(self.ptr.add(offset), into.as_mut_ptr(), into.len()) }
    }

    /// Copies `from` to `offset`, as [`Memory::read`] does the other way.
    ///
    /// # Panics
    /// When the range does not lie inside.
    #[inline]
    pub fn write(&self, offset: usize, from: &[u8]) {
        self.check(offset, from.len());
        // SAFETY: as in `read`, the other way round.
        unsafe { copy::store(from.as_ptr(), self.ptr.add(offset), from.len()) }
    }

    /// The 8-byte word at `offset`.
    ///
    /// # Panics
    /// When it does not lie inside, or `offset` is not a multiple of 8.
    #[inline]
    pub fn atomic_u64(&self, offset: usize) -> &AtomicU64 {
        self.check(offset, 8);
        assert!(offset.is_multiple_of(8), "the word at offset {offset} is not aligned to 8 bytes");
        // SAFETY: inside the mapping and aligned (both checked; mappings begin at a page), valid as
        // long as `self`, and never reached as anything but shared memory.
        unsafe { AtomicU64::from_ptr(self.ptr.add(offset).cast()) }
    }
}

impl Memory {
    #[inline]
    fn check_elements<T>(&self, offset: usize, count: usize) {
        let bytes = count.checked_mul(size_of::<T>()).expect("the range is larger than memory");
        self.check(offset, bytes);
        assert!(
            offset.is_multiple_of(align_of::<T>()),
            "offset {offset} is not aligned for elements of alignment {}",
            align_of::<T>()
        );
    }

    /// `count` elements from `offset` on, as cells that may change at any time.
    ///
    /// # Panics
    /// When they do not lie inside, or are not aligned.
    pub fn cells<T: Pod>(&self, offset: usize, count: usize) -> &[SharedCell<T>] {
        self.check_elements::<T>(offset, count);
        // SAFETY: inside the mapping and aligned (checked); a cell may be shared with anybody who
        // changes it, and any bytes are a value of plain data.
        unsafe { std::slice::from_raw_parts(self.ptr.add(offset).cast(), count) }
    }

    /// `count` elements from `offset` on, as a plain slice.
    ///
    /// # Safety
    /// As long as the slice lives nobody changes these bytes: no thread, no process and no NIC.
    ///
    /// # Panics
    /// When they do not lie inside, or are not aligned.
    pub unsafe fn slice<T: Pod>(&self, offset: usize, count: usize) -> &[T] {
        self.check_elements::<T>(offset, count);
        // SAFETY: inside the mapping and aligned (checked), any bytes are a value of plain data,
        // and the caller promises that they do not change.
        unsafe { std::slice::from_raw_parts(self.ptr.add(offset).cast(), count) }
    }

    /// `count` elements from `offset` on, as a plain slice that may be written.
    ///
    /// # Safety
    /// As long as the slice lives nobody else reads or changes these bytes: no thread, no process
    /// and no NIC, and no other slice of them is made.
    ///
    /// # Panics
    /// When they do not lie inside, or are not aligned.
    #[expect(clippy::mut_from_ref, reason = "exclusion is the caller's promise")]
    pub unsafe fn slice_mut<T: Pod>(&self, offset: usize, count: usize) -> &mut [T] {
        self.check_elements::<T>(offset, count);
        // SAFETY: as in `slice`, and the caller promises exclusion.
        unsafe { std::slice::from_raw_parts_mut(self.ptr.add(offset).cast(), count) }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours alone, and whoever uses it holds a borrow or an `Arc`.
        if let Err(error) = unsafe { rustix::mm::munmap(self.ptr.cast(), self.len) } {
            log::error!("munmap of {} bytes: {error}", self.len);
        }
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Memory({} bytes at {:p})", self.len, self.ptr)
    }
}

const HUGE_PAGE: usize = 2 << 20;

/// How the file system of explicit huge pages calls itself: `HUGETLBFS_MAGIC` of the kernel's `magic.h`.
const HUGETLBFS: rustix::fs::FsWord = 0x9584_58f6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_zero_rounded_to_pages_and_shared_with_an_import() {
        let memory = Memory::allocate(5000).unwrap();
        assert_eq!(memory.len(), 8192);
        let mut bytes = [1; 100];
        memory.read(8192 - 100, &mut bytes);
        assert_eq!(bytes, [0; 100]);

        let same = Memory::import(memory.shared_fd().unwrap(), 8192).unwrap();
        same.write(17, b"across");
        let mut bytes = [0; 6];
        memory.read(17, &mut bytes);
        assert_eq!(&bytes, b"across");
    }

    #[test]
    fn what_is_sparse_may_be_more_than_there_is() {
        let machine = machine_memory().expect("the kernel tells");
        let len = 2 * machine.total as usize;
        let memory = Memory::sparse(len, 4096).expect("only a page is reserved");
        memory.write(memory.len() - 5, b"there");
        let mut bytes = [1; 6];
        memory.read(memory.len() - 6, &mut bytes);
        assert_eq!(&bytes, b"\0there");
        assert!(matches!(Memory::sparse(len, len), Err(Error::OutOfMemory { .. })));
        assert!(matches!(Memory::allocate(len), Err(Error::OutOfMemory { .. })));
    }

    #[test]
    fn memory_is_aligned_to_what_it_fits_into() {
        for (len, alignment) in [(64 << 10, 64 << 10), (5 << 20, 8 << 20), (80 << 20, ALIGNMENT)] {
            let memory = Memory::sparse(len, 0).expect("nothing is reserved");
            assert!(memory.as_ptr().addr().is_multiple_of(alignment), "{len}: {memory:?}");
        }
    }

    #[test]
    fn a_file_that_could_shrink_is_refused() {
        let fd = rustix::fs::memfd_create("loose", MemfdFlags::CLOEXEC).unwrap();
        rustix::fs::ftruncate(&fd, 4096).unwrap();
        let error = Memory::import(Arc::new(fd), 4096).unwrap_err();
        assert!(error.to_string().contains("not sealed"), "{error}");
    }

    #[test]
    fn a_wrong_length_is_refused() {
        let memory = Memory::allocate(4096).unwrap();
        let error = Memory::import(memory.shared_fd().unwrap(), 8192).unwrap_err();
        assert!(error.to_string().contains("4096 bytes, not 8192"), "{error}");
    }

    #[test]
    fn anonymous_memory_is_zero_and_has_no_file() {
        // More than most machines have, untouched but for two words.
        let memory = Memory::anonymous((1 << 40) - 100).unwrap();
        assert_eq!(memory.len(), 1 << 40);
        assert!(memory.fd().is_none());
        memory.write((1 << 40) - 8, &[7; 8]);
        let mut bytes = [1; 16];
        memory.read((1 << 40) - 16, &mut bytes);
        assert_eq!(bytes, [0, 0, 0, 0, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7, 7, 7]);
        assert!(matches!(Memory::anonymous(0), Err(Error::OutOfMemory { .. })));
        assert!(matches!(Memory::anonymous(usize::MAX), Err(Error::OutOfMemory { .. })));
    }

    #[test]
    fn too_much_is_an_error_and_not_a_crash() {
        assert!(matches!(Memory::allocate(1 << 60), Err(Error::OutOfMemory { .. })));
        assert!(matches!(Memory::allocate(0), Err(Error::OutOfMemory { .. })));
        assert!(matches!(Memory::allocate(usize::MAX), Err(Error::OutOfMemory { .. })));
    }

    #[test]
    #[should_panic(expected = "do not lie in memory")]
    fn an_access_outside_is_caught() {
        Memory::allocate(4096).unwrap().write(4090, &[0; 7]);
    }
}
