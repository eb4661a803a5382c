//! [`Source`]: where the bytes of pages come from, and where their twins go.

use std::marker::PhantomData;
use std::os::fd::BorrowedFd;
use std::ptr::NonNull;

use crate::Access;
use crate::error::Refused;
use crate::pages::{Pages, Run};
use crate::state::State;

/// What the user of this crate brings for a range.
///
/// # Safety
/// - All methods may run in a signal handler: they allocate nothing, take no lock that any thread can hold
///   outside of such a handler, do not panic, do not unwind, and touch no paged memory.
/// - The room that `twin` gives is writable for a page, stays so until the page is no longer
///   [dirty](State::Dirty), and is nobody else's until then.
pub unsafe trait Source: Send + Sync {
    /// Brings the bytes of a page, by handing them to `arrival`. No other thread does so for this page meanwhile.
    ///
    /// # Errors
    /// When there are none to be had; the access then fails with a signal, and the page stays absent.
    fn fetch<'a>(&self, page: usize, arrival: Arrival<'a>) -> Result<Arrived<'a>, Refused>;

    /// Room for a copy of the page as it is before the first write to it; `None` if no copy is wanted. When the page
    /// cannot be opened after all, this is asked once more, at the next write, and may give the same room. It is not asked for
    /// [own](crate::Own) pages.
    ///
    /// # Errors
    /// When the page must not be written, or there is no room; the access then fails with a signal.
    fn twin(&self, page: usize) -> Result<Option<NonNull<u8>>, Refused>;

    /// Hears that an [own](crate::Own) page is about to become dirty, or to stay so in [`protect`](crate::Paged::protect) for lack of
    /// mappings. It may hear of the same page again before that is clean.
    ///
    /// # Errors
    /// When the page must not be written; the access then fails with a signal.
    fn own_write(&self, _page: usize) -> Result<(), Refused> {
        Ok(())
    }

    /// How many [own](crate::Own) pages, this one and those that follow, to open together when this one is written. Those that cannot be had
    /// at once are left out; [`own_write`](Source::own_write) hears of each of the others.
    fn own_together(&self, _page: usize) -> usize {
        1
    }
}

/// Pages that are waited for: at first one. Those that are not opened go back to [`State::Absent`] when this is dropped.
pub struct Arrival<'a> {
    pages: &'a Pages,
    run: Run<'a>,
    to_write: bool,
    wanted: usize,
}

/// Shows that pages have been opened.
pub struct Arrived<'a> {
    page: usize,
    of: PhantomData<&'a mut &'a ()>,
}

impl Arrived<'_> {
    pub(crate) fn page(&self) -> usize {
        self.page
    }
}

impl<'a> Arrival<'a> {
    /// The run has one absent page.
    pub(crate) fn new(
        pages: &'a Pages,
        run: Run<'a>,
        to_write: bool,
        wanted: usize,
    ) -> Arrival<'a> {
        Arrival { pages, run, to_write, wanted }
    }

    /// The first of the pages.
    pub fn page(&self) -> usize {
        self.run.pages.start
    }

    /// How many bytes the pages have.
    pub fn len(&self) -> usize {
        self.run.pages.len() * self.pages.page
    }

    /// Never: pages have bytes.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// How many pages the caller is going to want, from the first one on: 1 in a fault.
    pub fn wanted(&self) -> usize {
        self.wanted
    }

    /// Whether the first of them, and all that are wanted, are to be opened for writing, so that [`Source::twin`] will be asked.
    pub fn to_write(&self) -> bool {
        self.to_write
    }

    /// Adds the pages that follow, as long as they are absent, until there are `most` in all; says how many there are. It waits for nobody.
    /// Pages beyond the first are opened for reading, those that [`populate`](crate::Paged::populate) wants as it wants them.
    pub fn extend(&mut self, most: usize) -> usize {
        self.run.extend(most, State::Absent, false);
        self.run.pages.len()
    }

    /// Another page, to be opened for reading beside this one, if it is absent just now. It waits for nobody.
    pub fn also(&self, page: usize) -> Option<Arrival<'a>> {
        let run = self.pages.take(page, State::Absent)?;
        Some(Arrival::new(self.pages, run, false, 1))
    }

    /// Opens the pages, with a copy of these bytes. Whoever waits for one sees all of its bytes. If the system has no room for all, only
    /// the first is opened.
    ///
    /// # Errors
    /// When the system or [`Source::twin`] refuses the first.
    ///
    /// # Safety
    /// From `bytes` on, [`len`](Arrival::len) bytes can be read as long as this call takes, and `bytes` is aligned to 8. Others may
    /// change them meanwhile; which of them are copied before a change is then open.
    pub unsafe fn open(mut self, bytes: NonNull<u8>) -> Result<Arrived<'a>, Refused> {
        let (page, size) = (self.page(), self.pages.page);
        let mut from = bytes;
        if self.to_write {
            // One by one, because each has a twin.
            while let Some(next) = self.run.first().filter(|next| next - page < self.wanted) {
                // SAFETY: the page is busy for this thread, and its bytes follow those of the ones before.
                match unsafe { self.pages.place_to_write(next, from) } {
                    Ok(()) => self.run.give_first(State::Dirty),
                    Err(refused) if next == page => return Err(refused),
                    // Whoever writes to it will hear of it.
                    Err(_) => break,
                }
                // SAFETY: so many bytes have been read there.
                from = unsafe { from.add(size) };
            }
        }
        // SAFETY: what is left of the run has the bytes that are left.
        match unsafe { self.place_rest(from) } {
            Err(refused) if self.page() == page => Err(refused),
            _ => Ok(Arrived { page, of: PhantomData }),
        }
    }

    /// Opens the pages by mapping them from a file, where the first of them is at `offset`: from now on they are
    /// [own](crate::Own) ones, until [`disown`](crate::Paged::disown). The file must have them.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn adopt(mut self, file: BorrowedFd<'_>, offset: u64) -> Result<Arrived<'a>, Refused> {
        let page = self.page();
        // What they had kept cannot be reached afterwards.
        self.pages.pager.discard(page * self.pages.page, self.len());
        self.pages.own.adopt(&self.run.pages, file, offset)?;
        while let Some(page) = self.run.first() {
            self.pages.states[page].set_own(true);
            self.run.give_first(State::Clean);
        }
        Ok(Arrived { page, of: PhantomData })
    }

    /// Opens for reading what has not been opened; if that fails, only the first of them. They are given back with the run.
    ///
    /// # Safety
    /// As for `open`.
    unsafe fn place_rest(&mut self, from: NonNull<u8>) -> Result<(), Refused> {
        let size = self.pages.page;
        let place = |pages: usize, at: usize| {
            // SAFETY: these pages are busy for this thread, and the caller promises their bytes.
            unsafe { self.pages.pager.place(at * size, from, pages * size, Access::Read) }
        };
        let (first, count) = (self.run.pages.start, self.run.pages.len());
        let placed = match count {
            0 => return Ok(()),
            1 => place(1, first),
            _ => place(count, first).or_else(|_| {
                place(1, first)?;
                self.run.cut(first + 1);
                Ok(())
            }),
        };
        if placed.is_ok() {
            self.run.back = State::Clean;
        }
        placed
    }
}
