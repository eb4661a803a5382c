//! What the tests of the command line share.

// Each test binary uses a part of this.
#![allow(dead_code, unreachable_pub)]

pub mod reference;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

/// No command of these tests takes that long.
const TOO_LONG: Duration = Duration::from_secs(120);

/// The provider that jobs use: `PANGEA_TEST_PROVIDER`, or `shm`.
pub fn provider() -> String {
    std::env::var("PANGEA_TEST_PROVIDER").unwrap_or_else(|_| "shm".to_owned())
}

/// The program: `PANGEA_TEST_PROGRAM`, such as one that is optimized, or what cargo has built with the tests.
pub fn program() -> PathBuf {
    let built = || env!("CARGO_BIN_EXE_pangea").into();
    std::env::var_os("PANGEA_TEST_PROGRAM").unwrap_or_else(built).into()
}

/// `pangea`, with these arguments.
pub fn pangea(arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(arguments).env_remove("PANGEA_MEMORY").env_remove("PANGEA_JOB");
    command.env_remove("PANGEA_CACHE").env_remove("PANGEA_CHECK");
    command.stdin(Stdio::null());
    command
}

/// `pangea run` of a shell script on so many nodes.
pub fn run_script(nodes: usize, options: &[&str], script: &str) -> Command {
    let mut command = pangea(&["run", "-n", &nodes.to_string(), "--memory", "1M"]);
    command.args(options).args(["--", "sh", "-c", script]);
    command
}

/// `pangea run` of the helper program in this role.
pub fn run_role(nodes: usize, role: &str) -> Command {
    let mut command = pangea(&["run", "-n", &nodes.to_string(), "--memory", "4M"]);
    command.args(["--provider", &provider(), "--"]).arg(test_node()).arg(role);
    command
}

/// The helper program, which cargo builds beside the tests.
pub fn test_node() -> PathBuf {
    helper("test_node")
}

/// The one for views.
pub fn view_node() -> PathBuf {
    helper("view_node")
}

/// The one for what goes wrong with views.
pub fn view_failure() -> PathBuf {
    helper("view_failure")
}

fn helper(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_BIN_EXE_pangea")).parent().expect("is in a folder");
    let file = folder.join("examples").join(name);
    assert!(
        file.exists(),
        "{} is not built: `cargo build --example {name}` (plain `cargo test` does that)",
        file.display()
    );
    file
}

/// Runs a command to its end, which must come.
pub fn output_of(command: &mut Command) -> Finished {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    let id = child.id();
    let waiter = std::thread::spawn(move || child.wait_with_output().expect("can be waited for"));
    let start = Instant::now();
    while !waiter.is_finished() {
        if start.elapsed() > TOO_LONG {
            kill(id, "KILL");
            panic!("the command hangs: {command:?}");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let Output { status, stdout, stderr } = waiter.join().expect("does not panic");
    Finished {
        status,
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
        stdout_bytes: stdout,
        took: start.elapsed(),
    }
}

/// A command that has ended.
#[derive(Debug)]
pub struct Finished {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
    pub stdout_bytes: Vec<u8>,
    pub took: Duration,
}

impl Finished {
    /// Its exit status, which it must have.
    pub fn code(&self) -> i32 {
        self.status.code().unwrap_or_else(|| panic!("was killed: {self:?}"))
    }

    /// It must have succeeded.
    pub fn success(self) -> Finished {
        assert_eq!(self.status.code(), Some(0), "{self:?}");
        self
    }

    /// It must have failed with this status, with all of these words on standard error.
    pub fn failure(self, code: i32, words: &[&str]) -> Finished {
        assert_eq!(self.status.code(), Some(code), "{self:?}");
        for word in words {
            assert!(self.stderr.contains(word), "{word:?} is not in: {self:?}");
        }
        self
    }

    /// The lines of standard output, sorted.
    pub fn sorted_lines(&self) -> Vec<&str> {
        let mut lines: Vec<&str> = self.stdout.lines().collect();
        lines.sort_unstable();
        lines
    }
}

/// Sends a signal, as the shell does.
pub fn kill(process: u32, signal: &str) {
    let status = Command::new("kill").args([format!("-{signal}"), process.to_string()]).status();
    assert!(status.is_ok_and(|status| status.success()), "kill -{signal} {process}");
}

/// Whether a process runs. One that waits to be reaped by its parent does not.
pub fn is_running(process: u32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{process}/stat")) else { return false };
    // The state follows the name, which is in parentheses and may hold anything.
    let state = stat.rsplit_once(") ").map(|(_, rest)| rest.starts_with(['Z', 'X']));
    state == Some(false)
}

/// Waits until none of these processes runs; how long that took.
pub fn wait_for_end(processes: &[u32], at_most: Duration) -> Duration {
    let start = Instant::now();
    while processes.iter().any(|&process| is_running(process)) {
        assert!(start.elapsed() < at_most, "still running: {processes:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
    start.elapsed()
}

/// Files in `/dev/shm` that could be ours.
pub fn shared_memory_files() -> Vec<String> {
    let entries = std::fs::read_dir("/dev/shm").into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains("pangea"))
        .collect()
}

/// Kills a command when a test fails before it has ended.
pub struct Guard(pub Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
