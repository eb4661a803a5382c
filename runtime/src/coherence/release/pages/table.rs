//! [`Table`]: what the engine knows of each page, beside its state.

use std::sync::atomic::{AtomicU64, Ordering};

use verbs_shim::Memory;

use super::habits::Habit;
use crate::error::Error;

/// The page takes room in the budget.
const PRESENT: u64 = 1 << 32;

/// Changes of it are on their way home: what is there may be older than what is here.
const ON_THE_WAY: u64 = 1 << 33;

/// One more than the number of its twin's room; 0 if it has none.
const ROOM: u64 = u32::MAX as u64;

/// Two words for each page.
pub(crate) struct Table {
    /// Room, and the two marks. The room is changed by whoever has the page busy.
    words: Memory,
    /// [`Habit`]; changed by sync points alone, one at a time, and read inside of faults.
    habits: Memory,
}

impl Table {
    pub(crate) fn new(pages: usize) -> Result<Table, Error> {
        let table = || Memory::anonymous(pages.max(1) * 8);
        Ok(Table { words: table()?, habits: table()? })
    }

    fn word(&self, page: usize) -> &AtomicU64 {
        self.words.atomic_u64(page * 8)
    }

    /// The room of its twin.
    pub(crate) fn room(&self, page: usize) -> Option<u32> {
        ((self.word(page).load(Ordering::Relaxed) & ROOM) as u32).checked_sub(1)
    }

    pub(crate) fn set_room(&self, page: usize, room: u32) {
        self.word(page).fetch_or(u64::from(room) + 1, Ordering::Relaxed);
    }

    pub(crate) fn clear_room(&self, page: usize) {
        self.word(page).fetch_and(!ROOM, Ordering::Relaxed);
    }

    /// Whether it takes room in the budget.
    pub(crate) fn is_present(&self, page: usize) -> bool {
        self.word(page).load(Ordering::Relaxed) & PRESENT != 0
    }

    /// Marks it so; false if it was.
    pub(crate) fn set_present(&self, page: usize) -> bool {
        self.word(page).fetch_or(PRESENT, Ordering::Relaxed) & PRESENT == 0
    }

    /// Takes the mark away; false if there was none.
    pub(crate) fn clear_present(&self, page: usize) -> bool {
        self.word(page).fetch_and(!PRESENT, Ordering::Relaxed) & PRESENT != 0
    }

    pub(crate) fn is_on_the_way(&self, page: usize) -> bool {
        self.word(page).load(Ordering::Acquire) & ON_THE_WAY != 0
    }

    pub(crate) fn set_on_the_way(&self, page: usize) {
        self.word(page).fetch_or(ON_THE_WAY, Ordering::Relaxed);
    }

    pub(crate) fn clear_on_the_way(&self, page: usize) {
        self.word(page).fetch_and(!ON_THE_WAY, Ordering::Release);
    }

    pub(crate) fn habit(&self, page: usize) -> Habit {
        Habit::from_bits(self.habits.atomic_u64(page * 8).load(Ordering::Relaxed))
    }

    pub(crate) fn set_habit(&self, page: usize, habit: Habit) {
        self.habits.atomic_u64(page * 8).store(habit.to_bits(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_rooms_do_not_touch_each_other() {
        let table = Table::new(3).unwrap();
        assert_eq!(
            (table.room(1), table.is_present(1), table.is_on_the_way(1)),
            (None, false, false)
        );
        table.set_room(1, 0);
        assert!(table.set_present(1) && !table.set_present(1));
        table.set_on_the_way(1);
        assert_eq!(
            (table.room(1), table.is_present(1), table.is_on_the_way(1)),
            (Some(0), true, true)
        );
        table.clear_room(1);
        table.set_room(1, u32::MAX - 1);
        assert!(table.clear_present(1) && !table.clear_present(1));
        assert_eq!((table.room(1), table.is_on_the_way(1)), (Some(u32::MAX - 1), true));
        table.clear_on_the_way(1);
        table.clear_room(1);
        assert_eq!((table.room(1), table.is_on_the_way(1)), (None, false));
        assert_eq!((table.room(0), table.room(2)), (None, None));
    }
}
