//! Protecting and removing pages, also while others use them.

use std::sync::atomic::{AtomicBool, Ordering};

use paging::{Access, Mechanism, Paged, State};
use rustix::mm::{MlockFlags, mlock_with};

use crate::Case;
use crate::home::{AtEnd, Home, PAGE, load, store, word};

pub(crate) const CASES: &[Case] = &[
    ("what_was_removed_is_fetched_anew", what_was_removed_is_fetched_anew),
    ("what_was_closed_is_fetched_anew", what_was_closed_is_fetched_anew),
    ("locked_pages_are_removed_like_others", locked_pages_are_removed_like_others),
    ("pages_locked_in_part_are_served_like_others", pages_locked_in_part_are_served_like_others),
    ("protecting_shows_dirty_pages_and_tells_the_next_write", protecting_shows_dirty_pages),
    ("populate_opens_what_bytes_touch", populate_opens_what_bytes_touch),
    ("a_refusal_outside_of_the_handler_is_an_error", a_refusal_is_an_error),
    ("a_panic_of_a_visitor_leaves_no_page_busy", a_panic_of_a_visitor_leaves_no_page_busy),
    ("a_page_that_is_inspected_stays_dirty", a_page_that_is_inspected_stays_dirty),
];

/// Where threads access pages amid the sync points of others, which only faults make possible.
pub(crate) const AMID: &[Case] = &[
    ("no_write_is_lost_between_sync_points", no_write_is_lost_between_sync_points),
    ("inspecting_disturbs_no_writer", inspecting_disturbs_no_writer),
    ("no_write_is_lost_where_faults_evict", no_write_is_lost_where_faults_evict),
];

const WORDS: usize = PAGE / 8;
const A: State = State::Absent;

fn what_was_removed_is_fetched_anew(mechanism: Mechanism) {
    let home = Home::new(6, PAGE);
    let paged = home.map(mechanism);
    for page in 0..5 {
        load(&paged, page * WORDS);
    }
    store(&paged, 2 * WORDS, 22);
    for index in 0..6 * WORDS {
        home.words[index].store(!word(index), Ordering::Relaxed);
    }
    // Still what it was; then all but the dirty one are new.
    assert_eq!(load(&paged, WORDS + 1), word(WORDS + 1));
    paged.remove(0..6).expect("clean pages are removed");
    let states: Vec<State> = (0..6).map(|page| paged.state(page)).collect();
    let (gone, dirty) = (State::Absent, State::Dirty);
    assert_eq!(states, [gone, gone, dirty, gone, gone, gone]);
    for page in [0, 1, 3, 4, 5] {
        assert_eq!(load(&paged, page * WORDS + 1), !word(page * WORDS + 1));
    }
    assert_eq!((load(&paged, 2 * WORDS), load(&paged, 2 * WORDS + 1)), (22, word(2 * WORDS + 1)));
    assert_eq!(home.counts(), (10, 1));
}

fn what_was_closed_is_fetched_anew(mechanism: Mechanism) {
    let home = Home::new(4, PAGE);
    let paged = home.map(mechanism);
    for round in 1..4 {
        for index in 0..4 * WORDS {
            home.words[index].store(word(index) + round, Ordering::Relaxed);
        }
        for index in 0..3 * WORDS {
            assert_eq!(load(&paged, index), word(index) + round, "word {index}");
        }
        store(&paged, 3 * WORDS, round);
        assert_eq!(home.counts(), (4 * round as usize, round as usize));
        assert!(!paged.try_discard(0, || panic!("the page is there")));
        paged.close(0..4).expect("clean pages are closed");
        assert_eq!([0, 1, 2, 3].map(|page| paged.state(page)), [A, A, A, State::Dirty]);
        let mut told = false;
        assert!(paged.try_discard(1, || told = true) && told);
        paged.protect(0..4, |_, _| ()).expect("pages are protected");
        paged.remove(0..4).expect("clean pages are removed");
        assert_eq!([0, 1, 2, 3].map(|page| paged.state(page)), [A; 4]);
    }
}

/// Locks bytes of a range.
fn lock(paged: &Paged, at: usize, len: usize) {
    let start = paged.start().as_ptr().wrapping_add(at).cast();
    // SAFETY: bytes of the range; locking changes nothing of what lies there.
    unsafe { mlock_with(start, len, MlockFlags::ONFAULT) }.expect("some pages may be locked");
}

fn locked_pages_are_removed_like_others(mechanism: Mechanism) {
    let home = Home::new(3, PAGE);
    let paged = home.map(mechanism);
    lock(&paged, PAGE, PAGE);
    for round in 0..2 {
        for index in 0..3 * WORDS {
            home.words[index].store(word(index) + round, Ordering::Relaxed);
        }
        for page in 0..3 {
            assert_eq!(load(&paged, page * WORDS), word(page * WORDS) + round);
        }
        assert!(paged.try_remove_if(1, || true));
        paged.remove(0..3).expect("clean pages are removed");
        assert_eq!([0, 1, 2].map(|page| paged.state(page)), [State::Absent; 3]);
    }
}

fn pages_locked_in_part_are_served_like_others(mechanism: Mechanism) {
    const LARGE: usize = 4 * PAGE;
    const WORDS: usize = LARGE / 8;
    let home = Home::new(3, LARGE);
    let paged = home.map(mechanism);
    // The end of the second page and the beginning of the third.
    lock(&paged, LARGE + 3 * PAGE, 2 * PAGE);
    for round in 0..2 {
        let added = 2 * round;
        for index in 0..3 * WORDS {
            home.words[index].store(word(index) + added, Ordering::Relaxed);
        }
        // The second is read first, the third written.
        for page in 0..2 {
            assert_eq!(load(&paged, page * WORDS), word(page * WORDS) + added);
        }
        for index in (WORDS..3 * WORDS).step_by(PAGE / 8) {
            store(&paged, index, word(index) + added + 1);
        }
        for index in 0..3 * WORDS {
            let written = index >= WORDS && index.is_multiple_of(PAGE / 8);
            let expected = word(index) + added + u64::from(written);
            assert_eq!(load(&paged, index), expected, "word {index} in round {round}");
        }
        let mut shown = Vec::new();
        paged.protect(0..3, |page, _| shown.push(page)).expect("pages are protected");
        assert_eq!(shown, [1, 2]);
        // They are protected to the end.
        let twins = home.counts().1;
        store(&paged, 2 * WORDS - 1, 1);
        store(&paged, 2 * WORDS, 1);
        assert_eq!(home.counts().1, twins + 2);
        paged.protect(0..3, |_, _| ()).expect("pages are protected");
        paged.remove(0..3).expect("clean pages are removed");
        assert_eq!([0, 1, 2].map(|page| paged.state(page)), [State::Absent; 3]);
    }
}

fn protecting_shows_dirty_pages(mechanism: Mechanism) {
    let home = Home::new(8, PAGE);
    let paged = home.map(mechanism);
    load(&paged, 0);
    for page in [1, 2, 5] {
        store(&paged, page * WORDS + 3, page as u64);
    }
    let mut seen = Vec::new();
    let shown = paged.protect(0..8, |page, bytes| {
        // SAFETY: a whole page, to which nobody writes now.
        let words = unsafe { std::slice::from_raw_parts(bytes.as_ptr().cast::<u64>(), WORDS) };
        seen.push((page, words[3], words[4]));
    });
    shown.expect("pages are protected");
    let expected = [1, 2, 5].map(|page| (page, page as u64, word(page * WORDS + 4)));
    assert_eq!(seen, expected);
    assert_eq!([1, 2, 5].map(|page| paged.state(page)), [State::Clean; 3]);
    // A write faults again, and its twin has what was there.
    store(&paged, 2 * WORDS + 3, 99);
    assert_eq!(home.counts(), (4, 4));
    assert_eq!(home.twins[2 * WORDS + 3].load(Ordering::Relaxed), 2);
    let mut seen = 0;
    paged.protect(0..8, |page, _| seen += page).expect("pages are protected");
    assert_eq!(seen, 2);
}

fn populate_opens_what_bytes_touch(mechanism: Mechanism) {
    let home = Home::new(8, PAGE);
    let paged = home.map(mechanism);
    paged.populate(PAGE - 1..3 * PAGE + 1, Access::Read).expect("pages are there");
    paged.populate(5 * PAGE..6 * PAGE, Access::Write).expect("pages are there");
    paged.populate(7 * PAGE..7 * PAGE, Access::Write).expect("nothing is there at once");
    paged.populate(3 * PAGE..3 * PAGE + 8, Access::Write).expect("pages are there");
    let states: Vec<State> = (0..8).map(|page| paged.state(page)).collect();
    let (a, c, d) = (State::Absent, State::Clean, State::Dirty);
    assert_eq!(states, [c, c, c, d, a, d, a, a]);
    assert_eq!(home.counts(), (5, 2));
    assert_eq!(load(&paged, 5 * WORDS), word(5 * WORDS));
    assert_eq!(home.counts(), (5, 2));
}

fn a_refusal_is_an_error(mechanism: Mechanism) {
    let home = Home::new(4, PAGE);
    let paged = home.map(mechanism);
    load(&paged, WORDS);
    home.refuses.store(true, Ordering::Relaxed);
    for (access, page) in [(Access::Read, 0), (Access::Write, 0)] {
        let error = paged.populate(0..4 * PAGE, access).expect_err("the home is dead");
        assert!(error.to_string().contains("page 0 cannot be opened"), "{error}");
        assert!(error.to_string().contains(crate::home::REASON), "{error}");
        assert_eq!(paged.state(page), State::Absent);
    }
    paged.populate(PAGE..2 * PAGE, Access::Write).expect_err("no twin");
    assert_eq!(paged.state(1), State::Clean);
    home.refuses.store(false, Ordering::Relaxed);
    store(&paged, WORDS, 1);
    assert_eq!((load(&paged, WORDS), load(&paged, 0)), (1, word(0)));
}

fn a_panic_of_a_visitor_leaves_no_page_busy(mechanism: Mechanism) {
    let home = Home::new(4, PAGE);
    let paged = home.map(mechanism);
    paged.populate(0..4 * PAGE, Access::Write).expect("pages are there");
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        paged.protect(0..4, |page, _| {
            if page == 1 {
                std::panic::resume_unwind(Box::new("on purpose"));
            }
        })
    }));
    panicked.expect_err("the visitor's");
    assert_eq!([0, 1, 2, 3].map(|page| paged.state(page)), [State::Clean; 4]);
}

fn a_page_that_is_inspected_stays_dirty(mechanism: Mechanism) {
    let home = Home::new(4, PAGE);
    let paged = home.map(mechanism);
    load(&paged, 0);
    store(&paged, WORDS + 1, 11);
    store(&paged, 3 * WORDS, 33);
    let mut seen = Vec::new();
    let mut room = vec![0; PAGE];
    paged.inspect(0..4, |page, bytes| {
        assert_eq!((bytes.size(), paged.state(page)), (PAGE, State::Busy));
        bytes.copy_to(&mut room);
        let word = |at: usize| u64::from_ne_bytes(room[at * 8..][..8].try_into().unwrap());
        seen.push((page, word(0), word(1)));
    });
    assert_eq!(seen, [(1, word(WORDS), 11), (3, 33, word(3 * WORDS + 1))]);
    assert_eq!([1, 3].map(|page| paged.state(page)), [State::Dirty; 2]);
    store(&paged, WORDS + 2, 12);
    assert_eq!((load(&paged, WORDS + 2), home.counts()), (12, (3, 2)));
}

/// Threads that count in words of their own, on pages that all share, until they are told to stop. A thread that finds another
/// count than its own has lost a write.
fn count_while(
    paged: &Paged,
    pages: usize,
    threads: usize,
    rounds: impl FnOnce(&dyn Fn() -> bool),
) -> Vec<u64> {
    let (done, ended) = (AtomicBool::new(false), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads)
            .map(|thread| {
                let (done, ended) = (&done, &ended);
                scope.spawn(move || {
                    let _end = AtEnd(|| ended.store(true, Ordering::Relaxed));
                    let indices = || (0..pages).map(|page| page * WORDS + thread * 3);
                    for index in indices() {
                        store(paged, index, 0);
                    }
                    let mut count = 0;
                    while !done.load(Ordering::Relaxed) {
                        for index in indices() {
                            assert_eq!(load(paged, index), count, "word {index}");
                            store(paged, index, count + 1);
                        }
                        count += 1;
                    }
                    count
                })
            })
            .collect();
        let _end = AtEnd(|| done.store(true, Ordering::Relaxed));
        // A thread that ends before it is told to has failed.
        rounds(&|| ended.load(Ordering::Relaxed));
        done.store(true, Ordering::Relaxed);
        threads.into_iter().map(|thread| thread.join().expect("no write is lost")).collect()
    })
}

/// The home has what they counted, and nothing else has changed.
fn has_arrived(home: &Home, pages: usize, counts: &[u64]) {
    for page in 0..pages {
        for index in page * WORDS..(page + 1) * WORDS {
            let place = index - page * WORDS;
            let counted = place.is_multiple_of(3).then(|| counts.get(place / 3)).flatten();
            let expected = counted.copied().unwrap_or(word(index));
            assert_eq!(home.words[index].load(Ordering::Relaxed), expected, "word {index}");
        }
    }
}

/// Meanwhile another thread writes home what has changed, protects and removes.
fn no_write_is_lost_between_sync_points(mechanism: Mechanism) {
    const PAGES: usize = 4;
    const VISITS: usize = 1_000;
    let home = Home::new(PAGES, PAGE);
    let paged = home.map(mechanism);
    let counts = count_while(&paged, PAGES, 3, |ended| {
        let mut visited = 0;
        for round in 0.. {
            visited += send_home(&paged, &home);
            if round % 2 == 0 {
                paged.remove(0..PAGES).expect("clean pages are removed");
            }
            if visited >= VISITS || ended() {
                break;
            }
            std::thread::yield_now();
        }
    });
    send_home(&paged, &home);
    has_arrived(&home, PAGES, &counts);
}

/// Each fault opens neighbors and sends another page away, and pages are protected and removed besides.
fn no_write_is_lost_where_faults_evict(mechanism: Mechanism) {
    const PAGES: usize = 12;
    const EVICTIONS: usize = 300;
    let home = Home::new(PAGES, PAGE);
    home.ahead.store(3, Ordering::Relaxed);
    home.stride.store(5, Ordering::Relaxed);
    let paged = home.map(mechanism);
    home.evict_from(&paged, 4);
    let counts = count_while(&paged, PAGES, 3, |ended| {
        while home.evicted.load(Ordering::Relaxed) < EVICTIONS && !ended() {
            send_home(&paged, &home);
            paged.remove(0..PAGES / 2).expect("clean pages are removed");
            if paged.try_remove_if(PAGES - 1, || true) {
                std::thread::yield_now();
            }
        }
    });
    assert!(home.evicted.load(Ordering::Relaxed) >= EVICTIONS);
    send_home(&paged, &home);
    has_arrived(&home, PAGES, &counts);
}

fn inspecting_disturbs_no_writer(mechanism: Mechanism) {
    const ROUNDS: usize = 2_000;
    let home = Home::new(2, PAGE);
    let paged = home.map(mechanism);
    let mut room = vec![0; PAGE];
    let mut last = [[0; 3]; 2];
    let counts = count_while(&paged, 2, 3, |ended| {
        for _ in 0..ROUNDS {
            paged.inspect(0..2, |page, bytes| {
                bytes.copy_to(&mut room);
                for (thread, last) in last[page].iter_mut().enumerate() {
                    let now = u64::from_ne_bytes(room[thread * 24..][..8].try_into().unwrap());
                    // Its first value is not a count.
                    assert!(now >= *last || *last == word(page * WORDS + thread * 3));
                    *last = now;
                }
            });
            if ended() {
                break;
            }
        }
    });
    // One twin for each page: they have been dirty all the time.
    assert_eq!(home.counts().1, 2);
    send_home(&paged, &home);
    has_arrived(&home, 2, &counts);
}

/// Writes home what differs from the twins; says how many pages were dirty.
fn send_home(paged: &Paged, home: &Home) -> usize {
    let mut visited = 0;
    let sent = paged.protect(0..paged.page_count(), |page, bytes| {
        visited += 1;
        home.send(page, &bytes);
    });
    sent.expect("pages are protected");
    visited
}
