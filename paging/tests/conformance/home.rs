//! A home in this process: where the pages of a test come from.

use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering};

use paging::{Access, Arrival, Arrived, Layout, Mechanism, Own, Page, Paged, Refused, Source};

pub(crate) const PAGE: usize = 4096;

/// The bytes of all pages, their twins, and what was asked for.
pub(crate) struct Home {
    pub(crate) page: usize,
    pub(crate) words: Vec<AtomicU64>,
    pub(crate) twins: Vec<AtomicU64>,
    pub(crate) fetched: AtomicUsize,
    pub(crate) twinned: AtomicUsize,
    pub(crate) without_twins: AtomicBool,
    /// How often a first write to an own page was told.
    pub(crate) own_writes: AtomicUsize,
    /// What is asked for fails.
    pub(crate) refuses: AtomicBool,
    /// Writes are refused.
    pub(crate) read_only: AtomicBool,
    /// Arrivals are dropped.
    pub(crate) drops: AtomicBool,
    /// So many twins are made yet.
    pub(crate) twins_left: AtomicUsize,
    /// Pages that a fetch opens, as far as it can, with those that follow.
    pub(crate) ahead: AtomicUsize,
    /// The distance of a page that a fetch opens as well; 0 for none.
    pub(crate) stride: AtomicUsize,
    /// How far behind its own page a fetch tries to make room.
    evicts: AtomicUsize,
    /// In this range, if it does.
    paged: AtomicPtr<Paged>,
    /// What the last fetch was told of what is wanted.
    pub(crate) wanted: AtomicUsize,
    pub(crate) evicted: AtomicUsize,
}

pub(crate) const REASON: &str = "the home of this page has died: rank 3";
pub(crate) const READ_ONLY: &str = "the view was opened for reading alone";

/// What the word at this index is at first.
pub(crate) fn word(index: usize) -> u64 {
    (index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

pub(crate) const NAME: &str = "the view `counts`";

/// A range without pages of its own.
pub(crate) fn layout(len: usize, page: usize, at: Option<usize>) -> Layout<'static> {
    Layout { name: NAME, len, page, at, own: &[] }
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
            own_writes: AtomicUsize::new(0),
            refuses: AtomicBool::new(false),
            read_only: AtomicBool::new(false),
            drops: AtomicBool::new(false),
            twins_left: AtomicUsize::new(usize::MAX),
            ahead: AtomicUsize::new(1),
            stride: AtomicUsize::new(0),
            evicts: AtomicUsize::new(0),
            paged: AtomicPtr::default(),
            wanted: AtomicUsize::new(0),
            evicted: AtomicUsize::new(0),
        })
    }

    pub(crate) fn map(self: &Arc<Home>, mechanism: Mechanism) -> Paged {
        self.map_with(mechanism, &[])
    }

    pub(crate) fn map_with(self: &Arc<Home>, mechanism: Mechanism, own: &[Own<'_>]) -> Paged {
        let layout = Layout { own, ..layout(self.words.len() * 8, self.page, None) };
        Paged::new(mechanism, layout, Server(Arc::clone(self))).expect("the range is made")
    }

    /// How often pages were fetched, and twins made.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.fetched.load(Ordering::Relaxed), self.twinned.load(Ordering::Relaxed))
    }

    fn refusal(&self) -> Result<(), Refused> {
        if !self.refuses.load(Ordering::Relaxed) {
            return Ok(());
        }
        Err(Refused::new("the home of this page has died: rank").about(3))
    }

    fn write_refusal(&self) -> Result<(), Refused> {
        if self.read_only.load(Ordering::Relaxed) { Err(Refused::new(READ_ONLY)) } else { Ok(()) }
    }

    /// From now on a fetch makes room in this range, as a cache does that is full: the page so far behind goes, home if need be.
    pub(crate) fn evict_from(&self, paged: &Paged, behind: usize) {
        self.evicts.store(behind, Ordering::Relaxed);
        self.paged.store(ptr::from_ref(paged).cast_mut(), Ordering::Release);
    }

    fn evict(&self, page: usize) {
        // SAFETY: it outlives its faults, and tests do not move it.
        let Some(paged) = (unsafe { self.paged.load(Ordering::Acquire).as_ref() }) else { return };
        let pages = paged.page_count();
        let victim = (page + pages - self.evicts.load(Ordering::Relaxed)) % pages;
        if paged.try_protect(victim, |bytes| {
            self.send(victim, &bytes);
            true
        }) || paged.try_remove_if(victim, || true)
        {
            self.evicted.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Writes home what differs from the twin.
    pub(crate) fn send(&self, page: usize, bytes: &Page<'_>) {
        for word in 0..self.page / 8 {
            // SAFETY: inside of the page; what others write meanwhile is not sent by a test that looks at it.
            let now = unsafe { bytes.as_ptr().cast::<u64>().add(word).read_volatile() };
            let index = page * self.page / 8 + word;
            if now != self.twins[index].load(Ordering::Relaxed) {
                self.words[index].store(now, Ordering::Relaxed);
            }
        }
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
    fn fetch<'a>(&self, page: usize, mut arrival: Arrival<'a>) -> Result<Arrived<'a>, Refused> {
        // What posts to a NIC needs more than an alternate stack has.
        std::hint::black_box(&mut [0_u8; 12 << 10]);
        let home = &self.0;
        home.refusal()?;
        home.fetched.fetch_add(1, Ordering::Relaxed);
        home.wanted.store(arrival.wanted(), Ordering::Relaxed);
        home.evict(page);
        let stride = home.stride.load(Ordering::Relaxed);
        if stride > 0
            && let Some(other) = arrival.also(page + stride)
        {
            assert_eq!((other.page(), other.len()), (page + stride, home.page));
            // SAFETY: a whole page of words, which live as long as the home.
            unsafe { other.open(home.page_of(&home.words, page + stride)) }?;
        }
        let pages = arrival.extend(home.ahead.load(Ordering::Relaxed));
        assert_eq!((arrival.page(), arrival.len()), (page, pages * home.page));
        if home.drops.load(Ordering::Relaxed) {
            return Err(Refused::new("the arrival is dropped"));
        }
        // SAFETY: as above; pages that follow each other have words that do.
        unsafe { arrival.open(home.page_of(&home.words, page)) }
    }

    fn twin(&self, page: usize) -> Result<Option<NonNull<u8>>, Refused> {
        let home = &self.0;
        home.refusal()?;
        home.write_refusal()?;
        if home.without_twins.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let one_less = |left: usize| left.checked_sub(1);
        let (order, left) = (Ordering::Relaxed, &home.twins_left);
        if left.fetch_update(order, order, one_less).is_err() {
            return Err(Refused::new("there is no room for a twin"));
        }
        home.twinned.fetch_add(1, Ordering::Relaxed);
        Ok(Some(home.page_of(&home.twins, page)))
    }

    fn own_write(&self, _page: usize) -> Result<(), Refused> {
        self.0.write_refusal()?;
        self.0.own_writes.fetch_add(1, Ordering::Relaxed);
        Ok(())
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

/// Announces an access where nobody faults.
fn touch(paged: &Paged, index: usize, access: Access) {
    if let Mechanism::ByHand { .. } = paged.mechanism() {
        paged.populate(index * 8..index * 8 + 8, access).expect("the page is there");
    }
}

/// Loads a word.
pub(crate) fn load(paged: &Paged, index: usize) -> u64 {
    touch(paged, index, Access::Read);
    // SAFETY: inside of the range, whose faults are served; tests order their accesses.
    unsafe { at(paged, index).read_volatile() }
}

/// Stores a word.
pub(crate) fn store(paged: &Paged, index: usize, value: u64) {
    touch(paged, index, Access::Write);
    // SAFETY: as in `load`.
    unsafe { at(paged, index).write_volatile(value) };
}
