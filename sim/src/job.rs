//! [`Job`]: a program on simulated nodes, over the real runtime.
//!
//! Machine `r` is the node of rank `r`; the coordinator has a machine of its own, whose number is the
//! count of nodes. Each node joins with [`Node::join_with`], runs the program, drops its handles and
//! so leaves in good order. Afterwards every NIC must be empty: what a living machine still holds
//! is a leak, and a failure.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::rc::Rc;

use pangea::Node;
use pangea::cluster::{Coordinator, CoordinatorConfig, JobEnv, JobEvent, Rank, Welcome};
use pangea::primitives::Trap;
use pangea::symmetric::{Options, Symmetric};
use verbs_shim::provider::sim::{Live, Machine, Nanos, Settings};
use verbs_shim::provider::{Choice, Counted};

use crate::chance::Seeded;
use crate::check::leak::{self, Held};
use crate::explore::Chooser;
use crate::fault::FaultPlan;
use crate::outcome::{End, NodeEnd, Outcome};
use crate::schedule::{Grain, Limits, Setup, TaskId, Wait, World};
use crate::simulated::Simulated;
use crate::timeline::Event;

/// What a program comes to: an error ends the run as a failure, unless the job allows errors.
pub type ProgramResult = Result<(), Box<dyn Error>>;

/// A job on simulated machines.
#[derive(Clone, Debug)]
pub struct Job {
    /// The name of the scenario, for the command that runs it again.
    pub scenario: String,
    /// How many nodes.
    pub nodes: u32,
    /// The size of each node's arena in bytes.
    pub arena_bytes: u64,
    /// How many bytes of symmetric memory each node has; none if 0.
    pub symmetric_bytes: u64,
    /// How many bytes of coherent data each node caches at most.
    pub cache_bytes: u64,
    /// Where all chance comes from.
    pub seed: u64,
    /// How the network behaves. Its faults are those of `faults`.
    pub network: Settings,
    /// What goes wrong.
    pub faults: FaultPlan,
    /// Whether the lines of the timeline are kept. Its digest always is.
    pub timeline: bool,
    /// What bounds the run.
    pub limits: Limits,
    /// The traps that the runtime is to fall into.
    pub traps: Vec<Trap>,
    /// Programs may end with errors, as they do when nodes die.
    pub allow_errors: bool,
    /// Between what a search chooses.
    pub grain: Grain,
}

impl Job {
    /// A job without faults. Arenas have a megabyte, and caches as much.
    pub fn new(scenario: &str, nodes: u32, seed: u64) -> Job {
        Job {
            scenario: scenario.to_owned(),
            nodes,
            arena_bytes: 1 << 20,
            symmetric_bytes: 0,
            cache_bytes: 1 << 20,
            seed,
            network: Settings::default(),
            faults: FaultPlan::default(),
            timeline: false,
            limits: Limits::default(),
            traps: Vec::new(),
            allow_errors: false,
            grain: Grain::default(),
        }
    }

    /// Runs the program on all nodes.
    pub fn run(&self, program: impl Fn(&SimNode) -> ProgramResult + 'static) -> Outcome {
        self.start(None, Rc::new(program))
    }

    /// As [`Job::run`], but a search decides what happens next, from when all nodes have called
    /// [`SimNode::explore`] until all have called [`SimNode::end_explore`]. Faults of machines do not come, but for
    /// those planned at a step.
    pub fn run_chosen(
        &self,
        chooser: &mut dyn Chooser,
        program: impl Fn(&SimNode) -> ProgramResult + 'static,
    ) -> Outcome {
        self.start(Some(chooser), Rc::new(program))
    }

    fn start(&self, chooser: Option<&mut dyn Chooser>, program: Program) -> Outcome {
        let network = Settings { faults: self.faults.nic, ..self.network.clone() };
        let world = World::new(Setup {
            seed: self.seed,
            machines: self.nodes + 1,
            network,
            limits: self.limits,
            traps: self.traps.clone(),
            text: self.timeline,
            faults: self.faults.draw(self.seed, self.nodes),
            timed: chooser.is_none(),
            grain: self.grain,
        });
        world.timeline.borrow_mut().name_coordinator(self.nodes);
        let run = Rc::new(Run {
            nodes: self.nodes,
            arena_bytes: self.arena_bytes,
            symmetric_bytes: self.symmetric_bytes,
            cache_bytes: self.cache_bytes,
            seed: self.seed,
            allow_errors: self.allow_errors,
            program,
            joined: RefCell::new(vec![false; self.nodes as usize]),
            count_joined: Cell::new(0),
            exploring: Cell::new(0),
            explored: Cell::new(false),
            ends: RefCell::new(vec![NodeEnd::Cut; self.nodes as usize]),
            recoveries: Cell::default(),
        });
        let begun = Rc::clone(&run);
        let within = Rc::clone(&world);
        let end = world.run(chooser, move || begun.begin(&within));
        let timeline = world.timeline.borrow_mut().take_text();
        let digest = world.timeline.borrow().digest();
        let mut outcome = Outcome {
            scenario: self.scenario.clone(),
            seed: self.seed,
            end,
            nodes: run.ends.take(),
            time: world.now(),
            steps: world.steps(),
            digest,
            timeline,
            faults: world.tally(),
            recoveries: run.recoveries.get(),
            operations: 0,
            races_judged: false,
            options: String::new(),
        };
        for (machine, status, message) in world.state.borrow().exits.clone() {
            if let Some(end) = outcome.nodes.get_mut(machine as usize) {
                *end = NodeEnd::Exited { status, message: message.clone() };
            }
            if outcome.end == End::Finished && !self.may_exit(&world, machine) {
                let what = format!("machine {machine} exited with status {status}: {message}");
                outcome.add_failure(what);
            }
        }
        if outcome.end == End::Finished {
            self.check_leaks(&world, &mut outcome);
        }
        outcome
    }

    /// Whether a node has a reason to end its process: its place in the job is lost.
    fn may_exit(&self, world: &World, machine: Machine) -> bool {
        let state = world.state.borrow();
        state.faults.harmed.iter().any(|&harmed| harmed == machine || harmed == self.nodes)
    }

    fn check_leaks(&self, world: &World, outcome: &mut Outcome) {
        let mut left = BTreeMap::new();
        for machine in 0..=self.nodes {
            if !world.state.borrow().machines[machine as usize].dead {
                let Live { pairs, regions, completion_queues } = world.network.live(machine);
                let (pairs, regions) = (pairs as u64, regions as u64);
                let queues = completion_queues as u64;
                left.insert(machine, Held { pairs, regions, queues, ..Held::default() });
            }
        }
        if let Err(violation) = leak::check(&BTreeMap::new(), &left) {
            outcome.add_failure(violation.to_string());
        }
    }
}

type Program = Rc<dyn Fn(&SimNode) -> ProgramResult>;

/// What the tasks of a running job share.
struct Run {
    nodes: u32,
    arena_bytes: u64,
    symmetric_bytes: u64,
    cache_bytes: u64,
    seed: u64,
    allow_errors: bool,
    program: Program,
    joined: RefCell<Vec<bool>>,
    count_joined: Cell<u32>,
    /// Nodes between `explore` and `end_explore`.
    exploring: Cell<u32>,
    /// All have come there.
    explored: Cell<bool>,
    ends: RefCell<Vec<NodeEnd>>,
    /// Blocks that nodes found under the locks of dead ones, by what became of them.
    recoveries: Cell<[u64; 3]>,
}

impl Run {
    fn begin(self: &Rc<Run>, world: &Rc<World>) {
        for machine in 0..self.nodes {
            world.program_begins(machine);
        }
        let run = Rc::clone(self);
        let started = world.spawn(self.nodes, "coordinator", move || {
            if let Err(error) = run.coordinate() {
                World::current().fail(format!("the coordinator: {error}"));
            }
        });
        if let Err(error) = started {
            world.fail(format!("there is no memory for a stack: {error}"));
        }
    }

    fn coordinate(self: &Rc<Run>) -> ProgramResult {
        let world = World::current();
        let mut config = CoordinatorConfig::local(self.nodes, Choice::Verbs, self.arena_bytes);
        config.cache_bytes = self.cache_bytes;
        let coordinator = Coordinator::<Simulated>::start_with(&config, |event: &JobEvent| {
            World::current().record(&Event::Coordinator(&event.to_string()));
        })?;
        for machine in 0..self.nodes {
            let run = Rc::clone(self);
            let job = coordinator.job().for_rank(Rank(machine));
            world.spawn(machine, "main", move || run.be_node(machine, &job))?;
        }
        // As a launcher does, it tells of processes that have ended. Of one in two, that is: the
        // coordinator also has to notice by itself, but only if they had a connection that could end.
        let mut chance = Seeded::new(self.seed, "launcher", 0);
        while world.programs() > 0 && world.wait(Wait::Programs, None) {
            let deaths = std::mem::take(&mut world.state.borrow_mut().deaths);
            for machine in deaths {
                let is_joined = self.joined.borrow()[machine as usize];
                if !is_joined || chance.one_in(2) {
                    coordinator.node_exited(Rank(machine), "killed by the simulation");
                }
            }
        }
        Ok(())
    }

    fn be_node(self: &Rc<Run>, machine: Machine, job: &JobEnv) {
        let world = World::current();
        let result = self.join_and_run(machine, job);
        let error = result.err().map(|error| error.to_string());
        world.record(&Event::ProgramEnded { machine, error: error.as_deref() });
        self.ends.borrow_mut()[machine as usize] = match error {
            None => NodeEnd::Ended,
            Some(error) => {
                if !self.allow_errors {
                    world.fail(format!("node {machine}: {error}"));
                }
                NodeEnd::Failed(error)
            }
        };
        world.program_ended(machine);
    }

    fn join_and_run(self: &Rc<Run>, machine: Machine, job: &JobEnv) -> ProgramResult {
        let world = World::current();
        let network = world.network.clone();
        let open = |_: &Welcome| Ok(Counted::new(network.open(machine)));
        let (node, symmetric) = match self.symmetric_bytes {
            0 => (Node::<Simulated>::join_with(job, open)?, None),
            bytes => {
                let options = Options { bytes, ..Options::default() };
                let symmetric = Symmetric::<Simulated>::join_with(options, job, open)?;
                (symmetric.node().clone(), Some(Rc::new(symmetric)))
            }
        };
        world.record(&Event::Joined { machine });
        self.joined.borrow_mut()[machine as usize] = true;
        self.count_joined.set(self.count_joined.get() + 1);
        if self.count_joined.get() == self.nodes {
            world.all_joined();
        }
        let sim = SimNode::new(self, node, symmetric, machine, 0);
        let result = (self.program)(&sim);
        let mut recoveries = self.recoveries.get();
        for (sum, count) in recoveries.iter_mut().zip(sim.node.recoveries()) {
            *sum += count;
        }
        self.recoveries.set(recoveries);
        result
    }
}

/// A node of a simulated job, as its program sees it. Each thread of the program has its own.
pub struct SimNode {
    node: Node<Simulated>,
    symmetric: Option<Rc<Symmetric<Simulated>>>,
    run: Rc<Run>,
    world: Rc<World>,
    machine: Machine,
    chance: RefCell<Seeded>,
    threads: Cell<u64>,
}

impl SimNode {
    fn new(
        run: &Rc<Run>,
        node: Node<Simulated>,
        symmetric: Option<Rc<Symmetric<Simulated>>>,
        machine: Machine,
        thread: u64,
    ) -> SimNode {
        let number = u64::from(machine) << 32 | thread;
        SimNode {
            node,
            symmetric,
            run: Rc::clone(run),
            world: World::current(),
            machine,
            chance: RefCell::new(Seeded::new(run.seed, "program", number)),
            threads: Cell::new(0),
        }
    }

    /// The node itself.
    pub fn node(&self) -> &Node<Simulated> {
        &self.node
    }

    /// Its symmetric memory, in jobs that have it ([`Job::symmetric_bytes`]).
    pub fn symmetric(&self) -> Option<&Symmetric<Simulated>> {
        self.symmetric.as_deref()
    }

    /// Its rank.
    pub fn rank(&self) -> u32 {
        self.machine
    }

    /// How many nodes the job has.
    pub fn size(&self) -> u32 {
        self.run.nodes
    }

    /// Draws from this thread's stream of chance.
    pub fn chance<R>(&self, draw: impl FnOnce(&mut Seeded) -> R) -> R {
        draw(&mut self.chance.borrow_mut())
    }

    /// Virtual time in nanoseconds.
    pub fn now(&self) -> Nanos {
        self.world.now()
    }

    /// The next number of the one order of everything in this simulation, from 1.
    pub fn order(&self) -> u64 {
        self.world.next_order()
    }

    /// A line for the timeline.
    pub fn note(&self, text: &str) {
        self.world.record(&Event::Note { machine: self.machine, text });
    }

    /// Lets others run.
    pub fn give_way(&self) {
        self.world.give_way();
    }

    /// Passes so much virtual time, in nanoseconds.
    pub fn sleep(&self, nanos: Nanos) {
        let until = self.now().saturating_add(nanos);
        while self.now() < until && self.world.wait(Wait::Sleep, Some(until)) {}
    }

    /// Takes note of what this thread has learned otherwise than by the node's own memory, so that a
    /// search tells apart states that differ in it.
    pub fn observe(&self, bytes: &[u8]) {
        self.world.observe(bytes);
    }

    /// What follows is searched, from when all nodes have come here. Best called after a barrier.
    pub fn explore(&self) {
        let come = self.run.exploring.get() + 1;
        self.run.exploring.set(come);
        if come == self.run.nodes {
            self.run.explored.set(true);
            self.world.explore(true);
            self.world.set_active();
            for machine in 0..self.run.nodes {
                self.world.change(machine);
            }
        }
        while !self.run.explored.get() {
            self.world.relax();
        }
    }

    /// What follows is not searched any more: waits until all nodes have come here.
    pub fn end_explore(&self) {
        let left = self.run.exploring.get() - 1;
        self.run.exploring.set(left);
        if left == 0 {
            self.world.explore(false);
            self.world.set_active();
            for machine in 0..self.run.nodes {
                self.world.change(machine);
            }
        }
        while self.run.exploring.get() > 0 {
            self.world.relax();
        }
    }

    /// Fails one of a machine's queue pairs that have work outstanding: the `nth` of them, counted around.
    /// False when there is none.
    pub fn fail_pair_of(&self, machine: Machine, nth: u64) -> bool {
        self.world.set_active();
        self.world.network.fail_pair_of(machine, nth)
    }

    /// Faults planned for events of this node count from now on; see
    /// [`When::Event`](crate::fault::When::Event).
    pub fn arm(&self) {
        self.world.arm(self.machine);
    }

    /// Whether a node lives, which no real program could know.
    pub fn is_alive(&self, rank: u32) -> bool {
        !self.world.state.borrow().machines[rank as usize].dead
    }

    /// Kills this node. The caller does not come back.
    pub fn kill(&self) -> ! {
        self.world.kill(self.machine);
        unreachable!("the machine is dead, and with it this task")
    }

    /// Runs `body` on another thread of this node, which is joined by [`SimThread::join`] or not at
    /// all.
    ///
    /// # Errors
    /// When there is no memory for a stack.
    pub fn spawn(
        &self,
        name: &str,
        body: impl FnOnce(&SimNode) -> ProgramResult + 'static,
    ) -> std::io::Result<SimThread> {
        self.threads.set(self.threads.get() + 1);
        let thread = self.threads.get();
        let (node, run, machine) = (self.node.clone(), Rc::clone(&self.run), self.machine);
        let symmetric = self.symmetric.clone();
        let result = Rc::new(Cell::new(None));
        let slot = Rc::clone(&result);
        let task = self.world.spawn(machine, name, move || {
            slot.set(Some(body(&SimNode::new(&run, node, symmetric, machine, thread))));
        })?;
        Ok(SimThread { task, result, world: Rc::clone(&self.world) })
    }
}

impl fmt::Debug for SimNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimNode").field("node", &self.node).finish_non_exhaustive()
    }
}

/// Another thread of a node.
pub struct SimThread {
    task: TaskId,
    result: Rc<Cell<Option<ProgramResult>>>,
    world: Rc<World>,
}

impl SimThread {
    /// Waits until it has ended.
    ///
    /// # Errors
    /// Its error; or that it panicked.
    pub fn join(self) -> ProgramResult {
        while !self.world.has_ended(self.task) && self.world.wait(Wait::Join(self.task), None) {}
        self.result.take().unwrap_or_else(|| Err("the thread has panicked".into()))
    }
}

impl fmt::Debug for SimThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimThread").field("task", &self.task).finish_non_exhaustive()
    }
}
