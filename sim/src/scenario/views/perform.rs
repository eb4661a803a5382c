//! Threads that do what a program says, and write down what happened.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use pangea::cluster::ClusterError;
use pangea::{Atomic, Error, Race};

use super::super::coherent::await_others;
use super::super::log::{Caller, Failure, Log};
use super::super::strike::Strike;
use super::homes;
use super::memory::{Access, Memory};
use crate::job::{ProgramResult, SimNode};
use crate::simulated::Simulated;
use crate::views::program::{Program, Sharing, Step};
use crate::views::record::{Event, Record, Scope};

/// The segments of a program, made or attached to.
pub(super) type Make = Box<dyn Fn(&SimNode, &Program) -> Result<Box<dyn Memory>, Failure>>;

/// What the threads of a run have in common.
pub(super) struct Run {
    pub(super) log: Log,
    pub(super) program: Program,
    pub(super) record: RefCell<Record>,
    pub(super) strike: Strike,
    pub(super) make: Make,
    /// Nodes may die; those that live look at everything in the end.
    pub(super) deaths: bool,
    /// What is in flight lands within this time.
    pub(super) late: u64,
    /// Threads that set no flags any more.
    pub(super) stopped: RefCell<BTreeSet<usize>>,
    /// Nodes that are done but for the last look.
    pub(super) done: RefCell<BTreeSet<u32>>,
    /// Nodes that have released everything before the last look.
    pub(super) released: RefCell<BTreeSet<u32>>,
    /// Races that were told.
    pub(super) races: RefCell<Vec<Race>>,
}

type Flags = Rc<Vec<Atomic<u64, Simulated>>>;

/// The program of a node.
pub(super) fn program(sim: &SimNode, run: &Rc<Run>) -> ProgramResult {
    let result = work(sim, run);
    let first = sim.rank() as usize * run.program.threads;
    run.stopped.borrow_mut().extend(first..first + run.program.threads);
    run.done.borrow_mut().insert(sim.rank());
    if result.is_err() {
        run.released.borrow_mut().insert(sim.rank());
    }
    let (memory, flags) = result?;
    let told = memory.races();
    run.races.borrow_mut().extend(told);
    if !run.deaths {
        return Ok(());
    }
    await_others(sim, &run.done);
    // What is in flight lands.
    sim.sleep(run.late + 5_000_000);
    let me = Caller::new(sim, &run.log, 0);
    let mut worker = Worker { me, run, thread: first, memory, flags };
    let released = worker.release_all();
    run.released.borrow_mut().insert(sim.rank());
    released?;
    await_others(sim, &run.released);
    worker.look()
}

fn work(sim: &SimNode, run: &Rc<Run>) -> Result<(Box<dyn Memory>, Flags), Failure> {
    let program = &run.program;
    let memory = (run.make)(sim, program)?;
    let mut flags = Vec::new();
    for flag in 0..program.flags {
        let home = flag % program.nodes;
        flags.push(sim.node().atomic(&format!("flag-{flag}")).on_node(home).create()?);
    }
    let flags = Rc::new(flags);
    let first = sim.rank() as usize * program.threads;
    let mut others: Vec<Slot> = Vec::new();
    if program.sharing == Sharing::Apart {
        for _ in 1..program.threads {
            others.push(Rc::new(RefCell::new(Some(memory.apart()?))));
        }
    }
    let me = Caller::new(sim, &run.log, 0);
    let mut worker = Worker { me, run, thread: first, memory, flags: Rc::clone(&flags) };
    // What all have given back is freed, and who comes later would find something new.
    let all_are_here = worker.me.barrier_by(BEFORE_ALL, || sim.node().barrier())?;
    for (number, round) in program.rounds.iter().enumerate().filter(|_| all_are_here) {
        let mut at_work = Vec::new();
        for other in 1..program.threads {
            let slot = match program.sharing {
                Sharing::Together => Rc::new(RefCell::new(Some(worker.memory.together()))),
                Sharing::Alone | Sharing::Apart => Rc::clone(&others[other - 1]),
            };
            let (run, flags) = (Rc::clone(run), Rc::clone(&flags));
            let body = move |sim: &SimNode| help(sim, &run, &slot, flags, (other, number));
            at_work.push(sim.spawn(&format!("views-{other}"), body)?);
        }
        let mut result = worker.steps(&round.threads[first]);
        for other in at_work {
            result = result.and(other.join());
        }
        result?;
        let begun = run.record.borrow_mut().releasing(first, Scope::All);
        let (me, memory) = (&worker.me, &mut worker.memory);
        if !me.barrier_by(number as u64, || memory.barrier(round.ending))? {
            break;
        }
        run.record.borrow_mut().released(first, begun);
    }
    Ok((worker.memory, flags))
}

/// The number of the barrier before all rounds.
const BEFORE_ALL: u64 = u64::MAX;

/// The memory of another thread of a node, while that is not at work.
type Slot = Rc<RefCell<Option<Box<dyn Memory>>>>;

/// What another thread does in a round.
fn help(
    sim: &SimNode,
    run: &Rc<Run>,
    slot: &Slot,
    flags: Flags,
    (other, round): (usize, usize),
) -> ProgramResult {
    let thread = sim.rank() as usize * run.program.threads + other;
    let memory = slot.borrow_mut().take().ok_or("the memory of this thread is gone")?;
    let me = Caller::new(sim, &run.log, other as u32);
    let mut worker = Worker { me, run, thread, memory, flags };
    let result = worker.help(round);
    if result.is_err() {
        run.stopped.borrow_mut().insert(thread);
    }
    let Worker { memory, .. } = worker;
    if run.program.sharing == Sharing::Apart {
        let told = memory.races();
        run.races.borrow_mut().extend(told);
    }
    if run.program.sharing == Sharing::Apart {
        *slot.borrow_mut() = Some(memory);
    }
    result
}

/// A thread at work.
struct Worker<'a> {
    me: Caller<'a>,
    run: &'a Run,
    thread: usize,
    memory: Box<dyn Memory>,
    flags: Flags,
}

/// Whether a thread goes on.
#[derive(PartialEq, Eq)]
enum Then {
    GoesOn,
    Stops,
}

impl Worker<'_> {
    fn help(&mut self, round: usize) -> ProgramResult {
        let apart = self.run.program.sharing == Sharing::Apart;
        if apart {
            for segment in 0..self.run.program.segments.len() {
                if !self.acquire_what_lives(segment)? {
                    self.run.stopped.borrow_mut().insert(self.thread);
                    return Ok(());
                }
            }
        }
        let run = self.run;
        self.steps(&run.program.rounds[round].threads[self.thread])?;
        if apart { self.release_all() } else { Ok(()) }
    }

    fn release_all(&mut self) -> ProgramResult {
        for segment in 0..self.run.program.segments.len() {
            self.release(segment)?;
        }
        Ok(())
    }

    /// Sees what others have released at homes that live; whether it could. An acquire that is told of a death has acquired nothing, but
    /// the next one knows of it.
    fn acquire_what_lives(&mut self, segment: usize) -> Result<bool, Failure> {
        let acquired = again(&self.me, || self.memory.acquire(segment))?;
        Ok(acquired.is_some() || again(&self.me, || self.memory.acquire(segment))?.is_some())
    }

    /// Whether it was released.
    fn release(&mut self, segment: usize) -> Result<bool, Failure> {
        let begun = self.run.record.borrow_mut().releasing(self.thread, Scope::Segment(segment));
        let done = again(&self.me, || self.memory.release(segment))?.is_some();
        if done {
            self.run.record.borrow_mut().released(self.thread, begun);
        }
        Ok(done)
    }

    fn steps(&mut self, steps: &[Step]) -> ProgramResult {
        for step in steps {
            self.run.log.count(1);
            self.run.strike.arm(&self.me, self.run.log.operations());
            if self.step(step)? == Then::Stops {
                self.run.stopped.borrow_mut().insert(self.thread);
                break;
            }
            self.me.dawdle();
        }
        Ok(())
    }

    fn step(&mut self, step: &Step) -> Result<Then, Failure> {
        match step {
            Step::Read(_) | Step::Change(..) | Step::Beside { .. } | Step::Save(_) => {
                access(&self.me, self.run, self.thread, step, &mut *self.memory)?;
            }
            Step::Populate(place, write) => {
                again(&self.me, || self.memory.populate(place, *write))?;
            }
            Step::Acquire(segment) => {
                again(&self.me, || self.memory.acquire(*segment))?;
            }
            Step::Release(segment) => {
                self.release(*segment)?;
            }
            Step::Locked { lock, only, body } => self.locked(*lock, only.as_ref(), body)?,
            Step::Publish { segment, flag, value } => {
                if !self.release(*segment)? {
                    return Ok(Then::Stops);
                }
                let flag = &self.flags[*flag];
                // A store that has failed may have happened all the same, and somebody may have raised the flag since.
                let mut is_first = true;
                let mut raise = || {
                    if std::mem::take(&mut is_first) {
                        flag.store(*value)
                    } else {
                        flag.fetch_max(*value).map(drop)
                    }
                };
                if again(&self.me, &mut raise)?.is_none() {
                    return Ok(Then::Stops);
                }
            }
            Step::Await { segment, flag, value, from } => {
                if !self.wait(*flag, *value, *from)? {
                    return Ok(Then::Stops);
                }
                if again(&self.me, || self.memory.acquire(*segment))?.is_none() {
                    return Ok(Then::Stops);
                }
            }
        }
        Ok(Then::GoesOn)
    }

    /// Waits for a flag; whether it came.
    fn wait(&self, flag: usize, value: u64, from: usize) -> Result<bool, Failure> {
        let flag = &self.flags[flag];
        let mut pause = 1_000;
        loop {
            let node = self.run.program.node_of(from) as u32;
            let is_over = !self.me.sim.is_alive(node) || self.run.stopped.borrow().contains(&from);
            match again(&self.me, || flag.load())? {
                Some(found) if found >= value => return Ok(true),
                None => return Ok(false),
                Some(_) if is_over => return Ok(false),
                Some(_) => self.me.sim.sleep(pause),
            }
            pause = 1_000_000.min(2 * pause);
        }
    }

    fn locked(&mut self, lock: usize, only: Option<&Range<usize>>, body: &[Step]) -> ProgramResult {
        let (me, run, thread) = (&self.me, self.run, self.thread);
        let segment = run.program.locks[lock];
        let begun = Cell::new(None);
        let mut result = Ok(());
        let mut within = |memory: &mut dyn Access| {
            run.record.borrow_mut().add(thread, Event::Locked(lock));
            if let Some(poison) = memory.poison() {
                me.hears_of_poison(poison);
            }
            for step in body {
                if result.is_ok() {
                    result = access(me, run, thread, step, memory);
                    me.dawdle();
                }
            }
            run.strike.arm_unlock(me, run.log.operations());
            let scope = Scope::Lock { lock, segment, only: only.cloned() };
            begun.set(Some(run.record.borrow_mut().releasing(thread, scope)));
        };
        loop {
            match self.memory.locked(lock, only.cloned(), &mut within) {
                Ok(()) => {
                    if let Some(begun) = begun.get() {
                        run.record.borrow_mut().released(thread, begun);
                    }
                    return result;
                }
                Err(error) => {
                    let died = names_death(&error);
                    if begun.get().is_some() && !died {
                        // What it has not released may be overwritten by whoever has the lock now.
                        return Err(error.into());
                    }
                    me.bear(error)?;
                    if died {
                        return result;
                    }
                }
            }
        }
    }

    /// The last look at everything whose home lives.
    fn look(&mut self) -> ProgramResult {
        let run = self.run;
        for segment in 0..run.program.segments.len() {
            self.acquire_what_lives(segment)?;
        }
        for place in &run.program.places {
            let homes = homes(&run.program, place);
            // Of a home that is expelled old copies may be here, as an acquire has said.
            let is_there = |home: u32| self.me.sim.is_alive(home) && !self.me.is_lost(home);
            if homes.into_iter().all(is_there) {
                let step = Step::Read(place.clone());
                access(&self.me, run, self.thread, &step, &mut *self.memory)?;
            }
        }
        Ok(())
    }
}

fn names_death(error: &Error) -> bool {
    matches!(error, Error::Cluster(ClusterError::NodeDied { .. }))
}

/// Does something until it succeeds; none if it does not because somebody died.
fn again<R>(
    me: &Caller<'_>,
    mut what: impl FnMut() -> Result<R, Error>,
) -> Result<Option<R>, Failure> {
    loop {
        match what() {
            Ok(done) => return Ok(Some(done)),
            Err(error) => {
                let died = names_death(&error);
                me.bear(error)?;
                if died {
                    return Ok(None);
                }
            }
        }
    }
}

/// Reads or changes.
fn access(
    me: &Caller<'_>,
    run: &Run,
    thread: usize,
    step: &Step,
    memory: &mut dyn Access,
) -> ProgramResult {
    match step {
        Step::Read(place) => {
            if let Some(found) = again(me, || memory.read(place))? {
                run.record.borrow_mut().add(thread, Event::Read(place.clone(), found));
            }
        }
        Step::Change(place, fill) => {
            again(me, || {
                memory.change(place, &mut |bytes| {
                    let found = bytes.to_vec();
                    fill.apply(bytes);
                    let event = Event::Change(place.clone(), *fill, found);
                    run.record.borrow_mut().add(thread, event);
                })
            })?;
        }
        Step::Beside { write, fill, read } => {
            again(me, || {
                memory.change_beside(write, read, &mut |bytes, beside| {
                    let found = bytes.to_vec();
                    fill.apply(bytes);
                    let mut record = run.record.borrow_mut();
                    for (place, bytes) in read.iter().zip(beside) {
                        record.add(thread, Event::Read(place.clone(), bytes.to_vec()));
                    }
                    record.add(thread, Event::Change(write.clone(), *fill, found));
                })
            })?;
        }
        Step::Save(place) => {
            if let Some(found) = again(me, || memory.save(place))? {
                run.record.borrow_mut().add(thread, Event::Read(place.clone(), found));
            }
        }
        _ => return Err("what is done while a lock is held is to read and to write".into()),
    }
    Ok(())
}
