//! Deterministic simulation of Pangea: the real runtime on simulated threads, clocks, wires and NICs.
//!
//! A [`Job`] runs a program on nodes whose runtime is the one that runs on real machines; only what is
//! below it, [`Primitives`](pangea::primitives::Primitives), is [`Simulated`]. One seed decides
//! everything: which thread runs when, how long a packet takes, what gets lost, who dies. The same
//! seed gives the same run, event for event, in every process and on every machine.
//!
//! | module | what |
//! | --- | --- |
//! | [`job`], [`scenario`] | programs on simulated nodes |
//! | [`search`] | many seeds, in processes side by side |
//! | [`fault`] | what goes wrong, and when |
//! | [`outcome`] | how a run ended, and how to see it again |
//! | `schedule`, `coroutine` | simulated threads and time |
//! | `simulated`, `connection`, `wire` | what the runtime needs of a machine |
//! | `timeline`, `digest`, [`chance`] | what happened; where chance comes from |
//! | [`coherent`] | exhaustive search of the coherence protocol |
//! | [`scale`], `traffic` | what operations cost, and how that grows with nodes; speed |
//! | [`views`] | programs over views, and what they must read |
//! | [`history`], [`check`], [`explore`], [`litmus`], [`exhaustive`] | what is right, and searching all that can happen |

pub mod chance;
pub mod check;
pub mod coherent;
mod connection;
mod coroutine;
mod digest;
pub mod exhaustive;
pub mod explore;
pub mod fault;
pub mod history;
pub mod job;
pub mod litmus;
pub mod outcome;
pub mod scale;
pub mod scenario;
mod schedule;
pub mod search;
mod simulated;
mod timeline;
mod traffic;
pub mod views;
mod wire;

pub use connection::{SimAcceptor, SimStream, SimWake};
pub use job::{Job, ProgramResult, SimNode, SimThread};
pub use outcome::{End, NodeEnd, Outcome};
pub use schedule::{Grain, Limits};
pub use simulated::{SimJoinHandle, Simulated};
pub use traffic::Traffic;
