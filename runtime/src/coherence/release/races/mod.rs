//! The checked mode, `PANGEA_CHECK=races`: two nodes that write the same bytes with nothing between that orders them are told.
//!
//! ```text
//!   release ──runs of changed bytes──▶ log of the page at its home: who wrote which bytes, at which time of its own
//!                                        └── bytes of another node, at a time that this one does not know of: a race
//!   barrier, view lock ──▶ vectors of times: what of each node is known to have happened before   (clocks.rs)
//! ```
//!
//! Each node counts its releases; that is its time. With barriers and view locks go vectors of such times. So two writes are ordered exactly if
//! the later writer knew, when it released, the time of the earlier one's release. (Vector clocks as in Mattern's "Virtual Time and Global
//! States of Distributed Systems", 1989; at the granularity of sync points, as an access is not seen.)
//!
//! What it does not see: bytes that were written with the value that they had; races of reads with writes; races of threads of one
//! node; a race that is hidden by a lock which another thread of the node took meanwhile, because what one thread knows counts as known to
//! all. What it does not know of: order by other means than barriers and view locks, such as atomics or messages, so programs that
//! rely on these are accused wrongly. All pages are copies, those of the node itself too, nothing is evicted, and each release takes
//! two round trips more for each changed page.

mod clocks;
mod log;

use std::env::VarError;
use std::fmt;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use clocks::Clocks;
use log::{LOG_BYTES, PageLog};

use super::sync::{OUT_OF_REACH, Patience, do_steps, read_rows};
use crate::cluster::{ClusterError, Distribution, Model, Rank};
use crate::endpoint::{ExchangeError, Place, Step};
use crate::error::Error;
use crate::primitives::{Mutex, Primitives};
use crate::space::{Segment, UnitWish, Wish};

const VARIABLE: &str = "PANGEA_CHECK";

/// Whether `PANGEA_CHECK` asks for this. A node asks once, when it joins: what it creates and what it notes must not differ.
///
/// # Errors
/// When it asks for something else.
pub(crate) fn is_asked_for() -> Result<bool, ClusterError> {
    let problem = |problem| ClusterError::Environment { variable: VARIABLE, problem };
    match std::env::var(VARIABLE) {
        Err(VarError::NotPresent) => Ok(false),
        Err(VarError::NotUnicode(_)) => Err(problem("is not UTF-8 text".to_owned())),
        Ok(text) => match text.trim() {
            "" => Ok(false),
            "races" => Ok(true),
            _ => Err(problem(format!("is {text:?}, but it can be races, or nothing"))),
        },
    }
}

/// Elements that two nodes have written with no barrier or view lock between.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Race {
    /// The array's name.
    pub name: String,
    /// The elements.
    pub elements: Range<usize>,
    /// Their bytes, counted from the array's first.
    pub bytes: Range<usize>,
    /// Where they begin in this view.
    pub address: usize,
    /// This node, and the one that had released them before.
    pub ranks: [usize; 2],
}

impl fmt::Display for Race {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Race { name, elements, bytes, address, ranks: [mine, other] } = self;
        write!(
            f,
            "data race: elements {elements:?} of {name:?} (bytes {bytes:?}, here at {address:#x}) were written by rank {mine} \
             and by rank {other}, and no barrier or view lock orders the two writes"
        )
    }
}

/// What a release has changed of a page: ranges of its bytes.
pub(super) type Written = (usize, Vec<Range<u32>>);

/// The logs of a segment, as one view uses them.
pub(super) struct Races<P: Primitives> {
    clocks: Arc<Clocks<P>>,
    /// An element for each page, at the page's home.
    logs: Segment<P>,
    found: Mutex<Found, P>,
}

#[derive(Default)]
struct Found {
    races: Vec<Race>,
    /// The page and the other rank of each; one is told of each two.
    told: Vec<(usize, u32)>,
    /// Whether it was said that a log was full.
    full: bool,
    /// Dead homes of logs that were told.
    lost: Vec<u32>,
}

/// What is known of the segment that is checked.
pub(super) struct Checked<'a> {
    pub(super) name: &'a str,
    pub(super) page_bytes: usize,
    pub(super) element_bytes: usize,
    /// The address of its first byte.
    pub(super) start: usize,
}

impl<P: Primitives> Races<P> {
    pub(super) fn new(segment: &Segment<P>, clocks: &Arc<Clocks<P>>) -> Result<Races<P>, Error> {
        let spec = segment.spec();
        let distribution = match spec.distribution {
            // Of pages alone; and a log stays where it is when its page moves.
            Distribution::FirstTouch => Distribution::Cyclic,
            other => other,
        };
        let wish = Wish {
            // Another array of this name has another number, and other logs.
            name: format!("{} (log {} of races)", spec.name, segment.id().0),
            type_name: "log".to_owned(),
            element_bytes: LOG_BYTES as u32,
            element_align: 8,
            len: segment.page_count(),
            distribution,
            model: Model::Relaxed,
            unit: UnitWish::Element,
        };
        let logs = Segment::create_or_attach(segment.endpoint(), wish)?;
        Ok(Races { clocks: Arc::clone(clocks), logs, found: Mutex::new(Found::default()) })
    }

    pub(super) fn found(&self) -> Vec<Race> {
        self.found.lock().races.clone()
    }

    /// Notes what was written, and tells what others have written beside. What belongs into the log of a dead home is dropped, which is said
    /// once; what else could not be noted stays in `written`.
    pub(super) fn note(
        &self,
        checked: &Checked<'_>,
        written: &mut Vec<Written>,
    ) -> Result<(), Error> {
        if self.clocks.are_lost() {
            written.clear();
        }
        if written.is_empty() {
            return Ok(());
        }
        let noted = self.note_all(checked, written);
        if let Err(Error::Work(lost)) = &noted {
            // A log that this node has locked would stay so as long as it lives.
            let name = checked.name;
            self.logs.endpoint().give_up(&format!(
                "a home was out of its reach for {OUT_OF_REACH:?} amid a look for races in {name:?}: {lost}"
            ));
        }
        noted
    }

    fn note_all(&self, checked: &Checked<'_>, written: &mut Vec<Written>) -> Result<(), Error> {
        // Another view of this node would take the locks that this one has for its own.
        let _alone = self.clocks.alone();
        let rank = self.logs.endpoint().rank();
        let (time, known) = self.clocks.tick();
        while let Some((page, runs)) = written.last() {
            let at = self.logs.place(*page as u64);
            let noted = self.take(at).and_then(|(mut log, before)| {
                let clashes = log.add(rank, time, &known, runs);
                self.give(at, &log, &before)?;
                Ok((clashes, log.forgets()))
            });
            match noted {
                Ok((clashes, forgets)) => {
                    for (bytes, other) in clashes {
                        self.tell(checked, *page, &bytes, other);
                    }
                    if forgets {
                        self.say_full(checked.name);
                    }
                }
                Err(_)
                    if at.rank != rank && self.logs.endpoint().health().is_dead(Rank(at.rank)) =>
                {
                    self.say_lost(checked.name, at.rank);
                }
                Err(error) => return Err(error),
            }
            written.pop();
        }
        Ok(())
    }

    /// Locks a page's log and reads it.
    fn take(&self, at: Place) -> Result<(PageLog, Vec<u8>), Error> {
        let endpoint = self.logs.endpoint();
        let (mine, mut expected, mut attempt) = (u64::from(endpoint.rank()) + 1, 0, 0);
        loop {
            let mut bytes = vec![0; LOG_BYTES];
            let mut before = [0; 2];
            let mut patience = Patience::<P>::new();
            let lock = || Step::CompareSwap { at: at.offset, expected, new: mine };
            let read = Step::Read { at: at.offset, into: &mut bytes };
            let together = endpoint.exchange_slice(at.rank, &mut [lock(), read], &mut before);
            let is_read = !is_lost(together)?;
            if !is_read {
                patience
                    .insist(|| endpoint.exchange_slice(at.rank, &mut [lock()], &mut before[..1]))?;
            }
            // A lost answer may have been that it is locked.
            if before[0] == expected || before[0] == mine {
                if !is_read {
                    read_rows(endpoint, &mut [(at, &mut bytes)])?;
                }
                return Ok((PageLog::decode(&bytes), bytes));
            }
            let holder = Rank((before[0].saturating_sub(1)) as u32);
            let is_dead = before[0] != 0 && endpoint.health().is_dead(holder);
            expected = if is_dead { before[0] } else { 0 };
            pause::<P>(attempt);
            attempt = attempt.saturating_add(1);
        }
    }

    /// Writes a log and unlocks it.
    fn give(&self, at: Place, log: &PageLog, before: &[u8]) -> Result<(), Error> {
        let endpoint = self.logs.endpoint();
        let bytes = log.encode();
        // The lock is the first word.
        let (from, to) = (&bytes[8..], at.offset + 8);
        let expected = u64::from(endpoint.rank()) + 1;
        let unlock = || Step::CompareSwap { at: at.offset, expected, new: 0 };
        if *from != before[8..] {
            let write = Step::Write { at: to, from };
            let together = endpoint.exchange_slice(at.rank, &mut [write, unlock()], &mut [0; 2]);
            if !is_lost(together)? {
                return Ok(());
            }
            // If it is unlocked, all of it was done, and the log may be another's by now.
            let mut word = [0; 8];
            Patience::<P>::new().insist(|| {
                let read = Step::Read { at: at.offset, into: &mut word };
                endpoint.exchange_slice(at.rank, &mut [read], &mut [0])
            })?;
            if u64::from_ne_bytes(word) != expected {
                return Ok(());
            }
            do_steps(endpoint, at.rank, &mut [Step::Write { at: to, from }], &mut [0], || Ok(()))?;
        }
        Patience::<P>::new().insist(|| endpoint.exchange_slice(at.rank, &mut [unlock()], &mut [0]))
    }

    fn tell(&self, checked: &Checked<'_>, page: usize, bytes: &Range<u32>, other: u32) {
        let first = page * checked.page_bytes;
        let bytes = first + bytes.start as usize..first + bytes.end as usize;
        let element = checked.element_bytes;
        let race = Race {
            name: checked.name.to_owned(),
            elements: bytes.start / element..bytes.end.div_ceil(element),
            address: checked.start + bytes.start,
            bytes,
            ranks: [self.logs.endpoint().rank(), other].map(|rank| rank as usize),
        };
        let mut found = self.found.lock();
        if !found.told.contains(&(page, other)) {
            found.told.push((page, other));
            say(&race);
        }
        found.races.push(race);
    }

    fn say_lost(&self, name: &str, home: u32) {
        let mut found = self.found.lock();
        if !found.lost.contains(&home) {
            found.lost.push(home);
            say(&format_args!(
                "races in {name:?} may be missed: rank {home} died, which kept what was written to its pages"
            ));
        }
    }

    fn say_full(&self, name: &str) {
        let mut found = self.found.lock();
        if !std::mem::replace(&mut found.full, true) {
            say(&format_args!(
                "races in {name:?} may be missed: so many ranges of one page are written that the oldest are forgotten"
            ));
        }
    }
}

/// Whether it was lost, and so is to be done again: in pieces, because of a large message some packet is lost sooner than of a small one.
fn is_lost(outcome: Result<(), ExchangeError>) -> Result<bool, Error> {
    match outcome {
        Ok(()) => Ok(false),
        Err(ExchangeError::Lost(_)) => Ok(true),
        Err(ExchangeError::Fatal(error)) => Err(error),
    }
}

/// Waits until a lock is tried again. Its holder may be out of reach for seconds, so this grows to a millisecond.
fn pause<P: Primitives>(attempt: u32) {
    const SHORT: u32 = 16;
    match attempt.checked_sub(SHORT) {
        None => P::relax(attempt),
        Some(more) => P::sleep(Duration::from_micros(1 << more.min(10))),
    }
}

/// To whoever runs the program, whatever it does with its log.
fn say(what: &dyn fmt::Display) {
    // Nobody may be there to hear it.
    let _ = writeln!(std::io::stderr(), "pangea: {what}");
}

/// Wider ranges, where elements are stored as a whole: a store that changes some bytes of a number has written all.
pub(super) fn widen(run: Range<usize>, element: usize, page: usize) -> Range<u32> {
    let whole = match element {
        1 | 2 | 4 | 8 | 16 => run.start / element * element..run.end.next_multiple_of(element),
        _ => run,
    };
    whole.start as u32..whole.end.min(page) as u32
}
