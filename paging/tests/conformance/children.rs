//! What ends a process, or concerns all of it: tried in a child.

use std::io::{self, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{mem, ptr};

use paging::{Mechanism, Paged};

use crate::Case;
use crate::home::{Home, PAGE, REASON, at, load, store, word};

pub(crate) const CASES: &[Case] = &[
    ("a_true_fault_ends_the_process_as_ever", |mechanism| {
        ends("true-fault", mechanism, libc::SIGSEGV, "");
        ends("true-bus-error", mechanism, libc::SIGBUS, "");
    }),
    ("a_fault_behind_a_range_that_was_dropped_is_a_true_one", |mechanism| {
        ends("dropped", mechanism, libc::SIGSEGV, "");
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
    ("a_signal_handler_can_touch_pages", |mechanism| passes("interrupted", mechanism)),
    ("memory_that_is_locked_is_fetched_all_the_same", |mechanism| passes("locked", mechanism)),
];

fn signal_of(mechanism: Mechanism) -> libc::c_int {
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

/// What a child does.
pub(crate) fn run(case: &str, mechanism: &str) -> ExitCode {
    let mechanism = Mechanism::ALL
        .into_iter()
        .find(|known| known.to_string() == mechanism)
        .expect("a mechanism of this crate");
    // Dying on purpose need not leave files behind.
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the limit lives through the call.
    unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) };
    let home = Home::new(4, PAGE);
    match case {
        "true-fault" => {
            let _paged = used(&home, mechanism);
            access(0x10);
        }
        "true-bus-error" => {
            let _paged = used(&home, mechanism);
            access(behind_the_end_of_a_file());
        }
        "dropped" => {
            let paged = used(&home, mechanism);
            let address = at(&paged, 0).addr();
            drop(paged);
            access(address);
        }
        "sent" => {
            handle(signal_of(mechanism), libc::SIG_DFL, 0);
            let _paged = used(&home, mechanism);
            // SAFETY: a signal to this thread.
            unsafe { libc::raise(signal_of(mechanism)) };
        }
        "sent-to-rust" => {
            let paged = used(&home, mechanism);
            // SAFETY: a signal to this thread.
            unsafe { libc::raise(signal_of(mechanism)) };
            assert_eq!(load(&paged, PAGE / 8), word(PAGE / 8));
            println!("goes on");
            // SAFETY: as above.
            unsafe { libc::raise(signal_of(mechanism)) };
        }
        "overflow" => {
            let _paged = used(&home, mechanism);
            println!("{}", deeper(1));
        }
        "refused" => {
            let paged = used(&home, mechanism);
            home.refuses.store(true, Ordering::Relaxed);
            load(&paged, 2 * PAGE / 8);
        }
        "refused-write" => {
            let paged = used(&home, mechanism);
            home.refuses.store(true, Ordering::Relaxed);
            store(&paged, 0, 1);
        }
        "changed" => changed(&used(&home, mechanism), mechanism),
        "own-handler" => own_handler(mechanism, with_info as *const () as usize, libc::SA_SIGINFO),
        "own-plain-handler" => own_handler(mechanism, plain as *const () as usize, 0),
        "own-handler-once" => {
            let flags = libc::SA_SIGINFO | libc::SA_RESETHAND;
            handle(signal_of(mechanism), says_so as *const () as usize, flags);
            let paged = home.map(mechanism);
            // SAFETY: a signal to this thread.
            unsafe { libc::raise(signal_of(mechanism)) };
            assert_eq!(load(&paged, 1), word(1));
            // SAFETY: as above.
            unsafe { libc::raise(signal_of(mechanism)) };
        }
        "ignored" => {
            handle(signal_of(mechanism), libc::SIG_IGN, 0);
            let paged = used(&home, mechanism);
            // SAFETY: a signal to this thread.
            unsafe { libc::raise(signal_of(mechanism)) };
            assert_eq!(load(&paged, PAGE / 8), word(PAGE / 8));
            println!("goes on");
            access(0x10);
        }
        "fork" => fork(&used(&home, mechanism)),
        "interrupted" => interrupted(mechanism),
        "locked" => {
            // SAFETY: concerns memory that is mapped from now on; where the limit is too low, it fails.
            if unsafe { libc::mlockall(libc::MCL_FUTURE) } == 0 {
                drop(used(&home, mechanism));
            }
            println!("passed");
        }
        _ => panic!("no such case: {case}"),
    }
    ExitCode::SUCCESS
}

/// A range that has served a fault.
fn used(home: &std::sync::Arc<Home>, mechanism: Mechanism) -> Paged {
    let paged = home.map(mechanism);
    assert_eq!(load(&paged, 1), word(1));
    paged
}

fn access(address: usize) {
    // SAFETY: it is not; that is what is tried.
    unsafe { ptr::with_exposed_provenance::<u8>(address).read_volatile() };
}

fn behind_the_end_of_a_file() -> usize {
    // SAFETY: a file of no bytes, mapped where the kernel likes.
    unsafe {
        let file = libc::memfd_create(c"empty".as_ptr(), 0);
        let (access, flags) = (libc::PROT_READ, libc::MAP_SHARED);
        libc::mmap(ptr::null_mut(), PAGE, access, flags, file, 0).expose_provenance()
    }
}

#[expect(unconditional_recursion, reason = "that is what is tried")]
#[inline(never)]
fn deeper(depth: u64) -> u64 {
    let here = std::hint::black_box([depth; 128]);
    deeper(depth + 1) + here[depth as usize % 128]
}

/// Takes a page away, or closes it, behind the back of the range.
fn changed(paged: &Paged, mechanism: Mechanism) {
    let page = at(paged, 0).cast();
    // SAFETY: the page is the range's; that nobody may do this is what is tried.
    let result = unsafe {
        if mechanism == Mechanism::Userfaultfd {
            libc::madvise(page, PAGE, libc::MADV_DONTNEED)
        } else {
            libc::mprotect(page, PAGE, libc::PROT_NONE)
        }
    };
    assert_eq!(result, 0);
    load(paged, 0);
}

fn handle(signal: libc::c_int, handler: usize, flags: libc::c_int) {
    // SAFETY: zeros are a valid action; the handlers of this file only do what may be done in one.
    unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        action.sa_sigaction = handler;
        action.sa_flags = flags;
        libc::sigaddset(&raw mut action.sa_mask, libc::SIGUSR1);
        assert_eq!(libc::sigaction(signal, &raw const action, ptr::null_mut()), 0);
    }
}

static EXPECTED: AtomicUsize = AtomicUsize::new(0);

/// Ends the process well if the fault is the one that was expected, and the right signals are blocked.
extern "C" fn with_info(signal: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    // SAFETY: the kernel's record.
    let address = unsafe { (*info).si_addr() }.addr();
    finish(address == EXPECTED.load(Ordering::Relaxed), signal);
}

extern "C" fn plain(signal: libc::c_int) {
    finish(true, signal);
}

fn finish(expected: bool, signal: libc::c_int) {
    let blocked = |signal| {
        let mut mask = mem::MaybeUninit::uninit();
        // SAFETY: asks for the mask of this thread, and looks into it.
        unsafe {
            libc::pthread_sigmask(libc::SIG_BLOCK, ptr::null(), mask.as_mut_ptr());
            libc::sigismember(mask.as_ptr(), signal) == 1
        }
    };
    let right = blocked(signal) && blocked(libc::SIGUSR1) && !blocked(libc::SIGUSR2);
    let code = if !expected {
        2
    } else if right {
        say("passed\n");
        0
    } else {
        3
    };
    // SAFETY: ends the process, as a handler may.
    unsafe { libc::_exit(code) };
}

extern "C" fn says_so(_: libc::c_int, _: *mut libc::siginfo_t, _: *mut libc::c_void) {
    say("called\n");
}

fn say(text: &str) {
    // SAFETY: so many bytes can be read.
    unsafe { libc::write(1, text.as_ptr().cast(), text.len()) };
}

fn own_handler(mechanism: Mechanism, handler: usize, flags: libc::c_int) {
    // A true fault of either signal.
    let fault = match mechanism {
        Mechanism::Userfaultfd => behind_the_end_of_a_file(),
        Mechanism::Mprotect => 0x10,
    };
    EXPECTED.store(fault, Ordering::Relaxed);
    handle(signal_of(mechanism), handler, flags);
    let home = Home::new(4, PAGE);
    let paged = used(&home, mechanism);
    store(&paged, 0, 1);
    access(fault);
}

fn fork(paged: &Paged) {
    // SAFETY: this process has one thread.
    let child = unsafe { libc::fork() };
    if child == 0 {
        load(paged, 1);
        // SAFETY: ends the child.
        unsafe { libc::_exit(0) };
    }
    let mut status = 0;
    // SAFETY: the status lives through the call.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert!(libc::WIFSIGNALED(status), "the child has read {status:#x}");
    assert_eq!(libc::WTERMSIG(status), libc::SIGSEGV);
    // The parent goes on.
    assert_eq!(load(paged, PAGE / 8), word(PAGE / 8));
    println!("passed");
}

static INTERRUPTED: AtomicUsize = AtomicUsize::new(0);
static TICKS: AtomicUsize = AtomicUsize::new(0);

extern "C" fn touch(_: libc::c_int) {
    let word = ptr::with_exposed_provenance_mut::<u64>(INTERRUPTED.load(Ordering::Relaxed));
    // SAFETY: a word of a range, whose faults are served.
    unsafe { word.write_volatile(word.read_volatile() + 1) };
    TICKS.fetch_add(1, Ordering::Relaxed);
}

/// A timer's handler writes to a page that the thread is opening, protecting and removing all the time.
fn interrupted(mechanism: Mechanism) {
    const TIMES: usize = 500;
    let home = Home::new(1, PAGE);
    let paged = home.map(mechanism);
    store(&paged, 3, 0);
    INTERRUPTED.store(at(&paged, 3).expose_provenance(), Ordering::Relaxed);
    handle(libc::SIGALRM, touch as *const () as usize, libc::SA_RESTART);
    let every = libc::timeval { tv_sec: 0, tv_usec: 200 };
    let timer = libc::itimerval { it_interval: every, it_value: every };
    // SAFETY: the timer lives through the call.
    let set = unsafe { libc::setitimer(libc::ITIMER_REAL, &raw const timer, ptr::null_mut()) };
    assert_eq!(set, 0, "{}", io::Error::last_os_error());
    while TICKS.load(Ordering::Relaxed) < TIMES {
        let sent = paged.protect(0..1, |_, bytes| {
            // SAFETY: inside of the page.
            let now = unsafe { bytes.cast::<u64>().add(3).read_volatile() };
            home.words[3].store(now, Ordering::Relaxed);
        });
        sent.expect("the page is protected");
        paged.remove(0..1).expect("the page is removed");
        load(&paged, 5);
    }
    let never = libc::timeval { tv_sec: 0, tv_usec: 0 };
    let timer = libc::itimerval { it_interval: never, it_value: never };
    // SAFETY: as above.
    unsafe { libc::setitimer(libc::ITIMER_REAL, &raw const timer, ptr::null_mut()) };
    assert_eq!(load(&paged, 3) as usize, TICKS.load(Ordering::Relaxed));
    println!("passed");
}
