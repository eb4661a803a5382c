//! System calls that are given paged memory.

use std::io::{PipeReader, PipeWriter, Read, Write};
use std::slice;

use paging::{Access, Mechanism, Paged};

use crate::Case;
use crate::home::{Home, PAGE, load, word};

pub(crate) const CASES: &[Case] = &[
    ("a_system_call_that_reads_an_absent_page_fails", reading),
    ("a_system_call_that_writes_a_page_needs_it_open_for_that", writing),
];

/// A page, as a slice to be handed to a system call.
#[expect(clippy::mut_from_ref, reason = "the memory is not the range's own state")]
fn bytes(paged: &Paged, page: usize) -> &mut [u8] {
    // SAFETY: inside of the range; the tests use one slice at a time.
    unsafe { slice::from_raw_parts_mut(paged.start().as_ptr().add(page * PAGE), PAGE) }
}

fn is_bad_address<T: std::fmt::Debug>(result: std::io::Result<T>) {
    let error = result.expect_err("a system call does not fault");
    assert_eq!(error.raw_os_error(), Some(libc::EFAULT), "{error}");
}

fn pipe() -> (PipeReader, PipeWriter) {
    std::io::pipe().expect("a pipe")
}

fn reading(mechanism: Mechanism) {
    let home = Home::new(2, PAGE);
    let paged = home.map(mechanism);
    let (mut reader, mut writer) = pipe();
    is_bad_address(writer.write(bytes(&paged, 1)));
    assert_eq!(home.counts(), (0, 0));
    paged.populate(PAGE..2 * PAGE, Access::Read).expect("the page is there");
    writer.write_all(bytes(&paged, 1)).expect("the page is there");
    let mut arrived = vec![0; PAGE];
    reader.read_exact(&mut arrived).expect("as much was written");
    assert_eq!(arrived[..8], word(PAGE / 8).to_ne_bytes());
}

fn writing(mechanism: Mechanism) {
    let home = Home::new(2, PAGE);
    let paged = home.map(mechanism);
    let (mut reader, mut writer) = pipe();
    writer.write_all(&[7; PAGE]).expect("a pipe has room");
    is_bad_address(reader.read(bytes(&paged, 0)));
    // Open for reading is not enough.
    assert_eq!(load(&paged, 0), word(0));
    is_bad_address(reader.read(bytes(&paged, 0)));
    assert_eq!(home.counts(), (1, 0));
    paged.populate(0..PAGE, Access::Write).expect("the page is there");
    reader.read_exact(bytes(&paged, 0)).expect("the page is open");
    assert_eq!((load(&paged, 0), home.counts()), (0x0707_0707_0707_0707, (1, 1)));
}
