//! [`runs`]: which bytes of a page have changed; [`joined`]: what of them goes home together.
//!
//! The unit of a data race is the element: who stores to an element is alone with it until it synchronizes. So what has changed
//! in an element may go home with its other bytes, as far as these lie with it in one [`Grain`]; a small number that is stored
//! to wide elements is then one run, and not one for each. Bytes of other elements go with it only where this node is known to be
//! alone; elsewhere somebody else may have changed them at the home.

use std::ops::Range;

/// Bytes that are compared at once where a page has not changed.
const BLOCK: usize = 1024;

/// Bytes of a line, whose changed bytes are one word of bits.
const LINE: usize = 64;

/// Aligned bytes that belong to one element: 1, 2, 4 or 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grain(u32);

impl Grain {
    /// A single byte.
    pub const BYTE: Grain = Grain(1);

    /// The largest for elements of so many bytes, which lie side by side from an aligned place on.
    pub fn of_elements(bytes: u64) -> Grain {
        Grain(1 << bytes.trailing_zeros().min(3))
    }

    /// Marks all bytes of a line that lie in a grain with a marked one.
    #[inline]
    fn widen(self, bits: u64) -> u64 {
        match self.0 {
            2 => ((bits | bits >> 1) & 0x5555_5555_5555_5555) * 0x3,
            4 => {
                let pairs = bits | bits >> 1;
                ((pairs | pairs >> 2) & 0x1111_1111_1111_1111) * 0xf
            }
            8 => {
                let pairs = bits | bits >> 1;
                let fours = pairs | pairs >> 2;
                ((fours | fours >> 4) & 0x0101_0101_0101_0101) * 0xff
            }
            _ => bits,
        }
    }
}

/// Calls `each` with every run of grains in which `now` differs from `twin`, in order. Runs are exact: each grain of
/// a run has changed, and no run touches the next.
///
/// Beyond the shorter of the two nothing is compared; both have whole grains.
#[inline]
pub fn runs(now: &[u8], twin: &[u8], grain: Grain, mut each: impl FnMut(Range<usize>)) {
    // Where a run began that is not over yet.
    let mut open = None;
    let blocks = now.chunks(BLOCK).zip(twin.chunks(BLOCK));
    for (block, (now, twin)) in blocks.enumerate() {
        // The system's own comparison of memory, made for this processor.
        if now == twin {
            if let Some(start) = open.take() {
                each(start..block * BLOCK);
            }
            continue;
        }
        for (line, (now, twin)) in now.chunks(LINE).zip(twin.chunks(LINE)).enumerate() {
            let at = block * BLOCK + line * LINE;
            let changed = if same(now, twin) { 0 } else { grain.widen(changed(now, twin)) };
            split(changed, at, &mut open, &mut each);
        }
    }
    if let Some(start) = open {
        each(start..now.len().min(twin.len()));
    }
}

/// As [`runs`], where runs are handed over as one between which there is only what may go with them.
#[inline]
pub(crate) fn joined(
    now: &[u8],
    twin: &[u8],
    grain: Grain,
    may_fill: impl Fn(Range<usize>) -> bool,
    mut each: impl FnMut(Range<usize>),
) {
    let mut last: Option<Range<usize>> = None;
    runs(now, twin, grain, |run| match &mut last {
        Some(last) if may_fill(last.end..run.start) => last.end = run.end,
        last => {
            if let Some(whole) = last.replace(run) {
                each(whole);
            }
        }
    });
    last.into_iter().for_each(each);
}

/// Whether two lines are alike. Whole ones are compared without a branch, so that it is done by vectors.
#[inline]
fn same(now: &[u8], twin: &[u8]) -> bool {
    match (<&[u8; LINE]>::try_from(now), <&[u8; LINE]>::try_from(twin)) {
        (Ok(now), Ok(twin)) => {
            let (now, twin) = (now.as_chunks::<8>().0, twin.as_chunks::<8>().0);
            let differ = |(now, twin): (&[u8; 8], &[u8; 8])| {
                u64::from_ne_bytes(*now) ^ u64::from_ne_bytes(*twin)
            };
            now.iter().zip(twin).map(differ).fold(0, |all, word| all | word) == 0
        }
        _ => false,
    }
}

/// Which bytes of a line differ: bit `i` for byte `i`.
#[inline]
fn changed(now: &[u8], twin: &[u8]) -> u64 {
    // A byte for each, 1 if it differs; those beyond the end of a short line are 0.
    let mut differ = [0; LINE];
    match (<&[u8; LINE]>::try_from(now), <&[u8; LINE]>::try_from(twin)) {
        // Of known length, so that it is done by vectors.
        (Ok(now), Ok(twin)) => note_different(&mut differ, now, twin),
        _ => note_different(&mut differ, now, twin),
    }
    let words = differ.as_chunks::<8>().0.iter().map(|word| gathered(u64::from_le_bytes(*word)));
    words.rev().fold(0, |bits, byte| bits << 8 | byte)
}

#[inline]
fn note_different(differ: &mut [u8; LINE], now: &[u8], twin: &[u8]) {
    for ((differ, now), twin) in differ.iter_mut().zip(now).zip(twin) {
        *differ = u8::from(now != twin);
    }
}

/// Eight bytes that are 0 or 1, as eight bits: the first is the lowest.
#[inline]
fn gathered(word: u64) -> u64 {
    // Bit 8 i goes to bit 56 + i; no two of the products' bits meet.
    word.wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// Hands over the runs of a line that end in it. `open` is where one began that was not over, before and afterwards.
#[inline]
fn split(changed: u64, at: usize, open: &mut Option<usize>, each: &mut impl FnMut(Range<usize>)) {
    let mut from = 0;
    while from < LINE as u32 {
        let rest = changed >> from;
        match *open {
            Some(start) => {
                let same = (!rest).trailing_zeros();
                if from + same >= LINE as u32 {
                    return;
                }
                from += same;
                each(start..at + from as usize);
                *open = None;
            }
            None if rest == 0 => return,
            None => {
                from += rest.trailing_zeros();
                *open = Some(at + from as usize);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_pattern_of_a_word_is_widened_to_whole_grains() {
        for bytes in [1, 2, 4, 8] {
            let grain = Grain::of_elements(bytes as u64);
            for pattern in 0..=255_u8 {
                let now: Vec<u8> =
                    (0..64).map(|i| u8::from(i / 8 == 3 && pattern >> (i % 8) & 1 == 1)).collect();
                let mut found = vec![false; 64];
                runs(&now, &[0; 64], grain, |run| found[run].fill(true));
                let expected = now.chunks(bytes).flat_map(|all| vec![all.contains(&1); bytes]);
                assert!(expected.eq(found), "{bytes} bytes, {pattern:08b}");
            }
        }
    }

    #[test]
    fn runs_are_joined_over_what_may_go_with_them() {
        let (mut now, twin) = ([0; 256], [0; 256]);
        for at in [3, 5, 9, 100, 101, 103, 255] {
            now[at] = 1;
        }
        let found = |may_fill: &dyn Fn(Range<usize>) -> bool| {
            let mut found = Vec::new();
            joined(&now, &twin, Grain::BYTE, may_fill, |run| found.push(run));
            found
        };
        assert_eq!(found(&|_| false), [3..4, 5..6, 9..10, 100..102, 103..104, 255..256]);
        assert_eq!(found(&|gap| gap.len() == 1), [3..6, 9..10, 100..104, 255..256]);
        assert_eq!(
            found(&|gap| gap == (10..100) || gap == (6..9)),
            [3..4, 5..102, 103..104, 255..256]
        );
        assert_eq!(found(&|_| true).as_slice(), std::slice::from_ref(&(3..256)));
        joined(&twin, &twin, Grain::BYTE, |_| true, |run| panic!("{run:?} has not changed"));
    }

    #[test]
    fn a_grain_divides_elements() {
        let grains = [1, 2, 3, 4, 6, 8, 12, 16, 24, 1000].map(|bytes| Grain::of_elements(bytes).0);
        assert_eq!(grains, [1, 2, 1, 4, 2, 8, 4, 8, 8, 8]);
    }

    #[test]
    fn a_small_number_in_each_wide_element_is_one_run() {
        let now: Vec<u8> = (0..1024_u32).flat_map(u32::to_le_bytes).collect();
        let (mut exact, mut whole) = (0, 0);
        runs(&now, &[0; 4096], Grain::BYTE, |_| exact += 1);
        runs(&now, &[0; 4096], Grain::of_elements(4), |run| {
            assert_eq!(run, 4..4096);
            whole += 1;
        });
        assert_eq!((exact > 1000, whole), (true, 1));
    }

    /// Begin and end of each run.
    fn all(now: &[u8], twin: &[u8]) -> Vec<(usize, usize)> {
        let mut all = Vec::new();
        runs(now, twin, Grain::BYTE, |run| all.push((run.start, run.end)));
        all
    }

    /// Byte by byte.
    fn plainly(now: &[u8], twin: &[u8]) -> Vec<(usize, usize)> {
        let mut all: Vec<(usize, usize)> = Vec::new();
        for i in (0..now.len().min(twin.len())).filter(|&i| now[i] != twin[i]) {
            match all.last_mut() {
                Some((_, end)) if *end == i => *end += 1,
                _ => all.push((i, i + 1)),
            }
        }
        all
    }

    #[test]
    fn every_single_byte_of_a_page_and_every_run_to_its_end() {
        let twin = vec![7; 4096];
        let mut now = twin.clone();
        assert_eq!(all(&now, &twin), []);
        for i in 0..4096 {
            now[i] = 8;
            assert_eq!(all(&now, &twin), [(i, i + 1)]);
            now[i] = 7;
        }
        for i in (0..4096).rev() {
            now[i] = 0x87;
            assert_eq!(all(&now, &twin), [(i, 4096)]);
        }
    }

    #[test]
    fn every_pattern_of_a_word_is_told() {
        for pattern in 0..=255_u64 {
            let byte = |i| u8::from(pattern >> i & 1 == 1);
            assert_eq!(gathered(u64::from_le_bytes(std::array::from_fn(byte))), pattern);
        }
    }

    #[test]
    fn nothing_is_compared_beyond_the_shorter() {
        assert_eq!(all(&[1; 300], &[2; 200]), [(0, 200)]);
        assert_eq!(all(&[1; 200], &[2; 300]), [(0, 200)]);
        assert_eq!(all(&[], &[2; 300]), []);
    }

    proptest! {
        #[test]
        fn as_byte_by_byte(
            twin in prop::collection::vec(0..4_u8, 0..1200),
            edits in prop::collection::vec((0..1200_usize, 0..80_usize, 0..4_u8), 0..12),
        ) {
            let mut now = twin.clone();
            for (from, count, value) in edits {
                for byte in now.iter_mut().skip(from).take(count) {
                    *byte ^= value;
                }
            }
            prop_assert_eq!(all(&now, &twin), plainly(&now, &twin));
        }

        #[test]
        fn as_byte_by_byte_in_what_differs_everywhere(
            pair in prop::collection::vec((0..2_u8, 0..2_u8), 0..700),
        ) {
            let (now, twin): (Vec<_>, Vec<_>) = pair.into_iter().unzip();
            prop_assert_eq!(all(&now, &twin), plainly(&now, &twin));
        }
    }
}
