//! Bad luck in a running job: whatever dies, the rest gets to know, ends, and leaves nothing behind.

mod common;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{
    Guard, kill, output_of, pangea, program, provider, run_role, run_script, shared_memory_files,
    test_node, wait_for_end,
};

#[test]
fn when_a_node_is_killed_the_others_are_told_which_within_a_second() {
    let finished = output_of(&mut run_role(4, "die"));
    let finished = finished.failure(137, &["rank 2 was killed by SIGKILL"]);
    let time = |line: &str, after: &str| -> Option<u64> {
        line.split_once(after)?.1.split([':', ' ']).next()?.parse().ok()
    };
    let died = finished.stdout.lines().find_map(|line| time(line, "dies at ")).expect("a time");
    let told: Vec<&str> =
        finished.stdout.lines().filter(|line| line.contains("told at ")).collect();
    assert_eq!(told.len(), 3, "{finished:?}");
    for line in told {
        assert!(line.contains("rank 2"), "who died is not named: {line}");
        let when = time(line, "told at ").expect("a time");
        assert!(when - died < 1000, "told after {} ms", when - died);
    }
    // Nobody had to be ended by force.
    assert!(!finished.stderr.contains("did not end by itself"), "{finished:?}");
}

/// A job of the helper program that keeps going.
fn keep_going(nodes: usize, role: &str) -> Command {
    let mut command = pangea(&["run", "-n", &nodes.to_string(), "--memory", "4M", "--keep-going"]);
    command.args(["--provider", &provider(), "--"]).arg(test_node()).arg(role);
    command
}

#[test]
fn a_job_that_keeps_going_succeeds_without_the_node_that_was_killed() {
    let finished = output_of(&mut keep_going(3, "survive")).success();
    let survived: Vec<&str> = finished.sorted_lines();
    assert_eq!(survived.len(), 2, "{finished:?}");
    for (line, rank) in survived.iter().zip([0, 2]) {
        assert!(line.starts_with(&format!("[{rank}] survived: rank 1 died")), "{line}");
    }
    for words in [
        "rank 1 was killed by SIGKILL; the others go on",
        "rank 1 was killed by SIGKILL; of the other 2, 2 ended with status 0",
    ] {
        assert!(finished.stderr.contains(words), "{words:?} is not in: {finished:?}");
    }
}

#[test]
fn a_job_that_keeps_going_waits_for_the_end_of_every_survivor() {
    let script = "if [ $PANGEA_RANK = 1 ]; then kill -9 $$; fi; sleep 0.5; echo done";
    let finished = output_of(&mut run_script(3, &["--keep-going"], script)).success();
    assert_eq!(finished.sorted_lines(), ["[0] done", "[2] done"]);
    let finished = output_of(&mut run_script(3, &["--grace", "0"], script));
    assert_eq!(finished.failure(137, &["rank 1 was killed by SIGKILL"]).stdout, "");
}

#[test]
fn a_survivor_that_fails_gives_the_status() {
    let script = "case $PANGEA_RANK in 1) kill -9 $$;; 2) sleep 0.2; exit 4;; esac";
    let finished = output_of(&mut run_script(3, &["--keep-going"], script));
    let words = ["rank 2 ended with status 4", "of the other 2, 1 ended with status 0"];
    finished.failure(4, &words);
}

#[test]
fn a_job_without_survivors_fails() {
    let finished = output_of(&mut run_script(3, &["--keep-going"], "kill -9 $$"));
    finished.failure(137, &["of the other 0, 0 ended with status 0"]);
}

#[test]
fn a_job_that_keeps_going_still_ends_when_it_is_told_to() {
    let script =
        "if [ $PANGEA_RANK = 0 ]; then trap 'exit 0' TERM; fi; echo ready; sleep 60 & wait";
    let mut command = run_script(3, &["--keep-going"], script);
    let mut child = Guard(command.stdout(Stdio::piped()).spawn().unwrap());
    let lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
    assert_eq!(lines.take(3).filter(|line| line.is_ok()).count(), 3);
    kill(child.0.id(), "TERM");
    assert_eq!(
        child.0.wait().unwrap().code(),
        Some(143),
        "who is told to end did not die by accident"
    );
}

#[test]
fn a_node_ends_the_job_with_a_status() {
    for (status, code) in [("0", 0), ("7", 7), ("-1", 255)] {
        let mut command = pangea(&["run", "-n", "5", "--memory", "4M", "--grace", "90"]);
        command.args(["--provider", &provider(), "--"]).arg(test_node()).args(["exit", status]);
        let finished = output_of(&mut command);
        assert_eq!((finished.code(), finished.stderr.as_str()), (code, ""), "{finished:?}");
        assert_eq!(finished.stdout, "[1] the last word\n");
        assert!(finished.took < Duration::from_secs(60), "the grace of a failure: {finished:?}");
    }
}

/// Starts nodes that stay until they are ended; the launcher, and the ids of their processes.
fn lingering(nodes: usize) -> (Guard, Vec<u32>) {
    let mut command = run_role(nodes, "linger");
    let mut child = Guard(command.stdout(Stdio::piped()).spawn().unwrap());
    let lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
    let pid = |line: String| line.rsplit(' ').next().unwrap().parse().unwrap();
    let processes = lines.take(nodes).map(|line| pid(line.unwrap())).collect();
    (child, processes)
}

#[test]
fn when_the_launcher_is_killed_the_nodes_end() {
    let (mut launcher, processes) = lingering(3);
    assert!(processes.iter().all(|&process| common::is_running(process)));
    kill(launcher.0.id(), "KILL");
    let _ = launcher.0.wait();
    wait_for_end(&processes, Duration::from_secs(2));
    assert_eq!(shared_memory_files(), [""; 0]);
}

#[test]
fn when_the_launcher_is_terminated_nothing_is_left() {
    let (mut launcher, processes) = lingering(3);
    kill(launcher.0.id(), "TERM");
    assert_eq!(launcher.0.wait().unwrap().code(), Some(143));
    wait_for_end(&processes, Duration::from_secs(2));
    assert_eq!(shared_memory_files(), [""; 0]);
}

#[test]
fn strangers_change_nothing() {
    let finished = output_of(&mut run_role(3, "garbage")).success();
    let lines = finished.sorted_lines();
    assert_eq!(lines.iter().filter(|line| line.ends_with("3 nodes, counted 3")).count(), 3);
    assert!(lines.iter().any(|line| line.ends_with("strangers knocked")), "{finished:?}");
}

#[test]
fn a_node_with_the_wrong_secret_is_refused() {
    let secret = format!("PANGEA_SECRET={}", "0".repeat(64));
    let mut command = pangea(&["run", "-n", "2", "--memory", "1M", "--grace", "2", "--"]);
    command.args(["env", &secret]).arg(test_node()).arg("sum");
    let finished = output_of(&mut command).failure(1, &["secret", "ended with status 1"]);
    assert!(!finished.stdout.contains("sum"), "{finished:?}");
}

#[test]
fn a_node_that_fails_before_it_joins_holds_nobody_up() {
    let script = r#"if [ "$PANGEA_RANK" = 1 ]; then exit 5; else exec "$0" sum; fi"#;
    let mut command = pangea(&["run", "-n", "3", "--memory", "1M", "--grace", "20", "--"]);
    command.args(["sh", "-c", script]).arg(test_node());
    let finished = output_of(&mut command).failure(5, &["rank 1 ended with status 5"]);
    assert!(finished.took < Duration::from_secs(10), "{finished:?}");
    assert!(!finished.stderr.contains("did not end by itself"), "{finished:?}");
}

#[test]
fn a_launcher_inside_a_node_makes_a_job_of_its_own() {
    let mut command = pangea(&["run", "-n", "2", "--memory", "1M", "--"]);
    command.arg(program());
    command.args(["run", "-n", "2", "--memory", "1M", "--"]).arg(test_node()).arg("sum");
    let finished = output_of(&mut command).success();
    assert_eq!(finished.stdout.matches("of 2 over shm: sum 1").count(), 4, "{finished:?}");
}
