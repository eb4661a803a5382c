//! [`ReleaseArray`]: an array that nodes use as plain memory, through views.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::view::{View, ViewOptions};
use crate::cluster::{Distribution, Model};
use crate::coherence::Coherence;
use crate::error::Error;
use crate::primitives::{Primitives, System};
use crate::space::{Element, Segment};
use crate::sync::Sync;

/// An array that each node of the job uses as plain memory, under [`Model::Release`]: see [`View`].
///
/// What is dealt out to the nodes is its pages, not its elements; an element may lie on two. Handles are cheap to
/// clone and may be used from any thread. Dropping a handle does not free the array;
/// [`ReleaseArray::release`] does, once every node that created or attached it has released it.
///
/// ```
/// let node = pangea::join()?;
/// let grid = node.release_array::<f64>("grid").len(1000).create()?;
/// let mut view = grid.view()?;
/// if let Some(mine) = view.local_range() {
///     view.write(mine)?.fill(1.0);
/// }
/// view.barrier()?;
/// assert_eq!(view.read(..)?.iter().sum::<f64>(), 1000.0);
/// # Ok::<(), pangea::Error>(())
/// ```
pub struct ReleaseArray<T: Element, P: Primitives = System> {
    inner: Arc<Inner<P>>,
    element: PhantomData<T>,
}

/// What the handles of an array, and its views, share.
pub(super) struct Inner<P: Primitives> {
    pub(super) segment: Arc<Segment<P>>,
    pub(super) coherence: Arc<Coherence<P>>,
    pub(super) sync: Arc<Sync<P>>,
    /// How many views were got by these handles; [`RELEASED`] when there can be none any more.
    views: AtomicUsize,
}

const RELEASED: usize = usize::MAX;

impl<P: Primitives> Inner<P> {
    pub(super) fn name(&self) -> &str {
        &self.segment.spec().name
    }

    /// How many `T` an element of the segment has: one, but for those that are seen as bytes.
    pub(super) fn per_element<T>(&self) -> usize {
        self.segment.spec().element_bytes as usize / size_of::<T>()
    }

    fn released(&self) -> Error {
        Error::Released { name: self.name().to_owned() }
    }
}

/// Counts one view, as long as it lives.
pub(super) struct Counted<P: Primitives>(pub(super) Arc<Inner<P>>);

impl<P: Primitives> Counted<P> {
    fn new(inner: &Arc<Inner<P>>) -> Result<Counted<P>, Error> {
        let one_more = |views: usize| (views != RELEASED).then(|| views + 1);
        match inner.views.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more) {
            Ok(_) => {
                inner.coherence.add_view(inner.segment.id().0);
                Ok(Counted(Arc::clone(inner)))
            }
            Err(_) => Err(inner.released()),
        }
    }

    /// Whether this node has no other view of the array.
    pub(super) fn is_alone(&self) -> bool {
        self.0.coherence.views(self.0.segment.id().0) == 1
    }
}

impl<P: Primitives> Drop for Counted<P> {
    fn drop(&mut self) {
        self.0.coherence.remove_view(self.0.segment.id().0);
        self.0.views.fetch_sub(1, Ordering::AcqRel);
    }
}

impl<T: Element, P: Primitives> Clone for ReleaseArray<T, P> {
    fn clone(&self) -> Self {
        ReleaseArray { inner: Arc::clone(&self.inner), element: PhantomData }
    }
}

impl<T: Element, P: Primitives> fmt::Debug for ReleaseArray<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReleaseArray({:?}: {})", self.name(), self.inner.segment.spec())
    }
}

impl<T: Element, P: Primitives> ReleaseArray<T, P> {
    pub(super) fn new(
        coherence: Arc<Coherence<P>>,
        sync: Arc<Sync<P>>,
        segment: Segment<P>,
    ) -> ReleaseArray<T, P> {
        let (segment, views) = (Arc::new(segment), AtomicUsize::new(0));
        let inner = Arc::new(Inner { segment, coherence, sync, views });
        ReleaseArray { inner, element: PhantomData }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.inner.name()
    }

    /// How many elements it has.
    pub fn len(&self) -> usize {
        self.inner.segment.len() as usize * self.inner.per_element::<T>()
    }

    /// Never: there is no such array.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How its pages are spread over the nodes.
    pub fn distribution(&self) -> Distribution {
        self.inner.segment.spec().distribution
    }

    /// Its consistency model, [`Model::Release`].
    pub fn model(&self) -> Model {
        self.inner.segment.spec().model
    }

    /// Bytes of a page.
    pub fn page_size(&self) -> usize {
        self.inner.segment.page_bytes()
    }

    /// Whether nodes keep copies of pages; else they map the memory of the homes.
    pub fn is_paged(&self) -> bool {
        self.inner.segment.is_paged()
    }

    /// Whether this node was the one that created it.
    pub fn is_creator(&self) -> bool {
        self.inner.segment.created()
    }

    /// The array as plain memory of this process. Usually a node makes one view, and its threads share it.
    ///
    /// # Soundness
    /// A view lends plain slices, and Rust's rule is that nobody changes what a `&[T]` shows. Within this view the compiler
    /// sees to that. Beyond it, the promise of the model does, *that the program has no data races*: where nodes map the
    /// memory of the homes (`shm`), and for the pages whose home this node is, a view shows memory that others store to
    /// directly, as a mapped file does. A program in which a node writes what another one reads, with no barrier or lock in between,
    /// breaks this promise; such programs use [`View::cells`], arrays of another model, or atomics.
    /// Copies of other nodes' pages (under `PANGEA_VIEW=paged`, or over a network) change by this node's own accesses and
    /// synchronization alone. So do not make two views of one array in a node, and write through one what a slice of the
    /// other shows.
    ///
    /// # Errors
    /// When the array was released; when the memory cannot be set up.
    pub fn view(&self) -> Result<View<T, P>, Error> {
        self.view_options().open()
    }

    /// The same with a say in where it lies, what it may take, and how it works.
    pub fn view_options(&self) -> ViewOptions<T, P> {
        ViewOptions::new(self.clone())
    }

    pub(super) fn inner(&self) -> &Arc<Inner<P>> {
        &self.inner
    }

    pub(super) fn count_view(&self) -> Result<Counted<P>, Error> {
        Counted::new(&self.inner)
    }

    /// Gives this hold of the array back. When each that was got by `create` or `attach`, on any node, has been
    /// given back, its memory is freed. Clones of this handle are of no use afterwards. Dropping a handle gives
    /// nothing back; a node that leaves the job gives everything back by itself.
    ///
    /// # Errors
    /// [`Error::ViewsOpen`]; [`Error::Released`] when a clone was released; when the coordinator cannot be reached.
    pub fn release(self) -> Result<(), Error> {
        let (views, segment) = (&self.inner.views, &self.inner.segment);
        match views.compare_exchange(0, RELEASED, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => {
                segment.endpoint().fence_all()?;
                segment.release()
            }
            Err(RELEASED) => Err(self.inner.released()),
            Err(views) => Err(Error::ViewsOpen { name: self.name().to_owned(), views }),
        }
    }
}
