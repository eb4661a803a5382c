//! What a program shares: typed arrays of plain data. Maps, queues and owned objects come later.
//!
//! | file | what |
//! | --- | --- |
//! | `builder.rs` | [`ArrayBuilder`]: name, length, distribution, model |
//! | `plan.rs` | what all builders of arrays gather |
//! | `array.rs` | [`Array`]: elements, ranges, strided and scattered access, non-blocking forms |
//! | `atomics.rs` | 64-bit atomics on the elements of an array |
//! | `local.rs` | [`LocalPart`]: the part of one node, in place |
//! | `shared.rs` | [`Shared`]: one value, kept coherent |
//! | `shared_array.rs`, `shared_block.rs` | [`SharedArray`]: many, in blocks; guards of a block |
//! | `coherent.rs` | what these two have in common |
//! | `release_array.rs`, `release_builder.rs` | [`ReleaseArray`]: an array that is used through views |
//! | `view/` | [`View`]: its elements as plain memory |
//! | `batch.rs` | [`Batch`]: many reads of cached values |
//! | `raw/` | the same of types that are known at run time alone, for other languages |

mod array;
mod atomics;
mod batch;
mod builder;
mod coherent;
mod local;
mod plan;
pub mod raw;
mod release_array;
mod release_builder;
mod shared;
mod shared_array;
mod shared_block;
mod view;

pub use array::{Array, Transfer};
pub use batch::Batch;
pub use builder::ArrayBuilder;
pub use local::LocalPart;
pub use release_array::ReleaseArray;
pub use release_builder::ReleaseArrayBuilder;
pub use shared::{ReadGuard, Shared, SharedBuilder, WriteGuard};
pub use shared_array::{SharedArray, SharedArrayBuilder};
pub use shared_block::{BlockReadGuard, BlockWriteGuard};
pub use view::{LockedView, ReadSlice, SyncView, View, ViewOptions, WriteSlice};
