//! The processes of a job.

use std::io::IsTerminal;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Sender;
use std::thread;

use pangea::cluster::{Coordinator, JobEnv, Rank};
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid,
};

use super::ends::End;
use super::pump::{Pump, Stream};
use super::{Event, Job, Manner, Program, input};
use crate::failure::Failure;

/// The running program, also where its file has been replaced since.
const SELF: &str = "/proc/self/exe";

/// One node's process.
#[derive(Debug)]
struct Node {
    child: Child,
    /// Whether it leads a process group of its own.
    leads_group: bool,
    ended: bool,
    /// Whether the launcher has sent signals to end it.
    given_up: bool,
}

/// All processes of a job. Dropping kills those that are left.
#[derive(Debug)]
pub(crate) struct Nodes {
    nodes: Vec<Node>,
}

impl Nodes {
    /// Starts all nodes, and for each a thread that reports its end. Must be called on the main
    /// thread: nodes are killed when the thread that started them ends.
    pub(crate) fn start(
        job: &Job,
        coordinator: &Coordinator,
        events: &Sender<Event>,
    ) -> Result<(Nodes, Pump), Failure> {
        let mut nodes = Nodes { nodes: Vec::new() };
        let mut pump = Pump::default();
        // A program that binds each node to one of them would count that one alone.
        let processors = thread::available_parallelism().ok();
        let local_processors = processors.and_then(|count| u32::try_from(count.get()).ok());
        for rank in 0..job.size as usize {
            let at_terminal = job.manner == Manner::Demo && rank == 0;
            let mut command = command(&job.program);
            // A launcher that is itself a node of another job must not hand that one on.
            for name in JobEnv::VARIABLES {
                command.env_remove(name);
            }
            let job_env = coordinator.job().for_rank(Rank(rank as u32));
            let local_size = Some(job.size);
            command.envs(JobEnv { local_size, local_processors, ..job_env }.to_env());
            let typed = job.manner == Manner::Plain && rank == 0 && std::io::stdin().is_terminal();
            command.stdin(if typed { Stdio::piped() } else { stdin_of(rank) });
            if !at_terminal {
                // A group of its own lets the launcher reach what the program starts in turn. The
                // one that draws at the terminal stays in the group that owns it.
                command.process_group(0);
            }
            if !at_terminal && job.manner != Manner::Plain {
                command.stdout(Stdio::piped()).stderr(Stdio::piped());
            }
            // What has been started is killed when `nodes` is dropped.
            let mut child = command.spawn().map_err(|error| {
                Failure::failed(format_args!(
                    "rank {rank} of {} cannot be started: {error}",
                    job.size
                ))
            })?;
            if let Some(pipe) = child.stdout.take() {
                pump.add(rank, Stream::Stdout, OwnedFd::from(pipe));
            }
            if let Some(pipe) = child.stderr.take() {
                pump.add(rank, Stream::Stderr, OwnedFd::from(pipe));
            }
            if let Some(pipe) = child.stdin.take() {
                input::forward(OwnedFd::from(pipe)).map_err(|error| {
                    Failure::failed(format_args!("input cannot be carried: {error}"))
                })?;
            }
            let pid = pid_of(&child);
            nodes.nodes.push(Node {
                child,
                leads_group: !at_terminal,
                ended: false,
                given_up: false,
            });
            report_end(rank, pid, events.clone()).map_err(|error| {
                Failure::failed(format_args!("rank {rank} cannot be watched: {error}"))
            })?;
        }
        Ok((nodes, pump))
    }

    /// Sends a signal that came to the launcher to a node and what it has started.
    pub(crate) fn forward(&self, rank: usize, signal: i32) {
        if let Some(signal) = Signal::from_named_raw(signal) {
            self.nodes[rank].send(signal);
        }
    }

    /// Ends a node that would not end by itself.
    pub(crate) fn give_up(&mut self, rank: usize, signal: Signal) {
        let node = &mut self.nodes[rank];
        node.given_up = true;
        node.send(signal);
    }

    /// Takes note of a node's end, and ends what it has left in its process group.
    pub(crate) fn reap(&mut self, rank: usize) -> End {
        let node = &mut self.nodes[rank];
        // As long as it is not waited for, its id cannot be given to another group.
        if node.leads_group {
            let _ = kill_process_group(pid_of(&node.child), Signal::KILL);
        }
        node.ended = true;
        match node.child.wait() {
            Ok(status) => End::of(status, node.given_up),
            Err(error) => {
                log::error!("rank {rank}: its exit status is lost: {error}");
                End::Status(1)
            }
        }
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        for node in self.nodes.iter_mut().filter(|node| !node.ended) {
            node.send(Signal::KILL);
            let _ = node.child.wait();
        }
    }
}

impl Node {
    fn send(&self, signal: Signal) {
        if self.ended {
            return;
        }
        let pid = pid_of(&self.child);
        // It may have ended just now, which its own report will tell.
        let _ = if self.leads_group {
            kill_process_group(pid, signal)
        } else {
            kill_process(pid, signal)
        };
    }
}

fn command(program: &Program) -> Command {
    let mut command = Command::new(SELF);
    command.arg0("pangea");
    match program {
        Program::File { file, name, arguments } => {
            command.arg("__node").arg(std::process::id().to_string());
            command.arg("--").arg(file).arg(name).args(arguments);
        }
        Program::Own(arguments) => {
            command.args(arguments);
        }
    }
    command
}

/// Input goes to rank 0, unless it is a terminal: nodes are not in its foreground group.
fn stdin_of(rank: usize) -> Stdio {
    if rank == 0 && !std::io::stdin().is_terminal() { Stdio::inherit() } else { Stdio::null() }
}

fn pid_of(child: &Child) -> Pid {
    Pid::from_child(child)
}

/// Starts a thread that waits for the end of a process without reaping it.
fn report_end(rank: usize, pid: Pid, events: Sender<Event>) -> std::io::Result<()> {
    thread::Builder::new().name(format!("watch {rank}")).stack_size(128 << 10).spawn(
        move || {
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            while matches!(waitid(WaitId::Pid(pid), options), Err(rustix::io::Errno::INTR)) {}
            // The launcher may have given up the whole job already.
            let _ = events.send(Event::Ended(rank));
        },
    )?;
    Ok(())
}
