//! The tests, by what they measure.
//!
//! | file or folder | group | level |
//! | --- | --- | --- |
//! | `raw/` | `raw` | the NIC: READ, WRITE and atomics as work requests, as perftest posts them |
//! | `array.rs` | `array` | arrays |
//! | `collective.rs` | `collective` | barriers, reductions, broadcasts |
//! | `memory.rs` | `memory` | allocation |
//! | `draw.rs` | | random numbers, Zipf's law |

pub(crate) mod array;
pub(crate) mod collective;
pub(crate) mod draw;
pub(crate) mod memory;
pub(crate) mod raw;
