//! [`Log`]: what the programs of a run did, for the checkers; [`Caller`]: a thread of a program, which
//! writes it.
//!
//! Everything is ordered by [`SimNode::order`], one counter of the whole simulation. A call that failed
//! has no return: whether it took effect is open.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use pangea::cluster::{ClusterError, Refusal};
use pangea::{Error, Poison};

use crate::check::barrier::Passage;
use crate::check::writes::{self, Read, Tearing, Write};
use crate::check::{Violation, linearizable, sequential};
use crate::history::{Call, History, Object, Operation, Process};
use crate::job::SimNode;
use crate::outcome::{NodeEnd, Outcome};

pub(super) type Failure = Box<dyn std::error::Error>;

/// Errors of the data path after which a thread gives up.
const PATIENCE: u32 = 8;

#[derive(Default)]
struct Records {
    calls: Vec<Call>,
    writes: Vec<Write>,
    reads: Vec<Read>,
    passages: Vec<Passage>,
    failures: Vec<String>,
    operations: u64,
    races_judged: bool,
    /// How many edges there are.
    edges: u64,
    /// Edges from the end of each process.
    over: Vec<Object>,
    /// Edges into each round of barriers.
    rounds: BTreeMap<u64, Vec<Object>>,
    /// Who is said to have poisoned something.
    poisoned: BTreeSet<Option<u32>>,
}

/// Configurations of a history after which its judge gives up.
const HARDEST: usize = 200_000;

/// Edges are words that are written once, and read by those who know that this has happened. They have
/// numbers from here on.
const EDGES: Object = 1 << 32;

/// What the programs of a run did. Clones are the same log.
#[derive(Clone, Default)]
pub(super) struct Log(Rc<RefCell<Records>>);

fn texts(judged: Result<(), Violation>) -> Vec<String> {
    judged.err().map(|violation| violation.to_string()).into_iter().collect()
}

impl Log {
    pub(super) fn operations(&self) -> u64 {
        self.0.borrow().operations
    }

    /// Something was seen that must not be.
    pub(super) fn fail(&self, what: String) {
        let mut records = self.0.borrow_mut();
        if records.failures.len() < 8 {
            records.failures.push(what);
        }
    }

    pub(super) fn take_failures(&self) -> Vec<String> {
        std::mem::take(&mut self.0.borrow_mut().failures)
    }

    /// One more operation was done.
    /// Takes note that data races that were told have been judged.
    pub(super) fn judges_races(&self) {
        self.0.borrow_mut().races_judged = true;
    }

    pub(super) fn has_judged_races(&self) -> bool {
        self.0.borrow().races_judged
    }

    pub(super) fn count(&self, operations: u64) {
        self.0.borrow_mut().operations += operations;
    }

    /// The violations if each word is to be linearizable.
    pub(super) fn judge_words(&self) -> Vec<String> {
        texts(linearizable::check(&self.history()))
    }

    /// The violations if all words together are to be sequentially consistent.
    pub(super) fn judge_sequential(&self) -> Vec<String> {
        // Few are that hard.
        let history = self.history();
        let mut found = texts(sequential::check_within(&history, HARDEST).map(|_| ()));
        // No part of it can be understood alone.
        found.iter_mut().for_each(|text| *text += &format!("\n  all calls:\n{history}"));
        found
    }

    /// The violations if these words are to be linearizable.
    pub(super) fn judge_some(&self, is_one: impl Fn(Object) -> bool) -> Vec<String> {
        let records = self.0.borrow();
        let calls = records.calls.iter().copied().filter(|call| is_one(call.object));
        texts(linearizable::check(&History::from_calls(calls)))
    }

    /// The violations if only those poison who do not come to a good end.
    pub(super) fn judge_poison(&self, outcome: &Outcome) -> Vec<String> {
        let poisoned = std::mem::take(&mut self.0.borrow_mut().poisoned);
        let is_well = |rank: u32| outcome.nodes.get(rank as usize) == Some(&NodeEnd::Ended);
        let all_are_well = (0..outcome.nodes.len()).all(|rank| is_well(rank as u32));
        let wrong = poisoned.into_iter().filter(|rank| rank.map_or(all_are_well, is_well));
        wrong.map(|rank| format!("something was poisoned by node {rank:?}, which lives")).collect()
    }

    /// From here on, what all processes have done is known to be over.
    fn close(&self, sim: &SimNode) {
        let mut records = self.0.borrow_mut();
        if !records.over.is_empty() {
            return;
        }
        let processes: BTreeSet<Process> = records.calls.iter().map(|call| call.process).collect();
        for process in processes {
            let (object, operation) = (records.edges + EDGES, Operation::Write(1));
            records.edges += 1;
            let (invoked, returned) = (sim.order(), Some(sim.order()));
            records.calls.push(Call { process, object, operation, invoked, returned, result: 0 });
            records.over.push(object);
        }
    }

    /// The violations if no acknowledged write of a word may be lost. All words were zero.
    pub(super) fn judge_writes(&self) -> Vec<String> {
        texts(writes::check(|_| vec![0], &self.writes(), &self.reads(), Tearing::Never))
    }

    pub(super) fn history(&self) -> History {
        History::from_calls(self.0.borrow().calls.iter().copied())
    }

    pub(super) fn writes(&self) -> Vec<Write> {
        self.0.borrow().writes.clone()
    }

    pub(super) fn reads(&self) -> Vec<Read> {
        self.0.borrow().reads.clone()
    }

    pub(super) fn passages(&self) -> Vec<Passage> {
        self.0.borrow().passages.clone()
    }

    /// A write of a record begins; its number in the log.
    pub(super) fn issue(&self, sim: &SimNode, location: u64, record: Vec<u64>) -> usize {
        let issued = sim.order();
        let mut records = self.0.borrow_mut();
        records.operations += 1;
        records.writes.push(Write { location, record, issued, acknowledged: None });
        records.writes.len() - 1
    }

    /// Writes are known to be there, as of the order number `at`.
    pub(super) fn acknowledge(&self, writes: impl IntoIterator<Item = usize>, at: u64) {
        let mut records = self.0.borrow_mut();
        for write in writes {
            records.writes[write].acknowledged = Some(at);
        }
    }

    /// A read was answered.
    pub(super) fn read(&self, read: Read) {
        let mut records = self.0.borrow_mut();
        records.operations += 1;
        records.reads.push(read);
    }

    /// A barrier is entered; its number in the log.
    pub(super) fn enter(&self, sim: &SimNode, round: u64) -> usize {
        let entered = sim.order();
        let mut records = self.0.borrow_mut();
        records.operations += 1;
        records.passages.push(Passage { process: sim.rank(), round, entered, left: None });
        records.passages.len() - 1
    }

    /// A barrier is left.
    pub(super) fn leave(&self, sim: &SimNode, passage: usize) {
        self.0.borrow_mut().passages[passage].left = Some(sim.order());
    }
}

/// One thread of a program, which treats errors as a user would: a call that failed may have taken
/// effect; the homes of dead nodes are let alone; and after many errors it gives up.
pub(super) struct Caller<'a> {
    pub(super) sim: &'a SimNode,
    pub(super) log: Log,
    process: u32,
    errors: Cell<u32>,
    dead: RefCell<BTreeSet<u32>>,
}

impl<'a> Caller<'a> {
    /// Thread number `thread` (below 16) of a node.
    pub(super) fn new(sim: &'a SimNode, log: &Log, thread: u32) -> Caller<'a> {
        Caller {
            sim,
            log: log.clone(),
            process: sim.rank() * 16 + thread,
            errors: Cell::new(0),
            dead: RefCell::default(),
        }
    }

    /// The number that the checkers know it by.
    pub(super) fn process(&self) -> Process {
        self.process
    }

    /// A number that tells the values of this thread from those of all others.
    pub(super) fn stamp(&self, counter: u64) -> u64 {
        u64::from(self.process + 1) << 32 | counter
    }

    /// Whether the memory of this node is lost.
    pub(super) fn is_lost(&self, home: u32) -> bool {
        self.dead.borrow().contains(&home)
    }

    /// What an error means to the program: `Err` ends it.
    ///
    /// # Errors
    /// When it cannot go on, or has had enough.
    pub(super) fn bear(&self, error: Error) -> Result<(), Failure> {
        match &error {
            // It has given itself up.
            Error::Cluster(ClusterError::NodeDied { rank, .. }) if rank.0 == self.sim.rank() => {
                Err(error.into())
            }
            Error::Cluster(ClusterError::NodeDied { rank, .. }) => {
                self.dead.borrow_mut().insert(rank.0);
                Ok(())
            }
            Error::Work(_)
            | Error::Indeterminate(_)
            | Error::Connect(_)
            | Error::Cluster(ClusterError::Refused(Refusal::PairRefused { .. })) => {
                self.errors.set(self.errors.get() + 1);
                if self.errors.get() < PATIENCE { Ok(()) } else { Err(error.into()) }
            }
            Error::Poisoned { by, .. } => {
                self.log.0.borrow_mut().poisoned.insert(Some(*by));
                Ok(())
            }
            Error::Cluster(ClusterError::CoordinatorLost { .. })
            | Error::CollectiveBroken
            | Error::Expelled => Err(error.into()),
            _ => {
                let rank = self.sim.rank();
                self.log.fail(format!("node {rank} got an error that nothing explains: {error}"));
                Err(error.into())
            }
        }
    }

    /// What this thread does from now on comes before what those do who [`Caller::follows`] this.
    pub(super) fn leads(&self) -> Object {
        let object = {
            let mut records = self.log.0.borrow_mut();
            records.edges += 1;
            records.edges - 1 + EDGES
        };
        self.edge(object, Operation::Write(1), 0);
        object
    }

    /// What this thread does from now on comes after what another did until it [led](Caller::leads).
    pub(super) fn follows(&self, object: Object) {
        self.edge(object, Operation::Read, 1);
    }

    fn edge(&self, object: Object, operation: Operation, result: u64) {
        let (invoked, returned) = (self.sim.order(), Some(self.sim.order()));
        let process = self.process;
        let call = Call { process, object, operation, invoked, returned, result };
        self.log.0.borrow_mut().calls.push(call);
    }

    /// A barrier of all nodes, which orders all that coherent objects show. Whether it was passed; if not, there
    /// are no more.
    ///
    /// # Errors
    /// When others may wait for this node: only when it has left are they told that they need not.
    pub(super) fn barrier(&self, round: u64) -> Result<bool, Failure> {
        self.barrier_by(round, || self.sim.node().barrier())
    }

    /// As [`Caller::barrier`], among those who use this `round`.
    ///
    /// # Errors
    /// As there.
    pub(super) fn barrier_by(
        &self,
        round: u64,
        barrier: impl FnOnce() -> Result<(), Error>,
    ) -> Result<bool, Failure> {
        let edge = self.leads();
        self.log.0.borrow_mut().rounds.entry(round).or_default().push(edge);
        match barrier() {
            Ok(()) => {
                let edges = self.log.0.borrow().rounds.get(&round).cloned().unwrap_or_default();
                edges.into_iter().for_each(|edge| self.follows(edge));
                Ok(true)
            }
            // Of a death all are told.
            Err(Error::Cluster(ClusterError::NodeDied { rank, .. }))
                if !self.sim.is_alive(rank.0) =>
            {
                self.dead.borrow_mut().insert(rank.0);
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What this thread does from now on comes after all that others did, who are dead or done.
    pub(super) fn comes_last(&self) {
        self.log.close(self.sim);
        let over = self.log.0.borrow().over.clone();
        over.into_iter().for_each(|edge| self.follows(edge));
    }

    /// The answer of a call, or none if its outcome is open.
    ///
    /// # Errors
    /// As [`Caller::bear`].
    pub(super) fn answer<T>(&self, result: Result<T, Error>) -> Result<Option<T>, Failure> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) => self.bear(error).map(|()| None),
        }
    }

    /// Makes a call on a word and writes it down; the answer is that of `call`, none if its outcome is
    /// open.
    ///
    /// # Errors
    /// As [`Caller::bear`].
    pub(super) fn call(
        &self,
        object: Object,
        operation: Operation,
        call: impl FnOnce() -> Result<u64, Error>,
    ) -> Result<Option<u64>, Failure> {
        let number = self.begin(object, operation);
        let answer = self.answer(call())?;
        if let Some(result) = answer {
            self.finish(number, operation, result);
        }
        Ok(answer)
    }

    /// A call on a word begins; its number in the log.
    pub(super) fn begin(&self, object: Object, operation: Operation) -> usize {
        let invoked = self.sim.order();
        let mut records = self.log.0.borrow_mut();
        records.operations += 1;
        let process = self.process;
        let call = Call { process, object, operation, invoked, returned: None, result: 0 };
        records.calls.push(call);
        records.calls.len() - 1
    }

    /// It has come to its end, and turns out to have been this.
    pub(super) fn finish(&self, number: usize, operation: Operation, result: u64) {
        let mut records = self.log.0.borrow_mut();
        let call = &mut records.calls[number];
        call.returned = Some(self.sim.order());
        call.operation = operation;
        call.result = if operation.tells() { result } else { 0 };
    }

    /// It has not been made after all.
    pub(super) fn forget(&self, number: usize) {
        // Without an answer, a read says nothing.
        self.log.0.borrow_mut().calls[number].operation = Operation::Read;
    }

    /// Somebody has said that this node poisoned something; `None` if it is not known who did.
    pub(super) fn hears_of_poison(&self, poison: Poison) {
        // Who failed may have lived on; but it did not fail where all went well.
        let by = poison.rank().filter(|_| poison.is_death());
        self.log.0.borrow_mut().poisoned.insert(by);
    }

    /// A number below `bound` from the thread's chance.
    pub(super) fn below(&self, bound: u64) -> u64 {
        self.sim.chance(|chance| chance.below(bound))
    }

    /// As [`Caller::below`], for indices.
    pub(super) fn index(&self, bound: usize) -> usize {
        self.below(bound as u64) as usize
    }

    /// Passes a little time now and then, so that threads do not go in step.
    pub(super) fn dawdle(&self) {
        if self.below(8) == 0 {
            let nanos = self.below(5_000);
            self.sim.sleep(nanos);
        }
    }
}
