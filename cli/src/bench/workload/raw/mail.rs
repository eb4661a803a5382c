//! How the threads of two nodes show each other their cards: through arrays of the job.
//!
//! Cards of the provider `shm` come with open files. Since both processes are on one host, a letter says which
//! they are, and the kernel opens them anew for who reads it.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pangea::cluster::Rank;
use pangea::{Array, Distribution};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use serde::{Deserialize, Serialize};
use verbs_shim::Card;

use crate::bench::bench::{Bench, Hand};
use crate::bench::error::Error;

/// Bytes for the letter to one thread.
const LETTER: usize = 4096;
/// Words before them: the length of the letter, once it is there; and that the other side is ready.
const LEN: usize = 0;
const READY: usize = 1;
const HEAD: usize = 2;
/// Words for each thread.
const SLOT: usize = HEAD + LETTER / 8;

/// How long a thread waits for the other one's letter.
const PATIENCE: Duration = Duration::from_secs(60);
const NAP: Duration = Duration::from_micros(100);
/// After so many naps it makes sure that the other node is still there.
const NAPS: u32 = 2000;

/// What a thread shows its peer.
#[derive(Serialize, Deserialize)]
pub(super) struct Letter {
    process: u32,
    region: Enclosed,
    pair: Enclosed,
}

/// A card in a letter.
#[derive(Serialize, Deserialize)]
struct Enclosed {
    bytes: Vec<u8>,
    files: Vec<i32>,
}

impl Enclosed {
    fn new(card: &Card) -> Enclosed {
        use std::os::fd::AsRawFd;
        let files = card.fds.iter().map(|file| file.as_raw_fd()).collect();
        Enclosed { bytes: card.bytes.clone(), files }
    }

    fn open(&self, process: u32) -> Result<Card, Error> {
        let fds = self.files.iter().map(|file| open(process, *file).map(Arc::new));
        let fds = fds.collect::<io::Result<_>>().map_err(|error| {
            Error::wrong(format_args!(
                "the memory of process {process} cannot be opened through /proc: {error}; the nodes \
                 must run on one host, for one user, and see each other's processes"
            ))
        })?;
        Ok(Card { bytes: self.bytes.clone(), fds })
    }
}

impl Letter {
    pub(super) fn new(region: &Card, pair: &Card) -> Letter {
        Letter {
            process: std::process::id(),
            region: Enclosed::new(region),
            pair: Enclosed::new(pair),
        }
    }

    pub(super) fn region(&self) -> Result<Card, Error> {
        self.region.open(self.process)
    }

    pub(super) fn pair(&self) -> Result<Card, Error> {
        self.pair.open(self.process)
    }
}

/// Opens anew what another process has open; of a process itself there is a descriptor of our own.
fn open(process: u32, file: i32) -> io::Result<OwnedFd> {
    let path = format!("/proc/{process}/fd/{file}");
    if std::fs::read_link(&path)?.to_string_lossy().contains("pidfd") {
        let process = i32::try_from(process).ok().and_then(Pid::from_raw);
        let process = process.ok_or_else(|| io::Error::other("there is no such process"))?;
        return Ok(pidfd_open(process, PidfdFlags::empty())?);
    }
    Ok(File::options().read(true).write(true).open(&path)?.into())
}

/// The letter boxes of the first two nodes, one for each thread.
pub(super) struct Mail {
    boxes: [Array<u64>; 2],
}

impl Mail {
    /// Collective.
    pub(super) fn new(bench: &Bench<'_>, threads: u32) -> Result<Mail, Error> {
        let at =
            |rank| bench.array("mail", SLOT * threads as usize, Distribution::OnNode(Rank(rank)));
        Ok(Mail { boxes: [at(0)?, at(1)?] })
    }

    /// Bytes at each node.
    pub(super) fn bytes(threads: u32) -> u64 {
        (SLOT * 8) as u64 * u64::from(threads)
    }

    pub(super) fn release(self) -> Result<(), Error> {
        self.boxes.into_iter().try_for_each(Array::release)?;
        Ok(())
    }

    /// Sends a letter to the thread of the same number at the other side, and waits for its.
    pub(super) fn exchange(&self, hand: Hand, mine: &Letter) -> Result<Letter, Error> {
        let bytes = serde_json::to_vec(mine).map_err(Error::wrong)?;
        if bytes.len() > LETTER {
            return Err(Error::wrong(format_args!(
                "a card of {} bytes fits no letter",
                bytes.len()
            )));
        }
        let mut words = vec![0_u64; LETTER / 8];
        bytemuck::cast_slice_mut(&mut words)[..bytes.len()].copy_from_slice(&bytes);
        let at = hand.thread as usize * SLOT;
        self.boxes[hand.peer].put_range(at + HEAD, &words)?;
        self.boxes[hand.peer].put(at + LEN, bytes.len() as u64)?;

        let len = self.wait(hand, at + LEN)? as usize;
        self.boxes[hand.rank].get_range(at + HEAD, &mut words)?;
        let bytes = bytemuck::cast_slice::<u64, u8>(&words);
        serde_json::from_slice(&bytes[..len.min(LETTER)]).map_err(Error::wrong)
    }

    /// This side is ready; waits until the other is.
    pub(super) fn ready(&self, hand: Hand) -> Result<(), Error> {
        let at = hand.thread as usize * SLOT + READY;
        self.boxes[hand.peer].put(at, 1)?;
        self.wait(hand, at).map(|_| ())
    }

    /// Waits until a word of this side's box is not 0.
    fn wait(&self, hand: Hand, at: usize) -> Result<u64, Error> {
        let start = Instant::now();
        let mut naps: u32 = 0;
        loop {
            let word = self.boxes[hand.rank].get(at)?;
            if word != 0 {
                return Ok(word);
            }
            if start.elapsed() > PATIENCE {
                return Err(Error::wrong(format_args!(
                    "rank {} has not connected within {} s",
                    hand.peer,
                    PATIENCE.as_secs()
                )));
            }
            std::thread::sleep(NAP);
            naps += 1;
            if naps.is_multiple_of(NAPS) {
                // Fails when the other node has died.
                self.boxes[hand.peer].get(at)?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd;

    use super::*;

    #[test]
    fn files_of_a_process_are_opened_anew() {
        let file = tempfile::tempfile().unwrap();
        let here = std::process::id();
        let again = File::from(open(here, file.as_raw_fd()).unwrap());
        let inode = |file: &File| std::os::unix::fs::MetadataExt::ino(&file.metadata().unwrap());
        assert_eq!(inode(&again), inode(&file));
        let itself = pidfd_open(rustix::process::getpid(), PidfdFlags::empty()).unwrap();
        assert!(open(here, itself.as_raw_fd()).is_ok());
        let gone = Enclosed { bytes: Vec::new(), files: vec![-1] };
        assert!(gone.open(here).unwrap_err().to_string().contains("/proc"));
    }
}
