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
//!
//! Own pages ([`crate::Own`]) begin as `Clean`, and are never `Absent`. Whoever has a page busy can make it one of them, or no longer one.

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

/// Set beside every state of an own page.
const OWN: u32 = 8;

/// Looks at a busy page before sleeping. Opening a page takes microseconds; so does going to sleep.
const LOOKS: u32 = 200;

/// How to wait for a page.
#[derive(Clone, Copy)]
pub(crate) enum Waiting {
    Futex,
    /// By calling this, with the number of calls before.
    Relax(fn(u32)),
}

/// The word.
pub(crate) struct PageState(AtomicU32);

impl PageState {
    pub(crate) const fn absent() -> PageState {
        PageState(AtomicU32::new(State::Absent as u32))
    }

    pub(crate) const fn own() -> PageState {
        PageState(AtomicU32::new(State::Clean as u32 | OWN))
    }

    pub(crate) fn is_own(&self) -> bool {
        self.0.load(Ordering::Relaxed) & OWN != 0
    }

    pub(crate) fn get(&self) -> State {
        decode(self.0.load(Ordering::Acquire))
    }

    /// Makes the page busy for this thread, if it is in this state.
    pub(crate) fn take(&self, from: State) -> bool {
        self.take_if(from, self.is_own())
    }

    /// As `take`, if it is an own page, or is none, as `own` says.
    pub(crate) fn take_if(&self, from: State, own: bool) -> bool {
        debug_assert_ne!(from, State::Busy);
        let mark = if own { OWN } else { 0 };
        let (word, busy) = (mark | from as u32, mark | State::Busy as u32);
        self.0.compare_exchange(word, busy, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Makes a page that is busy for this thread an own one, or one like others.
    pub(crate) fn set_own(&self, own: bool) {
        match own {
            true => self.0.fetch_or(OWN, Ordering::Relaxed),
            false => self.0.fetch_and(!OWN, Ordering::Relaxed),
        };
    }

    /// Ends what `take` began.
    pub(crate) fn give(&self, to: State) {
        debug_assert_ne!(to, State::Busy);
        let own = self.0.load(Ordering::Relaxed) & OWN;
        if self.0.swap(own | to as u32, Ordering::Release) & WAITED_FOR != 0 {
            // Fails for a bad address alone, and this is none.
            let _ = futex::wake(&self.0, futex::Flags::PRIVATE, i32::MAX as u32);
        }
    }

    /// Waits until another thread has finished with the page.
    pub(crate) fn wait(&self, waiting: Waiting) {
        match waiting {
            Waiting::Futex => self.sleep(),
            Waiting::Relax(relax) => {
                let mut attempt = 0_u32;
                while self.get() == State::Busy {
                    relax(attempt);
                    attempt = attempt.saturating_add(1);
                }
            }
        }
    }

    fn sleep(&self) {
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
    match word & !(WAITED_FOR | OWN) {
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
        let word = PageState::absent();
        assert!(!word.take(State::Clean));
        assert!(word.take(State::Absent));
        for word in [word, PageState::own()] {
            let own = word.is_own();
            assert!(word.get() == State::Busy || word.take(State::Clean));
            assert!(!word.take(State::Absent));
            for to in [State::Clean, State::Dirty, State::Absent] {
                word.give(to);
                assert_eq!(word.get(), to);
                assert!(word.take(to));
                assert_eq!((word.get(), word.is_own()), (State::Busy, own));
            }
            word.set_own(!own);
            word.give(State::Clean);
            assert!(!word.take_if(State::Clean, own) && word.take_if(State::Clean, !own));
            assert_eq!((word.get(), word.is_own()), (State::Busy, !own));
        }
    }

    #[test]
    fn who_waits_is_woken() {
        let (word, woken) = (PageState::own(), AtomicUsize::new(0));
        assert!(word.take(State::Clean));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    word.wait(Waiting::Futex);
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
        assert!(word.is_own());
    }

    #[test]
    fn waiting_without_a_futex_counts_its_attempts() {
        static BUSY: PageState = PageState::absent();
        fn relax(attempt: u32) {
            if attempt == 3 {
                BUSY.give(State::Clean);
            }
        }
        BUSY.wait(Waiting::Relax(|_| unreachable!("nobody has it")));
        assert!(BUSY.take(State::Absent));
        BUSY.wait(Waiting::Relax(relax));
        assert_eq!(BUSY.get(), State::Clean);
    }
}
