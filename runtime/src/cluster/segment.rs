//! What a named allocation looks like: the wish, the answer, and when two wishes mean the same.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::error::Refusal;
use super::pages::{CounterRows, PageSpec};
use super::{Epoch, Rank, SegmentId, runs, size};

/// How the elements of a segment are spread over the nodes. A segment with coherence blocks, or with pages, deals in
/// these: what is said of elements here is said of its blocks or pages then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Distribution {
    /// Each node has one contiguous piece.
    Block,
    /// Element `i` is on node `i % size`.
    Cyclic,
    /// Blocks of `block` elements go round the nodes.
    BlockCyclic {
        /// Elements in a block; at least 1.
        block: u64,
    },
    /// All elements are on one node.
    OnNode(Rank),
    /// Pages are where they are touched first, 64 of them at a time; for segments under [`Model::Release`] alone. Where all nodes map the
    /// homes' memory, which is on one machine, each has one contiguous piece.
    FirstTouch,
}

impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Distribution::Block => f.write_str("block"),
            Distribution::Cyclic => f.write_str("cyclic"),
            Distribution::BlockCyclic { block } => write!(f, "block-cyclic by {block}"),
            Distribution::OnNode(rank) => write!(f, "on rank {rank}"),
            Distribution::FirstTouch => f.write_str("by first touch"),
        }
    }
}

/// The consistency model of a segment: what its readers may see.
///
/// Objects of the models `Strict` and `Sequential`, and those that synchronize (locks, atomics,
/// barriers), compose: a program that mixes them is sequentially consistent as a whole. A relaxed array stands
/// outside of that.
///
/// | model | promise | read that hits | read that misses | write |
/// | --- | --- | --- | --- | --- |
/// | [`Relaxed`](Model::Relaxed) | order by fence, quiet and barrier | – | 1 round trip | 1 |
/// | [`Strict`](Model::Strict) | linearizable | 1 small one, or 2 | 1, or 2 | 2 |
/// | [`Sequential`](Model::Sequential) | sequentially consistent | none | 1, or 2 | 2 |
/// | [`Release`](Model::Release) | without data races, as though a single memory | none: a load | 1 for a page | none: a store; at a release, 1 for each home |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Model {
    /// As OpenSHMEM has it: every operation goes to the home and is done there before it returns; nothing is
    /// cached. Operations of several nodes are ordered by fence, quiet and barrier alone, and a read of
    /// more than 8 bytes may see a write in part.
    Relaxed,
    /// Linearizable: each operation takes effect at one moment between its call and its return, so whoever
    /// reads after a write has returned, on any node, sees it or a later one. Each read asks the home whether
    /// the node's copy is current; the data travels only when it has changed.
    Strict,
    /// Sequentially consistent: there is one order of all operations that each thread's own order is part
    /// of, and every read sees the last write before it. A copy in the node's cache is read without any
    /// message as long as its lease in logical time lasts; so a read may see an older value than another node
    /// has written, but never two threads the same writes in different orders. Whatever is written is seen
    /// everywhere in the end, also without the program's help.
    Sequential,
    /// Plain memory, read and written by loads and stores ([`View`](crate::View)). What a node has written is sent home at
    /// a *release*, and what others have released is seen after an *acquire*; barriers and locks do both. A program without data
    /// races, in which two accesses to the same element, one of them a write, are always ordered by such a synchronization,
    /// sees all of it as though there were a single memory. One with data races sees any mixture of old and new bytes, also
    /// in elements of which two nodes write different parts; and where nodes map each other's memory (`shm`), a race is what it is among
    /// threads: undefined behavior.
    Release,
}

impl Model {
    /// All of them.
    pub const ALL: [Model; 4] = [Model::Relaxed, Model::Strict, Model::Sequential, Model::Release];

    /// Its name, as it is shown and read.
    const fn name(self) -> &'static str {
        match self {
            Model::Relaxed => "relaxed",
            Model::Strict => "strict",
            Model::Sequential => "sequential",
            Model::Release => "release",
        }
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Model {
    type Err = String;

    fn from_str(text: &str) -> Result<Model, String> {
        Model::ALL.into_iter().find(|model| model.name() == text).ok_or_else(|| {
            format!("a model is relaxed, strict, sequential or release, not {text:?}")
        })
    }
}

/// The segment that a node asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentSpec {
    /// Its name: 1 to 255 bytes.
    pub name: String,
    /// The name of the element type, for messages and for the check: 1 to 255 bytes.
    pub type_name: String,
    /// The size of an element in bytes; at least 1.
    pub element_bytes: u32,
    /// The alignment of an element: a power of two, at most 4096.
    pub element_align: u32,
    /// The number of elements.
    pub len: u64,
    /// How they, or the blocks, are spread.
    pub distribution: Distribution,
    /// The consistency model.
    pub model: Model,
    /// The size of a coherence block in bytes, header and all: a power of two from 64 to 1 MiB. 0 when
    /// there are none and the elements lie side by side, as they always do under [`Model::Relaxed`].
    pub block_bytes: u32,
    /// The number of elements in a block; 0 when there are none.
    pub block_elements: u32,
    /// Its pages, under [`Model::Release`].
    pub pages: Option<PageSpec>,
    /// Bytes wanted in the arena of each rank, by rank.
    #[serde(with = "runs")]
    pub bytes_on: Vec<u64>,
}

impl SegmentSpec {
    /// The longest name of a segment or a type, in bytes.
    pub const MAX_NAME: usize = 255;
    /// The largest alignment of an element.
    pub const MAX_ALIGN: u32 = 4096;
    /// The smallest coherence block, in bytes.
    pub const MIN_BLOCK: u32 = 64;
    /// The largest coherence block, in bytes.
    pub const MAX_BLOCK: u32 = 1 << 20;
    /// What of each block its header takes, in bytes.
    pub const BLOCK_HEADER: u32 = 32;

    /// Whether this describes a segment in a job of `size` nodes.
    pub(crate) fn check(&self, size: u32) -> Result<(), Refusal> {
        let problem = self
            .problem_of_names()
            .or_else(|| self.problem_of_elements())
            .or_else(|| self.problem_of_blocks())
            .or_else(|| self.problem_of_pages())
            .or_else(|| self.problem_of_spread(size));
        match problem {
            None => Ok(()),
            // A name too long to be a name is not repeated in full.
            Some(problem) => {
                Err(Refusal::BadSpec { name: self.name.chars().take(64).collect(), problem })
            }
        }
    }

    fn problem_of_names(&self) -> Option<String> {
        let fits = |name: &str| (1..=Self::MAX_NAME).contains(&name.len());
        let max = Self::MAX_NAME;
        if !fits(&self.name) {
            Some(format!("a name has 1 to {max} bytes, this one {}", self.name.len()))
        } else if !fits(&self.type_name) {
            let len = self.type_name.len();
            Some(format!("the name of a type has 1 to {max} bytes, this one {len}"))
        } else {
            None
        }
    }

    fn problem_of_elements(&self) -> Option<String> {
        if self.element_bytes == 0 {
            Some("elements of no bytes cannot be stored".to_owned())
        } else if !self.element_align.is_power_of_two() || self.element_align > Self::MAX_ALIGN {
            let (align, max) = (self.element_align, Self::MAX_ALIGN);
            Some(format!("an alignment is a power of two up to {max}, not {align}"))
        } else if self.len.checked_mul(u64::from(self.element_bytes)).is_none() {
            Some(format!("{} elements of {} bytes exceed 64 bits", self.len, self.element_bytes))
        } else {
            None
        }
    }

    fn problem_of_blocks(&self) -> Option<String> {
        let (bytes, elements) = (self.block_bytes, u64::from(self.block_elements));
        let (min, max, header) = (Self::MIN_BLOCK, Self::MAX_BLOCK, Self::BLOCK_HEADER);
        let data = elements * u64::from(self.element_bytes);
        if bytes == 0 {
            (elements > 0).then(|| format!("{elements} elements are in blocks of no bytes"))
        } else if self.model == Model::Relaxed {
            Some("what is relaxed has no coherence blocks".to_owned())
        } else if self.model == Model::Release {
            Some("what is kept by release consistency has pages, no coherence blocks".to_owned())
        } else if !bytes.is_power_of_two() || !(min..=max).contains(&bytes) {
            Some(format!("a block has a power of two from {min} to {max} bytes, not {bytes}"))
        } else if elements == 0 {
            Some("blocks of no elements hold nothing".to_owned())
        } else if data > u64::from(bytes - header) {
            Some(format!(
                "{elements} elements of {} bytes and a header of {header} do not fit a block of {bytes}",
                self.element_bytes
            ))
        } else if self.blocks().checked_mul(bytes.into()).is_none() {
            Some(format!("{} blocks of {bytes} bytes exceed 64 bits", self.blocks()))
        } else {
            None
        }
    }

    fn problem_of_pages(&self) -> Option<String> {
        match (self.model, self.pages) {
            (Model::Release, Some(pages)) => pages.problem(),
            (Model::Release, None) => Some("the size of its pages is missing".to_owned()),
            (model, Some(_)) => Some(format!("what is {model} has no pages")),
            (_, None) => None,
        }
    }

    fn problem_of_spread(&self, size: u32) -> Option<String> {
        if self.bytes_on.len() != size as usize {
            return Some(format!("bytes are given for {} ranks of {size}", self.bytes_on.len()));
        }
        if matches!(self.distribution, Distribution::BlockCyclic { block: 0 }) {
            return Some("blocks of no elements cannot be dealt out".to_owned());
        }
        if let Distribution::OnNode(rank) = self.distribution
            && rank.0 >= size
        {
            return Some(format!("rank {rank} does not exist in a job of {size} nodes"));
        }
        if self.distribution == Distribution::FirstTouch && self.pages.is_none() {
            let model = self.model;
            return Some(format!(
                "what is {model} has no pages that could be placed by first touch: take another distribution"
            ));
        }
        let given: u128 = self.bytes_on.iter().map(|&bytes| u128::from(bytes)).sum();
        if self.block_bytes > 0 {
            let block = u64::from(self.block_bytes);
            let wanted = self.blocks() * block;
            let in_blocks = self.bytes_on.iter().all(|bytes| bytes.is_multiple_of(block));
            return (given != u128::from(wanted) || !in_blocks).then(|| {
                format!("{} blocks of {block} bytes take {wanted}, not {given}", self.blocks())
            });
        }
        let wanted = self.len * u64::from(self.element_bytes);
        if let Some(pages) = self.pages {
            let (count, bytes) = (pages.count(wanted), pages.bytes);
            let least =
                u128::from(count) * u128::from(bytes) + u128::from(CounterRows::of(count).end);
            return (given < least).then(|| {
                format!("{count} pages of {bytes} bytes and counters take {least}, not {given}")
            });
        }
        (given < u128::from(wanted)).then(|| {
            format!(
                "{} elements of {} bytes take {wanted}, not {given}",
                self.len, self.element_bytes
            )
        })
    }

    /// The number of coherence blocks; 0 when there are none.
    pub(crate) fn blocks(&self) -> u64 {
        match self.block_elements {
            0 => 0,
            elements => self.len.div_ceil(elements.into()),
        }
    }

    /// To what the pieces in the arenas are aligned, in bytes. Blocks as a whole, so that none has a part in
    /// more cache lines or pages than it needs.
    pub(crate) fn piece_align(&self) -> u32 {
        match self.block_bytes {
            // Pages are mapped.
            0 if self.pages.is_some() => PageSpec::MIN,
            0 => self.element_align,
            bytes => bytes.min(Self::MAX_ALIGN),
        }
    }

    /// Whether a node that asks for `asked` may have this segment.
    pub(crate) fn check_same(&self, asked: &SegmentSpec) -> Result<(), Refusal> {
        if self == asked {
            return Ok(());
        }
        let (mut existing, mut wanted) = (self.to_string(), asked.to_string());
        if existing == wanted {
            existing += &self.layout();
            wanted += &asked.layout();
        }
        Err(Refusal::Mismatch { name: self.name.clone(), existing, asked: wanted })
    }

    /// What [`fmt::Display`] leaves out, because the name of the type usually says it.
    fn layout(&self) -> String {
        format!(
            " with elements of {} bytes aligned to {}, {} in a block, and {:?} bytes by rank",
            self.element_bytes, self.element_align, self.block_elements, self.bytes_on
        )
    }
}

impl fmt::Display for SegmentSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SegmentSpec { type_name, len, distribution, model, .. } = self;
        write!(f, "{type_name} × {len} ({distribution}, {model}")?;
        if self.block_bytes > 0 {
            write!(f, ", blocks of {}", size::text(self.block_bytes.into()))?;
        }
        if let Some(pages) = self.pages {
            write!(f, ", {pages}")?;
        }
        f.write_str(")")
    }
}

/// A segment that there is: what a node needs to find every byte of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentDescriptor {
    /// Its number.
    pub id: SegmentId,
    /// What it was created as.
    pub spec: SegmentSpec,
    /// Where the piece of each rank begins in its arena, in bytes; 0 where there is none.
    #[serde(with = "runs")]
    pub offset_on: Vec<u64>,
    /// Whether the request that this answers created it.
    pub created: bool,
    /// The epoch in which it was created.
    pub epoch: Epoch,
}

/// One line of the catalog, for tools.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogEntry {
    /// The segment's number.
    pub id: SegmentId,
    /// Its name.
    pub name: String,
    /// The name of its element type.
    pub type_name: String,
    /// The number of elements.
    pub len: u64,
    /// How they are spread.
    pub distribution: Distribution,
    /// The consistency model.
    pub model: Model,
    /// The size of a coherence block in bytes; 0 when there are none.
    pub block_bytes: u32,
    /// Its pages, under [`Model::Release`].
    pub pages: Option<PageSpec>,
    /// Bytes in all arenas together.
    pub bytes: u64,
    /// The number of nodes that have it attached.
    pub nodes: u32,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn spec(name: &str, bytes_on: &[u64]) -> SegmentSpec {
        SegmentSpec {
            name: name.to_owned(),
            type_name: "f64".to_owned(),
            element_bytes: 8,
            element_align: 8,
            len: bytes_on.iter().sum::<u64>() / 8,
            distribution: Distribution::Block,
            model: Model::Relaxed,
            block_bytes: 0,
            block_elements: 0,
            pages: None,
            bytes_on: bytes_on.to_vec(),
        }
    }

    #[test]
    fn good_specifications_pass() {
        assert_eq!(spec("a", &[8, 8]).check(2), Ok(()));
        assert_eq!(spec(&"x".repeat(255), &[0]).check(1), Ok(()));
    }

    /// 100 elements of 8 bytes, 4 in each of 25 blocks of 64 bytes.
    fn in_blocks() -> SegmentSpec {
        SegmentSpec {
            len: 100,
            model: Model::Sequential,
            block_bytes: 64,
            block_elements: 4,
            ..spec("b", &[13 * 64, 12 * 64])
        }
    }

    #[test]
    fn good_blocks_pass() {
        assert_eq!(in_blocks().check(2), Ok(()));
        assert_eq!(SegmentSpec { len: 97, model: Model::Strict, ..in_blocks() }.check(2), Ok(()));
        let none = SegmentSpec { len: 0, bytes_on: vec![0, 0], ..in_blocks() };
        assert_eq!(none.check(2), Ok(()));
        let pair = SegmentSpec { model: Model::Strict, ..spec("pair of words", &[16, 0]) };
        assert_eq!(pair.check(2), Ok(()), "atomics have no blocks");
        let large = SegmentSpec {
            len: 1,
            element_bytes: (1 << 20) - 32,
            block_bytes: 1 << 20,
            block_elements: 1,
            bytes_on: vec![0, 1 << 20],
            ..in_blocks()
        };
        assert_eq!(large.check(2), Ok(()));
        assert_eq!((large.piece_align(), in_blocks().piece_align()), (4096, 64));
    }

    #[test]
    fn bad_blocks_are_named() {
        let base = in_blocks();
        let with = |block_bytes, block_elements| SegmentSpec {
            block_bytes,
            block_elements,
            ..in_blocks()
        };
        for (spec, expected) in [
            (SegmentSpec { model: Model::Relaxed, ..base.clone() }, "relaxed has no"),
            (with(0, 4), "4 elements are in blocks of no bytes"),
            (with(32, 1), "from 64 to 1048576 bytes, not 32"),
            (with(96, 4), "not 96"),
            (with(2 << 20, 4), "not 2097152"),
            (with(64, 0), "hold nothing"),
            (with(64, 5), "5 elements of 8 bytes and a header of 32 do not fit a block of 64"),
            (with(64, u32::MAX), "do not fit"),
            (with(128, 4), "25 blocks of 128 bytes take 3200, not 1600"),
            (SegmentSpec { bytes_on: vec![13 * 64 + 8, 12 * 64 - 8], ..base.clone() }, "take 1600"),
            (SegmentSpec { bytes_on: vec![u64::MAX - 63, 1664], ..base.clone() }, "take 1600"),
            (SegmentSpec { len: 101, ..base.clone() }, "26 blocks of 64 bytes take 1664, not 1600"),
            (SegmentSpec { len: (1 << 60) - 1, block_elements: 1, ..base }, "exceed 64 bits"),
            (SegmentSpec { len: 3, ..spec("a", &[8, 8]) }, "3 elements of 8 bytes take 24, not 16"),
        ] {
            let message = spec.check(2).expect_err("is bad").to_string();
            assert!(message.contains(expected), "{message:?} lacks {expected:?}");
        }
    }

    /// The numbers are written down twice, because this layer knows nothing of the protocol.
    #[test]
    fn blocks_are_those_of_the_protocol() {
        use crate::coherence::protocol;
        assert_eq!(SegmentSpec::MIN_BLOCK as usize, protocol::MIN_BLOCK);
        assert_eq!(SegmentSpec::MAX_BLOCK as usize, protocol::MAX_BLOCK);
        assert_eq!(SegmentSpec::BLOCK_HEADER as usize, protocol::DATA);
    }

    #[test]
    fn models_are_read_as_they_are_shown() {
        for model in Model::ALL {
            assert_eq!(model.to_string().parse(), Ok(model));
        }
        let wrong = "Sequential".parse::<Model>().expect_err("is not its name");
        assert_eq!(wrong, "a model is relaxed, strict, sequential or release, not \"Sequential\"");
    }

    #[test]
    fn blocks_are_shown() {
        let shown = SegmentSpec { block_bytes: 4096, ..in_blocks() }.to_string();
        assert_eq!(shown, "f64 × 100 (block, sequential, blocks of 4 KiB)");
    }

    /// 1000 elements of 8 bytes on 2 pages, one on each of two ranks.
    fn in_pages() -> SegmentSpec {
        let part = 4096 + 3 * 64;
        let pages = Some(PageSpec { bytes: 4096, paged: true, checked: false });
        SegmentSpec { len: 1000, model: Model::Release, pages, ..spec("p", &[part, part]) }
    }

    #[test]
    fn pages_are_checked_and_shown() {
        assert_eq!(in_pages().check(2), Ok(()));
        assert_eq!(in_pages().piece_align(), 4096);
        assert_eq!(in_pages().to_string(), "f64 × 1000 (block, release, copied pages of 4 KiB)");
        let of = |bytes| SegmentSpec {
            pages: Some(PageSpec { bytes, paged: false, checked: false }),
            ..in_pages()
        };
        for (spec, expected) in [
            (SegmentSpec { pages: None, ..in_pages() }, "the size of its pages is missing"),
            (SegmentSpec { model: Model::Strict, ..in_pages() }, "what is strict has no pages"),
            (SegmentSpec { block_bytes: 64, block_elements: 1, ..in_pages() }, "has pages, no"),
            (of(2048), "from 4096 to 2097152 bytes, not 2048"),
            (of(12288), "not 12288"),
            (of(4 << 20), "not 4194304"),
            (SegmentSpec { bytes_on: vec![4096, 4096], ..in_pages() }, "and counters take 8384"),
        ] {
            let message = spec.check(2).expect_err("is bad").to_string();
            assert!(message.contains(expected), "{message:?} lacks {expected:?}");
        }
        let mapped = of(4096);
        let message = in_pages().check_same(&mapped).expect_err("differ").to_string();
        assert!(message.contains("copied pages") && message.contains("mapped pages"), "{message}");
    }

    #[test]
    fn bad_specifications_are_named() {
        let base = spec("a", &[8, 8]);
        let cases: Vec<(SegmentSpec, &str)> = vec![
            (SegmentSpec { name: String::new(), ..base.clone() }, "1 to 255 bytes, this one 0"),
            (SegmentSpec { name: "n".repeat(256), ..base.clone() }, "this one 256"),
            (SegmentSpec { type_name: String::new(), ..base.clone() }, "the name of a type"),
            (SegmentSpec { element_bytes: 0, ..base.clone() }, "no bytes"),
            (SegmentSpec { element_align: 3, ..base.clone() }, "power of two"),
            (SegmentSpec { element_align: 8192, ..base.clone() }, "up to 4096"),
            (SegmentSpec { len: u64::MAX, ..base.clone() }, "exceed 64 bits"),
            (SegmentSpec { bytes_on: vec![8], ..base.clone() }, "1 ranks of 2"),
            (
                SegmentSpec {
                    distribution: Distribution::BlockCyclic { block: 0 },
                    ..base.clone()
                },
                "no elements",
            ),
            (
                SegmentSpec { distribution: Distribution::OnNode(Rank(2)), ..base },
                "rank 2 does not exist",
            ),
        ];
        for (spec, expected) in cases {
            let message = spec.check(2).expect_err("is bad").to_string();
            assert!(message.contains(expected), "{message:?} lacks {expected:?}");
            assert!(message.len() < 400);
        }
    }

    #[test]
    fn a_mismatch_names_both_sides() {
        let there = spec("ranks", &[400, 400]);
        let asked = SegmentSpec { type_name: "u64".to_owned(), ..there.clone() };
        assert_eq!(
            there.check_same(&asked).expect_err("differ").to_string(),
            "segment \"ranks\" is f64 × 100 (block, relaxed); \
             this node asked for u64 × 100 (block, relaxed)"
        );
        let asked = SegmentSpec { element_align: 4, ..there.clone() };
        let message = there.check_same(&asked).expect_err("differ").to_string();
        assert!(message.contains("aligned to 8") && message.contains("aligned to 4"), "{message}");
        let there = in_blocks();
        let asked = SegmentSpec { len: 97, block_elements: 4, ..there.clone() };
        assert!(there.check_same(&asked).is_err());
        let asked = SegmentSpec { block_elements: 3, ..there.clone() };
        let message = there.check_same(&asked).expect_err("differ").to_string();
        assert!(message.contains("4 in a block") && message.contains("3 in a block"), "{message}");
    }
}
