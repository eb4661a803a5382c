//! [`Clocks`]: what a node knows of the releases of all nodes, and how barriers and view locks carry that.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::cluster::{Distribution, Model, Rank};
use crate::coherence::release::sync::{do_steps, read_rows};
use crate::endpoint::{Endpoint, Place, Step};
use crate::error::Error;
use crate::primitives::{Mutex, MutexGuard, Primitives};
use crate::space::{Segment, UnitWish, Wish};

/// Releases of each node that this node knows to have happened before.
pub(crate) struct Clocks<P: Primitives> {
    endpoint: Arc<Endpoint<P>>,
    known: Mutex<Vec<u64>, P>,
    /// A row for each node, twice: a node that has passed a barrier may tell its times for the next one while another
    /// still reads those of this one, but not for the one after that.
    board: Segment<P>,
    /// Held while a release is noted in logs.
    noting: Mutex<(), P>,
    /// Barriers that this node has passed since it joined.
    barriers: AtomicU64,
    /// By the names of locks: a row of what their last holders knew.
    locks: Mutex<BTreeMap<String, Arc<Segment<P>>>, P>,
    /// Whether it was said that all of this is lost.
    told: AtomicBool,
}

/// Who keeps the times: the rank that all jobs have.
const KEEPER: Rank = Rank(0);

impl<P: Primitives> Clocks<P> {
    pub(crate) fn new(endpoint: &Arc<Endpoint<P>>) -> Result<Clocks<P>, Error> {
        let size = u64::from(endpoint.size());
        Ok(Clocks {
            endpoint: Arc::clone(endpoint),
            known: Mutex::new(vec![0; size as usize]),
            board: words(endpoint, "(times of barriers, for races)".to_owned(), 2 * size * size)?,
            noting: Mutex::new(()),
            barriers: AtomicU64::new(0),
            locks: Mutex::new(BTreeMap::new()),
            told: AtomicBool::new(false),
        })
    }

    /// Whether who kept the times is dead. Then nobody can tell what is ordered, and no races are looked for, which is said once.
    pub(super) fn are_lost(&self) -> bool {
        let are_lost = self.endpoint.health().is_dead(KEEPER);
        if are_lost && !self.told.swap(true, Ordering::Relaxed) {
            super::say(&format_args!(
                "races are not looked for any more: rank {KEEPER} died, which kept the times of barriers and locks"
            ));
        }
        are_lost
    }

    /// This node releases: its time, and what it knows.
    pub(super) fn tick(&self) -> (u64, Vec<u64>) {
        let mut known = self.known.lock();
        let mine = &mut known[self.endpoint.rank() as usize];
        *mine += 1;
        (*mine, known.clone())
    }

    /// No other thread of this node notes a release in logs as long as this lives.
    pub(super) fn alone(&self) -> MutexGuard<'_, ()> {
        self.noting.lock()
    }

    fn learn(&self, row: &[u8]) {
        let mut known = self.known.lock();
        let times = row
            .chunks_exact(8)
            .map(|word| word.iter().rev().fold(0, |time, byte| time << 8 | u64::from(*byte)));
        // Rows of several nodes may follow each other.
        let size = known.len();
        for (index, time) in times.enumerate() {
            known[index % size] = known[index % size].max(time);
        }
    }

    fn row(&self) -> Vec<u8> {
        self.known.lock().iter().flat_map(|time| time.to_le_bytes()).collect()
    }

    fn write(&self, at: Place, row: &[u8]) -> Result<(), Error> {
        let write = &mut [Step::Write { at: at.offset, from: row }];
        do_steps(&self.endpoint, at.rank, write, &mut [0], || Ok(()))
    }

    fn read(&self, at: Place, len: usize) -> Result<Vec<u8>, Error> {
        let mut row = vec![0; len];
        read_rows(&self.endpoint, &mut [(at, &mut row)])?;
        Ok(row)
    }

    /// A barrier, after which all know what any knew before.
    pub(crate) fn with_barrier(
        &self,
        barrier: impl FnOnce() -> Result<(), Error>,
    ) -> Result<(), Error> {
        let (size, rank) = (u64::from(self.endpoint.size()), u64::from(self.endpoint.rank()));
        let first = self.barriers.fetch_add(1, Ordering::Relaxed) % 2 * size * size;
        self.write(self.board.place(first + rank * size), &self.row())?;
        barrier()?;
        let rows = self.read(self.board.place(first), (size * size * 8) as usize)?;
        self.learn(&rows);
        Ok(())
    }

    fn row_of(&self, lock: &str) -> Result<Place, Error> {
        let mut locks = self.locks.lock();
        if let Some(row) = locks.get(lock) {
            return Ok(row.place(0));
        }
        let name = format!("{lock} (times of a lock, for races)");
        let row = Arc::new(words(&self.endpoint, name, self.endpoint.size().into())?);
        Ok(locks.entry(lock.to_owned()).or_insert(row).place(0))
    }

    /// This node has locked it.
    pub(crate) fn locked(&self, lock: &str) -> Result<(), Error> {
        self.unless_lost(|| {
            let row = self.read(self.row_of(lock)?, self.endpoint.size() as usize * 8)?;
            self.learn(&row);
            Ok(())
        })
    }

    /// This node is about to unlock it.
    pub(crate) fn unlocks(&self, lock: &str) -> Result<(), Error> {
        self.unless_lost(|| self.write(self.row_of(lock)?, &self.row()))
    }

    /// What fails because the times are lost is left out.
    fn unless_lost(&self, what: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
        if self.are_lost() {
            return Ok(());
        }
        match what() {
            Err(_) if self.are_lost() => self.endpoint.check_membership(),
            outcome => outcome,
        }
    }
}

/// Words at their keeper.
fn words<P: Primitives>(
    endpoint: &Arc<Endpoint<P>>,
    name: String,
    len: u64,
) -> Result<Segment<P>, Error> {
    let wish = Wish {
        name,
        type_name: "times".to_owned(),
        element_bytes: 8,
        element_align: 8,
        len,
        distribution: Distribution::OnNode(KEEPER),
        model: Model::Relaxed,
        unit: UnitWish::Element,
    };
    Segment::create_or_attach(endpoint, wish)
}
