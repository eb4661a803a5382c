//! Pages that come with the one that is wanted, and pages that go for its sake.

use std::mem::MaybeUninit;
use std::sync::atomic::Ordering;

use paging::{Access, Mechanism, Paged, State};

use crate::Case;
use crate::home::{Home, PAGE, load, store, word};
use crate::own::{file, own};

pub(crate) const CASES: &[Case] = &[
    ("absent_pages_that_follow_come_along", absent_pages_that_follow_come_along),
    ("a_write_with_pages_that_follow_makes_one_twin", a_write_makes_one_twin),
    ("populate_fetches_runs", populate_fetches_runs),
    ("a_refused_twin_ends_a_run_and_nothing_else", a_refused_twin_ends_a_run),
    ("a_page_far_away_comes_along", a_page_far_away_comes_along),
    ("what_is_not_opened_goes_back", what_is_not_opened_goes_back),
    ("pages_are_removed_without_waiting", pages_are_removed_without_waiting),
    ("dirty_pages_are_protected_without_waiting", dirty_pages_are_protected_without_waiting),
    ("a_fault_can_evict", a_fault_can_evict),
];

/// Where pages are opened by the system.
pub(crate) const OPENED: &[Case] =
    &[("pages_that_come_together_cost_few_faults", pages_that_come_together_cost_few_faults)];

const WORDS: usize = PAGE / 8;
const A: State = State::Absent;
const C: State = State::Clean;
const D: State = State::Dirty;

fn states(paged: &Paged) -> Vec<State> {
    (0..paged.page_count()).map(|page| paged.state(page)).collect()
}

/// Every word of pages that have not been written is that of the home, and reading them fetches nothing.
fn is_whole(paged: &Paged, home: &Home, pages: &[usize]) {
    let before = home.counts();
    for page in pages {
        for index in page * WORDS..(page + 1) * WORDS {
            assert_eq!(load(paged, index), word(index));
        }
    }
    assert_eq!(home.counts(), before);
}

fn absent_pages_that_follow_come_along(mechanism: Mechanism) {
    let (home, file) = (Home::new(12, PAGE), file(1, PAGE));
    let paged = home.map_with(mechanism, &[own(8..9, &file, 0)]);
    load(&paged, 4 * WORDS);
    home.ahead.store(3, Ordering::Relaxed);
    // Up to one that is there, as many as asked for, up to an own one, up to the end.
    for (page, fetched) in [(2, 2), (5, 3), (10, 4)] {
        assert_eq!(load(&paged, page * WORDS), word(page * WORDS));
        assert_eq!((home.counts(), home.wanted.load(Ordering::Relaxed)), ((fetched, 0), 1));
    }
    assert_eq!(states(&paged), [A, A, C, C, C, C, C, C, C, A, C, C]);
    is_whole(&paged, &home, &[2, 3, 4, 5, 6, 7, 10, 11]);
}

/// Faults of this thread that the system has served by itself.
fn faults() -> i64 {
    let mut usage = MaybeUninit::uninit();
    // SAFETY: fills the structure that it is given.
    let usage = unsafe {
        assert_eq!(libc::getrusage(libc::RUSAGE_THREAD, usage.as_mut_ptr()), 0);
        usage.assume_init()
    };
    usage.ru_minflt
}

fn pages_that_come_together_cost_few_faults(mechanism: Mechanism) {
    const PAGES: usize = 64;
    // The second time, so that nothing else is touched first.
    let of_second = [Access::Read, Access::Write].map(|access| {
        let home = Home::new(2 * PAGES, PAGE);
        home.ahead.store(PAGES, Ordering::Relaxed);
        home.without_twins.store(true, Ordering::Relaxed);
        let paged = home.map(mechanism);
        let of_both = [0, PAGES].map(|first| {
            let before = faults();
            let bytes = first * PAGE..(first + PAGES) * PAGE;
            paged.populate(bytes, access).expect("pages are there");
            for page in first..first + PAGES {
                assert_eq!(load(&paged, page * WORDS), word(page * WORDS));
            }
            faults() - before
        });
        of_both[1]
    });
    // Each page is opened by a call of its own where it is to be written.
    let [to_read, to_write] = of_second;
    assert!(to_read <= PAGES as i64 / 4, "{to_read} faults of {PAGES} pages");
    assert!(to_write <= PAGES as i64, "{to_write} faults of {PAGES} pages to be written");
}

fn a_write_makes_one_twin(mechanism: Mechanism) {
    let home = Home::new(4, PAGE);
    home.ahead.store(4, Ordering::Relaxed);
    let paged = home.map(mechanism);
    store(&paged, WORDS, 1);
    assert_eq!((states(&paged), home.counts()), (vec![A, D, C, C], (1, 1)));
    is_whole(&paged, &home, &[2, 3]);
    assert_eq!((load(&paged, WORDS), load(&paged, WORDS + 1)), (1, word(WORDS + 1)));
    store(&paged, 3 * WORDS, 3);
    assert_eq!((states(&paged), home.counts()), (vec![A, D, C, D], (1, 2)));
    assert_eq!(home.twins[3 * WORDS].load(Ordering::Relaxed), word(3 * WORDS));
}

fn populate_fetches_runs(mechanism: Mechanism) {
    let home = Home::new(9, PAGE);
    home.ahead.store(4, Ordering::Relaxed);
    let paged = home.map(mechanism);
    paged.populate(PAGE..3 * PAGE, Access::Write).expect("pages are there");
    // What is wanted is open as it is wanted, and what came along is not.
    assert_eq!(states(&paged), [A, D, D, C, C, A, A, A, A]);
    assert_eq!((home.counts(), home.wanted.load(Ordering::Relaxed)), ((1, 2), 2));
    for index in WORDS..3 * WORDS {
        assert_eq!(home.twins[index].load(Ordering::Relaxed), word(index));
    }
    is_whole(&paged, &home, &[1, 2, 3, 4]);
    paged.populate(0..9 * PAGE, Access::Read).expect("pages are there");
    assert_eq!(states(&paged), [C, D, D, C, C, C, C, C, C]);
    assert_eq!((home.counts(), home.wanted.load(Ordering::Relaxed)), ((3, 2), 4));
    home.without_twins.store(true, Ordering::Relaxed);
    paged.protect(0..9, |_, _| ()).expect("pages are protected");
    paged.remove(0..9).expect("pages are removed");
    paged.populate(0..9 * PAGE, Access::Write).expect("pages are there");
    assert_eq!((states(&paged), home.counts()), (vec![D; 9], (6, 2)));
    is_whole(&paged, &home, &[0, 4, 8]);
}

fn a_refused_twin_ends_a_run(mechanism: Mechanism) {
    let home = Home::new(4, PAGE);
    home.ahead.store(4, Ordering::Relaxed);
    let paged = home.map(mechanism);
    home.twins_left.store(2, Ordering::Relaxed);
    let error = paged.populate(0..4 * PAGE, Access::Write).expect_err("no room for twins");
    assert!(error.to_string().starts_with("page 2 cannot be opened"), "{error}");
    assert_eq!((states(&paged), home.counts()), (vec![D, D, C, C], (1, 2)));
    is_whole(&paged, &home, &[0, 1, 2, 3]);
}

fn a_page_far_away_comes_along(mechanism: Mechanism) {
    let (home, file) = (Home::new(12, PAGE), file(1, PAGE));
    let paged = home.map_with(mechanism, &[own(8..9, &file, 0)]);
    home.stride.store(5, Ordering::Relaxed);
    for (page, fetched) in [(0, 1), (2, 2), (3, 3), (9, 4)] {
        assert_eq!(load(&paged, page * WORDS), word(page * WORDS));
        assert_eq!(home.counts(), (fetched, 0));
    }
    // Not the own one (3 and 5), and none behind the end (9 and 5).
    assert_eq!(states(&paged), [C, A, C, C, A, C, A, C, C, C, A, A]);
    is_whole(&paged, &home, &[0, 5, 2, 7, 3, 9]);
}

fn what_is_not_opened_goes_back(mechanism: Mechanism) {
    let home = Home::new(6, PAGE);
    home.ahead.store(6, Ordering::Relaxed);
    home.drops.store(true, Ordering::Relaxed);
    let paged = home.map(mechanism);
    let error = paged.populate(PAGE..2 * PAGE, Access::Read).expect_err("it was not opened");
    assert!(error.to_string().contains("page 1 cannot be opened"), "{error}");
    assert_eq!(states(&paged), [A; 6]);
    home.drops.store(false, Ordering::Relaxed);
    assert_eq!(load(&paged, WORDS), word(WORDS));
    assert_eq!(states(&paged), [A, C, C, C, C, C]);
}

fn pages_are_removed_without_waiting(mechanism: Mechanism) {
    let home = Home::new(4, PAGE);
    let paged = home.map(mechanism);
    load(&paged, WORDS);
    store(&paged, 2 * WORDS, 1);
    let removed: Vec<bool> = (0..5).map(|page| paged.try_remove_if(page, || true)).collect();
    assert_eq!(removed, [false, true, false, false, false]);
    assert_eq!(states(&paged), [A, A, D, A]);
    home.words[WORDS].store(3, Ordering::Relaxed);
    assert_eq!((load(&paged, WORDS), home.counts()), (3, (3, 1)));
    assert!(!paged.try_remove_if(1, || paged.state(1) != State::Busy));
    assert!(!paged.try_remove_if(2, || unreachable!("it is dirty")));
    assert_eq!((paged.state(1), load(&paged, WORDS), home.counts()), (C, 3, (3, 1)));
    assert!(paged.try_remove_if(1, || paged.state(1) == State::Busy));
    // Nor is a page waited for that is busy.
    paged.inspect(2..3, |_, _| {
        assert!(!paged.try_remove_if(2, || true) && !paged.try_protect(2, |_| true));
    });
}

fn dirty_pages_are_protected_without_waiting(mechanism: Mechanism) {
    let home = Home::new(3, PAGE);
    let paged = home.map(mechanism);
    load(&paged, 0);
    store(&paged, WORDS, 1);
    let shown = |page, answer| {
        let mut words = None;
        let protected = paged.try_protect(page, |bytes| {
            // SAFETY: the first word of the page.
            words = Some(unsafe { bytes.as_ptr().cast::<u64>().read() });
            answer
        });
        (protected, words)
    };
    assert_eq!([0, 2, 3].map(|page| shown(page, true)), [(false, None); 3]);
    // Not agreed: it can be written still, and no twin is made.
    assert_eq!((shown(1, false), paged.state(1)), ((false, Some(1)), D));
    store(&paged, WORDS, 2);
    assert_eq!(home.counts(), (2, 1));
    assert_eq!((shown(1, true), paged.state(1)), ((true, Some(2)), C));
    store(&paged, WORDS, 3);
    assert_eq!((home.counts(), load(&paged, WORDS)), ((2, 2), 3));
}

fn a_fault_can_evict(mechanism: Mechanism) {
    let home = Home::new(6, PAGE);
    let paged = home.map(mechanism);
    home.evict_from(&paged, 2);
    for page in 0..3 {
        store(&paged, page * WORDS + 1, page as u64);
    }
    // Dirty pages go home, and are clean; clean ones go.
    assert_eq!((states(&paged), home.evicted.load(Ordering::Relaxed)), (vec![C, D, D, A, A, A], 1));
    assert_eq!(home.words[1].load(Ordering::Relaxed), 0);
    load(&paged, 4 * WORDS);
    load(&paged, 3 * WORDS);
    paged.remove(4..5).expect("clean pages are removed");
    load(&paged, 4 * WORDS);
    assert_eq!((states(&paged), home.evicted.load(Ordering::Relaxed)), (vec![C, C, A, C, C, A], 4));
    assert_eq!(load(&paged, 2 * WORDS + 1), 2);
    assert_eq!(states(&paged), [A, C, C, C, C, A]);
}
