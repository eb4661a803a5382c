//! [`Pages`]: the states of a range's pages, and the way of a fault through them.
//!
//! # Who waits for whom
//!
//! A thread makes one page busy to open it, and more by compare-and-swap alone ([`Arrival::extend`]); while it has them, it waits for
//! no other page: fetching does not touch paged memory ([`Source`]). A thread that protects or removes makes a run of pages busy,
//! and waits for pages of others only while it has none. So nobody waits in a circle. Whoever has a page busy has all
//! signals blocked, so no handler of a signal can wait in the very thread that it waits for.

use std::ops::Range;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::Access;
use crate::copy::copy;
use crate::error::Refused;
use crate::mapping::Mapping;
use crate::own::OwnPages;
use crate::page::Page;
use crate::pager::{Mechanism, Pager};
use crate::signals::Blocked;
use crate::source::{Arrival, Source};
use crate::state::{PageState, State};

/// So many faults in a row that find their page open, and nothing changed in between, are not races of
/// threads: somebody has changed the mapping.
const FUTILE: u32 = 100_000;

/// What the handler works on.
pub(crate) struct Pages {
    pub(crate) name: Box<str>,
    pub(crate) mechanism: Mechanism,
    pub(crate) pager: Box<dyn Pager>,
    pub(crate) own: OwnPages,
    pub(crate) source: Box<dyn Source>,
    pub(crate) states: Box<[PageState]>,
    pub(crate) page: usize,
    /// Faults since a page last changed its state that found theirs open.
    pub(crate) futile: AtomicU32,
    /// Closed after everything that works on it is gone.
    pub(crate) view: Mapping,
}

/// Pages that this thread has made busy; given back at the latest when this is dropped.
pub(crate) struct Run<'a> {
    pub(crate) states: &'a [PageState],
    pub(crate) pages: Range<usize>,
    /// The state that they get.
    pub(crate) back: State,
}

impl Run<'_> {
    pub(crate) fn first(&self) -> Option<usize> {
        self.pages.clone().next()
    }

    pub(crate) fn give_first(&mut self, to: State) {
        if let Some(page) = self.pages.next() {
            self.states[page].give(to);
        }
    }

    /// Gives back the pages from this one on.
    pub(crate) fn cut(&mut self, end: usize) {
        let cut = Run { states: self.states, pages: end..self.pages.end, back: self.back };
        self.pages.end = end;
        drop(cut);
    }

    /// Takes following pages that are in this state, and own ones or not, without waiting, until it has `most` pages.
    pub(crate) fn extend(&mut self, most: usize, from: State, own: bool) {
        while self.pages.len() < most
            && self.states.get(self.pages.end).is_some_and(|state| state.take_if(from, own))
        {
            self.pages.end += 1;
        }
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        while self.first().is_some() {
            self.give_first(self.back);
        }
    }
}

impl Pages {
    pub(crate) fn len(&self) -> usize {
        self.view.len()
    }

    pub(crate) fn start(&self) -> NonNull<u8> {
        self.view.start()
    }

    pub(crate) fn address(&self, page: usize) -> NonNull<u8> {
        // SAFETY: pages are counted inside of the mapping.
        unsafe { self.start().add(page * self.page) }
    }

    /// What visitors are shown of a page that is there.
    pub(crate) fn shown(&self, page: usize) -> Page<'_> {
        Page::new(self.address(page), self.page)
    }

    /// To be held while pages are busy.
    pub(crate) fn block(&self) -> Option<Blocked> {
        self.mechanism.signal().map(|_| Blocked::new())
    }

    /// Waits until another thread has finished with a page.
    pub(crate) fn wait(&self, page: usize) {
        self.states[page].wait(self.mechanism.waiting());
    }

    /// Makes a page busy.
    pub(crate) fn take(&self, page: usize, from: State) -> Option<Run<'_>> {
        let state = self.states.get(page)?;
        state.take(from).then(|| {
            self.futile.store(0, Ordering::Relaxed);
            Run { states: &self.states, pages: page..page + 1, back: from }
        })
    }

    /// The same, unless it is an own page.
    fn take_other(&self, page: usize, from: State) -> Option<Run<'_>> {
        let state = self.states.get(page)?;
        state.take_if(from, false).then(|| {
            self.futile.store(0, Ordering::Relaxed);
            Run { states: &self.states, pages: page..page + 1, back: from }
        })
    }

    /// Serves the fault of an access to the byte at `offset`; `None` if this signal does not tell of such. `to_write` is `None`
    /// where the processor does not say. To be called with all signals blocked.
    pub(crate) fn serve(
        &self,
        signal: libc::c_int,
        offset: usize,
        to_write: Option<bool>,
    ) -> Option<Result<(), Refused>> {
        let page = offset / self.page;
        // A page may have become an own one since the fault.
        let is_ours = self.mechanism.signal() == Some(signal)
            || signal == libc::SIGSEGV && self.states[page].is_own();
        is_ours.then(|| {
            // Another thread was quicker. Or not?
            if self.reach(page, to_write, 1)?
                || self.futile.fetch_add(1, Ordering::Relaxed) < FUTILE
            {
                return Ok(());
            }
            Err(Refused::new(
                "the page is open, and yet accesses to it fail; another part of the program has changed the mapping or \
                 the protection of this memory, or executes it",
            ))
        })
    }

    /// Whether a page is open for this already.
    pub(crate) fn is_open(&self, page: usize, access: Access) -> bool {
        match self.states[page].get() {
            State::Dirty => true,
            State::Clean => access == Access::Read,
            State::Absent | State::Busy => false,
        }
    }

    /// Opens a page, of which `wanted` are to be opened from there on; says whether there was anything to do.
    pub(crate) fn reach(
        &self,
        page: usize,
        to_write: Option<bool>,
        wanted: usize,
    ) -> Result<bool, Refused> {
        loop {
            let from = self.states[page].get();
            match (from, to_write) {
                (State::Busy, _) => {
                    self.wait(page);
                    continue;
                }
                (State::Dirty, _) | (State::Clean, Some(false)) => return Ok(false),
                // A fault on a page that is open for reading is a write, unless another thread opened it
                // just now; then it gets a twin in vain.
                (State::Absent, _) | (State::Clean, Some(true) | None) => {}
            }
            let Some(mut taken) = self.take(page, from) else { continue };
            if from == State::Absent {
                let arrival = Arrival::new(self, taken, to_write == Some(true), wanted);
                let arrived = self.source.fetch(page, arrival)?;
                if arrived.page() != page {
                    return Err(Refused::new("its source has opened another page instead"));
                }
                if to_write == Some(true) && self.states[page].is_own() {
                    // Adopted, and open for reading alone.
                    continue;
                }
            } else if self.states[page].is_own() {
                let together = self.source.own_together(page);
                if !self.open_own(taken, wanted.max(together))? {
                    continue;
                }
            } else {
                self.let_write(page)?;
                taken.back = State::Dirty;
            }
            return Ok(true);
        }
    }

    /// Opens a page, which was absent, for writing, with these bytes.
    ///
    /// # Safety
    /// The page is busy for this thread, and `bytes` can be read for a page.
    pub(crate) unsafe fn place_to_write(
        &self,
        page: usize,
        bytes: NonNull<u8>,
    ) -> Result<(), Refused> {
        let from = match self.source.twin(page)? {
            Some(twin) => {
                // SAFETY: the caller promises the bytes, the source room for a page.
                unsafe { copy(bytes, twin, self.page) };
                // Twin and page come from one copy: the bytes may be changing.
                twin
            }
            None => bytes,
        };
        // SAFETY: the caller's promise, or a twin as long as a page.
        unsafe { self.pager.place(page * self.page, from, self.page, Access::Write) }
    }

    /// Opens a page, which was clean, for writing.
    fn let_write(&self, page: usize) -> Result<(), Refused> {
        if let Some(twin) = self.source.twin(page)? {
            // SAFETY: the page is there, and nobody writes to it: it is protected, and this thread alone can open
            // it. The source promises room for a page.
            unsafe { copy(self.address(page), twin, self.page) };
        }
        self.pager.allow_writes(page * self.page, self.page)
    }

    /// Makes a clean page absent, without waiting, if `allowed` says so once nobody else changes its state; says whether it has.
    pub(crate) fn try_remove_if(&self, page: usize, allowed: impl FnOnce() -> bool) -> bool {
        let Some(mut taken) = self.take_other(page, State::Clean) else { return false };
        if !allowed() {
            return false;
        }
        let removed = self.pager.remove(page * self.page, self.page).is_ok();
        if removed {
            taken.back = State::Absent;
        }
        removed
    }

    /// Makes a dirty page clean, without waiting, if `visit` agrees.
    pub(crate) fn try_protect(&self, page: usize, visit: impl FnOnce(Page<'_>) -> bool) -> bool {
        let Some(mut taken) = self.take_other(page, State::Dirty) else { return false };
        let at = page * self.page;
        if self.pager.forbid_writes(at, self.page).is_err() {
            return false;
        }
        taken.back = State::Clean;
        let agreed = visit(self.shown(page));
        if !agreed {
            // Should this fail, then the next write is told as one that fails on an open page; nothing gets lost.
            let _ = self.pager.allow_writes(at, self.page);
            taken.back = State::Dirty;
        }
        agreed
    }
}
