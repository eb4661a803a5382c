//! The scheduler: which task runs, when, and what time it is.
//!
//! | file | what |
//! | --- | --- |
//! | `mod.rs` | [`World`]: one simulation, and what its tasks ask of it |
//! | `waiting.rs` | giving way, looking, waiting, waking |
//! | `run.rs` | the loop that picks what happens next, and how a run ends |
//! | `ending.rs` | unwinding what is left when a run is over |
//! | `chosen.rs` | the other loop: a search decides instead of time and chance |
//! | `task.rs`, `queue.rs` | tasks and machines; what is due when |
//!
//! # Rules
//!
//! * One OS thread runs one simulation at a time; [`World::current`] finds it. Nothing here is shared
//!   between OS threads, and nothing depends on them.
//! * The state is borrowed for the length of one method and never while control may pass on: not
//!   across a switch, and not across a call of the network, which calls back ([`NicHost`]).
//! * Virtual time moves only in the loop and where a task that gives way is the next anyway.
//! * A task that unwinds from a panic does not switch: the standard library counts panics by OS
//!   thread, and other tasks would seem to panic too. What it waits for ends at once instead. The one
//!   thing that cannot is a lock that another task holds; then the run ends, as it would anyway
//!   after a panic, and the task goes on when that lock is free (`ending.rs`).

mod chosen;
mod ending;
mod queue;
mod run;
mod task;
mod waiting;

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::{Arc, Once};

use pangea::primitives::Trap;
use verbs_shim::provider::sim::{Host, Machine, Nanos, Network, NicEvent, Point, Settings};

use crate::chance::Seeded;
use crate::coroutine::Coroutine;
use crate::explore::Chooser;
use crate::fault::{Faults, Planned};
use crate::outcome::End;
use crate::timeline::{Event, Timeline};
use crate::wire::Wires;
pub use chosen::Grain;
pub(crate) use queue::Due;
use queue::Queue;
pub(crate) use task::{MachineState, Reach, Task, TaskId, Wait};
pub(crate) use waiting::nanos;

/// What bounds a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Virtual time, in nanoseconds.
    pub time: Nanos,
    /// Virtual time without anything happening but tasks that look in vain, in nanoseconds.
    pub quiet: Nanos,
    /// Steps of the scheduler.
    pub steps: u64,
}

impl Default for Limits {
    /// An hour, of which a minute is quiet, and 10^9 steps.
    fn default() -> Limits {
        Limits { time: 3_600_000_000_000, quiet: 60_000_000_000, steps: 1_000_000_000 }
    }
}

/// How a world is to be.
pub(crate) struct Setup {
    pub(crate) seed: u64,
    pub(crate) machines: u32,
    pub(crate) network: Settings,
    pub(crate) limits: Limits,
    pub(crate) traps: Vec<Trap>,
    pub(crate) text: bool,
    pub(crate) faults: Vec<Planned>,
    /// Whether time decides; otherwise a search does.
    pub(crate) timed: bool,
    /// What a search is asked.
    pub(crate) grain: Grain,
}

/// One simulation.
pub(crate) struct World {
    pub(crate) network: Network,
    pub(crate) state: RefCell<State>,
    pub(crate) timeline: RefCell<Timeline>,
    coroutines: RefCell<Vec<Option<Coroutine>>>,
    timed: bool,
    limits: Limits,
    traps: Vec<Trap>,
    now: Cell<Nanos>,
    running: Cell<Option<TaskId>>,
    steps: Cell<u64>,
    /// The step at which the loop wants to be asked.
    next_check: Cell<u64>,
    /// Everything unwinds.
    ending: Cell<bool>,
    /// Tasks that are suspended amid unwinding.
    stuck: Cell<u32>,
    /// What went wrong: panics, failed programs.
    failures: RefCell<Vec<String>>,
    orders: Cell<u64>,
}

/// The part of a world that changes under a borrow.
pub(crate) struct State {
    pub(crate) tasks: Vec<Task>,
    pub(crate) machines: Vec<MachineState>,
    queue: Queue,
    pub(crate) chance: Seeded,
    secrets: Seeded,
    pub(crate) wires: Wires,
    pub(crate) faults: Faults,
    /// Processes that ended themselves: status and message.
    pub(crate) exits: Vec<(Machine, i32, String)>,
    /// Machines that died, and the launcher has not told the coordinator.
    pub(crate) deaths: Vec<Machine>,
    /// Tasks of living machines that have not ended.
    living: u32,
    programs: u32,
    /// When something happened last that was not just a look in vain.
    progress_at: Nanos,
    /// In this many, a turn is a long one. 0: never.
    preempted_one_in: u64,
    timed: bool,
    search: chosen::Search,
}

thread_local! {
    static WORLD: RefCell<Option<Rc<World>>> = const { RefCell::new(None) };
}

impl World {
    pub(crate) fn new(setup: Setup) -> Rc<World> {
        install_panic_hook();
        let Setup { seed, machines, network, limits, traps, text, faults, timed, grain } = setup;
        let stream = |name| if timed { Seeded::new(seed, name, 0) } else { Seeded::least() };
        let mut chance = stream("tasks");
        // Some runs are interrupted often, some seldom or never: different mistakes show.
        let preempted_one_in = *chance.pick(&[0, 20, 200, 2000]);
        // In a search all that was in flight when a pair failed may still arrive, and does so when the
        // search has it; nothing else of the network is left to chance.
        let luck = if timed { Seeded::new(seed, "network", 0) } else { Seeded::greatest() };
        let network = Network::new(network, Box::new(luck), Arc::new(NicHost));
        let state = State {
            tasks: Vec::new(),
            machines: (0..machines).map(|_| MachineState::default()).collect(),
            queue: Queue::default(),
            chance,
            secrets: Seeded::new(seed, "secrets", 0),
            wires: Wires::new(stream("wires"), timed),
            faults: Faults::new(faults),
            exits: Vec::new(),
            deaths: Vec::new(),
            living: 0,
            programs: 0,
            progress_at: 0,
            preempted_one_in,
            timed,
            search: chosen::Search::new(grain),
        };
        Rc::new(World {
            network,
            state: RefCell::new(state),
            timeline: RefCell::new(Timeline::new(text)),
            coroutines: RefCell::default(),
            timed,
            limits,
            traps,
            now: Cell::new(0),
            running: Cell::new(None),
            steps: Cell::new(0),
            next_check: Cell::new(0),
            ending: Cell::new(false),
            stuck: Cell::new(0),
            failures: RefCell::default(),
            orders: Cell::new(0),
        })
    }

    /// The simulation that this OS thread runs.
    ///
    /// # Panics
    /// When it runs none.
    pub(crate) fn current() -> Rc<World> {
        World::try_current().expect("this is only for the tasks of a simulation")
    }

    pub(crate) fn try_current() -> Option<Rc<World>> {
        WORLD.with(|world| world.try_borrow().ok()?.clone())
    }

    /// Calls `f` as part of this world, runs all of its tasks, and ends what is left of them.
    pub(crate) fn run(
        self: &Rc<World>,
        chooser: Option<&mut dyn Chooser>,
        begin: impl FnOnce(),
    ) -> End {
        let outer = WORLD.replace(Some(Rc::clone(self)));
        begin();
        self.schedule_faults();
        let end = match chooser {
            None => self.run_timed(),
            Some(chooser) => self.run_chosen(chooser),
        };
        self.end_all(&end);
        WORLD.set(outer);
        end
    }

    /// Virtual time in nanoseconds.
    #[inline]
    pub(crate) fn now(&self) -> Nanos {
        self.now.get()
    }

    pub(crate) fn steps(&self) -> u64 {
        self.steps.get()
    }

    /// Whether time counts; otherwise a search decides.
    pub(crate) fn is_timed(&self) -> bool {
        self.timed
    }

    /// The task that runs.
    pub(crate) fn task(&self) -> Option<TaskId> {
        self.running.get()
    }

    /// The machine of the task that runs.
    pub(crate) fn machine(&self) -> Option<Machine> {
        let task = self.running.get()?;
        Some(self.state.borrow().tasks[task as usize].machine)
    }

    pub(crate) fn falls_into(&self, trap: Trap) -> bool {
        self.traps.contains(&trap)
    }

    /// Whether a task has ended.
    pub(crate) fn has_ended(&self, task: TaskId) -> bool {
        self.state.borrow().tasks[task as usize].progress == task::Progress::Done
    }

    /// Takes note of a process that ends itself.
    pub(crate) fn note_exit(&self, machine: Machine, status: i32, message: &str) {
        self.state.borrow_mut().exits.push((machine, status, message.to_owned()));
    }

    /// The next number of the one order of everything in this simulation.
    pub(crate) fn next_order(&self) -> u64 {
        self.orders.set(self.orders.get() + 1);
        self.orders.get()
    }

    pub(crate) fn fill_secret(&self, bytes: &mut [u8]) {
        self.state.borrow_mut().secrets.fill(bytes);
    }

    /// Adds a line to the timeline.
    pub(crate) fn record(&self, event: &Event<'_>) {
        if !self.ending.get() {
            self.timeline.borrow_mut().record(self.now(), event);
        }
    }

    /// The run has failed; it ends at the next switch.
    pub(crate) fn fail(&self, what: String) {
        if !self.ending.get() {
            self.failures.borrow_mut().push(what);
            self.next_check.set(0);
        }
    }

    pub(crate) fn has_failed(&self) -> bool {
        !self.failures.borrow().is_empty()
    }

    /// A new task on `machine`.
    pub(crate) fn spawn(
        self: &Rc<World>,
        machine: Machine,
        name: &str,
        body: impl FnOnce() + 'static,
    ) -> std::io::Result<TaskId> {
        let id = self.state.borrow().tasks.len() as TaskId;
        let world = Rc::downgrade(self);
        let coroutine = Coroutine::new(move || {
            if let Some(world) = world.upgrade() {
                world.run_body(id, body);
            }
        })?;
        self.coroutines.borrow_mut().push(Some(coroutine));
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        state.tasks.push(Task::new(machine, name, self.now()));
        state.machines[machine as usize].living += 1;
        state.living += 1;
        let delay = state.chance.between(1_000, 30_000);
        state.wake_at(id, self.now() + delay);
        self.timeline.borrow_mut().record(self.now(), &Event::Started { machine, task: id, name });
        Ok(id)
    }

    fn run_body(&self, id: TaskId, body: impl FnOnce()) {
        let caught = catch_unwind(AssertUnwindSafe(|| {
            if !self.ending.get() {
                body();
            }
        }));
        // A panic has been noted by the hook; what it carries is of no use.
        drop(caught);
        let states = self.state.borrow_mut().tasks[id as usize].states.take();
        let _ = catch_unwind(AssertUnwindSafe(|| states.inspect(|states| states.clear())));
    }

    /// Takes note of what the running task learned, for telling states apart.
    #[inline]
    pub(crate) fn observe(&self, bytes: &[u8]) {
        if !self.timed
            && let Some(task) = self.running.get()
        {
            self.state.borrow_mut().tasks[task as usize].observed.see(bytes);
        }
    }

    /// The job's program on `machine` begins.
    pub(crate) fn program_begins(&self, machine: Machine) {
        let mut state = self.state.borrow_mut();
        state.machines[machine as usize].has_program = true;
        state.programs += 1;
    }

    /// It has ended.
    pub(crate) fn program_ended(&self, machine: Machine) {
        self.state.borrow_mut().program_ended(machine, self.now());
    }

    pub(crate) fn programs(&self) -> u32 {
        self.state.borrow().programs
    }

    /// Ends a machine: none of its tasks goes on, its wires end, its NIC forgets it. Does not return
    /// if the caller is one of them.
    pub(crate) fn kill(&self, machine: Machine) {
        {
            let mut state = self.state.borrow_mut();
            let state = &mut *state;
            let killed = &mut state.machines[machine as usize];
            if std::mem::replace(&mut killed.dead, true) {
                return;
            }
            state.living -= killed.living;
            state.program_ended(machine, self.now());
            state.deaths.push(machine);
            state.wake_launcher(self.now());
            for due in state.wires.kill(machine, self.now()) {
                state.push(due.0, due.1);
            }
        }
        self.record(&Event::Killed { machine });
        self.network.kill(machine);
        if self.machine() == Some(machine) {
            self.never_go_on();
        }
    }
}

impl State {
    pub(crate) fn push(&mut self, at: Nanos, due: Due) {
        // What was asked for first does not come first at the same time.
        let tie = self.chance.below(1 << 32) as u32;
        self.queue.push(at, tie, due);
    }

    fn program_ended(&mut self, machine: Machine, now: Nanos) {
        if std::mem::replace(&mut self.machines[machine as usize].has_program, false) {
            self.programs -= 1;
            if self.programs == 0 {
                self.wake_launcher(now);
            }
        }
    }

    fn wake_launcher(&mut self, now: Nanos) {
        let waiting: Vec<TaskId> = self.waiting_for(Wait::Programs).collect();
        for task in waiting {
            self.wake_soon(task, now);
        }
    }

    fn waiting_for(&self, wait: Wait) -> impl Iterator<Item = TaskId> + '_ {
        let ids = (0..self.tasks.len()).filter(move |&id| self.tasks[id].waits() == Some(wait));
        ids.map(|id| id as TaskId)
    }
}

/// The scheduler as the network sees it.
struct NicHost;

impl Host for NicHost {
    fn give_way(&self, _machine: Machine, point: Point) {
        if let Some(world) = World::try_current() {
            if point == Point::Post {
                world.set_active();
            }
            world.give_way_before(Reach::OwnNic);
        }
    }

    fn changed(&self, machine: Machine) {
        if let Some(world) = World::try_current() {
            let mut state = world.state.borrow_mut();
            if (machine as usize) < state.machines.len() {
                state.machine_changed(machine, world.now(), true);
            }
        }
    }

    fn record(&self, _at: Nanos, event: &NicEvent) {
        if let Some(world) = World::try_current() {
            world.record(&Event::Nic(event));
            if world.timed {
                world.count_event(event);
            } else {
                world.state.borrow_mut().learn(event);
            }
        }
    }

    fn records(&self) -> bool {
        true
    }
}

/// Panics of tasks are noted in their world instead of being printed.
fn install_panic_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let world = World::try_current();
            let Some((world, task)) = world.and_then(|world| world.task().map(|id| (world, id)))
            else {
                return before(info);
            };
            let name = match world.state.try_borrow_mut() {
                Ok(mut state) => {
                    state.tasks[task as usize].unwinding = true;
                    format!("{} of {}", state.tasks[task as usize].name, {
                        world.timeline.borrow().machine(state.tasks[task as usize].machine)
                    })
                }
                Err(_) => format!("task {task}"),
            };
            let place = info.location().map_or_else(String::new, |at| format!(" at {at}"));
            let message = info.payload_as_str().unwrap_or("something that is no text");
            world.fail(format!("{name} panicked{place}: {message}"));
            if std::env::var_os("RUST_BACKTRACE").is_some() {
                before(info);
            }
        }));
    });
}
