//! Sizes, addresses, and many ranges.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use paging::{Error, Layout, Mechanism, Paged};

use crate::Case;
use crate::home::{AtEnd, Home, PAGE, Server, layout, load, store, word};

pub(crate) const CASES: &[Case] = &[
    ("pages_have_any_size", pages_have_any_size),
    ("what_makes_no_sense_is_refused", what_makes_no_sense_is_refused),
    ("a_range_lies_where_it_is_wanted", a_range_lies_where_it_is_wanted),
    ("ranges_come_and_go_while_others_fault", ranges_come_and_go_while_others_fault),
];

fn pages_have_any_size(mechanism: Mechanism) {
    for page in [PAGE, 8 << 10, 64 << 10, 2 << 20] {
        let home = Home::new(3, page);
        let paged = home.map(mechanism);
        assert_eq!((paged.page_size(), paged.page_count(), paged.len()), (page, 3, 3 * page));
        assert!(paged.start().addr().get().is_multiple_of(page));
        let words = page / 8;
        for index in (words..2 * words).rev() {
            assert_eq!(load(&paged, index), word(index), "pages of {page}");
        }
        store(&paged, 3 * words - 1, 9);
        assert_eq!(load(&paged, 2 * words), word(2 * words));
        assert_eq!(home.counts(), (2, 1), "pages of {page}");
        paged.remove(0..3).expect("clean pages are removed");
        home.words[words].store(8, Ordering::Relaxed);
        assert_eq!((load(&paged, words), load(&paged, 3 * words - 1)), (8, 9), "pages of {page}");
    }
}

fn what_makes_no_sense_is_refused(mechanism: Mechanism) {
    let home = Home::new(1, PAGE);
    let error = |len, page, at| {
        let layout = layout(len, page, at);
        Paged::new(mechanism, layout, Server(Arc::clone(&home))).expect_err("no such range")
    };
    for page in [0, 1, 2048, 4097, 12 << 10, 4 << 20] {
        let error = error(PAGE, page, None);
        assert!(matches!(error, Error::PageSize { .. }), "{error}");
    }
    for len in [0, usize::MAX, isize::MAX as usize + 1] {
        let error = error(len, PAGE, None);
        assert!(matches!(error, Error::Length { .. }), "{error}");
    }
    for at in [0, 4095, PAGE + 8] {
        let error = error(PAGE, PAGE, Some(at));
        assert!(matches!(error, Error::Unaligned { .. }), "{error}");
    }
    // More than the addresses of a process.
    let error = error(1 << 60, PAGE, None);
    assert!(error.to_string().contains("reserving"), "{error}");
}

fn a_range_lies_where_it_is_wanted(mechanism: Mechanism) {
    let home = Home::new(4, PAGE);
    let paged = home.map(mechanism);
    let at = paged.start().addr().get();
    let layout = layout(4 * PAGE, PAGE, Some(at));
    let error = Paged::new(mechanism, layout, Server(Arc::clone(&home))).expect_err("is taken");
    assert!(matches!(error, Error::Occupied { .. }), "{error}");
    // Far from where the kernel puts what nobody has an address for.
    let at = match mechanism {
        Mechanism::Userfaultfd => 0x1200_0000_0000,
        Mechanism::Mprotect => 0x1300_0000_0000,
        Mechanism::ByHand { .. } => 0x1400_0000_0000,
    };
    let layout = Layout { at: Some(at), ..layout };
    let mut paged =
        Paged::new(mechanism, layout, Server(Arc::clone(&home))).expect("the place is free");
    assert_eq!(paged.start().addr().get(), at);
    assert_eq!(load(&paged, 513), word(513));
    // When it is dropped, the place is free again at once.
    for _ in 0..3 {
        drop(paged);
        paged = Paged::new(mechanism, layout, Server(Arc::clone(&home))).expect("it is free again");
        assert_eq!(load(&paged, 513), word(513));
    }
}

fn ranges_come_and_go_while_others_fault(mechanism: Mechanism) {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let home = Home::new(16, PAGE);
                let paged = home.map(mechanism);
                while !done.load(Ordering::Relaxed) {
                    for page in 0..16 {
                        assert_eq!(load(&paged, page * PAGE / 8), word(page * PAGE / 8));
                    }
                    paged.remove(0..16).expect("clean pages are removed");
                }
            });
        }
        let _end = AtEnd(|| done.store(true, Ordering::Relaxed));
        for round in 0..300 {
            let home = Home::new(round % 5 + 1, PAGE);
            let paged = home.map(mechanism);
            store(&paged, round % 5 * PAGE / 8, 1);
            assert_eq!(home.counts(), (1, 1));
        }
    });
}
