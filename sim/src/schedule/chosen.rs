//! The loop of a run in which a search decides what happens next.
//!
//! Time does not count: latencies are no order, and a timer expires only when nothing else can happen. What
//! a failed pair has left in flight may take longer than any timer, so it does not count as happening:
//! whether it arrives or time passes is chosen.
//! A task that looks in vain is not chosen again until its machine changes. What is sent over a wire is
//! there at once: the control plane is not what is searched.
//!
//! The search is asked only between [`World::explore`]`(true)` and `(false)`; before and after, tasks
//! run one after another in the order of their numbers.
//!
//! # Reduction
//!
//! Most steps are nobody else's business. With [`Grain::reduced`] these are made as soon as they can be,
//! and the search is not asked:
//!
//! * A task that was about to post or to poll, or that looks again after a change, goes on to where it gives
//!   way next. It appends to its own lanes and takes from its own completion queue; no event of another
//!   machine reads or changes either. Its own lanes' heads do not see what is appended behind them. A
//!   completion that comes after a poll instead of before makes the task look once more, and it then
//!   stands where it would have stood.
//! * A task that waits for a word of its node's memory, has looked in vain and loads it again, does so. If
//!   it is in vain again it stands where it stood; if it is not, the word is what it waits for. (A word
//!   that may become what is waited for and then something else again would not do.)
//! * An event of the network that [is private](verbs_shim::provider::sim::Network::is_private): a good
//!   answer arrives, a READ that has still to be sampled, a WRITE of nothing, or an atomic that finds the
//!   atomic unit taken (which, when the unit is free again, stands where it stood before).
//!
//! Each commutes with everything that others may do before it, so it alone is a persistent set (Godefroid
//! 1996): every end that some order can reach is reached with this step made first. What remains to be
//! chosen is the order of what touches memory that others can reach: lines placed and sampled, loads and
//! stores of atomics, CPU accesses of the home; and locks, wires, and whatever a program does after
//! [`SimNode::give_way`](crate::SimNode::give_way).
//!
//! This takes for granted that connections were opened before, that none fails, that what a program does
//! between two operations is its own business, and that one thread of each node uses the network. A run that
//! breaks the rule is still a real one; only some orders may not be tried.
//!
//! A choice between one alternative is none, so it is not asked about then.

use std::hash::{Hash, Hasher};

use verbs_shim::provider::sim::{NicEvent, Pending};

use super::{Reach, State, TaskId, Wait, World};
use crate::digest::Digest;
use crate::explore::{Alternative, Chooser};
use crate::outcome::End;

/// Between what a search chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grain {
    /// Steps that commute with all that others do are made at once, and not asked about.
    pub reduced: bool,
    /// Choices that take a task off the processor though it could go on are marked as preemptions. Only
    /// for searches with a bound on these: which task ran last is then part of the state, so there
    /// are more states.
    pub preemptions: bool,
    /// All alternatives but the first are marked as if they preempted. What comes first is fixed, so a
    /// bound on preemptions then bounds how often a run departs from one run (Emmi, Qadeer and
    /// Rakamarić 2011, delay bounding).
    pub delays: bool,
}

impl Default for Grain {
    /// Every step is asked about, and preemptions are marked.
    fn default() -> Grain {
        Grain { reduced: false, preemptions: true, delays: false }
    }
}

impl Grain {
    /// As few choices and states as possible: for searches without a bound.
    pub fn coarse() -> Grain {
        Grain { reduced: true, preemptions: false, delays: false }
    }
}

/// Where a search stands between two of its choices.
#[derive(Clone, Copy)]
pub(super) struct Search {
    grain: Grain,
    pub(super) exploring: bool,
    /// Rises whenever something happens that a task may look for.
    pub(super) activity: u64,
    /// What came back from the network, in whatever order.
    learned: u64,
    /// The task that ran last.
    last: Option<TaskId>,
}

/// How far time moves, in nanoseconds, when nothing is due but somebody looks at the clock: longer than
/// whatever the runtime waits for by the clock, since time itself is no part of a state.
const PATIENCE: u64 = 10_000_000_000;

impl Search {
    pub(super) fn new(grain: Grain) -> Search {
        Search { grain, exploring: false, activity: 0, learned: 0, last: None }
    }
}

#[derive(Clone, Copy)]
enum Next {
    Task(TaskId),
    Network(Pending),
    /// The next timer expires.
    Time,
}

impl Next {
    fn id(&self) -> u64 {
        match self {
            Next::Task(task) => u64::from(*task),
            Next::Time => u64::MAX >> 1,
            Next::Network(event) => {
                let mut digest = Digest::new();
                event.hash(&mut digest);
                digest.finish() | 1 << 63
            }
        }
    }
}

impl World {
    /// Whether the search is asked from now on.
    pub(crate) fn explore(&self, exploring: bool) {
        self.state.borrow_mut().search.exploring = exploring;
    }

    pub(super) fn run_chosen(&self, chooser: &mut dyn Chooser) -> End {
        // The activity at which all who look were given another look.
        let mut looked_at = None;
        loop {
            if let Some(end) = self.is_over() {
                return end;
            }
            let mut choices = self.choices();
            let late =
                |next: &Next| matches!(next, Next::Network(event) if self.network.is_late(*event));
            if choices.iter().all(late) {
                let activity = self.state.borrow().search.activity;
                if looked_at != Some(activity) && self.state.borrow_mut().look_once_more() {
                    looked_at = Some(activity);
                    continue;
                }
                if choices.is_empty() {
                    if !self.pass_time() {
                        return self.hang("nothing can happen any more");
                    }
                    continue;
                }
                choices.push(Next::Time);
            }
            let Search { exploring, grain, .. } = self.state.borrow().search;
            let private = || choices.iter().position(|next| self.is_private(next));
            let chosen = if !exploring || grain.reduced && choices.len() == 1 {
                0
            } else if let Some(private) = grain.reduced.then(private).flatten() {
                private
            } else {
                match self.ask(chooser, &choices) {
                    Some(chosen) => chosen,
                    None => return End::Abandoned,
                }
            };
            match choices[chosen] {
                Next::Task(task) => {
                    self.state.borrow_mut().search.last = Some(task);
                    self.resume(task);
                }
                // When nothing is due and nobody looks, what is late is all that is left to choose.
                Next::Time => _ = self.pass_time(),
                Next::Network(event) => {
                    self.network.perform(event);
                    self.now.set(self.now().max(self.network.now()));
                    let mut state = self.state.borrow_mut();
                    state.search.activity += 1;
                    state.progress_at = self.now();
                }
            }
        }
    }

    /// Lets the first timer expire or, when there is none, gives those who look at the clock another look a
    /// while later. False when nobody does, or has for too long.
    fn pass_time(&self) -> bool {
        let Some((at, due)) = self.first_due() else {
            let mut state = self.state.borrow_mut();
            let waited = self.now().saturating_sub(state.progress_at);
            if waited >= self.limits.quiet || !state.look_once_more() {
                return false;
            }
            drop(state);
            self.move_to(self.now() + PATIENCE);
            return true;
        };
        let mut state = self.state.borrow_mut();
        state.queue.pop();
        state.search.activity += 1;
        drop(state);
        self.move_to(at);
        self.perform(at, due);
        true
    }

    /// Moves the clocks on; events of the network that are overdue stay to be chosen.
    fn move_to(&self, at: u64) {
        self.now.set(self.now().max(at));
        let limit = self.network.next_event().unwrap_or(u64::MAX);
        self.network.advance_to(at.min(limit));
    }

    /// See the head of this file.
    fn is_private(&self, next: &Next) -> bool {
        match next {
            Next::Time => false,
            Next::Network(event) => self.network.is_private(*event),
            Next::Task(task) => {
                let state = self.state.borrow();
                let task = &state.tasks[*task as usize];
                match task.waits() {
                    Some(Wait::Turn) => task.reach == Reach::OwnNic,
                    Some(Wait::Change) => true,
                    _ => false,
                }
            }
        }
    }

    /// What may come next. Where preemptions count the task that ran last is the first, so that the first
    /// choice is to go on.
    fn choices(&self) -> Vec<Next> {
        let state = self.state.borrow();
        let search = &state.search;
        let last = search.last.filter(|_| search.grain.preemptions || !search.exploring);
        let ready: Vec<TaskId> = state.ready(self.now()).collect();
        drop(state);
        let goes_on = ready.iter().copied().filter(|&task| Some(task) == last);
        let others = ready.iter().copied().filter(|&task| Some(task) != last);
        let tasks = goes_on.chain(others).map(Next::Task);
        tasks.chain(self.network.pending().into_iter().map(Next::Network)).collect()
    }

    fn ask(&self, chooser: &mut dyn Chooser, choices: &[Next]) -> Option<usize> {
        let Search { last, grain, .. } = self.state.borrow().search;
        let last = last.filter(|_| grain.preemptions);
        let is_last = |choice: &Next| matches!(choice, Next::Task(task) if Some(*task) == last);
        let last_goes_on = choices.iter().any(is_last);
        let alternatives: Vec<Alternative> = choices
            .iter()
            .enumerate()
            .map(|(index, choice)| Alternative {
                id: choice.id(),
                preempts: grain.delays && index > 0
                    || last_goes_on && matches!(choice, Next::Task(_)) && !is_last(choice),
            })
            .collect();
        let mut digest = Digest::new();
        self.network.digest(&mut digest);
        self.state.borrow().digest(&mut digest);
        chooser.choose(&alternatives, digest.finish())
    }
}

impl State {
    /// Takes note of what the network brings back to a machine: it is what its tasks will know.
    pub(super) fn learn(&mut self, event: &NicEvent) {
        if let NicEvent::Sampled { .. } | NicEvent::Loaded { .. } | NicEvent::Completed { .. } =
            event
        {
            let mut digest = Digest::new();
            event.hash(&mut digest);
            self.search.learned = self.search.learned.wrapping_add(digest.finish());
        }
    }

    fn digest(&self, into: &mut Digest) {
        into.write_u64(self.search.learned);
        let last = self.search.last.filter(|_| self.search.grain.preemptions);
        into.write_u64(last.map_or(u64::MAX, u64::from));
        for task in &self.tasks {
            task.digest(into);
        }
    }
}
