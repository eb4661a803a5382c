//! Pages that a source maps from a file when they are asked for, and that are given up again.

use std::os::fd::{AsFd, OwnedFd};
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use paging::{Access, Arrival, Arrived, Mechanism, Paged, Refused, Source, State};

use crate::Case;
use crate::home::{Home, PAGE, Server, layout, load, store, word};
use crate::own::{file, in_file};

pub(crate) const CASES: &[Case] = &[
    ("adopted_pages_are_those_of_the_file", adopted_pages_are_those_of_the_file),
    ("pages_are_adopted_in_runs", pages_are_adopted_in_runs),
    ("disowned_pages_are_fetched_like_others", disowned_pages_are_fetched),
    ("dirty_pages_are_not_disowned", dirty_pages_are_not_disowned),
    ("an_adoption_that_fails_leaves_the_page_absent", an_adoption_that_fails),
];

const WORDS: usize = PAGE / 8;
const PAGES: usize = 8;
const A: State = State::Absent;
const C: State = State::Clean;
const D: State = State::Dirty;

/// A source that adopts some pages, each from the same place of a file as it has in the range, and gets the others from a home.
struct Adopter {
    home: Server,
    file: OwnedFd,
    /// A bit for each page that it adopts.
    adopts: AtomicU64,
    /// As many as these with each.
    with: AtomicUsize,
    /// How far beside its place in the file.
    beside: AtomicU64,
    adopted: AtomicUsize,
}

struct Shared(Arc<Adopter>);

// SAFETY: as for `Server`; the file has all pages.
unsafe impl Source for Shared {
    fn fetch<'a>(&self, page: usize, mut arrival: Arrival<'a>) -> Result<Arrived<'a>, Refused> {
        let adopter = &self.0;
        if adopter.adopts.load(Ordering::Relaxed) >> page & 1 == 0 {
            return adopter.home.fetch(page, arrival);
        }
        adopter.adopted.fetch_add(1, Ordering::Relaxed);
        arrival.extend(adopter.with.load(Ordering::Relaxed));
        let at = page * PAGE + adopter.beside.load(Ordering::Relaxed) as usize;
        arrival.adopt(adopter.file.as_fd(), at as u64)
    }

    fn twin(&self, page: usize) -> Result<Option<NonNull<u8>>, Refused> {
        self.0.home.twin(page)
    }

    fn own_write(&self, page: usize) -> Result<(), Refused> {
        self.0.home.own_write(page)
    }
}

impl Adopter {
    fn adopt(&self, pages: &[usize]) {
        let bits = pages.iter().fold(0, |bits, page| bits | 1 << page);
        self.adopts.store(bits, Ordering::Relaxed);
    }

    fn home(&self) -> &Home {
        &self.home.0
    }

    fn own_writes(&self) -> usize {
        self.home().own_writes.load(Ordering::Relaxed)
    }
}

fn adopter(mechanism: Mechanism, pages: &[usize]) -> (Arc<Adopter>, Paged) {
    let adopter = Arc::new(Adopter {
        home: Server(Home::new(PAGES, PAGE)),
        file: file(PAGES, PAGE),
        adopts: AtomicU64::new(0),
        with: AtomicUsize::new(1),
        beside: AtomicU64::new(0),
        adopted: AtomicUsize::new(0),
    });
    adopter.adopt(pages);
    let layout = layout(PAGES * PAGE, PAGE, None);
    let paged = Paged::new(mechanism, layout, Shared(Arc::clone(&adopter)));
    (adopter, paged.expect("the range is made"))
}

fn states(paged: &Paged) -> Vec<State> {
    (0..PAGES).map(|page| paged.state(page)).collect()
}

fn adopted_pages_are_those_of_the_file(mechanism: Mechanism) {
    let (adopter, paged) = adopter(mechanism, &[1, 2, 6]);
    // By a read, and by a write.
    assert_eq!(load(&paged, WORDS + 3), word(WORDS + 3));
    store(&paged, 6 * WORDS, 5);
    assert_eq!(load(&paged, 3 * WORDS), word(3 * WORDS));
    assert_eq!(states(&paged), [A, C, A, C, A, A, D, A]);
    let are_own: Vec<bool> = (0..PAGES).map(|page| paged.is_own(page)).collect();
    assert_eq!(are_own, [false, true, false, false, false, false, true, false]);
    assert_eq!((adopter.adopted.load(Ordering::Relaxed), adopter.home().counts()), (2, (1, 0)));
    assert_eq!((in_file(&adopter.file, 6 * WORDS), adopter.own_writes()), (5, 1));
    // The first write is told, again after each protection, and goes to the file.
    store(&paged, WORDS, 7);
    store(&paged, WORDS + 1, 8);
    assert_eq!((in_file(&adopter.file, WORDS), adopter.own_writes()), (7, 2));
    paged.protect(0..PAGES, |_, _| ()).expect("pages are protected");
    paged.remove(0..PAGES).expect("clean pages are removed");
    assert_eq!(states(&paged), [A, C, A, A, A, A, C, A]);
    store(&paged, WORDS + 1, 9);
    assert_eq!((in_file(&adopter.file, WORDS + 1), adopter.own_writes()), (9, 3));
    assert_eq!(load(&paged, 6 * WORDS), 5);
}

fn pages_are_adopted_in_runs(mechanism: Mechanism) {
    let (adopter, paged) = adopter(mechanism, &[0, 1, 2, 3, 4, 5]);
    adopter.with.store(4, Ordering::Relaxed);
    load(&paged, 2 * WORDS);
    assert_eq!(states(&paged), [A, A, C, C, C, C, A, A]);
    // Up to one that is there.
    store(&paged, 0, 1);
    assert_eq!(states(&paged), [D, C, C, C, C, C, A, A]);
    assert_eq!(adopter.adopted.load(Ordering::Relaxed), 2);
    paged.populate(0..PAGES * PAGE, Access::Write).expect("pages are there");
    assert_eq!(states(&paged), [D; PAGES]);
    assert_eq!(adopter.own_writes(), 6);
    for page in 0..6 {
        store(&paged, page * WORDS + 1, page as u64);
        assert_eq!(in_file(&adopter.file, page * WORDS + 1), page as u64);
    }
    assert!(paged.is_own(5) && !paged.is_own(6));
}

fn disowned_pages_are_fetched(mechanism: Mechanism) {
    let (adopter, paged) = adopter(mechanism, &[1, 2, 5]);
    for page in [1, 2, 5, 6] {
        load(&paged, page * WORDS);
    }
    store(&paged, 2 * WORDS, 5);
    paged.protect(2..3, |_, _| ()).expect("a page is protected");
    adopter.adopt(&[]);
    // Own ones alone, and of these some.
    paged.disown(2..PAGES).expect("pages are disowned");
    assert_eq!(states(&paged), [A, C, A, A, A, A, C, A]);
    assert!(paged.is_own(1) && !paged.is_own(2) && !paged.is_own(5));
    // What the home has, not what the file has, which stays as it is.
    assert_eq!(load(&paged, 2 * WORDS), word(2 * WORDS));
    store(&paged, 2 * WORDS + 1, 6);
    assert_eq!((paged.state(2), adopter.home().counts()), (D, (2, 1)));
    assert_eq!([0, 1].map(|at| in_file(&adopter.file, 2 * WORDS + at)), [5, word(2 * WORDS + 1)]);
    assert_eq!(adopter.own_writes(), 1);
    // They can be removed like others, and adopted again.
    paged.protect(0..PAGES, |_, _| ()).expect("pages are protected");
    assert!(paged.try_remove_if(2, || true));
    adopter.adopt(&[2]);
    assert_eq!(load(&paged, 2 * WORDS), 5);
    assert!(paged.is_own(2) && !paged.try_remove_if(2, || true));
    store(&paged, 2 * WORDS, 7);
    assert_eq!((in_file(&adopter.file, 2 * WORDS), adopter.own_writes()), (7, 2));
}

fn dirty_pages_are_not_disowned(mechanism: Mechanism) {
    let (adopter, paged) = adopter(mechanism, &[1, 2]);
    load(&paged, WORDS);
    store(&paged, 2 * WORDS, 5);
    paged.disown(0..PAGES).expect("pages are disowned");
    assert_eq!((paged.state(1), paged.state(2)), (A, D));
    assert!(!paged.is_own(1) && paged.is_own(2));
    store(&paged, 2 * WORDS + 1, 6);
    assert_eq!((in_file(&adopter.file, 2 * WORDS + 1), adopter.own_writes()), (6, 1));
}

/// Pages that cannot be disowned stay own ones, until it is tried again. To be run in a process of its own.
pub(crate) fn not_disowned(mechanism: Mechanism) {
    let (adopter, paged) = adopter(mechanism, &[1, 2]);
    for page in [1, 2] {
        load(&paged, page * WORDS);
    }
    adopter.adopt(&[]);
    // The first system calls succeed, the last one would give the process memory of its own.
    let failed = without_data(|| paged.disown(0..PAGES));
    // By SIGSEGV they are a file's again, and no memory of the process.
    if mechanism == Mechanism::Userfaultfd {
        let told = failed.expect_err("there is no memory").to_string();
        assert!(told.contains("unmapping pages of a file"), "{told}");
        assert!(paged.is_own(1) && paged.is_own(2));
        assert_eq!(states(&paged), [A, C, C, A, A, A, A, A]);
    }
    paged.disown(0..PAGES).expect("now they are disowned");
    assert_eq!(states(&paged), [A; PAGES]);
    assert_eq!(load(&paged, 2 * WORDS), word(2 * WORDS));
    store(&paged, WORDS, 3);
    assert_eq!((paged.state(1), in_file(&adopter.file, WORDS)), (D, word(WORDS)));
}

/// Does something while the process may get no more memory of its own.
fn without_data<R>(what: impl FnOnce() -> R) -> R {
    let set = |limit: &libc::rlimit| {
        // SAFETY: a valid structure.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_DATA, limit) }, 0);
    };
    let mut before = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: as above.
    assert_eq!(unsafe { libc::getrlimit(libc::RLIMIT_DATA, &mut before) }, 0);
    // 0 would be none.
    set(&libc::rlimit { rlim_cur: 1, ..before });
    let done = what();
    set(&before);
    done
}

fn an_adoption_that_fails(mechanism: Mechanism) {
    let (adopter, paged) = adopter(mechanism, &[3]);
    // No page begins there.
    adopter.beside.store(8, Ordering::Relaxed);
    let refused = paged.populate(3 * PAGE..3 * PAGE + 1, Access::Read).expect_err("it cannot be");
    assert!(refused.to_string().contains("refuses to map a page from a file"), "{refused}");
    assert_eq!((paged.state(3), paged.is_own(3)), (A, false));
    adopter.beside.store(0, Ordering::Relaxed);
    assert_eq!(load(&paged, 3 * WORDS), word(3 * WORDS));
    assert!(paged.is_own(3));
}
