//! [`RwLock`]: data that many read, or one writes.
//!
//! | file | what |
//! | --- | --- |
//! | `mod.rs` | [`RwLock`] and how it is taken |
//! | `guards.rs` | [`RwLockReadGuard`], [`RwLockWriteGuard`] |
//! | `turns.rs` | who of a node's threads is next; pure |

mod guards;
mod turns;

use std::fmt;
use std::sync::Arc;

use guards::{Reader, Writer};
pub use guards::{RwLockReadGuard, RwLockWriteGuard};
use turns::{Enter, HasIt, Kind, Turns};

use super::builder::{ObjectBuilder, Plan};
use super::locals::Locals;
use super::lock::{BLOCK, Lock};
use super::poison::LockError;
use crate::coherence::protocol::{self, DATA, Locked, Poison, Reading, Trouble};
use crate::coherence::{Blocks, Coherence, Handed};
use crate::error::Error;
use crate::primitives::{Condvar, Mutex, MutexGuard, Primitives, System};
use crate::space::{Element, Value};

/// A lock around a value that any number of threads of all nodes may read at once, or one may write. As
/// [`std::sync::RwLock`]: a writer that panics poisons it, and so does one whose node dies.
///
/// # Order
/// As [`Mutex`](crate::Mutex): a writer sees what all readers and writers before it had done or seen, a reader
/// what all writers before it had.
///
/// # Cost
/// In round trips: the first reader of a node 1 when nobody writes, and 1 for the last one when it is done;
/// those in between none. A writer 1 or 2, and one for each look while others have it; unlocking 1. Threads of
/// one node that write after each other hand it over as those of a mutex do.
///
/// # Fairness
/// Threads of a node enter in the order in which they came, readers and writers alike. Writers of all nodes,
/// and readers that found one there, get it in turn. Readers cannot keep writers out: once a writer has
/// its turn no reader enters, and the readers of one node give the lock back after 64 have relieved each other.
///
/// ```
/// let node = pangea::join()?;
/// let settings = node.rwlock::<[f64; 3]>("settings").create()?;
/// settings.write()?[1] = 0.5;
/// assert_eq!(settings.read()?[1], 0.5);
/// # Ok::<(), pangea::Error>(())
/// ```
pub struct RwLock<T: Value + ?Sized, P: Primitives = System> {
    inner: Arc<Inner<T, P>>,
}

struct Inner<T: Value + ?Sized, P: Primitives> {
    lock: Lock<P>,
    local: Arc<Local<T, P>>,
    /// Memory for the value of a writer, when there is none.
    spare: Mutex<Option<Box<T>>, P>,
}

/// What the threads of a node share of a lock.
struct Local<T: ?Sized, P> {
    table: Mutex<Table<T>, P>,
    /// Somebody else may be next.
    changed: Condvar<P>,
}

struct Table<T: ?Sized> {
    turns: Turns<usize>,
    /// While the node has the lock for reading.
    shared: Option<Shared<T>>,
    /// What the writer before left for the next one of this node.
    handed: Option<Handed>,
    /// Memory for the value of readers, when there are none.
    spare: Option<Arc<T>>,
}

struct Shared<T: ?Sized> {
    value: Arc<T>,
    reading: Reading,
}

type Guard<G> = Result<G, LockError<G>>;
type TryGuard<G> = Result<Option<G>, LockError<G>>;

impl<T: Value + ?Sized, P: Primitives> Clone for RwLock<T, P> {
    fn clone(&self) -> Self {
        RwLock { inner: Arc::clone(&self.inner) }
    }
}

impl<T: Element, P: Primitives> RwLock<T, P> {
    pub(crate) fn builder(
        coherence: &Arc<Coherence<P>>,
        locals: &Arc<Locals<P>>,
        name: &str,
    ) -> ObjectBuilder<Self, P> {
        let plan = Plan::block_of::<T>("RwLock", Lock::tail(coherence, true));
        let locals = Arc::clone(locals);
        ObjectBuilder::of_block(coherence, name, plan, move |blocks| RwLock::new(blocks, &locals))
    }
}

impl<P: Primitives> RwLock<[u128], P> {
    /// Of a value of so many bytes.
    pub(crate) fn builder_of(
        coherence: &Arc<Coherence<P>>,
        locals: &Arc<Locals<P>>,
        name: &str,
        bytes: usize,
    ) -> ObjectBuilder<Self, P> {
        let plan = Plan::block_of_bytes("RwLock", bytes, Lock::tail(coherence, true));
        let locals = Arc::clone(locals);
        ObjectBuilder::of_block(coherence, name, plan, move |blocks| RwLock::new(blocks, &locals))
    }
}

impl<T: Value + ?Sized, P: Primitives> RwLock<T, P> {
    fn new(blocks: Blocks<P>, locals: &Locals<P>) -> Result<RwLock<T, P>, Error> {
        let local = locals.get(blocks.segment().id(), Local::new).ok_or_else(|| {
            let name = blocks.segment().spec().name.clone();
            let reason = "this node uses it with another type of the same name".to_owned();
            Error::BadObject { what: "RwLock", name, reason }
        })?;
        let (lock, spare) = (Lock::new(blocks, true), Mutex::new(None));
        Ok(RwLock { inner: Arc::new(Inner { lock, local, spare }) })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.inner.lock.name()
    }

    /// Waits until nobody writes, and reads.
    ///
    /// # Errors
    /// [`LockError::Poisoned`], in which the guard is; else it is not this thread's:
    /// [`Error::WouldDeadlock`] when the thread has it already, for reading or writing, or its home died.
    pub fn read(&self) -> Guard<RwLockReadGuard<'_, T, P>> {
        let inner = &*self.inner;
        inner.lock.check()?;
        let thread = inner.thread()?;
        let (value, poison) = match inner.enter(thread, Kind::Read)? {
            Entered::Joined(value, poison) => (value, poison),
            Entered::Fetch => {
                let mut bytes = inner.lock.take_buffer();
                let words = inner.lock.words();
                match protocol::lock_shared(&mut inner.lock.agent(&mut bytes), words) {
                    Ok(reading) => inner.fetched_shared(bytes, reading),
                    Err(trouble) => return Err(inner.failed(thread, trouble).into()),
                }
            }
        };
        RwLockReadGuard::make(Reader { inner, thread, value }, poison)
    }

    /// Reads, if nobody writes or waits for that: at most 2 round trips, and a third after the death of a
    /// writer.
    ///
    /// # Errors
    /// As [`RwLock::read`].
    pub fn try_read(&self) -> TryGuard<RwLockReadGuard<'_, T, P>> {
        let inner = &*self.inner;
        inner.lock.check()?;
        let thread = inner.thread()?;
        let (value, poison) = match inner.try_enter(thread, Kind::Read)? {
            None => return Ok(None),
            Some(Entered::Joined(value, poison)) => (value, poison),
            Some(Entered::Fetch) => {
                let mut bytes = inner.lock.take_buffer();
                let words = inner.lock.words();
                match protocol::try_lock_shared(&mut inner.lock.agent(&mut bytes), words) {
                    Ok(Some(reading)) => inner.fetched_shared(bytes, reading),
                    Ok(None) => {
                        inner.lock.put_buffer(bytes);
                        inner.returned(thread, |_| {});
                        return Ok(None);
                    }
                    Err(trouble) => return Err(inner.failed(thread, trouble).into()),
                }
            }
        };
        RwLockReadGuard::make(Reader { inner, thread, value }, poison).map(Some)
    }

    /// Waits until it is this thread's alone, and writes.
    ///
    /// # Errors
    /// As [`RwLock::read`].
    pub fn write(&self) -> Guard<RwLockWriteGuard<'_, T, P>> {
        let inner = &*self.inner;
        inner.lock.check()?;
        let thread = inner.thread()?;
        // A writer never joins.
        let _ = inner.enter(thread, Kind::Write)?;
        let handed = inner.local.table.lock().handed.take();
        if let Some(Handed { locked, buffer, times }) = handed {
            inner.fetched(Kind::Write, None);
            return inner.writer(thread, locked, buffer, times);
        }
        let (words, guess) = (inner.lock.words(), inner.lock.guess());
        let mut bytes = inner.lock.take_buffer();
        match protocol::lock(&mut inner.lock.agent(&mut bytes), words, guess) {
            Ok(locked) => {
                inner.fetched(Kind::Write, None);
                inner.writer(thread, locked, bytes, 0)
            }
            Err(trouble) => Err(inner.failed(thread, trouble).into()),
        }
    }

    /// Writes, if nobody has it and nobody waits for it: at most 2 round trips.
    ///
    /// # Errors
    /// As [`RwLock::read`].
    pub fn try_write(&self) -> TryGuard<RwLockWriteGuard<'_, T, P>> {
        let inner = &*self.inner;
        inner.lock.check()?;
        let thread = inner.thread()?;
        if inner.try_enter(thread, Kind::Write)?.is_none() {
            return Ok(None);
        }
        let (words, guess) = (inner.lock.words(), inner.lock.guess());
        let mut bytes = inner.lock.take_buffer();
        match protocol::try_lock(&mut inner.lock.agent(&mut bytes), words, guess) {
            Ok(Some(locked)) => {
                inner.fetched(Kind::Write, None);
                inner.writer(thread, locked, bytes, 0).map(Some)
            }
            Ok(None) => {
                inner.lock.put_buffer(bytes);
                inner.returned(thread, |_| {});
                Ok(None)
            }
            Err(trouble) => Err(inner.failed(thread, trouble).into()),
        }
    }

    /// Declares the data sound, as [`std::sync::RwLock::clear_poison`] does. Locks it for writing, and unlocks
    /// it.
    ///
    /// # Errors
    /// As [`RwLock::read`], but for poison.
    pub fn clear_poison(&self) -> Result<(), Error> {
        let mut guard = self.write().or_else(LockError::into_inner)?;
        guard.clear_poison();
        guard.commit()
    }

    /// Gives this hold of the lock back, as [`Mutex::release`](crate::Mutex::release) does.
    ///
    /// # Errors
    /// As [`Mutex::release`](crate::Mutex::release).
    pub fn release(self) -> Result<(), Error> {
        self.inner.lock.release()
    }
}

/// How a thread has entered.
enum Entered<T: ?Sized> {
    /// It has to go to the home.
    Fetch,
    /// It reads this, with others of its node.
    Joined(Arc<T>, Option<Poison>),
}

impl<T: Value + ?Sized, P: Primitives> Local<T, P> {
    fn new() -> Local<T, P> {
        let turns = Turns::new();
        let table = Table { turns, shared: None, handed: None, spare: None };
        Local { table: Mutex::new(table), changed: Condvar::new() }
    }
}

impl<T: ?Sized> Table<T> {
    fn entered(&self, enter: Enter) -> Entered<T> {
        match (enter, &self.shared) {
            (Enter::Join, Some(shared)) => {
                Entered::Joined(Arc::clone(&shared.value), shared.reading.poison)
            }
            _ => Entered::Fetch,
        }
    }
}

impl<T: Value + ?Sized, P: Primitives> Inner<T, P> {
    fn thread(&self) -> Result<usize, Error> {
        self.lock.blocks().coherence().caller()
    }

    fn would_deadlock(&self, _: HasIt) -> Error {
        Error::WouldDeadlock { what: format!("{:?}", self.lock.name()) }
    }

    /// Waits for the turn of this thread.
    fn enter(&self, thread: usize, kind: Kind) -> Result<Entered<T>, Error> {
        let mut table = self.local.table.lock();
        let queued = table.turns.queue_up(thread, kind);
        let ticket = queued.map_err(|error| self.would_deadlock(error))?;
        loop {
            if let Some(enter) = table.turns.enter(thread, ticket) {
                let entered = table.entered(enter);
                self.notify(table);
                return Ok(entered);
            }
            table = self.local.changed.wait(&self.local.table, table);
        }
    }

    fn try_enter(&self, thread: usize, kind: Kind) -> Result<Option<Entered<T>>, Error> {
        let mut table = self.local.table.lock();
        let enter = table.turns.try_enter(thread, kind);
        let enter = enter.map_err(|error| self.would_deadlock(error))?;
        Ok(enter.map(|enter| table.entered(enter)))
    }

    fn notify(&self, table: MutexGuard<'_, Table<T>>) {
        let anybody = table.turns.anybody_waits();
        drop(table);
        if anybody {
            self.local.changed.notify_all();
        }
    }

    /// This thread, at the home, has got the lock; `shared` is what readers may join in.
    fn fetched(&self, kind: Kind, shared: Option<Shared<T>>) {
        let mut table = self.local.table.lock();
        table.shared = shared;
        table.turns.fetched(kind);
        self.notify(table);
    }

    /// This thread, at the home, has it no more, or did not get it.
    fn returned(&self, thread: usize, change: impl FnOnce(&mut Table<T>)) {
        let mut table = self.local.table.lock();
        change(&mut table);
        table.turns.returned(thread);
        self.notify(table);
    }

    /// It did not get it, because of this.
    fn failed(&self, thread: usize, trouble: Trouble<Error>) -> Error {
        self.returned(thread, |_| {});
        self.lock.blocks().trouble(BLOCK, trouble)
    }

    /// It has got the lock for reading, with the block in `bytes`.
    fn fetched_shared(&self, bytes: Box<[u8]>, reading: Reading) -> (Arc<T>, Option<Poison>) {
        let spare = self.local.table.lock().spare.take();
        // Readers have let go of it before the last of them gave the lock back.
        let spare = spare.filter(|value| Arc::strong_count(value) == 1);
        let mut value = spare.unwrap_or_else(|| Arc::from(T::zeroed(self.lock.value_bytes())));
        if let Some(value) = Arc::get_mut(&mut value) {
            let data = &bytes[DATA..self.lock.blocks().layout().end()];
            value.set(data);
        }
        self.lock.put_buffer(bytes);
        self.fetched(Kind::Read, Some(Shared { value: Arc::clone(&value), reading }));
        (value, reading.poison)
    }

    fn writer<'a>(
        &'a self,
        thread: usize,
        locked: Locked,
        bytes: Box<[u8]>,
        times: u32,
    ) -> Guard<RwLockWriteGuard<'a, T, P>> {
        let spare = self.spare.lock().take();
        let mut value = spare.unwrap_or_else(|| T::zeroed(self.lock.value_bytes()));
        let data = &bytes[DATA..self.lock.blocks().layout().end()];
        value.set(data);
        RwLockWriteGuard::make(Writer { inner: self, thread, locked, bytes, times, value })
    }
}

impl<T: Value + ?Sized, P: Primitives> fmt::Debug for RwLock<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RwLock({:?})", self.name())
    }
}
