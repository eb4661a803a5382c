//! What a program shares: typed arrays of plain data. Maps, queues and owned objects come later.
//!
//! | file | what |
//! | --- | --- |
//! | `builder.rs` | [`ArrayBuilder`]: name, length, distribution, model |
//! | `array.rs` | [`Array`]: elements, ranges, strided and scattered access, non-blocking forms |
//! | `atomics.rs` | 64-bit atomics on the elements of an array |
//! | `local.rs` | [`LocalPart`]: the part of one node, in place |

mod array;
mod atomics;
mod builder;
mod local;

pub use array::{Array, Transfer};
pub use builder::ArrayBuilder;
pub use local::LocalPart;
