//! [`Paged`]: a range of memory whose faults are served.

use std::convert::Infallible;
use std::fmt;
use std::ops::Range;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::io::Errno;

use crate::Access;
use crate::error::Error;
use crate::handler::{self, Watch};
use crate::mapping::{Mapping, whole_pages};
use crate::own::{Own, OwnPages};
use crate::page::Page;
use crate::pager::Mechanism;
use crate::pages::{Pages, Run};
use crate::source::Source;
use crate::state::{PageState, State};

/// What a range looks like.
#[derive(Clone, Copy, Debug)]
pub struct Layout<'a> {
    /// What it is, for messages: "a read of ... in NAME", "NAME was released".
    pub name: &'a str,
    /// Bytes; rounded up to whole pages.
    pub len: usize,
    /// Bytes of a page: a power of two, from the size of the kernel's pages to 2 MiB.
    pub page: usize,
    /// The address of the first byte, a multiple of the page size; wherever there is room, if `None`.
    pub at: Option<usize>,
    /// Pages that are mapped from files. All others are absent at first.
    pub own: &'a [Own<'a>],
}

/// The largest page.
const LARGEST: usize = 2 << 20;

/// Memory whose faults are served by a [`Source`].
pub struct Paged {
    // Dropped first: then no handler looks at the pages any more.
    _watch: Option<Watch>,
    pages: Arc<Pages>,
}

impl Paged {
    /// A range with all pages absent but its own, of which this `source` serves the faults.
    ///
    /// # Errors
    /// When the layout makes no sense, the address is taken, or the system does not offer the mechanism.
    pub fn new(
        mechanism: Mechanism,
        layout: Layout<'_>,
        source: impl Source + 'static,
    ) -> Result<Paged, Error> {
        let Layout { name, len, page, at, own } = layout;
        let least = rustix::param::page_size();
        if !page.is_power_of_two() || page < least || page > LARGEST {
            return Err(Error::PageSize { page, least });
        }
        let rounded = whole_pages(len, at, page)?;
        if mechanism.signal().is_some() {
            handler::install(libc::SIGSEGV)?;
        }
        if mechanism.signal() == Some(libc::SIGBUS) {
            handler::install(libc::SIGBUS)?;
        }
        let mut view = Mapping::reserve(rounded, page, at)?;
        let mut states = Vec::new();
        states.try_reserve_exact(rounded / page).map_err(|_| Error::Length { len })?;
        let pager = mechanism.pager(*view)?;
        states.extend((0..rounded / page).map(|_| PageState::absent()));
        let own = OwnPages::map(*view, page, own, mechanism.signal().is_none(), &mut states)?;
        if mechanism.signal().is_some() {
            view.remember_as(name);
        }
        let pages = Arc::new(Pages {
            name: name.into(),
            mechanism,
            pager,
            own,
            source: Box::new(source),
            states: states.into_boxed_slice(),
            page,
            futile: AtomicU32::new(0),
            view,
        });
        let watch = mechanism.signal().map(|_| Watch::new(Arc::clone(&pages))).transpose()?;
        Ok(Paged { _watch: watch, pages })
    }

    /// The first byte.
    pub fn start(&self) -> NonNull<u8> {
        self.pages.start()
    }

    /// Bytes, in whole pages.
    pub fn len(&self) -> usize {
        self.pages.len()
    }

    /// Never: there is no such range.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// How its faults are served.
    pub fn mechanism(&self) -> Mechanism {
        self.pages.mechanism
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

    /// Whether a page is mapped from a file.
    ///
    /// # Panics
    /// When there is no such page.
    pub fn is_own(&self, page: usize) -> bool {
        self.pages.states[page].is_own()
    }

    /// Opens all pages that these bytes touch, as though they were accessed. [`Source::fetch`] hears how many are wanted
    /// ([`Arrival::wanted`](crate::Arrival::wanted)).
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
        let end = bytes.end.div_ceil(self.page_size());
        for page in bytes.start / self.page_size()..end {
            if self.pages.is_open(page, access) {
                continue;
            }
            let _blocked = self.pages.block();
            self.pages
                .reach(page, Some(access == Access::Write), end - page)
                .map_err(|refused| Error::Page { page, refused })?;
        }
        Ok(())
    }

    /// Write-protects the dirty pages among these, and shows each to `visit`: there nobody writes meanwhile, and its twin,
    /// if it has one, is what it was before it was written. Afterwards it is clean, and the next write to it faults again. All signals
    /// are blocked meanwhile. (Own pages may be written meanwhile, and stay dirty, where the process has as many mappings as
    /// it may: then [`Source::own_write`] hears of them after the visit.)
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
        mut visit: impl FnMut(usize, Page<'_>),
    ) -> Result<(), Error> {
        let size = self.page_size();
        let closing = |errno| {
            let hint =
                if errno == Errno::NOMEM { " (vm.max_map_count may be too low)" } else { "" };
            Error::system(format!("closing pages for writing{hint}"), errno)
        };
        self.take_runs(pages, State::Dirty, Of::All, |mut run| {
            let own = run.states[run.pages.start].is_own();
            let closed = if own {
                self.pages.own.close(&run.pages)
            } else {
                self.pages.pager.forbid_writes(run.pages.start * size, run.pages.len() * size)
            };
            match closed {
                Ok(()) => run.back = State::Clean,
                Err(Errno::NOMEM) if own => {}
                Err(errno) => return Err(closing(errno)),
            }
            while let Some(page) = run.first() {
                visit(page, self.pages.shown(page));
                if run.back == State::Dirty {
                    // A refusal would come too late: it has been written.
                    let _ = self.pages.source.own_write(page);
                }
                run.give_first(run.back);
            }
            Ok(())
        })
    }

    /// Shows the dirty pages among these to `visit`, and leaves them dirty: others may be writing to them. Their twins are nobody
    /// else's meanwhile. All signals are blocked meanwhile.
    ///
    /// `visit` must not touch paged memory but this page, and only read that.
    ///
    /// # Panics
    /// When there are no such pages.
    pub fn inspect(&self, pages: Range<usize>, mut visit: impl FnMut(usize, Page<'_>)) {
        self.take_runs(pages, State::Dirty, Of::All, |mut run| {
            while let Some(page) = run.first() {
                visit(page, self.pages.shown(page));
                run.give_first(State::Dirty);
            }
            Ok::<(), Infallible>(())
        })
        .unwrap_or_else(|never| match never {});
    }

    /// Makes the clean pages among these absent, and gives back their memory. Dirty ones stay, and own ones.
    ///
    /// # Errors
    /// When the system refuses; the pages that it did not remove are clean still.
    ///
    /// # Panics
    /// When there are no such pages.
    pub fn remove(&self, pages: Range<usize>) -> Result<(), Error> {
        let pager = &*self.pages.pager;
        self.make_absent(pages, |at, len| pager.remove(at, len))
    }

    /// As [`Paged::remove`], of pages that are likely to come again: where the mechanism [keeps](Paged::keeps_memory) their memory for
    /// that, it is given back by [`Paged::try_discard`], or when they are removed the next time.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Panics
    /// As there.
    pub fn close(&self, pages: Range<usize>) -> Result<(), Error> {
        let pager = &*self.pages.pager;
        self.make_absent(pages, |at, len| pager.close(at, len))
    }

    /// Whether [`Paged::close`] keeps the memory of pages.
    pub fn keeps_memory(&self) -> bool {
        self.pages.pager.keeps()
    }

    /// Gives back the memory that an absent page has kept, and calls `then` before the page can come again; says whether the page was absent.
    /// It waits for nobody, and so may be called by a [`Source`], for another page than its own.
    pub fn try_discard(&self, page: usize, then: impl FnOnce()) -> bool {
        let _blocked = self.pages.block();
        let Some(run) = self.pages.take(page, State::Absent) else { return false };
        let size = self.page_size();
        self.pages.pager.discard(page * size, size);
        then();
        drop(run);
        true
    }

    fn make_absent(
        &self,
        pages: Range<usize>,
        remove: impl Fn(usize, usize) -> Result<(), Errno>,
    ) -> Result<(), Error> {
        let size = self.page_size();
        self.take_runs(pages, State::Clean, Of::Others, |mut run| {
            // A page is absent only when it is gone: else an access would meet what is there still, and not fault.
            if remove(run.pages.start * size, run.pages.len() * size).is_ok() {
                run.back = State::Absent;
                return Ok(());
            }
            // Some of them may be gone.
            let mut outcome = Ok(());
            while let Some(page) = run.first() {
                let removed = remove(page * size, size);
                run.give_first(if removed.is_ok() { State::Absent } else { State::Clean });
                outcome = outcome.and(removed.map_err(not_removed));
            }
            outcome
        })
    }

    /// Makes the clean ones of the own pages among these absent pages like others. What is in their file stays there.
    ///
    /// # Errors
    /// When the system refuses. Then some are own pages still, but cannot be used until this is done again without an error.
    ///
    /// # Panics
    /// When there are no such pages.
    pub fn disown(&self, pages: Range<usize>) -> Result<(), Error> {
        let size = self.page_size();
        self.take_runs(pages, State::Clean, Of::Own, |mut run| {
            let (at, len) = (run.pages.start * size, run.pages.len() * size);
            let restored = self.pages.pager.restore(at, len);
            restored.map_err(|errno| Error::system("unmapping pages of a file", errno))?;
            run.pages.clone().for_each(|page| run.states[page].set_own(false));
            run.back = State::Absent;
            Ok(())
        })
    }

    /// Makes a page absent if it is clean, none of the own ones, and `allowed` says so, which is asked while nobody else changes the page's
    /// state; says whether that was done. It waits for nobody, and so may be called by a [`Source`], for another page than its own.
    pub fn try_remove_if(&self, page: usize, allowed: impl FnOnce() -> bool) -> bool {
        let _blocked = self.pages.block();
        self.pages.try_remove_if(page, allowed)
    }

    /// Write-protects a page if it is dirty, and none of the own ones, and shows it to `visit`. If that answers `true`, the page is clean
    /// afterwards, else dirty still. Says whether it was done. It waits for nobody, and so may be called by a [`Source`], for another page than
    /// its own; then `visit` runs in the handler.
    pub fn try_protect(&self, page: usize, visit: impl FnOnce(Page<'_>) -> bool) -> bool {
        let _blocked = self.pages.block();
        self.pages.try_protect(page, visit)
    }

    /// Takes those pages that are in this state, run by run: each of own pages, or of others. A page that another thread is busy with
    /// is waited for, and then looked at again.
    fn take_runs<E>(
        &self,
        pages: Range<usize>,
        from: State,
        of: Of,
        mut act: impl FnMut(Run<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        assert!(
            pages.start <= pages.end && pages.end <= self.page_count(),
            "pages {pages:?} do not lie in a range of {}",
            self.page_count()
        );
        let _blocked = self.pages.block();
        let states = &self.pages.states;
        let mut page = pages.start;
        while page < pages.end {
            let own = states[page].is_own();
            let mut end = page;
            while of.has(own) && end < pages.end && states[end].take_if(from, own) {
                end += 1;
            }
            if end > page {
                self.pages.futile.store(0, Ordering::Relaxed);
                act(Run { states, pages: page..end, back: from })?;
                page = end;
                continue;
            }
            match states[page].get() {
                // What is busy may become an own page, or another.
                State::Busy => self.pages.wait(page),
                // It was given back just now.
                state if state == from && of.has(states[page].is_own()) => {}
                _ => page += 1,
            }
        }
        Ok(())
    }
}

fn not_removed(errno: Errno) -> Error {
    let hint = if errno == Errno::NOMEM { " (vm.max_map_count may be too low)" } else { "" };
    Error::system(format!("removing pages{hint}"), errno)
}

/// Which pages are meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    All,
    Own,
    Others,
}

impl Of {
    fn has(self, own: bool) -> bool {
        match self {
            Of::All => true,
            Of::Own => own,
            Of::Others => !own,
        }
    }
}

impl fmt::Debug for Paged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, page) = (self.page_count(), self.page_size());
        write!(f, "Paged({count} pages of {page} bytes at {:p})", self.start())
    }
}
