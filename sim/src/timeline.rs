//! What happened, in order: lines of text for people, and a digest that is always kept.
//!
//! Two runs of one seed have the same digest, and where they do not, their lines show the first
//! difference. A line is `time machine what`, with the time in nanoseconds.

use std::fmt::{self, Write};
use std::hash::{Hash, Hasher};

use verbs_shim::provider::sim::{Machine, Nanos, NicEvent};

use crate::digest::Digest;

/// Something that happened.
#[derive(Debug, Hash)]
pub(crate) enum Event<'a> {
    Nic(&'a NicEvent),
    Started { machine: Machine, task: u32, name: &'a str },
    Ended { machine: Machine, task: u32 },
    Joined { machine: Machine },
    ProgramEnded { machine: Machine, error: Option<&'a str> },
    Exited { machine: Machine, status: i32, message: &'a str },
    Killed { machine: Machine },
    Paused { machine: Machine, until: Nanos },
    Cut { from: Machine, to: Machine },
    Healed { from: Machine, to: Machine },
    Stalled { machine: Machine },
    Flows { machine: Machine },
    PairFailed { machine: Machine },
    Connected { machine: Machine, wire: u32 },
    Sent { machine: Machine, wire: u32, bytes: &'a [u8] },
    WireEnded { machine: Machine, wire: u32 },
    Coordinator(&'a str),
    Note { machine: Machine, text: &'a str },
}

/// All that happened in one simulation.
pub(crate) struct Timeline {
    digest: Digest,
    text: Option<String>,
    /// The number of the coordinator's machine, for its name.
    coordinator: Option<Machine>,
}

impl Timeline {
    pub(crate) fn new(text: bool) -> Timeline {
        Timeline { digest: Digest::new(), text: text.then(String::new), coordinator: None }
    }

    pub(crate) fn name_coordinator(&mut self, machine: Machine) {
        self.coordinator = Some(machine);
    }

    /// A machine's name for people.
    pub(crate) fn machine(&self, machine: Machine) -> MachineName {
        MachineName { machine, is_coordinator: self.coordinator == Some(machine) }
    }

    #[inline]
    pub(crate) fn record(&mut self, at: Nanos, event: &Event<'_>) {
        self.digest.write_u64(at);
        event.hash(&mut self.digest);
        if self.text.is_some() {
            self.write(at, event);
        }
    }

    fn write(&mut self, at: Nanos, event: &Event<'_>) {
        let mut line = format!("{at:>12} ");
        // Writing to a string does not fail.
        let _ = self.describe(&mut line, event);
        if let Some(text) = &mut self.text {
            text.push_str(&line);
            text.push('\n');
        }
    }

    fn describe(&self, line: &mut String, event: &Event<'_>) -> fmt::Result {
        let name = |machine: &Machine| self.machine(*machine);
        match event {
            Event::Nic(event) => write!(line, "nic {event}"),
            Event::Started { machine, task, name: what } => {
                write!(line, "{} started task {task} {what:?}", name(machine))
            }
            Event::Ended { machine, task } => write!(line, "{} ended task {task}", name(machine)),
            Event::Joined { machine } => write!(line, "{} joined", name(machine)),
            Event::ProgramEnded { machine, error: None } => {
                write!(line, "{} program ended", name(machine))
            }
            Event::ProgramEnded { machine, error: Some(error) } => {
                write!(line, "{} program ended: {error}", name(machine))
            }
            Event::Exited { machine, status, message } => {
                write!(line, "{} exited with status {status}: {message}", name(machine))
            }
            Event::Killed { machine } => write!(line, "{} killed", name(machine)),
            Event::Paused { machine, until } => {
                write!(line, "{} paused until {until}", name(machine))
            }
            Event::Cut { from, to } => write!(line, "link {} -> {} cut", name(from), name(to)),
            Event::Healed { from, to } => {
                write!(line, "link {} -> {} healed", name(from), name(to))
            }
            Event::Stalled { machine } => write!(line, "{} wires stall", name(machine)),
            Event::Flows { machine } => write!(line, "{} wires flow again", name(machine)),
            Event::PairFailed { machine } => write!(line, "{} a queue pair fails", name(machine)),
            Event::Connected { machine, wire } => {
                write!(line, "{} connected wire {wire}", name(machine))
            }
            Event::Sent { machine, wire, bytes } => {
                write!(line, "{} sent {} bytes over wire {wire}", name(machine), bytes.len())
            }
            Event::WireEnded { machine, wire } => {
                write!(line, "{} ended wire {wire}", name(machine))
            }
            Event::Coordinator(what) => write!(line, "coordinator: {what}"),
            Event::Note { machine, text } => write!(line, "{} {text}", name(machine)),
        }
    }

    /// The digest of all that was recorded.
    pub(crate) fn digest(&self) -> u64 {
        self.digest.finish()
    }

    /// The lines, if they were wanted.
    pub(crate) fn take_text(&mut self) -> Option<String> {
        self.text.take()
    }
}

/// How a machine is called.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MachineName {
    machine: Machine,
    is_coordinator: bool,
}

impl fmt::Display for MachineName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_coordinator {
            f.write_str("coordinator")
        } else {
            write!(f, "m{}", self.machine)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_does_not_need_the_text() {
        let mut with = Timeline::new(true);
        let mut without = Timeline::new(false);
        for timeline in [&mut with, &mut without] {
            timeline.name_coordinator(2);
            timeline.record(5, &Event::Killed { machine: 1 });
            timeline.record(70, &Event::Sent { machine: 2, wire: 0, bytes: b"abc" });
        }
        assert_eq!(with.digest(), without.digest());
        assert_eq!(without.take_text(), None);
        let text = with.take_text().expect("was wanted");
        assert_eq!(
            text,
            "           5 m1 killed\n          70 coordinator sent 3 bytes over wire 0\n"
        );
    }

    #[test]
    fn the_digest_depends_on_contents_and_times() {
        let digest = |at, bytes| {
            let mut timeline = Timeline::new(false);
            timeline.record(at, &Event::Sent { machine: 0, wire: 0, bytes });
            timeline.digest()
        };
        assert_ne!(digest(1, b"a"), digest(1, b"b"));
        assert_ne!(digest(1, b"a"), digest(2, b"a"));
    }
}
