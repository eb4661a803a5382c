//! Edge lists as SNAP publishes them: one edge on a line, as two vertex ids.
//!
//! | file | subject |
//! | --- | --- |
//! | `line.rs` | what one line says |
//! | `share.rs` | the part of a file that one node reads |
//!
//! What is understood: ids from 0 to 2⁶⁴−1, tabs and blanks in any number before, between and after
//! them, line ends of Unix and of Windows, a last line without line end, empty lines, and comment
//! lines that start with `#` or `%`. Ids need not be dense, and neither edges nor ids come in any
//! order.
//!
//! Some of SNAP's lists have a third column: the time of the edge, its weight or its sign. PageRank
//! as done here has no use for it. It is skipped if it is a number and stands on *every* line;
//! a list in which some lines have it and others do not is taken for damaged. The first edge of the
//! file says which kind of list it is.

mod line;
mod share;

pub(crate) use line::Columns;
pub(crate) use share::{BadLine, Edge, columns_of, read_share, share_of};
