//! The pump: one thread that carries the output of all nodes to the launcher's own.
//!
//! Lines are whole and prefixed by rank. Standard output goes to standard output and standard error
//! to standard error; since one thread writes both, lines never mix. A reader that is slow holds
//! the nodes up, as a pipe would; when the reader is gone, so are the nodes' pipes.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::thread::{self, JoinHandle};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use super::prefix::Prefixer;
use crate::style;

/// Which of the launcher's own streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
}

/// One pipe from a node.
#[derive(Debug)]
struct Source {
    pipe: OwnedFd,
    to: Stream,
    prefixer: Prefixer,
}

/// Pipes to be pumped.
#[derive(Debug, Default)]
pub(crate) struct Pump {
    sources: Vec<Source>,
}

/// A pump at work.
#[derive(Debug)]
pub(crate) struct Pumping {
    thread: JoinHandle<()>,
    /// Closing this tells the thread that all nodes have ended.
    all_ended: OwnedFd,
}

/// Colors of the prefixes on a terminal: neighbors differ.
const COLORS: [&str; 6] = ["36", "33", "35", "32", "34", "31"];

/// What is put before each line of a node.
fn prefix(rank: usize, colored: bool) -> String {
    if colored {
        format!("\x1b[{}m[{rank}]\x1b[0m ", COLORS[rank % COLORS.len()])
    } else {
        format!("[{rank}] ")
    }
}

impl Pump {
    /// Adds a pipe of a node.
    pub(crate) fn add(&mut self, rank: usize, to: Stream, pipe: OwnedFd) {
        let prefixer = Prefixer::new(prefix(rank, style::colored(to == Stream::Stderr)));
        self.sources.push(Source { pipe, to, prefixer });
    }

    /// Sets the thread to work.
    pub(crate) fn start(self) -> io::Result<Pumping> {
        let (ended, all_ended) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
        let thread = thread::Builder::new()
            .name("output".to_owned())
            .spawn(move || run(self.sources, &ended))?;
        Ok(Pumping { thread, all_ended })
    }
}

impl Pumping {
    /// All nodes have ended: writes what is still in the pipes, and returns when it is written.
    /// Pipes that processes outside of the job hold open are not waited for.
    pub(crate) fn finish(self) {
        drop(self.all_ended);
        // A pump that panicked has said so already.
        let _ = self.thread.join();
    }
}

fn run(mut sources: Vec<Source>, ended: &OwnedFd) {
    let mut buffer = vec![0; 1 << 16];
    let mut out = Vec::new();
    let mut readable = Vec::new();
    let mut last_round = false;
    while !sources.is_empty() {
        {
            let mut fds = vec![PollFd::new(ended, PollFlags::IN)];
            fds.extend(sources.iter().map(|source| PollFd::new(&source.pipe, PollFlags::IN)));
            // The first becomes ready for good when all nodes have ended, so nothing waits then.
            match poll(&mut fds, None) {
                Ok(_) | Err(Errno::INTR) => {}
                // Without poll there is no way to go on; the nodes see their pipes close.
                Err(error) => return style::error(format_args!("cannot wait for output: {error}")),
            }
            readable.clear();
            readable.extend(fds.iter().map(|fd| !fd.revents().is_empty()));
        }
        if last_round && !readable[1..].contains(&true) {
            break;
        }
        last_round = readable[0];
        // From its end backwards, so that a removal moves nothing that is still to be looked at.
        for at in (0..sources.len()).rev() {
            if readable[at + 1] && !carry(&mut sources[at], &mut buffer, &mut out) {
                sources.swap_remove(at);
            }
        }
    }
    for source in &mut sources {
        out.clear();
        source.prefixer.finish(&mut out);
        let _ = write_all(source.to, &out);
    }
}

/// Moves what is there; false when the stream is over.
fn carry(source: &mut Source, buffer: &mut [u8], out: &mut Vec<u8>) -> bool {
    out.clear();
    let more = match rustix::io::read(&source.pipe, &mut *buffer) {
        Ok(0) => {
            source.prefixer.finish(out);
            false
        }
        Ok(count) => {
            source.prefixer.push(&buffer[..count], out);
            true
        }
        Err(Errno::INTR | Errno::AGAIN) => true,
        Err(_) => false,
    };
    // When nobody reads any more, the node gets to know by its own pipe.
    write_all(source.to, out).is_ok() && more
}

/// Writes all of `bytes`, also to a terminal or pipe that somebody has made non-blocking.
fn write_all(to: Stream, mut bytes: &[u8]) -> Result<(), Errno> {
    let (stdout, stderr) = (io::stdout(), io::stderr());
    let fd: BorrowedFd<'_> = match to {
        Stream::Stdout => stdout.as_fd(),
        Stream::Stderr => stderr.as_fd(),
    };
    while !bytes.is_empty() {
        match rustix::io::write(fd, bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => {
                poll(&mut [PollFd::new(&fd, PollFlags::OUT)], None)?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
