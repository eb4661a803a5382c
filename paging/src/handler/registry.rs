//! Which addresses are watched: a table that the handler reads without locks.
//!
//! A slot is free while `start` is 0. `Watch::new` fills a free one, `start` last. The handler counts itself as a
//! user of a slot and then looks at `start` once more; `Watch::drop` clears `start` and then waits until
//! there are no users. Both are sequentially consistent, so either the handler sees the slot cleared, or the other side sees
//! the user.

use std::fmt::{self, Write};
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rustix::mm::{Advice, MapFlags, ProtFlags, madvise, mmap_anonymous};

use super::fault::Fault;
use super::message::Line;
use crate::error::Error;
use crate::pages::Pages;
use crate::tombs::{self, Found};

const SLOTS: usize = 1024;

struct Slot {
    start: AtomicUsize,
    len: AtomicUsize,
    pages: AtomicPtr<Pages>,
    users: AtomicU32,
}

static TABLE: [Slot; SLOTS] = [const {
    Slot {
        start: AtomicUsize::new(0),
        len: AtomicUsize::new(0),
        pages: AtomicPtr::new(ptr::null_mut()),
        users: AtomicU32::new(0),
    }
}; SLOTS];

/// No slot from here on has ever been used.
static USED: AtomicUsize = AtomicUsize::new(0);

/// A range that the handler knows, until dropped.
pub(crate) struct Watch {
    slot: &'static Slot,
    _pages: Arc<Pages>,
}

impl Watch {
    pub(crate) fn new(pages: Arc<Pages>) -> Result<Watch, Error> {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let free = TABLE.iter().position(|slot| {
            // The user that comes too late for what was here before must have gone.
            slot.start.load(Ordering::SeqCst) == 0 && slot.users.load(Ordering::SeqCst) == 0
        });
        let Some(index) = free else { return Err(Error::TooMany { most: SLOTS }) };
        let slot = &TABLE[index];
        slot.len.store(pages.len(), Ordering::Relaxed);
        slot.pages.store(Arc::as_ptr(&pages).cast_mut(), Ordering::Relaxed);
        slot.start.store(pages.start().addr().get(), Ordering::SeqCst);
        USED.fetch_max(index + 1, Ordering::Release);
        Ok(Watch { slot, _pages: pages })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.slot.start.store(0, Ordering::SeqCst);
        while self.slot.users.load(Ordering::SeqCst) != 0 {
            std::thread::yield_now();
        }
    }
}

/// Serves a fault; `false` if it is to be passed on. If it lies in memory of ours, that is told on standard error before.
pub(super) fn serve(fault: &Fault) -> bool {
    if !is_our_process() {
        return false;
    }
    let mut slots = TABLE[..USED.load(Ordering::Acquire)].iter();
    if let Some(served) = slots.find_map(|slot| serve_in(slot, fault)) {
        return served;
    }
    if let Some(Found { offset, name }) = tombs::find(fault.address) {
        tell(fault, format_args!(": {name} was released (this was its byte {offset})"));
    }
    false
}

/// Whether an address lies in some range, just now.
pub(super) fn is_watched(address: usize) -> bool {
    TABLE[..USED.load(Ordering::Acquire)].iter().any(|slot| {
        let start = slot.start.load(Ordering::Acquire);
        start != 0 && address.wrapping_sub(start) < slot.len.load(Ordering::Relaxed)
    })
}

/// `None` if it is none of this range.
fn serve_in(slot: &Slot, fault: &Fault) -> Option<bool> {
    let start = slot.start.load(Ordering::Acquire);
    let inside = |start: usize| {
        let offset = fault.address.wrapping_sub(start);
        (start != 0 && offset < slot.len.load(Ordering::Relaxed)).then_some(offset)
    };
    inside(start)?;
    slot.users.fetch_add(1, Ordering::SeqCst);
    let served = match slot.start.load(Ordering::SeqCst) {
        now if now == start => {
            // Once more: the slot may have been used anew since.
            inside(now).and_then(|offset| {
                // SAFETY: the slot was filled when we had become its user, so the pages stay until we are not.
                let pages = unsafe { &*slot.pages.load(Ordering::Relaxed) };
                serve_by(pages, offset, fault)
            })
        }
        _ => None,
    };
    slot.users.fetch_sub(1, Ordering::SeqCst);
    served
}

fn serve_by(pages: &Pages, offset: usize, fault: &Fault) -> Option<bool> {
    let served = pages.serve(fault.signal, offset, fault.to_write)?;
    if let Err(refused) = &served {
        let (page, name) = (offset / pages.page, &pages.name);
        let place = format_args!("byte {offset}, in page {page} of {name}");
        tell(fault, format_args!(" cannot be served: {refused} ({place})"));
    }
    Some(served.is_ok())
}

/// Says on standard error what is wrong with an access, before the program's own handler comes, or the end.
fn tell(fault: &Fault, what: fmt::Arguments<'_>) {
    let access = match fault.to_write {
        Some(true) => "a write to",
        Some(false) => "a read of",
        None => "an access to",
    };
    let mut line = Line::new();
    // Cannot fail: what is too long is cut.
    let _ = write!(line, "paged memory: {access} {:#x}{what}", fault.address);
    line.print();
}

/// A word that is 1 in this process and 0 in its children.
static MARK: AtomicPtr<AtomicU32> = AtomicPtr::new(ptr::null_mut());

/// Marks this process as the one that has the ranges; `false` if it is another one's child. To be called by one thread at a time.
pub(super) fn note_process() -> bool {
    if !MARK.load(Ordering::Relaxed).is_null() {
        return is_our_process();
    }
    let len = rustix::param::page_size();
    let access = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: a new mapping at an address that the kernel chooses replaces nothing.
    let Ok(page) = (unsafe { mmap_anonymous(ptr::null_mut(), len, access, MapFlags::PRIVATE) })
    else {
        return true;
    };
    // SAFETY: the page is ours. Its children get it filled with zeros. (Where the kernel does not know this,
    // before Linux 4.14, a child is not told from its parent.)
    let _ = unsafe { madvise(page, len, Advice::LinuxWipeOnFork) };
    let mark = page.cast::<AtomicU32>();
    // SAFETY: a page of zeros is a valid atomic, aligned, and never given back.
    unsafe { &*mark }.store(1, Ordering::Relaxed);
    MARK.store(mark, Ordering::Release);
    true
}

fn is_our_process() -> bool {
    let mark = MARK.load(Ordering::Acquire);
    // SAFETY: if there is one, it stays for ever.
    mark.is_null() || unsafe { &*mark }.load(Ordering::Relaxed) == 1
}
