//! [`ArrayBuilder`]: what an array is to be.

use std::marker::PhantomData;
use std::sync::Arc;

use super::array::Array;
use crate::cluster::{Distribution, Model, Rank};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::primitives::{Primitives, System};
use crate::space::{Element, Expected, Segment, UnitWish, Wish};

/// An array in the making; see [`Node::array`](crate::Node::array).
#[must_use = "nothing is made before `create` or `attach` is called"]
pub struct ArrayBuilder<T: Element, P: Primitives = System> {
    endpoint: Arc<Endpoint<P>>,
    name: String,
    type_name: String,
    len: Option<usize>,
    distribution: Distribution,
    element: PhantomData<T>,
}

impl<T: Element, P: Primitives> ArrayBuilder<T, P> {
    pub(crate) fn new(endpoint: &Arc<Endpoint<P>>, name: &str) -> ArrayBuilder<T, P> {
        ArrayBuilder {
            endpoint: Arc::clone(endpoint),
            name: name.to_owned(),
            type_name: std::any::type_name::<T>().to_owned(),
            len: None,
            distribution: Distribution::Block,
            element: PhantomData,
        }
    }

    /// How many elements it has. Needed to create it.
    pub fn len(mut self, len: usize) -> Self {
        self.len = Some(len);
        self
    }

    /// How its elements are spread over the nodes; in equal blocks if not said.
    pub fn distribution(mut self, distribution: Distribution) -> Self {
        self.distribution = distribution;
        self
    }

    /// All of it on one node.
    pub fn on_node(self, rank: usize) -> Self {
        // A rank that does not fit names no node, which the catalog says.
        self.distribution(Distribution::OnNode(Rank(u32::try_from(rank).unwrap_or(u32::MAX))))
    }

    /// The name by which its element type is compared between programs, in place of the one that
    /// the compiler gives it. Two programs that each define the same type agree on a name here.
    pub fn type_name(mut self, name: &str) -> Self {
        self.type_name = name.to_owned();
        self
    }

    fn check_element(&self) -> Result<(), Error> {
        let type_name = std::any::type_name::<T>();
        if size_of::<T>() == 0 {
            return Err(Error::BadElement { type_name, reason: "it has no bytes" });
        }
        if u32::try_from(size_of::<T>()).is_err() {
            return Err(Error::BadElement { type_name, reason: "it has more than 4 GiB" });
        }
        Ok(())
    }

    /// Creates the array, all zero, or attaches to the one of that name. Not collective: each node
    /// calls it when it needs the array, and whoever comes first creates it. Control plane: a message
    /// to the coordinator and back.
    ///
    /// # Errors
    /// When something of that name exists that is no array, or one with another type, length or
    /// distribution, or when an arena has no room for its part.
    pub fn create(self) -> Result<Array<T, P>, Error> {
        self.check_element()?;
        let Some(len) = self.len else {
            let reason = "its length is not given: call `len` before `create`".to_owned();
            return Err(Error::BadArray { name: self.name, reason });
        };
        let wish = Wish {
            name: self.name,
            type_name: self.type_name,
            element_bytes: size_of::<T>() as u32,
            element_align: align_of::<T>() as u32,
            len: len as u64,
            distribution: self.distribution,
            model: Model::Relaxed,
            unit: UnitWish::Element,
        };
        Ok(Array::new(Segment::create_or_attach(&self.endpoint, wish)?))
    }

    /// Attaches to the array of that name, whatever its length and distribution.
    ///
    /// # Errors
    /// When there is none, or it is no array (but a `SharedArray`, say), or holds elements of another type.
    pub fn attach(self) -> Result<Array<T, P>, Error> {
        self.check_element()?;
        let expected =
            Expected { type_name: &self.type_name, element_bytes: size_of::<T>(), kind: "Array" };
        Ok(Array::new(Segment::attach(&self.endpoint, &self.name, &expected)?))
    }
}
