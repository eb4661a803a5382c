//! Measuring: the clock, histograms, rates, threads.
//!
//! | file | subject |
//! | --- | --- |
//! | `timer.rs` | what reading the clock costs |
//! | `histogram.rs` | how long operations took |
//! | `rate.rs` | how many there were in how long, over several intervals |
//! | `threads.rs` | threads that start together |
//! | `sample.rs` | the loop that measures, on one thread |

mod histogram;
mod rate;
mod sample;
mod threads;
mod timer;

pub(crate) use histogram::Latencies;
pub(crate) use rate::Intervals;
pub(crate) use sample::{
    End, InStep, Kind, Operation, Plan, Sample, measure, measure_in_step, warm_up,
};
pub(crate) use threads::{Gate, on_threads};
pub(crate) use timer::Timer;
