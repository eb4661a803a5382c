//! Errors of the control plane.

use serde::{Deserialize, Serialize};

use super::{Rank, SegmentId};

/// Why something of the control plane did not work. Says what was wrong and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterError {
    /// An environment variable that describes the job is missing or malformed.
    #[error("the environment variable {variable} {problem}")]
    Environment {
        /// Its name.
        variable: &'static str,
        /// What is wrong with it, and what is expected.
        problem: String,
    },
    /// A job starter has started this process, and its PMI library cannot be used.
    #[error("this process was started by a job starter with PMI, but {problem}")]
    Starter {
        /// What is wrong with it.
        problem: String,
    },
    /// A coordinator cannot be started with this configuration.
    #[error("the coordinator cannot start: {0}")]
    Config(String),
    /// None of the addresses of the job answers.
    #[error(
        "no coordinator answers at the address of the job ({tried}); is the launcher still \
         running, and can this host reach it?"
    )]
    Unreachable {
        /// Each address with its error.
        tried: String,
    },
    /// The coordinator says that this node does not know the job's secret.
    #[error(
        "the coordinator refused the job secret (PANGEA_SECRET): it belongs to another job, or \
         was changed on the way; start the node with the variables that the launcher gives"
    )]
    WrongSecret,
    /// Whoever listens at the job's address does not know the job's secret.
    #[error(
        "what listens at the address of the job (PANGEA_JOB) does not know the job secret: it is \
         not this job's coordinator"
    )]
    Impostor,
    /// The two sides speak different versions of the protocol.
    #[error(
        "this node speaks version {node} of the cluster protocol, the coordinator version \
         {coordinator}: build the program and the launcher from one version of Pangea"
    )]
    Version {
        /// This node's.
        node: u16,
        /// The coordinator's.
        coordinator: u16,
    },
    /// The coordinator refused the request.
    #[error(transparent)]
    Refused(Refusal),
    /// A node died, so that what was asked for cannot be had any more.
    #[error("rank {rank} died: {reason}")]
    NodeDied {
        /// Which.
        rank: Rank,
        /// How that showed, with process and host.
        reason: String,
    },
    /// The connection to the coordinator is gone, and with it the job.
    #[error("the coordinator of the job is lost: {reason}")]
    CoordinatorLost {
        /// How that showed.
        reason: String,
    },
    /// The other side said something that it may not say.
    #[error("the cluster protocol was violated: {0}")]
    Protocol(String),
    /// The client was asked for something at a time when it cannot be had.
    #[error("{0}")]
    Misuse(&'static str),
    /// The operating system refused something.
    #[error("cannot {doing}: {problem}")]
    System {
        /// What was tried.
        doing: String,
        /// What the system says.
        problem: String,
    },
}

impl ClusterError {
    /// An error of the operating system.
    pub(crate) fn system(doing: impl Into<String>, error: &std::io::Error) -> ClusterError {
        ClusterError::System { doing: doing.into(), problem: error.to_string() }
    }
}

impl From<Refusal> for ClusterError {
    fn from(refusal: Refusal) -> ClusterError {
        match refusal {
            Refusal::NodeDied { rank, reason } => ClusterError::NodeDied { rank, reason },
            other => ClusterError::Refused(other),
        }
    }
}

/// Why the coordinator, or a peer through it, refused a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The rank that was wished for does not exist.
    #[error(
        "rank {rank} (PANGEA_RANK) does not exist in a job of {size} nodes; ranks count from 0"
    )]
    NoSuchRank {
        /// The wish.
        rank: Rank,
        /// The size of the job.
        size: u32,
    },
    /// The rank that was wished for has been given out.
    #[error(
        "rank {rank} (PANGEA_RANK) has already joined the job ({holder}); a rank is given out once"
    )]
    RankTaken {
        /// The wish.
        rank: Rank,
        /// Who has or had it.
        holder: String,
    },
    /// All ranks have been given out.
    #[error("all {size} ranks of the job have been given out; start the job with more nodes (-n)")]
    JobFull {
        /// The size of the job.
        size: u32,
    },
    /// The provider works within one host, and this node is on another one.
    #[error(
        "the provider {provider} needs all nodes on the host of the launcher, but this node came \
         over TCP: run it on that host (and in its network namespace), or choose --provider verbs"
    )]
    NeedsSameHost {
        /// The provider.
        provider: String,
    },
    /// A node that is needed has died.
    #[error("rank {rank} died: {reason}")]
    NodeDied {
        /// Which.
        rank: Rank,
        /// How that showed.
        reason: String,
    },
    /// A peer could not connect its side of a pair.
    #[error("rank {rank} refused to connect a queue pair: {reason}")]
    PairRefused {
        /// The peer.
        rank: Rank,
        /// What it says.
        reason: String,
    },
    /// A specification that describes no segment.
    #[error("segment {name:?}: {problem}")]
    BadSpec {
        /// The name.
        name: String,
        /// What is wrong.
        problem: String,
    },
    /// The name belongs to a segment of another kind.
    #[error("segment {name:?} is {existing}; this node asked for {asked}")]
    Mismatch {
        /// The name.
        name: String,
        /// The segment that there is.
        existing: String,
        /// The one that was asked for.
        asked: String,
    },
    /// There is no segment of that name.
    #[error("there is no segment {name:?} in this job")]
    NoSuchSegment {
        /// The name.
        name: String,
    },
    /// The node holds no reference to that segment.
    #[error("this node has not attached segment {id}, or has released it already")]
    NotAttached {
        /// The segment.
        id: SegmentId,
    },
    /// The arena of a node has no room for its piece.
    #[error(
        "the arena of rank {rank} is too small for segment {name:?}: {wanted} bytes are wanted \
         there, {free} are free, {largest} in one piece; give each node more memory (--memory, \
         PANGEA_MEMORY) or release segments"
    )]
    ArenaTooSmall {
        /// The name.
        name: String,
        /// Whose arena.
        rank: Rank,
        /// Bytes wanted there.
        wanted: u64,
        /// Bytes free there.
        free: u64,
        /// Bytes of the largest free piece.
        largest: u64,
    },
    /// The request is larger than a message may be, or its answer is.
    #[error("{what} does not fit a message of {limit} bytes")]
    TooLarge {
        /// What.
        what: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// The request comes at a time when it cannot be served.
    #[error("{0}")]
    WrongTime(String),
}
