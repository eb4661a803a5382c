//! [`Plan`]: what the builders of arrays gather.

use std::marker::PhantomData;

use super::raw::RawType;
use crate::cluster::{Distribution, Model, Rank};
use crate::error::Error;
use crate::space::{Element, Expected, UnitWish, Wish};

/// An array in the making.
pub(super) struct Plan<T: Element> {
    pub(super) name: String,
    pub(super) type_name: String,
    pub(super) len: Option<usize>,
    pub(super) distribution: Distribution,
    /// Of an element of the segment; `T` is a part of it where the type is known at run time alone.
    element_bytes: usize,
    pub(super) element_align: usize,
    element: PhantomData<T>,
}

impl<T: Element> Plan<T> {
    pub(super) fn new(name: &str) -> Plan<T> {
        Plan {
            name: name.to_owned(),
            type_name: std::any::type_name::<T>().to_owned(),
            len: None,
            distribution: Distribution::Block,
            element_bytes: size_of::<T>(),
            element_align: align_of::<T>(),
            element: PhantomData,
        }
    }

    /// Elements of that type, which is known at run time alone.
    pub(super) fn of_raw(&mut self, element: &RawType) {
        self.type_name.clone_from(&element.name);
        (self.element_bytes, self.element_align) = (element.bytes, element.align);
    }

    /// Bytes of so many elements.
    pub(super) fn bytes(&self, len: usize) -> u64 {
        (len as u64).saturating_mul(self.element_bytes as u64)
    }

    /// All of it on one node. A rank that does not fit names no node, which the catalog says.
    pub(super) fn on_node(&mut self, rank: usize) {
        self.distribution = Distribution::OnNode(Rank(u32::try_from(rank).unwrap_or(u32::MAX)));
    }

    /// # Errors
    /// When memory cannot be divided into such elements.
    pub(super) fn check_element(&self) -> Result<(), Error> {
        if self.element_bytes == 0 {
            return Err(Self::bad_element("it has no bytes"));
        }
        if u32::try_from(self.element_bytes).is_err() {
            return Err(Self::bad_element("it has more than 4 GiB"));
        }
        Ok(())
    }

    pub(super) fn bad_element(reason: &'static str) -> Error {
        Error::BadElement { type_name: std::any::type_name::<T>(), reason }
    }

    pub(super) fn bad(&self, reason: impl Into<String>) -> Error {
        Error::BadArray { name: self.name.clone(), reason: reason.into() }
    }

    /// # Errors
    /// When it was not given.
    pub(super) fn len(&self) -> Result<usize, Error> {
        self.len.ok_or_else(|| self.bad("its length is not given: call `len` before `create`"))
    }

    pub(super) fn wish(self, len: usize, model: Model, unit: UnitWish) -> Wish {
        Wish {
            name: self.name,
            type_name: self.type_name,
            element_bytes: self.element_bytes as u32,
            element_align: self.element_align as u32,
            len: len as u64,
            distribution: self.distribution,
            model,
            unit,
        }
    }

    pub(super) fn expected(&self, kind: &'static str) -> Expected<'_> {
        Expected { type_name: &self.type_name, element_bytes: self.element_bytes, kind }
    }
}
