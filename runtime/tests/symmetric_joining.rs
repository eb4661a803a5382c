//! How symmetric memory comes about: sizes, pages of the process, a process alone; and how it ends when a node dies.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests use the system as it is"
)]

mod posting;
mod symmetric_support;

use pangea::primitives::System;
use pangea::symmetric::{Atomic64, Image, Options, Symmetric};
use posting::Posting;
use symmetric_support::{Join, Pe, job_of, pattern};

#[test]
fn different_sizes_are_an_error_of_all() {
    let errors = job_of(3, |job| {
        let rank = job.rank.expect("was wished for").0;
        let bytes = if rank == 1 { 3 << 12 } else { 2 << 12 };
        let options = Options { bytes, job: Some(job), ..Options::default() };
        Symmetric::join(options).expect_err("they differ").to_string()
    });
    for (rank, error) in errors.iter().enumerate() {
        let (own, other) =
            if rank == 1 { (12_288, "rank 0 has 8192") } else { (8192, "rank 1 has 12288") };
        assert!(error.contains(&format!("rank {rank} has {own} bytes")), "{error}");
        assert!(error.contains(other), "{error}");
    }
}

#[test]
fn more_than_there_can_be_is_refused() {
    for bytes in [u64::MAX, u64::MAX - 5000, 1 << 62] {
        let error = Symmetric::join(Options { bytes, ..Options::default() }).expect_err("too much");
        let text = error.to_string();
        assert!(text.contains("bytes"), "{text}");
    }
}

/// Pages of this process, as the variables of a program are.
struct Pages {
    at: *mut u8,
    len: usize,
}

impl Pages {
    fn new(pages: usize) -> Pages {
        use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous};
        let len = pages * rustix::param::page_size();
        let protection = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: a new mapping, at an address that the kernel chooses. It stays until the process ends.
        let at =
            unsafe { mmap_anonymous(std::ptr::null_mut(), len, protection, MapFlags::PRIVATE) };
        Pages { at: at.expect("there is room").cast(), len }
    }

    #[expect(clippy::mut_from_ref, reason = "as variables of C are")]
    fn bytes(&self) -> &mut [u8] {
        // SAFETY: mapped and, in these tests, used by one thread at a time; pages that peers write are looked at when
        // they do not.
        unsafe { std::slice::from_raw_parts_mut(self.at, self.len) }
    }

    fn range(&self) -> std::ops::Range<usize> {
        let start = self.at.expose_provenance();
        start..start + self.len
    }
}

fn pages_become_symmetric<P: Join>() {
    job_of(2, |job| {
        let rank = job.rank.expect("was wished for").0;
        let page = rustix::param::page_size();
        let variables = [Pages::new(3), Pages::new(1)];
        for (which, pages) in variables.iter().enumerate() {
            pages.bytes().copy_from_slice(&pattern(rank, which, pages.len));
        }
        // SAFETY: mapped for this, for good, and used by this thread alone.
        let image = unsafe { Image::new(variables.iter().map(Pages::range).collect()) };
        let symmetric =
            P::join(Options { bytes: 2 * page as u64, image, ..Options::default() }, job);
        let symmetric = symmetric.expect("joins");
        let pe = Pe { symmetric: &symmetric };
        let image_at = 2 * page as u64;
        assert_eq!((symmetric.image_at(), symmetric.image_len()), (image_at, 4 * page));
        assert_eq!(symmetric.len(), 6 * page);
        for (which, pages) in variables.iter().enumerate() {
            assert_eq!(pages.bytes(), pattern(rank, which, pages.len), "the contents are the same");
        }
        let [first, second] = &variables;
        assert_eq!(symmetric.offset_of(first.at.wrapping_add(5), 8), Some(image_at + 5));
        assert_eq!(symmetric.offset_of(second.at, page), Some(5 * page as u64));
        assert_eq!(symmetric.offset_of(second.at, page + 1), None);
        pe.barrier();
        // By the addresses of the variables, and seen there.
        let at = 5 * page as u64 - 100;
        first.bytes()[3 * page - 100..].copy_from_slice(&pattern(rank, 7, 100));
        second.bytes().fill(0);
        pe.barrier();
        assert_eq!(pe.read(pe.next(), at, 100).expect("is there"), pattern(pe.next(), 7, 100));
        // SAFETY: symmetric memory, which nobody uses otherwise.
        unsafe {
            let from = first.at.wrapping_add((at - image_at) as usize);
            symmetric.write(pe.next(), 5 * page as u64 + 8, from, 100).expect("fits");
            symmetric.write_lent(pe.next(), 5 * page as u64 + 1024, from, 100).expect("fits");
        }
        pe.barrier();
        for start in [8, 1024] {
            assert_eq!(second.bytes()[start..start + 100], pattern(pe.before(), 7, 100));
        }
        symmetric.leave().expect("nothing has failed");
        // What was a variable is one still.
        assert_eq!(second.bytes()[8..108], pattern(1 - rank, 7, 100));
        second.bytes().fill(3);
    });
}

#[test]
fn images_that_differ_are_left_out() {
    job_of(3, |job| {
        let rank = job.rank.expect("was wished for").0;
        let page = rustix::param::page_size();
        let variables = Pages::new(1 + rank as usize % 2);
        variables.bytes().fill(7);
        // SAFETY: mapped for this, for good, and used by this thread alone.
        let image = unsafe { Image::new(vec![variables.range()]) };
        let options = Options { bytes: page as u64, image, job: Some(job), ..Options::default() };
        let symmetric = Symmetric::join(options).expect("what is before them is the same");
        assert_eq!((symmetric.len(), symmetric.image_at()), (page, page as u64));
        let pe = Pe { symmetric: &symmetric };
        let value = u64::from(rank) + 1;
        symmetric.atomic(pe.next(), page as u64 - 8, Atomic64::Set(value)).expect("is there");
        assert!(symmetric.atomic(pe.next(), page as u64, Atomic64::Fetch).is_err(), "is no more");
        pe.barrier();
        let found = symmetric.atomic(rank, page as u64 - 8, Atomic64::Fetch).expect("is there");
        assert_eq!(found, u64::from(pe.before()) + 1);
        pe.barrier();
        symmetric.leave().expect("nothing has failed");
        assert!(
            variables.bytes().iter().all(|byte| *byte == 7),
            "what was a variable is one still"
        );
    });
}

#[test]
fn pages_of_the_process_become_symmetric() {
    pages_become_symmetric::<System>();
}

#[test]
fn pages_of_the_process_become_symmetric_posted() {
    pages_become_symmetric::<Posting>();
}

#[test]
fn pages_that_cannot_be_moved_are_named() {
    let pages = Pages::new(1);
    // Below what the system maps for anybody (vm.mmap_min_addr), so that no other test has something there.
    let hole = pages.len..2 * pages.len;
    // SAFETY: the first range is mapped and used by nobody else; the second is not mapped, which is what is tried.
    let image = unsafe { Image::new(vec![pages.range(), hole.clone()]) };
    let error =
        Symmetric::join(Options { bytes: 4096, image, ..Options::default() }).expect_err("a hole");
    let text = error.to_string();
    assert!(text.contains(&format!("{:#x}", hole.start)) && text.contains("symmetric"), "{text}");
    pages.bytes().fill(1);
}

#[test]
fn a_process_alone_is_a_job_of_one() {
    let symmetric =
        Symmetric::join(Options { bytes: 10_000, ..Options::default() }).expect("joins");
    assert_eq!((symmetric.rank(), symmetric.size(), symmetric.len()), (0, 1, 12_288));
    assert!(symmetric.in_place());
    let array = symmetric.node().array::<u64>("beside it").len(10).create().expect("fits");
    array.put(3, 4).expect("is there");
    assert_eq!(symmetric.atomic(0, 0, Atomic64::Add(1)).expect("is there"), 0);
    assert_eq!(array.get(3).expect("is there"), 4);
    drop(array);
    symmetric.leave().expect("nothing has failed");
}

#[test]
fn who_waits_hears_of_a_death() {
    let outcomes = job_of(2, |job| {
        let options = Options { bytes: 4096, job: Some(job), ..Options::default() };
        let symmetric = Symmetric::join(options).expect("joins");
        if symmetric.rank() == 1 {
            let died = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                let _symmetric = symmetric;
                panic!("this node fails, as the test wants");
            }));
            assert!(died.is_err());
            return String::new();
        }
        symmetric.wait(|| false).expect_err("nobody is left").to_string()
    });
    assert!(outcomes[0].contains("rank 1"), "{}", outcomes[0]);
}
