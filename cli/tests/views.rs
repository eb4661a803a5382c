//! Views of processes: the same addresses everywhere, the ends of views and of nodes, and settings.

mod common;

use std::process::Command;

use common::{Finished, output_of, pangea, provider, view_node};

/// `pangea run` of the program for views in this role, with these options.
fn run(nodes: usize, options: &[&str], role: &str) -> Command {
    let mut command = pangea(&["run", "-n", &nodes.to_string(), "--memory", "4M"]);
    command.args(["--provider", &provider()]).args(options).arg("--").arg(view_node()).arg(role);
    command
}

#[test]
fn pointers_mean_the_same_in_all_nodes() {
    let finished = output_of(&mut run(3, &[], "pointers")).success();
    let lines: Vec<&str> = finished.stdout.lines().map(|line| &line[4..]).collect();
    assert_eq!(lines.len(), 3, "{finished:?}");
    assert!(lines[0].starts_with("at 0x2") && lines[0].ends_with(": 4000 hops"), "{finished:?}");
    assert!(lines.iter().all(|line| *line == lines[0]), "{finished:?}");
}

#[test]
fn an_access_to_a_view_that_is_gone_ends_the_process_and_says_why() {
    let finished = output_of(&mut run(1, &[], "released"));
    assert_eq!(finished.stdout, "[0] 1\n", "{finished:?}");
    finished.failure(139, &["words was released", "SIGSEGV"]);
}

#[test]
fn the_death_of_a_home_is_told_wherever_it_matters() {
    let finished = output_of(&mut run(3, &["--keep-going"], "die-in-barrier")).success();
    for rank in [0, 2] {
        for told in ["barrier", "acquire", "populate"] {
            let begin = format!("[{rank}] {told}: ");
            let line = finished.stdout.lines().find(|line| line.starts_with(&begin));
            assert!(line.is_some_and(|line| line.contains("rank 1")), "{begin} of {finished:?}");
        }
    }
}

/// Rank 0 with one setting, and the others with another.
fn with_settings(first: &str, other: &str) -> Finished {
    with("shm", "", ("PANGEA_VIEW", first, other))
}

/// Rank 0 with one value of a variable, and the others with another; and what is set for all.
fn with(provider: &str, all: &str, (variable, first, other): (&str, &str, &str)) -> Finished {
    let script = format!(
        "if [ $PANGEA_RANK = 0 ]; then export {variable}={first}; else export {variable}={other}; fi; \
         {all} exec {} settings",
        view_node().display()
    );
    let mut command = pangea(&["run", "-n", "2", "--memory", "4M", "--provider", provider]);
    output_of(command.args(["--", "sh", "-c", &script]))
}

#[test]
fn nodes_with_different_settings_are_told() {
    let same = with_settings("auto", "auto").success();
    assert_eq!(same.sorted_lines(), ["[0] false", "[1] false", "[1] the same"]);
    let same = with_settings("paged", "paged-mprotect").success();
    assert_eq!(same.sorted_lines(), ["[0] true", "[1] the same", "[1] true"]);
    let differ = with_settings("auto", "paged").success();
    for words in [
        "PANGEA_VIEW asks this one for copies: set the variable to the same for all nodes",
        "mapped pages of 4 KiB); this node asked for u64 × 4000 (block, release, copied pages of 4 KiB)",
    ] {
        assert!(differ.stdout.contains(words), "{words:?} is not in: {differ:?}");
    }
    let wrong = with_settings("auto", "always").success();
    let words = "the environment variable PANGEA_VIEW is \"always\", but it can be auto, paged";
    assert!(wrong.stdout.contains(words), "{wrong:?}");
}

#[test]
fn nodes_of_which_some_look_for_races_are_told() {
    let with_checks = |provider: &str, all: &str, first: &str, other: &str| {
        with(provider, all, ("PANGEA_CHECK", first, other)).success()
    };
    for provider in ["shm", &provider()] {
        for all in ["", "PANGEA_VIEW=paged"] {
            let same = with_checks(provider, all, "races", "races");
            assert_eq!(same.sorted_lines(), ["[0] true", "[1] the same", "[1] true"]);
            let differ = with_checks(provider, all, "races", "");
            for words in [
                "PANGEA_CHECK does not ask this one to: set the variable to the same for all nodes",
                "copied pages of 4 KiB with a look for races); this node asked for u64 × 4000",
            ] {
                assert!(differ.stdout.contains(words), "{words:?} is not in: {differ:?}");
            }
            let differ = with_checks(provider, all, "", "races");
            for words in [
                "PANGEA_CHECK asks this one to: set the variable to the same for all nodes",
                "copied pages of 4 KiB with a look for races)",
            ] {
                assert!(differ.stdout.contains(words), "{words:?} is not in: {differ:?}");
            }
        }
    }
}
