//! Pages that are mapped from a file.

use std::ops::Range;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use paging::{Access, Error, Layout, Mechanism, Own, Paged, State};
use rustix::fs::{MemfdFlags, memfd_create};
use rustix::io::{pread, pwrite};

use crate::Case;
use crate::home::{AtEnd, Home, PAGE, Server, layout, load, store, word};

pub(crate) const CASES: &[Case] = &[
    ("own_pages_are_read_without_a_fault", own_pages_are_read_without_a_fault),
    ("a_first_write_to_an_own_page_is_told", a_first_write_to_an_own_page_is_told),
    ("own_pages_stay_where_others_are_removed", own_pages_stay),
    ("populate_opens_own_pages_for_writing", populate_opens_own_pages),
    ("own_pages_have_any_size", own_pages_have_any_size),
    ("files_that_do_not_fit_are_refused", files_that_do_not_fit_are_refused),
];

/// Where threads access pages amid the sync points of others.
pub(crate) const AMID: &[Case] =
    &[("every_write_to_an_own_page_is_told", every_write_to_an_own_page_is_told)];

const WORDS: usize = PAGE / 8;

/// A file with the words of so many pages.
pub(crate) fn file(pages: usize, page: usize) -> OwnedFd {
    let file = memfd_create("own", MemfdFlags::CLOEXEC).expect("a file");
    let bytes: Vec<u8> =
        (0..pages * page / 8).flat_map(|index| word(index).to_ne_bytes()).collect();
    assert_eq!(pwrite(&file, &bytes, 0), Ok(bytes.len()));
    file
}

pub(crate) fn own(pages: Range<usize>, file: &OwnedFd, offset: u64) -> Own<'_> {
    Own { pages, file: file.as_fd(), offset }
}

pub(crate) fn in_file(file: &OwnedFd, index: usize) -> u64 {
    let mut word = [0; 8];
    assert_eq!(pread(file, &mut word, index as u64 * 8), Ok(8));
    u64::from_ne_bytes(word)
}

fn own_pages_are_read_without_a_fault(mechanism: Mechanism) {
    let (home, file) = (Home::new(6, PAGE), file(3, PAGE));
    // The pages of the file in another order, with others around them.
    let pieces = [own(3..4, &file, 0), own(1..3, &file, PAGE as u64)];
    let paged = home.map_with(mechanism, &pieces);
    let are_own: Vec<bool> = (0..6).map(|page| paged.is_own(page)).collect();
    assert_eq!(are_own, [false, true, true, true, false, false]);
    for (page, in_file) in [(1, 1), (2, 2), (3, 0)] {
        assert_eq!(paged.state(page), State::Clean);
        for index in 0..WORDS {
            assert_eq!(load(&paged, page * WORDS + index), word(in_file * WORDS + index));
        }
    }
    assert_eq!(home.counts(), (0, 0));
    assert_eq!((load(&paged, 0), load(&paged, 4 * WORDS)), (word(0), word(4 * WORDS)));
    assert_eq!(home.counts(), (2, 0));
    // It is the file's memory.
    assert_eq!(pwrite(&file, &77_u64.to_ne_bytes(), 16), Ok(8));
    assert_eq!(load(&paged, 3 * WORDS + 2), 77);
}

fn a_first_write_to_an_own_page_is_told(mechanism: Mechanism) {
    let (home, file) = (Home::new(4, PAGE), file(2, PAGE));
    let paged = home.map_with(mechanism, &[own(1..3, &file, 0)]);
    let told = || home.own_writes.load(Ordering::Relaxed);
    store(&paged, 2 * WORDS + 1, 5);
    store(&paged, 2 * WORDS + 2, 6);
    assert_eq!((paged.state(1), paged.state(2), told()), (State::Clean, State::Dirty, 1));
    assert_eq!((in_file(&file, WORDS + 1), in_file(&file, WORDS + 2)), (5, 6));
    // Beside one that has a twin.
    store(&paged, 3 * WORDS, 7);
    assert_eq!((home.counts(), told()), ((1, 1), 1));
    let mut seen = Vec::new();
    paged.inspect(0..4, |page, _| seen.push(page));
    assert_eq!((paged.state(2), paged.state(3)), (State::Dirty, State::Dirty));
    paged.protect(0..4, |page, _| seen.push(page)).expect("pages are protected");
    assert_eq!(
        (&seen[..], paged.state(2), paged.state(3)),
        (&[2, 3, 2, 3][..], State::Clean, State::Clean)
    );
    store(&paged, 2 * WORDS + 1, 8);
    assert_eq!((in_file(&file, WORDS + 1), told(), home.counts()), (8, 2, (1, 1)));
}

fn own_pages_stay(mechanism: Mechanism) {
    let (home, file) = (Home::new(4, PAGE), file(2, PAGE));
    let paged = home.map_with(mechanism, &[own(1..3, &file, 0)]);
    for page in 0..4 {
        load(&paged, page * WORDS);
    }
    store(&paged, 2 * WORDS, 9);
    paged.remove(0..4).expect("clean pages are removed");
    let states: Vec<State> = (0..4).map(|page| paged.state(page)).collect();
    assert_eq!(states, [State::Absent, State::Clean, State::Dirty, State::Absent]);
    assert!(!paged.try_remove_if(1, || true) && !paged.try_remove_if(2, || true));
    assert!(!paged.try_protect(2, |_| unreachable!("own pages are not sent anywhere")));
    assert_eq!((load(&paged, WORDS), load(&paged, 2 * WORDS)), (word(0), 9));
    assert_eq!((paged.state(2), home.counts()), (State::Dirty, (2, 0)));
}

fn populate_opens_own_pages(mechanism: Mechanism) {
    let (home, file) = (Home::new(8, PAGE), file(6, PAGE));
    let paged = home.map_with(mechanism, &[own(1..7, &file, 0)]);
    store(&paged, 3 * WORDS, 3);
    paged.populate(0..5 * PAGE + 1, Access::Write).expect("pages are there");
    let states: Vec<State> = (0..8).map(|page| paged.state(page)).collect();
    let (a, c, d) = (State::Absent, State::Clean, State::Dirty);
    assert_eq!(states, [d, d, d, d, d, d, c, a]);
    assert_eq!((home.own_writes.load(Ordering::Relaxed), home.counts()), (5, (1, 1)));
    for page in 1..6 {
        store(&paged, page * WORDS + 1, page as u64);
        assert_eq!(in_file(&file, (page - 1) * WORDS + 1), page as u64);
    }
    assert_eq!(home.own_writes.load(Ordering::Relaxed), 5);
}

fn own_pages_have_any_size(mechanism: Mechanism) {
    for page in [8 << 10, 64 << 10, 2 << 20] {
        let (home, words) = (Home::new(4, page), page / 8);
        // Where it begins in the file need not be a multiple of the page size.
        let file = file(3, page);
        let paged = home.map_with(mechanism, &[own(1..3, &file, PAGE as u64)]);
        assert_eq!(load(&paged, words), word(WORDS), "pages of {page}");
        store(&paged, 3 * words - 1, 1);
        assert_eq!(in_file(&file, WORDS + 2 * words - 1), 1);
        assert_eq!((paged.state(1), paged.state(2)), (State::Clean, State::Dirty));
        assert_eq!(load(&paged, 4 * words - 1), word(4 * words - 1));
        paged.protect(0..4, |_, _| ()).expect("pages are protected");
        paged.remove(0..4).expect("clean pages are removed");
        assert_eq!((paged.state(2), paged.state(3)), (State::Clean, State::Absent));
        store(&paged, 2 * words, 2);
        assert_eq!(home.own_writes.load(Ordering::Relaxed), 2, "pages of {page}");
    }
}

fn files_that_do_not_fit_are_refused(mechanism: Mechanism) {
    let (home, file) = (Home::new(4, PAGE), file(2, PAGE));
    let cases: [(&str, &[Own<'_>]); 5] = [
        ("another file is mapped", &[own(1..3, &file, 0), own(2..3, &file, 0)]),
        ("do not lie in the range", &[own(3..5, &file, 0)]),
        ("do not lie in the range", &[own(usize::MAX - 1..usize::MAX, &file, 0)]),
        ("whole pages", &[own(0..1, &file, 8)]),
        ("the file is shorter", &[own(0..2, &file, PAGE as u64)]),
    ];
    for (reason, own) in cases {
        let layout = Layout { own, ..layout(4 * PAGE, PAGE, None) };
        let error = Paged::new(mechanism, layout, Server(Arc::clone(&home))).expect_err(reason);
        assert!(matches!(error, Error::Piece { .. }), "{error}");
        assert!(error.to_string().contains(reason), "{error}");
    }
}

/// Threads write to own pages while another one protects them. What a page has been since it was last shown makes it dirty.
fn every_write_to_an_own_page_is_told(mechanism: Mechanism) {
    const PAGES: usize = 6;
    const THREADS: usize = 3;
    const ROUNDS: usize = 2_000;
    let (home, file) = (Home::new(PAGES, PAGE), file(PAGES, PAGE));
    let paged = home.map_with(mechanism, &[own(0..PAGES, &file, 0)]);
    // What each thread's word of each page was when the page was last shown.
    let shown: Vec<AtomicU64> = (0..PAGES * THREADS).map(|_| AtomicU64::new(0)).collect();
    let done = AtomicBool::new(false);
    let show = |pages| {
        let protected = paged.protect(pages, |page, bytes| {
            for thread in 0..THREADS {
                // SAFETY: inside of the page.
                let now = unsafe { bytes.as_ptr().cast::<u64>().add(thread).read_volatile() };
                shown[page * THREADS + thread].store(now, Ordering::Release);
            }
        });
        protected.expect("pages are protected");
    };
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (paged, shown, done) = (&paged, &shown, &done);
            scope.spawn(move || {
                for count in 1_u64.. {
                    let page = count as usize % PAGES;
                    store(paged, page * WORDS + thread, count);
                    // Either it has been shown, or it is going to be.
                    let dirty = matches!(paged.state(page), State::Dirty | State::Busy);
                    let seen = shown[page * THREADS + thread].load(Ordering::Acquire);
                    assert!(
                        dirty || seen == count,
                        "page {page} of thread {thread}: {seen}, {count}"
                    );
                    if done.load(Ordering::Relaxed) {
                        break;
                    }
                }
            });
        }
        let _end = AtEnd(|| done.store(true, Ordering::Relaxed));
        for round in 0..ROUNDS {
            let first = round % PAGES;
            show(first..PAGES);
            show(0..first);
        }
    });
    show(0..PAGES);
    for page in 0..PAGES {
        for thread in 0..THREADS {
            let seen = shown[page * THREADS + thread].load(Ordering::Relaxed);
            assert!(in_file(&file, page * WORDS + thread) == seen || seen == 0);
        }
    }
}
