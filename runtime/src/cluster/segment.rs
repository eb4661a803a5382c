//! What a named allocation looks like: the wish, the answer, and when two wishes mean the same.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::error::Refusal;
use super::{Epoch, Rank, SegmentId, runs};

/// How the elements of a segment are spread over the nodes.
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
}

impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Distribution::Block => f.write_str("block"),
            Distribution::Cyclic => f.write_str("cyclic"),
            Distribution::BlockCyclic { block } => write!(f, "block-cyclic by {block}"),
            Distribution::OnNode(rank) => write!(f, "on rank {rank}"),
        }
    }
}

/// The consistency model of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Model {
    /// Every operation goes to the home; order by fence, quiet and barrier.
    Relaxed,
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Model::Relaxed => f.write_str("relaxed"),
        }
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
    /// How they are spread.
    pub distribution: Distribution,
    /// The consistency model.
    pub model: Model,
    /// Bytes wanted in the arena of each rank, by rank.
    #[serde(with = "runs")]
    pub bytes_on: Vec<u64>,
}

impl SegmentSpec {
    /// The longest name of a segment or a type, in bytes.
    pub const MAX_NAME: usize = 255;
    /// The largest alignment of an element.
    pub const MAX_ALIGN: u32 = 4096;

    /// Whether this describes a segment in a job of `size` nodes.
    pub(crate) fn check(&self, size: u32) -> Result<(), Refusal> {
        let problem = if self.name.is_empty() || self.name.len() > Self::MAX_NAME {
            format!("a name has 1 to {} bytes, this one {}", Self::MAX_NAME, self.name.len())
        } else if self.type_name.is_empty() || self.type_name.len() > Self::MAX_NAME {
            let len = self.type_name.len();
            format!("the name of a type has 1 to {} bytes, this one {len}", Self::MAX_NAME)
        } else if self.element_bytes == 0 {
            "elements of no bytes cannot be stored".to_owned()
        } else if !self.element_align.is_power_of_two() || self.element_align > Self::MAX_ALIGN {
            let (align, max) = (self.element_align, Self::MAX_ALIGN);
            format!("an alignment is a power of two up to {max}, not {align}")
        } else if self.len.checked_mul(u64::from(self.element_bytes)).is_none() {
            format!("{} elements of {} bytes exceed 64 bits", self.len, self.element_bytes)
        } else if self.bytes_on.len() != size as usize {
            format!("bytes are given for {} ranks of {size}", self.bytes_on.len())
        } else if matches!(self.distribution, Distribution::BlockCyclic { block: 0 }) {
            "blocks of no elements cannot be dealt out".to_owned()
        } else if let Distribution::OnNode(rank) = self.distribution
            && rank.0 >= size
        {
            format!("rank {rank} does not exist in a job of {size} nodes")
        } else {
            return Ok(());
        };
        // A name too long to be a name is not repeated in full.
        let name = self.name.chars().take(64).collect();
        Err(Refusal::BadSpec { name, problem })
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
            " with elements of {} bytes aligned to {}, and {:?} bytes by rank",
            self.element_bytes, self.element_align, self.bytes_on
        )
    }
}

impl fmt::Display for SegmentSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} × {} ({}, {})", self.type_name, self.len, self.distribution, self.model)
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
            bytes_on: bytes_on.to_vec(),
        }
    }

    #[test]
    fn good_specifications_pass() {
        assert_eq!(spec("a", &[8, 8]).check(2), Ok(()));
        assert_eq!(spec(&"x".repeat(255), &[0]).check(1), Ok(()));
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
    }
}
