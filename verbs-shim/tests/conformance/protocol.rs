//! What the suite asks of a peer process, and what it answers. One answer to each request.

use serde::{Deserialize, Serialize};
use verbs_shim::provider::Choice;
use verbs_shim::{Access, QueuePairConfig};

use crate::link::{Message, WireCard};
use crate::wire::Arena;

/// Numbers of the objects that a peer has made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Id(pub(crate) usize);

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Rights {
    read: bool,
    write: bool,
    atomic: bool,
}

impl From<Access> for Rights {
    fn from(access: Access) -> Rights {
        Rights {
            read: access.remote_read,
            write: access.remote_write,
            atomic: access.remote_atomic,
        }
    }
}

impl From<Rights> for Access {
    fn from(rights: Rights) -> Access {
        Access {
            remote_read: rights.read,
            remote_write: rights.write,
            remote_atomic: rights.atomic,
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PairOptions {
    depth: u32,
    timeout: u8,
    retries: u8,
}

impl From<&QueuePairConfig> for PairOptions {
    fn from(config: &QueuePairConfig) -> PairOptions {
        PairOptions { depth: config.depth, timeout: config.timeout, retries: config.retries }
    }
}

impl From<PairOptions> for QueuePairConfig {
    fn from(options: PairOptions) -> QueuePairConfig {
        let PairOptions { depth, timeout, retries } = options;
        QueuePairConfig { depth, timeout, retries, ..QueuePairConfig::default() }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    /// To an agent: become a peer process with this provider.
    BecomePeer {
        provider: String,
    },
    /// To an agent: the suite has ended.
    Finish,
    Register {
        len: u64,
        rights: Rights,
    },
    Deregister {
        region: Id,
    },
    MakePair {
        options: PairOptions,
    },
    /// Answers after it has waited and connected.
    Connect {
        pair: Id,
        card: WireCard,
        delay_ms: u64,
    },
    FailPair {
        pair: Id,
    },
    DropPair {
        pair: Id,
    },
    Import {
        card: WireCard,
    },
    /// By the CPU.
    Write {
        region: Id,
        offset: u64,
        bytes: Vec<u8>,
    },
    /// By the CPU.
    Read {
        region: Id,
        offset: u64,
        len: u64,
    },
    /// By the CPU: the pattern of `seed`.
    Fill {
        region: Id,
        offset: u64,
        len: u64,
        seed: u64,
    },
    /// By the CPU: the pattern is there, and zeros around it; then zeros everywhere.
    CheckAndClear {
        region: Id,
        offset: u64,
        len: u64,
        seed: u64,
    },
    /// By the CPU: poll the flag, and see the data of each round when its flag is there.
    WatchFlags {
        region: Id,
        flag: u64,
        data: u64,
        each: u64,
        rounds: u64,
    },
    /// [`crate::wire::contend`].
    Contend {
        pair: Id,
        import: Id,
        arena: Arena,
    },
    /// End by SIGKILL. There is no answer.
    Die,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Reply {
    Done,
    Made {
        id: Id,
        card: WireCard,
    },
    Imported {
        id: Id,
    },
    Bytes(Vec<u8>),
    Histories(Histories),
    Failed(String),
    /// There is not enough memory for it.
    NoMemory(String),
}

/// What one process saw under contention.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Histories {
    /// The values that fetch-and-add found.
    pub(crate) added_to: Vec<u64>,
    /// The values that a successful compare-and-swap replaced.
    pub(crate) swapped: Vec<u64>,
}

impl Message for Request {
    fn card(&mut self) -> Option<&mut WireCard> {
        match self {
            Request::Connect { card, .. } | Request::Import { card } => Some(card),
            _ => None,
        }
    }
}

impl Message for Reply {
    fn card(&mut self) -> Option<&mut WireCard> {
        match self {
            Reply::Made { card, .. } => Some(card),
            _ => None,
        }
    }
}

/// The options by which the test binary is told to be a peer process; its link is standard input.
pub(crate) const PEER_OPTION: &str = "--peer";

pub(crate) fn peer_arguments(provider: Choice, unix: bool) -> [&'static str; 3] {
    [PEER_OPTION, provider.name(), if unix { "unix" } else { "tcp" }]
}

/// Byte `i` of the pattern of a seed; never 0, so that it differs from what nobody wrote.
pub(crate) fn pattern(seed: u64, i: u64) -> u8 {
    let mixed = (i ^ seed.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 56) as u8 | 1
}

pub(crate) fn pattern_bytes(seed: u64, len: usize) -> Vec<u8> {
    (0..len as u64).map(|i| pattern(seed, i)).collect()
}
