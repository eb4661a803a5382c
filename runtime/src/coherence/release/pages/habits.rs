//! [`Habit`]: which dirty pages stay open over a release, and which are opened together.
//!
//! To protect a page costs a fault at the next write to it. A page that is written between all releases is therefore left
//! open: then each release looks at it, whether it was written or not.
//!
//! ```text
//!             dirty at 4 releases in a row
//!   protected ─────────────────────────────▶ open
//!       ▲                                     │
//!       └──── after 8 more, to see whether ───┘    (after 4 without a changed byte, for good)
//!             then after 16, then after 32
//! ```
//!
//! Own pages that were written between the same two releases are likely to be so again, so the first write to one opens those that
//! follow, too. Whether they are written in truth is not seen then; so each of those that are on trial, to see whether they still are, has to be
//! written itself, and now and then all of them.

/// Releases in a row at which a page was dirty, before it stays open.
const STREAK: u8 = 4;

/// Releases for which it stays open at first.
const OPEN: u8 = 8;

/// So often that is doubled, where a page turns out to be written still.
const DOUBLINGS: u8 = 2;

/// Between one of so many acquires and the next, all pages are opened one by one.
const TOGETHER: u64 = 8;

/// Releases in a row at which an open page had not changed, before it is protected.
const IDLE: u8 = 4;

/// What was seen of a page at releases, in one word. Only sync points change it, one at a time; faults read it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Habit {
    /// The last release at which it was dirty.
    last: u32,
    /// How many in a row it was.
    streak: u8,
    /// For how many it has been open.
    open: u8,
    /// At how many of them in a row it had not changed.
    idle: u8,
    /// How often it was protected, and turned out to be written still.
    trials: u8,
}

impl Habit {
    pub(crate) fn to_bits(self) -> u64 {
        let bytes = [self.streak, self.open, self.idle, self.trials];
        let [streak, open, idle, trials] = bytes.map(u64::from);
        u64::from(self.last) | streak << 32 | open << 40 | idle << 48 | trials << 56
    }

    pub(crate) fn from_bits(bits: u64) -> Habit {
        let byte = |shift: u32| (bits >> shift) as u8;
        let [streak, open, idle, trials] = [byte(32), byte(40), byte(48), byte(56)];
        Habit { last: bits as u32, streak, open, idle, trials }
    }

    /// Whether a page is likely to be written where one with the habit `first` is, after so many acquires.
    pub(crate) fn goes_with(self, first: Habit, acquires: u64) -> bool {
        let is_on_trial = |habit: Habit| habit.trials > 0 && habit.streak < STREAK;
        // By no period that a program could have.
        let drawn = acquires.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let are_seen_alone = drawn.is_multiple_of(TOGETHER);
        self.last == first.last
            && first.last != 0
            && !are_seen_alone
            && ![self, first].into_iter().any(is_on_trial)
    }

    /// The page is dirty at this release, which is the `number`th: whether it stays open.
    pub(crate) fn dirty_at(&mut self, number: u32) -> bool {
        let in_a_row = self.streak > 0 && self.last.wrapping_add(1) == number;
        if !in_a_row {
            *self = Habit::default();
        }
        self.last = number;
        self.streak = self.streak.saturating_add(1).min(STREAK);
        if self.idle >= IDLE {
            *self = Habit::default();
            return false;
        }
        if self.streak < STREAK {
            return false;
        }
        if self.open == OPEN << self.trials.min(DOUBLINGS) {
            // If it is still written, it is dirty at the next release, too, and open again.
            let trials = self.trials.saturating_add(1);
            *self = Habit { last: number, streak: STREAK - 1, open: 0, idle: 0, trials };
            return false;
        }
        self.open += 1;
        true
    }

    /// An open page had changed, or not.
    pub(crate) fn looked_at(&mut self, changed: bool) {
        self.idle = if changed { 0 } else { self.idle.saturating_add(1) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_always_written_is_protected_less_and_less_often() {
        let mut habit = Habit::default();
        let protected = (1..=100).filter(|number| !habit.dirty_at(*number));
        assert_eq!(protected.collect::<Vec<u32>>(), [1, 2, 3, 12, 29, 62, 95]);
    }

    #[test]
    fn pages_go_together_unless_one_is_on_trial() {
        let [mut one, mut other] = [Habit::default(); 2];
        assert!(!one.goes_with(other, 0), "neither was ever written");
        one.dirty_at(1);
        assert!(!one.goes_with(other, 0) && !other.goes_with(one, 0));
        other.dirty_at(1);
        // In every eighth case not, whatever the period.
        for period in 1..=16 {
            let alone = (0..800).filter(|i| !one.goes_with(other, i * period)).count();
            assert!((50..=160).contains(&alone), "{alone} of 800, every {period} acquires");
        }
        let stays = (2..=12).map(|number| [one.dirty_at(number), other.dirty_at(number)]);
        assert_eq!(stays.last(), Some([false; 2]));
        assert!(!one.goes_with(other, 0));
        assert!(one.dirty_at(13) && !one.goes_with(other, 0) && !other.goes_with(one, 0));
    }

    #[test]
    fn a_pause_begins_a_new_row() {
        let mut habit = Habit::default();
        for number in [1, 2, 3, 5, 6, 7, 9] {
            assert!(!habit.dirty_at(number));
        }
    }

    #[test]
    fn an_open_page_that_does_not_change_is_protected_for_good() {
        let mut habit = Habit::default();
        for number in 1..4 {
            assert!(!habit.dirty_at(number));
        }
        for number in 4..8 {
            assert!(habit.dirty_at(number));
            habit.looked_at(false);
        }
        assert!(!habit.dirty_at(8));
        assert_eq!(habit, Habit::default());
    }

    #[test]
    fn it_fits_a_word() {
        let habit = Habit { last: u32::MAX - 1, streak: 3, open: 7, idle: 2, trials: 255 };
        assert_eq!(Habit::from_bits(habit.to_bits()), habit);
        assert_eq!(Habit::from_bits(0), Habit::default());
    }
}
