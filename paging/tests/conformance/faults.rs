//! Reads and writes that fault.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};

use paging::{Mechanism, State};

use crate::Case;
use crate::home::{AtEnd, Home, PAGE, load, store, word};

pub(crate) const CASES: &[Case] = &[
    ("a_read_fetches_its_page_once", a_read_fetches_its_page_once),
    ("a_first_access_that_writes_makes_a_twin", a_first_access_that_writes_makes_a_twin),
    ("a_write_after_a_read_makes_a_twin", a_write_after_a_read_makes_a_twin),
    ("no_twin_where_none_is_wanted", no_twin_where_none_is_wanted),
    ("a_twin_is_the_page_although_the_source_changes", a_twin_is_the_page),
    ("threads_on_one_page_fetch_it_once", threads_on_one_page_fetch_it_once),
    ("threads_that_write_one_page_share_its_twin", threads_that_write_one_page_share_its_twin),
    ("a_fault_leaves_errno_alone", a_fault_leaves_errno_alone),
    ("a_thread_with_a_small_stack_faults", a_thread_with_a_small_stack_faults),
];

const WORDS: usize = PAGE / 8;

fn a_read_fetches_its_page_once(mechanism: Mechanism) {
    let home = Home::new(5, PAGE);
    let paged = home.map(mechanism);
    // The last first; only those that are touched come.
    for page in [4, 1, 0] {
        assert_eq!(paged.state(page), State::Absent);
        for index in page * WORDS..(page + 1) * WORDS {
            assert_eq!(load(&paged, index), word(index));
        }
        assert_eq!(paged.state(page), State::Clean);
    }
    assert_eq!((paged.state(2), paged.state(3)), (State::Absent, State::Absent));
    assert_eq!(home.counts(), (3, 0));
}

fn a_first_access_that_writes_makes_a_twin(mechanism: Mechanism) {
    let home = Home::new(3, PAGE);
    let paged = home.map(mechanism);
    let index = WORDS + 7;
    store(&paged, index, 1);
    assert_eq!(paged.state(1), State::Dirty);
    assert_eq!(home.counts(), (1, 1));
    assert_eq!(home.twins[index].load(Ordering::Relaxed), word(index));
    assert_eq!((load(&paged, index), load(&paged, index + 1)), (1, word(index + 1)));
    // No more faults, and nothing goes home by itself.
    store(&paged, index, 2);
    assert_eq!(home.counts(), (1, 1));
    assert_eq!(home.words[index].load(Ordering::Relaxed), word(index));
}

fn a_write_after_a_read_makes_a_twin(mechanism: Mechanism) {
    let home = Home::new(2, PAGE);
    let paged = home.map(mechanism);
    assert_eq!(load(&paged, 3), word(3));
    assert_eq!(home.counts(), (1, 0));
    store(&paged, 3, 77);
    assert_eq!((paged.state(0), home.counts()), (State::Dirty, (1, 1)));
    for index in 0..WORDS {
        assert_eq!(home.twins[index].load(Ordering::Relaxed), word(index));
    }
    assert_eq!((load(&paged, 3), load(&paged, 4)), (77, word(4)));
}

fn no_twin_where_none_is_wanted(mechanism: Mechanism) {
    let home = Home::new(2, PAGE);
    home.without_twins.store(true, Ordering::Relaxed);
    let paged = home.map(mechanism);
    store(&paged, 0, 5);
    assert_eq!(load(&paged, WORDS), word(WORDS));
    store(&paged, WORDS, 6);
    assert_eq!((load(&paged, 0), load(&paged, WORDS), load(&paged, 1)), (5, 6, word(1)));
    assert_eq!(home.counts(), (2, 0));
}

/// Somebody changes the home's bytes all the time. What differs between page and twin is then still only what was written here.
fn a_twin_is_the_page(mechanism: Mechanism) {
    const ROUNDS: u64 = 2_000;
    let home = Home::new(1, PAGE);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for value in (0_u64..).take_while(|_| !done.load(Ordering::Relaxed)) {
                for word in &home.words {
                    word.store(value, Ordering::Relaxed);
                }
            }
        });
        let _end = AtEnd(|| done.store(true, Ordering::Relaxed));
        let paged = home.map(mechanism);
        for round in 0..ROUNDS {
            store(&paged, 0, round);
            for index in 1..WORDS {
                let twin = home.twins[index].load(Ordering::Relaxed);
                assert_eq!(load(&paged, index), twin, "word {index} in round {round}");
            }
            paged.protect(0..1, |_, _| ()).expect("the page is protected");
            paged.remove(0..1).expect("the page is removed");
        }
    });
}

fn threads_on_one_page_fetch_it_once(mechanism: Mechanism) {
    const THREADS: usize = 4;
    const ROUNDS: usize = 300;
    let home = Home::new(1, PAGE);
    let paged = home.map(mechanism);
    let together = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (paged, together, home) = (&paged, &together, &home);
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    together.wait();
                    let index = thread * WORDS / THREADS + round;
                    let index = index % WORDS;
                    assert_eq!(load(paged, index), word(index), "round {round}");
                    if together.wait().is_leader() {
                        assert_eq!(home.counts(), (round + 1, 0));
                        paged.remove(0..1).expect("the page is removed");
                    }
                }
            });
        }
    });
}

fn threads_that_write_one_page_share_its_twin(mechanism: Mechanism) {
    const THREADS: usize = 4;
    const ROUNDS: usize = 100;
    let home = Home::new(ROUNDS, PAGE);
    let paged = home.map(mechanism);
    let together = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (paged, together) = (&paged, &together);
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let index = round * WORDS + thread;
                    // Every other page has been read before.
                    if round % 2 == 0 {
                        load(paged, index);
                    }
                    together.wait();
                    store(paged, index, thread as u64);
                }
            });
        }
    });
    assert_eq!(home.counts(), (ROUNDS, ROUNDS));
    for page in 0..ROUNDS {
        for index in page * WORDS..(page + 1) * WORDS {
            let thread = index - page * WORDS;
            let expected = if thread < THREADS { thread as u64 } else { word(index) };
            assert_eq!(load(&paged, index), expected);
            assert_eq!(home.twins[index].load(Ordering::Relaxed), word(index));
        }
    }
}

fn a_fault_leaves_errno_alone(mechanism: Mechanism) {
    let home = Home::new(1, PAGE);
    let paged = home.map(mechanism);
    // SAFETY: this thread's own number.
    let errno = unsafe { &mut *libc::__errno_location() };
    *errno = 4711;
    store(&paged, 0, 1);
    // SAFETY: as above; read anew, behind the compiler's back.
    assert_eq!(unsafe { libc::__errno_location().read_volatile() }, 4711);
    assert_eq!(home.counts(), (1, 1));
}

fn a_thread_with_a_small_stack_faults(mechanism: Mechanism) {
    let home = Home::new(8, 64 << 10);
    let paged = home.map(mechanism);
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(32 << 10);
        let touched = thread.spawn_scoped(scope, || {
            (0..8).map(|page| load(&paged, page * (64 << 10) / 8)).collect::<Vec<_>>()
        });
        let touched = touched.expect("the thread starts").join().expect("the thread ends");
        assert_eq!(touched, (0..8).map(|page| word(page * (64 << 10) / 8)).collect::<Vec<_>>());
    });
}
