//! What can be wrong with symmetric memory.

use std::io;

/// Why symmetric memory cannot be had, or not be used so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SymmetricError {
    /// More than there can be.
    #[error("{bytes} bytes of symmetric memory are more than there can be")]
    TooLarge {
        /// What was asked for.
        bytes: u64,
    },
    /// Nodes have symmetric ranges of different sizes.
    #[error(
        "rank {own} has {bytes} bytes of symmetric memory and rank {rank} has {theirs}; all must run the same program \
         with the same size"
    )]
    Sizes {
        /// This node.
        own: u32,
        /// What it has.
        bytes: u64,
        /// Another one.
        rank: u32,
        /// What that one has.
        theirs: u64,
    },
    /// Pages of this process could not be moved into the arena.
    #[error(
        "the pages from {start:#x} to {end:#x} of this process cannot be made symmetric: {source}"
    )]
    Image {
        /// The first byte.
        start: usize,
        /// Behind the last.
        end: usize,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A range that does not lie in symmetric memory.
    #[error(
        "{len} bytes from offset {at} on do not lie in the {size} bytes of symmetric memory of rank {rank}"
    )]
    Outside {
        /// Whose memory.
        rank: u32,
        /// From there on.
        at: u64,
        /// So many bytes.
        len: u64,
        /// What there is.
        size: u64,
    },
    /// A node has ended the job.
    #[error("a node has ended the job with status {code}")]
    Ended {
        /// The status.
        code: i32,
    },
    /// A word that does not begin where such words do.
    #[error("an atomic of {bytes} bytes at offset {at}, which is not a multiple of that")]
    Misaligned {
        /// Where.
        at: u64,
        /// Bytes of the word.
        bytes: u64,
    },
}
