//! What ends a process, or concerns all of it: tried in a child.

use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use paging::Mechanism;

use crate::Case;
use crate::home::{READ_ONLY, REASON};

pub(crate) const CASES: &[Case] = &[
    ("a_true_fault_ends_the_process_as_ever", |mechanism| {
        ends("true-fault", mechanism, libc::SIGSEGV, "");
        ends("true-bus-error", mechanism, libc::SIGBUS, "");
    }),
    ("a_range_that_was_dropped_says_so", |mechanism| {
        let end = ends("dropped", mechanism, libc::SIGSEGV, "a read of 0x");
        assert!(
            end.errors.contains("the view `counts` was released (this was its byte 24)\n"),
            "{end:?}"
        );
        ends(
            "dropped-joined",
            mechanism,
            libc::SIGSEGV,
            ": the pieces was released (this was its byte 0)\n",
        );
    }),
    ("ranges_that_were_dropped_long_ago_are_forgotten", |mechanism| {
        passes("dropped-often", mechanism);
    }),
    ("a_stray_write_to_what_is_read_only_is_refused", |mechanism| {
        for (case, signal) in [("stray", signal_of(mechanism)), ("stray-own", libc::SIGSEGV)] {
            let end = ends(case, mechanism, signal, READ_ONLY);
            assert!(end.errors.contains("a write to 0x"), "{end:?}");
            assert!(end.errors.contains("in page 1 of the view `counts`"), "{end:?}");
        }
    }),
    ("own_pages_need_no_mapping_more", |mechanism| passes("no-mappings", mechanism)),
    ("a_file_that_is_cut_ends_the_process_as_ever", |mechanism| {
        // A SIGBUS of an own page is one of the range's where that is how faults are told; then it is told what is wrong.
        let said = if signal_of(mechanism) == libc::SIGBUS { "changed the mapping" } else { "" };
        let end = ends("cut", mechanism, libc::SIGBUS, said);
        assert_eq!(end.errors.is_empty(), said.is_empty(), "{end:?}");
    }),
    ("a_signal_that_was_sent_ends_the_process_as_ever", |mechanism| {
        ends("sent", mechanism, signal_of(mechanism), "");
        // Rust's own handler does not end the process at once.
        let end = ends("sent-to-rust", mechanism, signal_of(mechanism), "");
        assert_eq!(end.output, "goes on\n");
    }),
    ("an_overflowed_stack_is_reported_as_ever", |mechanism| {
        ends("overflow", mechanism, libc::SIGABRT, "overflowed its stack");
    }),
    ("what_cannot_be_served_is_said", |mechanism| {
        let end = ends("refused", mechanism, signal_of(mechanism), REASON);
        assert!(end.errors.contains("a read of 0x"), "{end:?}");
        assert!(end.errors.contains("in page 2"), "{end:?}");
        let end = ends("refused-write", mechanism, signal_of(mechanism), REASON);
        assert!(end.errors.contains("a write to 0x"), "{end:?}");
    }),
    ("a_mapping_changed_by_others_is_said", |mechanism| {
        ends("changed", mechanism, signal_of(mechanism), "another part of the program");
    }),
    ("the_programs_own_handler_gets_what_is_its_own", |mechanism| {
        passes("own-handler", mechanism);
        passes("own-plain-handler", mechanism);
    }),
    ("a_handler_for_once_is_called_once", |mechanism| {
        let end = ends("own-handler-once", mechanism, signal_of(mechanism), "");
        assert_eq!(end.output, "called\n");
    }),
    ("an_ignored_signal_is_ignored_and_a_fault_is_not", |mechanism| {
        let end = ends("ignored", mechanism, libc::SIGSEGV, "");
        assert_eq!(end.output, "goes on\n");
    }),
    ("a_forked_child_does_not_have_the_memory", |mechanism| passes("fork", mechanism)),
    ("pages_that_cannot_be_disowned_stay_own_ones", |mechanism| passes("not-disowned", mechanism)),
    ("a_signal_handler_can_touch_pages", |mechanism| passes("interrupted", mechanism)),
    ("memory_that_is_locked_is_fetched_all_the_same", |mechanism| passes("locked", mechanism)),
];

pub(crate) fn signal_of(mechanism: Mechanism) -> libc::c_int {
    if mechanism == Mechanism::Userfaultfd { libc::SIGBUS } else { libc::SIGSEGV }
}

/// How a child ended.
#[derive(Debug)]
struct End {
    status: ExitStatus,
    output: String,
    errors: String,
}

/// Runs a child; one that hangs is ended, and fails.
fn end_of(case: &str, mechanism: Mechanism) -> End {
    let mut child = Command::new(std::env::current_exe().expect("the path of this program"))
        .args(["--child", case, &mechanism.to_string()])
        // There may be no mappings for it.
        .env("RUST_BACKTRACE", "0")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a child starts");
    let (output, errors) = (collect(child.stdout.take()), collect(child.stderr.take()));
    let status = wait(&mut child).unwrap_or_else(|| {
        child.kill().expect("it can be ended");
        panic!("{case} hangs")
    });
    let text = |thread: std::thread::JoinHandle<String>| thread.join().expect("it was read");
    End { status, output: text(output), errors: text(errors) }
}

fn collect(stream: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<String> {
    let mut stream = stream.expect("it is piped");
    std::thread::spawn(move || {
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("it is text");
        text
    })
}

fn wait(child: &mut Child) -> Option<ExitStatus> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(60) {
        if let Some(status) = child.try_wait().expect("it can be waited for") {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    None
}

/// The child ends by this signal, and says these words.
fn ends(case: &str, mechanism: Mechanism, signal: libc::c_int, words: &str) -> End {
    let end = end_of(case, mechanism);
    assert_eq!(end.status.signal(), Some(signal), "{case}: {end:?}");
    assert!(end.errors.contains(words), "{case}: {end:?}");
    end
}

fn passes(case: &str, mechanism: Mechanism) {
    let end = end_of(case, mechanism);
    assert!(end.status.success(), "{case}: {end:?}");
    assert_eq!((&*end.output, &*end.errors), ("passed\n", ""), "{case}");
}
