//! [`Habit`]: which dirty pages stay open over a release.
//!
//! To protect a page costs a fault at the next write to it. A page that is written between all releases is therefore left
//! open: then each release looks at it, whether it was written or not.
//!
//! ```text
//!             dirty at 4 releases in a row
//!   protected ─────────────────────────────▶ open
//!       ▲                                     │
//!       └──── after 8 more, to see whether ───┘    (after 4 without a changed byte, for good)
//! ```

/// Releases in a row at which a page was dirty, before it stays open.
const STREAK: u8 = 4;

/// Releases for which it stays open.
const OPEN: u8 = 8;

/// Releases in a row at which an open page had not changed, before it is protected.
const IDLE: u8 = 4;

/// What was seen of a page at releases, in one word. Only sync points use it, one at a time.
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
}

impl Habit {
    pub(crate) fn to_bits(self) -> u64 {
        let [streak, open, idle] = [self.streak, self.open, self.idle].map(u64::from);
        u64::from(self.last) | streak << 32 | open << 40 | idle << 48
    }

    pub(crate) fn from_bits(bits: u64) -> Habit {
        let byte = |shift: u32| (bits >> shift) as u8;
        Habit { last: bits as u32, streak: byte(32), open: byte(40), idle: byte(48) }
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
        if self.open == OPEN {
            // If it is still written, it is dirty at the next release, too, and open again.
            *self = Habit { last: number, streak: STREAK - 1, open: 0, idle: 0 };
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
    fn a_page_that_is_always_written_is_protected_once_in_nine_releases() {
        let mut habit = Habit::default();
        let stays: Vec<bool> = (1..=22).map(|number| habit.dirty_at(number)).collect();
        let mut expected = vec![false; 3];
        expected.extend([true; 8]);
        expected.push(false);
        expected.extend([true; 8]);
        expected.extend([false, true]);
        assert_eq!(stays, expected);
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
        let habit = Habit { last: u32::MAX - 1, streak: 3, open: 7, idle: 2 };
        assert_eq!(Habit::from_bits(habit.to_bits()), habit);
        assert_eq!(Habit::from_bits(0), Habit::default());
    }
}
