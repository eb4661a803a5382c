//! Pieces of files side by side.

use std::os::fd::AsFd;

use paging::{Error, Joined};

use crate::home::{PAGE, word};
use crate::own::file;

type JoinedCase = (&'static str, fn());

pub(crate) const CASES: &[JoinedCase] = &[
    ("pieces_are_memory_of_their_files", pieces_are_memory_of_their_files),
    ("pieces_that_do_not_fit_are_refused", pieces_that_do_not_fit_are_refused),
    ("it_lies_where_it_is_wanted", it_lies_where_it_is_wanted),
];

fn pieces_are_memory_of_their_files() {
    let (one, other) = (file(2, PAGE), file(4, PAGE));
    let pieces = [
        (2 * PAGE..4 * PAGE, other.as_fd(), PAGE as u64),
        (0..2 * PAGE, one.as_fd(), 0),
        (5 * PAGE..5 * PAGE, one.as_fd(), 0),
    ];
    let joined = Joined::new("pieces", 5 * PAGE - 8, None, &pieces).expect("it is made");
    let again = Joined::new("pieces", 4 * PAGE, None, &pieces[..2]).expect("it is made");
    assert_eq!((joined.len(), again.len()), (5 * PAGE, 4 * PAGE));
    let words = PAGE / 8;
    let at = |joined: &Joined, index: usize| {
        assert!(index < 4 * words);
        // SAFETY: in one of the pieces.
        unsafe { joined.start().cast::<u64>().add(index) }
    };
    for index in 0..4 * words {
        let expected = if index < 2 * words { word(index) } else { word(index - words) };
        // SAFETY: nobody else uses these files.
        unsafe {
            assert_eq!(at(&joined, index).read_volatile(), expected);
            at(&joined, index).write_volatile(index as u64);
            assert_eq!(at(&again, index).read_volatile(), index as u64);
        }
    }
}

fn pieces_that_do_not_fit_are_refused() {
    let one = file(2, PAGE);
    let cases = [
        ("another piece", vec![(0..2 * PAGE, 0), (PAGE..2 * PAGE, 0)]),
        ("do not lie in the range", vec![(3 * PAGE..5 * PAGE, 0)]),
        ("whole pages", vec![(8..PAGE, 0)]),
        ("whole pages", vec![(0..PAGE, 8)]),
        ("the file is shorter", vec![(0..3 * PAGE, 0)]),
        ("the file is shorter", vec![(0..PAGE, u64::MAX - 4095)]),
    ];
    for (reason, pieces) in cases {
        let pieces: Vec<_> =
            pieces.into_iter().map(|(bytes, offset)| (bytes, one.as_fd(), offset)).collect();
        let error = Joined::new("pieces", 4 * PAGE, None, &pieces).expect_err(reason);
        assert!(matches!(error, Error::Piece { .. }), "{error}");
        assert!(error.to_string().contains(reason), "{error}");
    }
    for len in [0, usize::MAX] {
        let error = Joined::new("pieces", len, None, &[]).expect_err("no such range");
        assert!(matches!(error, Error::Length { .. }), "{error}");
    }
}

fn it_lies_where_it_is_wanted() {
    let one = file(1, PAGE);
    let pieces = [(0..PAGE, one.as_fd(), 0)];
    let at = 0x1500_0000_0000;
    for _ in 0..3 {
        // Each time where the last one was released.
        let joined = Joined::new("pieces", PAGE, Some(at), &pieces).expect("the place is free");
        assert_eq!(joined.start().addr().get(), at);
        let error = Joined::new("more", PAGE, Some(at), &pieces).expect_err("it is taken");
        assert!(matches!(error, Error::Occupied { .. }), "{error}");
    }
    let error = Joined::new("pieces", PAGE, Some(at + 8), &pieces).expect_err("not a page");
    assert!(matches!(error, Error::Unaligned { .. }), "{error}");
}
