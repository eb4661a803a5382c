//! What a run of `pangea bench` tells.
//!
//! | file | subject |
//! | --- | --- |
//! | `row.rs` | what one test has measured, and the whole report |
//! | `table.rs` | rows for people |

mod row;
mod table;

pub(crate) use row::{Fact, Latency, Machine, Nic, Rate, Report, Row};
pub(crate) use table::Printer;
