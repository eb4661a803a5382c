//! How nodes end, and what the launcher makes of it.

use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use signal_hook::consts::{SIGKILL, SIGTERM};

/// How one node ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It exited with this status.
    Status(i32),
    /// It was killed by this signal.
    Signal(i32),
    /// The launcher ended it with this signal, because others had failed long before.
    GivenUp(i32),
}

impl End {
    /// Reads a wait status; `given_up` if the launcher has sent signals to end the node.
    pub(crate) fn of(status: ExitStatus, given_up: bool) -> End {
        match (status.code(), status.signal()) {
            (_, Some(signal @ (SIGTERM | SIGKILL))) if given_up => End::GivenUp(signal),
            (_, Some(signal)) => End::Signal(signal),
            (Some(code), None) => End::Status(code),
            // A process that has ended has one of both; anything else counts as a failure.
            (None, None) => End::Status(1),
        }
    }

    /// Whether it is anything but success.
    pub(crate) fn failed(self) -> bool {
        self != End::Status(0)
    }

    /// The status that a shell would show for it.
    pub(crate) fn shell_status(self) -> u8 {
        match self {
            // Exit statuses have eight bits.
            End::Status(code) => code.to_le_bytes()[0],
            End::Signal(signal) | End::GivenUp(signal) => {
                u8::try_from(128 + signal).unwrap_or(u8::MAX)
            }
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            End::Status(code) => write!(f, "ended with status {code}"),
            End::Signal(signal) => write!(f, "was killed by {}", signal_name(signal)),
            End::GivenUp(signal) => {
                write!(f, "did not end by itself and was ended with {}", signal_name(signal))
            }
        }
    }
}

/// The name of a signal, as in `SIGKILL`.
pub(crate) fn signal_name(signal: i32) -> String {
    match signal_hook::low_level::signal_name(signal) {
        Some(name) => name.to_owned(),
        None => format!("signal {signal}"),
    }
}

/// What has become of the nodes so far.
#[derive(Debug)]
pub(crate) struct Ends {
    ends: Vec<Option<End>>,
    left: usize,
    first_failure: Option<(usize, End)>,
    /// The status that a node has ended the job with.
    exit: Option<i32>,
    /// Those that may be dead without harm to the job, in the order in which they died.
    dead: Vec<(usize, End)>,
}

/// What the end of a node is to its job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// Anything but success makes the job fail.
    Counts,
    /// The job goes on without this node.
    Spared,
}

impl Ends {
    /// Of a job in which all nodes run.
    pub(crate) fn new(size: usize) -> Ends {
        Ends {
            ends: vec![None; size],
            left: size,
            first_failure: None,
            exit: None,
            dead: Vec::new(),
        }
    }

    /// Whether this node has ended.
    pub(crate) fn has_ended(&self, rank: usize) -> bool {
        self.ends[rank].is_some()
    }

    /// How many have not ended.
    pub(crate) fn left(&self) -> usize {
        self.left
    }

    /// Whether all have ended.
    pub(crate) fn all(&self) -> bool {
        self.left == 0
    }

    /// The end of one node. A node ends once; the first report counts.
    pub(crate) fn record(&mut self, rank: usize, end: End, weight: Weight) {
        if self.ends[rank].is_some() {
            return;
        }
        self.ends[rank] = Some(end);
        self.left -= 1;
        match weight {
            _ if !end.failed() => {}
            Weight::Spared => self.dead.push((rank, end)),
            Weight::Counts => _ = self.first_failure.get_or_insert((rank, end)),
        }
    }

    /// A node has ended the job with this status, which goes before all others; the first one counts.
    pub(crate) fn exit(&mut self, status: i32) {
        self.exit.get_or_insert(status);
    }

    /// Whether a node has ended the job.
    pub(crate) fn has_exited(&self) -> bool {
        self.exit.is_some()
    }

    /// How many have ended with 0.
    fn successes(&self) -> usize {
        self.ends.iter().filter(|end| **end == Some(End::Status(0))).count()
    }

    /// The status for the whole job: the one that a node has ended it with; else 0, or that of the node that failed
    /// first. Of a job none of whose nodes
    /// ended with 0, that of the first one that died.
    pub(crate) fn verdict(&self) -> u8 {
        if let Some(status) = self.exit {
            let end = End::Status(status);
            return if end.failed() { end.shell_status().max(1) } else { 0 };
        }
        let first_dead = self.dead.first().filter(|_| self.successes() == 0);
        match self.first_failure.as_ref().or(first_dead) {
            None => 0,
            // A status whose low eight bits are 0 must not look like success.
            Some((_, end)) => end.shell_status().max(1),
        }
    }

    /// Who died while the job went on, and what became of the others, in a line; `None` if nobody did.
    pub(crate) fn losses(&self) -> Option<String> {
        if self.dead.is_empty() {
            return None;
        }
        let dead: Vec<String> =
            self.dead.iter().map(|(rank, end)| format!("rank {rank} {end}")).collect();
        let (good, left) = (self.successes(), self.ends.len() - self.dead.len());
        Some(format!("{}; of the other {left}, {good} ended with status 0", dead.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exited(code: i32) -> ExitStatus {
        ExitStatus::from_raw(code << 8)
    }

    #[test]
    fn wait_statuses_are_read() {
        assert_eq!(End::of(exited(0), false), End::Status(0));
        assert_eq!(End::of(exited(3), false), End::Status(3));
        assert_eq!(End::of(ExitStatus::from_raw(9), false), End::Signal(9));
        assert_eq!(End::of(ExitStatus::from_raw(15), true), End::GivenUp(15));
        assert_eq!(End::of(ExitStatus::from_raw(11), true), End::Signal(11));
        assert_eq!(End::of(exited(0), true), End::Status(0), "it ended in good order after all");
    }

    #[test]
    fn the_first_failure_gives_the_status() {
        let mut ends = Ends::new(4);
        ends.record(2, End::Status(0), Weight::Counts);
        assert_eq!(ends.verdict(), 0);
        ends.record(1, End::Signal(9), Weight::Counts);
        ends.record(0, End::Status(7), Weight::Counts);
        assert!(!ends.all() && ends.has_ended(0) && !ends.has_ended(3));
        ends.record(3, End::GivenUp(15), Weight::Counts);
        assert!(ends.all());
        assert_eq!(ends.verdict(), 128 + 9);
    }

    #[test]
    fn success_is_success_of_all() {
        let mut ends = Ends::new(2);
        ends.record(0, End::Status(0), Weight::Counts);
        ends.record(1, End::Status(0), Weight::Counts);
        assert_eq!(ends.verdict(), 0);
    }

    #[test]
    fn the_status_of_a_job_that_was_ended_goes_before_all_others() {
        for (status, verdict) in [(0, 0), (7, 7), (-1, 255), (256, 1)] {
            let mut ends = Ends::new(2);
            ends.record(1, End::Status(3), Weight::Counts);
            assert!(!ends.has_exited());
            ends.exit(status);
            ends.exit(9);
            ends.record(0, End::GivenUp(15), Weight::Counts);
            assert!(ends.has_exited());
            assert_eq!(ends.verdict(), verdict);
        }
    }

    #[test]
    fn a_node_ends_once() {
        let mut ends = Ends::new(1);
        ends.record(0, End::Status(0), Weight::Counts);
        ends.record(0, End::Status(5), Weight::Counts);
        assert!(ends.all());
        assert_eq!(ends.verdict(), 0);
    }

    #[test]
    fn a_job_that_goes_on_succeeds_with_its_survivors() {
        let mut ends = Ends::new(4);
        ends.record(3, End::Signal(9), Weight::Spared);
        ends.record(0, End::Signal(11), Weight::Spared);
        assert_eq!(ends.verdict(), 128 + 9, "nobody has succeeded yet");
        ends.record(1, End::Status(0), Weight::Counts);
        assert_eq!(ends.verdict(), 0);
        ends.record(2, End::Status(0), Weight::Spared);
        assert_eq!(ends.verdict(), 0);
        let text = "rank 3 was killed by SIGKILL, rank 0 was killed by SIGSEGV; of the other 2, 2 \
                    ended with status 0";
        assert_eq!(ends.losses().as_deref(), Some(text));
    }

    #[test]
    fn a_survivor_that_fails_makes_the_job_fail() {
        let mut ends = Ends::new(3);
        ends.record(0, End::Signal(9), Weight::Spared);
        ends.record(1, End::Status(4), Weight::Counts);
        ends.record(2, End::Status(0), Weight::Counts);
        assert_eq!(ends.verdict(), 4);
        assert!(
            ends.losses()
                .is_some_and(|text| text.ends_with("of the other 2, 1 ended with status 0"))
        );
        assert_eq!(Ends::new(3).losses(), None);
    }

    #[test]
    fn ends_are_told_in_words() {
        assert_eq!(End::Status(3).to_string(), "ended with status 3");
        assert_eq!(End::Signal(9).to_string(), "was killed by SIGKILL");
        assert_eq!(End::Signal(50).to_string(), "was killed by signal 50");
    }
}
