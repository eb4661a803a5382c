//! What a task does when it is not its turn any more: giving way, looking, waiting; and waking others.

use std::time::Duration;

use verbs_shim::provider::sim::{Machine, Nanos};

use super::task::{Progress, Reach};
use super::{Due, State, TaskId, Wait, World};
use crate::coroutine::suspend;

/// Nanoseconds that code between two points where it gives way takes, at least and at most.
const TURN: (Nanos, Nanos) = (10, 150);
/// A turn in which the processor was taken away.
const LONG_TURN: (Nanos, Nanos) = (1_000, 40_000);
/// The first pause of a task that looks in vain; doubled each time. It only ends a wait for what no
/// change tells of, since a change ends the pause: so there need not be several in a round trip.
const FIRST_LOOK: Nanos = 2_000;
/// Pauses grow to this, and beyond it with how long the task has been looking.
const LONG_LOOK: Nanos = 200_000;
/// But never longer: what looks also sees to its own work now and then, by the number of its looks.
const LONGEST_LOOK: Nanos = 5_000_000;
/// From a notification until the notified runs.
const WAKING: (Nanos, Nanos) = (50, 5_000);
/// Waits that an unwinding task may skip before it counts as stuck.
const REFUSED_WAITS: u32 = 100_000;

/// What ends the tasks that are left over when a run ends.
struct RunEnded;

pub(crate) fn nanos(duration: Duration) -> Nanos {
    Nanos::try_from(duration.as_nanos()).unwrap_or(Nanos::MAX)
}

impl World {
    /// Whether the running task unwinds.
    pub(crate) fn unwinding(&self) -> bool {
        // The count of panics is that of the OS thread. It is this task's own, unless another one is
        // stuck amid unwinding, which happens only when the run is over.
        std::thread::panicking()
            && (self.stuck.get() == 0
                || self
                    .running
                    .get()
                    .is_none_or(|task| self.state.borrow().tasks[task as usize].unwinding))
    }

    /// Whether the run is over, and what is left of its tasks unwinds.
    pub(crate) fn is_ending(&self) -> bool {
        self.ending.get()
    }

    /// The task that may wait now. None when whatever it would wait for is to end at once.
    fn waiter(&self) -> Option<TaskId> {
        let task = self.running.get()?;
        if self.unwinding() {
            let mut state = self.state.borrow_mut();
            let refused = &mut state.tasks[task as usize].refused_waits;
            *refused += 1;
            if refused.is_multiple_of(REFUSED_WAITS) {
                drop(state);
                self.be_stuck();
            }
            return None;
        }
        if self.ending.get() {
            self.unwind();
        }
        Some(task)
    }

    /// Ends the running task, because the run is over.
    fn unwind(&self) -> ! {
        if let Some(task) = self.running.get() {
            self.state.borrow_mut().tasks[task as usize].unwinding = true;
        }
        std::panic::resume_unwind(Box::new(RunEnded))
    }

    /// Suspends a task that unwinds and cannot go on until others have: the run is over.
    fn be_stuck(&self) {
        if let Some(task) = self.running.get() {
            let progress = &mut self.state.borrow_mut().tasks[task as usize].progress;
            *progress = Progress::Suspended(Wait::Never);
        }
        self.stuck.set(self.stuck.get() + 1);
        suspend();
        self.stuck.set(self.stuck.get() - 1);
    }

    fn switch(&self) {
        suspend();
        if self.ending.get() && !self.unwinding() {
            self.unwind();
        }
    }

    /// The running task's machine is gone.
    pub(crate) fn never_go_on(&self) -> ! {
        loop {
            let Some(task) = self.waiter() else {
                // A destructor that ends the process while it unwinds from a panic.
                eprintln!("a simulated process ended itself amid a panic");
                std::process::abort()
            };
            self.park(task, Wait::Never, None);
        }
    }

    /// The running task does something that others of its machine may see.
    #[inline]
    pub(crate) fn set_active(&self) {
        if let Some(task) = self.running.get() {
            self.state.borrow_mut().tasks[task as usize].active = true;
        }
    }

    /// Something changed that tasks of `machine` look for.
    pub(crate) fn change(&self, machine: Machine) {
        self.state.borrow_mut().machine_changed(machine, self.now(), true);
    }

    /// Others may go first.
    pub(crate) fn give_way(&self) {
        self.give_way_before(Reach::Anything);
    }

    /// Others may go first; then the task does something of this `reach`.
    pub(crate) fn give_way_before(&self, reach: Reach) {
        let Some(task) = self.waiter() else { return };
        if !self.timed {
            let mut state = self.state.borrow_mut();
            let entry = &mut state.tasks[task as usize];
            entry.ready = true;
            let looks_again = std::mem::take(&mut entry.looks_again);
            entry.loaded = reach == Reach::Load;
            entry.reach = match reach {
                Reach::Load if looks_again => Reach::OwnNic,
                reach => reach,
            };
            // Where it stands is part of the state, also when it learned nothing.
            state.tasks[task as usize].observed.see(&[]);
            drop(state);
            return self.park(task, Wait::Turn, None);
        }
        let steps = self.steps.get() + 1;
        self.steps.set(steps);
        let now = self.now();
        let mut state = self.state.borrow_mut();
        let at = now + state.turn();
        let machine = state.tasks[task as usize].machine as usize;
        let alone = state.machines[machine].looking.is_empty()
            && state.machines[machine].at_locks.is_empty();
        let first = state.queue.first();
        drop(state);
        // The common case: it would be the next anyway.
        if alone
            && steps < self.next_check.get()
            && first.is_none_or(|first| at < first)
            && self.network.next_event().is_none_or(|event| at < event)
        {
            self.now.set(at);
            self.network.advance_to(at);
            return;
        }
        self.park(task, Wait::Turn, Some(at));
    }

    /// Passes a moment while the task waits for something that it sees by looking.
    pub(crate) fn relax(&self) {
        let Some(task) = self.waiter() else { return };
        let now = self.now();
        let mut state = self.state.borrow_mut();
        let state_ref = &mut *state;
        let entry = &mut state_ref.tasks[task as usize];
        let machine = &state_ref.machines[entry.machine as usize];
        entry.observed.look_again();
        let missed = entry.seen != machine.version;
        let loaded = entry.loaded;
        entry.seen = machine.version;
        if missed {
            // Something happened since it began to look.
            drop(state);
            self.give_way_before(Reach::OwnNic);
            return self.looks_again(task, loaded);
        }
        if entry.active || entry.looks == 0 {
            entry.looks = 0;
            entry.looking_since = now;
        }
        let longest = LONG_LOOK.max((now - entry.looking_since) / 64).min(LONGEST_LOOK);
        let pause = (FIRST_LOOK << entry.looks.min(30)).min(longest);
        entry.looks += 1;
        drop(state);
        let until = self.is_timed().then(|| now + pause);
        self.park(task, Wait::Change, until);
        self.looks_again(task, loaded);
    }

    /// A task has waited, after a load in vain or after something else.
    fn looks_again(&self, task: TaskId, loaded: bool) {
        if !self.timed {
            self.state.borrow_mut().tasks[task as usize].looks_again = loaded;
        }
    }

    /// Waits until `wait` is over or the time has come. May also come back for no reason. False if the
    /// task does not wait, because it unwinds.
    pub(crate) fn wait(&self, wait: Wait, until: Option<Nanos>) -> bool {
        let Some(task) = self.waiter() else { return false };
        self.park(task, wait, until);
        true
    }

    /// Waits for a lock that another task holds. `again`: as just before.
    pub(crate) fn wait_for_lock(&self, lock: usize, again: bool) {
        if let Some(task) = self.waiter() {
            if again {
                self.park_quietly(task, Wait::Lock(lock), None);
            } else {
                self.park(task, Wait::Lock(lock), None);
            }
        } else if self.running.get().is_some() {
            self.fail("a task that unwinds needs a lock that another one holds".to_owned());
            self.be_stuck();
        }
    }

    fn park(&self, task: TaskId, wait: Wait, until: Option<Nanos>) {
        {
            let mut state = self.state.borrow_mut();
            let machine = state.tasks[task as usize].machine;
            if state.tasks[task as usize].active {
                state.search.activity += 1;
                state.machine_changed(machine, self.now(), false);
                // What it did itself is no news to it.
                let version = state.machines[machine as usize].version;
                let seen = &mut state.tasks[task as usize].seen;
                if *seen + 1 == version {
                    *seen = version;
                }
            }
            if wait == Wait::Change {
                state.tasks[task as usize].active = false;
            }
            state.wake_locked(machine, self.now());
        }
        self.park_quietly(task, wait, until);
    }

    fn park_quietly(&self, task: TaskId, wait: Wait, until: Option<Nanos>) {
        {
            let mut state = self.state.borrow_mut();
            let state = &mut *state;
            let entry = &mut state.tasks[task as usize];
            entry.progress = Progress::Suspended(wait);
            let turn = entry.turn;
            let machine = &mut state.machines[entry.machine as usize];
            match wait {
                Wait::Change => machine.looking.push(task),
                Wait::Lock(_) => machine.at_locks.push(task),
                Wait::Wire => machine.at_wires.push(task),
                Wait::Condvar(_) => machine.at_condvars.push(task),
                Wait::Join(other) => state.tasks[other as usize].joiners.push(task),
                Wait::Turn | Wait::Sleep | Wait::Programs | Wait::Never => {}
            }
            if let Some(at) = until {
                state.push(at, Due::Task { task, turn });
            }
        }
        self.switch();
    }

    /// Wakes what waits for the condition.
    pub(crate) fn notify(&self, condvar: usize) {
        let Some(machine) = self.machine() else { return };
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        let waiting = std::mem::take(&mut state.machines[machine as usize].at_condvars);
        for task in waiting {
            match state.tasks[task as usize].waits() {
                Some(Wait::Condvar(of)) if of == condvar => state.wake_soon(task, self.now()),
                Some(Wait::Condvar(_)) => {
                    state.machines[machine as usize].at_condvars.push(task);
                }
                _ => {}
            }
        }
        if let Some(task) = self.running.get() {
            state.tasks[task as usize].active = true;
        }
    }
}

impl State {
    /// How long the running task's turn took.
    fn turn(&mut self) -> Nanos {
        let (least, most) =
            if self.chance.one_in_or_never(self.preempted_one_in) { LONG_TURN } else { TURN };
        self.chance.between(least, most)
    }

    /// A task goes on at `at`.
    pub(crate) fn wake_at(&mut self, task: TaskId, at: Nanos) {
        if self.timed {
            let turn = self.tasks[task as usize].turn;
            self.push(at, Due::Task { task, turn });
        } else {
            self.tasks[task as usize].ready = true;
        }
    }

    /// A task goes on as soon as the system has woken it.
    pub(crate) fn wake_soon(&mut self, task: TaskId, now: Nanos) {
        let delay = self.chance.between(WAKING.0, WAKING.1);
        self.wake_at(task, now + delay);
    }

    /// Something changed that tasks of the machine may look for; `news` if they did not do it
    /// themselves.
    pub(super) fn machine_changed(&mut self, machine: Machine, now: Nanos, news: bool) {
        let entry = &mut self.machines[machine as usize];
        entry.version += 1;
        if entry.looking.is_empty() {
            return;
        }
        let mut looking = std::mem::take(&mut entry.looking);
        for &task in &looking {
            if self.tasks[task as usize].waits() == Some(Wait::Change) {
                self.tasks[task as usize].active |= news;
                let delay = self.chance.between(TURN.0, TURN.1);
                self.wake_at(task, now + delay);
            }
        }
        // Its memory is used again.
        looking.clear();
        self.machines[machine as usize].looking = looking;
    }

    /// A task of the machine has run: it may have given up a lock.
    pub(super) fn wake_locked(&mut self, machine: Machine, now: Nanos) {
        let waiting = std::mem::take(&mut self.machines[machine as usize].at_locks);
        for task in waiting {
            if matches!(self.tasks[task as usize].waits(), Some(Wait::Lock(_))) {
                let delay = self.chance.between(TURN.0, TURN.1);
                self.wake_at(task, now + delay);
            }
        }
    }

    /// Something has come about at a wire's end on the machine.
    pub(crate) fn wake_wires(&mut self, machine: Machine, now: Nanos) {
        let waiting = std::mem::take(&mut self.machines[machine as usize].at_wires);
        for task in waiting {
            if self.tasks[task as usize].waits() == Some(Wait::Wire) {
                self.wake_soon(task, now);
            }
        }
    }
}
