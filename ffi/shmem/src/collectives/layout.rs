//! Where a team's words lie in its slot, which has the same offset on all members.
//!
//! | what | bytes | who writes |
//! | --- | ---: | --- |
//! | signs of members, one of each of the first [`DIRECT`] | 64 | that member |
//! | signs of rounds of dissemination | 256 | the one member that is so far behind |
//! | published words | 64 | the owner |
//! | chunks, [`RING`] of them, in turns | 68 Ki | whose turn it is by the algorithm |
//!
//! Signs are numbers of operations, of which each has one writer, so they only grow. A chunk is a sign, the length of what
//! is in it, and the bytes; up to 48 of them lie in the sign's own line. An operation takes one chunk, or [`CHUNKS`].

/// How many teams can be at the same time, those that are there from the beginning included.
pub(crate) const SLOTS: u64 = 64;
/// The bytes of a slot.
pub(crate) const SLOT_BYTES: u64 = CHUNKS_AT + RING * CHUNK;

/// Up to so many members each speaks to each.
pub(super) const DIRECT: u32 = 8;
/// Chunks, used in turns.
pub(super) const RING: u64 = 64;
/// The most that an operation takes.
pub(super) const CHUNKS: u64 = 16;
/// The bytes of a chunk: 1 KiB of a program's fits, and neighbors do not share sets of a cache.
const CHUNK: u64 = 1024 + 64;
/// The bytes that fit into a chunk.
pub(super) const CHUNK_DATA: usize = (CHUNK - DATA) as usize;
/// Where the length stands in a chunk.
pub(super) const LENGTH: u64 = 8;
/// Where the bytes begin in a chunk.
pub(super) const DATA: u64 = 16;

const ROUNDS_AT: u64 = 64;
const PUBLISHED_AT: u64 = ROUNDS_AT + 32 * 8;
const CHUNKS_AT: u64 = 512;

const _: () = assert!(PUBLISHED_AT + 64 <= CHUNKS_AT);
const _: () = assert!(DIRECT as u64 * 8 <= ROUNDS_AT && DIRECT as u64 <= CHUNKS);
// One that takes many may have to pass over as many, to begin where these do.
const _: () = assert!(RING.is_multiple_of(CHUNKS) && RING >= 2 * CHUNKS);
const _: () = assert!(SLOT_BYTES.is_multiple_of(64) && CHUNK.is_multiple_of(64));

/// The sign of a member.
pub(super) fn member(member: u32) -> u64 {
    u64::from(member) * 8
}

/// The sign of a round.
pub(super) fn round(round: u32) -> u64 {
    ROUNDS_AT + u64::from(round) * 8
}

/// The published word.
pub(super) fn published() -> u64 {
    PUBLISHED_AT
}

/// A chunk by its number among all that were ever taken.
pub(super) fn chunk(number: u64) -> u64 {
    CHUNKS_AT + number % RING * CHUNK
}

/// The words of an active set, its `pSync`, all 0 at rest: a counter for each round of dissemination, and then the
/// published word.
pub(crate) mod work {
    /// How many there are: what the header has as `SHMEM_SYNC_SIZE`.
    pub(crate) const WORDS: u64 = 128;

    /// The counter of a round.
    pub(crate) fn round(round: u32) -> u64 {
        u64::from(round) * 8
    }

    /// The published word.
    pub(crate) fn published() -> u64 {
        (WORDS - 1) * 8
    }
}
