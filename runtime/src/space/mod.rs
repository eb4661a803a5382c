//! The global address space: names, addresses, and where each element of a segment is stored.
//!
//! | file | what |
//! | --- | --- |
//! | `segment.rs` | [`Segment`]: a named allocation as a node holds it |
//! | `pages.rs` | segments that consist of pages |
//! | `expected.rs` | what a segment has to be that is attached to by name |
//! | `placement.rs` | the formula from an index to a home and back |
//! | `addr.rs` | [`GlobalAddr`]: an address that names no node |
//! | `element.rs` | [`Element`], [`Word`]: what can be stored |
//! | `divisor.rs` | fast division by the numbers that the formula needs |

mod addr;
mod divisor;
mod element;
mod expected;
mod pages;
mod placement;
mod segment;
#[cfg(test)]
mod tests;

pub use addr::GlobalAddr;
pub use element::{Element, Value, Word};
pub(crate) use expected::Expected;
pub(crate) use pages::PageRun;
pub(crate) use placement::Placement;
pub(crate) use segment::{BlockWish, Segment, UnitWish, Wish};
