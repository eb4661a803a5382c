//! What a node's control thread does for its peers: it makes the other ends of their queue pairs,
//! so that a peer that computes never holds up a first use; it clears freed memory; and when a peer
//! dies it fails the pairs of that peer, so that WRITEs still in flight are refused (the fence).
//!
//! # The messages, inside of the cards that the coordinator relays
//!
//! ```text
//! open   1 | key (8) | replaces (8) | the initiator's card …    answered by the responder's card
//! close  2 | key (8)                                             answered by an empty card
//! fenced 3 | rank (4)                                            answered by an empty card
//! ```
//!
//! `fenced` asks whether the pairs of a dead node are in error state here. The coordinator tells all nodes of a
//! death at once, and relays in order, so whoever has heard of a death and asks will hear that they are.
//!
//! `key` numbers the pairs of an initiating process. `replaces` names the initiator's earlier pair
//! to this home, or 0: before the new one is made, the old responder is put in error state, so that
//! nothing posted to the old pair takes effect after the initiator has gone on with the new one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use verbs_shim::{Card, CompletionQueue, Fabric, Memory, QueuePair, QueuePairConfig};

use crate::cluster::{Handler, Rank};
use crate::primitives::{Primitives, Trap};

const OPEN: u8 = 1;
const CLOSE: u8 = 2;
const FENCED: u8 = 3;

/// The key of no pair.
pub(super) const NO_PAIR: u64 = 0;

/// Completion queues of responders are made for so many pairs each, as they are needed.
const PAIRS_A_QUEUE: u32 = 256;

/// The request to open the other end of a pair.
pub(super) fn open(key: u64, replaces: u64, card: Card) -> Card {
    let mut bytes = vec![OPEN];
    bytes.extend(key.to_le_bytes());
    bytes.extend(replaces.to_le_bytes());
    bytes.extend(card.bytes);
    Card { bytes, fds: card.fds }
}

/// The question whether the pairs of a dead node are in error state.
pub(super) fn ask_fenced(dead: Rank) -> Card {
    let mut bytes = vec![FENCED];
    bytes.extend(dead.0.to_le_bytes());
    Card { bytes, fds: Vec::new() }
}

/// A queue pair that its thread left behind.
#[derive(Clone, Copy)]
pub(super) struct Abandoned {
    pub(super) peer: u32,
    pub(super) key: u64,
    /// Work of it may still be in flight.
    pub(super) dirty: bool,
}

impl Abandoned {
    pub(super) fn peer(&self) -> Rank {
        Rank(self.peer)
    }

    /// The request to close the other end.
    pub(super) fn close(&self) -> Card {
        let mut bytes = vec![CLOSE];
        bytes.extend(self.key.to_le_bytes());
        Card { bytes, fds: Vec::new() }
    }
}

enum Request {
    Open { key: u64, replaces: u64, card: Card },
    Close { key: u64 },
    Fenced { dead: Rank },
}

impl Request {
    fn decode(card: &Card) -> Option<Request> {
        let (kind, rest) = card.bytes.split_first()?;
        match *kind {
            OPEN => {
                let (key, rest) = rest.split_first_chunk()?;
                let (replaces, rest) = rest.split_first_chunk()?;
                let (key, replaces) = (u64::from_le_bytes(*key), u64::from_le_bytes(*replaces));
                let card = Card { bytes: rest.to_vec(), fds: card.fds.clone() };
                Some(Request::Open { key, replaces, card })
            }
            CLOSE => Some(Request::Close { key: u64::from_le_bytes(rest.try_into().ok()?) }),
            FENCED => {
                let rank = u32::from_le_bytes(rest.try_into().ok()?);
                Some(Request::Fenced { dead: Rank(rank) })
            }
            _ => None,
        }
    }
}

/// What the control thread starts with; it may be sent to it.
pub(super) struct Control<P: Primitives> {
    fabric: Fabric<P::Provider>,
    arena: Arc<Memory>,
}

impl<P: Primitives> Control<P> {
    pub(super) fn new(fabric: Fabric<P::Provider>, arena: Arc<Memory>) -> Control<P> {
        Control { fabric, arena }
    }

    /// To be called on the control thread, where the queue pairs will stay.
    pub(super) fn start(self) -> Responder<P> {
        Responder {
            control: self,
            queues: Vec::new(),
            pairs: BTreeMap::new(),
            fenced: BTreeSet::new(),
        }
    }
}

/// The other ends of the peers' queue pairs. They only respond: no work is ever posted to them.
pub(super) struct Responder<P: Primitives> {
    control: Control<P>,
    queues: Vec<CompletionQueue<P::Provider>>,
    /// By the initiator and its key.
    pairs: BTreeMap<(Rank, u64), QueuePair<P::Provider>>,
    /// The dead nodes whose pairs are all in error state.
    fenced: BTreeSet<Rank>,
}

impl<P: Primitives> Responder<P> {
    fn open(&mut self, from: Rank, key: u64, replaces: u64, card: &Card) -> Result<Card, String> {
        if !P::falls_into(Trap::ReconnectWithoutFence) {
            self.close(from, replaces)?;
        }
        let config = QueuePairConfig { depth: 1, peer: from.0, ..QueuePairConfig::default() };
        let fabric = &self.control.fabric;
        let made = match self.queues.last() {
            Some(queue) => fabric.queue_pair(queue, &config).ok(),
            None => None,
        };
        let pair = match made {
            Some(pair) => pair,
            None => {
                let queue = fabric.completion_queue(PAIRS_A_QUEUE).map_err(|e| e.to_string())?;
                let pair = fabric.queue_pair(&queue, &config).map_err(|e| e.to_string())?;
                self.queues.push(queue);
                pair
            }
        };
        let answer = pair.card();
        let pair = pair.connect(card).map_err(|e| e.to_string())?;
        self.pairs.insert((from, key), pair);
        Ok(answer)
    }

    /// Puts a pair in error state before it goes, so that the peer learns at once that it is gone.
    fn close(&mut self, from: Rank, key: u64) -> Result<(), String> {
        match self.pairs.remove(&(from, key)) {
            Some(mut pair) => pair.fail().map_err(|e| e.to_string()),
            None => Ok(()),
        }
    }
}

impl<P: Primitives> Responder<P> {
    fn is_fenced(&self, dead: Rank) -> Result<Card, String> {
        if self.fenced.contains(&dead) {
            return Ok(Card::default());
        }
        Err(format!("the queue pairs of rank {} are not known to have failed here", dead.0))
    }

    /// Puts all pairs of a node in error state.
    fn fail_pairs(&mut self, of: Rank) -> Result<(), String> {
        let mut outcome = Ok(());
        for (_, mut pair) in self.pairs.extract_if((of, NO_PAIR)..=(of, u64::MAX), |_, _| true) {
            outcome = outcome.and(pair.fail().map_err(|error| error.to_string()));
        }
        outcome
    }
}

impl<P: Primitives> Handler for Responder<P> {
    fn pair_requested(&mut self, from: Rank, card: &Card) -> Result<Card, String> {
        match Request::decode(card) {
            Some(Request::Open { key, replaces, card }) => self.open(from, key, replaces, &card),
            Some(Request::Close { key }) => self.close(from, key).map(|()| Card::default()),
            Some(Request::Fenced { dead }) => self.is_fenced(dead),
            None => Err(format!("a malformed request of {} bytes", card.bytes.len())),
        }
    }

    fn clear(&mut self, offset: u64, len: u64) {
        let memory = &self.control.arena;
        let zeros = [0; 4096];
        let end = (offset + len).min(memory.len() as u64) as usize;
        let mut at = offset as usize;
        while at < end {
            let n = zeros.len().min(end - at);
            P::write(memory, at, &zeros[..n]);
            at += n;
        }
    }

    fn peer_died(&mut self, rank: Rank) {
        let failed = match P::falls_into(Trap::TakeoverWithoutFence) {
            true => Ok(()),
            false => self.fail_pairs(rank),
        };
        match failed {
            Ok(()) => {
                self.fenced.insert(rank);
            }
            Err(error) => log::warn!("fencing rank {rank}: {error}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_keep_their_parts() {
        let card = Card { bytes: vec![7, 8, 9], fds: Vec::new() };
        match Request::decode(&open(0x0102, 5, card)) {
            Some(Request::Open { key: 0x0102, replaces: 5, card }) => {
                assert_eq!(card.bytes, [7, 8, 9]);
            }
            _ => panic!("not the request that was made"),
        }
        let close = Abandoned { peer: 3, key: 77, dirty: false }.close();
        assert!(matches!(Request::decode(&close), Some(Request::Close { key: 77 })));
        let fenced = Request::decode(&ask_fenced(Rank(0x0102_0304)));
        assert!(matches!(fenced, Some(Request::Fenced { dead: Rank(0x0102_0304) })));
    }

    #[test]
    fn garbage_is_no_request() {
        for bytes in [
            vec![],
            vec![1],
            vec![2; 8],
            vec![2; 10],
            vec![3; 30],
            vec![1; 16],
            vec![3; 4],
            vec![3; 6],
        ] {
            assert!(Request::decode(&Card { bytes, fds: Vec::new() }).is_none());
        }
    }
}
