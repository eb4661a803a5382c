//! Signals of the launcher, on their way to the nodes.

use std::io;
use std::sync::mpsc::Sender;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::iterator::{Handle, Signals};

use super::Event;

/// What is handed on to all nodes.
const FORWARDED: [i32; 6] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2];

/// Whether a signal asks for the end of the job.
pub(crate) fn asks_to_end(signal: i32) -> bool {
    matches!(signal, SIGINT | SIGTERM | SIGHUP | SIGQUIT)
}

/// Catches the signals until dropped.
#[derive(Debug)]
pub(crate) struct Caught {
    handle: Handle,
}

/// From now on, sends each forwarded signal that arrives to `events`.
///
/// Signals that this process was told to ignore (as `nohup` does) stay ignored; the nodes inherit
/// that.
pub(crate) fn catch(events: Sender<Event>) -> io::Result<Caught> {
    let ignored = ignored_signals();
    let wanted = FORWARDED.into_iter().filter(|signal| ignored & (1 << (signal - 1)) == 0);
    let mut signals = Signals::new(wanted)?;
    let handle = signals.handle();
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            if events.send(Event::Signal(signal)).is_err() {
                break;
            }
        }
    })?;
    Ok(Caught { handle })
}

impl Drop for Caught {
    fn drop(&mut self) {
        self.handle.close();
    }
}

/// The mask of ignored signals; none when the system does not tell.
fn ignored_signals() -> u64 {
    std::fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|status| mask_of(&status, "SigIgn:"))
        .unwrap_or(0)
}

fn mask_of(status: &str, field: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    u64::from_str_radix(line.trim(), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ignored_signals_are_read() {
        let status = "Name:\tx\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n";
        assert_eq!(mask_of(status, "SigIgn:"), Some(0x1001));
        assert_eq!(mask_of(status, "SigCgt:"), None);
    }
}
