//! Jobs: nodes on this machine that are started, watched and ended together.
//!
//! | file | subject |
//! | --- | --- |
//! | `checks.rs` | what must be right before anything is started |
//! | `program.rs` | which file is executed |
//! | `nodes.rs` | starting, signalling and reaping the processes |
//! | `trampoline.rs` | what runs in a node before its program |
//! | `pump.rs`, `prefix.rs` | output, prefixed by rank |
//! | `input.rs` | what is typed at a terminal, on its way to rank 0 |
//! | `signals.rs` | signals of the launcher |
//! | `supervise.rs` | the life of a job, from events |
//! | `ends.rs` | how nodes end, and the verdict |
//!
//! The launcher's main thread starts all nodes, because the kernel ties the life of a node to the
//! *thread* that made it. It then handles events one by one; it alone signals and reaps, so that no
//! signal can go to a process id that has been given to somebody else.

mod checks;
mod ends;
mod input;
mod nodes;
mod prefix;
mod program;
mod pump;
mod signals;
mod supervise;
pub(crate) mod trampoline;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::Duration;

use pangea::cluster::{Coordinator, CoordinatorConfig, JobEvent};
use verbs_shim::provider::{Choice, VerbsOptions};

use crate::failure::Failure;
use crate::size::Size;

/// What all nodes execute.
#[derive(Clone, Debug)]
pub(crate) enum Program {
    /// A program of the user.
    File {
        /// The file to execute.
        file: PathBuf,
        /// Its name as it was typed.
        name: OsString,
        /// Its arguments.
        arguments: Vec<OsString>,
    },
    /// This very program, with a hidden subcommand that ties itself to the launcher.
    Own(Vec<OsString>),
}

impl Program {
    /// Looks for a program as a shell would.
    pub(crate) fn find(name: OsString, arguments: Vec<OsString>) -> Result<Program, Failure> {
        Ok(Program::File { file: program::find(&name)?, name, arguments })
    }
}

/// What becomes of the output and the ends of the nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// All output is prefixed by rank; every failure is told.
    Launcher,
    /// Nodes write to the launcher's own output themselves, and what is typed at a terminal goes to rank 0; every
    /// failure is told.
    Plain,
    /// Rank 0 speaks for the program at the terminal itself, the others are prefixed. A node that
    /// ends with [`FAILED`](crate::failure::FAILED) has said why, or knows that another one has.
    Demo,
}

/// A job on this machine.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) size: u32,
    pub(crate) provider: Choice,
    /// Which NIC; what the environment says when not given.
    pub(crate) verbs: Option<VerbsOptions>,
    /// Bytes of each node's arena.
    pub(crate) memory: Size,
    /// Bytes of each node's cache.
    pub(crate) cache: Size,
    /// Whether the others go on when a node has failed.
    pub(crate) keep_going: bool,
    /// Where the coordinator listens for nodes; on this host only when not given.
    pub(crate) listen: Option<SocketAddr>,
    /// How long nodes may go on after another has failed, unless they keep going.
    pub(crate) grace: Duration,
    pub(crate) program: Program,
    pub(crate) manner: Manner,
}

/// What the main thread of the launcher waits for.
#[derive(Debug)]
pub(crate) enum Event {
    /// This node's process has ended, and is to be reaped.
    Ended(usize),
    /// The launcher received this signal.
    Signal(i32),
    /// A node has ended the job with this status.
    Exited(i32),
}

impl Job {
    /// Runs the job to its end. The status is 0, or that of the node that failed first, or the one that a node has ended
    /// the job with; a job that keeps going has succeeded as well when nodes were killed and all others ended with 0.
    ///
    /// # Errors
    /// Before anything was started, when what the job needs is not there.
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let (sender, events) = mpsc::channel();
        let exits = sender.clone();
        let coordinator = self.prepare(self.size, move |event| {
            if let JobEvent::Exited { code, .. } = event {
                // The launcher may have given up the whole job already.
                let _ = exits.send(Event::Exited(*code));
            }
        })?;
        // Signals are caught before the first node is there, so that none can kill the launcher and
        // leave the end of the nodes to chance.
        let caught = signals::catch(sender.clone())
            .map_err(|error| Failure::failed(format_args!("cannot catch signals: {error}")))?;
        let (nodes, pump) = nodes::Nodes::start(self, &coordinator, &sender)?;
        let pumping = pump
            .start()
            .map_err(|error| Failure::failed(format_args!("cannot carry output: {error}")))?;
        let status = supervise::to_the_end(self, nodes, &coordinator, &events);
        pumping.finish();
        drop(caught);
        Ok(ExitCode::from(status))
    }

    /// Checks what can be checked, with so many of the nodes on this machine, and starts the coordinator, which calls
    /// `on_event` with what happens.
    ///
    /// # Errors
    /// When what the job needs is not there.
    pub(crate) fn prepare(
        &self,
        here: u32,
        on_event: impl FnMut(&JobEvent) + Send + 'static,
    ) -> Result<Coordinator, Failure> {
        checks::all(self, here)?;
        let bytes = self.memory.get() as u64;
        let mut config = CoordinatorConfig::local(self.size, self.provider, bytes);
        config.cache_bytes = self.cache.get() as u64;
        if let Some(address) = self.listen {
            config.listen = address;
        }
        Coordinator::start_with(&config, on_event).map_err(Failure::usage)
    }
}
