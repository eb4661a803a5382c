//! Exhaustive search of the coherence protocol: every order of every step of small programs.
//!
//! What is searched is the protocol of the runtime itself, [`pangea::protocol`]: straight-line code over an agent.
//! The agent here records the answers of an operation, and runs it again up to the first call that has none yet;
//! what happens next is chosen. So a state is plain data, and each is visited once.
//!
//! | module | what |
//! | --- | --- |
//! | [`program`] | objects, operations, threads, what may go wrong: a case |
//! | `memory` | homes, and how their NICs execute batches |
//! | `node` | what the threads of a node share: clock, cache, its own lock of each block |
//! | `agent` | the protocol's agent |
//! | `perform` | operations by steps of the protocol |
//! | `world` | a state, and what may happen next |
//! | `spec` | what may come out |
//! | `search` | through all states, depth first |
//! | [`cases`] | the catalog |
//! | `mutants` | mistakes, and the cases that catch them |
//! | `trace`, `command` | a way to a violation, readable; the command line |
//!
//! # What is left out of the choice, and why nothing is lost
//!
//! * Which node is a home: an own home is reached as any other is, so each object has a home of its own.
//! * Steps inside a node that has one thread: nobody else can tell when they happen.
//! * Load and store of an atomic (but where [`Case::gaps`](program::Case::gaps) is set, as it is for unlocking by
//!   WRITE): READs between them see what was there before, and no WRITE goes to the words of atomics.
//! * Looking again at what has not changed: a thread that backed off goes on when the lease word, the words of the
//!   lock or the fences are no more as it first saw them.
//! * A step at an object that no other thread will ever touch: it comes at once.

mod agent;
pub mod cases;
mod command;
mod memory;
mod mutants;
mod node;
mod perform;
pub mod program;
mod search;
mod spec;
mod trace;
mod world;

pub use command::{CoherentArgs, command};
pub use mutants::{MUTANTS, Mutant};
pub use search::{Found, Search, Violation, search};
pub use trace::trace;
