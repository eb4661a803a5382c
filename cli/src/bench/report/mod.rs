//! What a run of `pangea bench` tells.
//!
//! | file | subject |
//! | --- | --- |
//! | `row.rs` | what one test has measured, and the whole report |
//! | `machine.rs` | what it was measured on, and by what build |
//! | `printer.rs` | rows go where they were asked for |
//! | `table.rs`, `figures.rs` | for people; figures in the unit that fits |
//! | `json.rs` | for machines |
//! | `compare.rs` | beside an earlier report |
//! | `plot/` | as a drawing |

mod compare;
#[cfg(test)]
mod examples;
mod figures;
mod json;
mod machine;
mod plot;
mod printer;
mod row;
mod table;

pub(crate) use machine::Machine;
pub(crate) use printer::{Printer, check};
pub(crate) use row::{Fact, Latency, Rate, Report, Row};
