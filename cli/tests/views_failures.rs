//! What goes wrong with views, and is told: nodes that die, caches that are full, accesses that must not be. With every way to be told
//! of faults, and where nodes map each other's memory; no test waits for ever (`output_of`).

mod common;

use std::process::Command;

use common::{Finished, output_of, pangea, provider, view_failure};

const BUS: i32 = 128 + 7;
const SEGV: i32 = 128 + 11;

/// A setting of `PANGEA_VIEW`, and by which signal an access to a page that cannot be had ends a process; `None` where nodes
/// map each other's memory.
const SETTINGS: [(&str, Option<i32>); 3] =
    [("auto", None), ("paged-userfaultfd", Some(BUS)), ("paged-mprotect", Some(SEGV))];

/// The settings that are different ones here.
fn settings() -> impl Iterator<Item = (&'static str, Option<i32>)> {
    // Over a network there is nothing to be mapped.
    let is_shm = provider() == "shm";
    SETTINGS.into_iter().filter(move |(_, signal)| is_shm || signal.is_some())
}

/// Those with pages that fault.
fn paged() -> impl Iterator<Item = (&'static str, i32)> {
    settings().filter_map(|(setting, signal)| Some((setting, signal?)))
}

fn run(nodes: usize, setting: &str, options: &[&str], role: &str) -> Finished {
    let mut command: Command = pangea(&["run", "-n", &nodes.to_string(), "--memory", "4M"]);
    command.args(["--provider", &provider()]).args(options).arg("--").arg(view_failure()).arg(role);
    output_of(command.env("PANGEA_VIEW", setting))
}

/// A line of standard output that begins so, and what follows.
#[track_caller]
fn line<'a>(finished: &'a Finished, begin: &str) -> &'a str {
    let found = finished.stdout.lines().find_map(|line| line.strip_prefix(begin));
    found.unwrap_or_else(|| panic!("no line begins with {begin:?}: {finished:?}"))
}

#[track_caller]
fn says(finished: &Finished, begin: &str, words: &str) {
    let rest = line(finished, begin);
    assert!(rest.contains(words), "{words:?} is not in {rest:?} of {finished:?}");
}

/// Rank 0 was ended by this signal, and this was said of it.
#[track_caller]
fn ended(finished: &Finished, signal: i32, words: &[&str]) {
    let name = if signal == BUS { "SIGBUS" } else { "SIGSEGV" };
    for words in words.iter().copied().chain([&*format!("rank 0 was killed by {name}")]) {
        assert!(finished.stderr.contains(words), "{words:?} is not in: {finished:?}");
    }
}

#[test]
fn a_home_that_is_killed_inside_of_a_barrier_is_named() {
    for (setting, _) in settings() {
        let finished = run(4, setting, &["--keep-going"], "die-in-barrier").success();
        for rank in [0, 2, 3] {
            for told in ["barrier", "release", "acquire", "populate", "barrier again"] {
                says(&finished, &format!("[{rank}] {told}: "), "rank 1");
            }
        }
    }
}

#[test]
fn a_node_that_is_killed_with_a_lock_leaves_it_poisoned_and_the_pages_whole() {
    for (setting, signal) in settings() {
        let finished = run(3, setting, &["--keep-going"], "die-with-lock").success();
        // Who comes first is told, and mends it.
        for (told, count) in [("poisoned: ", 1), ("mended by another", 1), ("sum: 1536", 2)] {
            assert_eq!(finished.stdout.matches(told).count(), count, "{told}: {finished:?}");
        }
        if signal.is_some() {
            assert!(finished.stdout.contains("some value: true"), "{finished:?}");
        }
    }
}

#[test]
fn a_page_whose_home_died_ends_whoever_reads_it_and_says_which() {
    for (setting, signal) in paged() {
        let finished = run(2, setting, &["--keep-going"], "read-what-died");
        says(&finished, "[0] before: ", "5");
        says(&finished, "[0] populate: ", "rank 1");
        says(&finished, "[0] still here: ", "5");
        ended(
            &finished,
            signal,
            &["in page 63 of", "words", "has died; its rank 1", "a read of 0x"],
        );
        assert!(!finished.stdout.contains("the page is there"), "{finished:?}");
    }
}

#[test]
fn a_home_that_dies_amid_faults_ends_whoever_needs_it() {
    for (setting, signal) in paged() {
        let finished = run(2, setting, &["--keep-going"], "die-while-read");
        assert!(line(&finished, "[0] reads").is_empty(), "{finished:?}");
        ended(&finished, signal, &["its rank 1", "a read of 0x"]);
    }
}

#[test]
fn a_cache_that_is_full_of_what_cannot_go_home_is_told() {
    for (setting, signal) in paged() {
        let finished = run(2, setting, &["--keep-going"], "full-of-what-died");
        says(&finished, "[0] release: ", "rank 1");
        says(&finished, "[0] populate: ", "rank 1");
        says(&finished, "[0] still here: ", "1");
        ended(&finished, signal, &["its rank 1", "a write to 0x"]);
        assert!(!finished.stdout.contains("was written"), "{finished:?}");
    }
}

#[test]
fn what_is_larger_than_the_cache_goes_home_early() {
    for (setting, signal) in settings() {
        let finished = run(3, setting, &[], "larger-than-cache");
        if signal.is_none() {
            // There is no cache.
            finished.failure(1, &["no room for a page: nobody told"]);
            continue;
        }
        let finished = finished.success();
        for rank in 0..3 {
            says(&finished, &format!("[{rank}] "), "true");
            says(&finished, &format!("[{rank}] no room for a page: "), "raise cache_bytes");
        }
    }
}

#[test]
fn a_stray_write_to_a_view_for_reading_is_refused() {
    for (setting, signal) in settings() {
        for (role, signal) in [("stray-remote", signal.unwrap_or(SEGV)), ("stray-own", SEGV)] {
            let finished = run(2, setting, &["--keep-going"], role);
            says(&finished, "[0] true ", "6");
            for told in ["write", "write beside", "cells", "populate", "read from", "slice"] {
                says(
                    &finished,
                    &format!("[0] {told}: "),
                    "\"words\" is read-only: open one without",
                );
            }
            ended(&finished, signal, &["a write to 0x", "the view is read-only", "in page 1 of"]);
            assert!(!finished.stdout.contains("was written"), "{finished:?}");
        }
    }
}

#[test]
fn a_check_that_there_is_not_is_named() {
    let mut command = pangea(&["run", "-n", "1", "--provider", &provider(), "--"]);
    let told = output_of(command.arg(view_failure()).arg("stray-own").env("PANGEA_CHECK", "rases"));
    told.failure(
        1,
        &["the environment variable PANGEA_CHECK is \"rases\", but it can be races, or nothing"],
    );
}

#[test]
fn a_view_that_is_gone_stays_closed() {
    for (setting, _) in settings() {
        let finished = run(2, setting, &["--keep-going"], "released");
        for rank in [0, 1] {
            let mine = finished.sorted_lines();
            let mine: Vec<_> =
                mine.iter().filter(|line| line.starts_with(&format!("[{rank}]"))).collect();
            assert_eq!(mine, [&format!("[{rank}] 1"), &format!("[{rank}] true")], "{finished:?}");
        }
        for words in ["words was released (this was its byte 40)", "rank 1 was killed by SIGSEGV"] {
            assert!(finished.stderr.contains(words), "{words:?} is not in {finished:?}");
        }
    }
}

#[test]
fn a_system_call_fails_on_what_is_not_there_and_populate_cures_that() {
    for (setting, signal) in settings() {
        let finished = run(2, setting, &[], "system-calls").success();
        for what in ["absent", "open for reading", "absent, to a file"] {
            let expected =
                if signal.is_some() { "Bad address (os error 14)" } else { "4096 bytes" };
            says(&finished, &format!("[0] {what}: "), expected);
        }
        assert_eq!(line(&finished, "[0] after a load: "), "0");
        assert_eq!(line(&finished, "[0] populated: "), "4096 bytes");
        assert_eq!(line(&finished, "[0] last: "), "511");
        assert_eq!(line(&finished, "[0] all: "), "true");
        assert_eq!(line(&finished, "[0] and back: "), "true");
    }
}
