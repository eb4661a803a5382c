//! The words at the head of every arena that barriers and collectives own.
//!
//! ```text
//! 0       barrier     one line for each round: the sign of the partner, see `sign.rs`
//! 2 KiB   collective  two banks (odd and even collectives), each with one slot for each child
//!                     of the binomial tree and one for the parent
//! ```
//!
//! A slot is a payload (a value, and behind it the giver's logical time) and, behind it, the number of the
//! collective that it belongs to. Each word has one writer in each barrier or collective, and is changed by
//! WRITEs only.

use super::sign::Sign;

pub(super) const LINE: u64 = 64;

/// Rounds of a barrier, and children of a tree node: log2 of the most nodes (2^32).
const ROUNDS: u64 = 32;

/// The largest payload of a slot.
pub(super) const PAYLOAD: u64 = 320;

const SLOT: u64 = PAYLOAD + LINE;
const BANK: u64 = (ROUNDS + 1) * SLOT;
const COLLECTIVES: u64 = ROUNDS * LINE;

/// Bytes at the head of each arena that are not for segments.
pub(crate) const RESERVED_BYTES: u64 = 28 << 10;

const _: () = assert!(Sign::BYTES as u64 <= LINE);
const _: () = assert!(COLLECTIVES + 2 * BANK <= RESERVED_BYTES);
const _: () = assert!(RESERVED_BYTES.is_multiple_of(4096));

/// Where the partner of a barrier's round writes, from the first line on.
pub(super) fn barrier_line(round: u32) -> u64 {
    u64::from(round) * LINE
}

/// A slot of a collective.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    pub(super) payload: u64,
    pub(super) flag: u64,
}

fn slot(collective: u64, number: u64) -> Slot {
    let payload = COLLECTIVES + (collective % 2) * BANK + number * SLOT;
    Slot { payload, flag: payload + PAYLOAD }
}

/// Where the child of a tree's round writes.
pub(super) fn from_child(collective: u64, round: u32) -> Slot {
    slot(collective, u64::from(round))
}

/// Where the parent writes.
pub(super) fn from_parent(collective: u64) -> Slot {
    slot(collective, ROUNDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_overlaps_and_words_are_aligned() {
        let mut places: Vec<(u64, u64)> =
            (0..32).map(|round| (barrier_line(round), Sign::BYTES as u64)).collect();
        for bank in 0..2 {
            for slot in (0..32).map(|r| from_child(bank, r)).chain([from_parent(bank)]) {
                places.push((slot.payload, PAYLOAD));
                places.push((slot.flag, 8));
            }
        }
        places.sort_unstable();
        assert!(places.windows(2).all(|pair| pair[0].0 + pair[0].1 <= pair[1].0));
        assert!(places.iter().all(|(at, len)| at % 8 == 0 && at + len <= RESERVED_BYTES));
    }
}
