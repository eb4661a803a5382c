//! What tests of the runtime run on when things are to go wrong.
//!
//! | file | what |
//! | --- | --- |
//! | `faulty.rs` | a provider that posts as a NIC does, and fails, delays or loses what a test says |
//! | `paced.rs` | real threads whose clocks advance by waiting only |
//! | `job.rs` | a job of such nodes, each on a thread of this process, that may not hang |

mod faulty;
mod job;
mod paced;

pub(crate) use faulty::{Faults, MAX_INLINE};
pub(crate) use job::{Job, TestNode};
pub(crate) use paced::Paced;
