//! [`Counted`]: a decorator that counts what passes through any other provider.
//!
//! Each queue pair counts for itself, in cells that only its own thread writes; whoever asks for the
//! sum reads them from outside. So counting costs a few increments of private cache lines, and
//! threads never meet.

use std::ops::{Add, Sub};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::{Portable, Provider, RawQueuePair, RawWindow, Refusal};
use crate::capabilities::Capabilities;
use crate::card::Card;
use crate::error::{Error, Status};
use crate::memory::{HugePages, Memory};
use crate::queue_pair::QueuePairConfig;
use crate::region::{Access, Registration, RemoteAddr, RemoteRegion};
use crate::window::Update;
use crate::work_request::{Atomic, OperationKind, WorkRequest};

/// What has passed since a provider was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// READs.
    pub reads: u64,
    /// WRITEs.
    pub writes: u64,
    /// Compare-and-swaps and fetch-and-adds.
    pub atomics: u64,
    /// Bytes that READs brought.
    pub bytes_read: u64,
    /// Bytes that WRITEs took.
    pub bytes_written: u64,
    /// Batches posted, each with one doorbell. Requests of one batch travel together, so a program
    /// that waits for each batch has made this many round trips; one that keeps several batches in
    /// flight has waited less often.
    pub round_trips: u64,
    /// Queue pairs made, those that are gone included. Each end counts with the provider that made
    /// it.
    pub queue_pairs: u64,
}

impl Counts {
    /// READs, WRITEs and atomics together.
    pub fn operations(&self) -> u64 {
        self.reads + self.writes + self.atomics
    }

    fn zip(self, other: Counts, f: impl Fn(u64, u64) -> u64) -> Counts {
        Counts {
            reads: f(self.reads, other.reads),
            writes: f(self.writes, other.writes),
            atomics: f(self.atomics, other.atomics),
            bytes_read: f(self.bytes_read, other.bytes_read),
            bytes_written: f(self.bytes_written, other.bytes_written),
            round_trips: f(self.round_trips, other.round_trips),
            queue_pairs: f(self.queue_pairs, other.queue_pairs),
        }
    }
}

impl Add for Counts {
    type Output = Counts;

    fn add(self, other: Counts) -> Counts {
        self.zip(other, u64::wrapping_add)
    }
}

impl Sub for Counts {
    type Output = Counts;

    fn sub(self, other: Counts) -> Counts {
        self.zip(other, u64::wrapping_sub)
    }
}

/// The counters of one queue pair. Written by one thread at a time, read by any.
#[derive(Debug, Default)]
struct Cells {
    reads: AtomicU64,
    writes: AtomicU64,
    atomics: AtomicU64,
    bytes_read: AtomicU64,
    bytes_written: AtomicU64,
    round_trips: AtomicU64,
    /// Operations through a window, a round trip each: READs and WRITEs of 8 bytes, and atomics. One counter for each,
    /// because there what is counted takes no longer than the counting.
    words_read: AtomicU64,
    words_written: AtomicU64,
    words_changed: AtomicU64,
}

/// Adds to a counter that has one writer: a load and a store, no locked instruction.
#[inline]
fn bump(counter: &AtomicU64, by: u64) {
    counter.store(counter.load(Ordering::Relaxed).wrapping_add(by), Ordering::Relaxed);
}

impl Cells {
    #[inline(always)]
    fn count(&self, kind: OperationKind, len: usize) {
        match kind {
            OperationKind::Read => {
                bump(&self.reads, 1);
                bump(&self.bytes_read, len as u64);
            }
            OperationKind::Write => {
                bump(&self.writes, 1);
                bump(&self.bytes_written, len as u64);
            }
            OperationKind::CompareSwap | OperationKind::FetchAdd => bump(&self.atomics, 1),
        }
    }

    /// Counts an operation in place, a round trip by itself, if it was executed.
    #[inline(always)]
    fn count_if(&self, done: bool, kind: OperationKind, len: usize) {
        if done {
            self.count(kind, len);
            bump(&self.round_trips, 1);
        }
    }

    fn counts(&self) -> Counts {
        let load = |cell: &AtomicU64| cell.load(Ordering::Relaxed);
        let read = load(&self.words_read);
        let written = load(&self.words_written);
        let changed = load(&self.words_changed);
        Counts {
            reads: load(&self.reads) + read,
            writes: load(&self.writes) + written,
            atomics: load(&self.atomics) + changed,
            bytes_read: load(&self.bytes_read) + 8 * read,
            bytes_written: load(&self.bytes_written) + 8 * written,
            round_trips: load(&self.round_trips) + read + written + changed,
            // Counted in the ledger.
            queue_pairs: 0,
        }
    }
}

#[derive(Debug, Default)]
struct Ledger {
    /// What pairs that are gone have counted; and all pairs ever made.
    closed: Counts,
    open: Vec<Weak<Cells>>,
}

/// Counts what passes through `P`.
#[derive(Debug)]
pub struct Counted<P> {
    inner: P,
    ledger: Arc<Mutex<Ledger>>,
}

impl<P: Provider> Counted<P> {
    /// Wraps a provider.
    pub fn new(inner: P) -> Counted<P> {
        Counted { inner, ledger: Arc::default() }
    }

    /// The provider inside.
    pub fn inner(&self) -> &P {
        &self.inner
    }

    /// The sum over all queue pairs so far, those that are gone included.
    pub fn counts(&self) -> Counts {
        self.counter().counts()
    }

    /// What reads the counts, also when the provider is gone.
    pub fn counter(&self) -> Counter {
        Counter { ledger: Arc::clone(&self.ledger) }
    }
}

/// Reads the counts of a [`Counted`] provider, wherever that has gone.
#[derive(Clone, Debug)]
pub struct Counter {
    ledger: Arc<Mutex<Ledger>>,
}

impl Counter {
    /// See [`Counted::counts`].
    pub fn counts(&self) -> Counts {
        let ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        ledger
            .open
            .iter()
            .filter_map(Weak::upgrade)
            .fold(ledger.closed, |sum, cells| sum + cells.counts())
    }
}

/// A queue pair that counts.
pub struct CountedQueuePair<Q> {
    inner: Q,
    cells: Arc<Cells>,
    ledger: Arc<Mutex<Ledger>>,
}

impl<Q> Drop for CountedQueuePair<Q> {
    fn drop(&mut self) {
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = Arc::downgrade(&self.cells);
        ledger.open.retain(|cells| !cells.ptr_eq(&mine));
        ledger.closed = ledger.closed + self.cells.counts();
    }
}

impl<P: Provider> Provider for Counted<P> {
    type CompletionQueue = P::CompletionQueue;
    type QueuePair = CountedQueuePair<P::QueuePair>;

    #[inline]
    fn capabilities(&self) -> &Capabilities {
        self.inner.capabilities()
    }

    fn allocate(&self, len: usize, huge: HugePages) -> Result<Memory, Error> {
        self.inner.allocate(len, huge)
    }

    fn register(&self, memory: &Arc<Memory>, access: Access) -> Result<Registration, Error> {
        self.inner.register(memory, access)
    }

    fn import(&self, card: &Card) -> Result<RemoteRegion, Error> {
        self.inner.import(card)
    }

    fn completion_queue(&self, depth: u32) -> Result<Self::CompletionQueue, Error> {
        self.inner.completion_queue(depth)
    }

    fn queue_pair(
        &self,
        queue: &mut Self::CompletionQueue,
        config: &QueuePairConfig,
    ) -> Result<Self::QueuePair, Error> {
        let inner = self.inner.queue_pair(queue, config)?;
        let cells = Arc::new(Cells::default());
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        ledger.open.push(Arc::downgrade(&cells));
        ledger.closed.queue_pairs += 1;
        drop(ledger);
        Ok(CountedQueuePair { inner, cells, ledger: Arc::clone(&self.ledger) })
    }
}

// SAFETY: true of the provider inside; the counters are atomics behind an `Arc`.
unsafe impl<P: Portable> Portable for Counted<P> {}

/// A window that counts.
pub struct CountedWindow<W> {
    inner: W,
    cells: Arc<Cells>,
}

impl<W: Clone> Clone for CountedWindow<W> {
    fn clone(&self) -> Self {
        CountedWindow { inner: self.inner.clone(), cells: Arc::clone(&self.cells) }
    }
}

// SAFETY: an operation is one of the window inside, and increments of counters.
unsafe impl<W: RawWindow> RawWindow for CountedWindow<W> {
    #[inline(always)]
    fn read(&self, offset: u64, into: &mut [u8]) -> bool {
        let done = self.inner.read(offset, into);
        self.cells.count_if(done, OperationKind::Read, into.len());
        done
    }

    #[inline(always)]
    fn load(&self, offset: u64) -> Option<u64> {
        let word = self.inner.load(offset)?;
        bump(&self.cells.words_read, 1);
        Some(word)
    }

    #[inline(always)]
    fn write(&self, from: &[u8], offset: u64) -> bool {
        let done = self.inner.write(from, offset);
        if done && from.len() == 8 {
            bump(&self.cells.words_written, 1);
        } else {
            self.cells.count_if(done, OperationKind::Write, from.len());
        }
        done
    }

    #[inline(always)]
    fn atomic(&self, atomic: Atomic, offset: u64) -> Option<u64> {
        let before = self.inner.atomic(atomic, offset)?;
        bump(&self.cells.words_changed, 1);
        Some(before)
    }

    #[inline(always)]
    fn update(&self, update: Update, operand: u64, offset: u64) -> bool {
        let done = self.inner.update(update, operand, offset);
        if done {
            bump(&self.cells.words_changed, 1);
        }
        done
    }

    #[inline]
    fn prefetch(&self, offset: u64) {
        self.inner.prefetch(offset);
    }
}

impl<Q: RawQueuePair> RawQueuePair for CountedQueuePair<Q> {
    type Window = CountedWindow<Q::Window>;

    fn number(&self) -> u32 {
        self.inner.number()
    }

    fn card(&self) -> Card {
        self.inner.card()
    }

    fn connect(&mut self, peer: &Card) -> Result<(), Error> {
        self.inner.connect(peer)
    }

    #[inline(always)]
    fn post(
        &mut self,
        requests: &[WorkRequest<'_>],
        first_id: u64,
        signal_last: bool,
    ) -> Result<(), Refusal> {
        self.inner.post(requests, first_id, signal_last)?;
        for request in requests {
            self.cells.count(request.kind(), request.len());
        }
        bump(&self.cells.round_trips, 1);
        Ok(())
    }

    fn fail(&mut self) -> Result<(), Error> {
        self.inner.fail()
    }

    fn window(&mut self, from: RemoteAddr) -> Option<Self::Window> {
        let inner = self.inner.window(from)?;
        Some(CountedWindow { inner, cells: Arc::clone(&self.cells) })
    }

    #[inline]
    fn read_in_place(&mut self, remote: RemoteAddr, into: &mut [u8]) -> Option<Status> {
        let done = self.inner.read_in_place(remote, into);
        self.cells.count_if(done.is_some(), OperationKind::Read, into.len());
        done
    }

    #[inline]
    fn write_in_place(&mut self, from: &[u8], remote: RemoteAddr) -> Option<Status> {
        let done = self.inner.write_in_place(from, remote);
        self.cells.count_if(done.is_some(), OperationKind::Write, from.len());
        done
    }

    #[inline]
    fn atomic_in_place(
        &mut self,
        atomic: Atomic,
        remote: RemoteAddr,
        result: &mut u64,
    ) -> Option<Status> {
        let done = self.inner.atomic_in_place(atomic, remote, result);
        self.cells.count_if(done.is_some(), atomic.kind(), 8);
        done
    }
}
