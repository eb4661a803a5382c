//! Consistency models: what a read may see, chosen for each segment. One file for each model.
//!
//! | model | file | promise | hit / miss / write in round trips |
//! | --- | --- | --- | --- |
//! | [`Model::Relaxed`](crate::cluster::Model::Relaxed) | `relaxed.rs` | OpenSHMEM's: each operation goes to the home; order by `fence`, `quiet` and barriers | – / 1 / 1 |
//! | `Strict` | later | linearizable | |
//! | `Sequential` | later | sequentially consistent, cached under leases in logical time | |
//! | `Release` | later | data-race-free programs see sequential consistency at sync points | |

mod relaxed;

pub(crate) use relaxed::Relaxed;
