//! How a simulation ended, with all that is needed to see it again.

use std::fmt;

use verbs_shim::provider::sim::Nanos;

use crate::fault::FaultTally;

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// All tasks of all living machines have ended.
    Finished,
    /// It would never have ended.
    Hang {
        /// How that showed.
        reason: String,
        /// The tasks that had not ended, and what each was waiting in.
        tasks: Vec<String>,
    },
    /// Something went wrong: each of these.
    Failed(Vec<String>),
    /// The search that made its choices gave it up, because what follows is known.
    Abandoned,
}

/// How a node's program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeEnd {
    /// It did not, because its machine was killed or the run ended before.
    Cut,
    /// In good order.
    Ended,
    /// With this error.
    Failed(String),
    /// It ended its process.
    Exited {
        /// The exit status.
        status: i32,
        /// What it said.
        message: String,
    },
}

/// What became of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The scenario's name, for the command that runs it again.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
    /// How it ended.
    pub end: End,
    /// How each node's program did, by rank.
    pub nodes: Vec<NodeEnd>,
    /// Virtual time at the end, in nanoseconds.
    pub time: Nanos,
    /// Steps of the scheduler.
    pub steps: u64,
    /// A fingerprint of all that happened.
    pub digest: u64,
    /// All that happened, if it was wanted.
    pub timeline: Option<String>,
    /// The faults that happened.
    pub faults: FaultTally,
    /// How often a node found a block under the lock of a dead one and unlocked it, rolled it forward, or had to
    /// call it poisoned.
    pub recoveries: [u64; 3],
    /// How many operations its programs did, as far as the scenario counts them.
    pub operations: u64,
    /// Whether a data race that was told would have been taken for a mistake.
    pub races_judged: bool,
    /// What the command line said beyond scenario and seed, for the command that runs it again.
    pub options: String,
}

/// Recoveries by their verdicts, in words.
pub(crate) fn recoveries([unlocked, forward, poisoned]: [u64; 3]) -> String {
    format!("{unlocked} unlocked, {forward} rolled forward, {poisoned} poisoned")
}

impl Outcome {
    /// Whether the run ended as it should.
    pub fn is_good(&self) -> bool {
        self.end == End::Finished
    }

    /// Makes it a failure, for what was found afterwards.
    pub fn add_failure(&mut self, what: String) {
        match &mut self.end {
            End::Failed(all) => all.push(what),
            end => *end = End::Failed(vec![what]),
        }
    }

    /// The command that runs it again, with its timeline.
    pub fn replay(&self) -> String {
        let Outcome { scenario, seed, options, .. } = self;
        format!("pangea-sim --scenario {scenario} --seeds {seed}{options} --timeline")
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} seed {}: ", self.scenario, self.seed)?;
        match &self.end {
            End::Finished => write!(f, "good")?,
            End::Abandoned => write!(f, "abandoned")?,
            End::Hang { reason, tasks } => {
                write!(f, "HANG: {reason}")?;
                for task in tasks {
                    write!(f, "\n  {task}")?;
                }
            }
            End::Failed(what) => {
                write!(f, "FAILED")?;
                for what in what {
                    write!(f, "\n  {what}")?;
                }
            }
        }
        let (micros, steps) = (self.time / 1000, self.steps);
        write!(f, "\n  {micros} us, {steps} steps, digest {:016x}", self.digest)?;
        write!(f, "\n  faults: {}", self.faults)?;
        if self.recoveries != [0; 3] {
            write!(f, "\n  recoveries: {}", recoveries(self.recoveries))?;
        }
        if !self.is_good() {
            write!(f, "\n  again: {}", self.replay())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_outcome_says_what_and_how_to_see_it_again() {
        let mut outcome = Outcome {
            scenario: "put_get".to_owned(),
            seed: 77,
            end: End::Finished,
            nodes: vec![NodeEnd::Ended],
            time: 5000,
            steps: 3,
            digest: 1,
            timeline: None,
            faults: FaultTally::default(),
            recoveries: [0; 3],
            operations: 0,
            races_judged: false,
            options: " --nodes 3".to_owned(),
        };
        assert!(outcome.is_good() && !outcome.to_string().contains("again"));
        outcome.add_failure("the sum is wrong".to_owned());
        outcome.add_failure("so is the product".to_owned());
        let text = outcome.to_string();
        assert!(!outcome.is_good());
        for part in [
            "FAILED",
            "the sum is wrong",
            "so is",
            "--scenario put_get --seeds 77 --nodes 3 --timeline",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }
}
