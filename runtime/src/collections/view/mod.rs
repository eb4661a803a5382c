//! [`View`]: an array as plain memory of this process.
//!
//! | file | what |
//! | --- | --- |
//! | `mod.rs` | [`View`]: its elements, and what brings them up to date |
//! | `guards.rs` | slices of them, which synchronization ends |
//! | `options.rs` | [`ViewOptions`]: where a view lies, and how it works |
//! | `lock.rs` | [`LockedView`]: a view under a lock |
//! | `homes.rs` | where its pages live, and moving them |
//! | `files.rs` | from and to files |

mod files;
mod guards;
mod homes;
mod lock;
mod options;

pub use guards::{ReadSlice, WriteSlice};
pub use lock::LockedView;
pub use options::ViewOptions;

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Bound, Range, RangeBounds};
use std::slice;
use std::sync::Arc;

use paging::Access;
use verbs_shim::SharedCell;

use super::release_array::{Counted, Inner};
use crate::coherence::{Clocks, Mapped, Race, ViewCounts};
use crate::error::Error;
use crate::primitives::{Primitives, System};
use crate::space::Element;

/// An array as plain memory of this process, at one range of addresses: a load is a load, a store a store.
///
/// What the program writes others see after it has *released* and they have *acquired*; [`View::barrier`] does both, and
/// so does a lock ([`View::lock`]). Slices of a view are guards that the compiler ends before each such call:
///
/// ```compile_fail,E0502
/// # fn example(mut view: pangea::View<f64>) -> Result<(), pangea::Error> {
/// let row = view.read(0..10)?;
/// view.barrier()?;
/// println!("{}", row[0]); // may have changed
/// # Ok(()) }
/// ```
///
/// Where something is written, nothing else is read at the same time, but what [`View::write_beside`] gives:
///
/// ```compile_fail,E0502
/// # fn example(mut view: pangea::View<f64>) -> Result<(), pangea::Error> {
/// let mut row = view.write(0..10)?;
/// let next = view.read(10..20)?;
/// row[0] = next[0];
/// # Ok(()) }
/// ```
///
/// What that promise rests on beyond this view is said at [`ReleaseArray::view`](crate::ReleaseArray::view).
///
/// # System calls
/// A page that is not there yet is fetched when it is touched, but not by the kernel: a system call that is given its address
/// fails with `EFAULT`, and so does one that is to write to a page which was only read so far. [`View::populate`] makes pages
/// there beforehand, as long as the cache has room for them; [`View::read_from`] and [`View::write_to`] do that for files and the like.
///
/// # End
/// Dropping a view releases it. Pointers that are used afterwards end the process by a signal, with a message.
pub struct View<T: Element, P: Primitives = System> {
    mapped: Mapped<P>,
    len: usize,
    read_only: bool,
    // After the memory: as long as it is there, the array cannot be released.
    counted: Counted<P>,
    element: PhantomData<T>,
}

impl<T: Element, P: Primitives> View<T, P> {
    pub(super) fn new(mapped: Mapped<P>, read_only: bool, counted: Counted<P>) -> View<T, P> {
        let inner = &counted.0;
        let len = inner.segment.len() as usize * inner.per_element::<T>();
        View { mapped, len, read_only, counted, element: PhantomData }
    }

    pub(super) fn inner(&self) -> &Inner<P> {
        &self.counted.0
    }

    pub(super) fn is_alone(&self) -> bool {
        self.counted.is_alone()
    }

    /// What orders writes, where races are looked for.
    pub(super) fn race_clocks(&self) -> Result<Option<Arc<Clocks<P>>>, Error> {
        self.inner().coherence.race_clocks()
    }

    pub(super) fn mapped(&self) -> &Mapped<P> {
        &self.mapped
    }

    /// The name of the array.
    pub fn name(&self) -> &str {
        self.inner().name()
    }

    /// How many elements it has.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Never: there is no such array.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of a page.
    pub fn page_size(&self) -> usize {
        self.inner().segment.page_bytes()
    }

    /// The elements whose pages this node is the home of, where these are one range: the distributions by block, and on one node.
    /// An element on two pages counts to the first one, so that each is in the range of one node.
    pub fn local_range(&self) -> Option<Range<usize>> {
        let segment = &self.inner().segment;
        let range = segment.elements_on_pages_at(segment.rank().0)?;
        let per = self.inner().per_element::<T>();
        Some(range.start as usize * per..range.end as usize * per)
    }

    /// Whether nothing can be written through it; see [`ViewOptions::read_only`](crate::ViewOptions::read_only).
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// With `PANGEA_CHECK=races`, the races that this view has met: elements that this node has written, and another one, too,
    /// with no barrier or view lock between. Each is met by the node that releases later, and told on standard error, once for each page
    /// and other node. Nothing stands for order by other means, such as atomics.
    pub fn races(&self) -> Vec<Race> {
        self.mapped.races()
    }

    /// What this view has done so far. All zero where the memory of the homes is mapped.
    pub fn counts(&self) -> ViewCounts {
        self.mapped.counts()
    }

    /// These elements, for reading.
    ///
    /// # Errors
    /// [`Error::OutOfRange`].
    #[inline]
    pub fn read(&self, range: impl RangeBounds<usize>) -> Result<ReadSlice<'_, T>, Error> {
        let range = self.range(range)?;
        self.touch(&range, Access::Read)?;
        // SAFETY: the range is inside. Nothing writes to it through this view while it is borrowed; that others do not is the promise
        // of `ReleaseArray::view`.
        Ok(ReadSlice::new(unsafe { self.shown(range) }))
    }

    /// These elements, for reading and writing.
    ///
    /// # Errors
    /// [`Error::OutOfRange`].
    #[inline]
    pub fn write(&mut self, range: impl RangeBounds<usize>) -> Result<WriteSlice<'_, T>, Error> {
        let range = self.range(range)?;
        self.touch(&range, Access::Write)?;
        // SAFETY: the range is inside, and nothing else is lent while the view is borrowed mutably; the rest as in `read`.
        Ok(WriteSlice::new(unsafe { self.lent(range) }))
    }

    /// Elements to be written, and some others that are read meanwhile.
    ///
    /// ```
    /// let node = pangea::join()?;
    /// let mut view = node.release_array::<u64>("rows").len(30).create()?.view()?;
    /// view.write(0..10)?.fill(3);
    /// let (mut row, [above, below]) = view.write_beside(10..20, [0..10, 20..30])?;
    /// for ((cell, above), below) in row.iter_mut().zip(&*above).zip(&*below) {
    ///     *cell = above + below;
    /// }
    /// assert_eq!(row[9], 3);
    /// # Ok::<(), pangea::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::OutOfRange`]; [`Error::Overlap`] when an element to be read is also to be written.
    pub fn write_beside<const N: usize>(
        &mut self,
        write: Range<usize>,
        read: [Range<usize>; N],
    ) -> Result<(WriteSlice<'_, T>, [ReadSlice<'_, T>; N]), Error> {
        let write = self.range(write)?;
        let mut beside: [Range<usize>; N] = std::array::from_fn(|_| 0..0);
        for (beside, range) in beside.iter_mut().zip(read) {
            *beside = self.range(range)?;
            if beside.start.max(write.start) < beside.end.min(write.end) {
                let (name, read) = (self.name().to_owned(), beside.clone());
                return Err(Error::Overlap { name, written: write, read });
            }
        }
        self.check(Access::Write)?;
        if self.mapped.needs_touch() {
            let mut all = vec![(self.bytes(&write), Access::Write)];
            all.extend(beside.iter().map(|range| (self.bytes(range), Access::Read)));
            self.mapped.touch(&all)?;
        }
        // SAFETY: all ranges are inside, and none that is read has a common element with the one that is written; the rest as in `read`.
        unsafe {
            let read = beside.map(|range| ReadSlice::new(self.shown(range)));
            Ok((WriteSlice::new(self.lent(write)), read))
        }
    }

    /// These elements as cells, for threads that change and read them at the same time, on purpose.
    ///
    /// # Errors
    /// [`Error::OutOfRange`].
    pub fn cells(&mut self, range: impl RangeBounds<usize>) -> Result<&[SharedCell<T>], Error> {
        let range = self.range(range)?;
        self.touch(&range, Access::Write)?;
        // SAFETY: the range is inside, and no slice of the view lives while it is borrowed mutably. Cells may be changed
        // by anybody, and any bytes are a value of plain data.
        Ok(unsafe { slice::from_raw_parts(self.as_ptr().add(range.start).cast(), range.len()) })
    }

    /// These elements for as long as the program likes.
    ///
    /// # Errors
    /// [`Error::OutOfRange`].
    ///
    /// # Safety
    /// As long as the slice is used, the view lives, and nobody changes these elements: no thread of this node and no other
    /// node. An acquire or a barrier amid its life is no change to elements that nobody has written.
    pub unsafe fn slice<'a>(&self, range: impl RangeBounds<usize>) -> Result<&'a [T], Error> {
        let range = self.range(range)?;
        self.touch(&range, Access::Read)?;
        // SAFETY: the range is inside; the rest is the caller's promise.
        Ok(unsafe { self.shown(range) })
    }

    /// These elements for reading and writing, for as long as the program likes.
    ///
    /// # Errors
    /// [`Error::OutOfRange`].
    ///
    /// # Safety
    /// As [`View::slice`], and nobody else reads them either.
    #[allow(clippy::mut_from_ref, reason = "that nothing is lent twice is the caller's promise")]
    pub unsafe fn slice_mut<'a>(
        &self,
        range: impl RangeBounds<usize>,
    ) -> Result<&'a mut [T], Error> {
        let range = self.range(range)?;
        self.touch(&range, Access::Write)?;
        // SAFETY: the range is inside; the rest is the caller's promise.
        Ok(unsafe { self.lent(range) })
    }

    /// The first element, for libraries that take pointers. What may be done by it is what [`View::slice`] says.
    #[inline]
    pub fn as_ptr(&self) -> *const T {
        self.mapped.start().as_ptr().cast()
    }

    /// The first element, as [`View::as_ptr`], for what [`View::slice_mut`] says.
    #[inline]
    pub fn as_mut_ptr(&self) -> *mut T {
        self.mapped.start().as_ptr().cast()
    }

    /// Fetches the pages of these elements, as though they were accessed: many at once, where single accesses would fetch one after the
    /// other. They stay as long as the cache has room.
    ///
    /// # Errors
    /// [`Error::OutOfRange`]; when a page cannot be had, because its home died.
    pub fn populate(&self, range: impl RangeBounds<usize>, access: Access) -> Result<(), Error> {
        let range = self.range(range)?;
        self.populate_bytes(self.bytes(&range), access)
    }

    pub(super) fn populate_bytes(&self, bytes: Range<usize>, access: Access) -> Result<(), Error> {
        self.check(access)?;
        if bytes.is_empty() { Ok(()) } else { self.mapped.populate(bytes, access) }
    }

    /// Makes everything visible that others had released before whatever this node has just synchronized by.
    ///
    /// # Errors
    /// When a home died.
    pub fn acquire(&mut self) -> Result<(), Error> {
        self.mapped.acquire(&[])
    }

    /// Makes everything that this node has written visible to those who synchronize with it from now on, and then acquire.
    ///
    /// # Errors
    /// When a home died.
    pub fn release(&mut self) -> Result<(), Error> {
        self.mapped.release(&[])
    }

    /// Releases, waits for all nodes as [`Node::barrier`](crate::Node::barrier) does, and acquires. One thread of each
    /// node calls it. For several views at once: [`Node::view_barrier`](crate::Node::view_barrier).
    ///
    /// # Errors
    /// When a home died; when a node died or left, so that it can never come.
    pub fn barrier(&mut self) -> Result<(), Error> {
        self.release()?;
        let inner = self.inner();
        let (sync, coherence) = (&inner.sync, &inner.coherence);
        coherence.with_barrier(|| sync.barrier(coherence.endpoint(), coherence.clock()))?;
        self.acquire()
    }

    /// The elements that a range of a caller means.
    #[inline]
    pub(super) fn range(&self, range: impl RangeBounds<usize>) -> Result<Range<usize>, Error> {
        let start = match range.start_bound() {
            Bound::Included(&start) => Some(start),
            Bound::Excluded(&before) => before.checked_add(1),
            Bound::Unbounded => Some(0),
        };
        let end = match range.end_bound() {
            Bound::Included(&last) => last.checked_add(1),
            Bound::Excluded(&end) => Some(end),
            Bound::Unbounded => Some(self.len()),
        };
        match (start, end) {
            (Some(start), Some(end)) if start <= end && end <= self.len() => Ok(start..end),
            _ => Err(self.outside(range.start_bound(), range.end_bound())),
        }
    }

    #[cold]
    fn outside(&self, start: Bound<&usize>, end: Bound<&usize>) -> Error {
        let what = format!("the range from {start:?} to {end:?}");
        Error::OutOfRange { what, name: self.name().to_owned(), len: self.len() }
    }

    /// Where elements lie.
    pub(super) fn bytes(&self, range: &Range<usize>) -> Range<usize> {
        range.start * size_of::<T>()..range.end * size_of::<T>()
    }

    /// Where accesses are not seen by themselves, they are told here.
    #[inline]
    fn touch(&self, range: &Range<usize>, access: Access) -> Result<(), Error> {
        self.check(access)?;
        if self.mapped.needs_touch() {
            return self.mapped.touch(&[(self.bytes(range), access)]);
        }
        Ok(())
    }

    #[inline]
    fn check(&self, access: Access) -> Result<(), Error> {
        if self.read_only && access == Access::Write {
            return Err(Error::ReadOnly { name: self.name().to_owned() });
        }
        Ok(())
    }

    /// # Safety
    /// The range is inside, and its elements do not change as long as the slice lives.
    unsafe fn shown<'a>(&self, range: Range<usize>) -> &'a [T] {
        // SAFETY: the memory has room for all elements, begins at a page, and any bytes are a value of plain data; the rest
        // is the caller's promise.
        unsafe { slice::from_raw_parts(self.as_ptr().add(range.start), range.len()) }
    }

    /// # Safety
    /// The range is inside, and its elements are reached by nothing else as long as the slice lives.
    #[allow(clippy::mut_from_ref, reason = "that nothing is lent twice is the caller's promise")]
    unsafe fn lent<'a>(&self, range: Range<usize>) -> &'a mut [T] {
        // SAFETY: as in `shown`.
        unsafe { slice::from_raw_parts_mut(self.as_mut_ptr().add(range.start), range.len()) }
    }
}

impl<T: Element, P: Primitives> Drop for View<T, P> {
    fn drop(&mut self) {
        if P::is_over() {
            return;
        }
        if let Err(error) = self.release() {
            log::error!("the last changes of view {:?} are lost: {error}", self.name());
        }
    }
}

impl<T: Element, P: Primitives> fmt::Debug for View<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "View({:?}: {} elements at {:p})", self.name(), self.len(), self.as_ptr())
    }
}

/// A view of whatever elements, for [`Node::view_barrier`](crate::Node::view_barrier).
pub trait SyncView: sealed::Sealed {
    /// See [`View::acquire`].
    ///
    /// # Errors
    /// As there.
    fn acquire(&mut self) -> Result<(), Error>;

    /// See [`View::release`].
    ///
    /// # Errors
    /// As there.
    fn release(&mut self) -> Result<(), Error>;
}

impl<T: Element, P: Primitives> SyncView for View<T, P> {
    fn acquire(&mut self) -> Result<(), Error> {
        View::acquire(self)
    }

    fn release(&mut self) -> Result<(), Error> {
        View::release(self)
    }
}

mod sealed {
    use super::{Element, Primitives, View};

    pub trait Sealed {}
    impl<T: Element, P: Primitives> Sealed for View<T, P> {}
}
