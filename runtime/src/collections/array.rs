//! [`Array`]: typed elements in the global address space.

use std::fmt;
use std::fs::File;
use std::io;
use std::marker::PhantomData;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use super::local::LocalPart;
use crate::cluster::{Distribution, Model};
use crate::coherence::Relaxed;
use crate::endpoint::{Endpoint, PendingRead};
use crate::error::Error;
use crate::primitives::{Primitives, System};
use crate::space::{Element, GlobalAddr, Segment};

/// An array of plain data that all nodes of the job share, each holding a part of it.
///
/// Handles are cheap to clone and may be used from any thread. Dropping a handle does not free the
/// array; [`Array::release`] does, once every node that created or attached it has released it.
///
/// Costs are in round trips to the home; an element of this node's own part costs none, except for
/// atomics where the provider's are the NIC's.
pub struct Array<T: Element, P: Primitives = System> {
    segment: Arc<Segment<P>>,
    element: PhantomData<T>,
}

impl<T: Element, P: Primitives> Clone for Array<T, P> {
    fn clone(&self) -> Self {
        Array { segment: Arc::clone(&self.segment), element: PhantomData }
    }
}

impl<T: Element, P: Primitives> fmt::Debug for Array<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Array({:?}: {})", self.name(), self.segment.spec())
    }
}

impl<T: Element, P: Primitives> Array<T, P> {
    pub(crate) fn new(segment: Segment<P>) -> Array<T, P> {
        Array { segment: Arc::new(segment), element: PhantomData }
    }

    pub(super) fn relaxed(&self) -> Relaxed<'_, P> {
        Relaxed(&self.segment)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.segment.spec().name
    }

    /// How many elements it has.
    #[inline]
    pub fn len(&self) -> usize {
        self.segment.len() as usize
    }

    /// True when it has no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How its elements are spread over the nodes.
    pub fn distribution(&self) -> Distribution {
        self.segment.spec().distribution
    }

    /// Its consistency model.
    pub fn model(&self) -> Model {
        self.segment.spec().model
    }

    /// Whether this node was the one that created it.
    pub fn is_creator(&self) -> bool {
        self.segment.created()
    }

    /// The global address of an element, which may be stored in shared memory.
    ///
    /// # Errors
    /// [`Error::OutOfRange`].
    pub fn addr(&self, index: usize) -> Result<GlobalAddr, Error> {
        self.segment.addr(index as u64).ok_or_else(|| self.outside(index))
    }

    /// The index of the element at a global address; `None` when it is not the address of an
    /// element of this array.
    pub fn index_of(&self, addr: GlobalAddr) -> Option<usize> {
        self.segment.index_of(addr).map(|index| index as usize)
    }

    #[cold]
    pub(super) fn outside(&self, what: impl fmt::Display) -> Error {
        if self.segment.is_released() {
            return Error::Released { name: self.name().to_owned() };
        }
        Error::OutOfRange {
            what: format!("index {what}"),
            name: self.name().to_owned(),
            len: self.len(),
        }
    }

    /// The index, if it is inside.
    #[inline(always)]
    pub(super) fn inside(&self, index: usize) -> Option<u64> {
        Some(index as u64).filter(|index| *index < self.segment.usable())
    }

    #[inline]
    pub(super) fn check(&self, index: usize) -> Result<u64, Error> {
        self.inside(index).ok_or_else(|| self.outside(index))
    }

    fn check_range(&self, start: usize, count: usize) -> Result<Range<u64>, Error> {
        match start.checked_add(count) {
            Some(end) if end as u64 <= self.segment.usable() => Ok(start as u64..end as u64),
            _ => Err(self.outside(format_args!("{start} and the {count} from there on"))),
        }
    }

    /// Copies an element out. One READ.
    ///
    /// # Errors
    /// [`Error::OutOfRange`]; or when the home cannot be reached.
    #[inline]
    pub fn get(&self, index: usize) -> Result<T, Error> {
        let Some(index) = self.inside(index) else { return Err(self.outside(index)) };
        if size_of::<T>() == 8
            && let Some(word) = self.relaxed().load_at_once(index)
        {
            return Ok(bytemuck::pod_read_unaligned(bytemuck::bytes_of(&word)));
        }
        self.copy_out(index)
    }

    /// As [`Array::get`], of what is not a word that is read at once. Apart, so that what is needs few registers.
    #[inline(never)]
    fn copy_out(&self, index: u64) -> Result<T, Error> {
        let mut value = T::zeroed();
        self.relaxed().read(index, bytemuck::bytes_of_mut(&mut value))?;
        Ok(value)
    }

    /// Copies an element in, and returns when it is at its home, where all see it before a later [`Array::get`] of this
    /// thread reads from whatever node. (Where either is of the node's own part, which its processor reaches by itself,
    /// that needs a [`Node::fence`](crate::Node::fence) in between.) One WRITE.
    ///
    /// # Errors
    /// As [`Array::get`].
    #[inline]
    pub fn put(&self, index: usize, value: T) -> Result<(), Error> {
        let Some(index) = self.inside(index) else { return Err(self.outside(index)) };
        self.relaxed().write(index, bytemuck::bytes_of(&value))
    }

    /// Copies `into.len()` elements out, from `start` on. One READ for each contiguous 64 KiB, several
    /// in flight; elements of a cyclic distribution travel in batches, one doorbell for each home.
    ///
    /// # Errors
    /// As [`Array::get`]. What `into` then holds is unspecified.
    pub fn get_range(&self, start: usize, into: &mut [T]) -> Result<(), Error> {
        let range = self.check_range(start, into.len())?;
        self.relaxed().read_range(range, bytemuck::cast_slice_mut(into))
    }

    /// Copies elements in, from `start` on, and returns when they are at their homes, as
    /// [`Array::get_range`] copies out.
    ///
    /// # Errors
    /// As [`Array::get`]. Some elements may have been written then.
    pub fn put_range(&self, start: usize, from: &[T]) -> Result<(), Error> {
        let range = self.check_range(start, from.len())?;
        self.relaxed().write_range(range, bytemuck::cast_slice(from))
    }

    fn check_stride(
        &self,
        start: usize,
        stride: usize,
        count: usize,
    ) -> Result<impl Iterator<Item = u64> + use<T, P>, Error> {
        let last = count
            .checked_sub(1)
            .map(|steps| steps.checked_mul(stride).and_then(|far| start.checked_add(far)));
        match last {
            Some(None) => return Err(self.outside(format_args!("{start} + {stride}·{count}"))),
            Some(Some(last)) => _ = self.check(last)?,
            None => {}
        }
        Ok((0..count).map(move |i| (start + i * stride) as u64))
    }

    /// Copies elements `start`, `start + stride`, … out. Batches of 64, one doorbell for each home.
    ///
    /// # Errors
    /// As [`Array::get`].
    pub fn get_strided(&self, start: usize, stride: usize, into: &mut [T]) -> Result<(), Error> {
        let indices = self.check_stride(start, stride, into.len())?;
        self.relaxed().read_many(size_of::<T>(), indices, bytemuck::cast_slice_mut(into))
    }

    /// Copies elements in, to `start`, `start + stride`, …, as [`Array::get_strided`] copies out.
    ///
    /// # Errors
    /// As [`Array::get`].
    pub fn put_strided(&self, start: usize, stride: usize, from: &[T]) -> Result<(), Error> {
        let indices = self.check_stride(start, stride, from.len())?;
        self.relaxed().write_many(size_of::<T>(), indices, bytemuck::cast_slice(from))
    }

    pub(super) fn check_all(&self, indices: &[usize], elements: usize) -> Result<(), Error> {
        if indices.len() != elements {
            let what = "the number of indices and of elements";
            return Err(Error::LengthMismatch { what, left: indices.len(), right: elements });
        }
        let usable = self.segment.usable();
        match indices.iter().find(|index| **index as u64 >= usable) {
            Some(index) => Err(self.outside(index)),
            None => Ok(()),
        }
    }

    /// Copies the elements of these indices out. Batches of 64, one doorbell for each home.
    ///
    /// # Errors
    /// As [`Array::get`]; [`Error::LengthMismatch`] when the slices differ in length.
    pub fn gather(&self, indices: &[usize], into: &mut [T]) -> Result<(), Error> {
        self.check_all(indices, into.len())?;
        let indices = indices.iter().map(|index| *index as u64);
        self.relaxed().read_many(size_of::<T>(), indices, bytemuck::cast_slice_mut(into))
    }

    /// Copies elements in, to these indices, as [`Array::gather`] copies out. Of an index that
    /// stands there twice, which element remains is unspecified.
    ///
    /// # Errors
    /// As [`Array::gather`].
    pub fn scatter(&self, indices: &[usize], from: &[T]) -> Result<(), Error> {
        self.check_all(indices, from.len())?;
        let indices = indices.iter().map(|index| *index as u64);
        self.relaxed().write_many(size_of::<T>(), indices, bytemuck::cast_slice(from))
    }

    /// Begins to copy `count` elements out, from `start` on. [`Transfer::wait`] hands them over; other
    /// work goes on meanwhile.
    ///
    /// # Errors
    /// As [`Array::get`].
    pub fn get_nb(&self, start: usize, count: usize) -> Result<Transfer<T, P>, Error> {
        let range = self.check_range(start, count)?;
        let pending = self.relaxed().read_later(range, count * size_of::<T>())?;
        Ok(Transfer {
            endpoint: Arc::clone(self.segment.endpoint()),
            pending,
            element: PhantomData,
        })
    }

    /// Begins to copy elements in. They have been taken from `from` when it returns, and are at their
    /// homes after [`Node::quiet`](crate::Node::quiet) or a barrier, called by the same thread, which
    /// also tell if one failed. (The next access to the same home tells it too, instead of doing
    /// anything, so that nothing is done after what was not.)
    ///
    /// # Errors
    /// As [`Array::get`].
    pub fn put_nb(&self, start: usize, from: &[T]) -> Result<(), Error> {
        let range = self.check_range(start, from.len())?;
        self.relaxed().write_later(range, bytemuck::cast_slice(from))
    }

    /// How many elements this node holds.
    pub fn local_len(&self) -> usize {
        self.segment.local_len(self.segment.rank().0) as usize
    }

    /// The indices that this node holds, where they are one range: distributions by block, and on
    /// one node. `None` for others; see [`LocalPart::index_of`].
    pub fn local_range(&self) -> Option<Range<usize>> {
        self.range_of(self.segment.rank().index()).ok().flatten()
    }

    /// The indices that `rank` holds, as [`Array::local_range`].
    ///
    /// # Errors
    /// [`Error::NoSuchRank`].
    pub fn range_of(&self, rank: usize) -> Result<Option<Range<usize>>, Error> {
        let rank = self.segment.check_rank(rank)?;
        let range = self.segment.range_at(rank);
        Ok(range.map(|range| range.start as usize..range.end as usize))
    }

    /// The part that `rank` holds, in place: this node's own, or any other that is mapped into this
    /// process (all of them with provider `shm`).
    ///
    /// # Errors
    /// [`Error::NoSuchRank`]; [`Error::NotMapped`] for the memory of another machine.
    pub fn segment_of(&self, rank: usize) -> Result<LocalPart<T, P>, Error> {
        let number = self.segment.check_rank(rank)?;
        if self.segment.is_released() {
            return Err(Error::Released { name: self.name().to_owned() });
        }
        let endpoint = self.segment.endpoint();
        let Some(memory) = endpoint.mapped(number)? else {
            return Err(Error::NotMapped {
                name: self.name().to_owned(),
                rank,
                provider: endpoint.fabric().capabilities().provider,
            });
        };
        Ok(LocalPart::new(Arc::clone(&self.segment), number, memory))
    }

    /// Fills the part that this node holds from a file of raw elements (the bytes of element `i` at
    /// `i` times its size, in the machine's byte order). Every node calls it, and they read in
    /// parallel; a barrier afterwards makes the whole of it visible to all.
    ///
    /// # Errors
    /// [`Error::FileSize`] when the file is not exactly as long as the array; [`Error::File`] when it
    /// cannot be read. Some elements may have been filled then.
    pub fn fill_from_file(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        /// Read at once.
        const WINDOW: usize = 1 << 20;
        let path = path.as_ref();
        let failed = |source: io::Error| Error::File { path: path.to_owned(), source };
        let file = File::open(path).map_err(failed)?;
        let actual = file.metadata().map_err(failed)?.len();
        let expected = (self.len() * size_of::<T>()) as u64;
        if actual != expected {
            return Err(Error::FileSize {
                path: path.to_owned(),
                name: self.name().to_owned(),
                actual,
                expected,
            });
        }
        let part = self.segment_of(self.segment.rank().index())?;
        let cells = part.cells();
        let mut buffer = vec![T::zeroed(); (WINDOW / size_of::<T>()).max(1)];
        let mut local = 0;
        while local < cells.len() {
            // From this element on, as many as the window holds, whoever they belong to; then those
            // of ours among them.
            let first = part.index_of(local);
            let count = buffer.len().min(self.len() - first);
            let window = &mut buffer[..count];
            let at = (first * size_of::<T>()) as u64;
            file.read_exact_at(bytemuck::cast_slice_mut(window), at).map_err(failed)?;
            while local < cells.len() {
                let Some(value) = window.get(part.index_of(local) - first) else { break };
                cells[local].store(*value);
                local += 1;
            }
        }
        Ok(())
    }

    /// Gives this hold of the array back, after this thread's non-blocking work. When each that was
    /// got by `create` or `attach`, on any node, has been given back, the memory is freed. Clones of
    /// this handle are of no use afterwards; other threads whose work on it was non-blocking or has failed
    /// call [`Node::quiet`](crate::Node::quiet) before, and do not use a [`LocalPart`] after. A node that
    /// leaves the job gives everything back by itself.
    ///
    /// # Errors
    /// [`Error::Released`] when a clone of this handle was released; when the coordinator cannot be
    /// reached; or what failed of the work that was waited for (it is given back all the same). Not given
    /// back is what failed work may still change, because its home cannot be told.
    pub fn release(self) -> Result<(), Error> {
        let endpoint = self.segment.endpoint();
        let finished = endpoint.quiet();
        endpoint.fence_all()?;
        self.segment.release()?;
        finished
    }
}

/// Elements on their way; see [`Array::get_nb`]. It stays on its thread. Dropping it forgets them.
#[must_use = "the elements are handed over by `wait`"]
pub struct Transfer<T: Element, P: Primitives = System> {
    endpoint: Arc<Endpoint<P>>,
    pending: PendingRead<P>,
    element: PhantomData<T>,
}

impl<T: Element, P: Primitives> Transfer<T, P> {
    /// Waits for the elements.
    ///
    /// # Errors
    /// When a home could not be reached.
    pub fn wait(self) -> Result<Vec<T>, Error> {
        let bytes = self.pending.wait(&self.endpoint)?;
        Ok(bytemuck::pod_collect_to_vec(&bytes))
    }
}
