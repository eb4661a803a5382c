//! `locks`: a mutex and a reader-writer lock have one holder at a time (or readers only), who finds what
//! the holder before has left, under the lock and in everything else; their tokens rise. Permits of a semaphore
//! are never more than there are, and come back. Atomics are linearizable. Barriers among some order what is around
//! them. And nobody waits for ever for one that is dead.
//!
//! All of this goes into one history, together with a word beside the locks: it is sequentially consistent as a
//! whole. A hold is three calls in it: the value is read when the lock is there and written when it is given
//! back, so that what is done in between lies between the holds of others; and *as one*, on another word, it
//! swaps the value, so that nobody comes in between.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use pangea::{Atomic, Barrier, Error, LockError, Model, Mutex, Poison, RwLock, Semaphore, Shared};

use super::coherent::await_others;
use super::log::{Caller, Log};
use super::strike::Strike;
use super::{FaultKinds, Opened, Prepared, Scenario, Shape};
use crate::chance::Seeded;
use crate::check::exclusion::{self, Hold};
use crate::history::{Object, Operation};
use crate::job::{ProgramResult, SimNode};
use crate::outcome::{NodeEnd, Outcome};
use crate::simulated::Simulated;

pub(super) const SCENARIO: Scenario = Scenario {
    name: "locks",
    what: "one holder at a time, who finds what was left; tokens rise; permits come back",
    traps: &[
        Opened::ReconnectWithoutFence,
        Opened::UnlockBeforeBody,
        Opened::UnlockByWrite,
        Opened::AtomicWithoutRaise,
        Opened::AtomicWithoutTake,
        Opened::LockWithoutTime,
        Opened::BarrierWithoutTime,
    ],
    faults: FaultKinds::ALL,
    nodes: (2, 4),
    operations: 12,
    prepare,
};

/// Words for the checkers. The one after a lock's is that on which a hold is one step.
const MUTEX: Object = 0;
const RWLOCK: Object = 2;
const ATOMIC: Object = 4;
const PLAIN: Object = 5;
const SEMAPHORE: Object = 6;

/// Copies of the word under a lock: several cache lines.
const WORDS: usize = 20;

/// Of a hold while a lock is free, and no fault comes, others come first at most so many times as there are nodes.
const TURNS: usize = 4;

struct Run {
    log: Log,
    strike: Strike,
    operations: u64,
    late: u64,
    threads: u32,
    permits: u32,
    /// Where the objects are.
    homes: [usize; 5],
    /// Writers of locks.
    holds: RefCell<Vec<Hold>>,
    /// Readers.
    readers: RefCell<Vec<Hold>>,
    /// Permits that are out, one hold for each.
    permitted: RefCell<Vec<Hold>>,
    done: RefCell<BTreeSet<u32>>,
    quiet: bool,
}

fn prepare(shape: &Shape, log: &Log) -> Prepared {
    let mut chance = Seeded::new(shape.seed, "locks", 0);
    let (strike, planned) = Strike::draw(shape, shape.operations);
    let run = Rc::new(Run {
        log: log.clone(),
        strike,
        operations: shape.operations,
        late: shape.late,
        threads: chance.between(1, 2) as u32,
        permits: chance.between(1, 3) as u32,
        homes: [(); 5].map(|()| chance.below(shape.nodes.into()) as usize),
        holds: RefCell::default(),
        readers: RefCell::default(),
        permitted: RefCell::default(),
        done: RefCell::default(),
        quiet: shape.kinds == FaultKinds::NONE,
    });
    let judge = Rc::clone(&run);
    let mut prepared =
        Prepared::new(move |sim| program(sim, &run), move |outcome| judge.judge(outcome));
    prepared.cache_bytes = *chance.pick(&[1 << 10, 64 << 10]);
    prepared.planned = planned;
    prepared
}

impl Run {
    fn judge(&self, outcome: &Outcome) -> Vec<String> {
        let mut found = self.log.judge_sequential();
        found.extend(self.log.judge_some(|object| object == ATOMIC));
        found.extend(self.log.judge_poison(outcome));
        let holds = self.holds.borrow();
        found.extend(exclusion::check_tokens(&holds).err().map(|it| it.to_string()));
        // Whoever died or was expelled may be said to hold what it had; only the token tells.
        let is_well = |hold: &&Hold| {
            let rank = hold.holder as usize / 16;
            hold.until.is_some() && outcome.nodes.get(rank) == Some(&NodeEnd::Ended)
        };
        let well = |holds: &RefCell<Vec<Hold>>| -> Vec<Hold> {
            holds.borrow().iter().filter(is_well).copied().collect()
        };
        let (writers, readers) = (well(&self.holds), well(&self.readers));
        found.extend(exclusion::check(&writers).err().map(|it| it.to_string()));
        found.extend(exclusion::check_readers(&writers, &readers).err().map(|it| it.to_string()));
        let permitted = well(&self.permitted);
        let most = self.permits as usize;
        found.extend(exclusion::check_permits(&permitted, most).err().map(|it| it.to_string()));
        if self.quiet {
            let most = TURNS * outcome.nodes.len();
            found.extend(exclusion::check_turns(&writers, 16, most).err().map(|it| it.to_string()));
        }
        found
    }
}

#[derive(Clone)]
struct Objects {
    mutex: Mutex<[u64; WORDS], Simulated>,
    rwlock: RwLock<[u64; WORDS], Simulated>,
    atomic: Atomic<u64, Simulated>,
    plain: Shared<u64, Simulated>,
    semaphore: Semaphore<Simulated>,
}

impl Objects {
    fn make(sim: &SimNode, run: &Run) -> Result<Objects, Error> {
        let node = sim.node();
        let [mutex, rwlock, atomic, plain, semaphore] = run.homes;
        Ok(Objects {
            mutex: node.mutex("mutex").on_node(mutex).create()?,
            rwlock: node.rwlock("rwlock").on_node(rwlock).create()?,
            atomic: node.atomic("atomic").on_node(atomic).create()?,
            plain: node.shared("plain").model(Model::Sequential).on_node(plain).create()?,
            semaphore: node.semaphore("semaphore", run.permits).on_node(semaphore).create()?,
        })
    }
}

fn program(sim: &SimNode, run: &Rc<Run>) -> ProgramResult {
    let result = work(sim, run);
    run.done.borrow_mut().insert(sim.rank());
    let objects = result?;
    await_others(sim, &run.done);
    // What is in flight lands.
    sim.sleep(run.late + 5_000_000);
    let thread = Thread { me: Caller::new(sim, &run.log, 0), run, objects };
    thread.me.comes_last();
    thread.me.answer(sim.node().fence())?;
    thread.look()
}

fn work(sim: &SimNode, run: &Rc<Run>) -> Result<Objects, Box<dyn std::error::Error>> {
    let objects = Objects::make(sim, run)?;
    let each = run.operations / u64::from(run.threads);
    // Neighbors meet once.
    let pair = [sim.rank() / 2 * 2, sim.rank() / 2 * 2 + 1];
    let barrier = if pair[1] < sim.size() {
        let name = format!("pair-{}", pair[0]);
        Some(sim.node().barrier_among(&name, &pair.map(|rank| rank as usize))?)
    } else {
        None
    };
    let mut others = Vec::new();
    let first = Thread { me: Caller::new(sim, &run.log, 0), run, objects: objects.clone() };
    for thread in 1..run.threads {
        let (start, run, objects) = (first.me.leads(), Rc::clone(run), objects.clone());
        let body = move |sim: &SimNode| {
            let me = Caller::new(sim, &run.log, thread);
            me.follows(start);
            Thread { me, run: &run, objects }.work(each)
        };
        others.push((thread, sim.spawn(&format!("locks-{thread}"), body)?));
    }
    let mut result = first.work(each);
    if let (Some(barrier), Ok(())) = (barrier, &result) {
        result = first.meet(&barrier, pair[0]);
    }
    if result.is_ok() {
        result = first.work(each);
    }
    for (thread, other) in others {
        let ended = other.join();
        first.me.follows(Caller::new(sim, &run.log, thread).leads());
        result = result.and(ended);
    }
    result.map(|()| objects)
}

struct Thread<'a> {
    me: Caller<'a>,
    run: &'a Run,
    objects: Objects,
}

/// What a hold has come to.
struct Held {
    /// In the list of holds.
    number: usize,
    /// The call that is all of it.
    whole: usize,
}

impl Thread<'_> {
    fn work(&self, operations: u64) -> ProgramResult {
        for counter in 0..operations {
            self.run.strike.arm(&self.me, counter);
            self.step(self.me.stamp(self.me.sim.order()))?;
            self.me.dawdle();
        }
        Ok(())
    }

    fn is_lost(&self, which: usize) -> bool {
        self.me.is_lost(self.run.homes[which] as u32)
    }

    fn step(&self, new: u64) -> ProgramResult {
        match self.me.below(12) {
            0..4 if !self.is_lost(0) => self.use_mutex(new),
            4..6 if !self.is_lost(1) => self.write(new),
            6 if !self.is_lost(1) => self.read(),
            7 if !self.is_lost(4) => self.use_permits(),
            8..11 if !self.is_lost(2) => self.use_atomic(new),
            _ => self.use_plain(Some(new)),
        }
    }

    /// The word beside the locks: written, or read.
    fn use_plain(&self, new: Option<u64>) -> ProgramResult {
        let plain = &self.objects.plain;
        if self.is_lost(3) {
            return Ok(());
        }
        let new = new.filter(|_| self.me.below(2) == 0);
        match new {
            Some(new) => {
                self.me.call(PLAIN, Operation::Write(new), || plain.store(new).map(|()| 0))
            }
            None => self.me.call(PLAIN, Operation::Read, || plain.load()),
        }?;
        Ok(())
    }

    fn use_atomic(&self, new: u64) -> ProgramResult {
        let atomic = &self.objects.atomic;
        let me = &self.me;
        match me.below(5) {
            0 => me.call(ATOMIC, Operation::FetchAdd(1), || atomic.fetch_add(1))?,
            1 => me.call(ATOMIC, Operation::Swap(new), || atomic.swap(new))?,
            2 => {
                let operation = Operation::CompareSwap { expected: 0, new };
                me.call(ATOMIC, operation, || {
                    let (Ok(before) | Err(before)) = atomic.compare_exchange(0, new)?;
                    Ok(before)
                })?
            }
            3 => me.call(ATOMIC, Operation::Read, || atomic.wait_until(|_| true))?,
            _ => me.call(ATOMIC, Operation::Read, || atomic.load())?,
        };
        // What it publishes, and what it has been told of.
        self.use_plain(Some(new))
    }

    fn use_mutex(&self, new: u64) -> ProgramResult {
        let asked = self.me.sim.order();
        let whole = self.me.begin(MUTEX + 1, Operation::Swap(new));
        let mutex = &self.objects.mutex;
        let guard = match self.me.below(4) {
            0 => mutex.try_lock().map(|guard| guard.ok_or(())),
            _ => mutex.lock().map(Ok),
        };
        let guard = match guard {
            Ok(Ok(guard)) => Ok(guard),
            Ok(Err(())) => {
                self.me.forget(whole);
                return Ok(());
            }
            Err(LockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
            Err(LockError::Failed(error)) => Err(error),
        };
        let Some(mut guard) = self.me.answer(guard)? else { return Ok(()) };
        let held = self.hold(MUTEX, asked, guard.token(), whole);
        let before = self.found(MUTEX, &guard, guard.poison());
        self.use_plain(Some(new))?;
        self.me.dawdle();
        *guard = [new; WORDS];
        guard.clear_poison();
        let write = self.me.begin(MUTEX, Operation::Write(new));
        self.let_go(&held);
        let committed = guard.commit();
        self.end(&held, write, new, before, committed)
    }

    fn write(&self, new: u64) -> ProgramResult {
        let asked = self.me.sim.order();
        let whole = self.me.begin(RWLOCK + 1, Operation::Swap(new));
        let guard = match self.objects.rwlock.write() {
            Ok(guard) => Ok(guard),
            Err(LockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
            Err(LockError::Failed(error)) => Err(error),
        };
        let Some(mut guard) = self.me.answer(guard)? else { return Ok(()) };
        let held = self.hold(RWLOCK, asked, guard.token(), whole);
        let before = self.found(RWLOCK, &guard, guard.poison());
        self.use_plain(Some(new))?;
        *guard = [new; WORDS];
        guard.clear_poison();
        let write = self.me.begin(RWLOCK, Operation::Write(new));
        self.let_go(&held);
        let committed = guard.commit();
        self.end(&held, write, new, before, committed)
    }

    fn read(&self) -> ProgramResult {
        let asked = self.me.sim.order();
        let guard = match self.objects.rwlock.read() {
            Ok(guard) => Ok(guard),
            Err(LockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
            Err(LockError::Failed(error)) => Err(error),
        };
        let Some(guard) = self.me.answer(guard)? else { return Ok(()) };
        let from = self.me.sim.order();
        self.found(RWLOCK, &guard, guard.poison());
        self.use_plain(None)?;
        self.me.dawdle();
        let (holder, until) = (self.me.process(), Some(self.me.sim.order()));
        let hold = Hold { lock: RWLOCK, holder, asked, from, until, token: 0 };
        self.run.readers.borrow_mut().push(hold);
        drop(guard);
        Ok(())
    }

    fn use_permits(&self) -> ProgramResult {
        let count = self.me.below(u64::from(self.run.permits)) as u32 + 1;
        let asked = self.me.sim.order();
        let semaphore = &self.objects.semaphore;
        let permits = match self.me.below(3) {
            0 => semaphore.try_acquire_many(count),
            _ => semaphore.acquire_many(count).map(Some),
        };
        let Some(Some(permits)) = self.me.answer(permits)? else { return Ok(()) };
        let (holder, from) = (self.me.process(), self.me.sim.order());
        self.use_plain(None)?;
        self.me.dawdle();
        let until = Some(self.me.sim.order());
        let hold = Hold { lock: SEMAPHORE, holder, asked, from, until, token: 0 };
        self.run.permitted.borrow_mut().extend((0..count).map(|_| hold));
        self.me.answer(permits.release())?;
        Ok(())
    }

    /// The lock is this thread's.
    fn hold(&self, lock: Object, asked: u64, token: u64, whole: usize) -> Held {
        let (holder, from) = (self.me.process(), self.me.sim.order());
        let mut holds = self.run.holds.borrow_mut();
        holds.push(Hold { lock, holder, asked, from, until: None, token });
        Held { number: holds.len() - 1, whole }
    }

    /// What it found there; `None` if that was torn.
    fn found(&self, lock: Object, words: &[u64; WORDS], poison: Option<Poison>) -> Option<u64> {
        if let Some(poison) = poison {
            self.me.hears_of_poison(poison);
        }
        if matches!(poison, Some(Poison::Torn { .. })) {
            return None;
        }
        if words.iter().any(|word| *word != words[0]) {
            self.run.log.fail(format!("the value under lock {lock} is torn: {words:?}"));
        }
        let read = self.me.begin(lock, Operation::Read);
        self.me.finish(read, Operation::Read, words[0]);
        Some(words[0])
    }

    /// It begins to give the lock back.
    fn let_go(&self, held: &Held) {
        self.run.holds.borrow_mut()[held.number].until = Some(self.me.sim.order());
    }

    /// It has given it back, or not.
    fn end(
        &self,
        held: &Held,
        write: usize,
        new: u64,
        before: Option<u64>,
        committed: Result<(), Error>,
    ) -> ProgramResult {
        if self.me.answer(committed)?.is_some() {
            self.me.finish(write, Operation::Write(new), 0);
            match before {
                Some(before) => self.me.finish(held.whole, Operation::Swap(new), before),
                None => self.me.finish(held.whole, Operation::Write(new), 0),
            }
        }
        Ok(())
    }

    /// A barrier of two.
    fn meet(&self, barrier: &Barrier<Simulated>, round: u32) -> ProgramResult {
        self.me.barrier_by(u64::from(round), || barrier.wait()).map(|_| ())
    }

    /// When all others are dead or done: whatever they had is free, and what they left is there.
    fn look(&self) -> ProgramResult {
        if !self.is_lost(0) {
            self.use_mutex(self.me.stamp(self.me.sim.order()))?;
        }
        if !self.is_lost(1) {
            self.read()?;
        }
        if !self.is_lost(2) {
            self.me.call(ATOMIC, Operation::Read, || self.objects.atomic.load())?;
        }
        if !self.is_lost(3) {
            self.me.call(PLAIN, Operation::Read, || self.objects.plain.load())?;
        }
        if !self.is_lost(4) {
            let all = self.objects.semaphore.acquire_many(self.run.permits);
            if let Some(all) = self.me.answer(all)? {
                self.me.answer(all.release())?;
            }
        }
        Ok(())
    }
}
