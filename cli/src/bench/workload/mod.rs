//! The tests, by what they measure.

pub(crate) mod array;
