//! [`Job`]: a job under `pangea run`, as the driver sees it from outside: its lines, its processes, its end.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// What a job may take beyond what it is given to work: to start, to notice deaths, to leave.
const SLACK: Duration = Duration::from_secs(120);

/// How jobs are started.
#[derive(Clone, Debug)]
pub(crate) struct Launch {
    /// Where programs are: this one, the other examples, and, a folder above, `pangea`.
    examples: PathBuf,
    provider: String,
    pub(crate) nodes: usize,
}

impl Launch {
    /// Jobs of the programs that were built together with this one.
    pub(crate) fn new(provider: &str, nodes: usize) -> Result<Launch, String> {
        let this = std::env::current_exe().map_err(|error| format!("this program: {error}"))?;
        let examples = this.parent().unwrap_or(Path::new(".")).to_owned();
        let launch = Launch { examples, provider: provider.to_owned(), nodes };
        for program in [launch.pangea(), launch.example("bank"), launch.example("queue")] {
            if !program.exists() {
                return Err(format!(
                    "{} is missing; first: cargo build --release, and with --examples",
                    program.display()
                ));
            }
        }
        Ok(launch)
    }

    fn pangea(&self) -> PathBuf {
        self.examples.with_file_name("pangea")
    }

    fn example(&self, name: &str) -> PathBuf {
        self.examples.join(name)
    }

    /// Starts a job of an example. `seconds` is what it is given to work.
    pub(crate) fn start(
        &self,
        options: &[&str],
        program: &str,
        arguments: &[String],
        seconds: f64,
    ) -> Result<Job, String> {
        let mut command = Command::new(self.pangea());
        command.args(["run", "-n", &self.nodes.to_string(), "--provider", &self.provider]);
        command.args(["--memory", "8M"]).args(options).arg("--");
        command.arg(self.example(program)).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child =
            command.spawn().map_err(|error| format!("{}: {error}", self.pangea().display()))?;
        let (sender, lines) = channel();
        let streams = [
            child.stdout.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
            child.stderr.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
        ];
        for stream in streams.into_iter().flatten() {
            let sender = sender.clone();
            thread::spawn(move || {
                for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
                    // Nobody listens any more when the job was given up.
                    let _ = sender.send(String::from_utf8_lossy(&line).into_owned());
                }
            });
        }
        let until = Instant::now() + Duration::from_secs_f64(seconds) + SLACK;
        Ok(Job { child, lines, told: Vec::new(), processes: BTreeMap::new(), until })
    }
}

/// A job.
pub(crate) struct Job {
    child: Child,
    lines: Receiver<String>,
    /// All lines so far.
    told: Vec<String>,
    /// The processes of the ranks that have said so.
    processes: BTreeMap<usize, i32>,
    until: Instant,
}

impl Job {
    /// Takes in what the job says, for this long or until it has ended. False if it has.
    pub(crate) fn listen(&mut self, time: Duration) -> bool {
        let end = Instant::now() + time;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    if let Some((rank, process)) = at_work(&line) {
                        self.processes.insert(rank, process);
                    }
                    self.told.push(line);
                }
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }

    /// Waits until so many ranks are at work.
    pub(crate) fn wait_for_work(&mut self, ranks: usize) -> Result<(), String> {
        while self.processes.len() < ranks {
            if !self.listen(Duration::from_millis(10)) {
                return Err(self.report("it ended before all ranks were at work"));
            }
            self.check_time()?;
        }
        Ok(())
    }

    fn check_time(&mut self) -> Result<(), String> {
        if Instant::now() < self.until {
            return Ok(());
        }
        // The launcher hands it on to the nodes.
        self.signal(Signal::TERM);
        self.listen(Duration::from_secs(5));
        self.signal(Signal::KILL);
        Err(self.report("it hangs"))
    }

    fn signal(&self, signal: Signal) {
        send(self.child.id().cast_signed(), signal);
    }

    /// Kills a rank, as `kill -9` does.
    pub(crate) fn kill(&mut self, rank: usize) {
        self.told.push(format!("(rank {rank} is killed)"));
        if let Some(process) = self.processes.get(&rank) {
            send(*process, Signal::KILL);
        }
    }

    /// Waits for its end, which must be a good one; the answer is what it said.
    pub(crate) fn finish(mut self) -> Result<Vec<String>, String> {
        while self.listen(Duration::from_millis(100)) {
            self.check_time()?;
        }
        let status = self.child.wait().map_err(|error| error.to_string())?;
        if status.success() {
            Ok(std::mem::take(&mut self.told))
        } else {
            Err(self.report(&ended(status)))
        }
    }

    /// A failure, with everything that the job said.
    pub(crate) fn report(&self, what: &str) -> String {
        format!("{what}; it said:\n    {}", self.told.join("\n    "))
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        // Of a job that has ended, this does nothing.
        if let Ok(None) = self.child.try_wait() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn ended(status: ExitStatus) -> String {
    format!("it ended with {status}")
}

fn send(process: i32, signal: Signal) {
    // A process that has ended meanwhile is as dead as one that is killed.
    if let Some(process) = Pid::from_raw(process) {
        let _ = kill_process(process, signal);
    }
}

/// The rank and process of a line "rank 2 is at work (process 4711)".
fn at_work(line: &str) -> Option<(usize, i32)> {
    let (_, rest) = line.split_once("rank ")?;
    let (rank, rest) = rest.split_once(" is at work (process ")?;
    Some((rank.parse().ok()?, rest.strip_suffix(')')?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_are_told_by_what_they_say() {
        assert_eq!(at_work("[2] rank 2 is at work (process 4711)"), Some((2, 4711)));
        assert_eq!(at_work("rank 0 is at work (process 1)"), Some((0, 1)));
        assert_eq!(at_work("[2] rank 2 is at work"), None);
        assert_eq!(at_work("account 3: rank 2 died"), None);
    }
}
