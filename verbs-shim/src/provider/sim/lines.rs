//! Cache lines: the pieces in which the bytes of a READ or WRITE are taken.

use std::hash::{Hash, Hasher};
use std::ops::Range;

/// Bytes of a cache line.
pub(super) const LINE: u64 = 64;

/// How many lines a range touches.
pub(super) fn count(addr: u64, len: u32) -> u32 {
    match len {
        0 => 0,
        len => ((addr % LINE + u64::from(len) - 1) / LINE) as u32 + 1,
    }
}

/// The bytes of the range, counted from its start, that lie in its line number `line`.
#[inline]
pub(super) fn bytes(addr: u64, len: u32, line: u32) -> Range<usize> {
    let lead = addr % LINE;
    let start = (u64::from(line) * LINE).saturating_sub(lead);
    let end = ((u64::from(line) + 1) * LINE - lead).min(len.into());
    start as usize..end as usize
}

/// The lines of a range that have not been taken yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lines {
    None,
    /// Line 0 alone: most ranges have no other, so this one needs no list.
    One,
    /// From the last to the first, unless some have been taken out of order.
    Many(Vec<u32>),
}

impl Lines {
    /// All lines of the range; `spare` is a list to be used if one is needed.
    pub(super) fn all(addr: u64, len: u32, spare: impl FnOnce() -> Vec<u32>) -> Lines {
        match count(addr, len) {
            0 => Lines::None,
            1 => Lines::One,
            n => {
                let mut left = spare();
                left.clear();
                left.extend((0..n).rev());
                Lines::Many(left)
            }
        }
    }

    pub(super) fn left(&self) -> usize {
        match self {
            Lines::None => 0,
            Lines::One => 1,
            Lines::Many(left) => left.len(),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        let left = match self {
            Lines::None => &[][..],
            Lines::One => &[0],
            Lines::Many(left) => left,
        };
        left.iter().rev().copied()
    }

    /// Takes one of those left: the lowest (if none was taken out of order), or the one in this place.
    pub(super) fn take(&mut self, place: Option<usize>) -> u32 {
        match self {
            Lines::None => unreachable!("a line is taken when none is left"),
            Lines::One => {
                *self = Lines::None;
                0
            }
            Lines::Many(left) => {
                let last = left.len() - 1;
                left.swap_remove(last - place.unwrap_or(0))
            }
        }
    }

    /// Takes this line, if it is left.
    pub(super) fn take_line(&mut self, line: u32) -> bool {
        let place = self.iter().position(|left| left == line);
        if place.is_some() {
            self.take(place);
        }
        place.is_some()
    }

    /// The list, to be used again.
    pub(super) fn into_spare(self) -> Option<Vec<u32>> {
        match self {
            Lines::Many(left) => Some(left),
            _ => None,
        }
    }
}

/// In the order of addresses, so that the order in which others were taken does not matter.
impl Hash for Lines {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut left: Vec<u32> = self.iter().collect();
        left.sort_unstable();
        left.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_aligned_to_the_address_and_cover_the_range_once() {
        for (addr, len) in [(0, 1), (0, 64), (0, 65), (60, 8), (63, 2), (1, 200), (64, 128)] {
            let mut at = 0;
            for line in 0..count(addr, len) {
                let bytes = bytes(addr, len, line);
                assert_eq!(bytes.start, at, "{addr} {len} {line}");
                assert!(!bytes.is_empty() && bytes.len() <= 64);
                let (first, last) = (addr + bytes.start as u64, addr + bytes.end as u64 - 1);
                assert_eq!(first / LINE, last / LINE, "{addr} {len} {line}");
                at = bytes.end;
            }
            assert_eq!(at, len as usize);
        }
        assert_eq!((count(10, 0), count(60, 8)), (0, 2));
    }

    #[test]
    fn each_line_is_taken_once_in_any_order() {
        let mut lines = Lines::all(0, 64 * 4, Vec::new);
        assert_eq!(lines.iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert_eq!(lines.take(Some(2)), 2);
        assert!(lines.take_line(0) && !lines.take_line(0));
        let mut rest = [lines.take(None), lines.take(None)];
        rest.sort_unstable();
        assert_eq!((rest, lines.left()), ([1, 3], 0));
    }
}
