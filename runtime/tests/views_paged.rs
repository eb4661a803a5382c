//! Views of copies, when the home of a page dies: what is asked for by a call gets an error that names it; what is
//! touched gets a signal, after a message that names it. Nothing hangs.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests use the system as it is"
)]

mod children;
mod common;

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::thread;
use std::time::{Duration, Instant};

use children::Process;
use common::provider;
use pangea::cluster::{Coordinator, CoordinatorConfig, JobEnv, Rank};
use pangea::primitives::System;
use pangea::{Access, Error, Node, View};

/// Longer than any of this takes.
const LIMIT: Duration = Duration::from_secs(60);

const PAGE: usize = 4096;

/// Pages, all at home on rank 0.
fn view(node: &Node) -> View<u8> {
    let array = node.release_array("pages").len(64 * PAGE).page_size(PAGE).on_node(0);
    array.create().unwrap().view().unwrap()
}

/// Not a test by itself: the processes that the tests below start begin here.
#[test]
fn child() {
    let Some(part) = children::part() else { return };
    let node = pangea::join_at(&JobEnv::from_env().unwrap().unwrap()).unwrap();
    let mut view = view(&node);
    if part == "home" {
        view.write(..).unwrap().fill(7);
        view.barrier().unwrap();
        node.barrier().unwrap();
        loop {
            thread::sleep(Duration::from_secs(3600));
        }
    }
    view.barrier().unwrap();
    // Before the home is gone: one page was read, one written.
    assert_eq!(view.read(0..1).unwrap()[0], 7);
    view.write(20 * PAGE..20 * PAGE + 1).unwrap()[0] = 8;
    node.barrier().unwrap();
    children::say("ready");
    let died = |result: Result<(), Error>| match result {
        Ok(()) => false,
        Err(error) => {
            assert!(error.to_string().contains("rank 0"), "{error}");
            true
        }
    };
    let begin = Instant::now();
    while !died(view.acquire()) {
        assert!(begin.elapsed() < LIMIT, "the death is not noticed");
        thread::sleep(Duration::from_millis(1));
    }
    match part.as_str() {
        "calls" => {
            assert!(died(view.populate(40 * PAGE..40 * PAGE + 1, Access::Read)));
            assert!(died(view.populate(40 * PAGE..40 * PAGE + 1, Access::Write)));
            assert!(died(view.release()));
            assert!(died(view.acquire()));
            assert!(died(view.barrier()));
            // What is here, is here.
            assert_eq!(view.read(0..1).unwrap()[0], 7);
        }
        "touch" => {
            println!("touching");
            let first = view.as_ptr();
            // SAFETY: inside of the view; nobody else is there.
            let byte = unsafe { first.add(50 * PAGE).read_volatile() };
            println!("read {byte}");
        }
        other => panic!("there is no part {other:?}"),
    }
}

/// How the process ends that does `part` while its pages' home is killed, and what it said.
fn when_the_home_is_killed(part: &str, setting: &str) -> (ExitStatus, String) {
    let config = CoordinatorConfig::local(2, provider(), 4 << 20);
    let coordinator = Coordinator::<System>::start(&config).expect("starts");
    let start = |rank: u32, part: &str| {
        let job = coordinator.job().for_rank(Rank(rank));
        Process::start(&job, part, &[("PANGEA_VIEW", setting)])
    };
    let mut home = start(0, "home");
    let mut other = start(1, part);
    other.wait_for("ready");
    home.kill();
    other.end_within(2 * LIMIT)
}

fn settings() -> impl Iterator<Item = String> {
    let offered = paging::Mechanism::ALL.into_iter().filter(|one| one.check().is_ok());
    offered.map(|mechanism| format!("paged-{mechanism}"))
}

#[test]
fn calls_name_the_home_that_died() {
    for setting in settings() {
        let (status, said) = when_the_home_is_killed("calls", &setting);
        assert!(status.success(), "{setting}: {status}, {said}");
    }
}

#[test]
fn a_touch_is_refused_with_a_message_and_the_signal_takes_its_course() {
    for setting in settings() {
        let (status, said) = when_the_home_is_killed("touch", &setting);
        let signal = status.signal();
        // SIGBUS, or SIGSEGV.
        assert!(matches!(signal, Some(7 | 11)), "{setting}: {status}, {said}");
        for part in ["touching", "died", "rank", "0"] {
            assert!(said.contains(part), "{setting}: {said:?} does not say {part:?}");
        }
        assert!(!said.contains("read 7"), "{said}");
    }
}
