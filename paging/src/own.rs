//! [`Own`] pages: part of a range that is mapped from files, so that there is nothing to fetch.
//!
//! They are clean at first, and `mprotect` tells of the first write under every mechanism. Each run of open pages among closed ones is a mapping,
//! of which a process has a limited number. Where that is reached, all closed pages around the one that is written are opened with it:
//! that joins mappings and needs none. They count as dirty then, as though they had been written, and so do pages that cannot be closed
//! for the same reason.

use std::ops::Range;
use std::os::fd::BorrowedFd;

use rustix::io::Errno;
use rustix::mm::MprotectFlags;

use crate::error::{Error, Refused};
use crate::mapping::{READ, READ_WRITE, Span};
use crate::pages::{Pages, Run};
use crate::state::{PageState, State};

/// Pages that are mapped from a file. They are never absent, and have no twins.
#[derive(Clone, Debug)]
pub struct Own<'a> {
    /// Which pages of the range.
    pub pages: Range<usize>,
    /// The file, as long as they need it.
    pub file: BorrowedFd<'a>,
    /// Where the first of them is in the file; a multiple of the size of the kernel's pages.
    pub offset: u64,
}

const TOO_MANY: Refused = Refused::new(
    "the process has as many mappings as it may (vm.max_map_count); raise that limit, or use larger pages",
);

/// What has been mapped.
pub(crate) struct OwnPages {
    view: Span,
    page: usize,
    /// Nothing is ever closed.
    by_hand: bool,
}

impl OwnPages {
    /// Maps them into a range, and marks them.
    pub(crate) fn map(
        view: Span,
        page: usize,
        own: &[Own<'_>],
        by_hand: bool,
        states: &mut [PageState],
    ) -> Result<OwnPages, Error> {
        let access = if by_hand { READ_WRITE } else { READ };
        let mut last = 0;
        let mut sorted: Vec<_> = own.iter().filter(|own| !own.pages.is_empty()).collect();
        sorted.sort_by_key(|own| own.pages.start);
        for Own { pages, file, offset } in sorted {
            let bytes = pages.start.saturating_mul(page)..pages.end.saturating_mul(page);
            if last > pages.start {
                let reason = "another file is mapped to some of them";
                return Err(Error::Piece { at: bytes, len: view.len(), reason });
            }
            last = pages.end;
            view.map_piece(bytes, *file, *offset, access)?;
            states.iter_mut().take(pages.end).skip(pages.start).for_each(|s| *s = PageState::own());
        }
        Ok(OwnPages { view, page, by_hand })
    }

    /// Maps pages that were absent, and are busy for this thread.
    pub(crate) fn adopt(
        &self,
        pages: &Range<usize>,
        file: BorrowedFd<'_>,
        offset: u64,
    ) -> Result<(), Refused> {
        let access = if self.by_hand { READ_WRITE } else { READ };
        let (at, len) = (pages.start * self.page, pages.len() * self.page);
        self.view.put_file(at, len, file, offset, access).map_err(|errno| match errno {
            Errno::NOMEM => TOO_MANY,
            _ => Refused::new("the kernel refuses to map a page from a file (mmap)"),
        })
    }

    fn open(&self, pages: &Range<usize>) -> Result<(), Errno> {
        self.change(pages, READ_WRITE, READ)
    }

    /// When this returns, no thread writes to them any more.
    pub(crate) fn close(&self, pages: &Range<usize>) -> Result<(), Errno> {
        self.change(pages, READ, READ_WRITE)
    }

    fn change(
        &self,
        pages: &Range<usize>,
        to: MprotectFlags,
        from: MprotectFlags,
    ) -> Result<(), Errno> {
        if self.by_hand {
            return Ok(());
        }
        let (at, len) = (pages.start * self.page, pages.len() * self.page);
        self.view.change(at, len, to, from)
    }
}

impl Pages {
    /// Opens a run, which is one clean own page, for writing, with as many of those that follow as are wanted; `false` if something came
    /// between, so that the page is to be looked at again.
    pub(crate) fn open_own(&self, mut run: Run<'_>, wanted: usize) -> Result<bool, Refused> {
        run.extend(wanted, State::Clean, true);
        for page in run.pages.clone() {
            self.source.own_write(page)?;
        }
        match self.own.open(&run.pages) {
            Ok(()) => {
                run.back = State::Dirty;
                Ok(true)
            }
            Err(Errno::NOMEM) => self.open_all_around(run),
            Err(_) => Err(Refused::new(
                "the kernel refuses to open a page of a file for writing (mprotect)",
            )),
        }
    }

    /// The same, without a mapping more: up to the next pages on both sides that are open.
    fn open_all_around(&self, mut run: Run<'_>) -> Result<bool, Refused> {
        run.extend(usize::MAX, State::Clean, true);
        while run.pages.start > 0 && run.states[run.pages.start - 1].take_if(State::Clean, true) {
            run.pages.start -= 1;
        }
        for page in run.pages.clone() {
            self.source.own_write(page)?;
        }
        if self.own.open(&run.pages).is_ok() {
            run.back = State::Dirty;
            return Ok(true);
        }
        let beside = [run.pages.start.wrapping_sub(1), run.pages.end];
        drop(run);
        let is_changing = |state: &PageState| state.is_own() && state.get() != State::Dirty;
        let changing =
            beside.into_iter().find(|page| self.states.get(*page).is_some_and(is_changing));
        let Some(page) = changing else { return Err(TOO_MANY) };
        self.wait(page);
        Ok(false)
    }
}
