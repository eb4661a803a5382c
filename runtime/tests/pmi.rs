//! Processes that a job starter with PMI has started find each other. The starter is this test, and its library is
//! `pmi.c`, which the test compiles.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests use the system as it is"
)]

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use pangea::symmetric::{Atomic64, Options, Symmetric};
use tempfile::TempDir;

/// Set for the processes that this test starts: what they are to do.
const PART: &str = "PANGEA_TEST_PART";

/// Not a test by itself: the processes that the tests below start begin here.
#[test]
fn child() {
    let Ok(part) = std::env::var(PART) else { return };
    if part == "node" {
        let node = match pangea::join() {
            Ok(node) => node,
            Err(error) => return println!("\nsays: {error}"),
        };
        let sum = node.reduce(node.rank() as u64, |a, b| a + b).expect("all live");
        println!("\nsays: rank {} of {} over {}, {sum}", node.rank(), node.size(), node.provider());
        return;
    }
    let symmetric = Symmetric::join(Options { bytes: 4096, ..Options::default() }).expect("joins");
    symmetric.atomic(0, 64, Atomic64::Add(1)).expect("is there");
    symmetric.node().barrier().expect("all live");
    let count = symmetric.atomic(0, 64, Atomic64::Fetch).expect("is there");
    println!("\nsays: rank {} of {}, {count}", symmetric.rank(), symmetric.size());
    symmetric.node().barrier().expect("all live");
    if part == "exit" && symmetric.rank() == 1 {
        symmetric.exit(17);
    }
    if part == "exit" {
        symmetric.wait(|| false).expect_err("the job has ended");
    }
    symmetric.leave().expect("nothing has failed");
}

/// Compiles the library under this name.
fn library(directory: &Path, file: &str, flags: &[&str]) {
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pmi.c");
    let mut command = Command::new(compiler);
    command.args(["-shared", "-fPIC", "-o"]).arg(directory.join(file)).arg(source).args(flags);
    assert!(command.status().expect("there is a compiler").success());
}

fn start(directory: &Path, rank: usize, size: usize, part: &str, more: &[(&str, &str)]) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("is known"));
    command.args(["--exact", "child", "--nocapture", "--test-threads=1"]).env(PART, part);
    command.env("LD_LIBRARY_PATH", directory).env("PMI_TEST_DIRECTORY", directory);
    command.env("PMI_RANK", rank.to_string()).env("PMI_SIZE", size.to_string());
    if let Ok(provider) = std::env::var("PANGEA_TEST_PROVIDER") {
        command.env("PANGEA_PROVIDER", provider);
    }
    for variable in pangea::cluster::JobEnv::VARIABLES {
        command.env_remove(variable);
    }
    command.envs(more.iter().copied());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts")
}

/// Runs so many processes to their ends.
fn run(directory: &Path, size: usize, part: &str, more: &[(&str, &str)]) -> Vec<Output> {
    let children: Vec<Child> =
        (0..size).map(|rank| start(directory, rank, size, part, more)).collect();
    children.into_iter().map(|child| child.wait_with_output().expect("ends")).collect()
}

/// What a process has said.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find_map(|line| line.strip_prefix("says: "));
    line.unwrap_or_else(|| panic!("it said nothing: {output:?}")).to_owned()
}

fn provider() -> String {
    std::env::var("PANGEA_TEST_PROVIDER").unwrap_or_else(|_| "shm".to_owned())
}

#[test]
fn processes_find_each_other_by_either_version() {
    for (file, flags, version) in [("libpmi2.so", &["-DPMI_TWO"][..], 2), ("libpmi.so", &[], 1)] {
        let directory = TempDir::new().expect("there is room");
        library(directory.path(), file, flags);
        for (rank, output) in run(directory.path(), 3, "node", &[]).iter().enumerate() {
            assert!(output.status.success(), "{output:?}");
            assert_eq!(said(output), format!("rank {rank} of 3 over {}, 3", provider()));
        }
        assert!(directory.path().join(format!("finalized-{version}")).exists());
    }
}

#[test]
fn a_version_that_the_starter_does_not_speak_is_passed_over() {
    let directory = TempDir::new().expect("there is room");
    library(directory.path(), "libpmi2.so", &["-DPMI_TWO"]);
    let silent = [("PMI_TEST_SILENT", "2")];
    let text = said(&run(directory.path(), 2, "node", &silent)[0]);
    assert!(text.contains("libpmi2.so takes this process for a job of its own"), "{text}");
    assert!(text.contains("srun --mpi=pmi2"), "{text}");
    library(directory.path(), "libpmi.so", &[]);
    for output in run(directory.path(), 2, "node", &silent) {
        assert!(said(&output).contains(" of 2 over "), "{output:?}");
    }
}

#[test]
fn symmetric_memory_is_found_so_too() {
    let directory = TempDir::new().expect("there is room");
    library(directory.path(), "libpmi2.so", &["-DPMI_TWO"]);
    for (rank, output) in run(directory.path(), 2, "count", &[]).iter().enumerate() {
        assert!(output.status.success(), "{output:?}");
        assert_eq!(said(output), format!("rank {rank} of 2, 2"));
    }
}

#[test]
fn a_job_without_a_launcher_is_ended_with_a_status() {
    let directory = TempDir::new().expect("there is room");
    library(directory.path(), "libpmi2.so", &["-DPMI_TWO"]);
    for output in run(directory.path(), 3, "exit", &[]) {
        assert_eq!(output.status.code(), Some(17), "{output:?}");
    }
}

#[test]
fn a_process_that_is_the_only_one_needs_no_library() {
    let directory = TempDir::new().expect("there is room");
    let [output] = &run(directory.path(), 1, "node", &[])[..] else { panic!("one was started") };
    assert_eq!(said(output), "rank 0 of 1 over shm, 0");
}

#[test]
fn what_does_not_work_is_named() {
    let directory = TempDir::new().expect("there is room");
    let variables = [("PMI_SIZE", "2")];
    let only = |more: &[(&str, &str)]| said(&run(directory.path(), 1, "node", more)[0]);
    let text = only(&variables);
    for word in ["job starter", "libpmi2.so", "libpmi.so", "pangea run"] {
        assert!(text.contains(word), "{word:?} is not in {text:?}");
    }
    library(directory.path(), "libpmi2.so", &["-DPMI_TWO"]);
    let text = only(&[variables[0], ("PMI_TEST_FAILS", "1")]);
    assert!(text.contains("libpmi2.so failed: PMI2_Init answered 14"), "{text}");
    let text = only(&[variables[0], ("PMI_RANK", "5")]);
    assert!(text.contains("rank 5 of 2"), "{text}");
}
