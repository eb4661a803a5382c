//! The life of a job, from the moment its nodes run to the end of the last one.
//!
//! ```text
//!            a node fails, or a signal          grace is over            nodes are left
//!  running ───────────────────────────▶ waiting ─────────────▶ SIGTERM ───────────────▶ SIGKILL
//!     │       that asks for the end        │                      │
//!     └───────────── all nodes have ended ─┴──────────────────────┴──▶ verdict
//! ```
//!
//! A node may also end the job, with a status: the coordinator tells the others, and there is little grace.
//!
//! A failure is reported to the coordinator at once, which tells the other nodes; the grace is for
//! them to end by themselves. A job that keeps going stays *running* then, however many of its nodes
//! have failed. A forwarded signal alone starts no clock, since a program may well
//! go on after it; the same signal twice within [`IMPATIENCE`] ends the job at once.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use pangea::cluster::{Coordinator, Rank};
use rustix::process::Signal;

use super::ends::{End, Ends, Weight, signal_name};
use super::nodes::Nodes;
use super::{Event, Job, Manner, signals};
use crate::failure::FAILED;
use crate::style;

/// How long a node may take to end after `SIGTERM`.
const AFTER_TERM: Duration = Duration::from_secs(2);
/// How long nodes may take to end by themselves when one of them has ended the job.
const AFTER_EXIT: Duration = Duration::from_secs(1);
/// Two signals within this time are meant seriously.
const IMPATIENCE: Duration = Duration::from_secs(2);

/// Where a job stands that is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Nothing has failed.
    Running,
    /// Something has; nodes may end by themselves until then.
    Waiting(Instant),
    /// `SIGTERM` was sent; `SIGKILL` follows then.
    Terminating(Instant),
    /// `SIGKILL` was sent. The kernel does the rest.
    Killed,
}

impl Stage {
    fn deadline(self) -> Option<Instant> {
        match self {
            Stage::Waiting(until) | Stage::Terminating(until) => Some(until),
            Stage::Running | Stage::Killed => None,
        }
    }
}

struct Supervisor<'a> {
    job: &'a Job,
    nodes: Nodes,
    coordinator: &'a Coordinator,
    ends: Ends,
    stage: Stage,
    last_signal: Option<(i32, Instant)>,
    /// Whether a signal that asks for the end was handed on: who is killed then did not die by accident.
    asked_to_end: bool,
}

/// Handles events until all nodes have ended; returns the status of the job.
pub(crate) fn to_the_end(
    job: &Job,
    nodes: Nodes,
    coordinator: &Coordinator,
    events: &Receiver<Event>,
) -> u8 {
    let ends = Ends::new(job.size as usize);
    let mut supervisor = Supervisor {
        job,
        nodes,
        coordinator,
        ends,
        stage: Stage::Running,
        last_signal: None,
        asked_to_end: false,
    };
    while !supervisor.ends.all() {
        let event = match supervisor.stage.deadline() {
            Some(deadline) => {
                events.recv_timeout(deadline.saturating_duration_since(Instant::now()))
            }
            None => events.recv().map_err(RecvTimeoutError::from),
        };
        match event {
            Ok(Event::Ended(rank)) => supervisor.handle_end(rank),
            Ok(Event::Signal(signal)) => supervisor.handle_signal(signal),
            Ok(Event::Exited(status)) => supervisor.handle_exit(status),
            Err(RecvTimeoutError::Timeout) => supervisor.handle_deadline(),
            // Each node has a thread that holds a sender until it has reported.
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    if let Some(losses) = supervisor.ends.losses() {
        style::note(losses);
    }
    supervisor.ends.verdict()
}

impl Supervisor<'_> {
    fn running(&self) -> Vec<usize> {
        (0..self.job.size as usize).filter(|&rank| !self.ends.has_ended(rank)).collect()
    }

    fn handle_end(&mut self, rank: usize) {
        let end = self.nodes.reap(rank);
        let weight = self.weight(end);
        self.ends.record(rank, end, weight);
        self.coordinator.node_exited(Rank(rank as u32), &end.to_string());
        if !end.failed() || self.ends.has_exited() {
            return;
        }
        let told = self.job.manner == Manner::Demo && end == End::Status(FAILED.into());
        if !told {
            let others = self.job.keep_going && !self.asked_to_end && self.ends.left() > 0;
            let goes_on = if others { "; the others go on" } else { "" };
            style::note(format_args!("rank {rank} {end}{goes_on}"));
        }
        if self.stage == Stage::Running && !self.job.keep_going {
            self.stage = Stage::Waiting(Instant::now() + self.job.grace);
        }
    }

    /// A node has ended the job. The others have been told, and end by themselves, as far as that does not take long.
    fn handle_exit(&mut self, status: i32) {
        self.ends.exit(status);
        let soon = Instant::now() + AFTER_EXIT;
        match self.stage {
            Stage::Waiting(until) if until <= soon => {}
            Stage::Running | Stage::Waiting(_) => self.stage = Stage::Waiting(soon),
            Stage::Terminating(_) | Stage::Killed => {}
        }
    }

    /// A node that was killed has died, and a job that keeps going does without it. A node that ends by itself
    /// with another status than 0 says that its program failed, which is for the status of the job to tell.
    fn weight(&self, end: End) -> Weight {
        match end {
            End::Signal(_) if self.job.keep_going && !self.asked_to_end => Weight::Spared,
            End::Signal(_) | End::Status(_) | End::GivenUp(_) => Weight::Counts,
        }
    }

    fn handle_signal(&mut self, signal: i32) {
        let now = Instant::now();
        let again = self
            .last_signal
            .is_some_and(|(last, at)| last == signal && now.duration_since(at) < IMPATIENCE);
        if again && signals::asks_to_end(signal) {
            style::note(format_args!("{} again: ending all nodes", signal_name(signal)));
            self.end_all(Signal::KILL);
            self.stage = Stage::Killed;
            return;
        }
        self.last_signal = Some((signal, now));
        self.asked_to_end |= signals::asks_to_end(signal);
        for rank in self.running() {
            self.nodes.forward(rank, signal);
        }
    }

    fn handle_deadline(&mut self) {
        match self.stage {
            Stage::Waiting(_) => {
                self.end_all(Signal::TERM);
                self.stage = Stage::Terminating(Instant::now() + AFTER_TERM);
            }
            Stage::Terminating(_) => {
                self.end_all(Signal::KILL);
                self.stage = Stage::Killed;
            }
            Stage::Running | Stage::Killed => {}
        }
    }

    fn end_all(&mut self, signal: Signal) {
        for rank in self.running() {
            self.nodes.give_up(rank, signal);
        }
    }
}
