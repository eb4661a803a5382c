//! A home in this process: where the pages of a test come from.

use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use paging::{Arrival, Arrived, Layout, Mechanism, Paged, Refused, Source};

pub(crate) const PAGE: usize = 4096;

/// The bytes of all pages, their twins, and what was asked for.
pub(crate) struct Home {
    pub(crate) page: usize,
    pub(crate) words: Vec<AtomicU64>,
    pub(crate) twins: Vec<AtomicU64>,
    pub(crate) fetched: AtomicUsize,
    pub(crate) twinned: AtomicUsize,
    pub(crate) without_twins: AtomicBool,
    /// What is asked for fails.
    pub(crate) refuses: AtomicBool,
}

pub(crate) const REASON: &str = "the home of this page has died";

/// What the word at this index is at first.
pub(crate) fn word(index: usize) -> u64 {
    (index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

impl Home {
    pub(crate) fn new(pages: usize, page: usize) -> Arc<Home> {
        let words = pages * page / 8;
        Arc::new(Home {
            page,
            words: (0..words).map(|index| AtomicU64::new(word(index))).collect(),
            twins: (0..words).map(|_| AtomicU64::new(0)).collect(),
            fetched: AtomicUsize::new(0),
            twinned: AtomicUsize::new(0),
            without_twins: AtomicBool::new(false),
            refuses: AtomicBool::new(false),
        })
    }

    pub(crate) fn map(self: &Arc<Home>, mechanism: Mechanism) -> Paged {
        let layout = Layout { len: self.words.len() * 8, page: self.page, at: None };
        Paged::new(mechanism, layout, Server(Arc::clone(self))).expect("the range is made")
    }

    /// How often pages were fetched, and twins made.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.fetched.load(Ordering::Relaxed), self.twinned.load(Ordering::Relaxed))
    }

    fn refusal(&self) -> Result<(), Refused> {
        if self.refuses.load(Ordering::Relaxed) { Err(Refused::new(REASON)) } else { Ok(()) }
    }

    fn page_of(&self, words: &[AtomicU64], page: usize) -> NonNull<u8> {
        let words = &words[page * self.page / 8..][..self.page / 8];
        NonNull::from(words).cast()
    }
}

pub(crate) struct Server(pub(crate) Arc<Home>);

// SAFETY: atomics, and memory that was allocated before; the range asks for pages that it has, so no index is
// wrong. Twins have a place of their own for each page.
unsafe impl Source for Server {
    fn fetch<'a>(&self, page: usize, arrival: Arrival<'a>) -> Result<Arrived<'a>, Refused> {
        let home = &self.0;
        home.refusal()?;
        home.fetched.fetch_add(1, Ordering::Relaxed);
        // SAFETY: a whole page of words, which live as long as the home.
        unsafe { arrival.open(home.page_of(&home.words, page)) }
    }

    fn twin(&self, page: usize) -> Result<Option<NonNull<u8>>, Refused> {
        let home = &self.0;
        home.refusal()?;
        if home.without_twins.load(Ordering::Relaxed) {
            return Ok(None);
        }
        home.twinned.fetch_add(1, Ordering::Relaxed);
        Ok(Some(home.page_of(&home.twins, page)))
    }
}

/// Runs this at the end of a scope, also of one that a failed assertion ends: others wait for it.
pub(crate) struct AtEnd<F: Fn()>(pub(crate) F);

impl<F: Fn()> Drop for AtEnd<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// A word of a range, as plain memory.
pub(crate) fn at(paged: &Paged, index: usize) -> *mut u64 {
    assert!(index < paged.len() / 8);
    // SAFETY: inside of the range.
    unsafe { paged.start().cast::<u64>().add(index) }.as_ptr()
}

/// Loads a word.
pub(crate) fn load(paged: &Paged, index: usize) -> u64 {
    // SAFETY: inside of the range, whose faults are served; tests order their accesses.
    unsafe { at(paged, index).read_volatile() }
}

/// Stores a word.
pub(crate) fn store(paged: &Paged, index: usize, value: u64) {
    // SAFETY: as in `load`.
    unsafe { at(paged, index).write_volatile(value) };
}
