//! The loop of a timed run, and how it ends.

use std::fmt::Write;

use verbs_shim::provider::sim::Nanos;

use super::task::Progress;
use super::{Due, State, TaskId, Wait, World};
use crate::outcome::End;
use crate::timeline::Event;

/// Steps between looks at the limits.
const CHECK: u64 = 1024;

/// Tasks that a hang names one by one.
const NAMED: usize = 40;

impl World {
    /// Lets everything happen in the order of time.
    pub(super) fn run_timed(&self) -> End {
        loop {
            if let Some(end) = self.is_over() {
                return end;
            }
            let event = self.network.next_event();
            let first = self.first_due();
            match (event, first) {
                (None, None) => return self.hang("nothing can happen any more"),
                (Some(event), first) if first.is_none_or(|(at, _)| event <= at) => {
                    self.now.set(event);
                    self.network.step();
                    self.state.borrow_mut().progress_at = event;
                }
                (_, Some((at, due))) => {
                    self.state.borrow_mut().queue.pop();
                    self.now.set(at);
                    self.network.advance_to(at);
                    self.perform(at, due);
                }
                (Some(_), None) => unreachable!("the network's event is the earliest"),
            }
        }
    }

    /// The first thing due that is not out of date.
    pub(super) fn first_due(&self) -> Option<(Nanos, Due)> {
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        while let Some((at, due)) = state.queue.peek() {
            if let Due::Task { task, turn } = due {
                let entry = &state.tasks[task as usize];
                let machine = &state.machines[entry.machine as usize];
                if entry.turn != turn || machine.dead {
                    state.queue.pop();
                    continue;
                }
                if machine.paused_until > at {
                    let until = machine.paused_until;
                    state.queue.pop();
                    state.push(until, due);
                    continue;
                }
            }
            return Some((at, due));
        }
        None
    }

    /// Does what is due.
    pub(super) fn perform(&self, at: Nanos, due: Due) {
        match due {
            Due::Task { task, .. } => self.resume(task),
            Due::Wire { wire, end } => {
                let mut state = self.state.borrow_mut();
                let state = &mut *state;
                state.progress_at = at;
                if let Some(machine) = state.wires.arrive(wire, end, at) {
                    state.wake_wires(machine, at);
                }
                if let Some(next) = state.wires.next_arrival(wire, end) {
                    state.push(next, due);
                }
            }
            Due::Fault(number) => {
                self.state.borrow_mut().progress_at = at;
                self.perform_fault(number);
            }
        }
    }

    /// Does what comes over a wire at once.
    pub(crate) fn perform_now(&self, due: Due) {
        if let Due::Wire { wire, end } = due {
            let mut state = self.state.borrow_mut();
            let state = &mut *state;
            if let Some(machine) = state.wires.arrive(wire, end, self.now()) {
                state.search.activity += 1;
                state.wake_wires(machine, self.now());
            }
        }
    }

    /// Lets a task run until it suspends itself.
    pub(super) fn resume(&self, task: TaskId) {
        {
            let mut state = self.state.borrow_mut();
            let state = &mut *state;
            let entry = &mut state.tasks[task as usize];
            let Progress::Suspended(wait) = entry.progress else { return };
            entry.progress = Progress::Running;
            entry.turn += 1;
            entry.ready = false;
            let machine = &mut state.machines[entry.machine as usize];
            let waiting = match wait {
                Wait::Change => {
                    entry.seen = machine.version;
                    Some(&mut machine.looking)
                }
                Wait::Lock(_) => Some(&mut machine.at_locks),
                Wait::Wire => Some(&mut machine.at_wires),
                Wait::Condvar(_) => Some(&mut machine.at_condvars),
                Wait::Join(other) => Some(&mut state.tasks[other as usize].joiners),
                Wait::Turn | Wait::Sleep | Wait::Programs | Wait::Never => None,
            };
            // Woken by the clock, it is still there.
            if let Some(waiting) = waiting
                && let Some(place) = waiting.iter().position(|&other| other == task)
            {
                waiting.remove(place);
            }
            let only_looked = matches!(wait, Wait::Change | Wait::Turn);
            let entry = &mut state.tasks[task as usize];
            entry.active |= !only_looked;
            if entry.active {
                state.progress_at = self.now();
            }
            let tasks = &state.tasks;
            state.queue.sweep(|due| match due {
                Due::Task { task, turn } => tasks[task as usize].turn == turn,
                Due::Wire { .. } | Due::Fault(_) => true,
            });
        }
        self.steps.set(self.steps.get() + 1);
        let coroutine = self.coroutines.borrow_mut()[task as usize].take();
        let Some(mut coroutine) = coroutine else { return };
        self.running.set(Some(task));
        let has_ended = coroutine.resume();
        self.running.set(None);
        if has_ended {
            self.task_ended(task);
        } else {
            self.coroutines.borrow_mut()[task as usize] = Some(coroutine);
        }
    }

    fn task_ended(&self, task: TaskId) {
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        let entry = &mut state.tasks[task as usize];
        entry.progress = Progress::Done;
        entry.observed.end();
        let machine = entry.machine;
        let joiners = std::mem::take(&mut entry.joiners);
        for joiner in joiners {
            state.wake_soon(joiner, self.now());
        }
        let on = &mut state.machines[machine as usize];
        on.living -= 1;
        if !on.dead {
            state.living -= 1;
        }
        state.machine_changed(machine, self.now(), false);
        state.wake_locked(machine, self.now());
        state.search.activity += 1;
        self.record(&Event::Ended { machine, task });
    }

    /// How the run has ended, if it has.
    pub(super) fn is_over(&self) -> Option<End> {
        let steps = self.steps.get();
        if steps >= self.next_check.get() {
            if self.has_failed() {
                return Some(End::Failed(self.failures.borrow().clone()));
            }
            let (now, limits) = (self.now(), &self.limits);
            let quiet = now.saturating_sub(self.state.borrow().progress_at);
            if steps >= limits.steps {
                return Some(self.hang(&format!("{steps} steps are over")));
            }
            if now >= limits.time {
                return Some(self.hang(&format!("{} s of virtual time are over", now / SECOND)));
            }
            if quiet >= limits.quiet {
                let quiet = quiet / SECOND;
                return Some(self.hang(&format!("for {quiet} s all have only looked in vain")));
            }
            let next = self.perform_faults_of_step(steps);
            self.next_check.set(next.unwrap_or(u64::MAX).min(steps + CHECK).min(limits.steps));
        }
        (self.state.borrow().living == 0).then_some(End::Finished)
    }

    /// What each task waits in, when it will never end.
    pub(super) fn hang(&self, reason: &str) -> End {
        let state = self.state.borrow();
        let mut tasks = Vec::new();
        for (id, task) in state.tasks.iter().enumerate() {
            let machine = &state.machines[task.machine as usize];
            let Some(wait) = task.waits().filter(|_| !machine.dead) else { continue };
            let mut line = String::new();
            let on = self.timeline.borrow().machine(task.machine);
            let _ = write!(line, "task {id} {:?} of {on} {wait}", task.name);
            if task.looks > 1 {
                let _ = write!(line, ", since {} ns", task.looking_since);
            }
            tasks.push(line);
        }
        if tasks.len() > NAMED {
            let more = tasks.len() - NAMED;
            tasks.truncate(NAMED);
            tasks.push(format!("and {more} more"));
        }
        End::Hang { reason: reason.to_owned(), tasks }
    }
}

const SECOND: Nanos = 1_000_000_000;

impl State {
    /// The tasks that may go on, of machines that live and run.
    pub(super) fn ready(&self, now: Nanos) -> impl Iterator<Item = TaskId> + '_ {
        let ids = self.tasks.iter().enumerate().filter(move |(_, task)| {
            let machine = &self.machines[task.machine as usize];
            task.ready && task.waits().is_some() && !machine.dead && machine.paused_until <= now
        });
        ids.map(|(id, _)| id as TaskId)
    }

    /// All tasks that only look get another look. False if there are none.
    pub(super) fn look_once_more(&mut self) -> bool {
        let looking: Vec<TaskId> = (0..self.tasks.len() as TaskId)
            .filter(|&id| {
                let task = &self.tasks[id as usize];
                matches!(task.waits(), Some(Wait::Change | Wait::Lock(_)))
                    && !self.machines[task.machine as usize].dead
            })
            .collect();
        for &task in &looking {
            self.tasks[task as usize].ready = true;
        }
        !looking.is_empty()
    }
}
