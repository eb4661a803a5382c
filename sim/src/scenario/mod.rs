//! Scenarios: named programs with their faults and checks, to be run with one seed after another.
//!
//! A scenario runs the real runtime on simulated nodes. Its program does what users do, treats errors as
//! they would, and writes down each call in a log; afterwards the checkers of
//! [`check`](crate::check) judge what it wrote. Which faults come is drawn from the seed
//! (`faults.rs`): each kind in some seeds, several together in many, none in some. Whatever comes, what
//! was promised holds; a program may end with an error only if something happened that explains it.
//!
//! | scenario | promise |
//! | --- | --- |
//! | `put_get` | nothing that a connection absorbs is seen by programs |
//! | `registers` | blocking put and get of a word are linearizable |
//! | `atomics` | atomics on a word are linearizable, whoever executes them |
//! | `writes` | no acknowledged write is lost, also after errors; no word is torn |
//! | `barrier` | nobody leaves early; what was written before is seen after |
//! | `collectives` | all nodes get the right value, or an error |
//! | `takeover` | memory that is given out again holds nothing of those who had it |
//! | `block` | a record that passes its check is one that somebody wrote |
//! | `transfers` | all kinds of transfers move the right elements |
//! | `segments` | names and memory come and go; new memory is zero; nothing leaks |
//! | `coherent` | shared values of all models are sequentially consistent, strict ones linearizable; nothing acknowledged is lost |
//! | `locks` | one holder at a time, each finds what the one before left; tokens rise; nobody waits for the dead |
//! | `bank` | transfers leave the sum as it is, or the accounts are named that were amid one |
//! | `join` | every node gets an answer, whatever happens to others |
//! | `views` | programs without data races read from views what a sequential interpreter reads |
//! | `views-deaths` | when nodes die, nobody hangs, and what lies elsewhere is right |
//! | `views-moving` | the same while pages live where they are touched first, and move |
//! | `views-evictions` | what is evicted amid failures is not lost, and does not come back |
//! | `views-heirs` | what a dead holder of a lock had sent does not come after what its heirs write |
//! | `views-litmus` | litmus tests over views |

mod atomics;
mod bank;
mod barrier;
mod block;
mod cells;
mod coherent;
mod collectives;
mod faults;
mod join;
mod judge;
mod locks;
mod log;
mod put_get;
mod registers;
mod segments;
mod strike;
mod takeover;
mod transfers;
mod views;
mod writes;

use verbs_shim::provider::sim::Nanos;

pub use faults::{FaultKind, FaultKinds};
/// The trap that is open in a run.
pub use pangea::primitives::Trap as Opened;
pub use views::RACES;

use crate::chance::Seeded;
use crate::fault::Planned;
use crate::job::{Job, ProgramResult, SimNode};
use crate::outcome::{End, Outcome};
use log::Log;

/// What the command line says about a run.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Where all chance comes from.
    pub seed: u64,
    /// How many nodes; without it what the scenario finds best.
    pub nodes: Option<u32>,
    /// How many operations each node does; without it what the scenario finds best.
    pub operations: Option<u64>,
    /// A trap that is open.
    pub trap: Option<Opened>,
    /// Which faults may come, of those that the scenario bears.
    pub faults: FaultKinds,
    /// Whether the lines of the timeline are kept.
    pub timeline: bool,
}

impl Setup {
    /// A run of that seed, all else as the scenario finds best.
    pub fn of_seed(seed: u64) -> Setup {
        Setup {
            seed,
            nodes: None,
            operations: None,
            trap: None,
            faults: FaultKinds::ALL,
            timeline: false,
        }
    }

    /// What of this is not as the scenario finds best, as options of the command line.
    pub(crate) fn options(&self) -> String {
        let mut text = String::new();
        if let Some(trap) = self.trap {
            text += &format!(" --trap {trap}");
        }
        if self.faults != FaultKinds::ALL {
            text += &format!(" --faults {}", self.faults);
        }
        if let Some(nodes) = self.nodes {
            text += &format!(" --nodes {nodes}");
        }
        if let Some(operations) = self.operations {
            text += &format!(" --operations {operations}");
        }
        text
    }
}

/// Virtual time after which a run hangs. The longest faults, and the waits that follow from them, take
/// minutes.
const LIMIT: Nanos = 900_000_000_000;

/// A scenario.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// Its name, for the command line.
    pub name: &'static str,
    /// What it shows.
    pub what: &'static str,
    /// Its traps: with one of them open, some seeds must fail.
    pub traps: &'static [Opened],
    /// The faults that it bears.
    faults: FaultKinds,
    /// From so many nodes to so many.
    nodes: (u32, u32),
    /// Operations of each node.
    operations: u64,
    prepare: fn(&Shape, &Log) -> Prepared,
}

/// What a scenario gets to know of a run.
#[derive(Clone, Debug)]
struct Shape {
    seed: u64,
    nodes: u32,
    operations: u64,
    trap: Option<Opened>,
    /// The faults that may come in this run; none in a quiet one.
    kinds: FaultKinds,
    /// WRITEs in flight may land for so long after their pair failed or their machine died.
    late: Nanos,
    /// Machines that are to be killed or to lose their wires, and the coordinator if it is.
    victims: Vec<u32>,
}

type Program = Box<dyn Fn(&SimNode) -> ProgramResult>;
type Check = Box<dyn FnOnce(&Outcome) -> Vec<String>>;

/// A scenario's program for one run.
struct Prepared {
    program: Program,
    /// Judges the log; each text is a violation.
    check: Check,
    /// The size of each node's arena in bytes.
    arena_bytes: u64,
    /// How many bytes of coherent data each node caches at most.
    cache_bytes: u64,
    /// The memory of nodes has files, so that it can be mapped.
    files: bool,
    /// Faults at times when the scenario is worth it, besides those that come anyway.
    planned: Vec<Planned>,
}

impl Prepared {
    fn new(
        program: impl Fn(&SimNode) -> ProgramResult + 'static,
        check: impl FnOnce(&Outcome) -> Vec<String> + 'static,
    ) -> Prepared {
        Prepared {
            program: Box::new(program),
            check: Box::new(check),
            arena_bytes: 256 << 10,
            cache_bytes: 256 << 10,
            files: false,
            planned: Vec::new(),
        }
    }
}

impl Scenario {
    /// Runs it once.
    ///
    /// # Panics
    /// Not at all, as long as the simulation is sound: what fails in a program fails the run.
    pub fn run(&self, setup: &Setup) -> Outcome {
        let (low, high) = self.nodes;
        let mut chance = Seeded::new(setup.seed, "shape", 0);
        let drawn = chance.between(low.into(), high.into()) as u32;
        let nodes = setup.nodes.unwrap_or(drawn).max(1);
        let plan = faults::draw(setup.seed, nodes, self.faults.and(setup.faults));
        let shape = Shape {
            seed: setup.seed,
            nodes,
            operations: setup.operations.unwrap_or(self.operations),
            trap: setup.trap,
            kinds: plan.kinds,
            late: plan.late,
            victims: plan.victims,
        };
        let log = Log::default();
        let prepared = (self.prepare)(&shape, &log);
        let mut job = Job::new(self.name, nodes, setup.seed);
        job.arena_bytes = prepared.arena_bytes;
        job.cache_bytes = prepared.cache_bytes;
        job.timeline = setup.timeline;
        job.faults = plan.faults;
        job.faults.planned.extend(prepared.planned);
        job.network.late = plan.late;
        job.network.files = prepared.files;
        job.traps = setup.trap.into_iter().collect();
        job.allow_errors = true;
        job.limits.time = LIMIT;
        let mut outcome = job.run(prepared.program);
        outcome.operations = log.operations();
        outcome.options = setup.options();
        // A run that hangs says so; what it had not yet done is no violation.
        if !matches!(outcome.end, End::Hang { .. }) {
            let mut found = log.take_failures();
            found.extend(judge::ends(&outcome));
            found.extend((prepared.check)(&outcome));
            for violation in found {
                outcome.add_failure(violation);
            }
            outcome.races_judged = log.has_judged_races();
        }
        outcome
    }
}

/// All scenarios.
pub const SCENARIOS: &[Scenario] = &[
    put_get::SCENARIO,
    registers::SCENARIO,
    atomics::SCENARIO,
    writes::SCENARIO,
    barrier::SCENARIO,
    collectives::SCENARIO,
    takeover::SCENARIO,
    block::SCENARIO,
    transfers::SCENARIO,
    segments::SCENARIO,
    coherent::SCENARIO,
    locks::SCENARIO,
    bank::SCENARIO,
    join::SCENARIO,
    views::SCENARIO,
    views::DEATHS,
    views::MOVING,
    views::EVICTIONS,
    views::HEIRS,
    views::LITMUS,
];

/// The scenario of that name.
pub fn find(name: &str) -> Option<&'static Scenario> {
    SCENARIOS.iter().find(|scenario| scenario.name == name)
}
