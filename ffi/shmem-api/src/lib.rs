//! The C interface of OpenSHMEM 1.5, from one list of its routines, types and constants.
//!
//! | file | what |
//! | --- | --- |
//! | `list.rs` | [`List`]: the list as it is written, with families of types |
//! | `prototype.rs` | [`Prototype`]: a C function's declaration, taken apart and put together |
//! | `routine.rs` | [`Routine`]: one function of the library; families written out, contexts added |
//! | `generic.rs` | C11's type-generic interfaces |
//! | `inline.rs` | the routines that the header defines, too |
//! | `overload.rs` | the same for C++ |
//! | `header.rs` | the headers |
//! | `table.rs` | the table of routines in the documentation |
//!
//! The list is `ffi/tests/openshmem-1.5-routines.txt`; its head says what it consists of.

mod generic;
mod header;
mod inline;
mod list;
mod overload;
mod prototype;
mod routine;
mod table;

pub use header::{HEADERS, Header};
pub use inline::inlined;
pub use list::{
    Call, Constant, Family, Handle, List, ListError, Member, Source, Variable, Version,
};
pub use prototype::{Parameter, Prototype};
pub use routine::{Routine, Selector};
pub use table::{MARKERS, renewed, table};

/// The list of OpenSHMEM 1.5.
pub const OPENSHMEM: &str = include_str!("../../tests/openshmem-1.5-routines.txt");
