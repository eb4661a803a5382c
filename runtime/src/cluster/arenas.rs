//! [`Arenas`]: the cards of all arenas, in little memory and in few messages.
//!
//! A job of `n` nodes has `n` cards, and every node gets all of them: so they are kept one behind the
//! other, and travel in batches that the coordinator encodes once for all. Cards with files travel
//! alone, because a message carries the files of one card.

use std::collections::BTreeMap;

use verbs_shim::Card;

use super::frame::LIMIT_MEMBER;
use super::message::{Files, MAX_CARD, ToNode};
use super::{CoordinatorConfig, Epoch, Rank};

/// The most bytes of cards in one message. Small in tests, so that there are several.
const BATCH: usize = if cfg!(test) { 16 } else { 64 << 10 };

// However short the cards are, all of them fit a frame with where they end (5 bytes each at most).
const _: () = {
    let ends = 5 * CoordinatorConfig::MAX_SIZE as usize;
    assert!(BATCH + MAX_CARD + ends + 64 <= LIMIT_MEMBER);
};

/// The cards of the arenas of ranks 0, 1, ….
#[derive(Clone, Debug, Default)]
pub struct Arenas {
    bytes: Vec<u8>,
    /// Where each card ends.
    ends: Vec<u32>,
    files: BTreeMap<usize, Files>,
}

impl Arenas {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True before the first one is known.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The card of the arena of `rank`; `None` for a rank that does not exist.
    pub fn card(&self, rank: Rank) -> Option<Card> {
        let bytes = self.bytes_of(rank.index())?.to_vec();
        Some(Card { bytes, fds: self.files.get(&rank.index()).cloned().unwrap_or_default() })
    }

    /// Where the card of a rank begins, if there is one.
    fn start(&self, index: usize) -> usize {
        index.checked_sub(1).map_or(0, |before| self.ends[before] as usize)
    }

    fn bytes_of(&self, index: usize) -> Option<&[u8]> {
        self.bytes.get(self.start(index)..*self.ends.get(index)? as usize)
    }

    /// Adds the card of the next rank.
    pub(crate) fn push(&mut self, bytes: &[u8], files: Files) {
        if !files.is_empty() {
            self.files.insert(self.len(), files);
        }
        self.bytes.extend_from_slice(bytes);
        self.ends.push(u32::try_from(self.bytes.len()).expect("cards are short"));
    }

    /// Gives back room for more of them.
    pub(crate) fn shrink_to_fit(&mut self) {
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// The messages that show all of them to a node, in order, each with the files of its card.
    pub(crate) fn messages(&self, epoch: Epoch) -> impl Iterator<Item = (ToNode, Files)> + '_ {
        let mut next = 0;
        std::iter::from_fn(move || {
            let first = next;
            let start = self.start(first);
            while next < self.len() {
                let alone = self.files.contains_key(&next);
                let end = self.ends[next] as usize;
                if next > first && (alone || end - start > BATCH) {
                    break;
                }
                next += 1;
                if alone {
                    break;
                }
            }
            let ends = &self.ends[first..next];
            let end = *ends.last()? as usize;
            let files = self.files.get(&first).cloned().unwrap_or_default();
            let message = ToNode::Arenas {
                first: Rank(u32::try_from(first).expect("ranks have 32 bits")),
                ends: ends.iter().map(|end| end - start as u32).collect(),
                bytes: self.bytes[start..end].to_vec(),
                epoch,
            };
            Some((message, files))
        })
    }

    /// Takes such a message over: the cards of ranks from `first` on, which end at `ends`.
    pub(crate) fn extend(
        &mut self,
        first: Rank,
        ends: &[u32],
        bytes: &[u8],
        files: Files,
    ) -> Result<(), String> {
        if first.index() != self.len() {
            return Err(format!("the arena of rank {first} came after {}", self.len()));
        }
        let Some((last, _)) = ends.split_last() else {
            return Err("a message without arenas".to_owned());
        };
        let total = u32::try_from(self.bytes.len() + bytes.len());
        let start = match total {
            Ok(total) if *last as usize == bytes.len() && ends.is_sorted() => total - last,
            _ => return Err("arenas that do not fit their message".to_owned()),
        };
        if ends.len() > 1 && !files.is_empty() {
            return Err("files of one of several arenas".to_owned());
        }
        if !files.is_empty() {
            self.files.insert(self.len(), files);
        }
        self.bytes.extend_from_slice(bytes);
        self.ends.extend(ends.iter().map(|end| start + end));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn file() -> Files {
        vec![Arc::new(std::fs::File::open("/dev/null").expect("opens").into())]
    }

    fn arenas(cards: &[(usize, bool)]) -> Arenas {
        let mut arenas = Arenas::default();
        for (number, &(len, with_file)) in cards.iter().enumerate() {
            let files = if with_file { file() } else { Files::new() };
            arenas.push(&vec![number as u8; len], files);
        }
        arenas
    }

    /// How many cards each message has.
    fn travels(sent: &Arenas) -> Vec<usize> {
        let mut received = Arenas::default();
        let mut counts = Vec::new();
        for (message, files) in sent.messages(Epoch(3)) {
            let ToNode::Arenas { first, ends, bytes, epoch: Epoch(3) } = message else {
                panic!("no arenas: {message:?}");
            };
            counts.push(ends.len());
            received.extend(first, &ends, &bytes, files).expect("is in order");
        }
        assert_eq!(received.len(), sent.len());
        for rank in (0..sent.len() as u32).map(Rank) {
            let (there, here) = (sent.card(rank).expect("is"), received.card(rank).expect("is"));
            assert_eq!((there.bytes, there.fds.len()), (here.bytes, here.fds.len()));
        }
        assert!(received.card(Rank(sent.len() as u32)).is_none());
        counts
    }

    #[test]
    fn cards_travel_in_batches_and_those_with_files_alone() {
        assert_eq!(travels(&arenas(&[])), [0; 0]);
        assert_eq!(travels(&arenas(&[(5, false); 7])), [3, 3, 1]);
        assert_eq!(travels(&arenas(&[(5, true); 3])), [1, 1, 1]);
        let mixed = [(5, false), (5, false), (5, true), (40, false), (0, false), (0, true)];
        assert_eq!(travels(&arenas(&mixed)), [2, 1, 1, 1, 1]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let extended = |first, ends: &[u32], len, files| {
            let mut arenas = arenas(&[(4, false)]);
            let result = arenas.extend(Rank(first), ends, &vec![7; len], files);
            assert_eq!(arenas.len(), if result.is_ok() { 1 + ends.len() } else { 1 });
            result
        };
        extended(1, &[2, 3], 3, Files::new()).expect("is good");
        extended(1, &[3], 3, file()).expect("is good");
        for (first, ends, len) in [
            (0, &[2, 3][..], 3),
            (2, &[2, 3], 3),
            (1, &[], 0),
            (1, &[2, 3], 4),
            (1, &[2, 4], 3),
            (1, &[3, 2], 2),
        ] {
            extended(first, ends, len, Files::new()).expect_err("is bad");
        }
        extended(1, &[2, 3], 3, file()).expect_err("whose file?");
    }
}
