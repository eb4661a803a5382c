//! The numbers of HPCC RandomAccess: a shift register of 64 bits, and the way to any place of its sequence.

/// What is fed back when a bit is shifted out.
const POLYNOMIAL: u64 = 7;

/// After so many numbers the sequence begins again.
const PERIOD: u64 = 1_317_624_576_693_539_401;

/// The sequence, from any place on: `a(n + 1) = (a(n) << 1) ^ (a(n) < 0 ? 7 : 0)`, from `a(0) = 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stream(u64);

/// The number after `now`. Linear over the field of two elements.
const fn next(now: u64) -> u64 {
    (now << 1) ^ if now >> 63 == 1 { POLYNOMIAL } else { 0 }
}

impl Stream {
    /// The sequence from place `place` on.
    ///
    /// A step multiplies by x; so the number of place 2n is the square of that of place n, which is the sum of the
    /// squares of its bits: that of bit i is x^2i.
    pub(crate) fn at(place: u64) -> Stream {
        let mut squares = [0u64; 64];
        let mut square = 1;
        for entry in &mut squares {
            *entry = square;
            square = next(next(square));
        }
        let place = place % PERIOD;
        let mut number = 1;
        for bit in (0..u64::BITS - place.leading_zeros()).rev() {
            let bits = (0..64).filter(|bit| number >> bit & 1 == 1);
            number = bits.fold(0, |sum, bit| sum ^ squares[bit]);
            if place >> bit & 1 == 1 {
                number = next(number);
            }
        }
        Stream(number)
    }
}

impl Iterator for Stream {
    type Item = u64;

    /// The next number; the first is that after the start, as HPCC has it.
    #[inline]
    fn next(&mut self) -> Option<u64> {
        self.0 = next(self.0);
        Some(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_that_of_the_rules() {
        let first: Vec<u64> = Stream::at(0).take(64).collect();
        assert_eq!(first[..3], [2, 4, 8]);
        assert_eq!(first[62..], [1 << 63, 7]);
    }

    #[test]
    fn every_place_is_reached_by_a_jump() {
        let mut walked = Stream::at(0);
        for place in 1..2000 {
            walked.next();
            assert_eq!(Stream::at(place), walked, "place {place}");
        }
        for place in [1 << 20, (1 << 33) + 12_345, PERIOD - 1000] {
            let mut near = Stream::at(place);
            near.nth(776);
            assert_eq!(Stream::at(place + 777), near, "place {place}");
        }
    }

    #[test]
    fn it_begins_again_after_its_period() {
        let mut end = Stream::at(PERIOD - 1);
        assert_eq!(end.next(), Some(1));
        assert_eq!(Stream::at(PERIOD), Stream::at(0));
    }
}
