//! Programs that are run: with a time limit, or in the background until they are no longer needed.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Seek};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// How the scheduler treats a program over soft-RoCE.
///
/// With each READ the driver wakes a thread of the kernel for work that is then done without it. Whether the scheduler lets
/// that thread in between, which takes a third of the READ's time in an emulated machine, differs from one run to the next,
/// and has nothing to do with who reads. It does not let it in before a real-time process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// For programs of which one side works and the other one sleeps.
    RealTime,
    /// For those of which both work all the time: the kernel's own threads need a processor, too.
    Usual,
}

impl Priority {
    /// The program with that priority.
    pub fn command(self, program: impl AsRef<OsStr>) -> Command {
        match self {
            Priority::Usual => Command::new(program),
            Priority::RealTime => {
                let mut command = Command::new("chrt");
                command.args(["--fifo", "1"]).arg(program);
                command
            }
        }
    }
}

/// A program in a process group of its own, which is killed as a whole when this is dropped.
pub struct Running {
    child: Child,
    name: String,
    output: File,
    errors: File,
}

impl Running {
    /// Starts a program; what it says is kept.
    ///
    /// # Errors
    /// When there is no such program.
    pub fn start(command: &mut Command) -> Result<Running, String> {
        let name = command.get_program().to_string_lossy().into_owned();
        let file = || tempfile::tempfile().map_err(|e| format!("a temporary file: {e}"));
        let share = |file: &File| file.try_clone().map_err(|e| format!("a temporary file: {e}"));
        let (output, errors) = (file()?, file()?);
        command
            .stdin(Stdio::null())
            .stdout(share(&output)?)
            .stderr(share(&errors)?)
            .process_group(0);
        let child = command.spawn().map_err(|e| format!("{name}: {e}"))?;
        Ok(Running { child, name, output, errors })
    }

    /// Its output, once it has ended; an error when it takes longer than `limit`, or fails.
    ///
    /// # Errors
    /// Those, with what it has said.
    pub fn finish(mut self, limit: Duration) -> Result<String, String> {
        let (status, output) = self.wait(limit)?;
        if status.success() { Ok(output) } else { Err(self.failure(&status.to_string(), &output)) }
    }

    /// How it has ended, and its output.
    ///
    /// # Errors
    /// When it takes longer than `limit`.
    pub fn wait(&mut self, limit: Duration) -> Result<(ExitStatus, String), String> {
        let start = Instant::now();
        loop {
            match self.child.try_wait().map_err(|e| format!("{}: {e}", self.name))? {
                Some(status) => return Ok((status, text_of(&mut self.output))),
                None if start.elapsed() > limit => {
                    let output = text_of(&mut self.output);
                    return Err(self.failure(&format!("has not ended after {limit:?}"), &output));
                }
                // Rarely, because what runs is being measured.
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    /// Whether it has ended.
    pub fn is_over(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// A failure in one line: the last of what the program has said that speaks of an error, or else the last.
    pub fn failure(&mut self, how: &str, output: &str) -> String {
        let errors = text_of(&mut self.errors);
        let lines = || output.lines().chain(errors.lines()).map(str::trim);
        let speaks = |line: &&str| {
            let line = line.to_lowercase();
            ["error", "fatal", "cannot", "failed"].iter().any(|word| line.contains(word))
        };
        let mut said = lines().filter(|line| line.chars().any(char::is_alphanumeric));
        let last = lines().rfind(speaks).or_else(|| said.next_back());
        let said = last.unwrap_or("it said nothing");
        format!("{} ({how}): {}", self.name, said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // Nothing to kill is what is hoped for.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

fn text_of(file: &mut File) -> String {
    let mut bytes = Vec::new();
    let read = file.rewind().and_then(|()| file.read_to_end(&mut bytes));
    if read.is_ok() { String::from_utf8_lossy(&bytes).into_owned() } else { String::new() }
}

/// Runs a program to its end.
///
/// # Errors
/// When it cannot be started, takes longer than `limit`, or fails.
pub fn run(command: &mut Command, limit: Duration) -> Result<String, String> {
    Running::start(command)?.finish(limit)
}

/// The first line that a program prints, for its version. Some fail after it.
///
/// # Errors
/// When it cannot be started, or prints none.
pub fn first_line(program: &str, args: &[&str]) -> Result<String, String> {
    let mut running = Running::start(Command::new(program).args(args))?;
    let (status, output) = running.wait(Duration::from_secs(20))?;
    match output.lines().find(|line| !line.trim().is_empty()) {
        Some(line) => Ok(line.trim().to_owned()),
        None => Err(running.failure(&status.to_string(), &output)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, limit: u64) -> Result<String, String> {
        run(Command::new("sh").args(["-c", script]), Duration::from_millis(limit))
    }

    #[test]
    fn output_and_failures() {
        assert_eq!(shell("echo a; echo b >&2", 10_000), Ok("a\n".into()));
        let failed = shell("echo a; echo 'no device' >&2; exit 3", 10_000).expect_err("fails");
        assert!(failed.contains("no device") && failed.contains('3'), "{failed}");
        assert_eq!(first_line("sh", &["-c", "echo version 6; exit 1"]), Ok("version 6".into()));
        assert!(
            first_line("sh", &["-c", "echo 'no option' >&2"])
                .expect_err("fails")
                .contains("no option")
        );
        let failed =
            shell("echo 'no error'; echo 'fatal: it broke' >&2; echo frame 1 >&2; exit 1", 10_000);
        assert!(failed.expect_err("fails").ends_with("fatal: it broke"));
        assert!(run(&mut Command::new("no-such-program-here"), Duration::from_secs(1)).is_err());
    }

    #[test]
    fn a_program_that_does_not_end_is_killed_with_its_children() {
        let start = Instant::now();
        let failed = shell("sleep 60 & sleep 60", 100).expect_err("takes too long");
        assert!(failed.contains("has not ended"), "{failed}");
        assert!(start.elapsed() < Duration::from_secs(30));
    }
}
