//! Shared objects of which the type of the elements is known at run time alone: what interfaces to other languages are made on. Not for
//! Rust programs, which have [`Array`](crate::Array), [`SharedArray`](crate::SharedArray) and so on; the two kinds are the
//! same segments, so that programs in several languages share them.
//!
//! | file | what |
//! | --- | --- |
//! | `array.rs` | [`RawArray`]: as [`Array`](crate::Array) |
//! | `coherent.rs` | [`RawShared`]: as [`Shared`](crate::Shared) and [`SharedArray`](crate::SharedArray) |
//! | `objects.rs` | locks |
//!
//! Release arrays are [`ReleaseArrayBuilder::of_raw`](crate::ReleaseArrayBuilder::of_raw).

mod array;
mod coherent;
mod objects;

pub use array::{RawArray, RawTransfer};
pub use coherent::{RawCoherentBuilder, RawShared};
pub use objects::{mutex, rwlock};
pub use verbs_shim::{Memory, Update};

/// A type of elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawType {
    /// The name by which it is compared between programs: for those of Rust what the compiler says.
    pub name: String,
    /// How many bytes an element has.
    pub bytes: usize,
    /// What its address is a multiple of.
    pub align: usize,
}

impl RawType {
    /// Why it is no type of elements.
    fn problem(&self) -> Option<&'static str> {
        if self.bytes == 0 {
            Some("it has no bytes")
        } else if u32::try_from(self.bytes).is_err() {
            Some("it has more than 4 GiB")
        } else if !self.align.is_power_of_two() {
            Some("what it is aligned to is no power of two")
        } else if self.align > 4096 {
            Some("it is aligned to more than a page")
        } else if !self.bytes.is_multiple_of(self.align) {
            Some("its bytes are no multiple of what it is aligned to")
        } else {
            None
        }
    }
}
