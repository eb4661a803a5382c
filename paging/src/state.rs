//! The state of a page, in one word.
//!
//! ```text
//!              fault: fetch                fault: first write, twin
//!   Absent ───────────────────▶ Clean ───────────────────────────────▶ Dirty
//!     ▲  ▲                       │ ▲                                    │
//!     │  └───── remove ──────────┘ └──────────── protect ───────────────┘
//!     └── (a first access that writes goes from Absent to Dirty at once)
//! ```
//!
//! Every arrow passes through `Busy`. Who has made a page busy is alone with it: nobody else opens, protects or removes
//! it, or uses its twin. All others wait, on a futex, and then look again. Taking a page acquires what its last
//! owner wrote of it, giving it back releases.

use std::sync::atomic::{AtomicU32, Ordering};

use rustix::thread::futex;

/// What can be done with a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum State {
    /// It is not there: every access faults.
    Absent = 0,
    /// A thread is changing its state.
    Busy = 1,
    /// It can be read; a write faults.
    Clean = 2,
    /// It can be read and written.
    Dirty = 3,
}

/// Set beside [`State::Busy`] while somebody sleeps until it is over.
const WAITED_FOR: u32 = 4;

/// Looks at a busy page before sleeping. Opening a page takes microseconds; so does going to sleep.
const LOOKS: u32 = 200;

/// The word.
pub(crate) struct PageState(AtomicU32);

impl PageState {
    pub(crate) const fn new() -> PageState {
        PageState(AtomicU32::new(State::Absent as u32))
    }

    pub(crate) fn get(&self) -> State {
        decode(self.0.load(Ordering::Acquire))
    }

    /// Makes the page busy for this thread, if it is in this state.
    pub(crate) fn take(&self, from: State) -> bool {
        debug_assert_ne!(from, State::Busy);
        let (from, busy) = (from as u32, State::Busy as u32);
        self.0.compare_exchange(from, busy, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Ends what `take` began.
    pub(crate) fn give(&self, to: State) {
        debug_assert_ne!(to, State::Busy);
        if self.0.swap(to as u32, Ordering::Release) & WAITED_FOR != 0 {
            // Fails for a bad address alone, and this is none.
            let _ = futex::wake(&self.0, futex::Flags::PRIVATE, i32::MAX as u32);
        }
    }

    /// Waits until another thread has finished with the page.
    pub(crate) fn wait(&self) {
        for _ in 0..LOOKS {
            if self.get() != State::Busy {
                return;
            }
            std::hint::spin_loop();
        }
        loop {
            let word = self.0.load(Ordering::Relaxed);
            if decode(word) != State::Busy {
                return;
            }
            let waited = word | WAITED_FOR;
            let exchanged =
                self.0.compare_exchange(word, waited, Ordering::Relaxed, Ordering::Relaxed);
            if exchanged.is_ok() {
                // Returns at once if the word has changed; whatever woke us, the word is looked at again.
                let _ = futex::wait(&self.0, futex::Flags::PRIVATE, waited, None);
            }
        }
    }
}

fn decode(word: u32) -> State {
    match word & !WAITED_FOR {
        0 => State::Absent,
        1 => State::Busy,
        2 => State::Clean,
        _ => State::Dirty,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn it_is_taken_by_one_and_from_the_state_it_is_in() {
        let word = PageState::new();
        assert!(!word.take(State::Clean));
        assert!(word.take(State::Absent));
        assert_eq!(word.get(), State::Busy);
        assert!(!word.take(State::Absent));
        for to in [State::Clean, State::Dirty, State::Absent] {
            word.give(to);
            assert_eq!(word.get(), to);
            assert!(word.take(to));
        }
    }

    #[test]
    fn who_waits_is_woken() {
        let (word, woken) = (PageState::new(), AtomicUsize::new(0));
        assert!(word.take(State::Absent));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    word.wait();
                    woken.fetch_add(1, Ordering::Relaxed);
                });
            }
            // Until one of them sleeps.
            while word.0.load(Ordering::Relaxed) & WAITED_FOR == 0 {
                std::thread::yield_now();
            }
            assert_eq!(woken.load(Ordering::Relaxed), 0);
            word.give(State::Clean);
        });
        assert_eq!((woken.into_inner(), word.get()), (4, State::Clean));
    }
}
