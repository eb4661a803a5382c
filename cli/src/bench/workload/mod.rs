//! The tests, by what they measure.
//!
//! | file or folder | group | level |
//! | --- | --- | --- |
//! | `raw/` | `raw` | the NIC: READ, WRITE and atomics as work requests, as perftest posts them |
//! | `array.rs` | `array` | arrays |
//! | `coherent/` | `coherent` | reads and writes of coherent values |
//! | `locks/` | `locks` | locks, atomics, semaphores |
//! | `collective.rs` | `collective` | barriers, reductions, broadcasts |
//! | `memory.rs` | `memory` | allocation |
//! | `gups/` | `gups` | random updates of a table on all nodes |
//! | `ycsb/` | `ycsb` | the core workloads of YCSB on records that all nodes share |
//! | `sweep/` | `sweep` | where caching wins and where it loses |
//! | `cost.rs` | | what operations have to ask of the NIC |
//! | `draw.rs` | | random numbers, Zipf's law |

pub(crate) mod array;
pub(crate) mod coherent;
pub(crate) mod collective;
mod cost;
pub(crate) mod draw;
pub(crate) mod gups;
pub(crate) mod locks;
pub(crate) mod memory;
pub(crate) mod raw;
pub(crate) mod sweep;
#[cfg(test)]
mod testing;
pub(crate) mod ycsb;
