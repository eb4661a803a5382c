//! Nodes in processes of their own: the test program once more, in which only the test `child` runs. That finds here what it is to do,
//! and says when it has come to a point that others wait for.

#![allow(dead_code, reason = "each test binary uses a part of this")]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use pangea::cluster::JobEnv;

/// Set for such a process: what it is to do.
const PART: &str = "PANGEA_TEST_PART";

/// What this process is to do, if it is one of these.
pub(crate) fn part() -> Option<String> {
    std::env::var(PART).ok()
}

/// Tells whoever waits for it that this process has come to some point.
pub(crate) fn say(point: &str) {
    // The name of the test stands at the beginning of a line.
    println!("\n{point}");
}

/// Such a process, which is killed if it still runs in the end.
pub(crate) struct Process {
    child: Child,
    output: Option<BufReader<ChildStdout>>,
    errors: Option<JoinHandle<String>>,
}

impl Process {
    /// Starts a node that does `part`, with `variables` in its environment.
    pub(crate) fn start(job: &JobEnv, part: &str, variables: &[(&str, &str)]) -> Process {
        let mut child = Command::new(std::env::current_exe().expect("is known"))
            .args(["--exact", "child", "--nocapture", "--test-threads=1"])
            .envs(job.to_env())
            .env(PART, part)
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let output = child.stdout.take().map(BufReader::new);
        let errors = child.stderr.take().map(read_all);
        Process { child, output, errors }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it has come to some point.
    pub(crate) fn wait_for(&mut self, point: &str) {
        let output = self.output.as_mut().expect("it has not ended");
        let mut line = String::new();
        while line.trim() != point {
            line.clear();
            if output.read_line(&mut line).expect("reads") == 0 {
                let errors = self.errors.take().map(JoinHandle::join);
                panic!("it ended before it was {point}: {errors:?}");
            }
        }
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("can be killed");
    }

    /// How it ends, and what it has said since it was waited for last, on standard output and standard error.
    pub(crate) fn end_within(&mut self, limit: Duration) -> (ExitStatus, String) {
        let rest = self.output.take().map(read_all);
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("is a child") {
                break status;
            }
            assert!(begin.elapsed() < limit, "it does not end");
            thread::sleep(Duration::from_millis(5));
        };
        let readers = [rest, self.errors.take()].into_iter().flatten();
        (status, readers.map(|reader| reader.join().expect("reads")).collect())
    }
}

fn read_all(mut from: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut text = String::new();
        from.read_to_string(&mut text).expect("is text");
        text
    })
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
