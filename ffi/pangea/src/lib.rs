//! Pangea's own C interface: `libpangea`, and `pangea.h`, which is made of this.
//!
//! | file | what |
//! | --- | --- |
//! | `status.rs` | [`pangea_status`], and the error of a thread |
//! | `failure.rs` | errors of the runtime as codes; the wrapper of every function |
//! | `handle` | handles: what lies behind those that C programs have, and whether they still do |
//! | `node.rs` | join and leave, rank, size, barriers, who died |
//!
//! Every function is one of two kinds: it answers a [`pangea_status`] and gives what it makes by its last arguments
//! ([`failure::call`]), or it answers a number or pointer, and one that is none in case of misuse
//! ([`failure::answer`]). Both catch panics: nothing unwinds into C.

#![allow(non_camel_case_types, reason = "they are the names that C programs see")]
#![allow(
    clippy::missing_safety_doc,
    reason = "the promises of C programs are the same for all functions: they stand at the head of the header"
)]

pub mod array;
pub mod array_atomics;
pub mod atomic;
pub mod barrier;
pub mod callback;
pub mod failure;
pub mod handle;
pub mod memory;
pub mod mutex;
pub mod node;
pub mod once;
pub mod reduce;
pub mod release_array;
pub mod rwlock;
pub mod semaphore;
pub mod shared;
pub mod shared_array;
pub mod spec;
pub mod status;
pub mod transfer;
pub mod view;
pub mod view_lock;

pub use node::adopt;
pub use status::pangea_status;
