//! What nodes and coordinator say to each other after the handshake. Encoded by postcard.
//!
//! A message carries the files of at most one card; they travel beside the bytes, never in them.
//! What is added goes to the end of an enumeration, and raises [`super::auth::VERSION`].

use std::os::fd::OwnedFd;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use verbs_shim::Card;

use super::error::Refusal;
use super::segment::{CatalogEntry, SegmentDescriptor, SegmentSpec};
use super::{Epoch, Rank, SegmentId};

/// The longest card that is carried: a provider's, and what the layer above puts around it.
pub(crate) const MAX_CARD: usize = 2 * Card::MAX_BYTES;

/// The files of a message's card.
pub(crate) type Files = Vec<Arc<OwnedFd>>;

/// Names one request of one node, in its answer.
pub(crate) type RequestId = u64;

/// From a node to the coordinator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ToCoordinator {
    /// This node's arena is there. `reserved` bytes at its start are not to be given out.
    Announce { reserved: u64, card: Vec<u8> },
    /// To be relayed to `to`.
    ConnectPair { request: RequestId, to: Rank, card: Vec<u8> },
    /// The answer to [`ToNode::PairRequest`].
    PairAnswer { relay: u64, result: Result<Vec<u8>, String> },
    /// Create the segment, or attach it if there is one of this name.
    CreateOrAttach { request: RequestId, spec: SegmentSpec },
    /// Attach the segment of this name.
    Attach { request: RequestId, name: String },
    /// Give up one reference.
    Release { request: RequestId, id: SegmentId },
    /// The catalog, from the first name after `after`.
    Catalog { request: RequestId, after: Option<String> },
    /// The answer to [`ToNode::Clear`].
    Cleared { clear: u64 },
    /// This node is done, and waits for [`ToNode::Goodbye`].
    Leave,
    /// This node failed and ends at once.
    Fail { reason: String },
    /// The whole job is to end at once, with this code.
    Exit { code: i32 },
}

/// From the coordinator to a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ToNode {
    /// All nodes have announced their arenas; these are the cards of ranks `first`, `first + 1`, …, one
    /// behind the other, and where each of them ends. A card with files comes alone.
    Arenas {
        first: Rank,
        ends: Vec<u32>,
        #[serde(with = "bytes")]
        bytes: Vec<u8>,
        epoch: Epoch,
    },
    /// `from` wants to connect a queue pair to this node.
    PairRequest { relay: u64, from: Rank, card: Vec<u8> },
    /// Answers a request.
    Reply { request: RequestId, result: Result<Answer, Refusal> },
    /// Zero these bytes of this node's arena.
    Clear { clear: u64, offset: u64, len: u64 },
    /// A node died.
    NodeDied { rank: Rank, reason: String, epoch: Epoch },
    /// Nodes left in good order. Their memory stays until [`ToNode::Goodbye`].
    NodesLeft { ranks: Vec<Rank> },
    /// All nodes have left or died: this one may go.
    Goodbye,
    /// A node has ended the job: this process ends at once, with this code.
    Exit { code: i32 },
}

/// What a request asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// The card of the peer's queue pair.
    Pair { card: Vec<u8> },
    /// The segment.
    Segment(SegmentDescriptor),
    /// The reference is given up.
    Released,
    /// Some lines of the catalog; `more` come after the last name.
    Catalog { entries: Vec<CatalogEntry>, more: bool },
}

/// Who a node says it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    /// The rank it wishes for.
    pub(crate) rank: Option<Rank>,
    /// Its process.
    pub(crate) pid: u32,
    /// Its host; at most [`Identity::MAX_HOST`] bytes.
    pub(crate) host: String,
}

impl Identity {
    /// The longest name of a host, in bytes.
    pub(crate) const MAX_HOST: usize = 64;
}

/// What a node is told when it has joined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Admission {
    pub(crate) rank: Rank,
    pub(crate) size: u32,
    pub(crate) epoch: Epoch,
    /// The name of the provider.
    pub(crate) provider: String,
    pub(crate) arena_bytes: u64,
    /// What a node's cache of coherent data may take.
    pub(crate) cache_bytes: u64,
    pub(crate) one_host: bool,
}

/// The coordinator's last word of the handshake.
pub(crate) type Verdict = Result<Admission, Refusal>;

/// Encodes any message.
pub(crate) fn encode<T: Serialize>(message: &T) -> Vec<u8> {
    // Only types that cannot be expressed fail, such as sequences of unknown length.
    postcard::to_stdvec(message).expect("every message has an encoding")
}

/// Decodes a message, all of the bytes and no more.
pub(crate) fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, String> {
    match postcard::take_from_bytes(bytes) {
        Ok((message, [])) => Ok(message),
        Ok((_, rest)) => Err(format!("{} bytes too many after a message", rest.len())),
        Err(error) => Err(format!("no message: {error}")),
    }
}

/// Long runs of bytes, encoded as sequences of bytes are, but copied as a whole.
mod bytes {
    use std::fmt;

    use serde::de::{Error, Visitor};
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = Vec<u8>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }
        }

        from.deserialize_bytes(Bytes)
    }
}

/// Takes a card apart for a message.
pub(crate) fn split(card: &Card) -> (Vec<u8>, Files) {
    (card.bytes.clone(), card.fds.clone())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::frame::LIMIT_MEMBER;
    use super::super::segment::tests::spec;
    use super::super::{CoordinatorConfig, Model};
    use super::*;

    /// One of each, so that damage to real messages is tried too.
    fn to_coordinator() -> Vec<ToCoordinator> {
        let name = || "ranks".to_owned();
        vec![
            ToCoordinator::Announce { reserved: 4096, card: vec![1, 2, 3] },
            ToCoordinator::ConnectPair { request: 1, to: Rank(3), card: vec![9; 100] },
            ToCoordinator::PairAnswer { relay: 7, result: Err("no".to_owned()) },
            ToCoordinator::CreateOrAttach { request: 2, spec: spec("ranks", &[64, 64]) },
            ToCoordinator::Attach { request: 3, name: name() },
            ToCoordinator::Release { request: 4, id: SegmentId(1) },
            ToCoordinator::Catalog { request: 5, after: Some(name()) },
            ToCoordinator::Cleared { clear: 1 },
            ToCoordinator::Leave,
            ToCoordinator::Fail { reason: name() },
            ToCoordinator::Exit { code: -3 },
        ]
    }

    fn to_node() -> Vec<ToNode> {
        let descriptor = SegmentDescriptor {
            id: SegmentId(1),
            spec: spec("ranks", &[64, 64]),
            offset_on: vec![0, 64],
            created: true,
            epoch: Epoch(2),
        };
        vec![
            ToNode::Arenas {
                first: Rank(1),
                ends: vec![30, 40],
                bytes: vec![1; 40],
                epoch: Epoch(4),
            },
            ToNode::PairRequest { relay: 3, from: Rank(0), card: vec![2; 40] },
            ToNode::Reply { request: 9, result: Ok(Answer::Segment(descriptor)) },
            ToNode::Reply { request: 9, result: Err(Refusal::JobFull { size: 2 }) },
            ToNode::Clear { clear: 1, offset: 64, len: 64 },
            ToNode::NodeDied { rank: Rank(1), reason: "killed".to_owned(), epoch: Epoch(3) },
            ToNode::NodesLeft { ranks: vec![Rank(1), Rank(300)] },
            ToNode::Goodbye,
            ToNode::Exit { code: 300 },
        ]
    }

    /// Decodes as everything that is ever decoded; whatever comes out must encode again.
    fn decode_all(bytes: &[u8]) {
        fn one<'a, T: Serialize + Deserialize<'a>>(bytes: &'a [u8]) {
            if let Ok(message) = decode::<T>(bytes) {
                encode(&message);
            }
        }
        one::<ToCoordinator>(bytes);
        one::<ToNode>(bytes);
        one::<Identity>(bytes);
        one::<Verdict>(bytes);
    }

    #[test]
    fn messages_survive_the_wire() {
        for message in to_coordinator() {
            assert_eq!(decode(&encode(&message)), Ok(message));
        }
        for message in to_node() {
            assert_eq!(decode(&encode(&message)), Ok(message));
        }
    }

    #[test]
    fn the_encoding_is_pinned() {
        assert_eq!(encode(&ToCoordinator::Cleared { clear: 300 }), [7, 0xAC, 2]);
        assert_eq!(encode(&ToNode::NodesLeft { ranks: vec![Rank(5)] }), [5, 1, 5]);
        let arenas =
            ToNode::Arenas { first: Rank(5), ends: vec![3], bytes: vec![8; 3], epoch: Epoch(6) };
        assert_eq!(encode(&arenas), [0, 5, 1, 3, 3, 8, 8, 8, 6]);
        assert_eq!(encode(&ToNode::Goodbye), [6]);
        assert_eq!(encode(&ToNode::Exit { code: 1 }), [7, 2]);
        assert_eq!(encode(&ToCoordinator::Exit { code: -1 }), [10, 1]);
    }

    #[test]
    fn the_encoding_of_segments_is_pinned() {
        let blocks = SegmentSpec {
            model: Model::Sequential,
            block_bytes: 64,
            block_elements: 4,
            ..spec("a", &[64, 64])
        };
        let request = ToCoordinator::CreateOrAttach { request: 2, spec: blocks };
        let encoded = [3, 2, 1, b'a', 3, b'f', b'6', b'4', 8, 8, 16, 0, 2, 64, 4, 0, 1, 2, 64];
        assert_eq!(encode(&request), encoded);
        assert_eq!([Model::Relaxed, Model::Strict].map(|model| encode(&model)), [[0], [1]]);
        let admission = Admission {
            rank: Rank(1),
            size: 2,
            epoch: Epoch(3),
            provider: "shm".to_owned(),
            arena_bytes: 5,
            cache_bytes: 300,
            one_host: true,
        };
        assert_eq!(encode(&admission), [1, 2, 3, 3, b's', b'h', b'm', 5, 0xAC, 2, 1]);
    }

    #[test]
    fn the_end_of_the_largest_job_fits_a_frame() {
        let ranks = (0..CoordinatorConfig::MAX_SIZE).map(Rank).collect();
        assert!(encode(&ToNode::NodesLeft { ranks }).len() <= LIMIT_MEMBER);
    }

    #[test]
    fn truncated_and_extended_messages_are_refused() {
        for message in to_coordinator() {
            let mut bytes = encode(&message);
            for len in 0..bytes.len() {
                assert!(
                    decode::<ToCoordinator>(&bytes[..len]).is_err(),
                    "{message:?} cut at {len}"
                );
            }
            bytes.push(0);
            assert!(decode::<ToCoordinator>(&bytes).is_err());
        }
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            decode_all(&bytes);
        }

        #[test]
        fn damaged_messages_never_panic(
            which in any::<prop::sample::Index>(),
            damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        ) {
            let mut messages: Vec<Vec<u8>> = to_coordinator().iter().map(encode).collect();
            messages.extend(to_node().iter().map(encode));
            let bytes = which.get_mut(&mut messages);
            for (at, value) in damage {
                *at.get_mut(bytes.as_mut_slice()) = value;
            }
            decode_all(bytes);
        }
    }
}
