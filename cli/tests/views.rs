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
    let script = format!(
        "if [ $PANGEA_RANK = 0 ]; then export PANGEA_VIEW={first}; else export PANGEA_VIEW={other}; fi; \
         exec {} settings",
        view_node().display()
    );
    let mut command = pangea(&["run", "-n", "2", "--memory", "4M", "--provider", "shm"]);
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
