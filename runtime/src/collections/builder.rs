//! [`ArrayBuilder`]: what an array is to be.

use std::sync::Arc;

use super::array::Array;
use super::plan::Plan;
use crate::cluster::{Distribution, Model};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::primitives::{Primitives, System};
use crate::space::{Element, Segment, UnitWish};

/// An array in the making; see [`Node::array`](crate::Node::array).
#[must_use = "nothing is made before `create` or `attach` is called"]
pub struct ArrayBuilder<T: Element, P: Primitives = System> {
    endpoint: Arc<Endpoint<P>>,
    plan: Plan<T>,
}

impl<T: Element, P: Primitives> ArrayBuilder<T, P> {
    pub(crate) fn new(endpoint: &Arc<Endpoint<P>>, name: &str) -> ArrayBuilder<T, P> {
        ArrayBuilder { endpoint: Arc::clone(endpoint), plan: Plan::new(name) }
    }

    /// How many elements it has. Needed to create it.
    pub fn len(mut self, len: usize) -> Self {
        self.plan.len = Some(len);
        self
    }

    /// How its elements are spread over the nodes; in equal blocks if not said.
    pub fn distribution(mut self, distribution: Distribution) -> Self {
        self.plan.distribution = distribution;
        self
    }

    /// All of it on one node.
    pub fn on_node(mut self, rank: usize) -> Self {
        self.plan.on_node(rank);
        self
    }

    /// The name by which its element type is compared between programs, in place of the one that
    /// the compiler gives it. Two programs that each define the same type agree on a name here.
    pub fn type_name(mut self, name: &str) -> Self {
        self.plan.type_name = name.to_owned();
        self
    }

    /// Creates the array, all zero, or attaches to the one of that name. Not collective: each node
    /// calls it when it needs the array, and whoever comes first creates it. Control plane: a message
    /// to the coordinator and back.
    ///
    /// # Errors
    /// When something of that name exists that is no array, or one with another type, length or
    /// distribution, or when an arena has no room for its part.
    pub fn create(self) -> Result<Array<T, P>, Error> {
        self.plan.check_element()?;
        let len = self.plan.len()?;
        let wish = self.plan.wish(len, Model::Relaxed, UnitWish::Element);
        Ok(Array::new(Segment::create_or_attach(&self.endpoint, wish)?))
    }

    /// Attaches to the array of that name, whatever its length and distribution.
    ///
    /// # Errors
    /// When there is none, or it is no array (but a `SharedArray`, say), or holds elements of another type.
    pub fn attach(self) -> Result<Array<T, P>, Error> {
        self.plan.check_element()?;
        let expected = self.plan.expected("Array");
        Ok(Array::new(Segment::attach(&self.endpoint, &self.plan.name, &expected)?))
    }
}
