//! What is known of pages: tables and sets with a place for each, and comparisons of their bytes.
//!
//! Faults and sync points use them alike. All are made with the view; then nothing here allocates, waits for anybody or panics, and what
//! is shared are atomics.
//!
//! | file | what |
//! | --- | --- |
//! | `table.rs` | which pages are here, and where their twins are |
//! | `dirty.rs` | which may be dirty |
//! | `twins.rs` | rooms for copies of pages as they were |
//! | `diff.rs` | which bytes have changed |
//! | `counters.rs` | the counters of changes at the homes, and what is known of them |
//! | `habits.rs` | which dirty pages stay open over a release |
//! | `tally.rs` | what was done how often |

pub(super) mod counters;
pub(super) mod diff;
pub(super) mod dirty;
pub(super) mod habits;
pub(super) mod table;
pub(super) mod tally;
pub(super) mod twins;
