//! OpenSHMEM 1.5: the library `libpangea-shmem`.
//!
//! The functions that C sees are made by the build script from the list of routines, each as a call of one of some
//! sixty generic functions, which lie in the modules here by subject.
//!
//! | module | what |
//! | --- | --- |
//! | `entries` | what C sees: `shmem_…` and `pshmem_…`, made from the list |
//! | `types` | C's types that Rust has not, and the handles |
//! | `error` | `ending`, the wrapper of what C calls; `Problem` |
//! | `state`, `setup` | the one state of the process; how it begins and ends |
//! | `settings` | what the environment says |
//! | `ways`, `address` | addresses made into places, in place or by rank and offset |
//! | `words` | shmem's own words in the symmetric range |
//! | `rendezvous` | the barrier of routines that all call alike, which compares what they called |
//! | `heap`, `memory` | the symmetric heap |
//! | `variables`, `fork` | global and static variables as symmetric objects |
//! | `contexts` | contexts |
//! | `rma`, `strided`, `atomics`, `order` | one-sided operations |
//! | `teams` | teams |
//! | `collectives`, `active`, `operations` | collectives over teams and active sets, and the operations of reductions |
//! | `wait`, `signals`, `locks` | point-to-point synchronization, signals, distributed locks |
//! | `both` | Pangea's own interface, for the same node |
//! | `extensions` | what programs use of the extensions of other implementations |
//! | `query` | who is there, what is accessible, versions |
//! | `long_double`, `extended` | entries that take or return a `long double`, and arithmetic on it |
//! | `replaced` | whether a tool has taken the place of routines |
//!
//! What is known of the design stands in `docs/decisions/0021-the-c-libraries.md`.

#![allow(
    clippy::too_many_arguments,
    reason = "generic functions have as many as the routines of the specification, and a name"
)]

mod active;
mod address;
mod atomics;
mod both;
mod collectives;
mod contexts;
mod entries;
mod error;
mod extended;
mod extensions;
mod fork;
mod heap;
mod locks;
mod long_double;
mod memory;
mod operations;
mod order;
mod query;
mod rendezvous;
mod replaced;
mod rma;
mod settings;
mod setup;
mod signals;
mod state;
mod strided;
mod teams;
mod types;
mod variables;
mod wait;
mod ways;
mod words;
