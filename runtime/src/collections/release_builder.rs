//! [`ReleaseArrayBuilder`]: what an array for views is to be.

use std::sync::Arc;

use super::plan::Plan;
use super::raw::RawType;
use super::release_array::ReleaseArray;
use crate::cluster::{Distribution, Model, PageSpec};
use crate::coherence::{Coherence, ViewSetting};
use crate::error::Error;
use crate::primitives::{Primitives, System};
use crate::space::{Element, Segment, UnitWish};
use crate::sync::Sync;

/// An array for views in the making; see [`Node::release_array`](crate::Node::release_array).
#[must_use = "nothing is made before `create` or `attach` is called"]
pub struct ReleaseArrayBuilder<T: Element, P: Primitives = System> {
    coherence: Arc<Coherence<P>>,
    sync: Arc<Sync<P>>,
    plan: Plan<T>,
    page_size: usize,
}

impl<P: Primitives> ReleaseArrayBuilder<u8, P> {
    /// An array of elements of that type, which is known at run time alone, seen as bytes: its handles and views count these.
    #[doc(hidden)]
    pub fn of_raw(mut self, element: &RawType) -> Self {
        self.plan.of_raw(element);
        self
    }
}

/// The pages of an array that does not say.
const USUAL_PAGE: usize = 4096;

impl<T: Element, P: Primitives> ReleaseArrayBuilder<T, P> {
    pub(crate) fn new(
        coherence: &Arc<Coherence<P>>,
        sync: &Arc<Sync<P>>,
        name: &str,
    ) -> ReleaseArrayBuilder<T, P> {
        ReleaseArrayBuilder {
            coherence: Arc::clone(coherence),
            sync: Arc::clone(sync),
            plan: Plan::new(name),
            page_size: USUAL_PAGE,
        }
    }

    /// How many elements it has. Needed to create it.
    pub fn len(mut self, len: usize) -> Self {
        self.plan.len = Some(len);
        self
    }

    /// How its pages are spread over the nodes; if not said, each node has as many in a row.
    pub fn distribution(mut self, distribution: Distribution) -> Self {
        self.plan.distribution = distribution;
        self
    }

    /// All of it on one node.
    pub fn on_node(mut self, rank: usize) -> Self {
        self.plan.on_node(rank);
        self
    }

    /// Bytes of a page: a power of two from 4 KiB, which it is if not said, to 2 MiB. A page is what is fetched at once; what
    /// different nodes write should lie on different pages, though it need not.
    pub fn page_size(mut self, bytes: usize) -> Self {
        self.page_size = bytes;
        self
    }

    /// The name by which its element type is compared between programs; see
    /// [`ArrayBuilder::type_name`](crate::ArrayBuilder::type_name).
    pub fn type_name(mut self, name: &str) -> Self {
        self.plan.type_name = name.to_owned();
        self
    }

    fn check_element(&self) -> Result<(), Error> {
        self.plan.check_element()?;
        if self.plan.element_align > PageSpec::MIN as usize {
            return Err(Plan::<T>::bad_element("it is aligned to more than a page"));
        }
        Ok(())
    }

    /// Creates the array, all zero, or attaches to the one of that name. Not collective. Control plane.
    ///
    /// Where all nodes are on one machine (provider `shm`), they will map the memory of the homes, unless `PANGEA_VIEW=paged`
    /// says otherwise, there would be more than 4096 pieces to map, or the memory is made of huge pages.
    ///
    /// # Errors
    /// When something else of that name exists; when the length is missing or 0, or the size of the pages none that there
    /// is; when `PANGEA_VIEW` is malformed; when an arena has no room for its part.
    pub fn create(self) -> Result<ReleaseArray<T, P>, Error> {
        self.check_element()?;
        let len = self.plan.len()?;
        if len == 0 {
            return Err(self.plan.bad("it has no elements, and so no memory to be viewed"));
        }
        let (endpoint, distribution) = (self.coherence.endpoint(), self.plan.distribution);
        // What exceeds is told with the segment.
        let bytes = u32::try_from(self.page_size).unwrap_or(0);
        let page = PageSpec { bytes, paged: true, checked: self.coherence.checks_races()? };
        let pages = page.count(self.plan.bytes(len));
        let paged = ViewSetting::from_env()?.is_paged(endpoint, distribution, pages)?;
        let unit = UnitWish::Page(PageSpec { paged, ..page });
        let wish = self.plan.wish(len, Model::Release, unit);
        let segment = Segment::create_or_attach(endpoint, wish)?;
        Ok(ReleaseArray::new(self.coherence, self.sync, segment))
    }

    /// Attaches to the array of that name, whatever its length, pages and distribution.
    ///
    /// # Errors
    /// When there is none, or it is something else; when `PANGEA_VIEW` is malformed, or wants copies where it was created
    /// without.
    pub fn attach(self) -> Result<ReleaseArray<T, P>, Error> {
        self.check_element()?;
        let (setting, checks_races) = (ViewSetting::from_env()?, self.coherence.checks_races()?);
        let expected = self.plan.expected("ReleaseArray");
        let segment = Segment::attach(self.coherence.endpoint(), &self.plan.name, &expected)?;
        let mut problem = setting.problem_of(segment.is_paged());
        match (checks_races, segment.is_checked()) {
            (true, false) => {
                problem = Some(
                    "it was created by a node that does not look for races, but PANGEA_CHECK asks this one to: set the \
                     variable to the same for all nodes",
                );
            }
            (false, true) => {
                problem = Some(
                    "it was created by a node that looks for races, but PANGEA_CHECK does not ask this one to: set the \
                     variable to the same for all nodes",
                );
            }
            _ => {}
        }
        if let Some(problem) = problem {
            segment.release()?;
            return Err(self.plan.bad(problem));
        }
        Ok(ReleaseArray::new(self.coherence, self.sync, segment))
    }
}
