//! What a child does ([`children`](crate::children)).

use std::io;
use std::ops::Range;
use std::os::fd::{AsFd, AsRawFd};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{mem, ptr};

use paging::{Error, Joined, Mechanism, Paged, State};

use crate::adopted::not_disowned;
use crate::children::signal_of;
use crate::home::{Home, PAGE, Server, at, layout, load, store, word};
use crate::own::{file, own};

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
            let address = at(&paged, 3).addr();
            drop(paged);
            access(address);
        }
        "dropped-joined" => {
            let file = file(1, PAGE);
            let joined = Joined::new("the pieces", PAGE, None, &[(0..PAGE, file.as_fd(), 0)]);
            let address = joined.expect("it is made").start().addr().get();
            access(address);
        }
        "dropped-often" => dropped_often(mechanism, &home),
        "stray" => {
            let paged = used(&home, mechanism);
            home.read_only.store(true, Ordering::Relaxed);
            store(&paged, PAGE / 8, 1);
        }
        "stray-own" => {
            let file = file(1, PAGE);
            let paged = home.map_with(mechanism, &[own(1..2, &file, 0)]);
            home.read_only.store(true, Ordering::Relaxed);
            assert_eq!(load(&paged, PAGE / 8), word(0));
            store(&paged, PAGE / 8, 1);
        }
        "no-mappings" => no_mappings(mechanism),
        "cut" => {
            let file = file(1, PAGE);
            let paged = home.map_with(mechanism, &[own(1..2, &file, 0)]);
            // SAFETY: the file is this function's own.
            assert_eq!(unsafe { libc::ftruncate(file.as_raw_fd(), 0) }, 0);
            load(&paged, PAGE / 8);
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
        "not-disowned" => {
            not_disowned(mechanism);
            println!("passed");
        }
        "fork" => fork(&used(&home, mechanism)),
        "interrupted" => interrupted(mechanism),
        "locked" => {
            // SAFETY: concerns memory that is mapped from now on; where the limit is too low, it fails.
            if unsafe { libc::mlockall(libc::MCL_FUTURE) } == 0 {
                let paged = used(&home, mechanism);
                paged.remove(0..1).expect("its pages are not locked");
                home.words[1].store(5, Ordering::Relaxed);
                assert_eq!(load(&paged, 1), 5);
            }
            println!("passed");
        }
        _ => panic!("no such case: {case}"),
    }
    ExitCode::SUCCESS
}

/// A range that has served a fault.
fn used(home: &Arc<Home>, mechanism: Mechanism) -> Paged {
    let paged = home.map(mechanism);
    assert_eq!(load(&paged, 1), word(1));
    paged
}

/// Only so many addresses stay closed.
fn dropped_often(mechanism: Mechanism, home: &Arc<Home>) {
    let closed = || {
        let maps = std::fs::read_to_string("/proc/self/maps").expect("the list of mappings");
        maps.lines().filter(|line| line.contains("---p 00000000 00:00 0")).count()
    };
    let dropped = |times| (0..times).for_each(|_| drop(used(home, mechanism)));
    dropped(100);
    let before = closed();
    dropped(200);
    // Neighbors count as one.
    assert!(closed() <= before.max(64) + 2, "{} after {before}", closed());
    println!("passed");
}

/// Takes all the mappings that this process may have; gives the address of a page that is one of them.
fn take_mappings() -> *mut libc::c_void {
    let limit = std::fs::read_to_string("/proc/sys/vm/max_map_count").expect("the limit");
    let pages = limit.trim().parse::<usize>().expect("a number");
    // SAFETY: a new mapping, of which every other page is then opened.
    let start = unsafe {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        libc::mmap(ptr::null_mut(), pages * PAGE, libc::PROT_NONE, flags, -1, 0)
    };
    assert_ne!(start, libc::MAP_FAILED);
    let mut page = 1;
    // SAFETY: a page of that mapping.
    while unsafe { libc::mprotect(start.byte_add(page * PAGE), PAGE, libc::PROT_READ) } == 0 {
        page += 2;
        assert!(page < pages, "the limit does not hold");
    }
    start.wrapping_byte_add(PAGE)
}

/// Own pages are written, and protected, where there is no mapping to be had.
fn no_mappings(mechanism: Mechanism) {
    const PAGES: usize = 64;
    let home = Home::new(PAGES, PAGE);
    let (one, other) = (file(PAGES, PAGE), file(PAGES, PAGE));
    // All but the first and the last page.
    let pieces = [own(1..33, &one, 0), own(33..PAGES - 1, &other, 0)];
    let paged = home.map_with(mechanism, &pieces);
    let dirty = || (1..PAGES - 1).filter(|page| paged.state(*page) == State::Dirty).count();
    let written = || home.own_writes.swap(0, Ordering::Relaxed);
    store(&paged, 10 * PAGE / 8, 10);
    assert_eq!((dirty(), written()), (1, 1));
    take_mappings();
    // All up to the one that is open already: told for all, and for the one that is written twice.
    store(&paged, 5 * PAGE / 8, 5);
    assert_eq!((dirty(), written()), (10, 10));
    store(&paged, 40 * PAGE / 8, 40);
    assert_eq!((dirty(), written()), (PAGES - 2, PAGES - 12 + 1));
    // Part of them cannot be closed, all of them can. (Two mappings have become free.)
    let mapping = take_mappings();
    let cannot_close = |pages: Range<usize>| {
        let mut seen = Vec::new();
        paged.protect(pages.clone(), |page, _| seen.push(page)).expect("they are shown");
        assert_eq!((dirty(), written()), (PAGES - 2, pages.len()));
        assert!(seen.into_iter().eq(pages));
    };
    cannot_close(20..30);
    // Nor with one mapping more, although pages of the first file can be closed with it.
    // SAFETY: nobody uses that page.
    assert_eq!(unsafe { libc::munmap(mapping, PAGE) }, 0);
    cannot_close(30..36);
    store(&paged, 31 * PAGE / 8, 31);
    store(&paged, 25 * PAGE / 8, 25);
    let mut words = 0;
    paged
        .protect(0..PAGES, |page, bytes| {
            // SAFETY: the first word of the page.
            words += u64::from(unsafe { bytes.as_ptr().cast::<u64>().read() } == page as u64);
        })
        .expect("they are shown");
    assert_eq!((dirty(), words, written()), (0, 5, 0));
    store(&paged, 30 * PAGE / 8, 30);
    assert_eq!((dirty(), written()), (PAGES - 2, PAGES - 2 + 1));
    println!("passed");
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
        _ => 0x10,
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
        let own =
            Paged::new(paged.mechanism(), layout(PAGE, PAGE, None), Server(Home::new(1, PAGE)));
        if matches!(own, Err(Error::Forked)) {
            load(paged, 1);
        }
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
            let now = unsafe { bytes.as_ptr().cast::<u64>().add(3).read_volatile() };
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
