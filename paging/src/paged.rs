//! [`Paged`]: a range of memory, the states of its pages, and the way of a fault through them.
//!
//! # Who waits for whom
//!
//! A thread makes one page busy to open it, and while it has, it waits for no other page: fetching does not touch
//! paged memory ([`Source`]). A thread that protects or removes makes a run of pages busy, and waits for pages of others
//! only while it has none. So nobody waits in a circle. Whoever has a page busy has all signals blocked,
//! so no handler of a signal can wait in the very thread that it waits for.

use std::fmt;
use std::ops::Range;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::Access;
use crate::copy::copy;
use crate::error::{Error, Refused};
use crate::handler::{self, Watch};
use crate::mapping::Mapping;
use crate::pager::{Mechanism, Pager};
use crate::signals::Blocked;
use crate::source::{Arrival, Source};
use crate::state::{PageState, State};

/// What a range looks like.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Bytes; rounded up to whole pages.
    pub len: usize,
    /// Bytes of a page: a power of two, from the size of the kernel's pages to 2 MiB.
    pub page: usize,
    /// The address of the first byte, a multiple of the page size; wherever there is room, if `None`.
    pub at: Option<usize>,
}

/// The largest page.
const LARGEST: usize = 2 << 20;

/// So many faults in a row that find their page open, and nothing changed in between, are not races of
/// threads: somebody has changed the mapping.
const FUTILE: u32 = 100_000;

/// Memory whose faults are served by a [`Source`].
pub struct Paged {
    // Dropped first: then no handler looks at the pages any more.
    _watch: Watch,
    pages: Arc<Pages>,
}

/// What the handler works on.
pub(crate) struct Pages {
    pager: Box<dyn Pager>,
    source: Box<dyn Source>,
    states: Box<[PageState]>,
    page: usize,
    /// Faults since a page last changed its state that found theirs open.
    futile: AtomicU32,
}

impl Paged {
    /// A range with all pages absent, of which this `source` serves the faults.
    ///
    /// # Errors
    /// When the layout makes no sense, the address is taken, or the system does not offer the mechanism.
    pub fn new(
        mechanism: Mechanism,
        layout: Layout,
        source: impl Source + 'static,
    ) -> Result<Paged, Error> {
        let Layout { len, page, at } = layout;
        let least = rustix::param::page_size();
        if !page.is_power_of_two() || page < least || page > LARGEST {
            return Err(Error::PageSize { page, least });
        }
        if let Some(at) = at
            && (at == 0 || !at.is_multiple_of(page))
        {
            return Err(Error::Unaligned { at, page });
        }
        let rounded = len
            .checked_next_multiple_of(page)
            .filter(|rounded| *rounded > 0 && *rounded <= isize::MAX as usize)
            .ok_or(Error::Length { len })?;
        let view = Mapping::reserve(rounded, page, at)?;
        let mut states = Vec::new();
        states.try_reserve_exact(rounded / page).map_err(|_| Error::Length { len })?;
        states.resize_with(rounded / page, PageState::new);
        let pages = Arc::new(Pages {
            pager: mechanism.pager(view)?,
            source: Box::new(source),
            states: states.into_boxed_slice(),
            page,
            futile: AtomicU32::new(0),
        });
        handler::install(mechanism.signal())?;
        let watch = Watch::new(Arc::clone(&pages), mechanism.signal())?;
        Ok(Paged { _watch: watch, pages })
    }

    /// The first byte.
    pub fn start(&self) -> NonNull<u8> {
        self.pages.pager.start()
    }

    /// Bytes, in whole pages.
    pub fn len(&self) -> usize {
        self.pages.len()
    }

    /// Never: there is no such range.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Bytes of a page.
    pub fn page_size(&self) -> usize {
        self.pages.page
    }

    /// Pages of the range.
    pub fn page_count(&self) -> usize {
        self.pages.states.len()
    }

    /// The state of a page just now.
    ///
    /// # Panics
    /// When there is no such page.
    pub fn state(&self, page: usize) -> State {
        self.pages.states[page].get()
    }

    /// Opens all pages that these bytes touch, as though they were accessed.
    ///
    /// # Errors
    /// With the first page that cannot be opened.
    ///
    /// # Panics
    /// When the bytes do not lie in the range.
    pub fn populate(&self, bytes: Range<usize>, access: Access) -> Result<(), Error> {
        assert!(
            bytes.start <= bytes.end && bytes.end <= self.len(),
            "bytes {bytes:?} do not lie in a range of {}",
            self.len()
        );
        if bytes.is_empty() {
            return Ok(());
        }
        let _blocked = Blocked::new();
        for page in bytes.start / self.page_size()..bytes.end.div_ceil(self.page_size()) {
            self.pages
                .reach(page, Some(access == Access::Write))
                .map_err(|refused| Error::Page { page, refused })?;
        }
        Ok(())
    }

    /// Write-protects the dirty pages among these, and shows each to `visit`, with its first byte: there nobody writes
    /// meanwhile, and its twin, if it has one, is what it was before it was written. Afterwards it is clean, and the next
    /// write to it faults again. All signals are blocked meanwhile.
    ///
    /// `visit` must not touch paged memory but this page, and only read that.
    ///
    /// # Errors
    /// When the system refuses; pages that have not been visited are dirty still.
    ///
    /// # Panics
    /// When there are no such pages.
    pub fn protect(
        &self,
        pages: Range<usize>,
        mut visit: impl FnMut(usize, NonNull<u8>),
    ) -> Result<(), Error> {
        self.take_runs(pages, State::Dirty, |mut run| {
            let (at, len) =
                (run.pages.start * self.page_size(), run.pages.len() * self.page_size());
            self.pages
                .pager
                .forbid_writes(at, len)
                .map_err(|errno| Error::system("closing pages for writing", errno))?;
            run.back = State::Clean;
            while let Some(page) = run.first() {
                visit(page, self.pages.address(page));
                run.give_first();
            }
            Ok(())
        })
    }

    /// Makes the clean pages among these absent, and gives back their memory. Dirty ones stay.
    ///
    /// # Errors
    /// When the system refuses.
    ///
    /// # Panics
    /// When there are no such pages.
    pub fn remove(&self, pages: Range<usize>) -> Result<(), Error> {
        self.take_runs(pages, State::Clean, |mut run| {
            let (at, len) =
                (run.pages.start * self.page_size(), run.pages.len() * self.page_size());
            // Whatever becomes of it, the bytes are not to be relied on: the next access fetches.
            run.back = State::Absent;
            self.pages.pager.remove(at, len).map_err(|errno| Error::system("removing pages", errno))
        })
    }

    /// Takes all pages that are in this state, run by run. A page that another thread is busy with is waited for, and
    /// then looked at again.
    fn take_runs(
        &self,
        pages: Range<usize>,
        from: State,
        mut act: impl FnMut(Run<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        assert!(
            pages.start <= pages.end && pages.end <= self.page_count(),
            "pages {pages:?} do not lie in a range of {}",
            self.page_count()
        );
        let _blocked = Blocked::new();
        let states = &self.pages.states;
        let mut page = pages.start;
        while page < pages.end {
            let mut end = page;
            while end < pages.end && states[end].take(from) {
                end += 1;
            }
            if end > page {
                self.pages.futile.store(0, Ordering::Relaxed);
                act(Run { states, pages: page..end, back: from })?;
                page = end;
                continue;
            }
            match states[page].get() {
                State::Busy => states[page].wait(),
                // It was given back just now.
                state if state == from => {}
                _ => page += 1,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Paged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, page) = (self.page_count(), self.page_size());
        write!(f, "Paged({count} pages of {page} bytes at {:p})", self.start())
    }
}

/// Pages that this thread has made busy; given back at the latest when this is dropped.
struct Run<'a> {
    states: &'a [PageState],
    pages: Range<usize>,
    /// The state that they get.
    back: State,
}

impl Run<'_> {
    fn first(&self) -> Option<usize> {
        self.pages.clone().next()
    }

    fn give_first(&mut self) {
        if let Some(page) = self.pages.next() {
            self.states[page].give(self.back);
        }
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        while self.first().is_some() {
            self.give_first();
        }
    }
}

impl Pages {
    pub(crate) fn page_size(&self) -> usize {
        self.page
    }

    pub(crate) fn len(&self) -> usize {
        self.states.len() * self.page
    }

    pub(crate) fn start(&self) -> NonNull<u8> {
        self.pager.start()
    }

    fn address(&self, page: usize) -> NonNull<u8> {
        // SAFETY: pages are counted inside of the mapping.
        unsafe { self.pager.start().add(page * self.page) }
    }

    /// Serves the fault of an access to the byte at `offset`. `to_write` is `None` where the processor does not tell.
    /// To be called with all signals blocked.
    pub(crate) fn serve(&self, offset: usize, to_write: Option<bool>) -> Result<(), Refused> {
        if self.reach(offset / self.page, to_write)? {
            return Ok(());
        }
        // Another thread was quicker. Or not?
        if self.futile.fetch_add(1, Ordering::Relaxed) < FUTILE {
            return Ok(());
        }
        Err(Refused::new(
            "the page is open, and yet accesses to it fail; another part of the program has changed the mapping or \
             the protection of this memory, or executes it",
        ))
    }

    /// Opens a page; says whether there was anything to do.
    fn reach(&self, page: usize, to_write: Option<bool>) -> Result<bool, Refused> {
        let state = &self.states[page];
        loop {
            let from = state.get();
            match (from, to_write) {
                (State::Busy, _) => {
                    state.wait();
                    continue;
                }
                (State::Dirty, _) | (State::Clean, Some(false)) => return Ok(false),
                // A fault on a page that is open for reading is a write, unless another thread opened it
                // just now; then it gets a twin in vain.
                (State::Absent, _) | (State::Clean, Some(true) | None) => {}
            }
            if !state.take(from) {
                continue;
            }
            let mut taken = Run { states: &self.states, pages: page..page + 1, back: from };
            self.futile.store(0, Ordering::Relaxed);
            let to_write = to_write == Some(true) || from == State::Clean;
            if from == State::Absent {
                self.source.fetch(page, Arrival::new(self, page, to_write))?;
            } else {
                self.let_write(page)?;
            }
            taken.back = if to_write { State::Dirty } else { State::Clean };
            return Ok(true);
        }
    }

    /// Opens a page, which was absent, with these bytes.
    ///
    /// # Safety
    /// The page is busy for this thread, and `bytes` can be read for a page.
    pub(crate) unsafe fn place(
        &self,
        page: usize,
        bytes: NonNull<u8>,
        to_write: bool,
    ) -> Result<(), Refused> {
        let (at, len) = (page * self.page, self.page);
        if !to_write {
            // SAFETY: the caller's promise.
            return unsafe { self.pager.place(at, bytes, len, Access::Read) };
        }
        let from = match self.source.twin(page)? {
            Some(twin) => {
                // SAFETY: the caller promises the bytes, the source room for a page.
                unsafe { copy(bytes, twin, len) };
                // Twin and page come from one copy: the bytes may be changing.
                twin
            }
            None => bytes,
        };
        // SAFETY: the caller's promise, or a twin as long as a page.
        unsafe { self.pager.place(at, from, len, Access::Write) }
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
}
