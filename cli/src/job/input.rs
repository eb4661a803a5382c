//! What is typed at a terminal, on its way to rank 0. No node is in the terminal's foreground group, so none could
//! read there itself.

use std::io;
use std::os::fd::OwnedFd;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::getpgrp;
use rustix::termios::tcgetpgrp;

/// How long the launcher waits before it looks again whether it is in the foreground.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };

/// Starts a thread that carries lines from standard input to a pipe, until either ends. It reads only while the launcher
/// is in the foreground, because the system stops who does so in the background.
pub(super) fn forward(pipe: OwnedFd) -> io::Result<()> {
    thread::Builder::new().name("input".to_owned()).stack_size(128 << 10).spawn(move || {
        if let Err(error) = carry(&pipe) {
            log::debug!("input is carried no further: {error}");
        }
    })?;
    Ok(())
}

fn carry(pipe: &OwnedFd) -> Result<(), Errno> {
    let terminal = io::stdin();
    let mut buffer = [0; 4096];
    loop {
        // A terminal that is not this session's lets everybody read.
        if tcgetpgrp(&terminal).is_ok_and(|group| group != getpgrp()) {
            thread::sleep(Duration::from_nanos(LOOK.tv_nsec.unsigned_abs()));
            continue;
        }
        let mut readable = [PollFd::new(&terminal, PollFlags::IN)];
        match poll(&mut readable, Some(&LOOK)) {
            Ok(0) | Err(Errno::INTR) => continue,
            Ok(_) => {}
            Err(error) => return Err(error),
        }
        let len = match rustix::io::read(&terminal, &mut buffer) {
            Ok(0) => return Ok(()),
            Ok(len) => len,
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error),
        };
        let mut bytes = &buffer[..len];
        while !bytes.is_empty() {
            bytes = &bytes[rustix::io::retry_on_intr(|| rustix::io::write(pipe, bytes))?..];
        }
    }
}
