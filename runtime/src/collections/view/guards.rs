//! [`ReadSlice`] and [`WriteSlice`]: elements of a view, lent until it is synchronized.

use std::ops::{Deref, DerefMut};

/// Elements of a view, for reading.
#[derive(Clone, Copy, Debug)]
pub struct ReadSlice<'a, T> {
    elements: &'a [T],
}

impl<'a, T> ReadSlice<'a, T> {
    #[inline]
    pub(super) fn new(elements: &'a [T]) -> ReadSlice<'a, T> {
        ReadSlice { elements }
    }

    /// The slice itself, which lives as long as the view is not synchronized.
    #[inline]
    pub fn as_slice(&self) -> &'a [T] {
        self.elements
    }
}

impl<T> Deref for ReadSlice<'_, T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        self.elements
    }
}

/// Elements of a view, for reading and writing.
#[derive(Debug)]
pub struct WriteSlice<'a, T> {
    elements: &'a mut [T],
}

impl<'a, T> WriteSlice<'a, T> {
    #[inline]
    pub(super) fn new(elements: &'a mut [T]) -> WriteSlice<'a, T> {
        WriteSlice { elements }
    }

    /// The slice itself, which lives as long as the view is not synchronized.
    #[inline]
    pub fn into_slice(self) -> &'a mut [T] {
        self.elements
    }
}

impl<T> Deref for WriteSlice<'_, T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        self.elements
    }
}

impl<T> DerefMut for WriteSlice<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        self.elements
    }
}
