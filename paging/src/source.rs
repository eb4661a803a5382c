//! [`Source`]: where the bytes of a page come from, and where its twin goes.

use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::error::Refused;
use crate::paged::Pages;

/// What the user of this crate brings for a range.
///
/// # Safety
/// - Both methods may run in a signal handler: they allocate nothing, take no lock that any thread can hold
///   outside of such a handler, do not panic, do not unwind, and touch no paged memory.
/// - The room that `twin` gives is writable for a page, stays so until the page is no longer
///   [dirty](crate::State::Dirty), and is nobody else's until then.
pub unsafe trait Source: Send + Sync {
    /// Brings the bytes of a page, by handing them to `arrival`. No other thread does so for this page meanwhile.
    ///
    /// # Errors
    /// When there are none to be had; the access then fails with a signal, and the page stays absent.
    fn fetch<'a>(&self, page: usize, arrival: Arrival<'a>) -> Result<Arrived<'a>, Refused>;

    /// Room for a copy of the page as it is before the first write to it; `None` if no copy is wanted. When the page
    /// cannot be opened after all, this is asked once more, at the next write, and may give the same room.
    ///
    /// # Errors
    /// When the page must not be written, or there is no room; the access then fails with a signal.
    fn twin(&self, page: usize) -> Result<Option<NonNull<u8>>, Refused>;
}

/// A page that is waited for.
pub struct Arrival<'a> {
    pages: &'a Pages,
    page: usize,
    to_write: bool,
}

/// Shows that the page has been opened.
pub struct Arrived<'a>(PhantomData<&'a mut &'a ()>);

impl<'a> Arrival<'a> {
    pub(crate) fn new(pages: &'a Pages, page: usize, to_write: bool) -> Arrival<'a> {
        Arrival { pages, page, to_write }
    }

    /// How many bytes a page has.
    pub fn len(&self) -> usize {
        self.pages.page_size()
    }

    /// Never: pages have bytes.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Opens the page, with a copy of these bytes. Whoever waits for it sees all of them.
    ///
    /// # Errors
    /// When the system or [`Source::twin`] refuses.
    ///
    /// # Safety
    /// From `bytes` on, [`len`](Arrival::len) bytes can be read as long as this call takes. Others may change them
    /// meanwhile; which of them are copied before a change is then open.
    pub unsafe fn open(self, bytes: NonNull<u8>) -> Result<Arrived<'a>, Refused> {
        // SAFETY: the page is busy for this thread, as long as there is an arrival; the caller promises the rest.
        unsafe { self.pages.place(self.page, bytes, self.to_write) }?;
        Ok(Arrived(PhantomData))
    }
}
